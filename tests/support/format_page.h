/* SPDX-License-Identifier: Apache-2.0 */
/* format_page.h - compares the tables of docs/formats/world.md with structs and class tables.
 *
 * A struct has a heading "### `struct NAME`, N bytes" and rows "| offset | type | field |" below.
 * The rows must be the struct's fields, each at its offset and of its size, without a gap. */
#ifndef PH_TESTS_SUPPORT_FORMAT_PAGE_H
#define PH_TESTS_SUPPORT_FORMAT_PAGE_H

#include "heap/heap.h"
#include "unit.h"

#define FORMAT_PAGE "docs/formats/world.md"

struct format_field {
    const char *struct_name, *name;
    uint64_t offset, bytes, struct_bytes;
};
#define FORMAT_FIELD(type, field)                                                         \
    {#type, #field, offsetof(struct type, field), sizeof(((struct type *)NULL)->field), \
     sizeof(struct type)}

static inline char *format_page_read(void)
{
    FILE *file = fopen(FORMAT_PAGE, "rb");
    if (file == NULL) {
        SKIP("runs at the top of the project, where " FORMAT_PAGE " is");
    }
    char *text = calloc(1, 1 << 20);
    CHECK(text != NULL && fread(text, 1, (1 << 20) - 1, file) > 0);
    fclose(file);
    return text;
}

/* "u32", "ref × 64", "24 bytes" in bytes. */
static inline uint64_t format_type_bytes(const char *type)
{
    unsigned long long count = 1, bits;
    char *times = strstr(type, "×");
    if (times != NULL) {
        count = strtoull(times + strlen("×"), NULL, 10);
    }
    if (strncmp(type, "ref", 3) == 0) {
        return 4 * count;
    }
    if (sscanf(type, "u%llu", &bits) == 1) {
        return bits / 8 * count;
    }
    return strtoull(type, NULL, 10);
}

/* One row; returns where the next field begins. */
static inline uint64_t format_check_row(const char *line, const struct format_field *fields,
                                        uint64_t count, const char *struct_name)
{
    unsigned long long offset;
    char type[64], name[64];
    CHECK_EQ(sscanf(line, "| %llu | %63[^|] | %63[^ |]", &offset, type, name), 3);
    for (uint64_t i = 0; i < count; i++) {
        if (strcmp(fields[i].struct_name, struct_name) == 0 && strcmp(fields[i].name, name) == 0) {
            CHECK_EQ(offset, fields[i].offset);
            CHECK_EQ(format_type_bytes(type), fields[i].bytes);
            return offset + fields[i].bytes;
        }
    }
    unit_fail(__FILE__, __LINE__, "the page has %s.%s, the test does not", struct_name, name);
}

/* The table of one struct, all of whose fields are in `fields` (of several structs). */
static inline void format_check_struct(const char *page, const struct format_field *fields,
                                       uint64_t count, const struct format_field *first)
{
    char heading[96];
    uint64_t next = 0;
    snprintf(heading, sizeof(heading), "\n### `struct %s`, %llu bytes\n", first->struct_name,
             (unsigned long long)first->struct_bytes);
    const char *line = strstr(page, heading);
    if (line == NULL) {
        unit_fail(__FILE__, __LINE__, "the page has no heading \"%s\"", heading + 1);
    }
    const char *end = strstr(line + 1, "\n#");
    for (line = strstr(line + 1, "\n|"); line != NULL && (end == NULL || line < end);
         line = strstr(line + 1, "\n|")) {
        if (line[3] >= '0' && line[3] <= '9') {
            unsigned long long offset = strtoull(line + 3, NULL, 10);
            CHECK_EQ(offset, next);
            next = format_check_row(line + 1, fields, count, first->struct_name);
        }
    }
    CHECK_EQ(next, first->struct_bytes);
}

static inline void format_check(const struct format_field *fields, uint64_t count)
{
    char *page = format_page_read();
    for (uint64_t i = 0; i < count; i++) {
        if (i == 0 || strcmp(fields[i].struct_name, fields[i - 1].struct_name) != 0) {
            format_check_struct(page, fields, count, &fields[i]);
        }
    }
    free(page);
}

/* Each class has its row in the table of classes. */
static inline void format_check_classes(const struct ph_class_info *classes, uint32_t count)
{
    static const char *const layouts[] = {"", "plain", "bytes", "refs", "thread", "class",
                                          "weak"};
    char *page = format_page_read();
    for (uint32_t i = 0; i < count; i++) {
        const struct ph_class_info *c = &classes[i];
        char row[256];
        int used = snprintf(row, sizeof(row), "\n| %u | %s | %s | %u | %s |", c->index, c->name,
                            layouts[c->layout], c->bytes,
                            c->flags & PH_CLASS_PINNED ? "yes" : "no");
        for (uint32_t r = 0; r < c->ref_count; r++) {
            used += snprintf(row + used, sizeof(row) - (size_t)used, " %u", c->ref_offsets[r]);
        }
        snprintf(row + used, sizeof(row) - (size_t)used, " |\n");
        if (strstr(page, row) == NULL) {
            unit_fail(__FILE__, __LINE__, "the page has no row \"%s\"", row + 1);
        }
    }
    free(page);
}

#endif
