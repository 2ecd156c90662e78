/* SPDX-License-Identifier: Apache-2.0 */
/* bits_test.c - looks at a bitmap by blocks find what looks at each bit do. */
#include "base/random.h"
#include "heap/bits.h"
#include "unit.h"

enum { BITS = 20 * PH_BITS_BLOCK + 777 };

struct map {
    uint64_t bits[BITS / 64 + 2], full[1], empty[1];
    struct ph_bits_blocks blocks;
};

/* Runs that are often longer than a block, and often end where one does. */
static uint64_t run_end(struct ph_random *random, uint64_t from)
{
    uint64_t shift = ph_random_below(random, 15);
    uint64_t end = from + ph_random_below(random, UINT64_C(2) << shift);
    if (ph_random_below(random, 3) == 0) {
        end = PH_ALIGN_UP(end, PH_BITS_BLOCK);
    }
    return PH_MIN(end, (uint64_t)BITS);
}

static uint64_t slow_next(const struct map *m, uint64_t from, uint64_t to, bool value)
{
    while (from < to && ph_bits_get(m->bits, from) != value) {
        from++;
    }
    return from;
}

static void check_looks(const struct map *m, struct ph_random *random)
{
    uint64_t from = ph_random_below(random, BITS + 1);
    uint64_t to = from + ph_random_below(random, BITS - from + 1);
    CHECK_EQ(ph_bits_skip_set(m->bits, from, to, &m->blocks), slow_next(m, from, to, false));
    CHECK_EQ(ph_bits_skip_clear(m->bits, from, to, &m->blocks), slow_next(m, from, to, true));
    uint64_t clear = to;
    while (clear > from && !ph_bits_get(m->bits, clear - 1)) {
        clear--;
    }
    CHECK_EQ(ph_bits_clear_from(m->bits, from, to, &m->blocks), clear);
}

TEST(looks_by_blocks_find_what_single_looks_do)
{
    static struct map m;
    struct ph_random random;
    for (uint64_t seed = 1; seed <= 100; seed++) {
        ph_random_init(&random, seed);
        memset(&m, 0, sizeof(m));
        m.blocks = (struct ph_bits_blocks){m.full, m.empty};
        uint64_t set = 0;
        for (uint64_t at = 0; at < BITS;) {
            uint64_t end = run_end(&random, at);
            ph_bits_fill(m.bits, at, end);
            set += end - at;
            at = run_end(&random, end);
        }
        CHECK_EQ(ph_bits_survey(m.bits, BITS, &m.blocks), set);
        for (uint32_t i = 0; i < 40; i++) {
            check_looks(&m, &random);
            if (i % 4 == 0) {
                uint64_t at = ph_random_below(&random, BITS);
                ph_bits_fill_known(m.bits, at, run_end(&random, at), &m.blocks);
            }
        }
    }
}

TEST(a_survey_forgets_the_one_before)
{
    static struct map m;
    m.blocks = (struct ph_bits_blocks){m.full, m.empty};
    CHECK_EQ(ph_bits_survey(m.bits, BITS, &m.blocks), 0);
    CHECK_EQ(m.empty[0], (UINT64_C(1) << 20) - 1); /* not of the last, which is no whole one */
    ph_bits_fill(m.bits, 0, BITS);
    CHECK_EQ(ph_bits_survey(m.bits, BITS, &m.blocks), BITS);
    CHECK_EQ(m.empty[0], 0);
    CHECK_EQ(m.full[0], (UINT64_C(1) << 20) - 1);
    memset(m.bits, 0, sizeof(m.bits));
    CHECK_EQ(ph_bits_survey(m.bits, BITS, &m.blocks), 0);
    CHECK_EQ(m.full[0], 0);
}
