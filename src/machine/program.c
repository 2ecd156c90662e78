/* SPDX-License-Identifier: Apache-2.0 */
/* program.c - programs: an instance with arguments, an environment, threads and an end. */
#include "machine/internal.h"

static ph_status no_room(struct ph_error *error)
{
    return ph_fail(error, PH_NO_SPACE, "the arena has no room for a program");
}

static bool put_texts(struct ph_machine *self, struct ph_mutator *mutator, ph_ref *slot,
                      const struct ph_slice *texts, uint32_t count)
{
    ph_ref items = ph_object_new_pinned(mutator, PH_CLASS_TABLE_ITEMS, count);
    if (items == 0) {
        return false;
    }
    PH_SET(mutator, *slot, items);
    for (uint32_t i = 0; i < count; i++) {
        ph_ref text = ph_bytes_new(mutator, PH_CLASS_PINNED_BYTES, texts[i]);
        if (text == 0 || !ph_items_put(self, mutator, slot, i, text)) {
            return false;
        }
    }
    return true;
}

ph_status ph_program_create(struct ph_machine *self, struct ph_mutator *mutator,
                            const struct ph_program_options *options,
                            struct ph_program **program, struct ph_error *error)
{
    ph_ref ref = ph_object_new_pinned(mutator, PH_CLASS_PROGRAM, 0);
    if (ref == 0) {
        return no_room(error);
    }
    struct ph_program *p = ph_address(self->heap, ref);
    ph_touch(mutator, p, sizeof(*p));
    p->state = PH_PROGRAM_STARTING;
    p->name_ref = ph_bytes_new(mutator, PH_CLASS_PINNED_BYTES, options->name);
    if (p->name_ref == 0 ||
        !put_texts(self, mutator, &p->arguments_ref, options->arguments,
                   options->argument_count) ||
        !put_texts(self, mutator, &p->environment_ref, options->environment,
                   options->environment_count)) {
        return no_room(error);
    }
    ph_touch(mutator, p, sizeof(*p));
    ph_mutex_lock(&self->lock); /* others look */
    p->next_ref = self->world->programs_ref;
    p->id = self->world->next_program_id + 1;
    ph_touch(mutator, self->world, sizeof(*self->world));
    self->world->next_program_id = p->id;
    self->world->programs_ref = ref;
    ph_mutex_unlock(&self->lock);
    *program = p;
    return PH_OK;
}

ph_status ph_program_set_texts(struct ph_machine *self, struct ph_mutator *mutator,
                               struct ph_program *program,
                               const struct ph_program_options *options, struct ph_error *error)
{
    ph_ref name = ph_bytes_new(mutator, PH_CLASS_PINNED_BYTES, options->name);
    if (name == 0) {
        return no_room(error);
    }
    PH_SET(mutator, program->name_ref, name);
    return put_texts(self, mutator, &program->arguments_ref, options->arguments,
                     options->argument_count) &&
                   put_texts(self, mutator, &program->environment_ref, options->environment,
                             options->environment_count)
               ? PH_OK
               : no_room(error);
}

/* Appends a NEW thread to the program's queue. */
static void queue(struct ph_machine *self, struct ph_mutator *mutator,
                  struct ph_program *program, struct ph_thread *thread)
{
    ph_ref *link = &program->calls_ref;
    while (*link != 0) {
        link = &((struct ph_thread *)ph_address(self->heap, *link))->turn_ref;
    }
    PH_SET(mutator, *link, ph_ref_to(self->heap, thread));
}

/* Lets the queue's first thread run if none of the program's does. */
static void let_run(struct ph_machine *self, struct ph_mutator *mutator,
                    struct ph_program *program)
{
    if (program->main_thread_ref == 0 && program->calls_ref != 0) {
        ph_program_next_turn(self, mutator, program);
    }
}

static ph_status queue_function(struct ph_machine *self, struct ph_mutator *mutator,
                                struct ph_program *program, uint32_t index,
                                struct ph_error *error)
{
    struct ph_view *view;
    struct ph_thread *thread;
    ph_status status = ph_view_of(self, program->instance_ref, &view, error);
    if (status != PH_OK) {
        return status;
    }
    struct ph_root function;
    ph_root_push(mutator, &function, ph_view_function(mutator, view, index));
    status = function.ref == 0
                 ? no_room(error)
                 : ph_thread_create(self, mutator, function.ref, NULL, &thread, error);
    ph_root_pop(mutator, &function);
    if (status == PH_OK) {
        ph_thread_give(self, mutator, thread, program);
        queue(self, mutator, program, thread);
    }
    return status;
}

static bool takes_nothing(const struct ph_unit *unit, uint32_t function)
{
    const struct ph_signature *s = &unit->signatures[unit->functions[function].signature];
    return s->param_count == 0 && s->result_count == 0;
}

static ph_status queue_entries(struct ph_machine *self, struct ph_mutator *mutator,
                               struct ph_program *program, struct ph_error *error)
{
    struct ph_view *view;
    ph_status status = ph_view_of(self, program->instance_ref, &view, error);
    if (status != PH_OK) {
        return status;
    }
    const struct ph_unit *unit = &view->loaded->unit;
    const struct ph_export *entry = ph_unit_export(unit, PH_SLICE_TEXT("_start"));
    if (entry == NULL) {
        PH_SET(mutator, program->is_reactor, 1);
        entry = ph_unit_export(unit, PH_SLICE_TEXT("_initialize"));
    }
    if (entry != NULL &&
        (entry->kind != PH_EXTERN_FUNCTION || !takes_nothing(unit, entry->index))) {
        return ph_fail(error, PH_UNLINKABLE, "the export \"%.*s\" is not a function without "
                       "parameters and results", (int)entry->name.size,
                       (const char *)entry->name.bytes);
    }
    if (unit->start_function != UINT32_MAX) {
        status = queue_function(self, mutator, program, unit->start_function, error);
    }
    if (status == PH_OK && entry != NULL) {
        status = queue_function(self, mutator, program, entry->index, error);
    }
    return status;
}

ph_status ph_program_load(struct ph_machine *self, struct ph_mutator *mutator,
                          struct ph_program *program, struct ph_checked_unit unit,
                          struct ph_error *error)
{
    ph_ref unit_ref;
    struct ph_root instance;
    ph_status status = ph_unit_put(self, mutator, unit, &unit_ref, error);
    if (status != PH_OK) {
        return status;
    }
    ph_root_push(mutator, &instance, 0);
    status = ph_instantiate(self, mutator, unit_ref, NULL, &instance, error);
    if (status == PH_OK) {
        struct ph_instance *made = ph_address(self->heap, instance.ref);
        PH_SET(mutator, made->program_ref, ph_ref_to(self->heap, program));
        PH_SET(mutator, program->instance_ref, instance.ref);
        status = queue_entries(self, mutator, program, error);
    }
    ph_root_pop(mutator, &instance);
    if (status == PH_OK) {
        bool runs = program->calls_ref != 0;
        ph_mutex_lock(&self->lock);
        PH_SET(mutator, program->state,
               (uint32_t)(runs ? PH_PROGRAM_RUNNING : PH_PROGRAM_LIVING));
        ph_mutex_unlock(&self->lock);
        let_run(self, mutator, program);
    }
    return status;
}

ph_status ph_program_call(struct ph_machine *self, struct ph_mutator *mutator,
                          struct ph_program *program, const struct ph_export_call *call,
                          struct ph_thread **thread, struct ph_error *error)
{
    if (program->state == PH_PROGRAM_EXITED || program->state == PH_PROGRAM_TRAPPED ||
        !program->is_reactor) {
        return ph_fail(error, PH_FINISHED, "the program is no living reactor: it has "
                       "a _start function or has ended, so its exports cannot be called");
    }
    struct ph_root function;
    ph_root_push(mutator, &function, 0);
    ph_status status = ph_instance_export(self, mutator, program->instance_ref, call->name,
                                          &function, error);
    if (status == PH_OK && !ph_is_a(self->heap, function.ref, PH_CLASS_FUNCTION)) {
        status = ph_fail(error, PH_BAD_ARGUMENT, "the export \"%.*s\" is not a function",
                         (int)call->name.size, (const char *)call->name.bytes);
    }
    if (status == PH_OK) {
        status =
            ph_thread_create(self, mutator, function.ref, call->arguments, thread, error);
    }
    ph_root_pop(mutator, &function);
    if (status == PH_OK) {
        ph_thread_give(self, mutator, *thread, program);
        PH_SET(mutator, (*thread)->is_call, 1);
        queue(self, mutator, program, *thread);
        let_run(self, mutator, program);
    }
    return status;
}
