/* SPDX-License-Identifier: Apache-2.0 */
/* mutate.h - random damage to bytes that were in order, for fuzzers of binary formats. */
#ifndef PH_TESTS_SUPPORT_MUTATE_H
#define PH_TESTS_SUPPORT_MUTATE_H

#include "base/random.h"

#define MUTATED_BYTES_MAX 65536u

struct mutated {
    uint32_t size;
    uint8_t bytes[MUTATED_BYTES_MAX];
};

/* Changes a few bytes, numbers of two or four bytes (big-endian or, if so said, little-endian),
 * or bits; moves, removes or doubles pieces. Leaves at least one byte. */
void mutate(struct mutated *self, struct ph_random *random, bool is_little_endian);

#endif
