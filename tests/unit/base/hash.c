/* SPDX-License-Identifier: Apache-2.0 */
#include "base/hash.h"

#include "base/random.h"
#include "unit.h"

#define PRIME_32 2654435761u

/* The buffer and the values of xxHash's own sanity check (cli/xsum_sanity_check.c). */
static void fill_sanity_buffer(uint8_t *buffer, size_t bytes)
{
    uint64_t generator = PRIME_32;
    for (size_t i = 0; i < bytes; i++) {
        buffer[i] = (uint8_t)(generator >> 56);
        generator *= 11400714785074694797u;
    }
}

static const struct {
    uint32_t bytes;
    uint64_t seed;
    uint64_t hash;
} published[] = {
    {0, 0, 0xef46db3751d8e999u},          {0, PRIME_32, 0xac75fda2929b17efu},
    {1, 0, 0xe934a84adb052768u},          {1, PRIME_32, 0x5014607643a9b4c3u},
    {4, 0, 0x9136a0dca57457eeu},          {14, 0, 0x8282dcc4994e35c8u},
    {14, PRIME_32, 0xc3bd6bf63deb6df0u},  {222, 0, 0xb641ae8cb691c174u},
    {222, PRIME_32, 0x20cb8ab7ae10c14au},
};

TEST(hash64_has_the_published_values)
{
    uint8_t buffer[222];
    fill_sanity_buffer(buffer, sizeof(buffer));
    for (unsigned i = 0; i < PH_COUNT(published); i++) {
        CHECK_EQ(ph_hash64(buffer, published[i].bytes, published[i].seed), published[i].hash);
    }
    CHECK_EQ(ph_hash64("a", 1, 0), 0xd24ec4f1a98c6e5bu);
    CHECK_EQ(ph_hash64("abc", 3, 0), 0x44bc2cf5ad770999u);
    CHECK_EQ(ph_hash64(NULL, 0, 0), 0xef46db3751d8e999u);
}

TEST(hasher_in_pieces_has_the_published_values)
{
    uint8_t buffer[222];
    fill_sanity_buffer(buffer, sizeof(buffer));
    for (unsigned i = 0; i < PH_COUNT(published); i++) {
        struct ph_hasher hasher;
        ph_hasher_init(&hasher, published[i].seed);
        for (uint32_t k = 0; k < published[i].bytes; k++) {
            ph_hasher_add(&hasher, buffer + k, 1);
        }
        CHECK_EQ(ph_hasher_value(&hasher), published[i].hash);
    }
}

TEST(hasher_does_not_care_where_it_is_cut)
{
    struct ph_random random;
    ph_random_init(&random, 1);
    uint8_t buffer[1000];
    for (unsigned i = 0; i < sizeof(buffer); i++) {
        buffer[i] = (uint8_t)ph_random_next(&random);
    }
    for (unsigned round = 0; round < 3000; round++) {
        uint64_t size = ph_random_below(&random, sizeof(buffer) + 1);
        uint64_t seed = ph_random_next(&random);
        struct ph_hasher hasher;
        ph_hasher_init(&hasher, seed);
        uint64_t at = 0;
        while (at < size) {
            uint64_t piece = ph_random_below(&random, 100);
            piece = PH_MIN(piece, size - at);
            ph_hasher_add(&hasher, buffer + at, piece);
            at += piece;
            CHECK_EQ(ph_hasher_value(&hasher), ph_hash64(buffer, at, seed)); /* and goes on */
        }
        CHECK_EQ(ph_hasher_value(&hasher), ph_hash64(buffer, size, seed));
    }
}

TEST(hash64_reads_unaligned)
{
    uint8_t buffer[108];
    fill_sanity_buffer(buffer, sizeof(buffer));
    uint64_t expected = ph_hash64(buffer, 100, 5);
    for (unsigned shift = 1; shift < 8; shift++) {
        uint8_t moved[108];
        memcpy(moved + shift, buffer, 100);
        CHECK_EQ(ph_hash64(moved + shift, 100, 5), expected);
    }
}
