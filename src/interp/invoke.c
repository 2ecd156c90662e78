/* SPDX-License-Identifier: Apache-2.0 */
/* invoke.c - methods, static fields and the initialisation of classes, off the fast path.
 *
 * A class initialiser is not run from here: its frame is put above the one whose instruction needs
 * the class (PH_FRAME_INITIALISER), and when it returns that instruction is executed again. */
#include "interp/engine.h"

/* ---- Initialisation -------------------------------------------------------------------------- */

void ph_call_initialiser(struct ph_worker *worker, ph_ref function_ref, const uint64_t *site,
                         uint64_t *window)
{
    const struct ph_registers *registers = ph_registers_of(worker);
    const struct ph_function_object *function = ph_address(worker->mutator.heap, function_ref);
    const struct ph_calling calling = {site, window, registers->pc, PH_FRAME_INITIALISER, NULL};
    struct ph_prepared_instance *instance = /* never a native: ph_class_def */
        ph_prepared_instance_met(worker, function->instance_ref);
    enum ph_trap trap = instance == NULL
                            ? PH_TRAP_NATIVE
                            : ph_frame_call(worker, instance, function->index, &calling);

    if (trap == PH_TRAP_OUT_OF_MEMORY) { /* it may be tried again */
        ph_class_init_postpone(worker, function->instance_ref, function->index);
    }
    if (trap != PH_TRAP_NONE) {
        ph_raise(worker, trap);
    }
}

bool ph_initialise(struct ph_worker *worker, struct ph_class *class, const uint64_t *site,
                   uint64_t *window)
{
    ph_ref function_ref = 0;

    if (ph_class_is_ready(class)) {
        return true;
    }
    ph_write_position(worker, ph_word_u16(site, 1, 0), ph_word_u32(site, 1, 1));
    switch (ph_class_init_step(worker, class, &function_ref)) {
    case PH_INIT_DONE:
        return true;
    case PH_INIT_CALL:
        ph_call_initialiser(worker, function_ref, site, window);
        return false;
    case PH_INIT_WAIT:
        ph_leave(worker, PH_RUN_WAITING);
        return false;
    case PH_INIT_FAILED:
        ph_raise(worker, PH_TRAP_CLASS_INIT);
        return false;
    case PH_INIT_NO_ROOM:
        ph_raise(worker, PH_TRAP_OUT_OF_MEMORY);
        return false;
    }
    PH_UNREACHABLE();
}

/* ---- Linking --------------------------------------------------------------------------------- */

static bool is_unbound(const struct ph_view *view, uint32_t request, uint32_t index)
{
    return request == PH_LINK_REQUEST_METHOD     ? ph_view_method(view, index) == NULL
           : request == PH_LINK_REQUEST_CONSTANT ? true
                                                 : !ph_is_bound(view, request, index);
}

void ph_link_or_raise(struct ph_worker *worker, enum ph_trap trap, uint32_t request,
                      uint32_t index, const struct ph_calling *calling)
{
    const struct ph_registers *registers = ph_registers_of(worker);
    uint32_t function = worker->view->loaded->unit.link_function;

    PH_ASSERT(trap != PH_TRAP_NONE);
    if (trap == PH_TRAP_LINK && function != UINT32_MAX) {
        if (!is_unbound(worker->view, request, index)) {
            return; /* another thread has bound it meanwhile: once more */
        }
        const uint64_t arguments[2] = {request, index};
        const struct ph_calling asking = {calling->site, calling->window, registers->pc,
                                          PH_FRAME_INITIALISER, arguments};
        ph_write_position(worker, ph_word_u16(calling->site, 1, 0),
                          ph_word_u32(calling->site, 1, 1));
        trap = ph_frame_call(worker, registers->instance, function, &asking);
    }
    if (trap != PH_TRAP_NONE) {
        ph_raise(worker, trap);
    }
}

/* Word 1: site; 3: the reference. Its operands, if it has any, lie below. */
void ph_slow_link(struct ph_worker *worker)
{
    struct ph_registers *registers = ph_registers_of(worker);
    const uint64_t *pc = registers->pc;
    uint32_t index = ph_word_u32(pc, 3, 0);
    uint32_t request = ph_word_u32(pc, 3, 1);
    enum ph_trap trap = request == PH_LINK_REQUEST_FIELD
                            ? ph_link_field(&worker->mutator, worker->view, index)
                            : ph_link_class(&worker->mutator, worker->view, index);

    if (trap == PH_TRAP_NONE) {
        const uint64_t *instead =
            __atomic_load_n(pc + 2, __ATOMIC_RELAXED) == 0
                ? NULL
                : ph_entry_renew(registers->instance, pc, ph_word_u32(pc, 1, 1));
        ph_set_cache(pc + 2, 1);
        registers->pc = instead == NULL ? pc + 4 : instead;
    } else {
        const struct ph_calling calling = {pc, registers->fp + ph_word_u16(pc, 1, 1), NULL, 0,
                                           NULL};
        ph_link_or_raise(worker, trap, request, index, &calling);
    }
}

/* Word 1: slot of the result; 3: site; 4: the constant. */
void ph_slow_constant_get(struct ph_worker *worker)
{
    struct ph_registers *registers = ph_registers_of(worker);
    const uint64_t *pc = registers->pc;
    uint32_t index = (uint32_t)pc[4];
    const ph_ref *cell = ph_constant_cell(&worker->mutator, worker->view, index);
    ph_ref value = cell == NULL ? 0 : __atomic_load_n(cell, __ATOMIC_ACQUIRE);

    if (value == 0) {
        const struct ph_calling calling = {pc + 2, registers->fp + ph_word_u16(pc, 3, 1), NULL, 0,
                                           NULL};
        ph_link_or_raise(worker, cell == NULL ? PH_TRAP_OUT_OF_MEMORY : PH_TRAP_LINK,
                         PH_LINK_REQUEST_CONSTANT, index, &calling);
    } else if (value == worker->view->instance_ref) {
        registers->fp[ph_word_u16(pc, 1, 0)] = 0;
        registers->pc = pc + 5;
    } else {
        ph_set_cache(pc + 2, (uint64_t)(uintptr_t)cell);
    }
}

/* ---- Static fields --------------------------------------------------------------------------- */

uint8_t *ph_static_cell(struct ph_worker *worker, uint32_t index, const uint64_t *site,
                        uint64_t *window)
{
    const struct ph_heap *heap = worker->mutator.heap;
    const uint64_t *pc = ph_registers_of(worker)->pc;

    if (ph_view_field(worker->view, index) == NULL) {
        enum ph_trap trap = ph_link_field(&worker->mutator, worker->view, index);
        if (trap != PH_TRAP_NONE) {
            const struct ph_calling calling = {site, window, NULL, 0, NULL};
            ph_link_or_raise(worker, trap, PH_LINK_REQUEST_FIELD, index, &calling);
            return NULL;
        }
    }
    const struct ph_field_link *field = ph_view_field(worker->view, index);
    if (!ph_initialise(worker, field->class, site, window)) {
        return NULL;
    }
    uint8_t *cell;
    if (field->storage == PH_STORE_REF) {
        struct ph_refs *refs = ph_address(heap, field->class->static_refs_ref);
        cell = (uint8_t *)&refs->items[field->offset];
    } else {
        cell = ((struct ph_bytes *)ph_address(heap, field->class->statics_ref))->data +
               field->offset;
    }
    if (ph_class_is_ready(field->class)) {
        ph_set_cache(pc + 2, (uint64_t)(uintptr_t)cell |
                                 (field->is_volatile ? PH_CELL_VOLATILE : 0));
    }
    return cell;
}

/* Word 1: slot of the result; 3: site; 4: the field. The class may be in the middle of its
 * initialisation, by this thread: then nothing is kept, and so nothing executed again. Volatile or
 * not: this is no place to be fast. */
void ph_slow_static_get(struct ph_worker *worker)
{
    struct ph_registers *registers = ph_registers_of(worker);
    const uint64_t *pc = registers->pc;
    uint32_t index = (uint32_t)pc[4];
    const uint8_t *cell =
        ph_static_cell(worker, index, pc + 2, registers->fp + ph_word_u16(pc, 3, 1));

    if (cell != NULL) {
        uint32_t storage = worker->view->loaded->unit.field_refs[index].storage;
        registers->fp[ph_word_u16(pc, 1, 0)] = ph_atomic_get(cell, storage);
        registers->pc = pc + 5;
    }
}

/* Word 1: site, with the slot of the value; 3: the field. */
void ph_slow_static_set(struct ph_worker *worker)
{
    struct ph_registers *registers = ph_registers_of(worker);
    const uint64_t *pc = registers->pc;
    uint32_t index = (uint32_t)pc[3];
    uint64_t *value = registers->fp + ph_word_u16(pc, 1, 1);
    uint8_t *cell = ph_static_cell(worker, index, pc, value + 1);

    if (cell != NULL) {
        uint32_t storage = worker->view->loaded->unit.field_refs[index].storage;
        ph_atomic_set(&worker->mutator, cell, storage, *value);
        registers->pc = pc + 4;
    }
}

/* ---- Calls of methods ------------------------------------------------------------------------ */

/* The linked method; NULL: raised. */
static const struct ph_method_link *method_of(struct ph_worker *worker, uint32_t index)
{
    if (ph_view_method(worker->view, index) == NULL) {
        enum ph_trap trap = ph_link_method(&worker->mutator, worker->view, index);
        if (trap != PH_TRAP_NONE) {
            const struct ph_unit *unit = &worker->view->loaded->unit;
            uint32_t signature = unit->method_refs[index].signature;
            const uint64_t *pc = ph_registers_of(worker)->pc;
            const struct ph_calling calling = {
                pc, ph_registers_of(worker)->fp + ph_word_u16(pc, 1, 1) +
                        unit->signatures[signature].param_count, NULL, 0, NULL};
            ph_link_or_raise(worker, trap, PH_LINK_REQUEST_METHOD, index, &calling);
            return NULL;
        }
    }
    return ph_view_method(worker->view, index);
}

const struct ph_entry *ph_entry_of_function(struct ph_worker *worker, ph_ref function_ref)
{
    const struct ph_function_object *function = ph_address(worker->mutator.heap, function_ref);
    struct ph_prepared_instance *instance =
        function->instance_ref == 0 ? NULL
                                    : ph_prepared_instance_met(worker, function->instance_ref);

    return instance == NULL ? NULL : &instance->entries[function->index];
}

/* What a virtual call on `receiver` runs; 0: raised. */
static ph_ref find_method(struct ph_worker *worker, const struct ph_method_link *method,
                          ph_ref receiver)
{
    const struct ph_heap *heap = worker->mutator.heap;
    enum ph_trap trap = PH_TRAP_NONE;
    ph_ref function_ref = 0;

    if (receiver == 0) {
        trap = PH_TRAP_NULL_REFERENCE;
    } else if (method->is_direct) {
        function_ref = method->function_ref;
        trap = !ph_ref_is_instance(heap, receiver, method->class) ? PH_TRAP_WRONG_CLASS
               : function_ref == 0                                ? PH_TRAP_ABSTRACT
                                                                  : PH_TRAP_NONE;
    } else {
        const struct ph_class *class = ph_class_of(heap, receiver);
        function_ref = ph_method_find(heap, class, method);
        trap = function_ref == 0 ? ph_method_trap(heap, class, method) : PH_TRAP_NONE;
    }
    if (trap != PH_TRAP_NONE) {
        if (receiver != 0) { /* what its text is to say (machine.h, trap_values) */
            worker->trap_detail = trap;
            worker->trap_values[0] = ph_ref_to(heap, ph_class_of(heap, receiver));
        }
        ph_raise(worker, trap);
        return 0;
    }
    return function_ref;
}

/* Whether a leaf does what the function does. If it cannot be prepared, that is said when it is
 * called. */
static bool is_leaf(const struct ph_entry *entry)
{
    return ph_entry_prepare(entry->instance, (uint32_t)(entry - entry->instance->entries)) ==
               PH_TRAP_NONE &&
           entry->leaf != NULL;
}

/* The instruction at pc becomes another of the same words, which looks whether those are there. */
static void become(const uint64_t *pc, uint32_t handler)
{
    ph_set_cache(pc, (uint64_t)(uintptr_t)ph_interp_handlers()[handler]);
}

/* Keeps what a call of `method` on an instance of the class runs: at the place, and in the worker's
 * table for when the place meets others. */
static void keep_found(struct ph_worker *worker, const uint64_t *pc,
                       const struct ph_method_link *method, const struct ph_entry *entry,
                       ph_ref class_ref)
{
    uint64_t address = (uint64_t)(uintptr_t)entry;

    *ph_found_method_of(worker, method, class_ref) =
        (struct ph_found_method){method, entry, class_ref};
    ph_set_cache(pc + 2, address << 32 | class_ref);
    ph_set_cache(pc + 4, (address & ~(uint64_t)UINT32_MAX) | class_ref);
    if (is_leaf(entry)) {
        become(pc, pc[5] != 0 ? PH_H_call_virtual_leaf_m : PH_H_call_virtual_leaf);
    }
}

/* Word 3: the method's link; else as below. */
void ph_slow_call_virtual(struct ph_worker *worker)
{
    const struct ph_heap *heap = worker->mutator.heap;
    const struct ph_registers *registers = ph_registers_of(worker);
    const uint64_t *pc = registers->pc;

    if (ph_stop_at_site(worker)) {
        return;
    }
    const struct ph_method_link *method =
        method_of(worker, (uint32_t)((const struct ph_method_link *)ph_word_pointer(pc, 3) -
                                     worker->view->methods));
    if (method == NULL) {
        return;
    }
    ph_ref receiver = (ph_ref)registers->fp[ph_word_u16(pc, 1, 1)];
    ph_ref function_ref = find_method(worker, method, receiver);
    if (function_ref == 0) {
        return;
    }
    const struct ph_entry *entry = ph_entry_of_function(worker, function_ref);
    if (entry != NULL) {
        keep_found(worker, pc, method, entry,
                   ((const struct ph_object *)ph_address(heap, receiver))->class_ref);
    }
    ph_call_function_object(worker, function_ref, pc + 6);
}

void ph_slow_call_method(struct ph_worker *worker)
{
    const struct ph_registers *registers = ph_registers_of(worker);
    const uint64_t *pc = registers->pc;

    if (ph_stop_at_site(worker)) {
        return;
    }
    const struct ph_method_link *method = method_of(worker, ph_word_u32(pc, 3, 0));
    if (method == NULL) {
        return;
    }
    const struct ph_unit *unit = &worker->view->loaded->unit;
    const struct ph_method_ref *named = &unit->method_refs[ph_word_u32(pc, 3, 0)];
    bool is_static = (named->flags & PH_METHOD_STATIC) != 0;
    uint64_t *window = registers->fp + ph_word_u16(pc, 1, 1);
    if (method->function_ref == 0 || (!is_static && window[0] == 0)) {
        ph_raise(worker, !is_static && window[0] == 0 ? PH_TRAP_NULL_REFERENCE : PH_TRAP_ABSTRACT);
        return;
    }
    if (is_static && !ph_initialise(worker, method->class, pc,
                                    window + unit->signatures[named->signature].param_count)) {
        return;
    }
    const struct ph_entry *entry = ph_entry_of_function(worker, method->function_ref);
    if (entry != NULL && (!is_static || ph_class_is_ready(method->class))) {
        ph_set_cache(pc + 2, (uint64_t)(uintptr_t)entry);
        if (is_leaf(entry)) {
            become(pc, pc[4] != 0 ? PH_H_call_method_leaf_m : PH_H_call_method_leaf);
        }
    }
    ph_call_function_object(worker, method->function_ref, pc + 5);
}
