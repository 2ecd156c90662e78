/* SPDX-License-Identifier: Apache-2.0 */
/* counting_allocator.h - malloc that counts, has an end, and checks the sizes it is told. */
#ifndef PH_TESTS_UNIT_BASE_COUNTING_ALLOCATOR_H
#define PH_TESTS_UNIT_BASE_COUNTING_ALLOCATOR_H

#include "base/memory.h"
#include "unit.h"

struct counting_allocator {
    struct ph_allocator allocator;
    uint64_t limit_bytes;
    uint64_t live_bytes;
    uint64_t live_pieces;
    uint64_t calls;
};

static inline void *counting_resize(struct ph_allocator *allocator, void *old, size_t old_bytes,
                                    size_t new_bytes)
{
    struct counting_allocator *self = (struct counting_allocator *)allocator;
    uint64_t *header = old == NULL ? NULL : (uint64_t *)old - 2;
    self->calls++;
    CHECK_EQ(header == NULL ? 0 : *header, old_bytes);
    if (new_bytes == 0) {
        self->live_bytes -= old_bytes;
        self->live_pieces -= old != NULL;
        free(header);
        return NULL;
    }
    if (self->live_bytes - old_bytes + new_bytes > self->limit_bytes) {
        return NULL;
    }
    uint64_t *fresh = realloc(header, new_bytes + 16);
    CHECK(fresh != NULL);
    *fresh = new_bytes;
    self->live_bytes += new_bytes - old_bytes;
    self->live_pieces += old == NULL;
    return fresh + 2;
}

static inline struct counting_allocator counting_allocator(uint64_t limit_bytes)
{
    return (struct counting_allocator){{counting_resize}, limit_bytes, 0, 0, 0};
}

#endif
