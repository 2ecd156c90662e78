/* SPDX-License-Identifier: Apache-2.0 */
/* derive.c - an image that begins where another stands.
 *
 * What is shown of the other is all written to the new one's home, so the new log is empty: its
 * first cut is the next one. That home holds the newest cut there is, is as good as an image
 * whose log was folded and is then opened: nothing older could be fallen back to. */
#include "store/internal.h"

#define ZERO_STEP 64u /* bytes that are looked at together */

struct derive {
    struct ph_store *from, *to;
    uint8_t *base;    /* what `from` shows */
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
static ph_status write_chunk(const struct derive *self, uint32_t arena_chunk)
{
    struct ph_store *to = self->to;
    const uint8_t *from = self->base + (uint64_t)arena_chunk * to->chunk_bytes;
    uint64_t offset = (uint64_t)to->home.file_chunk[arena_chunk] * to->chunk_bytes;
    ph_status status = PH_OK;

    for (uint64_t at = 0; status == PH_OK && at < to->chunk_bytes;) {
        uint64_t first = at;
        while (at < to->chunk_bytes && !is_zero(from + at)) {
            at += PH_PAGE_BYTES;
        }
        if (at > first) {
            status = to->block->ops->write(to->block, offset + first, from + first, at - first);
        } else {
            at += PH_PAGE_BYTES;
        }
    }
    return status;
}

static ph_status write_home(const struct derive *self)
{
    ph_status status = PH_OK;
    bool wrote;

    for (uint32_t i = 0; status == PH_OK && i < self->end; i++) {
        if (has_content(self, i)) {
            status = ph_home_assign(self->to, i);
            status = status == PH_OK ? write_chunk(self, i) : status;
        }
    }
    return status == PH_OK ? ph_home_write(self->to, &wrote) : status;
}

static ph_status write_supers(const struct derive *self, struct ph_super *super)
{
    struct ph_store *to = self->to;
    ph_status status = PH_OK;

    super->folded = self->from->last;
    super->floor = super->folded.number;
    ph_home_fill_super(to, super, to->home.pairs.count);
    for (uint64_t slot = 1; slot <= PH_SUPER_SLOTS && status == PH_OK; slot++) {
        super->generation = slot;
        ph_super_seal(super);
        PH_ASSERT(ph_super_is_valid(super));
        status = to->block->ops->write(to->block, slot % PH_SUPER_SLOTS * PH_PAGE_BYTES, super,
                                       sizeof(*super));
    }
    return status;
}

/* Head, the log's first chunk and the one that it goes on in, the table, home. */
static uint64_t file_bytes(const struct derive *self)
{
    uint64_t chunks = count_chunks(self);
    uint64_t blocks = chunks / PH_TABLE_BLOCK_ENTRIES;
    uint64_t per_chunk = self->from->pages_per_chunk;

    return (3 + chunks + (blocks + per_chunk - 1) / per_chunk) * self->from->chunk_bytes;
}

static ph_status write_all(struct derive *self, struct ph_block *block, struct ph_error *error)
{
    struct ph_store_options options = {.arena_bytes = self->from->arena_bytes,
                                       .chunk_bytes = self->from->chunk_bytes};
    struct ph_super super;
    ph_status status = block->ops->grow(block, file_bytes(self));

    if (status == PH_OK) {
        status = ph_store_fresh(block, &options, &super, &self->to, error);
    }
    if (status == PH_OK) {
        status = write_home(self);
    }
    return status == PH_OK ? write_supers(self, &super) : status;
}

/* ---- All of it --------------------------------------------------------------------------- */

static ph_status show(struct derive *self, struct ph_error *error)
{
    struct ph_store *from = self->from;
    struct ph_store_show *shown = NULL;
    bool done = false;

    self->base = ph_memory_reserve(from->arena_bytes);
    self->is_touched = ph_table_alloc(from, from->home.arena_chunks * sizeof(bool));
    if (self->base == NULL || self->is_touched == NULL) {
        return ph_fail(error, PH_NO_MEMORY, "no address space to copy an image");
    }
    ph_status status = ph_store_show_begin(from, self->base, &shown, error);
    while (status == PH_OK && !done) {
        status = ph_store_show_step(shown, &done);
    }
    ph_store_show_end(shown);
    return status == PH_OK ? note_log(self) : status;
}

ph_status ph_store_derive(struct ph_block *from, struct ph_block *to, struct ph_error *error)
{
    struct ph_store_options options = {0};
    struct ph_store_recovery found;
    struct derive self = {0};
    ph_status status = ph_store_open(from, &options, NULL, &self.from, &found, error);

    if (status != PH_OK) {
        return status;
    }
    status = self.from->last.number == 0
                 ? ph_fail(error, PH_NOT_FOUND, "the image to be copied holds no cut")
                 : show(&self, error);
    if (status == PH_OK) {
        status = write_all(&self, to, error);
    }
    if (status != PH_OK && error != NULL && error->text[0] == '\0') {
        (void)ph_fail(error, status, "an image cannot be copied: %s", ph_status_text(status));
    }
    if (self.is_touched != NULL) {
        ph_table_free(self.from, self.is_touched, self.from->home.arena_chunks * sizeof(bool));
    }
    if (self.base != NULL) {
        ph_memory_release(self.base, self.from->arena_bytes);
    }
    ph_store_close(self.to);
    ph_store_close(self.from);
    return status;
}
