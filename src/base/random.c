/* SPDX-License-Identifier: Apache-2.0 */
#include "base/random.h"

#include "base/assert.h"
#include "base/hash.h"

void ph_random_init(struct ph_random *self, uint64_t seed)
{
    /* SplitMix64, as the authors of xoshiro advise: four words, never all zero. */
    for (unsigned i = 0; i < PH_COUNT(self->state); i++) {
        seed += 0x9e3779b97f4a7c15u;
        self->state[i] = ph_mix64(seed);
    }
}

static uint64_t rotate_left(uint64_t x, unsigned bits) { return x << bits | x >> (64 - bits); }

uint64_t ph_random_next(struct ph_random *self)
{
    uint64_t *s = self->state;
    uint64_t result = rotate_left(s[1] * 5, 7) * 9;
    uint64_t t = s[1] << 17;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = rotate_left(s[3], 45);
    return result;
}

uint64_t ph_random_below(struct ph_random *self, uint64_t bound)
{
    PH_ASSERT(bound > 0);
    /* Values at the top that would make some results more likely are drawn again. */
    uint64_t unfair = (0 - bound) % bound; /* 2^64 mod bound */
    uint64_t value;
    do {
        value = ph_random_next(self);
    } while (value > UINT64_MAX - unfair);
    return value % bound;
}
