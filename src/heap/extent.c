/* SPDX-License-Identifier: Apache-2.0 */
/* extent.c - extents: whole pages above the object space, in powers of two. Free lists and the top
 * are in the header: part of the world. A free extent reads as zeros but for its link. */
#include "heap/internal.h"

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
    ph_pages_clear(self, offset, offset + used_bytes);
    ph_mutex_lock(&heap->private->alloc_lock);
    ph_touch(self, h, sizeof(*h));
    PH_SET(self, *link, h->extent_free[order]);
    h->extent_free[order] = offset;
    h->extent_bytes_live -= UINT64_C(1) << order;
    ph_mutex_unlock(&heap->private->alloc_lock);
}
