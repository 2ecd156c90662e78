/* SPDX-License-Identifier: Apache-2.0 */
/* segments.c - element, data count and data sections (spec 5.5.12 to 5.5.16). */
#include "lang/wasm/translator.h"

/* Bits of an element segment's flags. */
#define ELEMENT_NOT_ACTIVE 1u
#define ELEMENT_EXPLICIT 2u    /* active: a table index follows; else: declared, not passive */
#define ELEMENT_EXPRESSIONS 4u /* items are expressions, not function indices */
#define ELEMENT_FLAGS 7u

/* ---- Elements ------------------------------------------------------------------------------- */

static ph_status element_type(struct ph_wasm *self, uint32_t flags, uint8_t *type)
{
    uint8_t kind;
    *type = PH_WASM_FUNCREF;
    if ((flags & (ELEMENT_NOT_ACTIVE | ELEMENT_EXPLICIT)) == 0) {
        return PH_OK;
    }
    if (flags & ELEMENT_EXPRESSIONS) {
        return ph_wasm_read_reference_type(self, type);
    }
    PH_WASM_TRY(ph_wasm_read_byte(self, &kind));
    if (kind != 0) {
        return ph_wasm_fail(self, PH_MALFORMED, "malformed element kind 0x%02x", (unsigned)kind);
    }
    return PH_OK;
}

static ph_status element_items(struct ph_wasm *self, uint32_t flags, uint8_t type)
{
    uint32_t count, function;
    struct ph_init init;

    self->items.count = 0;
    PH_WASM_TRY(ph_wasm_read_u32(self, &count));
    for (uint32_t i = 0; i < count; i++) {
        if (flags & ELEMENT_EXPRESSIONS) {
            PH_WASM_TRY(ph_wasm_constant(self, type, &init));
        } else {
            PH_WASM_TRY(ph_wasm_read_u32(self, &function));
            PH_WASM_TRY(ph_wasm_declare_function(self, function));
            init = (struct ph_init){PH_INIT_FUNCTION, function};
        }
        if (!ph_vector_push(&self->items, self->allocator, init)) {
            return ph_wasm_fail_memory(self);
        }
    }
    return PH_OK;
}

static ph_status element_segment(struct ph_wasm *self)
{
    struct ph_element_segment segment = {.mode = PH_SEGMENT_ACTIVE};
    uint32_t flags;
    uint8_t type;

    PH_WASM_TRY(ph_wasm_read_u32(self, &flags));
    if (flags > ELEMENT_FLAGS) {
        return ph_wasm_fail(self, PH_MALFORMED, "malformed elements segment kind %u",
                            (unsigned)flags);
    }
    if (flags & ELEMENT_NOT_ACTIVE) {
        segment.mode = flags & ELEMENT_EXPLICIT ? PH_SEGMENT_DECLARED : PH_SEGMENT_PASSIVE;
    } else {
        if (flags & ELEMENT_EXPLICIT) {
            PH_WASM_TRY(ph_wasm_read_u32(self, &segment.table));
        }
        if (segment.table >= self->tables.count) {
            return ph_wasm_fail(self, PH_INVALID, "unknown table %u", (unsigned)segment.table);
        }
        PH_WASM_TRY(ph_wasm_constant(self, PH_WASM_I32, &segment.offset));
    }
    PH_WASM_TRY(element_type(self, flags, &type));
    if (segment.mode == PH_SEGMENT_ACTIVE && self->tables.items[segment.table] != type) {
        return ph_wasm_fail(self, PH_INVALID, "type mismatch between table and element segment");
    }
    PH_WASM_TRY(element_items(self, flags, type));

    segment.ref_kind = ph_wasm_ref_kind(type);
    segment.count = self->items.count;
    segment.items = self->items.items;
    ph_builder_element(self->builder, &segment);
    if (!ph_vector_push(&self->elements, self->allocator, type)) {
        return ph_wasm_fail_memory(self);
    }
    return PH_OK;
}

ph_status ph_wasm_element_section(struct ph_wasm *self)
{
    uint32_t count;
    PH_WASM_TRY(ph_wasm_read_u32(self, &count));
    for (uint32_t i = 0; i < count; i++) {
        PH_WASM_TRY(element_segment(self));
    }
    return PH_OK;
}

/* ---- Data ----------------------------------------------------------------------------------- */

ph_status ph_wasm_data_count_section(struct ph_wasm *self)
{
    PH_WASM_TRY(ph_wasm_read_u32(self, &self->data_count));
    if (self->data_count == PH_WASM_NONE) {
        return ph_wasm_fail(self, PH_LIMIT, "too many data segments");
    }
    return PH_OK;
}

static ph_status data_segment(struct ph_wasm *self)
{
    struct ph_data_segment segment = {.mode = PH_SEGMENT_ACTIVE};
    uint32_t flags, size;

    PH_WASM_TRY(ph_wasm_read_u32(self, &flags));
    if (flags > 2) {
        return ph_wasm_fail(self, PH_MALFORMED, "malformed data segment kind %u", (unsigned)flags);
    }
    if (flags == 1) {
        segment.mode = PH_SEGMENT_PASSIVE;
    } else {
        if (flags == 2) {
            PH_WASM_TRY(ph_wasm_read_u32(self, &segment.memory));
        }
        if (segment.memory >= self->memory_count) {
            return ph_wasm_fail(self, PH_INVALID, "unknown memory %u", (unsigned)segment.memory);
        }
        PH_WASM_TRY(ph_wasm_constant(self, PH_WASM_I32, &segment.offset));
    }
    PH_WASM_TRY(ph_wasm_read_u32(self, &size));
    if (size > ph_wasm_bytes_left(self)) {
        return ph_wasm_fail_end(self);
    }
    segment.bytes = (struct ph_slice){self->next, size};
    self->next += size;
    ph_builder_data(self->builder, &segment);
    return PH_OK;
}

ph_status ph_wasm_data_section(struct ph_wasm *self)
{
    uint32_t count;
    PH_WASM_TRY(ph_wasm_read_u32(self, &count));
    if (self->data_count != PH_WASM_NONE && self->data_count != count) {
        return ph_wasm_fail(self, PH_MALFORMED,
                            "data count and data section have inconsistent lengths");
    }
    self->data_count_seen = count;
    for (uint32_t i = 0; i < count; i++) {
        PH_WASM_TRY(data_segment(self));
    }
    return PH_OK;
}
