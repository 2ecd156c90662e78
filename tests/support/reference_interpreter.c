/* SPDX-License-Identifier: Apache-2.0 */
/* reference_interpreter.c - see reference_interpreter.h. */
#include "support/reference_frame.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define DEPTH_MAX 3000u
#define MEMORY_RESERVED (UINT64_C(4) << 30)
#define TABLE_COUNT_MAX 10000000u /* machine/table.c */

void reference_trap(struct frame *f, enum ph_trap kind)
{
    f->r->trap = kind;
    f->r->trap_function = f->index;
    f->r->trap_pc = f->insn.offset;
    f->done = true;
}

#define trap(f, kind) reference_trap(f, kind)
#define push(f, value) reference_push(f, value)
#define pop(f) reference_pop(f)
static uint32_t pop32(struct frame *f) { return (uint32_t)pop(f); }

static float f32_of(uint64_t bits)
{
    uint32_t b = (uint32_t)bits;
    float x;
    memcpy(&x, &b, 4);
    return x;
}
static double f64_of(uint64_t bits) { double x; memcpy(&x, &bits, 8); return x; }
static uint64_t f32_bits(float x) { uint32_t b; memcpy(&b, &x, 4); return b; }
static uint64_t f64_bits(double x) { uint64_t b; memcpy(&b, &x, 8); return b; }

/* ---- Instances ------------------------------------------------------------------------------- */

static uint64_t init_value(struct reference *self, const struct ph_init *init)
{
    switch (init->kind) {
    case PH_INIT_FUNCTION:
        return init->value + 1;
    case PH_INIT_GLOBAL:
        return self->globals[init->value];
    case PH_INIT_NULL:
        return 0;
    default:
        return init->value;
    }
}

static enum ph_trap table_init(struct reference *self, uint32_t table, uint32_t segment,
                               uint32_t to, uint32_t from, uint32_t count)
{
    const struct ph_element_segment *s = &self->unit.elements[segment];
    uint32_t available = self->elements_dropped[segment] ? 0 : s->count;
    if ((uint64_t)from + count > available ||
        (uint64_t)to + count > self->tables[table].count) {
        return PH_TRAP_TABLE_BOUNDS;
    }
    for (uint32_t i = 0; i < count; i++) {
        self->tables[table].items[to + i] = init_value(self, &s->items[from + i]);
    }
    return PH_TRAP_NONE;
}

static enum ph_trap memory_init(struct reference *self, uint32_t segment, uint32_t to,
                                uint32_t from, uint32_t count)
{
    struct ph_slice bytes = self->unit.datas[segment].bytes;
    uint64_t available = self->datas_dropped[segment] ? 0 : bytes.size;
    if ((uint64_t)from + count > available || (uint64_t)to + count > self->memory_bytes) {
        return PH_TRAP_MEMORY_BOUNDS;
    }
    if (count > 0) {
        memcpy(self->memory + to, bytes.bytes + from, count);
    }
    return PH_TRAP_NONE;
}

static void apply_segments(struct reference *self)
{
    const struct ph_unit *unit = &self->unit;
    for (uint32_t i = 0; i < unit->element_count && self->trap == PH_TRAP_NONE; i++) {
        const struct ph_element_segment *s = &unit->elements[i];
        if (s->mode == PH_SEGMENT_ACTIVE) {
            self->trap = table_init(self, s->table, i, (uint32_t)init_value(self, &s->offset), 0,
                                    s->count);
        }
        self->elements_dropped[i] = s->mode != PH_SEGMENT_PASSIVE;
    }
    for (uint32_t i = 0; i < unit->data_count && self->trap == PH_TRAP_NONE; i++) {
        const struct ph_data_segment *s = &unit->datas[i];
        if (s->mode == PH_SEGMENT_ACTIVE) {
            self->trap = memory_init(self, i, (uint32_t)init_value(self, &s->offset), 0,
                                     (uint32_t)s->bytes.size);
        }
        self->datas_dropped[i] = s->mode != PH_SEGMENT_PASSIVE;
    }
}

void reference_init(struct reference *self, struct ph_slice bytes)
{
    struct ph_unit *unit = &self->unit;
    memset(self, 0, sizeof(*self));
    ph_status status = ph_unit_open(bytes, ph_port_allocator(), unit, NULL);
    PH_ASSERT(status == PH_OK && unit->import_count == 0);
    self->globals = calloc(unit->global_count + 1, sizeof(uint64_t));
    self->tables = calloc(unit->table_count + 1, sizeof(self->tables[0]));
    self->elements_dropped = calloc(unit->element_count + 1, sizeof(bool));
    self->datas_dropped = calloc(unit->data_count + 1, sizeof(bool));
    self->code = calloc(unit->function_count + 1, sizeof(self->code[0]));
    for (uint32_t i = 0; i < unit->global_count; i++) {
        self->globals[i] = init_value(self, &unit->globals[i].init);
    }
    for (uint32_t i = 0; i < unit->table_count; i++) {
        const struct ph_limits *limits = &unit->tables[i].limits;
        self->tables[i].count = (uint32_t)limits->min;
        self->tables[i].max = (uint32_t)(limits->has_max ? limits->max : TABLE_COUNT_MAX);
        self->tables[i].max = PH_MIN(self->tables[i].max, TABLE_COUNT_MAX);
        self->tables[i].items = calloc(self->tables[i].count + 1, sizeof(uint64_t));
    }
    if (unit->memory_count > 0) {
        const struct ph_limits *limits = &unit->memories[0].limits;
        self->memory = ph_memory_reserve(MEMORY_RESERVED);
        self->memory_bytes = limits->min << 16;
        self->memory_max = limits->has_max ? PH_MIN(limits->max, 65536u) : 65536u;
    }
    reference_objects_init(self);
    apply_segments(self);
}

void reference_finish(struct reference *self)
{
    for (uint32_t i = 0; i < self->unit.function_count; i++) {
        if (self->code[i].is_open) {
            ph_scratch_finish(&self->code[i].scratch);
        }
    }
    for (uint32_t i = 0; i < self->unit.table_count; i++) {
        free(self->tables[i].items);
    }
    if (self->memory != NULL) {
        ph_memory_release(self->memory, MEMORY_RESERVED);
    }
    reference_objects_finish(self);
    free(self->globals);
    free(self->tables);
    free(self->elements_dropped);
    free(self->datas_dropped);
    free(self->code);
    ph_unit_close(&self->unit);
}

static const struct reference_code *open_code(struct reference *self, uint32_t index)
{
    struct reference_code *code = &self->code[index];
    if (!code->is_open) {
        ph_scratch_init(&code->scratch, ph_port_allocator(), 0);
        ph_status status = ph_function_open(&self->unit, index, &code->scratch, &code->function,
                                            NULL);
        PH_ASSERT(status == PH_OK);
        status = ph_verify_function(&self->unit, index, &code->function, &code->scratch,
                                    &code->facts, NULL);
        PH_ASSERT(status == PH_OK);
        code->is_open = true;
    }
    return code;
}

/* ---- Control --------------------------------------------------------------------------------- */

static void go_to(struct frame *f, uint64_t label)
{
    f->next = f->code->facts.label_offsets[label];
}

void reference_call_function(struct frame *f, uint32_t index)
{
    const struct ph_unit *unit = &f->r->unit;
    const struct ph_signature *s = &unit->signatures[unit->functions[index].signature];
    uint32_t count = PH_MAX(s->param_count, s->result_count);
    uint64_t *slots = calloc(count + 1, sizeof(uint64_t));
    f->depth -= s->param_count;
    memcpy(slots, f->stack + f->depth, s->param_count * sizeof(uint64_t));
    if (f->r->depth >= DEPTH_MAX) {
        trap(f, PH_TRAP_STACK_EXHAUSTED);
        f->r->ambiguous = true; /* the other's stack has another size */
    } else {
        f->r->depth++;
        reference_call(f->r, index, slots);
        f->r->depth--;
        f->done = f->r->trap != PH_TRAP_NONE;
        if (!f->done) {
            memcpy(f->stack + f->depth, slots, s->result_count * sizeof(uint64_t));
            f->depth += s->result_count;
        }
    }
    free(slots);
}

static void call_value(struct frame *f, uint64_t ref, uint64_t type, enum ph_trap if_null)
{
    const struct ph_unit *unit = &f->r->unit;
    if (ref == 0) {
        trap(f, if_null);
    } else if (!ph_signature_equal(&unit->signatures[unit->functions[ref - 1].signature],
                                   &unit->signatures[type])) {
        trap(f, PH_TRAP_INDIRECT_TYPE);
    } else {
        reference_call_function(f, (uint32_t)ref - 1);
    }
}

static void run_control(struct frame *f)
{
    uint64_t first = f->insn.immediate[0];
    uint32_t index, cursor = f->insn.targets_offset;
    switch (f->insn.opcode) {
    case PH_OP_unreachable:
        trap(f, PH_TRAP_UNREACHABLE);
        break;
    case PH_OP_nop:
    case PH_OP_label:
        break;
    case PH_OP_br:
        go_to(f, first);
        break;
    case PH_OP_br_if:
        if (pop32(f) != 0) {
            go_to(f, first);
        }
        break;
    case PH_OP_br_unless:
        if (pop32(f) == 0) {
            go_to(f, first);
        }
        break;
    case PH_OP_br_table:
        index = pop32(f);
        for (uint64_t i = 0; i < PH_MIN(index, first); i++) {
            (void)ph_insn_next_target(f->code->function.code, &cursor);
        }
        go_to(f, ph_insn_next_target(f->code->function.code, &cursor));
        break;
    case PH_OP_return:
        f->done = true;
        break;
    case PH_OP_call:
        reference_call_function(f, (uint32_t)first);
        break;
    case PH_OP_call_indirect:
        index = pop32(f);
        if (index >= f->r->tables[f->insn.immediate[1]].count) {
            trap(f, PH_TRAP_UNDEFINED_ELEMENT);
        } else {
            call_value(f, f->r->tables[f->insn.immediate[1]].items[index], first,
                       PH_TRAP_UNINITIALIZED_ELEMENT);
        }
        break;
    default:
        PH_ASSERT(f->insn.opcode == PH_OP_call_function);
        call_value(f, pop(f), first, PH_TRAP_NULL_REFERENCE);
        break;
    }
}

static void run_variable(struct frame *f)
{
    uint64_t first = f->insn.immediate[0], second = f->insn.immediate[1], a, b;
    switch (f->insn.opcode) {
    case PH_OP_drop:
        (void)pop(f);
        break;
    case PH_OP_select:
        a = pop32(f);
        b = pop(f);
        if (a == 0) {
            f->stack[f->depth - 1] = b;
        }
        break;
    case PH_OP_squeeze:
        memmove(f->stack + f->depth - first - second, f->stack + f->depth - first,
                first * sizeof(uint64_t));
        f->depth -= (uint32_t)second;
        break;
    case PH_OP_local_get:
        push(f, f->locals[first]);
        break;
    case PH_OP_local_set:
        f->locals[first] = pop(f);
        break;
    case PH_OP_local_tee:
        f->locals[first] = f->stack[f->depth - 1];
        break;
    case PH_OP_global_get:
        push(f, f->r->globals[first]);
        break;
    case PH_OP_global_set:
        f->r->globals[first] = pop(f);
        break;
    case PH_OP_i32_const:
        push(f, (uint32_t)first);
        break;
    case PH_OP_ref_null:
        push(f, 0);
        break;
    case PH_OP_ref_is_null:
        push(f, pop(f) == 0);
        break;
    case PH_OP_ref_func:
        push(f, first + 1);
        break;
    case PH_OP_ref_eq:
        a = pop(f);
        push(f, pop(f) == a);
        break;
    default: /* other constants */
        push(f, first);
        break;
    }
}

/* ---- Memories and tables --------------------------------------------------------------------- */

static void load(struct frame *f, uint32_t bytes, uint32_t is_signed, uint32_t to_bits)
{
    uint64_t address = pop32(f), offset = f->insn.immediate[1], value = 0;
    if (offset > f->r->memory_bytes || address + offset + bytes > f->r->memory_bytes) {
        trap(f, PH_TRAP_MEMORY_BOUNDS);
        return;
    }
    memcpy(&value, f->r->memory + address + offset, bytes);
    if (is_signed != 0) {
        uint32_t shift = 64 - 8 * bytes;
        value = (uint64_t)((int64_t)(value << shift) >> shift);
    }
    push(f, to_bits == 32 ? (uint32_t)value : value);
}

static void store(struct frame *f, uint32_t bytes)
{
    uint64_t value = pop(f), address = pop32(f), offset = f->insn.immediate[1];
    if (offset > f->r->memory_bytes || address + offset + bytes > f->r->memory_bytes) {
        trap(f, PH_TRAP_MEMORY_BOUNDS);
        return;
    }
    memcpy(f->r->memory + address + offset, &value, bytes);
}

static void run_memory(struct frame *f)
{
    switch (f->insn.opcode) {
    case PH_OP_i32_load: case PH_OP_f32_load: load(f, 4, 0, 32); break;
    case PH_OP_i64_load: case PH_OP_f64_load: load(f, 8, 0, 64); break;
    case PH_OP_i32_load8_s: load(f, 1, 1, 32); break;
    case PH_OP_i32_load8_u: load(f, 1, 0, 32); break;
    case PH_OP_i32_load16_s: load(f, 2, 1, 32); break;
    case PH_OP_i32_load16_u: load(f, 2, 0, 32); break;
    case PH_OP_i64_load8_s: load(f, 1, 1, 64); break;
    case PH_OP_i64_load8_u: load(f, 1, 0, 64); break;
    case PH_OP_i64_load16_s: load(f, 2, 1, 64); break;
    case PH_OP_i64_load16_u: load(f, 2, 0, 64); break;
    case PH_OP_i64_load32_s: load(f, 4, 1, 64); break;
    case PH_OP_i64_load32_u: load(f, 4, 0, 64); break;
    case PH_OP_i32_store: case PH_OP_f32_store: case PH_OP_i64_store32: store(f, 4); break;
    case PH_OP_i64_store: case PH_OP_f64_store: store(f, 8); break;
    case PH_OP_i32_store8: case PH_OP_i64_store8: store(f, 1); break;
    case PH_OP_i32_store16: case PH_OP_i64_store16: store(f, 2); break;
    case PH_OP_memory_size:
        push(f, f->r->memory_bytes >> 16);
        break;
    default: {
        PH_ASSERT(f->insn.opcode == PH_OP_memory_grow);
        uint64_t old = f->r->memory_bytes >> 16, more = pop32(f);
        bool fits = old + more <= f->r->memory_max;
        f->r->memory_bytes += fits ? more << 16 : 0;
        push(f, fits ? old : UINT32_MAX);
        break;
    }
    }
}

static void run_memory_bulk(struct frame *f)
{
    struct reference *r = f->r;
    uint32_t count = pop32(f), from = pop32(f), to = pop32(f);
    bool from_fits = (uint64_t)from + count <= r->memory_bytes;
    enum ph_trap kind = PH_TRAP_NONE;
    if (f->insn.opcode == PH_OP_memory_init) {
        kind = memory_init(r, (uint32_t)f->insn.immediate[1], to, from, count);
    } else if ((uint64_t)to + count > r->memory_bytes) {
        kind = PH_TRAP_MEMORY_BOUNDS;
    } else if (f->insn.opcode == PH_OP_memory_fill) {
        memset(r->memory + to, (uint8_t)from, count);
    } else if (!from_fits) {
        kind = PH_TRAP_MEMORY_BOUNDS;
    } else {
        memmove(r->memory + to, r->memory + from, count);
    }
    if (kind != PH_TRAP_NONE) {
        trap(f, kind);
    }
}

static void run_table_bulk(struct frame *f)
{
    uint64_t first = f->insn.immediate[0], second = f->insn.immediate[1];
    struct reference_table *table = &f->r->tables[first];
    uint32_t count = pop32(f);
    uint64_t from = pop(f);
    uint32_t to = pop32(f);
    enum ph_trap kind = PH_TRAP_NONE;
    if (f->insn.opcode == PH_OP_table_init) {
        kind = table_init(f->r, (uint32_t)first, (uint32_t)second, to, (uint32_t)from, count);
    } else if ((uint64_t)to + count > table->count ||
               (f->insn.opcode == PH_OP_table_copy && from + count > f->r->tables[second].count)) {
        kind = PH_TRAP_TABLE_BOUNDS;
    } else if (f->insn.opcode == PH_OP_table_fill) {
        for (uint32_t i = 0; i < count; i++) {
            table->items[to + i] = from;
        }
    } else {
        memmove(table->items + to, f->r->tables[second].items + from, count * sizeof(uint64_t));
    }
    if (kind != PH_TRAP_NONE) {
        trap(f, kind);
    }
}

static void grow_table(struct frame *f, struct reference_table *table)
{
    uint32_t count = pop32(f);
    uint64_t value = pop(f);
    if ((uint64_t)table->count + count > table->max) {
        push(f, UINT32_MAX);
        return;
    }
    table->items = realloc(table->items, (table->count + count + 1) * sizeof(uint64_t));
    for (uint32_t i = 0; i < count; i++) {
        table->items[table->count + i] = value;
    }
    push(f, table->count);
    table->count += count;
}

static void run_bulk(struct frame *f)
{
    uint64_t first = f->insn.immediate[0], value;
    struct reference_table *table = &f->r->tables[first];
    uint32_t index;
    switch (f->insn.opcode) {
    case PH_OP_memory_fill: case PH_OP_memory_copy: case PH_OP_memory_init:
        run_memory_bulk(f);
        break;
    case PH_OP_table_fill: case PH_OP_table_copy: case PH_OP_table_init:
        run_table_bulk(f);
        break;
    case PH_OP_data_drop:
        f->r->datas_dropped[first] = true;
        break;
    case PH_OP_elem_drop:
        f->r->elements_dropped[first] = true;
        break;
    case PH_OP_table_size:
        push(f, table->count);
        break;
    case PH_OP_table_grow:
        grow_table(f, table);
        break;
    default:
        value = f->insn.opcode == PH_OP_table_set ? pop(f) : 0;
        index = pop32(f);
        if (index >= table->count) {
            trap(f, PH_TRAP_TABLE_BOUNDS);
        } else if (f->insn.opcode == PH_OP_table_set) {
            table->items[index] = value;
        } else {
            push(f, table->items[index]);
        }
        break;
    }
}

/* ---- Numbers --------------------------------------------------------------------------------- */

#define BINARY(op, type, result) \
    case PH_OP_##op: { type b = (type)pop(f), a = (type)pop(f); push(f, (result)); return; }
#define INTEGERS(p, u, s, bits)                                                                 \
    BINARY(p##_eq, u, a == b) BINARY(p##_ne, u, a != b)                                         \
    BINARY(p##_lt_s, s, a < b) BINARY(p##_lt_u, u, a < b)                                       \
    BINARY(p##_gt_s, s, a > b) BINARY(p##_gt_u, u, a > b)                                       \
    BINARY(p##_le_s, s, a <= b) BINARY(p##_le_u, u, a <= b)                                     \
    BINARY(p##_ge_s, s, a >= b) BINARY(p##_ge_u, u, a >= b)                                     \
    BINARY(p##_add, u, (u)(a + b)) BINARY(p##_sub, u, (u)(a - b)) BINARY(p##_mul, u, (u)(a * b)) \
    BINARY(p##_and, u, a & b) BINARY(p##_or, u, a | b) BINARY(p##_xor, u, a ^ b)                \
    BINARY(p##_shl, u, (u)(a << (b % bits))) BINARY(p##_shr_u, u, a >> (b % bits))              \
    BINARY(p##_shr_s, u, (u)((s)a >> (b % bits)))                                               \
    BINARY(p##_rotl, u, b % bits == 0 ? a : (u)(a << (b % bits) | a >> (bits - b % bits)))      \
    BINARY(p##_rotr, u, b % bits == 0 ? a : (u)(a >> (b % bits) | a << (bits - b % bits)))      \
    case PH_OP_##p##_eqz: push(f, (u)pop(f) == 0); return;

static uint64_t count_bits(uint64_t a, uint32_t bits, int what)
{
    uint64_t ones = 0, leading = 0, trailing = 0;
    for (uint32_t i = 0; i < bits; i++) {
        ones += a >> i & 1;
    }
    while (leading < bits && (a >> (bits - 1 - leading) & 1) == 0) {
        leading++;
    }
    while (trailing < bits && (a >> trailing & 1) == 0) {
        trailing++;
    }
    return what == 0 ? ones : what == 1 ? leading : trailing;
}

static void run_integer(struct frame *f)
{
    switch (f->insn.opcode) {
        INTEGERS(i32, uint32_t, int32_t, 32)
        INTEGERS(i64, uint64_t, int64_t, 64)
    case PH_OP_i32_popcnt: push(f, count_bits(pop(f), 32, 0)); return;
    case PH_OP_i32_clz: push(f, count_bits(pop(f), 32, 1)); return;
    case PH_OP_i32_ctz: push(f, count_bits(pop(f), 32, 2)); return;
    case PH_OP_i64_popcnt: push(f, count_bits(pop(f), 64, 0)); return;
    case PH_OP_i64_clz: push(f, count_bits(pop(f), 64, 1)); return;
    case PH_OP_i64_ctz: push(f, count_bits(pop(f), 64, 2)); return;
    case PH_OP_i32_wrap_i64: case PH_OP_i64_extend_i32_u: push(f, pop32(f)); return;
    case PH_OP_i64_extend_i32_s: case PH_OP_i64_extend32_s:
        push(f, (uint64_t)(int64_t)(int32_t)pop(f));
        return;
    case PH_OP_i32_extend8_s: push(f, (uint32_t)(int8_t)pop(f)); return;
    case PH_OP_i32_extend16_s: push(f, (uint32_t)(int16_t)pop(f)); return;
    case PH_OP_i64_extend8_s: push(f, (uint64_t)(int8_t)pop(f)); return;
    default:
        PH_ASSERT(f->insn.opcode == PH_OP_i64_extend16_s);
        push(f, (uint64_t)(int16_t)pop(f));
        return;
    }
}

#define DIVISION(op, type, u, least, result)                   \
    case PH_OP_##op: {                                         \
        type b = (type)pop(f), a = (type)pop(f);               \
        if (b == 0) {                                          \
            trap(f, PH_TRAP_DIVIDE_BY_ZERO);                   \
        } else if ((least) != 0 && a == (least) && b == (type)-1) { \
            trap(f, PH_TRAP_INTEGER_OVERFLOW);                 \
        } else {                                               \
            push(f, (u)(result));                              \
        }                                                      \
        return;                                                \
    }

static void run_division(struct frame *f)
{
    switch (f->insn.opcode) {
        DIVISION(i32_div_s, int32_t, uint32_t, INT32_MIN, a / b)
        DIVISION(i32_div_u, uint32_t, uint32_t, 0, a / b)
        DIVISION(i32_rem_s, int32_t, uint32_t, 0, b == -1 ? 0 : a % b)
        DIVISION(i32_rem_u, uint32_t, uint32_t, 0, a % b)
        DIVISION(i64_div_s, int64_t, uint64_t, INT64_MIN, a / b)
        DIVISION(i64_div_u, uint64_t, uint64_t, 0, a / b)
        DIVISION(i64_rem_s, int64_t, uint64_t, 0, b == -1 ? 0 : a % b)
        DIVISION(i64_rem_u, uint64_t, uint64_t, 0, a % b)
    default:
        PH_UNREACHABLE();
    }
}

/* The bits of a NaN are those of the operand that is one; with two, the CPU's choice may depend on
 * their order. */
static bool two_nans(uint64_t a, uint64_t b, bool is_nan_a, bool is_nan_b)
{
    return is_nan_a && is_nan_b && a != b;
}

#define FLOATS(p, type, of, bits, sign, quiet, nearby, up, down, cut, root)                        \
    case PH_OP_##p##_abs: push(f, pop(f) & ~(sign)); return;                                       \
    case PH_OP_##p##_neg: push(f, pop(f) ^ (sign)); return;                                        \
    case PH_OP_##p##_copysign: { uint64_t b = pop(f), a = pop(f);                                  \
        push(f, (a & ~(sign)) | (b & (sign))); return; }                                           \
    case PH_OP_##p##_sqrt: push(f, bits(root(of(pop(f))))); return;                                \
    case PH_OP_##p##_ceil: case PH_OP_##p##_floor: case PH_OP_##p##_trunc:                         \
    case PH_OP_##p##_nearest: {                                                                    \
        uint64_t a = pop(f);                                                                       \
        uint32_t o = f->insn.opcode;                                                               \
        push(f, of(a) != of(a) ? a | (quiet)                                                       \
             : bits(o == PH_OP_##p##_ceil    ? up(of(a))                                           \
                    : o == PH_OP_##p##_floor ? down(of(a))                                         \
                    : o == PH_OP_##p##_trunc ? cut(of(a)) : nearby(of(a))));                       \
        return; }                                                                                  \
    case PH_OP_##p##_eq: { uint64_t b = pop(f), a = pop(f); push(f, of(a) == of(b)); return; }     \
    case PH_OP_##p##_ne: { uint64_t b = pop(f), a = pop(f); push(f, of(a) != of(b)); return; }     \
    case PH_OP_##p##_lt: { uint64_t b = pop(f), a = pop(f); push(f, of(a) < of(b)); return; }      \
    case PH_OP_##p##_gt: { uint64_t b = pop(f), a = pop(f); push(f, of(a) > of(b)); return; }      \
    case PH_OP_##p##_le: { uint64_t b = pop(f), a = pop(f); push(f, of(a) <= of(b)); return; }     \
    case PH_OP_##p##_ge: { uint64_t b = pop(f), a = pop(f); push(f, of(a) >= of(b)); return; }     \
    case PH_OP_##p##_add: case PH_OP_##p##_sub: case PH_OP_##p##_mul: case PH_OP_##p##_div:        \
    case PH_OP_##p##_min: case PH_OP_##p##_max: {                                                  \
        uint64_t b = pop(f), a = pop(f);                                                           \
        volatile type x = of(a), y = of(b);                                                        \
        uint32_t o = f->insn.opcode;                                                               \
        f->r->ambiguous = f->r->ambiguous || two_nans(a, b, x != x, y != y);                       \
        if ((o == PH_OP_##p##_min || o == PH_OP_##p##_max) && x == x && y == y) {                  \
            bool less = x < y || (x == y && (a & (sign)) > (b & (sign)));                          \
            push(f, less == (o == PH_OP_##p##_min) ? a : b);                                       \
            return;                                                                                \
        }                                                                                          \
        push(f, bits(o == PH_OP_##p##_sub   ? x - y                                                \
                     : o == PH_OP_##p##_mul ? x * y                                                \
                     : o == PH_OP_##p##_div ? x / y : x + y));                                     \
        return; }

static void run_float(struct frame *f)
{
    switch (f->insn.opcode) {
        FLOATS(f32, float, f32_of, f32_bits, UINT64_C(0x80000000), 0x400000u, nearbyintf, ceilf,
               floorf, truncf, sqrtf)
        FLOATS(f64, double, f64_of, f64_bits, UINT64_C(1) << 63, UINT64_C(1) << 51, nearbyint,
               ceil, floor, trunc, sqrt)
    default:
        PH_UNREACHABLE();
    }
}

/* Truncates to an integer of `bits` bits; false: it does not fit. */
static bool truncate(double a, uint32_t bits, bool is_signed, uint64_t *value)
{
    double whole = trunc(a);
    double low = is_signed ? -ldexp(1, (int)bits - 1) : 0;
    double high = ldexp(1, (int)bits - (is_signed ? 1 : 0));
    bool fits = whole >= low && whole < high;
    if (fits) {
        *value = is_signed ? (uint64_t)(int64_t)whole : (uint64_t)whole;
    } else {
        *value = !(whole < low) && a == a
                     ? (is_signed ? (UINT64_C(1) << (bits - 1)) - 1 : UINT64_MAX)
                 : a == a && is_signed    ? UINT64_MAX << (bits - 1)
                                          : 0;
    }
    *value = bits == 32 ? (uint32_t)*value : *value;
    return fits;
}

static void run_truncation(struct frame *f, double a, uint32_t bits, bool is_signed, bool saturates)
{
    uint64_t value;
    if (!truncate(a, bits, is_signed, &value) && !saturates) {
        trap(f, a != a ? PH_TRAP_INVALID_CONVERSION : PH_TRAP_INTEGER_OVERFLOW);
    } else {
        push(f, value);
    }
}

static void run_conversion(struct frame *f)
{
    switch (f->insn.opcode) {
    case PH_OP_i32_trunc_f32_s: run_truncation(f, f32_of(pop(f)), 32, true, false); return;
    case PH_OP_i32_trunc_f32_u: run_truncation(f, f32_of(pop(f)), 32, false, false); return;
    case PH_OP_i32_trunc_f64_s: run_truncation(f, f64_of(pop(f)), 32, true, false); return;
    case PH_OP_i32_trunc_f64_u: run_truncation(f, f64_of(pop(f)), 32, false, false); return;
    case PH_OP_i64_trunc_f32_s: run_truncation(f, f32_of(pop(f)), 64, true, false); return;
    case PH_OP_i64_trunc_f32_u: run_truncation(f, f32_of(pop(f)), 64, false, false); return;
    case PH_OP_i64_trunc_f64_s: run_truncation(f, f64_of(pop(f)), 64, true, false); return;
    case PH_OP_i64_trunc_f64_u: run_truncation(f, f64_of(pop(f)), 64, false, false); return;
    case PH_OP_i32_trunc_sat_f32_s: run_truncation(f, f32_of(pop(f)), 32, true, true); return;
    case PH_OP_i32_trunc_sat_f32_u: run_truncation(f, f32_of(pop(f)), 32, false, true); return;
    case PH_OP_i32_trunc_sat_f64_s: run_truncation(f, f64_of(pop(f)), 32, true, true); return;
    case PH_OP_i32_trunc_sat_f64_u: run_truncation(f, f64_of(pop(f)), 32, false, true); return;
    case PH_OP_i64_trunc_sat_f32_s: run_truncation(f, f32_of(pop(f)), 64, true, true); return;
    case PH_OP_i64_trunc_sat_f32_u: run_truncation(f, f32_of(pop(f)), 64, false, true); return;
    case PH_OP_i64_trunc_sat_f64_s: run_truncation(f, f64_of(pop(f)), 64, true, true); return;
    case PH_OP_i64_trunc_sat_f64_u: run_truncation(f, f64_of(pop(f)), 64, false, true); return;
    case PH_OP_f32_convert_i32_s: push(f, f32_bits((float)(int32_t)pop(f))); return;
    case PH_OP_f32_convert_i32_u: push(f, f32_bits((float)pop32(f))); return;
    case PH_OP_f32_convert_i64_s: push(f, f32_bits((float)(int64_t)pop(f))); return;
    case PH_OP_f32_convert_i64_u: push(f, f32_bits((float)pop(f))); return;
    case PH_OP_f64_convert_i32_s: push(f, f64_bits((double)(int32_t)pop(f))); return;
    case PH_OP_f64_convert_i32_u: push(f, f64_bits((double)pop32(f))); return;
    case PH_OP_f64_convert_i64_s: push(f, f64_bits((double)(int64_t)pop(f))); return;
    case PH_OP_f64_convert_i64_u: push(f, f64_bits((double)pop(f))); return;
    case PH_OP_f32_demote_f64: push(f, f32_bits((float)f64_of(pop(f)))); return;
    case PH_OP_f64_promote_f32: push(f, f64_bits((double)f32_of(pop(f)))); return;
    default: /* reinterpretations */
        return;
    }
}

/* ---- One function ---------------------------------------------------------------------------- */

static bool between(uint32_t opcode, uint32_t first, uint32_t last)
{
    return opcode >= first && opcode <= last;
}

static void run_insn(struct frame *f)
{
    uint32_t o = f->insn.opcode;
    f->r->instructions++;
    if (o <= PH_OP_call_function) {
        run_control(f);
    } else if (o <= PH_OP_ref_eq) {
        run_variable(f);
    } else if (o <= PH_OP_memory_grow) {
        run_memory(f);
    } else if (o >= PH_OP_object_new) {
        reference_run_object(f);
    } else if (o >= PH_OP_memory_fill) {
        run_bulk(f);
    } else if (between(o, PH_OP_i32_div_s, PH_OP_i32_rem_u) ||
               between(o, PH_OP_i64_div_s, PH_OP_i64_rem_u)) {
        run_division(f);
    } else if (between(o, PH_OP_f32_eq, PH_OP_f64_ge) ||
               between(o, PH_OP_f32_abs, PH_OP_f64_copysign)) {
        run_float(f);
    } else if (o < PH_OP_i32_trunc_f32_s || o == PH_OP_i64_extend_i32_s ||
               o == PH_OP_i64_extend_i32_u ||
               between(o, PH_OP_i32_extend8_s, PH_OP_i64_extend32_s)) {
        run_integer(f);
    } else {
        run_conversion(f);
    }
}

void reference_call(struct reference *self, uint32_t index, uint64_t *slots)
{
    const struct reference_code *code = open_code(self, index);
    const struct ph_signature *s = code->function.signature;
    struct frame f = {.r = self, .index = index, .code = code};

    f.locals = calloc(code->function.local_count + 1, sizeof(uint64_t));
    f.stack = calloc(code->facts.depth_max + 1, sizeof(uint64_t));
    memcpy(f.locals, slots, s->param_count * sizeof(uint64_t));
    for (f.next = 0; !f.done;) {
        ph_status status = ph_insn_decode(code->function.code, f.next, &f.insn);
        PH_ASSERT(status == PH_OK);
        f.next = f.insn.next;
        run_insn(&f);
        if (self->trap != PH_TRAP_NONE) {
            f.done = !reference_catch(&f);
        }
        PH_ASSERT(f.depth <= code->facts.depth_max);
    }
    if (self->trap == PH_TRAP_NONE) {
        PH_ASSERT(f.depth == s->result_count);
        memcpy(slots, f.stack, s->result_count * sizeof(uint64_t));
    }
    free(f.locals);
    free(f.stack);
}
