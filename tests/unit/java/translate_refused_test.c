/* SPDX-License-Identifier: Apache-2.0 */
/* translate_refused_test.c - each error of the verifier has a class that has it; names, origin,
 * memory that runs out. */
#include <time.h>

#include "translate_kit.h"

/* ---- What is refused ------------------------------------------------------------------------ */

struct refusal {
    const char *text;       /* how the message begins */
    const char *place;      /* what it ends with */
    uint16_t major;
    struct method run;
};

#define REFUSED_AS(text_, place_, major_, result_, stack_, locals_, ...)                  \
    {text_, place_, major_,                                                               \
     {.flags = PH_ACC_STATIC, .descriptor = "()" result_, .max_stack = (stack_),          \
      .max_locals = (locals_), CODE(__VA_ARGS__)}}
#define REFUSED(text_, place_, ...) REFUSED_AS(text_, place_, 61, __VA_ARGS__)
#define WRONG_TYPE "Bad type on operand stack"
#define WRONG_LOCAL "Bad local variable type"
#define WRONG_TARGET "Illegal target of jump or branch"
#define WRONG_CONSTANT "Illegal type at constant pool entry"

static void check_refused(const struct refusal *refusal)
{
    struct ph_slice unit;
    struct ph_error error;

    CHECK_STATUS(translate(refusal->major, &refusal->run, &unit, &error), PH_INVALID);
    CHECK_EQ(error.status, PH_INVALID);
    CHECK(unit.bytes == NULL);
    size_t size = strlen(error.text), place = strlen(refusal->place);
    if (strncmp(error.text, refusal->text, strlen(refusal->text)) != 0 || size < place ||
        strcmp(error.text + size - place, refusal->place) != 0 ||
        strstr(error.text, "java/lang/Object.run()") == NULL) {
        unit_fail(__FILE__, __LINE__, "\"%s\" instead of \"%s … %s\"", error.text, refusal->text,
                  refusal->place);
    }
}

TEST(kinds_and_depths_that_are_refused)
{
    const struct refusal refusals[] = {
        REFUSED("Operand stack underflow", "@0: pop", "V", 1, 0, POP, RETURN),
        REFUSED("Operand stack underflow", "@1: dup_x1", "V", 3, 0, ICONST_0, DUP_X1, RETURN),
        REFUSED("Operand stack overflow", "@1: iconst_1", "V", 1, 0, ICONST_0, ICONST_1, RETURN),
        REFUSED("Operand stack overflow", "@0: lconst_0", "V", 1, 0, LCONST_0, RETURN),
        REFUSED("Operand stack overflow", "@1: dup", "V", 1, 0, ICONST_0, DUP, RETURN),
        REFUSED(WRONG_TYPE ": expecting int, found float", "@2: iadd", "V", 2, 0, ICONST_0,
                FCONST_0, IADD, RETURN),
        REFUSED(WRONG_TYPE ": half of a long", "@1: pop", "V", 2, 0, LCONST_0, POP, RETURN),
        REFUSED(WRONG_TYPE ": half of a long", "@2: dup2", "V", 5, 0, LCONST_0, ICONST_0, DUP2,
                RETURN),
        REFUSED(WRONG_TYPE ": half of a long", "@2: swap", "V", 5, 0, LCONST_0, ICONST_0, SWAP,
                RETURN),
        REFUSED(WRONG_TYPE ": expecting object, found int", "@2: putfield", "V", 2, 0, ICONST_0,
                ICONST_0, PUTFIELD, 0, FIELD, RETURN),
        REFUSED(WRONG_TYPE, "@1: areturn", "Ljava/lang/Object;", 2, 0, ICONST_0, ARETURN),
        REFUSED("Wrong return type in function", "@0: return", "I", 2, 0, RETURN),
        REFUSED("Wrong return type in function", "@1: freturn", "I", 2, 0, FCONST_0, FRETURN),
        REFUSED("Method does not expect a return value", "@1: ireturn", "V", 2, 0, ICONST_0,
                IRETURN),
        REFUSED(WRONG_TYPE, "@1: ifnull", "V", 2, 0, ICONST_0, IFNULL, 0, 3, RETURN),
        REFUSED("Inconsistent stack height 1 != 0", "@5: goto", "V", 2, 0, ICONST_0, IFEQ, 0, 7,
                ICONST_1, GOTO, 0, 3, RETURN),
        REFUSED("Bad type on operand stack: it differs", "@6: fconst_0", "V", 2, 0, ICONST_0,
                ICONST_0, IFEQ, 0, 5, POP, FCONST_0, POP, RETURN),
        REFUSED("Control flow falls through code end", "@0: nop", "V", 0, 0, 0),
        REFUSED("Control flow falls through code end", "@2: ifeq", "V", 1, 0, 0, ICONST_0, IFEQ,
                0xff, 0xfe),
    };
    for (uint32_t i = 0; i < PH_COUNT(refusals); i++) {
        check_refused(&refusals[i]);
    }
}

static void check_accepted(const struct method *run)
{
    struct ph_slice unit;
    struct ph_error error;

    if (translate(61, run, &unit, &error) != PH_OK) {
        unit_fail(__FILE__, __LINE__, "%s", error.text);
    }
    verify(unit);
    ph_free(ph_port_allocator(), (void *)(uintptr_t)unit.bytes, unit.size);
}

TEST(locals_that_are_refused)
{
    const struct refusal refusals[] = {
        REFUSED("Local variable table overflow", "@0: iload_0", "V", 1, 0, ILOAD_0, RETURN),
        REFUSED("Local variable table overflow", "@1: lstore_0", "V", 2, 1, LCONST_0, LSTORE_0,
                RETURN),
        REFUSED("Local variable table overflow", "@0: iinc", "V", 2, 1, IINC, 1, 1, RETURN),
        REFUSED(WRONG_LOCAL ": accessing local 0", "@0: iload_0", "V", 1, 1, ILOAD_0, RETURN),
        REFUSED(WRONG_LOCAL, "@0: iinc", "V", 1, 1, IINC, 0, 1, RETURN),
        REFUSED(WRONG_LOCAL, "@2: aload_0", "V", 1, 1, ICONST_0, ISTORE_0, ALOAD_0, RETURN),
        /* set on one way only */
        REFUSED(WRONG_LOCAL, "@6: iload_0", "V", 1, 1, ICONST_0, IFEQ, 0, 5, ICONST_0, ISTORE_0,
                ILOAD_0, RETURN),
        /* another kind on the way back of a loop */
        REFUSED(WRONG_LOCAL, "@2: iload_0", "V", 1, 1, ICONST_0, ISTORE_0, ILOAD_0, POP,
                ACONST_NULL, ASTORE_0, GOTO, 0xff, 0xfc),
        /* halves of a long */
        REFUSED(WRONG_LOCAL, "@4: lload_0", "V", 2, 2, LCONST_0, LSTORE_0, ICONST_0, ISTORE_1,
                LLOAD_0, RETURN),
        REFUSED(WRONG_LOCAL ": accessing local 1", "@2: iload_1", "V", 2, 2, LCONST_0, LSTORE_0,
                ILOAD_1, RETURN),
        REFUSED(WRONG_LOCAL, "@4: iload_1", "V", 2, 3, ICONST_0, ISTORE_1, LCONST_0, LSTORE_0,
                ILOAD_1, RETURN),
    };
    for (uint32_t i = 0; i < PH_COUNT(refusals); i++) {
        check_refused(&refusals[i]);
    }
    /* A handler sees locals as they are before any instruction of its range. */
    static const uint8_t code[] = {ICONST_0, ISTORE_0, 0, RETURN, POP, ILOAD_0, RETURN};
    struct refusal late = {WRONG_LOCAL, "@5: iload_0", 61,
                           {.flags = PH_ACC_STATIC, .descriptor = "()V", .max_stack = 1,
                            .max_locals = 1, .size = sizeof(code), .code = code, .range_count = 1,
                            .ranges = {{0, 3, 4, 0}}}};
    check_refused(&late);
    late.run.ranges[0][0] = 2;
    check_accepted(&late.run);
    static const uint8_t changed[] = {ICONST_0, ISTORE_0, FCONST_0, FSTORE_0, ICONST_0, ISTORE_0,
                                      RETURN, POP, ILOAD_0, RETURN};
    late.run.code = changed;
    late.run.size = sizeof(changed);
    late.place = "@8: iload_0";
    memcpy(late.run.ranges[0], (uint16_t[]){2, 7, 7, 0}, 8);
    check_refused(&late);
    memcpy(late.run.ranges[0], (uint16_t[]){2, 4, 7, 0}, 8); /* the store is the last */
    check_accepted(&late.run);
}

TEST(code_that_is_refused_reached_or_not)
{
    const struct refusal refusals[] = {
        REFUSED("Bad instruction: cb", "@1: <illegal>", "V", 0, 0, RETURN, 0xcb),
        REFUSED("Bad instruction: 11", "@1: sipush", "V", 0, 0, RETURN, SIPUSH, 0),
        REFUSED("Bad instruction: c4", "@1: wide", "V", 0, 0, RETURN, WIDE, IADD, 0, 0),
        REFUSED("Bad instruction: aa", "@1: tableswitch", "V", 0, 0, RETURN, TABLESWITCH, 0, 1, 0,
                0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0),
        REFUSED("Bad instruction: ab", "@1: lookupswitch", "V", 0, 0, RETURN, LOOKUPSWITCH, 0, 0,
                0, 0, 0, 0, 0x7f, 0xff, 0xff, 0xff),
        REFUSED("Bad lookupswitch", "@1: lookupswitch", "V", 0, 0, RETURN, LOOKUPSWITCH, 0, 0, 0,
                0, 0, 0xff, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 27, 0, 0, 0, 1, 0, 0, 0, 27, RETURN),
        REFUSED(WRONG_TARGET, "@1: goto", "V", 0, 0, RETURN, GOTO, 0, 3),
        REFUSED(WRONG_TARGET, "@1: goto", "V", 0, 0, RETURN, GOTO, 0xff, 0xfe),
        REFUSED(WRONG_TARGET ": pc 2 is inside", "run()V", "V", 0, 0, RETURN, GOTO, 0, 1),
        REFUSED(WRONG_CONSTANT " 2", "@1: getstatic", "V", 1, 0, RETURN, GETSTATIC, 0, 2),
        REFUSED(WRONG_CONSTANT " 65535", "@1: getfield", "V", 1, 0, RETURN, GETFIELD, 0xff, 0xff),
        REFUSED(WRONG_CONSTANT " 33", "@0: ldc", "V", 1, 0, LDC, BIG, RETURN),
        REFUSED(WRONG_CONSTANT " 34", "@0: ldc2_w", "V", 2, 0, LDC2_W, 0, BIG + 1, RETURN),
        REFUSED(WRONG_CONSTANT " 14", "@0: new", "V", 1, 0, NEW, 0, HELP_METHOD, RETURN),
        REFUSED(WRONG_CONSTANT " 14", "@0: invokeinterface", "V", 1, 0, 0xb9, 0, HELP_METHOD, 1, 0,
                RETURN),
        REFUSED(WRONG_CONSTANT " 14", "@0: invokedynamic", "V", 1, 0, 0xba, 0, HELP_METHOD, 0, 0,
                RETURN),
        REFUSED("Illegal call to internal method", "@0: invokestatic", "V", 1, 0, INVOKESTATIC, 0,
                INIT_METHOD, RETURN),
        REFUSED("Illegal newarray", "@1: newarray", "V", 1, 0, ICONST_0, NEWARRAY, 3, RETURN),
        REFUSED("Illegal dimension", "@1: multianewarray", "V", 1, 0, ICONST_0, 0xc5, 0,
                THIS_CLASS, 1, RETURN),
        REFUSED("Bad instruction: jsr", "@1: jsr", "V", 1, 0, RETURN, JSR, 0, 3, RETURN),
        REFUSED_AS(WRONG_CONSTANT " 2", "@0: ldc", 48, "V", 1, 0, LDC, THIS_CLASS, RETURN),
    };
    for (uint32_t i = 0; i < PH_COUNT(refusals); i++) {
        check_refused(&refusals[i]);
    }
}

TEST(subroutines_that_are_refused)
{
    const struct refusal refusals[] = {
        REFUSED_AS(WRONG_LOCAL ": local 0 holds no return", "@0: ret", 49, "V", 1, 1, RET, 0),
        REFUSED_AS(WRONG_LOCAL ": local 0 holds no return", "@2: ret", 49, "V", 1, 1, ICONST_0,
                   ISTORE_0, RET, 0),
        REFUSED_AS(WRONG_LOCAL, "@4: aload_0", 49, "V", 1, 1, JSR, 0, 3, ASTORE_0, ALOAD_0, RETURN),
        REFUSED_AS(WRONG_TYPE, "@3: istore_0", 49, "V", 1, 1, JSR, 0, 3, ISTORE_0, RETURN),
        REFUSED_AS("Operand stack overflow", "@0: jsr", 49, "V", 0, 1, JSR, 0, 3, ASTORE_0,
                   RETURN),
        REFUSED_AS("Inconsistent stack height 2 != 1", "@4: jsr", 49, "V", 2, 1, JSR, 0, 4,
                   ICONST_0, JSR, 0, 0, ASTORE_0, RET, 0),
    };
    for (uint32_t i = 0; i < PH_COUNT(refusals); i++) {
        check_refused(&refusals[i]);
    }
}

TEST(handlers_that_are_refused)
{
    static const uint8_t code[] = {SIPUSH, 0, 0, POP, RETURN, POP, RETURN};
    static const uint16_t bad[][4] = {{1, 4, 5, 0}, {0, 2, 5, 0}, {0, 4, 1, 0}};
    struct refusal refusal = {"Illegal exception table range or handler", "run()V", 61,
                              {.flags = PH_ACC_STATIC, .descriptor = "()V", .max_stack = 1,
                               .size = sizeof(code), .code = code, .range_count = 1}};
    for (uint32_t i = 0; i < PH_COUNT(bad); i++) {
        memcpy(refusal.run.ranges[0], bad[i], sizeof(bad[i]));
        check_refused(&refusal);
    }
}

/* ---- Names, origin, memory ------------------------------------------------------------------ */

static bool has_name(const struct ph_unit *unit, const char *name)
{
    for (uint32_t i = 0; i < unit->class_defs[0].field_count; i++) {
        struct ph_slice text = {(const uint8_t *)name, strlen(name)};
        if (ph_slice_equal(unit->class_defs[0].fields[i].name, text)) {
            return true;
        }
    }
    return false;
}

/* Modified UTF-8 becomes UTF-8; what has no UTF-8 stays different from everything else. */
TEST(names_of_all_characters)
{
    static const char *const names[] = {
        "\xc0\x80", "\xe5\xad\x97", "\xed\xa0\xbd\xed\xb8\x80", "\xed\xa0\xbd", "\xed\xb8\x80",
        "\xed\x95\x9c", "\xed\xb8\x80\xed\xa0\xbd"};
    struct ph_slice unit;
    struct ph_unit opened;
    struct ph_error error;

    class_begin(&maker, 61);
    class_head(&maker, PH_ACC_SUPER, "a/\xed\xa0\xbd\xed\xb8\x80", NAME);
    part_u16(&maker.rest, PH_COUNT(names));
    for (uint32_t i = 0; i < PH_COUNT(names); i++) {
        class_add(&maker, 0, names[i], "I", 0);
    }
    part_u16(&maker.rest, 0);
    part_u16(&maker.rest, 0);
    struct ph_slice bytes = class_finish(&maker);
    CHECK_OK(translate_bytes(bytes, &unit, &error));
    verify(unit);
    CHECK_OK(ph_unit_open(unit, ph_port_allocator(), &opened, &error));
    CHECK(ph_slice_equal(opened.name, PH_SLICE_TEXT("a/\xf0\x9f\x98\x80")));
    CHECK(has_name(&opened, "\xf0\x9f\x98\x80:I"));
    CHECK(has_name(&opened, "\xe5\xad\x97:I"));
    CHECK(has_name(&opened, "\xed\x95\x9c:I"));
    CHECK(has_name(&opened, "\xf4\x8f\x80\xbd:I")); /* U+10F03D, for the lone d83d */
    CHECK_EQ(opened.class_defs[0].field_count, PH_COUNT(names));
    ph_unit_close(&opened);
    ph_free(ph_port_allocator(), (void *)(uintptr_t)unit.bytes, unit.size);
    free((void *)(uintptr_t)bytes.bytes);
}

/* Another name than the file's: references to the class itself still mean it. */
TEST(a_hidden_class_has_another_name)
{
    const struct method run = {.flags = PH_ACC_STATIC, .descriptor = "()V", .max_stack = 2,
                               CODE(NEW_OBJECT, POP, RETURN)};
    struct ph_slice bytes = make(61, &run), unit;
    struct ph_classfile file;
    struct ph_scratch scratch;
    struct ph_unit opened;
    struct ph_error error;

    ph_scratch_init(&scratch, ph_port_allocator(), 0);
    CHECK_OK(ph_classfile_read(bytes, (struct ph_slice){NULL, 0}, &scratch, &file, &error));
    CHECK_OK(ph_java_translate(&file, PH_SLICE_TEXT("a/Hidden+0x1"), ph_port_allocator(), &unit,
                               &error));
    CHECK_OK(ph_unit_open(unit, ph_port_allocator(), &opened, &error));
    CHECK(ph_slice_equal(opened.name, PH_SLICE_TEXT("a/Hidden+0x1")));
    CHECK(ph_slice_equal(opened.class_defs[0].name, opened.name));
    CHECK(ph_unit_export(&opened, opened.name) != NULL);
    for (uint32_t i = 0; i < opened.class_ref_count; i++) {
        bool is_above_arrays = i == opened.array_interfaces[0] || i == opened.array_interfaces[1];
        CHECK(is_above_arrays || opened.class_refs[i].kind == PH_CLASS_REF_DEFINED);
    }
    ph_unit_close(&opened);
    ph_free(ph_port_allocator(), (void *)(uintptr_t)unit.bytes, unit.size);
    ph_scratch_finish(&scratch);
    free((void *)(uintptr_t)bytes.bytes);
}

TEST(where_instructions_came_from)
{
    const struct method run = {.flags = PH_ACC_STATIC, .descriptor = "()I", .max_stack = 2,
                               CODE(ICONST_0, POP, INVOKESTATIC, 0, HELP_METHOD, POP, GETSTATIC, 0,
                                    FLAG, IRETURN)};
    struct ph_slice unit;
    struct ph_unit opened;
    struct ph_java_origin origin;
    struct ph_error error;
    struct ph_function function;
    struct ph_scratch scratch;
    struct ph_insn insn;
    uint32_t found = 0, last = UINT32_MAX;

    CHECK_OK(translate(61, &run, &unit, &error));
    CHECK_OK(ph_unit_open(unit, ph_port_allocator(), &opened, &error));
    CHECK_OK(ph_java_origin_open(opened.origin, &origin, &error));
    uint32_t number = opened.class_defs[0].methods[3].function;
    uint32_t index = number - opened.imported_functions;
    CHECK_EQ(ph_java_origin_of_function(&origin, index), 3);
    CHECK_EQ(ph_java_origin_of_function(&origin, origin.function_count - 1),
             PH_JAVA_ORIGIN_NONE); /* the link function */
    CHECK_EQ(ph_java_origin_of_function(&origin, 99), PH_JAVA_ORIGIN_NONE);
    ph_scratch_init(&scratch, ph_port_allocator(), 0);
    CHECK_OK(ph_function_open(&opened, number, &scratch, &function, &error));
    for (uint32_t at = 0; at < function.code.size; at = insn.next) {
        CHECK_OK(ph_insn_decode(function.code, at, &insn));
        uint32_t pc = ph_java_origin_pc(&origin, index, at);
        if (insn.opcode == PH_OP_call_method) {
            CHECK_EQ(pc, 2);
            CHECK_EQ(ph_java_origin_method(&origin, (uint32_t)insn.immediate[0]), HELP_METHOD);
            found++;
        } else if (insn.opcode == PH_OP_static_get) {
            CHECK_EQ(pc, 6);
            CHECK_EQ(ph_java_origin_field(&origin, (uint32_t)insn.immediate[0]), FLAG);
            found++;
        }
        last = pc;
    }
    CHECK_EQ(found, 2);
    CHECK_EQ(last, 6);
    CHECK_EQ(ph_java_origin_pc(&origin, 99, 0), PH_JAVA_ORIGIN_NONE);
    CHECK_EQ(ph_java_origin_class(&origin, 9999), 0);
    for (uint64_t size = 0; size < opened.origin.size; size++) { /* cut short: no read beyond */
        struct ph_slice cut = {opened.origin.bytes, size};
        if (ph_java_origin_open(cut, &origin, &error) == PH_OK) {
            (void)ph_java_origin_pc(&origin, index, UINT32_MAX);
        }
    }
    ph_scratch_finish(&scratch);
    ph_unit_close(&opened);
    ph_free(ph_port_allocator(), (void *)(uintptr_t)unit.bytes, unit.size);
}

struct short_allocator {
    struct ph_allocator base;
    uint64_t left;
    int64_t held;
};

static void *resize_short(struct ph_allocator *base, void *old, size_t old_bytes, size_t new_bytes)
{
    struct short_allocator *self = (struct short_allocator *)base;

    if (new_bytes != 0 && self->left-- == 0) {
        self->left = 0;
        return NULL;
    }
    self->held += (int64_t)new_bytes - (int64_t)old_bytes;
    return ph_resize(ph_port_allocator(), old, old_bytes, new_bytes);
}

/* Every allocation fails once: a clear answer, and nothing is left behind. */
TEST(memory_that_runs_out)
{
    static const uint8_t code[] = {
        ICONST_0, ISTORE_0, JSR, 0, 8, ILOAD_0, POP, GOTO, 0, 10, ASTORE_1, IINC, 0, 1, RET, 1, 0,
        NEW_OBJECT, INVOKEVIRTUAL, 0, LOCKED_METHOD, IRETURN, POP, ICONST_0, IRETURN};
    const struct method run = {
        .flags = PH_ACC_STATIC | PH_ACC_SYNCHRONIZED, .descriptor = "()I",
                         .max_stack = 2, .max_locals = 2, .size = sizeof(code), .code = code,
                         .range_count = 1, .ranges = {{17, 28, 28, THIS_CLASS}}};
    struct ph_slice bytes = make(49, &run), unit;
    struct ph_scratch scratch;
    struct ph_classfile file;
    struct ph_error error;
    ph_status status = PH_NO_MEMORY;
    uint64_t count = 0;

    ph_scratch_init(&scratch, ph_port_allocator(), 0);
    CHECK_OK(ph_classfile_read(bytes, (struct ph_slice){NULL, 0}, &scratch, &file, &error));
    for (; status == PH_NO_MEMORY; count++) {
        struct short_allocator allocator = {{resize_short}, count, 0};
        error.text[0] = 0;
        status = ph_java_translate(&file, (struct ph_slice){NULL, 0}, &allocator.base, &unit,
                                   &error);
        CHECK(status == PH_OK || (status == PH_NO_MEMORY && error.text[0] != 0));
        ph_free(&allocator.base, (void *)(uintptr_t)unit.bytes, (size_t)unit.size);
        CHECK_EQ(allocator.held, 0);
    }
    CHECK_OK(status);
    CHECK(count > 20);
    ph_scratch_finish(&scratch);
    free((void *)(uintptr_t)bytes.bytes);
}

/* ---- Hostile methods ------------------------------------------------------------------------ */

static struct class_part hostile;

/* Translated, or refused for a limit, and soon. */
static void check_soon(uint16_t major, uint32_t max_stack, uint32_t max_locals)
{
    struct method run = {.flags = PH_ACC_STATIC, .descriptor = "()V", .max_stack = max_stack,
                         .max_locals = max_locals, .size = hostile.size, .code = hostile.bytes};
    struct ph_slice unit;
    struct ph_error error;
    clock_t begin = clock();
    ph_status status = translate(major, &run, &unit, &error);

    if (status != PH_OK && status != PH_LIMIT) {
        unit_fail(__FILE__, __LINE__, "%s", error.text);
    }
    if (status == PH_OK) {
        verify(unit);
        ph_free(ph_port_allocator(), (void *)(uintptr_t)unit.bytes, unit.size);
    }
    CHECK(clock() - begin < 5 * CLOCKS_PER_SEC);
}

static void add(const uint8_t *bytes, uint32_t size, uint32_t times)
{
    for (uint32_t i = 0; i < times; i++) {
        part_bytes(&hostile, bytes, size);
    }
}
#define ADD(times, ...) \
    add((const uint8_t[]){__VA_ARGS__}, sizeof((uint8_t[]){__VA_ARGS__}), (times))

TEST(deep_stacks_at_many_branches)
{
    hostile.size = 0;
    ADD(30000, ICONST_0);
    ADD(7000, ICONST_0, IFEQ, 0, 3);
    ADD(1, RETURN);
    check_soon(61, 30001, 0);
}

/* Each local is set once, and read behind many blocks, last first. */
TEST(many_locals_over_many_blocks)
{
    hostile.size = 0;
    for (uint32_t i = 0; i < 3000; i++) {
        ADD(1, ICONST_0, WIDE, ISTORE, (uint8_t)(i >> 8), (uint8_t)i);
    }
    ADD(6000, ICONST_0, IFEQ, 0, 3);
    for (uint32_t i = 3000; i-- > 0;) {
        ADD(1, WIDE, ILOAD, (uint8_t)(i >> 8), (uint8_t)i, POP);
    }
    ADD(1, RETURN);
    check_soon(61, 1, 3000);
}

/* One that is called from everywhere, and as many as there is room for. */
TEST(many_subroutines)
{
    hostile.size = 0;
    uint32_t count = 8000;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t distance = 3 * (count - i) + 1;
        ADD(1, JSR, (uint8_t)(distance >> 8), (uint8_t)distance);
    }
    ADD(1, RETURN, ASTORE_0, RET, 0);
    check_soon(49, 1, 1);
    hostile.size = 0;
    ADD(8000, JSR, 0, 3, POP, ICONST_0, IFEQ, 0, 3);
    ADD(1, RETURN);
    check_soon(49, 1, 1);
}
