/* SPDX-License-Identifier: Apache-2.0 */
/* deflater.h - packs bytes that come in pieces into a deflate stream (RFC 1951), or one in zlib's
 * wrapping (RFC 1950). What it knows between two pieces is one flat struct without addresses,
 * which may lie in the world and be changed there by others: whatever it holds, nothing outside of
 * it, of the workspace and of the step's output is written. Nothing allocates.
 *
 * Input is gathered until there is a block of it, which is packed as a whole, in the shortest of
 * the three ways that there are; the packed block waits in the struct until it has left. */
#ifndef PH_LANG_JAVA_DEFLATER_H
#define PH_LANG_JAVA_DEFLATER_H

#include "base/common.h"

#define PH_DEFLATE_WINDOW 32768u
#define PH_DEFLATE_BLOCK 32768u
#define PH_DEFLATE_PACKED (PH_DEFLATE_BLOCK + 1024u) /* never longer: then it is stored */

struct ph_deflater_head {
    uint32_t is_raw;
    int32_t level;           /* 0 to 9, or -1 */
    uint32_t strategy;       /* Java's: 2 packs without matches */
    uint32_t check;          /* Adler-32 of the input */
    uint32_t history_bytes;  /* of `bytes`, before the block that is gathered */
    uint32_t gathered_bytes; /* behind them */
    uint32_t packed_bytes, left_bytes; /* of `packed`: there are; have left */
    uint32_t bit_count, bits; /* the last byte of what is packed, while it is not whole */
    uint32_t is_begun, is_ended, is_flushed;
    uint32_t dictionary;     /* its Adler-32; 0: none */
};

struct ph_deflater {
    struct ph_deflater_head head;
    uint8_t bytes[PH_DEFLATE_WINDOW + PH_DEFLATE_BLOCK];
    uint8_t packed[PH_DEFLATE_PACKED];
};

/* What packing a block needs besides; nothing of it stays. */
struct ph_deflate_workspace {
    uint16_t heads[1u << 15];                                /* place + 1, by hash */
    uint16_t previous[PH_DEFLATE_WINDOW + PH_DEFLATE_BLOCK]; /* place + 1, by place */
    uint32_t tokens[PH_DEFLATE_BLOCK];                       /* distance << 16 | size; a byte */
};

enum ph_deflate_flush { /* Java's numbers */
    PH_DEFLATE_NO_FLUSH = 0,
    PH_DEFLATE_SYNC = 2,
    PH_DEFLATE_FULL = 3,
    PH_DEFLATE_FINISH = 4
};

struct ph_deflate_step {
    const uint8_t *from;
    uint64_t from_bytes;
    uint8_t *to;
    uint64_t to_bytes;
    uint32_t flush;          /* enum ph_deflate_flush */
    /* What came of it: */
    uint64_t used_bytes, made_bytes;
    bool is_finished;
};

void ph_deflater_init(struct ph_deflater *self, bool is_raw, int32_t level, uint32_t strategy);
/* Goes on until the input is used up and what the flush asks for has left, or the output is
 * full. */
void ph_deflater_run(struct ph_deflater *self, struct ph_deflate_workspace *workspace,
                     struct ph_deflate_step *step);
/* Before any input. */
void ph_deflater_set_dictionary(struct ph_deflater *self, struct ph_slice dictionary);

#endif
