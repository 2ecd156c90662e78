/* SPDX-License-Identifier: Apache-2.0 */
/* sort.c - see sort.h. */
#include "code/sort.h"

void ph_sort_indices(uint32_t *order, uint32_t count, ph_in_order in_order, const void *context)
{
    uint32_t *from = order;
    uint32_t *to = order + count;

    for (uint32_t i = 0; i < count; i++) {
        order[i] = i;
    }
    for (uint64_t width = 1; width < count; width *= 2) {
        for (uint64_t start = 0; start < count; start += 2 * width) {
            uint64_t middle = PH_MIN(start + width, (uint64_t)count);
            uint64_t end = PH_MIN(start + 2 * width, (uint64_t)count);
            uint64_t a = start;
            uint64_t b = middle;
            for (uint64_t k = start; k < end; k++) {
                bool take_a = a < middle && (b >= end || in_order(context, from[a], from[b]));
                to[k] = take_a ? from[a++] : from[b++];
            }
        }
        uint32_t *swap = from;
        from = to;
        to = swap;
    }
    if (from != order) {
        memcpy(order, from, count * sizeof(*order));
    }
}
