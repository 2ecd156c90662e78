/* SPDX-License-Identifier: Apache-2.0 */
/* wasm.c - the module as a whole: sections in their order, and what holds between them. */
#include "lang/wasm/wasm.h"

#include "base/text.h"
#include "lang/wasm/translator.h"

#define MAGIC_BYTES 4u
#define SECTION_CUSTOM 0
#define SECTION_TAG 13

/* Sections by id; `rank` is their place in a module. */
static const struct {
    uint8_t rank;
    ph_status (*read)(struct ph_wasm *self);
} sections[] = {
    {0, NULL},
    {1, ph_wasm_type_section},
    {2, ph_wasm_import_section},
    {3, ph_wasm_function_section},
    {4, ph_wasm_table_section},
    {5, ph_wasm_memory_section},
    {6, ph_wasm_global_section},
    {7, ph_wasm_export_section},
    {8, ph_wasm_start_section},
    {9, ph_wasm_element_section},
    {11, ph_wasm_code_section},
    {12, ph_wasm_data_section},
    {10, ph_wasm_data_count_section},
};

static const uint8_t magic[MAGIC_BYTES] = {0, 'a', 's', 'm'};

bool ph_wasm_is_module(struct ph_slice bytes)
{
    return bytes.size >= MAGIC_BYTES && memcmp(bytes.bytes, magic, MAGIC_BYTES) == 0;
}

static ph_status header(struct ph_wasm *self)
{
    static const uint8_t version[] = {1, 0, 0, 0};
    if (ph_wasm_bytes_left(self) < sizeof(magic)) {
        return ph_wasm_fail_end(self);
    }
    if (memcmp(self->next, magic, sizeof(magic)) != 0) {
        return ph_wasm_fail(self, PH_MALFORMED, "magic header not detected");
    }
    self->next += sizeof(magic);
    if (ph_wasm_bytes_left(self) < sizeof(version)) {
        return ph_wasm_fail_end(self);
    }
    uint32_t number = ph_load_u32(self->next);
    if (number == 0x1000d) {
        return ph_wasm_fail(self, PH_UNSUPPORTED,
                            "unknown binary version: a component, not a core module");
    }
    if (memcmp(self->next, version, sizeof(version)) != 0) {
        return ph_wasm_fail(self, PH_MALFORMED, "unknown binary version %u", (unsigned)number);
    }
    self->next += sizeof(version);
    return PH_OK;
}

static ph_status custom_section(struct ph_wasm *self, uint32_t size)
{
    const uint8_t *start = self->next;
    struct ph_slice name;
    PH_WASM_TRY(ph_wasm_read_name(self, &name));
    uint64_t used = (uint64_t)(self->next - start);
    if (used > size) {
        return ph_wasm_fail_end(self);
    }
    if (!self->has_names && ph_slice_equal(name, PH_SLICE_TEXT("name"))) {
        self->has_names = true;
        ph_wasm_name_section(self, (struct ph_slice){self->next, size - used});
    }
    self->next = start + size;
    return PH_OK;
}

static ph_status section(struct ph_wasm *self, uint8_t *rank)
{
    uint8_t id;
    uint32_t size;

    PH_WASM_TRY(ph_wasm_read_byte(self, &id));
    if (id == SECTION_TAG) {
        return ph_wasm_fail(self, PH_UNSUPPORTED,
                            "malformed section id 13: exception handling is not supported");
    }
    if (id >= PH_COUNT(sections)) {
        return ph_wasm_fail(self, PH_MALFORMED, "malformed section id %u", (unsigned)id);
    }
    if (id != SECTION_CUSTOM && sections[id].rank <= *rank) {
        return ph_wasm_fail(self, PH_MALFORMED,
                            "unexpected content after last section: section %u is out of order",
                            (unsigned)id);
    }
    PH_WASM_TRY(ph_wasm_read_length(self, &size));
    if (id == SECTION_CUSTOM) {
        return custom_section(self, size);
    }
    const uint8_t *start = self->next;
    *rank = sections[id].rank;
    PH_WASM_TRY(sections[id].read(self));
    if (self->next != start + size) {
        return ph_wasm_fail(self, PH_MALFORMED, "section size mismatch in section %u",
                            (unsigned)id);
    }
    return PH_OK;
}

static ph_status module(struct ph_wasm *self)
{
    uint8_t rank = 0;
    PH_WASM_TRY(header(self));
    while (self->next < self->end) {
        PH_WASM_TRY(section(self, &rank));
    }
    if (self->body_count != self->functions.count - self->imported_functions) {
        return ph_wasm_fail(self, PH_MALFORMED,
                            "function and code section have inconsistent lengths");
    }
    if (self->data_count != PH_WASM_NONE && self->data_count != self->data_count_seen) {
        return ph_wasm_fail(self, PH_MALFORMED,
                            "data count and data section have inconsistent lengths");
    }
    return PH_OK;
}

static ph_status translate(struct ph_wasm *self, struct ph_slice *unit)
{
    struct ph_slice built;
    PH_WASM_TRY(ph_wasm_body_init(self));
    PH_WASM_TRY(module(self));
    PH_WASM_TRY(ph_builder_finish(self->builder, &built, self->error));
    uint8_t *copy = ph_alloc(self->allocator, built.size);
    if (copy == NULL) {
        return ph_wasm_fail_memory(self);
    }
    memcpy(copy, built.bytes, built.size);
    *unit = (struct ph_slice){copy, built.size};
    return PH_OK;
}

ph_status ph_wasm_translate(struct ph_slice bytes, struct ph_allocator *allocator,
                            struct ph_slice *unit, struct ph_error *error)
{
    if (bytes.bytes == NULL) { /* no bytes at all; the pointer is never followed */
        bytes.bytes = magic;
        PH_ASSERT(bytes.size == 0);
    }
    struct ph_wasm self = {
        .begin = bytes.bytes,
        .next = bytes.bytes,
        .end = bytes.bytes + bytes.size,
        .allocator = allocator,
        .error = error,
        .data_count = PH_WASM_NONE,
        .body.index = PH_WASM_NONE,
    };
    *unit = (struct ph_slice){NULL, 0};
    if (bytes.size > UINT32_MAX) {
        return ph_fail(error, PH_LIMIT, "the module is larger than 4 GiB");
    }
    if (ph_builder_create(allocator, &self.builder) != PH_OK) {
        return ph_fail(error, PH_NO_MEMORY, "out of memory while translating the module");
    }
    ph_scratch_init(&self.scratch, allocator, 0);
    ph_name_map_init(&self.exports, allocator);

    ph_status status = translate(&self, unit);

    ph_wasm_body_finish(&self);
    ph_free(allocator, self.declared, self.declared_bytes);
    ph_name_map_finish(&self.exports);
    ph_vector_finish(&self.types, allocator);
    ph_vector_finish(&self.functions, allocator);
    ph_vector_finish(&self.tables, allocator);
    ph_vector_finish(&self.globals, allocator);
    ph_vector_finish(&self.elements, allocator);
    ph_vector_finish(&self.items, allocator);
    ph_scratch_finish(&self.scratch);
    ph_builder_destroy(self.builder);
    return status;
}
