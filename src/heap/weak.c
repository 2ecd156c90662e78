/* SPDX-License-Identifier: Apache-2.0 */
/* weak.c - weak, soft and phantom references, as programs use them.
 *
 * While a mark is under way its answer must not depend on when it looks: whoever reads a referent
 * that is not marked makes it live (mark.c, (d)). Once the mark is complete, an unmarked one is
 * dead, whether its reference was cleared already or not. */
#include "heap/internal.h"
#include "heap/mark.h"

ph_ref ph_weak_referent(const struct ph_heap *heap, ph_ref weak)
{
    const struct ph_weak *w = ph_address(heap, weak);
    return __atomic_load_n(&w->referent_ref, __ATOMIC_RELAXED);
}

ph_ref ph_weak_get(struct ph_mutator *self, ph_ref weak)
{
    struct ph_heap *heap = self->heap;
    const struct ph_weak *w = ph_address(heap, weak);
    ph_ref ref = ph_weak_referent(heap, weak);
    PH_DEBUG_ASSERT(ph_class_of(heap, weak)->layout == PH_LAYOUT_WEAK);
    if (ref == 0 || w->kind == PH_WEAK_PHANTOM) {
        return 0;
    }
    switch (__atomic_load_n(&heap->private->sweep.phase, __ATOMIC_ACQUIRE)) {
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

bool ph_weak_enqueue(struct ph_mutator *self, ph_ref weak)
{
    struct ph_heap *heap = self->heap;
    struct ph_heap_private *p = heap->private;
    struct ph_weak *w = ph_address(heap, weak);
    ph_mutex_lock(&p->weak_lock);
    ph_touch(self, w, sizeof(*w));
    __atomic_store_n(&w->referent_ref, 0, __ATOMIC_RELAXED);
    ph_ref queue_ref = w->queue_ref;
    if (queue_ref != 0) {
        struct ph_weak_queue *queue = ph_address(heap, queue_ref);
        w->queue_ref = 0;
        PH_SET_REF(self, w->next_ref, queue->first_ref);
        PH_SET_REF(self, queue->first_ref, weak);
    }
    ph_mutex_unlock(&p->weak_lock);
    return queue_ref != 0;
}

ph_ref ph_weak_poll(struct ph_mutator *self, ph_ref queue_ref)
{
    struct ph_heap *heap = self->heap;
    struct ph_heap_private *p = heap->private;
    struct ph_weak_queue *queue = ph_address(heap, queue_ref);
    ph_mutex_lock(&p->weak_lock);
    ph_ref weak = queue->first_ref;
    if (weak != 0) {
        struct ph_weak *w = ph_address(heap, weak);
        PH_SET_REF(self, queue->first_ref, w->next_ref);
        PH_SET(self, w->next_ref, 0);
    }
    ph_mutex_unlock(&p->weak_lock);
    return weak;
}
