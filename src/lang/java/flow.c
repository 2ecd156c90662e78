/* SPDX-License-Identifier: Apache-2.0 */
/* flow.c - pass 2: which blocks are reached, and with what stack.
 *
 * 1. A block's stack never changes once it is known: stacks that meet must be the same, value for
 *    value. So each block is followed once.
 * 2. With jsr a block may be followed again, since what its locals hold of return addresses can
 *    become less (never more). */
#include "lang/java/translator.h"

#define EDGES_MAX (1u << 22) /* what exceptions make of long tables of handlers */

uint32_t ph_jt_address_in(const struct ph_jt_addresses *addresses, uint32_t local)
{
    for (uint32_t i = 0; i < addresses->count; i++) {
        if (addresses->items[i].local == local) {
            return addresses->items[i].subroutine;
        }
    }
    return PH_JT_NONE;
}

/* ---- Blocks --------------------------------------------------------------------------------- */

static void number_blocks(struct ph_jt_body *body)
{
    uint32_t size = (uint32_t)body->code.size;

    for (uint32_t pc = 0; pc < size; pc++) {
        if ((body->marks[pc] & PH_JT_LEADER) == 0) {
            continue;
        }
        if (body->block_count > 0) {
            body->blocks[body->block_count - 1].end = pc;
        }
        body->blocks[body->block_count] = (struct ph_jt_block){
            .start = pc, .end = size, .node = PH_JT_NONE, .label = PH_JT_NONE,
            .copied = PH_JT_NONE};
        body->block_at[pc] = body->block_count++;
    }
    body->block_at[size] = body->block_count;
}

static void number_handlers(struct ph_jt_body *body)
{
    const struct ph_class_code *code = &body->method->code;

    for (uint32_t i = 0; i < code->handler_count; i++) {
        const struct ph_class_handler *h = &code->handlers[i];
        body->handlers[i] = (struct ph_jt_handler){
            body->block_at[h->start], body->block_at[h->end], body->block_at[h->handler],
            h->catch_type};
    }
    body->handler_count = code->handler_count;
}

static ph_status make_blocks(struct ph_jt *self)
{
    struct ph_jt_body *body = &self->body;
    uint32_t count = 0;

    for (uint32_t pc = 0; pc < body->code.size; pc++) {
        count += (body->marks[pc] & PH_JT_LEADER) != 0;
    }
    body->blocks = ph_jt_scratch(self, count, sizeof(*body->blocks));
    body->block_at = ph_jt_scratch(self, body->code.size + 1, sizeof(*body->block_at));
    body->handlers = ph_jt_scratch(self, body->method->code.handler_count,
                                     sizeof(*body->handlers));
    if (body->has_jsr) {
        body->block_addresses = ph_jt_scratch(self, count, sizeof(*body->block_addresses));
    }
    if (self->failed) {
        return ph_jt_fail_memory(self);
    }
    number_blocks(body);
    number_handlers(body);
    return PH_OK;
}

/* ---- From one block to another -------------------------------------------------------------- */

static ph_status fail_merge(struct ph_jt *self, uint32_t to, uint32_t node)
{
    uint32_t there = self->nodes.items[self->body.blocks[to].node].slots;
    uint32_t here = self->nodes.items[node].slots;

    if (there != here) {
        return ph_jt_fail(self, PH_INVALID,
                            "Inconsistent stack height %u != %u where control comes to pc %u",
                            here, there, self->body.blocks[to].start);
    }
    return ph_jt_fail(self, PH_INVALID,
                        "Bad type on operand stack: it differs where control comes to pc %u",
                        self->body.blocks[to].start);
}

/* What both have. Returns whether `to` has become less. */
static bool intersect(struct ph_jt_addresses *to, const struct ph_jt_addresses *with)
{
    uint32_t kept = 0;

    for (uint32_t i = 0; i < to->count; i++) {
        if (ph_jt_address_in(with, to->items[i].local) == to->items[i].subroutine) {
            to->items[kept++] = to->items[i];
        }
    }
    bool is_less = kept < to->count;
    to->count = kept;
    return is_less;
}

static ph_status note_edge(struct ph_jt *self, const struct ph_jt_edge *edge)
{
    if (self->edges.count >= EDGES_MAX) {
        return ph_jt_fail(self, PH_LIMIT, "Too many ways for exceptions to go");
    }
    return ph_vector_push(&self->edges, self->allocator, *edge) ? PH_OK
                                                                : ph_jt_fail_memory(self);
}

/* Control goes to block `to` with this stack, and these return addresses in locals. */
static ph_status arrive(struct ph_jt *self, const struct ph_jt_edge *edge, uint32_t node,
                        const struct ph_jt_addresses *addresses)
{
    struct ph_jt_body *body = &self->body;
    struct ph_jt_block *block = &body->blocks[edge->to];
    bool is_new = block->node == PH_JT_NONE;
    bool is_less = false;

    PH_JT_TRY(note_edge(self, edge));
    if (is_new) {
        block->node = node;
    } else if (block->node != node) {
        return fail_merge(self, edge->to, node);
    }
    if (body->has_jsr && is_new) {
        body->block_addresses[edge->to] = *addresses;
    } else if (body->has_jsr) {
        is_less = intersect(&body->block_addresses[edge->to], addresses);
    }
    if ((is_new || is_less) && !block->is_queued) {
        block->is_queued = true;
        if (!ph_vector_push(&self->queue, self->allocator, edge->to)) {
            return ph_jt_fail_memory(self);
        }
    }
    return PH_OK;
}

static ph_status flow_to(struct ph_jt *self, uint32_t to)
{
    struct ph_jt_edge edge = {self->body.block, to, PH_JT_NONE, PH_JT_EDGE_FLOW};

    return arrive(self, &edge, self->body.node, &self->body.addresses);
}

/* To all handlers of the current block. */
static ph_status flow_to_handlers(struct ph_jt *self)
{
    struct ph_jt_body *body = &self->body;
    uint32_t last = PH_JT_NONE;

    if (body->handler_count == 0) {
        return PH_OK;
    }
    uint32_t thrown = ph_jt_node_push(self, 0, PH_REF);
    for (uint32_t i = 0; i < body->handler_count; i++) {
        const struct ph_jt_handler *h = &body->handlers[i];
        if (body->block < h->first || body->block >= h->end || h->target == last) {
            continue;
        }
        if (body->method->code.max_stack == 0) {
            return ph_jt_fail(self, PH_INVALID, "Stack size too large: a handler has one value");
        }
        struct ph_jt_edge edge = {body->block, h->target, PH_JT_NONE, PH_JT_EDGE_THROW};
        body->blocks[h->target].is_handler = true;
        PH_JT_TRY(arrive(self, &edge, thrown, &body->addresses));
        last = h->target;
    }
    return PH_OK;
}

/* ---- jsr and ret ---------------------------------------------------------------------------- */

/* A ret goes on behind a jsr. Locals that the ret knows nothing of are as the jsr left them. */
static ph_status come_back(struct ph_jt *self, const struct ph_jt_return *from,
                           const struct ph_jt_site *site)
{
    struct ph_jt_addresses addresses = from->addresses;
    struct ph_jt_edge edge = {from->block, site->after, from->subroutine, PH_JT_EDGE_RETURN};

    for (uint32_t i = 0; i < site->addresses.count; i++) {
        bool is_known =
            ph_jt_address_in(&addresses, site->addresses.items[i].local) != PH_JT_NONE;
        if (!is_known && addresses.count < PH_JT_ADDRESSES_MAX) {
            addresses.items[addresses.count++] = site->addresses.items[i];
        }
    }
    if (site->after == self->body.block_count) {
        return ph_jt_fail(self, PH_INVALID, "Control flow falls through code end");
    }
    PH_JT_TRY(arrive(self, &edge, from->node, &addresses));
    edge.from = site->block;
    edge.kind = PH_JT_EDGE_SKIP;
    return note_edge(self, &edge);
}

static ph_status find_subroutine(struct ph_jt *self, uint32_t block, uint32_t *subroutine)
{
    for (uint32_t i = 0; i < self->subroutines.count; i++) {
        if (self->subroutines.items[i].block == block) {
            *subroutine = i;
            return self->subroutines.items[i].below == self->body.node
                       ? PH_OK
                       : fail_merge(self, block,
                                    ph_jt_node_push(self, self->body.node,
                                                      PH_JT_RETURN_ADDRESS));
        }
    }
    struct ph_jt_subroutine made = {block, self->body.node, 0, 0};
    made.node = ph_jt_node_push(self, self->body.node, PH_JT_RETURN_ADDRESS);
    *subroutine = self->subroutines.count;
    if (self->failed || !ph_vector_push(&self->subroutines, self->allocator, made)) {
        return ph_jt_fail_memory(self);
    }
    self->nodes.items[made.node].subroutine = *subroutine;
    return PH_OK;
}

static struct ph_jt_site *find_site(struct ph_jt *self, uint32_t block)
{
    for (uint32_t i = 0; i < self->sites.count; i++) {
        if (self->sites.items[i].block == block) {
            return &self->sites.items[i];
        }
    }
    return NULL;
}

static ph_status flow_jsr(struct ph_jt *self, const struct ph_jt_insn *insn)
{
    struct ph_jt_body *body = &self->body;
    uint32_t subroutine;

    if (self->nodes.items[body->node].slots >= body->method->code.max_stack) {
        return ph_jt_fail(self, PH_INVALID, "Operand stack overflow");
    }
    PH_JT_TRY(find_subroutine(self, body->block_at[ph_jt_target(insn, insn->value)],
                                &subroutine));
    struct ph_jt_subroutine *called = &self->subroutines.items[subroutine];
    struct ph_jt_site *site = find_site(self, body->block);
    if (site == NULL) {
        struct ph_jt_site made = {.subroutine = subroutine,
                                    .number = called->site_count++,
                                    .block = body->block,
                                    .after = body->block_at[insn->next]};
        if (!ph_vector_push(&self->sites, self->allocator, made)) {
            return ph_jt_fail_memory(self);
        }
        site = &self->sites.items[self->sites.count - 1];
    }
    site->addresses = body->addresses;
    for (uint32_t i = 0; i < self->returns.count; i++) {
        if (self->returns.items[i].subroutine == subroutine) {
            PH_JT_TRY(come_back(self, &self->returns.items[i], site));
        }
    }
    body->node = called->node;
    return flow_to(self, called->block);
}

static ph_status flow_ret(struct ph_jt *self, const struct ph_jt_insn *insn)
{
    struct ph_jt_body *body = &self->body;
    uint32_t subroutine = ph_jt_address_in(&body->addresses, (uint32_t)insn->value);
    struct ph_jt_return made = {subroutine, body->block, body->node, body->addresses};
    bool is_known = false;

    if (subroutine == PH_JT_NONE) {
        return ph_jt_fail(self, PH_INVALID,
                            "Bad local variable type: local %d holds no return address",
                            insn->value);
    }
    for (uint32_t i = 0; i < self->returns.count; i++) {
        if (self->returns.items[i].block == body->block) {
            self->returns.items[i] = made;
            is_known = true;
        }
    }
    if (!is_known && !ph_vector_push(&self->returns, self->allocator, made)) {
        return ph_jt_fail_memory(self);
    }
    for (uint32_t i = 0; i < self->sites.count; i++) {
        if (self->sites.items[i].subroutine == subroutine) {
            PH_JT_TRY(come_back(self, &made, &self->sites.items[i]));
        }
    }
    return PH_OK;
}

/* ---- One block ------------------------------------------------------------------------------ */

static ph_status flow_switch(struct ph_jt *self, const struct ph_jt_insn *insn)
{
    const uint32_t *block_at = self->body.block_at;
    uint32_t last = block_at[ph_jt_target(insn, insn->value)];

    PH_JT_TRY(flow_to(self, last));
    for (uint32_t i = 0; i < insn->count; i++) {
        uint32_t to = block_at[ph_jt_target(insn, ph_jt_switch_distance(insn, i))];
        if (to != last) {
            PH_JT_TRY(flow_to(self, to));
            last = to;
        }
    }
    return PH_OK;
}

/* After a block's last instruction. */
static ph_status flow_out(struct ph_jt *self, const struct ph_jt_insn *insn)
{
    struct ph_jt_body *body = &self->body;
    uint8_t flags = ph_jt_ops[insn->op].flags;

    if (insn->op == PH_JT_jsr) {
        return flow_jsr(self, insn);
    }
    if (insn->op == PH_JT_ret) {
        return flow_ret(self, insn);
    }
    if (insn->op == PH_JT_tableswitch || insn->op == PH_JT_lookupswitch) {
        return flow_switch(self, insn);
    }
    if ((flags & PH_JT_BRANCH) != 0) {
        PH_JT_TRY(flow_to(self, body->block_at[ph_jt_target(insn, insn->value)]));
    }
    if ((flags & PH_JT_ENDS) != 0) {
        return PH_OK;
    }
    if (insn->next == body->code.size) {
        return ph_jt_fail(self, PH_INVALID, "Control flow falls through code end");
    }
    return flow_to(self, body->block_at[insn->next]);
}

/* Instructions that write to locals can change which hold return addresses. */
static bool may_set_address(const struct ph_jt_insn *insn)
{
    return insn->op >= PH_JT_istore && insn->op <= PH_JT_astore;
}

static ph_status flow_block(struct ph_jt *self)
{
    struct ph_jt_body *body = &self->body;
    const struct ph_jt_block *block = &body->blocks[body->block];
    struct ph_jt_insn insn;

    body->insn = NULL;
    body->node = block->node;
    if (body->has_jsr) {
        body->addresses = body->block_addresses[body->block];
    }
    PH_JT_TRY(flow_to_handlers(self));
    for (uint32_t pc = block->start; pc < block->end; pc = insn.next) {
        bool is_whole = ph_jt_decode(body->code, pc, &insn);
        PH_ASSERT(is_whole);
        PH_JT_TRY(ph_jt_step(self, &insn));
        if (body->has_jsr && may_set_address(&insn) && insn.next < block->end) {
            PH_JT_TRY(flow_to_handlers(self));
        }
    }
    return self->failed ? ph_jt_fail_memory(self) : flow_out(self, &insn);
}

ph_status ph_jt_flow(struct ph_jt *self)
{
    struct ph_jt_body *body = &self->body;
    struct ph_jt_node empty = {0};

    self->nodes.count = 0;
    self->edges.count = 0;
    self->queue.count = 0;
    self->subroutines.count = 0;
    self->sites.count = 0;
    self->returns.count = 0;
    if (!ph_vector_push(&self->nodes, self->allocator, empty) ||
        !ph_vector_push(&self->queue, self->allocator, 0)) {
        return ph_jt_fail_memory(self);
    }
    PH_JT_TRY(make_blocks(self));
    body->blocks[0].node = 0;
    body->blocks[0].is_queued = true;
    while (self->queue.count > 0) {
        body->block = self->queue.items[--self->queue.count];
        body->blocks[body->block].is_queued = false;
        PH_JT_TRY(flow_block(self));
    }
    body->insn = NULL;
    return PH_OK;
}
