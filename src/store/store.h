/* SPDX-License-Identifier: Apache-2.0 */
/* store.h - the image file: superblocks, log, home, recovery.
 *
 * The store knows pages (4 KiB, by number) and cuts, and nothing of objects.
 *
 * Promise. After ph_store_commit_finish returned PH_OK for a cut, any later ph_store_open of the
 * device gives exactly the pages of that cut or of a later one, however the power failed in
 * between. A cut that was not finished is either whole or absent. One flush per cut.
 *
 * How (docs/formats/image.md has every byte).
 *   The file is two superblocks, a sink block, and chunks of 1 MiB. A chunk is free, part of the
 *   log, part of home, or part of the home table. A log chunk names its successor, so the log is a
 *   byte stream of any length; a cut is one run of that stream, starting 4 KiB-aligned, with one
 *   XXH64 over all of it, chained to the cut before. The home table says which file chunk holds
 *   which arena chunk, so the file is only as large as what the world touched, and a raw device
 *   needs no more.
 *
 * Invariants
 *   (1) Every record holds a whole page (zero, raw, or packed): a home page torn by a power cut
 *       is always covered by a record in the log.
 *   (2) Home never holds anything newer than the second newest durable cut: so a damaged newest
 *       cut falls back to the one before it. (What has a base begins with one cut.)
 *   (3) A chunk is reused only after the superblock that no longer needs it is durable.
 *   (4) A block that holds part of a durable cut is never written again before it is free.
 *   (5) The commit path takes no memory: everything is reserved in open and commit_begin.
 *
 * Threads. commit_*, ph_store_sink_write, ph_store_fold and ph_store_each_cut are called from one
 * thread at a time (the writer); ph_store_stat from any. */
#ifndef PH_STORE_STORE_H
#define PH_STORE_STORE_H

#include "base/status.h"
#include "port/port.h"

#define PH_STORE_VERSION 1u
#define PH_STORE_CHUNK_BYTES (1u << 20)

struct ph_store;

/* What is told of one durable cut; kept in its header and shown by `phantom log`. */
struct ph_cut_info {
    uint64_t number;       /* 1, 2, 3… over the life of the image */
    uint64_t wall_ns;      /* when it was taken */
    uint64_t run_ns;       /* how long the world has lived, stops not counted */
    uint64_t pages;
    uint64_t log_bytes;    /* with header and padding */
    uint64_t pause_ns;
    uint64_t reason;       /* enum ph_cut_reason of machine/cut.h */
};

/* Said of a file or device that holds something else. */
#define PH_NO_IMAGE "there is no image in it; 'phantom run PROGRAM' makes one, PROGRAM.phantom"

struct ph_store_options {
    uint64_t arena_bytes;      /* size of the page space; multiple of 1 MiB */
    uint64_t log_target_bytes; /* fold when the log is longer; 0: 64 MiB */
    bool pack;                 /* pack pages where that is smaller (default of the command: on) */
    uint32_t chunk_bytes;      /* for format: 0: PH_STORE_CHUNK_BYTES; tests use smaller ones */
    struct ph_block *base;     /* for open: NULL, or where another image lies: see there */
};

/* Makes an empty image on `block`, which stays the caller's. Everything that was there is lost. */
PH_MUST_CHECK ph_status ph_store_format(struct ph_block *block,
                                        const struct ph_store_options *options,
                                        struct ph_error *error);

/* What an open found. */
struct ph_store_recovery {
    struct ph_cut_info last;    /* number 0: a new image without cuts */
    uint64_t cuts_replayed;
    uint64_t pages_replayed;
    bool fell_back;             /* a cut known durable was damaged; `last` is the one before it */
    uint64_t lost_cut;          /* its number, if fell_back */
    uint64_t arena_bytes;
    uint8_t image_id[16];
};

/* Opens the image on `block` (borrowed until close) and shows the last whole cut at `arena`, which
 * is `arena_bytes` of freshly reserved address space: home is mapped privately and lazily, the
 * log's pages are laid over it. PH_DAMAGED, PH_VERSION, PH_NOT_FOUND (no image there: a foreign or
 * empty file) say what is wrong; nothing is changed on the device then. With arena == NULL nothing
 * is mapped (for info and log).
 *
 * With a base it makes a new image, which begins where the newest durable cut of that one stands:
 * the same pages and the same number, but an id of its own, an empty log, and no block that is not
 * in use. `block` is an empty file, or one of that size and more that holds zeros. The base is only
 * read, and borrowed for the call, but what lies there must never change again: its pages are shown
 * at once and copied later, by ph_store_complete. Nothing is flushed: `block` holds an image from
 * the first flush after that, which is that of its first cut, and if that fails no later one may
 * succeed: it is to be thrown away, since nobody writes home again. */
PH_MUST_CHECK ph_status ph_store_open(struct ph_block *block,
                                      const struct ph_store_options *options, uint8_t *arena,
                                      struct ph_store **store, struct ph_store_recovery *found,
                                      struct ph_error *error);
void ph_store_close(struct ph_store *self); /* NULL is fine; flushes nothing */

/* Copies what lies in the base yet; nothing if it was opened without. It is the writer's call, and
 * what needs it calls it; after a failure it can be called again. */
PH_MUST_CHECK ph_status ph_store_complete(struct ph_store *self);

/* One cut: begin, a page at a time (each page once, any order), finish. `content` is borrowed for
 * the call. cut->number is larger than that of the last durable cut; numbers of void cuts may be
 * used again or left out. After any failure the cut is void: abort is implied, the pages must be
 * given again in a later cut, and the next begin starts over at the same place of the log. */
PH_MUST_CHECK ph_status ph_store_commit_begin(struct ph_store *self,
                                              const struct ph_cut_info *cut, uint64_t pages);
PH_MUST_CHECK ph_status ph_store_commit_page(struct ph_store *self, uint32_t page,
                                             const void *content);
PH_MUST_CHECK ph_status ph_store_commit_finish(struct ph_store *self,
                                               struct ph_cut_info *cut /* log_bytes filled in */);

/* The sink block: 256 bytes that are written at once but without a flush, so they survive the
 * death of the process, and after a power cut are an older value or torn (then: zeros). For how
 * far the console got; see machine/gate.h. The store itself keeps the newest durable cut's number
 * beside them, to notice a damaged newest cut. */
#define PH_STORE_SINK_BYTES 256u
PH_MUST_CHECK ph_status ph_store_sink_write(struct ph_store *self,
                                            const uint8_t content[PH_STORE_SINK_BYTES]);
void ph_store_sink_read(struct ph_store *self, uint8_t content[PH_STORE_SINK_BYTES]);

/* True when the log is longer than its target, or a fold is under way. A writer with nothing to do
 * should fold as well: an open takes about 1.4 ms for each MiB of log. */
bool ph_store_wants_fold(const struct ph_store *self);
/* Does a bounded piece of folding (1 MiB of writes and a flush; more if the log grows faster than
 * that) and sets *done when nothing is left to do. Starts a fold also when the log is short. Not
 * between commit_begin and commit_finish. An error leaves the image as good as before; try again
 * later. PH_DAMAGED: the log cannot be read back; commits and the running world go on. */
PH_MUST_CHECK ph_status ph_store_fold(struct ph_store *self, bool *done);

/* Shows the newest durable cut at `base` (arena_bytes of freshly reserved address space, borrowed
 * until the end) while commits go on: for whoever reads the world without stopping it. The calls
 * are the writer's, as commits are, but not between begin and finish of one; each step reads one
 * cut of the log, after the last one the cut is complete. It can then be read on any thread, until
 * the end. From begin to end nothing is folded: ph_store_fold does nothing, and the log grows.
 * PH_AGAIN: a fold is under way; fold on first. */
struct ph_store_show;
PH_MUST_CHECK ph_status ph_store_show_begin(struct ph_store *self, uint8_t *base,
                                            struct ph_store_show **show, struct ph_error *error);
PH_MUST_CHECK ph_status ph_store_show_step(struct ph_store_show *self, bool *done);
struct ph_cut_info ph_store_show_cut(const struct ph_store_show *self);
void ph_store_show_end(struct ph_store_show *self); /* NULL is fine */

struct ph_store_stat {
    uint64_t cuts, pages, log_bytes_written, home_bytes_written, flushes, folds;
    uint64_t page_bytes_in;            /* 4096 × pages: log_bytes_written / this is the overhead */
    uint64_t zero_pages, raw_pages, packed_pages;
    uint64_t log_bytes_live, home_chunks, free_chunks, file_bytes;
    uint64_t last_durable_cut;
};
void ph_store_stat(const struct ph_store *self, struct ph_store_stat *stat);

/* Calls `each` for every cut in the log that is whole, oldest first. */
PH_MUST_CHECK ph_status ph_store_each_cut(struct ph_store *self,
                                          void (*each)(void *context,
                                                       const struct ph_cut_info *cut),
                                          void *context, struct ph_error *error);

/* Reads everything in the file and compares all checksums; `report` gets one line per finding.
 * PH_DAMAGED if there was any. Nothing is changed. */
PH_MUST_CHECK ph_status ph_store_check(struct ph_block *block,
                                       void (*report)(void *context, const char *line),
                                       void *context, struct ph_error *error);

#endif
