/* SPDX-License-Identifier: Apache-2.0 */
/* vector.h - growing arrays.
 *
 * PH_VECTOR(type) declares `struct { type *items; uint32_t count; uint32_t capacity; }`. The
 * allocator is given at each growth and at the end. Growing may fail: check the result. */
#ifndef PH_BASE_VECTOR_H
#define PH_BASE_VECTOR_H

#include "base/memory.h"

#define PH_VECTOR(type)    \
    struct {               \
        type *items;       \
        uint32_t count;    \
        uint32_t capacity; \
    }

/* Makes room for `more` further items; false: no memory (nothing changed). */
#define ph_vector_reserve(vector, allocator, more)                                               \
    ph_vector_grow((allocator), (void **)&(vector)->items, (vector)->count, &(vector)->capacity, \
                   (more), sizeof(*(vector)->items))

/* Appends a copy of `item`; false: no memory. */
#define ph_vector_push(vector, allocator, item)                \
    (ph_vector_reserve((vector), (allocator), 1)               \
         ? ((vector)->items[(vector)->count++] = (item), true) \
         : false)

#define ph_vector_finish(vector, allocator)                                                \
    (ph_free((allocator), (vector)->items, sizeof(*(vector)->items) * (vector)->capacity), \
     (vector)->items = NULL, (vector)->count = 0, (vector)->capacity = 0)

PH_MUST_CHECK bool ph_vector_grow(struct ph_allocator *allocator, void **items, uint32_t count,
                                  uint32_t *capacity, uint64_t more, size_t item_bytes);

#endif
