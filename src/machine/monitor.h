/* SPDX-License-Identifier: Apache-2.0 */
/* monitor.h - mutual exclusion by objects, waiting for notification, identity hashes.
 *
 * Promise. Any object can be locked by one thread at a time, as often as it likes; others that want
 * to enter wait as threads do, never a worker. All of it is state of the world: locks, owners, who
 * waits and in which order survive a crash. A thread that ends while it owns objects gives them
 * free.
 *
 * An object's word (ph_object.flags), bits 0 and 1:
 *   0 neutral    bits 2-30: identity hash, 0 none yet
 *   1 thin lock  bits 2-6: how often entered, less one; bits 7-30: number of the owner's lock word
 *   2 inflated   bits 2-30: number of a monitor (world->monitors_ref)
 * Bit 31 belongs to the heap. Numbers of lock words belong to threads and are given at the first
 * lock. An object is inflated when two want it, when somebody waits, when it is entered more than
 * 32 times, or when it has a hash and is locked; it is neutral again as soon as nobody owns it and
 * nobody waits. The heap copies the word when an object moves and knows nothing of it. */
#ifndef PH_MACHINE_MONITOR_H
#define PH_MACHINE_MONITOR_H

#include "machine/machine.h"

enum ph_lock_kind { PH_LOCK_NEUTRAL = 0, PH_LOCK_THIN = 1, PH_LOCK_INFLATED = 2 };
#define PH_LOCK_KIND 3u
#define PH_LOCK_VALUE_SHIFT 2u
#define PH_LOCK_VALUE_MAX ((1u << 29) - 1)
#define PH_LOCK_ENTRY (1u << 2)
#define PH_LOCK_ENTRIES (31u << 2)
#define PH_LOCK_OWNER_SHIFT 7u
#define PH_LOCK_OWNERS_MAX ((1u << 24) - 1)

/* The whole of entering and leaving where nobody else is there: true; else the functions below are
 * to be called. The object's page is already written to in this epoch. Each tries first what is
 * most frequent, with what it expects at hand: the first entry, and leaving after it. */
static PH_ALWAYS_INLINE bool ph_monitor_enter_fast(struct ph_worker *worker,
                                                   struct ph_object *object)
{
    uint32_t mine = worker->thread->lock_word, word = 0;
    if (PH_UNLIKELY(mine == 0)) { /* it never locked anything, or there are no more words */
        return false;
    }
    if (PH_UNLIKELY(!__atomic_compare_exchange_n(&object->flags, &word, mine, false,
                                                 __ATOMIC_ACQUIRE, __ATOMIC_RELAXED))) {
        if ((word & ~PH_LOCK_ENTRIES) != mine || (word & PH_LOCK_ENTRIES) == PH_LOCK_ENTRIES ||
            !__atomic_compare_exchange_n(&object->flags, &word, word + PH_LOCK_ENTRY, false,
                                         __ATOMIC_ACQUIRE, __ATOMIC_RELAXED)) {
            return false;
        }
    }
    worker->locks_held++;
    return true;
}

static PH_ALWAYS_INLINE bool ph_monitor_exit_fast(struct ph_worker *worker,
                                                  struct ph_object *object)
{
    uint32_t mine = worker->thread->lock_word, word = mine;
    if (PH_UNLIKELY(mine == 0)) {
        return false;
    }
    if (PH_UNLIKELY(!__atomic_compare_exchange_n(&object->flags, &word, 0, false,
                                                 __ATOMIC_RELEASE, __ATOMIC_RELAXED))) {
        if ((word & ~PH_LOCK_ENTRIES) != mine ||
            !__atomic_compare_exchange_n(&object->flags, &word, word - PH_LOCK_ENTRY, false,
                                         __ATOMIC_RELEASE, __ATOMIC_RELAXED)) {
            return false;
        }
    }
    worker->locks_held--;
    return true;
}

/* Enters: PH_DONE; PH_WAITING: the worker's thread is to leave with PH_RUN_WAITING and to do the
 * same again when it runs next; PH_TRAPPED: null (thread->trap says it), or out of memory. Never
 * collects. */
enum ph_outcome ph_monitor_enter(struct ph_worker *worker, ph_ref object_ref);
/* Leaves once: PH_DONE, or PH_TRAPPED: null, or not the owner. Never collects. */
enum ph_outcome ph_monitor_exit(struct ph_worker *worker, ph_ref object_ref);

enum ph_monitor_wait { PH_MONITOR_NOTIFIED = 0, PH_MONITOR_TIMED_OUT = 1,
                       PH_MONITOR_INTERRUPTED = 2 };
/* For natives alone; not null. Waits until it is notified, `timeout_ns` has passed (negative: none)
 * or the thread is interrupted, which it forgets: PH_DONE, *result is enum ph_monitor_wait;
 * PH_WAITING; PH_TRAPPED: not the owner, or out of memory. Uses native_state. Never collects. */
enum ph_outcome ph_monitor_wait(struct ph_call *call, ph_ref object_ref, uint64_t timeout_ns,
                                uint32_t *result);
/* Wakes the one that waits longest, or all: PH_DONE, or PH_TRAPPED: not the owner. */
enum ph_outcome ph_monitor_notify(struct ph_call *call, ph_ref object_ref, bool all);
/* Has the worker's thread locked the object? */
bool ph_monitor_is_owned(struct ph_worker *worker, ph_ref object_ref);

/* A number from 1 that the object keeps for life; equal for two objects only by chance. 0: out of
 * memory. Never collects. */
uint32_t ph_identity_hash(struct ph_worker *worker, ph_ref object_ref);

#endif
