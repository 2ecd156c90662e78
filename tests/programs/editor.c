/* SPDX-License-Identifier: Apache-2.0
 *
 * editor [EDITS] [LINES] - what a text editor does to its buffer: a gap buffer into which words are
 * typed at places all over the text, cut out again, searched and replaced. */
#include "program.h"

struct buffer {
    char *text;
    size_t gap_start, gap_end, capacity;
};

static size_t buffer_length(const struct buffer *b)
{
    return b->capacity - (b->gap_end - b->gap_start);
}

static char buffer_at(const struct buffer *b, size_t i)
{
    return b->text[i < b->gap_start ? i : i + (b->gap_end - b->gap_start)];
}

static void buffer_move(struct buffer *b, size_t to)
{
    if (to < b->gap_start) {
        size_t n = b->gap_start - to;
        memmove(b->text + b->gap_end - n, b->text + to, n);
        b->gap_start -= n;
        b->gap_end -= n;
    } else {
        size_t n = to - b->gap_start;
        memmove(b->text + b->gap_start, b->text + b->gap_end, n);
        b->gap_start += n;
        b->gap_end += n;
    }
}

static void buffer_insert(struct buffer *b, const char *what, size_t n)
{
    if (b->gap_end - b->gap_start < n) {
        size_t tail = b->capacity - b->gap_end;
        size_t capacity = b->capacity * 2 + n;
        char *text = allocate(capacity);
        memcpy(text, b->text, b->gap_start);
        memcpy(text + capacity - tail, b->text + b->gap_end, tail);
        free(b->text);
        *b = (struct buffer){text, b->gap_start, capacity - tail, capacity};
    }
    memcpy(b->text + b->gap_start, what, n);
    b->gap_start += n;
}

static void buffer_delete(struct buffer *b, size_t n)
{
    size_t tail = b->capacity - b->gap_end;
    b->gap_end += n < tail ? n : tail;
}

/* The first place at or after `from` where `what` stands; the length if there is none. */
static size_t buffer_search(const struct buffer *b, size_t from, const char *what, size_t n)
{
    size_t length = buffer_length(b);
    for (size_t i = from; i + n <= length; i++) {
        size_t k = 0;
        while (k < n && buffer_at(b, i + k) == what[k]) {
            k++;
        }
        if (k == n) {
            return i;
        }
    }
    return length;
}

static const char *const words[] = {"the ", "cut ", "is ", "one ", "instant ", "of\n", "world ",
                                    "gate ", "page ", "epoch\n", "log ", "home ", "never ",
                                    "before ", "durable\n", "thread "};

static uint64_t edit(struct buffer *b, uint64_t dice)
{
    size_t length = buffer_length(b);
    size_t place = (size_t)((dice >> 16) % (length + 1));
    const char *word = words[dice % 16];
    if ((dice >> 8) % 8 == 0) {
        size_t found = buffer_search(b, place, word, strlen(word));
        if (found < length) {
            buffer_move(b, found);
            buffer_delete(b, strlen(word));
            buffer_insert(b, "[replaced] ", 11);
        }
        return found;
    }
    buffer_move(b, place);
    if ((dice >> 8) % 8 == 1) {
        buffer_delete(b, (size_t)(dice >> 50) % 64);
    } else {
        buffer_insert(b, word, strlen(word));
    }
    return place;
}

int main(int argc, char **argv)
{
    uint64_t edits = argument(argc, argv, 1, 20000);
    uint64_t lines = argument(argc, argv, 2, 20);
    struct buffer b = {allocate(64), 0, 64, 64};
    uint64_t state = 3;
    uint64_t sum = CHECKSUM_START;

    for (uint64_t line = 1; line <= lines; line++) {
        for (uint64_t i = 0; i < edits / lines; i++) {
            sum = checksum_add(sum, edit(&b, random_next(&state)));
        }
        uint64_t text_sum = CHECKSUM_START;
        for (size_t i = 0; i < buffer_length(&b); i++) {
            text_sum = checksum_add(text_sum, (uint8_t)buffer_at(&b, i));
        }
        say("text", buffer_length(&b), checksum_add(sum, text_sum));
    }
    free(b.text);
    return 0;
}
