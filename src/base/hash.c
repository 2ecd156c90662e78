/* SPDX-License-Identifier: Apache-2.0 */
/* hash.c - XXH64, after the steps of its specification. */
#include "base/hash.h"

#include "base/assert.h"

#define PRIME_1 0x9e3779b185ebca87u
#define PRIME_2 0xc2b2ae3d27d4eb4fu
#define PRIME_3 0x165667b19e3779f9u
#define PRIME_4 0x85ebca77c2b2ae63u
#define PRIME_5 0x27d4eb2f165667c5u

#define STRIPE_BYTES 32u

static inline uint64_t rotate_left(uint64_t x, unsigned bits)
{
    return x << bits | x >> (64 - bits);
}

static inline uint64_t round_of(uint64_t lane, uint64_t word)
{
    return rotate_left(lane + word * PRIME_2, 31) * PRIME_1;
}

static inline uint64_t merge_lane(uint64_t hash, uint64_t lane)
{
    return (hash ^ round_of(0, lane)) * PRIME_1 + PRIME_4;
}

/* Step 1. */
static inline void lanes_init(uint64_t lanes[4], uint64_t seed)
{
    lanes[0] = seed + PRIME_1 + PRIME_2;
    lanes[1] = seed + PRIME_2;
    lanes[2] = seed;
    lanes[3] = seed - PRIME_1;
}

/* Step 2: whole stripes. */
static inline void lanes_add(uint64_t lanes[4], const uint8_t *bytes, uint64_t stripes)
{
    uint64_t a = lanes[0];
    uint64_t b = lanes[1];
    uint64_t c = lanes[2];
    uint64_t d = lanes[3];
    for (uint64_t i = 0; i < stripes; i++, bytes += STRIPE_BYTES) {
        a = round_of(a, ph_load_u64(bytes));
        b = round_of(b, ph_load_u64(bytes + 8));
        c = round_of(c, ph_load_u64(bytes + 16));
        d = round_of(d, ph_load_u64(bytes + 24));
    }
    lanes[0] = a;
    lanes[1] = b;
    lanes[2] = c;
    lanes[3] = d;
}

/* Step 3. */
static inline uint64_t lanes_merge(const uint64_t lanes[4])
{
    uint64_t hash = rotate_left(lanes[0], 1) + rotate_left(lanes[1], 7) +
                    rotate_left(lanes[2], 12) + rotate_left(lanes[3], 18);
    for (unsigned i = 0; i < 4; i++) {
        hash = merge_lane(hash, lanes[i]);
    }
    return hash;
}

/* Steps 5 and 6: the rest of less than a stripe, and the avalanche. */
static uint64_t finish(uint64_t hash, const uint8_t *bytes, uint64_t size)
{
    for (; size >= 8; size -= 8, bytes += 8) {
        hash ^= round_of(0, ph_load_u64(bytes));
        hash = rotate_left(hash, 27) * PRIME_1 + PRIME_4;
    }
    if (size >= 4) {
        hash ^= ph_load_u32(bytes) * PRIME_1;
        hash = rotate_left(hash, 23) * PRIME_2 + PRIME_3;
        size -= 4;
        bytes += 4;
    }
    for (; size > 0; size--, bytes++) {
        hash ^= *bytes * PRIME_5;
        hash = rotate_left(hash, 11) * PRIME_1;
    }
    hash ^= hash >> 33;
    hash *= PRIME_2;
    hash ^= hash >> 29;
    hash *= PRIME_3;
    return hash ^ hash >> 32;
}

uint64_t ph_hash64(const void *bytes, uint64_t size, uint64_t seed)
{
    const uint8_t *next = bytes;
    uint64_t hash = seed + PRIME_5;
    uint64_t stripes = size / STRIPE_BYTES;
    if (stripes > 0) {
        uint64_t lanes[4];
        lanes_init(lanes, seed);
        lanes_add(lanes, next, stripes);
        hash = lanes_merge(lanes);
        next += stripes * STRIPE_BYTES;
    }
    return finish(hash + size, next, size % STRIPE_BYTES);
}

void ph_hasher_init(struct ph_hasher *self, uint64_t seed)
{
    *self = (struct ph_hasher){.seed = seed};
    lanes_init(self->lanes, seed);
}

void ph_hasher_add(struct ph_hasher *self, const void *bytes, uint64_t size)
{
    const uint8_t *next = bytes;
    PH_DEBUG_ASSERT(self->pending_bytes < STRIPE_BYTES);
    self->total_bytes += size;
    if (size == 0) {
        return;
    }
    if (self->pending_bytes > 0) {
        uint64_t taken = PH_MIN(size, (uint64_t)(STRIPE_BYTES - self->pending_bytes));
        memcpy(self->pending + self->pending_bytes, next, (size_t)taken);
        self->pending_bytes += (uint32_t)taken;
        next += taken;
        size -= taken;
        if (self->pending_bytes < STRIPE_BYTES) {
            return;
        }
        lanes_add(self->lanes, self->pending, 1);
        self->pending_bytes = 0;
    }
    uint64_t stripes = size / STRIPE_BYTES;
    lanes_add(self->lanes, next, stripes);
    self->pending_bytes = (uint32_t)(size % STRIPE_BYTES);
    memcpy(self->pending, next + stripes * STRIPE_BYTES, self->pending_bytes);
}

uint64_t ph_hasher_value(const struct ph_hasher *self)
{
    uint64_t hash =
        self->total_bytes >= STRIPE_BYTES ? lanes_merge(self->lanes) : self->seed + PRIME_5;
    return finish(hash + self->total_bytes, self->pending, self->pending_bytes);
}
