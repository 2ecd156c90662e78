/* SPDX-License-Identifier: Apache-2.0 */
/* object.c - allocation of objects and extents.
 *
 * Objects lie one behind the other from the heap's header up to object_top, each as long as its
 * rounded size; a freed one becomes a byte array on a free list, so the space can always be
 * walked. Free lists and tops are in the header: part of the world. */
#include "heap/internal.h"

#define SMALL_BYTES_MAX 512u

uint64_t ph_size_round(uint64_t bytes)
{
    if (bytes <= SMALL_BYTES_MAX) {
        return PH_MAX(PH_ALIGN_UP(bytes, 16), 16u);
    }
    uint32_t octave = 63u - (uint32_t)__builtin_clzll(bytes - 1); /* 2^octave < bytes */
    return PH_ALIGN_UP(bytes, UINT64_C(1) << (octave - 2));
}

uint32_t ph_size_class(uint64_t rounded)
{
    if (rounded <= SMALL_BYTES_MAX) {
        return (uint32_t)(rounded / 16);
    }
    uint32_t octave = 63u - (uint32_t)__builtin_clzll(rounded - 1);
    uint32_t quarter = (uint32_t)((rounded - 1) >> (octave - 2)) & 3u;
    uint32_t index = SMALL_BYTES_MAX / 16 + 1 + (octave - 9) * 4 + quarter;
    return index < PH_COUNT(((struct ph_heap_header *)NULL)->object_free) ? index : UINT32_MAX;
}

static bool has_length(const struct ph_class *c)
{
    return c->layout == PH_LAYOUT_BYTES || c->layout == PH_LAYOUT_REFS;
}

uint64_t ph_layout_bytes(const struct ph_class *c, uint64_t length)
{
    switch (c->layout) {
    case PH_LAYOUT_PLAIN:
    case PH_LAYOUT_THREAD:
        return c->bytes;
    case PH_LAYOUT_BYTES:
        return sizeof(struct ph_bytes) + length;
    case PH_LAYOUT_REFS:
        return sizeof(struct ph_refs) + length * sizeof(ph_ref);
    default:
        PH_UNREACHABLE();
    }
}

const struct ph_class *ph_class_of(const struct ph_heap *heap, ph_ref ref)
{
    PH_ASSERT(ref != 0);
    const struct ph_object *object = ph_address(heap, ref);
    return ph_address(heap, object->class_ref);
}

uint64_t ph_object_bytes(const struct ph_heap *heap, ph_ref ref)
{
    const struct ph_class *c = ph_class_of(heap, ref);
    const struct ph_bytes *object = ph_address(heap, ref);
    return ph_layout_bytes(c, has_length(c) ? object->length : 0);
}

uint64_t ph_object_bump(struct ph_mutator *mutator, uint64_t bytes)
{
    struct ph_heap_header *h = mutator->heap->header;
    uint64_t limit = PH_MIN(PH_OBJECT_LIMIT, mutator->heap->arena_bytes / 4);
    if (bytes > limit || h->object_top > limit - bytes) {
        return 0;
    }
    uint64_t offset = h->object_top;
    PH_SET(mutator, h->object_top, offset + bytes);
    return offset;
}

/* A free object of exactly this class, its first words cleared; 0: none. */
static uint64_t take_free(struct ph_mutator *mutator, uint32_t size_class, uint64_t bytes)
{
    struct ph_heap *heap = mutator->heap;
    struct ph_heap_header *h = heap->header;
    if (size_class == UINT32_MAX || h->object_free[size_class] == 0) {
        return 0;
    }
    struct ph_bytes *object = ph_address(heap, h->object_free[size_class]);
    PH_ASSERT(ph_size_round(sizeof(*object) + object->length) == bytes);
    ph_touch(mutator, h, sizeof(*h));
    h->object_free[size_class] = object->extra;
    h->object_free_count--;
    ph_touch(mutator, object, bytes);
    memset(object, 0, bytes);
    return ph_offset_of(heap, object);
}

uint64_t ph_object_take(struct ph_mutator *mutator, uint64_t bytes)
{
    uint64_t offset = take_free(mutator, ph_size_class(bytes), bytes);
    return offset != 0 ? offset : ph_object_bump(mutator, bytes);
}

static ph_ref object_new(struct ph_mutator *self, uint32_t class_index, uint32_t length)
{
    struct ph_heap *heap = self->heap;
    struct ph_heap_private *p = heap->private;
    PH_ASSERT(class_index < PH_CLASS_LIMIT && heap->header->classes[class_index] != 0);

    ph_ref class_ref = heap->header->classes[class_index];
    uint64_t bytes = ph_size_round(ph_layout_bytes(ph_address(heap, class_ref), length));
    if (bytes > UINT32_MAX) { /* once freed its length would not be one */
        return 0;
    }
    ph_mutex_lock(&p->alloc_lock);
    uint64_t offset = ph_object_take(self, bytes);
    if (offset != 0) {
        ph_touch(self, heap->header, sizeof(*heap->header));
        heap->header->object_bytes_live += bytes;
        struct ph_bytes *object = (struct ph_bytes *)(void *)(heap->arena + offset);
        ph_touch(self, object, sizeof(struct ph_object));
        object->head.class_ref = class_ref;
        if (has_length(ph_address(heap, class_ref))) {
            PH_SET(self, object->length, length);
        }
    }
    ph_mutex_unlock(&p->alloc_lock);
    return (ph_ref)(offset / 8);
}

ph_ref ph_object_new(struct ph_mutator *self, uint32_t class_index, uint32_t length)
{
    ph_may_collect(self);
    return object_new(self, class_index, length);
}

ph_ref ph_object_new_pinned(struct ph_mutator *self, uint32_t class_index, uint32_t length)
{
    const struct ph_heap *heap = self->heap;
    const struct ph_class *c = ph_address(heap, heap->header->classes[class_index]);
    PH_ASSERT(c->is_pinned);
    return object_new(self, class_index, length);
}

void ph_object_free(struct ph_mutator *self, ph_ref ref)
{
    if (ref == 0) {
        return;
    }
    struct ph_heap *heap = self->heap;
    struct ph_heap_header *h = heap->header;
    uint64_t bytes = ph_size_round(ph_object_bytes(heap, ref));
    uint32_t size_class = ph_size_class(bytes);
    struct ph_bytes *object = ph_address(heap, ref);

    ph_mutex_lock(&heap->private->alloc_lock);
    ph_touch(self, object, sizeof(*object));
    ph_touch(self, h, sizeof(*h));
    object->head.class_ref = h->classes[1]; /* a byte array, so that walks pass over it */
    object->head.flags = 0;
    object->length = (uint32_t)(bytes - sizeof(*object));
    object->extra = 0;
    if (size_class != UINT32_MAX) {
        object->extra = h->object_free[size_class];
        h->object_free[size_class] = ref;
        h->object_free_count++;
    }
    h->object_bytes_live -= bytes;
    ph_mutex_unlock(&heap->private->alloc_lock);
}

/* ---- Extents ------------------------------------------------------------------------- */

static uint32_t extent_order(uint64_t bytes)
{
    if (bytes <= PH_PAGE_BYTES) {
        return PH_PAGE_SHIFT;
    }
    return 64u - (uint32_t)__builtin_clzll(bytes - 1);
}

uint64_t ph_extent_new(struct ph_mutator *self, uint64_t bytes)
{
    struct ph_heap *heap = self->heap;
    struct ph_heap_header *h = heap->header;
    uint32_t order = extent_order(bytes);
    if (order >= PH_COUNT(h->extent_free)) {
        return 0;
    }
    ph_mutex_lock(&heap->private->alloc_lock);
    uint64_t size = UINT64_C(1) << order;
    uint64_t offset = h->extent_free[order];
    ph_touch(self, h, sizeof(*h));
    if (offset != 0) {
        uint64_t *link = (uint64_t *)(void *)(heap->arena + offset);
        h->extent_free[order] = *link;
        PH_SET(self, *link, 0);
    } else if (size <= heap->arena_bytes && h->extent_top <= heap->arena_bytes - size) {
        offset = h->extent_top;
        h->extent_top += size;
    }
    if (offset != 0) {
        h->extent_bytes_live += size;
    }
    ph_mutex_unlock(&heap->private->alloc_lock);
    return offset;
}

void ph_extent_free(struct ph_mutator *self, uint64_t offset, uint64_t bytes,
                    uint64_t used_bytes)
{
    if (offset == 0) {
        return;
    }
    struct ph_heap *heap = self->heap;
    struct ph_heap_header *h = heap->header;
    uint32_t order = extent_order(bytes);
    PH_ASSERT(order < PH_COUNT(h->extent_free) && used_bytes <= (UINT64_C(1) << order));
    uint64_t *link = (uint64_t *)(void *)(heap->arena + offset);
    if (used_bytes > 0) {
        ph_barrier(self, offset, used_bytes);
        memset(heap->arena + offset, 0, used_bytes);
    }
    ph_mutex_lock(&heap->private->alloc_lock);
    ph_touch(self, h, sizeof(*h));
    PH_SET(self, *link, h->extent_free[order]);
    h->extent_free[order] = offset;
    h->extent_bytes_live -= UINT64_C(1) << order;
    ph_mutex_unlock(&heap->private->alloc_lock);
}
