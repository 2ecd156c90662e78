/* SPDX-License-Identifier: Apache-2.0 */
/* hash.h - XXH64 (Yann Collet's specification, doc/xxhash_spec.md of xxHash): the checksum of
 * everything that is stored, and the hash of our tables. */
#ifndef PH_BASE_HASH_H
#define PH_BASE_HASH_H

#include "base/common.h"

uint64_t ph_hash64(const void *bytes, uint64_t size, uint64_t seed);

/* The same in pieces. */
struct ph_hasher {
    uint64_t lanes[4];
    uint64_t total_bytes;
    uint8_t pending[32];
    uint32_t pending_bytes;
    uint64_t seed;
};

void ph_hasher_init(struct ph_hasher *self, uint64_t seed);
void ph_hasher_add(struct ph_hasher *self, const void *bytes, uint64_t size);
uint64_t ph_hasher_value(const struct ph_hasher *self);

/* A cheap, good mix of one word (SplitMix64's finaliser). */
static inline uint64_t ph_mix64(uint64_t x)
{
    x ^= x >> 30;
    x *= 0xbf58476d1ce4e5b9u;
    x ^= x >> 27;
    x *= 0x94d049bb133111ebu;
    return x ^ (x >> 31);
}

#endif
