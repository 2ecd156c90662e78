/* SPDX-License-Identifier: Apache-2.0 */
/* random_unit.c - see random_unit.h.
 *
 * The generator keeps the types of the operand stack and emits only what fits. `adjust` turns the
 * stack into a wanted one, so any label can be reached from anywhere. */
#include "support/random_generator.h"

/* ---- Values ------------------------------------------------------------------------------- */

static uint64_t random_bits(struct generator *g)
{
    static const uint64_t edges[] = {0,          1,          UINT64_MAX, 0x80000000u,
                                     0x7fffffff, 0xffffffff, (uint64_t)1 << 63, 31, 64};
    uint64_t bits = ph_random_next(&g->random);

    return chance(g, 40) ? edges[below(g, PH_COUNT(edges))] : bits >> below(g, 64);
}

static uint64_t random_f32(struct generator *g)
{
    static const uint32_t edges[] = {0,          0x80000000, 0x3f800000, 0xbf800000, 0x7f800000,
                                     0xff800000, 0x7fc00000, 0x7fa12345, 0x00000001, 0x4f000000};

    return chance(g, 60) ? edges[below(g, PH_COUNT(edges))] : (uint32_t)random_bits(g);
}

static uint64_t random_f64(struct generator *g)
{
    static const uint64_t edges[] = {0, (uint64_t)1 << 63, 0x3ff0000000000000, 0xc008000000000000,
                                     0x7ff0000000000000, 0xfff0000000000000, 0x7ff8000000000000,
                                     0x7ff4000000012345, 1, 0x41e0000000000000};

    return chance(g, 60) ? edges[below(g, PH_COUNT(edges))] : random_bits(g);
}

static void push_const(struct generator *g, uint8_t type)
{
    switch (type) {
    case PH_I32:
        op1(g, PH_OP_i32_const, random_bits(g));
        break;
    case PH_I64:
        op1(g, PH_OP_i64_const, random_bits(g));
        break;
    case PH_F32:
        op1(g, PH_OP_f32_const, random_f32(g));
        break;
    case PH_F64:
        op1(g, PH_OP_f64_const, random_f64(g));
        break;
    default:
        if (chance(g, 40)) {
            op(g, PH_OP_ref_null);
        } else {
            op1(g, PH_OP_ref_func, below(g, g->function_count));
        }
        break;
    }
    push(g, type);
}

static bool push_local(struct generator *g, uint8_t type)
{
    uint32_t start = g->locals.count == 0 ? 0 : below(g, g->locals.count);

    for (uint32_t i = 0; i < g->locals.count; i++) {
        uint32_t local = (start + i) % g->locals.count;
        if (g->locals.items[local] == type) {
            op1(g, PH_OP_local_get, local);
            push(g, type);
            return true;
        }
    }
    return false;
}

static bool push_global(struct generator *g, uint8_t type)
{
    uint32_t start = below(g, g->global_count);

    for (uint32_t i = 0; i < g->global_count; i++) {
        uint32_t global = (start + i) % g->global_count;
        if (g->globals[global].type == type) {
            op1(g, PH_OP_global_get, global);
            push(g, type);
            return true;
        }
    }
    return false;
}

void random_value(struct generator *g, uint8_t type)
{
    uint32_t kind = below(g, 10);

    if (kind < 5 && push_local(g, type)) {
        return;
    }
    if (kind < 7 && push_global(g, type)) {
        return;
    }
    push_const(g, type);
}

/* A small address, count or index. */
void random_small(struct generator *g, uint32_t bound)
{
    if (g->options.with_traps && chance(g, 10)) {
        random_value(g, PH_I32);
    } else if (chance(g, 50)) {
        op1(g, PH_OP_i32_const, below(g, bound));
        push(g, PH_I32);
    } else {
        random_value(g, PH_I32);
        op1(g, PH_OP_i32_const, bound - 1); /* bound is a power of two */
        op(g, PH_OP_i32_and);
    }
}

/* ---- Stacks and labels -------------------------------------------------------------------- */

static uint32_t shape_of(struct generator *g, const struct types *stack)
{
    uint32_t shape = 0;

    for (uint32_t i = 0; i < stack->count; i++) {
        shape = ph_builder_shape(g->b, shape, stack->items[i]);
    }
    return shape;
}

uint32_t random_label(struct generator *g, const struct types *stack, bool is_loop)
{
    return ph_builder_label(g->b, shape_of(g, stack), is_loop);
}

void random_place(struct generator *g, uint32_t label, const struct types *stack)
{
    op1(g, PH_OP_label, label);
    g->stack = *stack;
}

void random_adjust(struct generator *g, const struct types *wanted)
{
    uint32_t common = 0;

    while (common < wanted->count && common < g->stack.count &&
           wanted->items[common] == g->stack.items[common]) {
        common++;
    }
    uint32_t surplus = g->stack.count - common;
    if (surplus > 1 && chance(g, 60)) {
        op2(g, PH_OP_squeeze, 0, surplus);
        pop(g, surplus);
    }
    while (g->stack.count > common) {
        op(g, PH_OP_drop);
        pop(g, 1);
    }
    while (g->stack.count < wanted->count) {
        random_value(g, wanted->items[g->stack.count]);
    }
}

static void emit_return(struct generator *g)
{
    random_adjust(g, &g->results);
    op(g, PH_OP_return);
}

static void take_fuel(struct generator *g)
{
    struct types stack = g->stack;
    uint32_t label = random_label(g, &stack, false);

    op1(g, PH_OP_global_get, g->fuel_global);
    op1(g, PH_OP_i32_const, 1);
    op(g, PH_OP_i32_sub);
    op1(g, PH_OP_global_set, g->fuel_global);
    op1(g, PH_OP_global_get, g->fuel_global);
    op1(g, PH_OP_i32_const, 0);
    op(g, PH_OP_i32_gt_s);
    op1(g, PH_OP_br_if, label);
    emit_return(g);
    random_place(g, label, &stack);
}

/* ---- Operations --------------------------------------------------------------------------- */

static bool is_division(uint32_t opcode)
{
    return (opcode >= PH_OP_i32_div_s && opcode <= PH_OP_i32_rem_u) ||
           (opcode >= PH_OP_i64_div_s && opcode <= PH_OP_i64_rem_u);
}

static bool is_trapping_conversion(uint32_t opcode)
{
    return (opcode >= PH_OP_i32_trunc_f32_s && opcode <= PH_OP_i32_trunc_f64_u) ||
           (opcode >= PH_OP_i64_trunc_f32_s && opcode <= PH_OP_i64_trunc_f64_u);
}

static void push_operand(struct generator *g, uint32_t opcode, uint8_t type, bool is_last)
{
    bool tame = !g->options.with_traps || !chance(g, 10);

    if (tame && is_trapping_conversion(opcode)) {
        uint64_t one = type == PH_F32 ? 0x3f800000u : 0x3ff0000000000000u;
        op1(g, type == PH_F32 ? PH_OP_f32_const : PH_OP_f64_const, one);
        push(g, type);
        return;
    }
    random_value(g, type);
    if (tame && is_last && is_division(opcode)) {
        op1(g, type == PH_I32 ? PH_OP_i32_const : PH_OP_i64_const, 0x7f);
        op(g, type == PH_I32 ? PH_OP_i32_and : PH_OP_i64_and);
        op1(g, type == PH_I32 ? PH_OP_i32_const : PH_OP_i64_const, 1);
        op(g, type == PH_I32 ? PH_OP_i32_or : PH_OP_i64_or);
    }
}

static uint8_t type_of(char letter)
{
    return letter == 'i'   ? PH_I32
           : letter == 'l' ? PH_I64
           : letter == 'f' ? PH_F32
           : letter == 'd' ? PH_F64
                           : PH_REF;
}

/* An op without immediates, or a load or store, whose effect the table tells. */
static void emit_table_op(struct generator *g)
{
    const struct ph_op_info *info;
    uint32_t opcode;
    bool is_memory;

    do {
        opcode = below(g, 0xf0);
        info = ph_op_info(opcode);
        is_memory = info->name != NULL && strcmp(info->immediates, "MU") == 0;
    } while (info->name == NULL || info->stack[0] == '*' || info->stack[0] == 0 ||
             (info->immediates[0] != 0 && !is_memory));
    const char *letter = info->stack;
    uint32_t pops = 0;
    for (; *letter != ':'; letter++, pops++) {
        if (is_memory && pops == 0) {
            random_small(g, 0x8000);
        } else {
            push_operand(g, opcode, type_of(*letter), letter[1] == ':');
        }
    }
    if (is_memory) {
        op2(g, opcode, 0, below(g, 1000));
    } else {
        op(g, opcode);
    }
    pop(g, pops);
    for (letter++; *letter != 0; letter++) {
        push(g, type_of(*letter));
    }
}

static void emit_memory_op(struct generator *g)
{
    static const uint32_t ops[] = {PH_OP_memory_fill, PH_OP_memory_copy, PH_OP_memory_init};
    uint32_t kind = below(g, 6);

    if (kind == 0) {
        op1(g, PH_OP_memory_size, 0);
        push(g, PH_I32);
    } else if (kind == 1) {
        random_small(g, 2);
        op1(g, PH_OP_memory_grow, 0);
    } else if (kind == 2) {
        if (g->options.with_traps) {
            op1(g, PH_OP_data_drop, below(g, 2));
        }
    } else {
        random_small(g, 0x4000);
        random_small(g, 8);
        random_small(g, kind == 5 ? 4 : 256);
        if (kind == 3) {
            op1(g, ops[0], 0);
        } else {
            op2(g, ops[kind - 3], 0, kind == 5 ? 1 : 0);
        }
        pop(g, 3);
    }
}

static void emit_table_access(struct generator *g)
{
    uint32_t table = below(g, 2);

    switch (below(g, 8)) {
    case 0:
        random_small(g, 4);
        op1(g, PH_OP_table_get, table);
        pop(g, 1);
        push(g, PH_REF);
        break;
    case 1:
        random_small(g, 4);
        random_value(g, PH_REF);
        op1(g, PH_OP_table_set, 1); /* the elements of table 0 stay what calls expect */
        pop(g, 2);
        break;
    case 2:
        op1(g, PH_OP_table_size, table);
        push(g, PH_I32);
        break;
    case 3:
        random_value(g, PH_REF);
        random_small(g, 2);
        op1(g, PH_OP_table_grow, table);
        pop(g, 2);
        push(g, PH_I32);
        break;
    case 4:
        random_small(g, 2);
        random_value(g, PH_REF);
        random_small(g, 2);
        op1(g, PH_OP_table_fill, 1);
        pop(g, 3);
        break;
    case 5:
        random_small(g, 2);
        random_small(g, 4);
        random_small(g, 2);
        op2(g, PH_OP_table_copy, 1, table);
        pop(g, 3);
        break;
    case 6:
        random_small(g, 2);
        random_small(g, 2);
        random_small(g, 2);
        op2(g, PH_OP_table_init, 1, 1);
        pop(g, 3);
        break;
    default:
        op1(g, PH_OP_elem_drop, 2); /* the declared one: empty anyway */
        break;
    }
}

static void emit_stack_op(struct generator *g)
{
    uint32_t kind = below(g, 4);

    if (kind == 0 && g->stack.count != 0) {
        op(g, PH_OP_drop);
        pop(g, 1);
    } else if (kind == 1 && g->stack.count != 0) {
        uint8_t type = g->stack.items[g->stack.count - 1];
        random_value(g, type);
        random_value(g, PH_I32);
        op(g, PH_OP_select);
        pop(g, 2);
    } else if (kind == 2 && g->stack.count != 0) {
        uint32_t kept = below(g, g->stack.count + 1);
        uint32_t dropped = below(g, g->stack.count - kept + 1);
        op2(g, PH_OP_squeeze, kept, dropped);
        uint8_t *top = g->stack.items + g->stack.count - kept;
        memmove(top - dropped, top, kept);
        pop(g, dropped);
    } else {
        op(g, PH_OP_nop);
    }
}

static void emit_variable_op(struct generator *g)
{
    uint32_t kind = below(g, 5);

    if (kind < 3 && g->locals.count != 0) {
        uint32_t local = below(g, g->locals.count);
        random_value(g, g->locals.items[local]);
        if (kind < 2) {
            op1(g, PH_OP_local_set, local);
            pop(g, 1);
        } else {
            op1(g, PH_OP_local_tee, local);
        }
    } else {
        uint32_t global = below(g, g->global_count);
        if (g->globals[global].is_mutable && global != g->fuel_global) {
            random_value(g, g->globals[global].type);
            op1(g, PH_OP_global_set, global);
            pop(g, 1);
        }
    }
}

static void emit_call(struct generator *g)
{
    uint32_t slot = below(g, TABLE_SLOTS);
    uint32_t kind = below(g, 4);
    uint32_t function = kind < 2 ? below(g, g->function_count) : g->slot_functions[slot];
    uint32_t signature = g->function_signatures[function];
    const struct signature_model *model = &g->signatures[signature];

    if (g->options.with_traps && chance(g, 5)) {
        slot = below(g, 2 * TABLE_SLOTS);
    }
    for (uint32_t i = 0; i < model->params.count; i++) {
        random_value(g, model->params.items[i]);
    }
    if (kind < 2) {
        op1(g, PH_OP_call, function);
    } else if (kind == 2) {
        op1(g, PH_OP_i32_const, slot);
        op2(g, PH_OP_call_indirect, signature, 0);
    } else {
        op1(g, PH_OP_ref_func, function);
        op1(g, PH_OP_call_function, signature);
    }
    pop(g, model->params.count);
    for (uint32_t i = 0; i < model->results.count; i++) {
        push(g, model->results.items[i]);
    }
}

/* ---- Control ------------------------------------------------------------------------------ */

/* Some other stack, for where branches meet. */
struct types random_vary(struct generator *g, const struct types *stack)
{
    struct types varied = *stack;

    while (varied.count != 0 && chance(g, 30)) {
        varied.count--;
    }
    while (varied.count < 16 && chance(g, 30)) {
        varied.items[varied.count++] = random_type(g);
    }
    return varied;
}

static void open_label(struct generator *g, uint32_t label, const struct types *stack)
{
    if (g->open_count < OPEN_MAX) {
        g->open[g->open_count] = (struct open_label){label, *stack};
    }
    g->open_count++;
}

static void emit_loop(struct generator *g)
{
    struct types stack = g->stack;
    uint32_t label = random_label(g, &stack, true);

    if (chance(g, 20)) {
        op1(g, PH_OP_br, label);
    }
    random_place(g, label, &stack);
    take_fuel(g);
    open_label(g, label, &stack);
    random_statements(g, 1 + below(g, 4));
    g->open_count--;
    random_adjust(g, &stack);
    random_value(g, PH_I32);
    op1(g, chance(g, 50) ? PH_OP_br_if : PH_OP_br_unless, label);
    pop(g, 1);
}

static void emit_if(struct generator *g)
{
    struct types before = g->stack;
    struct types after = random_vary(g, &before);
    uint32_t otherwise = random_label(g, &before, false);
    uint32_t end = random_label(g, &after, false);

    random_value(g, PH_I32);
    op1(g, chance(g, 50) ? PH_OP_br_unless : PH_OP_br_if, otherwise);
    pop(g, 1);
    open_label(g, end, &after);
    random_statements(g, 1 + below(g, 3));
    random_adjust(g, &after);
    op1(g, PH_OP_br, end);
    random_place(g, otherwise, &before);
    random_statements(g, 1 + below(g, 3));
    g->open_count--;
    random_adjust(g, &after);
    random_place(g, end, &after);
}

static void emit_switch(struct generator *g)
{
    struct types before = g->stack;
    uint32_t labels[7];
    uint32_t count = 1 + below(g, 4);
    uint32_t list[12];
    uint32_t list_count = below(g, 10);

    for (uint32_t i = 0; i < count; i++) {
        labels[i] = random_label(g, &before, false);
    }
    for (uint32_t i = 0; i <= list_count; i++) {
        list[i] = labels[below(g, count)];
    }
    random_value(g, PH_I32);
    ph_builder_br_table(g->b, list_count, list);
    g->budget--;
    pop(g, 1);
    for (uint32_t i = 0; i < count; i++) {
        random_place(g, labels[i], &before);
        random_statements(g, 1 + below(g, 2));
        random_adjust(g, &before);
    }
}

/* Leaves for an open label, or the function, if a condition holds. */
static void emit_leave(struct generator *g)
{
    struct types before = g->stack;
    uint32_t stay = random_label(g, &before, false);
    uint32_t open_count = PH_MIN(g->open_count, OPEN_MAX);

    random_value(g, PH_I32);
    op1(g, PH_OP_br_if, stay);
    pop(g, 1);
    if (open_count == 0 || chance(g, 20)) {
        emit_return(g);
    } else {
        const struct open_label *target = &g->open[below(g, open_count)];
        random_adjust(g, &target->stack);
        op1(g, PH_OP_br, target->label);
    }
    random_place(g, stay, &before);
}

static void emit_control(struct generator *g)
{
    if (g->nest >= NEST_MAX) {
        emit_leave(g);
        return;
    }
    g->nest++;
    switch (below(g, 4)) {
    case 0:
        emit_loop(g);
        break;
    case 1:
        emit_if(g);
        break;
    case 2:
        emit_switch(g);
        break;
    default:
        emit_leave(g);
        break;
    }
    g->nest--;
}

static void emit_statement(struct generator *g)
{
    uint32_t kind = below(g, 100);

    if (g->objects != NULL && chance(g, 50)) {
        random_object_op(g);
    } else if (kind < 45) {
        emit_table_op(g);
    } else if (kind < 60) {
        emit_variable_op(g);
    } else if (kind < 70) {
        emit_stack_op(g);
    } else if (kind < 76) {
        emit_memory_op(g);
    } else if (kind < 82) {
        emit_table_access(g);
    } else if (kind < 88) {
        emit_call(g);
    } else {
        emit_control(g);
    }
}

void random_statements(struct generator *g, uint32_t count)
{
    for (uint32_t i = 0; i < count && g->budget > 0; i++) {
        if (g->stack.count > 24) {
            struct types fewer = g->stack;
            fewer.count = below(g, 12);
            random_adjust(g, &fewer);
        }
        emit_statement(g);
    }
}

/* ---- The unit ----------------------------------------------------------------------------- */

static void random_types(struct generator *g, struct types *types, uint32_t count_max)
{
    types->count = below(g, count_max + 1);
    for (uint32_t i = 0; i < types->count; i++) {
        types->items[i] = random_type(g);
    }
}

uint32_t random_signature(struct generator *g, const struct types *params,
                          const struct types *results)
{
    uint8_t types[2 * DEPTH_MAX], ref_kinds[2 * DEPTH_MAX];
    struct ph_signature signature = {params->count, results->count, types, ref_kinds};

    g->signatures[g->signature_count++] = (struct signature_model){*params, *results};
    memcpy(types, params->items, params->count);
    memcpy(types + params->count, results->items, results->count);
    for (uint32_t i = 0; i < params->count + results->count; i++) {
        ref_kinds[i] = types[i] == PH_REF ? (uint8_t)below(g, 3) : PH_REF_ANY;
    }
    PH_ASSERT(g->signature_count <= SIGNATURES_MAX);
    return ph_builder_signature(g->b, &signature);
}

static void emit_signatures(struct generator *g)
{
    struct types params = {0, {0}};
    struct types results = {1, {PH_I64}};
    uint32_t count = 1 + below(g, 11);

    random_signature(g, &params, &results); /* 0: main's */
    for (uint32_t i = 0; i < count; i++) {
        random_types(g, &params, VALUES_MAX);
        random_types(g, &results, chance(g, 20) ? VALUES_MAX : 2);
        random_signature(g, &params, &results);
    }
}

static void emit_imports(struct generator *g)
{
    struct ph_slice module = PH_SLICE_TEXT("env");
    uint32_t count = below(g, 3);

    for (uint32_t i = 0; i < count; i++) {
        uint32_t signature = below(g, g->signature_count);
        g->function_signatures[g->function_count++] = signature;
        ph_builder_import_function(g->b, module, PH_SLICE_TEXT("f\xc3\xbc"), signature);
    }
    g->imported_functions = count;
    count = below(g, 3);
    for (uint32_t i = 0; i < count; i++) {
        struct ph_global_type type = {random_type(g), 0, chance(g, 30)};
        type.ref_kind = type.type == PH_REF ? (uint8_t)below(g, 3) : 0;
        g->globals[g->global_count++] = type;
        ph_builder_import_global(g->b, module, PH_SLICE_TEXT("g\"\n\\"), &type);
    }
    g->imported_globals = count;
    if (chance(g, 30)) {
        struct ph_table_type table = {{16, 32, true}, PH_REF_FUNCTION};
        struct ph_memory_type memory = {{1, 3, true}};
        ph_builder_import_table(g->b, module, PH_SLICE_TEXT(""), &table);
        ph_builder_import_memory(g->b, module, PH_SLICE_TEXT("m"), &memory);
    }
}

static void emit_globals(struct generator *g)
{
    uint32_t count = 2 + below(g, 4);
    uint32_t fuel = g->options.fuel == 0 ? 300 : g->options.fuel;
    struct ph_global global = {{PH_I32, 0, true}, {PH_INIT_BITS, fuel}};

    g->globals[g->global_count++] = global.type;
    g->fuel_global = ph_builder_global(g->b, &global);
    for (uint32_t i = 0; i < count; i++) {
        uint8_t type = random_type(g);
        bool is_narrow = type == PH_I32 || type == PH_F32;
        global.type = (struct ph_global_type){type, 0, chance(g, 70)};
        global.init = (struct ph_init){PH_INIT_BITS, random_bits(g)};
        global.init.value = is_narrow ? (uint32_t)global.init.value : global.init.value;
        if (type == PH_REF) {
            global.init = (struct ph_init){PH_INIT_NULL, 0};
            if (chance(g, 50)) {
                global.type.ref_kind = PH_REF_FUNCTION;
                global.init = (struct ph_init){PH_INIT_FUNCTION, below(g, g->function_count)};
            }
        }
        uint32_t from = g->imported_globals == 0 ? 0 : below(g, g->imported_globals);
        if (g->imported_globals != 0 && !g->globals[from].is_mutable && chance(g, 50)) {
            global.type = g->globals[from];
            global.init = (struct ph_init){PH_INIT_GLOBAL, from};
        }
        g->globals[g->global_count++] = global.type;
        ph_builder_global(g->b, &global);
    }
}

static void emit_segments(struct generator *g)
{
    struct ph_init items[TABLE_SLOTS];
    struct ph_element_segment element = {
        .mode = PH_SEGMENT_ACTIVE, .ref_kind = PH_REF_FUNCTION, .count = TABLE_SLOTS,
        .items = items};
    struct ph_data_segment data = {.mode = PH_SEGMENT_ACTIVE, .offset = {PH_INIT_BITS, 100}};
    uint8_t bytes[64];

    for (uint32_t i = 0; i < TABLE_SLOTS; i++) {
        g->slot_functions[i] = below(g, g->function_count);
        items[i] = (struct ph_init){PH_INIT_FUNCTION, g->slot_functions[i]};
    }
    ph_builder_element(g->b, &element);
    items[1] = (struct ph_init){PH_INIT_NULL, 0};
    element.mode = PH_SEGMENT_PASSIVE;
    element.count = 4;
    ph_builder_element(g->b, &element);
    element.mode = PH_SEGMENT_DECLARED;
    ph_builder_element(g->b, &element);
    for (uint32_t i = 0; i < sizeof(bytes); i++) {
        bytes[i] = (uint8_t)ph_random_next(&g->random);
    }
    data.bytes = (struct ph_slice){bytes, below(g, sizeof(bytes))};
    ph_builder_data(g->b, &data);
    data.mode = PH_SEGMENT_PASSIVE;
    data.bytes.size = 16;
    ph_builder_data(g->b, &data);
}

static void emit_function(struct generator *g, uint32_t index)
{
    const struct signature_model *model = &g->signatures[g->function_signatures[index]];
    uint32_t op_max = g->options.op_count_max == 0 ? 300 : g->options.op_count_max;
    uint32_t local_count = below(g, LOCALS_MAX - VALUES_MAX);

    ph_builder_function_begin(g->b, g->function_signatures[index]);
    g->locals = model->params;
    g->results = model->results;
    g->stack.count = 0;
    g->open_count = 0;
    g->nest = 0;
    g->budget = (int32_t)(10 + below(g, op_max));
    for (uint32_t i = 0; i < local_count; i++) {
        uint8_t type = random_type(g);
        ph_builder_locals(g->b, 1, type);
        g->locals.items[g->locals.count++] = type;
    }
    take_fuel(g);
    bool is_guarded = g->objects != NULL && random_objects_guard(g, index);
    struct guarded guarded = is_guarded ? random_guard_begin(g) : (struct guarded){0};
    while (g->budget > 0) {
        random_statements(g, 4);
    }
    if (is_guarded) {
        random_adjust(g, &guarded.stack);
        random_guard_end(g, &guarded);
    }
    if (chance(g, 5)) {
        struct types empty = {0, {0}};
        struct types deep;
        random_types(g, &deep, 30);
        uint32_t dead = random_label(g, &deep, chance(g, 50));
        emit_return(g);
        random_place(g, dead, &deep);
        random_adjust(g, &empty);
    }
    emit_return(g);
    ph_builder_function_end(g->b);
}

/* Mixes an i64 from the results of some calls. */
static void emit_main(struct generator *g)
{
    uint32_t calls = 1 + below(g, 6);

    ph_builder_function_begin(g->b, 0);
    ph_builder_locals(g->b, 1, PH_I64);
    g->locals = (struct types){1, {PH_I64}};
    g->results = g->signatures[0].results;
    g->stack.count = 0;
    if (g->objects != NULL) {
        random_objects_begin(g);
    }
    for (uint32_t i = 0; i < calls; i++) {
        bool is_guarded = g->objects != NULL && chance(g, 80);
        struct guarded guarded = is_guarded ? random_guard_begin(g) : (struct guarded){0};
        emit_call(g);
        while (g->stack.count != 0) {
            static const uint32_t to_i64[] = {0, PH_OP_i64_extend_i32_u, PH_OP_nop,
                                              PH_OP_i64_trunc_sat_f32_s,
                                              PH_OP_i64_trunc_sat_f64_s, PH_OP_ref_is_null};
            uint8_t type = g->stack.items[g->stack.count - 1];
            op(g, to_i64[type]);
            if (type == PH_REF) {
                op(g, PH_OP_i64_extend_i32_u);
            }
            op1(g, PH_OP_local_get, 0);
            op1(g, PH_OP_i64_const, 0x9e3779b97f4a7c15);
            op(g, PH_OP_i64_mul);
            op(g, PH_OP_i64_xor);
            op1(g, PH_OP_local_set, 0);
            pop(g, 1);
        }
        if (is_guarded) {
            random_guard_end(g, &guarded);
        }
    }
    op1(g, PH_OP_local_get, 0);
    op(g, PH_OP_return);
    ph_builder_function_end(g->b);
}

static void emit_exports(struct generator *g, uint32_t main)
{
    ph_builder_export(g->b, PH_SLICE_TEXT("main"), PH_EXTERN_FUNCTION, main);
    ph_builder_export(g->b, PH_SLICE_TEXT("fuel"), PH_EXTERN_GLOBAL, g->fuel_global);
    ph_builder_export(g->b, PH_SLICE_TEXT("memory"), PH_EXTERN_MEMORY, 0);
    for (uint32_t i = g->imported_functions; i < main; i++) {
        char name[16];
        size_t size = ph_text_printf(name, sizeof(name), "f%u", i - g->imported_functions);
        struct ph_slice slice = {(const uint8_t *)name, size};
        ph_builder_export(g->b, slice, PH_EXTERN_FUNCTION, i);
        if (chance(g, 70)) {
            ph_builder_function_name(g->b, i, slice);
        }
    }
    ph_builder_function_name(g->b, main, PH_SLICE_TEXT("main\x01\xff\""));
}

struct ph_slice random_unit_make(uint64_t seed, const struct random_unit_options *options,
                                 struct ph_allocator *allocator)
{
    struct generator *g = ph_alloc_zeroed(allocator, sizeof(*g));
    struct ph_slice bytes = {NULL, 0};
    struct ph_error error;

    PH_ASSERT(g != NULL);
    g->options = *options;
    ph_random_init(&g->random, seed);
    ph_status status = ph_builder_create(allocator, &g->b);
    PH_ASSERT(status == PH_OK);
    ph_builder_name(g->b, PH_SLICE_TEXT("random"));
    emit_signatures(g);
    if (options->with_imports) {
        emit_imports(g);
    }
    uint32_t count_max = options->function_count_max == 0 ? 6 : options->function_count_max;
    uint32_t count = 1 + below(g, PH_MIN(count_max, FUNCTIONS_MAX - 8));
    for (uint32_t i = 0; i < count; i++) {
        g->function_signatures[g->function_count++] = below(g, g->signature_count);
    }
    if (options->with_objects) {
        random_objects_declare(g);
    }
    uint32_t main = g->function_count;
    g->function_signatures[g->function_count++] = 0;
    struct ph_table_type table = {{TABLE_SLOTS, 64, true}, PH_REF_FUNCTION};
    struct ph_memory_type memory = {{1, 4, true}};
    ph_builder_table(g->b, &table);
    table.ref_kind = PH_REF_FUNCTION;
    ph_builder_table(g->b, &table);
    ph_builder_memory(g->b, &memory);
    emit_globals(g);
    emit_segments(g);
    for (uint32_t i = g->imported_functions; i < main; i++) {
        emit_function(g, i);
    }
    emit_main(g);
    emit_exports(g, main);
    if (g->objects != NULL) {
        random_objects_finish(g);
    }
    status = ph_builder_finish(g->b, &bytes, &error);
    PH_ASSERT(status == PH_OK);
    uint8_t *copy = ph_alloc(allocator, (size_t)bytes.size);
    PH_ASSERT(copy != NULL);
    memcpy(copy, bytes.bytes, (size_t)bytes.size);
    bytes.bytes = copy;
    ph_builder_destroy(g->b);
    ph_free(allocator, g, sizeof(*g));
    return bytes;
}
