/* SPDX-License-Identifier: Apache-2.0 */
/* values.c - where values are while a function is prepared, and the instructions that make them.
 * prepare.h has the invariants. */
#include "interp/prepare.h"

/* ---- Forms ----------------------------------------------------------------------------------- */

#define ACC_u32 PH_ACC_INTEGER
#define ACC_u64 PH_ACC_INTEGER
#define ACC_f32 PH_ACC_F32
#define ACC_f64 PH_ACC_F64
#define WIDE_u32 false
#define WIDE_u64 true
#define WIDE_f32 false
#define WIDE_f64 true

#define FORM(kind, op, from, to, immediates, branch, sum, swapped, inverse)                   \
    [PH_OP_##op] = {PH_FORM_##kind, from, to, WIDE_##immediates, HAS_##immediates, PH_H_##op, \
                    branch, sum, swapped, inverse},
#define HAS_u32 true
#define HAS_u64 true
#define HAS_f32 false
#define HAS_f64 false

static const struct ph_form forms[PH_FORM_LIMIT] = {
#define PH_BINARY(op, type, to, traps, result) \
    FORM(BINARY, op, ACC_##type, ACC_##to, type, 0, 0, 0, 0)
#define PH_COMPARE(op, type, result, swapped, inverse)                                      \
    FORM(COMPARE, op, ACC_##type, PH_ACC_INTEGER, type, PH_H_br_##op, 0, PH_OP_##swapped, \
         PH_OP_##inverse)
#define PH_COMPARE_I32(op, type, result, swapped, inverse)                             \
    FORM(COMPARE, op, ACC_##type, PH_ACC_INTEGER, type, PH_H_br_##op, PH_H_br_sum_##op, \
         PH_OP_##swapped, PH_OP_##inverse)
#define PH_FLOAT_COMPARE(op, type, result, swapped, inverse) \
    PH_COMPARE(op, type, result, swapped, inverse)
#define PH_UNARY(op, type, to, traps, result) \
    FORM(UNARY, op, ACC_##type, ACC_##to, type, 0, 0, 0, 0)
#define PH_CACHED(op, to, slow, hit, result) \
    FORM(CACHED, op, PH_ACC_INTEGER, ACC_##to, u32, 0, 0, 0, 0)
#define PH_ARRAY_GET(op, to, memory) \
    FORM(ARRAY_GET, op, PH_ACC_INTEGER, ACC_##to, u32, 0, 0, 0, 0)
#define PH_LOAD(op, to, memory) FORM(LOAD, op, PH_ACC_INTEGER, ACC_##to, u32, 0, 0, 0, 0)
#define PH_STORE(op, type, memory) FORM(STORE, op, ACC_##type, 0, type, 0, 0, 0, 0)
#include "interp/handlers.def"
};

const struct ph_form *ph_form_of(uint32_t opcode)
{
    PH_ASSERT(opcode < PH_FORM_LIMIT);
    return &forms[opcode];
}

/* ---- Words ----------------------------------------------------------------------------------- */

void ph_put_word(struct ph_preparer *p, uint64_t word)
{
    if (p->code.count >= p->code_words_max ||
        !ph_vector_push(&p->code, ph_port_allocator(), word)) {
        p->failed = true;
    }
}

static uint32_t put_handler(struct ph_preparer *p, uint32_t handler)
{
    uint32_t start = p->code.count;

    PH_ASSERT(handler < PH_HANDLER_COUNT && p->handlers[handler] != NULL);
    ph_put_word(p, (uint64_t)(uintptr_t)p->handlers[handler]);
    return start;
}

uint32_t ph_put_handler(struct ph_preparer *p, uint32_t handler)
{
    p->before = p->last;
    p->last.valid = false;
    return put_handler(p, handler);
}

/* Slot `slot` changes by a move. */
static void slot_changes(struct ph_preparer *p, uint32_t slot)
{
    if (p->last.dest == slot) {
        p->last.valid = false;
    }
}

void ph_put_move(struct ph_preparer *p, uint32_t to, uint32_t from)
{
    if (to == from) {
        return;
    }
    slot_changes(p, to);
    put_handler(p, PH_H_move);
    ph_put_word(p, ph_pack(to, from, 0, 0));
}

static void put_move_two(struct ph_preparer *p, const uint32_t *to, const uint32_t *from)
{
    slot_changes(p, to[0]);
    slot_changes(p, to[1]);
    put_handler(p, PH_H_move_two);
    ph_put_word(p, ph_pack(to[0], from[0], to[1], from[1]));
}

void ph_put_const(struct ph_preparer *p, uint32_t to, uint64_t bits)
{
    slot_changes(p, to);
    put_handler(p, PH_H_const);
    ph_put_word(p, ph_pack(to, 0, 0, 0));
    ph_put_word(p, bits);
}

/* ---- The last result ------------------------------------------------------------------------- */

static void set_last_form(struct ph_preparer *p, uint32_t start, uint32_t dest,
                          const struct ph_form *form, uint32_t variant)
{
    p->last.valid = !p->failed;
    p->last.accumulator = form == NULL ? PH_ACC_NONE : form->to;
    p->last.variant = (uint8_t)variant;
    p->last.start = start;
    p->last.end = p->code.count;
    p->last.dest = dest;
    p->last.offset = p->offset;
    p->last.form = form;
}

void ph_set_last(struct ph_preparer *p, uint32_t start, uint32_t dest)
{
    set_last_form(p, start, dest, NULL, 0);
}

static bool last_makes(const struct ph_preparer *p, const struct ph_operand *operand)
{
    return p->last.valid && operand->where != PH_IS_CONST && p->last.dest == operand->slot;
}

bool ph_is_last(const struct ph_preparer *p, const struct ph_operand *operand)
{
    return operand->where == PH_IN_SLOT && last_makes(p, operand) &&
           p->last.end == p->code.count;
}

void ph_take_back(struct ph_preparer *p)
{
    PH_ASSERT(p->last.valid && p->last.end == p->code.count);
    p->code.count = p->last.start;
    p->lowest = PH_MIN(p->lowest, p->code.count);
    p->last.valid = false;
}

void ph_retarget(struct ph_preparer *p, uint32_t dest)
{
    PH_ASSERT(p->last.valid && p->last.end == p->code.count);
    uint64_t *word = &p->code.items[p->last.start + 1];
    *word = (*word & ~UINT64_C(0xffff)) | dest;
    p->last.dest = dest;
}

bool ph_take_register(struct ph_preparer *p, const struct ph_operand *operand,
                      uint32_t accumulator)
{
    if (!last_makes(p, operand) || p->last.accumulator != accumulator) {
        return false;
    }
    if (operand->where == PH_IN_SLOT) { /* popped: nobody else reads the slot */
        const struct ph_form *form = p->last.form;
        uint32_t drop = form->kind == PH_FORM_LOAD        ? PH_V_ADDRESSES
                        : form->kind == PH_FORM_ARRAY_GET ? PH_V_ARRAY_OPERANDS
                        : form->kind == PH_FORM_UNARY || form->kind == PH_FORM_CACHED
                            ? PH_V_UNARY_OPERANDS
                            : PH_V_OPERANDS;
        const void *handler = p->handlers[form->handler + p->last.variant + drop];
        PH_ASSERT(handler != NULL);
        p->code.items[p->last.start] = (uint64_t)(uintptr_t)handler;
    }
    return true;
}

/* ---- The stack ------------------------------------------------------------------------------- */

static uint32_t push(struct ph_preparer *p)
{
    PH_ASSERT(p->depth < p->facts.depth_max);
    return p->depth++;
}

static struct ph_stack_value *push_pending(struct ph_preparer *p)
{
    if (p->pending_count == PH_PENDING_MAX) {
        ph_flush(p);
    }
    uint32_t position = push(p);
    p->pending[p->pending_count++] = position;
    return &p->stack[position];
}

uint32_t ph_push_slot(struct ph_preparer *p)
{
    return ph_slot_of(p, push(p));
}

void ph_push_local(struct ph_preparer *p, uint32_t local)
{
    *push_pending(p) = (struct ph_stack_value){true, local, 0};
    p->local_copies[local]++;
}

void ph_push_const(struct ph_preparer *p, uint64_t bits)
{
    *push_pending(p) = (struct ph_stack_value){false, 0, bits};
}

struct ph_operand ph_pop(struct ph_preparer *p)
{
    PH_ASSERT(p->depth > 0);
    p->depth--;
    if (p->pending_count == 0 || p->pending[p->pending_count - 1] != p->depth) {
        return (struct ph_operand){PH_IN_SLOT, ph_slot_of(p, p->depth), 0};
    }
    p->pending_count--;
    const struct ph_stack_value *value = &p->stack[p->depth];
    if (value->is_local) {
        p->local_copies[value->local]--;
        return (struct ph_operand){PH_IS_LOCAL, value->local, 0};
    }
    return (struct ph_operand){PH_IS_CONST, ph_slot_of(p, p->depth), value->bits};
}

void ph_push_operand(struct ph_preparer *p, const struct ph_operand *operand)
{
    if (operand->where == PH_IS_LOCAL) {
        ph_push_local(p, operand->slot);
    } else if (operand->where == PH_IS_CONST) {
        ph_push_const(p, operand->bits);
    } else {
        uint32_t slot = ph_push_slot(p);
        if (ph_is_last(p, operand)) {
            ph_retarget(p, slot);
        } else {
            ph_put_move(p, slot, operand->slot);
        }
    }
}

uint32_t ph_operand_slot(struct ph_preparer *p, const struct ph_operand *operand)
{
    if (operand->where == PH_IS_CONST) {
        ph_put_const(p, operand->slot, operand->bits);
    }
    return operand->slot;
}

/* Gives the values at pending[0 .. count) their slots; copies of locals two at a time. */
static void settle(struct ph_preparer *p, const uint32_t *positions, uint32_t count)
{
    uint32_t to[2], from[2], moves = 0;

    for (uint32_t i = 0; i < count; i++) {
        const struct ph_stack_value *value = &p->stack[positions[i]];
        uint32_t slot = ph_slot_of(p, positions[i]);
        if (!value->is_local) {
            ph_put_const(p, slot, value->bits);
        } else {
            to[moves] = slot;
            from[moves++] = value->local;
            p->local_copies[value->local]--;
        }
        if (moves == 2) {
            put_move_two(p, to, from);
            moves = 0;
        }
    }
    if (moves == 1) {
        ph_put_move(p, to[0], from[0]);
    }
}

void ph_flush(struct ph_preparer *p)
{
    settle(p, p->pending, p->pending_count);
    p->pending_count = 0;
}

uint64_t ph_flush_but_moves(struct ph_preparer *p)
{
    uint32_t start = p->code.count;

    ph_flush(p);
    if (p->failed || p->code.count < start + 2) {
        return 0;
    }
    /* Before the last word of a constant there is no handler but a slot. */
    const uint64_t *last = &p->code.items[p->code.count - 2];
    bool is_two = last[0] == (uint64_t)(uintptr_t)p->handlers[PH_H_move_two];
    if (!is_two && last[0] != (uint64_t)(uintptr_t)p->handlers[PH_H_move]) {
        return 0;
    }
    p->code.count -= 2;
    return is_two ? last[1] : (uint32_t)last[1] * UINT64_C(0x100000001);
}

void ph_flush_local(struct ph_preparer *p, uint32_t local)
{
    if (p->local_copies[local] == 0) {
        return;
    }
    uint32_t copies[PH_PENDING_MAX];
    uint32_t copy_count = 0, kept = 0;
    for (uint32_t i = 0; i < p->pending_count; i++) {
        const struct ph_stack_value *value = &p->stack[p->pending[i]];
        if (value->is_local && value->local == local) {
            copies[copy_count++] = p->pending[i];
        } else {
            p->pending[kept++] = p->pending[i];
        }
    }
    p->pending_count = kept;
    settle(p, copies, copy_count);
}

void ph_reset_stack(struct ph_preparer *p, uint32_t depth)
{
    for (uint32_t i = 0; i < p->pending_count; i++) {
        const struct ph_stack_value *value = &p->stack[p->pending[i]];
        if (value->is_local) {
            p->local_copies[value->local]--;
        }
    }
    p->pending_count = 0;
    p->depth = depth;
    p->last.valid = false;
}

/* ---- Instructions ---------------------------------------------------------------------------- */

static bool commutes(uint32_t opcode)
{
    switch (opcode) {
    case PH_OP_i32_add: case PH_OP_i32_mul: case PH_OP_i32_and: case PH_OP_i32_or:
    case PH_OP_i32_xor: case PH_OP_i64_add: case PH_OP_i64_mul: case PH_OP_i64_and:
    case PH_OP_i64_or: case PH_OP_i64_xor:
        return true;
    default:
        return false;
    }
}

static bool fits_in_32(const struct ph_form *form, uint64_t bits)
{
    return !form->is_wide || bits == (uint64_t)(int64_t)(int32_t)bits;
}

static bool fits_in_16(const struct ph_form *form, uint64_t bits)
{
    return form->is_wide ? bits == (uint64_t)(int64_t)(int16_t)bits
                         : (uint32_t)bits == (uint32_t)(int32_t)(int16_t)bits;
}

/* a + (x << k), where the shift was just made: one instruction. */
static bool put_shift_add(struct ph_preparer *p, struct ph_operand a, struct ph_operand b)
{
    if (!ph_is_last(p, &b)) {
        struct ph_operand other = a;
        a = b;
        b = other;
    }
    struct ph_last last = p->last;
    if (!ph_is_last(p, &b) || last.form != &forms[PH_OP_i32_shl] || a.where == PH_IS_CONST ||
        (last.variant != PH_V_SI && last.variant != PH_V_RI)) {
        return false;
    }
    uint64_t word = p->code.items[last.start + 1];
    uint32_t variant = last.variant == PH_V_SI ? PH_V_S : PH_V_R;
    const struct ph_form *form = &forms[PH_OP_i32_shift_add];
    ph_take_back(p);
    uint32_t start = ph_put_handler(p, form->handler + variant);
    uint32_t dest = ph_push_slot(p);
    ph_put_word(p, ph_pack(dest, (uint16_t)(word >> 16), a.slot, word >> 32 & 31));
    set_last_form(p, start, dest, form, variant);
    return true;
}

/* The variant for operands of which `a` or `b` may be a constant; registers are taken. */
static uint32_t choose_variant(struct ph_preparer *p, const struct ph_form *form,
                               const struct ph_operand *a, const struct ph_operand *b)
{
    if (a->where == PH_IS_CONST) {
        return ph_take_register(p, b, form->from) ? PH_V_WR : PH_V_WS;
    }
    bool from_register = ph_take_register(p, a, form->from);
    if (b->where == PH_IS_CONST) {
        bool is_short = form->has_immediates && fits_in_32(form, b->bits);
        return from_register ? (is_short ? PH_V_RI : PH_V_RW) : (is_short ? PH_V_SI : PH_V_SW);
    }
    if (from_register) {
        return PH_V_RS;
    }
    return ph_take_register(p, b, form->from) ? PH_V_SR : PH_V_SS;
}

static void put_binary_operands(struct ph_preparer *p, uint32_t opcode, struct ph_operand a,
                                struct ph_operand b)
{
    const struct ph_form *form = &forms[opcode];

    if (opcode == PH_OP_i32_add && put_shift_add(p, a, b)) {
        return;
    }
    if (a.where == PH_IS_CONST && b.where == PH_IS_CONST) {
        (void)ph_operand_slot(p, &a);
        a.where = PH_IN_SLOT;
    }
    if (a.where == PH_IS_CONST && (form->swapped != 0 || commutes(opcode))) {
        struct ph_operand other = a;
        a = b;
        b = other;
        form = form->swapped != 0 ? &forms[form->swapped] : form;
    }
    uint32_t variant = choose_variant(p, form, &a, &b);
    uint32_t start = ph_put_handler(p, form->handler + variant);
    uint32_t dest = ph_push_slot(p);
    if (variant == PH_V_SI || variant == PH_V_RI) {
        ph_put_word(p, ph_pack_wide(dest, a.slot, (uint32_t)b.bits));
    } else {
        ph_put_word(p, ph_pack(dest, a.slot, b.slot, 0));
        if (variant >= PH_V_SW) {
            ph_put_word(p, a.where == PH_IS_CONST ? a.bits : b.bits);
        }
    }
    set_last_form(p, start, dest, form, variant);
}

void ph_put_binary(struct ph_preparer *p, uint32_t opcode)
{
    struct ph_operand b = ph_pop(p);
    struct ph_operand a = ph_pop(p);

    put_binary_operands(p, opcode, a, b);
}

void ph_put_compare_zero(struct ph_preparer *p, uint32_t opcode)
{
    const struct ph_operand zero = {PH_IS_CONST, PH_NOWHERE, 0}; /* it has no slot */
    struct ph_operand a = ph_pop(p);

    /* "not (a < b)" is one comparison, and so is "no common bits". */
    if (opcode == PH_OP_i32_eq && ph_is_last(p, &a) && p->last.form != NULL) {
        const struct ph_form *inverse = NULL;
        if (p->last.form->kind == PH_FORM_COMPARE) {
            inverse = &forms[p->last.form->inverse];
        } else if (p->last.form == &forms[PH_OP_i32_and]) {
            inverse = &forms[PH_OP_i32_test_not];
        }
        if (inverse != NULL) {
            const void *handler = p->handlers[inverse->handler + p->last.variant];
            p->code.items[p->last.start] = (uint64_t)(uintptr_t)handler;
            p->last.form = inverse;
            ph_push_slot(p);
            return;
        }
    }
    put_binary_operands(p, opcode, a, zero);
}

void ph_put_unary(struct ph_preparer *p, uint32_t opcode)
{
    const struct ph_form *form = &forms[opcode];
    struct ph_operand a = ph_pop(p);
    uint32_t slot = ph_operand_slot(p, &a);
    uint32_t variant = ph_take_register(p, &a, form->from) ? PH_V_R : PH_V_S;
    uint32_t start = ph_put_handler(p, form->handler + variant);
    uint32_t dest = ph_push_slot(p);

    ph_put_word(p, ph_pack(dest, slot, 0, 0));
    set_last_form(p, start, dest, form, variant);
}

void ph_put_cached(struct ph_preparer *p, uint32_t opcode, uint32_t immediate)
{
    const struct ph_form *form = &forms[opcode];
    struct ph_operand a = ph_pop(p);
    uint32_t slot = ph_operand_slot(p, &a);
    uint32_t variant = ph_take_register(p, &a, PH_ACC_INTEGER) ? PH_V_R : PH_V_S;
    uint32_t start = ph_put_handler(p, form->handler + variant);
    uint32_t dest = ph_push_slot(p);

    PH_ASSERT(form->kind == PH_FORM_CACHED);
    ph_put_word(p, ph_pack_wide(dest, slot, immediate));
    ph_put_word(p, 0);
    set_last_form(p, start, dest, form, variant);
}

void ph_put_array_get(struct ph_preparer *p, uint32_t opcode, uint32_t storage)
{
    const struct ph_form *form = &forms[opcode];
    struct ph_operand index = ph_pop(p);
    struct ph_operand array = ph_pop(p);
    uint32_t array_slot = ph_operand_slot(p, &array);
    uint32_t index_slot = ph_operand_slot(p, &index);
    uint32_t variant = ph_take_register(p, &array, PH_ACC_INTEGER)   ? PH_V_ARRAY_RS
                       : ph_take_register(p, &index, PH_ACC_INTEGER) ? PH_V_ARRAY_SR
                                                                     : PH_V_ARRAY_SS;
    uint32_t start = ph_put_handler(p, form->handler + variant);
    uint32_t dest = ph_push_slot(p);

    PH_ASSERT(form->kind == PH_FORM_ARRAY_GET);
    ph_put_word(p, ph_pack(dest, array_slot, index_slot, storage));
    ph_put_word(p, 0);
    set_last_form(p, start, dest, form, variant);
}

/* Immediates of loads and stores: memory, offset. */
static bool is_plain_access(const struct ph_insn *insn)
{
    return insn->immediate[0] == 0 && insn->immediate[1] <= UINT32_MAX;
}

static void put_slow_access(struct ph_preparer *p, const struct ph_insn *insn, uint32_t value,
                            uint32_t address)
{
    ph_put_word(p, ph_pack_wide(value, address, insn->opcode));
    ph_put_word(p, (uint64_t)(uintptr_t)p->view->memories[insn->immediate[0]]);
    ph_put_word(p, insn->immediate[1]);
}

/* An address that the last instruction made of a sum, taken back. */
struct sum {
    bool is_sum, from_register, is_immediate;
    uint32_t a, b; /* slots; a is not used if it comes from the register */
    uint32_t immediate;
};

/* `written` is a slot that will be written before the sum is read; it must not be part of it. */
static struct sum take_back_sum(struct ph_preparer *p, const struct ph_operand *address,
                                uint64_t offset, uint32_t written)
{
    struct ph_last last = p->last;
    struct sum sum = {0};

    if (!ph_is_last(p, address) || last.form != &forms[PH_OP_i32_add]) {
        return sum;
    }
    uint64_t word = p->code.items[last.start + 1];
    sum.is_immediate = last.variant == PH_V_SI || last.variant == PH_V_RI;
    sum.from_register = last.variant != PH_V_SI && last.variant != PH_V_SS;
    sum.a = (uint16_t)(word >> 16);
    sum.b = (uint16_t)(word >> 32);
    sum.immediate = (uint32_t)(word >> 32);
    if (last.variant == PH_V_SR) {
        sum.b = sum.a;
    }
    if (last.variant >= PH_V_SW ||
        (!sum.is_immediate && (offset > UINT16_MAX || sum.b == written))) {
        return sum;
    }
    sum.is_sum = true;
    ph_take_back(p);
    return sum;
}

static uint32_t put_sum_load(struct ph_preparer *p, const struct ph_form *form,
                             const struct sum *sum, uint32_t dest, uint64_t offset)
{
    uint32_t variant = (sum->is_immediate ? PH_V_AT_SI : PH_V_AT_SS) + sum->from_register;
    uint32_t start = ph_put_handler(p, form->handler + variant);

    if (sum->is_immediate) {
        ph_put_word(p, ph_pack_wide(dest, sum->a, sum->immediate));
        ph_put_word(p, offset);
    } else {
        ph_put_word(p, ph_pack(dest, sum->a, sum->b, (uint32_t)offset));
    }
    set_last_form(p, start, dest, form, variant);
    return dest;
}

void ph_put_load(struct ph_preparer *p, const struct ph_insn *insn)
{
    const struct ph_form *form = &forms[insn->opcode];
    struct ph_operand a = ph_pop(p);
    uint32_t dest = ph_slot_of(p, p->depth);

    if (!is_plain_access(insn)) {
        uint32_t slot = ph_operand_slot(p, &a);
        uint32_t start = ph_put_handler(p, PH_H_slow_load);
        put_slow_access(p, insn, dest, slot);
        ph_set_last(p, start, dest);
        ph_push_slot(p);
        return;
    }
    struct sum sum = take_back_sum(p, &a, insn->immediate[1], PH_NOWHERE);
    if (sum.is_sum) {
        put_sum_load(p, form, &sum, dest, insn->immediate[1]);
    } else {
        uint32_t slot = ph_operand_slot(p, &a);
        uint32_t variant = ph_take_register(p, &a, PH_ACC_INTEGER) ? PH_V_AT_R : PH_V_AT_S;
        uint32_t start = ph_put_handler(p, form->handler + variant);
        ph_put_word(p, ph_pack_wide(dest, slot, (uint32_t)insn->immediate[1]));
        set_last_form(p, start, dest, form, variant);
    }
    ph_push_slot(p);
}

/* `value`: a slot, or an imm16 if `immediate`. */
static void put_sum_store(struct ph_preparer *p, const struct ph_form *form, const struct sum *sum,
                          uint32_t value, bool immediate, uint64_t offset)
{
    if (sum->is_immediate) {
        uint32_t variant = sum->from_register ? PH_V_RI_S : PH_V_SI_S;
        ph_put_handler(p, form->handler + variant + immediate);
        ph_put_word(p, ph_pack_wide(sum->a, value, sum->immediate));
        ph_put_word(p, offset);
    } else {
        ph_put_handler(p, form->handler + (sum->from_register ? PH_V_RS_S : PH_V_SS_S));
        ph_put_word(p, ph_pack(sum->a, sum->b, value, (uint32_t)offset));
    }
}

void ph_put_store(struct ph_preparer *p, const struct ph_insn *insn)
{
    const struct ph_form *form = &forms[insn->opcode];
    struct ph_operand value = ph_pop(p);
    struct ph_operand address = ph_pop(p);
    uint64_t offset = insn->immediate[1];

    if (!is_plain_access(insn)) {
        uint32_t address_slot = ph_operand_slot(p, &address);
        uint32_t value_slot = ph_operand_slot(p, &value);
        ph_put_handler(p, PH_H_slow_store);
        put_slow_access(p, insn, value_slot, address_slot);
        return;
    }
    if (value.where == PH_IS_CONST && !form->has_immediates) { /* a float is bits like any */
        form = &forms[form->is_wide ? PH_OP_i64_store : PH_OP_i32_store];
    }
    bool immediate = value.where == PH_IS_CONST && fits_in_16(form, value.bits);
    struct sum sum = take_back_sum(p, &address, offset,
                                   value.where == PH_IS_CONST ? value.slot : PH_NOWHERE);
    if (sum.is_sum) {
        immediate = immediate && sum.is_immediate;
        uint32_t operand = immediate ? (uint16_t)value.bits : ph_operand_slot(p, &value);
        put_sum_store(p, form, &sum, operand, immediate, offset);
        return;
    }
    uint32_t address_slot = ph_operand_slot(p, &address);
    uint32_t value_slot = immediate ? (uint16_t)value.bits : ph_operand_slot(p, &value);
    uint32_t variant = immediate ? PH_V_SI : PH_V_SS;
    if (ph_take_register(p, &address, PH_ACC_INTEGER)) {
        variant = immediate ? PH_V_RI : PH_V_RS;
    } else if (!immediate && ph_take_register(p, &value, form->from)) {
        variant = PH_V_SR;
    }
    ph_put_handler(p, form->handler + variant);
    ph_put_word(p, ph_pack_wide(address_slot, value_slot, (uint32_t)offset));
}

/* ---- Branches -------------------------------------------------------------------------------- */

/* Writes word 1, whose upper half will be the distance, and what a branch back has beside. */
static void put_target(struct ph_preparer *p, uint32_t start, uint64_t low, uint32_t label)
{
    struct ph_fixup fixup = {p->code.count, start, label, 1};

    ph_put_word(p, low & UINT32_MAX);
    if (!ph_vector_push(&p->fixups, ph_port_allocator(), fixup)) {
        p->failed = true;
    }
    if (p->label_words[label] != PH_NOWHERE) {
        ph_put_word(p, ph_pack_wide(p->header, 0, p->facts.label_offsets[label]));
    }
}

void ph_put_branch(struct ph_preparer *p, uint32_t label)
{
    ph_flush(p);
    bool back = p->label_words[label] != PH_NOWHERE;
    uint32_t start = ph_put_handler(p, back ? PH_H_br_back : PH_H_br);
    put_target(p, start, 0, label);
}

/* The comparison that was just taken back is of the sum that local `before.dest` was just given:
 * writes sum, comparison and branch back as one. */
static bool put_sum_branch(struct ph_preparer *p, const struct ph_last *compare,
                           const struct ph_form *form, uint32_t b, uint32_t label)
{
    const struct ph_last *sum = &p->before;
    bool is_from_sum = compare->variant == PH_V_RS || compare->variant == PH_V_SR ||
                       compare->variant == PH_V_RI;

    if (form->branch_sum == 0 || !is_from_sum || !sum->valid || sum->end != p->code.count ||
        sum->form != &forms[PH_OP_i32_add] || sum->variant != PH_V_SI ||
        sum->dest >= p->header || p->pending_count > 0 || p->label_words[label] == PH_NOWHERE) {
        return false;
    }
    uint64_t word = p->code.items[sum->start + 1];
    uint32_t dest = sum->dest, variant = compare->variant == PH_V_RS   ? PH_V_SUM_S
                                         : compare->variant == PH_V_SR ? PH_V_S_SUM
                                                                       : PH_V_SUM_I;
    p->code.count = sum->start;
    p->lowest = PH_MIN(p->lowest, p->code.count);
    uint32_t start = ph_put_handler(p, form->branch_sum + variant);
    put_target(p, start, ph_pack(dest, b, 0, 0), label);
    ph_put_word(p, ph_pack_wide((uint32_t)(word >> 16), 0, (uint32_t)(word >> 32)));
    return true;
}

/* If `condition` was just made by a comparison, takes that back and writes a branch on it. */
static bool put_fused_branch(struct ph_preparer *p, const struct ph_operand *condition,
                             uint32_t label, bool when)
{
    struct ph_last last = p->last;
    const struct ph_form *form = last.form;

    if (!ph_is_last(p, condition) || form == NULL || last.variant >= PH_V_BRANCHES) {
        return false;
    }
    form = form == &forms[PH_OP_i32_and] ? &forms[PH_OP_i32_test] : form;
    if (form->kind != PH_FORM_COMPARE) {
        return false;
    }
    uint64_t word = p->code.items[last.start + 1];
    uint32_t a = (uint16_t)(word >> 16), b = (uint16_t)(word >> 32);
    if (last.variant == PH_V_SI || last.variant == PH_V_RI) {
        int32_t immediate = (int32_t)(word >> 32);
        if (immediate != (int16_t)immediate) {
            return false;
        }
        b = (uint16_t)immediate;
    }
    form = when ? form : &forms[form->inverse];
    ph_take_back(p);
    if (put_sum_branch(p, &last, form, last.variant == PH_V_SR ? a : b, label)) {
        return true;
    }
    ph_flush(p); /* moves only: an operand in the accumulator stays there */
    bool back = p->label_words[label] != PH_NOWHERE;
    uint32_t start =
        ph_put_handler(p, form->branch + last.variant + (back ? PH_V_BRANCHES : 0));
    put_target(p, start, ph_pack(a, b, 0, 0), label);
    return true;
}

void ph_put_branch_if(struct ph_preparer *p, uint32_t label, bool when)
{
    struct ph_operand condition = ph_pop(p);

    if (put_fused_branch(p, &condition, label, when)) {
        return;
    }
    uint32_t slot = ph_operand_slot(p, &condition);
    ph_flush(p);
    bool back = p->label_words[label] != PH_NOWHERE;
    uint32_t variant = ph_take_register(p, &condition, PH_ACC_INTEGER) ? PH_V_RI : PH_V_SI;
    uint32_t handler = when ? PH_H_br_i32_ne : PH_H_br_i32_eq;
    uint32_t start = ph_put_handler(p, handler + variant + (back ? PH_V_BRANCHES : 0));
    put_target(p, start, ph_pack(slot, 0, 0, 0), label);
}
