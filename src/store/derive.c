/* SPDX-License-Identifier: Apache-2.0 */
/* derive.c - an image that begins where another stands.
 *
 * What is shown of the other belongs to the new one's home, so the new log is empty: its first cut
 * is the next one. That home holds the newest cut there is, is as good as an image whose log was
 * folded and is then opened: nothing older could be fallen back to.
 *
 * The other is shown twice: once at the arena, where the world runs at once, and once for the copy,
 * which changes no more. */
#include "store/internal.h"

#define ZERO_STEP 64u /* bytes that are looked at together */

struct ph_derived {
    uint8_t *shown;  /* arena_bytes: what home is to hold */
    uint32_t copied; /* pairs of the home table */
    struct ph_super super;
};

struct derive {
    struct ph_store *from, *to;
    bool *is_touched; /* by arena chunk: the log has a page of it */
    uint32_t end;     /* no arena chunk from here on has any */
};

/* ---- What there is ----------------------------------------------------------------------- */

/* Notes the chunks that the cut at the reader's place touches. */
static ph_status note_cut(struct derive *self, struct ph_reader *reader)
{
    ph_status status = ph_reader_cut(reader);

    while (status == PH_OK && reader->pages_left > 0) {
        struct ph_record record;
        uint64_t position;

        status = ph_reader_record(reader, &record, &position, NULL);
        if (status == PH_OK) {
            uint32_t arena_chunk = record.page / self->from->pages_per_chunk;
            self->is_touched[arena_chunk] = true;
            self->end = PH_MAX(self->end, arena_chunk + 1);
        }
    }
    return status == PH_OK ? ph_reader_end(reader) : status;
}

static ph_status note_log(struct derive *self)
{
    struct ph_store *from = self->from;
    struct ph_reader *reader = &from->fold.reader;
    ph_status status = PH_OK;

    self->end = from->home.arena_end;
    ph_reader_seek(reader, &from->tail, ph_log_next(from, &from->tail));
    while (status == PH_OK && !ph_place_equal(&reader->place, &from->head)) {
        status = note_cut(self, reader);
    }
    return status;
}

static bool has_content(const struct derive *self, uint32_t arena_chunk)
{
    return self->from->home.file_chunk[arena_chunk] != 0 || self->is_touched[arena_chunk];
}

static uint32_t count_chunks(const struct derive *self)
{
    uint32_t count = 0;

    for (uint32_t i = 0; i < self->end; i++) {
        count += has_content(self, i);
    }
    return count;
}

/* ---- Writing it -------------------------------------------------------------------------- */

static bool is_zero(const uint8_t *page)
{
    uint64_t any = 0;

    for (uint32_t i = 0; i < PH_PAGE_BYTES && any == 0; i += ZERO_STEP) {
        for (uint32_t j = i; j < i + ZERO_STEP; j += 8) {
            any |= ph_load_u64(page + j);
        }
    }
    return any == 0;
}

/* Pages of zeros are left out: the file is new. */
static ph_status copy_chunk(struct ph_store *self, const uint8_t *from, uint32_t file_chunk)
{
    uint64_t offset = (uint64_t)file_chunk * self->chunk_bytes;
    ph_status status = PH_OK;

    for (uint64_t at = 0; status == PH_OK && at < self->chunk_bytes;) {
        uint64_t first = at;
        while (at < self->chunk_bytes && !is_zero(from + at)) {
            at += PH_PAGE_BYTES;
        }
        if (at > first) {
            status = self->block->ops->write(self->block, offset + first, from + first,
                                             at - first);
        } else {
            at += PH_PAGE_BYTES;
        }
    }
    return status;
}

/* Goes on where it was broken off: what was copied is shown no more. */
static ph_status copy_home(struct ph_store *self)
{
    struct ph_derived *derived = self->derived;
    ph_status status = PH_OK;
    bool wrote;

    while (status == PH_OK && derived->copied < self->home.pairs.count) {
        const struct ph_home_pair *pair = &self->home.pairs.items[derived->copied];
        uint8_t *from = derived->shown + (uint64_t)pair->arena_chunk * self->chunk_bytes;
        status = copy_chunk(self, from, pair->file_chunk);
        if (status == PH_OK) {
            ph_memory_discard(from, self->chunk_bytes);
            derived->copied++;
        }
    }
    return status == PH_OK ? ph_home_write(self, &wrote) : status;
}

static ph_status write_supers(struct ph_store *self)
{
    struct ph_super *super = &self->derived->super;
    ph_status status = PH_OK;

    super->folded = self->folded;
    super->floor = self->floor;
    ph_home_fill_super(self, super, self->home.pairs.count);
    for (uint64_t slot = 1; slot <= PH_SUPER_SLOTS && status == PH_OK; slot++) {
        super->generation = slot;
        ph_super_seal(super);
        PH_ASSERT(ph_super_is_valid(super));
        status = self->block->ops->write(self->block, slot % PH_SUPER_SLOTS * PH_PAGE_BYTES,
                                         super, sizeof(*super));
    }
    return status;
}

void ph_derived_drop(struct ph_store *self)
{
    if (self->derived != NULL) {
        ph_memory_release(self->derived->shown, self->arena_bytes);
        ph_free(self->allocator, self->derived, sizeof(*self->derived));
        self->derived = NULL;
    }
}

ph_status ph_store_complete(struct ph_store *self)
{
    if (self->derived == NULL) {
        return PH_OK;
    }
    ph_status status = copy_home(self);

    if (status == PH_OK) {
        status = write_supers(self);
    }
    if (status == PH_OK) {
        self->generation = self->derived->super.generation;
        ph_home_made_durable(self, self->home.pairs.count); /* by the flush that is the first */
        ph_derived_drop(self);
    }
    return status;
}

/* ---- Beginning --------------------------------------------------------------------------- */

/* Head, the log's first chunk and the one that it goes on in, the table, home. */
static uint64_t file_bytes(const struct derive *self)
{
    uint64_t chunks = count_chunks(self);
    uint64_t blocks = chunks / PH_TABLE_BLOCK_ENTRIES;
    uint64_t per_chunk = self->from->pages_per_chunk;

    return (3 + chunks + (blocks + per_chunk - 1) / per_chunk) * self->from->chunk_bytes;
}

static ph_status show(struct ph_store *from, uint8_t *base, struct ph_error *error)
{
    struct ph_store_show *shown = NULL;
    bool done = false;
    ph_status status = ph_store_show_begin(from, base, &shown, error);

    while (status == PH_OK && !done) {
        status = ph_store_show_step(shown, &done);
    }
    ph_store_show_end(shown);
    return status;
}

/* The new image: all of it has its place, and none is written but the sink, by which others see
 * that the file is going to be one. */
static ph_status make(struct derive *self, struct ph_block *block,
                      const struct ph_store_options *options, struct ph_super *super,
                      struct ph_error *error)
{
    const struct ph_store *from = self->from;
    struct ph_store_options own = *options;

    own.arena_bytes = from->arena_bytes;
    own.chunk_bytes = from->chunk_bytes;
    ph_status status = block->ops->grow(block, file_bytes(self));
    if (status == PH_OK) {
        status = ph_store_fresh(block, &own, super, &self->to, error);
    }
    if (status != PH_OK) {
        return status;
    }
    struct ph_store *to = self->to;
    to->folded = to->before_last = to->last = from->last;
    to->floor = from->last.number;
    for (uint32_t i = 0; status == PH_OK && i < self->end; i++) {
        status = has_content(self, i) ? ph_home_assign(to, i) : PH_OK;
    }
    return status == PH_OK ? ph_sink_store(to) : status;
}

static ph_status make_shown(struct derive *self, struct ph_block *block,
                            const struct ph_store_options *options, uint8_t *arena,
                            struct ph_error *error)
{
    struct ph_store *from = self->from;
    struct ph_super super;

    self->is_touched = ph_table_alloc(from, from->home.arena_chunks * sizeof(bool));
    if (self->is_touched == NULL) {
        return ph_fail(error, PH_NO_MEMORY, "no address space to copy an image");
    }
    ph_status status = note_log(self);
    status = status == PH_OK ? make(self, block, options, &super, error) : status;
    if (status != PH_OK) {
        return status;
    }
    struct ph_store *to = self->to;
    uint8_t *shown = ph_memory_reserve(from->arena_bytes);
    to->derived = shown == NULL ? NULL : ph_alloc(to->allocator, sizeof(*to->derived));
    if (to->derived == NULL) {
        ph_memory_release(shown, from->arena_bytes);
        return ph_fail(error, PH_NO_MEMORY, "no address space to copy an image");
    }
    *to->derived = (struct ph_derived){.shown = shown, .super = super};
    status = show(from, shown, error);
    return status == PH_OK && arena != NULL ? show(from, arena, error) : status;
}

static ph_status begin(struct derive *self, struct ph_block *block,
                       const struct ph_store_options *options, uint8_t *arena,
                       struct ph_error *error)
{
    const struct ph_store *from = self->from;

    if (from->last.number == 0) {
        return ph_fail(error, PH_NOT_FOUND, "the image to be copied holds no cut");
    }
    if (arena != NULL && options->arena_bytes < from->arena_bytes) {
        return ph_fail(error, PH_BAD_ARGUMENT,
                       "the image has an arena of %llu bytes, there is room for %llu only",
                       (unsigned long long)from->arena_bytes,
                       (unsigned long long)options->arena_bytes);
    }
    return make_shown(self, block, options, arena, error);
}

ph_status ph_derive(struct ph_block *block, const struct ph_store_options *options,
                    uint8_t *arena, struct ph_store **store, struct ph_store_recovery *found,
                    struct ph_error *error)
{
    const struct ph_store_options plain = {0};
    struct derive self = {0};
    ph_status status = ph_store_open(options->base, &plain, NULL, &self.from, found, error);

    if (status != PH_OK) {
        return status;
    }
    status = begin(&self, block, options, arena, error);
    if (status != PH_OK && error != NULL && error->text[0] == '\0') {
        (void)ph_fail(error, status, "an image cannot be copied: %s", ph_status_text(status));
    }
    if (self.is_touched != NULL) {
        ph_table_free(self.from, self.is_touched, self.from->home.arena_chunks * sizeof(bool));
    }
    *found = (struct ph_store_recovery){.last = self.from->last,
                                        .arena_bytes = self.from->arena_bytes};
    ph_store_close(self.from);
    if (status != PH_OK) {
        ph_store_close(self.to);
        return status;
    }
    memcpy(found->image_id, self.to->image_id, sizeof(found->image_id));
    *store = self.to;
    return PH_OK;
}
