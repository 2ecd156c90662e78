/* SPDX-License-Identifier: Apache-2.0 */
#include "base/random.h"

#include "unit.h"

TEST(random_is_xoshiro256_starstar)
{
    /* The authors' C code, started from the state 1, 2, 3, 4 (as in the tests of rand_xoshiro). */
    const uint64_t expected[] = {
        11520,
        0,
        1509978240,
        1215971899390074240u,
        1216172134540287360u,
        607988272756665600u,
        16172922978634559625u,
        8476171486693032832u,
        10595114339597558777u,
        2904607092377533576u,
    };
    struct ph_random random = {{1, 2, 3, 4}};
    for (unsigned i = 0; i < PH_COUNT(expected); i++) {
        CHECK_EQ(ph_random_next(&random), expected[i]);
    }
}

TEST(random_is_seeded_by_splitmix64)
{
    /* Rosetta Code's check values for seed 1234567. */
    struct ph_random random;
    ph_random_init(&random, 1234567);
    CHECK_EQ(random.state[0], 6457827717110365317u);
    CHECK_EQ(random.state[1], 3203168211198807973u);
    CHECK_EQ(random.state[2], 9817491932198370423u);
    CHECK_EQ(random.state[3], 4593380528125082431u);
}

TEST(random_below_is_fair)
{
    struct ph_random random;
    ph_random_init(&random, 0);
    unsigned counts[10] = {0};
    for (unsigned i = 0; i < 100000; i++) {
        uint64_t value = ph_random_below(&random, 10);
        CHECK(value < 10);
        counts[value]++;
    }
    for (unsigned i = 0; i < 10; i++) {
        CHECK(counts[i] > 9500 && counts[i] < 10500);
    }
    for (unsigned i = 0; i < 1000; i++) {
        CHECK_EQ(ph_random_below(&random, 1), 0);
        CHECK(ph_random_below(&random, UINT64_MAX) < UINT64_MAX);
        CHECK(ph_random_below(&random, (1ull << 63) + 1) <= 1ull << 63);
    }
}

static void draw_below_zero(void *argument)
{
    struct ph_random random;
    ph_random_init(&random, 0);
    *(uint64_t *)argument = ph_random_below(&random, 0);
}

TEST(random_below_zero_is_our_bug)
{
    uint64_t value;
    CHECK_DIES(draw_below_zero, &value);
}
