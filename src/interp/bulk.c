/* SPDX-License-Identifier: Apache-2.0 */
/* bulk.c - memories, tables, segments and references: what the handlers leave to C.
 *
 * The long ones work in turns of PH_TURN_BYTES. When the machine wants the thread to stop after a
 * turn, the operands in their slots become those of the rest, and the thread stops before the same
 * instruction. The bounds of what is left are checked again then, and hold: nothing shrinks. */
#include "interp/engine.h"

#define PH_TURN_BYTES (256u << 10)
#define PH_TURN_ITEMS (32u << 10)

/* Words of a bulk instruction: site (its second u16 is the slot of the first operand), object,
 * second object or segment. */
struct bulk {
    uint64_t *operands;
    uint32_t to, from, count; /* `from` is the value of a fill */
};

/* False: the thread stops here. */
static bool bulk_begin(struct ph_worker *worker, struct bulk *bulk)
{
    const struct ph_registers *registers = ph_registers_of(worker);

    if (ph_stop_at_site(worker)) {
        return false;
    }
    bulk->operands = registers->fp + ph_word_u16(registers->pc, 1, 1);
    bulk->to = (uint32_t)bulk->operands[0];
    bulk->from = (uint32_t)bulk->operands[1];
    bulk->count = (uint32_t)bulk->operands[2];
    return true;
}

/* After a turn: true if the thread is to stop before the rest. */
static bool bulk_pause(struct ph_worker *worker, const struct bulk *bulk)
{
    if (bulk->count == 0 || __atomic_load_n(&worker->poll, __ATOMIC_RELAXED) == 0) {
        return false;
    }
    bulk->operands[0] = bulk->to;
    bulk->operands[1] = bulk->from;
    bulk->operands[2] = bulk->count;
    return ph_stop_at_site(worker);
}

static void next(struct ph_worker *worker, uint32_t words)
{
    ph_registers_of(worker)->pc += words;
}

/* ---- Memories -------------------------------------------------------------------------------- */

static uint64_t memory_bytes(const struct ph_memory *memory)
{
    return __atomic_load_n(&memory->bytes, __ATOMIC_RELAXED);
}

void ph_slow_memory_grow(struct ph_worker *worker)
{
    const uint64_t *pc = ph_registers_of(worker)->pc;

    if (ph_stop_at_site(worker)) {
        return;
    }
    ph_write_position(worker, ph_word_u16(pc, 1, 0), ph_word_u32(pc, 1, 1));
    uint64_t *slot = ph_registers_of(worker)->fp + ph_word_u16(pc, 1, 1);
    *slot = (uint32_t)ph_memory_grow(&worker->mutator, ph_word_pointer(pc, 2), (uint32_t)*slot);
    ph_reload_memory(worker);
    next(worker, 3);
}

void ph_slow_memory_fill(struct ph_worker *worker)
{
    struct ph_memory *memory = ph_word_pointer(ph_registers_of(worker)->pc, 2);
    uint8_t *bytes = worker->mutator.heap->arena + memory->offset;
    struct bulk bulk;

    if (!bulk_begin(worker, &bulk)) {
        return;
    }
    if ((uint64_t)bulk.to + bulk.count > memory_bytes(memory)) {
        ph_raise(worker, PH_TRAP_MEMORY_BOUNDS);
        return;
    }
    while (bulk.count > 0) {
        uint32_t turn = PH_MIN(bulk.count, PH_TURN_BYTES);
        ph_touch(&worker->mutator, bytes + bulk.to, turn);
        memset(bytes + bulk.to, (uint8_t)bulk.from, turn);
        bulk.to += turn;
        bulk.count -= turn;
        if (bulk_pause(worker, &bulk)) {
            return;
        }
    }
    next(worker, 3);
}

/* Where the parts overlap and the destination is behind the source, the end goes first, so that
 * only the count changes. */
void ph_slow_memory_copy(struct ph_worker *worker)
{
    struct ph_memory *to = ph_word_pointer(ph_registers_of(worker)->pc, 2);
    struct ph_memory *from = ph_word_pointer(ph_registers_of(worker)->pc, 3);
    struct bulk bulk;

    if (!bulk_begin(worker, &bulk)) {
        return;
    }
    if ((uint64_t)bulk.to + bulk.count > memory_bytes(to) ||
        (uint64_t)bulk.from + bulk.count > memory_bytes(from)) {
        ph_raise(worker, PH_TRAP_MEMORY_BOUNDS);
        return;
    }
    uint8_t *to_bytes = worker->mutator.heap->arena + to->offset;
    const uint8_t *from_bytes = worker->mutator.heap->arena + from->offset;
    bool backwards = to == from && bulk.to > bulk.from;
    while (bulk.count > 0) {
        uint32_t turn = PH_MIN(bulk.count, PH_TURN_BYTES);
        uint64_t skip = backwards ? bulk.count - turn : 0;
        ph_touch(&worker->mutator, to_bytes + bulk.to + skip, turn);
        memmove(to_bytes + bulk.to + skip, from_bytes + bulk.from + skip, turn);
        bulk.count -= turn;
        bulk.to += backwards ? 0 : turn;
        bulk.from += backwards ? 0 : turn;
        if (bulk_pause(worker, &bulk)) {
            return;
        }
    }
    next(worker, 4);
}

void ph_slow_memory_init(struct ph_worker *worker)
{
    struct ph_memory *memory = ph_word_pointer(ph_registers_of(worker)->pc, 2);
    uint32_t segment = (uint32_t)ph_registers_of(worker)->pc[3];
    struct ph_slice source = worker->view->loaded->unit.datas[segment].bytes;
    struct bulk bulk;

    if (!bulk_begin(worker, &bulk)) {
        return;
    }
    uint64_t available = ph_segment_dropped(worker->view, true, segment) ? 0 : source.size;
    if ((uint64_t)bulk.to + bulk.count > memory_bytes(memory) ||
        (uint64_t)bulk.from + bulk.count > available) {
        ph_raise(worker, PH_TRAP_MEMORY_BOUNDS);
        return;
    }
    uint8_t *bytes = worker->mutator.heap->arena + memory->offset;
    while (bulk.count > 0) {
        uint32_t turn = PH_MIN(bulk.count, PH_TURN_BYTES);
        ph_touch(&worker->mutator, bytes + bulk.to, turn);
        memcpy(bytes + bulk.to, source.bytes + bulk.from, turn);
        bulk.to += turn;
        bulk.from += turn;
        bulk.count -= turn;
        if (bulk_pause(worker, &bulk)) {
            return;
        }
    }
    next(worker, 4);
}

/* Word 1: segment. */
void ph_slow_data_drop(struct ph_worker *worker)
{
    const uint64_t *pc = ph_registers_of(worker)->pc;

    ph_segment_drop(&worker->mutator, worker->view, true, (uint32_t)pc[1]);
    next(worker, 2);
}

/* Loads and stores of memories other than the first, or with offsets of more than 32 bits. Word 1:
 * result slot (value slot of a store), address slot, opcode; word 2: memory; word 3: offset. */
static uint8_t *access(struct ph_worker *worker, uint32_t bytes)
{
    const struct ph_registers *registers = ph_registers_of(worker);
    const uint64_t *pc = registers->pc;
    const struct ph_memory *memory = ph_word_pointer(pc, 2);
    uint64_t address = (uint32_t)registers->fp[ph_word_u16(pc, 1, 1)];
    uint64_t end = memory_bytes(memory);

    if (pc[3] > end || end - pc[3] < address || end - pc[3] - address < bytes) {
        ph_raise(worker, PH_TRAP_MEMORY_BOUNDS);
        return NULL;
    }
    return worker->mutator.heap->arena + memory->offset + address + pc[3];
}

#define ACCESS_BYTES(opcode, type) \
    case PH_OP_##opcode:           \
        return sizeof(type);
typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;
typedef int8_t s8;
typedef int16_t s16;
typedef int32_t s32;
typedef float f32;
typedef double f64;

static uint32_t access_bytes(uint32_t opcode)
{
    switch (opcode) {
#define PH_LOAD(op, to, memory) ACCESS_BYTES(op, memory)
#define PH_STORE(op, from, memory) ACCESS_BYTES(op, memory)
#include "interp/handlers.def"
    default:
        PH_UNREACHABLE();
    }
}

void ph_slow_load(struct ph_worker *worker)
{
    struct ph_registers *registers = ph_registers_of(worker);
    const uint64_t *pc = registers->pc;
    uint32_t opcode = ph_word_u32(pc, 1, 1);
    uint32_t bytes = access_bytes(opcode);
    const uint8_t *from = access(worker, bytes);
    uint64_t value = 0;

    if (from == NULL) {
        return;
    }
    memcpy(&value, from, bytes);
    uint64_t sign = UINT64_C(1) << (bytes * 8 - 1);
    switch (opcode) {
    case PH_OP_i32_load8_s:
    case PH_OP_i32_load16_s:
        value = (uint32_t)((value ^ sign) - sign);
        break;
    case PH_OP_i64_load8_s:
    case PH_OP_i64_load16_s:
    case PH_OP_i64_load32_s:
        value = (value ^ sign) - sign;
        break;
    default:
        break;
    }
    registers->fp[ph_word_u16(pc, 1, 0)] = value;
    next(worker, 4);
}

void ph_slow_store(struct ph_worker *worker)
{
    struct ph_registers *registers = ph_registers_of(worker);
    const uint64_t *pc = registers->pc;
    uint32_t bytes = access_bytes(ph_word_u32(pc, 1, 1));
    uint8_t *to = access(worker, bytes);

    if (to != NULL) {
        ph_touch(&worker->mutator, to, bytes);
        memcpy(to, &registers->fp[ph_word_u16(pc, 1, 0)], bytes);
        next(worker, 4);
    }
}

/* ---- References and tables ------------------------------------------------------------------- */

static struct ph_refs *items_of(struct ph_worker *worker, const struct ph_table *table)
{
    return ph_address(worker->mutator.heap, table->items_ref);
}

/* Word 1: site with the slot of the result; word 2: function. */
void ph_slow_ref_func(struct ph_worker *worker)
{
    const uint64_t *pc = ph_registers_of(worker)->pc;

    if (ph_stop_at_site(worker)) {
        return;
    }
    ph_write_position(worker, ph_word_u16(pc, 1, 0), ph_word_u32(pc, 1, 1));
    ph_ref ref = ph_view_function(&worker->mutator, worker->view, (uint32_t)pc[2]);
    if (ref == 0) {
        ph_raise(worker, PH_TRAP_OUT_OF_MEMORY);
        return;
    }
    ph_registers_of(worker)->fp[ph_word_u16(pc, 1, 1)] = ref;
    next(worker, 3);
}

/* Word 1: result slot, index slot; word 2: table. */
void ph_slow_table_get(struct ph_worker *worker)
{
    const struct ph_registers *registers = ph_registers_of(worker);
    const uint64_t *pc = registers->pc;
    const struct ph_table *table = ph_word_pointer(pc, 2);
    uint32_t index = (uint32_t)registers->fp[ph_word_u16(pc, 1, 1)];

    if (index >= ph_table_count(table)) {
        ph_raise(worker, PH_TRAP_TABLE_BOUNDS);
        return;
    }
    registers->fp[ph_word_u16(pc, 1, 0)] = items_of(worker, table)->items[index];
    next(worker, 3);
}

/* Word 1: index slot, value slot; word 2: table. */
void ph_slow_table_set(struct ph_worker *worker)
{
    const struct ph_registers *registers = ph_registers_of(worker);
    const uint64_t *pc = registers->pc;
    const struct ph_table *table = ph_word_pointer(pc, 2);
    uint32_t index = (uint32_t)registers->fp[ph_word_u16(pc, 1, 0)];

    if (index >= ph_table_count(table)) {
        ph_raise(worker, PH_TRAP_TABLE_BOUNDS);
        return;
    }
    struct ph_refs *items = items_of(worker, table);
    PH_SET_REF(&worker->mutator, items->items[index],
               (ph_ref)registers->fp[ph_word_u16(pc, 1, 1)]);
    next(worker, 3);
}

/* Word 1: result slot; word 2: table. */
void ph_slow_table_size(struct ph_worker *worker)
{
    const struct ph_registers *registers = ph_registers_of(worker);
    const struct ph_table *table = ph_word_pointer(registers->pc, 2);

    registers->fp[ph_word_u16(registers->pc, 1, 0)] = ph_table_count(table);
    next(worker, 3);
}

void ph_slow_table_grow(struct ph_worker *worker)
{
    const uint64_t *pc = ph_registers_of(worker)->pc;
    struct ph_root value;

    if (ph_stop_at_site(worker)) {
        return;
    }
    ph_write_position(worker, ph_word_u16(pc, 1, 0), ph_word_u32(pc, 1, 1));
    uint64_t *operands = ph_registers_of(worker)->fp + ph_word_u16(pc, 1, 1);
    ph_root_push(&worker->mutator, &value, (ph_ref)operands[0]);
    int64_t old_count = ph_table_grow(&worker->mutator, ph_word_pointer(pc, 2), &value,
                                      (uint32_t)operands[1]);
    ph_root_pop(&worker->mutator, &value);
    operands[0] = (uint32_t)old_count;
    next(worker, 3);
}

void ph_slow_table_fill(struct ph_worker *worker)
{
    struct ph_table *table = ph_word_pointer(ph_registers_of(worker)->pc, 2);
    struct bulk bulk;

    if (!bulk_begin(worker, &bulk)) {
        return;
    }
    if ((uint64_t)bulk.to + bulk.count > ph_table_count(table)) {
        ph_raise(worker, PH_TRAP_TABLE_BOUNDS);
        return;
    }
    ph_ref *items = items_of(worker, table)->items;
    while (bulk.count > 0) {
        uint32_t turn = PH_MIN(bulk.count, PH_TURN_ITEMS);
        ph_touch(&worker->mutator, &items[bulk.to], turn * sizeof(ph_ref));
        for (uint32_t i = 0; i < turn; i++) {
            items[bulk.to + i] = bulk.from;
        }
        ph_remember_all(&worker->mutator, &items[bulk.to], turn);
        bulk.to += turn;
        bulk.count -= turn;
        if (bulk_pause(worker, &bulk)) {
            return;
        }
    }
    next(worker, 3);
}

void ph_slow_table_copy(struct ph_worker *worker)
{
    struct ph_table *to = ph_word_pointer(ph_registers_of(worker)->pc, 2);
    struct ph_table *from = ph_word_pointer(ph_registers_of(worker)->pc, 3);
    struct bulk bulk;

    if (!bulk_begin(worker, &bulk)) {
        return;
    }
    if ((uint64_t)bulk.to + bulk.count > to->count ||
        (uint64_t)bulk.from + bulk.count > from->count) {
        ph_raise(worker, PH_TRAP_TABLE_BOUNDS);
        return;
    }
    ph_ref *to_items = items_of(worker, to)->items;
    const ph_ref *from_items = items_of(worker, from)->items;
    bool backwards = to == from && bulk.to > bulk.from;
    while (bulk.count > 0) {
        uint32_t turn = PH_MIN(bulk.count, PH_TURN_ITEMS);
        uint32_t skip = backwards ? bulk.count - turn : 0;
        ph_touch(&worker->mutator, &to_items[bulk.to + skip], turn * sizeof(ph_ref));
        memmove(&to_items[bulk.to + skip], &from_items[bulk.from + skip], turn * sizeof(ph_ref));
        ph_remember_all(&worker->mutator, &to_items[bulk.to + skip], turn);
        bulk.count -= turn;
        bulk.to += backwards ? 0 : turn;
        bulk.from += backwards ? 0 : turn;
        if (bulk_pause(worker, &bulk)) {
            return;
        }
    }
    next(worker, 4);
}

/* Words 2 and 3: indices of table and segment. */
void ph_slow_table_init(struct ph_worker *worker)
{
    const uint64_t *pc = ph_registers_of(worker)->pc;
    struct bulk bulk;

    if (!bulk_begin(worker, &bulk)) {
        return;
    }
    ph_write_position(worker, ph_word_u16(pc, 1, 0), ph_word_u32(pc, 1, 1));
    struct ph_init_range range = {bulk.to, bulk.from, bulk.count};
    enum ph_trap trap = ph_table_init(&worker->mutator, worker->view, (uint32_t)pc[2],
                                      (uint32_t)pc[3], range);
    if (trap != PH_TRAP_NONE) {
        ph_raise(worker, trap);
        return;
    }
    next(worker, 4);
}

void ph_slow_elem_drop(struct ph_worker *worker)
{
    const uint64_t *pc = ph_registers_of(worker)->pc;

    ph_segment_drop(&worker->mutator, worker->view, false, (uint32_t)pc[1]);
    next(worker, 2);
}
