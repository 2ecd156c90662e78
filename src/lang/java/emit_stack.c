/* SPDX-License-Identifier: Apache-2.0 */
/* emit_stack.c - pop, dup and its like. Units have no such instructions: values go through locals,
 * but for those that can be pushed again, and where what comes next is a store. */
#include "lang/java/translator.h"

static bool is_array_store(uint8_t op) { return op >= PH_JT_iastore && op <= PH_JT_sastore; }

/* Whether the `count` values on top can simply be pushed again. */
static bool can_repeat(const struct ph_jt *self, uint32_t count)
{
    return self->body.push_count >= count;
}

static void repeat(struct ph_jt *self, uint32_t count)
{
    struct ph_jt_push pushes[PH_JT_PUSHES_MAX];
    const struct ph_jt_body *body = &self->body;

    memcpy(pushes, &body->pushes[body->push_count - count], count * sizeof(pushes[0]));
    for (uint32_t i = 0; i < count; i++) {
        ph_jt_push_again(self, pushes[i].opcode, pushes[i].immediate);
    }
}

/* dup and a store into a local. */
static bool emit_tee(struct ph_jt *self, const struct ph_jt_insn *behind, uint8_t kind)
{
    static const uint8_t kinds[] = {PH_I32, PH_I64, PH_F32, PH_F64, PH_REF};

    if (behind->op < PH_JT_istore || behind->op > PH_JT_astore ||
        kinds[behind->op - PH_JT_istore] != kind) {
        return false;
    }
    ph_jt_op1(self, PH_OP_local_tee, ph_jt_local(self, (uint32_t)behind->value, kind));
    return true;
}

/* dup_x1 and putfield, dup_x2 and a store into an array: the value is kept beside. `insn` becomes
 * the second of them. */
static ph_status emit_kept(struct ph_jt *self, struct ph_jt_insn *insn,
                           const struct ph_jt_insn *behind)
{
    uint8_t kind = ph_jt_kind_at(self, 0);
    struct ph_jt_push again = {PH_OP_local_get, 0};

    if (can_repeat(self, 1)) {
        again = self->body.pushes[self->body.push_count - 1];
    } else {
        again.immediate = ph_jt_temporary(self, kind, 0);
        ph_jt_op1(self, PH_OP_local_tee, again.immediate);
    }
    PH_JT_TRY(ph_jt_done(self, insn));
    *insn = *behind;
    ph_jt_position(self, insn->pc);
    if (is_array_store(insn->op)) {
        ph_jt_op(self, ph_jt_ops[insn->op].unit_op);
    } else {
        PH_JT_TRY(ph_jt_emit_object(self, insn));
    }
    self->body.push_count = 0;
    ph_jt_push_again(self, again.opcode, again.immediate);
    return PH_OK;
}

/* What a temporary refers to must not live until it is used the next time. */
static void forget(struct ph_jt *self, uint32_t local)
{
    ph_jt_op(self, PH_OP_ref_null);
    ph_jt_op1(self, PH_OP_local_set, local);
}

/* All values into locals, and back as they are to lie. */
static void emit_through_locals(struct ph_jt *self, const struct ph_jt_shuffle *shuffle)
{
    uint32_t locals[4];
    uint8_t kinds[4];
    bool leaves_first = shuffle->order[0] == 0;

    for (uint32_t i = shuffle->takes; i-- > 0;) {
        kinds[i] = ph_jt_kind_at(self, shuffle->takes - 1 - i);
        locals[i] = ph_jt_temporary(self, kinds[i], i);
        ph_jt_op1(self, i == 0 && leaves_first ? PH_OP_local_tee : PH_OP_local_set, locals[i]);
    }
    for (uint32_t i = leaves_first; i < shuffle->leaves; i++) {
        ph_jt_op1(self, PH_OP_local_get, locals[shuffle->order[i]]);
    }
    for (uint32_t i = 0; i < shuffle->takes; i++) {
        if (kinds[i] == PH_REF) {
            forget(self, locals[i]);
        }
    }
}

ph_status ph_jt_emit_shuffle(struct ph_jt *self, struct ph_jt_insn *insn)
{
    struct ph_jt_shuffle shuffle;
    struct ph_jt_insn behind;
    bool has_behind = ph_jt_peek(self, insn, &behind);
    uint8_t kind = ph_jt_kind_at(self, 0);

    if (insn->op == PH_JT_pop || insn->op == PH_JT_pop2) {
        bool is_two = insn->op == PH_JT_pop2 && kind != PH_I64 && kind != PH_F64;
        for (uint32_t i = 0; i <= is_two; i++) {
            ph_jt_op(self, PH_OP_drop);
        }
        return PH_OK;
    }
    PH_JT_TRY(ph_jt_shuffle(self, insn->op, &shuffle));
    uint32_t copied = (uint32_t)(shuffle.leaves - shuffle.takes);
    if (copied == shuffle.takes && can_repeat(self, copied)) {
        repeat(self, copied);
        return PH_OK;
    }
    if (copied == 1 && shuffle.takes == 1 && has_behind && emit_tee(self, &behind, kind)) {
        PH_JT_TRY(ph_jt_done(self, insn));
        *insn = behind;
        return PH_OK;
    }
    bool is_kept = copied == 1 && has_behind &&
                   ((shuffle.takes == 2 && behind.op == PH_JT_putfield) ||
                    (shuffle.takes == 3 && is_array_store(behind.op)));
    if (is_kept) {
        return emit_kept(self, insn, &behind);
    }
    emit_through_locals(self, &shuffle);
    return PH_OK;
}
