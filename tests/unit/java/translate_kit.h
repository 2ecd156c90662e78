/* SPDX-License-Identifier: Apache-2.0 */
/* translate_kit.h - classes made by hand, to be translated: one method is the test's, the others
 * and the constants are always the same.
 *
 * The classes are called java/lang/Object: so they have no superclass, and refer to nothing but
 * themselves. */
#ifndef PH_TESTS_UNIT_JAVA_TRANSLATE_KIT_H
#define PH_TESTS_UNIT_JAVA_TRANSLATE_KIT_H

#include "base/text.h"
#include "code/verify.h"
#include "lang/java/origin.h"
#include "lang/java/translate.h"
#include "port/port.h"
#include "support/class_maker.h"
#include "unit.h"

#define NAME "java/lang/Object"
#define RANGES_MAX 8

/* A method: its code, and its table of handlers. */
struct method {
    uint32_t flags;
    const char *descriptor;
    uint32_t max_stack, max_locals, size;
    const uint8_t *code;
    uint32_t range_count;
    uint16_t ranges[RANGES_MAX][4];
};

#define CODE(...) .size = sizeof((uint8_t[]){__VA_ARGS__}), .code = (uint8_t[]){__VA_ARGS__}

static struct class_maker maker PH_UNUSED;

/* Constants of every class, by number. */
enum {
    THIS_CLASS = 2,
    INIT_METHOD = 8,    /* <init>()V */
    HELP_METHOD = 14,   /* help()I: static, synchronized; throws a new object */
    FIELD = 20,         /* f:I */
    FLAG = 26,          /* z:Z, static */
    LOCKED_METHOD = 32, /* locked()I: synchronized; throws a new object */
    BIG = 33            /* a long */
};
#define BIG_VALUE 0x123456789abcdef0u

static inline void add_code(const struct method *method)
{
    class_attribute(&maker, "Code", 12 + method->size + 8 * method->range_count);
    part_u16(&maker.rest, method->max_stack);
    part_u16(&maker.rest, method->max_locals);
    part_u32(&maker.rest, method->size);
    part_bytes(&maker.rest, method->code, method->size);
    part_u16(&maker.rest, method->range_count);
    for (uint32_t i = 0; i < method->range_count * 4; i++) {
        part_u16(&maker.rest, method->ranges[i / 4][i % 4]);
    }
    part_u16(&maker.rest, 0);
}

static inline void add_method(const char *name, const struct method *method)
{
    class_add(&maker, method->flags, name, method->descriptor, 1);
    add_code(method);
}

/* A class with the method run, which is the last of its methods. */
static inline struct ph_slice make(uint16_t major, const struct method *run)
{
    static const uint8_t returns[] = {0xb1};
    static const uint8_t throws[] = {0xbb, 0, THIS_CLASS, 0x59, 0xb7, 0, INIT_METHOD, 0xbf};
    const struct method init = {.descriptor = "()V", .max_locals = 1, .size = 1, .code = returns};
    const struct method help = {.flags = PH_ACC_STATIC | PH_ACC_SYNCHRONIZED, .descriptor = "()I",
                                .max_stack = 2, .size = sizeof(throws), .code = throws};
    const struct method locked = {.flags = PH_ACC_SYNCHRONIZED, .descriptor = "()I",
                                  .max_stack = 2, .max_locals = 1, .size = sizeof(throws),
                                  .code = throws};
    class_begin(&maker, major);
    class_head(&maker, PH_ACC_SUPER, NAME, NULL);
    CHECK_EQ(class_member(&maker, PH_CONSTANT_METHOD, NAME, "<init>", "()V"), INIT_METHOD);
    CHECK_EQ(class_member(&maker, PH_CONSTANT_METHOD, NAME, "help", "()I"), HELP_METHOD);
    CHECK_EQ(class_member(&maker, PH_CONSTANT_FIELD, NAME, "f", "I"), FIELD);
    CHECK_EQ(class_member(&maker, PH_CONSTANT_FIELD, NAME, "z", "Z"), FLAG);
    CHECK_EQ(class_member(&maker, PH_CONSTANT_METHOD, NAME, "locked", "()I"), LOCKED_METHOD);
    CHECK_EQ(class_long(&maker, BIG_VALUE), BIG);
    part_u16(&maker.rest, 2);
    class_add(&maker, 0, "f", "I", 0);
    class_add(&maker, PH_ACC_STATIC, "z", "Z", 0);
    part_u16(&maker.rest, 4);
    add_method("<init>", &init);
    add_method("help", &help);
    add_method("locked", &locked);
    add_method("run", run);
    part_u16(&maker.rest, 0);
    return class_finish(&maker);
}

static inline ph_status translate_bytes(struct ph_slice bytes, struct ph_slice *unit,
                                 struct ph_error *error)
{
    struct ph_classfile file;
    struct ph_scratch scratch;

    ph_scratch_init(&scratch, ph_port_allocator(), 0);
    error->text[0] = 0;
    if (ph_classfile_read(bytes, (struct ph_slice){NULL, 0}, &scratch, &file, error) != PH_OK) {
        unit_fail(__FILE__, __LINE__, "%s", error->text);
    }
    ph_status status = ph_java_translate(&file, (struct ph_slice){NULL, 0}, ph_port_allocator(),
                                         unit, error);
    ph_scratch_finish(&scratch);
    return status;
}

static inline ph_status translate(uint16_t major, const struct method *run, struct ph_slice *unit,
                           struct ph_error *error)
{
    struct ph_slice bytes = make(major, run);
    ph_status status = translate_bytes(bytes, unit, error);

    free((void *)(uintptr_t)bytes.bytes);
    return status;
}

static inline void verify(struct ph_slice bytes)
{
    struct ph_unit unit;
    struct ph_error error;

    if (ph_unit_open(bytes, ph_port_allocator(), &unit, &error) != PH_OK ||
        ph_verify_unit(&unit, ph_port_allocator(), &error) != PH_OK) {
        unit_fail(__FILE__, __LINE__, "%s", error.text);
    }
    ph_unit_close(&unit);
}

enum { /* a few of Java's instructions */
    ACONST_NULL = 0x01, ICONST_0 = 0x03, ICONST_1, ICONST_2, ICONST_3, ICONST_4, ICONST_5,
    LCONST_0, LCONST_1, FCONST_0, FCONST_1, BIPUSH = 0x10, SIPUSH, LDC, LDC_W, LDC2_W, ILOAD,
    LLOAD, ILOAD_0 = 0x1a, ILOAD_1, ILOAD_2, LLOAD_0 = 0x1e, FLOAD_0 = 0x22, DLOAD_0 = 0x26,
    ALOAD_0 = 0x2a, ALOAD_1, ISTORE = 0x36, LSTORE, ISTORE_0 = 0x3b, ISTORE_1, ISTORE_2,
    LSTORE_0 = 0x3f, LSTORE_1, FSTORE_0 = 0x43, ASTORE_0 = 0x4b, ASTORE_1, ASTORE_2, ASTORE_3,
    IASTORE = 0x4f, LASTORE, POP = 0x57, POP2, DUP, DUP_X1, DUP_X2, DUP2, DUP2_X1, DUP2_X2, SWAP,
    IADD, LADD, ISUB = 0x64, LSUB, IMUL = 0x68, LMUL, IDIV = 0x6c, INEG = 0x74, LNEG, LSHL = 0x79,
    LUSHR = 0x7d, IINC = 0x84, I2L, L2I = 0x88, I2B = 0x91, I2C, I2S, LCMP, FCMPL, FCMPG, DCMPL,
    DCMPG, IFEQ, IFNE, IFLT, IFGE, IFGT, IFLE, IF_ICMPEQ, IF_ICMPNE, IF_ICMPLT, IF_ICMPGE,
    GOTO = 0xa7, JSR, RET, TABLESWITCH, LOOKUPSWITCH, IRETURN, LRETURN, FRETURN, DRETURN, ARETURN,
    RETURN, GETSTATIC, PUTSTATIC, GETFIELD, PUTFIELD, INVOKEVIRTUAL, INVOKESPECIAL, INVOKESTATIC,
    NEW = 0xbb, NEWARRAY, ATHROW = 0xbf, MONITORENTER = 0xc2, MONITOREXIT, WIDE, IFNULL = 0xc6
};

#define NEW_OBJECT NEW, 0, THIS_CLASS, DUP, INVOKESPECIAL, 0, INIT_METHOD

#endif
