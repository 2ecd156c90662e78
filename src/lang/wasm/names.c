/* SPDX-License-Identifier: Apache-2.0 */
/* names.c - the custom section "name" (spec appendix, 7.4.1), and looks at the module for messages.
 * Nothing in a custom section makes a module malformed: reading stops where it stops making
 * sense. */
#include "base/text.h"
#include "lang/wasm/translator.h"

#define SECTION_CUSTOM 0
#define NAMES_MODULE 0
#define NAMES_FUNCTIONS 1

static bool take_u32(struct ph_slice from, uint64_t *offset, uint64_t *value)
{
    return ph_read_uleb(from, offset, 32, value) == PH_OK;
}

/* Takes a length and as many bytes. */
static bool take_bytes(struct ph_slice from, uint64_t *offset, struct ph_slice *bytes)
{
    uint64_t size;
    if (!take_u32(from, offset, &size) || size > from.size - *offset) {
        return false;
    }
    *bytes = (struct ph_slice){from.bytes + *offset, size};
    *offset += size;
    return true;
}

/* Takes a section or subsection: its id, and its contents. */
static bool take_section(struct ph_slice from, uint64_t *offset, uint8_t *id,
                         struct ph_slice *contents)
{
    if (*offset >= from.size) {
        return false;
    }
    *id = from.bytes[(*offset)++];
    return take_bytes(from, offset, contents);
}

bool ph_wasm_has_section(struct ph_slice module, uint8_t wanted)
{
    uint64_t offset = PH_WASM_HEADER_BYTES;
    uint8_t id;
    struct ph_slice contents;
    while (take_section(module, &offset, &id, &contents)) {
        if (id == wanted) {
            return true;
        }
    }
    return false;
}

/* Takes one entry of a name map. */
static bool take_entry(struct ph_slice map, uint64_t *offset, uint64_t *index,
                       struct ph_slice *name)
{
    return take_u32(map, offset, index) && take_bytes(map, offset, name) &&
           ph_text_is_utf8(name->bytes, name->size);
}

static void function_names(struct ph_wasm *self, struct ph_slice map)
{
    uint64_t offset = 0, count, index;
    struct ph_slice name;
    if (!take_u32(map, &offset, &count)) {
        return;
    }
    while (count-- > 0 && take_entry(map, &offset, &index, &name)) {
        if (index < self->functions.count) {
            ph_builder_function_name(self->builder, (uint32_t)index, name);
        }
    }
}

void ph_wasm_name_section(struct ph_wasm *self, struct ph_slice payload)
{
    uint64_t offset = 0;
    uint8_t id;
    struct ph_slice contents, name;
    while (take_section(payload, &offset, &id, &contents)) {
        uint64_t at = 0;
        if (id == NAMES_MODULE && take_bytes(contents, &at, &name) &&
            ph_text_is_utf8(name.bytes, name.size)) {
            ph_builder_name(self->builder, name);
        } else if (id == NAMES_FUNCTIONS) {
            function_names(self, contents);
        }
    }
}

static bool find_in_map(struct ph_slice map, uint32_t function, struct ph_slice *name)
{
    uint64_t offset = 0, count, index;
    if (!take_u32(map, &offset, &count)) {
        return false;
    }
    while (count-- > 0 && take_entry(map, &offset, &index, name)) {
        if (index == function) {
            return true;
        }
    }
    return false;
}

bool ph_wasm_find_function_name(struct ph_slice module, uint32_t function, struct ph_slice *name)
{
    uint64_t offset = PH_WASM_HEADER_BYTES;
    uint8_t id;
    struct ph_slice contents, kind;
    while (take_section(module, &offset, &id, &contents)) {
        uint64_t at = 0;
        if (id != SECTION_CUSTOM || !take_bytes(contents, &at, &kind) ||
            !ph_slice_equal(kind, PH_SLICE_TEXT("name"))) {
            continue;
        }
        struct ph_slice map;
        while (take_section(contents, &at, &id, &map)) {
            if (id == NAMES_FUNCTIONS && find_in_map(map, function, name)) {
                return true;
            }
        }
    }
    return false;
}
