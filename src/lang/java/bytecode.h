/* SPDX-License-Identifier: Apache-2.0 */
/* bytecode.h - decodes the instructions of a method, one at a time.
 *
 * What says the same is made the same here: iload_1 and wide iload are an iload with a number, all
 * constants of type int are sipush, goto_w is goto. Nothing but the bytes is checked: whether the
 * instruction is whole, its padding and its number. */
#ifndef PH_LANG_JAVA_BYTECODE_H
#define PH_LANG_JAVA_BYTECODE_H

#include "base/common.h"

enum ph_jt_op {
#define PH_JT_OP(name, number, operand, stack, flags, unit) PH_JT_##name = number,
#include "lang/java/bytecode.def"
#undef PH_JT_OP
    PH_JT_OP_COUNT = 202
};

enum ph_jt_op_flag { PH_JT_THROWS = 1, PH_JT_BRANCH = 2, PH_JT_ENDS = 4 };

#define PH_JT_NO_UNIT_OP UINT16_MAX

struct ph_jt_op_info {
    const char *name;
    const char *stack;
    char operand;      /* 0: none */
    uint8_t flags;
    uint16_t unit_op;  /* PH_JT_NO_UNIT_OP: it needs more than one */
};

extern const struct ph_jt_op_info ph_jt_ops[PH_JT_OP_COUNT];

struct ph_jt_insn {
    uint32_t pc, next; /* next: of the instruction behind it */
    uint8_t op;        /* plain: enum ph_jt_op */
    int32_t value;     /* number of a local, a constant or a type; a constant's value; of a branch,
                        * or a switch's default, the distance */
    int32_t extra;     /* iinc: what is added; multianewarray: dimensions; tableswitch: the lowest
                        * key; lookupswitch: 0 */
    uint32_t count;    /* switches: how many keys */
    const uint8_t *table; /* switches: distances, or pairs of key and distance */
};

/* False: the bytes at `pc` < code.size are no instruction, or it does not end inside of `code`. */
bool ph_jt_decode(struct ph_slice code, uint32_t pc, struct ph_jt_insn *insn);

/* Key and distance `index` of a switch. */
int32_t ph_jt_switch_key(const struct ph_jt_insn *insn, uint32_t index);
int32_t ph_jt_switch_distance(const struct ph_jt_insn *insn, uint32_t index);

#endif
