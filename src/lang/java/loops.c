/* SPDX-License-Identifier: Apache-2.0 */
/* loops.c - which blocks are loops in the unit.
 *
 * Compilers of Java test at a loop's beginning and go back from its end, which are two branches
 * for each time round. A short test is emitted a second time, in the place of the goto, the other
 * way round: it goes back to behind the first one, or falls out of the loop. */
#include "lang/java/translator.h"

#define COPIED_BYTES_MAX 16u
#define GOTO_BYTES 3u

/* Whether what is thrown in one block is handled as what is thrown in the other. */
static bool have_same_handlers(const struct ph_jt_body *body, uint32_t a, uint32_t b)
{
    for (uint32_t i = 0; i < body->handler_count; i++) {
        const struct ph_jt_handler *h = &body->handlers[i];
        if ((a >= h->first && a < h->end) != (b >= h->first && b < h->end)) {
            return false;
        }
    }
    return true;
}

/* Whether `block` is a short test that can be repeated at the end of `from`. */
static bool can_copy(const struct ph_jt_body *body, uint32_t block, uint32_t from)
{
    const struct ph_jt_block *test = &body->blocks[block];
    struct ph_jt_insn insn = {0};
    bool may_throw = false;

    if (block >= from || test->is_handler || test->end - test->start > COPIED_BYTES_MAX) {
        return false;
    }
    for (uint32_t pc = test->start; pc < test->end; pc = insn.next) {
        bool is_whole = ph_jt_decode(body->code, pc, &insn);
        PH_ASSERT(is_whole);
        may_throw |= (ph_jt_ops[insn.op].flags & PH_JT_THROWS) != 0;
        if (insn.op == PH_JT_invokedynamic) { /* it is one call site */
            return false;
        }
    }
    bool is_test = (ph_jt_ops[insn.op].flags & (PH_JT_BRANCH | PH_JT_ENDS)) == PH_JT_BRANCH;
    return is_test && (!may_throw || have_same_handlers(body, block, from));
}

/* The block that the goto at the end of `block` leads to, if it is to be copied. */
static uint32_t copied_by(const struct ph_jt_body *body, uint32_t block)
{
    const struct ph_jt_block *from = &body->blocks[block];
    uint32_t pc = from->end - GOTO_BYTES;
    struct ph_jt_insn insn;

    if (from->end - from->start < GOTO_BYTES || (body->marks[pc] & PH_JT_START) == 0 ||
        body->code.bytes[pc] != PH_JT_goto || !ph_jt_decode(body->code, pc, &insn)) {
        return PH_JT_NONE;
    }
    uint32_t to = body->block_at[ph_jt_target(&insn, insn.value)];
    return can_copy(body, to, block) ? to : PH_JT_NONE;
}

/* Where the test at the end of a block leads if it holds. */
static uint32_t exit_of(const struct ph_jt_body *body, uint32_t block)
{
    struct ph_jt_insn insn = {0};

    for (uint32_t pc = body->blocks[block].start; pc < body->blocks[block].end; pc = insn.next) {
        bool is_whole = ph_jt_decode(body->code, pc, &insn);
        PH_ASSERT(is_whole);
    }
    return body->block_at[ph_jt_target(&insn, insn.value)];
}

static void mark_copy(struct ph_jt_body *body, uint32_t block)
{
    uint32_t to = copied_by(body, block);

    if (to == PH_JT_NONE) {
        return;
    }
    uint32_t exit = exit_of(body, to);
    body->blocks[block].copied = to;
    body->blocks[to + 1].is_loop = true;
    if (exit <= block) {
        body->blocks[exit].is_loop = true;
    }
}

void ph_jt_loops(struct ph_jt *self)
{
    struct ph_jt_body *body = &self->body;

    for (uint32_t i = 0; i < body->block_count && !body->has_jsr; i++) {
        if (body->blocks[i].node != PH_JT_NONE) {
            mark_copy(body, i);
        }
    }
    for (uint32_t i = 0; i < self->edges.count; i++) {
        const struct ph_jt_edge *edge = &self->edges.items[i];
        bool is_taken = edge->kind == PH_JT_EDGE_FLOW || edge->kind == PH_JT_EDGE_RETURN;
        if (is_taken && edge->from >= edge->to && body->blocks[edge->from].copied != edge->to) {
            body->blocks[edge->to].is_loop = true;
        }
    }
}
