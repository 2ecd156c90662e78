/* SPDX-License-Identifier: Apache-2.0 */
/* internal.h - what the files of src/heap share. */
#ifndef PH_HEAP_INTERNAL_H
#define PH_HEAP_INTERNAL_H

#include "base/vector.h"
#include "heap/heap.h"

#define PH_HEAP_MAGIC UINT64_C(0x3170616568206870) /* "ph heap1" */
#define PH_HEAP_VERSION 1u
#define PH_HEAP_HEADER_BYTES (2u * PH_PAGE_BYTES)

/* A page is guarded by one of these while it is listed, copied or taken. */
#define PH_STRIPE_COUNT 256u

struct ph_page_pool {
    uint8_t **slabs;         /* of PH_POOL_SLAB_PAGES pages each; never moves: read without lock */
    uint32_t slab_count;
    uint32_t *free;          /* stack of free page numbers, 1-based */
    uint32_t free_count, page_count;
};
#define PH_POOL_SLAB_PAGES 256u

struct ph_heap_private {
    struct ph_allocator *allocator;
    uint32_t *copies;             /* per arena page: 1 + number of its copy in the pool, or 0 */
    uint64_t page_count;
    uint32_t *stripes;            /* spin locks */
    struct ph_mutex alloc_lock;   /* object and extent free lists */
    struct ph_mutex pool_lock;
    struct ph_page_pool pool;
    struct ph_mutator *cut_from;  /* whose part of the pending cut is being taken */
    uint64_t cut_next;            /* the next page in its list */
    uint64_t cut_pages;
    uint32_t taken_copy;          /* what the last take showed: a copy in the pool, or 0: … */
    uint8_t *taken;               /* … this page */
    struct ph_heap_client client;
    PH_VECTOR(ph_ref) left;       /* stress mode: where objects were before the last move */
    bool moving;
};

/* A pool that holds a copy of every page. */
static inline uint64_t ph_pool_slabs_max(const struct ph_heap_private *self)
{
    return self->page_count / PH_POOL_SLAB_PAGES + 2;
}

/* Rounds a size up to its class; classes: multiples of 16 up to 512, then four per octave. */
uint64_t ph_size_round(uint64_t bytes);
/* The free list of a rounded size; UINT32_MAX: too large for one (it is never reused). */
uint32_t ph_size_class(uint64_t rounded_bytes);

/* Bytes of an object of `class_object` with `length`. UINT64_MAX: too large. */
uint64_t ph_layout_bytes(const struct ph_class *class_object, uint64_t length);

/* Visits the references inside one object (its class reference too). */
void ph_object_visit(struct ph_heap *heap, ph_ref ref, struct ph_visitor *visitor);

/* Takes `bytes` from the top of the object space; 0: full. The lock is held. */
uint64_t ph_object_bump(struct ph_mutator *mutator, uint64_t bytes);

/* The same, or a freed object of that size, cleared. */
uint64_t ph_object_take(struct ph_mutator *mutator, uint64_t bytes);

/* Copies of pages that a pending cut needs. */
bool ph_pool_init(struct ph_heap_private *self);
bool ph_pool_take(struct ph_heap_private *self, uint32_t *number);
void ph_pool_give(struct ph_heap_private *self, uint32_t number);
uint8_t *ph_pool_page(struct ph_heap_private *self, uint32_t number);
void ph_pool_finish(struct ph_heap_private *self);

#endif
