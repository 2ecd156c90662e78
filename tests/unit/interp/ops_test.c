/* SPDX-License-Identifier: Apache-2.0 */
/* Every numeric operation with edge values, its operands from wherever the preparer may take them:
 * a local, a constant, the result just made; also under a branch. The reference interpreter says
 * what is right. */
#include "code/builder.h"
#include "support/reference_interpreter.h"
#include "support/world_kit.h"
#include "unit.h"

enum source { FROM_LOCAL, FROM_CONST, FROM_RESULT, SOURCE_COUNT };
enum sink { TO_RETURN, TO_LOCAL, TO_BRANCH, SINK_COUNT };

#define EDGES 10u
static const uint64_t edges[PH_TYPE_COUNT + 1][EDGES] = {
    [PH_I32] = {0, 1, 2, 31, 0x7fffffff, 0x80000000, 0xffffffff, 0x8000, 0xffff8000, 100},
    [PH_I64] = {0, 1, 63, 0x7fffffffffffffff, UINT64_C(1) << 63, UINT64_MAX, 0x80000000,
                0xffffffff80000000, 0x7fff, 0xffffffff},
    [PH_F32] = {0, 0x80000000, 0x3f800000, 0xbf000000, 0x7f800000, 0xff800000, 0x7fc00000,
                0x4f000000, 0xcf000001, 0x40200000},
    [PH_F64] = {0, UINT64_C(1) << 63, 0x3ff0000000000000, 0xbfe0000000000000, 0x7ff0000000000000,
                0xfff0000000000000, 0x7ff8000000000000, 0x41e0000000000000, 0xc1e0000000200001,
                0x4004000000000000},
};

static uint8_t type_of(char letter)
{
    return letter == 'i' ? PH_I32 : letter == 'l' ? PH_I64 : letter == 'f' ? PH_F32 : PH_F64;
}

static void put_const(struct ph_builder *b, uint8_t type, uint64_t bits)
{
    static const uint32_t opcodes[] = {0, PH_OP_i32_const, PH_OP_i64_const, PH_OP_f32_const,
                                       PH_OP_f64_const};

    ph_builder_op1(b, opcodes[type], type == PH_I32 ? (uint64_t)(int64_t)(int32_t)bits : bits);
}

static void put_operand(struct ph_builder *b, uint8_t type, uint32_t local, enum source source,
                        uint64_t bits)
{
    static const uint32_t keep[] = {0, PH_OP_i32_or, PH_OP_i64_or, PH_OP_f32_abs, PH_OP_f64_abs};

    if (source == FROM_CONST) {
        put_const(b, type, bits);
        return;
    }
    ph_builder_op1(b, PH_OP_local_get, local);
    if (source == FROM_RESULT) { /* the same value, or its size */
        if (type <= PH_I64) {
            put_const(b, type, 0);
        }
        ph_builder_op(b, keep[type]);
    }
}

/* One function that does `opcode` on its parameters (or on `bits`). */
static void put_function(struct ph_builder *b, uint32_t opcode, const enum source *sources,
                         enum sink sink, const uint64_t *bits)
{
    const char *stack = ph_op_info(opcode)->stack;
    uint32_t count = (uint32_t)(strchr(stack, ':') - stack);
    uint8_t types[3] = {0};

    for (uint32_t i = 0; i < count; i++) {
        types[i] = type_of(stack[i]);
    }
    uint8_t result = types[count] = type_of(stack[count + 1]);
    const struct ph_signature signature = {.param_count = count, .result_count = 1,
                                           .types = types};
    ph_builder_function_begin(b, ph_builder_signature(b, &signature));
    ph_builder_locals(b, 1, result);
    for (uint32_t i = 0; i < count; i++) {
        put_operand(b, types[i], i, sources[i], bits[i]);
    }
    ph_builder_op(b, opcode);
    if (sink == TO_LOCAL) {
        ph_builder_op1(b, PH_OP_local_set, count);
        ph_builder_op1(b, PH_OP_local_get, count);
    } else if (sink == TO_BRANCH && result == PH_I32) {
        uint32_t label = ph_builder_label(b, 0, false);
        ph_builder_op1(b, opcode % 2 == 0 ? PH_OP_br_if : PH_OP_br_unless, label);
        put_const(b, PH_I32, 10);
        ph_builder_op(b, PH_OP_return);
        ph_builder_op1(b, PH_OP_label, label);
        put_const(b, PH_I32, 20);
    }
    ph_builder_op(b, PH_OP_return);
    ph_builder_function_end(b);
}

static bool is_numeric(uint32_t opcode)
{
    const struct ph_op_info *info = ph_op_info(opcode);

    return info->name != NULL && opcode >= PH_OP_i32_eqz && opcode < PH_OP_memory_fill &&
           info->stack[0] != '*' && strchr(info->stack, 'r') == NULL;
}

/* All pairs of edge values, all sources: function after function. */
static struct ph_slice make_unit(uint32_t opcode, uint32_t operands, uint32_t *function_count)
{
    const char *stack = ph_op_info(opcode)->stack;
    struct ph_builder *b;
    struct ph_slice bytes, copy;
    uint32_t combinations = operands == 2 ? SOURCE_COUNT * SOURCE_COUNT : SOURCE_COUNT;
    uint32_t pairs = operands == 2 ? EDGES * EDGES : EDGES;
    char name[16];

    CHECK_OK(ph_builder_create(ph_port_allocator(), &b));
    *function_count = combinations * pairs;
    for (uint32_t i = 0; i < *function_count; i++) {
        uint32_t pair = i / combinations, c = i % combinations;
        const enum source sources[] = {c % SOURCE_COUNT, c / SOURCE_COUNT};
        const uint64_t bits[] = {edges[type_of(stack[0])][pair % EDGES],
                                 edges[type_of(stack[operands - 1])][pair / EDGES]};
        put_function(b, opcode, sources, (enum sink)((pair + c) % SINK_COUNT), bits);
        int size = snprintf(name, sizeof(name), "f%u", i);
        ph_builder_export(b, (struct ph_slice){(const uint8_t *)name, (uint64_t)size},
                          PH_EXTERN_FUNCTION, i);
    }
    CHECK_OK(ph_builder_finish(b, &bytes, NULL));
    copy.bytes = memcpy(ph_alloc(ph_port_allocator(), bytes.size), bytes.bytes, bytes.size);
    copy.size = bytes.size;
    ph_builder_destroy(b);
    return copy;
}

static void check_op(struct world *world, uint32_t opcode)
{
    const char *stack = ph_op_info(opcode)->stack;
    uint32_t operands = (uint32_t)(strchr(stack, ':') - stack), functions;
    uint32_t combinations = operands == 2 ? SOURCE_COUNT * SOURCE_COUNT : SOURCE_COUNT;
    struct ph_slice unit = make_unit(opcode, operands, &functions);
    struct reference reference;
    char name[16];

    reference_init(&reference, unit);
    ph_ref instance = world_instantiate(world, unit, NULL, 0);
    for (uint32_t i = 0; i < functions; i++) {
        uint32_t pair = i / combinations;
        uint64_t slots[] = {edges[type_of(stack[0])][pair % EDGES],
                            edges[type_of(stack[operands - 1])][pair / EDGES]};
        snprintf(name, sizeof(name), "f%u", i);
        struct world_outcome outcome = world_call(world, instance, name, operands, slots);
        reference.trap = PH_TRAP_NONE;
        reference_call(&reference, i, slots);
        if (outcome.trap != reference.trap ||
            (outcome.trap == PH_TRAP_NONE && outcome.results[0] != slots[0])) {
            unit_fail(__FILE__, __LINE__, "%s, function %u: %s 0x%llx, not %s 0x%llx",
                      ph_op_info(opcode)->name, i, ph_trap_text(outcome.trap),
                      (unsigned long long)outcome.results[0], ph_trap_text(reference.trap),
                      (unsigned long long)slots[0]);
        }
    }
    reference_finish(&reference);
    ph_free(ph_port_allocator(), (void *)(uintptr_t)unit.bytes, unit.size);
}

TEST(every_operation_from_every_source)
{
    struct world world;

    world_open(&world, WORLD_STEP);
    for (uint32_t opcode = 0; opcode < PH_OPCODE_LIMIT; opcode++) {
        if (is_numeric(opcode)) {
            check_op(&world, opcode);
        }
    }
    world_close(&world);
}
