/* SPDX-License-Identifier: Apache-2.0 */
/* inflater.h - unpacks a deflate stream (RFC 1951), or one in zlib's wrapping (RFC 1950), that
 * comes in pieces. What it knows between two pieces is one flat struct without addresses, which may
 * lie in the world, and may be changed there by others: whatever it holds, nothing outside of it
 * and of the step's output is written. Nothing allocates. */
#ifndef PH_LANG_JAVA_INFLATER_H
#define PH_LANG_JAVA_INFLATER_H

#include "base/common.h"

#define PH_INFLATE_WINDOW 32768u
#define PH_INFLATE_SIZES 320u

struct ph_inflater_head {
    uint32_t state;          /* enum in inflater.c */
    uint32_t is_raw;         /* no wrapping */
    uint32_t is_last;        /* of the block that is being read */
    uint32_t is_fixed;
    uint32_t literals, distances, size_codes; /* of a block with codes of its own */
    uint32_t index;          /* how many of the sizes are read */
    uint32_t left;           /* bytes of a stored block, or of a match */
    uint32_t distance;       /* of the match */
    uint32_t check;          /* Adler-32 of the output; the dictionary's, when it is wanted */
    uint32_t bit_count;
    uint64_t bits;           /* taken from the input and not yet used */
    uint64_t window_end;     /* bytes of output and dictionary so far; the newest are in `window` */
    uint8_t sizes[PH_INFLATE_SIZES]; /* of both codes' words, in one row */
    uint8_t size_sizes[24];
};

struct ph_inflater {
    struct ph_inflater_head head;
    uint8_t window[PH_INFLATE_WINDOW];
};

struct ph_inflate_step {
    const uint8_t *from;
    uint64_t from_bytes;
    uint8_t *to;
    uint64_t to_bytes;
    /* What came of it: */
    uint64_t used_bytes, made_bytes;
    bool is_finished, wants_dictionary;
    const char *wrong;       /* what is wrong with the stream; NULL: nothing */
};

void ph_inflater_init(struct ph_inflater *self, bool is_raw);
/* Goes on until the input is used up, the output is full, or the stream ends. */
void ph_inflater_run(struct ph_inflater *self, struct ph_inflate_step *step);
/* False: no dictionary is wanted now, or another one. */
bool ph_inflater_set_dictionary(struct ph_inflater *self, struct ph_slice dictionary);

uint32_t ph_adler32(uint32_t before, struct ph_slice bytes); /* RFC 1950, 8.2; 1 at first */

#endif
