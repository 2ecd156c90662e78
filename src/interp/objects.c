/* SPDX-License-Identifier: Apache-2.0 */
/* objects.c - instructions on objects, off the fast path: linking a reference at its first use,
 * meeting an object of another class than last time, a page's first write, full slices. Most fill
 * the instruction's cache and leave pc as it is, so that the instruction is executed again; what
 * is executed again finds its operands where they were, in slots and accumulators. */
#include "interp/engine.h"
#include "machine/collect.h"
#include "machine/monitor.h"

static void next(struct ph_worker *worker, uint32_t words)
{
    ph_registers_of(worker)->pc += words;
}

static uint64_t pair(const struct ph_heap *heap, const struct ph_class *class, uint32_t follows)
{
    return (uint64_t)follows << 32 | ph_ref_to(heap, class);
}

/* Raises, with what its text is to say (machine.h, trap_values). */
static void raise_with(struct ph_worker *worker, enum ph_trap trap, uint64_t first,
                       uint64_t second)
{
    worker->trap_detail = trap;
    worker->trap_values[0] = first;
    worker->trap_values[1] = second;
    ph_raise(worker, trap);
}

static ph_ref class_ref_of(const struct ph_heap *heap, ph_ref ref)
{
    return ((const struct ph_object *)ph_address(heap, ref))->class_ref;
}

/* The object's class if it is one of arrays of `storage`, signed or not; else raises. */
static const struct ph_class *array_class(struct ph_worker *worker, ph_ref array, uint32_t storage)
{
    const struct ph_heap *heap = worker->mutator.heap;

    if (array == 0) {
        ph_raise(worker, PH_TRAP_NULL_REFERENCE);
        return NULL;
    }
    const struct ph_class *class = ph_class_of(heap, array);
    uint32_t kind = class->item_kind == PH_STORE_U8    ? PH_STORE_I8
                    : class->item_kind == PH_STORE_U16 ? PH_STORE_I16
                                                       : class->item_kind;
    /* Pinned arrays are the machine's: no program has one, and none would get far with it. */
    if ((class->flags & (PH_CLASS_ARRAY | PH_CLASS_PINNED)) != PH_CLASS_ARRAY ||
        (storage != 0 && kind != storage)) {
        ph_raise(worker, PH_TRAP_WRONG_CLASS);
        return NULL;
    }
    return class;
}

static uint32_t length_of(const struct ph_heap *heap, ph_ref array)
{
    return ((const struct ph_bytes *)ph_address(heap, array))->length;
}

static uint8_t *items_of(const struct ph_heap *heap, ph_ref array)
{
    return (uint8_t *)ph_address(heap, array) + PH_ARRAY_ITEMS;
}

/* ---- Fields ---------------------------------------------------------------------------------- */

/* Word 1's index as a linked field; NULL: raised. */
static const struct ph_field_link *field_of(struct ph_worker *worker, uint32_t index)
{
    if (ph_view_field(worker->view, index) == NULL) {
        enum ph_trap trap = ph_link_field(&worker->mutator, worker->view, index);
        if (trap != PH_TRAP_NONE) {
            ph_raise(worker, trap);
            return NULL;
        }
    }
    return ph_view_field(worker->view, index);
}

/* The address of the field `index` of `object`; fills the cache of the instruction at pc; NULL:
 * raised. */
static uint8_t *field_at(struct ph_worker *worker, uint32_t index, ph_ref object)
{
    const struct ph_heap *heap = worker->mutator.heap;
    const uint64_t *pc = ph_registers_of(worker)->pc;
    const struct ph_field_link *field = field_of(worker, index);

    if (field == NULL) {
        return NULL;
    }
    if (object == 0 || !ph_ref_is_instance(heap, object, field->class)) {
        ph_raise(worker, object == 0 ? PH_TRAP_NULL_REFERENCE : PH_TRAP_WRONG_CLASS);
        return NULL;
    }
    ph_set_cache(pc + 2, pair(heap, ph_class_of(heap, object), field->offset) |
                             (field->is_volatile ? PH_CACHE_VOLATILE : 0));
    return (uint8_t *)ph_address(heap, object) + field->offset;
}

/* The object is in the accumulator. */
void ph_slow_field_get(struct ph_worker *worker)
{
    (void)field_at(worker, ph_word_u32(ph_registers_of(worker)->pc, 1, 1),
                   (ph_ref)ph_registers_of(worker)->store_value);
}

void ph_slow_field_set(struct ph_worker *worker)
{
    const struct ph_registers *registers = ph_registers_of(worker);
    const uint8_t *at = field_at(worker, ph_word_u32(registers->pc, 1, 1),
                                 (ph_ref)registers->fp[ph_word_u16(registers->pc, 1, 0)]);

    if (at != NULL) {
        ph_touch(&worker->mutator, at, 1); /* it is aligned: all of it is in this page */
    }
}

/* The value is in the accumulator. */
void ph_slow_field_set_ref(struct ph_worker *worker)
{
    const struct ph_registers *registers = ph_registers_of(worker);
    ph_ref value = (ph_ref)registers->store_value;
    uint32_t index = ph_word_u32(registers->pc, 1, 1);
    uint8_t *at =
        field_at(worker, index, (ph_ref)registers->fp[ph_word_u16(registers->pc, 1, 0)]);

    if (at != NULL && ph_view_field(worker->view, index)->is_volatile) {
        ph_atomic_set(&worker->mutator, at, PH_STORE_REF, value);
        next(worker, 3);
    } else if (at != NULL) {
        PH_SET_REF(&worker->mutator, *(ph_ref *)(void *)at, value);
        next(worker, 3);
    }
}

void ph_slow_global_set_ref(struct ph_worker *worker)
{
    const struct ph_registers *registers = ph_registers_of(worker);
    ph_ref *cell = ph_word_pointer(registers->pc, 2); /* the upper half stays 0 */

    PH_SET_REF(&worker->mutator, *cell, (ph_ref)registers->fp[ph_word_u16(registers->pc, 1, 0)]);
    next(worker, 3);
}

/* ---- Arrays ---------------------------------------------------------------------------------- */

void ph_slow_array_length(struct ph_worker *worker)
{
    const struct ph_registers *registers = ph_registers_of(worker);
    const struct ph_class *class = array_class(worker, (ph_ref)registers->store_value, 0);

    if (class != NULL) {
        ph_set_cache(registers->pc + 2, pair(worker->mutator.heap, class, 0));
    }
}

static void array_get(struct ph_worker *worker, ph_ref array)
{
    const struct ph_registers *registers = ph_registers_of(worker);
    const struct ph_class *class = array_class(worker, array, ph_word_u16(registers->pc, 1, 3));

    if (class != NULL) {
        ph_set_cache(registers->pc + 2, pair(worker->mutator.heap, class, 0));
    }
}

void ph_slow_array_get_s(struct ph_worker *worker)
{
    const struct ph_registers *registers = ph_registers_of(worker);

    array_get(worker, (ph_ref)registers->fp[ph_word_u16(registers->pc, 1, 1)]);
}

void ph_slow_array_get_r(struct ph_worker *worker)
{
    array_get(worker, (ph_ref)ph_registers_of(worker)->store_value);
}

/* The class of the array of the store at pc, whose index is in bounds; else NULL, and raised. */
static const struct ph_class *array_to_set(struct ph_worker *worker, ph_ref *array,
                                           uint32_t *index)
{
    const struct ph_registers *registers = ph_registers_of(worker);
    const uint64_t *pc = registers->pc;

    *array = (ph_ref)registers->fp[ph_word_u16(pc, 1, 0)];
    *index = (uint32_t)registers->fp[ph_word_u16(pc, 1, 1)];
    const struct ph_class *class = array_class(worker, *array, ph_word_u16(pc, 1, 3));
    if (class != NULL && *index >= length_of(worker->mutator.heap, *array)) {
        raise_with(worker, PH_TRAP_ARRAY_BOUNDS, *index,
                   length_of(worker->mutator.heap, *array));
        return NULL;
    }
    return class;
}

void ph_slow_array_set(struct ph_worker *worker)
{
    const struct ph_heap *heap = worker->mutator.heap;
    const uint64_t *pc = ph_registers_of(worker)->pc;
    ph_ref array;
    uint32_t index;
    const struct ph_class *class = array_to_set(worker, &array, &index);

    if (class != NULL) {
        ph_set_cache(pc + 2,
                     pair(heap, class, (class->flags & PH_CLASS_TRUTH) != 0 ? 1 : UINT8_MAX));
        ph_touch(&worker->mutator, items_of(heap, array) + ((uint64_t)index << class->item_shift),
                 1);
    }
}

/* The value is in the accumulator. */
void ph_slow_array_set_ref(struct ph_worker *worker)
{
    const struct ph_heap *heap = worker->mutator.heap;
    const uint64_t *pc = ph_registers_of(worker)->pc;
    ph_ref value = (ph_ref)ph_registers_of(worker)->store_value, array;
    uint32_t index;
    const struct ph_class *class = array_to_set(worker, &array, &index);

    if (class == NULL) {
        return;
    }
    if (!ph_array_accepts(heap, class, value)) {
        raise_with(worker, PH_TRAP_ARRAY_STORE, class_ref_of(heap, value), 0);
        return;
    }
    if (value != 0 || class->item_class_ref == 0) {
        uint32_t of = class->item_class_ref == 0
                          ? PH_CACHE_ANY
                          : ((const struct ph_object *)ph_address(heap, value))->class_ref;
        ph_set_cache(pc + 2, pair(heap, class, of));
    }
    ph_ref *items = (ph_ref *)(void *)items_of(heap, array);
    PH_SET_REF(&worker->mutator, items[index], value);
    next(worker, 3);
}

/* ---- What threads agree on ------------------------------------------------------------------- */

/* The item of the array that `operands` begin with, of kind `storage`; and whether it takes
 * `value`. NULL: raised. */
static uint8_t *item_at(struct ph_worker *worker, const uint64_t *operands, uint32_t storage,
                        ph_ref value)
{
    const struct ph_heap *heap = worker->mutator.heap;
    ph_ref array = (ph_ref)operands[0];
    uint32_t index = (uint32_t)operands[1];
    uint32_t kind = storage == PH_STORE_U8    ? PH_STORE_I8
                    : storage == PH_STORE_U16 ? PH_STORE_I16
                                              : storage;
    const struct ph_class *class = array_class(worker, array, kind);

    if (class == NULL) {
        return NULL;
    }
    if (index >= length_of(heap, array)) {
        raise_with(worker, PH_TRAP_ARRAY_BOUNDS, index, length_of(heap, array));
        return NULL;
    }
    if (storage == PH_STORE_REF && !ph_array_accepts(heap, class, value)) {
        raise_with(worker, PH_TRAP_ARRAY_STORE, class_ref_of(heap, value), 0);
        return NULL;
    }
    return items_of(heap, array) + ((uint64_t)index << class->item_shift);
}

static uint64_t change(struct ph_mutator *mutator, enum ph_atomic_change what, uint8_t *at,
                       uint32_t storage, const uint64_t *values)
{
    switch (what) {
    case PH_ATOMIC_GET:
        return ph_atomic_get(at, storage);
    case PH_ATOMIC_SET:
        ph_atomic_set(mutator, at, storage, values[0]);
        return 0;
    case PH_ATOMIC_SWAP:
        return ph_atomic_swap(mutator, at, storage, values[0]);
    case PH_ATOMIC_ADD:
        return ph_atomic_add(mutator, at, storage, values[0]);
    case PH_ATOMIC_COMPARE_SWAP:
        return ph_atomic_compare_swap(mutator, at, storage, values[0], values[1]);
    }
    PH_UNREACHABLE();
}

/* Word 1: site, with the operands; word 3: the field or the kind of items, and the opcode. */
void ph_slow_atomic(struct ph_worker *worker)
{
    const struct ph_registers *registers = ph_registers_of(worker);
    const uint64_t *pc = registers->pc;
    uint64_t *operands = registers->fp + ph_word_u16(pc, 1, 1);
    uint32_t index = ph_word_u32(pc, 3, 0), storage = index;
    struct ph_atomic_op op;
    bool is_known = ph_atomic_op(ph_word_u32(pc, 3, 1), &op);
    const uint64_t *values = operands + op.place; /* behind array and index, or the object */
    uint32_t value_count = op.change == PH_ATOMIC_COMPARE_SWAP ? 2 : op.change != PH_ATOMIC_GET;
    uint8_t *at;

    PH_ASSERT(is_known);
    if (op.place == PH_ATOMIC_ITEM) {
        ph_ref value = value_count == 0 ? 0 : (ph_ref)values[value_count - 1];
        at = item_at(worker, operands, storage, value);
    } else {
        storage = worker->view->loaded->unit.field_refs[index].storage;
        at = op.place == PH_ATOMIC_FIELD
                 ? field_at(worker, index, (ph_ref)operands[0])
                 : ph_static_cell(worker, index, pc, operands + value_count);
    }
    if (at == NULL) {
        return;
    }
    uint64_t result = change(&worker->mutator, op.change, at, storage, values);
    if (op.change != PH_ATOMIC_SET) {
        operands[0] = result;
    }
    next(worker, 4);
}

/* ---- Copying --------------------------------------------------------------------------------- */

#define PH_TURN_BYTES (256u << 10)

struct copy {
    uint64_t *operands;
    ph_ref source, dest;
    uint32_t from, to, count, shift;
    bool is_refs, is_checked; /* checked: each item, as stores are */
};

/* False: raised. */
static bool copy_begin(struct ph_worker *worker, struct copy *copy)
{
    const struct ph_registers *registers = ph_registers_of(worker);
    const struct ph_heap *heap = worker->mutator.heap;

    copy->operands = registers->fp + ph_word_u16(registers->pc, 1, 1);
    copy->source = (ph_ref)copy->operands[0];
    copy->from = (uint32_t)copy->operands[1];
    copy->dest = (ph_ref)copy->operands[2];
    copy->to = (uint32_t)copy->operands[3];
    copy->count = (uint32_t)copy->operands[4];
    const struct ph_class *source = array_class(worker, copy->source, 0);
    const struct ph_class *dest = source == NULL ? NULL : array_class(worker, copy->dest, 0);
    if (dest == NULL) {
        return false;
    }
    enum ph_trap trap = PH_TRAP_NONE;
    if (source->item_kind != dest->item_kind) {
        trap = PH_TRAP_WRONG_CLASS;
    } else if ((uint64_t)copy->from + copy->count > length_of(heap, copy->source) ||
               (uint64_t)copy->to + copy->count > length_of(heap, copy->dest)) {
        trap = PH_TRAP_ARRAY_BOUNDS;
    }
    if (trap != PH_TRAP_NONE) {
        ph_raise(worker, trap);
        return false;
    }
    copy->shift = dest->item_shift;
    copy->is_refs = dest->item_kind == PH_STORE_REF;
    copy->is_checked = copy->is_refs && !ph_class_is_subclass(heap, source, dest);
    return true;
}

/* Copies `count` items that are in bounds; of checked ones perhaps fewer: how many. */
static uint32_t copy_turn(struct ph_worker *worker, const struct copy *copy, uint32_t from,
                          uint32_t to, uint32_t count)
{
    const struct ph_heap *heap = worker->mutator.heap;
    const uint8_t *source = items_of(heap, copy->source) + ((uint64_t)from << copy->shift);
    uint8_t *dest = items_of(heap, copy->dest) + ((uint64_t)to << copy->shift);

    if (copy->is_checked) {
        const struct ph_class *class = ph_class_of(heap, copy->dest);
        const ph_ref *items = (const ph_ref *)(const void *)source;
        for (uint32_t i = 0; i < count; i++) {
            if (!ph_array_accepts(heap, class, items[i])) {
                count = i;
            }
        }
    }
    ph_touch(&worker->mutator, dest, (uint64_t)count << copy->shift);
    memmove(dest, source, (size_t)count << copy->shift);
    if (copy->is_refs) {
        ph_remember_all(&worker->mutator, (ph_ref *)(void *)dest, count);
    }
    return count;
}

/* Word 1: site, with source, its index, dest, its index and the count as operands. Long ones are
 * copied in turns, as in bulk.c: where the parts overlap and the destination is behind the source
 * the end goes first, so that only the count changes. */
void ph_slow_array_copy(struct ph_worker *worker)
{
    struct copy copy;

    if (ph_stop_at_site(worker) || !copy_begin(worker, &copy)) {
        return;
    }
    bool backwards = copy.source == copy.dest && copy.to > copy.from;
    while (copy.count > 0) {
        uint32_t turn = PH_MIN(copy.count, PH_TURN_BYTES >> copy.shift);
        uint32_t skip = backwards ? copy.count - turn : 0;
        if (copy_turn(worker, &copy, copy.from + skip, copy.to + skip, turn) < turn) {
            ph_raise(worker, PH_TRAP_ARRAY_STORE);
            return;
        }
        copy.count -= turn;
        copy.from += backwards ? 0 : turn;
        copy.to += backwards ? 0 : turn;
        if (copy.count > 0 && __atomic_load_n(&worker->poll, __ATOMIC_RELAXED) != 0) {
            copy.operands[1] = copy.from;
            copy.operands[3] = copy.to;
            copy.operands[4] = copy.count;
            if (ph_stop_at_site(worker)) {
                return;
            }
        }
    }
    next(worker, 3);
}

/* ---- Classes --------------------------------------------------------------------------------- */

/* NULL: raised. */
static struct ph_class *class_at(struct ph_worker *worker, uint32_t index)
{
    struct ph_class *class = ph_view_class(worker->view, index);

    if (class == NULL) {
        enum ph_trap trap = ph_link_class(&worker->mutator, worker->view, index);
        if (trap != PH_TRAP_NONE) {
            ph_raise(worker, trap);
            return NULL;
        }
        class = ph_view_class(worker->view, index);
    }
    return class;
}

/* The same at an instruction whose word 3 is a site: its link function may be asked. `operands`
 * lie from the slot that stands there. NULL: the thread goes on elsewhere. */
static struct ph_class *class_at_site(struct ph_worker *worker, bool is_new, uint32_t operands)
{
    const struct ph_registers *registers = ph_registers_of(worker);
    const uint64_t *pc = registers->pc;
    uint32_t index = (uint32_t)pc[4];
    bool was_bound = ph_view_class(worker->view, index) != NULL;
    enum ph_trap trap = is_new ? ph_link_new(&worker->mutator, worker->view, index)
                               : ph_link_class(&worker->mutator, worker->view, index);

    if (trap != PH_TRAP_NONE && was_bound) { /* a class that has no instances */
        ph_raise(worker, trap);
        return NULL;
    }
    if (trap != PH_TRAP_NONE) {
        const struct ph_calling calling = {
            pc + 2, registers->fp + ph_word_u16(pc, 3, 1) + operands, NULL, 0, NULL};
        ph_link_or_raise(worker, trap, PH_LINK_REQUEST_CLASS, index, &calling);
        return NULL;
    }
    return ph_view_class(worker->view, index);
}

/* The reference, not null, is in the accumulator. */
void ph_slow_ref_cast(struct ph_worker *worker)
{
    const struct ph_heap *heap = worker->mutator.heap;
    const struct ph_registers *registers = ph_registers_of(worker);
    const uint64_t *pc = registers->pc;
    ph_ref ref = (ph_ref)registers->store_value;
    const struct ph_class *class = class_at(worker, ph_word_u32(pc, 1, 1));

    if (class == NULL) {
        return;
    }
    if (!ph_ref_is_instance(heap, ref, class)) {
        raise_with(worker, PH_TRAP_WRONG_CLASS, class_ref_of(heap, ref), 0);
        return;
    }
    ph_set_cache(pc + 2, pair(heap, ph_class_of(heap, ref), 0));
}

void ph_slow_ref_test(struct ph_worker *worker)
{
    const struct ph_heap *heap = worker->mutator.heap;
    const struct ph_registers *registers = ph_registers_of(worker);
    const uint64_t *pc = registers->pc;
    ph_ref ref = (ph_ref)registers->store_value;
    const struct ph_class *class = class_at(worker, ph_word_u32(pc, 1, 1));

    if (class != NULL) {
        ph_set_cache(pc + 2, pair(heap, ph_class_of(heap, ref),
                                  ph_ref_is_instance(heap, ref, class)));
    }
}

void ph_slow_class_const(struct ph_worker *worker)
{
    const uint64_t *pc = ph_registers_of(worker)->pc;
    const struct ph_class *class = class_at_site(worker, false, 0);

    if (class != NULL) {
        ph_set_cache(pc + 2, pair(worker->mutator.heap, class, 0));
    }
}

/* The site of an instruction whose word 3 it is: makes the frame canonical. */
static void write_site(struct ph_worker *worker)
{
    const uint64_t *pc = ph_registers_of(worker)->pc;

    ph_write_position(worker, ph_word_u16(pc, 3, 0), ph_word_u32(pc, 3, 1));
}

/* A new object, or none, is the result. */
static void made(struct ph_worker *worker, ph_ref ref)
{
    struct ph_registers *registers = ph_registers_of(worker);

    if (ref == 0) {
        ph_raise(worker, PH_TRAP_OUT_OF_MEMORY);
        return;
    }
    ph_collect_went_on(worker);
    registers->fp[ph_word_u16(registers->pc, 1, 0)] = ref;
    registers->pc += 5;
}

void ph_slow_bytes_const(struct ph_worker *worker)
{
    const uint64_t *pc = ph_registers_of(worker)->pc;
    struct ph_view *view = worker->view;
    uint32_t index = (uint32_t)pc[4];

    write_site(worker);
    ph_ref made_ref = ph_bytes_constant(&worker->mutator, view, index);
    if (made_ref != 0) { /* the table is pinned, and keeps what it has */
        struct ph_refs *constants =
            ph_address(worker->mutator.heap, view->instance->constants_ref);
        ph_set_cache(pc + 2, (uint64_t)(uintptr_t)&constants->items[index]);
    }
    made(worker, made_ref);
}

/* ---- Making objects -------------------------------------------------------------------------- */

/* True: an object of `bytes` would be young if the slice were empty, and the thread leaves so that
 * it becomes so. If this run has begun here that has not helped, and the object is born old. */
static bool collects_first(struct ph_worker *worker, uint64_t bytes)
{
    struct ph_registers *registers = ph_registers_of(worker);
    const struct ph_mutator *mutator = &worker->mutator;

    if (mutator->nursery_start == 0 || bytes > mutator->heap->young_bytes_max ||
        bytes <= mutator->nursery_end - mutator->nursery_next ||
        bytes > mutator->nursery_end - mutator->nursery_start) { /* hardly any room for a slice */
        return false;
    }
    if (registers->resume == registers->pc) {
        registers->resume = NULL;
        return false;
    }
    ph_collect_went_on(worker);
    ph_leave(worker, PH_RUN_COLLECT);
    return true;
}

void ph_slow_object_new(struct ph_worker *worker)
{
    const struct ph_registers *registers = ph_registers_of(worker);
    const uint64_t *pc = registers->pc;
    struct ph_class *class = class_at_site(worker, true, 0);

    if (class == NULL) {
        return;
    }
    write_site(worker);
    if (!ph_initialise(worker, class, pc + 2, registers->fp + ph_word_u16(pc, 3, 1))) {
        return;
    }
    uint64_t bytes = ph_class_object_bytes(class, 0);
    bool is_pinned = (class->flags & PH_CLASS_PINNED) != 0;
    if (ph_class_is_ready(class) && !is_pinned) {
        ph_set_cache(pc + 2, pair(worker->mutator.heap, class, (uint32_t)bytes));
    }
    if (is_pinned || !collects_first(worker, bytes)) {
        made(worker, ph_object_new_of(&worker->mutator, class, 0));
    }
}

void ph_slow_array_new(struct ph_worker *worker)
{
    const struct ph_registers *registers = ph_registers_of(worker);
    const uint64_t *pc = registers->pc;
    const struct ph_class *class = class_at_site(worker, false, 1);
    uint32_t length = (uint32_t)registers->fp[ph_word_u16(pc, 3, 1)];

    if (class == NULL) {
        return;
    }
    if (length > INT32_MAX) {
        raise_with(worker, PH_TRAP_NEGATIVE_SIZE, length, 0);
        return;
    }
    ph_set_cache(pc + 2, pair(worker->mutator.heap, class, class->item_shift));
    write_site(worker);
    if (!collects_first(worker, ph_class_object_bytes(class, length))) {
        made(worker, ph_object_new_of(&worker->mutator, class, length));
    }
}

/* ---- Monitors -------------------------------------------------------------------------------- */

/* Word 1: site, with the object; word 2: the opcode. */
void ph_slow_monitor(struct ph_worker *worker)
{
    struct ph_registers *registers = ph_registers_of(worker);
    const uint64_t *pc = registers->pc;
    ph_ref ref = (ph_ref)registers->fp[ph_word_u16(pc, 1, 1)];
    bool is_enter = pc[2] == PH_OP_monitor_enter;

    ph_write_position(worker, ph_word_u16(pc, 1, 0), ph_word_u32(pc, 1, 1));
    enum ph_outcome outcome = is_enter ? ph_monitor_enter(worker, ref)
                                       : ph_monitor_exit(worker, ref);
    if (outcome == PH_DONE) {
        next(worker, 3);
    } else if (outcome == PH_WAITING) {
        ph_leave(worker, PH_RUN_WAITING);
    } else {
        enum ph_trap trap = (enum ph_trap)worker->thread->trap;
        PH_ASSERT(outcome == PH_TRAPPED && trap != PH_TRAP_NONE);
        PH_SET(&worker->mutator, worker->thread->trap, PH_TRAP_NONE);
        ph_raise(worker, trap);
    }
}
