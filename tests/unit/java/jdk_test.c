/* SPDX-License-Identifier: Apache-2.0 */
/* jdk_test.c - the whole of a real JDK: every resource, every class, every frame. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "lang/java/descriptor.h"
#include "lang/java/jimage.h"
#include "lang/java/stackmap.h"
#include "lang/java/zip.h"
#include "port/port.h"
#include "support/jdk.h"
#include "support/outline_check.h"
#include "unit.h"

static struct ph_slice slice(const char *text)
{
    return (struct ph_slice){(const uint8_t *)text, strlen(text)};
}

static void open_modules(struct ph_jimage *image)
{
    struct ph_slice bytes;
    struct ph_error error;
    if (!jdk_map_modules(&bytes)) {
        SKIP(JDK_NONE);
    }
    if (ph_jimage_open(bytes, image, &error) != PH_OK) {
        unit_fail(__FILE__, __LINE__, "%s", error.text);
    }
}

static bool is_class(const struct ph_jimage_entry *entry)
{
    return entry->is_resource && entry->extension.size == 5 &&
           memcmp(entry->extension.bytes, "class", 5) == 0;
}

static uint64_t now_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

/* "/module/folder/base.extension" */
static struct ph_slice path_of(const struct ph_jimage_entry *entry, char to[1024])
{
    int size = snprintf(to, 1024, "/%.*s/%.*s%s%.*s%s%.*s", (int)entry->module.size,
                        (const char *)entry->module.bytes, (int)entry->folder.size,
                        (const char *)entry->folder.bytes, entry->folder.size > 0 ? "/" : "",
                        (int)entry->base.size, (const char *)entry->base.bytes,
                        entry->extension.size > 0 ? "." : "", (int)entry->extension.size,
                        (const char *)entry->extension.bytes);
    CHECK(size > 0 && size < 1024);
    return (struct ph_slice){(const uint8_t *)to, (uint64_t)size};
}

TEST(jdk_every_resource_is_found_by_its_name)
{
    struct ph_jimage image;
    struct ph_error error;
    uint32_t resources = 0;
    char text[1024];
    open_modules(&image);
    for (uint32_t i = 0; i < image.entry_count; i++) {
        struct ph_jimage_entry entry;
        struct ph_slice found;
        CHECK_OK(ph_jimage_entry(&image, i, &entry, &error));
        struct ph_slice path = path_of(&entry, text);
        if (!entry.is_resource) {
            CHECK_STATUS(ph_jimage_find(&image, path, &found, &error), PH_NOT_FOUND);
            continue;
        }
        resources++;
        CHECK_OK(ph_jimage_find(&image, path, &found, &error));
        CHECK(found.bytes == entry.contents.bytes && found.size == entry.contents.size);
        struct ph_slice name = {path.bytes + entry.module.size + 2,
                                path.size - entry.module.size - 2};
        CHECK_OK(ph_jimage_find_in(&image, entry.module, name, slice(""), &found, &error));
        CHECK(found.bytes == entry.contents.bytes);
        if (is_class(&entry) && entry.folder.size > 0) {
            name.size -= 6;
            CHECK_OK(
                ph_jimage_find_in(&image, entry.module, name, slice(".class"), &found, &error));
            CHECK(found.bytes == entry.contents.bytes);
            CHECK_OK(ph_jimage_find_package(&image, entry.folder, &found, &error));
            CHECK(found.size == entry.module.size &&
                  memcmp(found.bytes, entry.module.bytes, found.size) == 0);
        }
        text[path.size - 1] ^= 1; /* one that is not there */
        CHECK_STATUS(ph_jimage_find(&image, path, &found, &error), PH_NOT_FOUND);
    }
    CHECK(resources > 20000);
}

TEST(jdk_packages_know_their_module)
{
    struct ph_jimage image;
    struct ph_error error;
    struct ph_slice module;
    open_modules(&image);
    CHECK_OK(ph_jimage_find_package(&image, slice("java/util/logging"), &module, &error));
    CHECK(module.size == 12 && memcmp(module.bytes, "java.logging", 12) == 0);
    CHECK_OK(ph_jimage_find_package(&image, slice("java.util"), &module, &error));
    CHECK(module.size == 9 && memcmp(module.bytes, "java.base", 9) == 0);
    CHECK_STATUS(ph_jimage_find_package(&image, slice("java"), &module, &error), PH_NOT_FOUND);
    CHECK_STATUS(ph_jimage_find_package(&image, slice("no/such"), &module, &error), PH_NOT_FOUND);
    CHECK_STATUS(ph_jimage_find_package(&image, slice(""), &module, &error), PH_NOT_FOUND);
}

/* Everything of `code`, and the lines one by one, though `known` has its tables left out. */
static void check_known_code(const struct ph_classfile *file, const struct ph_class_code *code,
                             const struct ph_class_method *known, struct ph_scratch *scratch)
{
    struct ph_class_code same;

    CHECK(known->code.lines == NULL && known->code.rest.bytes != NULL);
    CHECK_OK(ph_classfile_code(file, known, scratch, &same));
    CHECK(same.code.bytes == code->code.bytes && same.rest.bytes == NULL);
    CHECK_EQ(same.handler_count, code->handler_count);
    CHECK(memcmp(same.handlers, code->handlers, code->handler_count * sizeof(*code->handlers)) ==
          0);
    CHECK_EQ(same.local_count, code->local_count);
    CHECK_EQ(same.local_type_count, code->local_type_count);
    CHECK(same.stack_map.bytes == code->stack_map.bytes);
    CHECK_EQ(same.line_count, code->line_count);
    for (uint32_t i = 0; i < code->line_count; i++) {
        uint32_t pc = code->lines[i].pc;
        CHECK_EQ(ph_classfile_line(file, known, pc), ph_class_code_line(code, pc));
        CHECK_EQ(ph_classfile_line(file, known, pc + 1), ph_class_code_line(code, pc + 1));
    }
}

TEST(jdk_classes_that_are_known_say_the_same)
{
    struct ph_jimage image;
    struct ph_scratch scratch;
    struct ph_error error;
    uint32_t methods = 0, nests = 0;

    open_modules(&image);
    ph_scratch_init(&scratch, ph_port_allocator(), 0);
    for (uint32_t i = 0; i < image.entry_count; i += 7) {
        struct ph_jimage_entry entry;
        struct ph_classfile file, known;
        struct ph_class_outline outline;
        CHECK_OK(ph_jimage_entry(&image, i, &entry, &error));
        if (!is_class(&entry)) {
            continue;
        }
        CHECK_OK(ph_classfile_read(entry.contents, slice(""), &scratch, &file, &error));
        CHECK_OK(ph_classfile_read_known(entry.contents, &scratch, &known, &error));
        CHECK_OK(ph_class_outline_open(entry.contents, &scratch, &outline));
        CHECK(outline_same(&outline, &file));
        nests += file.nest_host != 0;
        CHECK_EQ(known.method_count, file.method_count);
        for (uint32_t m = 0; m < file.method_count; m++) {
            const struct ph_class_code *code = &file.methods[m].code;
            CHECK_EQ(known.methods[m].name, file.methods[m].name);
            CHECK_EQ(known.methods[m].code.max_stack, code->max_stack);
            if (code->code.bytes != NULL) {
                check_known_code(&known, code, &known.methods[m], &scratch);
                methods++;
            }
        }
        ph_scratch_reset(&scratch);
    }
    ph_scratch_finish(&scratch);
    CHECK(methods > 10000 && nests > 100);
}

/* What Java itself reads from this JDK is what we read, byte for byte. */
TEST_TIMEOUT(jdk_resources_are_those_that_java_reads, 240)
{
    struct ph_jimage image;
    struct ph_error error;
    char command[8192], line[4096], path[4096];
    uint32_t count = 0, resources = 0;
    open_modules(&image);
    snprintf(command, sizeof(command),
             "test -x '%s/bin/javac' && '%s/bin/java' tests/unit/java/ListResources.java",
             jdk_home(), jdk_home());
    FILE *list = popen(command, "r");
    CHECK(list != NULL);
    while (fgets(line, sizeof(line), list) != NULL) {
        unsigned crc;
        unsigned long size;
        struct ph_slice contents;
        CHECK_EQ(sscanf(line, "%x %lu %[^\n]", &crc, &size, path), 3);
        CHECK_OK(ph_jimage_find(&image, slice(path), &contents, &error));
        CHECK_EQ(contents.size, size);
        CHECK_EQ(ph_crc32(0, contents.bytes, contents.size), crc);
        count++;
    }
    pclose(list);
    if (count == 0) {
        SKIP("no javac beside lib/modules: install openjdk-17-jdk-headless");
    }
    for (uint32_t i = 0; i < image.entry_count; i++) {
        struct ph_jimage_entry entry;
        CHECK_OK(ph_jimage_entry(&image, i, &entry, &error));
        resources += entry.is_resource;
    }
    CHECK_EQ(count, resources);
}

/* ---- Classes -------------------------------------------------------------------------------- */

/* Frames come in order; there is one at every handler, with the exception alone on the stack. */
static uint32_t check_frames(const struct ph_classfile *class, const struct ph_class_method *method,
                             struct ph_scratch *scratch)
{
    static uint8_t stack_at[UINT16_MAX + 1u]; /* 1 + values on the stack; 0: no frame */
    const struct ph_class_code *code = &method->code;
    struct ph_stackmap map;
    struct ph_error error;
    uint32_t count = 0;
    ph_status status;

    memset(stack_at, 0, code->code.size);
    if (ph_stackmap_init(&map, class, method, scratch, &error) != PH_OK) {
        unit_fail(__FILE__, __LINE__, "%s", error.text);
    }
    while ((status = ph_stackmap_next(&map, &error)) == PH_OK) {
        CHECK(stack_at[map.pc] == 0);
        stack_at[map.pc] = (uint8_t)PH_MIN(map.stack_count + 1, 255u);
        count++;
    }
    if (status != PH_FINISHED) {
        unit_fail(__FILE__, __LINE__, "%s", error.text);
    }
    for (uint32_t i = 0; i < code->handler_count && class->major >= 51; i++) {
        CHECK_EQ(stack_at[code->handlers[i].handler], 2);
    }
    return count;
}

struct totals {
    uint32_t classes, methods, frames;
    uint64_t us;
};

static void read_classes(const struct ph_jimage *image, const char *module, bool with_frames,
                         struct totals *totals)
{
    struct ph_scratch scratch;
    struct ph_error error;
    uint64_t begin = now_us();
    ph_scratch_init(&scratch, ph_port_allocator(), 0);
    *totals = (struct totals){0};
    for (uint32_t i = 0; i < image->entry_count; i++) {
        struct ph_jimage_entry entry;
        struct ph_classfile class;
        CHECK_OK(ph_jimage_entry(image, i, &entry, &error));
        if (!is_class(&entry) ||
            (module != NULL && (entry.module.size != strlen(module) ||
                                memcmp(entry.module.bytes, module, entry.module.size) != 0))) {
            continue;
        }
        if (ph_classfile_read(entry.contents, slice(""), &scratch, &class, &error) != PH_OK) {
            unit_fail(__FILE__, __LINE__, "%s", error.text);
        }
        totals->classes++;
        totals->methods += class.method_count;
        for (uint32_t k = 0; with_frames && k < class.method_count; k++) {
            if (class.methods[k].code.code.bytes != NULL) {
                totals->frames += check_frames(&class, &class.methods[k], &scratch);
            }
        }
        ph_scratch_reset(&scratch);
    }
    ph_scratch_finish(&scratch);
    totals->us = now_us() - begin;
}

TEST_TIMEOUT(jdk_every_class_and_frame_can_be_read, 120)
{
    struct ph_jimage image;
    struct totals totals;
    open_modules(&image);
    read_classes(&image, NULL, true, &totals);
    printf("%u classes, %u methods, %u frames in %u ms\n", totals.classes, totals.methods,
           totals.frames, (unsigned)(totals.us / 1000));
    CHECK(totals.classes > 20000 && totals.frames > 100000);
}

TEST(jdk_all_of_java_base_is_read_quickly)
{
    struct ph_jimage image;
    struct totals totals;
    open_modules(&image);
    read_classes(&image, "java.base", false, &totals);
    read_classes(&image, "java.base", false, &totals);
    printf("java.base: %u classes, %u methods in %u ms\n", totals.classes, totals.methods,
           (unsigned)(totals.us / 1000));
    CHECK(totals.classes > 5000);
}
