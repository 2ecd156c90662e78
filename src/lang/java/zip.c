/* SPDX-License-Identifier: Apache-2.0 */
/* zip.c - APPNOTE.TXT of PKWARE, as far as jars use it. All numbers are little-endian. The file
 * may begin with something else (a script that starts the jar): offsets count from where the first
 * entry would be, which follows from where the directory is. */
#include "lang/java/zip.h"

#include "base/assert.h"
#include "base/text.h"
#include "code/sort.h"
#include "lang/java/inflate.h"

#define END_BYTES 22u
#define END_SIGNATURE 0x06054b50u
#define COMMENT_BYTES_MAX 65535u
#define LOCATOR_BYTES 20u
#define LOCATOR_SIGNATURE 0x07064b50u
#define END64_BYTES 56u
#define END64_SIGNATURE 0x06064b50u
#define RECORD_BYTES 46u /* of the directory */
#define RECORD_SIGNATURE 0x02014b50u
#define LOCAL_BYTES 30u
#define LOCAL_SIGNATURE 0x04034b50u
#define EXTRA_ZIP64 1u

#define ENTRIES_MAX (1u << 24)
#define METHOD_STORED 0u
#define METHOD_DEFLATED 8u
#define FLAG_ENCRYPTED 1u
#define DEFLATE_RATIO_MAX 1032u /* 258 bytes for two bits */
#define NAME_BYTES_SHOWN 200u

#define SHOWN(name) (int)PH_MIN((name).size, NAME_BYTES_SHOWN), (const char *)(name).bytes

/* What the end of the file says of the directory. */
struct directory {
    uint64_t begin, end; /* in the file */
    uint64_t entry_count;
    uint64_t base; /* what offsets count from */
    bool is_zip64;
};

/* One record of the directory, with the zip64 numbers where there are some. */
struct record {
    struct ph_slice name, extra;
    uint64_t size, packed_size, offset;
    uint32_t disk;
    const uint8_t *bytes;
    uint64_t next; /* where the next one begins */
};

static const uint8_t *at(const struct ph_zip *self, uint64_t offset)
{
    return self->bytes.bytes + offset;
}

/* ---- The end of the file -------------------------------------------------------------------- */

/* The last place where an end record fits, whose comment goes up to the end of the file. */
static bool find_end(const struct ph_zip *self, uint64_t *end)
{
    uint64_t size = self->bytes.size;
    if (size < END_BYTES) {
        return false;
    }
    for (uint64_t comment = 0; comment <= COMMENT_BYTES_MAX && comment <= size - END_BYTES;
         comment++) {
        uint64_t offset = size - END_BYTES - comment;
        if (ph_load_u32(at(self, offset)) == END_SIGNATURE &&
            ph_load_u16(at(self, offset + 20)) == comment) {
            *end = offset;
            return true;
        }
    }
    return false;
}

PH_COLD static ph_status fail_damaged(struct ph_error *error, const char *what)
{
    return ph_fail(error, PH_MALFORMED, "the zip file is damaged: %s; make or copy it again", what);
}

PH_COLD static ph_status fail_disks(struct ph_error *error)
{
    return ph_fail(error, PH_UNSUPPORTED,
                   "the zip file is spread over several disks: join them into one file");
}

/* The zip64 record, if a locator stands before the end record. */
static ph_status read_end64(const struct ph_zip *self, uint64_t end, struct directory *directory,
                            struct ph_error *error)
{
    if (end < LOCATOR_BYTES || ph_load_u32(at(self, end - LOCATOR_BYTES)) != LOCATOR_SIGNATURE) {
        return PH_OK;
    }
    uint64_t offset = ph_load_u64(at(self, end - LOCATOR_BYTES + 8));
    uint64_t room = end - LOCATOR_BYTES;
    if (room < END64_BYTES || offset > room - END64_BYTES ||
        ph_load_u32(at(self, offset)) != END64_SIGNATURE) {
        return fail_damaged(error, "there is no zip64 end record where it should be");
    }
    if (ph_load_u32(at(self, offset + 16)) != 0 || ph_load_u32(at(self, offset + 20)) != 0) {
        return fail_disks(error);
    }
    uint64_t size = ph_load_u64(at(self, offset + 40));
    uint64_t begin = ph_load_u64(at(self, offset + 48));
    if (size > offset || begin > offset - size) {
        return fail_damaged(error, "its directory lies outside of it");
    }
    *directory = (struct directory){offset - size, offset, ph_load_u64(at(self, offset + 32)),
                                    offset - size - begin, true};
    return PH_OK;
}

static ph_status find_directory(const struct ph_zip *self, struct directory *directory,
                                struct ph_error *error)
{
    uint64_t end;
    if (!find_end(self, &end)) {
        return ph_fail(error, PH_MALFORMED,
                       "not a zip file, or not all of it: the record at its end is missing");
    }
    *directory = (struct directory){.is_zip64 = false};
    uint32_t count = ph_load_u16(at(self, end + 10));
    uint32_t size = ph_load_u32(at(self, end + 12));
    uint32_t begin = ph_load_u32(at(self, end + 16));
    if (count == UINT16_MAX || size == UINT32_MAX || begin == UINT32_MAX) {
        ph_status status = read_end64(self, end, directory, error);
        if (status != PH_OK || directory->is_zip64) {
            return status;
        }
    }
    if (ph_load_u16(at(self, end + 4)) != 0 || ph_load_u16(at(self, end + 6)) != 0) {
        return fail_disks(error);
    }
    if (size > end || begin > end - size) {
        return fail_damaged(error, "its directory lies outside of it");
    }
    *directory = (struct directory){end - size, end, count, end - size - begin, false};
    return PH_OK;
}

/* ---- The directory -------------------------------------------------------------------------- */

/* Takes one 64-bit number of the zip64 field where the record's own has no room for it. */
static bool take_long(struct ph_slice *field, bool is_wanted, uint64_t *value)
{
    if (!is_wanted) {
        return true;
    }
    if (field->size < 8) {
        return false;
    }
    *value = ph_load_u64(field->bytes);
    *field = (struct ph_slice){field->bytes + 8, field->size - 8};
    return true;
}

static bool read_zip64_field(struct record *record)
{
    struct ph_slice rest = record->extra;
    bool wants = record->size == UINT32_MAX || record->packed_size == UINT32_MAX ||
                 record->offset == UINT32_MAX;
    while (wants && rest.size >= 4) {
        uint32_t id = ph_load_u16(rest.bytes);
        struct ph_slice field = {rest.bytes + 4, ph_load_u16(rest.bytes + 2)};
        if (field.size > rest.size - 4) {
            return false;
        }
        if (id == EXTRA_ZIP64) {
            return take_long(&field, record->size == UINT32_MAX, &record->size) &&
                   take_long(&field, record->packed_size == UINT32_MAX, &record->packed_size) &&
                   take_long(&field, record->offset == UINT32_MAX, &record->offset);
        }
        rest = (struct ph_slice){field.bytes + field.size, rest.size - 4 - field.size};
    }
    return true; /* without the field the numbers are what they say */
}

static ph_status read_record(const struct ph_zip *self, const struct directory *directory,
                             uint64_t offset, struct record *record, struct ph_error *error)
{
    uint64_t room = directory->end - offset;
    const uint8_t *bytes = at(self, offset);
    if (room < RECORD_BYTES || ph_load_u32(bytes) != RECORD_SIGNATURE) {
        return fail_damaged(error, "a record of its directory is no record");
    }
    uint32_t name_size = ph_load_u16(bytes + 28);
    uint32_t extra_size = ph_load_u16(bytes + 30);
    uint64_t all = (uint64_t)RECORD_BYTES + name_size + extra_size + ph_load_u16(bytes + 32);
    if (all > room) {
        return fail_damaged(error, "a record of its directory ends too late");
    }
    *record = (struct record){
        .name = {bytes + RECORD_BYTES, name_size},
        .extra = {bytes + RECORD_BYTES + name_size, extra_size},
        .size = ph_load_u32(bytes + 24),
        .packed_size = ph_load_u32(bytes + 20),
        .offset = ph_load_u32(bytes + 42),
        .disk = ph_load_u16(bytes + 34),
        .bytes = bytes,
        .next = offset + all,
    };
    if (record->disk != 0 && record->disk != UINT16_MAX) {
        return fail_disks(error);
    }
    return read_zip64_field(record) ? PH_OK : fail_damaged(error, "a zip64 field is too short");
}

/* "/a", "a/../b" and the like; also what has a NUL inside. */
static bool leads_outside(struct ph_slice name)
{
    uint64_t begin = 0;
    if (name.size == 0 || name.bytes[0] == '/') {
        return true;
    }
    for (uint64_t i = 0; i <= name.size; i++) {
        if (i < name.size && name.bytes[i] == 0) {
            return true;
        }
        if (i < name.size && name.bytes[i] != '/' && name.bytes[i] != '\\') {
            continue;
        }
        if (i - begin == 2 && name.bytes[begin] == '.' && name.bytes[begin + 1] == '.') {
            return true;
        }
        begin = i + 1;
    }
    return false;
}

static ph_status check_record(const struct record *record, uint32_t method, struct ph_error *error)
{
    if (leads_outside(record->name)) {
        return ph_fail(
            error, PH_INVALID,
            "the zip file has an entry \"%.*s\", which leads outside of it: do not trust "
            "the file",
            SHOWN(record->name));
    }
    bool is_good = true;
    if (method == METHOD_STORED) {
        is_good = record->size == record->packed_size;
    } else if (method == METHOD_DEFLATED) {
        is_good = record->size / DEFLATE_RATIO_MAX <= record->packed_size;
    }
    if (!is_good) {
        return ph_fail(
            error, PH_INVALID,
            "entry \"%.*s\" of the zip file cannot have %zu bytes, packed in %zu: do not "
            "trust the file",
            SHOWN(record->name), (size_t)record->size, (size_t)record->packed_size);
    }
    return PH_OK;
}

/* Finds the entry's bytes, behind its local header. */
static ph_status make_entry(const struct ph_zip *self, const struct directory *directory,
                            const struct record *record, struct ph_zip_entry *entry,
                            struct ph_error *error)
{
    uint64_t room = directory->begin - directory->base; /* base ≤ begin */
    uint32_t method = ph_load_u16(record->bytes + 10);
    ph_status status = check_record(record, method, error);
    if (status != PH_OK) {
        return status;
    }
    if (room < LOCAL_BYTES || record->offset > room - LOCAL_BYTES ||
        ph_load_u32(at(self, directory->base + record->offset)) != LOCAL_SIGNATURE) {
        return fail_damaged(error, "an entry is not where its directory says");
    }
    const uint8_t *local = at(self, directory->base + record->offset);
    uint64_t head = (uint64_t)LOCAL_BYTES + ph_load_u16(local + 26) + ph_load_u16(local + 28);
    room -= record->offset;
    if (head > room || record->packed_size > room - head) {
        return fail_damaged(error, "an entry lies outside of it");
    }
    *entry = (struct ph_zip_entry){
        .name = record->name,
        .packed = {local + head, record->packed_size},
        .size = record->size,
        .crc = ph_load_u32(record->bytes + 16),
        .method = (uint16_t)method,
        .flags = ph_load_u16(record->bytes + 8),
        .time = ph_load_u16(record->bytes + 12),
        .date = ph_load_u16(record->bytes + 14),
    };
    return PH_OK;
}

/* How many records there really are: the end record counts modulo 65,536 in old files. */
static ph_status count_records(const struct ph_zip *self, const struct directory *directory,
                               uint32_t *count, struct ph_error *error)
{
    *count = 0;
    for (uint64_t offset = directory->begin; offset < directory->end; ++*count) {
        struct record record;
        ph_status status = read_record(self, directory, offset, &record, error);
        if (status != PH_OK) {
            return status;
        }
        if (*count == ENTRIES_MAX) {
            return ph_fail(error, PH_LIMIT, "the zip file has more than %u entries: split it",
                           ENTRIES_MAX);
        }
        offset = record.next;
    }
    uint64_t said = directory->entry_count;
    if (directory->is_zip64 ? said != *count : said != (*count & UINT16_MAX)) {
        return fail_damaged(error, "it has another number of entries than it says");
    }
    return PH_OK;
}

/* ---- Overlaps ------------------------------------------------------------------------------- */

static bool ends_in_order(const void *context, uint32_t a, uint32_t b)
{
    const struct ph_zip_entry *entries = context;
    return entries[a].packed.bytes <= entries[b].packed.bytes;
}

/* Entries' bytes do not share anything, so that unpacking all is bounded by the file's size. An
 * entry's local header stands right before its bytes, and is counted with its least size. */
static ph_status check_overlaps(const struct ph_zip *self, struct ph_allocator *allocator,
                                struct ph_error *error)
{
    size_t order_bytes = 2 * sizeof(uint32_t) * (size_t)self->entry_count;
    uint32_t *order = ph_alloc(allocator, order_bytes);
    if (order == NULL) {
        return ph_fail(error, PH_NO_MEMORY, "no memory is left to open the zip file");
    }
    ph_sort_indices(order, self->entry_count, ends_in_order, self->entries);
    ph_status status = PH_OK;
    for (uint32_t i = 1; i < self->entry_count && status == PH_OK; i++) {
        const struct ph_zip_entry *before = &self->entries[order[i - 1]];
        const struct ph_zip_entry *entry = &self->entries[order[i]];
        if ((uint64_t)(entry->packed.bytes - before->packed.bytes) <
            before->packed.size + LOCAL_BYTES) {
            status = ph_fail(error, PH_INVALID,
                             "entries \"%.*s\" and \"%.*s\" of the zip file overlap: do not trust "
                             "the file",
                             SHOWN(before->name), SHOWN(entry->name));
        }
    }
    ph_free(allocator, order, order_bytes);
    return status;
}

/* ---- Opening and reading -------------------------------------------------------------------- */

static ph_status read_entries(struct ph_zip *self, struct ph_zip_entry *entries,
                              const struct directory *directory, struct ph_error *error)
{
    uint64_t offset = directory->begin;
    for (uint32_t i = 0; i < self->entry_count; i++) {
        struct record record;
        ph_status status = read_record(self, directory, offset, &record, error);
        if (status == PH_OK) {
            status = make_entry(self, directory, &record, &entries[i], error);
        }
        if (status != PH_OK) {
            return status;
        }
        if (!ph_name_map_put(&self->names, record.name, i)) {
            return ph_fail(error, PH_NO_MEMORY, "no memory is left to open the zip file");
        }
        offset = record.next;
    }
    return PH_OK;
}

static ph_status open_zip(struct ph_zip *self, struct ph_allocator *allocator,
                          struct ph_error *error)
{
    struct directory directory;
    uint32_t count = 0;
    ph_status status = find_directory(self, &directory, error);
    if (status == PH_OK) {
        status = count_records(self, &directory, &count, error);
    }
    if (status != PH_OK) {
        return status;
    }
    struct ph_zip_entry *entries = ph_alloc(allocator, count * sizeof(*entries));
    if (entries == NULL) {
        return ph_fail(error, PH_NO_MEMORY, "no memory is left to open the zip file");
    }
    self->entries = entries;
    self->entry_count = count;
    status = read_entries(self, entries, &directory, error);
    return status != PH_OK ? status : check_overlaps(self, allocator, error);
}

ph_status ph_zip_open(struct ph_slice bytes, struct ph_allocator *allocator, struct ph_zip *self,
                      struct ph_error *error)
{
    *self = (struct ph_zip){.bytes = bytes};
    ph_name_map_init(&self->names, allocator);
    ph_status status = open_zip(self, allocator, error);
    if (status != PH_OK) {
        ph_zip_close(self);
    }
    return status;
}

void ph_zip_close(struct ph_zip *self)
{
    struct ph_allocator *allocator = self->names.allocator;
    ph_free(allocator, (void *)self->entries, self->entry_count * sizeof(*self->entries));
    ph_name_map_finish(&self->names);
    self->entries = NULL;
    self->entry_count = 0;
}

const struct ph_zip_entry *ph_zip_find(const struct ph_zip *self, struct ph_slice name)
{
    uint64_t index;
    return ph_name_map_get(&self->names, name, &index) ? &self->entries[index] : NULL;
}

ph_status ph_zip_read(const struct ph_zip_entry *entry, uint8_t *to, struct ph_error *error)
{
    ph_status status = PH_OK;
    if ((entry->flags & FLAG_ENCRYPTED) != 0) {
        return ph_fail(error, PH_UNSUPPORTED,
                       "entry \"%.*s\" of the zip file is encrypted: pack it again without",
                       SHOWN(entry->name));
    }
    if (entry->method == METHOD_DEFLATED) {
        status = ph_inflate(entry->packed, to, entry->size);
    } else if (entry->method != METHOD_STORED) {
        return ph_fail(error, PH_UNSUPPORTED,
                       "entry \"%.*s\" of the zip file is packed by method %u; only stored (0) and "
                       "deflated (8) are supported: pack it again with jar or zip",
                       SHOWN(entry->name), (unsigned)entry->method);
    } else if (entry->size > 0) {
        memcpy(to, entry->packed.bytes, (size_t)entry->size);
    }
    if (status != PH_OK || ph_crc32(0, to, entry->size) != entry->crc) {
        return ph_fail(error, PH_DAMAGED,
                       "entry \"%.*s\" of the zip file is damaged (%s): copy the file again",
                       SHOWN(entry->name),
                       status == PH_OK ? "its checksum is wrong" : ph_status_text(status));
    }
    return PH_OK;
}

/* ---- CRC-32 --------------------------------------------------------------------------------- */

/* Four bits at a time, twice: the table is small enough to be written down by its rule. */
uint32_t ph_crc32(uint32_t crc, const void *bytes, uint64_t size)
{
    static const uint32_t nibbles[16] = {0x00000000, 0x1db71064, 0x3b6e20c8, 0x26d930ac,
                                         0x76dc4190, 0x6b6b51f4, 0x4db26158, 0x5005713c,
                                         0xedb88320, 0xf00f9344, 0xd6d6a3e8, 0xcb61b38c,
                                         0x9b64c2b0, 0x86d3d2d4, 0xa00ae278, 0xbdbdf21c};
    const uint8_t *next = bytes;
    crc = ~crc;
    for (uint64_t i = 0; i < size; i++) {
        crc ^= next[i];
        crc = crc >> 4 ^ nibbles[crc & 15];
        crc = crc >> 4 ^ nibbles[crc & 15];
    }
    return ~crc;
}
