/* SPDX-License-Identifier: Apache-2.0 */
/* deflater.c - RFC 1951 and 1950, for writing.
 *
 * Invariant
 *   (1) The struct may hold anything, and change while a step runs: what is used as an index or a
 *       count is in a copy, which is_sane looks at before the step. */
#include "lang/java/deflater.h"

#include "base/assert.h"
#include "lang/java/huffman.h"
#include "lang/java/inflater.h"

#define MATCH_MIN 3u
#define MATCH_MAX 258u
#define HASH_BITS 15u
#define SYMBOLS PH_HUFFMAN_SYMBOLS_MAX
#define SIZE_BITS_MAX 7u

/* A step's own copy of what is small (1). */
struct run {
    struct ph_deflater_head head;
    uint8_t *bytes, *packed;
};

/* ---- Bits out ------------------------------------------------------------------------------- */

static void put_bits(struct run *self, uint32_t bits, uint32_t count)
{
    uint64_t all = (uint64_t)self->head.bits | (uint64_t)bits << self->head.bit_count;
    uint32_t have = self->head.bit_count + count;
    for (; have >= 8; have -= 8, all >>= 8) {
        PH_ASSERT(self->head.packed_bytes < PH_DEFLATE_PACKED);
        self->packed[self->head.packed_bytes++] = (uint8_t)all;
    }
    self->head.bits = (uint32_t)all;
    self->head.bit_count = have;
}

static void put_aligned(struct run *self)
{
    put_bits(self, 0, (8 - self->head.bit_count) & 7);
}

static void put_big_endian(struct run *self, uint32_t value)
{
    for (uint32_t i = 0; i < 4; i++) {
        put_bits(self, value >> (24 - 8 * i) & 0xff, 8);
    }
}

/* ---- Codes ---------------------------------------------------------------------------------- */

struct code {
    uint32_t counts[SYMBOLS]; /* how often each symbol is used */
    uint8_t sizes[SYMBOLS];
    uint16_t words[SYMBOLS];
    uint32_t symbols;
};

/* Words of the sizes, with their first bit lowest (3.2.2). */
static void number_words(struct code *code)
{
    uint32_t counts[PH_HUFFMAN_BITS_MAX + 2] = {0}, next[PH_HUFFMAN_BITS_MAX + 2] = {0};
    for (uint32_t i = 0; i < code->symbols; i++) {
        counts[code->sizes[i]]++;
    }
    counts[0] = 0;
    for (uint32_t size = 1; size <= PH_HUFFMAN_BITS_MAX; size++) {
        next[size + 1] = (next[size] + counts[size]) << 1;
    }
    for (uint32_t i = 0; i < code->symbols; i++) {
        uint32_t size = code->sizes[i];
        code->words[i] = size == 0 ? 0 : (uint16_t)ph_huffman_reverse(next[size]++, size);
    }
}

/* Sinks the first of a heap of nodes, the least count on top. */
static void sink(uint16_t *heap, uint32_t size, uint32_t at, const uint32_t *counts)
{
    uint16_t node = heap[at];
    for (;;) {
        uint32_t child = 2 * at + 1;
        if (child >= size) {
            break;
        }
        if (child + 1 < size && counts[heap[child + 1]] < counts[heap[child]]) {
            child++;
        }
        if (counts[heap[child]] >= counts[node]) {
            break;
        }
        heap[at] = heap[child];
        at = child;
    }
    heap[at] = node;
}

/* Huffman's tree over the symbols that are used: how deep each is. False: deeper than `most`. */
static bool measure_depths(struct code *code, uint32_t most)
{
    uint32_t counts[2 * SYMBOLS];
    uint16_t parents[2 * SYMBOLS], heap[SYMBOLS];
    uint8_t depths[2 * SYMBOLS] = {0};
    uint32_t used = 0, node = SYMBOLS;
    for (uint32_t i = 0; i < code->symbols; i++) {
        counts[i] = code->counts[i];
        if (counts[i] > 0) {
            heap[used++] = (uint16_t)i;
        }
    }
    for (uint32_t at = used / 2; at > 0; at--) {
        sink(heap, used, at - 1, counts);
    }
    while (used > 1) {
        uint16_t first = heap[0];
        heap[0] = heap[--used];
        sink(heap, used, 0, counts);
        uint16_t second = heap[0];
        counts[node] = counts[first] + counts[second];
        parents[first] = parents[second] = (uint16_t)node;
        heap[0] = (uint16_t)node++;
        sink(heap, used, 0, counts);
    }
    uint32_t deepest = 0;
    for (uint32_t i = node - 1; i-- > SYMBOLS;) { /* the last is the root */
        depths[i] = depths[parents[i]] + 1;
    }
    for (uint32_t i = 0; i < code->symbols; i++) {
        code->sizes[i] = code->counts[i] == 0 ? 0 : depths[parents[i]] + 1;
        deepest = PH_MAX(deepest, (uint32_t)code->sizes[i]);
    }
    return deepest <= most;
}

/* Sizes of words no longer than `most`: counts are made more alike until they fit. A code has two
 * words at least, as readers want a whole one. */
static void make_sizes(struct code *code, uint32_t most)
{
    uint32_t used = 0;
    for (uint32_t i = 0; i < code->symbols; i++) {
        used += code->counts[i] > 0;
    }
    for (uint32_t i = 0; used < 2; i++) {
        used += code->counts[i] == 0;
        code->counts[i] += code->counts[i] == 0;
    }
    while (!measure_depths(code, most)) {
        for (uint32_t i = 0; i < code->symbols; i++) {
            code->counts[i] = code->counts[i] == 0 ? 0 : code->counts[i] / 2 + 1;
        }
    }
    number_words(code);
}

/* ---- Matches -------------------------------------------------------------------------------- */

static uint32_t hash_at(const uint8_t *at)
{
    uint32_t three = (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16;
    return three * 0x9e3779b1u >> (32 - HASH_BITS);
}

static void note_place(const struct run *self, struct ph_deflate_workspace *w,
                       uint32_t place, uint32_t end)
{
    if (place + MATCH_MIN <= end) {
        uint16_t *head = &w->heads[hash_at(self->bytes + place)];
        w->previous[place] = *head;
        *head = (uint16_t)(place + 1);
    }
}

struct found {
    uint32_t length, distance;
};

/* The longest of what is looked at. */
static struct found find_match(const struct run *self,
                               const struct ph_deflate_workspace *w, uint32_t place, uint32_t end,
                               uint32_t tries)
{
    struct found best = {0, 0};
    uint32_t most = PH_MIN(end - place, MATCH_MAX);
    if (most < MATCH_MIN) {
        return best;
    }
    uint32_t at = w->heads[hash_at(self->bytes + place)];
    for (; at != 0 && tries > 0 && place - (at - 1) <= PH_DEFLATE_WINDOW; tries--) {
        const uint8_t *from = self->bytes + (at - 1), *here = self->bytes + place;
        uint32_t length = 0;
        if (best.length == 0 || from[best.length] == here[best.length]) {
            while (length < most && from[length] == here[length]) {
                length++;
            }
        }
        if (length > best.length && length >= MATCH_MIN) {
            best = (struct found){length, place - (at - 1)};
            if (length == most) {
                break;
            }
        }
        at = w->previous[at - 1];
    }
    return best;
}

/* The block as bytes and matches; how many. A match waits one byte for a longer one. */
static uint32_t make_tokens(const struct run *self, struct ph_deflate_workspace *w)
{
    static const uint16_t tries_by_level[10] = {0, 4, 6, 12, 16, 32, 64, 128, 512, 2048};
    uint32_t level = self->head.level < 0 ? 6 : (uint32_t)self->head.level;
    uint32_t tries = self->head.strategy == 2 ? 0 : tries_by_level[level];
    uint32_t start = self->head.history_bytes, end = start + self->head.gathered_bytes, count = 0;
    memset(w->heads, 0, sizeof(w->heads));
    for (uint32_t place = 0; place < start; place++) {
        note_place(self, w, place, end);
    }
    struct found found = find_match(self, w, start, end, tries);
    for (uint32_t place = start; place < end;) {
        note_place(self, w, place, end);
        struct found next = {0, 0};
        if (found.length < MATCH_MAX && place + 1 < end) {
            next = find_match(self, w, place + 1, end, found.length < 32 ? tries : tries / 4);
        }
        if (found.length == 0 || next.length > found.length) {
            w->tokens[count++] = self->bytes[place++];
            found = next;
            continue;
        }
        w->tokens[count++] = found.distance << 16 | found.length;
        for (uint32_t i = 1; i < found.length; i++) {
            note_place(self, w, place + i, end);
        }
        place += found.length;
        found = place < end ? find_match(self, w, place, end, tries) : next;
    }
    return count;
}

/* ---- Blocks --------------------------------------------------------------------------------- */

static uint32_t symbol_of(const uint16_t *bases, uint32_t count, uint32_t value)
{
    uint32_t low = 0, high = count;
    while (high - low > 1) {
        uint32_t middle = low + (high - low) / 2;
        if (bases[middle] <= value) {
            low = middle;
        } else {
            high = middle;
        }
    }
    return low;
}

static uint32_t length_symbol(uint32_t length)
{
    return symbol_of(ph_deflate_length_bases, PH_DEFLATE_LENGTHS, length);
}

static uint32_t distance_symbol(uint32_t distance)
{
    return symbol_of(ph_deflate_distance_bases, PH_DEFLATE_DISTANCES_MAX, distance);
}

struct block {
    const uint32_t *tokens;
    uint32_t count;
    struct code literals, distances, sizes;
    uint8_t row[SYMBOLS + 32]; /* the sizes of both codes' words; */
    uint8_t packed[SYMBOLS + 32], more[SYMBOLS + 32]; /* as symbols of `sizes`, and what follows */
    uint32_t row_count, packed_count, size_codes;
};

/* A match's distance fits: 32768 is 0x8000. */
static bool is_match(uint32_t token) { return token > 0xff; }

static void count_symbols(struct block *b)
{
    memset(b->literals.counts, 0, sizeof(b->literals.counts));
    memset(b->distances.counts, 0, sizeof(b->distances.counts));
    b->literals.symbols = PH_DEFLATE_LITERALS_MAX;
    b->distances.symbols = PH_DEFLATE_DISTANCES_MAX;
    for (uint32_t i = 0; i < b->count; i++) {
        uint32_t token = b->tokens[i];
        if (is_match(token)) {
            b->literals.counts[PH_DEFLATE_END + 1 + length_symbol(token & 0xffff)]++;
            b->distances.counts[distance_symbol(token >> 16)]++;
        } else {
            b->literals.counts[token]++;
        }
    }
    b->literals.counts[PH_DEFLATE_END]++;
}

static void pack_run(struct block *b, uint32_t size, uint32_t times)
{
    while (times > 0) {
        uint32_t taken = 1, symbol = size, more = 0;
        if (size == 0 && times >= 3) {
            taken = PH_MIN(times, 138u);
            symbol = taken > 10 ? 18 : 17;
            more = taken - (taken > 10 ? 11 : 3);
        } else if (size != 0 && times >= 4) { /* the first as it is */
            b->packed[b->packed_count] = (uint8_t)size;
            b->more[b->packed_count++] = 0;
            b->sizes.counts[size]++;
            times--;
            taken = PH_MIN(times, 6u);
            symbol = 16;
            more = taken - 3;
        }
        b->packed[b->packed_count] = (uint8_t)symbol;
        b->more[b->packed_count++] = (uint8_t)more;
        b->sizes.counts[symbol]++;
        times -= taken;
    }
}

/* 3.2.7: both codes' sizes in one row, runs packed, with a code of their own. */
static void pack_sizes(struct block *b)
{
    uint32_t literals = PH_DEFLATE_LITERALS_MAX, distances = PH_DEFLATE_DISTANCES_MAX;
    while (literals > 257 && b->literals.sizes[literals - 1] == 0) {
        literals--;
    }
    while (distances > 1 && b->distances.sizes[distances - 1] == 0) {
        distances--;
    }
    b->literals.symbols = literals;
    b->distances.symbols = distances;
    memcpy(b->row, b->literals.sizes, literals);
    memcpy(b->row + literals, b->distances.sizes, distances);
    b->row_count = literals + distances;
    b->packed_count = 0;
    memset(b->sizes.counts, 0, sizeof(b->sizes.counts));
    b->sizes.symbols = PH_DEFLATE_SIZE_CODES;
    for (uint32_t i = 0; i < b->row_count;) {
        uint32_t run = 1;
        while (i + run < b->row_count && b->row[i + run] == b->row[i]) {
            run++;
        }
        pack_run(b, b->row[i], run);
        i += run;
    }
    make_sizes(&b->sizes, SIZE_BITS_MAX);
    b->size_codes = PH_DEFLATE_SIZE_CODES;
    while (b->size_codes > 4 && b->sizes.sizes[ph_deflate_size_order[b->size_codes - 1]] == 0) {
        b->size_codes--;
    }
}

static uint32_t more_bits(uint32_t size_symbol)
{
    return size_symbol == 16 ? 2 : size_symbol == 17 ? 3 : size_symbol == 18 ? 7 : 0;
}

/* Bits of the tokens in these codes. */
static uint64_t measure_tokens(const struct block *b)
{
    uint64_t bits = 0;
    for (uint32_t i = 0; i < b->count; i++) {
        uint32_t token = b->tokens[i];
        if (!is_match(token)) {
            bits += b->literals.sizes[token];
            continue;
        }
        uint32_t length = length_symbol(token & 0xffff), way = distance_symbol(token >> 16);
        bits += b->literals.sizes[PH_DEFLATE_END + 1 + length] + ph_deflate_length_bits[length];
        bits += b->distances.sizes[way] + ph_deflate_distance_bits(way);
    }
    return bits + b->literals.sizes[PH_DEFLATE_END];
}

static uint64_t measure_sizes(const struct block *b)
{
    uint64_t bits = 14 + 3 * b->size_codes;
    for (uint32_t i = 0; i < b->packed_count; i++) {
        bits += b->sizes.sizes[b->packed[i]] + more_bits(b->packed[i]);
    }
    return bits;
}

static void put_sizes(struct run *self, const struct block *b)
{
    put_bits(self, b->literals.symbols - 257, 5);
    put_bits(self, b->distances.symbols - 1, 5);
    put_bits(self, b->size_codes - 4, 4);
    for (uint32_t i = 0; i < b->size_codes; i++) {
        put_bits(self, b->sizes.sizes[ph_deflate_size_order[i]], 3);
    }
    for (uint32_t i = 0; i < b->packed_count; i++) {
        uint32_t symbol = b->packed[i];
        put_bits(self, b->sizes.words[symbol], b->sizes.sizes[symbol]);
        put_bits(self, b->more[i], more_bits(symbol));
    }
}

static void put_tokens(struct run *self, const struct block *b)
{
    for (uint32_t i = 0; i < b->count; i++) {
        uint32_t token = b->tokens[i];
        if (!is_match(token)) {
            put_bits(self, b->literals.words[token], b->literals.sizes[token]);
            continue;
        }
        uint32_t size = token & 0xffff, distance = token >> 16;
        uint32_t length = length_symbol(size), way = distance_symbol(distance);
        uint32_t symbol = PH_DEFLATE_END + 1 + length;
        put_bits(self, b->literals.words[symbol], b->literals.sizes[symbol]);
        put_bits(self, size - ph_deflate_length_bases[length], ph_deflate_length_bits[length]);
        put_bits(self, b->distances.words[way], b->distances.sizes[way]);
        put_bits(self, distance - ph_deflate_distance_bases[way], ph_deflate_distance_bits(way));
    }
    put_bits(self, b->literals.words[PH_DEFLATE_END], b->literals.sizes[PH_DEFLATE_END]);
}

static void use_fixed(struct block *b)
{
    memset(b->literals.sizes, 8, 144);
    memset(b->literals.sizes + 144, 9, 112);
    memset(b->literals.sizes + 256, 7, 24);
    memset(b->literals.sizes + 280, 8, 8);
    memset(b->distances.sizes, 5, 32);
    b->literals.symbols = SYMBOLS;
    b->distances.symbols = 32;
    number_words(&b->literals);
    number_words(&b->distances);
}

static void put_stored(struct run *self, const uint8_t *bytes, uint32_t count, bool is_last)
{
    put_bits(self, is_last, 3);
    put_aligned(self);
    put_bits(self, count, 16);
    put_bits(self, count ^ 0xffffu, 16);
    for (uint32_t i = 0; i < count; i++) {
        put_bits(self, bytes[i], 8);
    }
}

/* Packs what is gathered. */
static void put_block(struct run *self, struct ph_deflate_workspace *w, bool is_last)
{
    struct block b;
    const uint8_t *bytes = self->bytes + self->head.history_bytes;
    uint64_t stored = UINT64_C(8) * self->head.gathered_bytes + 40;
    if (self->head.level == 0) {
        put_stored(self, bytes, self->head.gathered_bytes, is_last);
        return;
    }
    b.tokens = w->tokens;
    b.count = make_tokens(self, w);
    count_symbols(&b);
    make_sizes(&b.literals, PH_HUFFMAN_BITS_MAX);
    make_sizes(&b.distances, PH_HUFFMAN_BITS_MAX);
    pack_sizes(&b);
    uint64_t own = measure_sizes(&b) + measure_tokens(&b);
    struct block fixed = {.tokens = b.tokens, .count = b.count};
    use_fixed(&fixed);
    uint64_t plain = measure_tokens(&fixed);
    if (stored <= own && stored <= plain) {
        put_stored(self, bytes, self->head.gathered_bytes, is_last);
    } else if (plain <= own) {
        put_bits(self, (uint32_t)is_last | 1u << 1, 3);
        put_tokens(self, &fixed);
    } else {
        put_bits(self, (uint32_t)is_last | 2u << 1, 3);
        put_sizes(self, &b);
        put_tokens(self, &b);
    }
}

/* What was gathered becomes history. */
static void keep_history(struct run *self, bool forget)
{
    uint32_t end = self->head.history_bytes + self->head.gathered_bytes;
    uint32_t kept = forget ? 0 : PH_MIN(end, PH_DEFLATE_WINDOW);
    memmove(self->bytes, self->bytes + end - kept, kept);
    self->head.history_bytes = kept;
    self->head.gathered_bytes = 0;
}

/* ---- Steps ---------------------------------------------------------------------------------- */

void ph_deflater_init(struct ph_deflater *self, bool is_raw, int32_t level, uint32_t strategy)
{
    memset(self, 0, sizeof(*self));
    self->head.is_raw = is_raw;
    self->head.level = level;
    self->head.strategy = strategy;
    self->head.check = 1;
}

static void put_header(struct run *self)
{
    static const uint8_t level_bits[10] = {0, 0, 1, 1, 1, 1, 2, 3, 3, 3};
    uint32_t level = level_bits[self->head.level < 0 ? 6 : self->head.level];
    uint32_t header = 0x7800 | level << 6 | (self->head.dictionary != 0 ? 0x20u : 0u);
    header += 31 - header % 31;
    put_bits(self, header >> 8, 8);
    put_bits(self, header & 0xff, 8);
    if (self->head.dictionary != 0) {
        put_big_endian(self, self->head.dictionary);
    }
}

static void take_input(struct run *self, struct ph_deflate_step *step)
{
    uint64_t count = PH_MIN(step->from_bytes - step->used_bytes,
                            (uint64_t)(PH_DEFLATE_BLOCK - self->head.gathered_bytes));
    struct ph_slice part = {step->from + step->used_bytes, count};
    if (count > 0) {
        memcpy(self->bytes + self->head.history_bytes + self->head.gathered_bytes, part.bytes,
               (size_t)count);
        self->head.gathered_bytes += (uint32_t)count;
        self->head.check = ph_adler32(self->head.check, part);
        self->head.is_flushed = 0;
    }
    step->used_bytes += count;
}

static void give_output(struct run *self, struct ph_deflate_step *step)
{
    uint64_t count = PH_MIN(step->to_bytes - step->made_bytes,
                            (uint64_t)(self->head.packed_bytes - self->head.left_bytes));
    if (count > 0) {
        memcpy(step->to + step->made_bytes, self->packed + self->head.left_bytes, (size_t)count);
    }
    step->made_bytes += count;
    self->head.left_bytes += (uint32_t)count;
    if (self->head.left_bytes == self->head.packed_bytes) {
        self->head.left_bytes = self->head.packed_bytes = 0;
    }
}

/* Packs what is due; all that was packed before has left. False: nothing is due. */
static bool pack(struct run *self, struct ph_deflate_workspace *w,
                 const struct ph_deflate_step *step)
{
    bool is_all = step->used_bytes == step->from_bytes;
    bool is_full = self->head.gathered_bytes == PH_DEFLATE_BLOCK;
    bool finishes = step->flush == PH_DEFLATE_FINISH && is_all;
    bool flushes = (step->flush == PH_DEFLATE_SYNC || step->flush == PH_DEFLATE_FULL) && is_all &&
                   !self->head.is_flushed;
    if (self->head.is_ended || (!is_full && !finishes && !flushes)) {
        return false;
    }
    if (!self->head.is_begun && !self->head.is_raw) {
        put_header(self);
    }
    self->head.is_begun = 1;
    if (self->head.gathered_bytes > 0 || finishes) {
        put_block(self, w, finishes);
    }
    keep_history(self, flushes && step->flush == PH_DEFLATE_FULL);
    if (flushes) {
        put_stored(self, NULL, 0, false);
        self->head.is_flushed = 1;
    }
    if (finishes) {
        put_aligned(self);
        if (!self->head.is_raw) {
            put_big_endian(self, self->head.check);
        }
        self->head.is_ended = 1;
    }
    return true;
}

/* (1) */
static bool is_sane(const struct run *self)
{
    const struct ph_deflater_head *head = &self->head;
    return head->level >= -1 && head->level <= 9 && head->history_bytes <= PH_DEFLATE_WINDOW &&
           head->gathered_bytes <= PH_DEFLATE_BLOCK && head->packed_bytes <= PH_DEFLATE_PACKED &&
           head->left_bytes <= head->packed_bytes && head->bit_count < 8 &&
           head->bits >> head->bit_count == 0;
}

void ph_deflater_run(struct ph_deflater *self, struct ph_deflate_workspace *workspace,
                     struct ph_deflate_step *step)
{
    struct run run = {self->head, self->bytes, self->packed};
    step->used_bytes = step->made_bytes = 0;
    step->is_finished = false;
    if (!is_sane(&run)) { /* nobody can say what it was to be */
        run.head = (struct ph_deflater_head){.is_raw = 1, .check = 1};
    }
    for (;;) {
        give_output(&run, step);
        if (run.head.packed_bytes > 0) {
            break; /* the output is full */
        }
        take_input(&run, step);
        if (!pack(&run, workspace, step)) {
            break;
        }
    }
    step->is_finished = run.head.is_ended && run.head.packed_bytes == 0;
    self->head = run.head;
}

void ph_deflater_set_dictionary(struct ph_deflater *self, struct ph_slice dictionary)
{
    uint64_t kept = PH_MIN(dictionary.size, (uint64_t)PH_DEFLATE_WINDOW);
    if (self->head.is_begun || self->head.gathered_bytes > 0 || dictionary.size == 0) {
        return;
    }
    memcpy(self->bytes, dictionary.bytes + dictionary.size - kept, (size_t)kept);
    self->head.history_bytes = (uint32_t)kept;
    self->head.dictionary = self->head.is_raw ? 0 : ph_adler32(1, dictionary);
}
