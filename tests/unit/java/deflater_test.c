/* SPDX-License-Identifier: Apache-2.0 */
/* Deflate streams that come and go in pieces: what goes in comes out, however it is cut; the flat
 * structs may hold anything; a whole-buffer reader agrees. */
#include <stdlib.h>

#include "base/random.h"
#include "lang/java/deflater.h"
#include "lang/java/inflate.h"
#include "lang/java/inflater.h"
#include "unit.h"

#define BYTES_MAX 200000u

static struct ph_deflate_workspace workspace;
static struct ph_deflater deflater;
static struct ph_inflater inflater;
static uint8_t source[BYTES_MAX], packed[BYTES_MAX * 2], result[BYTES_MAX];

/* Bytes that pack more or less well. */
static void fill(struct ph_random *random, uint64_t bytes, uint32_t kind)
{
    for (uint64_t i = 0; i < bytes; i++) {
        uint32_t r = (uint32_t)ph_random_next(random);
        source[i] = kind == 0   ? (uint8_t)r
                    : kind == 1 ? (uint8_t)"the quick brown fox "[r % 20]
                    : kind == 2 ? 'a'
                    : i > 300 && r % 100 != 0
                        ? source[i - 1 - (i / 1000 * 37) % 300]
                        : (uint8_t)(r % 64);
    }
}

static uint64_t piece(struct ph_random *random, uint64_t left, uint64_t most)
{
    uint64_t wanted = 1 + ph_random_below(random, most);
    return PH_MIN(left, wanted);
}

/* Packs source[0, bytes) in pieces; returns the stream's size. */
static uint64_t pack_all(struct ph_random *random, uint64_t bytes, uint64_t most)
{
    uint64_t from = 0, to = 0;
    bool is_finished = false;
    uint32_t flush = PH_DEFLATE_NO_FLUSH, turns = 0;
    while (!is_finished) {
        uint64_t given = from < bytes ? piece(random, bytes - from, most) : 0;
        flush = from + given == bytes           ? PH_DEFLATE_FINISH
                : ph_random_next(random) % 20 ? PH_DEFLATE_NO_FLUSH
                : ph_random_next(random) % 2  ? PH_DEFLATE_SYNC
                                              : PH_DEFLATE_FULL;
        struct ph_deflate_step step = {.from = source + from, .from_bytes = given,
                                       .to = packed + to, .flush = flush,
                                       .to_bytes = piece(random, sizeof(packed) - to, most)};
        ph_deflater_run(&deflater, &workspace, &step);
        CHECK(step.used_bytes <= given && step.made_bytes <= step.to_bytes);
        from += step.used_bytes;
        to += step.made_bytes;
        is_finished = step.is_finished;
        CHECK(++turns < 1000000);
    }
    CHECK(from == bytes);
    return to;
}

static void unpack_all(struct ph_random *random, uint64_t packed_bytes, uint64_t bytes,
                       uint64_t most)
{
    uint64_t from = 0, to = 0;
    bool is_finished = false;
    uint32_t turns = 0;
    while (!is_finished) {
        struct ph_inflate_step step = {.from = packed + from, .to = result + to};
        step.from_bytes = from < packed_bytes ? piece(random, packed_bytes - from, most) : 0;
        step.to_bytes = to < bytes ? piece(random, bytes - to, most) : 0;
        ph_inflater_run(&inflater, &step);
        CHECK(step.wrong == NULL);
        from += step.used_bytes;
        to += step.made_bytes;
        is_finished = step.is_finished;
        CHECK(is_finished || step.used_bytes == step.from_bytes ||
              step.made_bytes == step.to_bytes);
        CHECK(++turns < 1000000);
    }
    CHECK(from == packed_bytes && to == bytes && memcmp(source, result, bytes) == 0);
}

static void round_trip(uint64_t seed)
{
    struct ph_random random;
    ph_random_init(&random, seed);
    uint64_t bytes = ph_random_next(&random) % (seed % 3 == 0 ? 100 : BYTES_MAX);
    uint64_t most = seed % 4 == 0 ? 7 : 60000;
    bool is_raw = seed % 2;
    bytes = most == 7 ? bytes % 3000 : bytes;
    fill(&random, bytes, (uint32_t)(ph_random_next(&random) % 4));
    ph_deflater_init(&deflater, is_raw, (int32_t)(ph_random_next(&random) % 11) - 1,
                     (uint32_t)(ph_random_next(&random) % 3));
    uint64_t packed_bytes = pack_all(&random, bytes, most);
    ph_inflater_init(&inflater, is_raw);
    unpack_all(&random, packed_bytes, bytes, most);
    struct ph_slice stream = {packed + (is_raw ? 0 : 2), packed_bytes - (is_raw ? 0 : 2)};
    CHECK(ph_inflate(stream, result, bytes) == PH_OK);
    CHECK(memcmp(source, result, bytes) == 0);
}

TEST(deflater_round_trips)
{
    for (uint64_t seed = 0; seed < 300; seed++) {
        round_trip(seed);
    }
}

TEST(deflater_packs_well)
{
    struct ph_random random;
    ph_random_init(&random, 1);
    fill(&random, BYTES_MAX, 1);
    ph_deflater_init(&deflater, true, -1, 0);
    CHECK(pack_all(&random, BYTES_MAX, 60000) < BYTES_MAX * 6 / 10); /* entropy: 52 % */
    fill(&random, BYTES_MAX, 2);
    ph_deflater_init(&deflater, true, -1, 0);
    CHECK(pack_all(&random, BYTES_MAX, 60000) < BYTES_MAX / 100);
}

/* A stream that is damaged, and structs that hold anything: nothing breaks. */
TEST(inflater_takes_anything)
{
    struct ph_random random;
    ph_random_init(&random, 7);
    for (uint32_t round = 0; round < 3000; round++) {
        uint64_t bytes = ph_random_next(&random) % 500;
        struct ph_inflate_step step = {.from = packed, .from_bytes = bytes, .to = result,
                                       .to_bytes = 2000};
        if (round % 2) {
            ph_inflater_init(&inflater, round % 4 == 1);
        } else {
            uint8_t *state = (uint8_t *)&inflater.head;
            state[ph_random_next(&random) % sizeof(inflater.head)] =
                (uint8_t)ph_random_next(&random);
        }
        for (uint64_t i = 0; i < bytes; i++) {
            packed[i] = (uint8_t)ph_random_next(&random);
        }
        ph_inflater_run(&inflater, &step);
        CHECK(step.used_bytes <= step.from_bytes && step.made_bytes <= step.to_bytes);
    }
}

TEST(deflater_takes_anything)
{
    struct ph_random random;
    ph_random_init(&random, 8);
    fill(&random, BYTES_MAX, 3);
    ph_deflater_init(&deflater, false, 6, 0);
    for (uint32_t round = 0; round < 1000; round++) {
        uint8_t *state = (uint8_t *)&deflater.head;
        struct ph_deflate_step step = {.from = source, .from_bytes = 5000, .to = packed,
                                       .to_bytes = 6000, .flush = round % 5};
        for (uint32_t i = 0; i < 4; i++) {
            state[ph_random_next(&random) % sizeof(deflater.head)] =
                (uint8_t)(ph_random_next(&random) % 12);
        }
        ph_deflater_run(&deflater, &workspace, &step);
        CHECK(step.used_bytes <= step.from_bytes && step.made_bytes <= step.to_bytes);
    }
}

/* zlib's own stream of "hello hello hello world", one byte at a time. */
TEST(inflater_reads_zlib)
{
    static const uint8_t stream[] = {0x78, 0x9c, 0xcb, 0x48, 0xcd, 0xc9, 0xc9, 0x57, 0xc8, 0x40,
                                     0x22, 0xcb, 0xf3, 0x8b, 0x72, 0x52, 0x00, 0x68, 0x7d, 0x08,
                                     0xc5};
    memcpy(packed, stream, sizeof(stream));
    memcpy(source, "hello hello hello world", 23);
    struct ph_random random;
    ph_random_init(&random, 3);
    ph_inflater_init(&inflater, false);
    unpack_all(&random, sizeof(stream), 23, 1);
    packed[sizeof(stream) - 1] ^= 1;
    struct ph_inflate_step step = {.from = packed, .from_bytes = sizeof(stream), .to = result,
                                   .to_bytes = 100};
    ph_inflater_init(&inflater, false);
    ph_inflater_run(&inflater, &step);
    CHECK(step.wrong != NULL && step.made_bytes == 23);
}

TEST(dictionaries)
{
    struct ph_slice words = {(const uint8_t *)"hello, world", 12};
    memcpy(source, "world hello, world, hello", 25);
    struct ph_random random;
    ph_random_init(&random, 5);
    ph_deflater_init(&deflater, false, 9, 0);
    ph_deflater_set_dictionary(&deflater, words);
    uint64_t packed_bytes = pack_all(&random, 25, 100);
    ph_inflater_init(&inflater, false);
    struct ph_inflate_step step = {.from = packed, .from_bytes = packed_bytes, .to = result,
                                   .to_bytes = 100};
    ph_inflater_run(&inflater, &step);
    CHECK(step.wants_dictionary && step.made_bytes == 0);
    CHECK(!ph_inflater_set_dictionary(&inflater, (struct ph_slice){words.bytes, 11}));
    CHECK(ph_inflater_set_dictionary(&inflater, words));
    uint64_t used = step.used_bytes;
    step = (struct ph_inflate_step){.from = packed + used, .from_bytes = packed_bytes - used,
                                    .to = result, .to_bytes = 100};
    ph_inflater_run(&inflater, &step);
    CHECK(step.is_finished && step.made_bytes == 25 && memcmp(result, source, 25) == 0);
}
