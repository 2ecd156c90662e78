/* SPDX-License-Identifier: Apache-2.0 */
/* log.c - writes cuts to the log, and keeps account of its chunks.
 *
 * Invariants
 *   (1) Only what lies after `head` is written: nothing of a durable cut.
 *   (2) A chunk's header is part of the first cut in it and covered by that cut's hash, so the
 *       name of the next chunk is as trustworthy as the cut itself.
 *   (3) A cut that failed leaves no chunk behind: the next begin finds what it found. */
#include "store/internal.h"

/* ---- Chunks of the log ------------------------------------------------------------------- */

uint64_t ph_log_bytes(const struct ph_store *self, const struct ph_log_place *from,
                      const struct ph_log_place *to)
{
    PH_ASSERT(to->sequence >= from->sequence);
    return (to->sequence - from->sequence) * self->chunk_bytes + to->offset - from->offset;
}

bool ph_log_claim(struct ph_reader *reader)
{
    struct ph_store *store = reader->store;
    uint32_t chunk = reader->start.chunk;
    bool is_known = reader->start.offset > PH_LOG_HEADER_BYTES;

    for (uint64_t sequence = reader->start.sequence; sequence < reader->place.sequence;
         sequence++) {
        chunk = store->chunks.items[chunk].next;
        if (!is_known && !ph_chunk_claim(store, chunk, PH_CHUNK_LOG)) {
            return false;
        }
        is_known = false;
    }
    PH_ASSERT(chunk == reader->place.chunk);
    if (reader->next == 0 || is_known) {
        return true; /* nothing of this chunk is in use yet, or its successor was known before */
    }
    return ph_chunk_claim(store, reader->next, PH_CHUNK_LOG);
}

void ph_log_free(struct ph_store *self, const struct ph_log_place *from,
                 const struct ph_log_place *to)
{
    uint32_t chunk = from->chunk;

    for (uint64_t sequence = from->sequence; sequence < to->sequence; sequence++) {
        uint32_t next = self->chunks.items[chunk].next;

        ph_chunk_free(self, chunk);
        chunk = next;
    }
    PH_ASSERT(chunk == to->chunk);
}

ph_status ph_log_read_record(struct ph_store *self, uint64_t position, struct ph_record *record,
                             uint8_t *content)
{
    uint8_t span[sizeof(*record) + PH_PAGE_BYTES];
    uint32_t chunk = (uint32_t)(position / self->chunk_bytes);
    uint64_t room = self->chunk_bytes - position % self->chunk_bytes;
    uint32_t bytes = (uint32_t)PH_MIN(room, sizeof(span));

    PH_ASSERT(chunk < self->chunks.count && self->chunks.items[chunk].use == PH_CHUNK_LOG);
    ph_status status = self->block->ops->read(self->block, position, span, bytes);

    if (status != PH_OK) {
        return status;
    }
    memcpy(record, span, sizeof(*record));
    if (!ph_record_is_sane(record)) {
        return PH_DAMAGED;
    }
    uint32_t wanted = (uint32_t)sizeof(*record) + record->bytes;

    if (wanted > bytes) {
        uint64_t rest = (uint64_t)self->chunks.items[chunk].next * self->chunk_bytes;

        PH_ASSERT(rest != 0);
        status = self->block->ops->read(self->block, rest + PH_LOG_HEADER_BYTES, span + bytes,
                                        wanted - bytes);
    }
    return status != PH_OK ? status : ph_unpack(record, span + sizeof(*record), content);
}

/* ---- Writing ----------------------------------------------------------------------------- */

/* Writes what the buffer holds of the chunk up to `end`. */
static ph_status writer_put_out(struct ph_store *self, uint32_t end)
{
    struct ph_writer *writer = &self->writer;
    uint64_t offset = (uint64_t)writer->place.chunk * self->chunk_bytes + writer->from;

    PH_ASSERT(writer->from % PH_PAGE_BYTES == 0 && end % PH_PAGE_BYTES == 0 && writer->from < end);
    PH_ASSERT(self->chunks.items[writer->place.chunk].use == PH_CHUNK_LOG);
    return self->block->ops->write(self->block, offset, writer->buffer + writer->from,
                                   end - writer->from);
}

/* Begins a chunk: chooses its successor, so that the header need not change later. */
static ph_status writer_start_chunk(struct ph_store *self)
{
    struct ph_writer *writer = &self->writer;
    struct ph_log_header header = {.magic = PH_LOG_MAGIC, .sequence = writer->place.sequence};
    ph_status status = ph_chunk_take(self, PH_CHUNK_LOG, &header.next);

    if (status != PH_OK) {
        return status;
    }
    PH_ASSERT(self->chunks.items[writer->place.chunk].next == 0);
    self->chunks.items[writer->place.chunk].next = header.next;
    memcpy(header.image_id, self->image_id, sizeof(header.image_id));
    header.check = ph_hash64(&header, offsetof(struct ph_log_header, check), 0);
    memcpy(writer->buffer, &header, sizeof(header));
    writer->from = 0;
    writer->hashed_to = 0;
    writer->place.offset = PH_LOG_HEADER_BYTES;
    return PH_OK;
}

/* Writes a full chunk and goes on in the next. */
static ph_status writer_cross(struct ph_store *self)
{
    struct ph_writer *writer = &self->writer;

    if (writer->place.offset < self->chunk_bytes) {
        return PH_OK;
    }
    ph_hasher_add(&writer->hasher, writer->buffer + writer->hashed_to,
                  self->chunk_bytes - writer->hashed_to);
    ph_status status = writer_put_out(self, self->chunk_bytes);

    if (status != PH_OK) {
        return status;
    }
    writer->place.chunk = self->chunks.items[writer->place.chunk].next;
    writer->place.sequence++;
    return writer_start_chunk(self);
}

static ph_status writer_put(struct ph_store *self, const void *from, uint32_t bytes)
{
    struct ph_writer *writer = &self->writer;
    const uint8_t *next = from;

    while (bytes > 0) {
        ph_status status = writer_cross(self);

        if (status != PH_OK) {
            return status;
        }
        uint32_t part = PH_MIN(bytes, self->chunk_bytes - writer->place.offset);

        memcpy(writer->buffer + writer->place.offset, next, part);
        writer->place.offset += part;
        next += part;
        bytes -= part;
    }
    return PH_OK;
}

/* ---- A cut ------------------------------------------------------------------------------- */

/* Gives back the chunks that a void cut took (invariant 3). */
static void commit_abort(struct ph_store *self)
{
    struct ph_chunk *items = self->chunks.items;
    bool is_fresh = self->head.offset == PH_LOG_HEADER_BYTES;
    uint32_t last_kept = is_fresh ? self->head.chunk : items[self->head.chunk].next;
    uint32_t chunk = items[last_kept].next;

    items[last_kept].next = 0;
    while (chunk != 0) {
        uint32_t next = items[chunk].next;

        ph_chunk_free(self, chunk);
        chunk = next;
    }
    self->writer.is_open = false;
}

static ph_status commit_put_header(struct ph_store *self)
{
    struct ph_writer *writer = &self->writer;
    struct ph_cut_header header = {.magic = PH_CUT_MAGIC,
                                   .number = writer->cut.number,
                                   .wall_ns = writer->cut.wall_ns,
                                   .run_ns = writer->cut.run_ns,
                                   .pages = writer->cut.pages,
                                   .pause_ns = writer->cut.pause_ns,
                                   .reason = writer->cut.reason,
                                   .attempt = writer->attempt,
                                   .previous_hash = self->head.hash};

    header.check = ph_hash64(&header, offsetof(struct ph_cut_header, check), self->head.hash);
    return writer_put(self, &header, sizeof(header));
}

ph_status ph_store_commit_begin(struct ph_store *self, const struct ph_cut_info *cut,
                                uint64_t pages)
{
    struct ph_writer *writer = &self->writer;

    PH_ASSERT(self->is_writable && !writer->is_open);
    PH_ASSERT(cut->number > self->last.number);
    PH_ASSERT(pages <= self->arena_bytes >> PH_PAGE_SHIFT);
    uint64_t bytes_max = pages * (sizeof(struct ph_record) + PH_PAGE_BYTES) + 2 * PH_PAGE_BYTES;
    ph_status status = ph_store_complete(self);

    if (status == PH_OK) {
        status = ph_chunks_reserve(self,
                                   bytes_max / (self->chunk_bytes - PH_LOG_HEADER_BYTES) + 3);
    }
    if (status != PH_OK) {
        return status;
    }
    writer->is_open = true;
    writer->place = self->head;
    writer->from = self->head.offset;
    writer->hashed_to = self->head.offset;
    writer->cut = *cut;
    writer->cut.pages = pages;
    writer->attempt = 1;
    if (self->sink.void_cut == cut->number) {
        writer->attempt += self->sink.void_attempt;
    }
    writer->pages_left = pages;
    memset(writer->kinds, 0, sizeof(writer->kinds));
    ph_hasher_init(&writer->hasher, self->head.hash);
    if (self->head.offset == PH_LOG_HEADER_BYTES) {
        status = writer_start_chunk(self);
    }
    if (status == PH_OK) {
        status = commit_put_header(self);
    }
    if (status != PH_OK) {
        commit_abort(self);
    }
    return status;
}

ph_status ph_store_commit_page(struct ph_store *self, uint32_t page, const void *content)
{
    struct ph_writer *writer = &self->writer;
    uint8_t packed[PH_PACK_ROOM_BYTES];
    struct ph_record record = {.page = page};

    PH_ASSERT(writer->is_open && writer->pages_left > 0);
    PH_ASSERT(page < self->arena_bytes >> PH_PAGE_SHIFT);
    if (self->pack) {
        ph_pack(content, packed, &record);
    } else {
        ph_pack_none(content, &record);
    }
    ph_status status = writer_put(self, &record, sizeof(record));

    if (status == PH_OK) {
        status = writer_put(self, record.kind == PH_RECORD_RAW ? content : packed, record.bytes);
    }
    if (status != PH_OK) {
        commit_abort(self);
        return status;
    }
    writer->kinds[record.kind]++;
    writer->pages_left--;
    return PH_OK;
}

/* Closes the cut with its hash, writes and flushes. */
static ph_status commit_seal(struct ph_store *self)
{
    struct ph_writer *writer = &self->writer;
    ph_status status = writer_cross(self);

    if (status != PH_OK) {
        return status;
    }
    uint32_t at = writer->place.offset;
    uint32_t end = (uint32_t)PH_ALIGN_UP(at + 8, PH_PAGE_BYTES);

    memset(writer->buffer + at, 0, end - 8 - at);
    ph_hasher_add(&writer->hasher, writer->buffer + writer->hashed_to,
                  end - 8 - writer->hashed_to);
    writer->place.hash = ph_hasher_value(&writer->hasher);
    ph_store_u64(writer->buffer + end - 8, writer->place.hash);
    writer->place.offset = end;
    status = writer_put_out(self, end);
    if (status != PH_OK) {
        return status;
    }
    status = ph_store_flush(self);
    if (status == PH_OK) {
        return PH_OK;
    }
    /* The bytes may be in the system's memory and yet never reach the disk: who opens the image
     * after us must not take them for durable. */
    self->sink.void_cut = writer->cut.number;
    self->sink.void_attempt = writer->attempt;
    (void)!ph_sink_store(self); /* a second failure adds nothing: the cut is void already */
    return status;
}

/* The cut is durable: goes on after it. */
static void commit_accept(struct ph_store *self)
{
    struct ph_writer *writer = &self->writer;
    struct ph_store_stat *stat = &self->stat;

    writer->cut.log_bytes = ph_log_bytes(self, &self->head, &writer->place);
    if (writer->place.offset == self->chunk_bytes) {
        writer->place.chunk = self->chunks.items[writer->place.chunk].next;
        writer->place.sequence++;
        writer->place.offset = PH_LOG_HEADER_BYTES;
    }
    self->last_start = self->head;
    self->head = writer->place;
    self->before_last = self->last;
    self->last = writer->cut;
    writer->is_open = false;

    stat->cuts++;
    stat->pages += writer->cut.pages;
    stat->page_bytes_in += writer->cut.pages * PH_PAGE_BYTES;
    stat->log_bytes_written += writer->cut.log_bytes;
    stat->zero_pages += writer->kinds[PH_RECORD_ZERO];
    stat->raw_pages += writer->kinds[PH_RECORD_RAW];
    stat->packed_pages += writer->kinds[PH_RECORD_PACKED];
}

ph_status ph_store_commit_finish(struct ph_store *self, struct ph_cut_info *cut)
{
    PH_ASSERT(self->writer.is_open && self->writer.pages_left == 0);
    ph_status status = commit_seal(self);

    if (status != PH_OK) {
        commit_abort(self);
        return status;
    }
    commit_accept(self);
    *cut = self->last;
    self->sink.durable_cut = self->last.number;
    (void)!ph_sink_store(self); /* only a hint for the next open; the cut is durable without it */
    ph_store_publish_stat(self);
    return PH_OK;
}
