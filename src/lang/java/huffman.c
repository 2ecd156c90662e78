/* SPDX-License-Identifier: Apache-2.0 */
/* huffman.c - RFC 1951's codes. */
#include "lang/java/huffman.h"

#include "base/assert.h"

const uint16_t ph_deflate_length_bases[] = {3,  4,  5,  6,   7,   8,   9,   10,  11, 13,
                                            15, 17, 19, 23,  27,  31,  35,  43,  51, 59,
                                            67, 83, 99, 115, 131, 163, 195, 227, 258};
const uint8_t ph_deflate_length_bits[] = {0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2,
                                          2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0};
const uint16_t ph_deflate_distance_bases[] = {
    1,   2,   3,   4,   5,   7,    9,    13,   17,   25,   33,   49,   65,    97,    129,
    193, 257, 385, 513, 769, 1025, 1537, 2049, 3073, 4097, 6145, 8193, 12289, 16385, 24577};
const uint8_t ph_deflate_size_order[] = {16, 17, 18, 0, 8,  7, 9,  6, 10, 5,
                                         11, 4,  12, 3, 13, 2, 14, 1, 15};

ph_status ph_huffman_make(struct ph_huffman *code, const uint8_t *sizes, uint32_t count,
                          bool is_sizes)
{
    uint32_t starts[PH_HUFFMAN_BITS_MAX + 2] = {0}, words[PH_HUFFMAN_BITS_MAX + 2] = {0};
    PH_ASSERT(count <= PH_HUFFMAN_SYMBOLS_MAX);
    int32_t left = 1;
    uint32_t size_max = 0;
    memset(code->counts, 0, sizeof(code->counts));
    memset(code->fast, 0, sizeof(code->fast));
    for (uint32_t i = 0; i < count; i++) {
        code->counts[sizes[i]]++;
        size_max = PH_MAX(size_max, sizes[i]);
    }
    code->counts[0] = 0;
    for (uint32_t size = 1; size <= PH_HUFFMAN_BITS_MAX; size++) {
        left = 2 * left - code->counts[size];
        if (left < 0) {
            return PH_MALFORMED;
        }
        starts[size + 1] = starts[size] + code->counts[size];
        words[size + 1] = (words[size] + code->counts[size]) << 1;
    }
    if (left > 0 && (is_sizes || size_max > 1)) {
        return PH_MALFORMED;
    }
    for (uint32_t i = 0; i < count; i++) {
        uint32_t size = sizes[i];
        if (size == 0) {
            continue;
        }
        code->symbols[starts[size]++] = (uint16_t)i;
        uint32_t word = ph_huffman_reverse(words[size]++, size);
        for (; size <= PH_HUFFMAN_FAST_BITS && word < PH_COUNT(code->fast); word += 1u << size) {
            code->fast[word] = (uint16_t)(size << PH_HUFFMAN_SYMBOL_BITS | i);
        }
    }
    return PH_OK;
}

void ph_huffman_make_fixed(struct ph_huffman *literals, struct ph_huffman *distances)
{
    uint8_t sizes[PH_HUFFMAN_SYMBOLS_MAX];
    memset(sizes, 8, 144);
    memset(sizes + 144, 9, 112);
    memset(sizes + 256, 7, 24);
    memset(sizes + 280, 8, 8);
    ph_status status = ph_huffman_make(literals, sizes, PH_HUFFMAN_SYMBOLS_MAX, false);
    PH_ASSERT(status == PH_OK);
    memset(sizes, 5, 32);
    status = ph_huffman_make(distances, sizes, 32, false);
    PH_ASSERT(status == PH_OK);
}
