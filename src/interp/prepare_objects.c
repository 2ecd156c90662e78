/* SPDX-License-Identifier: Apache-2.0 */
/* prepare_objects.c - instructions on objects. What they must know of classes is found when they
 * are first executed (objects.c, invoke.c) and kept in a word of theirs, which is 0 until then.
 * engine.h has their words. */
#include "interp/prepare.h"

static uint32_t accumulator_of(uint32_t storage)
{
    return storage == PH_STORE_F32   ? PH_ACC_F32
           : storage == PH_STORE_F64 ? PH_ACC_F64
                                     : PH_ACC_INTEGER;
}

/* ---- Fields ---------------------------------------------------------------------------------- */

static void put_field_get(struct ph_preparer *p, const struct ph_insn *insn)
{
    static const uint16_t opcodes[] = {
        [PH_STORE_I32] = PH_OP_field_get_u32, [PH_STORE_I64] = PH_OP_field_get_u64,
        [PH_STORE_F32] = PH_OP_field_get_f32, [PH_STORE_F64] = PH_OP_field_get_f64,
        [PH_STORE_REF] = PH_OP_field_get_u32, [PH_STORE_I8] = PH_OP_field_get_s8,
        [PH_STORE_I16] = PH_OP_field_get_s16, [PH_STORE_U8] = PH_OP_field_get_u8,
        [PH_STORE_U16] = PH_OP_field_get_u16};
    uint32_t index = (uint32_t)insn->immediate[0];
    uint32_t storage = p->view->loaded->unit.field_refs[index].storage;

    PH_ASSERT(storage < PH_COUNT(opcodes) && opcodes[storage] != 0);
    ph_put_cached(p, opcodes[storage], index);
}

/* The handler of a store: from the slot the bits are stored, whatever they mean. */
static uint32_t store_handler(const uint16_t *handlers, uint32_t storage, bool from_register)
{
    uint32_t bits = storage == PH_STORE_F32   ? PH_STORE_I32
                    : storage == PH_STORE_F64 ? PH_STORE_I64
                                              : storage;
    return from_register ? (uint32_t)handlers[storage] + PH_V_R : (uint32_t)handlers[bits] + PH_V_S;
}

static void put_field_set(struct ph_preparer *p, const struct ph_insn *insn)
{
    static const uint16_t handlers[] = {
        [PH_STORE_I32] = PH_H_field_set_u32, [PH_STORE_I64] = PH_H_field_set_u64,
        [PH_STORE_F32] = PH_H_field_set_f32, [PH_STORE_F64] = PH_H_field_set_f64,
        [PH_STORE_REF] = PH_H_field_set_ref, [PH_STORE_I8] = PH_H_field_set_u8,
        [PH_STORE_I16] = PH_H_field_set_u16, [PH_STORE_U8] = PH_H_field_set_u8,
        [PH_STORE_U16] = PH_H_field_set_u16};
    uint32_t index = (uint32_t)insn->immediate[0];
    uint32_t storage = p->view->loaded->unit.field_refs[index].storage;
    struct ph_operand value = ph_pop(p);
    struct ph_operand object = ph_pop(p);
    uint32_t object_slot = ph_operand_slot(p, &object);
    uint32_t value_slot = ph_operand_slot(p, &value);
    bool from_register = ph_take_register(p, &value, accumulator_of(storage));

    PH_ASSERT(storage < PH_COUNT(handlers) && handlers[storage] != 0);
    ph_put_handler(p, store_handler(handlers, storage, from_register));
    ph_put_word(p, ph_pack_wide(object_slot, value_slot, index));
    ph_put_word(p, 0);
}

/* ---- Arrays ---------------------------------------------------------------------------------- */

static void put_array_get(struct ph_preparer *p, const struct ph_insn *insn)
{
    static const uint8_t storages[] = {PH_STORE_I8,  PH_STORE_I8,  PH_STORE_I16,
                                       PH_STORE_I16, PH_STORE_I32, PH_STORE_I64,
                                       PH_STORE_F32, PH_STORE_F64, PH_STORE_REF};
    uint32_t kind = insn->opcode - PH_OP_array_get_i8;
    uint32_t opcode = insn->opcode == PH_OP_array_get_ref ? PH_OP_array_get_i32 : insn->opcode;

    PH_ASSERT(kind < PH_COUNT(storages));
    ph_put_array_get(p, opcode, storages[kind]);
}

static void put_array_set(struct ph_preparer *p, const struct ph_insn *insn)
{
    static const uint16_t handlers[] = {
        [PH_STORE_I32] = PH_H_array_set_i32, [PH_STORE_I64] = PH_H_array_set_i64,
        [PH_STORE_F32] = PH_H_array_set_f32, [PH_STORE_F64] = PH_H_array_set_f64,
        [PH_STORE_REF] = PH_H_array_set_ref, [PH_STORE_I8] = PH_H_array_set_i8,
        [PH_STORE_I16] = PH_H_array_set_i16};
    static const uint8_t storages[] = {PH_STORE_I8,  PH_STORE_I16, PH_STORE_I32, PH_STORE_I64,
                                       PH_STORE_F32, PH_STORE_F64, PH_STORE_REF};
    uint32_t kind = insn->opcode - PH_OP_array_set_i8;
    PH_ASSERT(kind < PH_COUNT(storages));
    uint32_t storage = storages[kind];
    struct ph_operand value = ph_pop(p);
    struct ph_operand index = ph_pop(p);
    struct ph_operand array = ph_pop(p);
    uint32_t array_slot = ph_operand_slot(p, &array);
    uint32_t index_slot = ph_operand_slot(p, &index);
    uint32_t value_slot = ph_operand_slot(p, &value);
    bool from_register = ph_take_register(p, &value, accumulator_of(storage));

    ph_put_handler(p, store_handler(handlers, storage, from_register));
    ph_put_word(p, ph_pack(array_slot, index_slot, value_slot, storage));
    ph_put_word(p, 0);
}

/* ---- Sites with a result that follows from what is kept -------------------------------------- */

static void put_value_site(struct ph_preparer *p, const struct ph_insn *insn, uint32_t handler,
                           uint32_t operands)
{
    PH_ASSERT(p->depth >= operands);
    ph_flush(p);
    uint32_t start = ph_put_handler(p, handler);
    uint32_t dest = ph_slot_of(p, p->depth - operands);
    ph_put_word(p, ph_pack(dest, 0, 0, 0));
    ph_put_word(p, 0);
    ph_put_word(p, ph_pack_wide(p->header, dest, insn->offset));
    ph_put_word(p, insn->immediate[0]);
    ph_end_site(p, insn, start, operands, 1);
    ph_set_last(p, start, dest);
}

static void put_static_get(struct ph_preparer *p, const struct ph_insn *insn)
{
    static const uint16_t handlers[] = {
        [PH_STORE_I32] = PH_H_static_get_u32, [PH_STORE_I64] = PH_H_static_get_u64,
        [PH_STORE_F32] = PH_H_static_get_u32, [PH_STORE_F64] = PH_H_static_get_u64,
        [PH_STORE_REF] = PH_H_static_get_u32, [PH_STORE_I8] = PH_H_static_get_s8,
        [PH_STORE_I16] = PH_H_static_get_s16, [PH_STORE_U8] = PH_H_static_get_u8,
        [PH_STORE_U16] = PH_H_static_get_u16};
    uint32_t storage = p->view->loaded->unit.field_refs[insn->immediate[0]].storage;

    PH_ASSERT(storage < PH_COUNT(handlers) && handlers[storage] != 0);
    put_value_site(p, insn, handlers[storage], 0);
}

/* ---- Other sites ----------------------------------------------------------------------------- */

static void put_static_set(struct ph_preparer *p, const struct ph_insn *insn)
{
    static const uint16_t handlers[] = {
        [PH_STORE_I32] = PH_H_static_set_u32, [PH_STORE_I64] = PH_H_static_set_u64,
        [PH_STORE_F32] = PH_H_static_set_u32, [PH_STORE_F64] = PH_H_static_set_u64,
        [PH_STORE_REF] = PH_H_static_set_ref, [PH_STORE_I8] = PH_H_static_set_u8,
        [PH_STORE_I16] = PH_H_static_set_u16, [PH_STORE_U8] = PH_H_static_set_u8,
        [PH_STORE_U16] = PH_H_static_set_u16};
    uint32_t index = (uint32_t)insn->immediate[0];
    uint32_t storage = p->view->loaded->unit.field_refs[index].storage;

    PH_ASSERT(storage < PH_COUNT(handlers) && handlers[storage] != 0 && p->depth >= 1);
    uint32_t start = ph_begin_site(p, insn, handlers[storage], p->depth - 1);
    ph_put_word(p, 0);
    ph_put_word(p, index);
    ph_end_site(p, insn, start, 1, 0);
}

static void put_method_call(struct ph_preparer *p, const struct ph_insn *insn)
{
    const struct ph_unit *unit = &p->view->loaded->unit;
    uint32_t index = (uint32_t)insn->immediate[0];
    const struct ph_method_ref *method = &unit->method_refs[index];
    const struct ph_signature *s = &unit->signatures[method->signature];
    bool has_receiver = (method->flags & PH_METHOD_STATIC) == 0;
    bool is_virtual = insn->opcode == PH_OP_call_virtual;

    PH_ASSERT(p->depth >= s->param_count && (has_receiver || !is_virtual));
    uint64_t moves = ph_flush_but_moves(p);
    uint32_t handler = is_virtual ? (moves != 0 ? PH_H_call_virtual_m : PH_H_call_virtual)
                                  : (moves != 0 ? PH_H_call_method_m : PH_H_call_method);
    uint32_t start = ph_begin_site(p, insn, handler, p->depth - s->param_count);
    ph_put_word(p, 0);
    if (is_virtual) {
        ph_put_word(p, (uint64_t)(uintptr_t)&p->view->methods[index]);
        ph_put_word(p, 0);
    } else {
        ph_put_word(p, (uint64_t)has_receiver << 32 | index);
    }
    ph_put_word(p, moves);
    ph_end_site(p, insn, start, s->param_count, s->result_count);
}

/* A site with `operands` operands, no results, and no more words than `word`. */
static void put_plain_site(struct ph_preparer *p, const struct ph_insn *insn, uint32_t handler,
                           uint32_t operands, uint64_t word)
{
    PH_ASSERT(p->depth >= operands);
    uint32_t start = ph_begin_site(p, insn, handler, p->depth - operands);
    ph_put_word(p, word);
    ph_end_site(p, insn, start, operands, 0);
}

/* Nothing, where the reference is bound: what is pending stays so, since a frame that rests here
 * has it in its slot as well. When the code is written again to find a place in it, what was done
 * the first time is done again. */
static void put_link(struct ph_preparer *p, const struct ph_insn *insn)
{
    uint32_t index = (uint32_t)insn->immediate[0];
    uint32_t request = insn->opcode == PH_OP_link_field ? PH_LINK_REQUEST_FIELD
                                                        : PH_LINK_REQUEST_CLASS;

    bool is_bound = ph_is_bound(p->view, request, index);
    if (p->sites_before != NULL) {
        const struct ph_prepared_site *site = &p->sites_before[p->sites.count];
        PH_ASSERT(site->offset == insn->offset);
        is_bound = site->before == site->after;
    }
    if (is_bound) {
        ph_put_bare_site(p, insn);
        return;
    }
    uint32_t start = ph_begin_site(p, insn, PH_H_link, p->depth);
    ph_put_word(p, 0);
    ph_put_word(p, (uint64_t)request << 32 | index);
    ph_end_site(p, insn, start, 0, 0);
}

/* What threads agree on: word 3 is the field, or the kind of items, and the opcode. */
static void put_atomic(struct ph_preparer *p, const struct ph_insn *insn,
                       const struct ph_atomic_op *op)
{
    uint32_t operands = (uint32_t)op->place; /* none; a ref; an array and an index */
    operands += op->change == PH_ATOMIC_GET ? 0 : op->change == PH_ATOMIC_COMPARE_SWAP ? 2 : 1;

    PH_ASSERT(p->depth >= operands);
    uint32_t start = ph_begin_site(p, insn, PH_H_slow_atomic, p->depth - operands);
    ph_put_word(p, 0);
    ph_put_word(p, insn->immediate[0] | (uint64_t)insn->opcode << 32);
    ph_end_site(p, insn, start, operands, op->change != PH_ATOMIC_SET);
}

static void put_site_insn(struct ph_preparer *p, const struct ph_insn *insn)
{
    switch (insn->opcode) {
    case PH_OP_object_new:
        put_value_site(p, insn, PH_H_object_new, 0);
        break;
    case PH_OP_array_new:
        put_value_site(p, insn, PH_H_array_new, 1);
        break;
    case PH_OP_class_const:
        put_value_site(p, insn, PH_H_class_const, 0);
        break;
    case PH_OP_constant_get:
        put_value_site(p, insn, PH_H_constant_get, 0);
        break;
    case PH_OP_link_class:
    case PH_OP_link_field:
        put_link(p, insn);
        break;
    case PH_OP_bytes_const:
        put_value_site(p, insn, PH_H_bytes_const, 0);
        break;
    case PH_OP_static_get:
        put_static_get(p, insn);
        break;
    case PH_OP_static_set:
        put_static_set(p, insn);
        break;
    case PH_OP_call_virtual:
    case PH_OP_call_method:
        put_method_call(p, insn);
        break;
    case PH_OP_array_copy:
        put_plain_site(p, insn, PH_H_slow_array_copy, 5, 0);
        break;
    case PH_OP_throw:
        put_plain_site(p, insn, PH_H_slow_throw, 1, 0);
        break;
    case PH_OP_monitor_enter:
        put_plain_site(p, insn, PH_H_monitor_enter, 1, insn->opcode);
        break;
    default:
        PH_ASSERT(insn->opcode == PH_OP_monitor_exit);
        put_plain_site(p, insn, PH_H_monitor_exit, 1, insn->opcode);
        break;
    }
}

void ph_put_object(struct ph_preparer *p, const struct ph_insn *insn)
{
    struct ph_atomic_op op;

    if (ph_atomic_op(insn->opcode, &op)) {
        put_atomic(p, insn, &op);
        return;
    }
    switch (insn->opcode) {
    case PH_OP_field_get:
        put_field_get(p, insn);
        break;
    case PH_OP_field_set:
        put_field_set(p, insn);
        break;
    case PH_OP_array_length:
        ph_put_cached(p, insn->opcode, 0);
        break;
    case PH_OP_ref_cast:
    case PH_OP_ref_test:
        ph_put_cached(p, insn->opcode, (uint32_t)insn->immediate[0]);
        break;
    case PH_OP_fence:
        ph_put_handler(p, PH_H_fence);
        break;
    case PH_OP_i32_rem_wrap: /* the others do not trap on the least / -1 either */
        ph_put_binary(p, PH_OP_i32_rem_s);
        break;
    case PH_OP_i64_rem_wrap:
        ph_put_binary(p, PH_OP_i64_rem_s);
        break;
    default:
        if (insn->opcode >= PH_OP_array_get_i8 && insn->opcode <= PH_OP_array_get_ref) {
            put_array_get(p, insn);
        } else if (insn->opcode >= PH_OP_array_set_i8 && insn->opcode <= PH_OP_array_set_ref) {
            put_array_set(p, insn);
        } else {
            put_site_insn(p, insn);
        }
        break;
    }
}
