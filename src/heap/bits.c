/* SPDX-License-Identifier: Apache-2.0 */
#include "heap/bits.h"

void ph_bits_fill(uint64_t *bits, uint64_t from, uint64_t to)
{
    if (from >= to) {
        return;
    }
    uint64_t first = from / 64, last = (to - 1) / 64;
    uint64_t low = UINT64_MAX << (from % 64);
    uint64_t high = UINT64_MAX >> (63 - (to - 1) % 64);
    if (first == last) {
        ph_bits_or(bits, first, low & high);
        return;
    }
    ph_bits_or(bits, first, low);
    for (uint64_t word = first + 1; word < last; word++) {
        __atomic_store_n(&bits[word], UINT64_MAX, __ATOMIC_RELAXED);
    }
    ph_bits_or(bits, last, high);
}

/* `flip`: UINT64_MAX looks for clear ones. */
static uint64_t next(const uint64_t *bits, uint64_t from, uint64_t to, uint64_t flip)
{
    if (from >= to) {
        return to;
    }
    uint64_t word = from / 64, last = (to - 1) / 64;
    uint64_t found = (ph_bits_load(bits, word) ^ flip) & UINT64_MAX << (from % 64);
    while (found == 0) {
        if (word == last) {
            return to;
        }
        found = ph_bits_load(bits, ++word) ^ flip;
    }
    uint64_t at = word * 64 + (uint64_t)__builtin_ctzll(found);
    return PH_MIN(at, to);
}

uint64_t ph_bits_next_set(const uint64_t *bits, uint64_t from, uint64_t to)
{
    return next(bits, from, to, 0);
}

uint64_t ph_bits_next_clear(const uint64_t *bits, uint64_t from, uint64_t to)
{
    return next(bits, from, to, UINT64_MAX);
}

/* ---- By blocks ----------------------------------------------------------------------- */

static void note(uint64_t *blocks, uint64_t block, bool value)
{
    uint64_t mask = UINT64_C(1) << (block % 64);
    blocks[block / 64] = value ? blocks[block / 64] | mask : blocks[block / 64] & ~mask;
}

uint64_t ph_bits_survey(const uint64_t *bits, uint64_t to, const struct ph_bits_blocks *blocks)
{
    uint64_t total = 0;
    for (uint64_t from = 0; from < to; from += PH_BITS_BLOCK) {
        uint64_t set = 0;
        uint64_t end = PH_MIN(to, from + PH_BITS_BLOCK);
        for (uint64_t word = from / 64; word < end / 64; word++) {
            set += (uint64_t)__builtin_popcountll(ph_bits_load(bits, word));
        }
        if (end % 64 != 0) {
            uint64_t low = (UINT64_C(1) << (end % 64)) - 1;
            set += (uint64_t)__builtin_popcountll(ph_bits_load(bits, end / 64) & low);
        }
        bool whole = end - from == PH_BITS_BLOCK;
        note(blocks->full, from / PH_BITS_BLOCK, whole && set == PH_BITS_BLOCK);
        note(blocks->empty, from / PH_BITS_BLOCK, whole && set == 0);
        total += set;
    }
    return total;
}

void ph_bits_fill_known(uint64_t *bits, uint64_t from, uint64_t to,
                        const struct ph_bits_blocks *blocks)
{
    ph_bits_fill(bits, from, to);
    for (uint64_t block = from / PH_BITS_BLOCK; block * PH_BITS_BLOCK < to; block++) {
        note(blocks->empty, block, false);
    }
}

/* The end of the known blocks from that of `at` on; `at`: it is not known. */
static uint64_t pass_blocks(const uint64_t *blocks, uint64_t at, uint64_t to)
{
    uint64_t block = at / PH_BITS_BLOCK;
    if (!ph_bits_get(blocks, block)) {
        return at;
    }
    uint64_t end = ph_bits_next_clear(blocks, block, to / PH_BITS_BLOCK + 1);
    return PH_MIN(to, end * PH_BITS_BLOCK);
}

static uint64_t skip(const uint64_t *bits, uint64_t from, uint64_t to, const uint64_t *blocks,
                     uint64_t flip)
{
    while (from < to) {
        from = pass_blocks(blocks, from, to);
        uint64_t end = PH_MIN(to, PH_ALIGN_DOWN(from, PH_BITS_BLOCK) + PH_BITS_BLOCK);
        uint64_t at = next(bits, from, end, flip);
        if (at < end) {
            return at;
        }
        from = end;
    }
    return to;
}

uint64_t ph_bits_skip_set(const uint64_t *bits, uint64_t from, uint64_t to,
                          const struct ph_bits_blocks *blocks)
{
    return skip(bits, from, to, blocks->full, UINT64_MAX);
}

uint64_t ph_bits_skip_clear(const uint64_t *bits, uint64_t from, uint64_t to,
                            const struct ph_bits_blocks *blocks)
{
    return skip(bits, from, to, blocks->empty, 0);
}

uint64_t ph_bits_clear_from(const uint64_t *bits, uint64_t from, uint64_t to,
                            const struct ph_bits_blocks *blocks)
{
    while (to > from) {
        if (to % PH_BITS_BLOCK == 0 && ph_bits_get(blocks->empty, to / PH_BITS_BLOCK - 1)) {
            to -= PH_BITS_BLOCK;
        } else if (to % 64 == 0 && ph_bits_load(bits, to / 64 - 1) == 0) {
            to -= 64;
        } else if (!ph_bits_get(bits, to - 1)) {
            to--;
        } else {
            return to;
        }
    }
    return from;
}
