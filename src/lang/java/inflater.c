/* SPDX-License-Identifier: Apache-2.0 */
/* inflater.c - RFC 1950 and 1951 in pieces.
 *
 * The stream is a row of atoms of at most 48 bits: an atom is taken whole or, if the input ends
 * before it does, not at all, its bits being kept for the next piece. Codes are made anew from the
 * sizes of their words in each step that needs them.
 *
 * Invariant
 *   (1) The struct may hold anything: all that is used as an index or a count is checked (is_sane)
 *       in the copy that the step works on, or masked. */
#include "lang/java/inflater.h"

#include "base/assert.h"
#include "lang/java/huffman.h"

#define ADLER 65521u

enum state {
    HEADER = 1, DICTIONARY_ID, DICTIONARY, BLOCK, STORED_SIZE, STORED, COUNTS, SIZE_SIZES, SIZES,
    CODED, MATCH, CHECK, FINISHED, BAD_STATE
};

struct run {
    struct ph_inflater *kept;   /* where the window is */
    struct ph_inflate_step *step;
    struct ph_inflater_head *head; /* copy of all but the window */
    bool has_codes, has_size_code;
    bool is_short;              /* the input ended in an atom */
    struct ph_huffman literals, distances;
};

uint32_t ph_adler32(uint32_t before, struct ph_slice bytes)
{
    uint64_t a = before & 0xffff, b = before >> 16;
    for (uint64_t at = 0; at < bytes.size;) {
        uint64_t end = PH_MIN(bytes.size, at + 5552); /* then b is still below 2^32 */
        for (; at < end; at++) {
            a += bytes.bytes[at];
            b += a;
        }
        a %= ADLER;
        b %= ADLER;
    }
    return (uint32_t)(b << 16 | a);
}

void ph_inflater_init(struct ph_inflater *self, bool is_raw)
{
    memset(self, 0, sizeof(*self));
    self->head.state = is_raw ? BLOCK : HEADER;
    self->head.is_raw = is_raw;
    self->head.check = 1;
}

/* ---- Bits ----------------------------------------------------------------------------------- */

/* The input as one atom sees it: put back unless the atom is whole. */
struct bits {
    uint64_t bits;
    uint32_t count;
    bool is_short;
};

static void refill(struct run *run)
{
    struct ph_inflater_head *head = run->head;
    struct ph_inflate_step *step = run->step;
    while (head->bit_count <= 56 && step->used_bytes < step->from_bytes) {
        head->bits |= (uint64_t)step->from[step->used_bytes++] << head->bit_count;
        head->bit_count += 8;
    }
}

static struct bits begin(struct run *run)
{
    refill(run);
    return (struct bits){run->head->bits, run->head->bit_count, false};
}

/* The atom is taken; false: the input ends in it. */
static bool commit(struct run *run, const struct bits *b)
{
    run->is_short = b->is_short;
    if (b->is_short) {
        return false;
    }
    run->head->bits = b->bits;
    run->head->bit_count = b->count;
    return true;
}

static uint32_t take(struct bits *b, uint32_t count)
{
    if (count > b->count) {
        b->is_short = true;
        return 0;
    }
    uint32_t value = (uint32_t)(b->bits & ((UINT64_C(1) << count) - 1));
    b->bits >>= count;
    b->count -= count;
    return value;
}

/* UINT32_MAX: there is no such word. */
static uint32_t take_symbol(struct bits *b, const struct ph_huffman *code)
{
    uint32_t entry = code->fast[b->bits & ((1u << PH_HUFFMAN_FAST_BITS) - 1)];
    uint32_t size = entry >> PH_HUFFMAN_SYMBOL_BITS;
    if (size != 0 && size <= b->count) {
        (void)take(b, size);
        return entry & ((1u << PH_HUFFMAN_SYMBOL_BITS) - 1);
    }
    uint32_t word = 0, first = 0, index = 0;
    for (size = 1; size <= PH_HUFFMAN_BITS_MAX && !b->is_short; size++) {
        word = word << 1 | take(b, 1);
        uint32_t count = code->counts[size];
        if (!b->is_short && word - first < count) {
            return code->symbols[index + word - first];
        }
        index += count;
        first = (first + count) << 1;
    }
    return UINT32_MAX;
}

/* ---- Output --------------------------------------------------------------------------------- */

static void put(struct run *run, uint8_t byte)
{
    struct ph_inflater_head *head = run->head;
    run->step->to[run->step->made_bytes++] = byte;
    run->kept->window[head->window_end++ % PH_INFLATE_WINDOW] = byte;
}

static bool is_full(const struct run *run)
{
    return run->step->made_bytes == run->step->to_bytes;
}

static bool wrong(struct run *run, const char *text)
{
    run->head->state = BAD_STATE;
    run->step->wrong = text;
    return false;
}

/* ---- States: each goes on to another one, or answers false: it cannot go on now -------------- */

static bool header(struct run *run)
{
    struct bits b = begin(run);
    uint32_t method = take(&b, 8), flags = take(&b, 8);
    if (!commit(run, &b)) {
        return false;
    }
    if ((method << 8 | flags) % 31 != 0) {
        return wrong(run, "incorrect header check");
    }
    if ((method & 15) != 8) {
        return wrong(run, "unknown compression method");
    }
    if (method >> 4 > 7) {
        return wrong(run, "invalid window size");
    }
    run->head->state = flags & 0x20 ? DICTIONARY_ID : BLOCK;
    return true;
}

static uint32_t take_big_endian(struct bits *b)
{
    uint32_t value = 0;
    for (uint32_t i = 0; i < 4; i++) {
        value = value << 8 | take(b, 8);
    }
    return value;
}

static bool dictionary_id(struct run *run)
{
    struct bits b = begin(run);
    uint32_t id = take_big_endian(&b);
    if (!commit(run, &b)) {
        return false;
    }
    run->head->check = id;
    run->head->state = DICTIONARY;
    return true;
}

static bool block(struct run *run)
{
    static const uint32_t states[] = {STORED_SIZE, CODED, COUNTS};
    struct ph_inflater_head *head = run->head;
    struct bits b = begin(run);
    uint32_t is_last = take(&b, 1), type = take(&b, 2);
    if (!commit(run, &b)) {
        return false;
    }
    if (type == 3) {
        return wrong(run, "invalid block type");
    }
    head->is_last = is_last;
    head->is_fixed = type == 1;
    head->state = states[type];
    run->has_codes = false;
    run->has_size_code = false;
    return true;
}

static void end_block(struct run *run)
{
    struct ph_inflater_head *head = run->head;
    if (!head->is_last) {
        head->state = BLOCK;
        return;
    }
    head->state = head->is_raw ? FINISHED : CHECK;
    head->bits >>= head->bit_count & 7;
    head->bit_count &= ~7u;
}

static bool stored_size(struct run *run)
{
    struct bits b = begin(run);
    (void)take(&b, b.count & 7);
    uint32_t size = take(&b, 16), check = take(&b, 16);
    if (!commit(run, &b)) {
        return false;
    }
    if (size != (check ^ 0xffffu)) {
        return wrong(run, "invalid stored block lengths");
    }
    run->head->left = size;
    run->head->state = STORED;
    return true;
}

static bool stored(struct run *run)
{
    struct ph_inflater_head *head = run->head;
    while (head->left > 0) {
        struct bits b = begin(run);
        uint8_t byte = (uint8_t)take(&b, 8);
        if (is_full(run) || !commit(run, &b)) {
            return false;
        }
        put(run, byte);
        head->left--;
    }
    end_block(run);
    return true;
}

static bool counts(struct run *run)
{
    struct ph_inflater_head *head = run->head;
    struct bits b = begin(run);
    uint32_t literals = take(&b, 5) + 257, distances = take(&b, 5) + 1, size_codes = take(&b, 4);
    if (!commit(run, &b)) {
        return false;
    }
    if (literals > PH_DEFLATE_LITERALS_MAX || distances > PH_DEFLATE_DISTANCES_MAX) {
        return wrong(run, "too many length or distance symbols");
    }
    head->literals = literals;
    head->distances = distances;
    head->size_codes = size_codes + 4;
    head->index = 0;
    head->state = SIZE_SIZES;
    memset(head->size_sizes, 0, sizeof(head->size_sizes));
    return true;
}

static bool size_sizes(struct run *run)
{
    struct ph_inflater_head *head = run->head;
    while (head->index < head->size_codes) {
        struct bits b = begin(run);
        uint32_t size = take(&b, 3);
        if (!commit(run, &b)) {
            return false;
        }
        head->size_sizes[ph_deflate_size_order[head->index++]] = (uint8_t)size;
    }
    head->index = 0;
    head->state = SIZES;
    return true;
}

/* Up to 14 bits: one size, or several. */
static bool size_atom(struct run *run)
{
    static const uint8_t repeat_bits[] = {2, 3, 7}, repeat_bases[] = {3, 3, 11};
    struct ph_inflater_head *head = run->head;
    struct bits b = begin(run);
    uint32_t symbol = take_symbol(&b, &run->literals), times = 1, size = symbol;
    if (!b.is_short && symbol == UINT32_MAX) {
        return wrong(run, "invalid code lengths set");
    }
    if (!b.is_short && symbol >= 16) {
        times = take(&b, repeat_bits[symbol - 16]) + repeat_bases[symbol - 16];
        size = symbol == 16 && head->index > 0 ? head->sizes[head->index - 1] : 0;
    }
    if (!commit(run, &b)) {
        return false;
    }
    if (times > head->literals + head->distances - head->index ||
        (symbol == 16 && head->index == 0)) {
        return wrong(run, "invalid bit length repeat");
    }
    memset(head->sizes + head->index, (int)size, times);
    head->index += times;
    return true;
}

static bool sizes(struct run *run)
{
    struct ph_inflater_head *head = run->head;
    if (!run->has_size_code &&
        ph_huffman_make(&run->literals, head->size_sizes, PH_DEFLATE_SIZE_CODES, true) != PH_OK) {
        return wrong(run, "invalid code lengths set");
    }
    run->has_size_code = true;
    while (head->index < head->literals + head->distances) {
        if (!size_atom(run)) {
            return false;
        }
    }
    head->state = CODED;
    return true;
}

static bool make_codes(struct run *run)
{
    struct ph_inflater_head *head = run->head;
    if (head->is_fixed) {
        ph_huffman_make_fixed(&run->literals, &run->distances);
    } else if (head->sizes[PH_DEFLATE_END] == 0) {
        return wrong(run, "invalid code -- missing end-of-block");
    } else if (ph_huffman_make(&run->literals, head->sizes, head->literals, false) != PH_OK) {
        return wrong(run, "invalid literal/lengths set");
    } else if (ph_huffman_make(&run->distances, head->sizes + head->literals, head->distances,
                               false) != PH_OK) {
        return wrong(run, "invalid distances set");
    }
    run->has_codes = true;
    return true;
}

/* The rest of an atom that began with a length's symbol. */
static bool match(struct run *run, struct bits *b, uint32_t symbol)
{
    struct ph_inflater_head *head = run->head;
    symbol -= PH_DEFLATE_END + 1;
    if (symbol >= PH_DEFLATE_LENGTHS) {
        return wrong(run, "invalid literal/length code");
    }
    uint32_t size = ph_deflate_length_bases[symbol] + take(b, ph_deflate_length_bits[symbol]);
    uint32_t way = take_symbol(b, &run->distances);
    if (!b->is_short && way >= PH_DEFLATE_DISTANCES_MAX) {
        return wrong(run, "invalid distance code");
    }
    uint32_t distance = b->is_short ? 0
                                    : ph_deflate_distance_bases[way] +
                                          take(b, ph_deflate_distance_bits(way));
    if (!commit(run, b)) {
        return false;
    }
    if (distance > head->window_end) {
        return wrong(run, "invalid distance too far back");
    }
    head->left = size;
    head->distance = distance;
    head->state = MATCH;
    return true;
}

static bool coded(struct run *run)
{
    if (!run->has_codes && !make_codes(run)) {
        return false;
    }
    for (;;) {
        struct bits b = begin(run);
        uint32_t symbol = take_symbol(&b, &run->literals);
        if (b.is_short) {
            return commit(run, &b);
        }
        if (symbol == UINT32_MAX) {
            return wrong(run, "invalid literal/length code");
        }
        if (symbol > PH_DEFLATE_END) {
            return match(run, &b, symbol);
        }
        if (symbol < PH_DEFLATE_END && is_full(run)) {
            return false;
        }
        (void)commit(run, &b);
        if (symbol == PH_DEFLATE_END) {
            end_block(run);
            return true;
        }
        put(run, (uint8_t)symbol);
    }
}

static bool copy_match(struct run *run)
{
    struct ph_inflater_head *head = run->head;
    while (head->left > 0) {
        if (is_full(run)) {
            return false;
        }
        put(run, run->kept->window[(head->window_end - head->distance) % PH_INFLATE_WINDOW]);
        head->left--;
    }
    head->state = CODED;
    return true;
}

/* Of the output so far, what this step made included. */
static uint32_t check_now(const struct run *run)
{
    struct ph_slice made = {run->step->to, run->step->made_bytes};
    return ph_adler32(run->head->check, made);
}

static bool check(struct run *run)
{
    struct bits b = begin(run);
    uint32_t wanted = take_big_endian(&b);
    if (!commit(run, &b)) {
        return false;
    }
    if (wanted != check_now(run)) {
        return wrong(run, "incorrect data check");
    }
    run->head->state = FINISHED;
    return true;
}

/* ---- Runs ----------------------------------------------------------------------------------- */

static bool advance(struct run *run)
{
    switch (run->head->state) {
    case HEADER: return header(run);
    case DICTIONARY_ID: return dictionary_id(run);
    case BLOCK: return block(run);
    case STORED_SIZE: return stored_size(run);
    case STORED: return stored(run);
    case COUNTS: return counts(run);
    case SIZE_SIZES: return size_sizes(run);
    case SIZES: return sizes(run);
    case CODED: return coded(run);
    case MATCH: return copy_match(run);
    case CHECK: return check(run);
    default: return false;
    }
}

/* (1) */
static bool is_sane(const struct ph_inflater_head *head)
{
    bool sane = head->state >= HEADER && head->state < BAD_STATE && head->bit_count < 64 &&
                head->size_codes <= PH_DEFLATE_SIZE_CODES &&
                head->literals <= PH_DEFLATE_LITERALS_MAX &&
                head->distances <= PH_DEFLATE_DISTANCES_MAX &&
                head->index <= head->literals + head->distances;
    for (uint32_t i = 0; i < PH_INFLATE_SIZES; i++) {
        sane = sane && head->sizes[i] <= PH_HUFFMAN_BITS_MAX;
    }
    for (uint32_t i = 0; i < sizeof(head->size_sizes); i++) {
        sane = sane && head->size_sizes[i] <= 7;
    }
    return sane && head->bits >> head->bit_count == 0;
}

void ph_inflater_run(struct ph_inflater *self, struct ph_inflate_step *step)
{
    struct ph_inflater_head head = self->head;
    struct run run = {.kept = self, .step = step, .head = &head};
    step->used_bytes = step->made_bytes = 0;
    step->is_finished = step->wants_dictionary = false;
    step->wrong = NULL;
    if (!is_sane(&head)) {
        step->wrong = "the stream was wrong before";
        return;
    }
    while (advance(&run)) {
    }
    if (head.state != DICTIONARY && head.state != DICTIONARY_ID) {
        head.check = check_now(&run);
    }
    /* Whole bytes that were taken and not needed go back: all are of this very piece, since an atom
     * that was short before has needed what came with it. Those of a short atom stay. */
    bool is_done = head.state == FINISHED;
    if (!run.is_short) {
        uint64_t back = PH_MIN(head.bit_count / 8, step->used_bytes);
        step->used_bytes -= back;
        head.bit_count -= 8 * (uint32_t)back;
        head.bits &= (UINT64_C(1) << head.bit_count) - 1;
    }
    step->is_finished = is_done;
    step->wants_dictionary = head.state == DICTIONARY;
    self->head = head;
}

bool ph_inflater_set_dictionary(struct ph_inflater *self, struct ph_slice dictionary)
{
    struct ph_inflater_head *head = &self->head;
    bool is_wanted = head->is_raw ? head->state == BLOCK && head->window_end == 0
                                  : head->state == DICTIONARY &&
                                        head->check == ph_adler32(1, dictionary);
    if (!is_wanted) {
        return false;
    }
    uint64_t skipped = dictionary.size - PH_MIN(dictionary.size, (uint64_t)PH_INFLATE_WINDOW);
    for (uint64_t i = skipped; i < dictionary.size; i++) {
        self->window[head->window_end++ % PH_INFLATE_WINDOW] = dictionary.bytes[i];
    }
    head->check = 1;
    head->state = BLOCK;
    return true;
}
