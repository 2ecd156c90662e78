/* SPDX-License-Identifier: Apache-2.0 */
/* jimage_test.c - small files made by hand, also of the other byte order, and what is wrong with
 * damaged ones. (A whole JDK: jdk_test.c.) */
#include <stdlib.h>

#include "lang/java/jimage.h"
#include "support/jimage_maker.h"
#include "unit.h"

static struct jimage_maker maker;
static struct ph_jimage image;
static struct ph_error error;

static struct ph_slice slice(const char *text)
{
    return (struct ph_slice){(const uint8_t *)text, strlen(text)};
}

static ph_status open_made(void)
{
    error.text[0] = 0;
    return ph_jimage_open((struct ph_slice){maker.bytes, maker.size}, &image, &error);
}

static void make(bool is_swapped, uint32_t packed_size)
{
    maker.is_swapped = is_swapped;
    maker.packed_size = packed_size;
    jimage_make(&maker);
}

static void check_found(const char *path, const char *expected)
{
    struct ph_slice contents;
    CHECK_OK(ph_jimage_find(&image, slice(path), &contents, &error));
    CHECK_EQ(contents.size, strlen(expected));
    CHECK_BYTES(contents.bytes, expected, contents.size);
}

static void check_missing(const char *path)
{
    struct ph_slice contents;
    CHECK_STATUS(ph_jimage_find(&image, slice(path), &contents, &error), PH_NOT_FOUND);
}

TEST(jimage_of_both_byte_orders)
{
    for (int is_swapped = 0; is_swapped < 2; is_swapped++) {
        struct ph_slice contents, module;
        struct ph_jimage_entry entry;
        make(is_swapped, 0);
        CHECK_OK(open_made());
        check_found("/m.a/p/q/C.class", "class");
        check_found("/m.a/p/q/plain", "txt");
        check_missing("");
        check_missing("/m.a/p/q/C.clas");
        check_missing("/m.a/p/q/C.class.");
        check_missing("/m.a/p/q/plain.");
        check_missing("/packages/p.q"); /* is no resource */
        CHECK_OK(ph_jimage_find_in(&image, slice("m.a"), slice("p/q/C"), slice(".class"), &contents,
                                   &error));
        CHECK_EQ(contents.size, 5);
        CHECK_OK(ph_jimage_find_package(&image, slice("p/q"), &module, &error));
        CHECK_EQ(module.size, 3);
        CHECK_BYTES(module.bytes, "m.a", 3);
        CHECK_OK(ph_jimage_find_package(&image, slice("p.q"), &module, &error));
        CHECK_STATUS(ph_jimage_find_package(&image, slice("p"), &module, &error), PH_NOT_FOUND);
        CHECK_OK(ph_jimage_entry(&image, 2, &entry, &error));
        CHECK(!entry.is_resource);
        CHECK_OK(ph_jimage_entry(&image, 0, &entry, &error));
        CHECK(entry.is_resource && entry.extension.size == 5 && entry.folder.size == 3);
    }
}

TEST(jimage_cut_off_anywhere)
{
    make(false, 0);
    uint32_t whole = maker.size;
    for (uint32_t size = 0; size < whole; size++) {
        uint8_t *exact = malloc(size + 1);
        memcpy(exact, maker.bytes, size);
        CHECK_STATUS(ph_jimage_open((struct ph_slice){exact, size}, &image, &error), PH_MALFORMED);
        CHECK_EQ(error.status, PH_MALFORMED);
        free(exact);
    }
    CHECK_STATUS(ph_jimage_open((struct ph_slice){NULL, 0}, &image, &error), PH_MALFORMED);
}

static void check_refused(ph_status status, const char *text)
{
    CHECK_STATUS(open_made(), status);
    CHECK_EQ(error.status, status);
    CHECK_TEXT(error.text, text);
}

TEST(jimage_says_what_is_wrong)
{
    make(false, 0);
    maker.bytes[0] ^= 1;
    check_refused(PH_MALFORMED, "not a JDK's lib/modules: it begins with 0xcafedadb instead of "
                                "0xcafedada; name the folder of a JDK 17 with JAVA_HOME");
    make(true, 0);
    jimage_u32(&maker, 4, 1u << 16 | 1);
    check_refused(PH_VERSION, "the JDK's lib/modules has format 1.1, and 1.0 is what is "
                              "understood: use a JDK 17");
    make(false, 5);
    check_refused(PH_UNSUPPORTED,
                  "/m.a/p/q/C in the JDK's lib/modules is compressed, which is not supported: use "
                  "a JDK as the distribution packages it, or make one with jlink --compress=0");
    make(false, 0);
    jimage_u32(&maker, 16, 0xffffffff);
    CHECK_STATUS(open_made(), PH_MALFORMED);
    make(false, 0);
    jimage_u32(&maker, 28, (uint32_t)-4);
    check_refused(PH_MALFORMED, "entry 0 of the JDK's lib/modules is redirected to one that does "
                                "not exist: the file is damaged; install the JDK again");
    make(false, 0);
    maker.bytes[JIMAGE_ATTRIBUTES] = 8 << 3;
    check_refused(PH_MALFORMED, "entry 0 of the JDK's lib/modules has an attribute of an unknown "
                                "kind: the file is damaged; install the JDK again");
    make(false, 0);
    maker.bytes[JIMAGE_ATTRIBUTES + 1] = 0xff;
    check_refused(PH_MALFORMED,
                  "entry 0 of the JDK's lib/modules has a name outside of the table of strings: "
                  "the file is damaged; install the JDK again");
}

TEST(jimage_changed_after_it_was_opened)
{
    struct ph_slice contents, module;
    make(false, 0);
    CHECK_OK(open_made());
    for (uint32_t i = 28; i < 28 + 8 * JIMAGE_ENTRIES; i += 4) {
        jimage_u32(&maker, i, 0x80000000u);
    }
    CHECK_STATUS(ph_jimage_find(&image, slice("/m.a/p/q/C.class"), &contents, &error), PH_DAMAGED);
    CHECK_STATUS(ph_jimage_find_package(&image, slice("p.q"), &module, &error), PH_DAMAGED);
}
