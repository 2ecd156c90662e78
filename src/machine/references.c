/* SPDX-License-Identifier: Apache-2.0 */
/* references.c - natives of module "phantom" for weak, soft and phantom references.
 *
 *   reference_set        (reference, referent, queue): refers to it from now on; when the referent
 *                        is found dead the reference is put into the queue (null: none)
 *   reference_get        (reference) → what it refers to, or null; null for phantom ones
 *   reference_refers_to  (reference, object) → does it? (null: to nothing any more); keeps nothing
 *                        alive, and answers for phantom ones too
 *   reference_clear      (reference): refers to nothing; is not put into its queue for that
 *   reference_enqueue    (reference) → 1 it was cleared and put into its queue, 0 it has none, or
 *                        was put there before
 *   reference_next       (reference) → the one behind it in a list that was taken, or null; the
 *                        reference forgets it
 *   queue_poll           (queue) → the reference that is longest in it, taken out, or null
 *   queue_take_all       (queue) → the first of all, taken out as a list, or null
 *   queue_is_empty       (queue) → 0 or 1
 *   queue_wait           (queue, timeout) → 0 it is not empty, or as threads.c says it
 *
 * A reference is an object of a class below "reference". Null and other objects trap. */
#include "machine/internal.h"

enum outcome_code { FOUND = 0, TIMED_OUT = 1, INTERRUPTED = 2 };

static enum ph_outcome done(struct ph_call *call, uint64_t result)
{
    call->slots[0] = result;
    return PH_DONE;
}

static bool trap(struct ph_call *call, ph_ref ref)
{
    (void)ph_call_trap(call, ref == 0 ? PH_TRAP_NULL_REFERENCE : PH_TRAP_WRONG_CLASS);
    return false;
}

/* The reference that is the first argument; false: the native has trapped. */
static bool reference_in(struct ph_call *call, ph_ref *weak)
{
    *weak = (ph_ref)call->slots[0];
    bool is_one =
        *weak != 0 && ph_class_of(call->mutator->heap, *weak)->layout == PH_LAYOUT_WEAK;
    return is_one || trap(call, *weak);
}

static bool queue_in(struct ph_call *call, uint32_t index, ph_ref *queue)
{
    *queue = (ph_ref)call->slots[index];
    return ph_is_a(call->mutator->heap, *queue, PH_CLASS_QUEUE) || trap(call, *queue);
}

/* ---- References ---------------------------------------------------------------------- */

static enum ph_outcome reference_set(struct ph_call *call)
{
    ph_ref weak, queue = (ph_ref)call->slots[2];
    if (!reference_in(call, &weak) || (queue != 0 && !queue_in(call, 2, &queue))) {
        return PH_TRAPPED;
    }
    ph_weak_set(call->mutator, weak, (ph_ref)call->slots[1], queue);
    return PH_DONE;
}

static enum ph_outcome reference_get(struct ph_call *call)
{
    ph_ref weak;
    return reference_in(call, &weak) ? done(call, ph_weak_get(call->mutator, weak)) : PH_TRAPPED;
}

static enum ph_outcome reference_refers_to(struct ph_call *call)
{
    ph_ref weak;
    return reference_in(call, &weak)
               ? done(call, ph_weak_refers_to(call->mutator, weak, (ph_ref)call->slots[1]))
               : PH_TRAPPED;
}

static enum ph_outcome reference_clear(struct ph_call *call)
{
    ph_ref weak;
    if (!reference_in(call, &weak)) {
        return PH_TRAPPED;
    }
    ph_weak_clear(call->mutator, weak);
    return PH_DONE;
}

static enum ph_outcome reference_enqueue(struct ph_call *call)
{
    ph_ref weak;
    if (!reference_in(call, &weak)) {
        return PH_TRAPPED;
    }
    bool queued = ph_weak_enqueue(call->mutator, weak);
    if (queued) {
        ph_machine_wake(call->machine, PH_WAIT_QUEUE);
    }
    return done(call, queued);
}

static enum ph_outcome reference_next(struct ph_call *call)
{
    ph_ref weak;
    return reference_in(call, &weak) ? done(call, ph_weak_next(call->mutator, weak)) : PH_TRAPPED;
}

/* ---- Queues -------------------------------------------------------------------------- */

static enum ph_outcome queue_poll(struct ph_call *call)
{
    ph_ref queue;
    return queue_in(call, 0, &queue) ? done(call, ph_weak_poll(call->mutator, queue)) : PH_TRAPPED;
}

static enum ph_outcome queue_take_all(struct ph_call *call)
{
    ph_ref queue;
    return queue_in(call, 0, &queue) ? done(call, ph_weak_take_all(call->mutator, queue))
                                     : PH_TRAPPED;
}

static enum ph_outcome queue_is_empty(struct ph_call *call)
{
    ph_ref queue;
    return queue_in(call, 0, &queue)
               ? done(call, ph_weak_queue_is_empty(call->mutator->heap, queue))
               : PH_TRAPPED;
}

static enum ph_outcome queue_wait(struct ph_call *call)
{
    ph_ref queue;
    uint64_t deadline;
    if (!queue_in(call, 0, &queue)) {
        return PH_TRAPPED;
    }
    if (!ph_weak_queue_is_empty(call->mutator->heap, queue)) {
        return done(call, FOUND);
    }
    if (ph_call_take_interruption(call)) {
        return done(call, INTERRUPTED);
    }
    if (ph_call_timeout(call, call->slots[1], &deadline)) {
        return done(call, TIMED_OUT);
    }
    return ph_call_wait(call, PH_WAIT_QUEUE, 0, deadline);
}

static const struct ph_native_info natives[] = {
    {"phantom", "reference_set", "rrr:", reference_set},
    {"phantom", "reference_get", "r:r", reference_get},
    {"phantom", "reference_refers_to", "rr:i", reference_refers_to},
    {"phantom", "reference_clear", "r:", reference_clear},
    {"phantom", "reference_enqueue", "r:i", reference_enqueue},
    {"phantom", "reference_next", "r:r", reference_next},
    {"phantom", "queue_poll", "r:r", queue_poll},
    {"phantom", "queue_take_all", "r:r", queue_take_all},
    {"phantom", "queue_is_empty", "r:i", queue_is_empty},
    {"phantom", "queue_wait", "rl:i", queue_wait},
};

ph_status ph_reference_natives_add(struct ph_machine *self)
{
    return ph_machine_add_natives(self, natives, PH_COUNT(natives));
}
