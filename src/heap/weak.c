/* SPDX-License-Identifier: Apache-2.0 */
/* weak.c - weak, soft and phantom references, as programs use them.
 *
 * While a mark is under way its answer must not depend on when it looks: whoever reads a referent
 * that is not marked makes it live (mark.c, (d)). Once the mark is complete, an unmarked one is
 * dead, whether its reference was cleared already or not.
 *
 * Invariants (all under weak_lock)
 *   (a) A reference in a queue, or in a list that was taken from one, has no referent and no
 *       queue_ref. So it gets there once, until it is set again.
 *   (b) A reference is in one queue or list at most. It is in one if its next_ref is not 0; the
 *       last one's is itself. One that is set while it is in one gets no queue. */
#include "heap/internal.h"
#include "heap/mark.h"

static struct ph_weak *weak_at(const struct ph_heap *heap, ph_ref weak)
{
    PH_DEBUG_ASSERT(ph_class_of(heap, weak)->layout == PH_LAYOUT_WEAK);
    return ph_address(heap, weak);
}

static uint32_t strength_of(const struct ph_heap *heap, ph_ref weak)
{
    return ph_class_of(heap, weak)->flags & PH_CLASS_STRENGTH;
}

static ph_ref referent_of(const struct ph_weak *weak)
{
    return __atomic_load_n(&weak->referent_ref, __ATOMIC_RELAXED);
}

static void set_referent(struct ph_mutator *self, struct ph_weak *weak, ph_ref referent)
{
    ph_touch(self, &weak->referent_ref, sizeof(weak->referent_ref));
    __atomic_store_n(&weak->referent_ref, referent, __ATOMIC_RELAXED);
    if (ph_is_young(self->heap, referent)) {
        ph_remember(self, &weak->referent_ref);
    }
}

static uint32_t phase_of(const struct ph_heap *heap)
{
    return __atomic_load_n(&heap->private->sweep.phase, __ATOMIC_ACQUIRE);
}

void ph_heap_set_clock(struct ph_heap *self, uint32_t now_s)
{
    __atomic_store_n(&self->private->now_s, now_s, __ATOMIC_RELAXED);
}

/* Many a read happens within one second: the page is changed by the first. */
static void note_use(struct ph_mutator *self, struct ph_weak *weak)
{
    uint32_t now_s = __atomic_load_n(&self->heap->private->now_s, __ATOMIC_RELAXED);
    if (__atomic_load_n(&weak->used_s, __ATOMIC_RELAXED) != now_s) {
        ph_touch(self, &weak->used_s, sizeof(weak->used_s));
        __atomic_store_n(&weak->used_s, now_s, __ATOMIC_RELAXED);
    }
}

/* ---- A reference --------------------------------------------------------------------- */

static bool is_listed(const struct ph_weak *weak)
{
    return weak->next_ref != 0;
}

void ph_weak_set(struct ph_mutator *self, ph_ref weak, ph_ref referent, ph_ref queue)
{
    struct ph_heap *heap = self->heap;
    struct ph_weak *w = weak_at(heap, weak);
    ph_mutex_lock(&heap->private->weak_lock);
    set_referent(self, w, referent);
    PH_SET_REF(self, w->queue_ref, is_listed(w) ? 0 : queue);
    note_use(self, w);
    ph_mutex_unlock(&heap->private->weak_lock);
}

ph_ref ph_weak_get(struct ph_mutator *self, ph_ref weak)
{
    struct ph_heap *heap = self->heap;
    struct ph_weak *w = weak_at(heap, weak);
    uint32_t strength = strength_of(heap, weak);
    ph_ref ref = referent_of(w);
    if (ref == 0 || strength == PH_CLASS_PHANTOM) {
        return 0;
    }
    if (strength == PH_CLASS_SOFT) {
        note_use(self, w);
    }
    switch (phase_of(heap)) {
    case PH_MARKING:
        if (ph_sweep_is_unmarked(heap, ref)) {
            ph_mark_hand_in(heap, ref);
        }
        return ref;
    case PH_MARK_CLEARING:
        return ph_sweep_is_unmarked(heap, ref) ? 0 : ref;
    default:
        return ref;
    }
}

bool ph_weak_refers_to(struct ph_mutator *self, ph_ref weak, ph_ref object)
{
    const struct ph_heap *heap = self->heap;
    ph_ref ref = referent_of(weak_at(heap, weak));
    bool is_dead =
        ref != 0 && phase_of(heap) == PH_MARK_CLEARING && ph_sweep_is_unmarked(heap, ref);
    return (is_dead ? 0 : ref) == object;
}

void ph_weak_clear(struct ph_mutator *self, ph_ref weak)
{
    struct ph_heap_private *p = self->heap->private;
    ph_mutex_lock(&p->weak_lock);
    set_referent(self, weak_at(self->heap, weak), 0);
    ph_mutex_unlock(&p->weak_lock);
}

/* ---- Queues -------------------------------------------------------------------------- */

/* weak_lock is held. */
static bool enqueue_locked(struct ph_mutator *self, ph_ref weak)
{
    struct ph_heap *heap = self->heap;
    struct ph_weak *w = weak_at(heap, weak);
    ph_ref queue_ref = w->queue_ref;
    set_referent(self, w, 0);
    if (queue_ref == 0) {
        return false;
    }
    struct ph_weak_queue *queue = ph_address(heap, queue_ref);
    PH_ASSERT(!is_listed(w));
    PH_SET(self, w->queue_ref, 0);
    PH_SET_REF(self, w->next_ref, weak);
    if (queue->last_ref == 0) {
        PH_SET_REF(self, queue->first_ref, weak);
    } else {
        PH_SET_REF(self, weak_at(heap, queue->last_ref)->next_ref, weak);
    }
    PH_SET_REF(self, queue->last_ref, weak);
    return true;
}

bool ph_weak_enqueue(struct ph_mutator *self, ph_ref weak)
{
    struct ph_heap_private *p = self->heap->private;
    ph_mutex_lock(&p->weak_lock);
    bool queued = enqueue_locked(self, weak);
    ph_mutex_unlock(&p->weak_lock);
    return queued;
}

bool ph_weak_clear_dead(struct ph_mutator *self, ph_ref weak, uint64_t *queued)
{
    struct ph_heap_private *p = self->heap->private;
    ph_mutex_lock(&p->weak_lock);
    PH_ASSERT(p->sweep.phase == PH_MARK_CLEARING);
    ph_ref referent = referent_of(weak_at(self->heap, weak));
    bool is_dead = referent != 0 && ph_sweep_is_unmarked(self->heap, referent);
    *queued += is_dead && enqueue_locked(self, weak);
    ph_mutex_unlock(&p->weak_lock);
    return is_dead;
}

/* The one behind it, 0: none. It is in no list any more. weak_lock is held. */
static ph_ref unlink_locked(struct ph_mutator *self, ph_ref weak)
{
    struct ph_weak *w = weak_at(self->heap, weak);
    ph_ref next = w->next_ref == weak ? 0 : w->next_ref;
    if (is_listed(w)) {
        PH_SET(self, w->next_ref, 0);
    }
    return next;
}

ph_ref ph_weak_poll(struct ph_mutator *self, ph_ref queue_ref)
{
    struct ph_heap_private *p = self->heap->private;
    struct ph_weak_queue *queue = ph_address(self->heap, queue_ref);
    ph_mutex_lock(&p->weak_lock);
    ph_ref weak = queue->first_ref;
    if (weak != 0) {
        ph_ref next = unlink_locked(self, weak);
        PH_SET_REF(self, queue->first_ref, next);
        if (next == 0) {
            PH_SET(self, queue->last_ref, 0);
        }
    }
    ph_mutex_unlock(&p->weak_lock);
    return weak;
}

ph_ref ph_weak_take_all(struct ph_mutator *self, ph_ref queue_ref)
{
    struct ph_heap_private *p = self->heap->private;
    struct ph_weak_queue *queue = ph_address(self->heap, queue_ref);
    ph_mutex_lock(&p->weak_lock);
    ph_ref weak = queue->first_ref;
    if (weak != 0) {
        PH_SET(self, queue->first_ref, 0);
        PH_SET(self, queue->last_ref, 0);
    }
    ph_mutex_unlock(&p->weak_lock);
    return weak;
}

ph_ref ph_weak_next(struct ph_mutator *self, ph_ref weak)
{
    struct ph_heap_private *p = self->heap->private;
    ph_mutex_lock(&p->weak_lock);
    ph_ref next = unlink_locked(self, weak);
    ph_mutex_unlock(&p->weak_lock);
    return next;
}

bool ph_weak_queue_is_empty(const struct ph_heap *self, ph_ref queue_ref)
{
    struct ph_heap_private *p = self->private;
    const struct ph_weak_queue *queue = ph_address(self, queue_ref);
    ph_mutex_lock(&p->weak_lock);
    bool is_empty = queue->first_ref == 0;
    ph_mutex_unlock(&p->weak_lock);
    return is_empty;
}
