/* SPDX-License-Identifier: Apache-2.0 */
/* reader.c - reads the log: cut by cut, record by record, with nothing taken on trust.
 *
 * What a crash left after the last whole cut is anything at all: pieces of a cut, or of what the
 * chunk held in an earlier life. PH_FINISHED is the word for "this does not go on". */
#include "store/internal.h"

/* How much is read ahead: little where the log may end, then more each time. */
#define WINDOW_BYTES_MIN (16u << 10)
#define WINDOW_BYTES_MAX (256u << 10)

ph_status ph_reader_init(struct ph_reader *self, struct ph_store *store)
{
    memset(self, 0, sizeof(*self));
    self->store = store;
    self->buffer = ph_alloc(store->allocator, store->chunk_bytes);
    return self->buffer != NULL ? PH_OK : PH_NO_MEMORY;
}

void ph_reader_finish(struct ph_reader *self)
{
    if (self->buffer != NULL) {
        ph_free(self->store->allocator, self->buffer, self->store->chunk_bytes);
        self->buffer = NULL;
    }
}

void ph_reader_seek(struct ph_reader *self, const struct ph_log_place *place, uint32_t next)
{
    PH_ASSERT(place->offset < self->store->chunk_bytes);
    self->place = *place;
    self->next = next;
    self->pages_left = 0;
}

void ph_reader_rewind(struct ph_reader *self)
{
    ph_reader_seek(self, &self->start, self->start_next);
}

/* Fills the buffer from place.offset to `end`, both in the current chunk. */
static ph_status reader_fill(struct ph_reader *self, uint32_t end)
{
    struct ph_store *store = self->store;
    uint32_t at = self->place.offset;

    PH_ASSERT(at <= end && end <= store->chunk_bytes);
    if (self->buffer_chunk != self->place.chunk || at < self->low || at > self->high) {
        self->buffer_chunk = self->place.chunk;
        self->low = at - at % PH_PAGE_BYTES;
        self->high = self->low;
    }
    if (end <= self->high) {
        return PH_OK;
    }
    uint32_t window = PH_MIN(PH_MAX(self->high - self->low, WINDOW_BYTES_MIN), WINDOW_BYTES_MAX);
    uint32_t high = PH_MIN(PH_MAX(end, self->high + window), store->chunk_bytes);

    high = (uint32_t)PH_ALIGN_UP(high, PH_PAGE_BYTES);
    ph_status status = store->block->ops->read(
        store->block, (uint64_t)self->place.chunk * store->chunk_bytes + self->high,
        self->buffer + self->high, high - self->high);

    if (status == PH_OK) {
        self->high = high;
    } else {
        self->buffer_chunk = 0;
    }
    return status;
}

/* At the beginning of a chunk: reads its header, which says how the log goes on. */
static ph_status reader_header(struct ph_reader *self)
{
    struct ph_store *store = self->store;
    struct ph_log_header header;

    self->place.offset = 0;
    ph_status status = reader_fill(self, PH_LOG_HEADER_BYTES);

    if (status != PH_OK) {
        return status;
    }
    memcpy(&header, self->buffer, sizeof(header));
    if (header.magic != PH_LOG_MAGIC || header.sequence != self->place.sequence ||
        memcmp(header.image_id, store->image_id, sizeof(header.image_id)) != 0 ||
        header.check != ph_hash64(&header, offsetof(struct ph_log_header, check), 0) ||
        header.next == 0 || header.next >= store->chunks.count) {
        return PH_FINISHED;
    }
    struct ph_chunk *chunk = &store->chunks.items[self->place.chunk];

    if (chunk->use == PH_CHUNK_FREE) {
        chunk->next = header.next; /* only open meets it so; ph_log_claim goes by it */
    } else if (chunk->use != PH_CHUNK_LOG) {
        return PH_FINISHED;
    } else if (chunk->next == 0) {
        chunk->next = header.next;
    }
    self->next = header.next;
    self->hashed_to = 0;
    self->place.offset = PH_LOG_HEADER_BYTES;
    return PH_OK;
}

/* Goes on in the next chunk if this one is at its end. */
static ph_status reader_cross(struct ph_reader *self)
{
    struct ph_store *store = self->store;

    if (self->place.offset < store->chunk_bytes) {
        return PH_OK;
    }
    ph_hasher_add(&self->hasher, self->buffer + self->hashed_to,
                  store->chunk_bytes - self->hashed_to);
    if (self->next == 0 || self->next >= store->chunks.count) {
        return PH_FINISHED;
    }
    self->place.chunk = self->next;
    self->place.sequence++;
    return reader_header(self);
}

/* Copies out, or with to == NULL passes over, the next bytes of the log. */
static ph_status reader_take(struct ph_reader *self, void *to, uint32_t bytes)
{
    uint8_t *next = to;

    while (bytes > 0) {
        ph_status status = reader_cross(self);

        if (status != PH_OK) {
            return status;
        }
        uint32_t part = PH_MIN(bytes, self->store->chunk_bytes - self->place.offset);

        status = reader_fill(self, self->place.offset + part);
        if (status != PH_OK) {
            return status;
        }
        if (next != NULL) {
            memcpy(next, self->buffer + self->place.offset, part);
            next += part;
        }
        self->place.offset += part;
        bytes -= part;
    }
    return PH_OK;
}

ph_status ph_reader_cut(struct ph_reader *self)
{
    struct ph_store *store = self->store;
    struct ph_cut_header header;
    ph_status status = PH_OK;

    PH_ASSERT(self->pages_left == 0);
    self->start = self->place;
    self->start_next = self->next;
    self->hashed_to = self->place.offset;
    ph_hasher_init(&self->hasher, self->place.hash);
    if (self->place.offset == PH_LOG_HEADER_BYTES) {
        status = reader_header(self); /* belongs to the first cut in the chunk */
    }
    if (status == PH_OK) {
        status = reader_take(self, &header, sizeof(header));
    }
    if (status != PH_OK) {
        return status;
    }
    if (header.magic != PH_CUT_MAGIC || header.previous_hash != self->start.hash ||
        header.check !=
            ph_hash64(&header, offsetof(struct ph_cut_header, check), self->start.hash) ||
        header.pages > store->arena_bytes >> PH_PAGE_SHIFT) {
        return PH_FINISHED;
    }
    self->cut = (struct ph_cut_info){.number = header.number,
                                     .wall_ns = header.wall_ns,
                                     .run_ns = header.run_ns,
                                     .pages = header.pages,
                                     .pause_ns = header.pause_ns,
                                     .reason = header.reason};
    self->attempt = header.attempt;
    self->pages_left = header.pages;
    return PH_OK;
}

ph_status ph_reader_record(struct ph_reader *self, struct ph_record *record, uint64_t *position,
                           uint8_t *content)
{
    PH_ASSERT(self->pages_left > 0);
    ph_status status = reader_cross(self);

    if (status != PH_OK) {
        return status;
    }
    *position = ph_place_offset(self->store, &self->place);
    status = reader_take(self, record, sizeof(*record));
    if (status != PH_OK) {
        return status;
    }
    if (!ph_record_is_sane(record) ||
        record->page >= self->store->arena_bytes >> PH_PAGE_SHIFT) {
        return PH_FINISHED;
    }
    self->pages_left--;
    if (self->part_pages != NULL && content == NULL) {
        uint8_t *pages = &self->part_pages[record->page >> PH_READER_PART_SHIFT];

        *pages += *pages < PH_READER_PART_DENSE;
    }
    return reader_take(self, content, record->bytes); /* every kind's size is a multiple of 8 */
}

ph_status ph_reader_end(struct ph_reader *self)
{
    struct ph_store *store = self->store;

    PH_ASSERT(self->pages_left == 0);
    ph_status status = reader_cross(self);

    if (status != PH_OK) {
        return status;
    }
    uint32_t end = (uint32_t)PH_ALIGN_UP(self->place.offset + 8, PH_PAGE_BYTES);

    status = reader_fill(self, end);
    if (status != PH_OK) {
        return status;
    }
    PH_ASSERT(self->hashed_to <= end - 8);
    ph_hasher_add(&self->hasher, self->buffer + self->hashed_to, end - 8 - self->hashed_to);
    uint64_t hash = ph_hasher_value(&self->hasher);

    if (hash != ph_load_u64(self->buffer + end - 8)) {
        return PH_FINISHED;
    }
    self->place.offset = end;
    self->place.hash = hash;
    self->cut.log_bytes = ph_log_bytes(store, &self->start, &self->place);
    if (end == store->chunk_bytes) {
        if (self->next == 0) {
            return PH_FINISHED;
        }
        self->place.chunk = self->next;
        self->place.sequence++;
        self->place.offset = PH_LOG_HEADER_BYTES;
        self->next = 0;
    }
    return PH_OK;
}

ph_status ph_reader_verify(struct ph_reader *self)
{
    ph_status status = ph_reader_cut(self);

    while (status == PH_OK && self->pages_left > 0) {
        struct ph_record record;
        uint64_t position;

        status = ph_reader_record(self, &record, &position, NULL);
    }
    if (status == PH_OK) {
        status = ph_reader_end(self);
    }
    self->pages_left = 0;
    return status;
}
