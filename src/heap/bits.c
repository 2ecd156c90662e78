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
