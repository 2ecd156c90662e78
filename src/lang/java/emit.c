/* SPDX-License-Identifier: Apache-2.0 */
/* emit.c - pass 3: the unit's instructions.
 *
 * 1. The operand stack of the unit's function is the method's, value for value, before and after
 *    each of Java's instructions; a long is one value.
 * 2. Blocks come in the order of the file, those that are not reached are left out. So ranges of
 *    handlers stay ranges, and a branch is back exactly if it was (but for loops.c).
 * 3. A block gets a label when somebody branches to it; loops and handlers always. */
#include "lang/java/translator.h"

#define SPARE_SLOTS 8u /* what an instruction of Java's may push while it is at work */

/* ---- Parts ---------------------------------------------------------------------------------- */

void ph_jt_op(struct ph_jt *self, uint32_t opcode)
{
    self->body.push_count = 0;
    self->body.top_letter = 0;
    ph_builder_op(self->builder, opcode);
}

void ph_jt_op1(struct ph_jt *self, uint32_t opcode, uint64_t immediate)
{
    self->body.push_count = 0;
    self->body.top_letter = 0;
    ph_builder_op1(self->builder, opcode, immediate);
}

void ph_jt_push_again(struct ph_jt *self, uint32_t opcode, uint64_t immediate)
{
    struct ph_jt_body *body = &self->body;

    if (opcode == PH_OP_ref_null) {
        ph_builder_op(self->builder, opcode);
    } else {
        ph_builder_op1(self->builder, opcode, immediate);
    }
    if (body->push_count == PH_JT_PUSHES_MAX) {
        memmove(&body->pushes[0], &body->pushes[1],
                (PH_JT_PUSHES_MAX - 1) * sizeof(body->pushes[0]));
        body->push_count--;
    }
    body->top_letter = 0;
    body->pushes[body->push_count++] = (struct ph_jt_push){opcode, immediate};
}

static uint8_t unit_type(uint8_t kind)
{
    return kind == PH_JT_RETURN_ADDRESS ? (uint8_t)PH_I32 : kind;
}

uint32_t ph_jt_local(struct ph_jt *self, uint32_t local, uint8_t kind)
{
    uint16_t *known = &self->locals[local * PH_JT_KIND_COUNT + kind];

    if (*known == 0) {
        if (!ph_vector_push(&self->touched, self->allocator, local)) {
            self->failed = true;
            return 0;
        }
        *known = (uint16_t)(self->body.local_count + 1);
        if (self->body.local_count < PH_LOCALS_MAX) { /* else ph_jt_emit fails */
            ph_builder_locals(self->builder, 1, unit_type(kind));
        }
        self->body.local_count = PH_MIN(self->body.local_count + 1, PH_LOCALS_MAX + 1);
    }
    return *known - 1u;
}

uint32_t ph_jt_temporary(struct ph_jt *self, uint8_t kind, uint32_t number)
{
    uint32_t *known = &self->body.temporaries[kind][number];

    if (*known == 0) {
        ph_builder_locals(self->builder, 1, unit_type(kind));
        *known = ++self->body.local_count;
    }
    return *known - 1;
}

uint32_t ph_jt_shape(struct ph_jt *self, uint32_t node)
{
    uint32_t at = node;

    self->queue.count = 0; /* pass 2 is over */
    for (; at != 0 && self->nodes.items[at].shape == 0; at = self->nodes.items[at].parent) {
        if (!ph_vector_push(&self->queue, self->allocator, at)) {
            self->failed = true;
            return 0;
        }
    }
    uint32_t shape = at == 0 ? 0 : self->nodes.items[at].shape - 1;
    while (self->queue.count > 0) {
        struct ph_jt_node *next = &self->nodes.items[self->queue.items[--self->queue.count]];
        shape = ph_builder_shape(self->builder, shape, unit_type(next->kind));
        next->shape = shape + 1;
    }
    return shape;
}

uint32_t ph_jt_label(struct ph_jt *self, uint32_t block)
{
    struct ph_jt_block *to = &self->body.blocks[block];

    if (to->label == PH_JT_NONE) {
        to->label = ph_builder_label(self->builder, ph_jt_shape(self, to->node), to->is_loop);
    }
    return to->label;
}

bool ph_jt_peek(struct ph_jt *self, const struct ph_jt_insn *insn,
                  struct ph_jt_insn *behind)
{
    const struct ph_jt_body *body = &self->body;

    if (insn->next >= body->blocks[body->block].end) {
        return false;
    }
    bool is_whole = ph_jt_decode(body->code, insn->next, behind);
    PH_ASSERT(is_whole);
    return true;
}

ph_status ph_jt_done(struct ph_jt *self, const struct ph_jt_insn *insn)
{
    if (!self->body.is_copy) {
        ph_jt_note_locals(self, insn, insn->next >= self->body.blocks[self->body.block].end);
    }
    return ph_jt_step(self, insn);
}

/* ---- Small integers ------------------------------------------------------------------------- */

/* Whether the value on top is known to be one of the type `letter`. */
static bool is_narrow(const struct ph_jt *self, uint8_t letter)
{
    const struct ph_jt_body *body = &self->body;
    uint8_t known = body->top_letter;

    if (body->push_count > 0 && body->pushes[body->push_count - 1].opcode == PH_OP_i32_const) {
        int64_t value = (int64_t)body->pushes[body->push_count - 1].immediate;
        int64_t least = letter == 'B' ? INT8_MIN : letter == 'S' ? INT16_MIN : 0;
        int64_t most = letter == 'Z'   ? 1
                       : letter == 'B' ? INT8_MAX
                       : letter == 'S' ? INT16_MAX
                                       : UINT16_MAX;
        return value >= least && value <= most;
    }
    return known == letter || known == 'Z' || (known == 'B' && letter == 'S');
}

void ph_jt_narrow(struct ph_jt *self, uint8_t letter)
{
    if ((letter != 'Z' && letter != 'B' && letter != 'C' && letter != 'S') ||
        is_narrow(self, letter)) {
        return;
    }
    switch (letter) {
    case 'B':
        ph_jt_op(self, PH_OP_i32_extend8_s);
        break;
    case 'S':
        ph_jt_op(self, PH_OP_i32_extend16_s);
        break;
    default:
        ph_jt_op1(self, PH_OP_i32_const, letter == 'Z' ? 1 : UINT16_MAX);
        ph_jt_op(self, PH_OP_i32_and);
        break;
    }
}

/* What the value on top is after an instruction that makes one of a small type. */
static uint8_t letter_after(uint8_t op)
{
    switch (op) {
    case PH_JT_i2b:
    case PH_JT_baload:
        return 'B';
    case PH_JT_i2s:
    case PH_JT_saload:
        return 'S';
    case PH_JT_caload:
        return 'C';
    default:
        return 0;
    }
}

/* ---- Constants ------------------------------------------------------------------------------ */

/* A constant of type int, and what is at once made of it. */
static ph_status emit_int(struct ph_jt *self, struct ph_jt_insn *insn, int32_t value)
{
    struct ph_jt_insn behind;

    if (ph_jt_peek(self, insn, &behind)) {
        switch (behind.op) {
        case PH_JT_i2l:
            ph_jt_push_again(self, PH_OP_i64_const, (uint64_t)(int64_t)value);
            PH_JT_TRY(ph_jt_done(self, insn));
            *insn = behind;
            return PH_OK;
        case PH_JT_lshl:
        case PH_JT_lshr:
        case PH_JT_lushr:
            ph_jt_op1(self, PH_OP_i64_const, (uint64_t)(value & 63));
            ph_jt_op(self, behind.op == PH_JT_lshl   ? PH_OP_i64_shl
                             : behind.op == PH_JT_lshr ? PH_OP_i64_shr_s
                                                         : PH_OP_i64_shr_u);
            PH_JT_TRY(ph_jt_done(self, insn));
            *insn = behind;
            return PH_OK;
        default:
            break;
        }
    }
    ph_jt_push_again(self, PH_OP_i32_const, (uint64_t)(int64_t)value);
    return PH_OK;
}

/* The method that takes the number out of a box. */
static void emit_unbox(struct ph_jt *self, uint8_t letter)
{
    static const struct {
        const char *class_name, *name, *descriptor;
        uint8_t letter;
    } boxes[] = {
        {"java/lang/Boolean", "booleanValue", "()Z", 'Z'},
        {"java/lang/Byte", "byteValue", "()B", 'B'},
        {"java/lang/Character", "charValue", "()C", 'C'},
        {"java/lang/Short", "shortValue", "()S", 'S'},
        {"java/lang/Integer", "intValue", "()I", 'I'},
        {"java/lang/Long", "longValue", "()J", 'J'},
        {"java/lang/Float", "floatValue", "()F", 'F'},
        {"java/lang/Double", "doubleValue", "()D", 'D'},
    };
    for (uint32_t i = 0; i < PH_COUNT(boxes); i++) {
        if (boxes[i].letter == letter) {
            const uint8_t *class_name = (const uint8_t *)boxes[i].class_name;
            const uint8_t *name = (const uint8_t *)boxes[i].name;
            const uint8_t *descriptor = (const uint8_t *)boxes[i].descriptor;
            uint32_t method = ph_jt_method_named(
                self, (struct ph_slice){class_name, strlen(boxes[i].class_name)},
                (struct ph_slice){name, strlen(boxes[i].name)},
                (struct ph_slice){descriptor, strlen(boxes[i].descriptor)});
            ph_jt_op1(self, PH_OP_call_method, method);
        }
    }
}

static ph_status emit_constant(struct ph_jt *self, struct ph_jt_insn *insn)
{
    uint32_t index = (uint32_t)insn->value;
    const struct ph_constant *constant = &self->file->constants[index];

    switch (constant->tag) {
    case PH_CONSTANT_INTEGER:
        return emit_int(self, insn, (int32_t)constant->bits);
    case PH_CONSTANT_LONG:
        ph_jt_push_again(self, PH_OP_i64_const, constant->bits);
        return PH_OK;
    case PH_CONSTANT_FLOAT:
        ph_jt_push_again(self, PH_OP_f32_const, constant->bits);
        return PH_OK;
    case PH_CONSTANT_DOUBLE:
        ph_jt_push_again(self, PH_OP_f64_const, constant->bits);
        return PH_OK;
    default:
        ph_jt_op1(self, PH_OP_constant_get, ph_jt_constant(self, index));
        if (constant->tag == PH_CONSTANT_DYNAMIC) {
            emit_unbox(self, ph_classfile_member(self->file, index).descriptor.bytes[0]);
        }
        return PH_OK;
    }
}

static uint64_t f32_bits(int32_t value)
{
    static const uint32_t bits[] = {0, 0x3f800000u, 0x40000000u};
    return bits[value];
}

static uint64_t f64_bits(int32_t value) { return value == 0 ? 0 : UINT64_C(0x3ff0000000000000); }

/* ---- One instruction ------------------------------------------------------------------------ */

static void emit_local(struct ph_jt *self, const struct ph_jt_insn *insn)
{
    static const uint8_t kinds[] = {PH_I32, PH_I64, PH_F32, PH_F64, PH_REF};
    uint32_t local = (uint32_t)insn->value;

    if (insn->op >= PH_JT_iload && insn->op <= PH_JT_aload) {
        uint8_t kind = kinds[insn->op - PH_JT_iload];
        ph_jt_push_again(self, PH_OP_local_get, ph_jt_local(self, local, kind));
    } else if (insn->op == PH_JT_iinc) {
        uint32_t at = ph_jt_local(self, local, PH_I32);
        ph_jt_op1(self, PH_OP_local_get, at);
        ph_jt_op1(self, PH_OP_i32_const, (uint64_t)(int64_t)insn->extra);
        ph_jt_op(self, PH_OP_i32_add);
        ph_jt_op1(self, PH_OP_local_set, at);
    } else {
        ph_jt_op1(self, PH_OP_local_set,
                    ph_jt_local(self, local, ph_jt_kind_at(self, 0)));
    }
}

/* Arithmetic that is no one instruction. */
static void emit_arithmetic(struct ph_jt *self, uint8_t op)
{
    switch (op) {
    case PH_JT_ineg:
        ph_jt_op1(self, PH_OP_i32_const, UINT64_MAX);
        ph_jt_op(self, PH_OP_i32_mul);
        break;
    case PH_JT_lneg:
        ph_jt_op1(self, PH_OP_i64_const, UINT64_MAX);
        ph_jt_op(self, PH_OP_i64_mul);
        break;
    case PH_JT_frem:
        ph_jt_op1(self, PH_OP_call, self->helpers[PH_JT_F32_REM]);
        break;
    case PH_JT_drem:
        ph_jt_op1(self, PH_OP_call, self->helpers[PH_JT_F64_REM]);
        break;
    case PH_JT_i2c:
        ph_jt_op1(self, PH_OP_i32_const, UINT16_MAX);
        ph_jt_op(self, PH_OP_i32_and);
        self->body.top_letter = 'C';
        break;
    default: /* only the lower six bits of the distance count */
        ph_jt_op(self, PH_OP_i64_extend_i32_u);
        ph_jt_op(self, op == PH_JT_lshl   ? PH_OP_i64_shl
                         : op == PH_JT_lshr ? PH_OP_i64_shr_s
                                              : PH_OP_i64_shr_u);
        break;
    }
}

static ph_status emit_special(struct ph_jt *self, struct ph_jt_insn *insn)
{
    uint8_t op = insn->op;

    switch (op) {
    case PH_JT_nop:
        return PH_OK;
    case PH_JT_sipush:
        return emit_int(self, insn, insn->value);
    case PH_JT_lconst_0:
        ph_jt_push_again(self, PH_OP_i64_const, (uint64_t)insn->value);
        return PH_OK;
    case PH_JT_fconst_0:
        ph_jt_push_again(self, PH_OP_f32_const, f32_bits(insn->value));
        return PH_OK;
    case PH_JT_dconst_0:
        ph_jt_push_again(self, PH_OP_f64_const, f64_bits(insn->value));
        return PH_OK;
    case PH_JT_ldc_w:
    case PH_JT_ldc2_w:
        return emit_constant(self, insn);
    default:
        break;
    }
    if (op == PH_JT_iinc || (op >= PH_JT_iload && op <= PH_JT_aload) ||
        (op >= PH_JT_istore && op <= PH_JT_astore)) {
        emit_local(self, insn);
        return PH_OK;
    }
    if (op >= PH_JT_pop && op <= PH_JT_swap) {
        return ph_jt_emit_shuffle(self, insn);
    }
    if (op >= PH_JT_iadd && op <= PH_JT_i2s) {
        emit_arithmetic(self, op);
        return PH_OK;
    }
    bool is_control = (ph_jt_ops[op].flags & (PH_JT_BRANCH | PH_JT_ENDS)) != 0;
    return is_control ? ph_jt_emit_control(self, insn) : ph_jt_emit_object(self, insn);
}

ph_status ph_jt_emit_insn(struct ph_jt *self, struct ph_jt_insn *insn)
{
    const struct ph_jt_op_info *info = &ph_jt_ops[insn->op];

    if ((info->flags & PH_JT_THROWS) != 0) {
        ph_jt_position(self, insn->pc);
    }
    if (insn->op >= PH_JT_lcmp && insn->op <= PH_JT_dcmpg) {
        PH_JT_TRY(ph_jt_emit_compare(self, insn));
    } else if (insn->op == PH_JT_aconst_null) {
        ph_jt_push_again(self, PH_OP_ref_null, 0);
    } else if (info->unit_op != PH_JT_NO_UNIT_OP) {
        ph_jt_op(self, info->unit_op);
        self->body.top_letter = letter_after(insn->op);
    } else {
        PH_JT_TRY(emit_special(self, insn));
    }
    if ((ph_jt_ops[insn->op].flags & PH_JT_ENDS) != 0 && insn->op != PH_JT_goto) {
        self->body.is_live = false;
    }
    return ph_jt_done(self, insn);
}

/* ---- Blocks --------------------------------------------------------------------------------- */

/* Whether control comes to the current block. All gotos to a test may have been copies of it. */
static bool is_reached(const struct ph_jt_body *body)
{
    const struct ph_jt_block *block = &body->blocks[body->block];

    return block->node != PH_JT_NONE && (body->is_live || block->label != PH_JT_NONE ||
                                         block->is_loop || block->is_handler);
}

static ph_status emit_block(struct ph_jt *self)
{
    struct ph_jt_body *body = &self->body;
    struct ph_jt_block *block = &body->blocks[body->block];
    struct ph_jt_insn insn;

    body->node = block->node;
    body->push_count = 0;
    body->top_letter = 0;
    block->offset = ph_builder_code_offset(self->builder);
    if (block->is_loop || block->is_handler) {
        ph_jt_position(self, block->start);
        (void)ph_jt_label(self, body->block);
    }
    if (block->label != PH_JT_NONE) {
        ph_jt_op1(self, PH_OP_label, block->label);
    }
    body->is_live = true;
    if (body->has_jsr) {
        body->addresses = body->block_addresses[body->block];
    }
    for (uint32_t pc = block->start; pc < block->end; pc = insn.next) {
        bool is_whole = ph_jt_decode(body->code, pc, &insn);
        PH_ASSERT(is_whole);
        PH_JT_TRY(ph_jt_emit_insn(self, &insn));
    }
    return PH_OK;
}

/* Parameters are the first locals, at their own places. */
static void set_parameters(struct ph_jt *self)
{
    struct ph_jt_body *body = &self->body;
    struct ph_slice rest = body->descriptor, type;
    uint32_t local = 0;

    body->param_count = 0;
    if ((body->method->flags & PH_ACC_STATIC) == 0) {
        self->locals[local++ * PH_JT_KIND_COUNT + PH_REF] = (uint16_t)++body->param_count;
    }
    while (ph_java_next_parameter(&rest, &type)) {
        uint8_t kind = ph_jt_kind(type.bytes[0]);
        self->locals[local * PH_JT_KIND_COUNT + kind] = (uint16_t)++body->param_count;
        local += kind == PH_I64 || kind == PH_F64 ? 2 : 1;
    }
    for (uint32_t i = 0; i < local; i++) { /* to be forgotten with the method */
        if (!ph_vector_push(&self->touched, self->allocator, i)) {
            self->failed = true;
        }
    }
    body->local_count = body->param_count;
}

ph_status ph_jt_emit(struct ph_jt *self)
{
    struct ph_jt_body *body = &self->body;

    set_parameters(self);
    body->is_live = true;
    if (body->is_synchronized) {
        ph_jt_enter_monitor(self);
    }
    for (body->block = 0; body->block < body->block_count; body->block++) {
        if (is_reached(body)) {
            PH_JT_TRY(emit_block(self));
        } else {
            body->blocks[body->block].offset = ph_builder_code_offset(self->builder);
        }
    }
    body->insn = NULL;
    ph_jt_emit_handlers(self);
    if (self->failed) {
        return ph_jt_fail_memory(self);
    }
    uint32_t slots = 0;
    for (uint32_t i = 0; i < self->nodes.count; i++) {
        slots = PH_MAX(slots, self->nodes.items[i].slots);
    }
    slots += body->local_count + SPARE_SLOTS;
    if (body->local_count > PH_LOCALS_MAX || slots > PH_FRAME_SLOTS_MAX) {
        return ph_jt_fail(self, PH_LIMIT, "The method needs more than %u locals, or %u slots",
                            PH_LOCALS_MAX, PH_FRAME_SLOTS_MAX);
    }
    return PH_OK;
}
