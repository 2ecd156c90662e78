/* SPDX-License-Identifier: Apache-2.0 */
/* reference_verifier.c - see reference_verifier.h. Works in the slowest way that is clear. */
#include "support/reference_verifier.h"

#include <stdlib.h>
#include <string.h>

struct list {
    uint32_t count;
    uint8_t *types; /* room for STACK_MAX */
};

#define STACK_MAX (PH_FRAME_SLOTS_MAX + PH_VALUES_MAX + 1)

struct checker {
    const struct ph_unit *unit;
    const struct ph_function *function;
    const struct ph_function_facts *facts;
    bool facts_agree;
    uint32_t sites_seen;
    uint32_t depth_max;
    struct list stack;
    bool dead;
    bool *placed;
};

static void push(struct checker *c, uint8_t type, bool *ok)
{
    if (c->stack.count + c->function->local_count >= PH_FRAME_SLOTS_MAX) {
        *ok = false;
    }
    if (*ok) {
        c->stack.types[c->stack.count++] = type;
    }
    if (c->stack.count > c->depth_max) {
        c->depth_max = c->stack.count;
    }
}

static uint8_t pop_any(struct checker *c, bool *ok)
{
    if (c->stack.count == 0) {
        *ok = false;
        return 0;
    }
    return c->stack.types[--c->stack.count];
}

static void pop(struct checker *c, uint8_t type, bool *ok)
{
    if (pop_any(c, ok) != type) {
        *ok = false;
    }
}

/* The types of a shape, deepest first; false if a frame cannot hold it. */
static bool shape_types(struct checker *c, uint32_t shape, struct list *list)
{
    uint32_t depth = 0;

    for (uint32_t s = shape; s != 0; s = c->function->shapes[s].parent) {
        depth++;
    }
    if (depth + c->function->local_count > PH_FRAME_SLOTS_MAX) {
        return false;
    }
    list->count = depth;
    for (uint32_t s = shape; s != 0; s = c->function->shapes[s].parent) {
        list->types[--depth] = c->function->shapes[s].type;
    }
    return true;
}

static bool stack_is(struct checker *c, uint32_t shape)
{
    static uint8_t types[STACK_MAX];
    struct list list = {0, types};

    return shape_types(c, shape, &list) && list.count == c->stack.count &&
           memcmp(list.types, c->stack.types, list.count) == 0;
}

static void branch(struct checker *c, uint64_t label, bool *ok)
{
    if (label >= c->function->label_count) {
        *ok = false;
        return;
    }
    if (c->placed[label] && !c->function->labels[label].is_loop) {
        *ok = false;
    }
    if (!stack_is(c, c->function->labels[label].shape)) {
        *ok = false;
    }
}

static void compare_site(struct checker *c, uint32_t offset)
{
    uint32_t refs = 0;

    if (c->facts == NULL) {
        return;
    }
    if (c->sites_seen >= c->facts->site_count) {
        c->facts_agree = false;
        return;
    }
    const struct ph_site *site = &c->facts->sites[c->sites_seen++];
    if (site->offset != offset || site->depth != c->stack.count) {
        c->facts_agree = false;
    }
    for (uint32_t i = 0; i < c->stack.count; i++) {
        if (c->stack.types[i] != PH_REF) {
            continue;
        }
        if (refs >= site->ref_count || c->facts->ref_slots[site->ref_first + refs] != i) {
            c->facts_agree = false;
            return;
        }
        refs++;
    }
    if (refs != site->ref_count) {
        c->facts_agree = false;
    }
}

static void signature_effect(struct checker *c, uint64_t index, bool *ok)
{
    if (index >= c->unit->signature_count) {
        *ok = false;
        return;
    }
    const struct ph_signature *s = &c->unit->signatures[index];
    for (uint32_t i = s->param_count; i > 0; i--) {
        pop(c, s->types[i - 1], ok);
    }
    for (uint32_t i = 0; i < s->result_count; i++) {
        push(c, s->types[s->param_count + i], ok);
    }
}

static bool is_caught_at(struct checker *c, uint64_t label)
{
    for (uint32_t i = 0; i < c->function->handler_count; i++) {
        if (c->function->handlers[i].label == label) {
            return true;
        }
    }
    return false;
}

static void place(struct checker *c, uint64_t label, uint32_t offset, bool *ok)
{
    if (label >= c->function->label_count || c->placed[label]) {
        *ok = false;
        return;
    }
    const struct ph_label *declared = &c->function->labels[label];
    if (!c->dead && !stack_is(c, declared->shape)) {
        *ok = false;
    }
    if (!shape_types(c, declared->shape, &c->stack)) {
        *ok = false;
        return;
    }
    if (c->stack.count > c->depth_max) {
        c->depth_max = c->stack.count;
    }
    c->placed[label] = true;
    c->dead = false;
    if (c->facts != NULL && c->facts->label_offsets[label] != offset) {
        c->facts_agree = false;
    }
    if (declared->is_loop || is_caught_at(c, label)) {
        compare_site(c, offset);
    }
}

static void squeeze(struct checker *c, uint64_t kept, uint64_t dropped, bool *ok)
{
    if (kept > PH_VALUES_MAX || kept + dropped > c->stack.count) {
        *ok = false;
        return;
    }
    uint8_t *top = c->stack.types + c->stack.count - kept;
    memmove(top - dropped, top, kept);
    c->stack.count -= (uint32_t)dropped;
}

static uint8_t letter_type(char letter)
{
    return (uint8_t)(strchr("ilfdr", letter) - "ilfdr" + 1);
}

static void table_effect(struct checker *c, const char *effect, bool *ok)
{
    const char *colon = strchr(effect, ':');

    if (colon == NULL) {
        return;
    }
    for (const char *p = colon; p > effect; p--) {
        pop(c, letter_type(p[-1]), ok);
    }
    for (const char *p = colon + 1; *p != 0; p++) {
        push(c, letter_type(*p), ok);
    }
}

static bool in_range(struct checker *c, const struct ph_insn *insn)
{
    const char *letters = ph_op_info(insn->opcode)->immediates;

    for (uint32_t i = 0; letters[i] != 0; i++) {
        uint64_t x = insn->immediate[i];
        if ((letters[i] == 'l' && x >= c->function->local_count) ||
            (letters[i] == 'g' && x >= c->unit->global_count) ||
            (letters[i] == 'F' && x >= c->unit->function_count) ||
            (letters[i] == 'T' && x >= c->unit->table_count) ||
            (letters[i] == 'M' && x >= c->unit->memory_count) ||
            (letters[i] == 't' && x >= c->unit->signature_count) ||
            (letters[i] == 'E' && x >= c->unit->element_count) ||
            (letters[i] == 'D' && x >= c->unit->data_count) ||
            (letters[i] == 'c' && x >= c->unit->class_ref_count) ||
            (letters[i] == 'f' && x >= c->unit->field_ref_count) ||
            (letters[i] == 'm' && x >= c->unit->method_ref_count) ||
            (letters[i] == 'x' && x >= c->unit->bytes_constant_count) ||
            (letters[i] == 'K' && x >= c->unit->constant_count) ||
            (letters[i] == 'k' && (x == 0 || x > PH_STORE_U16)) ||
            (letters[i] == 'U' && x > UINT32_MAX)) {
            return false;
        }
    }
    return true;
}

/* A reference to an array's class, as its definition goes. */
static bool is_array(struct checker *c, uint64_t class_ref)
{
    const struct ph_class_ref *it = &c->unit->class_refs[class_ref];

    return it->kind == PH_CLASS_REF_NUMBERS || it->kind == PH_CLASS_REF_REFS ||
           (it->kind == PH_CLASS_REF_BUILTIN &&
            (it->builtin == PH_BUILTIN_BYTES || it->builtin == PH_BUILTIN_REFS));
}

static uint8_t stack_type(uint8_t storage)
{
    static const uint8_t types[] = {0,      PH_I32, PH_I64, PH_F32, PH_F64,
                                    PH_REF, PH_I32, PH_I32, PH_I32, PH_I32};

    return types[storage];
}

/* Which field or kind of items, how many values are taken, whether something is left. */
static void check_atomic(struct checker *c, const struct ph_insn *insn, bool *ok)
{
    uint32_t o = insn->opcode, x = (uint32_t)insn->immediate[0];
    bool is_item = o >= PH_OP_array_get_volatile;
    bool is_static = o >= PH_OP_static_swap && !is_item;
    bool is_add = o == PH_OP_field_add || o == PH_OP_static_add || o == PH_OP_array_add;
    bool is_compare = o == PH_OP_field_compare_swap || o == PH_OP_static_compare_swap ||
                      o == PH_OP_array_compare_swap;
    uint8_t storage = is_item ? (uint8_t)x : c->unit->field_refs[x].storage;

    *ok = *ok && (is_item || is_static == ((c->unit->field_refs[x].flags & 1) != 0));
    *ok = *ok && !(is_add && (storage == PH_STORE_REF || storage == PH_STORE_F32 ||
                              storage == PH_STORE_F64));
    for (uint32_t i = o == PH_OP_array_get_volatile ? 1 : 0; i < 1u + is_compare; i++) {
        pop(c, stack_type(storage), ok);
    }
    if (is_item) {
        pop(c, PH_I32, ok);
    }
    if (!is_static) {
        pop(c, PH_REF, ok);
    }
    if (o != PH_OP_array_set_volatile) {
        push(c, stack_type(storage), ok);
    }
}

static void check_member(struct checker *c, const struct ph_insn *insn, bool *ok)
{
    uint64_t x = insn->immediate[0];
    bool wants_static = insn->opcode == PH_OP_static_get || insn->opcode == PH_OP_static_set;

    if (insn->opcode == PH_OP_call_virtual || insn->opcode == PH_OP_call_method) {
        bool is_static = c->unit->method_refs[x].flags & PH_METHOD_STATIC;
        *ok = *ok && !(is_static && insn->opcode == PH_OP_call_virtual);
        signature_effect(c, c->unit->method_refs[x].signature, ok);
        return;
    }
    const struct ph_field_ref *field = &c->unit->field_refs[x];
    *ok = *ok && wants_static == ((field->flags & PH_FIELD_STATIC) != 0);
    if (insn->opcode == PH_OP_field_set || insn->opcode == PH_OP_static_set) {
        pop(c, stack_type(field->storage), ok);
    }
    if (!wants_static) {
        pop(c, PH_REF, ok);
    }
    if (insn->opcode == PH_OP_field_get || insn->opcode == PH_OP_static_get) {
        push(c, stack_type(field->storage), ok);
    }
}

static void check_variable(struct checker *c, const struct ph_insn *insn, bool *ok)
{
    uint64_t x = insn->immediate[0];

    switch (insn->opcode) {
    case PH_OP_local_get:
        push(c, c->function->local_types[x], ok);
        break;
    case PH_OP_local_set:
        pop(c, c->function->local_types[x], ok);
        break;
    case PH_OP_local_tee:
        pop(c, c->function->local_types[x], ok);
        push(c, c->function->local_types[x], ok);
        break;
    case PH_OP_global_get:
        push(c, c->unit->globals[x].type.type, ok);
        break;
    case PH_OP_global_set:
        pop(c, c->unit->globals[x].type.type, ok);
        *ok = *ok && c->unit->globals[x].type.is_mutable;
        break;
    default:
        abort();
    }
}

static void check_return(struct checker *c, bool *ok)
{
    const struct ph_signature *s = c->function->signature;

    if (c->stack.count != s->result_count ||
        memcmp(c->stack.types, s->types + s->param_count, s->result_count) != 0) {
        *ok = false;
    }
}

static void check_select(struct checker *c, bool *ok)
{
    pop(c, PH_I32, ok);
    uint8_t type = pop_any(c, ok);
    pop(c, type, ok);
    if (*ok) {
        push(c, type, ok);
    }
}

static void check_special(struct checker *c, const struct ph_insn *insn, bool *ok)
{
    uint64_t x = insn->immediate[0];
    uint32_t cursor = insn->targets_offset;

    switch (insn->opcode) {
    case PH_OP_unreachable:
        break;
    case PH_OP_label:
        place(c, x, insn->offset, ok);
        break;
    case PH_OP_br:
        branch(c, x, ok);
        break;
    case PH_OP_br_if:
    case PH_OP_br_unless:
        pop(c, PH_I32, ok);
        branch(c, x, ok);
        break;
    case PH_OP_br_table:
        pop(c, PH_I32, ok);
        for (uint64_t i = 0; i <= x; i++) {
            branch(c, ph_insn_next_target(c->function->code, &cursor), ok);
        }
        break;
    case PH_OP_return:
        check_return(c, ok);
        break;
    case PH_OP_call:
        signature_effect(c, c->unit->functions[x].signature, ok);
        break;
    case PH_OP_call_indirect:
    case PH_OP_call_function:
        pop(c, insn->opcode == PH_OP_call_indirect ? PH_I32 : PH_REF, ok);
        signature_effect(c, x, ok);
        break;
    case PH_OP_drop:
        pop_any(c, ok);
        break;
    case PH_OP_select:
        check_select(c, ok);
        break;
    case PH_OP_squeeze:
        squeeze(c, x, insn->immediate[1], ok);
        break;
    case PH_OP_field_get:
    case PH_OP_field_set:
    case PH_OP_static_get:
    case PH_OP_static_set:
    case PH_OP_call_virtual:
    case PH_OP_call_method:
        check_member(c, insn, ok);
        break;
    default:
        if (insn->opcode >= PH_OP_field_swap) {
            check_atomic(c, insn, ok);
        } else {
            check_variable(c, insn, ok);
        }
        break;
    }
}

/* From the start again: whether an instruction begins at `offset`, or the code ends there. */
static bool is_boundary(struct checker *c, uint32_t wanted)
{
    struct ph_insn insn;
    uint32_t offset = 0;

    while (offset < wanted && offset < c->function->code.size &&
           ph_insn_decode(c->function->code, offset, &insn) == PH_OK) {
        offset = insn.next;
    }
    return offset == wanted;
}

static bool check_handlers(struct checker *c)
{
    for (uint32_t i = 0; i < c->function->handler_count; i++) {
        const struct ph_exception_handler *h = &c->function->handlers[i];
        if (h->label >= c->function->label_count || h->start >= h->end ||
            (h->class_ref != UINT32_MAX && h->class_ref >= c->unit->class_ref_count) ||
            !is_boundary(c, h->start) || !is_boundary(c, h->end)) {
            return false;
        }
        uint32_t shape = c->function->labels[h->label].shape;
        if (shape == 0 || c->function->shapes[shape].parent != 0 ||
            c->function->shapes[shape].type != PH_REF) {
            return false;
        }
    }
    return true;
}

static bool check_code(struct checker *c)
{
    struct ph_slice code = c->function->code;
    struct ph_insn insn;
    static uint8_t types[STACK_MAX];
    struct list list = {0, types};
    bool ok = true;

    for (uint32_t i = 0; i < c->function->shape_count; i++) {
        if (!shape_types(c, i, &list)) {
            return false;
        }
    }
    for (uint32_t offset = 0; offset < code.size; offset = insn.next) {
        if (ph_insn_decode(code, offset, &insn) != PH_OK) {
            return false;
        }
        const struct ph_op_info *info = ph_op_info(insn.opcode);
        if (!in_range(c, &insn) || (c->dead && insn.opcode != PH_OP_label)) {
            return false;
        }
        if ((insn.opcode == PH_OP_object_new && is_array(c, insn.immediate[0])) ||
            (insn.opcode == PH_OP_array_new && !is_array(c, insn.immediate[0]))) {
            return false;
        }
        if (info->flags & PH_OP_SITE) {
            compare_site(c, offset);
        }
        if (info->stack[0] == '*') {
            check_special(c, &insn, &ok);
        } else {
            table_effect(c, info->stack, &ok);
        }
        if (info->flags & PH_OP_END) {
            c->dead = true;
        }
        if (!ok) {
            return false;
        }
    }
    for (uint32_t i = 0; i < c->function->label_count; i++) {
        ok = ok && c->placed[i];
    }
    return ok && c->dead && check_handlers(c);
}

bool reference_verify(const struct ph_unit *unit, const struct ph_function *function,
                      const struct ph_function_facts *facts, bool *facts_agree)
{
    static uint8_t types[STACK_MAX];
    struct checker c = {.unit = unit, .function = function, .facts = facts, .facts_agree = true,
                        .stack = {0, types}};

    c.placed = calloc(function->label_count + 1, sizeof(bool));
    bool ok = check_code(&c);
    free(c.placed);
    if (ok && facts != NULL) {
        *facts_agree = c.facts_agree && c.sites_seen == facts->site_count &&
                       c.depth_max == facts->depth_max;
    }
    return ok;
}
