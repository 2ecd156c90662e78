/* SPDX-License-Identifier: Apache-2.0 */
/* random.h - a seeded generator (xoshiro256**, Blackman and Vigna 2018) for tests, the simulator
 * and schedules. Not for secrets: those come from ph_random_fill in port.h. */
#ifndef PH_BASE_RANDOM_H
#define PH_BASE_RANDOM_H

#include "base/common.h"

struct ph_random {
    uint64_t state[4];
};

void ph_random_init(struct ph_random *self, uint64_t seed);
uint64_t ph_random_next(struct ph_random *self);
/* 0 ≤ result < bound; bound > 0. */
uint64_t ph_random_below(struct ph_random *self, uint64_t bound);

#endif
