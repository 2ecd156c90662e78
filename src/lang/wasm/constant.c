/* SPDX-License-Identifier: Apache-2.0 */
/* constant.c - constant expressions (spec 3.3.10): one instruction in 2.0. */
#include "lang/wasm/translator.h"

ph_status ph_wasm_declare_function(struct ph_wasm *self, uint32_t function)
{
    if (function >= self->functions.count) {
        return ph_wasm_fail(self, PH_INVALID, "unknown function %u", (unsigned)function);
    }
    if (self->declared == NULL) {
        self->declared_bytes = self->functions.count;
        self->declared = ph_alloc_zeroed(self->allocator, self->declared_bytes);
        if (self->declared == NULL) {
            return ph_wasm_fail_memory(self);
        }
    }
    PH_ASSERT(function < self->declared_bytes); /* the function section comes first */
    self->declared[function] = 1;
    return PH_OK;
}

static ph_status constant_bits(struct ph_wasm *self, uint32_t bytes, struct ph_init *init)
{
    if (ph_wasm_bytes_left(self) < bytes) {
        self->next = self->end;
        return ph_wasm_fail_end(self);
    }
    init->value = bytes == 4 ? ph_load_u32(self->next) : ph_load_u64(self->next);
    self->next += bytes;
    return PH_OK;
}

static ph_status constant_global(struct ph_wasm *self, struct ph_init *init, uint8_t *type)
{
    uint32_t index;
    PH_WASM_TRY(ph_wasm_read_u32(self, &index));
    if (index >= self->imported_globals) {
        return ph_wasm_fail(self, PH_INVALID, "unknown global %u%s", (unsigned)index,
                            index < self->globals.count ? " in a constant expression" : "");
    }
    if (self->globals.items[index].is_mutable) {
        return ph_wasm_fail(self, PH_INVALID, "constant expression required: global %u is mutable",
                            (unsigned)index);
    }
    init->kind = PH_INIT_GLOBAL;
    init->value = index;
    *type = self->globals.items[index].type;
    return PH_OK;
}

static ph_status constant_integer(struct ph_wasm *self, int bits, struct ph_init *init)
{
    int64_t value;
    PH_WASM_TRY(ph_wasm_read_signed(self, bits, &value));
    init->value = bits == 32 ? (uint32_t)value : (uint64_t)value;
    return PH_OK;
}

static ph_status constant_function(struct ph_wasm *self, struct ph_init *init)
{
    uint32_t function;
    PH_WASM_TRY(ph_wasm_read_u32(self, &function));
    PH_WASM_TRY(ph_wasm_declare_function(self, function));
    init->kind = PH_INIT_FUNCTION;
    init->value = function;
    return PH_OK;
}

/* One instruction other than `end`. */
static ph_status constant_instruction(struct ph_wasm *self, uint8_t opcode, struct ph_init *init,
                                      uint8_t *type)
{
    *init = (struct ph_init){.kind = PH_INIT_BITS};
    switch (opcode) {
    case 0x23:
        return constant_global(self, init, type);
    case 0x41:
        *type = PH_WASM_I32;
        return constant_integer(self, 32, init);
    case 0x42:
        *type = PH_WASM_I64;
        return constant_integer(self, 64, init);
    case 0x43:
        *type = PH_WASM_F32;
        return constant_bits(self, 4, init);
    case 0x44:
        *type = PH_WASM_F64;
        return constant_bits(self, 8, init);
    case 0xd0:
        init->kind = PH_INIT_NULL;
        return ph_wasm_read_reference_type(self, type);
    case 0xd2:
        *type = PH_WASM_FUNCREF;
        return constant_function(self, init);
    default:
        break;
    }
    if (ph_wasm_is_opcode(opcode)) {
        return ph_wasm_fail(self, PH_INVALID, "constant expression required");
    }
    if (opcode == 0xfd) {
        return ph_wasm_fail(self, PH_UNSUPPORTED, "SIMD (v128.const) is not supported");
    }
    return ph_wasm_fail(self, PH_MALFORMED, "illegal opcode 0x%02x", (unsigned)opcode);
}

ph_status ph_wasm_constant(struct ph_wasm *self, uint8_t type, struct ph_init *init)
{
    uint64_t count = 0;
    uint8_t actual = PH_WASM_UNKNOWN, opcode;

    PH_WASM_TRY(ph_wasm_read_byte(self, &opcode));
    while (opcode != PH_WASM_OP_END) {
        PH_WASM_TRY(constant_instruction(self, opcode, init, &actual));
        count++;
        PH_WASM_TRY(ph_wasm_read_byte(self, &opcode));
    }
    if (count != 1 || actual != type) {
        return ph_wasm_fail(self, PH_INVALID, "type mismatch in a constant expression");
    }
    return PH_OK;
}
