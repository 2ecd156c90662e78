/* SPDX-License-Identifier: Apache-2.0 */
/* module.h - modules by hand, and units as one line of text, for the tests of this folder. */
#ifndef PH_TESTS_UNIT_WASM_MODULE_H
#define PH_TESTS_UNIT_WASM_MODULE_H

#include "code/verify.h"
#include "lang/wasm/wasm.h"
#include "port/port.h"
#include "unit.h"

#define I32 0x7f
#define I64 0x7e
#define F32 0x7d
#define F64 0x7c
#define FUNCREF 0x70
#define EXTERNREF 0x6f
#define END 0x0b

struct bytes {
    uint8_t *items;
    uint64_t count, capacity;
};

static inline void bytes_add(struct bytes *self, const void *from, uint64_t size)
{
    if (self->count + size > self->capacity) {
        self->capacity = 2 * (self->count + size) + 64;
        self->items = realloc(self->items, self->capacity);
        CHECK(self->items != NULL);
    }
    if (size > 0) {
        memcpy(self->items + self->count, from, size);
    }
    self->count += size;
}

static inline void bytes_byte(struct bytes *self, uint8_t byte) { bytes_add(self, &byte, 1); }

static inline void bytes_number(struct bytes *self, uint64_t number)
{
    do {
        bytes_byte(self, (uint8_t)((number & 0x7f) | (number > 0x7f ? 0x80 : 0)));
        number >>= 7;
    } while (number != 0);
}

/* Its size and its bytes; `part` is freed. */
static inline void bytes_part(struct bytes *self, struct bytes *part)
{
    bytes_number(self, part->count);
    bytes_add(self, part->items, part->count);
    free(part->items);
    *part = (struct bytes){0};
}

static inline void bytes_section(struct bytes *self, uint8_t id, struct bytes *contents)
{
    bytes_byte(self, id);
    bytes_part(self, contents);
}

static inline void bytes_literal_section(struct bytes *self, uint8_t id, const char *contents,
                                         uint64_t size)
{
    struct bytes part = {0};
    bytes_add(&part, contents, size);
    bytes_section(self, id, &part);
}

#define ADD_SECTION(module, id, literal) \
    bytes_literal_section((module), (id), (literal), sizeof(literal) - 1)

static inline struct bytes module_begin(void)
{
    struct bytes module = {0};
    bytes_add(&module, "\0asm\1\0\0\0", 8);
    return module;
}

/* Adds a code section with one body: no locals, and `code` (with its end). */
static inline void module_body(struct bytes *module, const void *code, uint64_t size)
{
    struct bytes body = {0}, section = {0};
    bytes_byte(&body, 0);
    bytes_add(&body, code, size);
    bytes_byte(&section, 1);
    bytes_part(&section, &body);
    bytes_section(module, 10, &section);
}

/* A module with types [i32] → [i32] (0) and [] → [i32 i64] (1), [i32] → [] (2); a table, a memory,
 * a mutable i32 global; and one function of type 0 with this code. */
static inline struct bytes module_of_code(const void *code, uint64_t size)
{
    struct bytes module = module_begin();
    ADD_SECTION(&module, 1, "\3\x60\1\x7f\1\x7f\x60\0\2\x7f\x7e\x60\1\x7f\0");
    ADD_SECTION(&module, 3, "\1\0");
    ADD_SECTION(&module, 4, "\1\x70\0\1");
    ADD_SECTION(&module, 5, "\1\0\1");
    ADD_SECTION(&module, 6, "\1\x7f\1\x41\0\x0b");
    module_body(&module, code, size);
    return module;
}

/* Translates; frees the module. */
static inline ph_status module_translate(struct bytes *module, struct ph_slice *unit,
                                         struct ph_error *error)
{
    struct ph_slice bytes = {module->items, module->count};
    ph_status status = ph_wasm_translate(bytes, ph_port_allocator(), unit, error);
    free(module->items);
    *module = (struct bytes){0};
    return status;
}

/* Translates what must be valid, opens it and verifies it. */
static inline void module_open(struct bytes *module, struct ph_unit *unit)
{
    struct ph_slice bytes;
    struct ph_error error = {0};
    if (module_translate(module, &bytes, &error) != PH_OK ||
        ph_unit_open(bytes, ph_port_allocator(), unit, &error) != PH_OK ||
        ph_verify_unit(unit, ph_port_allocator(), &error) != PH_OK) {
        unit_fail(__FILE__, __LINE__, "%s", error.text);
    }
}

static inline void module_close(struct ph_unit *unit)
{
    struct ph_slice bytes = unit->bytes;
    ph_unit_close(unit);
    ph_free(ph_port_allocator(), (void *)bytes.bytes, bytes.size);
}

/* Writes the opcodes and immediates of the last function: "i32_const 1; return". */
static inline void module_code_text(const struct ph_unit *unit, char *to, size_t size)
{
    struct ph_scratch scratch;
    struct ph_function function;
    struct ph_error error;
    size_t used = 0;
    ph_scratch_init(&scratch, ph_port_allocator(), 0);
    CHECK_OK(ph_function_open(unit, unit->function_count - 1, &scratch, &function, &error));
    *to = 0;
    for (uint32_t at = 0; at < function.code.size;) {
        struct ph_insn insn;
        CHECK_OK(ph_insn_decode(function.code, at, &insn));
        used += (size_t)snprintf(to + used, size - used, "%s%s", at == 0 ? "" : "; ",
                                 ph_op_info(insn.opcode)->name);
        for (uint32_t i = 0; i < insn.immediate_count; i++) {
            used += (size_t)snprintf(to + used, size - used, " %lld", (long long)insn.immediate[i]);
        }
        uint32_t cursor = insn.targets_offset;
        for (uint64_t i = 0; insn.opcode == PH_OP_br_table && i <= insn.immediate[0]; i++) {
            used += (size_t)snprintf(to + used, size - used, " @%u",
                                     ph_insn_next_target(function.code, &cursor));
        }
        CHECK(used < size);
        at = insn.next;
    }
    ph_scratch_finish(&scratch);
}

#endif
