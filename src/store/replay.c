/* SPDX-License-Identifier: Apache-2.0 */
/* replay.c - lays the log's cuts over home. */
#include "store/internal.h"

#define PART_SEEN UINT8_MAX
#define OVERWRITES_MAX 8192u /* each is a mapping of its own, of which the system has 65,530 */

/* Before a page is overwritten with its version in the log. Home's would have to be read from the
 * disk for that, were it not for ph_memory_overwrite. Where home has nothing yet, a part that is
 * replayed densely is made writable at once: the system may give one large page instead of 512. */
static void replay_expect(struct ph_reader *reader, uint8_t *arena, uint32_t page)
{
    const struct ph_store *self = reader->store;
    uint32_t part = page >> PH_READER_PART_SHIFT;
    uint64_t part_bytes = (uint64_t)PH_PAGE_BYTES << PH_READER_PART_SHIFT;
    uint64_t end = PH_MIN((part + 1) * part_bytes, self->arena_bytes);
    bool is_home = false;

    for (uint64_t offset = part * part_bytes; offset < end; offset += self->chunk_bytes) {
        is_home = is_home || self->home.file_chunk[offset / self->chunk_bytes] != 0;
    }
    if (is_home && reader->overwrites < OVERWRITES_MAX) {
        reader->overwrites += ph_memory_overwrite(arena + (uint64_t)page * PH_PAGE_BYTES);
    } else if (!is_home && reader->part_pages != NULL &&
               reader->part_pages[part] == PH_READER_PART_DENSE) {
        reader->part_pages[part] = PART_SEEN;
        ph_memory_populate(arena + part * part_bytes, end - part * part_bytes);
    }
}

ph_status ph_replay_apply(struct ph_reader *reader, uint8_t *arena)
{
    uint8_t content[PH_PAGE_BYTES];
    ph_status status = ph_reader_cut(reader);

    while (status == PH_OK && reader->pages_left > 0) {
        struct ph_record record;
        uint64_t position;

        status = ph_reader_record(reader, &record, &position, content);
        if (status == PH_OK) {
            replay_expect(reader, arena, record.page);
            status = ph_unpack(&record, content,
                               arena + ((uint64_t)record.page << PH_PAGE_SHIFT));
        }
    }
    if (status == PH_OK) {
        status = ph_reader_end(reader);
    }
    return status == PH_FINISHED ? PH_DAMAGED : status; /* it was good before */
}

/* Takes the log's next cut. PH_FINISHED: there is none. */
static ph_status replay_cut(struct ph_store *self, struct ph_reader *reader, uint8_t *arena,
                            struct ph_store_recovery *found)
{
    ph_status status = ph_reader_verify(reader);

    if (status != PH_OK) {
        return status;
    }
    if (reader->cut.number <= self->last.number ||
        (reader->cut.number == self->sink.void_cut &&
         reader->attempt <= self->sink.void_attempt) ||
        !ph_log_claim(reader)) {
        return PH_FINISHED;
    }
    if (arena != NULL) {
        ph_reader_rewind(reader);
        status = ph_replay_apply(reader, arena);
        if (status != PH_OK) {
            return status;
        }
    }
    self->last_start = reader->start;
    self->head = reader->place;
    self->before_last = self->last;
    self->last = reader->cut;
    found->cuts_replayed++;
    found->pages_replayed += reader->cut.pages;
    return PH_OK;
}

ph_status ph_replay(struct ph_store *self, const struct ph_super *super, uint8_t *arena,
                    struct ph_store_recovery *found, struct ph_error *error)
{
    struct ph_reader *reader = &self->fold.reader;
    ph_status status = PH_OK;
    uint64_t parts = (self->arena_bytes >> (PH_PAGE_SHIFT + PH_READER_PART_SHIFT)) + 1;

    reader->part_pages = arena == NULL ? NULL : ph_memory_reserve(parts);
    reader->overwrites = 0;
    if (arena != NULL && reader->part_pages == NULL) {
        return ph_fail(error, PH_NO_MEMORY, "no address space to read the log");
    }
    ph_reader_seek(reader, &super->tail, super->tail_next);
    while (status == PH_OK) {
        status = replay_cut(self, reader, arena, found);
    }
    ph_memory_release(reader->part_pages, parts);
    reader->part_pages = NULL;
    if (status != PH_FINISHED) {
        return ph_fail(error, status, "the log cannot be read after cut %llu: %s",
                       (unsigned long long)self->last.number, ph_status_text(status));
    }
    /* A torn cut may have told the names of chunks that are free. */
    struct ph_chunk *head = &self->chunks.items[self->head.chunk];

    if (self->head.offset == PH_LOG_HEADER_BYTES) {
        head->next = 0;
    } else {
        self->chunks.items[head->next].next = 0;
    }
    found->last = self->last;
    found->fell_back = self->sink.durable_cut > self->last.number;
    found->lost_cut = found->fell_back ? self->sink.durable_cut : 0;
    if (self->last.number < self->floor) {
        return ph_fail(error, PH_DAMAGED,
                       "the log is damaged after cut %llu, and home is partly as new as cut %llu; "
                       "restore a copy of the image",
                       (unsigned long long)self->last.number, (unsigned long long)self->floor);
    }
    return PH_OK;
}
