/* SPDX-License-Identifier: Apache-2.0 */
/* bytecode.c - from bytes to instructions. */
#include "lang/java/bytecode.h"

#include "code/code.h"
#include "lang/java/classfile.h"

#define THROWS PH_JT_THROWS
#define BRANCH PH_JT_BRANCH
#define ENDS PH_JT_ENDS
#define PH_OP_NONE PH_JT_NO_UNIT_OP

const struct ph_jt_op_info ph_jt_ops[PH_JT_OP_COUNT] = {
#define PH_JT_OP(name, number, operand, stack, flags, unit) \
    [number] = {#name, stack, operand[0], flags, PH_OP_##unit},
#include "lang/java/bytecode.def"
#undef PH_JT_OP
};

/* A family of instructions that carry their operand in their number: the value of op is `base` +
 * (op - first). */
struct short_form {
    uint8_t first, last, plain;
    int8_t base;
};

static const struct short_form short_forms[] = {
    {PH_JT_iconst_m1, PH_JT_iconst_5, PH_JT_sipush, -1},
    {PH_JT_lconst_0, PH_JT_lconst_1, PH_JT_lconst_0, 0},
    {PH_JT_fconst_0, PH_JT_fconst_2, PH_JT_fconst_0, 0},
    {PH_JT_dconst_0, PH_JT_dconst_1, PH_JT_dconst_0, 0},
    {PH_JT_iload_0, PH_JT_iload_3, PH_JT_iload, 0},
    {PH_JT_lload_0, PH_JT_lload_3, PH_JT_lload, 0},
    {PH_JT_fload_0, PH_JT_fload_3, PH_JT_fload, 0},
    {PH_JT_dload_0, PH_JT_dload_3, PH_JT_dload, 0},
    {PH_JT_aload_0, PH_JT_aload_3, PH_JT_aload, 0},
    {PH_JT_istore_0, PH_JT_istore_3, PH_JT_istore, 0},
    {PH_JT_lstore_0, PH_JT_lstore_3, PH_JT_lstore, 0},
    {PH_JT_fstore_0, PH_JT_fstore_3, PH_JT_fstore, 0},
    {PH_JT_dstore_0, PH_JT_dstore_3, PH_JT_dstore, 0},
    {PH_JT_astore_0, PH_JT_astore_3, PH_JT_astore, 0},
};

static void make_plain(struct ph_jt_insn *insn)
{
    switch (insn->op) {
    case PH_JT_bipush:
        insn->op = PH_JT_sipush;
        return;
    case PH_JT_ldc:
        insn->op = PH_JT_ldc_w;
        return;
    case PH_JT_goto_w:
        insn->op = PH_JT_goto;
        return;
    case PH_JT_jsr_w:
        insn->op = PH_JT_jsr;
        return;
    default:
        if (ph_jt_ops[insn->op].operand != 0 || insn->op > PH_JT_astore_3) {
            return;
        }
        break;
    }
    for (uint32_t i = 0; i < PH_COUNT(short_forms); i++) {
        const struct short_form *form = &short_forms[i];
        if (insn->op >= form->first && insn->op <= form->last) {
            insn->value = form->base + (insn->op - form->first);
            insn->op = form->plain;
            return;
        }
    }
}

static bool decode_switch(struct ph_slice code, struct ph_jt_insn *insn)
{
    uint64_t at = insn->pc + UINT64_C(1);

    for (; at % 4 != 0; at++) {
        if (at >= code.size || code.bytes[at] != 0) {
            return false;
        }
    }
    uint64_t head = insn->op == PH_JT_tableswitch ? 12 : 8;
    if (at + head > code.size) {
        return false;
    }
    const uint8_t *bytes = code.bytes + at;
    int64_t count;
    insn->value = (int32_t)ph_java_u32(bytes);
    insn->extra = 0;
    if (insn->op == PH_JT_tableswitch) {
        insn->extra = (int32_t)ph_java_u32(bytes + 4);
        count = (int64_t)(int32_t)ph_java_u32(bytes + 8) - insn->extra + 1;
    } else {
        count = (int32_t)ph_java_u32(bytes + 4);
    }
    int64_t entry_bytes = insn->op == PH_JT_tableswitch ? 4 : 8;
    int64_t bytes_left = (int64_t)(code.size - at - head);
    if (count < (insn->op == PH_JT_tableswitch) || count > bytes_left / entry_bytes) {
        return false;
    }
    insn->count = (uint32_t)count;
    insn->table = bytes + head;
    insn->next = (uint32_t)(at + head + (uint64_t)(count * entry_bytes));
    return true;
}

static bool decode_wide(struct ph_slice code, struct ph_jt_insn *insn)
{
    uint64_t left = code.size - insn->pc;

    if (left < 4) {
        return false;
    }
    const uint8_t *bytes = code.bytes + insn->pc;
    insn->op = bytes[1];
    insn->value = ph_java_u16(bytes + 2);
    insn->next = insn->pc + 4;
    if (insn->op == PH_JT_iinc) {
        insn->extra = left < 6 ? 0 : (int16_t)ph_java_u16(bytes + 4);
        insn->next += 2;
        return left >= 6;
    }
    return insn->op < PH_JT_OP_COUNT && ph_jt_ops[insn->op].operand == 'l';
}

static uint32_t operand_bytes(char operand)
{
    switch (operand) {
    case 0:
        return 0;
    case 'b':
    case 'l':
    case 'c':
    case 'n':
        return 1;
    case 's':
    case 'C':
    case 'i':
    case 'j':
        return 2;
    case 'm':
        return 3;
    default: /* J I D */
        return 4;
    }
}

static bool decode_operand(struct ph_jt_insn *insn, char operand, const uint8_t *bytes)
{
    switch (operand) {
    case 'b':
        insn->value = (int8_t)bytes[0];
        return true;
    case 'l':
    case 'c':
    case 'n':
        insn->value = bytes[0];
        return true;
    case 's':
    case 'j':
        insn->value = (int16_t)ph_java_u16(bytes);
        return true;
    case 'J':
        insn->value = (int32_t)ph_java_u32(bytes);
        return true;
    case 'i':
        insn->value = bytes[0];
        insn->extra = (int8_t)bytes[1];
        return true;
    case 'C':
        insn->value = ph_java_u16(bytes);
        return true;
    case 'm':
        insn->value = ph_java_u16(bytes);
        insn->extra = bytes[2];
        return true;
    case 'I': /* the count says what the descriptor says, and is compared with it later */
        insn->value = ph_java_u16(bytes);
        insn->extra = bytes[2];
        return bytes[3] == 0;
    case 'D':
        insn->value = ph_java_u16(bytes);
        return bytes[2] == 0 && bytes[3] == 0;
    default:
        return true;
    }
}

bool ph_jt_decode(struct ph_slice code, uint32_t pc, struct ph_jt_insn *insn)
{
    insn->pc = pc;
    insn->op = code.bytes[pc];
    insn->value = 0;
    insn->extra = 0;
    if (insn->op >= PH_JT_OP_COUNT) {
        return false;
    }
    char operand = ph_jt_ops[insn->op].operand;
    if (operand == 'T' || operand == 'L') {
        return decode_switch(code, insn);
    }
    if (operand == 'w') {
        return decode_wide(code, insn);
    }
    uint32_t bytes = operand_bytes(operand);
    if (bytes > code.size - pc - 1) {
        return false;
    }
    insn->next = pc + 1 + bytes;
    if (!decode_operand(insn, operand, code.bytes + pc + 1)) {
        return false;
    }
    make_plain(insn);
    return true;
}

int32_t ph_jt_switch_key(const struct ph_jt_insn *insn, uint32_t index)
{
    if (insn->op == PH_JT_tableswitch) {
        return (int32_t)((uint32_t)insn->extra + index);
    }
    return (int32_t)ph_java_u32(insn->table + index * UINT64_C(8));
}

int32_t ph_jt_switch_distance(const struct ph_jt_insn *insn, uint32_t index)
{
    if (insn->op == PH_JT_tableswitch) {
        return (int32_t)ph_java_u32(insn->table + index * UINT64_C(4));
    }
    return (int32_t)ph_java_u32(insn->table + index * UINT64_C(8) + 4);
}
