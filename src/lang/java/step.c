/* SPDX-License-Identifier: Apache-2.0 */
/* step.c - what each instruction does to the stack, and whether it may. */
#include "lang/java/translator.h"

/* ---- The stack ------------------------------------------------------------------------------ */

static uint32_t slots_of(uint8_t kind) { return kind == PH_I64 || kind == PH_F64 ? 2 : 1; }

static const char *kind_name(uint8_t kind)
{
    static const char *const names[] = {"nothing", "int",    "long",      "float",
                                        "double",  "object", "returnAddress"};
    return names[kind];
}

static PH_COLD ph_status fail_type(struct ph_jt *self, uint8_t expected, uint8_t actual)
{
    return ph_jt_fail(self, PH_INVALID, "Bad type on operand stack: expecting %s, found %s",
                        kind_name(expected), kind_name(actual));
}

uint32_t ph_jt_node_push(struct ph_jt *self, uint32_t node, uint8_t kind)
{
    const struct ph_jt_node *below = &self->nodes.items[node];
    struct ph_jt_node made = {.parent = node, .kind = kind};

    if (below->child[kind] != 0 && kind != PH_JT_RETURN_ADDRESS) {
        return below->child[kind];
    }
    made.slots = (uint16_t)(below->slots + slots_of(kind));
    if (!ph_vector_push(&self->nodes, self->allocator, made)) {
        self->failed = true;
        return node;
    }
    self->nodes.items[node].child[kind] = self->nodes.count - 1;
    return self->nodes.count - 1;
}

static ph_status push(struct ph_jt *self, uint8_t kind)
{
    struct ph_jt_body *body = &self->body;

    if (self->nodes.items[body->node].slots + slots_of(kind) > body->method->code.max_stack) {
        return ph_jt_fail(self, PH_INVALID, "Operand stack overflow: more than %u",
                            body->method->code.max_stack);
    }
    body->node = ph_jt_node_push(self, body->node, kind);
    return PH_OK;
}

static ph_status pop_any(struct ph_jt *self, uint8_t *kind)
{
    const struct ph_jt_node *top = &self->nodes.items[self->body.node];

    *kind = top->kind;
    if (self->body.node == 0) {
        return ph_jt_fail(self, PH_INVALID, "Operand stack underflow");
    }
    self->body.node = top->parent;
    return PH_OK;
}

static ph_status pop(struct ph_jt *self, uint8_t kind)
{
    uint8_t actual;

    PH_JT_TRY(pop_any(self, &actual));
    return PH_LIKELY(actual == kind) ? PH_OK : fail_type(self, kind, actual);
}

uint8_t ph_jt_kind_at(const struct ph_jt *self, uint32_t depth)
{
    uint32_t node = self->body.node;

    while (depth-- > 0) {
        node = self->nodes.items[node].parent;
    }
    return self->nodes.items[node].kind;
}

static uint8_t kind_of_letter(char letter)
{
    switch (letter) {
    case 'i':
        return PH_I32;
    case 'l':
        return PH_I64;
    case 'f':
        return PH_F32;
    case 'd':
        return PH_F64;
    default:
        PH_DEBUG_ASSERT(letter == 'r');
        return PH_REF;
    }
}

static ph_status step_effect(struct ph_jt *self, const char *effect)
{
    const char *colon = effect;

    if (*effect == 0) {
        return PH_OK;
    }
    while (*colon != ':') {
        colon++;
    }
    for (const char *at = colon; at != effect;) {
        PH_JT_TRY(pop(self, kind_of_letter(*--at)));
    }
    for (const char *at = colon + 1; *at != 0; at++) {
        PH_JT_TRY(push(self, kind_of_letter(*at)));
    }
    return PH_OK;
}

/* ---- dup and its like ----------------------------------------------------------------------- */

/* In values of one slot; a value of two slots takes the place of two. */
static const struct {
    uint8_t op, takes, under; /* copies the top `takes` slots under the `under` slots below them */
} shuffles[] = {
    {PH_JT_dup, 1, 0},  {PH_JT_dup_x1, 1, 1},  {PH_JT_dup_x2, 1, 2},
    {PH_JT_dup2, 2, 0}, {PH_JT_dup2_x1, 2, 1}, {PH_JT_dup2_x2, 2, 2},
};

/* How many values are the `slots` slots below the `skip` values on top. */
static ph_status values_in(struct ph_jt *self, uint32_t skip, uint32_t slots, uint8_t *count)
{
    uint32_t node = self->body.node;

    for (uint32_t i = 0; i < skip; i++) {
        node = self->nodes.items[node].parent;
    }
    *count = 0;
    while (slots > 0) {
        const struct ph_jt_node *top = &self->nodes.items[node];
        uint32_t size = slots_of(top->kind);
        if (node == 0) {
            return ph_jt_fail(self, PH_INVALID, "Operand stack underflow");
        }
        if (size > slots) {
            return ph_jt_fail(self, PH_INVALID, "Bad type on operand stack: half of a %s",
                                kind_name(top->kind));
        }
        slots -= size;
        node = top->parent;
        ++*count;
    }
    return PH_OK;
}

ph_status ph_jt_shuffle(struct ph_jt *self, uint8_t op, struct ph_jt_shuffle *shuffle)
{
    uint8_t top = 1, below = 0;

    shuffle->leaves = 0;
    if (op == PH_JT_swap) {
        PH_JT_TRY(values_in(self, 0, 1, &top));
        PH_JT_TRY(values_in(self, 1, 1, &below));
        *shuffle = (struct ph_jt_shuffle){2, 2, {1, 0}};
        return PH_OK;
    }
    for (uint32_t i = 0; i < PH_COUNT(shuffles); i++) {
        if (shuffles[i].op == op) {
            PH_JT_TRY(values_in(self, 0, shuffles[i].takes, &top));
            PH_JT_TRY(values_in(self, top, shuffles[i].under, &below));
        }
    }
    shuffle->takes = (uint8_t)(top + below);
    for (uint8_t i = 0; i < top; i++) {
        shuffle->order[shuffle->leaves++] = (uint8_t)(below + i);
    }
    for (uint8_t i = 0; i < shuffle->takes; i++) {
        shuffle->order[shuffle->leaves++] = i;
    }
    return PH_OK;
}

static ph_status step_shuffle(struct ph_jt *self, uint8_t op)
{
    struct ph_jt_shuffle shuffle;
    uint8_t kinds[4];

    if (op == PH_JT_pop || op == PH_JT_pop2) {
        uint8_t count;
        PH_JT_TRY(values_in(self, 0, op == PH_JT_pop ? 1 : 2, &count));
        while (count-- > 0) {
            PH_JT_TRY(pop_any(self, kinds));
        }
        return PH_OK;
    }
    PH_JT_TRY(ph_jt_shuffle(self, op, &shuffle));
    for (uint32_t i = shuffle.takes; i-- > 0;) {
        PH_JT_TRY(pop_any(self, &kinds[i]));
        if (kinds[i] == PH_JT_RETURN_ADDRESS) { /* nobody does it, and it has a subroutine */
            return fail_type(self, PH_REF, kinds[i]);
        }
    }
    for (uint32_t i = 0; i < shuffle.leaves; i++) {
        PH_JT_TRY(push(self, kinds[shuffle.order[i]]));
    }
    return PH_OK;
}

/* ---- Constants and members ------------------------------------------------------------------ */

uint8_t ph_jt_loadable_kind(const struct ph_jt *self, uint32_t index)
{
    switch (ph_classfile_tag(self->file, index)) {
    case PH_CONSTANT_INTEGER:
        return PH_I32;
    case PH_CONSTANT_FLOAT:
        return PH_F32;
    case PH_CONSTANT_LONG:
        return PH_I64;
    case PH_CONSTANT_DOUBLE:
        return PH_F64;
    case PH_CONSTANT_STRING:
        return PH_REF;
    case PH_CONSTANT_CLASS:
        return self->file->major >= 49 ? PH_REF : PH_JT_UNSET;
    case PH_CONSTANT_METHOD_HANDLE:
    case PH_CONSTANT_METHOD_TYPE:
        return self->file->major >= 51 ? PH_REF : PH_JT_UNSET;
    case PH_CONSTANT_DYNAMIC:
        return ph_jt_kind(ph_classfile_member(self->file, index).descriptor.bytes[0]);
    default:
        return PH_JT_UNSET;
    }
}

static ph_status step_field(struct ph_jt *self, const struct ph_jt_insn *insn)
{
    struct ph_slice descriptor = ph_classfile_member(self->file, (uint32_t)insn->value).descriptor;
    uint8_t kind = ph_jt_kind(descriptor.bytes[0]);
    bool is_set = insn->op == PH_JT_putfield || insn->op == PH_JT_putstatic;

    if (is_set) {
        PH_JT_TRY(pop(self, kind));
    }
    if (insn->op == PH_JT_getfield || insn->op == PH_JT_putfield) {
        PH_JT_TRY(pop(self, PH_REF));
    }
    return is_set ? PH_OK : push(self, kind);
}

static ph_status step_call(struct ph_jt *self, const struct ph_jt_insn *insn)
{
    struct ph_slice descriptor = ph_classfile_member(self->file, (uint32_t)insn->value).descriptor;
    struct ph_slice rest = descriptor, type;
    uint8_t kinds[256];
    uint32_t count = 0;

    if (insn->op != PH_JT_invokestatic && insn->op != PH_JT_invokedynamic) {
        kinds[count++] = PH_REF;
    }
    while (ph_java_next_parameter(&rest, &type)) {
        PH_ASSERT(count < PH_COUNT(kinds));
        kinds[count++] = ph_jt_kind(type.bytes[0]);
    }
    while (count > 0) {
        PH_JT_TRY(pop(self, kinds[--count]));
    }
    uint8_t result = ph_jt_kind(ph_java_result(descriptor).bytes[0]);
    return result == PH_JT_UNSET ? PH_OK : push(self, result);
}

static ph_status step_return(struct ph_jt *self, const struct ph_jt_insn *insn)
{
    static const uint8_t kinds[] = {PH_I32, PH_I64, PH_F32, PH_F64, PH_REF, PH_JT_UNSET};
    uint8_t kind = kinds[insn->op - PH_JT_ireturn];

    if (kind != PH_JT_UNSET) {
        PH_JT_TRY(pop(self, kind));
    }
    if (kind != self->body.result) {
        return ph_jt_fail(self, PH_INVALID,
                            self->body.result == PH_JT_UNSET
                                ? "Method does not expect a return value"
                                : "Wrong return type in function");
    }
    return PH_OK;
}

static ph_status step_multi(struct ph_jt *self, const struct ph_jt_insn *insn)
{
    for (int32_t i = 0; i < insn->extra; i++) {
        PH_JT_TRY(pop(self, PH_I32));
    }
    return push(self, PH_REF);
}

/* ---- Return addresses ----------------------------------------------------------------------- */

/* `local` holds the address of `subroutine` from now on, or none. */
static ph_status set_address(struct ph_jt *self, uint32_t local, uint32_t subroutine)
{
    struct ph_jt_addresses *now = &self->body.addresses;
    uint32_t at = 0;

    while (at < now->count && now->items[at].local < local) {
        at++;
    }
    bool is_there = at < now->count && now->items[at].local == local;
    if (subroutine == PH_JT_NONE) {
        if (is_there) {
            now->count--;
            memmove(&now->items[at], &now->items[at + 1],
                    (now->count - at) * sizeof(now->items[0]));
        }
        return PH_OK;
    }
    if (!is_there) {
        if (now->count == PH_JT_ADDRESSES_MAX) {
            return ph_jt_fail(self, PH_LIMIT, "More than %u return addresses at once",
                                PH_JT_ADDRESSES_MAX);
        }
        memmove(&now->items[at + 1], &now->items[at],
                (now->count - at) * sizeof(now->items[0]));
        now->count++;
    }
    now->items[at].local = local;
    now->items[at].subroutine = subroutine;
    return PH_OK;
}

/* A value of `kind` goes to a local: return addresses there are gone. */
static ph_status step_store(struct ph_jt *self, uint32_t local, uint8_t kind)
{
    if (!self->body.has_jsr) {
        return PH_OK;
    }
    PH_JT_TRY(set_address(self, local, PH_JT_NONE));
    return slots_of(kind) == 2 ? set_address(self, local + 1, PH_JT_NONE) : PH_OK;
}

static ph_status step_astore(struct ph_jt *self, const struct ph_jt_insn *insn)
{
    uint8_t kind;
    uint32_t subroutine = self->nodes.items[self->body.node].subroutine;

    PH_JT_TRY(pop_any(self, &kind));
    if (kind == PH_JT_RETURN_ADDRESS) {
        return set_address(self, (uint32_t)insn->value, subroutine);
    }
    return kind == PH_REF ? step_store(self, (uint32_t)insn->value, kind)
                          : fail_type(self, PH_REF, kind);
}

/* ---- One instruction ------------------------------------------------------------------------ */

static ph_status step_special(struct ph_jt *self, const struct ph_jt_insn *insn)
{
    switch (insn->op) {
    case PH_JT_ldc_w:
    case PH_JT_ldc2_w:
        return push(self, ph_jt_loadable_kind(self, (uint32_t)insn->value));
    case PH_JT_astore:
        return step_astore(self, insn);
    case PH_JT_pop:
    case PH_JT_pop2:
    case PH_JT_dup:
    case PH_JT_dup_x1:
    case PH_JT_dup_x2:
    case PH_JT_dup2:
    case PH_JT_dup2_x1:
    case PH_JT_dup2_x2:
    case PH_JT_swap:
        return step_shuffle(self, insn->op);
    case PH_JT_getstatic:
    case PH_JT_putstatic:
    case PH_JT_getfield:
    case PH_JT_putfield:
        return step_field(self, insn);
    case PH_JT_multianewarray:
        return step_multi(self, insn);
    case PH_JT_jsr: /* flow.c knows of which subroutine the address is */
        return PH_OK;
    default:
        if (insn->op >= PH_JT_ireturn && insn->op <= PH_JT_return) {
            return step_return(self, insn);
        }
        PH_ASSERT(insn->op >= PH_JT_invokevirtual && insn->op <= PH_JT_invokedynamic);
        return step_call(self, insn);
    }
}

ph_status ph_jt_step(struct ph_jt *self, const struct ph_jt_insn *insn)
{
    const char *effect = ph_jt_ops[insn->op].stack;

    self->body.insn = insn;
    if (effect[0] == '*') {
        return step_special(self, insn);
    }
    PH_JT_TRY(step_effect(self, effect));
    if (insn->op >= PH_JT_istore && insn->op <= PH_JT_dstore) {
        static const uint8_t kinds[] = {PH_I32, PH_I64, PH_F32, PH_F64};
        return step_store(self, (uint32_t)insn->value, kinds[insn->op - PH_JT_istore]);
    }
    return PH_OK;
}
