/* SPDX-License-Identifier: Apache-2.0 */
/* jimage.c - the file is a header, four tables, and the contents of all entries:
 *
 *     redirects   i32 each, by hash of the full name: 0 nothing; > 0 hash again with this seed;
 *                 < 0 the entry's index is -1 - value
 *     locations   u32 each, by index: where the entry's attributes begin
 *     attributes  of each entry: a byte (kind << 3 | size - 1), then `size` bytes, big-endian;
 *                 kind 0 ends
 *     strings     NUL-terminated, in modified UTF-8
 *
 * Header, redirects, locations and the contents of "packages" are in the byte order of the machine
 * that wrote the file. */
#include "lang/java/jimage.h"

#include "base/assert.h"
#include "base/text.h"

#define MAGIC 0xcafedadau
#define VERSION_MAJOR 1u
#define VERSION_MINOR 0u
#define HEADER_BYTES 28u
#define HASH_SEED 0x01000193u
#define ENTRIES_MAX (1u << 24)
#define STRING_BYTES_MAX 65536u
#define NAME_BYTES_SHOWN 200
#define PACKAGE_RECORD_BYTES 8u /* is it empty in that module; the module's name */

enum attribute {
    ATTRIBUTE_END,
    ATTRIBUTE_MODULE,
    ATTRIBUTE_FOLDER,
    ATTRIBUTE_BASE,
    ATTRIBUTE_EXTENSION,
    ATTRIBUTE_OFFSET,
    ATTRIBUTE_PACKED_SIZE,
    ATTRIBUTE_SIZE,
    ATTRIBUTE_COUNT
};

/* A name in pieces, as it is asked for or as an entry has it. */
#define PARTS_MAX 8
struct name {
    struct ph_slice parts[PARTS_MAX];
    uint32_t count;
    bool has_dots; /* '/' in the last part stands for '.' */
};

static uint32_t load(const struct ph_jimage *self, uint64_t offset)
{
    PH_DEBUG_ASSERT(offset + 4 <= self->bytes.size);
    uint32_t value = ph_load_u32(self->bytes.bytes + offset);
    return self->is_swapped ? __builtin_bswap32(value) : value;
}

/* ---- Names ---------------------------------------------------------------------------------- */

static void name_add(struct name *name, struct ph_slice part)
{
    PH_ASSERT(name->count < PARTS_MAX);
    if (part.size > 0) {
        name->parts[name->count++] = part;
    }
}

static uint8_t name_byte(const struct name *name, uint32_t part, uint64_t index)
{
    uint8_t byte = name->parts[part].bytes[index];
    return name->has_dots && part == name->count - 1 && byte == '/' ? (uint8_t)'.' : byte;
}

static uint32_t name_hash(const struct name *name, uint32_t seed)
{
    uint32_t hash = seed;
    for (uint32_t part = 0; part < name->count; part++) {
        for (uint64_t i = 0; i < name->parts[part].size; i++) {
            hash = (hash * HASH_SEED) ^ name_byte(name, part, i);
        }
    }
    return hash & 0x7fffffffu;
}

static bool name_equal(const struct name *a, const struct name *b)
{
    uint32_t part = 0;
    uint64_t at = 0;
    for (uint32_t i = 0; i < a->count; i++) {
        for (uint64_t k = 0; k < a->parts[i].size; k++, at++) {
            if (part < b->count && at == b->parts[part].size) {
                part++; /* parts are not empty */
                at = 0;
            }
            if (part == b->count || name_byte(a, i, k) != name_byte(b, part, at)) {
                return false;
            }
        }
    }
    return b->count == 0 || (part == b->count - 1 && at == b->parts[part].size);
}

static struct name name_of_entry(const struct ph_jimage_entry *entry)
{
    struct name name = {.count = 0};
    if (entry->module.size > 0) {
        name_add(&name, PH_SLICE_TEXT("/"));
        name_add(&name, entry->module);
        name_add(&name, PH_SLICE_TEXT("/"));
    }
    if (entry->folder.size > 0) {
        name_add(&name, entry->folder);
        name_add(&name, PH_SLICE_TEXT("/"));
    }
    name_add(&name, entry->base);
    if (entry->extension.size > 0) {
        name_add(&name, PH_SLICE_TEXT("."));
        name_add(&name, entry->extension);
    }
    return name;
}

/* ---- Entries -------------------------------------------------------------------------------- */

PH_COLD static ph_status fail_entry(struct ph_error *error, uint32_t index, const char *what)
{
    return ph_fail(
        error, PH_DAMAGED,
        "entry %u of the JDK's lib/modules %s: the file is damaged; install the JDK again",
        (unsigned)index, what);
}

static bool read_string(const struct ph_jimage *self, uint64_t offset, struct ph_slice *text)
{
    if (offset >= self->strings_size) {
        return false;
    }
    const uint8_t *begin = self->bytes.bytes + self->strings + offset;
    const uint8_t *end = begin + PH_MIN(self->strings_size - offset, STRING_BYTES_MAX);
    for (const uint8_t *at = begin; at < end; at++) {
        if (*at == 0) {
            *text = (struct ph_slice){begin, (uint64_t)(at - begin)};
            return true;
        }
    }
    return false;
}

static ph_status read_attributes(const struct ph_jimage *self, uint32_t index,
                                 uint64_t values[ATTRIBUTE_COUNT], struct ph_error *error)
{
    uint64_t at = load(self, self->locations + 4 * (uint64_t)index);
    const uint8_t *bytes = self->bytes.bytes + self->attributes;
    memset(values, 0, sizeof(values[0]) * ATTRIBUTE_COUNT);
    for (;;) {
        if (at >= self->attributes_size) {
            return fail_entry(error, index, "has no end");
        }
        uint32_t kind = bytes[at] >> 3;
        uint32_t size = (bytes[at] & 7u) + 1;
        if (kind == ATTRIBUTE_END) {
            return PH_OK;
        }
        if (kind >= ATTRIBUTE_COUNT) {
            return fail_entry(error, index, "has an attribute of an unknown kind");
        }
        at++;
        if (size > self->attributes_size - at) {
            return fail_entry(error, index, "has no end");
        }
        uint64_t value = 0;
        for (uint32_t i = 0; i < size; i++) {
            value = value << 8 | bytes[at++];
        }
        values[kind] = value;
    }
}

static ph_status check_not_packed(const struct ph_jimage_entry *entry, uint64_t packed_size,
                                  struct ph_error *error)
{
    if (packed_size == 0) {
        return PH_OK;
    }
    return ph_fail(
        error, PH_UNSUPPORTED,
        "/%.*s/%.*s/%.*s in the JDK's lib/modules is compressed, which is not supported: "
        "use a JDK as the distribution packages it, or make one with jlink --compress=0",
        (int)PH_MIN(entry->module.size, 100u), (const char *)entry->module.bytes,
        (int)PH_MIN(entry->folder.size, 100u), (const char *)entry->folder.bytes,
        (int)PH_MIN(entry->base.size, 100u), (const char *)entry->base.bytes);
}

ph_status ph_jimage_entry(const struct ph_jimage *self, uint32_t index,
                          struct ph_jimage_entry *entry, struct ph_error *error)
{
    uint64_t values[ATTRIBUTE_COUNT];
    PH_ASSERT(index < self->entry_count);

    ph_status status = read_attributes(self, index, values, error);
    if (status != PH_OK) {
        return status;
    }
    if (!read_string(self, values[ATTRIBUTE_MODULE], &entry->module) ||
        !read_string(self, values[ATTRIBUTE_FOLDER], &entry->folder) ||
        !read_string(self, values[ATTRIBUTE_BASE], &entry->base) ||
        !read_string(self, values[ATTRIBUTE_EXTENSION], &entry->extension)) {
        return fail_entry(error, index, "has a name outside of the table of strings");
    }
    status = check_not_packed(entry, values[ATTRIBUTE_PACKED_SIZE], error);
    if (status != PH_OK) {
        return status;
    }
    uint64_t room = self->bytes.size - self->contents;
    uint64_t offset = values[ATTRIBUTE_OFFSET], size = values[ATTRIBUTE_SIZE];
    if (offset > room || size > room - offset) {
        return fail_entry(error, index, "lies outside of the file");
    }
    entry->contents = (struct ph_slice){self->bytes.bytes + self->contents + offset, size};
    entry->is_resource = entry->module.size > 0 &&
                         !ph_slice_equal(entry->module, PH_SLICE_TEXT("modules")) &&
                         !ph_slice_equal(entry->module, PH_SLICE_TEXT("packages"));
    return PH_OK;
}

/* ---- Opening -------------------------------------------------------------------------------- */

static ph_status read_header(struct ph_jimage *self, struct ph_error *error)
{
    if (self->bytes.size < HEADER_BYTES || self->bytes.bytes == NULL) {
        return ph_fail(error, PH_MALFORMED,
                       "not a JDK's lib/modules: it has less than %u bytes; name the folder of a "
                       "JDK 17 with JAVA_HOME",
                       HEADER_BYTES);
    }
    uint32_t magic = ph_load_u32(self->bytes.bytes);
    self->is_swapped = magic == __builtin_bswap32(MAGIC);
    if (magic != MAGIC && !self->is_swapped) {
        return ph_fail(error, PH_MALFORMED,
                       "not a JDK's lib/modules: it begins with 0x%08x instead of 0x%08x; name the "
                       "folder of a JDK 17 with JAVA_HOME",
                       (unsigned)magic, MAGIC);
    }
    uint32_t version = load(self, 4);
    if (version != (VERSION_MAJOR << 16 | VERSION_MINOR)) {
        return ph_fail(error, PH_VERSION,
                       "the JDK's lib/modules has format %u.%u, and %u.%u is what is understood: "
                       "use a JDK 17",
                       (unsigned)(version >> 16), (unsigned)(version & 0xffff), VERSION_MAJOR,
                       VERSION_MINOR);
    }
    self->entry_count = load(self, 16);
    self->attributes_size = load(self, 20);
    self->strings_size = load(self, 24);
    uint64_t table_bytes = 4 * (uint64_t)self->entry_count;
    self->redirects = HEADER_BYTES;
    self->locations = self->redirects + table_bytes;
    self->attributes = self->locations + table_bytes;
    self->strings = self->attributes + self->attributes_size;
    self->contents = self->strings + self->strings_size;
    if (self->entry_count > ENTRIES_MAX || self->contents > self->bytes.size) {
        return ph_fail(error, PH_MALFORMED,
                       "the JDK's lib/modules ends too early: its tables for %u entries need %zu "
                       "bytes, and it has %zu; install the JDK again",
                       (unsigned)self->entry_count, (size_t)self->contents,
                       (size_t)self->bytes.size);
    }
    return PH_OK;
}

ph_status ph_jimage_open_known(struct ph_slice bytes, struct ph_jimage *self,
                               struct ph_error *error)
{
    *self = (struct ph_jimage){.bytes = bytes};
    ph_status status = read_header(self, error);
    if (status != PH_OK) {
        *self = (struct ph_jimage){.entry_count = 0};
    }
    return status;
}

ph_status ph_jimage_open(struct ph_slice bytes, struct ph_jimage *self, struct ph_error *error)
{
    ph_status status = ph_jimage_open_known(bytes, self, error);
    for (uint32_t i = 0; status == PH_OK && i < self->entry_count; i++) {
        struct ph_jimage_entry entry;
        int64_t redirect = (int32_t)load(self, self->redirects + 4 * (uint64_t)i);
        if (-1 - redirect >= (int64_t)self->entry_count) {
            status = fail_entry(error, i, "is redirected to one that does not exist");
        } else {
            status = ph_jimage_entry(self, i, &entry, error);
        }
    }
    if (status == PH_DAMAGED) { /* found now, it is a file that never was in order */
        status = PH_MALFORMED;
        if (error != NULL) {
            error->status = status;
        }
    }
    if (status != PH_OK) {
        *self = (struct ph_jimage){.entry_count = 0};
    }
    return status;
}

/* ---- Finding -------------------------------------------------------------------------------- */

static ph_status find(const struct ph_jimage *self, const struct name *name,
                      struct ph_jimage_entry *entry, struct ph_error *error)
{
    if (self->entry_count == 0) {
        return PH_NOT_FOUND;
    }
    uint32_t slot = name_hash(name, HASH_SEED) % self->entry_count;
    int32_t redirect = (int32_t)load(self, self->redirects + 4 * (uint64_t)slot);
    if (redirect == 0) {
        return PH_NOT_FOUND;
    }
    uint32_t index = redirect > 0 ? name_hash(name, (uint32_t)redirect) % self->entry_count
                                  : (uint32_t)(-1 - redirect);
    if (index >= self->entry_count) {
        return fail_entry(error, slot, "is redirected to one that does not exist");
    }
    ph_status status = ph_jimage_entry(self, index, entry, error);
    if (status != PH_OK) {
        return status;
    }
    struct name found = name_of_entry(entry);
    return name_equal(name, &found) ? PH_OK : PH_NOT_FOUND;
}

static ph_status find_contents(const struct ph_jimage *self, const struct name *name,
                               struct ph_slice *contents, struct ph_error *error)
{
    struct ph_jimage_entry entry;
    ph_status status = find(self, name, &entry, error);
    if (status != PH_OK) {
        return status;
    }
    *contents = entry.contents;
    return entry.is_resource ? PH_OK : PH_NOT_FOUND;
}

ph_status ph_jimage_find(const struct ph_jimage *self, struct ph_slice path,
                         struct ph_slice *contents, struct ph_error *error)
{
    struct name name = {.count = 0};
    name_add(&name, path);
    return find_contents(self, &name, contents, error);
}

ph_status ph_jimage_find_in(const struct ph_jimage *self, struct ph_slice module,
                            struct ph_slice text, struct ph_slice suffix, struct ph_slice *contents,
                            struct ph_error *error)
{
    struct name name = {.count = 0};
    name_add(&name, PH_SLICE_TEXT("/"));
    name_add(&name, module);
    name_add(&name, PH_SLICE_TEXT("/"));
    name_add(&name, text);
    name_add(&name, suffix);
    return find_contents(self, &name, contents, error);
}

ph_status ph_jimage_find_package(const struct ph_jimage *self, struct ph_slice package,
                                 struct ph_slice *module, struct ph_error *error)
{
    struct name name = {.has_dots = true};
    struct ph_jimage_entry entry;
    if (package.size == 0) {
        return PH_NOT_FOUND;
    }
    name_add(&name, PH_SLICE_TEXT("/packages/"));
    name_add(&name, package);
    ph_status status = find(self, &name, &entry, error);
    if (status != PH_OK) {
        return status;
    }
    uint64_t base = (uint64_t)(entry.contents.bytes - self->bytes.bytes);
    for (uint64_t at = 0; entry.contents.size - at >= PACKAGE_RECORD_BYTES;
         at += PACKAGE_RECORD_BYTES) {
        if (load(self, base + at) != 0) {
            continue; /* empty there: a folder on the way to others */
        }
        if (!read_string(self, load(self, base + at + 4), module)) {
            return ph_fail(error, PH_DAMAGED,
                           "package %.*s of the JDK's lib/modules is in no module: the file is "
                           "damaged; install the JDK again",
                           (int)PH_MIN(package.size, NAME_BYTES_SHOWN),
                           (const char *)package.bytes);
        }
        return PH_OK;
    }
    return PH_NOT_FOUND;
}
