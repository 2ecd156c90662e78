/* SPDX-License-Identifier: Apache-2.0 */
/* store.c - making, opening and closing an image. Opening writes nothing (but see
 * ph_super_settle). */
#include "store/internal.h"

#define LOG_TARGET_BYTES (64u << 20)
#define FORMAT_CHUNKS 4u
#define TABLE_RESERVE_BYTES (64u << 10)

void *ph_table_alloc(struct ph_store *self, uint64_t bytes)
{
    return bytes >= TABLE_RESERVE_BYTES ? ph_memory_reserve(bytes)
                                        : ph_alloc_zeroed(self->allocator, bytes);
}

void ph_table_free(struct ph_store *self, void *table, uint64_t bytes)
{
    if (table != NULL && bytes >= TABLE_RESERVE_BYTES) {
        ph_memory_release(table, bytes);
    } else {
        ph_free(self->allocator, table, bytes);
    }
}

ph_status ph_store_flush(struct ph_store *self)
{
    ph_status status = self->block->ops->flush(self->block);

    PH_ASSERT(self->is_writable);
    self->stat.flushes++;
    if (status != PH_OK) {
        ph_fold_flush_failed(self);
    }
    return status;
}

/* ---- Format ------------------------------------------------------------------------------ */

static ph_status format_check(const struct ph_store_options *options, struct ph_super *super,
                              struct ph_error *error)
{
    uint32_t chunk_bytes =
        options->chunk_bytes == 0 ? PH_STORE_CHUNK_BYTES : options->chunk_bytes;

    memset(super, 0, sizeof(*super));
    super->magic = PH_SUPER_MAGIC;
    super->version = PH_STORE_VERSION;
    super->chunk_bytes = chunk_bytes;
    ph_random_fill(super->image_id, sizeof(super->image_id));
    super->arena_bytes = options->arena_bytes;
    super->tail.chunk = PH_FIRST_LOG_CHUNK;
    super->tail.offset = PH_LOG_HEADER_BYTES;
    super->tail.sequence = 1;
    super->tail.hash = ph_hash64(super->image_id, sizeof(super->image_id), 0);
    ph_super_seal(super);
    return ph_super_is_valid(super)
               ? PH_OK
               : ph_fail(error, PH_BAD_ARGUMENT,
                         "an arena of %llu bytes cannot be stored: it must be a multiple of %u, "
                         "at least one and below 16 TiB",
                         (unsigned long long)options->arena_bytes, chunk_bytes);
}

ph_status ph_store_format(struct ph_block *block, const struct ph_store_options *options,
                          struct ph_error *error)
{
    const struct ph_block_ops *ops = block->ops;
    static const uint8_t zeros[PH_SINK_OFFSET + PH_PAGE_BYTES];
    struct ph_super super;
    ph_status status = format_check(options, &super, error);

    if (status != PH_OK) {
        return status;
    }
    status = ops->grow(block, (uint64_t)FORMAT_CHUNKS * super.chunk_bytes);
    if (status == PH_OK) {
        /* First nothing is there, then the new image: never half of each. */
        status = ops->write(block, 0, zeros, sizeof(zeros));
    }
    if (status == PH_OK) {
        status = ops->flush(block);
    }
    for (uint64_t slot = 1; slot <= PH_SUPER_SLOTS && status == PH_OK; slot++) {
        super.generation = slot;
        ph_super_seal(&super);
        status = ops->write(block, slot % PH_SUPER_SLOTS * PH_PAGE_BYTES, &super, sizeof(super));
        if (status == PH_OK) {
            status = ops->flush(block);
        }
    }
    return status == PH_OK
               ? PH_OK
               : ph_fail(error, status, "the image cannot be made: %s", ph_status_text(status));
}

/* ---- Opening ----------------------------------------------------------------------------- */

static ph_status store_load(struct ph_store *self, const struct ph_super *super,
                            struct ph_error *error)
{
    ph_status status = ph_chunks_init(self);

    if (status == PH_OK) {
        status = ph_home_load(self, super, error);
        if (status != PH_OK) {
            return status; /* the error is told already */
        }
        status = ph_fold_init(self);
    }
    if (status == PH_OK) {
        self->writer.buffer = self->is_writable ? ph_alloc(self->allocator, self->chunk_bytes)
                                                : NULL;
        status = self->is_writable && self->writer.buffer == NULL ? PH_NO_MEMORY : PH_OK;
    }
    if (status != PH_OK) {
        return ph_fail(error, status, "the image cannot be opened: %s", ph_status_text(status));
    }
    bool is_claimed = ph_chunk_claim(self, super->tail.chunk, PH_CHUNK_LOG);

    if (is_claimed && super->tail_next != 0) {
        is_claimed = ph_chunk_claim(self, super->tail_next, PH_CHUNK_LOG);
        self->chunks.items[super->tail.chunk].next = super->tail_next;
    }
    return is_claimed ? PH_OK
                      : ph_fail(error, PH_DAMAGED,
                                "the log begins outside of the file, which was cut short; "
                                "restore a copy of the image");
}

static struct ph_store *store_create(struct ph_block *block,
                                     const struct ph_store_options *options,
                                     const struct ph_super *super)
{
    struct ph_allocator *allocator = ph_port_allocator();
    struct ph_store *self = ph_alloc_zeroed(allocator, sizeof(*self));

    if (self == NULL) {
        return NULL;
    }
    self->block = block;
    self->allocator = allocator;
    self->chunk_bytes = super->chunk_bytes;
    self->pages_per_chunk = super->chunk_bytes >> PH_PAGE_SHIFT;
    memcpy(self->image_id, super->image_id, sizeof(self->image_id));
    self->arena_bytes = super->arena_bytes;
    self->log_target_bytes =
        options->log_target_bytes == 0 ? LOG_TARGET_BYTES : options->log_target_bytes;
    self->pack = options->pack;
    self->generation = super->generation;
    self->tail = super->tail;
    self->folded = super->folded;
    self->floor = super->floor;
    self->head = super->tail;
    self->last_start = super->tail;
    self->last = super->folded;
    self->before_last = super->folded;
    ph_mutex_init(&self->stat_mutex);
    return self;
}

ph_status ph_store_fresh(struct ph_block *block, const struct ph_store_options *options,
                         struct ph_super *super, struct ph_store **store, struct ph_error *error)
{
    ph_status status = format_check(options, super, error);

    if (status != PH_OK) {
        return status;
    }
    *store = store_create(block, options, super);
    if (*store == NULL) {
        return ph_fail(error, PH_NO_MEMORY, "no memory to make an image");
    }
    (*store)->is_writable = true;
    return store_load(*store, super, error); /* the caller closes it, whatever came of it */
}

/* Opens by the newest superblock whose home table is good. */
static ph_status open_newest(struct ph_block *block, const struct ph_store_options *options,
                             bool is_writable, struct ph_store **store, struct ph_super *super,
                             struct ph_error *error)
{
    struct ph_super supers[PH_SUPER_SLOTS];
    uint32_t count;
    ph_status status = ph_super_read(block, supers, &count, error);
    uint64_t floor = 0;

    for (uint32_t i = 0; i < count; i++) {
        floor = PH_MAX(floor, supers[i].floor); /* home is as new as the newest of them says */
    }
    for (uint32_t i = 0; i < count; i++) {
        struct ph_store *self = store_create(block, options, &supers[i]);

        if (self == NULL) {
            return ph_fail(error, PH_NO_MEMORY, "no memory to open the image");
        }
        self->is_writable = is_writable;
        self->floor = floor;
        /* The next generation goes to the slot of the superblock that is not this one. */
        self->generation = supers[0].generation + i;
        status = store_load(self, &supers[i], error);
        if (status == PH_OK) {
            *store = self;
            *super = supers[i];
            return PH_OK;
        }
        ph_store_close(self);
        if (status != PH_DAMAGED) {
            return status;
        }
    }
    return status;
}

/* Shows the last whole cut at `arena` (may be NULL). */
static ph_status store_recover(struct ph_store *self, const struct ph_super *super,
                               uint8_t *arena, struct ph_store_recovery *found,
                               struct ph_error *error)
{
    ph_status status = PH_OK;

    ph_sink_load(self);
    if (arena != NULL) {
        status = ph_home_map(self, arena, error);
    }
    if (status == PH_OK) {
        status = ph_replay(self, super, arena, found, error);
    }
    if (status == PH_OK && arena != NULL) {
        /* A process that was killed may have left its last cut in the system's memory only. */
        status = ph_store_flush(self);
        if (status == PH_OK) {
            status = ph_super_settle(self, super);
        }
        if (status != PH_OK) {
            return ph_fail(error, status, "the image cannot be made durable: %s; check the disk",
                           ph_status_text(status));
        }
    }
    return status;
}

static ph_status open_own(struct ph_block *block, const struct ph_store_options *options,
                          uint8_t *arena, struct ph_store **store,
                          struct ph_store_recovery *found, struct ph_error *error)
{
    struct ph_store *self = NULL;
    struct ph_super super;
    ph_status status = open_newest(block, options, arena != NULL, &self, &super, error);

    if (status != PH_OK) {
        return status;
    }
    found->arena_bytes = self->arena_bytes;
    memcpy(found->image_id, self->image_id, sizeof(found->image_id));
    if (arena != NULL && options->arena_bytes < self->arena_bytes) {
        status = ph_fail(error, PH_BAD_ARGUMENT,
                         "the image has an arena of %llu bytes, there is room for %llu only",
                         (unsigned long long)self->arena_bytes,
                         (unsigned long long)options->arena_bytes);
    } else {
        status = store_recover(self, &super, arena, found, error);
    }
    if (status != PH_OK) {
        ph_store_close(self);
        return status;
    }
    *store = self;
    return PH_OK;
}

ph_status ph_store_open(struct ph_block *block, const struct ph_store_options *options,
                        uint8_t *arena, struct ph_store **store, struct ph_store_recovery *found,
                        struct ph_error *error)
{
    *store = NULL;
    memset(found, 0, sizeof(*found));
    ph_status status = options->base != NULL
                           ? ph_derive(block, options, arena, store, found, error)
                           : open_own(block, options, arena, store, found, error);

    if (status == PH_OK) {
        ph_store_publish_stat(*store);
    }
    return status;
}

void ph_store_close(struct ph_store *self)
{
    if (self == NULL) {
        return;
    }
    if (self->writer.buffer != NULL) {
        ph_free(self->allocator, self->writer.buffer, self->chunk_bytes);
    }
    ph_derived_drop(self);
    ph_fold_finish(self);
    if (self->home.file_chunk != NULL) {
        ph_table_free(self, self->home.file_chunk,
                      (uint64_t)self->home.arena_chunks * sizeof(*self->home.file_chunk));
    }
    ph_vector_finish(&self->home.pairs, self->allocator);
    ph_chunks_finish(self);
    ph_mutex_finish(&self->stat_mutex);
    ph_free(self->allocator, self, sizeof(*self));
}

/* ---- Looking ----------------------------------------------------------------------------- */

void ph_store_publish_stat(struct ph_store *self)
{
    struct ph_store_stat *stat = &self->stat;

    stat->log_bytes_live = ph_log_bytes(self, &self->tail, &self->head);
    stat->home_chunks = self->home.pairs.count;
    stat->free_chunks = self->chunks.free_count;
    stat->file_bytes = (uint64_t)self->chunks.count * self->chunk_bytes;
    stat->last_durable_cut = self->last.number;
    ph_mutex_lock(&self->stat_mutex);
    self->stat_seen = *stat;
    ph_mutex_unlock(&self->stat_mutex);
}

void ph_store_stat(const struct ph_store *self, struct ph_store_stat *stat)
{
    struct ph_mutex *mutex = &((struct ph_store *)self)->stat_mutex;

    ph_mutex_lock(mutex);
    *stat = self->stat_seen;
    ph_mutex_unlock(mutex);
}

ph_status ph_store_each_cut(struct ph_store *self,
                            void (*each)(void *context, const struct ph_cut_info *cut),
                            void *context, struct ph_error *error)
{
    struct ph_reader reader;
    ph_status status = ph_reader_init(&reader, self);

    if (status != PH_OK) {
        return ph_fail(error, status, "no memory to read the log");
    }
    ph_reader_seek(&reader, &self->tail, ph_log_next(self, &self->tail));
    while (status == PH_OK && !ph_place_equal(&reader.place, &self->head)) {
        status = ph_reader_verify(&reader);
        if (status == PH_OK) {
            each(context, &reader.cut);
        }
    }
    ph_reader_finish(&reader);
    if (status == PH_FINISHED) {
        return ph_fail(error, PH_DAMAGED,
                       "the log is damaged at offset %llu of the image; the running world is "
                       "whole: copy what matters out of it",
                       (unsigned long long)ph_place_offset(self, &reader.start));
    }
    return status == PH_OK ? PH_OK : ph_fail(error, status, "the log cannot be read");
}
