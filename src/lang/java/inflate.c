/* SPDX-License-Identifier: Apache-2.0 */
/* inflate.c - RFC 1951. */
#include "lang/java/inflate.h"

#include "base/assert.h"
#include "lang/java/huffman.h"

#define LENGTHS_MAX (PH_HUFFMAN_SYMBOLS_MAX + 32u)

struct inflate {
    const uint8_t *next, *end;
    uint64_t bits; /* those above bit_count are 0 */
    uint32_t bit_count;
    uint8_t *begin, *to, *to_end;
    struct ph_huffman literals, distances;
};

/* ---- Bits ----------------------------------------------------------------------------------- */

static void refill(struct inflate *self)
{
    while (self->bit_count <= 56 && self->next < self->end) {
        self->bits |= (uint64_t)*self->next++ << self->bit_count;
        self->bit_count += 8;
    }
}

static bool take(struct inflate *self, uint32_t count, uint32_t *value)
{
    PH_DEBUG_ASSERT(count <= 16);
    refill(self);
    if (self->bit_count < count) {
        return false;
    }
    *value = (uint32_t)(self->bits & ((1u << count) - 1));
    self->bits >>= count;
    self->bit_count -= count;
    return true;
}

/* ---- Symbols -------------------------------------------------------------------------------- */

/* Word by word size: the first word of each size follows from those before it. */
static ph_status take_long_symbol(struct inflate *self, const struct ph_huffman *code,
                                  uint32_t *symbol)
{
    uint32_t word = 0, first = 0, index = 0;
    for (uint32_t size = 1; size <= PH_HUFFMAN_BITS_MAX; size++) {
        uint32_t bit;
        if (!take(self, 1, &bit)) {
            return PH_TRUNCATED;
        }
        word = word << 1 | bit;
        uint32_t count = code->counts[size];
        if (word - first < count) {
            *symbol = code->symbols[index + word - first];
            return PH_OK;
        }
        index += count;
        first = (first + count) << 1;
    }
    return PH_MALFORMED;
}

static ph_status take_symbol(struct inflate *self, const struct ph_huffman *code, uint32_t *symbol)
{
    refill(self);
    uint32_t entry = code->fast[self->bits & ((1u << PH_HUFFMAN_FAST_BITS) - 1)];
    uint32_t size = entry >> PH_HUFFMAN_SYMBOL_BITS;
    if (size == 0 || size > self->bit_count) {
        return take_long_symbol(self, code, symbol);
    }
    self->bits >>= size;
    self->bit_count -= size;
    *symbol = entry & ((1u << PH_HUFFMAN_SYMBOL_BITS) - 1);
    return PH_OK;
}

/* ---- Blocks --------------------------------------------------------------------------------- */

static ph_status stored_block(struct inflate *self)
{
    uint32_t size, check, unused;
    if (!take(self, self->bit_count & 7, &unused) || !take(self, 16, &size) ||
        !take(self, 16, &check)) {
        return PH_TRUNCATED;
    }
    if (size != (check ^ 0xffffu)) {
        return PH_MALFORMED;
    }
    self->next -= self->bit_count / 8; /* whole bytes are left: give them back */
    self->bits = 0;
    self->bit_count = 0;
    if (size > (uint64_t)(self->end - self->next)) {
        return PH_TRUNCATED;
    }
    if (size > (uint64_t)(self->to_end - self->to)) {
        return PH_LIMIT;
    }
    if (size > 0) {
        memcpy(self->to, self->next, size);
    }
    self->next += size;
    self->to += size;
    return PH_OK;
}

static ph_status copy_match(struct inflate *self, uint32_t symbol)
{
    uint32_t more, distance_symbol;
    symbol -= PH_DEFLATE_END + 1;
    if (symbol >= PH_DEFLATE_LENGTHS) {
        return PH_MALFORMED;
    }
    if (!take(self, ph_deflate_length_bits[symbol], &more)) {
        return PH_TRUNCATED;
    }
    uint64_t size = ph_deflate_length_bases[symbol] + more;
    ph_status status = take_symbol(self, &self->distances, &distance_symbol);
    if (status != PH_OK) {
        return status;
    }
    if (distance_symbol >= PH_DEFLATE_DISTANCES_MAX) {
        return PH_MALFORMED;
    }
    if (!take(self, ph_deflate_distance_bits(distance_symbol), &more)) {
        return PH_TRUNCATED;
    }
    uint64_t distance = ph_deflate_distance_bases[distance_symbol] + more;
    if (distance > (uint64_t)(self->to - self->begin)) {
        return PH_MALFORMED;
    }
    if (size > (uint64_t)(self->to_end - self->to)) {
        return PH_LIMIT;
    }
    const uint8_t *from = self->to - distance;
    for (; size > 0; size--) { /* may overlap: then it repeats */
        *self->to++ = *from++;
    }
    return PH_OK;
}

static ph_status coded_block(struct inflate *self)
{
    for (;;) {
        uint32_t symbol;
        ph_status status = take_symbol(self, &self->literals, &symbol);
        if (status != PH_OK || symbol == PH_DEFLATE_END) {
            return status;
        }
        if (symbol > PH_DEFLATE_END) {
            status = copy_match(self, symbol);
            if (status != PH_OK) {
                return status;
            }
            continue;
        }
        if (self->to == self->to_end) {
            return PH_LIMIT;
        }
        *self->to++ = (uint8_t)symbol;
    }
}

static ph_status fixed_codes(struct inflate *self)
{
    ph_huffman_make_fixed(&self->literals, &self->distances);
    return PH_OK;
}

/* 3.2.7: the sizes of both codes' words, in one row. */
static ph_status read_sizes(struct inflate *self, uint8_t *sizes, uint32_t count)
{
    for (uint32_t i = 0; i < count;) {
        static const uint8_t repeat_bits[] = {2, 3, 7}, repeat_bases[] = {3, 3, 11};
        uint32_t symbol, times;
        ph_status status = take_symbol(self, &self->literals, &symbol);
        if (status != PH_OK) {
            return status;
        }
        if (symbol < 16) {
            sizes[i++] = (uint8_t)symbol;
            continue;
        }
        if (!take(self, repeat_bits[symbol - 16], &times)) {
            return PH_TRUNCATED;
        }
        times += repeat_bases[symbol - 16];
        if (times > count - i || (symbol == 16 && i == 0)) {
            return PH_MALFORMED;
        }
        memset(sizes + i, symbol == 16 ? sizes[i - 1] : 0, times);
        i += times;
    }
    return PH_OK;
}

static ph_status make_own_codes(struct inflate *self)
{
    uint8_t sizes[LENGTHS_MAX] = {0};
    uint32_t literals, distances, size_codes, size;
    if (!take(self, 5, &literals) || !take(self, 5, &distances) || !take(self, 4, &size_codes)) {
        return PH_TRUNCATED;
    }
    literals += 257;
    distances += 1;
    if (literals > PH_DEFLATE_LITERALS_MAX || distances > PH_DEFLATE_DISTANCES_MAX) {
        return PH_MALFORMED;
    }
    for (uint32_t i = 0; i < size_codes + 4; i++) {
        if (!take(self, 3, &size)) {
            return PH_TRUNCATED;
        }
        sizes[ph_deflate_size_order[i]] = (uint8_t)size;
    }
    ph_status status = ph_huffman_make(&self->literals, sizes, PH_DEFLATE_SIZE_CODES, true);
    if (status == PH_OK) {
        status = read_sizes(self, sizes, literals + distances);
    }
    if (status != PH_OK) {
        return status;
    }
    if (sizes[PH_DEFLATE_END] == 0) {
        return PH_MALFORMED;
    }
    status = ph_huffman_make(&self->distances, sizes + literals, distances, false);
    return status != PH_OK ? status : ph_huffman_make(&self->literals, sizes, literals, false);
}

ph_status ph_inflate(struct ph_slice packed, uint8_t *to, uint64_t size)
{
    struct inflate self;
    uint32_t is_last = 0, type;
    self.next = packed.bytes;
    self.end = packed.size > 0 ? packed.bytes + packed.size : packed.bytes;
    self.begin = self.to = to;
    self.to_end = size > 0 ? to + size : to;
    self.bits = 0;
    self.bit_count = 0;
    while (!is_last) {
        if (!take(&self, 1, &is_last) || !take(&self, 2, &type)) {
            return PH_TRUNCATED;
        }
        ph_status status = type == 1   ? fixed_codes(&self)
                           : type == 2 ? make_own_codes(&self)
                           : type == 0 ? stored_block(&self)
                                       : PH_MALFORMED;
        if (status == PH_OK && type != 0) {
            status = coded_block(&self);
        }
        if (status != PH_OK) {
            return status;
        }
    }
    return self.to == self.to_end ? PH_OK : PH_INVALID;
}
