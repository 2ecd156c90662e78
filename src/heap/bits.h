/* SPDX-License-Identifier: Apache-2.0 */
/* bits.h - bitmaps over the object space: a bit per 16 bytes (a granule). One writer at a time;
 * readers may be others: each word is loaded and stored whole. */
#ifndef PH_HEAP_BITS_H
#define PH_HEAP_BITS_H

#include "heap/heap.h"

static inline uint64_t ph_bits_bytes(const struct ph_heap *heap)
{
    return PH_ALIGN_UP(heap->object_limit / (PH_OBJECT_ALIGN * 8), PH_PAGE_BYTES);
}

static inline uint64_t ph_bits_load(const uint64_t *bits, uint64_t word)
{
    return __atomic_load_n(&bits[word], __ATOMIC_RELAXED);
}

static inline void ph_bits_or(uint64_t *bits, uint64_t word, uint64_t mask)
{
    __atomic_store_n(&bits[word], bits[word] | mask, __ATOMIC_RELAXED);
}

static inline bool ph_bits_get(const uint64_t *bits, uint64_t granule)
{
    return (ph_bits_load(bits, granule / 64) >> (granule % 64) & 1) != 0;
}

/* False: it was set. */
static inline bool ph_bits_add(uint64_t *bits, uint64_t granule)
{
    uint64_t mask = UINT64_C(1) << (granule % 64);
    if (bits[granule / 64] & mask) {
        return false;
    }
    ph_bits_or(bits, granule / 64, mask);
    return true;
}

/* Sets [from, to). */
void ph_bits_fill(uint64_t *bits, uint64_t from, uint64_t to);
/* The same; mostly a few bits of one word. */
static inline void ph_bits_fill_few(uint64_t *bits, uint64_t from, uint64_t to)
{
    uint64_t word = from / 64;
    if (PH_LIKELY(from < to && to - from < 64 && (to - 1) / 64 == word)) {
        ph_bits_or(bits, word, ((UINT64_C(1) << (to - from)) - 1) << (from % 64));
    } else {
        ph_bits_fill(bits, from, to);
    }
}
/* The first set (clear) one in [from, to); `to`: none. */
uint64_t ph_bits_next_set(const uint64_t *bits, uint64_t from, uint64_t to);
uint64_t ph_bits_next_clear(const uint64_t *bits, uint64_t from, uint64_t to);

/* What is known of a bitmap by blocks, so that looking at it takes no time where there is nothing
 * to see: a bit in `full` says that all of a block's are set, one in `empty` that none is. No bit
 * there says nothing. */
#define PH_BITS_BLOCK 4096u /* 64 KiB of objects */
struct ph_bits_blocks {
    uint64_t *full, *empty;
};
static inline uint64_t ph_bits_blocks_bytes(const struct ph_heap *heap)
{
    return PH_ALIGN_UP(ph_bits_bytes(heap) / PH_BITS_BLOCK, PH_PAGE_BYTES);
}
/* Notes what [0, to) holds, and counts what is set there. */
uint64_t ph_bits_survey(const uint64_t *bits, uint64_t to, const struct ph_bits_blocks *blocks);
/* Sets [from, to), so that no block there is empty any more. */
void ph_bits_fill_known(uint64_t *bits, uint64_t from, uint64_t to,
                        const struct ph_bits_blocks *blocks);
/* As next_clear and next_set. */
uint64_t ph_bits_skip_set(const uint64_t *bits, uint64_t from, uint64_t to,
                          const struct ph_bits_blocks *blocks);
uint64_t ph_bits_skip_clear(const uint64_t *bits, uint64_t from, uint64_t to,
                            const struct ph_bits_blocks *blocks);
/* The lowest in [from, to] from which all up to `to` are clear. */
uint64_t ph_bits_clear_from(const uint64_t *bits, uint64_t from, uint64_t to,
                            const struct ph_bits_blocks *blocks);

#endif
