/* SPDX-License-Identifier: Apache-2.0 */
/* object.c - objects of the old space: where they lie, how they are made and freed.
 *
 * Invariants
 *   (a) [header, object_top) is tiled by objects, each as long as its rounded size; but what is
 *       left of the gap, [gap_next, gap_end), holds anything while the world runs. At the instant
 *       of a cut it is made one byte array, or given back to the top (ph_old_seal), so that a cut
 *       can be walked.
 *   (b) Nothing at or above object_top was ever written: it reads as zeros.
 *   (c) object_top + reserve_bytes <= limit, but inside an evacuation. What an evacuation moves
 *       fits there and in the reserve's holes: while it takes from the top its gap is extended in
 *       place, so nothing is lost but at the end, and there and at the end of each hole less than
 *       one young object (young_bytes_max).
 *   (d) An object on a free list is a byte array that nobody refers to; lists are not part of the
 *       world (`extra` in the image means nothing).
 *   (e) Memory of a freed object that may hold a remembered slot is not used before the next
 *       evacuation has looked at the slot: what it finds there must be a reference.
 *   (f) While a mark is under way nothing is given out below object_top as of its cut T, and at
 *       each cut everything given out later lies above object_top as of that cut. So an object in
 *       a cut since T is whole in it, and a mark bit below T's top speaks of one object. */
#include "heap/internal.h"

#define SMALL_BYTES_MAX 512u
#define GAP_BYTES (UINT64_C(64) << 10)
#define GAP_OBJECT_MAX (GAP_BYTES / 4) /* larger objects get room of their own */
#define HOLE_BYTES_MIN 64u
#define FREE_SEARCH 16u

/* ---- Sizes --------------------------------------------------------------------------- */

static uint64_t layout_bytes(const struct ph_class *c, uint64_t length)
{
    switch (c->layout) {
    case PH_LAYOUT_PLAIN:
    case PH_LAYOUT_THREAD:
    case PH_LAYOUT_WEAK:
        return c->bytes;
    case PH_LAYOUT_BYTES:
    case PH_LAYOUT_REFS:
        return c->bytes + (length << c->item_shift);
    case PH_LAYOUT_CLASS:
        return sizeof(struct ph_class) + length * sizeof(uint32_t);
    default:
        PH_UNREACHABLE();
    }
}

uint64_t ph_class_object_bytes(const struct ph_class *class_object, uint32_t length)
{
    return ph_size_round(layout_bytes(class_object, length));
}

uint64_t ph_object_bytes_in(const uint8_t *base, ph_ref ref)
{
    const struct ph_class *c = ph_class_in(base, ref);
    uint64_t length = 0;
    if (ph_layout_is_array(c->layout)) {
        length = ((const struct ph_bytes *)ph_address_in(base, ref))->length;
    } else if (c->layout == PH_LAYOUT_CLASS) {
        length = ((const struct ph_class *)ph_address_in(base, ref))->ref_count;
    }
    return layout_bytes(c, length);
}

uint64_t ph_object_bytes(const struct ph_heap *heap, ph_ref ref)
{
    return ph_object_bytes_in(heap->arena, ref);
}

const struct ph_class *ph_class_of(const struct ph_heap *heap, ph_ref ref)
{
    PH_ASSERT(ref != 0);
    return ph_class_in(heap->arena, ref);
}

/* ---- Fillers and free lists ---------------------------------------------------------- */

void ph_old_fill(struct ph_mutator *mutator, uint64_t offset, uint64_t bytes)
{
    struct ph_heap *heap = mutator->heap;
    PH_ASSERT(offset % PH_OBJECT_ALIGN == 0 && bytes % PH_OBJECT_ALIGN == 0);
    while (bytes > 0) {
        uint64_t part = PH_MIN(bytes, PH_FILLER_BYTES_MAX - offset % PH_FILLER_BYTES_MAX);
        struct ph_bytes *filler = (struct ph_bytes *)(void *)(heap->arena + offset);
        ph_touch(mutator, filler, sizeof(*filler));
        filler->head.class_ref = heap->header->classes[1];
        filler->head.flags = 0;
        filler->length = (uint32_t)(part - sizeof(*filler));
        filler->extra = 0;
        offset += part;
        bytes -= part;
    }
}

/* The list that an object of this size is put on. */
static uint32_t list_of(uint64_t bytes)
{
    if (bytes <= SMALL_BYTES_MAX) {
        return (uint32_t)(bytes / 16);
    }
    uint32_t octave = 63u - (uint32_t)__builtin_clzll(bytes);
    uint32_t quarter = (uint32_t)(bytes >> (octave - 2)) & 3u;
    uint32_t index = SMALL_BYTES_MAX / 16 + 1 + (octave - 9) * 4 + quarter;
    PH_ASSERT(index < PH_FREE_LISTS);
    return index;
}

/* Gives back [offset, offset + bytes), below 4 GiB, to a list. */
static void push_to(struct ph_mutator *mutator, ph_ref *list, uint64_t offset, uint64_t bytes)
{
    struct ph_heap *heap = mutator->heap;
    struct ph_bytes *object = (struct ph_bytes *)(void *)(heap->arena + offset);
    ph_touch(mutator, object, sizeof(*object));
    object->head.class_ref = heap->header->classes[1]; /* so that walks pass over it */
    object->head.flags = 0;
    object->length = (uint32_t)(bytes - sizeof(*object));
    object->extra = *list;
    *list = (ph_ref)(offset / 8);
}

static bool is_marking(const struct ph_heap *heap)
{
    uint32_t phase = heap->private->sweep.phase;
    return phase == PH_MARKING || phase == PH_MARK_CLEARING;
}

/* While a mark is under way, what is not marked (yet) is left to the sweep. If it is marked after
 * all, the next mark finds it: rather that than to look for it in a stop. */
static void list_push(struct ph_mutator *mutator, uint64_t offset, uint64_t bytes)
{
    struct ph_heap *heap = mutator->heap;
    struct ph_old_space *old = &heap->private->old;
    ph_ref nowhere = 0, *list = &old->free_lists[list_of(bytes)];
    if (is_marking(heap)) {
        bool is_left = ph_sweep_finds(heap, (ph_ref)(offset / 8));
        list = is_left ? &nowhere : &old->late_lists[list_of(bytes)];
    }
    push_to(mutator, list, offset, bytes);
}

void ph_old_use_freed(struct ph_mutator *mutator)
{
    struct ph_old_space *old = &mutator->heap->private->old;
    while (old->freed != 0) {
        const struct ph_bytes *object = ph_address(mutator->heap, old->freed);
        uint64_t offset = (uint64_t)old->freed * 8;
        old->freed = object->extra;
        list_push(mutator, offset, sizeof(*object) + object->length);
    }
}

/* The first of the list's first objects that is large enough; 0: none. */
static uint64_t list_take_from(struct ph_mutator *mutator, uint32_t index, uint64_t bytes)
{
    struct ph_heap *heap = mutator->heap;
    ph_ref *list = &heap->private->old.free_lists[index];
    ph_ref ref = *list;
    struct ph_bytes *before = NULL;
    for (uint32_t i = 0; i < FREE_SEARCH && ref != 0; i++) {
        struct ph_bytes *object = ph_address(heap, ref);
        uint64_t has = sizeof(*object) + object->length;
        if (has >= bytes) {
            if (before == NULL) {
                *list = object->extra;
            } else {
                PH_SET(mutator, before->extra, object->extra);
            }
            if (has > bytes) {
                list_push(mutator, (uint64_t)ref * 8 + bytes, has - bytes);
            }
            return (uint64_t)ref * 8;
        }
        before = object;
        ref = object->extra;
    }
    return 0;
}

static uint64_t list_take(struct ph_mutator *mutator, uint64_t bytes)
{
    uint32_t index = list_of(bytes);
    uint64_t offset = list_take_from(mutator, index, bytes);
    if (offset == 0 && bytes > SMALL_BYTES_MAX && index + 1 < PH_FREE_LISTS) {
        offset = list_take_from(mutator, index + 1, bytes);
    }
    return offset;
}

/* ---- Gap and top --------------------------------------------------------------------- */

/* How far object_top may move up. */
static uint64_t top_room(const struct ph_heap *heap, bool reserved)
{
    const struct ph_old_space *old = &heap->private->old;
    uint64_t kept = reserved ? 0 : old->reserve_bytes;
    uint64_t top = heap->header->object_top;
    return top + kept >= old->limit ? 0 : old->limit - kept - top;
}

static bool gap_is_at_top(const struct ph_heap *heap)
{
    const struct ph_old_space *old = &heap->private->old;
    return old->gap_is_fresh && old->gap_end == heap->header->object_top;
}

/* Gives back what is left of the gap: to the top where it came from, or to a list. */
static void gap_close(struct ph_mutator *mutator)
{
    struct ph_heap *heap = mutator->heap;
    struct ph_old_space *old = &heap->private->old;
    uint64_t left = old->gap_end - old->gap_next;
    if (left > 0 && gap_is_at_top(heap)) { /* nothing was written there, no seal either: (b) */
        PH_SET(mutator, heap->header->object_top, old->gap_next);
    } else if (left > 0) {
        list_push(mutator, old->gap_next, left);
    }
    old->gap_next = old->gap_end = 0;
}

static uint64_t gap_take(struct ph_old_space *old, uint64_t bytes, bool *is_zero)
{
    if (bytes > old->gap_end - old->gap_next) {
        return 0;
    }
    uint64_t offset = old->gap_next;
    old->gap_next += bytes;
    *is_zero = old->gap_is_fresh;
    return offset;
}

/* Moves object_top up, so that the gap has `bytes`. */
static bool gap_from_top(struct ph_mutator *mutator, uint64_t bytes, bool reserved)
{
    struct ph_heap *heap = mutator->heap;
    struct ph_old_space *old = &heap->private->old;
    bool extend = old->gap_end > old->gap_next && gap_is_at_top(heap);
    uint64_t missing = bytes - (extend ? old->gap_end - old->gap_next : 0);
    uint64_t room = top_room(heap, reserved);
    if (missing > room) {
        return false;
    }
    if (!extend) {
        gap_close(mutator);
        old->gap_next = heap->header->object_top;
        old->gap_is_fresh = true;
    }
    uint64_t grown = PH_MIN(PH_MAX(missing, GAP_BYTES), room);
    PH_SET(mutator, heap->header->object_top,
           heap->header->object_top + PH_ALIGN_DOWN(grown, PH_OBJECT_ALIGN));
    old->gap_end = heap->header->object_top;
    return true;
}

/* Room for one large object at the top. */
static uint64_t top_take(struct ph_mutator *mutator, uint64_t bytes, bool *is_zero)
{
    struct ph_heap *heap = mutator->heap;
    if (bytes > top_room(heap, false)) {
        return 0;
    }
    uint64_t offset = heap->header->object_top;
    PH_SET(mutator, heap->header->object_top, offset + bytes);
    *is_zero = true;
    return offset;
}

/* Room that the sweep has found; for small objects it becomes the gap. */
static uint64_t hole_take(struct ph_mutator *mutator, uint64_t bytes, bool *is_zero)
{
    struct ph_old_space *old = &mutator->heap->private->old;
    uint64_t got = bytes <= SMALL_BYTES_MAX ? GAP_BYTES : bytes;
    *is_zero = false;
    if (bytes > SMALL_BYTES_MAX) {
        return ph_sweep_take(mutator, PH_SWEEP_LARGE, bytes, &got);
    }
    uint64_t least = PH_MAX(bytes, HOLE_BYTES_MIN);
    uint64_t offset = ph_sweep_take(mutator, PH_SWEEP_SMALL, least, &got);
    if (offset == 0) {
        return 0;
    }
    gap_close(mutator);
    old->gap_next = offset;
    old->gap_end = offset + got;
    old->gap_is_fresh = false;
    return gap_take(old, bytes, is_zero);
}

uint64_t ph_old_take(struct ph_mutator *mutator, uint64_t bytes, bool *is_zero)
{
    struct ph_old_space *old = &mutator->heap->private->old;
    PH_ASSERT(bytes % PH_OBJECT_ALIGN == 0);
    *is_zero = false;
    uint64_t offset = list_take(mutator, bytes);
    if (offset == 0 && bytes <= GAP_OBJECT_MAX) {
        offset = gap_take(old, bytes, is_zero);
    }
    if (offset == 0) {
        offset = hole_take(mutator, bytes, is_zero);
    }
    if (offset == 0 && bytes > GAP_OBJECT_MAX) {
        offset = top_take(mutator, bytes, is_zero);
    } else if (offset == 0 && gap_from_top(mutator, bytes, false)) {
        offset = gap_take(old, bytes, is_zero);
    }
    if (offset == 0) {
        *is_zero = false;
        offset = ph_sweep_search(mutator, bytes);
    }
    old->was_full = old->was_full || (offset == 0 && !is_marking(mutator->heap));
    return offset;
}

uint64_t ph_old_take_reserved(struct ph_mutator *mutator, uint64_t bytes, bool *is_zero)
{
    struct ph_old_space *old = &mutator->heap->private->old;
    uint64_t offset = gap_take(old, bytes, is_zero);
    if (offset == 0) {
        offset = hole_take(mutator, bytes, is_zero);
    }
    if (offset == 0 && gap_from_top(mutator, bytes, true)) {
        offset = gap_take(old, bytes, is_zero);
    }
    while (offset == 0 && old->reserve_count > 0) {
        const struct ph_hole *hole = &old->reserve[--old->reserve_count];
        gap_close(mutator);
        old->gap_next = hole->offset;
        old->gap_end = hole->end;
        old->gap_is_fresh = false;
        offset = gap_take(old, bytes, is_zero);
    }
    return offset;
}

/* What of a piece can be used for young objects for sure. */
static uint64_t sure_bytes(const struct ph_heap *heap, uint64_t bytes)
{
    return bytes > heap->young_bytes_max ? bytes - heap->young_bytes_max : 0;
}

uint64_t ph_old_reserve(struct ph_mutator *mutator, uint64_t bytes)
{
    struct ph_heap *heap = mutator->heap;
    struct ph_old_space *old = &heap->private->old;
    old->reserve_bytes = 0;
    uint64_t at_top = top_room(heap, true) / 2; /* large objects shall find room too */
    if (at_top >= bytes) {
        old->reserve_bytes = bytes;
        return bytes;
    }
    old->reserve_bytes = at_top;
    uint64_t sure = sure_bytes(heap, at_top);
    for (uint32_t i = 0; i < old->reserve_count; i++) {
        sure += sure_bytes(heap, old->reserve[i].end - old->reserve[i].offset);
    }
    while (sure < bytes && old->reserve_count < PH_RESERVE_HOLES) {
        uint64_t got = bytes + heap->young_bytes_max;
        uint64_t offset =
            ph_sweep_take(mutator, PH_SWEEP_LARGE, 2 * (uint64_t)heap->young_bytes_max, &got);
        if (offset == 0) {
            ph_sweep_rewind(heap, PH_SWEEP_LARGE); /* others can use smaller ones */
            break;
        }
        ph_old_fill(mutator, offset, got);
        old->reserve[old->reserve_count++] = (struct ph_hole){offset, offset + got};
        sure += sure_bytes(heap, got);
    }
    return PH_MIN(sure, bytes);
}

void ph_old_seal(struct ph_mutator *mutator)
{
    struct ph_old_space *old = &mutator->heap->private->old;
    if (gap_is_at_top(mutator->heap) || is_marking(mutator->heap)) { /* (f) */
        gap_close(mutator);
    } else {
        ph_old_fill(mutator, old->gap_next, old->gap_end - old->gap_next);
    }
}

/* ---- What a mark has to do with it --------------------------------------------------- */

void ph_old_begin_mark(struct ph_mutator *mutator)
{
    struct ph_heap_private *p = mutator->heap->private;
    PH_ASSERT(p->sweep.phase == PH_MARKING); /* so that no hole is taken from now on */
    gap_close(mutator);
    memset(p->old.free_lists, 0, sizeof(p->old.free_lists));
    memset(p->old.late_lists, 0, sizeof(p->old.late_lists));
    p->old.freed = 0;
    p->old.reserve_count = 0;
    p->left.count = 0;
    ph_nursery_resize(mutator);
    PH_ASSERT(p->old.gap_next == p->old.gap_end);
}

void ph_old_end_mark(struct ph_heap *heap)
{
    struct ph_old_space *old = &heap->private->old;
    PH_ASSERT(!is_marking(heap)); /* the lists were empty while it was */
    memcpy(old->free_lists, old->late_lists, sizeof(old->free_lists));
    memset(old->late_lists, 0, sizeof(old->late_lists));
}

/* ---- Making and freeing -------------------------------------------------------------- */

ph_ref ph_object_new_old(struct ph_mutator *self, const struct ph_class *c, uint32_t length)
{
    struct ph_heap *heap = self->heap;
    struct ph_heap_private *p = heap->private;
    uint64_t bytes = ph_class_object_bytes(c, length);
    if (bytes > UINT32_MAX) { /* once freed its length would not be one */
        return 0;
    }
    bool is_zero;
    ph_mutex_lock(&p->alloc_lock);
    uint64_t offset = ph_old_take(self, bytes, &is_zero);
    if (offset != 0) {
        PH_SET(self, heap->header->object_bytes_live, heap->header->object_bytes_live + bytes);
        struct ph_bytes *object = (struct ph_bytes *)(void *)(heap->arena + offset);
        uint64_t dirty = is_zero ? PH_OBJECT_ALIGN : bytes;
        ph_touch(self, object, dirty);
        memset(object, 0, dirty);
        object->head.class_ref = ph_ref_to(heap, c);
        if (ph_layout_is_array(c->layout)) {
            object->length = length;
        } else if (c->layout == PH_LAYOUT_CLASS) {
            PH_SET(self, ((struct ph_class *)(void *)object)->ref_count, length);
        }
    }
    ph_mutex_unlock(&p->alloc_lock);
    return (ph_ref)(offset / 8);
}

static const struct ph_class *built_in(const struct ph_heap *heap, uint32_t class_index)
{
    PH_ASSERT(class_index < PH_CLASS_LIMIT && heap->header->classes[class_index] != 0);
    return ph_address(heap, heap->header->classes[class_index]);
}

static void stress(struct ph_mutator *self)
{
    if (!self->heap->stress_at_rest) {
        ph_may_collect(self);
    }
}

ph_ref ph_object_new(struct ph_mutator *self, uint32_t class_index, uint32_t length)
{
    stress(self);
    return ph_object_new_old(self, built_in(self->heap, class_index), length);
}

ph_ref ph_object_new_pinned(struct ph_mutator *self, uint32_t class_index, uint32_t length)
{
    const struct ph_class *c = built_in(self->heap, class_index);
    PH_ASSERT(c->flags & PH_CLASS_PINNED);
    return ph_object_new_old(self, c, length);
}

ph_ref ph_object_new_of(struct ph_mutator *self, const struct ph_class *class_object,
                        uint32_t length)
{
    struct ph_heap *heap = self->heap;
    stress(self);
    uint64_t bytes = ph_class_object_bytes(class_object, length);
    bool may_be_young = self->nursery_start != 0 && bytes <= heap->young_bytes_max &&
                        !(class_object->flags & PH_CLASS_PINNED);
    if (!may_be_young) {
        return ph_object_new_old(self, class_object, length);
    }
    ph_ref ref = ph_nursery_take(self, class_object, bytes);
    if (ref == 0) {
        __atomic_store_n(&heap->wants_evacuation, true, __ATOMIC_RELAXED);
        return ph_object_new_old(self, class_object, length);
    }
    if (ph_layout_is_array(class_object->layout)) {
        ((struct ph_bytes *)ph_address(heap, ref))->length = length;
    }
    return ref;
}

void ph_object_free(struct ph_mutator *self, ph_ref ref)
{
    if (ref == 0) {
        return;
    }
    struct ph_heap *heap = self->heap;
    struct ph_heap_private *p = heap->private;
    struct ph_heap_header *h = heap->header;
    PH_ASSERT(!ph_is_young(heap, ref));
    bool may_be_remembered = ph_class_of(heap, ref)->layout != PH_LAYOUT_BYTES &&
                             __atomic_load_n(&p->any_remembered, __ATOMIC_RELAXED);
    ph_mutex_lock(&p->alloc_lock);
    uint64_t bytes = ph_size_round(ph_object_bytes(heap, ref));
    if (may_be_remembered) {
        push_to(self, &p->old.freed, (uint64_t)ref * 8, bytes);
    } else {
        list_push(self, (uint64_t)ref * 8, bytes);
    }
    PH_SET(self, h->object_bytes_live, h->object_bytes_live - bytes);
    ph_mutex_unlock(&p->alloc_lock);
}
