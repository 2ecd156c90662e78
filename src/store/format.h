/* SPDX-License-Identifier: Apache-2.0 */
/* format.h - every struct that is stored in an image; docs/formats/image.md explains them.
 *
 * Little-endian, no padding, all reserved bytes zero. A change here is a new PH_STORE_VERSION. */
#ifndef PH_STORE_FORMAT_H
#define PH_STORE_FORMAT_H

#include "store/store.h"

#define PH_SUPER_MAGIC 0x314d4f544e414850u /* "PHANTOM1" */
#define PH_SINK_MAGIC 0x31304b4e49534850u  /* "PHSINK01" */
#define PH_LOG_MAGIC 0x313030474f4c4850u   /* "PHLOG001" */
#define PH_CUT_MAGIC 0x3130305455434850u   /* "PHCUT001" */

#define PH_SUPER_SLOTS 2u
#define PH_SINK_OFFSET (PH_SUPER_SLOTS * PH_PAGE_BYTES)
#define PH_SECTOR_BYTES 512u

#define PH_CHUNK_BYTES_MIN (16u << 10)
#define PH_CHUNK_BYTES_MAX (64u << 20)
#define PH_FIRST_LOG_CHUNK 1u

/* A place between two cuts in the log. `hash` is that of the cut that ends here (of the image id
 * where no cut came before): the next cut is chained to it. */
struct ph_log_place {
    uint32_t chunk;
    uint32_t offset; /* in the chunk; PH_LOG_HEADER_BYTES: nothing of it is in use yet */
    uint64_t sequence;
    uint64_t hash;
};
_Static_assert(sizeof(struct ph_log_place) == 24, "stored");
_Static_assert(sizeof(struct ph_cut_info) == 56, "stored");

/* Which file chunk holds an arena chunk. */
struct ph_home_pair {
    uint32_t arena_chunk;
    uint32_t file_chunk;
};
_Static_assert(sizeof(struct ph_home_pair) == 8, "stored");

/* The same in a full block of the home table. */
struct ph_table_entry {
    struct ph_home_pair pair;
    uint64_t check; /* XXH64 of the pair; the seed is the image id's hash + the entry's index */
};
_Static_assert(sizeof(struct ph_table_entry) == 16, "stored");
#define PH_TABLE_BLOCK_ENTRIES 256u
_Static_assert(PH_TABLE_BLOCK_ENTRIES * sizeof(struct ph_table_entry) == PH_PAGE_BYTES, "stored");

#define PH_TABLE_CHUNKS_MAX 448u

struct ph_super {
    uint64_t magic;
    uint32_t version;
    uint32_t chunk_bytes;
    uint8_t image_id[16];
    uint64_t generation; /* slot = generation % 2 */
    uint64_t arena_bytes;
    struct ph_log_place tail;  /* where the cut after `folded` begins */
    uint32_t tail_next;        /* the log chunk after tail.chunk; 0: not chosen yet */
    uint32_t reserved_0;
    uint64_t floor;            /* home may hold pages of cuts up to this number */
    struct ph_cut_info folded; /* home holds this cut, or is on the way from it to `floor` */
    uint32_t table_chunks;     /* used of table_chunk */
    uint32_t table_blocks;     /* full blocks in them */
    uint32_t tail_entries;     /* used of tail_pairs */
    uint32_t reserved_1;
    uint8_t reserved_2[88];
    struct ph_home_pair tail_pairs[PH_TABLE_BLOCK_ENTRIES]; /* the table's last, partial block */
    uint32_t table_chunk[PH_TABLE_CHUNKS_MAX];
    uint64_t check; /* XXH64 of all before, seed 0 */
};
_Static_assert(offsetof(struct ph_super, tail) == 48, "stored");
_Static_assert(offsetof(struct ph_super, floor) == 80, "stored");
_Static_assert(offsetof(struct ph_super, folded) == 88, "stored");
_Static_assert(offsetof(struct ph_super, table_chunks) == 144, "stored");
_Static_assert(offsetof(struct ph_super, tail_pairs) == 248, "stored");
_Static_assert(offsetof(struct ph_super, table_chunk) == 2296, "stored");
_Static_assert(offsetof(struct ph_super, check) == 4088, "stored");

_Static_assert(sizeof(struct ph_super) == PH_PAGE_BYTES, "stored");

#define PH_SUPER_CHECKED_BYTES offsetof(struct ph_super, check)

struct ph_sink {
    uint64_t magic;
    uint8_t image_id[16];
    uint64_t durable_cut;
    uint64_t void_cut;     /* the newest cut whose flush failed; 0: none */
    uint64_t void_attempt; /* attempts up to this one are void */
    uint64_t doubtful_generation; /* the newest superblock whose flush failed; 0: none */
    uint8_t content[PH_STORE_SINK_BYTES];
    uint8_t reserved[192];
    uint64_t check; /* XXH64 of all before, seed 0 */
};
_Static_assert(sizeof(struct ph_sink) == PH_SECTOR_BYTES, "one sector");

#define PH_LOG_HEADER_BYTES 64u
struct ph_log_header {
    uint64_t magic;
    uint8_t image_id[16];
    uint64_t sequence;
    uint32_t next; /* the chunk after this one */
    uint32_t reserved_0;
    uint64_t reserved_1[2];
    uint64_t check; /* XXH64 of all before, seed 0 */
};
_Static_assert(sizeof(struct ph_log_header) == PH_LOG_HEADER_BYTES, "stored");

struct ph_cut_header {
    uint64_t magic;
    uint64_t number;
    uint64_t wall_ns;
    uint64_t run_ns;
    uint64_t pages;
    uint64_t pause_ns;
    uint64_t reason;
    uint64_t attempt; /* from 1; more when a flush failed and the same number was tried again */
    uint64_t previous_hash;
    uint64_t reserved[6];
    uint64_t check; /* XXH64 of all before, seed: previous_hash */
};
_Static_assert(sizeof(struct ph_cut_header) == 128, "stored");

enum ph_record_kind {
    PH_RECORD_ZERO = 1,  /* no content */
    PH_RECORD_RAW = 2,   /* 4096 bytes */
    PH_RECORD_PACKED = 3 /* pack.h */
};

/* Followed by `bytes` of content, padded with zeros to 8. */
struct ph_record {
    uint32_t page;
    uint16_t bytes;
    uint8_t kind;
    uint8_t reserved;
};
_Static_assert(sizeof(struct ph_record) == 8, "stored");

#endif
