/* SPDX-License-Identifier: Apache-2.0 */
/* prepare.h - the parts of preparing a function: values.c knows where values are and writes
 * instructions, prepare.c goes over the bytecode, prepare_objects.c writes what has to do with
 * objects. Private to them.
 *
 * The abstract operand stack says of each value where it is: in its canonical slot; or nowhere yet,
 * being a copy of a local or a constant ("pending"). Invariants:
 *
 *   (1) A pending copy of a local is given its slot before the local changes.
 *   (2) At most PH_PENDING_MAX values are pending, so that looking at all of them takes constant
 *       time, and preparing linear.
 *   (3) `last` describes the last instruction that has a result, as long as nothing but moves came
 *       after it, none of them to where its result is, and no label. */
#ifndef PH_INTERP_PREPARE_H
#define PH_INTERP_PREPARE_H

#include "interp/engine.h"

#define PH_PENDING_MAX 64u
#define PH_NOWHERE UINT32_MAX

enum ph_where { PH_IN_SLOT, PH_IS_LOCAL, PH_IS_CONST };

/* Which accumulator a value of the type comes in. */
enum ph_accumulator { PH_ACC_NONE, PH_ACC_INTEGER, PH_ACC_F32, PH_ACC_F64 };

/* A value that was popped: `slot` is where to read it, or, for a constant, where to put it. */
struct ph_operand {
    enum ph_where where;
    uint32_t slot;
    uint64_t bits;
};

/* A pending value. */
struct ph_stack_value {
    bool is_local;
    uint32_t local;
    uint64_t bits;
};

enum ph_form_kind {
    PH_FORM_NONE, PH_FORM_BINARY, PH_FORM_COMPARE, PH_FORM_UNARY, PH_FORM_LOAD, PH_FORM_STORE,
    PH_FORM_CACHED, PH_FORM_ARRAY_GET
};

/* What handlers.def has beside opcodes. */
enum ph_fused_opcode {
    PH_OP_i32_test = PH_OPCODE_LIMIT, PH_OP_i32_test_not, PH_OP_i32_shift_add,
    PH_OP_f32_not_lt, PH_OP_f32_not_gt, PH_OP_f32_not_le, PH_OP_f32_not_ge,
    PH_OP_f64_not_lt, PH_OP_f64_not_gt, PH_OP_f64_not_le, PH_OP_f64_not_ge,
    PH_OP_field_get_s8, PH_OP_field_get_u8, PH_OP_field_get_s16, PH_OP_field_get_u16,
    PH_OP_field_get_u32, PH_OP_field_get_u64, PH_OP_field_get_f32, PH_OP_field_get_f64,
    PH_FORM_LIMIT
};

/* How an opcode becomes a handler; from handlers.def. */
struct ph_form {
    uint8_t kind;
    uint8_t from, to;      /* enum ph_accumulator */
    bool is_wide;          /* operands are u64 */
    bool has_immediates;   /* short ones */
    uint16_t handler;
    uint16_t branch;       /* PH_FORM_COMPARE: if it is true */
    uint16_t branch_sum;   /* … back, on a sum just made; 0: none */
    uint16_t swapped;      /* opcode: for the operands the other way round; 0: none */
    uint16_t inverse;      /* PH_FORM_COMPARE: opcode */
};
const struct ph_form *ph_form_of(uint32_t opcode);

struct ph_last {
    bool valid;
    uint8_t accumulator;   /* where the result is beside its slot */
    uint8_t variant;       /* of the operands */
    uint32_t start, end;   /* words */
    uint32_t dest;         /* slot of the result: the low u16 of word 1 */
    uint32_t offset;       /* in the bytecode */
    const struct ph_form *form; /* NULL: no variants */
};

struct ph_fixup {
    uint32_t word, start, label; /* the word's half gets the distance from `start` to the label */
    uint32_t half;
};

struct ph_preparer {
    const struct ph_view *view;
    struct ph_entry *entries;
    const void *const *handlers;
    struct ph_scratch scratch;
    struct ph_function function;
    struct ph_function_facts facts;
    uint32_t header;                 /* slot of the frame header */
    PH_VECTOR(uint64_t) code;
    PH_VECTOR(struct ph_fixup) fixups;
    PH_VECTOR(struct ph_prepared_site) sites;
    uint64_t code_words_max;
    bool failed;                     /* no memory, or too large */
    bool reachable;
    struct ph_stack_value *stack;    /* by position; only of pending values */
    struct ph_operand *operands;     /* squeeze's */
    uint32_t depth;
    uint32_t pending[PH_PENDING_MAX]; /* positions, ascending */
    uint32_t pending_count;
    uint32_t *local_copies;          /* per local: pending copies */
    uint32_t *label_words;           /* where labels are; PH_NOWHERE: not placed */
    uint32_t *shape_depths;
    struct ph_last last, before;     /* before: what was last when `last` was begun */
    /* Looking for the bytecode of word `find`: of the instruction at hand, the least number of
     * words since it began, and the offset that the word belongs to for sure. */
    uint32_t find, lowest, found;
    const struct ph_prepared_site *sites_before; /* then: the function's own; else NULL */
    uint32_t offset;                 /* of the instruction at hand */
};

/* ---- values.c -------------------------------------------------------------------------------- */

static inline uint64_t ph_pack(uint32_t a, uint32_t b, uint32_t c, uint32_t d)
{
    return (uint64_t)a | (uint64_t)b << 16 | (uint64_t)c << 32 | (uint64_t)d << 48;
}
static inline uint64_t ph_pack_wide(uint32_t a, uint32_t b, uint32_t c)
{
    return (uint64_t)(uint16_t)a | (uint64_t)(uint16_t)b << 16 | (uint64_t)c << 32;
}

/* The canonical slot of operand `position`. */
static inline uint32_t ph_slot_of(const struct ph_preparer *p, uint32_t position)
{
    return p->header + PH_FRAME_HEADER_SLOTS + position;
}

void ph_put_word(struct ph_preparer *p, uint64_t word);
/* Begins an instruction without a result that `last` would know of; returns where. */
uint32_t ph_put_handler(struct ph_preparer *p, uint32_t handler);
void ph_put_move(struct ph_preparer *p, uint32_t to, uint32_t from);
void ph_put_const(struct ph_preparer *p, uint32_t to, uint64_t bits);
/* The instruction that began at `start` has a result in slot `dest`, no variants. */
void ph_set_last(struct ph_preparer *p, uint32_t start, uint32_t dest);

uint32_t ph_push_slot(struct ph_preparer *p); /* returns the slot */
void ph_push_local(struct ph_preparer *p, uint32_t local);
void ph_push_const(struct ph_preparer *p, uint64_t bits);
struct ph_operand ph_pop(struct ph_preparer *p);
void ph_push_operand(struct ph_preparer *p, const struct ph_operand *operand);
/* A slot to read it from; writes a constant to its own. */
uint32_t ph_operand_slot(struct ph_preparer *p, const struct ph_operand *operand);
/* Gives every pending value its slot / those that are copies of `local`. */
void ph_flush(struct ph_preparer *p);
void ph_flush_local(struct ph_preparer *p, uint32_t local);
/* As ph_flush, but the last moves, if it ends with one or two, are left to who calls: a word of
 * move_two, or 0. */
uint64_t ph_flush_but_moves(struct ph_preparer *p);
/* The stack becomes `depth` values in their slots; what was pending is forgotten. */
void ph_reset_stack(struct ph_preparer *p, uint32_t depth);
/* True if `operand`'s value was just made by the last instruction and can still go elsewhere. */
bool ph_is_last(const struct ph_preparer *p, const struct ph_operand *operand);
/* Takes the last instruction back. What it read from the accumulator is still there, and stays
 * there while only moves are written. */
void ph_take_back(struct ph_preparer *p);
/* Makes the last instruction's result go to `dest`. */
void ph_retarget(struct ph_preparer *p, uint32_t dest);
/* True if `operand` can be read from `accumulator`; its slot is not written then if nobody else
 * reads it. */
bool ph_take_register(struct ph_preparer *p, const struct ph_operand *operand,
                      uint32_t accumulator);

void ph_put_binary(struct ph_preparer *p, uint32_t opcode);
void ph_put_compare_zero(struct ph_preparer *p, uint32_t opcode); /* i32_eq, i64_eq */
void ph_put_unary(struct ph_preparer *p, uint32_t opcode);
/* A PH_CACHED operation; `immediate` is for its slow path. */
void ph_put_cached(struct ph_preparer *p, uint32_t opcode, uint32_t immediate);
/* `opcode` has a PH_ARRAY_GET; the items are `storage`. */
void ph_put_array_get(struct ph_preparer *p, uint32_t opcode, uint32_t storage);
void ph_put_load(struct ph_preparer *p, const struct ph_insn *insn);
void ph_put_store(struct ph_preparer *p, const struct ph_insn *insn);
/* Pops a condition and writes the branch to `label`, taken if it is not 0 (`when`) or 0. */
void ph_put_branch_if(struct ph_preparer *p, uint32_t label, bool when);
void ph_put_branch(struct ph_preparer *p, uint32_t label);

/* ---- prepare.c ------------------------------------------------------------------------------- */

/* Begins the site instruction `insn` with everything in its slot. `position`: of the operand whose
 * slot stands in word 1. */
uint32_t ph_begin_site(struct ph_preparer *p, const struct ph_insn *insn, uint32_t handler,
                       uint32_t position);
void ph_end_site(struct ph_preparer *p, const struct ph_insn *insn, uint32_t start, uint32_t pops,
                 uint32_t pushes);

/* A site of which nothing is written: a frame that rests there goes on with what comes next. */
void ph_put_bare_site(struct ph_preparer *p, const struct ph_insn *insn);

/* ---- prepare_objects.c ----------------------------------------------------------------------- */

/* An instruction from PH_OP_object_new on. */
void ph_put_object(struct ph_preparer *p, const struct ph_insn *insn);

#endif
