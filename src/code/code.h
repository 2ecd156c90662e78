/* SPDX-License-Identifier: Apache-2.0 */
/* code.h - the words of the bytecode: value types, opcodes, traps, and reading one instruction. */
#ifndef PH_CODE_CODE_H
#define PH_CODE_CODE_H

#include "base/status.h"

/* Value types. Stored in units. */
enum ph_type { PH_I32 = 1, PH_I64 = 2, PH_F32 = 3, PH_F64 = 4, PH_REF = 5 };
#define PH_TYPE_COUNT 5u

/* How a field or an array's item lies in memory. Stored in units and in classes. */
enum ph_storage {
    PH_STORE_I32 = 1, PH_STORE_I64 = 2, PH_STORE_F32 = 3, PH_STORE_F64 = 4, PH_STORE_REF = 5,
    PH_STORE_I8 = 6, PH_STORE_I16 = 7, PH_STORE_U8 = 8, PH_STORE_U16 = 9
};
#define PH_STORE_LAST PH_STORE_U16

/* What the operand stack has for it: the small ones are i32. */
static inline uint8_t ph_storage_type(uint32_t storage)
{
    return storage <= PH_STORE_REF ? (uint8_t)storage : (uint8_t)PH_I32;
}

/* log2 of its bytes. */
static inline uint32_t ph_storage_shift(uint32_t storage)
{
    switch (storage) {
    case PH_STORE_I8:
    case PH_STORE_U8:
        return 0;
    case PH_STORE_I16:
    case PH_STORE_U16:
        return 1;
    case PH_STORE_I64:
    case PH_STORE_F64:
        return 3;
    default:
        return 2;
    }
}

#define PH_OP_END 1u
#define PH_OP_SITE 2u
#define PH_OP_LABEL 4u

enum ph_opcode {
#define PH_OP(name, number, immediates, stack, flags, text) PH_OP_##name = number,
#include "code/opcodes.def"
#undef PH_OP
    PH_OPCODE_LIMIT = 0x200
};

struct ph_op_info {
    const char *name;       /* NULL: no such opcode */
    const char *immediates;
    const char *stack;
    const char *text;
    uint32_t flags;
};

/* NULL name for numbers that are not opcodes. */
const struct ph_op_info *ph_op_info(uint32_t opcode);

/* The instructions that threads agree on, taken apart: PH_OP_field_swap and so on. */
enum ph_atomic_change {
    PH_ATOMIC_GET, PH_ATOMIC_SET, PH_ATOMIC_SWAP, PH_ATOMIC_ADD, PH_ATOMIC_COMPARE_SWAP
};
enum ph_atomic_place { PH_ATOMIC_STATIC, PH_ATOMIC_FIELD, PH_ATOMIC_ITEM };
struct ph_atomic_op {
    enum ph_atomic_place place;
    enum ph_atomic_change change;
};
/* False: it is another instruction. */
bool ph_atomic_op(uint32_t opcode, struct ph_atomic_op *op);

enum ph_trap {
#define PH_TRAP_KIND(name, number, text) name = number,
#include "code/traps.def"
#undef PH_TRAP_KIND
};
const char *ph_trap_text(uint32_t trap);

uint8_t ph_type_of_letter(char letter);  /* of the table's stack effects: "ilfdr" */
const char *ph_type_name(uint32_t type); /* "i32"…; "?" if unknown */
bool ph_storage_is_integer(uint32_t storage);
const char *ph_storage_name(uint32_t storage); /* "i32"… "i8" "u16"; "?" if unknown */

/* One decoded instruction. */
struct ph_insn {
    uint32_t opcode;
    uint32_t offset;        /* of its first byte in the function's code */
    uint32_t next;          /* of the byte after it */
    uint32_t immediate_count;
    uint64_t immediate[2];  /* sign-extended where signed; f32/f64 bits; for B: the count first */
    uint32_t targets_offset; /* B: where its count + 1 labels begin */
};

/* Decodes the instruction at `offset`. PH_MALFORMED / PH_TRUNCATED on bad bytes; `code` may hold
 * anything at all. Allocates nothing. */
PH_MUST_CHECK ph_status ph_insn_decode(struct ph_slice code, uint32_t offset,
                                       struct ph_insn *insn);
/* The i-th label of a br_table whose bytes were verified; `cursor` starts at targets_offset. */
uint32_t ph_insn_next_target(struct ph_slice code, uint32_t *cursor);

/* LEB128. Readers move *offset and never read past `bytes.size`; canonical length is not asked
 * for, but unused bits of the last byte must be zero (or the sign). */
PH_MUST_CHECK ph_status ph_read_uleb(struct ph_slice bytes, uint64_t *offset, unsigned bits,
                                     uint64_t *value);
PH_MUST_CHECK ph_status ph_read_sleb(struct ph_slice bytes, uint64_t *offset, unsigned bits,
                                     int64_t *value);

#endif
