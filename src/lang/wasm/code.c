/* SPDX-License-Identifier: Apache-2.0 */
/* code.c - the code section: one pass over each body, by a table from opcodes to the functions that
 * read, check and emit one instruction. */
#include "lang/wasm/body.h"

/* Wasm's numeric instructions are in the order of ours, and so are its loads and stores. */
#define NUMERIC_FIRST 0x45
#define NUMERIC_LAST 0xc4
#define MEMORY_FIRST 0x28
#define STORE_FIRST 0x36
#define MEMORY_LAST 0x3e

_Static_assert(PH_OP_i64_extend32_s - PH_OP_i32_eqz == NUMERIC_LAST - NUMERIC_FIRST &&
                   PH_OP_f64_ge - PH_OP_i32_eqz == 0x66 - NUMERIC_FIRST &&
                   PH_OP_f64_copysign - PH_OP_i32_eqz == 0xa6 - NUMERIC_FIRST &&
                   PH_OP_i32_wrap_i64 - PH_OP_i32_eqz == 0xa7 - NUMERIC_FIRST,
               "numeric instructions correspond");
_Static_assert(PH_OP_i32_store - PH_OP_i32_load == STORE_FIRST - MEMORY_FIRST &&
                   PH_OP_i64_store32 - PH_OP_i32_load == MEMORY_LAST - MEMORY_FIRST,
               "loads and stores correspond");
_Static_assert(PH_OP_i64_trunc_sat_f64_u - PH_OP_i32_trunc_sat_f32_s == 7,
               "saturating conversions correspond");

/* Alignment exponents of loads and stores from MEMORY_FIRST on. */
static const uint8_t natural_alignment[] = {
    2, 3, 2, 3, 0, 0, 1, 1, 0, 0, 1, 1, 2, 2, /* loads */
    2, 3, 2, 3, 0, 1, 0, 1, 2,                /* stores */
};
_Static_assert(PH_COUNT(natural_alignment) == MEMORY_LAST - MEMORY_FIRST + 1, "one for each");

/* ---- Helpers -------------------------------------------------------------------------------- */

static inline void emit(struct ph_wasm *self, uint32_t opcode)
{
    if (self->body.is_live) {
        ph_builder_op(self->builder, opcode);
    }
}

static inline void emit1(struct ph_wasm *self, uint32_t opcode, uint64_t immediate)
{
    if (self->body.is_live) {
        ph_builder_op1(self->builder, opcode, immediate);
    }
}

static inline void emit2(struct ph_wasm *self, uint32_t opcode, uint64_t first, uint64_t second)
{
    if (self->body.is_live) {
        ph_builder_op2(self->builder, opcode, first, second);
    }
}

static ph_status pop_three_i32(struct ph_wasm *self)
{
    PH_WASM_TRY(ph_wasm_pop(self, PH_WASM_I32));
    PH_WASM_TRY(ph_wasm_pop(self, PH_WASM_I32));
    return ph_wasm_pop(self, PH_WASM_I32);
}

static ph_status read_zero(struct ph_wasm *self)
{
    uint8_t byte;
    PH_WASM_TRY(ph_wasm_read_byte(self, &byte));
    return byte == 0 ? PH_OK : ph_wasm_fail(self, PH_MALFORMED, "zero byte expected");
}

/* Reads an index that must be below `count`. */
static ph_status read_index(struct ph_wasm *self, const char *what, uint32_t count, uint32_t *index)
{
    PH_WASM_TRY(ph_wasm_read_u32(self, index));
    return PH_LIKELY(*index < count)
               ? PH_OK
               : ph_wasm_fail(self, PH_INVALID, "unknown %s %u", what, (unsigned)*index);
}

static ph_status read_table(struct ph_wasm *self, uint32_t *table)
{
    return read_index(self, "table", self->tables.count, table);
}

static ph_status need_memory(struct ph_wasm *self)
{
    return PH_LIKELY(self->memory_count > 0) ? PH_OK
                                             : ph_wasm_fail(self, PH_INVALID, "unknown memory 0");
}

/* ---- Instructions with fixed types ---------------------------------------------------------- */

static inline ph_status simple(struct ph_wasm *self, const struct ph_wasm_simple *instruction)
{
    for (uint32_t i = instruction->pop_count; i > 0; i--) {
        PH_WASM_TRY(ph_wasm_pop(self, instruction->pops[i - 1]));
    }
    if (instruction->push != 0) {
        PH_WASM_TRY(ph_wasm_push(self, instruction->push));
    }
    emit(self, instruction->opcode);
    return PH_OK;
}

static ph_status op_simple(struct ph_wasm *self, uint8_t opcode)
{
    return simple(self, &self->simple[opcode]);
}

static ph_status op_memory(struct ph_wasm *self, uint8_t opcode)
{
    const struct ph_wasm_simple *instruction = &self->simple[opcode];
    uint32_t alignment, offset;
    PH_WASM_TRY(ph_wasm_read_u32(self, &alignment));
    if (alignment >= 32) {
        return ph_wasm_fail(self, PH_MALFORMED, "malformed memop flags");
    }
    PH_WASM_TRY(ph_wasm_read_u32(self, &offset));
    PH_WASM_TRY(need_memory(self));
    if (alignment > natural_alignment[opcode - MEMORY_FIRST]) {
        return ph_wasm_fail(self, PH_INVALID, "alignment must not be larger than natural");
    }
    for (uint32_t i = instruction->pop_count; i > 0; i--) {
        PH_WASM_TRY(ph_wasm_pop(self, instruction->pops[i - 1]));
    }
    if (instruction->push != 0) {
        PH_WASM_TRY(ph_wasm_push(self, instruction->push));
    }
    emit2(self, instruction->opcode, 0, offset);
    return PH_OK;
}

static ph_status op_nop(struct ph_wasm *self, uint8_t opcode)
{
    (void)self;
    (void)opcode;
    return PH_OK;
}

static ph_status op_memory_size(struct ph_wasm *self, uint8_t opcode)
{
    PH_WASM_TRY(read_zero(self));
    PH_WASM_TRY(need_memory(self));
    if (opcode == 0x40) {
        PH_WASM_TRY(ph_wasm_pop(self, PH_WASM_I32));
    }
    emit1(self, opcode == 0x40 ? PH_OP_memory_grow : PH_OP_memory_size, 0);
    return ph_wasm_push(self, PH_WASM_I32);
}

static ph_status op_integer_const(struct ph_wasm *self, uint8_t opcode)
{
    bool is_i32 = opcode == 0x41;
    int64_t value;
    if (PH_LIKELY(self->next < self->end && *self->next < 0x80)) {
        value = (int64_t)((uint64_t)*self->next++ << 57) >> 57;
    } else {
        PH_WASM_TRY(ph_wasm_read_signed(self, is_i32 ? 32 : 64, &value));
    }
    emit1(self, is_i32 ? PH_OP_i32_const : PH_OP_i64_const, (uint64_t)value);
    return ph_wasm_push(self, is_i32 ? PH_WASM_I32 : PH_WASM_I64);
}

static ph_status op_float_const(struct ph_wasm *self, uint8_t opcode)
{
    bool is_f32 = opcode == 0x43;
    uint32_t size = is_f32 ? 4 : 8;
    if (ph_wasm_bytes_left(self) < size) {
        return ph_wasm_fail_end(self);
    }
    uint64_t bits = is_f32 ? ph_load_u32(self->next) : ph_load_u64(self->next);
    self->next += size;
    emit1(self, is_f32 ? PH_OP_f32_const : PH_OP_f64_const, bits);
    return ph_wasm_push(self, is_f32 ? PH_WASM_F32 : PH_WASM_F64);
}

/* ---- Calls ---------------------------------------------------------------------------------- */

static ph_status apply(struct ph_wasm *self, const struct ph_wasm_signature *type)
{
    PH_WASM_TRY(ph_wasm_pop_all(self, type->param_count, type->types));
    return ph_wasm_push_all(self, type->result_count, type->types + type->param_count);
}

static ph_status op_call(struct ph_wasm *self, uint8_t opcode)
{
    uint32_t function;
    (void)opcode;
    PH_WASM_TRY(read_index(self, "function", self->functions.count, &function));
    emit1(self, PH_OP_call, function);
    return apply(self, &self->types.items[self->functions.items[function]]);
}

static ph_status op_call_indirect(struct ph_wasm *self, uint8_t opcode)
{
    uint32_t type, table;
    (void)opcode;
    PH_WASM_TRY(ph_wasm_read_u32(self, &type));
    PH_WASM_TRY(read_table(self, &table));
    if (type >= self->types.count) {
        return ph_wasm_fail(self, PH_INVALID, "unknown type %u", (unsigned)type);
    }
    if (self->tables.items[table] != PH_WASM_FUNCREF) {
        return ph_wasm_fail(self, PH_INVALID,
                            "type mismatch: call_indirect needs a table of "
                            "funcref");
    }
    PH_WASM_TRY(ph_wasm_pop(self, PH_WASM_I32));
    emit2(self, PH_OP_call_indirect, self->types.items[type].signature, table);
    return apply(self, &self->types.items[type]);
}

/* ---- Values whatever their type ------------------------------------------------------------- */

static ph_status op_drop(struct ph_wasm *self, uint8_t opcode)
{
    uint8_t type;
    (void)opcode;
    PH_WASM_TRY(ph_wasm_pop_any(self, &type));
    emit(self, PH_OP_drop);
    return PH_OK;
}

static ph_status op_select(struct ph_wasm *self, uint8_t opcode)
{
    uint8_t a, b;
    (void)opcode;
    PH_WASM_TRY(ph_wasm_pop(self, PH_WASM_I32));
    PH_WASM_TRY(ph_wasm_pop_any(self, &b));
    PH_WASM_TRY(ph_wasm_pop_any(self, &a));
    if (ph_wasm_is_reference(a) || ph_wasm_is_reference(b) ||
        (a != b && a != PH_WASM_UNKNOWN && b != PH_WASM_UNKNOWN)) {
        return ph_wasm_fail(self, PH_INVALID,
                            "type mismatch: select without a type takes two "
                            "numbers of one type");
    }
    emit(self, PH_OP_select);
    return ph_wasm_push(self, a == PH_WASM_UNKNOWN ? b : a);
}

static ph_status op_select_typed(struct ph_wasm *self, uint8_t opcode)
{
    uint32_t count;
    uint8_t type = PH_WASM_UNKNOWN;
    (void)opcode;
    PH_WASM_TRY(ph_wasm_read_u32(self, &count));
    for (uint32_t i = 0; i < count; i++) {
        PH_WASM_TRY(ph_wasm_read_value_type(self, &type));
    }
    if (count != 1) {
        return ph_wasm_fail(self, PH_INVALID, "invalid result arity");
    }
    PH_WASM_TRY(ph_wasm_pop(self, PH_WASM_I32));
    PH_WASM_TRY(ph_wasm_pop(self, type));
    PH_WASM_TRY(ph_wasm_pop(self, type));
    emit(self, PH_OP_select);
    return ph_wasm_push(self, type);
}

/* ---- Locals, globals, references ------------------------------------------------------------ */

static ph_status op_local_get(struct ph_wasm *self, uint8_t opcode)
{
    uint32_t local;
    (void)opcode;
    PH_WASM_TRY(read_index(self, "local", self->body.local_count, &local));
    emit1(self, PH_OP_local_get, local);
    return ph_wasm_push(self, self->body.locals[local]);
}

static ph_status op_local_set(struct ph_wasm *self, uint8_t opcode)
{
    uint32_t local;
    PH_WASM_TRY(read_index(self, "local", self->body.local_count, &local));
    uint8_t type = self->body.locals[local];
    PH_WASM_TRY(ph_wasm_pop(self, type));
    emit1(self, opcode == 0x22 ? PH_OP_local_tee : PH_OP_local_set, local);
    return opcode == 0x22 ? ph_wasm_push(self, type) : PH_OK;
}

static ph_status op_global_get(struct ph_wasm *self, uint8_t opcode)
{
    uint32_t global;
    (void)opcode;
    PH_WASM_TRY(read_index(self, "global", self->globals.count, &global));
    emit1(self, PH_OP_global_get, global);
    return ph_wasm_push(self, self->globals.items[global].type);
}

static ph_status op_global_set(struct ph_wasm *self, uint8_t opcode)
{
    uint32_t global;
    (void)opcode;
    PH_WASM_TRY(read_index(self, "global", self->globals.count, &global));
    if (!self->globals.items[global].is_mutable) {
        return ph_wasm_fail(self, PH_INVALID, "global is immutable");
    }
    emit1(self, PH_OP_global_set, global);
    return ph_wasm_pop(self, self->globals.items[global].type);
}

static ph_status op_ref_null(struct ph_wasm *self, uint8_t opcode)
{
    uint8_t type;
    (void)opcode;
    PH_WASM_TRY(ph_wasm_read_reference_type(self, &type));
    emit(self, PH_OP_ref_null);
    return ph_wasm_push(self, type);
}

static ph_status op_ref_is_null(struct ph_wasm *self, uint8_t opcode)
{
    uint8_t type;
    (void)opcode;
    PH_WASM_TRY(ph_wasm_pop_any(self, &type));
    if (!ph_wasm_is_reference(type) && type != PH_WASM_UNKNOWN) {
        return ph_wasm_fail(self, PH_INVALID, "type mismatch: ref.is_null takes a reference");
    }
    emit(self, PH_OP_ref_is_null);
    return ph_wasm_push(self, PH_WASM_I32);
}

static ph_status op_ref_func(struct ph_wasm *self, uint8_t opcode)
{
    uint32_t function;
    (void)opcode;
    PH_WASM_TRY(read_index(self, "function", self->functions.count, &function));
    if (self->declared == NULL || !self->declared[function]) {
        return ph_wasm_fail(self, PH_INVALID, "undeclared function reference");
    }
    emit1(self, PH_OP_ref_func, function);
    return ph_wasm_push(self, PH_WASM_FUNCREF);
}

/* ---- Tables --------------------------------------------------------------------------------- */

static ph_status op_table_access(struct ph_wasm *self, uint8_t opcode)
{
    uint32_t table;
    PH_WASM_TRY(read_table(self, &table));
    uint8_t type = self->tables.items[table];
    if (opcode == 0x26) {
        PH_WASM_TRY(ph_wasm_pop(self, type));
    }
    PH_WASM_TRY(ph_wasm_pop(self, PH_WASM_I32));
    emit1(self, opcode == 0x26 ? PH_OP_table_set : PH_OP_table_get, table);
    return opcode == 0x26 ? PH_OK : ph_wasm_push(self, type);
}

static ph_status table_init(struct ph_wasm *self)
{
    uint32_t segment, table;
    PH_WASM_TRY(ph_wasm_read_u32(self, &segment));
    PH_WASM_TRY(read_table(self, &table));
    if (segment >= self->elements.count) {
        return ph_wasm_fail(self, PH_INVALID, "unknown elem segment %u", (unsigned)segment);
    }
    if (self->elements.items[segment] != self->tables.items[table]) {
        return ph_wasm_fail(self, PH_INVALID, "type mismatch between table and element segment");
    }
    PH_WASM_TRY(pop_three_i32(self));
    emit2(self, PH_OP_table_init, table, segment);
    return PH_OK;
}

static ph_status elem_drop(struct ph_wasm *self)
{
    uint32_t segment;
    PH_WASM_TRY(read_index(self, "elem segment", self->elements.count, &segment));
    emit1(self, PH_OP_elem_drop, segment);
    return PH_OK;
}

static ph_status table_copy(struct ph_wasm *self)
{
    uint32_t to, from;
    PH_WASM_TRY(read_table(self, &to));
    PH_WASM_TRY(read_table(self, &from));
    if (self->tables.items[to] != self->tables.items[from]) {
        return ph_wasm_fail(self, PH_INVALID, "type mismatch between the two tables");
    }
    PH_WASM_TRY(pop_three_i32(self));
    emit2(self, PH_OP_table_copy, to, from);
    return PH_OK;
}

static ph_status table_grow(struct ph_wasm *self)
{
    uint32_t table;
    PH_WASM_TRY(read_table(self, &table));
    PH_WASM_TRY(ph_wasm_pop(self, PH_WASM_I32));
    PH_WASM_TRY(ph_wasm_pop(self, self->tables.items[table]));
    emit1(self, PH_OP_table_grow, table);
    return ph_wasm_push(self, PH_WASM_I32);
}

static ph_status table_size(struct ph_wasm *self)
{
    uint32_t table;
    PH_WASM_TRY(read_table(self, &table));
    emit1(self, PH_OP_table_size, table);
    return ph_wasm_push(self, PH_WASM_I32);
}

static ph_status table_fill(struct ph_wasm *self)
{
    uint32_t table;
    PH_WASM_TRY(read_table(self, &table));
    PH_WASM_TRY(ph_wasm_pop(self, PH_WASM_I32));
    PH_WASM_TRY(ph_wasm_pop(self, self->tables.items[table]));
    PH_WASM_TRY(ph_wasm_pop(self, PH_WASM_I32));
    emit1(self, PH_OP_table_fill, table);
    return PH_OK;
}

/* ---- Bulk memory ---------------------------------------------------------------------------- */

/* Without a data count section, a segment that is named is one too many if there is no data section
 * either. */
static ph_status read_data_segment(struct ph_wasm *self, uint32_t *segment)
{
    struct ph_slice module = {self->begin, (uint64_t)(self->end - self->begin)};
    PH_WASM_TRY(ph_wasm_read_u32(self, segment));
    if (self->data_count == PH_WASM_NONE && ph_wasm_has_section(module, PH_WASM_SECTION_DATA)) {
        return ph_wasm_fail(self, PH_MALFORMED, "data count section required");
    }
    return PH_OK;
}

static ph_status check_data_segment(struct ph_wasm *self, uint32_t segment)
{
    return self->data_count != PH_WASM_NONE && segment < self->data_count
               ? PH_OK
               : ph_wasm_fail(self, PH_INVALID, "unknown data segment %u", (unsigned)segment);
}

static ph_status memory_init(struct ph_wasm *self)
{
    uint32_t segment;
    PH_WASM_TRY(read_data_segment(self, &segment));
    PH_WASM_TRY(read_zero(self));
    PH_WASM_TRY(need_memory(self));
    PH_WASM_TRY(check_data_segment(self, segment));
    PH_WASM_TRY(pop_three_i32(self));
    emit2(self, PH_OP_memory_init, 0, segment);
    return PH_OK;
}

static ph_status data_drop(struct ph_wasm *self)
{
    uint32_t segment;
    PH_WASM_TRY(read_data_segment(self, &segment));
    PH_WASM_TRY(check_data_segment(self, segment));
    emit1(self, PH_OP_data_drop, segment);
    return PH_OK;
}

static ph_status memory_copy(struct ph_wasm *self)
{
    PH_WASM_TRY(read_zero(self));
    PH_WASM_TRY(read_zero(self));
    PH_WASM_TRY(need_memory(self));
    PH_WASM_TRY(pop_three_i32(self));
    emit2(self, PH_OP_memory_copy, 0, 0);
    return PH_OK;
}

static ph_status memory_fill(struct ph_wasm *self)
{
    PH_WASM_TRY(read_zero(self));
    PH_WASM_TRY(need_memory(self));
    PH_WASM_TRY(pop_three_i32(self));
    emit1(self, PH_OP_memory_fill, 0);
    return PH_OK;
}

static ph_status op_fc(struct ph_wasm *self, uint8_t opcode)
{
    static ph_status (*const bulk[])(struct ph_wasm *) = {
        memory_init, data_drop,  memory_copy, memory_fill, table_init,
        elem_drop,   table_copy, table_grow,  table_size,  table_fill,
    };
    uint32_t number;
    (void)opcode;
    PH_WASM_TRY(ph_wasm_read_u32(self, &number));
    if (number < PH_COUNT(self->simple_fc)) {
        return simple(self, &self->simple_fc[number]);
    }
    number -= PH_COUNT(self->simple_fc);
    if (number < PH_COUNT(bulk)) {
        return bulk[number](self);
    }
    return ph_wasm_fail(self, PH_MALFORMED, "illegal opcode 0xfc %u",
                        (unsigned)(number + PH_COUNT(self->simple_fc)));
}

/* ---- The table ------------------------------------------------------------------------------ */

static ph_status op_refused(struct ph_wasm *self, uint8_t opcode)
{
    const char *proposal = NULL;
    switch (opcode) {
    case 0xfd:
        proposal = "SIMD";
        break;
    case 0xfe:
        proposal = "threads";
        break;
    case 0x12:
    case 0x13:
        proposal = "tail calls";
        break;
    case 0x06:
    case 0x07:
    case 0x08:
    case 0x09:
    case 0x18:
    case 0x19:
    case 0x1f:
        proposal = "exception handling";
        break;
    case 0x14:
    case 0x15:
    case 0xd4:
    case 0xd5:
    case 0xd6:
        proposal = "typed function references";
        break;
    case 0xfb:
    case 0xd3:
        proposal = "garbage collection";
        break;
    default:
        break;
    }
    if (proposal != NULL) {
        return ph_wasm_fail(self, PH_UNSUPPORTED, "illegal opcode 0x%02x: %s not supported",
                            (unsigned)opcode, proposal);
    }
    return ph_wasm_fail(self, PH_MALFORMED, "illegal opcode 0x%02x", (unsigned)opcode);
}

typedef ph_status operation(struct ph_wasm *self, uint8_t opcode);

static operation *const operations[256] = {
    [0x00] = ph_wasm_op_unreachable,
    [0x01] = op_nop,
    [0x02 ... 0x04] = ph_wasm_op_block,
    [0x05] = ph_wasm_op_else,
    [0x0b] = ph_wasm_op_end,
    [0x0c] = ph_wasm_op_br,
    [0x0d] = ph_wasm_op_br_if,
    [0x0e] = ph_wasm_op_br_table,
    [0x0f] = ph_wasm_op_return,
    [0x10] = op_call,
    [0x11] = op_call_indirect,
    [0x1a] = op_drop,
    [0x1b] = op_select,
    [0x1c] = op_select_typed,
    [0x20] = op_local_get,
    [0x21 ... 0x22] = op_local_set,
    [0x23] = op_global_get,
    [0x24] = op_global_set,
    [0x25 ... 0x26] = op_table_access,
    [MEMORY_FIRST... MEMORY_LAST] = op_memory,
    [0x3f ... 0x40] = op_memory_size,
    [0x41 ... 0x42] = op_integer_const,
    [0x43 ... 0x44] = op_float_const,
    [NUMERIC_FIRST... NUMERIC_LAST] = op_simple,
    [0xd0] = op_ref_null,
    [0xd1] = op_ref_is_null,
    [0xd2] = op_ref_func,
    [0xfc] = op_fc,
};

bool ph_wasm_is_opcode(uint8_t opcode) { return operations[opcode] != NULL; }

static uint8_t type_of_letter(char letter)
{
    switch (letter) {
    case 'i':
        return PH_WASM_I32;
    case 'l':
        return PH_WASM_I64;
    case 'f':
        return PH_WASM_F32;
    case 'd':
        return PH_WASM_F64;
    default:
        PH_UNREACHABLE();
    }
}

/* What opcodes.def says of our instruction. */
static struct ph_wasm_simple simple_of(uint16_t opcode)
{
    struct ph_wasm_simple simple = {.opcode = opcode};
    const char *stack = ph_op_info(opcode)->stack;
    for (; *stack != ':'; stack++) {
        PH_ASSERT(simple.pop_count < PH_COUNT(simple.pops));
        simple.pops[simple.pop_count++] = type_of_letter(*stack);
    }
    if (stack[1] != 0) {
        simple.push = type_of_letter(stack[1]);
    }
    return simple;
}

ph_status ph_wasm_body_init(struct ph_wasm *self)
{
    struct ph_wasm_body *body = &self->body;
    for (uint32_t i = NUMERIC_FIRST; i <= NUMERIC_LAST; i++) {
        self->simple[i] = simple_of((uint16_t)(PH_OP_i32_eqz + (i - NUMERIC_FIRST)));
    }
    for (uint32_t i = MEMORY_FIRST; i <= MEMORY_LAST; i++) {
        self->simple[i] = simple_of((uint16_t)(PH_OP_i32_load + (i - MEMORY_FIRST)));
    }
    for (uint32_t i = 0; i < PH_COUNT(self->simple_fc); i++) {
        self->simple_fc[i] = simple_of((uint16_t)(PH_OP_i32_trunc_sat_f32_s + i));
    }
    body->types = ph_scratch_alloc(&self->scratch, PH_FRAME_SLOTS_MAX);
    body->shapes = ph_scratch_alloc(&self->scratch, PH_FRAME_SLOTS_MAX * sizeof(*body->shapes));
    body->locals = ph_scratch_alloc(&self->scratch, PH_LOCALS_MAX);
    if (body->types == NULL || body->shapes == NULL || body->locals == NULL) {
        return ph_wasm_fail_memory(self);
    }
    return PH_OK;
}

void ph_wasm_body_finish(struct ph_wasm *self)
{
    ph_vector_finish(&self->body.frames, self->allocator);
    ph_vector_finish(&self->body.targets, self->allocator);
    ph_vector_finish(&self->body.labels, self->allocator);
}

/* ---- Bodies --------------------------------------------------------------------------------- */

static ph_status read_locals(struct ph_wasm *self, const struct ph_wasm_signature *type)
{
    struct ph_wasm_body *body = &self->body;
    uint32_t groups, count;
    uint64_t total = type->param_count;
    uint8_t local;

    memcpy(body->locals, type->types, type->param_count);
    PH_WASM_TRY(ph_wasm_read_u32(self, &groups));
    for (uint32_t i = 0; i < groups; i++) {
        PH_WASM_TRY(ph_wasm_read_u32(self, &count));
        PH_WASM_TRY(ph_wasm_read_value_type(self, &local));
        if (total + count <= PH_LOCALS_MAX && count > 0) {
            memset(body->locals + total, local, count);
            ph_builder_locals(self->builder, count, ph_wasm_unit_type(local));
        }
        total += count;
    }
    if (total - type->param_count > UINT32_MAX) {
        return ph_wasm_fail(self, PH_MALFORMED, "too many locals");
    }
    if (total > PH_LOCALS_MAX) {
        return ph_wasm_fail(self, PH_LIMIT, "too many locals: %llu, and at most %u are supported",
                            (unsigned long long)total, PH_LOCALS_MAX);
    }
    body->local_count = (uint32_t)total;
    return PH_OK;
}

static ph_status translate_body(struct ph_wasm *self)
{
    struct ph_wasm_body *body = &self->body;
    const struct ph_wasm_signature *type = &self->types.items[self->functions.items[body->index]];
    uint32_t size;

    body->at = self->next;
    PH_WASM_TRY(ph_wasm_read_length(self, &size));
    const uint8_t *start = self->next;
    ph_builder_function_begin(self->builder, type->signature);
    PH_WASM_TRY(read_locals(self, type));
    PH_WASM_TRY(ph_wasm_body_open(self, type));
    while (body->frames.count > 0) {
        uint8_t opcode;
        body->at = self->next;
        PH_WASM_TRY(ph_wasm_read_byte(self, &opcode));
        operation *run = operations[opcode] != NULL ? operations[opcode] : op_refused;
        PH_WASM_TRY(run(self, opcode));
    }
    if (self->next != start + size) {
        return ph_wasm_fail(self, PH_MALFORMED,
                            "section size mismatch: the body has not the size "
                            "it claims");
    }
    ph_builder_function_end(self->builder);
    return PH_OK;
}

ph_status ph_wasm_code_section(struct ph_wasm *self)
{
    uint32_t count;
    PH_WASM_TRY(ph_wasm_read_u32(self, &count));
    if (count != self->functions.count - self->imported_functions) {
        return ph_wasm_fail(self, PH_MALFORMED,
                            "function and code section have inconsistent lengths");
    }
    for (uint32_t i = 0; i < count; i++) {
        self->body.index = self->imported_functions + i;
        PH_WASM_TRY(translate_body(self));
    }
    self->body.index = PH_WASM_NONE;
    self->body_count = count;
    return PH_OK;
}
