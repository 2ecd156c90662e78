/* SPDX-License-Identifier: Apache-2.0 */
/* origin.c - writes and reads where the parts of a unit came from: docs/formats/java-origin.md. */
#include "lang/java/origin.h"

#include "lang/java/translator.h"

#define HEADER_BYTES 24u
#define REFERENCE_BYTES 2u
#define CONSTANT_BYTES 8u
#define FUNCTION_BYTES 8u

static const uint8_t magic[4] = {'J', 'O', '1', 0};

/* ---- Writing -------------------------------------------------------------------------------- */

static void put_byte(struct ph_jt *self, uint8_t byte)
{
    if (!ph_vector_push(&self->positions, self->allocator, byte)) {
        self->failed = true;
    }
}

static void put_number(struct ph_jt *self, uint32_t value)
{
    for (; value >= 0x80; value >>= 7) {
        put_byte(self, (uint8_t)(value | 0x80));
    }
    put_byte(self, (uint8_t)value);
}

/* A pair says how much further the code is, and how much further (or less far) the bytecode. */
void ph_jt_position(struct ph_jt *self, uint32_t pc)
{
    struct ph_jt_body *body = &self->body;
    uint32_t offset = ph_builder_code_offset(self->builder);

    if (pc == body->position_pc) {
        return;
    }
    int32_t ahead = (int32_t)(pc - body->position_pc);
    put_number(self, offset - body->position_offset);
    put_number(self, (uint32_t)ahead << 1 ^ (uint32_t)(ahead >> 31));
    body->position_offset = offset;
    body->position_pc = pc;
}

static uint8_t *put_references(uint8_t *to, const uint16_t *rows, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++, to += REFERENCE_BYTES) {
        ph_store_u16(to, rows[i]);
    }
    return to;
}

void ph_jt_origin_write(struct ph_jt *self)
{
    uint64_t references = (uint64_t)self->class_rows.count + self->field_rows.count +
                          self->method_rows.count;
    uint64_t bytes = HEADER_BYTES + references * REFERENCE_BYTES +
                     (uint64_t)self->constant_rows.count * CONSTANT_BYTES +
                     (uint64_t)self->function_rows.count * FUNCTION_BYTES;
    uint8_t *head = ph_scratch_alloc(&self->scratch, (size_t)bytes);
    if (head == NULL || self->failed) {
        self->failed = true;
        return;
    }
    memcpy(head, magic, sizeof(magic));
    ph_store_u32(head + 4, self->class_rows.count);
    ph_store_u32(head + 8, self->field_rows.count);
    ph_store_u32(head + 12, self->method_rows.count);
    ph_store_u32(head + 16, self->constant_rows.count);
    ph_store_u32(head + 20, self->function_rows.count);
    uint8_t *to = put_references(head + HEADER_BYTES, self->class_rows.items,
                                 self->class_rows.count);
    to = put_references(to, self->field_rows.items, self->field_rows.count);
    to = put_references(to, self->method_rows.items, self->method_rows.count);
    for (uint32_t i = 0; i < self->constant_rows.count; i++, to += CONSTANT_BYTES) {
        const struct ph_jt_constant_row *row = &self->constant_rows.items[i];
        ph_store_u16(to, row->index);
        ph_store_u16(to + 2, row->role);
        ph_store_u32(to + 4, row->site);
    }
    for (uint32_t i = 0; i < self->function_rows.count; i++, to += FUNCTION_BYTES) {
        ph_store_u32(to, self->function_rows.items[i].method);
        ph_store_u32(to + 4, self->function_rows.items[i].first_byte);
    }
    ph_builder_origin(self->builder, (struct ph_slice){head, bytes});
    ph_builder_origin(self->builder,
                      (struct ph_slice){self->positions.items, self->positions.count});
}

/* ---- Reading -------------------------------------------------------------------------------- */

static uint64_t references_at(uint64_t count) { return HEADER_BYTES + count * REFERENCE_BYTES; }

static uint64_t constants_at(const struct ph_java_origin *self)
{
    return references_at((uint64_t)self->class_count + self->field_count + self->method_count);
}

static uint64_t functions_at(const struct ph_java_origin *self)
{
    return constants_at(self) + (uint64_t)self->constant_count * CONSTANT_BYTES;
}

static uint64_t positions_at(const struct ph_java_origin *self)
{
    return functions_at(self) + (uint64_t)self->function_count * FUNCTION_BYTES;
}

ph_status ph_java_origin_open(struct ph_slice bytes, struct ph_java_origin *self,
                              struct ph_error *error)
{
    *self = (struct ph_java_origin){.bytes = bytes};
    if (bytes.size < HEADER_BYTES || memcmp(bytes.bytes, magic, sizeof(magic)) != 0) {
        return ph_fail(error, PH_MALFORMED, "the unit was not made from a class file");
    }
    self->class_count = ph_load_u32(bytes.bytes + 4);
    self->field_count = ph_load_u32(bytes.bytes + 8);
    self->method_count = ph_load_u32(bytes.bytes + 12);
    self->constant_count = ph_load_u32(bytes.bytes + 16);
    self->function_count = ph_load_u32(bytes.bytes + 20);
    if (positions_at(self) > bytes.size) {
        return ph_fail(error, PH_MALFORMED, "the origin of a class ends too early");
    }
    return PH_OK;
}

static uint32_t reference(const struct ph_java_origin *self, uint64_t first, uint32_t index,
                          uint32_t count)
{
    return index < count ? ph_load_u16(self->bytes.bytes + references_at(first + index)) : 0;
}

uint32_t ph_java_origin_class(const struct ph_java_origin *self, uint32_t class_ref)
{
    return reference(self, 0, class_ref, self->class_count);
}

uint32_t ph_java_origin_field(const struct ph_java_origin *self, uint32_t field_ref)
{
    return reference(self, self->class_count, field_ref, self->field_count);
}

uint32_t ph_java_origin_method(const struct ph_java_origin *self, uint32_t method_ref)
{
    return reference(self, (uint64_t)self->class_count + self->field_count, method_ref,
                     self->method_count);
}

bool ph_java_origin_constant(const struct ph_java_origin *self, uint32_t constant,
                             struct ph_java_constant_origin *origin)
{
    if (constant >= self->constant_count) {
        return false;
    }
    const uint8_t *row = self->bytes.bytes + constants_at(self) +
                         (uint64_t)constant * CONSTANT_BYTES;
    *origin = (struct ph_java_constant_origin){ph_load_u16(row), (uint8_t)ph_load_u16(row + 2),
                                               ph_load_u32(row + 4)};
    return true;
}

uint32_t ph_java_origin_of_function(const struct ph_java_origin *self, uint32_t index)
{
    if (index >= self->function_count) {
        return PH_JAVA_ORIGIN_NONE;
    }
    return ph_load_u32(self->bytes.bytes + functions_at(self) + (uint64_t)index * FUNCTION_BYTES);
}

/* The positions of function `index`; empty where the bytes do not fit together. */
static struct ph_slice positions_of(const struct ph_java_origin *self, uint32_t index)
{
    const uint8_t *row = self->bytes.bytes + functions_at(self) + (uint64_t)index * FUNCTION_BYTES;
    uint64_t first = positions_at(self), size = self->bytes.size - first;
    uint64_t start = ph_load_u32(row + 4);
    uint64_t end = index + 1 < self->function_count ? ph_load_u32(row + FUNCTION_BYTES + 4) : size;

    if (start > end || end > size) {
        return (struct ph_slice){NULL, 0};
    }
    return (struct ph_slice){self->bytes.bytes + first + start, end - start};
}

static uint32_t next_number(struct ph_slice *from)
{
    uint32_t value = 0;

    for (uint32_t shift = 0; from->size > 0 && shift < 32; shift += 7) {
        uint8_t byte = *from->bytes++;
        from->size--;
        value |= (uint32_t)(byte & 0x7f) << shift;
        if (byte < 0x80) {
            break;
        }
    }
    return value;
}

uint32_t ph_java_origin_pc(const struct ph_java_origin *self, uint32_t index, uint32_t offset)
{
    uint32_t at = 0, pc = UINT32_MAX; /* as ph_jt_position begins: the first pair is of pc + 1 */

    if (index >= self->function_count) {
        return PH_JAVA_ORIGIN_NONE;
    }
    struct ph_slice pairs = positions_of(self, index);
    while (pairs.size > 0) {
        at += next_number(&pairs);
        if (at > offset) {
            break;
        }
        uint32_t ahead = next_number(&pairs);
        pc += ahead >> 1 ^ (0 - (ahead & 1));
    }
    return pc;
}
