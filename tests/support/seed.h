/* SPDX-License-Identifier: Apache-2.0 */
/* seed.h - the seed of a randomised test program that was not told one. */
#ifndef PH_TESTS_SUPPORT_SEED_H
#define PH_TESTS_SUPPORT_SEED_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

/* A short run does the same each time; a long one something new: seeds of two runs are so far
 * apart that counting up from one does not meet the other. Below 2^32 - 2^24. */
static inline uint64_t seed_default(bool is_quick)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    uint64_t mixed = (uint64_t)now.tv_sec * UINT64_C(0x9e3779b97f4a7c15) ^
                     (uint64_t)now.tv_nsec * UINT64_C(0xbf58476d1ce4e5b9);
    return is_quick ? 1 : 1 + (mixed >> 32) % 0xfe000000u;
}

#endif
