/* SPDX-License-Identifier: Apache-2.0 */
/* natives_thread.c - java.lang.Thread, waiting and parking, the ends of threads, and java.lang.ref.
 *
 * Invariants
 *   (1) A thread of the machine and its java.lang.Thread lead to each other: turn_ref and $thread.
 *       `eetop` is not 0 exactly while the Thread is alive.
 *   (2) Thread.interrupted says whether a thread is interrupted; the machine's flag is only what
 *       wakes it: it may be there without the field, never the other way round for long.
 *   (3) References are the machine's own (src/heap/mark.h). What is found dead comes into one queue
 *       of the program, a root; java.lang.ref's handler takes it from there. */
#include "heap/mark.h"
#include "lang/java/vm/natives.h"
#include "machine/internal.h"
#include "machine/monitor.h"

#define MS_NS INT64_C(1000000)
#define FOR_EVER UINT64_MAX /* a negative timeout */

#define INTERRUPTED_FIELD "interrupted:Z"
#define STATUS_FIELD "threadStatus:I"

static ph_ref current_thread(const struct ph_call *call)
{
    return call->thread->turn_ref;
}

struct ph_thread *ph_java_thread_behind(struct ph_call *call, ph_ref java_thread)
{
    ph_ref ref = ph_java_get_ref(ph_java_vm_of(call), java_thread, "$thread");
    return ph_is_a(call->mutator->heap, ref, PH_CLASS_THREAD)
               ? ph_address(call->mutator->heap, ref)
               : NULL;
}

static enum ph_outcome unsupported(struct ph_call *call)
{
    return ph_java_throw(call, "java/lang/UnsupportedOperationException", NULL);
}

/* "phantom/vm/Starter.run(Ljava/lang/Thread;)V"; 0: no memory. May collect. */
static ph_ref starter(struct ph_call *call)
{
    struct ph_java_vm *vm = ph_java_vm_of(call);
    struct ph_class *class = NULL;
    struct ph_root boot;

    ph_root_push(call->mutator, &boot, 0);
    enum ph_java_found found =
        ph_java_find_class(call, &boot, PH_SLICE_TEXT("phantom/vm/Starter"), &class, NULL);
    ph_root_pop(call->mutator, &boot);
    const struct ph_java_known *known = found == PH_JAVA_FOUND ? ph_java_know(vm, class) : NULL;
    uint32_t method =
        known == NULL ? UINT32_MAX
                      : ph_java_method_number(known, PH_SLICE_TEXT("run(Ljava/lang/Thread;)V"));
    return method == UINT32_MAX ? 0 : ph_java_method_function(call, known, method);
}

/* ---- Interruption ---------------------------------------------------------------------------- */

static bool is_interrupted(struct ph_call *call)
{
    ph_ref self = current_thread(call);
    bool is = self != 0 && ph_java_get_number(ph_java_vm_of(call), self, INTERRUPTED_FIELD) != 0;
    if (!is) { /* invariant 2 */
        (void)ph_thread_take_flag(call->mutator, call->thread, PH_THREAD_INTERRUPTED);
    }
    return is;
}

static void forget_interruption(struct ph_call *call)
{
    (void)ph_thread_take_flag(call->mutator, call->thread, PH_THREAD_INTERRUPTED);
    if (current_thread(call) != 0) {
        ph_java_set_number(call, current_thread(call), INTERRUPTED_FIELD, 0);
    }
}

static enum ph_outcome thread_interrupt(struct ph_call *call)
{
    struct ph_thread *thread = ph_java_thread_behind(call, ph_java_argument(call, 0));
    if (thread != NULL) {
        ph_thread_tell(call, thread, PH_THREAD_INTERRUPTED);
    }
    return PH_DONE;
}

static enum ph_outcome thread_clear_interrupt(struct ph_call *call)
{
    (void)ph_thread_take_flag(call->mutator, call->thread, PH_THREAD_INTERRUPTED);
    return PH_DONE;
}

/* ---- Beginning and end of a thread ---------------------------------------------------------- */

static enum ph_outcome thread_current(struct ph_call *call)
{
    return ph_java_return(call, current_thread(call));
}

/* Invariant 1. */
static void join_with(struct ph_call *call, struct ph_thread *thread, ph_ref java_thread)
{
    ph_ref ref = ph_ref_to(call->mutator->heap, thread);

    PH_SET_REF(call->mutator, thread->turn_ref, java_thread);
    ph_java_set_ref(call, java_thread, "$thread", ref);
    ph_java_set_number(call, java_thread, "eetop:J", ref);
}

static enum ph_outcome thread_start(struct ph_call *call)
{
    struct ph_java_vm *vm = ph_java_vm_of(call);
    struct ph_thread *thread;
    ph_ref function_ref = starter(call);
    ph_ref java_thread = ph_java_argument(call, 0);

    if (ph_java_thread_behind(call, java_thread) != NULL) {
        return ph_java_throw(call, "java/lang/IllegalThreadStateException", NULL);
    }
    if (function_ref == 0 ||
        ph_thread_spawn(call, function_ref, java_thread, &thread) != PH_OK) {
        return ph_java_throw(call, "java/lang/OutOfMemoryError", "no room for another thread");
    }
    join_with(call, thread, java_thread);
    if (ph_java_get_number(vm, java_thread, INTERRUPTED_FIELD) != 0) {
        ph_touch(call->mutator, thread, sizeof(*thread));
        __atomic_fetch_or(&thread->flags, PH_THREAD_INTERRUPTED, __ATOMIC_SEQ_CST);
    }
    ph_thread_start(call->machine, call->worker, thread);
    return PH_DONE;
}

/* The present thread of the machine is this java.lang.Thread, whose constructor will ask for the
 * current thread's priority. */
static enum ph_outcome attach(struct ph_call *call)
{
    struct ph_java_vm *vm = ph_java_vm_of(call);
    ph_ref java_thread = ph_java_argument(call, 0);

    if (java_thread == 0) {
        return ph_java_throw_null(call);
    }
    ph_touch(call->mutator, call->thread, sizeof(*call->thread));
    __atomic_fetch_or(&call->thread->flags, PH_THREAD_SHARED, __ATOMIC_SEQ_CST);
    join_with(call, call->thread, java_thread);
    if (ph_java_get_number(vm, java_thread, "priority:I") == 0) {
        ph_java_set_number(call, java_thread, "priority:I", 5);
    }
    return PH_DONE;
}

#define STATUS_TERMINATED 2

/* It has run all that it had to. */
static enum ph_outcome ended(struct ph_call *call)
{
    ph_ref java_thread = ph_java_argument(call, 0);

    if (java_thread == 0) {
        return ph_java_throw_null(call);
    }
    ph_java_set_number(call, java_thread, STATUS_FIELD, STATUS_TERMINATED);
    ph_java_set_number(call, java_thread, "eetop:J", 0);
    return PH_DONE;
}

/* The numbers are those of jdk.internal.misc.VM.toThreadState, which are JVMTI's. */
static uint32_t status_of(const struct ph_thread *thread)
{
    enum { RUNNABLE = 5, SLEEPING = 225, BLOCKED = 1025, WAITING = 0x81, WITHOUT_TIMEOUT = 0x10,
           WITH_TIMEOUT = 0x20, IN_OBJECT_WAIT = 0x100, PARKED = 0x200 };
    uint32_t limit = thread->deadline_ns == 0 ? WITHOUT_TIMEOUT : WITH_TIMEOUT;

    if (__atomic_load_n(&thread->state, __ATOMIC_ACQUIRE) != PH_THREAD_WAITING) {
        return RUNNABLE;
    }
    switch (__atomic_load_n(&thread->wait_kind, __ATOMIC_RELAXED)) {
    case PH_WAIT_TIME: return SLEEPING;
    case PH_WAIT_PARK: return WAITING | PARKED | limit;
    case PH_WAIT_NOTIFY: return WAITING | IN_OBJECT_WAIT | limit;
    case PH_WAIT_ENTER: return BLOCKED;
    default: return RUNNABLE;
    }
}

/* What reading Thread.threadStatus gives (translate.c). */
static enum ph_outcome thread_status(struct ph_call *call)
{
    ph_ref java_thread = ph_java_argument(call, 0);

    if (java_thread == 0) {
        return ph_call_trap(call, PH_TRAP_NULL_REFERENCE);
    }
    int64_t kept = ph_java_get_number(ph_java_vm_of(call), java_thread, STATUS_FIELD);
    const struct ph_thread *thread = ph_java_thread_behind(call, java_thread);
    bool has_ended = kept == STATUS_TERMINATED || (thread != NULL && ph_thread_has_ended(thread));
    return ph_java_return(call, has_ended        ? STATUS_TERMINATED
                                : thread == NULL ? 0
                                                 : status_of(thread));
}

/* ---- Waiting --------------------------------------------------------------------------------- */

/* 0 is for ever, as Object.wait has it. */
static uint64_t timeout_of(int64_t ms)
{
    return ms == 0 || ms > INT64_MAX / MS_NS ? FOR_EVER : (uint64_t)(ms * MS_NS);
}

static enum ph_outcome negative_timeout(struct ph_call *call)
{
    return ph_java_throw(call, "java/lang/IllegalArgumentException",
                         "timeout value is negative");
}

static enum ph_outcome thread_yield(struct ph_call *call)
{
    ph_call_yield(call);
    return PH_DONE;
}

static enum ph_outcome thread_sleep(struct ph_call *call)
{
    int64_t ms = (int64_t)call->slots[0];
    uint64_t deadline;

    if (ms < 0) {
        return negative_timeout(call);
    }
    if (is_interrupted(call)) {
        forget_interruption(call);
        return ph_java_throw(call, "java/lang/InterruptedException", "sleep interrupted");
    }
    if (ms == 0) {
        ph_call_yield(call);
        return PH_DONE;
    }
    uint64_t timeout = timeout_of(ms) == FOR_EVER ? INT64_MAX : timeout_of(ms);
    return ph_call_timeout(call, timeout, &deadline)
               ? PH_DONE
               : ph_call_wait(call, PH_WAIT_TIME, 0, deadline);
}

static enum ph_outcome not_owner(struct ph_call *call, enum ph_outcome outcome)
{
    if (outcome != PH_TRAPPED || call->thread->trap != PH_TRAP_MONITOR) {
        return outcome;
    }
    PH_SET(call->mutator, call->thread->trap, PH_TRAP_NONE);
    return ph_java_throw(call, "java/lang/IllegalMonitorStateException",
                         "current thread is not owner");
}

static enum ph_outcome object_wait(struct ph_call *call)
{
    int64_t ms = (int64_t)call->slots[1];
    uint32_t result = PH_MONITOR_NOTIFIED;

    if (ms < 0) {
        return negative_timeout(call);
    }
    (void)is_interrupted(call);
    enum ph_outcome outcome =
        ph_monitor_wait(call, ph_java_argument(call, 0), timeout_of(ms), &result);
    if (outcome == PH_DONE && result == PH_MONITOR_INTERRUPTED) {
        forget_interruption(call);
        return ph_java_throw(call, "java/lang/InterruptedException", NULL);
    }
    return not_owner(call, outcome);
}

static enum ph_outcome object_notify(struct ph_call *call)
{
    return not_owner(call, ph_monitor_notify(call, ph_java_argument(call, 0), false));
}

static enum ph_outcome object_notify_all(struct ph_call *call)
{
    return not_owner(call, ph_monitor_notify(call, ph_java_argument(call, 0), true));
}

static enum ph_outcome thread_holds_lock(struct ph_call *call)
{
    ph_ref object = ph_java_argument(call, 0);
    return object == 0 ? ph_java_throw_null(call)
                       : ph_java_return(call, ph_monitor_is_owned(call->worker, object));
}

/* Unsafe.park(isAbsolute, time): until `time` ms since 1970, or for `time` ns; relative 0: for
 * ever. */
static enum ph_outcome unsafe_park(struct ph_call *call)
{
    bool is_absolute = (uint32_t)call->slots[1] != 0;
    int64_t time = (int64_t)call->slots[2];
    uint64_t deadline, timeout = (uint64_t)time;

    if (ph_thread_take_flag(call->mutator, call->thread, PH_THREAD_PERMIT) ||
        is_interrupted(call) || time < 0) {
        return PH_DONE;
    }
    if (is_absolute) {
        int64_t now = (int64_t)(ph_clock_wall_ns() / (uint64_t)MS_NS);
        timeout = time <= now ? 0 : PH_MAX(timeout_of(time - now), 1u);
        timeout = timeout == FOR_EVER ? INT64_MAX : timeout;
    } else if (time == 0) {
        timeout = FOR_EVER;
    }
    return ph_call_timeout(call, timeout, &deadline)
               ? PH_DONE
               : ph_call_wait(call, PH_WAIT_PARK, 0, deadline);
}

static enum ph_outcome unsafe_unpark(struct ph_call *call)
{
    struct ph_java_vm *vm = ph_java_vm_of(call);
    ph_ref java_thread = ph_java_argument(call, 1);
    uint32_t number;

    if (java_thread == 0) {
        return PH_DONE;
    }
    struct ph_class *class =
        (struct ph_class *)(uintptr_t)ph_class_of(vm->heap, java_thread);
    if (ph_java_find_field(vm, class, PH_SLICE_TEXT("$thread"), &number) == NULL) {
        return ph_java_throw(call, "java/lang/InternalError", "not a thread");
    }
    struct ph_thread *thread = ph_java_thread_behind(call, java_thread);
    if (thread != NULL) {
        ph_thread_tell(call, thread, PH_THREAD_PERMIT);
    }
    return PH_DONE;
}

/* ---- All threads ----------------------------------------------------------------------------- */

/* The program's next Java thread behind `thread` (NULL: the first) that has not ended. The
 * machine's lock is held. */
static struct ph_thread *next_java_thread(struct ph_call *call, const struct ph_thread *thread)
{
    const struct ph_program *program = ph_machine_object(call->machine, call->thread->program_ref);
    struct ph_thread *next = ph_machine_object(
        call->machine, thread == NULL ? program->threads_ref : thread->program_next_ref);

    while (next != NULL && (next->turn_ref == 0 || ph_thread_has_ended(next))) {
        next = ph_machine_object(call->machine, next->program_next_ref);
    }
    return next;
}

/* Where Threads have the field. */
static uint32_t thread_field(struct ph_call *call, struct ph_slice key)
{
    struct ph_java_vm *vm = ph_java_vm_of(call);
    struct ph_class *class =
        (struct ph_class *)(uintptr_t)ph_class_of(vm->heap, current_thread(call));
    uint32_t number;
    const struct ph_java_known *found = ph_java_find_field(vm, class, key, &number);

    PH_ASSERT(found != NULL);
    return ph_java_field_offset(found, number);
}

/* Until no thread is left but this one and daemons. */
static enum ph_outcome await_others(struct ph_call *call)
{
    uint32_t daemon_offset = thread_field(call, PH_SLICE_TEXT("daemon:Z"));

    ph_mutex_lock(&call->machine->lock);
    struct ph_thread *other = next_java_thread(call, NULL);
    while (other != NULL &&
           (other == call->thread ||
            ((const uint8_t *)ph_address(call->mutator->heap, other->turn_ref))[daemon_offset] !=
                0)) {
        other = next_java_thread(call, other);
    }
    ph_mutex_unlock(&call->machine->lock);
    return other == NULL ? PH_DONE
                         : ph_call_wait_for(call, PH_WAIT_THREAD,
                                            ph_ref_to(call->mutator->heap, other), 0);
}

/* How many there are; they are put into `array`, if that has just as many items. */
static uint32_t list_threads(struct ph_call *call, ph_ref array)
{
    struct ph_refs *items = array == 0 ? NULL : ph_address(call->mutator->heap, array);
    uint32_t count = 0;

    ph_mutex_lock(&call->machine->lock);
    for (struct ph_thread *t = next_java_thread(call, NULL); t != NULL;
         t = next_java_thread(call, t)) {
        if (items != NULL && count < items->length) {
            PH_SET_REF(call->mutator, items->items[count], t->turn_ref);
        }
        count++;
    }
    ph_mutex_unlock(&call->machine->lock);
    return count;
}

enum ph_outcome ph_java_all_threads(struct ph_call *call)
{
    uint32_t count = list_threads(call, 0);

    for (;;) {
        ph_ref array = ph_java_new_array_named(call, "[Ljava/lang/Thread;", count);
        if (array == 0) {
            return ph_java_out_of_memory(call);
        }
        uint32_t listed = list_threads(call, array);
        if (listed == count) {
            return ph_java_return(call, array);
        }
        count = listed;
    }
}

/* ---- References ------------------------------------------------------------------------------ */

/* The program's queue of references that were found dead; 0: no memory. Never collects. */
static ph_ref pending_queue(struct ph_call *call)
{
    struct ph_java_vm *vm = ph_java_vm_of(call);

    ph_ref queue = ph_java_root(call, PH_JAVA_ROOT_PENDING);
    if (queue != 0) {
        return queue;
    }
    ph_mutex_lock(&vm->dictionary_lock);
    queue = ph_java_root(call, PH_JAVA_ROOT_PENDING);
    if (queue == 0) {
        queue = ph_object_new_pinned(call->mutator, PH_CLASS_QUEUE, 0);
        ph_java_set_root(call, PH_JAVA_ROOT_PENDING, queue);
    }
    ph_mutex_unlock(&vm->dictionary_lock);
    return queue;
}

/* The first argument is one of java.lang.ref; false: the native has trapped. */
static bool is_reference(struct ph_call *call)
{
    ph_ref ref = ph_java_argument(call, 0);
    bool is = ref != 0 && ph_class_of(call->mutator->heap, ref)->layout == PH_LAYOUT_WEAK;
    if (!is) {
        (void)ph_call_trap(call, ref == 0 ? PH_TRAP_NULL_REFERENCE : PH_TRAP_WRONG_CLASS);
    }
    return is;
}

static enum ph_outcome reference_get(struct ph_call *call)
{
    return is_reference(call)
               ? ph_java_return(call, ph_weak_get(call->mutator, ph_java_argument(call, 0)))
               : PH_TRAPPED;
}

static enum ph_outcome reference_set(struct ph_call *call)
{
    if (!is_reference(call)) {
        return PH_TRAPPED;
    }
    ph_ref queue = pending_queue(call);
    if (queue == 0) {
        return ph_java_out_of_memory(call);
    }
    ph_weak_set(call->mutator, ph_java_argument(call, 0), ph_java_argument(call, 1), queue);
    return PH_DONE;
}

static enum ph_outcome reference_clear(struct ph_call *call)
{
    if (!is_reference(call)) {
        return PH_TRAPPED;
    }
    ph_weak_clear(call->mutator, ph_java_argument(call, 0));
    return PH_DONE;
}

static enum ph_outcome reference_refers_to(struct ph_call *call)
{
    return is_reference(call)
               ? ph_java_return(call,
                                ph_weak_refers_to(call->mutator, ph_java_argument(call, 0),
                                                  ph_java_argument(call, 1)))
               : PH_TRAPPED;
}

/* Linked by their `discovered`, as the handler takes them. */
static enum ph_outcome pending_take(struct ph_call *call)
{
    ph_ref queue = pending_queue(call);
    ph_ref first = queue == 0 ? 0 : ph_weak_take_all(call->mutator, queue);

    for (ph_ref weak = first; weak != 0;) {
        ph_ref next = ph_weak_next(call->mutator, weak);
        ph_java_set_ref(call, weak, "discovered:Ljava/lang/ref/Reference;", next);
        weak = next;
    }
    return ph_java_return(call, first);
}

static bool has_pending(struct ph_call *call)
{
    ph_ref queue = pending_queue(call);
    return queue != 0 && !ph_weak_queue_is_empty(call->mutator->heap, queue);
}

static enum ph_outcome pending_is_there(struct ph_call *call)
{
    return ph_java_return(call, has_pending(call));
}

static enum ph_outcome pending_wait(struct ph_call *call)
{
    return has_pending(call) ? PH_DONE : ph_call_wait(call, PH_WAIT_QUEUE, 0, 0);
}

#define THREAD "java/lang/Thread."
#define REFERENCE "java/lang/ref/Reference."

ph_status ph_java_thread_natives_add(struct ph_java_vm *self)
{
    static const struct ph_native_info natives[] = {
        {"java", THREAD "registerNatives()V", ":", ph_java_nothing},
        {"java", THREAD "currentThread()Ljava/lang/Thread;", ":r", thread_current},
        {"java", THREAD "yield()V", ":", thread_yield},
        {"java", THREAD "sleep(J)V", "l:", thread_sleep},
        {"java", THREAD "start0()V", "r:", thread_start},
        {"java", THREAD "holdsLock(Ljava/lang/Object;)Z", "r:i", thread_holds_lock},
        {"java", THREAD "getThreads()[Ljava/lang/Thread;", ":r", ph_java_all_threads},
        {"java", THREAD "setPriority0(I)V", "ri:", ph_java_nothing},
        {"java", THREAD "stop0(Ljava/lang/Object;)V", "rr:", unsupported},
        {"java", THREAD "suspend0()V", "r:", unsupported},
        {"java", THREAD "resume0()V", "r:", unsupported},
        {"java", THREAD "interrupt0()V", "r:", thread_interrupt},
        {"java", THREAD "clearInterruptEvent()V", ":", thread_clear_interrupt},
        {"java", THREAD "setNativeName(Ljava/lang/String;)V", "rr:", ph_java_nothing},
        {"java", "thread_status", "r:i", thread_status},
        {"java", "java/lang/Object.wait(J)V", "rl:", object_wait},
        {"java", "java/lang/Object.notify()V", "r:", object_notify},
        {"java", "java/lang/Object.notifyAll()V", "r:", object_notify_all},
        {"java", "jdk/internal/misc/Unsafe.park(ZJ)V", "ril:", unsafe_park},
        {"java", "jdk/internal/misc/Unsafe.unpark(Ljava/lang/Object;)V", "rr:", unsafe_unpark},
        {"java", "phantom/vm/VM.attach(Ljava/lang/Thread;)V", "r:", attach},
        {"java", "phantom/vm/VM.awaitOthers()V", ":", await_others},
        {"java", "phantom/vm/Starter.ended(Ljava/lang/Thread;)V", "r:", ended},
        {"java", "reference_get", "r:r", reference_get},
        {"java", "reference_set", "rr:", reference_set},
        {"java", REFERENCE "getAndClearReferencePendingList()Ljava/lang/ref/Reference;", ":r",
         pending_take},
        {"java", REFERENCE "hasReferencePendingList()Z", ":i", pending_is_there},
        {"java", REFERENCE "waitForReferencePendingList()V", ":", pending_wait},
        {"java", REFERENCE "refersTo0(Ljava/lang/Object;)Z", "rr:i", reference_refers_to},
        {"java", REFERENCE "clear0()V", "r:", reference_clear},
        {"java", "java/lang/ref/PhantomReference.refersTo0(Ljava/lang/Object;)Z", "rr:i",
         reference_refers_to},
    };
    return ph_machine_add_natives_for(self->machine, natives, PH_COUNT(natives), self,
                                      PH_PRIVILEGE_ALL);
}
