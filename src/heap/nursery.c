/* SPDX-License-Identifier: Apache-2.0 */
/* nursery.c - young objects: the slices, remembered slots, and the evacuation.
 *
 * Invariants
 *   (a) A slice's objects lie one behind the other from nursery_start to nursery_next; nothing at
 *       or above nursery_next is read before it is cleared.
 *   (b) The pages of attached slices have stamp == epoch always, and are on no list.
 *   (c) The sum of all slices' room, nursery_end - nursery_start, is at most what ph_old_reserve
 *       has kept: that is why an evacuation always finds room.
 *   (d) While an evacuation is under way a young object with PH_OBJECT_MOVED has its copy's
 *       reference in class_ref, and in its second word the next one whose copy is still to be
 *       scanned. All of its references are young or old as they were; the copy's become old.
 *   (e) The evacuation allocates nothing outside the arena. */
#include "heap/internal.h"

#define PH_OBJECT_MOVED (UINT32_C(1) << 31)
#define REMEMBERED_MIN 1024u
#define REMEMBERED_MANY 65536u /* an evacuation is wanted */
#define AHEAD_BYTES (UINT64_C(8) << 20) /* of fresh memory in the host's, above object_top */
#define AHEAD_PIECE (UINT64_C(2) << 20) /* a large page */

/* ---- Slices -------------------------------------------------------------------------- */

static void stamp_slice(struct ph_mutator *mutator)
{
    struct ph_heap *heap = mutator->heap;
    if (mutator->nursery_start == 0) {
        return;
    }
    uint64_t first = mutator->nursery_start >> PH_PAGE_SHIFT;
    for (uint64_t i = 0; i < heap->private->slice_bytes >> PH_PAGE_SHIFT; i++) {
        __atomic_store_n(&heap->stamps[first + i], heap->epoch, __ATOMIC_RELAXED);
    }
}

void ph_nursery_stamp(struct ph_heap *heap)
{
    for (struct ph_mutator *m = heap->mutators; m != NULL; m = m->next) {
        stamp_slice(m);
    }
}

bool ph_nursery_is_empty(const struct ph_heap *self)
{
    for (const struct ph_mutator *m = self->mutators; m != NULL; m = m->next) {
        if (m->nursery_next != m->nursery_start) {
            return false;
        }
    }
    return true;
}

void ph_nursery_resize(struct ph_mutator *mutator)
{
    struct ph_heap *heap = mutator->heap;
    struct ph_heap_private *p = heap->private;
    uint64_t count = (uint64_t)__builtin_popcountll(p->slices_used);
    uint64_t room = ph_old_reserve(mutator, p->slice_bytes * count);
    uint64_t each = count == 0 ? 0 : PH_ALIGN_DOWN(room / count, PH_PAGE_BYTES);
    PH_ASSERT(ph_nursery_is_empty(heap));
    if (each == 0) { /* nothing will be moved: objects that are born old can have the room */
        p->old.reserve_bytes = 0;
    }
    for (struct ph_mutator *m = heap->mutators; m != NULL; m = m->next) {
        if (m->nursery_start != 0) {
            m->nursery_end = m->nursery_start + each;
        }
    }
}

void ph_nursery_attach(struct ph_mutator *self)
{
    struct ph_heap_private *p = self->heap->private;
    if (self->nursery_start != 0 || ~p->slices_used == 0) {
        return;
    }
    PH_ASSERT(ph_nursery_is_empty(self->heap));
    uint32_t index = (uint32_t)__builtin_ctzll(~p->slices_used);
    uint64_t distance = (self->heap->object_limit - self->heap->nursery_offset) / PH_SLICE_COUNT;
    PH_ASSERT(p->slice_bytes <= distance);
    ph_mutex_lock(&p->alloc_lock);
    p->slices_used |= UINT64_C(1) << index;
    self->nursery_start = self->heap->nursery_offset + index * distance;
    self->nursery_next = self->nursery_end = self->nursery_start;
    stamp_slice(self);
    ph_nursery_resize(self);
    ph_mutex_unlock(&p->alloc_lock);
}

void ph_nursery_finish(struct ph_mutator *mutator)
{
    struct ph_heap *heap = mutator->heap;
    struct ph_heap_private *p = heap->private;
    PH_ASSERT(mutator->nursery_next == mutator->nursery_start);
    ph_free(p->allocator, mutator->remembered,
            mutator->remembered_capacity * sizeof(mutator->remembered[0]));
    if (mutator->nursery_start != 0) { /* its part of the reserve is free at the next resize */
        uint64_t distance = (heap->object_limit - heap->nursery_offset) / PH_SLICE_COUNT;
        uint64_t index = (mutator->nursery_start - heap->nursery_offset) / distance;
        p->slices_used &= ~(UINT64_C(1) << index);
    }
}

void ph_nursery_abandon(struct ph_heap *heap)
{
    for (struct ph_mutator *m = heap->mutators; m != NULL; m = m->next) {
        m->nursery_next = m->nursery_start;
        m->remembered_count = 0;
    }
    __atomic_store_n(&heap->private->any_remembered, false, __ATOMIC_RELAXED);
}

/* ---- Remembered slots ---------------------------------------------------------------- */

static void sift_down(uint64_t *heap, uint64_t root, uint64_t count)
{
    for (uint64_t child = 2 * root + 1; child < count; child = 2 * root + 1) {
        if (child + 1 < count && heap[child + 1] > heap[child]) {
            child++;
        }
        if (heap[root] >= heap[child]) {
            return;
        }
        uint64_t larger = heap[child];
        heap[child] = heap[root];
        heap[root] = larger;
        root = child;
    }
}

static void sort(uint64_t *items, uint64_t count)
{
    for (uint64_t i = count / 2; i > 0; i--) {
        sift_down(items, i - 1, count);
    }
    for (uint64_t i = count; i > 1; i--) {
        uint64_t largest = items[0];
        items[0] = items[i - 1];
        items[i - 1] = largest;
        sift_down(items, 0, i - 1);
    }
}

static ph_ref *slot_at(const struct ph_heap *heap, uint64_t offset)
{
    return (ph_ref *)(void *)(heap->arena + offset);
}

/* A program may store young references to the same few slots for ever: each is kept once, and only
 * while it holds one. */
static void forget_needless(struct ph_mutator *self)
{
    uint64_t kept = 0;
    sort(self->remembered, self->remembered_count);
    for (uint64_t i = 0; i < self->remembered_count; i++) {
        uint64_t offset = self->remembered[i];
        bool again = kept > 0 && self->remembered[kept - 1] == offset;
        ph_ref value = __atomic_load_n(slot_at(self->heap, offset), __ATOMIC_RELAXED);
        if (!again && ph_is_young(self->heap, value)) {
            self->remembered[kept++] = offset;
        }
    }
    self->remembered_count = kept;
}

/* There is no way on without memory for the list: an object would be lost. */
static void grow_remembered(struct ph_mutator *self)
{
    uint64_t old = self->remembered_capacity;
    uint64_t grown = old == 0 ? REMEMBERED_MIN : old * 2;
    void *items = ph_resize(self->heap->private->allocator, self->remembered,
                            old * sizeof(uint64_t), grown * sizeof(uint64_t));
    if (items == NULL) {
        ph_port_panic("out of memory for the list of remembered references; "
                      "the image holds the last cut, resume it with more memory");
    }
    self->remembered = items;
    self->remembered_capacity = grown;
}

void ph_remember(struct ph_mutator *self, ph_ref *slot)
{
    struct ph_heap *heap = self->heap;
    uint64_t offset = ph_offset_of(heap, slot);
    PH_DEBUG_ASSERT(offset % sizeof(ph_ref) == 0 && offset < heap->arena_bytes);
    if (offset >= heap->nursery_offset && offset < heap->object_limit) {
        return;
    }
    if (self->remembered_count == self->remembered_capacity) {
        if (self->remembered_count > 0) {
            forget_needless(self);
        }
        if (self->remembered_count >= self->remembered_capacity / 2) {
            grow_remembered(self);
        }
        if (self->remembered_count >= REMEMBERED_MANY) {
            __atomic_store_n(&heap->wants_evacuation, true, __ATOMIC_RELAXED);
        }
    }
    self->remembered[self->remembered_count++] = offset;
    if (!__atomic_load_n(&heap->private->any_remembered, __ATOMIC_RELAXED)) {
        __atomic_store_n(&heap->private->any_remembered, true, __ATOMIC_RELAXED);
    }
}

void ph_remember_all(struct ph_mutator *self, ph_ref *slots, uint64_t count)
{
    for (uint64_t i = 0; i < count; i++) {
        if (ph_is_young(self->heap, slots[i])) {
            ph_remember(self, &slots[i]);
        }
    }
}

/* ---- Evacuation ---------------------------------------------------------------------- */

struct evacuation {
    struct ph_visitor visitor;
    struct ph_mutator *mutator;
    ph_ref first;   /* young objects whose copies are to be scanned, linked by their second word */
    uint64_t bytes; /* copied */
};

static ph_ref evacuate(struct evacuation *self, ph_ref from)
{
    struct ph_heap *heap = self->mutator->heap;
    struct ph_object *young = ph_address(heap, from);
    if (young->flags & PH_OBJECT_MOVED) {
        return young->class_ref;
    }
    struct ph_old_space *old = &heap->private->old;
    uint64_t bytes = ph_size_known(heap->arena, from, ph_address(heap, young->class_ref));
    uint64_t offset = old->gap_next;
    if (PH_LIKELY(bytes <= old->gap_end - offset)) {
        old->gap_next = offset + bytes;
    } else {
        bool ignored;
        offset = ph_old_take_reserved(self->mutator, bytes, &ignored);
        PH_ASSERT(offset != 0); /* (c) */
    }
    ph_barrier(self->mutator, offset, bytes);
    memcpy(heap->arena + offset, young, bytes);
    self->bytes += bytes;
    young->class_ref = (ph_ref)(offset / 8);
    young->flags = PH_OBJECT_MOVED;
    ((ph_ref *)(void *)young)[2] = self->first;
    self->first = from;
    return young->class_ref;
}

static void evacuate_ref(struct ph_visitor *visitor, ph_ref *slot)
{
    struct evacuation *self = (struct evacuation *)(void *)visitor;
    if (ph_is_young(self->mutator->heap, *slot)) {
        ph_ref to = evacuate(self, *slot);
        PH_SET(self->mutator, *slot, to);
    }
}

static void evacuate_slot(struct ph_visitor *visitor, uint64_t *slot)
{
    struct evacuation *self = (struct evacuation *)(void *)visitor;
    PH_DEBUG_ASSERT(*slot <= UINT32_MAX);
    if (ph_is_young(self->mutator->heap, (ph_ref)*slot)) {
        ph_ref to = evacuate(self, (ph_ref)*slot);
        if (ph_offset_of(self->mutator->heap, slot) < self->mutator->heap->arena_bytes) {
            ph_touch(self->mutator, slot, sizeof(*slot));
        }
        *slot = to;
    }
}

/* A copy's pages were touched when it was made. */
static inline void evacuate_known(struct evacuation *self, ph_ref *slot)
{
    if (ph_is_young(self->mutator->heap, *slot)) {
        *slot = evacuate(self, *slot);
    }
}

static void scan_copy(struct evacuation *self, ph_ref copy)
{
    struct ph_heap *heap = self->mutator->heap;
    uint8_t *object = ph_address(heap, copy);
    const struct ph_class *c = ph_class_in(heap->arena, copy);
    if (c->layout == PH_LAYOUT_PLAIN) {
        for (uint32_t i = 0; i < c->ref_count; i++) {
            evacuate_known(self, (ph_ref *)(void *)(object + c->ref_offsets[i]));
        }
    } else if (c->layout == PH_LAYOUT_REFS) {
        struct ph_refs *refs = (struct ph_refs *)(void *)object;
        for (uint32_t i = 0; i < refs->length; i++) {
            evacuate_known(self, &refs->items[i]);
        }
    } else {
        ph_object_visit(heap, heap->arena, copy, &self->visitor);
    }
}

static void evacuate_roots(struct evacuation *self, struct ph_mutator *m)
{
    struct ph_heap *heap = self->mutator->heap;
    for (uint64_t i = 0; i < m->remembered_count; i++) {
        evacuate_ref(&self->visitor, slot_at(heap, m->remembered[i]));
    }
    m->remembered_count = 0;
    for (struct ph_root *root = m->roots; root != NULL; root = root->previous) {
        if (ph_is_young(heap, root->ref)) {
            root->ref = evacuate(self, root->ref);
        }
    }
}

static void empty_slice(struct ph_mutator *m)
{
    struct ph_heap *heap = m->heap;
    uint64_t used = m->nursery_next - m->nursery_start;
    if (heap->stress_evacuate && used > 0) { /* who holds a stale reference meets noise */
        memset(heap->arena + m->nursery_start, PH_POISON_BYTE, used);
    }
    m->nursery_next = m->nursery_start;
}

void ph_heap_evacuate(struct ph_mutator *self)
{
    struct ph_heap *heap = self->heap;
    struct ph_heap_private *p = heap->private;
    struct evacuation e = {.visitor = {evacuate_ref, evacuate_slot, NULL}, .mutator = self};
    __atomic_store_n(&heap->wants_evacuation, false, __ATOMIC_RELAXED);
    ph_mutex_lock(&p->alloc_lock);
    bool was_empty = ph_nursery_is_empty(heap);
    for (struct ph_mutator *m = heap->mutators; m != NULL; m = m->next) {
        evacuate_roots(&e, m);
    }
    if (!was_empty && p->client.visit_young != NULL) {
        p->client.visit_young(p->client.context, &e.visitor);
    }
    while (e.first != 0) {
        const ph_ref *young = ph_address(heap, e.first);
        ph_ref copy = young[0];
        e.first = young[2];
        scan_copy(&e, copy);
    }
    if (e.bytes > 0) {
        PH_SET(self, heap->header->object_bytes_live, heap->header->object_bytes_live + e.bytes);
    }
    __atomic_store_n(&p->any_remembered, false, __ATOMIC_RELAXED);
    ph_old_use_freed(self);
    for (struct ph_mutator *m = heap->mutators; m != NULL; m = m->next) {
        empty_slice(m);
    }
    ph_nursery_resize(self);
    ph_mutex_unlock(&p->alloc_lock);
    if (!was_empty && p->client.moved != NULL) {
        p->client.moved(p->client.context);
    }
}

/* ---- Fresh memory -------------------------------------------------------------------- */

bool ph_heap_wants_memory(struct ph_heap *self)
{
    struct ph_heap_private *p = self->private;
    ph_mutex_lock(&p->alloc_lock);
    uint64_t top = self->header->object_top;
    if (p->old.ahead == 0) { /* a world that hardly grows needs none */
        p->old.ahead = PH_ALIGN_UP(top, AHEAD_PIECE) + AHEAD_BYTES;
    }
    bool wants = p->old.ahead < PH_MIN(top + AHEAD_BYTES / 2, p->old.limit);
    ph_mutex_unlock(&p->alloc_lock);
    return wants;
}

bool ph_heap_bring_memory(struct ph_heap *self)
{
    struct ph_heap_private *p = self->private;
    ph_mutex_lock(&p->alloc_lock);
    uint64_t top = self->header->object_top;
    uint64_t from = PH_MAX(p->old.ahead, PH_ALIGN_DOWN(top, AHEAD_PIECE));
    uint64_t end = PH_MIN(from + AHEAD_PIECE, p->old.limit);
    bool wants = from < PH_MIN(top + AHEAD_BYTES, p->old.limit);
    p->old.ahead = wants ? end : p->old.ahead;
    ph_mutex_unlock(&p->alloc_lock);
    if (wants) { /* that changes nothing, whatever lies there by now */
        ph_memory_populate(self->arena + from, PH_ALIGN_DOWN(end - from, PH_PAGE_BYTES));
    }
    return wants;
}
