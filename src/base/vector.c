/* SPDX-License-Identifier: Apache-2.0 */
#include "base/vector.h"

#include "base/assert.h"

bool ph_vector_grow(struct ph_allocator *allocator, void **items, uint32_t count,
                    uint32_t *capacity, uint64_t more, size_t item_bytes)
{
    PH_ASSERT(count <= *capacity);
    if (more <= *capacity - count) {
        return true;
    }
    if (more > (uint64_t)UINT32_MAX - count) {
        return false;
    }
    uint64_t needed = count + more;
    uint64_t grown = PH_MAX(needed, (uint64_t)*capacity + *capacity / 2);
    grown = PH_MIN(PH_MAX(grown, 8), (uint64_t)UINT32_MAX);
    if (grown > SIZE_MAX / 2 / item_bytes) {
        return false;
    }
    void *fresh = ph_resize(allocator, *items, *capacity * item_bytes, (size_t)grown * item_bytes);
    if (fresh == NULL) {
        return false;
    }
    *items = fresh;
    *capacity = (uint32_t)grown;
    return true;
}
