/* SPDX-License-Identifier: Apache-2.0 */
/* classfile_test.c - classes made by hand: what is read out of a good one, and the one error that
 * each bad one has. (Real classes: jdk_test.c. Java's opinion: tests/fuzz/JavaCompare.java) */
#include <stdio.h>

#include "lang/java/stackmap.h"
#include "port/port.h"
#include "support/class_maker.h"
#include "support/outline_check.h"
#include "unit.h"

static struct class_maker maker;
static struct ph_scratch scratch;
static struct ph_error error;
static struct ph_classfile class;

/* The result borrows from the bytes: they stay until the next one is read. */
static ph_status read_as(const char *name)
{
    static struct ph_slice bytes;
    free((void *)bytes.bytes);
    bytes = class_finish(&maker);
    struct ph_slice wanted = {(const uint8_t *)name, strlen(name)};
    if (scratch.parent == NULL) {
        ph_scratch_init(&scratch, ph_port_allocator(), 0);
    }
    error.text[0] = 0;
    return ph_classfile_read(bytes, wanted, &scratch, &class, &error);
}

static void check_text(struct ph_slice text, const char *expected)
{
    CHECK_EQ(text.size, strlen(expected));
    CHECK_BYTES(text.bytes, expected, text.size);
}

/* The message must begin like this. */
static void check_refused(const char *text)
{
    CHECK_STATUS(read_as(""), PH_MALFORMED);
    CHECK_EQ(error.status, PH_MALFORMED);
    if (strncmp(error.text, text, strlen(text)) != 0) {
        unit_fail(__FILE__, __LINE__, "\"%s\" instead of \"%s\"", error.text, text);
    }
}

/* ---- Good ones ------------------------------------------------------------------------------ */

/* Nothing but the class. */
static void begin(uint16_t major, uint32_t flags)
{
    class_begin(&maker, major);
    class_head(&maker, flags, "a/B", "java/lang/Object");
}

/* Closes with `fields`, `methods`, `attributes` as zero counts. */
static void end_empty(int counts)
{
    for (; counts > 0; counts--) {
        part_u16(&maker.rest, 0);
    }
}

TEST(classfile_of_every_version)
{
    for (uint16_t major = 45; major <= 61; major++) {
        begin(major, PH_ACC_SUPER);
        end_empty(3);
        CHECK_OK(read_as("a/B"));
        CHECK_EQ(class.major, major);
        check_text(class.name, "a/B");
        check_text(class.super_name, "java/lang/Object");
    }
}

TEST(classfile_versions_that_cannot_be_run)
{
    static const uint16_t bad[][2] = {{44, 0}, {62, 0}, {0, 0}, {65535, 0}, {61, 65535}, {56, 1}};
    for (uint32_t i = 0; i < PH_COUNT(bad); i++) {
        begin(bad[i][0], PH_ACC_SUPER);
        maker.minor = bad[i][1];
        end_empty(3);
        CHECK_STATUS(read_as(""), PH_VERSION);
        CHECK_EQ(error.status, PH_VERSION);
        CHECK_TEXT(ph_java_error_class(error.status), "java/lang/UnsupportedClassVersionError");
    }
    begin(45, 0); /* before 56 any minor version is fine */
    maker.minor = 3;
    end_empty(3);
    CHECK_OK(read_as(""));
}

TEST(classfile_of_another_name)
{
    begin(61, PH_ACC_SUPER);
    end_empty(3);
    CHECK_STATUS(read_as("a/C"), PH_NOT_FOUND);
    CHECK_TEXT(error.text, "a/C (wrong name: a/B)");
    CHECK_TEXT(ph_java_error_class(error.status), "java/lang/NoClassDefFoundError");
}

TEST(classfile_cut_off_anywhere)
{
    begin(61, PH_ACC_SUPER);
    end_empty(3);
    struct ph_slice whole = class_finish(&maker);
    ph_scratch_init(&scratch, ph_port_allocator(), 0);
    for (uint64_t size = 0; size < whole.size; size++) {
        uint8_t *exact = malloc(size + 1);
        memcpy(exact, whole.bytes, size);
        CHECK_STATUS(ph_classfile_read((struct ph_slice){exact, size}, (struct ph_slice){NULL, 0},
                                       &scratch, &class, &error),
                     PH_MALFORMED);
        struct ph_class_outline outline;
        ph_status status =
            ph_class_outline_open((struct ph_slice){exact, size}, &scratch, &outline);
        if (status == PH_OK) { /* all but the class's own attributes is there */
            CHECK(size + 2 >= whole.size);
            outline_look(&outline);
        } else {
            CHECK_STATUS(status, PH_MALFORMED);
        }
        free(exact);
    }
    CHECK_STATUS(ph_classfile_read((struct ph_slice){NULL, 0}, (struct ph_slice){NULL, 0}, &scratch,
                                   &class, &error),
                 PH_MALFORMED);
    free((void *)whole.bytes);
}

/* A static method `m(J)V` whose Code has these attributes after its 11 bytes. */
static void begin_code(uint32_t attribute_count, uint32_t attribute_bytes)
{
    begin(61, PH_ACC_SUPER);
    part_u16(&maker.rest, 0);
    part_u16(&maker.rest, 1);
    class_add(&maker, PH_ACC_STATIC, "m", "(J)V", 1);
    class_attribute(&maker, "Code", 23 + attribute_bytes);
    part_u16(&maker.rest, 3); /* max_stack, max_locals */
    part_u16(&maker.rest, 6);
    part_u32(&maker.rest, 11);
    part_bytes(&maker.rest, "\0\0\0\0\0\0\0\0\0\0\xb1", 11);
    part_u16(&maker.rest, 0);
    part_u16(&maker.rest, attribute_count);
}

static ph_status frames_of(const void *frames, uint32_t size, struct ph_stackmap *map)
{
    begin_code(1, 6 + size);
    class_attribute(&maker, "StackMapTable", size);
    part_bytes(&maker.rest, frames, size);
    part_u16(&maker.rest, 0);
    CHECK_OK(read_as(""));
    return ph_stackmap_init(map, &class, &class.methods[0], &scratch, &error);
}

static void check_locals(const struct ph_stackmap *map, const char *tags)
{
    for (uint32_t i = 0; i < 6; i++) {
        CHECK_EQ(map->locals[i].tag, tags[i] - '0');
    }
}

TEST(classfile_frames_follow_from_each_other)
{
    static const uint8_t frames[] = {
        0,      7,                                  /* seven of them */
        0,                                          /* same */
        254,    0, 0, 4, 0, 1,                      /* append long, top, int */
        249,    0, 0,                               /* chop two */
        64 + 1, 3,                                  /* one on the stack: a double */
        247,    0, 0, 5,                            /* the same, in long: null */
        251,    0, 0,                               /* same */
        255,    0, 0, 0, 2, 1, 8, 0, 9, 0, 2, 4, 2, /* full: int, new at 9; long, float */
    };
    struct ph_stackmap map;
    CHECK_OK(frames_of(frames, sizeof(frames), &map));
    check_locals(&map, "400000");
    CHECK_OK(ph_stackmap_next(&map, &error));
    CHECK_EQ(map.pc, 0);
    CHECK_OK(ph_stackmap_next(&map, &error));
    CHECK_EQ(map.pc, 1);
    check_locals(&map, "404001");
    CHECK_OK(ph_stackmap_next(&map, &error));
    CHECK_EQ(map.pc, 2);
    check_locals(&map, "404000");
    CHECK_OK(ph_stackmap_next(&map, &error));
    CHECK_EQ(map.pc, 4);
    CHECK_EQ(map.stack_count, 1);
    CHECK_EQ(map.stack[0].tag, PH_VT_DOUBLE);
    CHECK_OK(ph_stackmap_next(&map, &error));
    CHECK_EQ(map.stack[0].tag, PH_VT_NULL);
    CHECK_OK(ph_stackmap_next(&map, &error));
    CHECK_EQ(map.pc, 6);
    CHECK_EQ(map.stack_count, 0);
    check_locals(&map, "404000");
    CHECK_OK(ph_stackmap_next(&map, &error));
    check_locals(&map, "180000");
    CHECK_EQ(map.locals[1].pc, 9);
    CHECK_EQ(map.stack_count, 2);
    CHECK_EQ(map.stack[1].tag, PH_VT_FLOAT);
    CHECK_STATUS(ph_stackmap_next(&map, &error), PH_FINISHED);
}

/* Wherever it runs out: frames and all. */
TEST(classfile_without_memory)
{
    static const uint8_t frames[] = {0, 1, 0};
    uint32_t without = 0;
    struct ph_stackmap map;
    begin_code(3, 6 + sizeof(frames) + 12 + 18);
    class_attribute(&maker, "StackMapTable", sizeof(frames));
    part_bytes(&maker.rest, frames, sizeof(frames));
    class_attribute(&maker, "LineNumberTable", 6);
    part_bytes(&maker.rest, "\0\1\0\4\0\x14", 6);
    class_attribute(&maker, "LocalVariableTable", 12);
    part_bytes(&maker.rest, "\0\1\0\0\0\1", 6);
    part_u16(&maker.rest, class_utf8(&maker, "x"));
    part_u16(&maker.rest, class_utf8(&maker, "D"));
    part_u16(&maker.rest, 3);
    part_u16(&maker.rest, 2);
    class_attribute(&maker, "InnerClasses", 10);
    part_u16(&maker.rest, 1);
    part_u16(&maker.rest, class_named(&maker, "a/X"));
    part_bytes(&maker.rest, "\0\0\0\0\0\0", 6);
    class_attribute(&maker, "NestMembers", 4);
    part_u16(&maker.rest, 1);
    part_u16(&maker.rest, class_named(&maker, "a/X"));
    for (uint64_t limit = 16;; limit += 16) {
        ph_scratch_init(&scratch, ph_port_allocator(), limit);
        ph_status status = read_as("");
        if (status == PH_OK) {
            status = ph_stackmap_init(&map, &class, &class.methods[0], &scratch, &error);
        }
        ph_scratch_finish(&scratch);
        if (status == PH_OK) {
            break;
        }
        CHECK_STATUS(status, PH_NO_MEMORY);
        CHECK_EQ(error.status, PH_NO_MEMORY);
        CHECK_TEXT(ph_java_error_class(status), "java/lang/OutOfMemoryError");
        without++;
    }
    CHECK(without > 50);
}

#define BAD_FRAMES(what_, ...)                                                                  \
    do {                                                                                        \
        static const uint8_t frames_[] = {__VA_ARGS__};                                         \
        struct ph_stackmap map_;                                                                \
        ph_status status_ = frames_of(frames_, sizeof(frames_), &map_);                         \
        while (status_ == PH_OK) {                                                              \
            status_ = ph_stackmap_next(&map_, &error);                                          \
        }                                                                                       \
        CHECK_STATUS(status_, PH_MALFORMED);                                                    \
        CHECK_TEXT(error.text,                                                                  \
                   "StackMapTable format error: " what_ ", in method \"m\" of class file a/B"); \
    } while (0)

TEST(classfile_frames_that_are_wrong)
{
    BAD_FRAMES("it ends too early", 0);
    BAD_FRAMES("it ends too early", 0, 1);
    BAD_FRAMES("it ends too early", 0, 1, 251, 0);
    BAD_FRAMES("it ends too early", 0, 1, 64);
    BAD_FRAMES("it ends too early", 0, 1, 64, 7, 0);
    BAD_FRAMES("it ends too early", 0, 1, 255, 0, 0, 0, 0, 0);
    BAD_FRAMES("bytes are left over", 0, 0, 0);
    BAD_FRAMES("unknown kind of frame", 0, 1, 128);
    BAD_FRAMES("unknown kind of frame", 0, 1, 246);
    BAD_FRAMES("unknown kind of type", 0, 1, 64, 9);
    BAD_FRAMES("a frame is outside of the code", 0, 1, 11);
    BAD_FRAMES("a frame is outside of the code", 0, 2, 10, 0);
    BAD_FRAMES("the type is no class", 0, 1, 64, 7, 0, 1);
    BAD_FRAMES("the type is no class", 0, 1, 64, 7, 255, 255);
    BAD_FRAMES("an uninitialized object comes from outside of the code", 0, 1, 64, 8, 0, 11);
    BAD_FRAMES("more locals than max_locals", 0, 1, 254, 0, 0, 4, 4, 1);
    BAD_FRAMES("more locals than max_locals", 0, 1, 255, 0, 0, 0, 6, 1, 1, 1, 1, 1, 4, 0, 0);
    BAD_FRAMES("more locals are taken away than there are", 0, 1, 249, 0, 0);
    BAD_FRAMES("more on the stack than max_stack", 0, 1, 255, 0, 0, 0, 0, 0, 2, 4, 3);
}

TEST(classfile_lines_of_several_tables)
{
    begin_code(2, 2 * 12);
    class_attribute(&maker, "LineNumberTable", 6);
    part_bytes(&maker.rest, "\0\1\0\4\0\x14", 6);
    class_attribute(&maker, "LineNumberTable", 6);
    part_bytes(&maker.rest, "\0\1\0\2\0\x0a", 6);
    part_u16(&maker.rest, 0);
    CHECK_OK(read_as(""));
    const struct ph_class_code *code = &class.methods[0].code;
    CHECK_EQ(code->line_count, 2);
    CHECK_EQ(ph_class_code_line(code, 1), -1);
    CHECK_EQ(ph_class_code_line(code, 2), 10);
    CHECK_EQ(ph_class_code_line(code, 3), 10);
    CHECK_EQ(ph_class_code_line(code, 4), 20);
    CHECK_EQ(ph_class_code_line(code, 10), 20);
}

/* Every kind of constant comes out as it went in. */
TEST(classfile_constants)
{
    class_begin(&maker, 61);
    uint16_t text = class_utf8(&maker, "text");
    uint16_t number = class_int(&maker, 0xfffffffeu);
    uint16_t long_number = class_long(&maker, 0x8000000000000001u);
    uint16_t string = class_one(&maker, PH_CONSTANT_STRING, text);
    uint16_t method = class_member(&maker, PH_CONSTANT_METHOD, "c/D", "m", "(I)V");
    uint16_t handle = class_handle(&maker, PH_HANDLE_INVOKE_STATIC, method);
    uint16_t dynamic =
        class_two(&maker, PH_CONSTANT_DYNAMIC, 0, class_name_and_type(&maker, "d", "J"));
    uint16_t type = class_one(&maker, PH_CONSTANT_METHOD_TYPE, class_utf8(&maker, "()[I"));
    class_head(&maker, PH_ACC_SUPER, "a/B", "java/lang/Object");
    end_empty(2);
    part_u16(&maker.rest, 1);
    class_attribute(&maker, "BootstrapMethods", 10);
    part_u16(&maker.rest, 1);
    part_u16(&maker.rest, handle);
    part_u16(&maker.rest, 2);
    part_u16(&maker.rest, long_number);
    part_u16(&maker.rest, string);
    CHECK_OK(read_as(""));

    CHECK_EQ(class.constants[number].bits, (uint64_t)-2);
    CHECK_EQ(class.constants[long_number].bits, 0x8000000000000001u);
    CHECK_EQ(ph_classfile_tag(&class, long_number + 1u), PH_CONSTANT_NONE);
    CHECK_EQ(ph_classfile_tag(&class, 0), PH_CONSTANT_NONE);
    CHECK_EQ(ph_classfile_tag(&class, class.constant_count), PH_CONSTANT_NONE);
    check_text(ph_classfile_text(&class, string), "text");
    check_text(ph_classfile_text(&class, type), "()[I");
    struct ph_member_reference member = ph_classfile_member(&class, method);
    CHECK_EQ(member.tag, PH_CONSTANT_METHOD);
    check_text(member.class_name, "c/D");
    check_text(member.name, "m");
    check_text(member.descriptor, "(I)V");
    member = ph_classfile_member(&class, dynamic);
    CHECK_EQ(member.class_name.size, 0);
    CHECK_EQ(member.bootstrap, 0);
    check_text(member.descriptor, "J");
    CHECK_EQ(class.constants[handle].kind, PH_HANDLE_INVOKE_STATIC);
    CHECK_EQ(class.bootstrap_count, 1);
    CHECK_EQ(class.bootstraps[0].argument_count, 2);
    CHECK_EQ(class.bootstraps[0].arguments[1], string);
}

/* Constants of other kinds than are wanted, and references to them: as if they were not there. */
TEST(classfile_outlines_believe_nothing)
{
    struct ph_class_outline outline;
    class_begin(&maker, 61);
    uint16_t number = class_int(&maker, 7);
    uint16_t text = class_utf8(&maker, "text");
    uint16_t to_number = class_one(&maker, PH_CONSTANT_CLASS, number);
    uint16_t to_nothing = class_one(&maker, PH_CONSTANT_STRING, 60000);
    uint16_t member = class_two(&maker, PH_CONSTANT_METHOD, to_number, text);
    uint16_t half = class_two(&maker, PH_CONSTANT_FIELD, to_nothing,
                              class_two(&maker, PH_CONSTANT_NAME_AND_TYPE, text, number));
    class_head(&maker, PH_ACC_SUPER, "a/B", "java/lang/Object");
    part_u16(&maker.rest, 1);
    class_add(&maker, PH_ACC_STATIC, "f", "I", 0);
    part_u16(&maker.rest, 1);
    class_add(&maker, PH_ACC_PUBLIC, "m", "()V", 1);
    class_attribute(&maker, "Code", 8); /* which claims to be longer */
    part_u32(&maker.rest, 0);
    part_u32(&maker.rest, 1);
    part_u16(&maker.rest, 2);
    class_attribute(&maker, "NestHost", 1);
    part_u8(&maker.rest, 0);
    class_attribute(&maker, "NestMembers", 3);
    part_u16(&maker.rest, 9);
    part_u8(&maker.rest, 0);
    struct ph_slice bytes = class_finish(&maker);
    ph_scratch_init(&scratch, ph_port_allocator(), 0);
    CHECK_OK(ph_class_outline_open(bytes, &scratch, &outline));

    CHECK_EQ(ph_class_outline_text(&outline, number).size, 0);
    CHECK_EQ(ph_class_outline_text(&outline, to_number).size, 0);
    CHECK_EQ(ph_class_outline_text(&outline, to_nothing).size, 0);
    check_text(ph_class_outline_text(&outline, text), "text");
    CHECK_EQ(ph_class_outline_member(&outline, member).tag, PH_CONSTANT_METHOD);
    CHECK_EQ(ph_class_outline_member(&outline, member).name.size, 0);
    check_text(ph_class_outline_member(&outline, half).name, "text");
    CHECK_EQ(ph_class_outline_member(&outline, half).descriptor.size, 0);
    CHECK_EQ(ph_class_outline_member(&outline, number).class_name.size, 0);
    CHECK_EQ(ph_class_outline_tag(&outline, 65535), PH_CONSTANT_NONE);
    CHECK_EQ(ph_class_outline_field_flags(&outline, 0), PH_ACC_STATIC);
    CHECK_EQ(ph_class_outline_field_flags(&outline, 1), 0);
    CHECK_EQ(ph_class_outline_field_name(&outline, 1).size, 0);
    CHECK_EQ(ph_class_outline_method_flags(&outline, 0), PH_ACC_PUBLIC);
    CHECK_EQ(ph_class_outline_method_flags(&outline, 1), 0);
    CHECK_EQ(ph_class_outline_code(&outline, 0).size, 0);
    CHECK_EQ(ph_class_outline_code(&outline, 1).size, 0);
    CHECK_EQ(ph_class_outline_nest_host(&outline).size, 0);
    CHECK(!ph_class_outline_has_nest_member(&outline, PH_SLICE_TEXT("a/B")));
    check_text(ph_class_outline_name(&outline), "a/B");
    free((void *)bytes.bytes);
}

TEST(classfile_annotations_are_found)
{
    class_begin(&maker, 61);
    uint16_t other = class_utf8(&maker, "Lother;"), wanted = class_utf8(&maker, "Lwanted;");
    class_head(&maker, PH_ACC_SUPER, "a/B", "java/lang/Object");
    end_empty(2);
    part_u16(&maker.rest, 1);
    class_attribute(&maker, "RuntimeVisibleAnnotations", 2 + 17 + 5);
    part_u16(&maker.rest, 2);
    part_u16(&maker.rest, other); /* @other(x = {1, @other}) */
    part_u16(&maker.rest, 1);
    part_u16(&maker.rest, other);
    part_bytes(&maker.rest, "[\0\2I\0\1@", 7);
    part_u16(&maker.rest, other);
    part_u16(&maker.rest, 0);
    part_u16(&maker.rest, wanted);
    part_u16(&maker.rest, 0);
    part_u8(&maker.rest, 0); /* one byte that nobody looks at */
    CHECK_OK(read_as(""));
    struct ph_slice annotations = class.attributes.annotations;
    CHECK(ph_classfile_has_annotation(&class, annotations, PH_SLICE_TEXT("Lwanted;")));
    CHECK(ph_classfile_has_annotation(&class, annotations, PH_SLICE_TEXT("Lother;")));
    CHECK(!ph_classfile_has_annotation(&class, annotations, PH_SLICE_TEXT("Lno;")));
    annotations.size = 15; /* inside of the array */
    CHECK(!ph_classfile_has_annotation(&class, annotations, PH_SLICE_TEXT("Lwanted;")));
    CHECK(!ph_classfile_has_annotation(&class, (struct ph_slice){NULL, 0}, PH_SLICE_TEXT("L;")));
}

/* ---- Bad ones ------------------------------------------------------------------------------- */

TEST(classfile_flags_of_classes)
{
    static const struct {
        uint16_t major, flags;
        bool is_good;
    } cases[] = {
        {61, PH_ACC_SUPER, true},
        {61, PH_ACC_INTERFACE | PH_ACC_ABSTRACT, true},
        {61, PH_ACC_INTERFACE | PH_ACC_ABSTRACT | PH_ACC_ANNOTATION, true},
        {61, PH_ACC_INTERFACE, false},
        {49, PH_ACC_INTERFACE, true}, /* abstract is added */
        {61, PH_ACC_FINAL | PH_ACC_ABSTRACT, false},
        {61, PH_ACC_INTERFACE | PH_ACC_ABSTRACT | PH_ACC_SUPER, false},
        {61, PH_ACC_INTERFACE | PH_ACC_ABSTRACT | PH_ACC_ENUM, false},
        {48, PH_ACC_INTERFACE | PH_ACC_ABSTRACT | PH_ACC_SUPER, true},
        {61, PH_ACC_ANNOTATION, false},
        {48, PH_ACC_ANNOTATION, true},
        {61, 0x0040 | PH_ACC_SUPER, true}, /* means nothing, and is dropped */
    };
    for (uint32_t i = 0; i < PH_COUNT(cases); i++) {
        begin(cases[i].major, cases[i].flags);
        end_empty(3);
        CHECK_STATUS(read_as(""), cases[i].is_good ? PH_OK : PH_MALFORMED);
        CHECK(!cases[i].is_good || (class.flags & 0x0040) == 0);
    }
}

struct member_case {
    uint16_t major, class_flags, flags;
    const char *name, *descriptor;
    const char *refused; /* NULL: good */
};

/* Code of one instruction, with 256 locals. */
static void add_code(void)
{
    class_attribute(&maker, "Code", 13);
    part_bytes(&maker.rest, "\0\0\1\0\0\0\0\1\xb1\0\0\0\0", 13);
}

static void check_member(const struct member_case *it, bool is_method)
{
    bool has_code = is_method && (it->flags & (PH_ACC_ABSTRACT | PH_ACC_NATIVE)) == 0;
    begin(it->major, it->class_flags);
    if (is_method) {
        part_u16(&maker.rest, 0);
    }
    part_u16(&maker.rest, 1);
    class_add(&maker, it->flags, it->name, it->descriptor, has_code);
    if (has_code) {
        add_code();
    }
    end_empty(is_method ? 1 : 2);
    if (it->refused == NULL) {
        CHECK_STATUS(read_as(""), PH_OK);
    } else {
        check_refused(it->refused);
    }
}

#define CLASS PH_ACC_SUPER
#define INTERFACE (PH_ACC_INTERFACE | PH_ACC_ABSTRACT)

TEST(classfile_fields)
{
    static const struct member_case cases[] = {
        {61, CLASS, PH_ACC_PRIVATE | PH_ACC_VOLATILE, "f", "I", NULL},
        {61, CLASS, PH_ACC_PUBLIC | PH_ACC_PRIVATE, "f", "I",
         "Illegal field modifiers in class a/B: 0x3"},
        {61, CLASS, PH_ACC_FINAL | PH_ACC_VOLATILE, "f", "I",
         "Illegal field modifiers in class a/B: 0x50"},
        {61, INTERFACE, PH_ACC_PUBLIC | PH_ACC_STATIC | PH_ACC_FINAL, "f", "I", NULL},
        {61, INTERFACE, PH_ACC_PUBLIC | PH_ACC_STATIC, "f", "I",
         "Illegal field modifiers in class a/B: 0x9"},
        {61, INTERFACE, PH_ACC_PUBLIC | PH_ACC_STATIC | PH_ACC_FINAL | PH_ACC_TRANSIENT, "f", "I",
         "Illegal field modifiers in class a/B: 0x99"},
        {61, CLASS, 0, "a.b", "I", "Illegal field name \"a.b\" in class a/B"},
        {61, CLASS, 0, "", "I", "Illegal field name \"\""},
        {61, CLASS, 0, "f", "V", "Field \"f\" in class a/B has illegal signature \"V\""},
        {61, CLASS, 0, "f", "()V", "Field \"f\" in class a/B has illegal signature \"()V\""},
    };
    for (uint32_t i = 0; i < PH_COUNT(cases); i++) {
        check_member(&cases[i], false);
    }
}

TEST(classfile_methods)
{
    static const struct member_case cases[] = {
        {61, CLASS, PH_ACC_PUBLIC, "m", "(IJ)V", NULL},
        {61, CLASS, PH_ACC_ABSTRACT, "m", "()V", NULL},
        {61, CLASS, PH_ACC_ABSTRACT | PH_ACC_STRICT, "m", "()V", NULL},
        {60, CLASS, PH_ACC_ABSTRACT | PH_ACC_STRICT, "m", "()V",
         "Method m in class a/B has illegal modifiers: 0xC00"},
        {61, CLASS, PH_ACC_ABSTRACT | PH_ACC_FINAL, "m", "()V",
         "Method m in class a/B has illegal modifiers: 0x410"},
        {61, CLASS, PH_ACC_ABSTRACT | PH_ACC_NATIVE, "m", "()V",
         "Method m in class a/B has illegal modifiers: 0x500"},
        {61, CLASS, PH_ACC_PUBLIC | PH_ACC_PROTECTED, "m", "()V",
         "Method m in class a/B has illegal modifiers: 0x5"},
        {61, CLASS, 0, "<init>", "(I)V", NULL},
        {61, CLASS, PH_ACC_STATIC, "<init>", "()V",
         "Method <init> in class a/B has illegal modifiers: 0x8"},
        {61, CLASS, PH_ACC_BRIDGE, "<init>", "()V",
         "Method <init> in class a/B has illegal modifiers: 0x40"},
        {61, CLASS, 0, "<init>", "()I",
         "Method \"<init>\" in class a/B has illegal signature \"()I\""},
        {61, INTERFACE, PH_ACC_PUBLIC, "<init>", "()V",
         "Interface cannot have a method named <init>, class file a/B"},
        {61, CLASS, PH_ACC_STATIC, "<clinit>", "()V", NULL},
        {61, CLASS, 0, "<clinit>", "()V", "Method <clinit> is not static"},
        {50, CLASS, 0, "<clinit>", "()V", NULL},
        {61, CLASS, PH_ACC_STATIC, "<clinit>", "(I)V",
         "Method \"<clinit>\" in class a/B has illegal signature \"(I)V\""},
        {50, CLASS, PH_ACC_STATIC, "<clinit>", "(I)V", NULL}, /* a method like any other */
        {61, CLASS, 0, "<other>", "()V", "Illegal method name \"<other>\""},
        {61, CLASS, 0, "m", "(V)V", "Method \"m\" in class a/B has illegal signature \"(V)V\""},
        {61, INTERFACE, PH_ACC_PUBLIC, "m", "()V", NULL},
        {61, INTERFACE, PH_ACC_PRIVATE | PH_ACC_STATIC, "m", "()V", NULL},
        {61, INTERFACE, 0, "m", "()V", "Method m in class a/B has illegal modifiers: 0x0"},
        {61, INTERFACE, PH_ACC_PUBLIC | PH_ACC_FINAL, "m", "()V",
         "Method m in class a/B has illegal modifiers: 0x11"},
        {61, INTERFACE, PH_ACC_PRIVATE | PH_ACC_ABSTRACT, "m", "()V",
         "Method m in class a/B has illegal modifiers: 0x402"},
        {51, INTERFACE, PH_ACC_PUBLIC, "m", "()V",
         "Method m in class a/B has illegal modifiers: 0x1"},
        {51, INTERFACE, PH_ACC_PUBLIC | PH_ACC_ABSTRACT, "m", "()V", NULL},
    };
    for (uint32_t i = 0; i < PH_COUNT(cases); i++) {
        check_member(&cases[i], true);
    }
}

TEST(classfile_code_where_it_belongs)
{
    begin(61, CLASS);
    part_u16(&maker.rest, 0);
    part_u16(&maker.rest, 1);
    class_add(&maker, 0, "m", "()V", 0);
    end_empty(1);
    check_refused("Absent Code attribute in method that is not native or abstract");
    begin(61, CLASS);
    part_u16(&maker.rest, 0);
    part_u16(&maker.rest, 1);
    class_add(&maker, PH_ACC_NATIVE, "m", "()V", 1);
    add_code();
    end_empty(1);
    check_refused("Code attribute in native or abstract methods");
    begin(61, CLASS);
    part_u16(&maker.rest, 0);
    part_u16(&maker.rest, 1);
    class_add(&maker, 0, "m", "()V", 2);
    add_code();
    add_code();
    end_empty(1);
    check_refused("Multiple Code attributes in class file a/B");
}

TEST(classfile_members_that_are_there_twice)
{
    for (int is_method = 0; is_method < 2; is_method++) {
        begin(61, PH_ACC_SUPER | PH_ACC_ABSTRACT);
        if (is_method) {
            part_u16(&maker.rest, 0);
        }
        part_u16(&maker.rest, 3);
        const char *descriptor = is_method ? "()V" : "I";
        class_add(&maker, is_method ? PH_ACC_ABSTRACT : 0, "x", descriptor, 0);
        class_add(&maker, is_method ? PH_ACC_ABSTRACT : 0, "y", descriptor, 0);
        class_add(&maker, is_method ? PH_ACC_ABSTRACT : 0, "x", descriptor, 0);
        end_empty(is_method ? 1 : 2);
        check_refused(is_method ? "Duplicate method name \"x\" with signature \"()V\""
                                  " in class file a/B"
                                : "Duplicate field name \"x\" with signature \"I\""
                                  " in class file a/B");
    }
    class_begin(&maker, 61);
    part_u16(&maker.rest, PH_ACC_SUPER);
    part_u16(&maker.rest, class_named(&maker, "a/B"));
    part_u16(&maker.rest, class_named(&maker, "java/lang/Object"));
    part_u16(&maker.rest, 2);
    part_u16(&maker.rest, class_named(&maker, "a/I"));
    part_u16(&maker.rest, class_named(&maker, "a/I"));
    end_empty(3);
    check_refused("Duplicate interface name \"a/I\" in class file a/B");
}

TEST(classfile_superclasses)
{
    class_begin(&maker, 61);
    class_head(&maker, CLASS, "a/B", NULL);
    end_empty(3);
    check_refused("Invalid superclass index 0 in class file a/B");
    class_begin(&maker, 61);
    class_head(&maker, CLASS, "java/lang/Object", NULL);
    end_empty(3);
    CHECK_OK(read_as("java/lang/Object"));
    CHECK_EQ(class.super_name.size, 0);
    class_begin(&maker, 61);
    class_head(&maker, INTERFACE, "a/B", "a/C");
    end_empty(3);
    check_refused("Interfaces must have java.lang.Object as superclass");
    class_begin(&maker, 61);
    class_head(&maker, CLASS, "a/B", "[I");
    end_empty(3);
    check_refused("Bad superclass name");
    class_begin(&maker, 61);
    class_head(&maker, CLASS, "[I", "java/lang/Object");
    end_empty(3);
    check_refused("Bad class name");
}

/* One constant that is wrong, in a class that is good else. */
#define BAD_CONSTANT(major, text, statement)                  \
    do {                                                      \
        class_begin(&maker, (major));                         \
        statement;                                            \
        class_head(&maker, CLASS, "a/B", "java/lang/Object"); \
        end_empty(3);                                         \
        check_refused(text);                                  \
    } while (0)

TEST(classfile_constants_that_are_wrong)
{
    BAD_CONSTANT(61, "Unknown constant tag 2", class_one(&maker, 2, 1));
    BAD_CONSTANT(61, "Unknown constant tag 0", class_one(&maker, 0, 1));
    BAD_CONSTANT(61, "Unknown constant tag 255 in class file <Unknown>", class_one(&maker, 255, 1));
    BAD_CONSTANT(50, "Class file version does not support constant tag 16",
                 class_one(&maker, PH_CONSTANT_METHOD_TYPE, class_utf8(&maker, "()V")));
    BAD_CONSTANT(61, "Illegal UTF8 string in constant pool",
                 class_utf8(&maker, "\xf0\x90\x80\x80"));
    BAD_CONSTANT(61, "Invalid constant pool index",
                 class_one(&maker, PH_CONSTANT_CLASS, 1));
    BAD_CONSTANT(61, "Invalid constant pool index",
                 class_one(&maker, PH_CONSTANT_STRING, 60000));
    BAD_CONSTANT(61, "Illegal class name \"a.b\"", class_named(&maker, "a.b"));
    BAD_CONSTANT(61, "Illegal class name \"[Q\"", class_named(&maker, "[Q"));
    BAD_CONSTANT(61, "Method \"type\" in class <Unknown> has illegal signature \"I\"",
                 class_one(&maker, PH_CONSTANT_METHOD_TYPE, class_utf8(&maker, "I")));
    BAD_CONSTANT(61, "Field \"x\" in class <Unknown> has illegal signature \"Q\"",
                 class_name_and_type(&maker, "x", "Q"));
    BAD_CONSTANT(61, "Illegal field name \"x;\"", class_name_and_type(&maker, "x;", "I"));
    BAD_CONSTANT(61, "Illegal method name \"<x>\"", class_name_and_type(&maker, "<x>", "()V"));
    BAD_CONSTANT(61, "Field \"x\" in class <Unknown> has illegal signature \"()V\"",
                 class_member(&maker, PH_CONSTANT_FIELD, "C", "x", "()V"));
    BAD_CONSTANT(61, "Method \"x\" in class <Unknown> has illegal signature \"I\"",
                 class_member(&maker, PH_CONSTANT_METHOD, "C", "x", "I"));
    BAD_CONSTANT(61, "Bad method name at constant pool index",
                 class_member(&maker, PH_CONSTANT_METHOD, "C", "<clinit>", "()V"));
    BAD_CONSTANT(61, "Method \"<init>\" in class <Unknown> has illegal signature \"()I\"",
                 class_member(&maker, PH_CONSTANT_METHOD, "C", "<init>", "()I"));
    BAD_CONSTANT(
        61, "Short length on BootstrapMethods in class file",
        class_two(&maker, PH_CONSTANT_INVOKE_DYNAMIC, 3, class_name_and_type(&maker, "x", "()V")));
    BAD_CONSTANT(
        61, "Bad method handle kind at constant pool index 7",
        class_handle(&maker, 10, class_member(&maker, PH_CONSTANT_METHOD, "C", "x", "()V")));
    BAD_CONSTANT(61, "Bad method name at constant pool index",
                 class_handle(&maker, PH_HANDLE_INVOKE_STATIC,
                              class_member(&maker, PH_CONSTANT_METHOD, "C", "<init>", "()V")));
    BAD_CONSTANT(61, "Bad constructor name at constant pool index",
                 class_handle(&maker, PH_HANDLE_NEW_INVOKE_SPECIAL,
                              class_member(&maker, PH_CONSTANT_METHOD, "C", "x", "()V")));
    BAD_CONSTANT(61, "Invalid constant pool index 6 in class file <Unknown> (not ",
                 class_handle(&maker, PH_HANDLE_GET_FIELD,
                              class_member(&maker, PH_CONSTANT_METHOD, "C", "x", "()V")));
    BAD_CONSTANT(61, "Unknown constant tag ",
                 class_one(&maker, PH_CONSTANT_MODULE, class_utf8(&maker, "m")));
}

/* One attribute of the class. */
static void class_with(uint16_t major, uint32_t flags, const char *name, const char *bytes,
                       uint32_t size)
{
    class_begin(&maker, major);
    class_named(&maker, "a/X"); /* 2; its name is 1 */
    class_named(&maker, "a/Y"); /* 4 */
    class_head(&maker, flags, "a/B", "java/lang/Object");
    end_empty(2);
    part_u16(&maker.rest, 1);
    class_attribute(&maker, name, size);
    part_bytes(&maker.rest, bytes, size);
}

#define WITH(major, flags, name, literal) \
    class_with((major), (flags), (name), (literal), sizeof(literal) - 1)

TEST(classfile_attributes_of_classes)
{
    WITH(61, CLASS, "SourceFile", "\0\1");
    CHECK_OK(read_as(""));
    check_text(ph_classfile_text(&class, class.source_file), "a/X");
    WITH(61, CLASS, "SourceFile", "\0\2");
    check_refused("Invalid SourceFile attribute at constant pool index 2 in class file a/B");
    WITH(61, CLASS, "SourceFile", "\0\1\0");
    check_refused("Wrong SourceFile attribute length");
    WITH(61, CLASS, "SourceFile", "\0");
    check_refused("Truncated class file");
    WITH(61, CLASS, "Unheard", "\0\0\0");
    CHECK_OK(read_as(""));
    WITH(61, CLASS, "InnerClasses", "\0\1\0\2\0\4\0\1\0\x0a");
    CHECK_OK(read_as(""));
    CHECK_EQ(class.inner_classes[0].flags, PH_ACC_STATIC | PH_ACC_PRIVATE);
    WITH(61, CLASS, "InnerClasses", "\0\1\0\2\0\2\0\1\0\1");
    check_refused("Class is both outer and inner class");
    WITH(61, CLASS, "InnerClasses", "\0\2\0\2\0\4\0\1\0\1\0\2\0\4\0\1\0\1");
    check_refused("Duplicate entry in InnerClasses attribute");
    WITH(61, CLASS, "InnerClasses", "\0\1\0\2\0\4\0\1\4\x10");
    check_refused("Illegal class modifiers in class a/B: 0x410");
    WITH(61, CLASS, "NestMembers", "\0\1\0\2");
    CHECK_OK(read_as(""));
    CHECK_EQ(class.nest_member_count, 1);
    WITH(54, CLASS, "NestMembers", "\0\1\0\1"); /* not yet an attribute then */
    CHECK_OK(read_as(""));
    CHECK(!class.has_nest_members);
    WITH(61, CLASS, "NestHost", "\0\1");
    check_refused("Nest-host class_info_index 1 has bad constant type");
    WITH(61, CLASS, "PermittedSubclasses", "\0\1\0\2");
    CHECK_OK(read_as(""));
    CHECK(class.is_sealed);
    WITH(61, CLASS | PH_ACC_FINAL, "PermittedSubclasses", "\0\1\0\2");
    check_refused("Attribute PermittedSubclasses in a final class");
    WITH(61, CLASS, "PermittedSubclasses", "\0\0");
    check_refused("Attribute PermittedSubclasses is empty");
    WITH(61, CLASS, "EnclosingMethod", "\0\2\0\0");
    CHECK_OK(read_as(""));
    CHECK(class.has_enclosing_method && class.enclosing_class == 2);
    WITH(61, CLASS, "BootstrapMethods", "\0\1\0\2\0\0");
    check_refused("bootstrap_method_index 2 has bad constant type");
    WITH(61, CLASS, "Module", "anything: it is no module");
    CHECK_OK(read_as(""));
}
