/* SPDX-License-Identifier: Apache-2.0 */
/* threads.c - natives of module "phantom" by which programs start threads and wait for them.
 *
 *   thread_start           (function, argument) → thread. The function takes one reference and
 *                          returns nothing
 *   thread_join            (thread, timeout) → 0 it returned, 3 it ended in a trap, or as below
 *   thread_current         → thread
 *   thread_yield           lets other ready threads run first
 *   thread_sleep_ns        (timeout) → 1 or 2
 *   thread_park            (timeout) → 0 there was a permit, which is used up
 *   thread_unpark          (thread): gives it a permit, if it has none
 *   thread_interrupt       (thread): whoever sleeps, parks, joins or waits stops doing so
 *   thread_interrupted     → was the present thread interrupted? Not any more
 *   thread_is_interrupted  (thread) → 0 or 1
 *   thread_state           (thread) → enum ph_thread_state, and << 8 enum ph_wait_kind
 *   thread_trap_text       (thread) → why it ended in a trap (bytes), or null
 *   thread_id              (thread) → a number that is never used again
 *
 * A timeout is in nanoseconds of the world's clock; negative: none. Waiting ends with 1 when it has
 * passed and with 2 when the thread was interrupted; sleep and join then forget the interruption,
 * park does not. Null and references to something else trap. */
#include "machine/internal.h"

enum outcome_code { ENDED = 0, TIMED_OUT = 1, INTERRUPTED = 2, DIED = 3 };

static enum ph_outcome done(struct ph_call *call, uint64_t result)
{
    call->slots[0] = result;
    return PH_DONE;
}

/* The thread that argument `index` refers to; NULL: the native has trapped. */
static struct ph_thread *thread_argument(struct ph_call *call, uint32_t index)
{
    ph_ref ref = (ph_ref)call->slots[index];
    if (ph_is_a(call->mutator->heap, ref, PH_CLASS_THREAD)) {
        return ph_address(call->mutator->heap, ref);
    }
    (void)ph_call_trap(call, ref == 0 ? PH_TRAP_NULL_REFERENCE : PH_TRAP_WRONG_CLASS);
    return NULL;
}

static uint32_t flags_of(const struct ph_thread *thread)
{
    return __atomic_load_n(&thread->flags, __ATOMIC_SEQ_CST);
}

/* The flags before. */
static uint32_t add_flag(struct ph_mutator *mutator, struct ph_thread *thread, uint32_t flag)
{
    ph_touch(mutator, &thread->flags, sizeof(thread->flags));
    return __atomic_fetch_or(&thread->flags, flag, __ATOMIC_SEQ_CST);
}

bool ph_thread_take_flag(struct ph_mutator *mutator, struct ph_thread *thread, uint32_t flag)
{
    if ((flags_of(thread) & flag) == 0) {
        return false;
    }
    ph_touch(mutator, &thread->flags, sizeof(thread->flags));
    return (__atomic_fetch_and(&thread->flags, ~flag, __ATOMIC_SEQ_CST) & flag) != 0;
}

bool ph_call_take_interruption(struct ph_call *call)
{
    return ph_thread_take_flag(call->mutator, call->thread, PH_THREAD_INTERRUPTED);
}

bool ph_call_timeout(struct ph_call *call, uint64_t timeout, uint64_t *deadline_ns)
{
    uint64_t *kept = &call->thread->native_state[0];
    *deadline_ns = 0;
    if ((int64_t)timeout < 0) { /* the clock is not looked at in vain */
        return false;
    }
    uint64_t now = ph_machine_clock_ns(call->machine);
    if (*kept == 0) { /* at most 2^63 after now, and so no overflow */
        PH_SET(call->mutator, *kept, PH_MAX(now + timeout, 1u));
    }
    *deadline_ns = *kept;
    return *kept <= now;
}

/* ---- Start and end ------------------------------------------------------------------- */

static bool takes_one_reference(struct ph_machine *machine, ph_ref function_ref)
{
    const struct ph_function_object *f = ph_address(machine->heap, function_ref);
    struct ph_signature signature;
    return ph_signature_by_number(machine, f->signature, &signature) &&
           signature.param_count == 1 && signature.result_count == 0 &&
           signature.types[0] == PH_REF;
}

ph_status ph_thread_spawn(struct ph_call *call, ph_ref function_ref, uint64_t argument,
                          struct ph_thread **spawned)
{
    struct ph_machine *machine = call->machine;
    struct ph_thread *thread;
    PH_ASSERT(takes_one_reference(machine, function_ref));
    ph_status status =
        ph_thread_create(machine, call->mutator, function_ref, &argument, &thread, NULL);
    if (status != PH_OK) {
        return status;
    }
    (void)add_flag(call->mutator, thread, PH_THREAD_SPAWNED | PH_THREAD_SHARED);
    if (call->thread->program_ref != 0) {
        ph_thread_give(machine, call->mutator, thread,
                       ph_address(machine->heap, call->thread->program_ref));
    }
    *spawned = thread;
    return PH_OK;
}

static enum ph_outcome thread_start(struct ph_call *call)
{
    struct ph_machine *machine = call->machine;
    ph_ref function_ref = (ph_ref)call->slots[0];
    struct ph_thread *thread;
    if (function_ref == 0) {
        return ph_call_trap(call, PH_TRAP_NULL_REFERENCE);
    }
    if (!ph_is_a(machine->heap, function_ref, PH_CLASS_FUNCTION) ||
        !takes_one_reference(machine, function_ref)) {
        return ph_call_trap(call, PH_TRAP_INDIRECT_TYPE);
    }
    if (ph_thread_spawn(call, function_ref, call->slots[1], &thread) != PH_OK) {
        return ph_call_trap(call, PH_TRAP_OUT_OF_MEMORY);
    }
    ph_thread_start(machine, call->worker, thread);
    return done(call, ph_ref_to(machine->heap, thread));
}

static enum ph_outcome thread_join(struct ph_call *call)
{
    struct ph_thread *thread = thread_argument(call, 0);
    uint64_t deadline;
    if (thread == NULL) {
        return PH_TRAPPED;
    }
    if (ph_thread_has_ended(thread)) {
        return done(call, thread->state == PH_THREAD_TRAPPED ? DIED : ENDED);
    }
    if (ph_call_take_interruption(call)) {
        return done(call, INTERRUPTED);
    }
    if (ph_call_timeout(call, call->slots[1], &deadline)) {
        return done(call, TIMED_OUT);
    }
    return ph_call_wait_for(call, PH_WAIT_THREAD, (ph_ref)call->slots[0], deadline);
}

static enum ph_outcome thread_trap_text(struct ph_call *call)
{
    const struct ph_thread *thread = thread_argument(call, 0);
    if (thread == NULL) {
        return PH_TRAPPED;
    }
    return done(call, ph_thread_has_ended(thread) ? thread->trap_text_ref : 0);
}

static enum ph_outcome thread_state(struct ph_call *call)
{
    const struct ph_thread *thread = thread_argument(call, 0);
    if (thread == NULL) {
        return PH_TRAPPED;
    }
    uint32_t state = __atomic_load_n(&thread->state, __ATOMIC_ACQUIRE);
    uint32_t kind = __atomic_load_n(&thread->wait_kind, __ATOMIC_RELAXED);
    return done(call, state == PH_THREAD_WAITING ? state | kind << 8 : state);
}

static enum ph_outcome thread_id(struct ph_call *call)
{
    const struct ph_thread *thread = thread_argument(call, 0);
    return thread == NULL ? PH_TRAPPED : done(call, thread->id);
}

static enum ph_outcome thread_current(struct ph_call *call)
{
    if ((flags_of(call->thread) & PH_THREAD_SHARED) == 0) {
        (void)add_flag(call->mutator, call->thread, PH_THREAD_SHARED);
    }
    return done(call, ph_ref_to(call->mutator->heap, call->thread));
}

/* ---- Waiting ------------------------------------------------------------------------- */

void ph_call_yield(struct ph_call *call)
{
    if (ph_ready_count(call->machine) > 0) { /* at its next safepoint it stops, and others run */
        __atomic_store_n(&call->worker->slice_over, 1, __ATOMIC_RELAXED);
        __atomic_store_n(&call->worker->poll, 1, __ATOMIC_RELAXED);
    }
}

static enum ph_outcome thread_yield(struct ph_call *call)
{
    ph_call_yield(call);
    return PH_DONE;
}

static enum ph_outcome thread_sleep_ns(struct ph_call *call)
{
    uint64_t deadline;
    if (ph_call_take_interruption(call)) {
        return done(call, INTERRUPTED);
    }
    if (ph_call_timeout(call, call->slots[0], &deadline)) {
        return done(call, TIMED_OUT);
    }
    /* For ever: no clock will wake it, but an interruption does. */
    return ph_call_wait(call, deadline == 0 ? PH_WAIT_PARK : PH_WAIT_TIME, 0, deadline);
}

static enum ph_outcome thread_park(struct ph_call *call)
{
    uint64_t deadline;
    if (ph_thread_take_flag(call->mutator, call->thread, PH_THREAD_PERMIT)) {
        return done(call, ENDED);
    }
    if ((flags_of(call->thread) & PH_THREAD_INTERRUPTED) != 0) {
        return done(call, INTERRUPTED);
    }
    if (ph_call_timeout(call, call->slots[0], &deadline)) {
        return done(call, TIMED_OUT);
    }
    return ph_call_wait(call, PH_WAIT_PARK, 0, deadline);
}

void ph_thread_tell(struct ph_call *call, struct ph_thread *thread, uint32_t flag)
{
    if ((add_flag(call->mutator, thread, flag) & flag) == 0) {
        ph_thread_wake(call->machine, call->worker, thread);
    }
}

static enum ph_outcome tell(struct ph_call *call, uint32_t flag)
{
    struct ph_thread *thread = thread_argument(call, 0);
    if (thread == NULL) {
        return PH_TRAPPED;
    }
    ph_thread_tell(call, thread, flag);
    return PH_DONE;
}

static enum ph_outcome thread_unpark(struct ph_call *call)
{
    return tell(call, PH_THREAD_PERMIT);
}

static enum ph_outcome thread_interrupt(struct ph_call *call)
{
    return tell(call, PH_THREAD_INTERRUPTED);
}

static enum ph_outcome thread_interrupted(struct ph_call *call)
{
    return done(call, ph_call_take_interruption(call));
}

static enum ph_outcome thread_is_interrupted(struct ph_call *call)
{
    const struct ph_thread *thread = thread_argument(call, 0);
    if (thread == NULL) {
        return PH_TRAPPED;
    }
    return done(call, (flags_of(thread) & PH_THREAD_INTERRUPTED) != 0);
}

static const struct ph_native_info natives[] = {
    {"phantom", "thread_start", "rr:r", thread_start},
    {"phantom", "thread_join", "rl:i", thread_join},
    {"phantom", "thread_current", ":r", thread_current},
    {"phantom", "thread_yield", ":", thread_yield},
    {"phantom", "thread_sleep_ns", "l:i", thread_sleep_ns},
    {"phantom", "thread_park", "l:i", thread_park},
    {"phantom", "thread_unpark", "r:", thread_unpark},
    {"phantom", "thread_interrupt", "r:", thread_interrupt},
    {"phantom", "thread_interrupted", ":i", thread_interrupted},
    {"phantom", "thread_is_interrupted", "r:i", thread_is_interrupted},
    {"phantom", "thread_state", "r:i", thread_state},
    {"phantom", "thread_trap_text", "r:r", thread_trap_text},
    {"phantom", "thread_id", "r:l", thread_id},
};

ph_status ph_thread_natives_add(struct ph_machine *self)
{
    return ph_machine_add_natives(self, natives, PH_COUNT(natives));
}
