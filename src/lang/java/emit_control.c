/* SPDX-License-Identifier: Apache-2.0 */
/* emit_control.c - branches, switches, returns, subroutines, monitors, handlers. */
#include "lang/java/translator.h"

static uint32_t target_label(struct ph_jt *self, const struct ph_jt_insn *insn,
                             int32_t distance)
{
    return ph_jt_label(self, self->body.block_at[ph_jt_target(insn, distance)]);
}

/* ---- Branches -------------------------------------------------------------------------------- */

/* Ends a block that may go on behind itself. In a copy the branch is the other way round: it goes
 * to what lies behind the block, and what the block branches to comes behind the copy. */
static void emit_branch(struct ph_jt *self, const struct ph_jt_insn *insn, bool is_opposite)
{
    const struct ph_jt_body *body = &self->body;
    uint32_t label = body->is_copy ? ph_jt_label(self, body->block + 1)
                                   : target_label(self, insn, insn->value);

    ph_jt_op1(self, is_opposite != body->is_copy ? PH_OP_br_unless : PH_OP_br_if, label);
}

/* The same of a comparison that has an opposite: eq ne, lt ge, gt le are neighbours. */
static void emit_compare_branch(struct ph_jt *self, const struct ph_jt_insn *insn,
                                const uint16_t *compare, uint32_t condition)
{
    const struct ph_jt_body *body = &self->body;

    ph_jt_op(self, compare[condition ^ body->is_copy]);
    emit_branch(self, insn, body->is_copy);
}

/* ---- Conditions ----------------------------------------------------------------------------- */

/* eq ne lt ge gt le, as Java orders them. */
static const uint16_t int_compare[] = {PH_OP_i32_eq,   PH_OP_i32_ne,   PH_OP_i32_lt_s,
                                       PH_OP_i32_ge_s, PH_OP_i32_gt_s, PH_OP_i32_le_s};
static const uint16_t long_compare[] = {PH_OP_i64_eq,   PH_OP_i64_ne,   PH_OP_i64_lt_s,
                                        PH_OP_i64_ge_s, PH_OP_i64_gt_s, PH_OP_i64_le_s};

/* Of what is not a number the comparison is 1 (g) or -1 (l), so some conditions are true of it:
 * these are the opposite of one that is not. */
struct float_condition { uint16_t f32, f64; bool is_opposite; };
static const struct float_condition float_g[] = {
    {PH_OP_f32_eq, PH_OP_f64_eq, false}, {PH_OP_f32_ne, PH_OP_f64_ne, false},
    {PH_OP_f32_lt, PH_OP_f64_lt, false}, {PH_OP_f32_lt, PH_OP_f64_lt, true},
    {PH_OP_f32_le, PH_OP_f64_le, true},  {PH_OP_f32_le, PH_OP_f64_le, false},
};
static const struct float_condition float_l[] = {
    {PH_OP_f32_eq, PH_OP_f64_eq, false}, {PH_OP_f32_ne, PH_OP_f64_ne, false},
    {PH_OP_f32_ge, PH_OP_f64_ge, true},  {PH_OP_f32_ge, PH_OP_f64_ge, false},
    {PH_OP_f32_gt, PH_OP_f64_gt, false}, {PH_OP_f32_gt, PH_OP_f64_gt, true},
};

/* lcmp, fcmpl…: with an if behind it, one comparison and one branch. */
ph_status ph_jt_emit_compare(struct ph_jt *self, struct ph_jt_insn *insn)
{
    struct ph_jt_insn behind;

    if (!ph_jt_peek(self, insn, &behind) || behind.op < PH_JT_ifeq ||
        behind.op > PH_JT_ifle) {
        ph_jt_op(self, ph_jt_ops[insn->op].unit_op);
        return PH_OK;
    }
    uint32_t condition = (uint32_t)(behind.op - PH_JT_ifeq);
    if (insn->op == PH_JT_lcmp) {
        emit_compare_branch(self, &behind, long_compare, condition);
    } else {
        bool is_g = insn->op == PH_JT_fcmpg || insn->op == PH_JT_dcmpg;
        bool is_f32 = insn->op == PH_JT_fcmpl || insn->op == PH_JT_fcmpg;
        const struct float_condition *form = is_g ? &float_g[condition] : &float_l[condition];
        ph_jt_op(self, is_f32 ? form->f32 : form->f64);
        emit_branch(self, &behind, form->is_opposite);
    }
    PH_JT_TRY(ph_jt_done(self, insn));
    *insn = behind;
    return PH_OK;
}

static void emit_if(struct ph_jt *self, const struct ph_jt_insn *insn)
{
    switch (insn->op) {
    case PH_JT_ifeq:
    case PH_JT_ifne:
        emit_branch(self, insn, insn->op == PH_JT_ifeq);
        break;
    case PH_JT_iflt:
    case PH_JT_ifge:
    case PH_JT_ifgt:
    case PH_JT_ifle:
        ph_jt_op1(self, PH_OP_i32_const, 0);
        emit_compare_branch(self, insn, int_compare, (uint32_t)(insn->op - PH_JT_ifeq));
        break;
    case PH_JT_if_acmpeq:
    case PH_JT_if_acmpne:
        ph_jt_op(self, PH_OP_ref_eq);
        emit_branch(self, insn, insn->op == PH_JT_if_acmpne);
        break;
    case PH_JT_ifnull:
    case PH_JT_ifnonnull:
        ph_jt_op(self, PH_OP_ref_is_null);
        emit_branch(self, insn, insn->op == PH_JT_ifnonnull);
        break;
    default:
        emit_compare_branch(self, insn, int_compare, (uint32_t)(insn->op - PH_JT_if_icmpeq));
        break;
    }
}

/* A branch to a block; nothing, if it is the next that is emitted. */
static void emit_goto(struct ph_jt *self, uint32_t block)
{
    const struct ph_jt_body *body = &self->body;
    uint32_t next = body->block + 1;

    while (next < body->block_count && body->blocks[next].node == PH_JT_NONE) {
        next++;
    }
    self->body.is_live = block == next;
    if (block != next) {
        ph_jt_op1(self, PH_OP_br, ph_jt_label(self, block));
    }
}

/* The block that the goto would lead to, and then where it leads. */
static ph_status emit_copy(struct ph_jt *self, uint32_t block)
{
    struct ph_jt_body *body = &self->body;
    uint32_t here = body->block;
    struct ph_jt_insn insn = {0};

    PH_ASSERT(body->node == body->blocks[block].node);
    body->is_copy = true;
    body->block = block;
    for (uint32_t pc = body->blocks[block].start; pc < body->blocks[block].end; pc = insn.next) {
        bool is_whole = ph_jt_decode(body->code, pc, &insn);
        PH_ASSERT(is_whole);
        PH_JT_TRY(ph_jt_emit_insn(self, &insn));
    }
    body->block = here;
    body->is_copy = false;
    emit_goto(self, body->block_at[ph_jt_target(&insn, insn.value)]);
    return PH_OK;
}

/* ---- Switches ------------------------------------------------------------------------------- */

/* Keys that lie so close become a table, with the default in its holes. */
#define TABLE_MAX(keys) (2 * (uint64_t)(keys) + 8)
#define SEARCH_LINEAR_MAX 4u /* keys that are compared one after another */

struct search {
    const struct ph_jt_insn *insn;
    uint32_t local;   /* where the value is */
    uint32_t shape;   /* of the stack without it */
    uint32_t other;   /* label of the default */
};

static ph_status emit_table(struct ph_jt *self, const struct ph_jt_insn *insn)
{
    int32_t low = ph_jt_switch_key(insn, 0);
    uint32_t count = (uint32_t)ph_jt_switch_key(insn, insn->count - 1) - (uint32_t)low + 1;
    uint32_t other = target_label(self, insn, insn->value);

    self->labels.count = 0;
    if (!ph_vector_reserve(&self->labels, self->allocator, count + UINT64_C(1))) {
        return ph_jt_fail_memory(self);
    }
    for (uint32_t i = 0; i < insn->count; i++) {
        uint32_t at = (uint32_t)ph_jt_switch_key(insn, i) - (uint32_t)low;
        while (self->labels.count < at) {
            self->labels.items[self->labels.count++] = other;
        }
        self->labels.items[self->labels.count++] =
            target_label(self, insn, ph_jt_switch_distance(insn, i));
    }
    self->labels.items[count] = other;
    if (low != 0) {
        ph_jt_op1(self, PH_OP_i32_const, (uint64_t)(int64_t)low);
        ph_jt_op(self, PH_OP_i32_sub);
    }
    ph_builder_br_table(self->builder, count, self->labels.items);
    return PH_OK;
}

static void emit_test(struct ph_jt *self, const struct search *search, uint32_t key,
                      uint32_t compare)
{
    ph_jt_op1(self, PH_OP_local_get, search->local);
    ph_jt_op1(self, PH_OP_i32_const, (uint64_t)(int64_t)ph_jt_switch_key(search->insn, key));
    ph_jt_op(self, compare);
}

/* Among the keys first .. end - 1. */
static void emit_search(struct ph_jt *self, const struct search *search, uint32_t first,
                        uint32_t end)
{
    if (end - first <= SEARCH_LINEAR_MAX) {
        for (uint32_t i = first; i < end; i++) {
            emit_test(self, search, i, PH_OP_i32_eq);
            ph_jt_op1(self, PH_OP_br_if,
                        target_label(self, search->insn,
                                     ph_jt_switch_distance(search->insn, i)));
        }
        ph_jt_op1(self, PH_OP_br, search->other);
        return;
    }
    uint32_t middle = first + (end - first) / 2;
    uint32_t below = ph_builder_label(self->builder, search->shape, false);
    emit_test(self, search, middle, PH_OP_i32_lt_s);
    ph_jt_op1(self, PH_OP_br_if, below);
    emit_search(self, search, middle, end);
    ph_jt_op1(self, PH_OP_label, below);
    emit_search(self, search, first, middle);
}

static ph_status emit_switch(struct ph_jt *self, const struct ph_jt_insn *insn)
{
    if (insn->count == 0) {
        ph_jt_op(self, PH_OP_drop);
        ph_jt_op1(self, PH_OP_br, target_label(self, insn, insn->value));
        return PH_OK;
    }
    int64_t range = (int64_t)ph_jt_switch_key(insn, insn->count - 1) -
                    ph_jt_switch_key(insn, 0) + 1;
    if ((uint64_t)range <= TABLE_MAX(insn->count)) {
        return emit_table(self, insn);
    }
    struct search search = {
        .insn = insn,
        .local = ph_jt_temporary(self, PH_I32, 0),
        .shape = ph_jt_shape(self, self->nodes.items[self->body.node].parent),
        .other = target_label(self, insn, insn->value),
    };
    ph_jt_op1(self, PH_OP_local_set, search.local);
    emit_search(self, &search, 0, insn->count);
    return PH_OK;
}

/* ---- Leaving -------------------------------------------------------------------------------- */

void ph_jt_enter_monitor(struct ph_jt *self)
{
    struct ph_jt_body *body = &self->body;
    bool is_static = (body->method->flags & PH_ACC_STATIC) != 0;

    ph_jt_position(self, 0);
    if (!is_static && !body->writes_this) {
        body->lock = 0;
        ph_jt_op1(self, PH_OP_local_get, 0);
    } else {
        ph_builder_locals(self->builder, 1, PH_REF);
        body->lock = body->local_count++;
        if (is_static) {
            ph_jt_op1(self, PH_OP_constant_get, ph_jt_constant(self, self->file->this_class));
        } else {
            ph_jt_op1(self, PH_OP_local_get, 0);
        }
        ph_jt_op1(self, PH_OP_local_tee, body->lock);
    }
    ph_jt_op(self, PH_OP_monitor_enter);
}

/* Java lets values lie below the result; units do not. */
static void drop_below_result(struct ph_jt *self)
{
    uint32_t count = 0, kept = self->body.result != PH_JT_UNSET;

    for (uint32_t at = self->body.node; at != 0; at = self->nodes.items[at].parent) {
        count++;
    }
    if (count > kept) {
        ph_builder_op2(self->builder, PH_OP_squeeze, kept, count - kept);
    }
}

static void emit_return(struct ph_jt *self, const struct ph_jt_insn *insn)
{
    struct ph_jt_body *body = &self->body;

    if (insn->op == PH_JT_ireturn) {
        ph_jt_narrow(self, ph_java_result(body->descriptor).bytes[0]);
    }
    drop_below_result(self);
    if (body->is_synchronized) {
        ph_jt_position(self, insn->pc);
        ph_jt_op1(self, PH_OP_local_get, body->lock);
        ph_jt_op(self, PH_OP_monitor_exit);
    }
    ph_jt_op(self, PH_OP_return);
}

/* ---- Subroutines ---------------------------------------------------------------------------- */

static void emit_jsr(struct ph_jt *self)
{
    for (uint32_t i = 0; i < self->sites.count; i++) {
        const struct ph_jt_site *site = &self->sites.items[i];
        if (site->block == self->body.block) {
            ph_jt_op1(self, PH_OP_i32_const, site->number);
            ph_jt_op1(self, PH_OP_br,
                        ph_jt_label(self, self->subroutines.items[site->subroutine].block));
        }
    }
}

static ph_status emit_ret(struct ph_jt *self, const struct ph_jt_insn *insn)
{
    uint32_t subroutine = ph_jt_address_in(&self->body.addresses, (uint32_t)insn->value);
    PH_ASSERT(subroutine != PH_JT_NONE);
    uint32_t count = self->subroutines.items[subroutine].site_count;

    self->labels.count = 0;
    if (!ph_vector_reserve(&self->labels, self->allocator, count)) {
        return ph_jt_fail_memory(self);
    }
    for (uint32_t i = 0; i < self->sites.count; i++) {
        const struct ph_jt_site *site = &self->sites.items[i];
        if (site->subroutine == subroutine) {
            self->labels.items[site->number] = ph_jt_label(self, site->after);
        }
    }
    ph_jt_op1(self, PH_OP_local_get,
                ph_jt_local(self, (uint32_t)insn->value, PH_JT_RETURN_ADDRESS));
    ph_builder_br_table(self->builder, count - 1, self->labels.items);
    return PH_OK;
}

/* ---- Handlers ------------------------------------------------------------------------------- */

/* Whatever leaves a synchronized method gives its monitor back. */
static void emit_lock_handler(struct ph_jt *self, uint32_t end)
{
    uint32_t start = self->body.blocks[0].offset;
    uint32_t shape = ph_builder_shape(self->builder, 0, PH_REF);
    struct ph_exception_handler handler = {start, end, 0, UINT32_MAX};

    handler.label = ph_builder_label(self->builder, shape, false);
    ph_jt_op1(self, PH_OP_label, handler.label);
    ph_jt_op1(self, PH_OP_local_get, self->body.lock);
    ph_jt_op(self, PH_OP_monitor_exit);
    ph_jt_op(self, PH_OP_throw);
    ph_builder_handler(self->builder, &handler);
}

void ph_jt_emit_handlers(struct ph_jt *self)
{
    const struct ph_jt_body *body = &self->body;
    uint32_t code_end = ph_builder_code_offset(self->builder);

    for (uint32_t i = 0; i < body->handler_count; i++) {
        const struct ph_jt_handler *h = &body->handlers[i];
        struct ph_exception_handler handler = {
            .start = body->blocks[h->first].offset,
            .end = h->end == body->block_count ? code_end : body->blocks[h->end].offset,
            .class_ref = UINT32_MAX,
        };
        if (handler.start >= handler.end) { /* nothing of it is reached, or it does nothing */
            continue;
        }
        handler.label = ph_jt_label(self, h->target);
        if (h->catch_type != 0) {
            handler.class_ref = ph_jt_class(self, h->catch_type);
        }
        ph_builder_handler(self->builder, &handler);
    }
    if (body->is_synchronized) {
        emit_lock_handler(self, code_end);
    }
}

/* ---- One instruction ------------------------------------------------------------------------ */

ph_status ph_jt_emit_control(struct ph_jt *self, struct ph_jt_insn *insn)
{
    switch (insn->op) {
    case PH_JT_goto:
        if (self->body.blocks[self->body.block].copied != PH_JT_NONE) {
            return emit_copy(self, self->body.blocks[self->body.block].copied);
        }
        emit_goto(self, self->body.block_at[ph_jt_target(insn, insn->value)]);
        return PH_OK;
    case PH_JT_tableswitch:
    case PH_JT_lookupswitch:
        return emit_switch(self, insn);
    case PH_JT_jsr:
        emit_jsr(self);
        return PH_OK;
    case PH_JT_ret:
        return emit_ret(self, insn);
    default:
        if (insn->op >= PH_JT_ireturn && insn->op <= PH_JT_return) {
            emit_return(self, insn);
        } else {
            emit_if(self, insn);
        }
        return PH_OK;
    }
}
