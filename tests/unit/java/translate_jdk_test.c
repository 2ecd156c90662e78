/* SPDX-License-Identifier: Apache-2.0 */
/* translate_jdk_test.c - every class of a real JDK becomes a unit that the verifier accepts, and
 * says where its parts came from. */
#include <time.h>

#include "base/text.h"
#include "code/verify.h"
#include "lang/java/jimage.h"
#include "lang/java/origin.h"
#include "lang/java/translate.h"
#include "port/port.h"
#include "support/jdk.h"
#include "unit.h"

struct totals {
    uint32_t classes, functions, sites;
    uint64_t class_bytes, unit_bytes, origin_bytes;
    uint64_t read_us, translate_us, verify_us;
};

static uint64_t now_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

static bool is_class(const struct ph_jimage_entry *entry)
{
    return entry->is_resource && ph_slice_equal(entry->extension, PH_SLICE_TEXT("class")) &&
           !ph_slice_equal(entry->base, PH_SLICE_TEXT("module-info"));
}

/* Each function is one of the methods that are not abstract, in their order; its last pc is one of
 * the method's, and each method reference stands for a constant of the right kind. */
static void check_origin(const struct ph_classfile *file, const struct ph_unit *unit)
{
    struct ph_java_origin origin;
    struct ph_error error;
    uint32_t function = 0;

    CHECK_OK(ph_java_origin_open(unit->origin, &origin, &error));
    CHECK_EQ(origin.class_count, unit->class_ref_count);
    CHECK_EQ(origin.field_count, unit->field_ref_count);
    CHECK_EQ(origin.method_count, unit->method_ref_count);
    CHECK_EQ(origin.constant_count, unit->constant_count);
    CHECK_EQ(origin.function_count, unit->function_count - unit->imported_functions);
    for (uint32_t i = 0; i < file->method_count; i++) {
        struct ph_slice code = file->methods[i].code.code;
        uint32_t index = unit->class_defs[0].methods[i].function;
        CHECK_EQ((file->methods[i].flags & PH_ACC_ABSTRACT) != 0, index == UINT32_MAX);
        if (index != UINT32_MAX) { /* a native method is a function that calls an import */
            CHECK_EQ(index, unit->imported_functions + function);
            CHECK_EQ(ph_java_origin_of_function(&origin, function), i);
            uint32_t pc = ph_java_origin_pc(&origin, function, UINT32_MAX);
            CHECK(pc == PH_JAVA_ORIGIN_NONE || pc < code.size);
            function++;
        }
    }
    for (uint32_t i = 0; i < unit->method_ref_count; i++) {
        uint8_t tag = ph_classfile_tag(file, ph_java_origin_method(&origin, i));
        CHECK(tag == PH_CONSTANT_METHOD || tag == PH_CONSTANT_INTERFACE_METHOD);
    }
}

static void translate(const struct ph_classfile *file, struct totals *totals)
{
    struct ph_allocator *allocator = ph_port_allocator();
    struct ph_slice bytes;
    struct ph_unit unit;
    struct ph_error error;
    uint64_t begin = now_us();

    if (ph_java_translate(file, (struct ph_slice){NULL, 0}, allocator, &bytes, &error) != PH_OK) {
        unit_fail(__FILE__, __LINE__, "%.*s: %s", (int)file->name.size, file->name.bytes,
                  error.text);
    }
    uint64_t middle = now_us();
    if (ph_unit_open(bytes, allocator, &unit, &error) != PH_OK ||
        ph_verify_unit(&unit, allocator, &error) != PH_OK) {
        unit_fail(__FILE__, __LINE__, "%.*s: %s", (int)file->name.size, file->name.bytes,
                  error.text);
    }
    totals->translate_us += middle - begin;
    totals->verify_us += now_us() - middle;
    check_origin(file, &unit);
    totals->classes++;
    totals->functions += unit.function_count - unit.imported_functions;
    totals->class_bytes += file->bytes.size;
    totals->unit_bytes += bytes.size;
    totals->origin_bytes += unit.origin.size;
    ph_unit_close(&unit);
    ph_free(allocator, (void *)(uintptr_t)bytes.bytes, (size_t)bytes.size);
}

static void translate_all(const struct ph_jimage *image, bool in_base, struct totals *totals)
{
    struct ph_scratch scratch;
    struct ph_error error;

    *totals = (struct totals){0};
    ph_scratch_init(&scratch, ph_port_allocator(), 0);
    for (uint32_t i = 0; i < image->entry_count; i++) {
        struct ph_jimage_entry entry;
        struct ph_classfile file;
        CHECK_OK(ph_jimage_entry(image, i, &entry, &error));
        if (!is_class(&entry) ||
            ph_slice_equal(entry.module, PH_SLICE_TEXT("java.base")) != in_base) {
            continue;
        }
        uint64_t begin = now_us();
        CHECK_OK(ph_classfile_read(entry.contents, (struct ph_slice){NULL, 0}, &scratch, &file,
                                   &error));
        totals->read_us += now_us() - begin;
        translate(&file, totals);
        ph_scratch_reset(&scratch);
    }
    ph_scratch_finish(&scratch);
    printf("%u classes, %u functions: %u KB of class files, %u KB of units (%u KB origin)\n"
           "read in %u ms, translated in %u ms, verified in %u ms\n",
           totals->classes, totals->functions, (unsigned)(totals->class_bytes / 1000),
           (unsigned)(totals->unit_bytes / 1000), (unsigned)(totals->origin_bytes / 1000),
           (unsigned)(totals->read_us / 1000), (unsigned)(totals->translate_us / 1000),
           (unsigned)(totals->verify_us / 1000));
}

static void open_modules(struct ph_jimage *image)
{
    struct ph_slice bytes;
    struct ph_error error;

    if (!jdk_map_modules(&bytes)) {
        SKIP(JDK_NONE);
    }
    CHECK_OK(ph_jimage_open(bytes, image, &error));
}

TEST_TIMEOUT(translate_every_class_of_java_base, 120)
{
    struct ph_jimage image;
    struct totals totals;

    open_modules(&image);
    translate_all(&image, true, &totals);
    CHECK(totals.classes > 5000);
}

TEST_TIMEOUT(translate_every_class_of_other_modules, 240)
{
    struct ph_jimage image;
    struct totals totals;

    open_modules(&image);
    translate_all(&image, false, &totals);
    CHECK(totals.classes > 10000);
}
