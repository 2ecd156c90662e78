/* SPDX-License-Identifier: Apache-2.0 */
/* translate_test.c - classes made by hand, of odd shapes: what they become is run, in every mode of
 * a world. (Real classes: translate_jdk_test.c.) */
#include "code/assemble.h"
#include "machine/class.h"
#include "support/world_kit.h"
#include "translate_kit.h"

/* ---- Running -------------------------------------------------------------------------------- */

struct text {
    char bytes[1 << 20];
    size_t size;
};

static void add_text(void *context, const char *text, size_t bytes)
{
    struct text *to = context;
    CHECK(to->size + bytes < sizeof(to->bytes));
    memcpy(to->bytes + to->size, text, bytes);
    to->size += bytes;
    to->bytes[to->size] = 0;
}

/* The unit with its method run exported, as text. */
static void export_run(struct ph_slice bytes, struct text *text)
{
    char line[80];
    struct ph_unit unit;
    struct ph_error error;

    CHECK_OK(ph_unit_open(bytes, ph_port_allocator(), &unit, &error));
    const struct ph_class_def *class = &unit.class_defs[0];
    text->size = 0;
    CHECK_OK(ph_disassemble(&unit, ph_port_allocator(), add_text, text, &error));
    int size = snprintf(line, sizeof(line), "export \"run\" function %u\n",
                        class->methods[class->method_count - 1].function);
    add_text(text, line, (size_t)size);
    ph_unit_close(&unit);
}

/* The only things to be asked for are mirrors and arrays of numbers. (These stand below nothing
 * here: the root that the unit names has a field.) */
static enum ph_outcome bind(struct ph_call *call)
{
    uint32_t index = (uint32_t)call->slots[1];

    if (call->slots[0] == PH_LINK_REQUEST_CLASS) {
        const struct ph_class_ref *wanted = &call->caller->loaded->unit.class_refs[index];
        CHECK_EQ(wanted->kind, PH_CLASS_REF_NUMBERS);
        ph_link_bind_class(call->caller, index,
                           ph_array_class(call->machine, call->mutator, wanted->storage, NULL));
        return PH_DONE;
    }
    CHECK_EQ(call->slots[0], PH_LINK_REQUEST_CONSTANT);
    ph_ref made = ph_object_new(call->mutator, PH_CLASS_OBJECT, 0);
    CHECK(ph_link_bind_constant(call->mutator, call->caller, index, made));
    return PH_DONE;
}

static enum ph_outcome trap(struct ph_call *call)
{
    call->slots[0] = ph_object_new(call->mutator, PH_CLASS_OBJECT, 0);
    return PH_DONE;
}

static void open_world(struct world *world, enum world_mode mode)
{
    static const struct ph_native_info natives[] = {
        {.module = "java", .name = "link", .signature = "ii:", .run = bind},
        {.module = "java", .name = "trap", .signature = "ir:r", .run = trap},
    };
    world_open(world, mode);
    CHECK_OK(ph_machine_add_natives(world->machine, natives, PH_COUNT(natives)));
}

/* What run, of version `major`, makes of its arguments; the same in every mode. */
static uint64_t value_in(uint16_t major, const struct method *run, const uint64_t *arguments)
{
    static struct text text;
    struct ph_slice unit;
    struct ph_error error;
    uint64_t values[WORLD_MODE_COUNT];

    if (translate(major, run, &unit, &error) != PH_OK) {
        unit_fail(__FILE__, __LINE__, "%s", error.text);
    }
    verify(unit);
    export_run(unit, &text);
    ph_free(ph_port_allocator(), (void *)(uintptr_t)unit.bytes, unit.size);
    for (enum world_mode mode = WORLD_FREE; mode < WORLD_MODE_COUNT; mode++) {
        struct world world;
        open_world(&world, mode);
        values[mode] = world_value(&world, world_text(&world, text.bytes), "run", 0, arguments);
        world_close(&world);
        CHECK_EQ(values[mode], values[WORLD_FREE]);
    }
    return values[WORLD_FREE];
}

static uint64_t value(const struct method *run, const uint64_t *arguments)
{
    return value_in(61, run, arguments);
}

#define RUN(result_, stack_, locals_, ...)                                                    \
    value(&(const struct method){.flags = PH_ACC_STATIC, .descriptor = "()" result_,          \
                                 .max_stack = (stack_), .max_locals = (locals_),              \
                                 CODE(__VA_ARGS__)},                                          \
          NULL)

/* ---- The stack ------------------------------------------------------------------------------ */

/* The values that are left are joined as digits, the top last: a b → 10 a + b. */
#define JOIN BIPUSH, 10, IMUL
#define JOIN_TWO SWAP, JOIN, IADD

TEST(every_dup_leaves_what_it_should)
{
    CHECK_EQ(RUN("I", 3, 0, ICONST_1, DUP, JOIN_TWO, IRETURN), 11);
    CHECK_EQ(RUN("I", 4, 0, ICONST_1, ICONST_2, DUP_X1, JOIN_TWO, JOIN_TWO, IRETURN), 2 * 10 + 12);
    CHECK_EQ(RUN("I", 6, 1, ICONST_1, ICONST_2, ICONST_3, DUP_X2, ISTORE_0, JOIN_TWO, JOIN_TWO,
                 ILOAD_0, JOIN_TWO, IRETURN), (3 * 10 + 12) * 10 + 3);
    CHECK_EQ(RUN("I", 6, 0, ICONST_1, ICONST_2, DUP2, IADD, JOIN_TWO, JOIN_TWO, IRETURN),
             10 + 23);
    CHECK_EQ(RUN("I", 6, 2, ICONST_1, ICONST_2, ICONST_3, DUP2_X1, ISTORE_0, ISTORE_1, JOIN_TWO,
                 JOIN_TWO, ILOAD_1, JOIN_TWO, ILOAD_0, JOIN_TWO, IRETURN),
             ((2 * 10 + 31) * 10 + 2) * 10 + 3);
    CHECK_EQ(RUN("I", 8, 2, ICONST_1, ICONST_2, ICONST_3, ICONST_4, DUP2_X2, ISTORE_0, ISTORE_1,
                 JOIN_TWO, JOIN_TWO, JOIN_TWO, ILOAD_1, JOIN_TWO, ILOAD_0, JOIN_TWO, IRETURN),
             ((3 * 10 + (4 * 10 + 12)) * 10 + 3) * 10 + 4);
}

TEST(every_dup_leaves_what_it_should_of_longs)
{
    CHECK_EQ(RUN("J", 6, 0, LDC2_W, 0, BIG, DUP2, LADD, LRETURN), 2 * (uint64_t)BIG_VALUE);
    /* long under int: dup_x2; int under long: dup2_x1; long under long: dup2_x2 */
    CHECK_EQ(RUN("J", 6, 2, LDC2_W, 0, BIG, ICONST_3, DUP_X2, POP, L2I, IADD, I2L, LRETURN),
             (uint64_t)(int64_t)(int32_t)((uint32_t)BIG_VALUE + 3));
    CHECK_EQ(RUN("J", 8, 2, ICONST_2, LDC2_W, 0, BIG, DUP2_X1, LSTORE_0, I2L, LADD, LLOAD_0, LADD,
                 LRETURN), 2 * (uint64_t)BIG_VALUE + 2);
    CHECK_EQ(RUN("J", 8, 2, LCONST_1, LDC2_W, 0, BIG, DUP2_X2, LSUB, LSUB, LRETURN),
             (uint64_t)BIG_VALUE - (1 - (uint64_t)BIG_VALUE));
    CHECK_EQ(RUN("J", 8, 0, ICONST_1, ICONST_2, LDC2_W, 0, BIG, DUP2_X2, POP2, ISUB, I2L, LADD,
                 LRETURN), (uint64_t)BIG_VALUE - 1);
    CHECK_EQ(RUN("J", 8, 0, LDC2_W, 0, BIG, ICONST_1, ICONST_2, DUP2_X2, POP2, POP2, ISUB, I2L,
                 LRETURN), (uint64_t)-1);
}

/* Where values are kept beside a store, and where they are only pushed again. */
TEST(dups_before_stores)
{
    CHECK_EQ(RUN("I", 4, 2, NEW_OBJECT, ASTORE_0, ALOAD_0, ICONST_5, ICONST_2, IADD, DUP_X1,
                 PUTFIELD, 0, FIELD, ALOAD_0, GETFIELD, 0, FIELD, IADD, IRETURN), 14);
    CHECK_EQ(RUN("I", 4, 2, NEW_OBJECT, ASTORE_0, ALOAD_0, ICONST_5, DUP_X1, PUTFIELD, 0, FIELD,
                 ALOAD_0, GETFIELD, 0, FIELD, IADD, IRETURN), 10);
    CHECK_EQ(RUN("I", 6, 2, ICONST_3, NEWARRAY, 10, DUP, ASTORE_0, ICONST_1, ICONST_5, ICONST_2,
                 IADD, DUP_X2, IASTORE, ALOAD_0, ICONST_1, 0x2e, IADD, IRETURN), 14);
    CHECK_EQ(RUN("J", 8, 2, ICONST_3, NEWARRAY, 11, DUP, ASTORE_0, ICONST_1, LDC2_W, 0, BIG,
                 DUP2_X2, LASTORE, ALOAD_0, ICONST_1, 0x2f, LADD, LRETURN),
             2 * (uint64_t)BIG_VALUE);
    /* a[i] += 5, twice over; then a[1] + … */
    CHECK_EQ(RUN("I", 6, 2, ICONST_3, NEWARRAY, 10, DUP, ICONST_1, DUP2, 0x2e, ICONST_5, IADD,
                 IASTORE, ICONST_1, 0x2e, IRETURN), 5);
    CHECK_EQ(RUN("I", 4, 2, ICONST_4, DUP, ISTORE_0, DUP, ISTORE_1, ILOAD_0, IADD, ILOAD_1, IADD,
                 IRETURN), 12);
}

TEST(values_below_a_result_are_dropped)
{
    CHECK_EQ(RUN("I", 6, 0, LCONST_1, ACONST_NULL, ICONST_5, IRETURN), 5);
    CHECK_EQ(RUN("J", 6, 0, LCONST_1, ACONST_NULL, LDC2_W, 0, BIG, LRETURN), BIG_VALUE);
}

/* ---- Numbers -------------------------------------------------------------------------------- */

TEST(arithmetic_that_units_do_otherwise)
{
    const uint64_t least = (uint64_t)INT64_MIN;
    CHECK_EQ((uint32_t)RUN("I", 2, 0, ICONST_5, INEG, IRETURN), (uint32_t)-5);
    CHECK_EQ(RUN("J", 2, 0, LDC2_W, 0, BIG, LNEG, LRETURN), 0 - (uint64_t)BIG_VALUE);
    CHECK_EQ(RUN("J", 4, 0, LCONST_1, BIPUSH, 63, LSHL, LRETURN), least);
    CHECK_EQ(RUN("J", 4, 0, LCONST_1, BIPUSH, 127, LSHL, LRETURN), least);
    CHECK_EQ(RUN("J", 4, 1, BIPUSH, 0xff, ISTORE_0, LCONST_1, ILOAD_0, LSHL, LRETURN), least);
    CHECK_EQ(RUN("J", 4, 1, ICONST_1, INEG, ISTORE_0, LCONST_1, LNEG, ILOAD_0, LUSHR, LRETURN), 1);
    CHECK_EQ(RUN("J", 4, 0, BIPUSH, 0xfe, I2L, LRETURN), (uint64_t)-2);
    CHECK_EQ((uint32_t)RUN("I", 4, 0, SIPUSH, 0x12, 0xf0, I2B, IRETURN), (uint32_t)-16);
    CHECK_EQ((uint32_t)RUN("I", 4, 0, ICONST_1, INEG, I2C, IRETURN), 0xffff);
    CHECK_EQ((uint32_t)RUN("I", 4, 0, SIPUSH, 0x7f, 0xff, DUP, IADD, I2S, IRETURN), (uint32_t)-2);
}

/* A result of a small type is cut, and so is what goes into a boolean. */
TEST(small_results_are_narrowed)
{
    CHECK_EQ(RUN("Z", 2, 0, ICONST_2, IRETURN), 0);
    CHECK_EQ(RUN("Z", 2, 0, ICONST_3, IRETURN), 1);
    CHECK_EQ((uint32_t)RUN("B", 2, 0, SIPUSH, 1, 0x80, IRETURN), (uint32_t)-128);
    CHECK_EQ((uint32_t)RUN("S", 3, 0, SIPUSH, 0x7f, 0xff, ICONST_1, IADD, IRETURN),
             (uint32_t)INT16_MIN);
    CHECK_EQ((uint32_t)RUN("C", 3, 0, ICONST_1, INEG, IRETURN), 0xffff);
    CHECK_EQ(RUN("I", 2, 0, ICONST_2, PUTSTATIC, 0, FLAG, GETSTATIC, 0, FLAG, IRETURN), 0);
    CHECK_EQ(RUN("I", 2, 0, ICONST_5, PUTSTATIC, 0, FLAG, GETSTATIC, 0, FLAG, IRETURN), 1);
    CHECK_EQ(RUN("Z", 2, 0, ICONST_1, PUTSTATIC, 0, FLAG, GETSTATIC, 0, FLAG, IRETURN), 1);
}

/* compare, if: 1 if the branch is taken */
static uint64_t compared(const char *descriptor, uint8_t load, uint8_t compare, uint8_t branch,
                         const uint64_t *arguments)
{
    bool is_wide = descriptor[1] != 'F';
    uint8_t second = (uint8_t)(load + (is_wide ? 2 : 1));
    const uint8_t code[] = {load, second, compare, branch, 0, 5, ICONST_0, IRETURN, ICONST_1,
                            IRETURN};
    struct method run = {.flags = PH_ACC_STATIC, .descriptor = descriptor, .max_stack = 4,
                         .max_locals = 4, .size = sizeof(code), .code = code};
    return value(&run, arguments);
}

/* The comparison as Java has it: -1, 0, 1, and `unordered` for what is not a number. */
static bool is_taken(int order, uint8_t branch)
{
    switch (branch) {
    case IFEQ: return order == 0;
    case IFNE: return order != 0;
    case IFLT: return order < 0;
    case IFGE: return order >= 0;
    case IFGT: return order > 0;
    default: return order <= 0;
    }
}

static uint64_t bits_of(double number, bool is_float)
{
    float small = (float)number;
    uint64_t bits = 0;
    memcpy(&bits, is_float ? (void *)&small : (void *)&number, is_float ? 4 : 8);
    return bits;
}

TEST_TIMEOUT(comparisons_with_branches, 200)
{
    static const double pairs[][2] = {{1, 2}, {2, 1}, {1, 1}, {0.0 / 0.0, 1}, {1, 0.0 / 0.0}};
    for (uint32_t i = 0; i < PH_COUNT(pairs); i++) {
        bool is_number = pairs[i][0] == pairs[i][0] && pairs[i][1] == pairs[i][1];
        int order = (pairs[i][0] > pairs[i][1]) - (pairs[i][0] < pairs[i][1]);
        for (uint8_t branch = IFEQ; branch <= IFLE; branch++) {
            for (uint8_t compare = FCMPL; compare <= DCMPG; compare++) {
                bool is_float = compare <= FCMPG, is_g = compare == FCMPG || compare == DCMPG;
                const uint64_t arguments[] = {bits_of(pairs[i][0], is_float),
                                              bits_of(pairs[i][1], is_float)};
                uint64_t taken = compared(is_float ? "(FF)I" : "(DD)I",
                                          is_float ? FLOAD_0 : DLOAD_0, compare, branch, arguments);
                CHECK_EQ(taken, is_taken(is_number ? order : is_g ? 1 : -1, branch));
            }
            const uint64_t longs[] = {(uint64_t)(int64_t)(i % 3) - 1, (uint64_t)0};
            CHECK_EQ(compared("(JJ)I", LLOAD_0, LCMP, branch, longs),
                     is_taken((int)(i % 3) - 1, branch));
        }
    }
}

/* ---- Switches ------------------------------------------------------------------------------- */

/* A lookupswitch that answers the number of the key, or 99. */
static uint64_t looked_up(uint32_t count, const int32_t *keys, int32_t key)
{
    static struct class_part code;
    const uint64_t arguments[] = {(uint32_t)key};

    code.size = 0;
    part_bytes(&code, (const uint8_t[]){ILOAD_0, LOOKUPSWITCH, 0, 0}, 4);
    uint32_t end = 12 + 8 * count;
    part_u32(&code, end - 1 + 4 * count);
    part_u32(&code, count);
    for (uint32_t i = 0; i < count; i++) {
        part_u32(&code, (uint32_t)keys[i]);
        part_u32(&code, end - 1 + 4 * i);
    }
    for (uint32_t i = 0; i <= count; i++) {
        part_bytes(&code, (const uint8_t[]){SIPUSH, 0, (uint8_t)(i == count ? 99 : i), IRETURN},
                   4);
    }
    struct method run = {.flags = PH_ACC_STATIC, .descriptor = "(I)I", .max_stack = 1,
                         .max_locals = 1, .size = code.size, .code = code.bytes};
    return value(&run, arguments);
}

TEST_TIMEOUT(lookup_switches_of_all_shapes, 100)
{
    static const int32_t sparse[] = {INT32_MIN, -70000, -5, 0, 7, 100, 1000, 65536, INT32_MAX};
    static const int32_t dense[] = {-3, -2, 0, 1, 2, 4};
    for (uint32_t i = 0; i < PH_COUNT(sparse); i++) {
        CHECK_EQ(looked_up(PH_COUNT(sparse), sparse, sparse[i]), i);
    }
    CHECK_EQ(looked_up(PH_COUNT(sparse), sparse, 1), 99);
    CHECK_EQ(looked_up(PH_COUNT(sparse), sparse, INT32_MAX - 1), 99);
    CHECK_EQ(looked_up(PH_COUNT(sparse), sparse, INT32_MIN + 1), 99);
    for (uint32_t i = 0; i < PH_COUNT(dense); i++) {
        CHECK_EQ(looked_up(PH_COUNT(dense), dense, dense[i]), i);
    }
    CHECK_EQ(looked_up(PH_COUNT(dense), dense, -1), 99);
    CHECK_EQ(looked_up(PH_COUNT(dense), dense, 5), 99);
    CHECK_EQ(looked_up(PH_COUNT(dense), dense, INT32_MIN), 99);
    CHECK_EQ(looked_up(1, sparse, INT32_MIN), 0);
    CHECK_EQ(looked_up(1, sparse, 3), 99);
    CHECK_EQ(looked_up(0, sparse, 3), 99);
}

TEST(table_switches)
{
    static const uint8_t code[] = {ILOAD_0, TABLESWITCH, 0, 0, 0, 0, 0, 31, 0xff, 0xff, 0xff, 0xfe,
                                   0, 0, 0, 0, 0, 0, 0, 27, 0, 0, 0, 31, 0, 0, 0, 29,
                                   ICONST_1, IRETURN, ICONST_2, IRETURN, ICONST_3, IRETURN};
    struct method run = {.flags = PH_ACC_STATIC, .descriptor = "(I)I", .max_stack = 1,
                         .max_locals = 1, .size = sizeof(code), .code = code};
    static const uint64_t keys[] = {(uint32_t)-2, (uint32_t)-1, 0, 1, (uint32_t)INT32_MIN,
                                    INT32_MAX};
    static const uint64_t answers[] = {1, 3, 2, 3, 3, 3};
    for (uint32_t i = 0; i < PH_COUNT(keys); i++) {
        CHECK_EQ(value(&run, &keys[i]), answers[i]);
    }
}

/* As many keys as a method can hold. */
TEST(a_huge_switch)
{
    static struct class_part code;
    struct ph_slice unit;
    struct ph_error error;
    uint32_t count = 8000;

    code.size = 0;
    part_bytes(&code, (const uint8_t[]){ICONST_0, LOOKUPSWITCH, 0, 0}, 4);
    part_u32(&code, 12 + 8 * count - 1);
    part_u32(&code, count);
    for (uint32_t i = 0; i < count; i++) {
        part_u32(&code, i * 1000);
        part_u32(&code, 12 + 8 * count - 1);
    }
    part_u8(&code, RETURN);
    struct method run = {.flags = PH_ACC_STATIC, .descriptor = "()V", .max_stack = 1,
                         .size = code.size, .code = code.bytes};
    struct ph_slice bytes;
    for (uint32_t i = 0; i < 2; i++) { /* the keys of the second are one table */
        bytes = make(61, &run);
        CHECK_OK(translate_bytes(bytes, &unit, &error));
        verify(unit);
        ph_free(ph_port_allocator(), (void *)(uintptr_t)unit.bytes, unit.size);
        free((void *)(uintptr_t)bytes.bytes);
        for (uint32_t k = 0; k < count; k++) {
            code.bytes[12 + 8 * k + 0] = 0;
            code.bytes[12 + 8 * k + 1] = 0;
            code.bytes[12 + 8 * k + 2] = (uint8_t)(k >> 8);
            code.bytes[12 + 8 * k + 3] = (uint8_t)k;
        }
    }
}

/* ---- Exceptions ----------------------------------------------------------------------------- */

#define RUN_IN(result_, stack_, locals_, code_, ...)                                        \
    value(&(const struct method){.flags = PH_ACC_STATIC, .descriptor = "()" result_,        \
                                 .max_stack = (stack_), .max_locals = (locals_),            \
                                 .size = sizeof(code_), .code = (code_),                    \
                                 .range_count = sizeof((uint16_t[][4]){__VA_ARGS__}) / 8,   \
                                 .ranges = {__VA_ARGS__}},                                  \
          NULL)

/* The first row that fits is taken, although a later one is tighter. */
TEST(handlers_are_looked_at_in_order)
{
    static const uint8_t code[] = {INVOKESTATIC, 0, HELP_METHOD, IRETURN, /* 0 */
                                   POP, ICONST_1, IRETURN,                /* 4 */
                                   POP, ICONST_2, IRETURN};               /* 7 */
    CHECK_EQ(RUN_IN("I", 1, 0, code, {0, 4, 4, 0}, {0, 3, 7, 0}), 1);
    CHECK_EQ(RUN_IN("I", 1, 0, code, {0, 4, 7, THIS_CLASS}, {0, 4, 4, 0}), 2);
    CHECK_EQ(RUN_IN("I", 1, 0, code, {3, 4, 4, 0}, {0, 3, 7, 0}), 2);
}

/* The handler's own code is in its range; the second exception is caught by it as well. */
TEST(a_handler_in_its_own_range)
{
    static const uint8_t code[] = {
        ICONST_0, ISTORE_0,                          /* 0 */
        INVOKESTATIC, 0, HELP_METHOD, POP,           /* 2 */
        GOTO, 0, 15,                                 /* 6: to 21, never */
        IINC, 0, 1, POP, ILOAD_0, ICONST_3, IF_ICMPLT, 0xff, 0xf3, /* 9: the handler; 15 to 2 */
        ILOAD_0, IRETURN, 0,                         /* 18 */
        ICONST_5, IRETURN};                          /* 21 */
    CHECK_EQ(RUN_IN("I", 2, 1, code, {2, 18, 9, 0}), 3);
}

/* It is also reached by a branch, with a reference on the stack. */
TEST(a_handler_that_is_a_branch_target)
{
    static const uint8_t code[] = {ACONST_NULL, GOTO, 0, 8,                     /* 0: to 9 */
                                   INVOKESTATIC, 0, HELP_METHOD, POP, ACONST_NULL, /* 4 */
                                   IFNULL, 0, 6, ICONST_4, IRETURN, 0,          /* 9: to 15 */
                                   GOTO, 0xff, 0xf5};                           /* 15: to 4 */
    CHECK_EQ(RUN_IN("I", 1, 0, code, {4, 7, 9, 0}), 4);
}

TEST(division_by_zero_is_thrown)
{
    static const uint8_t code[] = {ICONST_1, ICONST_0, IDIV, IRETURN, POP, ICONST_5, IRETURN};
    CHECK_EQ(RUN_IN("I", 2, 0, code, {0, 4, 4, 0}), 5);
}

/* Ranges of code that is not there any more. */
TEST(dead_code_and_its_handlers_are_left_out)
{
    static const uint8_t code[] = {ICONST_3, GOTO, 0, 8, /* 0: to 9 */
                                   IADD, POP2, GOTO, 0xff, 0xfe, /* 4: dead, and wrong */
                                   IRETURN,              /* 9 */
                                   POP, ICONST_1, IRETURN}; /* 10: a dead handler */
    CHECK_EQ(RUN_IN("I", 2, 0, code, {4, 9, 10, 0}, {4, 6, 10, 0}), 3);
}

/* The monitor is given back: to give it back again is an error. */
TEST(synchronized_methods_release_their_monitor)
{
    static const uint8_t code[] = {
        NEW_OBJECT, ASTORE_0,                                /* 0 */
        ALOAD_0, INVOKEVIRTUAL, 0, LOCKED_METHOD, IRETURN,   /* 8 */
        POP, ALOAD_0, MONITORENTER, ALOAD_0, MONITOREXIT,    /* 13 */
        ALOAD_0, MONITOREXIT, ICONST_0, IRETURN,             /* 18 */
        POP, INVOKESTATIC, 0, HELP_METHOD, IRETURN,          /* 22 */
        POP, ICONST_5, IRETURN};                             /* 27 */
    CHECK_EQ(RUN_IN("I", 2, 1, code, {8, 13, 13, 0}, {13, 22, 22, 0}, {22, 27, 27, 0}), 5);
}

/* An instance method that writes over its receiver. */
TEST(synchronized_methods_remember_their_receiver)
{
    static const uint8_t code[] = {ACONST_NULL, ASTORE_0, ALOAD_0, IFNULL, 0, 5, ICONST_0,
                                   IRETURN, ICONST_4, IRETURN};
    struct method run = {.flags = PH_ACC_STATIC | PH_ACC_SYNCHRONIZED, .descriptor = "()I",
                         .max_stack = 1, .max_locals = 1, .size = sizeof(code), .code = code};
    struct ph_slice unit;
    struct ph_error error;

    CHECK_EQ(value(&run, NULL), 4);
    run.flags = PH_ACC_SYNCHRONIZED;
    CHECK_OK(translate(61, &run, &unit, &error));
    verify(unit);
    ph_free(ph_port_allocator(), (void *)(uintptr_t)unit.bytes, unit.size);
}

/* ---- Subroutines ---------------------------------------------------------------------------- */

/* A subroutine that is called from two places adds to a local. */
TEST(a_subroutine_comes_back_to_each_call)
{
    static const uint8_t code[] = {
        ICONST_0, ISTORE_0,                                  /* 0 */
        JSR, 0, 12,                                          /* 2: to 14 */
        IINC, 0, 10,                                         /* 5 */
        JSR, 0, 6,                                           /* 8: to 14 */
        ILOAD_0, IRETURN, 0,                                 /* 11 */
        ASTORE_1, IINC, 0, 1, RET, 1};                       /* 14 */
    struct method run = {.flags = PH_ACC_STATIC, .descriptor = "()I", .max_stack = 1,
                         .max_locals = 2, .size = sizeof(code), .code = code};
    CHECK_EQ(value_in(49, &run, NULL), 12);
}

/* One in another; the inner one is called from both, and comes back behind itself in the code. */
TEST(subroutines_in_subroutines)
{
    static const uint8_t code[] = {
        ICONST_0, ISTORE_0,                                  /* 0 */
        GOTO, 0, 13,                                         /* 2: to 15 */
        ASTORE_2, IINC, 0, 1, RET, 2,                        /* 5: inner */
        ILOAD_0, IRETURN, 0, 0,                              /* 11 */
        JSR, 0, 9,                                           /* 15: to outer, 24 */
        JSR, 0xff, 0xf3,                                     /* 18: inner */
        GOTO, 0xff, 0xf6,                                    /* 21: to 11 */
        ASTORE_1, JSR, 0xff, 0xec, IINC, 0, 100,             /* 24: outer */
        JSR, 0xff, 0xe6, RET, 1};                            /* 31 */
    struct method run = {.flags = PH_ACC_STATIC, .descriptor = "()I", .max_stack = 1,
                         .max_locals = 3, .size = sizeof(code), .code = code};
    CHECK_EQ(value_in(48, &run, NULL), 103);
}

/* Where it is called from, local 2 is an int here and a reference there; the subroutine leaves it
 * alone, so it can be read again (JVMS 4.10.2.5). */
TEST(a_subroutine_leaves_other_locals_alone)
{
    static const uint8_t code[] = {
        ICONST_3, ISTORE_2, JSR, 0, 14,                      /* 0: to 16 */
        ILOAD_2, ISTORE_0,                                   /* 5 */
        ACONST_NULL, ASTORE_2, JSR, 0, 7,                    /* 7: to 16 */
        0x2c /* aload_2 */, GOTO, 0, 7,                      /* 12: to 20 */
        ASTORE_1, RET, 1, 0,                                 /* 16 */
        IFNULL, 0, 5, ICONST_0, IRETURN,                     /* 20 */
        ILOAD_0, IRETURN};                                   /* 25 */
    struct method run = {.flags = PH_ACC_STATIC, .descriptor = "()I", .max_stack = 1,
                         .max_locals = 3, .size = sizeof(code), .code = code};
    CHECK_EQ(value_in(48, &run, NULL), 3);
}

/* A finally of old compilers: every way out goes through the subroutine. */
TEST(an_old_finally)
{
    static const uint8_t code[] = {
        INVOKESTATIC, 0, HELP_METHOD, POP,                   /* 0: throws */
        JSR, 0, 14, GOTO, 0, 20,                             /* 4: to 18; to 27 */
        ASTORE_0, JSR, 0, 7, ALOAD_0, POP, ICONST_4, IRETURN, /* 10: any; to 18 */
        ASTORE_1, ICONST_1, PUTSTATIC, 0, FLAG, RET, 1, 0, 0, /* 18 */
        GETSTATIC, 0, FLAG, IRETURN};                        /* 27 */
    CHECK_EQ(sizeof(code), 31);
    struct method run = {.flags = PH_ACC_STATIC, .descriptor = "()I", .max_stack = 1,
                         .max_locals = 2, .size = sizeof(code), .code = code, .range_count = 1,
                         .ranges = {{0, 4, 10, 0}}};
    CHECK_EQ(value_in(45, &run, NULL), 4);
}

/* ---- Locals --------------------------------------------------------------------------------- */

TEST(wide_instructions)
{
    CHECK_EQ(RUN("I", 2, 65535, ICONST_5, WIDE, ISTORE, 0xff, 0xfe, WIDE, IINC, 0xff, 0xfe, 0x01,
                 0x00, WIDE, ILOAD, 0xff, 0xfe, IRETURN), 261);
    CHECK_EQ(RUN("J", 2, 65535, LDC2_W, 0, BIG, WIDE, LSTORE, 0xff, 0xfd, WIDE, LLOAD, 0xff, 0xfd,
                 LRETURN), BIG_VALUE);
}

/* Values of all kinds in one local, one after another; halves of longs are written over. */
TEST(a_local_of_several_kinds)
{
    CHECK_EQ(RUN("I", 2, 3, LCONST_1, LSTORE_0, ICONST_3, ISTORE_1, ACONST_NULL, ASTORE_0,
                 ALOAD_0, IFNULL, 0, 5, ICONST_0, IRETURN, ILOAD_1, IRETURN), 3);
}

/* ---- Loops ---------------------------------------------------------------------------------- */

/* The test is at the beginning, and is repeated at the end the other way round. */
TEST(loops_that_test_first)
{
    static const uint8_t ints[][3] = {/* first i, the test that ends the loop, how often it runs */
                                      {ICONST_0, IF_ICMPGE, 5}, {ICONST_0, IF_ICMPEQ, 5},
                                      {ICONST_5, IF_ICMPGE, 0}, {ICONST_0, IF_ICMPNE, 0},
                                      {ICONST_5, IF_ICMPNE, 1}};
    for (uint32_t i = 0; i < PH_COUNT(ints); i++) {
        CHECK_EQ(RUN("I", 2, 2, ints[i][0], ISTORE_0, ICONST_0, ISTORE_1,
                     ILOAD_0, ICONST_5, ints[i][1], 0, 12, /* 4 */
                     IINC, 1, 1, IINC, 0, 1, GOTO, 0xff, 0xf5,
                     ILOAD_1, IRETURN), ints[i][2]);
    }
    /* against 0 and null, and of longs */
    CHECK_EQ(RUN("I", 2, 2, ICONST_3, ISTORE_0, ICONST_0, ISTORE_1, ILOAD_0, IFLE, 0, 12, IINC, 1,
                 1, IINC, 0, 0xff, GOTO, 0xff, 0xf6, ILOAD_1, IRETURN), 3);
    CHECK_EQ(RUN("I", 2, 2, ICONST_3, ISTORE_0, ICONST_0, ISTORE_1, ILOAD_0, IFEQ, 0, 12, IINC, 1,
                 1, IINC, 0, 0xff, GOTO, 0xff, 0xf6, ILOAD_1, IRETURN), 3);
    CHECK_EQ(RUN("I", 2, 2, NEW_OBJECT, ASTORE_0, ICONST_0, ISTORE_1, ALOAD_0, IFNULL, 0, 11, IINC,
                 1, 1, ACONST_NULL, ASTORE_0, GOTO, 0xff, 0xf7, ILOAD_1, IRETURN), 1);
    CHECK_EQ(RUN("I", 4, 3, LCONST_0, LSTORE_0, ICONST_0, ISTORE_2, LLOAD_0, LCONST_1, LCMP, IFGE,
                 0, 13, IINC, 2, 1, LLOAD_0, LCONST_1, LADD, LSTORE_0, GOTO, 0xff, 0xf3, ILOAD_2,
                 IRETURN), 1);
}

/* The test is reached from the loop's end alone, where it is repeated: nothing of it is left. */
TEST(a_loop_that_is_entered_in_its_middle)
{
    static const uint8_t code[] = {ICONST_0, ISTORE_0, GOTO, 0, 8, /* 0: to 10 */
                                   ILOAD_0, ICONST_5, IF_ICMPGE, 0, 9, /* 5: to 16 */
                                   IINC, 0, 1, GOTO, 0xff, 0xf8, /* 10: goes to 5 */
                                   ILOAD_0, IRETURN, /* 16 */
                                   POP, ICONST_1, IRETURN}; /* 18 */
    CHECK_EQ(RUN_IN("I", 2, 1, code, {5, 10, 18, 0}), 5);
    CHECK_EQ(RUN_IN("I", 2, 1, code, {5, 16, 18, 0}), 5);
}

/* A test that throws, the second time round: what handles it is what handles the first. */
TEST(a_test_that_throws)
{
    static const uint8_t code[] = {
        ICONST_1, ISTORE_0,                               /* 0 */
        ICONST_4, ILOAD_0, IDIV, ICONST_5, IF_ICMPEQ, 0, 15, /* 2: to 21 */
        ICONST_0, ISTORE_0, GOTO, 0xff, 0xf7,             /* 9: goes to 2 */
        0, 0, 0, 0, 0, 0, 0,                              /* 14 */
        ICONST_1, IRETURN,                                /* 21 */
        POP, ICONST_2, IRETURN,                           /* 23 */
        POP, ICONST_3, IRETURN};                          /* 26 */
    CHECK_EQ(RUN_IN("I", 2, 1, code, {2, 14, 23, 0}), 2);
    CHECK_EQ(RUN_IN("I", 2, 1, code, {9, 14, 26, 0}, {2, 9, 23, 0}), 2);
    CHECK_EQ(RUN_IN("I", 2, 1, code, {2, 9, 23, 0}), 2);
}
