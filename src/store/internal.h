/* SPDX-License-Identifier: Apache-2.0 */
/* internal.h - what the files of the store share: its state, and the log's reader. */
#ifndef PH_STORE_INTERNAL_H
#define PH_STORE_INTERNAL_H

#include "base/assert.h"
#include "base/hash.h"
#include "base/vector.h"
#include "store/format.h"
#include "store/pack.h"

enum ph_chunk_use {
    PH_CHUNK_FREE,
    PH_CHUNK_HEAD,    /* superblocks and sink */
    PH_CHUNK_LOG,
    PH_CHUNK_TABLE,
    PH_CHUNK_HOME,
    PH_CHUNK_HOME_NEW /* home, but no durable table says so yet */
};

struct ph_chunk {
    uint32_t next; /* of a log chunk; 0: not chosen yet */
    uint32_t use;  /* enum ph_chunk_use */
};

/* The chunks of the file and what they are used for. */
struct ph_chunks {
    struct ph_chunk *items;
    uint32_t count;
    uint32_t capacity;
    uint32_t free_count;
    uint32_t free_hint; /* no chunk below is free */
};

/* The home table: which file chunk holds which arena chunk. */
struct ph_home {
    uint32_t *file_chunk; /* by arena chunk; 0: none, all zeros */
    uint32_t arena_chunks;
    uint32_t arena_end;  /* no arena chunk from here on has a home */
    PH_VECTOR(struct ph_home_pair) pairs; /* in stored order; only appended */
    uint32_t durable_pairs;               /* those that a durable superblock covers */
    uint32_t table_chunk[PH_TABLE_CHUNKS_MAX];
    uint32_t table_chunks;
};

#define PH_READER_PART_SHIFT 9u  /* pages in a part of the arena: 2 MiB */
#define PH_READER_PART_DENSE 32u /* so many pages of one part, and the rest is likely to follow */

/* Reads cuts from the log, one record after the other, and hashes what it passes. */
struct ph_reader {
    struct ph_store *store;
    uint8_t *buffer;       /* one chunk, filled between `low` and `high` */
    uint32_t buffer_chunk; /* 0: none */
    uint32_t low;
    uint32_t high;

    struct ph_log_place place; /* where the next byte is read; hash: of the cut before */
    uint32_t next;             /* the chunk after place.chunk; 0: not known */
    uint32_t hashed_to;        /* offset in the chunk up to which the hash goes */
    struct ph_hasher hasher;
    struct ph_cut_info cut;
    uint64_t attempt;
    uint64_t pages_left;
    struct ph_log_place start; /* of this cut */
    uint32_t start_next;
    uint8_t *part_pages; /* NULL, or: records passed over per part, up to PH_READER_PART_DENSE */
    uint32_t overwrites; /* pages of home that were replayed */
};

struct ph_writer {
    uint8_t *buffer; /* the chunk being written, from `from` on */
    struct ph_log_place place;
    uint32_t from;      /* first byte not written yet */
    uint32_t hashed_to; /* first byte not hashed yet */
    struct ph_hasher hasher;
    struct ph_cut_info cut;
    uint64_t attempt;
    uint64_t bytes;
    uint64_t kinds[4]; /* pages by enum ph_record_kind */
    uint64_t pages_left;
    bool is_open;
};

enum ph_fold_phase {
    PH_FOLD_IDLE,
    PH_FOLD_SCAN,     /* the log is read, newest_record filled */
    PH_FOLD_ANNOUNCE, /* superblock: home is on its way to `target` */
    PH_FOLD_PAGES,
    PH_FOLD_TABLE,
    PH_FOLD_MOVE,     /* superblock: home holds `target`, the log begins after it */
    PH_FOLD_COPY      /* the same in the other superblock */
};

struct ph_fold {
    enum ph_fold_phase phase;
    struct ph_log_place target; /* the end of the cut to which home is brought */
    struct ph_cut_info target_cut;
    struct ph_reader reader;
    bool is_in_cut;          /* of the scan */
    uint64_t *newest_record; /* by arena page: file offset of its newest record; 0: none */
    uint32_t *touched;       /* by arena chunk: pages of it in newest_record */
    uint8_t *buffer;         /* one chunk */
    uint32_t cursor;         /* arena chunk */
};

struct ph_store {
    struct ph_block *block;
    struct ph_allocator *allocator;
    uint32_t chunk_bytes;
    uint32_t pages_per_chunk;
    uint8_t image_id[16];
    uint64_t arena_bytes;
    uint64_t log_target_bytes;
    bool pack;
    bool is_writable;
    struct ph_derived *derived; /* home is to be copied yet; NULL: it is complete */

    uint64_t generation; /* of the newest durable superblock */
    struct ph_log_place tail;
    struct ph_cut_info folded;
    uint64_t floor;

    struct ph_log_place head;      /* where the next cut goes */
    struct ph_log_place last_start; /* where the newest durable cut begins: how far to fold */
    struct ph_cut_info last;       /* the newest durable cut */
    struct ph_cut_info before_last;

    struct ph_sink sink;
    struct ph_chunks chunks;
    struct ph_home home;
    struct ph_writer writer;
    struct ph_fold fold;
    uint32_t shows; /* that were begun and not ended; atomic */

    struct ph_mutex stat_mutex;
    struct ph_store_stat stat;      /* the writer's */
    struct ph_store_stat stat_seen; /* under stat_mutex: what others may read */
};

/* Large tables: reserved address space costs nothing before it is touched, but a small table is
 * cheaper from the allocator. Zeroed. NULL: no memory. */
void *ph_table_alloc(struct ph_store *self, uint64_t bytes);
void ph_table_free(struct ph_store *self, void *table, uint64_t bytes);

/* An image that nothing is written of yet: `super` is its superblock and `block` large enough. */
PH_MUST_CHECK ph_status ph_store_fresh(struct ph_block *block,
                                       const struct ph_store_options *options,
                                       struct ph_super *super, struct ph_store **store,
                                       struct ph_error *error);

/* ---- super.c ----------------------------------------------------------------------------- */

bool ph_super_is_valid(const struct ph_super *super);
/* Reads both slots; `*count` valid ones come newest first. PH_NOT_FOUND: no image; PH_VERSION. */
PH_MUST_CHECK ph_status ph_super_read(struct ph_block *block, struct ph_super supers[2],
                                      uint32_t *count, struct ph_error *error);
/* Writes the next generation and flushes. On PH_OK it is durable and the store goes by it. */
PH_MUST_CHECK ph_status ph_super_write(struct ph_store *self, const struct ph_log_place *tail,
                                       const struct ph_cut_info *folded, uint64_t floor);
/* At open: makes `super`, the newest one, durable if it may not be. */
PH_MUST_CHECK ph_status ph_super_settle(struct ph_store *self, const struct ph_super *super);
void ph_super_seal(struct ph_super *super);

void ph_sink_load(struct ph_store *self);
PH_MUST_CHECK ph_status ph_sink_store(struct ph_store *self);

/* ---- chunks.c ---------------------------------------------------------------------------- */

PH_MUST_CHECK ph_status ph_chunks_init(struct ph_store *self);
void ph_chunks_finish(struct ph_store *self);
/* Makes sure that `more` chunks can be told apart without taking memory (invariant 5). */
PH_MUST_CHECK ph_status ph_chunks_reserve(struct ph_store *self, uint64_t more);
/* Takes a free chunk, growing the file if there is none. PH_NO_SPACE changes nothing. */
PH_MUST_CHECK ph_status ph_chunk_take(struct ph_store *self, enum ph_chunk_use use,
                                      uint32_t *chunk);
void ph_chunk_free(struct ph_store *self, uint32_t chunk);
/* Marks a chunk that the image says is in use. False: it cannot be, or is used twice. */
bool ph_chunk_claim(struct ph_store *self, uint32_t chunk, enum ph_chunk_use use);

PH_MUST_CHECK ph_status ph_home_load(struct ph_store *self, const struct ph_super *super,
                                     struct ph_error *error);
/* Gives `arena_chunk` a place in home. Not durable before ph_home_write and a superblock. */
PH_MUST_CHECK ph_status ph_home_assign(struct ph_store *self, uint32_t arena_chunk);
/* Writes the full blocks of the table that no superblock covers yet. Sets *wrote: flush then. */
PH_MUST_CHECK ph_status ph_home_write(struct ph_store *self, bool *wrote);
/* Puts the first `pairs` of the table into `super`. */
void ph_home_fill_super(const struct ph_store *self, struct ph_super *super, uint32_t pairs);
/* A superblock with the first `pairs` is durable. */
void ph_home_made_durable(struct ph_store *self, uint32_t pairs);
/* Shows home at `arena`. */
PH_MUST_CHECK ph_status ph_home_map(struct ph_store *self, uint8_t *arena, struct ph_error *error);

/* ---- log.c ------------------------------------------------------------------------------- */

static inline uint64_t ph_place_offset(const struct ph_store *self,
                                       const struct ph_log_place *place)
{
    return (uint64_t)place->chunk * self->chunk_bytes + place->offset;
}

static inline bool ph_place_equal(const struct ph_log_place *a, const struct ph_log_place *b)
{
    return a->sequence == b->sequence && a->offset == b->offset;
}

/* The log chunk after that of `place`; 0 if it is not chosen yet. */
static inline uint32_t ph_log_next(const struct ph_store *self, const struct ph_log_place *place)
{
    return place->offset == PH_LOG_HEADER_BYTES ? 0 : self->chunks.items[place->chunk].next;
}

PH_MUST_CHECK ph_status ph_reader_init(struct ph_reader *self, struct ph_store *store);
void ph_reader_finish(struct ph_reader *self);
/* Goes to a place between two cuts. `next` is the chunk after its chunk, 0 if not known. */
void ph_reader_seek(struct ph_reader *self, const struct ph_log_place *place, uint32_t next);
/* The cut that begins here. PH_FINISHED: there is none, or what is there is no part of the log.
 * PH_IO: could not be read. */
PH_MUST_CHECK ph_status ph_reader_cut(struct ph_reader *self);
/* Its next record; call cut.pages times. `position` is its file offset. With content == NULL the
 * content is passed over, else it has room for PH_PAGE_BYTES. Statuses as ph_reader_cut. */
PH_MUST_CHECK ph_status ph_reader_record(struct ph_reader *self, struct ph_record *record,
                                         uint64_t *position, uint8_t *content);
/* Compares the hash; the reader is then at the end of the cut, and cut.log_bytes filled in. */
PH_MUST_CHECK ph_status ph_reader_end(struct ph_reader *self);
/* Reads the whole cut that begins here and compares its hash. */
PH_MUST_CHECK ph_status ph_reader_verify(struct ph_reader *self);
/* Back to the beginning of the cut that was read last. */
void ph_reader_rewind(struct ph_reader *self);
/* Reads one record of a durable cut, wherever it is. PH_DAMAGED: it cannot be one. */
PH_MUST_CHECK ph_status ph_log_read_record(struct ph_store *self, uint64_t position,
                                           struct ph_record *record, uint8_t *content);

/* Takes the chunks from `from` up to the reader's place into use: a cut was found good. */
PH_MUST_CHECK bool ph_log_claim(struct ph_reader *reader);
/* Frees the log chunks before `to`, from `from` on. */
void ph_log_free(struct ph_store *self, const struct ph_log_place *from,
                 const struct ph_log_place *to);
uint64_t ph_log_bytes(const struct ph_store *self, const struct ph_log_place *from,
                      const struct ph_log_place *to);

/* ---- replay.c ---------------------------------------------------------------------------- */

/* Applies all whole cuts of the log from the superblock's tail on and says what was found. With
 * arena == NULL it only looks. */
PH_MUST_CHECK ph_status ph_replay(struct ph_store *self, const struct ph_super *super,
                                  uint8_t *arena, struct ph_store_recovery *found,
                                  struct ph_error *error);
/* Copies the pages of the cut at the reader's place, known to be good, into the arena. */
PH_MUST_CHECK ph_status ph_replay_apply(struct ph_reader *reader, uint8_t *arena);

/* ---- fold.c ------------------------------------------------------------------------------ */

PH_MUST_CHECK ph_status ph_fold_init(struct ph_store *self);
void ph_fold_finish(struct ph_store *self);
/* A flush failed: what was written since the last good one may be lost without a trace. */
void ph_fold_flush_failed(struct ph_store *self);

/* ---- derive.c ---------------------------------------------------------------------------- */

/* ph_store_open with a base. */
PH_MUST_CHECK ph_status ph_derive(struct ph_block *block, const struct ph_store_options *options,
                                  uint8_t *arena, struct ph_store **store,
                                  struct ph_store_recovery *found, struct ph_error *error);
void ph_derived_drop(struct ph_store *self); /* does nothing without one */

/* ---- store.c ----------------------------------------------------------------------------- */

/* Flushes; a failure makes the fold write everything again. */
PH_MUST_CHECK ph_status ph_store_flush(struct ph_store *self);
void ph_store_publish_stat(struct ph_store *self);

#endif
