/* SPDX-License-Identifier: Apache-2.0 */
/* body.c - structured control becomes labels and branches.
 *
 * Invariants:
 * 1. While is_live, the operand stack is what the running function will have there, value for
 *    value; no frame but dead ones and unreachable ones has UNKNOWN on it.
 * 2. Values below a frame's height stay as they are until the frame ends. So the label of a frame
 *    can be made at any time in it: its stack is what lies below, plus the results (loop: the
 *    parameters).
 * 3. is_live is false after an instruction that never goes on, until a label is placed. */
#include "lang/wasm/body.h"

#define OP_BLOCK 0x02
#define OP_LOOP 0x03
#define OP_IF 0x04
#define OP_ELSE 0x05

static const uint8_t single_type[] = {
    PH_WASM_UNKNOWN, PH_WASM_I32,     PH_WASM_I64,       PH_WASM_F32,
    PH_WASM_F64,     PH_WASM_FUNCREF, PH_WASM_EXTERNREF,
};

static const char *type_name(uint8_t type)
{
    return type == PH_WASM_FUNCREF     ? "funcref"
           : type == PH_WASM_EXTERNREF ? "externref"
                                       : ph_type_name(type);
}

ph_status ph_wasm_fail_type(struct ph_wasm *self, uint8_t expected, uint8_t actual)
{
    return ph_wasm_fail(self, PH_INVALID, "type mismatch: %s is needed and %s is on the stack",
                        type_name(expected), type_name(actual));
}

ph_status ph_wasm_fail_depth(struct ph_wasm *self)
{
    return ph_wasm_fail(self, PH_LIMIT,
                        "the function has more than %u locals and values on its stack",
                        PH_FRAME_SLOTS_MAX);
}

ph_status ph_wasm_push_all(struct ph_wasm *self, uint32_t count, const uint8_t *types)
{
    for (uint32_t i = 0; i < count; i++) {
        PH_WASM_TRY(ph_wasm_push(self, types[i]));
    }
    return PH_OK;
}

ph_status ph_wasm_pop_all(struct ph_wasm *self, uint32_t count, const uint8_t *types)
{
    while (count > 0) {
        PH_WASM_TRY(ph_wasm_pop(self, types[--count]));
    }
    return PH_OK;
}

/* As popping and pushing again would check it; changes nothing. */
static ph_status check_top(struct ph_wasm *self, uint32_t count, const uint8_t *types)
{
    const struct ph_wasm_body *body = &self->body;
    uint32_t height = body->height;
    while (count > 0 && height > body->floor) {
        uint8_t expected = types[--count], actual = body->types[--height];
        if (actual != expected && actual != PH_WASM_UNKNOWN) {
            return ph_wasm_fail_type(self, expected, actual);
        }
    }
    if (count > 0 && !body->frame->is_unreachable) {
        return ph_wasm_fail(self, PH_INVALID, "type mismatch: nothing is on the stack");
    }
    return PH_OK;
}

/* ---- Shapes and labels ---------------------------------------------------------------------- */

/* The shape of the lowest `count` values. Each value's is worked out once. */
static uint32_t shape_at(struct ph_wasm *self, uint32_t count)
{
    struct ph_wasm_body *body = &self->body;
    uint32_t known = count;
    while (known > 0 && body->shapes[known - 1] == 0) {
        known--;
    }
    uint32_t shape = known > 0 ? body->shapes[known - 1] : 0;
    for (; known < count; known++) {
        PH_ASSERT(body->types[known] != PH_WASM_UNKNOWN);
        shape = ph_builder_shape(self->builder, shape, ph_wasm_unit_type(body->types[known]));
        body->shapes[known] = shape;
    }
    return shape;
}

static uint32_t label_here(struct ph_wasm *self, bool is_loop)
{
    return ph_builder_label(self->builder, shape_at(self, self->body.height), is_loop);
}

static void place(struct ph_wasm *self, uint32_t label)
{
    ph_builder_op1(self->builder, PH_OP_label, label);
    self->body.is_live = true;
}

/* What a branch to the frame carries. */
static uint32_t branch_arity(const struct ph_wasm_frame *frame, const uint8_t **types)
{
    *types = frame->opcode == OP_LOOP ? frame->params : frame->results;
    return frame->opcode == OP_LOOP ? frame->param_count : frame->result_count;
}

/* The label of branches to `frame` (a loop has its own from the beginning). */
static uint32_t frame_label(struct ph_wasm *self, struct ph_wasm_frame *frame)
{
    PH_ASSERT(!frame->is_dead);
    if (frame->label == PH_WASM_NONE) {
        uint32_t shape = shape_at(self, frame->height);
        for (uint32_t i = 0; i < frame->result_count; i++) {
            shape = ph_builder_shape(self->builder, shape, ph_wasm_unit_type(frame->results[i]));
        }
        frame->label = ph_builder_label(self->builder, shape, false);
    }
    return frame->label;
}

/* How many values lie between what a branch to `frame` carries and what that frame found. */
static uint32_t extra_values(const struct ph_wasm *self, const struct ph_wasm_frame *frame)
{
    const uint8_t *types;
    uint32_t kept = frame->height + branch_arity(frame, &types);
    PH_ASSERT(self->body.is_live && self->body.height >= kept);
    return self->body.height - kept;
}

static bool is_function(const struct ph_wasm *self, const struct ph_wasm_frame *frame)
{
    return frame == self->body.frames.items;
}

/* Emits an unconditional branch. */
static void emit_jump(struct ph_wasm *self, struct ph_wasm_frame *frame)
{
    const uint8_t *types;
    uint32_t extra = extra_values(self, frame);
    if (extra > 0) {
        ph_builder_op2(self->builder, PH_OP_squeeze, branch_arity(frame, &types), extra);
    }
    if (is_function(self, frame)) {
        ph_builder_op(self->builder, PH_OP_return);
    } else {
        ph_builder_op1(self->builder, PH_OP_br, frame_label(self, frame));
    }
}

/* What follows cannot be reached. */
static void set_unreachable(struct ph_wasm *self)
{
    struct ph_wasm_body *body = &self->body;
    body->height = body->floor;
    body->frame->is_unreachable = true;
    body->is_live = false;
}

/* ---- Frames --------------------------------------------------------------------------------- */

static ph_status push_frame(struct ph_wasm *self, struct ph_wasm_frame frame)
{
    struct ph_wasm_body *body = &self->body;
    frame.height = body->height;
    frame.label = PH_WASM_NONE;
    frame.else_label = PH_WASM_NONE;
    frame.is_dead = !body->is_live;
    if (!ph_vector_push(&body->frames, self->allocator, frame)) {
        return ph_wasm_fail_memory(self);
    }
    body->frame = &body->frames.items[body->frames.count - 1];
    body->floor = frame.height;
    return ph_wasm_push_all(self, frame.param_count, frame.params);
}

ph_status ph_wasm_body_open(struct ph_wasm *self, const struct ph_wasm_signature *type)
{
    struct ph_wasm_body *body = &self->body;
    body->height = 0;
    body->height_max = PH_FRAME_SLOTS_MAX - body->local_count;
    body->table_mark = 0;
    body->frames.count = 0;
    body->is_live = true;
    return push_frame(self, (struct ph_wasm_frame){
                                .results = type->types + type->param_count,
                                .result_count = type->result_count,
                                .opcode = OP_BLOCK,
                            });
}

static ph_status block_type(struct ph_wasm *self, struct ph_wasm_frame *frame)
{
    int64_t index;
    uint8_t type;
    if (self->next < self->end && *self->next == 0x40) {
        self->next++;
        return PH_OK;
    }
    if (self->next < self->end && (*self->next & 0xc0) == 0x40) {
        PH_WASM_TRY(ph_wasm_read_value_type(self, &type));
        frame->result_count = 1;
        frame->results = &single_type[type];
        return PH_OK;
    }
    PH_WASM_TRY(ph_wasm_read_signed(self, 33, &index));
    if (index < 0) {
        return ph_wasm_fail(self, PH_MALFORMED, "malformed block type");
    }
    if (index >= self->types.count) {
        return ph_wasm_fail(self, PH_INVALID, "unknown type %u", (unsigned)index);
    }
    const struct ph_wasm_signature *signature = &self->types.items[index];
    frame->param_count = signature->param_count;
    frame->params = signature->types;
    frame->result_count = signature->result_count;
    frame->results = signature->types + signature->param_count;
    return PH_OK;
}

/* block, loop, if */
ph_status ph_wasm_op_block(struct ph_wasm *self, uint8_t opcode)
{
    struct ph_wasm_frame frame = {.opcode = opcode};
    PH_WASM_TRY(block_type(self, &frame));
    if (opcode == OP_IF) {
        PH_WASM_TRY(ph_wasm_pop(self, PH_WASM_I32));
    }
    PH_WASM_TRY(ph_wasm_pop_all(self, frame.param_count, frame.params));
    PH_WASM_TRY(push_frame(self, frame));

    struct ph_wasm_body *body = &self->body;
    if (body->is_live && opcode == OP_LOOP) {
        body->frame->label = label_here(self, true);
        place(self, body->frame->label);
    } else if (body->is_live && opcode == OP_IF) {
        body->frame->else_label = label_here(self, false);
        ph_builder_op1(self->builder, PH_OP_br_unless, body->frame->else_label);
    }
    return PH_OK;
}

/* Checks that exactly the current frame's results are on the stack, and takes them. */
static ph_status take_results(struct ph_wasm *self)
{
    struct ph_wasm_body *body = &self->body;
    PH_WASM_TRY(ph_wasm_pop_all(self, body->frame->result_count, body->frame->results));
    if (body->height != body->floor) {
        return ph_wasm_fail(self, PH_INVALID,
                            "type mismatch: %u more values are on the stack than the block has "
                            "results",
                            (unsigned)(body->height - body->floor));
    }
    return PH_OK;
}

ph_status ph_wasm_op_else(struct ph_wasm *self, uint8_t opcode)
{
    struct ph_wasm_body *body = &self->body;
    struct ph_wasm_frame *frame = body->frame;
    if (frame->opcode != OP_IF) {
        return ph_wasm_fail(self, PH_MALFORMED, "END opcode expected: else without if");
    }
    PH_WASM_TRY(take_results(self));
    if (body->is_live) {
        ph_builder_op1(self->builder, PH_OP_br, frame_label(self, frame));
    }
    frame->opcode = opcode;
    frame->is_unreachable = false;
    body->is_live = false;
    PH_WASM_TRY(ph_wasm_push_all(self, frame->param_count, frame->params));
    if (frame->else_label != PH_WASM_NONE) {
        place(self, frame->else_label);
    }
    return PH_OK;
}

/* An `if` without `else` hands its parameters on. */
static ph_status check_missing_else(struct ph_wasm *self, const struct ph_wasm_frame *frame)
{
    if (frame->param_count != frame->result_count ||
        (frame->param_count > 0 &&
         memcmp(frame->params, frame->results, frame->param_count) != 0)) {
        return ph_wasm_fail(self, PH_INVALID, "type mismatch: if without else has results");
    }
    return PH_OK;
}

ph_status ph_wasm_op_end(struct ph_wasm *self, uint8_t opcode)
{
    struct ph_wasm_body *body = &self->body;
    (void)opcode;
    PH_WASM_TRY(take_results(self));
    struct ph_wasm_frame frame = *body->frame;
    if (frame.opcode == OP_IF) {
        PH_WASM_TRY(check_missing_else(self, &frame));
        if (frame.else_label != PH_WASM_NONE) {
            place(self, frame.else_label);
        }
    }
    if (frame.opcode != OP_LOOP && frame.label != PH_WASM_NONE) {
        place(self, frame.label);
    }
    if (--body->frames.count == 0) {
        if (body->is_live) {
            ph_builder_op(self->builder, PH_OP_return);
        }
        return PH_OK;
    }
    body->frame--;
    body->floor = body->frame->height;
    return ph_wasm_push_all(self, frame.result_count, frame.results);
}

/* ---- Branches ------------------------------------------------------------------------------- */

static ph_status target_frame(struct ph_wasm *self, uint32_t depth, struct ph_wasm_frame **frame)
{
    if (depth >= self->body.frames.count) {
        return ph_wasm_fail(self, PH_INVALID, "unknown label %u", (unsigned)depth);
    }
    *frame = &self->body.frames.items[self->body.frames.count - 1 - depth];
    return PH_OK;
}

static ph_status read_target(struct ph_wasm *self, struct ph_wasm_frame **frame)
{
    uint32_t depth;
    PH_WASM_TRY(ph_wasm_read_u32(self, &depth));
    return target_frame(self, depth, frame);
}

ph_status ph_wasm_op_unreachable(struct ph_wasm *self, uint8_t opcode)
{
    (void)opcode;
    if (self->body.is_live) {
        ph_builder_op(self->builder, PH_OP_unreachable);
    }
    set_unreachable(self);
    return PH_OK;
}

static ph_status jump(struct ph_wasm *self, struct ph_wasm_frame *frame)
{
    const uint8_t *types;
    uint32_t arity = branch_arity(frame, &types);
    PH_WASM_TRY(check_top(self, arity, types));
    if (self->body.is_live) {
        emit_jump(self, frame);
    }
    set_unreachable(self);
    return PH_OK;
}

ph_status ph_wasm_op_br(struct ph_wasm *self, uint8_t opcode)
{
    struct ph_wasm_frame *frame = self->body.frame;
    (void)opcode;
    PH_WASM_TRY(read_target(self, &frame));
    return jump(self, frame);
}

ph_status ph_wasm_op_return(struct ph_wasm *self, uint8_t opcode)
{
    (void)opcode;
    return jump(self, self->body.frames.items);
}

ph_status ph_wasm_op_br_if(struct ph_wasm *self, uint8_t opcode)
{
    struct ph_wasm_frame *frame = self->body.frame;
    const uint8_t *types;
    (void)opcode;
    PH_WASM_TRY(read_target(self, &frame));
    PH_WASM_TRY(ph_wasm_pop(self, PH_WASM_I32));
    uint32_t arity = branch_arity(frame, &types);
    PH_WASM_TRY(check_top(self, arity, types));
    if (!self->body.is_live) {
        /* What was unknown has the label's types from now on. */
        PH_WASM_TRY(ph_wasm_pop_all(self, arity, types));
        return ph_wasm_push_all(self, arity, types);
    }
    if (extra_values(self, frame) == 0) {
        ph_builder_op1(self->builder, PH_OP_br_if, frame_label(self, frame));
        return PH_OK;
    }
    uint32_t skip = label_here(self, false);
    ph_builder_op1(self->builder, PH_OP_br_unless, skip);
    emit_jump(self, frame);
    place(self, skip);
    return PH_OK;
}

/* Reads the depths of a br_table, the default last, to body.targets. */
static ph_status read_table(struct ph_wasm *self)
{
    struct ph_wasm_body *body = &self->body;
    uint32_t count, depth;
    body->targets.count = 0;
    PH_WASM_TRY(ph_wasm_read_u32(self, &count));
    for (uint64_t i = 0; i <= count; i++) {
        PH_WASM_TRY(ph_wasm_read_u32(self, &depth));
        if (!ph_vector_push(&body->targets, self->allocator, depth)) {
            return ph_wasm_fail_memory(self);
        }
    }
    return PH_OK;
}

/* The label that the table's entry gets: the frame's, or that of a trampoline that squeezes. */
static uint32_t table_label(struct ph_wasm *self, struct ph_wasm_frame *frame)
{
    if (extra_values(self, frame) == 0) {
        return frame_label(self, frame);
    }
    if (frame->trampoline == PH_WASM_NONE) {
        frame->trampoline = label_here(self, false);
    }
    return frame->trampoline;
}

/* Places the trampolines that table_label made, each once. */
static void emit_trampolines(struct ph_wasm *self)
{
    struct ph_wasm_body *body = &self->body;
    for (uint32_t i = 0; i < body->targets.count; i++) {
        uint32_t depth = body->targets.items[i];
        struct ph_wasm_frame *frame = &body->frames.items[body->frames.count - 1 - depth];
        if (frame->trampoline != PH_WASM_NONE) {
            place(self, frame->trampoline);
            emit_jump(self, frame);
            frame->trampoline = PH_WASM_NONE;
        }
    }
}

ph_status ph_wasm_op_br_table(struct ph_wasm *self, uint8_t opcode)
{
    struct ph_wasm_body *body = &self->body;
    struct ph_wasm_frame *frame = self->body.frame;
    const uint8_t *types;
    (void)opcode;
    PH_WASM_TRY(read_table(self));
    PH_WASM_TRY(ph_wasm_pop(self, PH_WASM_I32));
    PH_WASM_TRY(target_frame(self, body->targets.items[body->targets.count - 1], &frame));
    uint32_t arity = branch_arity(frame, &types);

    body->table_mark++;
    body->labels.count = 0;
    for (uint32_t i = 0; i < body->targets.count; i++) {
        PH_WASM_TRY(target_frame(self, body->targets.items[i], &frame));
        if (frame->table_mark != body->table_mark) {
            if (branch_arity(frame, &types) != arity) {
                return ph_wasm_fail(self, PH_INVALID,
                                    "type mismatch: br_table to labels of different arity");
            }
            PH_WASM_TRY(check_top(self, arity, types));
            frame->table_mark = body->table_mark;
            frame->trampoline = PH_WASM_NONE;
        }
        uint32_t label = body->is_live ? table_label(self, frame) : PH_WASM_NONE;
        if (!ph_vector_push(&body->labels, self->allocator, label)) {
            return ph_wasm_fail_memory(self);
        }
    }
    if (body->is_live) {
        ph_builder_br_table(self->builder, body->targets.count - 1, body->labels.items);
        emit_trampolines(self);
    }
    set_unreachable(self);
    return PH_OK;
}
