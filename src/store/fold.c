/* SPDX-License-Identifier: Apache-2.0 */
/* fold.c - brings home up to the second newest durable cut, and so makes the log short.
 *
 * Done in steps of bounded size, so that commits go on in between. Each step leaves an image that
 * opens to the newest cut:
 *   scan      the log from its tail to the target is read and its hashes compared
 *   announce  a superblock says that home is about to hold pages up to the target: an open that
 *             does not reach the target in the log must not trust home
 *   pages     the newest version of each page goes home, piece by piece; flush after each
 *   table     full blocks of the home table; flush
 *   move      a superblock says that the log begins after the target; then its chunks are free
 *   copy      the same in the other superblock, so that one of them may go bad
 *
 * Invariants
 *   (1) The pages written home are those of the log between tail and target, which stay there
 *       until the move is durable: a torn page at home is covered by its record.
 *   (2) A flush that fails, also that of a commit, may have dropped pages on their way home: all
 *       are written again. newest_record is kept for that.
 *   (3) Once a move was tried, home is not written for this fold any more: the superblock may have
 *       reached the disk, and then the log does not cover home's pages up to the target. */
#include "store/internal.h"

#define SCAN_CHUNKS 4u
#define HURRY_MAX 8u

ph_status ph_fold_init(struct ph_store *self)
{
    struct ph_fold *fold = &self->fold;
    ph_status status = ph_reader_init(&fold->reader, self);

    if (status != PH_OK || !self->is_writable) {
        return status;
    }
    fold->newest_record = ph_table_alloc(
        self, (self->arena_bytes >> PH_PAGE_SHIFT) * sizeof(*fold->newest_record));
    fold->touched =
        ph_table_alloc(self, (uint64_t)self->home.arena_chunks * sizeof(*fold->touched));
    fold->buffer = ph_alloc(self->allocator, self->chunk_bytes);
    return fold->newest_record != NULL && fold->touched != NULL && fold->buffer != NULL
               ? PH_OK
               : PH_NO_MEMORY;
}

void ph_fold_finish(struct ph_store *self)
{
    struct ph_fold *fold = &self->fold;

    ph_reader_finish(&fold->reader);
    if (fold->newest_record != NULL) {
        ph_table_free(self, fold->newest_record,
                      (self->arena_bytes >> PH_PAGE_SHIFT) * sizeof(*fold->newest_record));
    }
    if (fold->touched != NULL) {
        ph_table_free(self, fold->touched,
                      (uint64_t)self->home.arena_chunks * sizeof(*fold->touched));
    }
    ph_free(self->allocator, fold->buffer, self->chunk_bytes);
}

/* The work of one step, in chunks. It grows with the square of the log's length in targets, so that
 * a log never gets much longer than the fold's own speed makes it. */
static uint64_t step_chunks(const struct ph_store *self)
{
    uint64_t hurry = ph_log_bytes(self, &self->tail, &self->head) / self->log_target_bytes;

    hurry = 1 + PH_MIN(hurry, (uint64_t)HURRY_MAX - 1);
    return hurry * hurry;
}

void ph_fold_flush_failed(struct ph_store *self)
{
    struct ph_fold *fold = &self->fold;

    if (fold->phase == PH_FOLD_PAGES) {
        fold->cursor = 0; /* invariant 2; the later steps flush what they write themselves */
    }
}

static void fold_forget(struct ph_store *self)
{
    struct ph_fold *fold = &self->fold;
    uint64_t bytes = (uint64_t)self->pages_per_chunk * sizeof(*fold->newest_record);

    for (uint32_t chunk = 0; chunk < self->home.arena_chunks; chunk++) {
        if (fold->touched[chunk] != 0) {
            memset(fold->newest_record + (uint64_t)chunk * self->pages_per_chunk, 0, bytes);
            fold->touched[chunk] = 0;
        }
    }
}

/* ---- Scan -------------------------------------------------------------------------------- */

static void scan_note(struct ph_store *self, uint32_t page, uint64_t position)
{
    struct ph_fold *fold = &self->fold;

    PH_ASSERT(position != 0);
    fold->touched[page / self->pages_per_chunk] += fold->newest_record[page] == 0;
    fold->newest_record[page] = position;
}

/* One move of the reader: into a cut, past a record, or past a cut's end. */
static ph_status scan_move(struct ph_store *self)
{
    struct ph_fold *fold = &self->fold;
    ph_status status;

    if (!fold->is_in_cut) {
        status = ph_reader_cut(&fold->reader);
        fold->is_in_cut = true;
    } else if (fold->reader.pages_left > 0) {
        struct ph_record record;
        uint64_t position;

        status = ph_reader_record(&fold->reader, &record, &position, NULL);
        if (status == PH_OK) {
            scan_note(self, record.page, position);
        }
    } else {
        status = ph_reader_end(&fold->reader);
        fold->is_in_cut = false;
    }
    return status;
}

static ph_status fold_scan(struct ph_store *self)
{
    struct ph_fold *fold = &self->fold;
    struct ph_log_place start = fold->reader.place;
    uint64_t limit = SCAN_CHUNKS * step_chunks(self) * self->chunk_bytes;

    while (fold->is_in_cut || !ph_place_equal(&fold->reader.place, &fold->target)) {
        if (ph_log_bytes(self, &start, &fold->reader.place) >= limit) {
            return PH_OK;
        }
        ph_status status = scan_move(self);

        if (status != PH_OK) {
            /* The log was good when it was written: the disk has gone bad under it. */
            fold_forget(self);
            fold->phase = PH_FOLD_IDLE;
            return status == PH_FINISHED ? PH_DAMAGED : status;
        }
    }
    if (fold->reader.place.hash != fold->target.hash) {
        fold_forget(self);
        fold->phase = PH_FOLD_IDLE;
        return PH_DAMAGED;
    }
    fold->phase = PH_FOLD_ANNOUNCE;
    return PH_OK;
}

/* ---- Pages ------------------------------------------------------------------------------- */

static ph_status pages_write(struct ph_store *self, uint32_t arena_chunk, uint32_t first,
                             uint32_t end)
{
    struct ph_block *block = self->block;
    uint32_t chunk = self->home.file_chunk[arena_chunk];
    uint64_t offset = (uint64_t)chunk * self->chunk_bytes + (uint64_t)first * PH_PAGE_BYTES;
    uint64_t bytes = (uint64_t)(end - first) * PH_PAGE_BYTES;

    PH_ASSERT(chunk != 0 && first < end && end <= self->pages_per_chunk);
    self->stat.home_bytes_written += bytes;
    return block->ops->write(block, offset, self->fold.buffer + (uint64_t)first * PH_PAGE_BYTES,
                             bytes);
}

/* Reads the newest version of the touched pages of a chunk to their places in the buffer. */
static ph_status pages_gather(struct ph_store *self, uint32_t arena_chunk)
{
    struct ph_fold *fold = &self->fold;
    uint32_t first_page = arena_chunk * self->pages_per_chunk;

    for (uint32_t i = 0; i < self->pages_per_chunk; i++) {
        uint64_t position = fold->newest_record[first_page + i];
        struct ph_record record;

        if (position == 0) {
            continue;
        }
        ph_status status = ph_log_read_record(self, position, &record,
                                              fold->buffer + (uint64_t)i * PH_PAGE_BYTES);

        if (status == PH_OK && record.page != first_page + i) {
            status = PH_DAMAGED;
        }
        if (status != PH_OK) {
            return status;
        }
    }
    return PH_OK;
}

/* Writes the touched pages of a chunk, adjacent ones together. A chunk that is new to home is
 * written whole: who knows what it held before. */
static ph_status chunk_fold(struct ph_store *self, uint32_t arena_chunk)
{
    struct ph_fold *fold = &self->fold;
    const uint64_t *record = fold->newest_record + (uint64_t)arena_chunk * self->pages_per_chunk;
    ph_status status = PH_OK;

    if (self->home.file_chunk[arena_chunk] == 0) {
        status = ph_home_assign(self, arena_chunk);
        if (status != PH_OK) {
            return status;
        }
    }
    uint32_t use = self->chunks.items[self->home.file_chunk[arena_chunk]].use;

    PH_ASSERT(use == PH_CHUNK_HOME || use == PH_CHUNK_HOME_NEW);
    if (use == PH_CHUNK_HOME_NEW) {
        memset(fold->buffer, 0, self->chunk_bytes);
    }
    status = pages_gather(self, arena_chunk);
    if (status == PH_OK && use == PH_CHUNK_HOME_NEW) {
        return pages_write(self, arena_chunk, 0, self->pages_per_chunk);
    }
    for (uint32_t i = 0; i < self->pages_per_chunk && status == PH_OK;) {
        uint32_t first = i;

        while (i < self->pages_per_chunk && record[i] != 0) {
            i++;
        }
        if (i > first) {
            status = pages_write(self, arena_chunk, first, i);
        } else {
            i++;
        }
    }
    return status;
}

/* Flushes each piece: otherwise the next commit's flush would have to wait for all of them. */
static ph_status fold_pages(struct ph_store *self)
{
    struct ph_fold *fold = &self->fold;
    uint64_t limit = self->stat.home_bytes_written + step_chunks(self) * self->chunk_bytes;

    while (fold->cursor < self->home.arena_chunks && self->stat.home_bytes_written < limit) {
        if (fold->touched[fold->cursor] != 0) {
            ph_status status = chunk_fold(self, fold->cursor);

            if (status != PH_OK) {
                return status;
            }
        }
        fold->cursor++;
    }
    bool is_last = fold->cursor == self->home.arena_chunks;
    ph_status status = ph_store_flush(self);

    if (status == PH_OK && is_last) {
        fold->phase = PH_FOLD_TABLE;
    }
    return status;
}

/* ---- The other steps --------------------------------------------------------------------- */

static void fold_start(struct ph_store *self)
{
    struct ph_fold *fold = &self->fold;

    PH_ASSERT(self->before_last.number > self->folded.number);
    PH_ASSERT(self->before_last.number < self->last.number);
    fold->target = self->last_start;
    fold->target_cut = self->before_last;
    fold->is_in_cut = false;
    fold->reader.buffer_chunk = 0; /* what was read ahead may have been written since */
    ph_reader_seek(&fold->reader, &self->tail, ph_log_next(self, &self->tail));
    fold->cursor = 0;
    fold->phase = PH_FOLD_SCAN;
}

static ph_status fold_announce(struct ph_store *self)
{
    ph_status status =
        ph_super_write(self, &self->tail, &self->folded, self->fold.target_cut.number);

    if (status == PH_OK) {
        self->fold.cursor = 0;
        self->fold.phase = PH_FOLD_PAGES;
    }
    return status;
}

static ph_status fold_table(struct ph_store *self)
{
    bool wrote;
    ph_status status = ph_home_write(self, &wrote);

    if (status == PH_OK && wrote) {
        status = ph_store_flush(self);
    }
    if (status == PH_OK) {
        self->fold.phase = PH_FOLD_MOVE;
    }
    return status;
}

static ph_status fold_move(struct ph_store *self)
{
    struct ph_fold *fold = &self->fold;
    struct ph_log_place old_tail = self->tail;
    ph_status status =
        ph_super_write(self, &fold->target, &fold->target_cut, fold->target_cut.number);

    if (status == PH_OK) {
        ph_log_free(self, &old_tail, &self->tail);
        fold_forget(self);
        self->stat.folds++;
        fold->phase = PH_FOLD_COPY;
    }
    return status;
}

static ph_status fold_copy(struct ph_store *self)
{
    ph_status status = ph_super_write(self, &self->tail, &self->folded, self->floor);

    if (status == PH_OK) {
        self->fold.phase = PH_FOLD_IDLE;
    }
    return status;
}

static ph_status fold_step(struct ph_store *self)
{
    switch (self->fold.phase) {
    case PH_FOLD_IDLE:
        fold_start(self);
        return PH_OK;
    case PH_FOLD_SCAN:
        return fold_scan(self);
    case PH_FOLD_ANNOUNCE:
        return fold_announce(self);
    case PH_FOLD_PAGES:
        return fold_pages(self);
    case PH_FOLD_TABLE:
        return fold_table(self);
    case PH_FOLD_MOVE:
        return fold_move(self);
    case PH_FOLD_COPY:
        return fold_copy(self);
    }
    PH_UNREACHABLE();
}

bool ph_store_wants_fold(const struct ph_store *self)
{
    return self->fold.phase != PH_FOLD_IDLE ||
           (__atomic_load_n(&self->shows, __ATOMIC_RELAXED) == 0 &&
            !ph_place_equal(&self->tail, &self->last_start) &&
            ph_log_bytes(self, &self->tail, &self->head) > self->log_target_bytes);
}

ph_status ph_store_fold(struct ph_store *self, bool *done)
{
    PH_ASSERT(self->is_writable && !self->writer.is_open);
    *done = false;
    bool is_idle = self->fold.phase == PH_FOLD_IDLE;

    if (is_idle && (self->shows > 0 || ph_place_equal(&self->tail, &self->last_start))) {
        *done = true;
        return PH_OK;
    }
    ph_status status = fold_step(self);

    ph_store_publish_stat(self);
    *done = status == PH_OK && self->fold.phase == PH_FOLD_IDLE;
    return status;
}
