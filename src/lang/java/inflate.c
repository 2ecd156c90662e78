/* SPDX-License-Identifier: Apache-2.0 */
/* inflate.c - RFC 1951. A code is a table of its short words, indexed by the bits that come next
 * (the first bit of the stream is the lowest); longer words are found bit by bit, in the order in
 * which 3.2.2 numbers them. */
#include "lang/java/inflate.h"

#include "base/assert.h"

#define WORD_BITS_MAX 15u
#define FAST_BITS 10u
#define LITERALS_MAX 288u
#define DISTANCES_MAX 30u
#define LITERALS_SENT_MAX 286u
#define LENGTHS_MAX (LITERALS_MAX + 32u)
#define LENGTH_CODES 19u
#define SYMBOL_END 256u
#define SYMBOL_BITS 12u /* in an entry of `fast`: the symbol, above it the word's size */

struct code {
    uint16_t fast[1u << FAST_BITS];     /* 0: the word is longer, or there is none */
    uint16_t counts[WORD_BITS_MAX + 1]; /* of words by size */
    uint16_t symbols[LITERALS_MAX];     /* by size, then by number */
};

struct inflate {
    const uint8_t *next, *end;
    uint64_t bits; /* those above bit_count are 0 */
    uint32_t bit_count;
    uint8_t *begin, *to, *to_end;
    struct code literals, distances;
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

/* ---- Codes ---------------------------------------------------------------------------------- */

static uint32_t reverse(uint32_t word, uint32_t size)
{
    uint32_t reversed = 0;
    for (; size > 0; size--, word >>= 1) {
        reversed = reversed << 1 | (word & 1);
    }
    return reversed;
}

/* Makes the code whose words have these sizes (3.2.2). Words may be missing only where there is at
 * most one, of one bit. */
static ph_status make_code(struct code *code, const uint8_t *sizes, uint32_t count, bool is_sizes)
{
    uint32_t starts[WORD_BITS_MAX + 2] = {0}, words[WORD_BITS_MAX + 2] = {0};
    int32_t left = 1;
    uint32_t size_max = 0;
    memset(code->counts, 0, sizeof(code->counts));
    memset(code->fast, 0, sizeof(code->fast));
    for (uint32_t i = 0; i < count; i++) {
        code->counts[sizes[i]]++;
        size_max = PH_MAX(size_max, sizes[i]);
    }
    code->counts[0] = 0;
    for (uint32_t size = 1; size <= WORD_BITS_MAX; size++) {
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
        uint32_t word = reverse(words[size]++, size);
        for (; size <= FAST_BITS && word < PH_COUNT(code->fast); word += 1u << size) {
            code->fast[word] = (uint16_t)(size << SYMBOL_BITS | i);
        }
    }
    return PH_OK;
}

/* Word by word size: the first word of each size follows from those before it. */
static ph_status take_long_symbol(struct inflate *self, const struct code *code, uint32_t *symbol)
{
    uint32_t word = 0, first = 0, index = 0;
    for (uint32_t size = 1; size <= WORD_BITS_MAX; size++) {
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

static ph_status take_symbol(struct inflate *self, const struct code *code, uint32_t *symbol)
{
    refill(self);
    uint32_t entry = code->fast[self->bits & ((1u << FAST_BITS) - 1)];
    uint32_t size = entry >> SYMBOL_BITS;
    if (size == 0 || size > self->bit_count) {
        return take_long_symbol(self, code, symbol);
    }
    self->bits >>= size;
    self->bit_count -= size;
    *symbol = entry & ((1u << SYMBOL_BITS) - 1);
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

/* 3.2.5: symbols 257 to 285, and distances. */
static const uint16_t length_bases[] = {3,  4,  5,  6,   7,   8,   9,   10,  11, 13,
                                        15, 17, 19, 23,  27,  31,  35,  43,  51, 59,
                                        67, 83, 99, 115, 131, 163, 195, 227, 258};
static const uint8_t length_bits[] = {0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2,
                                      2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0};
static const uint16_t distance_bases[] = {
    1,   2,   3,   4,   5,   7,    9,    13,   17,   25,   33,   49,   65,    97,    129,
    193, 257, 385, 513, 769, 1025, 1537, 2049, 3073, 4097, 6145, 8193, 12289, 16385, 24577};

static ph_status copy_match(struct inflate *self, uint32_t symbol)
{
    uint32_t more, distance_symbol;
    symbol -= SYMBOL_END + 1;
    if (symbol >= PH_COUNT(length_bases)) {
        return PH_MALFORMED;
    }
    if (!take(self, length_bits[symbol], &more)) {
        return PH_TRUNCATED;
    }
    uint64_t size = length_bases[symbol] + more;
    ph_status status = take_symbol(self, &self->distances, &distance_symbol);
    if (status != PH_OK) {
        return status;
    }
    if (distance_symbol >= PH_COUNT(distance_bases)) {
        return PH_MALFORMED;
    }
    if (!take(self, distance_symbol < 2 ? 0 : distance_symbol / 2 - 1, &more)) {
        return PH_TRUNCATED;
    }
    uint64_t distance = distance_bases[distance_symbol] + more;
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
        if (status != PH_OK || symbol == SYMBOL_END) {
            return status;
        }
        if (symbol > SYMBOL_END) {
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

/* 3.2.6 */
static ph_status make_fixed_codes(struct inflate *self)
{
    uint8_t sizes[LITERALS_MAX];
    memset(sizes, 8, 144);
    memset(sizes + 144, 9, 112);
    memset(sizes + 256, 7, 24);
    memset(sizes + 280, 8, 8);
    ph_status status = make_code(&self->literals, sizes, LITERALS_MAX, false);
    PH_ASSERT(status == PH_OK);
    memset(sizes, 5, 32);
    return make_code(&self->distances, sizes, 32, false);
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
    static const uint8_t order[LENGTH_CODES] = {16, 17, 18, 0, 8,  7, 9,  6, 10, 5,
                                                11, 4,  12, 3, 13, 2, 14, 1, 15};
    uint8_t sizes[LENGTHS_MAX] = {0};
    uint32_t literals, distances, size_codes, size;
    if (!take(self, 5, &literals) || !take(self, 5, &distances) || !take(self, 4, &size_codes)) {
        return PH_TRUNCATED;
    }
    literals += 257;
    distances += 1;
    if (literals > LITERALS_SENT_MAX || distances > DISTANCES_MAX) {
        return PH_MALFORMED;
    }
    for (uint32_t i = 0; i < size_codes + 4; i++) {
        if (!take(self, 3, &size)) {
            return PH_TRUNCATED;
        }
        sizes[order[i]] = (uint8_t)size;
    }
    ph_status status = make_code(&self->literals, sizes, LENGTH_CODES, true);
    if (status == PH_OK) {
        status = read_sizes(self, sizes, literals + distances);
    }
    if (status != PH_OK) {
        return status;
    }
    if (sizes[SYMBOL_END] == 0) {
        return PH_MALFORMED;
    }
    status = make_code(&self->distances, sizes + literals, distances, false);
    return status != PH_OK ? status : make_code(&self->literals, sizes, literals, false);
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
        ph_status status = type == 1   ? make_fixed_codes(&self)
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
