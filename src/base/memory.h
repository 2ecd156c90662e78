/* SPDX-License-Identifier: Apache-2.0 */
/* memory.h - allocators as parameters, and scratch memory that is dropped whole.
 *
 * This is memory outside the world: caches, compilations, tables that a restart rebuilds. The
 * world's own objects live in the arena (heap/heap.h). */
#ifndef PH_BASE_MEMORY_H
#define PH_BASE_MEMORY_H

#include "base/common.h"

/* `resize` with old == NULL allocates, with new_bytes == 0 frees (and returns NULL). New bytes are
 * not initialised. Returns NULL when there is no memory; `old` is untouched then. */
struct ph_allocator {
    void *(*resize)(struct ph_allocator *self, void *old, size_t old_bytes, size_t new_bytes);
};

void *ph_alloc(struct ph_allocator *allocator, size_t bytes);
void *ph_alloc_zeroed(struct ph_allocator *allocator, size_t bytes);
void *ph_resize(struct ph_allocator *allocator, void *old, size_t old_bytes, size_t new_bytes);
void ph_free(struct ph_allocator *allocator, void *old, size_t bytes); /* NULL is fine */

/* A bump allocator over blocks: nothing is freed alone. `limit_bytes` bounds what it may take (0:
 * no bound). Alignment 16. */
struct ph_scratch {
    struct ph_allocator *parent;
    struct ph_scratch_block *blocks;
    uint8_t *next;
    uint8_t *end;
    uint64_t used_bytes;
    uint64_t limit_bytes;
};

void ph_scratch_init(struct ph_scratch *self, struct ph_allocator *parent, uint64_t limit_bytes);
void *ph_scratch_alloc(struct ph_scratch *self, size_t bytes); /* NULL: no memory or limit */
void ph_scratch_reset(struct ph_scratch *self);                /* keeps one block for reuse */
void ph_scratch_finish(struct ph_scratch *self);

#endif
