/* SPDX-License-Identifier: Apache-2.0 */
/* thread.c - threads of the world: made, ended, dropped. Their list is under machine->lock. */
#include "machine/internal.h"
#include "machine/program.h"

/* ---- The lists of the world and of programs ------------------------------------------ */

static void count_threads(struct ph_machine *self, uint64_t difference)
{
    __atomic_add_fetch(&self->thread_count, difference, __ATOMIC_RELAXED);
}

static void link_thread(struct ph_machine *self, struct ph_mutator *mutator,
                        struct ph_thread *thread)
{
    ph_ref ref = ph_ref_to(self->heap, thread);
    ph_touch(mutator, self->world, sizeof(*self->world));
    thread->id = self->world->next_thread_id++;
    thread->next_ref = self->world->threads_ref;
    if (thread->next_ref != 0) {
        struct ph_thread *next = ph_address(self->heap, thread->next_ref);
        PH_SET(mutator, next->previous_ref, ref);
    }
    self->world->threads_ref = ref;
    count_threads(self, 1);
}

void ph_thread_give(struct ph_machine *self, struct ph_mutator *mutator, struct ph_thread *thread,
                    struct ph_program *program)
{
    ph_ref ref = ph_ref_to(self->heap, thread);
    PH_ASSERT(thread->program_ref == 0);
    ph_mutex_lock(&self->lock);
    ph_touch(mutator, thread, sizeof(*thread));
    thread->program_ref = ph_ref_to(self->heap, program);
    thread->program_next_ref = program->threads_ref;
    if (program->threads_ref != 0) {
        struct ph_thread *next = ph_address(self->heap, program->threads_ref);
        PH_SET(mutator, next->program_previous_ref, ref);
    }
    PH_SET(mutator, program->threads_ref, ref);
    ph_mutex_unlock(&self->lock);
}

static void unlink_from_program(struct ph_machine *self, struct ph_mutator *mutator,
                                struct ph_thread *thread)
{
    struct ph_program *program = ph_machine_object(self, thread->program_ref);
    struct ph_thread *next = ph_machine_object(self, thread->program_next_ref);
    struct ph_thread *previous = ph_machine_object(self, thread->program_previous_ref);
    if (program == NULL) {
        return;
    }
    if (next != NULL) {
        PH_SET(mutator, next->program_previous_ref, thread->program_previous_ref);
    }
    if (previous != NULL) {
        PH_SET(mutator, previous->program_next_ref, thread->program_next_ref);
    } else {
        PH_SET(mutator, program->threads_ref, thread->program_next_ref);
    }
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
    unlink_from_program(self, mutator, thread);
    ph_touch(mutator, thread, sizeof(*thread));
    thread->next_ref = thread->previous_ref = 0;
    thread->program_next_ref = thread->program_previous_ref = 0;
    count_threads(self, UINT64_MAX);
}

/* ---- Made and dropped ---------------------------------------------------------------- */

static bool takes_reference(const struct ph_signature *signature)
{
    for (uint32_t i = 0; i < signature->param_count; i++) {
        if (signature->types[i] == PH_REF) {
            return true;
        }
    }
    return false;
}

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
        ph_object_free(mutator, ref);
        ph_object_free(mutator, chunk_ref);
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
    link_thread(self, mutator, t);
    if (takes_reference(&signature)) {
        ph_threads_young_new(self, t);
    }
    ph_mutex_unlock(&self->lock);
    *thread = t;
    return PH_OK;
}

static void let_run(struct ph_machine *self, struct ph_mutator *mutator, struct ph_worker *by,
                    struct ph_thread *thread)
{
    PH_ASSERT(thread->state == PH_THREAD_NEW);
    ph_thread_set_state(mutator, thread, PH_THREAD_READY);
    __atomic_add_fetch(&self->live_count, 1, __ATOMIC_RELAXED); /* before it can end */
    ph_thread_make_ready(self, by, thread);
}

void ph_thread_ready(struct ph_machine *self, struct ph_mutator *mutator,
                     struct ph_thread *thread)
{
    let_run(self, mutator, NULL, thread);
}

void ph_thread_start(struct ph_machine *self, struct ph_worker *by, struct ph_thread *thread)
{
    let_run(self, &by->mutator, by, thread);
}

const uint64_t *ph_thread_results(struct ph_machine *self, const struct ph_thread *thread)
{
    PH_ASSERT(thread->state == PH_THREAD_FINISHED && thread->chunk_ref != 0);
    const struct ph_stack *stack = ph_stack_of(ph_address(self->heap, thread->chunk_ref));
    PH_ASSERT(stack->previous_ref == 0);
    return (const uint64_t *)(const void *)stack + PH_STACK_BASE;
}

/* Out of the world; one that a program may refer to is left to the collector. It has ended (and is
 * in no ring, on no list, initialises nothing) or never ran. Lock held. */
static void drop(struct ph_machine *self, struct ph_mutator *mutator, struct ph_thread *thread)
{
    PH_ASSERT(ph_thread_has_ended(thread) || thread->state == PH_THREAD_NEW);
    PH_ASSERT(thread->init_ref == 0);
    unlink_thread(self, mutator, thread);
    ph_schedule_of(self, thread)->young_turn = 0; /* its place may soon be another's */
    ph_stack_free_all(self, mutator, thread);
    if ((thread->flags & PH_THREAD_SHARED) == 0) {
        ph_object_free(mutator, ph_ref_to(self->heap, thread));
    }
}

void ph_thread_drop(struct ph_machine *self, struct ph_mutator *mutator,
                    struct ph_thread *thread)
{
    ph_mutex_lock(&self->lock);
    drop(self, mutator, thread);
    ph_mutex_unlock(&self->lock);
}

/* ---- The end of a thread ------------------------------------------------------------- */

static uint64_t live_count_less(struct ph_machine *self)
{
    return __atomic_sub_fetch(&self->live_count, 1, __ATOMIC_RELAXED);
}

/* With no thread left a program lives on or has exited. */
static void check_program_over(struct ph_mutator *mutator, struct ph_program *program)
{
    if (program->state == PH_PROGRAM_RUNNING && program->main_thread_ref == 0) {
        if (program->is_reactor) {
            PH_SET(mutator, program->state, PH_PROGRAM_LIVING);
        } else if (program->threads_ref == 0) {
            PH_SET(mutator, program->state, PH_PROGRAM_EXITED);
        }
    }
}

void ph_program_next_turn(struct ph_machine *self, struct ph_mutator *mutator,
                          struct ph_program *program)
{
    struct ph_thread *next = ph_machine_object(self, program->calls_ref);
    ph_touch(mutator, program, sizeof(*program));
    program->main_thread_ref = program->calls_ref;
    if (next != NULL) {
        program->calls_ref = next->turn_ref;
        PH_SET(mutator, next->turn_ref, 0);
        ph_thread_ready(self, mutator, next);
    }
}

/* A thread of a program that has ended; somebody may wait for it. */
static void end_with_program(struct ph_machine *self, struct ph_mutator *mutator,
                             struct ph_thread *thread)
{
    ph_ref ref = ph_ref_to(self->heap, thread);
    bool has_results = thread->state == PH_THREAD_FINISHED && thread->header_slot == 0;
    if (thread->is_call != 0 && (has_results || thread->state == PH_THREAD_TRAPPED)) {
        return; /* it has ended by itself, and was not yet read */
    }
    if (thread->state == PH_THREAD_READY || thread->state == PH_THREAD_WAITING) {
        live_count_less(self);
    }
    ph_scheduler_forget(self, thread);
    ph_monitors_thread_ended(self, mutator, thread);
    if (!ph_thread_has_ended(thread)) {
        ph_class_init_abandon(self, mutator, thread, 0, true);
        ph_touch(mutator, thread, sizeof(*thread));
        thread->trap = PH_TRAP_NONE;
        thread->turn_ref = 0;
        ph_stack_free_all(self, mutator, thread);
        thread->header_slot = 0;
        ph_thread_set_state(mutator, thread, PH_THREAD_TRAPPED);
    }
    if (thread->is_call == 0) {
        drop(self, mutator, thread);
    }
    ph_scheduler_wake_joiners(self, ref);
}

static void end_program_threads(struct ph_machine *self, struct ph_mutator *mutator,
                                struct ph_program *program)
{
    for (ph_ref ref = program->threads_ref; ref != 0;) {
        struct ph_thread *thread = ph_address(self->heap, ref);
        ref = thread->program_next_ref;
        end_with_program(self, mutator, thread);
    }
    ph_touch(mutator, program, sizeof(*program));
    program->main_thread_ref = 0;
    program->calls_ref = 0;
}

void ph_programs_end(struct ph_machine *self)
{
    PH_ASSERT(self->running == 0);
    for (uint32_t i = 0; i < self->ending.count; i++) {
        end_program_threads(self, &self->mutator, ph_address(self->heap, self->ending.items[i]));
    }
    self->ending.count = 0;
    ph_condition_broadcast(&self->quiet);
}

/* The program has ended; its threads do when all workers have stopped, which is at once. */
static void program_over(struct ph_machine *self, struct ph_mutator *mutator,
                         const struct ph_thread *by, enum ph_program_state state)
{
    struct ph_program *program = ph_address(self->heap, by->program_ref);
    if (ph_program_has_ended(program)) {
        return; /* another of its threads was faster */
    }
    ph_touch(mutator, program, sizeof(*program));
    program->state = state;
    program->trap = by->trap;
    program->trap_text_ref = by->trap_text_ref;
    if (!ph_vector_push(&self->ending, self->allocator, by->program_ref)) {
        ph_port_panic("out of memory at a program's end; the image holds the last cut");
    }
    ph_scheduler_stop_for(self, PH_STOP_PROGRAM);
}

static void program_thread_ended(struct ph_machine *self, struct ph_mutator *mutator,
                                 struct ph_thread *thread)
{
    struct ph_program *program = ph_address(self->heap, thread->program_ref);
    bool has_turn = program->main_thread_ref == ph_ref_to(self->heap, thread);
    if (thread->state == PH_THREAD_TRAPPED && thread->is_call == 0 &&
        (thread->flags & PH_THREAD_SPAWNED) == 0) {
        program_over(self, mutator, thread, PH_PROGRAM_TRAPPED);
        return;
    }
    if (thread->is_call == 0) {
        drop(self, mutator, thread);
    }
    if (has_turn) {
        ph_program_next_turn(self, mutator, program);
    }
    check_program_over(mutator, program);
}

void ph_thread_ended(struct ph_machine *self, struct ph_mutator *mutator,
                     struct ph_thread *thread, enum ph_run_result result)
{
    ph_ref ref = ph_ref_to(self->heap, thread);
    bool of_program = thread->program_ref != 0;
    ph_waiting_forget(self, thread);
    if (result == PH_RUN_EXITING && of_program) { /* it ends with the others */
        program_over(self, mutator, thread, PH_PROGRAM_EXITED);
        return;
    }
    ph_class_init_abandon(self, mutator, thread, 0, true);
    if (result == PH_RUN_FINISHED) {
        PH_SET(mutator, thread->header_slot, 0);
    }
    ph_monitors_thread_ended(self, mutator, thread);
    ph_thread_set_state(mutator, thread,
                        result == PH_RUN_TRAPPED ? PH_THREAD_TRAPPED : PH_THREAD_FINISHED);
    bool is_spawned = (thread->flags & PH_THREAD_SPAWNED) != 0;
    bool is_waited_for = (!of_program && !is_spawned) || thread->is_call != 0;
    bool was_last = live_count_less(self) == 0;
    if (of_program) {
        program_thread_ended(self, mutator, thread);
    } else if (is_spawned) {
        drop(self, mutator, thread);
    }
    ph_scheduler_wake_joiners(self, ref);
    if (is_waited_for || was_last) {
        ph_condition_broadcast(&self->quiet);
    }
}

void ph_program_end(struct ph_machine *self, struct ph_mutator *mutator,
                    struct ph_program *program, uint32_t exit_code)
{
    ph_mutex_lock(&self->lock);
    ph_touch(mutator, program, sizeof(*program));
    program->state = PH_PROGRAM_EXITED;
    program->exit_code = exit_code;
    end_program_threads(self, mutator, program);
    ph_condition_broadcast(&self->quiet);
    ph_mutex_unlock(&self->lock);
}
