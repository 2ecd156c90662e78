/* SPDX-License-Identifier: Apache-2.0 */
/* huffman.h - codes of deflate (RFC 1951, 3.2), for reading. A code is a table of its short words,
 * indexed by the bits that come next (the first bit of the stream is the lowest); longer words are
 * found bit by bit, in the order in which 3.2.2 numbers them. */
#ifndef PH_LANG_JAVA_HUFFMAN_H
#define PH_LANG_JAVA_HUFFMAN_H

#include "base/status.h"

#define PH_HUFFMAN_BITS_MAX 15u
#define PH_HUFFMAN_FAST_BITS 10u
#define PH_HUFFMAN_SYMBOLS_MAX 288u
#define PH_HUFFMAN_SYMBOL_BITS 12u /* in an entry of `fast`: the symbol, above it the word's size */

struct ph_huffman {
    uint16_t fast[1u << PH_HUFFMAN_FAST_BITS];   /* 0: the word is longer, or there is none */
    uint16_t counts[PH_HUFFMAN_BITS_MAX + 1];    /* of words by size */
    uint16_t symbols[PH_HUFFMAN_SYMBOLS_MAX];    /* by size, then by number */
};

/* Makes the code whose words have these sizes (3.2.2), none above PH_HUFFMAN_BITS_MAX. Words may be
 * missing only where there is at most one, of one bit, and not in the code of sizes. */
PH_MUST_CHECK ph_status ph_huffman_make(struct ph_huffman *code, const uint8_t *sizes,
                                        uint32_t count, bool is_sizes);
/* 3.2.6 */
void ph_huffman_make_fixed(struct ph_huffman *literals, struct ph_huffman *distances);

#define PH_DEFLATE_END 256u /* the symbol that ends a block; lengths follow it */
#define PH_DEFLATE_LITERALS_MAX 286u
#define PH_DEFLATE_DISTANCES_MAX 30u
#define PH_DEFLATE_LENGTHS 29u
#define PH_DEFLATE_SIZE_CODES 19u
/* 3.2.5: symbols 257 to 285, and distances. */
extern const uint16_t ph_deflate_length_bases[PH_DEFLATE_LENGTHS];
extern const uint8_t ph_deflate_length_bits[PH_DEFLATE_LENGTHS];
extern const uint16_t ph_deflate_distance_bases[PH_DEFLATE_DISTANCES_MAX];
static inline uint32_t ph_deflate_distance_bits(uint32_t symbol)
{
    return symbol < 2 ? 0 : symbol / 2 - 1;
}
/* 3.2.7: the order in which the sizes of the sizes' own words come. */
extern const uint8_t ph_deflate_size_order[PH_DEFLATE_SIZE_CODES];

/* The word's bits the other way round: words lie in the stream with their first bit lowest. */
static inline uint32_t ph_huffman_reverse(uint32_t word, uint32_t size)
{
    uint32_t reversed = 0;
    for (; size > 0; size--, word >>= 1) {
        reversed = reversed << 1 | (word & 1);
    }
    return reversed;
}

#endif
