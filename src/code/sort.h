/* SPDX-License-Identifier: Apache-2.0 */
/* sort.h - a stable merge sort of indices: n log n comparisons whatever the input. */
#ifndef PH_CODE_SORT_H
#define PH_CODE_SORT_H

#include "base/common.h"

/* Whether item a may stand before item b; true for equal ones. */
typedef bool (*ph_in_order)(const void *context, uint32_t a, uint32_t b);

/* Fills `order` with the numbers 0 .. count - 1, sorted. It has room for 2 × count numbers. */
void ph_sort_indices(uint32_t *order, uint32_t count, ph_in_order in_order, const void *context);

#endif
