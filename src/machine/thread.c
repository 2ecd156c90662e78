/* SPDX-License-Identifier: Apache-2.0 */
/* thread.c - threads of the world: made, ended, dropped. Their list is under machine->lock. */
#include "machine/internal.h"

ph_status ph_thread_create(struct ph_machine *self, struct ph_mutator *mutator,
                           ph_ref function_ref, const uint64_t *arguments,
                           struct ph_thread **thread, struct ph_error *error)
{
    const struct ph_function_object *f = ph_address(self->heap, function_ref);
    struct ph_signature signature;
    PH_ASSERT(ph_is_a(self->heap, function_ref, PH_CLASS_FUNCTION));
    bool known = ph_signature_by_number(self, f->signature, &signature);
    PH_ASSERT(known);

    uint32_t values = PH_MAX(signature.param_count, signature.result_count);
    ph_ref ref = ph_object_new_pinned(mutator, PH_CLASS_THREAD, 0);
    ph_ref chunk_ref = ph_stack_new(self, mutator, values);
    if (ref == 0 || chunk_ref == 0) {
        return ph_fail(error, PH_NO_SPACE, "the arena has no room for a thread");
    }
    uint64_t *slots = (uint64_t *)(void *)ph_stack_of(ph_address(self->heap, chunk_ref)) +
                      PH_STACK_BASE;
    ph_touch(mutator, slots, values * 8ull);
    for (uint32_t i = 0; i < signature.param_count; i++) {
        slots[i] = arguments[i];
    }
    struct ph_thread *t = ph_address(self->heap, ref);
    ph_touch(mutator, t, sizeof(*t));
    t->state = PH_THREAD_NEW;
    t->function_ref = function_ref;
    t->chunk_ref = chunk_ref;
    t->result_count = signature.result_count;

    ph_mutex_lock(&self->lock);
    t->id = self->world->next_thread_id;
    PH_SET(mutator, self->world->next_thread_id, t->id + 1);
    t->next_ref = self->world->threads_ref;
    if (t->next_ref != 0) {
        struct ph_thread *next = ph_address(self->heap, t->next_ref);
        PH_SET(mutator, next->previous_ref, ref);
    }
    PH_SET(mutator, self->world->threads_ref, ref);
    ph_mutex_unlock(&self->lock);
    *thread = t;
    return PH_OK;
}

void ph_thread_ready(struct ph_machine *self, struct ph_mutator *mutator,
                     struct ph_thread *thread)
{
    PH_ASSERT(thread->state == PH_THREAD_NEW);
    PH_SET(mutator, thread->state, PH_THREAD_READY);
    ph_mutex_lock(&self->lock);
    ph_scheduler_push(self, thread);
    ph_mutex_unlock(&self->lock);
}

const uint64_t *ph_thread_results(struct ph_machine *self, const struct ph_thread *thread)
{
    PH_ASSERT(thread->state == PH_THREAD_FINISHED && thread->chunk_ref != 0);
    const struct ph_stack *stack = ph_stack_of(ph_address(self->heap, thread->chunk_ref));
    PH_ASSERT(stack->previous_ref == 0);
    return (const uint64_t *)(const void *)stack + PH_STACK_BASE;
}

static void unlink_thread(struct ph_machine *self, struct ph_mutator *mutator,
                          struct ph_thread *thread)
{
    struct ph_thread *next = ph_machine_object(self, thread->next_ref);
    struct ph_thread *previous = ph_machine_object(self, thread->previous_ref);
    if (next != NULL) {
        PH_SET(mutator, next->previous_ref, thread->previous_ref);
    }
    if (previous != NULL) {
        PH_SET(mutator, previous->next_ref, thread->next_ref);
    } else {
        PH_SET(mutator, self->world->threads_ref, thread->next_ref);
    }
}

static void drop(struct ph_machine *self, struct ph_mutator *mutator, struct ph_thread *thread)
{
    ph_class_init_abandon(self, mutator, thread, 0, true);
    unlink_thread(self, mutator, thread);
    ph_stack_free_all(self, mutator, thread);
    ph_object_free(mutator, ph_ref_to(self->heap, thread));
}

void ph_thread_drop(struct ph_machine *self, struct ph_mutator *mutator,
                    struct ph_thread *thread)
{
    ph_mutex_lock(&self->lock);
    drop(self, mutator, thread);
    ph_mutex_unlock(&self->lock);
}

/* ---- The end of a thread ------------------------------------------------------------- */

/* The program's next thread gets its turn; with none left it lives on or has exited. */
static void next_turn(struct ph_machine *self, struct ph_mutator *mutator,
                      struct ph_program *program)
{
    struct ph_thread *next = ph_machine_object(self, program->calls_ref);
    ph_touch(mutator, program, sizeof(*program));
    program->main_thread_ref = program->calls_ref;
    if (next != NULL) {
        program->calls_ref = next->turn_ref;
        ph_touch(mutator, next, sizeof(*next));
        next->turn_ref = 0;
        next->state = PH_THREAD_READY;
        ph_scheduler_push(self, next);
        return;
    }
    program->state = program->is_reactor ? PH_PROGRAM_LIVING : PH_PROGRAM_EXITED;
}

/* A call that its program did not live to answer: somebody may wait for it. */
static void end_call(struct ph_machine *self, struct ph_mutator *mutator,
                     struct ph_thread *thread)
{
    bool has_results = thread->state == PH_THREAD_FINISHED && thread->header_slot == 0;
    if (has_results || thread->state == PH_THREAD_TRAPPED) {
        return; /* it has ended by itself, and was not yet read */
    }
    ph_class_init_abandon(self, mutator, thread, 0, true);
    ph_stack_free_all(self, mutator, thread);
    ph_touch(mutator, thread, sizeof(*thread));
    thread->state = PH_THREAD_TRAPPED;
    thread->trap = PH_TRAP_NONE;
    thread->header_slot = 0;
    thread->turn_ref = 0;
}

static void drop_program_threads(struct ph_machine *self, struct ph_mutator *mutator,
                                 struct ph_program *program)
{
    ph_ref program_ref = ph_ref_to(self->heap, program);
    ph_ref ref = self->world->threads_ref;
    while (ref != 0) {
        struct ph_thread *thread = ph_address(self->heap, ref);
        ref = thread->next_ref;
        if (thread->program_ref != program_ref) {
            continue;
        }
        ph_scheduler_forget(self, thread);
        if (thread->is_call != 0) {
            end_call(self, mutator, thread);
        } else {
            drop(self, mutator, thread);
        }
    }
    ph_touch(mutator, program, sizeof(*program));
    program->main_thread_ref = 0;
    program->calls_ref = 0;
}

static void program_thread_ended(struct ph_machine *self, struct ph_mutator *mutator,
                                 struct ph_thread *thread, enum ph_run_result result)
{
    struct ph_program *program = ph_address(self->heap, thread->program_ref);
    bool is_call = thread->is_call != 0;
    bool has_turn = program->main_thread_ref == ph_ref_to(self->heap, thread);
    if (result == PH_RUN_EXITING || (result == PH_RUN_TRAPPED && !is_call && has_turn)) {
        ph_touch(mutator, program, sizeof(*program));
        program->state = result == PH_RUN_EXITING ? PH_PROGRAM_EXITED : PH_PROGRAM_TRAPPED;
        program->trap = thread->trap;
        program->trap_text_ref = thread->trap_text_ref;
        drop_program_threads(self, mutator, program);
        return;
    }
    if (!is_call) {
        drop(self, mutator, thread);
    }
    if (has_turn) {
        next_turn(self, mutator, program);
    }
}

void ph_thread_ended(struct ph_machine *self, struct ph_mutator *mutator,
                     struct ph_thread *thread, enum ph_run_result result)
{
    PH_SET(mutator, thread->state,
           (uint32_t)(result == PH_RUN_TRAPPED ? PH_THREAD_TRAPPED : PH_THREAD_FINISHED));
    if (result == PH_RUN_TRAPPED && thread->trap_text_ref == 0) { /* else a throw said it */
        ph_ref text_ref = ph_trap_text_new(self, mutator, thread, thread->trap);
        PH_SET(mutator, thread->trap_text_ref, text_ref);
    }
    ph_class_init_abandon(self, mutator, thread, 0, true);
    if (result == PH_RUN_FINISHED) {
        PH_SET(mutator, thread->header_slot, 0);
    }
    if (thread->program_ref != 0) {
        program_thread_ended(self, mutator, thread, result);
    }
    ph_scheduler_wake(self, PH_WAIT_THREAD);
    ph_condition_broadcast(&self->quiet);
}

void ph_program_end(struct ph_machine *self, struct ph_mutator *mutator,
                    struct ph_program *program, uint32_t exit_code)
{
    ph_mutex_lock(&self->lock);
    ph_touch(mutator, program, sizeof(*program));
    program->state = PH_PROGRAM_EXITED;
    program->exit_code = exit_code;
    drop_program_threads(self, mutator, program);
    ph_scheduler_wake(self, PH_WAIT_THREAD);
    ph_condition_broadcast(&self->quiet);
    ph_mutex_unlock(&self->lock);
}
