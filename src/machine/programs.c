/* SPDX-License-Identifier: Apache-2.0 */
/* programs.c - the list of programs; what ended ones leave behind; waiting for ends. */
#include "base/text.h"
#include "machine/directory.h"
#include "machine/internal.h"
#include "machine/program.h"

#define CLEARED_BYTES (UINT64_C(1) << 20) /* of a memory, in one pause */

struct ph_program *ph_program_next(struct ph_machine *self, const struct ph_program *program)
{
    return ph_machine_object(self,
                             program == NULL ? self->world->programs_ref : program->next_ref);
}

struct ph_program *ph_program_first(struct ph_machine *self)
{
    struct ph_program *first = ph_program_next(self, NULL);
    while (first != NULL && first->next_ref != 0) {
        first = ph_program_next(self, first);
    }
    return first;
}

struct ph_program *ph_program_by_id(struct ph_machine *self, uint32_t id)
{
    struct ph_program *program = ph_program_next(self, NULL);
    while (program != NULL && program->id != id) {
        program = ph_program_next(self, program);
    }
    return program;
}

/* ---- Finishing --------------------------------------------------------------------------- */

/* Clears a piece of a memory from its end on, and frees the extent when all is clear. While this
 * goes on declared_max_pages counts the bytes that are left: nobody imports from an ended program.
 * True: the memory is gone. */
static bool release_memory(struct ph_machine *self, struct ph_mutator *mutator,
                           struct ph_memory *memory)
{
    if (memory->offset == 0) {
        return true;
    }
    ph_touch(mutator, memory, sizeof(*memory));
    if (memory->max_bytes != 0 || memory->bytes != 0) {
        memory->declared_max_pages = memory->bytes;
        memory->bytes = memory->max_bytes = 0; /* from now on every access traps */
    }
    uint64_t piece = PH_MIN(memory->declared_max_pages, CLEARED_BYTES);
    uint64_t left = memory->declared_max_pages - piece;
    if (left > 0) {
        ph_barrier(mutator, memory->offset + left, piece);
        memset(self->arena + memory->offset + left, 0, piece);
        memory->declared_max_pages = left;
        return false;
    }
    ph_extent_free(mutator, memory->offset, memory->reserved_bytes, piece);
    memory->offset = memory->reserved_bytes = memory->declared_max_pages = 0;
    return true;
}

static bool release_memories(struct ph_machine *self, struct ph_mutator *mutator,
                             const struct ph_program *program)
{
    const struct ph_instance *instance = ph_machine_object(self, program->instance_ref);
    const struct ph_refs *items =
        instance == NULL ? NULL : ph_machine_object(self, instance->memories_ref);
    for (uint32_t i = 0; items != NULL && i < items->length; i++) {
        struct ph_memory *memory = ph_machine_object(self, items->items[i]);
        if (memory != NULL && !release_memory(self, mutator, memory)) {
            return false;
        }
    }
    return true;
}

bool ph_program_finish(struct ph_machine *self, struct ph_mutator *mutator,
                       struct ph_program *program)
{
    PH_ASSERT(ph_program_has_ended(program));
    if (program->is_finished != 0) {
        return true;
    }
    if (program->main_thread_ref != 0 || program->calls_ref != 0) {
        return false; /* its threads are just being ended */
    }
    for (uint32_t i = 0; i < self->device_count; i++) {
        if (self->devices[i].ended != NULL) {
            self->devices[i].ended(self->devices[i].context, mutator, program);
        }
    }
    if (!release_memories(self, mutator, program)) {
        return false;
    }
    ph_mutex_lock(&self->lock); /* others look */
    PH_SET(mutator, program->is_finished, 1);
    ph_mutex_unlock(&self->lock);
    return true;
}

/* Prepared code of others names classes that it met by their references (inline caches): those of
 * a program that is forgotten must not become others'. */
static void keep_classes(struct ph_machine *self, const struct ph_instance *instance)
{
    const struct ph_refs *classes = ph_machine_object(self, instance->classes_ref);
    for (uint32_t i = 0; classes != NULL && i < classes->length; i++) {
        for (ph_ref ref = classes->items[i]; ref != 0;) {
            if (!ph_object_keep(self->heap, ref)) {
                ph_port_panic("out of memory for what is forgotten; the image holds the last cut");
            }
            ref = ((const struct ph_class *)ph_address(self->heap, ref))->array_class_ref;
        }
    }
}

/* They live on where their functions are held, but nobody finds them any more. */
static void forget_instances(struct ph_machine *self, struct ph_mutator *mutator,
                             ph_ref program_ref)
{
    struct ph_refs *instances = ph_machine_object(self, self->world->instances_ref);
    for (uint32_t i = 0; instances != NULL && i < instances->length; i++) {
        const struct ph_instance *instance = ph_machine_object(self, instances->items[i]);
        if (instance != NULL && instance->program_ref == program_ref) {
            keep_classes(self, instance);
            PH_SET(mutator, instances->items[i], 0);
        }
    }
}

void ph_program_forget(struct ph_machine *self, struct ph_mutator *mutator,
                       struct ph_program *program)
{
    ph_ref ref = ph_ref_to(self->heap, program);
    PH_ASSERT(program->is_finished != 0 && program != ph_program_first(self));
    ph_directory_forget(self, mutator, program);
    forget_instances(self, mutator, ref);
    ph_mutex_lock(&self->lock);
    ph_ref *link = &self->world->programs_ref;
    while (*link != ref) {
        link = &((struct ph_program *)ph_address(self->heap, *link))->next_ref;
    }
    PH_SET(mutator, *link, program->next_ref);
    ph_mutex_unlock(&self->lock);
}

/* ---- Waiting ----------------------------------------------------------------------------- */

/* The lock is held. */
static struct ph_programs_state look(struct ph_machine *self)
{
    struct ph_programs_state state = {0};
    const struct ph_program *program = ph_program_next(self, NULL);
    for (; program != NULL; program = ph_program_next(self, program)) {
        bool has_ended = ph_program_has_ended(program);
        state.living += program->state == PH_PROGRAM_LIVING;
        state.running += !has_ended && program->state != PH_PROGRAM_LIVING;
        state.ended += has_ended;
        state.unfinished += has_ended && program->is_finished == 0;
    }
    return state;
}

struct ph_programs_state ph_programs_look(struct ph_machine *self)
{
    ph_mutex_lock(&self->lock);
    struct ph_programs_state state = look(self);
    ph_mutex_unlock(&self->lock);
    return state;
}

ph_status ph_programs_wait(struct ph_machine *self, struct ph_programs_state *known)
{
    ph_mutex_lock(&self->lock);
    struct ph_programs_state now = look(self);
    while (!self->stopping && now.unfinished == 0 && memcmp(&now, known, sizeof(now)) == 0) {
        ph_condition_wait(&self->quiet, &self->lock);
        now = look(self);
    }
    *known = now;
    bool stopping = self->stopping;
    ph_mutex_unlock(&self->lock);
    return stopping ? PH_AGAIN : PH_OK;
}

uint32_t ph_programs_running(struct ph_machine *self, struct ph_running *running, uint32_t room)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < self->worker_count && count < room; i++) {
        uint64_t id = __atomic_load_n(&self->workers[i]->running_id, __ATOMIC_RELAXED);
        ph_ref ref = __atomic_load_n(&self->workers[i]->running_program_ref, __ATOMIC_RELAXED);
        const struct ph_program *program = ph_machine_object(self, ref);
        if (id != 0) {
            running[count++] = (struct ph_running){id, program == NULL ? 0 : program->id};
        }
    }
    return count;
}
