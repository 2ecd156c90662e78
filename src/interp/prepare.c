/* SPDX-License-Identifier: Apache-2.0 */
/* prepare.c - from verified bytecode to prepared code, in one pass over it. The verifier has said
 * how deep the stack gets, where labels are and which instructions are sites; values.c knows where
 * each value is. */
#include "interp/prepare.h"

/* A bound on prepared code: what an instruction needs is proportional to its bytes, but for a
 * squeeze of many values. */
#define WORDS_PER_BYTE 16u
#define WORDS_SPARE (1u << 20)
#define WORDS_FIRST 32u
#define WORDS_MAX (UINT64_C(1) << 28) /* distances are 32 bits */

/* ---- Locals ---------------------------------------------------------------------------------- */

/* The value on top, just made by the last instruction, is made in `local` instead. Copies of the
 * local that are pending must be taken before that instruction, so it is written anew after
 * them. */
static void make_in_local(struct ph_preparer *p, uint32_t local)
{
    if (p->local_copies[local] > 0) {
        struct ph_last last = p->last;
        uint64_t words[5];
        uint32_t count = last.end - last.start;
        PH_ASSERT(count <= PH_COUNT(words));
        memcpy(words, &p->code.items[last.start], count * sizeof(words[0]));
        ph_take_back(p);
        ph_flush_local(p, local);
        last.start = p->code.count;
        for (uint32_t i = 0; i < count; i++) {
            ph_put_word(p, words[i]);
        }
        last.end = p->code.count;
        last.valid = !p->failed;
        if (p->find >= last.start && p->find < last.end) {
            p->found = last.offset;
        }
        p->last = last;
        if (p->failed) {
            return;
        }
    }
    ph_retarget(p, local);
}

/* Stores a value that was popped. True: the local is the only place where it is now. */
static bool set_local(struct ph_preparer *p, uint32_t local, const struct ph_operand *value)
{
    if (value->where == PH_IS_LOCAL && value->slot == local) {
        return false;
    }
    if (ph_is_last(p, value)) {
        make_in_local(p, local);
        return true;
    }
    ph_flush_local(p, local);
    if (value->where == PH_IS_CONST) {
        ph_put_const(p, local, value->bits);
    } else {
        ph_put_move(p, local, value->slot);
    }
    return false;
}

static void tee_local(struct ph_preparer *p, uint32_t local)
{
    struct ph_operand value = ph_pop(p);

    if (set_local(p, local, &value)) {
        ph_push_local(p, local);
    } else if (value.where == PH_IN_SLOT) {
        ph_push_slot(p);
    } else {
        ph_push_operand(p, &value);
    }
}

/* ---- Sites ----------------------------------------------------------------------------------- */

/* Records that `before` and `after` are where to go on at the site `offset`. */
static void put_site(struct ph_preparer *p, uint32_t offset, uint32_t before, uint32_t after)
{
    struct ph_prepared_site site = {offset, before, after};
    uint32_t index = p->sites.count;

    PH_ASSERT(index < p->facts.site_count && p->facts.sites[index].offset == offset);
    if (!ph_vector_push(&p->sites, ph_port_allocator(), site)) {
        p->failed = true;
    }
}

uint32_t ph_begin_site(struct ph_preparer *p, const struct ph_insn *insn, uint32_t handler,
                       uint32_t position)
{
    ph_flush(p);
    uint32_t start = ph_put_handler(p, handler);
    ph_put_word(p, ph_pack_wide(p->header, ph_slot_of(p, position), insn->offset));
    return start;
}

void ph_end_site(struct ph_preparer *p, const struct ph_insn *insn, uint32_t start, uint32_t pops,
                 uint32_t pushes)
{
    PH_ASSERT(p->pending_count == 0 && p->depth >= pops);
    put_site(p, insn->offset, start, p->code.count);
    p->depth = p->depth - pops + pushes;
    PH_ASSERT(p->depth <= p->facts.depth_max);
}

void ph_put_bare_site(struct ph_preparer *p, const struct ph_insn *insn)
{
    p->last.valid = false;
    put_site(p, insn->offset, p->code.count, p->code.count);
}

/* A site with `operands` operands and further words. */
static void put_plain_site(struct ph_preparer *p, const struct ph_insn *insn, uint32_t handler,
                           uint32_t operands, uint32_t results)
{
    PH_ASSERT(p->depth >= operands);
    uint32_t start = ph_begin_site(p, insn, handler, p->depth - operands);
    const struct ph_view *view = p->view;
    uint64_t first = insn->immediate[0], second = insn->immediate[1];

    switch (insn->opcode) {
    case PH_OP_memory_copy:
        ph_put_word(p, (uint64_t)(uintptr_t)view->memories[first]);
        ph_put_word(p, (uint64_t)(uintptr_t)view->memories[second]);
        break;
    case PH_OP_memory_init:
        ph_put_word(p, (uint64_t)(uintptr_t)view->memories[first]);
        ph_put_word(p, second);
        break;
    case PH_OP_memory_grow:
    case PH_OP_memory_fill:
        ph_put_word(p, (uint64_t)(uintptr_t)view->memories[first]);
        break;
    case PH_OP_table_copy:
        ph_put_word(p, (uint64_t)(uintptr_t)view->tables[first]);
        ph_put_word(p, (uint64_t)(uintptr_t)view->tables[second]);
        break;
    case PH_OP_table_init:
        ph_put_word(p, first);
        ph_put_word(p, second);
        break;
    case PH_OP_table_grow:
    case PH_OP_table_fill:
        ph_put_word(p, (uint64_t)(uintptr_t)view->tables[first]);
        break;
    default:
        PH_ASSERT(insn->opcode == PH_OP_ref_func);
        ph_put_word(p, first);
        break;
    }
    ph_end_site(p, insn, start, operands, results);
}

static void put_call(struct ph_preparer *p, const struct ph_insn *insn)
{
    const struct ph_unit *unit = &p->view->loaded->unit;
    uint32_t index = (uint32_t)insn->immediate[0];
    const struct ph_signature *s = &unit->signatures[unit->functions[index].signature];
    bool is_import = index < unit->imported_functions;
    PH_ASSERT(p->depth >= s->param_count);
    const struct ph_target *target = is_import ? &p->view->imports[index] : NULL;
    uint32_t handler = !is_import               ? PH_H_call
                       : target->is_leaf        ? PH_H_call_leaf
                       : target->callee != NULL ? PH_H_call_callee
                                                : PH_H_call_import;
    uint32_t start = ph_begin_site(p, insn, handler, p->depth - s->param_count);

    if (is_import) {
        ph_put_word(p, handler == PH_H_call_import ? 0 : (uint64_t)(uintptr_t)target);
        ph_put_word(p, index);
    } else {
        ph_put_word(p, (uint64_t)(uintptr_t)&p->entries[index]);
    }
    ph_end_site(p, insn, start, s->param_count, s->result_count);
}

/* call_indirect (type, table) and call_function (type): the callee is on top of the arguments. */
static void put_call_value(struct ph_preparer *p, const struct ph_insn *insn)
{
    const struct ph_loaded_unit *loaded = p->view->loaded;
    uint32_t type = (uint32_t)insn->immediate[0];
    const struct ph_signature *s = &loaded->unit.signatures[type];
    bool is_indirect = insn->opcode == PH_OP_call_indirect;
    PH_ASSERT(p->depth >= s->param_count + 1);
    uint32_t handler = is_indirect ? PH_H_call_indirect : PH_H_call_function;
    uint32_t start = ph_begin_site(p, insn, handler, p->depth - s->param_count - 1);

    if (is_indirect) {
        ph_put_word(p, (uint64_t)(uintptr_t)p->view->tables[insn->immediate[1]]);
    }
    ph_put_word(p, ph_pack_wide(ph_slot_of(p, p->depth - 1), 0, loaded->signatures[type]));
    ph_end_site(p, insn, start, s->param_count + 1, s->result_count);
}

/* ---- Control --------------------------------------------------------------------------------- */

static void put_label(struct ph_preparer *p, const struct ph_insn *insn)
{
    uint32_t label = (uint32_t)insn->immediate[0];

    if (p->reachable) {
        ph_flush(p);
    }
    ph_reset_stack(p, p->shape_depths[p->function.labels[label].shape]);
    p->label_words[label] = p->code.count;
    p->reachable = true;
    if (p->function.labels[label].is_loop || p->function.labels[label].is_handler) {
        put_site(p, insn->offset, p->code.count, p->code.count);
    }
}

static void put_br_table(struct ph_preparer *p, const struct ph_insn *insn)
{
    uint32_t count = (uint32_t)insn->immediate[0];
    uint32_t cursor = insn->targets_offset;
    struct ph_operand index = ph_pop(p);
    uint32_t slot = ph_operand_slot(p, &index);

    ph_flush(p);
    uint32_t start = ph_put_handler(p, PH_H_br_table);
    ph_put_word(p, ph_pack_wide(slot, p->header, count));
    for (uint32_t i = 0; i <= count; i++) {
        uint32_t label = ph_insn_next_target(p->function.code, &cursor);
        bool back = p->label_words[label] != PH_NOWHERE;
        struct ph_fixup fixup = {p->code.count, start, label, 0};
        uint32_t offset = back ? p->facts.label_offsets[label] : UINT32_MAX;
        ph_put_word(p, (uint64_t)offset << 32);
        if (!ph_vector_push(&p->fixups, ph_port_allocator(), fixup)) {
            p->failed = true;
        }
    }
}

static void put_return(struct ph_preparer *p)
{
    uint32_t count = p->function.signature->result_count;
    bool is_far = p->view->loaded->unit.memory_count == 0;
    PH_ASSERT(p->depth == count);

    if (count == 1) {
        struct ph_operand result = ph_pop(p);
        uint32_t slot = ph_operand_slot(p, &result);
        ph_put_handler(p, is_far ? PH_H_return_far_1 : PH_H_return_1);
        ph_put_word(p, ph_pack_wide(p->header, slot, 1));
        return;
    }
    ph_flush(p);
    ph_put_handler(p, count != 0 ? PH_H_return_n : is_far ? PH_H_return_far_0 : PH_H_return_0);
    ph_put_word(p, ph_pack_wide(p->header, ph_slot_of(p, 0), count));
}

static void put_select(struct ph_preparer *p)
{
    struct ph_operand c = ph_pop(p);
    struct ph_operand b = ph_pop(p);
    struct ph_operand a = ph_pop(p);
    uint32_t a_slot = ph_operand_slot(p, &a);
    uint32_t b_slot = ph_operand_slot(p, &b);
    uint32_t c_slot = ph_operand_slot(p, &c);
    bool from_register = ph_take_register(p, &c, PH_ACC_INTEGER);
    uint32_t start = ph_put_handler(p, from_register ? PH_H_select_r : PH_H_select);
    uint32_t dest = ph_push_slot(p);

    ph_put_word(p, ph_pack(dest, a_slot, b_slot, c_slot));
    ph_set_last(p, start, dest);
}

/* Removes the `count` values under the top `kept`. */
static void squeeze(struct ph_preparer *p, uint32_t kept, uint32_t count)
{
    if (count == 0) {
        return;
    }
    for (uint32_t i = kept; i > 0; i--) {
        p->operands[i - 1] = ph_pop(p);
    }
    for (uint32_t i = 0; i < count; i++) {
        (void)ph_pop(p);
    }
    for (uint32_t i = 0; i < kept; i++) {
        ph_push_operand(p, &p->operands[i]);
    }
}

/* ---- Everything ------------------------------------------------------------------------------ */

/* Handler, slot of the result or operand, an address: the instructions that have these words. */
static void put_object(struct ph_preparer *p, uint32_t handler, uint32_t a, uint32_t b,
                       const void *object)
{
    ph_put_handler(p, handler);
    ph_put_word(p, ph_pack(a, b, 0, 0));
    ph_put_word(p, (uint64_t)(uintptr_t)object);
}

static void put_object_get(struct ph_preparer *p, uint32_t handler, const void *object)
{
    uint32_t start = p->code.count;
    uint32_t dest = ph_push_slot(p);

    put_object(p, handler, dest, 0, object);
    ph_set_last(p, start, dest);
}

static void put_table_access(struct ph_preparer *p, const struct ph_insn *insn)
{
    const struct ph_table *table = p->view->tables[insn->immediate[0]];

    if (insn->opcode == PH_OP_table_get) {
        struct ph_operand index = ph_pop(p);
        uint32_t slot = ph_operand_slot(p, &index);
        put_object(p, PH_H_slow_table_get, ph_push_slot(p), slot, table);
        return;
    }
    struct ph_operand value = ph_pop(p);
    struct ph_operand index = ph_pop(p);
    uint32_t value_slot = ph_operand_slot(p, &value);
    uint32_t index_slot = ph_operand_slot(p, &index);
    put_object(p, PH_H_slow_table_set, index_slot, value_slot, table);
}

static void put_control(struct ph_preparer *p, const struct ph_insn *insn)
{
    uint32_t label = (uint32_t)insn->immediate[0];

    switch (insn->opcode) {
    case PH_OP_unreachable:
        ph_put_handler(p, PH_H_unreachable);
        break;
    case PH_OP_label:
        put_label(p, insn);
        break;
    case PH_OP_br:
        ph_put_branch(p, label);
        break;
    case PH_OP_br_if:
        ph_put_branch_if(p, label, true);
        break;
    case PH_OP_br_unless:
        ph_put_branch_if(p, label, false);
        break;
    case PH_OP_br_table:
        put_br_table(p, insn);
        break;
    case PH_OP_return:
        put_return(p);
        break;
    case PH_OP_call:
        put_call(p, insn);
        break;
    case PH_OP_call_indirect:
    case PH_OP_call_function:
        put_call_value(p, insn);
        break;
    default:
        PH_ASSERT(insn->opcode == PH_OP_nop);
        break;
    }
}

static void put_variable(struct ph_preparer *p, const struct ph_insn *insn)
{
    uint32_t index = (uint32_t)insn->immediate[0];
    struct ph_operand value;

    switch (insn->opcode) {
    case PH_OP_drop:
        (void)ph_pop(p);
        break;
    case PH_OP_select:
        put_select(p);
        break;
    case PH_OP_squeeze:
        squeeze(p, index, (uint32_t)insn->immediate[1]);
        break;
    case PH_OP_local_get:
        ph_push_local(p, index);
        break;
    case PH_OP_local_set:
        value = ph_pop(p);
        (void)set_local(p, index, &value);
        break;
    case PH_OP_local_tee:
        tee_local(p, index);
        break;
    case PH_OP_global_get:
        put_object_get(p, PH_H_global_get, &p->view->globals[index]->value);
        break;
    default:
        PH_ASSERT(insn->opcode == PH_OP_global_set);
        value = ph_pop(p);
        put_object(p,
                   p->view->loaded->unit.globals[index].type.type == PH_REF ? PH_H_global_set_ref
                                                                            : PH_H_global_set,
                   ph_operand_slot(p, &value), 0, &p->view->globals[index]->value);
        break;
    }
}

/* References, sizes, segments, and what comes without an instruction. */
static void put_other(struct ph_preparer *p, const struct ph_insn *insn)
{
    switch (insn->opcode) {
    case PH_OP_i32_const:
        ph_push_const(p, (uint32_t)insn->immediate[0]);
        break;
    case PH_OP_i64_const:
    case PH_OP_f32_const:
    case PH_OP_f64_const:
        ph_push_const(p, insn->immediate[0]);
        break;
    case PH_OP_ref_null:
        ph_push_const(p, 0);
        break;
    case PH_OP_ref_is_null: /* a reference is zero-extended in its slot */
    case PH_OP_i64_eqz:
        ph_put_compare_zero(p, PH_OP_i64_eq);
        break;
    case PH_OP_i32_eqz:
        ph_put_compare_zero(p, PH_OP_i32_eq);
        break;
    case PH_OP_ref_eq:
        ph_put_binary(p, PH_OP_i64_eq);
        break;
    case PH_OP_i64_extend_i32_u: /* the same bits in the slot */
    case PH_OP_i32_reinterpret_f32:
    case PH_OP_i64_reinterpret_f64:
    case PH_OP_f32_reinterpret_i32:
    case PH_OP_f64_reinterpret_i64:
        break;
    case PH_OP_memory_size:
        put_object_get(p, PH_H_memory_size, p->view->memories[insn->immediate[0]]);
        break;
    case PH_OP_table_size:
        put_object_get(p, PH_H_slow_table_size, p->view->tables[insn->immediate[0]]);
        break;
    case PH_OP_data_drop:
    case PH_OP_elem_drop:
        ph_put_handler(p, insn->opcode == PH_OP_data_drop ? PH_H_slow_data_drop
                                                          : PH_H_slow_elem_drop);
        ph_put_word(p, insn->immediate[0]);
        break;
    default:
        PH_ASSERT(insn->opcode == PH_OP_table_get || insn->opcode == PH_OP_table_set);
        put_table_access(p, insn);
        break;
    }
}

static void put_bulk(struct ph_preparer *p, const struct ph_insn *insn)
{
    switch (insn->opcode) {
    case PH_OP_ref_func:
        put_plain_site(p, insn, PH_H_slow_ref_func, 0, 1);
        break;
    case PH_OP_memory_grow:
        put_plain_site(p, insn, PH_H_slow_memory_grow, 1, 1);
        break;
    case PH_OP_table_grow:
        put_plain_site(p, insn, PH_H_slow_table_grow, 2, 1);
        break;
    case PH_OP_memory_fill:
        put_plain_site(p, insn, PH_H_slow_memory_fill, 3, 0);
        break;
    case PH_OP_memory_copy:
        put_plain_site(p, insn, PH_H_slow_memory_copy, 3, 0);
        break;
    case PH_OP_memory_init:
        put_plain_site(p, insn, PH_H_slow_memory_init, 3, 0);
        break;
    case PH_OP_table_fill:
        put_plain_site(p, insn, PH_H_slow_table_fill, 3, 0);
        break;
    case PH_OP_table_copy:
        put_plain_site(p, insn, PH_H_slow_table_copy, 3, 0);
        break;
    default:
        PH_ASSERT(insn->opcode == PH_OP_table_init);
        put_plain_site(p, insn, PH_H_slow_table_init, 3, 0);
        break;
    }
}

static void put_insn(struct ph_preparer *p, const struct ph_insn *insn)
{
    uint32_t flags = ph_op_info(insn->opcode)->flags;

    switch (ph_form_of(insn->opcode)->kind) {
    case PH_FORM_BINARY:
    case PH_FORM_COMPARE:
        ph_put_binary(p, insn->opcode);
        break;
    case PH_FORM_UNARY:
        ph_put_unary(p, insn->opcode);
        break;
    case PH_FORM_CACHED:
    case PH_FORM_ARRAY_GET:
        ph_put_object(p, insn);
        break;
    case PH_FORM_LOAD:
        ph_put_load(p, insn);
        break;
    case PH_FORM_STORE:
        ph_put_store(p, insn);
        break;
    default:
        if (insn->opcode >= PH_OP_object_new) {
            ph_put_object(p, insn);
        } else if (insn->opcode <= PH_OP_call_function) {
            put_control(p, insn);
        } else if (insn->opcode <= PH_OP_global_set) {
            put_variable(p, insn);
        } else if ((flags & PH_OP_SITE) != 0) {
            put_bulk(p, insn);
        } else {
            put_other(p, insn);
        }
        break;
    }
    if ((flags & PH_OP_END) != 0) {
        p->reachable = false;
    }
}

/* Distances of branches, now that all labels are placed. */
static void fix_branches(struct ph_preparer *p)
{
    for (uint32_t i = 0; i < p->fixups.count; i++) {
        const struct ph_fixup *fixup = &p->fixups.items[i];
        uint32_t target = p->label_words[fixup->label];
        PH_ASSERT(target != PH_NOWHERE);
        uint32_t *halves = (uint32_t *)(void *)&p->code.items[fixup->word];
        halves[fixup->half] = target - fixup->start;
    }
}

static ph_status open_function(struct ph_preparer *p, uint32_t index, struct ph_error *error)
{
    const struct ph_unit *unit = &p->view->loaded->unit;
    ph_status status = ph_function_open(unit, index, &p->scratch, &p->function, error);

    if (status == PH_OK) {
        status = ph_verify_function(unit, index, &p->function, &p->scratch, &p->facts, error);
    }
    if (status != PH_OK) {
        return status;
    }
    const struct ph_function *f = &p->function;
    p->header = f->local_count;
    PH_ASSERT((uint64_t)p->header + PH_FRAME_HEADER_SLOTS + p->facts.depth_max <= UINT16_MAX);
    p->code_words_max = PH_MIN(WORDS_SPARE + f->code.size * WORDS_PER_BYTE, WORDS_MAX);
    uint32_t depth = p->facts.depth_max + 1;
    p->stack = ph_scratch_alloc(&p->scratch, depth * sizeof(p->stack[0]));
    p->operands = ph_scratch_alloc(&p->scratch, depth * sizeof(p->operands[0]));
    p->local_copies = ph_scratch_alloc(&p->scratch, (f->local_count + 1) * sizeof(uint32_t));
    p->label_words = ph_scratch_alloc(&p->scratch, (f->label_count + 1) * sizeof(uint32_t));
    p->shape_depths = ph_scratch_alloc(&p->scratch, (f->shape_count + 1) * sizeof(uint32_t));
    if (p->stack == NULL || p->operands == NULL || p->local_copies == NULL ||
        p->label_words == NULL || p->shape_depths == NULL) {
        return ph_fail(error, PH_NO_MEMORY, "out of memory for preparing function %u", index);
    }
    /* Mostly enough; what comes on top grows. */
    if (!ph_vector_reserve(&p->code, ph_port_allocator(), WORDS_FIRST + f->code.size) ||
        !ph_vector_reserve(&p->sites, ph_port_allocator(), p->facts.site_count)) {
        return ph_fail(error, PH_NO_MEMORY, "out of memory for preparing function %u", index);
    }
    memset(p->local_copies, 0, (f->local_count + 1) * sizeof(uint32_t));
    memset(p->label_words, 0xff, (f->label_count + 1) * sizeof(uint32_t));
    p->shape_depths[0] = 0;
    for (uint32_t i = 1; i < f->shape_count; i++) {
        p->shape_depths[i] = p->shape_depths[f->shapes[i].parent] + 1;
    }
    return PH_OK;
}

/* The leaf native that is all that the function calls, with its own arguments; else NULL. */
static const struct ph_target *find_leaf(const struct ph_preparer *p)
{
    const struct ph_function *f = &p->function;
    uint32_t param_count = f->signature->param_count, offset = 0, callee = UINT32_MAX;
    struct ph_insn insn;

    for (uint32_t i = 0; i <= param_count + 1; i++) {
        uint32_t wanted = i < param_count    ? PH_OP_local_get
                          : i == param_count ? PH_OP_call
                                             : PH_OP_return;
        if (offset >= f->code.size || ph_insn_decode(f->code, offset, &insn) != PH_OK ||
            insn.opcode != wanted || (wanted == PH_OP_local_get && insn.immediate[0] != i)) {
            return NULL;
        }
        if (wanted == PH_OP_call) {
            callee = (uint32_t)insn.immediate[0];
        }
        offset = insn.next;
    }
    const struct ph_unit *unit = &p->view->loaded->unit;
    return callee < unit->imported_functions && p->view->imports[callee].is_leaf &&
                   unit->signatures[unit->functions[callee].signature].param_count == param_count
               ? &p->view->imports[callee]
               : NULL;
}

/* Goes over the code. Returns the offset of the instruction that word `find` belongs to: the last
 * one that wrote it, but for one that was only moved (make_in_local). */
static uint32_t put_all(struct ph_preparer *p, uint32_t find)
{
    struct ph_slice code = p->function.code;
    uint32_t found = 0;

    p->reachable = true;
    p->find = find;
    for (p->offset = 0; p->offset < code.size && !p->failed;) {
        struct ph_insn insn;
        ph_status status = ph_insn_decode(code, p->offset, &insn);
        PH_ASSERT(status == PH_OK);
        p->lowest = p->code.count;
        p->found = PH_NOWHERE;
        put_insn(p, &insn);
        if (p->lowest <= find && p->code.count > find) {
            found = p->found != PH_NOWHERE ? p->found : p->offset;
        }
        p->offset = insn.next;
    }
    return found;
}

/* Gives `prepared` the code and the sites, cut to their sizes. */
static ph_status hand_over(struct ph_preparer *p, uint32_t index, struct ph_prepared *prepared,
                           struct ph_error *error)
{
    struct ph_allocator *allocator = ph_port_allocator();

    if (p->failed) {
        return p->code.count >= p->code_words_max
                   ? ph_fail(error, PH_LIMIT, "function %u is too large to be prepared", index)
                   : ph_fail(error, PH_NO_MEMORY, "out of memory for preparing function %u", index);
    }
    PH_ASSERT(p->sites.count == p->facts.site_count);
    fix_branches(p);
    prepared->code = ph_alloc(allocator, (size_t)p->code.count * 8);
    prepared->sites = ph_alloc(allocator, (size_t)p->sites.count * sizeof(prepared->sites[0]) + 1);
    prepared->code_words = p->code.count;
    prepared->site_count = p->sites.count;
    prepared->depth_max = p->facts.depth_max;
    prepared->local_count = p->function.local_count;
    if (prepared->code == NULL || prepared->sites == NULL) {
        ph_prepared_free(prepared);
        return ph_fail(error, PH_NO_MEMORY, "out of memory for preparing function %u", index);
    }
    memcpy(prepared->code, p->code.items, (size_t)p->code.count * 8);
    if (p->sites.count > 0) {
        memcpy(prepared->sites, p->sites.items, p->sites.count * sizeof(prepared->sites[0]));
    }
    return PH_OK;
}

ph_status ph_prepare(const struct ph_view *view, struct ph_entry *entries, uint32_t index,
                     const struct ph_find *find, struct ph_prepared *prepared,
                     struct ph_error *error)
{
    struct ph_preparer preparer;
    struct ph_preparer *p = &preparer;

    memset(p, 0, sizeof(*p));
    memset(prepared, 0, sizeof(*prepared));
    p->view = view;
    p->entries = entries;
    p->handlers = ph_interp_handlers();
    p->sites_before = find == NULL ? NULL : find->code->sites;
    ph_scratch_init(&p->scratch, ph_port_allocator(), 0);
    ph_status status = open_function(p, index, error);
    if (status == PH_OK) {
        prepared->found_offset = put_all(p, find == NULL ? UINT32_MAX : find->word);
        prepared->leaf = find_leaf(p);
        if (prepared->leaf == NULL) {
            prepared->leaf = ph_stand_in_of(view, index);
        }
        status = hand_over(p, index, prepared, error);
    }
    ph_vector_finish(&p->code, ph_port_allocator());
    ph_vector_finish(&p->fixups, ph_port_allocator());
    ph_vector_finish(&p->sites, ph_port_allocator());
    ph_scratch_finish(&p->scratch);
    return status;
}

void ph_prepared_free(struct ph_prepared *prepared)
{
    ph_free(ph_port_allocator(), prepared->code, (size_t)prepared->code_words * 8);
    ph_free(ph_port_allocator(), prepared->sites,
            (size_t)prepared->site_count * sizeof(prepared->sites[0]) + 1);
}
