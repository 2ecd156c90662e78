/* SPDX-License-Identifier: Apache-2.0 */
/* zip_test.c - zip files that tests/support/zip_maker.py makes (with zlib's own deflate: all levels
 * and strategies), the jars of the machine, and streams by hand. Entries carry a checksum, so that
 * reading all of them is the test. */
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lang/java/inflate.h"
#include "lang/java/zip.h"
#include "port/port.h"
#include "support/jdk.h"
#include "unit.h"

static struct ph_zip zip;
static struct ph_error error;

static char folder[] = "/tmp/ph_zip_XXXXXX";
static bool has_folder;

/* Makes these kinds; what was made is gone after finish_made, but stays mapped. */
static void make_zips(const char *kinds)
{
    char command[300];
    CHECK(mkdtemp(folder) != NULL);
    has_folder = true;
    snprintf(command, sizeof(command), "python3 tests/support/zip_maker.py %s %s", folder, kinds);
    CHECK_EQ(system(command), 0);
}

static void finish_made(void)
{
    char command[300];
    snprintf(command, sizeof(command), "rm -r %s", folder);
    CHECK(has_folder);
    CHECK_EQ(system(command), 0);
}

static ph_status open_made(const char *kind)
{
    char path[300];
    struct ph_slice bytes;
    snprintf(path, sizeof(path), "%s/%s", folder, kind);
    CHECK(jdk_map_file(path, &bytes));
    error.text[0] = 0;
    return ph_zip_open(bytes, ph_port_allocator(), &zip, &error);
}

/* Reads every entry that can be read; returns how many. */
static uint32_t read_all(void)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < zip.entry_count; i++) {
        const struct ph_zip_entry *entry = &zip.entries[i];
        uint8_t *to = malloc(entry->size + 1);
        ph_status status = ph_zip_read(entry, to, &error);
        free(to);
        if (status == PH_UNSUPPORTED) {
            continue;
        }
        CHECK_OK(status);
        CHECK(ph_zip_find(&zip, entry->name) != NULL);
        count++;
    }
    return count;
}

TEST(zip_entries_of_all_kinds)
{
    make_zips("many");
    CHECK_OK(open_made("many"));
    CHECK_EQ(zip.entry_count, 200);
    CHECK_EQ(read_all(), 200);
    CHECK(ph_zip_find(&zip, PH_SLICE_TEXT("d/stored")) == NULL);
    ph_zip_close(&zip);
    finish_made();
}

TEST(zip_with_more_entries_than_16_bits_count)
{
    make_zips("zip64");
    CHECK_OK(open_made("zip64"));
    CHECK_EQ(zip.entry_count, 66000);
    CHECK_EQ(read_all(), 66000);
    CHECK(ph_zip_find(&zip, PH_SLICE_TEXT("65999")) == &zip.entries[65999]);
    ph_zip_close(&zip);
    finish_made();
}

TEST(zip_the_last_of_a_name_counts)
{
    uint8_t text[3];
    make_zips("small");
    CHECK_OK(open_made("twice"));
    CHECK_EQ(zip.entry_count, 2);
    CHECK_OK(ph_zip_read(ph_zip_find(&zip, PH_SLICE_TEXT("a")), text, &error));
    CHECK_BYTES(text, "new", 3);
    ph_zip_close(&zip);
    CHECK_OK(open_made("long_sizes"));
    CHECK_EQ(read_all(), 1);
    ph_zip_close(&zip);
    CHECK_OK(open_made("empty"));
    CHECK_EQ(zip.entry_count, 0);
    ph_zip_close(&zip);
    finish_made();
}

static void check_refused(const char *kind, ph_status status, const char *text)
{
    CHECK_STATUS(open_made(kind), status);
    CHECK_EQ(error.status, status);
    CHECK_TEXT(error.text, text);
    CHECK(zip.entries == NULL);
}

TEST(zip_hostile_files_are_refused)
{
    make_zips("small");
    check_refused("overlap", PH_INVALID,
                  "entries \"a\" and \"b\" of the zip file overlap: do not trust the file");
    check_refused("parent", PH_INVALID,
                  "the zip file has an entry \"a/../../etc/passwd\", which leads outside of it: do "
                  "not trust the file");
    CHECK_STATUS(open_made("parent_windows"), PH_INVALID);
    CHECK_STATUS(open_made("absolute"), PH_INVALID);
    CHECK_STATUS(open_made("nul"), PH_INVALID);
    check_refused("bomb", PH_INVALID,
                  "entry \"a\" of the zip file cannot have 100000 bytes, packed in 2: do not trust "
                  "the file");
    CHECK_STATUS(open_made("stored_size"), PH_INVALID);
    check_refused("count_high", PH_MALFORMED,
                  "the zip file is damaged: it has another number of entries than it says; make or "
                  "copy it again");
    CHECK_STATUS(open_made("count_low"), PH_MALFORMED);
    CHECK_STATUS(open_made("directory"), PH_MALFORMED);
    check_refused("disks", PH_UNSUPPORTED,
                  "the zip file is spread over several disks: join them into one file");
    finish_made();
}

/* Fails the allocation number `until_failure`; counts what is not given back. */
struct failing {
    struct ph_allocator base;
    uint32_t until_failure;
    uint64_t bytes;
};

static void *failing_resize(struct ph_allocator *base, void *old, size_t old_bytes,
                            size_t new_bytes)
{
    struct failing *self = (struct failing *)base;
    if (new_bytes > 0 && self->until_failure-- == 0) {
        return NULL;
    }
    self->bytes += new_bytes - old_bytes;
    return ph_port_allocator()->resize(ph_port_allocator(), old, old_bytes, new_bytes);
}

TEST(zip_without_memory)
{
    ph_status status = PH_NO_MEMORY;
    uint32_t allowed = 0;
    make_zips("small");
    CHECK_OK(open_made("twice"));
    struct ph_slice bytes = zip.bytes;
    ph_zip_close(&zip);
    for (; status != PH_OK; allowed++) {
        struct failing failing = {{failing_resize}, allowed, 0};
        status = ph_zip_open(bytes, &failing.base, &zip, &error);
        if (status == PH_OK) {
            ph_zip_close(&zip);
        } else {
            CHECK_STATUS(status, PH_NO_MEMORY);
            CHECK_EQ(error.status, PH_NO_MEMORY);
        }
        CHECK_EQ(failing.bytes, 0);
    }
    CHECK(allowed > 3);
    finish_made();
}

static void check_unreadable(const char *kind, ph_status status, const char *text)
{
    uint8_t to[1000];
    CHECK_OK(open_made(kind));
    CHECK_STATUS(ph_zip_read(&zip.entries[0], to, &error), status);
    CHECK_EQ(error.status, status);
    CHECK(strstr(error.text, text) != NULL);
    ph_zip_close(&zip);
}

TEST(zip_damaged_entries_are_refused)
{
    make_zips("small");
    check_unreadable("too_long", PH_DAMAGED, "(limit exceeded)");
    check_unreadable("too_short", PH_DAMAGED, "(invalid)");
    check_unreadable("cut_off", PH_DAMAGED, "(ends too early)");
    check_unreadable("checksum", PH_DAMAGED, "its checksum is wrong");
    check_unreadable("encrypted", PH_UNSUPPORTED, "encrypted");
    check_unreadable("method", PH_UNSUPPORTED, "method 12");
    finish_made();
}

TEST(zip_cut_off_anywhere)
{
    make_zips("small");
    CHECK_OK(open_made("twice"));
    struct ph_slice whole = zip.bytes;
    ph_zip_close(&zip);
    for (uint64_t size = 0; size < whole.size; size++) {
        uint8_t *exact = malloc(size + 1);
        memcpy(exact, whole.bytes, size);
        CHECK_STATUS(ph_zip_open((struct ph_slice){exact, size}, ph_port_allocator(), &zip, &error),
                     PH_MALFORMED);
        free(exact);
    }
    finish_made();
}

/* Real jars, and zip files under another name. */
TEST(zip_jars_of_this_machine)
{
    glob_t found;
    char pattern[4200];
    uint32_t jars = 0, entries = 0;
    snprintf(pattern, sizeof(pattern), "%s/lib/*.jar", jdk_home() == NULL ? "/" : jdk_home());
    glob(pattern, 0, NULL, &found);
    glob("/usr/share/java/*.jar", GLOB_APPEND, NULL, &found);
    for (size_t i = 0; i < found.gl_pathc && jars < 60; i++) {
        struct ph_slice bytes;
        if (!jdk_map_file(found.gl_pathv[i], &bytes)) {
            continue;
        }
        if (ph_zip_open(bytes, ph_port_allocator(), &zip, &error) != PH_OK) {
            unit_fail(__FILE__, __LINE__, "%s: %s", found.gl_pathv[i], error.text);
        }
        entries += read_all();
        ph_zip_close(&zip);
        jars++;
    }
    globfree(&found);
    if (jars == 0) {
        SKIP("no jars in a JDK or in /usr/share/java");
    }
    CHECK(entries > jars);
}

/* ---- Deflate by hand ------------------------------------------------------------------------ */

#define INFLATE(status, size, ...)                                                        \
    do {                                                                                  \
        static const uint8_t packed_[] = {__VA_ARGS__};                                   \
        CHECK_STATUS(ph_inflate((struct ph_slice){packed_, sizeof(packed_)}, to, (size)), \
                     (status));                                                           \
    } while (0)

TEST(inflate_streams_by_hand)
{
    uint8_t to[300];
    INFLATE(PH_OK, 0, 3, 0);                               /* fixed code, nothing */
    INFLATE(PH_OK, 3, 1, 3, 0, 0xfc, 0xff, 'a', 'b', 'c'); /* stored */
    CHECK_BYTES(to, "abc", 3);
    INFLATE(PH_OK, 10, 0x4b, 0x4c, 0x84, 1, 0); /* an a, and a match that repeats it */
    CHECK_BYTES(to, "aaaaaaaaaa", 10);
    INFLATE(PH_TRUNCATED, 0, 3);
    INFLATE(PH_TRUNCATED, 3, 1, 3, 0, 0xfc, 0xff, 'a', 'b');
    INFLATE(PH_TRUNCATED, 3, 1, 3, 0, 0xfc);
    INFLATE(PH_MALFORMED, 3, 1, 3, 0, 0xfc, 0xfe, 'a', 'b', 'c');
    INFLATE(PH_LIMIT, 2, 1, 3, 0, 0xfc, 0xff, 'a', 'b', 'c');
    INFLATE(PH_INVALID, 4, 1, 3, 0, 0xfc, 0xff, 'a', 'b', 'c');
    INFLATE(PH_LIMIT, 9, 0x4b, 0x4c, 0x84, 1, 0);
    INFLATE(PH_MALFORMED, 9, 7, 0);                               /* block type 3 */
    INFLATE(PH_MALFORMED, 9, 3, 2, 0);                            /* a match before anything */
    INFLATE(PH_MALFORMED, 9, 0x05, 0xff, 0, 0, 0, 0, 0, 0, 0, 0); /* 31 distances */
    INFLATE(PH_MALFORMED, 9, 0x05, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0); /* a code without words */
    CHECK_STATUS(ph_inflate((struct ph_slice){NULL, 0}, NULL, 0), PH_TRUNCATED);
}

TEST(crc32_of_known_texts)
{
    CHECK_EQ(ph_crc32(0, "", 0), 0);
    CHECK_EQ(ph_crc32(0, "123456789", 9), 0xcbf43926u);
    CHECK_EQ(ph_crc32(ph_crc32(0, "1234", 4), "56789", 5), 0xcbf43926u);
}
