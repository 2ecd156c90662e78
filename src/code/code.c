/* SPDX-License-Identifier: Apache-2.0 */
/* code.c - the op table, LEB128, and reading one instruction. */
#include "code/code.h"

#include "base/assert.h"

static const struct ph_op_info op_infos[PH_OPCODE_LIMIT] = {
#define PH_OP(name, number, immediates, stack, flags, text) \
    [number] = {#name, immediates, stack, text, flags},
#include "code/opcodes.def"
#undef PH_OP
};

/* What a number that is no opcode gets. */
static const struct ph_op_info no_op;

const struct ph_op_info *ph_op_info(uint32_t opcode)
{
    return opcode < PH_OPCODE_LIMIT ? &op_infos[opcode] : &no_op;
}

bool ph_atomic_op(uint32_t opcode, struct ph_atomic_op *op)
{
    static const uint8_t changes[] = {
        PH_ATOMIC_SWAP, PH_ATOMIC_ADD, PH_ATOMIC_COMPARE_SWAP, /* of a field */
        PH_ATOMIC_SWAP, PH_ATOMIC_ADD, PH_ATOMIC_COMPARE_SWAP, /* of a static one */
        PH_ATOMIC_GET, PH_ATOMIC_SET, PH_ATOMIC_SWAP, PH_ATOMIC_ADD, PH_ATOMIC_COMPARE_SWAP};

    if (opcode < PH_OP_field_swap || opcode > PH_OP_array_compare_swap) {
        return false;
    }
    op->change = (enum ph_atomic_change)changes[opcode - PH_OP_field_swap];
    op->place = opcode >= PH_OP_array_get_volatile ? PH_ATOMIC_ITEM
                : opcode >= PH_OP_static_swap      ? PH_ATOMIC_STATIC
                                                   : PH_ATOMIC_FIELD;
    return true;
}

const char *ph_trap_text(uint32_t trap)
{
    switch (trap) {
#define PH_TRAP_KIND(name, number, text) \
    case number:                         \
        return text;
#include "code/traps.def"
#undef PH_TRAP_KIND
    default:
        return "unknown trap";
    }
}

uint8_t ph_type_of_letter(char letter)
{
    PH_DEBUG_ASSERT(letter == 'i' || letter == 'l' || letter == 'f' || letter == 'd' ||
                    letter == 'r');
    return letter == 'i'   ? PH_I32
           : letter == 'l' ? PH_I64
           : letter == 'f' ? PH_F32
           : letter == 'd' ? PH_F64
                           : PH_REF;
}

const char *ph_type_name(uint32_t type)
{
    static const char *const names[PH_TYPE_COUNT + 1] = {"?", "i32", "i64", "f32", "f64", "ref"};

    return names[type <= PH_TYPE_COUNT ? type : 0];
}

bool ph_storage_is_integer(uint32_t storage)
{
    return storage != PH_STORE_REF && storage != PH_STORE_F32 && storage != PH_STORE_F64;
}

const char *ph_storage_name(uint32_t storage)
{
    static const char *const names[PH_STORE_LAST + 1] = {"?",   "i32", "i64", "f32", "f64",
                                                         "ref", "i8",  "i16", "u8",  "u16"};

    return names[storage <= PH_STORE_LAST ? storage : 0];
}

/* ---- LEB128 ------------------------------------------------------------------------------- */

static ph_status read_uleb_long(struct ph_slice bytes, uint64_t *offset, unsigned bits,
                                uint64_t *value)
{
    uint64_t at = *offset;
    uint64_t result = 0;

    for (unsigned shift = 0; shift < bits; shift += 7) {
        if (at >= bytes.size) {
            return PH_TRUNCATED;
        }
        uint8_t byte = bytes.bytes[at++];
        if (shift + 7 > bits && byte >> (bits - shift) != 0) {
            return PH_MALFORMED;
        }
        result |= (uint64_t)(byte & 0x7f) << shift;
        if (byte < 0x80) {
            *offset = at;
            *value = result;
            return PH_OK;
        }
    }
    return PH_MALFORMED;
}

/* Most numbers in code have one byte. */
static PH_ALWAYS_INLINE ph_status read_uleb(struct ph_slice bytes, uint64_t *offset,
                                            unsigned bits, uint64_t *value)
{
    if (PH_LIKELY(*offset < bytes.size && bytes.bytes[*offset] < 0x80 && bits >= 7)) {
        *value = bytes.bytes[(*offset)++];
        return PH_OK;
    }
    return read_uleb_long(bytes, offset, bits, value);
}

ph_status ph_read_uleb(struct ph_slice bytes, uint64_t *offset, unsigned bits, uint64_t *value)
{
    return read_uleb(bytes, offset, bits, value);
}

ph_status ph_read_sleb(struct ph_slice bytes, uint64_t *offset, unsigned bits, int64_t *value)
{
    uint64_t at = *offset;
    uint64_t result = 0;

    for (unsigned shift = 0; shift < bits; shift += 7) {
        if (at >= bytes.size) {
            return PH_TRUNCATED;
        }
        uint8_t byte = bytes.bytes[at++];
        if (shift + 7 > bits) {
            /* The sign bit and all bits above it must be equal, and no byte may follow. */
            unsigned sign_shift = bits - shift - 1;
            unsigned upper = byte >> sign_shift;
            if (upper != 0 && upper != 0x7fu >> sign_shift) {
                return PH_MALFORMED;
            }
        }
        result |= (uint64_t)(byte & 0x7f) << shift;
        if (byte < 0x80) {
            if ((byte & 0x40) != 0 && shift + 7 < 64) {
                result |= ~(uint64_t)0 << (shift + 7);
            }
            *offset = at;
            *value = (int64_t)result;
            return PH_OK;
        }
    }
    return PH_MALFORMED;
}

/* ---- Instructions ------------------------------------------------------------------------- */

static ph_status read_fixed(struct ph_slice code, uint64_t *at, unsigned bytes, uint64_t *value)
{
    if (code.size - *at < bytes) {
        return PH_TRUNCATED;
    }
    *value = bytes == 4 ? ph_load_u32(code.bytes + *at) : ph_load_u64(code.bytes + *at);
    *at += bytes;
    return PH_OK;
}

/* The labels of a br_table: `*count` and one more. */
static ph_status skip_targets(struct ph_slice code, uint64_t *at, uint64_t *count,
                              uint32_t *targets_offset)
{
    ph_status status = read_uleb(code, at, 32, count);

    if (status != PH_OK) {
        return status;
    }
    if (*count >= code.size - *at) {
        return PH_TRUNCATED;
    }
    *targets_offset = (uint32_t)*at;
    for (uint64_t i = 0; i <= *count; i++) {
        uint64_t label;
        status = read_uleb(code, at, 32, &label);
        if (status != PH_OK) {
            return status;
        }
    }
    return PH_OK;
}

/* What a byte below this is, is the same number in all ways of writing numbers but fixed ones. */
#define SMALL_LIMIT 0x40u

static ph_status read_immediate(struct ph_slice code, uint64_t *at, char letter,
                                uint64_t *value, uint32_t *targets_offset)
{
    switch (letter) {
    case 's':
        return ph_read_sleb(code, at, 32, (int64_t *)value);
    case 'S':
        return ph_read_sleb(code, at, 64, (int64_t *)value);
    case 'U':
        return read_uleb(code, at, 64, value);
    case '4':
        return read_fixed(code, at, 4, value);
    case '8':
        return read_fixed(code, at, 8, value);
    case 'B':
        return skip_targets(code, at, value, targets_offset);
    default:
        return read_uleb(code, at, 32, value);
    }
}

ph_status ph_insn_decode(struct ph_slice code, uint32_t offset, struct ph_insn *insn)
{
    PH_ASSERT(code.size <= UINT32_MAX);
    uint64_t at = offset;

    if (at >= code.size) {
        return PH_TRUNCATED;
    }
    uint32_t opcode = code.bytes[at++];
    if (opcode >= 0xf0) {
        if (at >= code.size) {
            return PH_TRUNCATED;
        }
        opcode = (opcode & 0x0f) << 8 | code.bytes[at++];
        if (opcode < 0x100) {
            return PH_MALFORMED; /* its number has a form of one byte */
        }
    }
    const struct ph_op_info *info = ph_op_info(opcode);
    if (info->name == NULL) {
        return PH_MALFORMED;
    }
    uint32_t count = 0;
    for (const char *letter = info->immediates; *letter != 0; letter++, count++) {
        bool is_number = *letter > '8' && *letter != 'B';
        if (PH_LIKELY(is_number && at < code.size && code.bytes[at] < SMALL_LIMIT)) {
            insn->immediate[count] = code.bytes[at++];
            continue;
        }
        ph_status status = read_immediate(code, &at, *letter, &insn->immediate[count],
                                          &insn->targets_offset);
        if (status != PH_OK) {
            return status;
        }
    }
    insn->opcode = opcode;
    insn->offset = offset;
    insn->next = (uint32_t)at;
    insn->immediate_count = count;
    return PH_OK;
}

uint32_t ph_insn_next_target(struct ph_slice code, uint32_t *cursor)
{
    uint64_t at = *cursor;
    uint64_t label = 0;
    ph_status status = read_uleb(code, &at, 32, &label);

    PH_DEBUG_ASSERT(status == PH_OK);
    (void)status;
    *cursor = (uint32_t)at;
    return (uint32_t)label;
}
