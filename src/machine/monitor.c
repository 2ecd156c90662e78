/* SPDX-License-Identifier: Apache-2.0 */
/* monitor.c - locks of objects where the fast path does not do, and waiting for notification.
 *
 * Invariants
 *   (1) A word becomes inflated, and stops being so, under the stripe of its object; so does every
 *       change of its monitor. Other changes are single compare-and-swaps.
 *   (2) A number is in the world's monitors_ref exactly while one object's word names it. Each
 *       monitor there has an owner, or threads that want to enter or wait, but where one was killed
 *       there: then until the object is next locked.
 *   (3) Threads that want to enter stay in the queue until they have. Who leaves wakes the first of
 *       them; others may be faster, but when the first was woken in vain it is given the monitor
 *       (PH_THREAD_GRANTED) at the next chance.
 *   (4) lock_owners[n] is the thread with lock word n, 0, or LOST: the word of a thread that ended
 *       while it held locks; it may still be in objects, and means nobody. Such words are never
 *       given again; they stand in monitors_ref, so that later lives know too.
 *
 * Order of locks: machine->lock, a stripe, monitor_lock. Nobody is woken under a stripe, since that
 * may take machine->lock. */
#include "machine/monitor.h"

#include "base/hash.h"
#include "machine/internal.h"

#define NUMBERS_MAX (1u << 24)
#define LOST 1u /* no object is there */

enum wait_phase { WAIT_BEGIN = 0, WAIT_NOTIFICATION = 1, WAIT_ENTER = 2 };

/* ---- Small things -------------------------------------------------------------------- */

static struct ph_mutex *stripe_of(struct ph_machine *self, ph_ref object_ref)
{
    uint32_t hash = object_ref * UINT32_C(2654435761);
    return &self->monitor_stripes[hash >> 27];
}
_Static_assert(PH_MONITOR_STRIPES == 1u << (32 - 27), "stripe_of");

static uint32_t word_of(const struct ph_object *object)
{
    return __atomic_load_n(&object->flags, __ATOMIC_ACQUIRE);
}

static bool change_word(struct ph_worker *worker, struct ph_object *object, uint32_t *word,
                        uint32_t to)
{
    ph_touch(&worker->mutator, object, sizeof(*object));
    return __atomic_compare_exchange_n(&object->flags, word, to, false, __ATOMIC_SEQ_CST,
                                       __ATOMIC_SEQ_CST);
}

static uint32_t entries_of(uint32_t word)
{
    return ((word & PH_LOCK_ENTRIES) >> PH_LOCK_VALUE_SHIFT) + 1;
}

static struct ph_monitor *monitor_at(struct ph_machine *self, uint32_t number)
{
    PH_ASSERT(number > 0 && number < NUMBERS_MAX && self->monitors[number] != 0);
    return ph_address(self->heap, self->monitors[number]);
}

static enum ph_outcome trap(struct ph_worker *worker, enum ph_trap why)
{
    PH_SET(&worker->mutator, worker->thread->trap, (uint32_t)why);
    return PH_TRAPPED;
}

/* ---- Numbers ------------------------------------------------------------------------- */

/* A number that nobody has; 0: there are none. monitor_lock is held. */
static uint32_t number_take(ph_thread_refs *free_numbers, uint32_t *next)
{
    if (free_numbers->count > 0) {
        return free_numbers->items[--free_numbers->count];
    }
    return *next < NUMBERS_MAX ? (*next)++ : 0;
}

static void number_give(struct ph_machine *self, ph_thread_refs *free_numbers, uint32_t number)
{
    bool kept = ph_vector_push(free_numbers, self->allocator, number);
    (void)kept; /* without memory for it a number is lost until the next resume */
}

/* Gives the thread a lock word; without one it inflates whatever it locks. */
static void lock_word_give(struct ph_worker *worker)
{
    struct ph_machine *self = worker->machine;
    struct ph_thread *thread = worker->thread;
    if (thread->lock_word != 0) {
        return;
    }
    ph_mutex_lock(&self->monitor_lock);
    uint32_t number = number_take(&self->free_locks, &self->next_lock);
    if (number != 0) {
        __atomic_store_n(&self->lock_owners[number], ph_ref_to(self->heap, thread),
                         __ATOMIC_RELEASE);
        PH_SET(&worker->mutator, thread->lock_word,
               number << PH_LOCK_OWNER_SHIFT | PH_LOCK_THIN);
    }
    ph_mutex_unlock(&self->monitor_lock);
}

static ph_ref owner_of_word(struct ph_machine *self, uint32_t word)
{
    uint32_t number = (word >> PH_LOCK_OWNER_SHIFT) & PH_LOCK_OWNERS_MAX;
    ph_ref owner = __atomic_load_n(&self->lock_owners[number], __ATOMIC_ACQUIRE);
    return owner == LOST ? 0 : owner;
}

/* A new monitor in the world's table; NULL: out of memory. */
static struct ph_monitor *monitor_new(struct ph_machine *self, struct ph_mutator *mutator)
{
    ph_ref ref = ph_object_new_pinned(mutator, PH_CLASS_MONITOR, 0);
    if (ref == 0) {
        return NULL;
    }
    struct ph_monitor *monitor = ph_address(self->heap, ref);
    ph_mutex_lock(&self->monitor_lock);
    uint32_t number = number_take(&self->free_monitors, &self->next_monitor);
    bool ok = number != 0 &&
              ph_items_put(self, mutator, &self->world->monitors_ref, number, ref);
    if (ok) {
        self->monitors[number] = ref;
        PH_SET(mutator, monitor->number, number);
    } else {
        ph_object_free(mutator, ref);
    }
    ph_mutex_unlock(&self->monitor_lock);
    return ok ? monitor : NULL;
}

static void monitor_free(struct ph_machine *self, struct ph_mutator *mutator,
                         struct ph_monitor *monitor)
{
    uint32_t number = monitor->number;
    ph_mutex_lock(&self->monitor_lock);
    PH_SET(mutator, ph_items(self, self->world->monitors_ref)->items[number], 0);
    self->monitors[number] = 0;
    number_give(self, &self->free_monitors, number);
    ph_mutex_unlock(&self->monitor_lock);
    ph_object_free(mutator, ph_ref_to(self->heap, monitor));
}

/* ---- Queues -------------------------------------------------------------------------- */

static void queue_add(struct ph_machine *self, struct ph_mutator *mutator,
                      struct ph_thread *thread, ph_ref *first, ph_ref *last)
{
    ph_ref ref = ph_ref_to(self->heap, thread);
    ph_touch(mutator, thread, sizeof(*thread));
    thread->wait_next_ref = 0;
    thread->wait_previous_ref = *last;
    if (*last != 0) {
        struct ph_thread *before = ph_address(self->heap, *last);
        PH_SET(mutator, before->wait_next_ref, ref);
    } else {
        PH_SET(mutator, *first, ref);
    }
    PH_SET(mutator, *last, ref);
}

static void queue_remove(struct ph_machine *self, struct ph_mutator *mutator,
                         struct ph_thread *thread, ph_ref *first, ph_ref *last)
{
    struct ph_thread *next = ph_machine_object(self, thread->wait_next_ref);
    struct ph_thread *previous = ph_machine_object(self, thread->wait_previous_ref);
    if (previous != NULL) {
        PH_SET(mutator, previous->wait_next_ref, thread->wait_next_ref);
    } else {
        PH_SET(mutator, *first, thread->wait_next_ref);
    }
    if (next != NULL) {
        PH_SET(mutator, next->wait_previous_ref, thread->wait_previous_ref);
    } else {
        PH_SET(mutator, *last, thread->wait_previous_ref);
    }
    ph_touch(mutator, thread, sizeof(*thread));
    thread->wait_next_ref = thread->wait_previous_ref = 0;
}

static void enter_queue_add(struct ph_machine *self, struct ph_mutator *mutator,
                            struct ph_monitor *monitor, struct ph_thread *thread)
{
    queue_add(self, mutator, thread, &monitor->enter_first_ref, &monitor->enter_last_ref);
    PH_SET(mutator, thread->wait_monitor, monitor->number);
}

static void enter_queue_remove(struct ph_machine *self, struct ph_mutator *mutator,
                               struct ph_monitor *monitor, struct ph_thread *thread)
{
    if (monitor->enter_first_ref == ph_ref_to(self->heap, thread)) {
        PH_SET(mutator, monitor->failures, 0);
    }
    queue_remove(self, mutator, thread, &monitor->enter_first_ref, &monitor->enter_last_ref);
    PH_SET(mutator, thread->wait_monitor, 0);
}

static void wait_set_remove(struct ph_machine *self, struct ph_mutator *mutator,
                            struct ph_monitor *monitor, struct ph_thread *thread)
{
    queue_remove(self, mutator, thread, &monitor->wait_first_ref, &monitor->wait_last_ref);
    PH_SET(mutator, thread->wait_monitor, 0);
}

/* ---- Entering and leaving an inflated object; its stripe is held ----------------------- */

/* `entries` times at once. What is left to do when it is not PH_DONE is to wait. */
static enum ph_outcome enter_monitor(struct ph_worker *worker, struct ph_monitor *monitor,
                                     uint32_t entries)
{
    struct ph_machine *self = worker->machine;
    struct ph_mutator *mutator = &worker->mutator;
    struct ph_thread *thread = worker->thread;
    ph_ref self_ref = ph_ref_to(self->heap, thread);
    bool is_queued = thread->wait_monitor != 0;
    ph_touch(mutator, monitor, sizeof(*monitor));
    if (monitor->owner_ref == self_ref) {
        if ((__atomic_load_n(&thread->flags, __ATOMIC_RELAXED) & PH_THREAD_GRANTED) != 0) {
            ph_touch(mutator, thread, sizeof(*thread));
            __atomic_fetch_and(&thread->flags, ~(uint32_t)PH_THREAD_GRANTED, __ATOMIC_RELAXED);
        } else {
            monitor->entries += entries;
        }
    } else if (monitor->owner_ref == 0) {
        monitor->owner_ref = self_ref;
        monitor->entries = entries;
        if (is_queued) {
            enter_queue_remove(self, mutator, monitor, thread);
        }
    } else if (!is_queued) {
        PH_SET(mutator, thread->wait_value, entries);
        enter_queue_add(self, mutator, monitor, thread);
        return PH_WAITING;
    } else {
        monitor->failures += monitor->enter_first_ref == self_ref;
        return PH_WAITING;
    }
    worker->locks_held += entries;
    return PH_DONE;
}

/* Nobody owns the monitor from now on, or the first in the queue does. Whom to wake. */
static struct ph_thread *release_monitor(struct ph_machine *self, struct ph_mutator *mutator,
                                         struct ph_monitor *monitor)
{
    struct ph_thread *first = ph_machine_object(self, monitor->enter_first_ref);
    ph_touch(mutator, monitor, sizeof(*monitor));
    monitor->owner_ref = 0;
    monitor->entries = 0;
    if (first != NULL && monitor->failures > 0) { /* invariant 3 */
        monitor->owner_ref = monitor->enter_first_ref;
        monitor->entries = (uint32_t)first->wait_value;
        enter_queue_remove(self, mutator, monitor, first);
        ph_touch(mutator, first, sizeof(*first));
        __atomic_fetch_or(&first->flags, PH_THREAD_GRANTED, __ATOMIC_RELAXED);
    }
    return first;
}

static bool is_needed(const struct ph_monitor *monitor)
{
    return monitor->owner_ref != 0 || monitor->enter_first_ref != 0 ||
           monitor->wait_first_ref != 0;
}

static void deflate(struct ph_worker *worker, struct ph_object *object, struct ph_monitor *monitor)
{
    ph_touch(&worker->mutator, object, sizeof(*object));
    __atomic_store_n(&object->flags, monitor->hash << PH_LOCK_VALUE_SHIFT, __ATOMIC_RELEASE);
    monitor_free(worker->machine, &worker->mutator, monitor);
}

/* Makes a monitor for an object that is locked thin or not at all, with its owner or hash. It is
 * NULL if the word has changed meanwhile. False: out of memory. */
static bool inflate(struct ph_worker *worker, struct ph_object *object, uint32_t word,
                    struct ph_monitor **inflated)
{
    struct ph_machine *self = worker->machine;
    struct ph_mutator *mutator = &worker->mutator;
    struct ph_monitor *monitor = monitor_new(self, mutator);
    if (monitor == NULL) {
        return false;
    }
    ph_touch(mutator, monitor, sizeof(*monitor));
    if ((word & PH_LOCK_KIND) == PH_LOCK_THIN) {
        monitor->owner_ref = owner_of_word(self, word);
        monitor->entries = monitor->owner_ref == 0 ? 0 : entries_of(word);
    } else {
        monitor->hash = word >> PH_LOCK_VALUE_SHIFT;
    }
    if (!change_word(worker, object, &word,
                     monitor->number << PH_LOCK_VALUE_SHIFT | PH_LOCK_INFLATED)) {
        monitor_free(self, mutator, monitor);
        monitor = NULL;
    }
    *inflated = monitor;
    return true;
}

/* The object's monitor, inflating it if need be. NULL: out of memory. The stripe is held. */
static struct ph_monitor *monitor_of(struct ph_worker *worker, struct ph_object *object)
{
    struct ph_monitor *monitor = NULL;
    while (monitor == NULL) {
        uint32_t word = word_of(object);
        if ((word & PH_LOCK_KIND) == PH_LOCK_INFLATED) {
            return monitor_at(worker->machine, word >> PH_LOCK_VALUE_SHIFT);
        }
        if (!inflate(worker, object, word, &monitor)) {
            return NULL;
        }
    }
    return monitor;
}

static enum ph_outcome wait_to_enter(struct ph_worker *worker)
{
    struct ph_thread *thread = worker->thread;
    ph_touch(&worker->mutator, thread, sizeof(*thread));
    thread->wait_kind = PH_WAIT_ENTER;
    thread->deadline_ns = 0;
    return PH_WAITING;
}

enum ph_outcome ph_monitor_enter(struct ph_worker *worker, ph_ref object_ref)
{
    struct ph_machine *self = worker->machine;
    if (object_ref == 0) {
        return trap(worker, PH_TRAP_NULL_REFERENCE);
    }
    struct ph_object *object = ph_address(self->heap, object_ref);
    lock_word_give(worker);
    ph_touch(&worker->mutator, object, sizeof(*object));
    if (ph_monitor_enter_fast(worker, object)) { /* never for one in the queue: inflated */
        return PH_DONE;
    }
    ph_mutex_lock(stripe_of(self, object_ref));
    struct ph_monitor *monitor = monitor_of(worker, object);
    enum ph_outcome outcome = monitor == NULL ? PH_TRAPPED : enter_monitor(worker, monitor, 1);
    ph_mutex_unlock(stripe_of(self, object_ref));
    if (outcome == PH_TRAPPED) {
        return trap(worker, PH_TRAP_OUT_OF_MEMORY);
    }
    return outcome == PH_WAITING ? wait_to_enter(worker) : PH_DONE;
}

/* The monitor of an object that is inflated and owned by the thread; else NULL. Stripe held. */
static struct ph_monitor *owned_monitor(struct ph_worker *worker, const struct ph_object *object)
{
    uint32_t word = word_of(object);
    if ((word & PH_LOCK_KIND) != PH_LOCK_INFLATED) {
        return NULL;
    }
    struct ph_monitor *monitor = monitor_at(worker->machine, word >> PH_LOCK_VALUE_SHIFT);
    bool owned = monitor->owner_ref == ph_ref_to(worker->machine->heap, worker->thread);
    return owned ? monitor : NULL;
}

enum ph_outcome ph_monitor_exit(struct ph_worker *worker, ph_ref object_ref)
{
    struct ph_machine *self = worker->machine;
    struct ph_mutator *mutator = &worker->mutator;
    struct ph_thread *woken = NULL;
    if (object_ref == 0) {
        return trap(worker, PH_TRAP_NULL_REFERENCE);
    }
    struct ph_object *object = ph_address(self->heap, object_ref);
    ph_touch(mutator, object, sizeof(*object));
    if (ph_monitor_exit_fast(worker, object)) {
        return PH_DONE;
    }
    ph_mutex_lock(stripe_of(self, object_ref));
    struct ph_monitor *monitor = owned_monitor(worker, object);
    if (monitor != NULL) {
        worker->locks_held--;
        if (monitor->entries > 1) {
            PH_SET(mutator, monitor->entries, monitor->entries - 1);
        } else {
            woken = release_monitor(self, mutator, monitor);
            if (!is_needed(monitor)) {
                deflate(worker, object, monitor);
            }
        }
    }
    ph_mutex_unlock(stripe_of(self, object_ref));
    if (woken != NULL) {
        ph_thread_wake(self, worker, woken);
    }
    return monitor != NULL ? PH_DONE : trap(worker, PH_TRAP_MONITOR);
}

/* ---- Identity ------------------------------------------------------------------------ */

static uint32_t next_hash(struct ph_machine *self)
{
    uint64_t turn = __atomic_add_fetch(&self->hash_turn, UINT64_C(0x9e3779b97f4a7c15),
                                       __ATOMIC_RELAXED);
    uint32_t hash = (uint32_t)(ph_mix64(turn) >> 32) & PH_LOCK_VALUE_MAX;
    return hash != 0 ? hash : 1;
}

uint32_t ph_identity_hash(struct ph_worker *worker, ph_ref object_ref)
{
    struct ph_machine *self = worker->machine;
    struct ph_object *object = ph_address(self->heap, object_ref);
    PH_ASSERT(object_ref != 0);
    uint32_t word = word_of(object);
    if (word == 0) {
        uint32_t hash = next_hash(self);
        if (change_word(worker, object, &word, hash << PH_LOCK_VALUE_SHIFT)) {
            return hash;
        }
    }
    if ((word & PH_LOCK_KIND) == PH_LOCK_NEUTRAL) {
        return word >> PH_LOCK_VALUE_SHIFT;
    }
    ph_mutex_lock(stripe_of(self, object_ref));
    uint32_t hash = 0;
    struct ph_monitor *monitor = monitor_of(worker, object);
    if (monitor != NULL) {
        if (monitor->hash == 0) {
            PH_SET(&worker->mutator, monitor->hash, next_hash(self));
        }
        hash = monitor->hash;
        if (!is_needed(monitor)) { /* it was left in between */
            deflate(worker, object, monitor);
        }
    }
    ph_mutex_unlock(stripe_of(self, object_ref));
    return hash;
}

/* ---- Waiting and notifying ------------------------------------------------------------- */

static uint64_t *phase_of(struct ph_thread *thread)
{
    return &thread->native_state[1]; /* enum wait_phase, and << 8 enum ph_monitor_wait */
}

/* The thread, which owns `monitor`, leaves it and joins those that wait. Whom to wake. */
static struct ph_thread *begin_wait(struct ph_worker *worker, struct ph_monitor *monitor)
{
    struct ph_machine *self = worker->machine;
    struct ph_mutator *mutator = &worker->mutator;
    struct ph_thread *thread = worker->thread;
    worker->locks_held -= monitor->entries;
    queue_add(self, mutator, thread, &monitor->wait_first_ref, &monitor->wait_last_ref);
    ph_touch(mutator, thread, sizeof(*thread));
    thread->wait_value = monitor->entries;
    thread->wait_monitor = monitor->number;
    *phase_of(thread) = WAIT_NOTIFICATION;
    return release_monitor(self, mutator, monitor);
}

/* Not notified yet: true if it is to wait no longer. */
static bool gives_up(struct ph_call *call, struct ph_monitor *monitor, bool is_late)
{
    bool interrupted = ph_call_take_interruption(call);
    if (!interrupted && !is_late) {
        return false;
    }
    uint64_t result = interrupted ? PH_MONITOR_INTERRUPTED : PH_MONITOR_TIMED_OUT;
    wait_set_remove(call->machine, call->mutator, monitor, call->thread);
    PH_SET(call->mutator, *phase_of(call->thread), WAIT_ENTER | result << 8);
    return true;
}

static enum ph_outcome wait_further(struct ph_call *call, struct ph_monitor *monitor,
                                    uint64_t deadline, bool is_late, uint32_t *result)
{
    struct ph_thread *thread = call->thread;
    bool notified = (*phase_of(thread) & 0xff) == WAIT_ENTER;
    if (!notified && !gives_up(call, monitor, is_late)) {
        return ph_call_wait(call, PH_WAIT_NOTIFY, thread->wait_value, deadline);
    }
    if (enter_monitor(call->worker, monitor, (uint32_t)thread->wait_value) == PH_WAITING) {
        return wait_to_enter(call->worker);
    }
    *result = (uint32_t)(*phase_of(thread) >> 8);
    return PH_DONE;
}

/* The thread has locked the object, and nobody else ever wanted it meanwhile. */
static bool owns_thin(const struct ph_thread *thread, const struct ph_object *object)
{
    return thread->lock_word != 0 && (word_of(object) & ~PH_LOCK_ENTRIES) == thread->lock_word;
}

enum ph_outcome ph_monitor_wait(struct ph_call *call, ph_ref object_ref, uint64_t timeout_ns,
                                uint32_t *result)
{
    struct ph_machine *self = call->machine;
    struct ph_thread *woken = NULL;
    uint64_t deadline;
    PH_ASSERT(object_ref != 0);
    struct ph_object *object = ph_address(self->heap, object_ref);
    ph_mutex_lock(stripe_of(self, object_ref));
    bool begins = *phase_of(call->thread) == WAIT_BEGIN;
    bool is_thin = owns_thin(call->thread, object);
    struct ph_monitor *monitor = begins && !is_thin ? owned_monitor(call->worker, object)
                                                    : monitor_of(call->worker, object);
    enum ph_outcome outcome = PH_TRAPPED;
    if (monitor == NULL) {
        (void)ph_call_trap(call, is_thin ? PH_TRAP_OUT_OF_MEMORY : PH_TRAP_MONITOR);
    } else if (begins && ph_call_take_interruption(call)) {
        *result = PH_MONITOR_INTERRUPTED;
        outcome = PH_DONE;
    } else {
        bool is_late = ph_call_timeout(call, timeout_ns, &deadline);
        if (begins) {
            woken = begin_wait(call->worker, monitor);
        }
        outcome = wait_further(call, monitor, deadline, is_late, result);
    }
    ph_mutex_unlock(stripe_of(self, object_ref));
    if (woken != NULL) {
        ph_thread_wake(self, call->worker, woken);
    }
    return outcome;
}

static enum ph_outcome object_wait(struct ph_call *call)
{
    uint32_t result = 0;
    if (call->slots[0] == 0) {
        return ph_call_trap(call, PH_TRAP_NULL_REFERENCE);
    }
    enum ph_outcome outcome =
        ph_monitor_wait(call, (ph_ref)call->slots[0], call->slots[1], &result);
    if (outcome == PH_DONE) {
        call->slots[0] = result;
    }
    return outcome;
}

/* The one that has waited longest wants to enter from now on; who notifies wakes it by leaving. */
static void notify_first(struct ph_machine *self, struct ph_mutator *mutator,
                         struct ph_monitor *monitor)
{
    struct ph_thread *thread = ph_address(self->heap, monitor->wait_first_ref);
    wait_set_remove(self, mutator, monitor, thread);
    PH_SET(mutator, *phase_of(thread), (uint64_t)WAIT_ENTER);
    enter_queue_add(self, mutator, monitor, thread);
}

enum ph_outcome ph_monitor_notify(struct ph_call *call, ph_ref object_ref, bool all)
{
    struct ph_machine *self = call->machine;
    PH_ASSERT(object_ref != 0);
    struct ph_object *object = ph_address(self->heap, object_ref);
    ph_mutex_lock(stripe_of(self, object_ref));
    bool is_owner = owns_thin(call->thread, object);
    struct ph_monitor *monitor = owned_monitor(call->worker, object);
    if (monitor != NULL && monitor->wait_first_ref != 0) {
        ph_touch(call->mutator, monitor, sizeof(*monitor));
        do {
            notify_first(self, call->mutator, monitor);
        } while (all && monitor->wait_first_ref != 0);
    }
    ph_mutex_unlock(stripe_of(self, object_ref));
    return is_owner || monitor != NULL ? PH_DONE : ph_call_trap(call, PH_TRAP_MONITOR);
}

bool ph_monitor_is_owned(struct ph_worker *worker, ph_ref object_ref)
{
    struct ph_machine *self = worker->machine;
    const struct ph_object *object = ph_address(self->heap, object_ref);
    if (owns_thin(worker->thread, object)) {
        return true;
    }
    ph_mutex_lock(stripe_of(self, object_ref));
    bool is_owned = owned_monitor(worker, object) != NULL;
    ph_mutex_unlock(stripe_of(self, object_ref));
    return is_owned;
}

static enum ph_outcome notify(struct ph_call *call, bool all)
{
    return call->slots[0] == 0 ? ph_call_trap(call, PH_TRAP_NULL_REFERENCE)
                               : ph_monitor_notify(call, (ph_ref)call->slots[0], all);
}

static enum ph_outcome object_notify(struct ph_call *call)
{
    return notify(call, false);
}

static enum ph_outcome object_notify_all(struct ph_call *call)
{
    return notify(call, true);
}

static enum ph_outcome object_identity_hash(struct ph_call *call)
{
    ph_ref object_ref = (ph_ref)call->slots[0];
    uint32_t hash = object_ref == 0 ? 0 : ph_identity_hash(call->worker, object_ref);
    if (object_ref != 0 && hash == 0) {
        return ph_call_trap(call, PH_TRAP_OUT_OF_MEMORY);
    }
    call->slots[0] = hash;
    return PH_DONE;
}

static enum ph_outcome monitor_enter(struct ph_call *call)
{
    return ph_monitor_enter(call->worker, (ph_ref)call->slots[0]);
}

static enum ph_outcome monitor_exit(struct ph_call *call)
{
    return ph_monitor_exit(call->worker, (ph_ref)call->slots[0]);
}

/* ---- Ends of threads ------------------------------------------------------------------- */

static void lock_stripes(struct ph_machine *self, bool lock)
{
    for (uint32_t i = 0; i < PH_MONITOR_STRIPES; i++) {
        if (lock) {
            ph_mutex_lock(&self->monitor_stripes[i]);
        } else {
            ph_mutex_unlock(&self->monitor_stripes[i]);
        }
    }
}

/* A thread that is killed leaves the queue that it is in. */
static void leave_queue(struct ph_machine *self, struct ph_mutator *mutator,
                        struct ph_thread *thread)
{
    if (thread->wait_monitor == 0) {
        return;
    }
    struct ph_monitor *monitor = monitor_at(self, thread->wait_monitor);
    ph_touch(mutator, monitor, sizeof(*monitor));
    if ((*phase_of(thread) & 0xff) == WAIT_NOTIFICATION) {
        wait_set_remove(self, mutator, monitor, thread);
        return;
    }
    enter_queue_remove(self, mutator, monitor, thread);
    if (monitor->owner_ref == 0 && monitor->enter_first_ref != 0) { /* it may have been woken */
        ph_thread_wake_locked(self, ph_address(self->heap, monitor->enter_first_ref));
    }
}

/* The monitors that the thread owns are free. Looks at all of them: threads do not often end with
 * locks. */
static void release_owned(struct ph_machine *self, struct ph_mutator *mutator, ph_ref thread_ref)
{
    for (uint32_t i = 1; i < self->next_monitor; i++) {
        if (self->monitors[i] == 0) {
            continue;
        }
        struct ph_monitor *monitor = monitor_at(self, i);
        if (monitor->owner_ref == thread_ref) {
            struct ph_thread *woken = release_monitor(self, mutator, monitor);
            if (woken != NULL) {
                ph_thread_wake_locked(self, woken);
            }
        }
    }
}

/* Its word may still be in objects (invariant 4). */
static void lose_word(struct ph_machine *self, struct ph_mutator *mutator, uint32_t word)
{
    struct ph_monitor *note = monitor_new(self, mutator);
    __atomic_store_n(&self->lock_owners[word >> PH_LOCK_OWNER_SHIFT], LOST, __ATOMIC_RELEASE);
    if (note != NULL) { /* else a later life might give the word to another thread */
        PH_SET(mutator, note->lost_word, word);
    }
}

void ph_monitors_thread_ended(struct ph_machine *self, struct ph_mutator *mutator,
                              struct ph_thread *thread)
{
    ph_ref ref = ph_ref_to(self->heap, thread);
    bool granted = (thread->flags & PH_THREAD_GRANTED) != 0;
    if (thread->wait_monitor != 0 || thread->locks_held != 0 || granted) {
        lock_stripes(self, true);
        leave_queue(self, mutator, thread);
        release_owned(self, mutator, ref);
        if (thread->locks_held != 0 && thread->lock_word != 0) {
            lose_word(self, mutator, thread->lock_word);
        }
        lock_stripes(self, false);
    } else if (thread->lock_word != 0) {
        uint32_t number = thread->lock_word >> PH_LOCK_OWNER_SHIFT;
        ph_mutex_lock(&self->monitor_lock);
        __atomic_store_n(&self->lock_owners[number], 0, __ATOMIC_RELEASE);
        number_give(self, &self->free_locks, number);
        ph_mutex_unlock(&self->monitor_lock);
    }
    if (thread->lock_word != 0) {
        PH_SET(mutator, thread->lock_word, 0);
    }
}

/* ---- Beginning and end ----------------------------------------------------------------- */

static const struct ph_native_info natives[] = {
    {"phantom", "monitor_enter", "r:", monitor_enter},
    {"phantom", "monitor_exit", "r:", monitor_exit},
    {"phantom", "object_wait", "rl:i", object_wait}, /* results: enum ph_monitor_wait */
    {"phantom", "object_notify", "r:", object_notify},
    {"phantom", "object_notify_all", "r:", object_notify_all},
    {"phantom", "object_identity_hash", "r:i", object_identity_hash}, /* of null: 0 */
};

ph_status ph_monitor_natives_add(struct ph_machine *self)
{
    return ph_machine_add_natives(self, natives, PH_COUNT(natives));
}

ph_status ph_monitors_init(struct ph_machine *self)
{
    for (uint32_t i = 0; i < PH_MONITOR_STRIPES; i++) {
        ph_mutex_init(&self->monitor_stripes[i]);
    }
    ph_mutex_init(&self->monitor_lock);
    self->next_lock = self->next_monitor = 1;
    self->hash_turn = self->options.schedule_seed;
    if (!self->options.simulated) {
        ph_random_fill(&self->hash_turn, sizeof(self->hash_turn));
    }
    self->lock_owners = ph_memory_reserve(NUMBERS_MAX * sizeof(ph_ref));
    self->monitors = ph_memory_reserve(NUMBERS_MAX * sizeof(ph_ref));
    return self->lock_owners == NULL || self->monitors == NULL ? PH_NO_MEMORY : PH_OK;
}

static void adopt_word(struct ph_machine *self, uint32_t word, ph_ref owner)
{
    uint32_t number = word >> PH_LOCK_OWNER_SHIFT;
    if (number > 0 && number < NUMBERS_MAX) {
        self->lock_owners[number] = owner;
        self->next_lock = PH_MAX(self->next_lock, number + 1);
    }
}

ph_status ph_monitors_adopt(struct ph_machine *self)
{
    const struct ph_refs *items = ph_machine_object(self, self->world->monitors_ref);
    for (uint32_t i = 1; items != NULL && i < PH_MIN(items->length, NUMBERS_MAX); i++) {
        self->monitors[i] = items->items[i];
        if (items->items[i] != 0) {
            self->next_monitor = i + 1;
            adopt_word(self, monitor_at(self, i)->lost_word, LOST);
        }
    }
    for (ph_ref ref = self->world->threads_ref; ref != 0;) {
        const struct ph_thread *thread = ph_address(self->heap, ref);
        adopt_word(self, thread->lock_word, ref);
        ref = thread->next_ref;
    }
    for (uint32_t i = 1; i < PH_MAX(self->next_lock, self->next_monitor); i++) {
        if (i < self->next_lock && self->lock_owners[i] == 0) {
            number_give(self, &self->free_locks, i);
        }
        if (i < self->next_monitor && self->monitors[i] == 0) {
            number_give(self, &self->free_monitors, i);
        }
    }
    return PH_OK;
}

void ph_monitors_finish(struct ph_machine *self)
{
    ph_memory_release(self->lock_owners, NUMBERS_MAX * sizeof(ph_ref));
    ph_memory_release(self->monitors, NUMBERS_MAX * sizeof(ph_ref));
    ph_vector_finish(&self->free_locks, self->allocator);
    ph_vector_finish(&self->free_monitors, self->allocator);
    for (uint32_t i = 0; i < PH_MONITOR_STRIPES; i++) {
        ph_mutex_finish(&self->monitor_stripes[i]);
    }
    ph_mutex_finish(&self->monitor_lock);
}
