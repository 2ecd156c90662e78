/* SPDX-License-Identifier: Apache-2.0 */
/* check.c - reads everything in an image and compares all checksums. Changes nothing.
 *
 * Home's pages have no checksum of their own: they are only read, so that a bad sector shows. */
#include "base/text.h"
#include "store/internal.h"

struct check {
    struct ph_block *block;
    void (*report)(void *context, const char *line);
    void *context;
    uint64_t findings;
};

PH_PRINTF(2, 3) static void finding(struct check *check, const char *format, ...)
{
    char line[512];
    va_list arguments;

    va_start(arguments, format);
    ph_text_vprintf(line, sizeof(line), format, arguments);
    va_end(arguments);
    check->findings++;
    check->report(check->context, line);
}

static void check_superblocks(struct check *check)
{
    for (uint32_t slot = 0; slot < PH_SUPER_SLOTS; slot++) {
        struct ph_super super;
        ph_status status = check->block->ops->read(check->block, (uint64_t)slot * PH_PAGE_BYTES,
                                                   &super, sizeof(super));

        if (status != PH_OK) {
            finding(check, "superblock %u (offset %u) cannot be read: %s", slot,
                    slot * PH_PAGE_BYTES, ph_status_text(status));
        } else if (!ph_super_is_valid(&super)) {
            finding(check, "superblock %u (offset %u) is damaged; the other one is in use", slot,
                    slot * PH_PAGE_BYTES);
        }
    }
}

static ph_status check_log(struct check *check, struct ph_store *store)
{
    struct ph_reader *reader = &store->fold.reader;
    ph_status status = PH_OK;

    ph_reader_seek(reader, &store->tail, ph_log_next(store, &store->tail));
    while (status == PH_OK && !ph_place_equal(&reader->place, &store->head)) {
        uint8_t content[PH_PAGE_BYTES];
        uint8_t page[PH_PAGE_BYTES];

        status = ph_reader_cut(reader);
        while (status == PH_OK && reader->pages_left > 0) {
            struct ph_record record;
            uint64_t position;

            status = ph_reader_record(reader, &record, &position, content);
            if (status == PH_OK && ph_unpack(&record, content, page) != PH_OK) {
                finding(check, "cut %llu: the record of page %u at offset %llu cannot be unpacked",
                        (unsigned long long)reader->cut.number, record.page,
                        (unsigned long long)position);
            }
        }
        if (status == PH_OK) {
            status = ph_reader_end(reader);
        }
    }
    if (status == PH_FINISHED) {
        finding(check, "the log is damaged after offset %llu",
                (unsigned long long)ph_place_offset(store, &reader->start));
        status = PH_OK;
    }
    return status;
}

static void check_home(struct check *check, struct ph_store *store)
{
    for (uint32_t i = 0; i < store->home.pairs.count; i++) {
        struct ph_home_pair pair = store->home.pairs.items[i];
        uint64_t offset = (uint64_t)pair.file_chunk * store->chunk_bytes;
        ph_status status = check->block->ops->read(check->block, offset,
                                                   store->fold.reader.buffer, store->chunk_bytes);

        if (status != PH_OK) {
            finding(check, "home of arena chunk %u (offset %llu) cannot be read: %s",
                    pair.arena_chunk, (unsigned long long)offset, ph_status_text(status));
        }
    }
    store->fold.reader.buffer_chunk = 0;
}

ph_status ph_store_check(struct ph_block *block,
                         void (*report)(void *context, const char *line), void *context,
                         struct ph_error *error)
{
    struct check check = {block, report, context, 0};
    struct ph_store_options options = {0};
    struct ph_store_recovery found;
    struct ph_store *store = NULL;
    struct ph_error opened = {0};
    ph_status status = ph_store_open(block, &options, NULL, &store, &found, &opened);

    if (status == PH_NOT_FOUND || status == PH_VERSION) {
        return ph_fail(error, status, "%s", opened.text);
    }
    check_superblocks(&check);
    if (status != PH_OK) {
        finding(&check, "%s", opened.text);
        return ph_fail(error, status, "%s", opened.text);
    }
    if (found.fell_back) {
        finding(&check, "cut %llu was durable and is damaged; the newest whole one is %llu",
                (unsigned long long)found.lost_cut, (unsigned long long)found.last.number);
    }
    status = check_log(&check, store);
    check_home(&check, store);
    ph_store_close(store);
    if (status != PH_OK) {
        return ph_fail(error, status, "the log cannot be read; check the disk");
    }
    if (check.findings > 0) {
        return ph_fail(error, PH_DAMAGED, "%llu findings", (unsigned long long)check.findings);
    }
    return PH_OK;
}
