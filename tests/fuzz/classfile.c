/* SPDX-License-Identifier: Apache-2.0 */
/* classfile.c - fuzzes the reader of class files.
 *
 *     fuzz_classfile [--quick] [--seed N] [--count N] [--dump FILE]
 *
 * Mutations of a JDK's classes (and, without one, of a class made by hand) may be refused, with a
 * message. Of what is not, everything is looked at: all constants, members, frames, lines and
 * annotations. An outline of it says the same, and one of a refused class is safe. --dump writes
 * every class and what became of it, for JavaCompare.java, which asks Java's own virtual machine
 * the same. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lang/java/descriptor.h"
#include "lang/java/stackmap.h"
#include "port/port.h"
#include "support/class_maker.h"
#include "support/fuzzer.h"
#include "support/jdk.h"
#include "support/mutate.h"
#include "support/outline_check.h"

#define SEEDS_MAX 2000
#define SEED_BYTES_MAX 12000

static struct {
    struct ph_slice seeds[SEEDS_MAX];
    uint32_t seed_count;
    uint64_t accepted, refused;
    struct ph_scratch scratch;
} fuzz;

static struct fuzzer fuzzer = {.name = "fuzz_classfile",
                               .extension = "class",
                               .count = 3000000,
                               .seconds_quick = 5,
                               .can_dump = true};

/* ---- Seeds ---------------------------------------------------------------------------------- */

/* One with what compilers hardly write: two tables of lines, handles of all kinds, wide locals. */
static struct ph_slice made_class(void)
{
    static struct class_maker maker;
    static const uint8_t frames[] = {0,   4, 253, 0, 0, 4, 1, 250, 0, 0, 64, 3,
                                     255, 0, 0,   0, 1, 3, 0, 1,   8, 0, 0};
    class_begin(&maker, 61);
    uint16_t method = class_member(&maker, PH_CONSTANT_METHOD, "a/B", "m", "(J[[DLa/B;)V");
    uint16_t field = class_member(&maker, PH_CONSTANT_FIELD, "a/B", "f", "I");
    uint16_t maker_method = class_member(&maker, PH_CONSTANT_METHOD, "a/B", "<init>", "()V");
    uint16_t handle = class_handle(&maker, PH_HANDLE_INVOKE_STATIC, method);
    class_handle(&maker, PH_HANDLE_GET_FIELD, field);
    class_handle(&maker, PH_HANDLE_NEW_INVOKE_SPECIAL, maker_method);
    class_two(&maker, PH_CONSTANT_DYNAMIC, 0, class_name_and_type(&maker, "d", "J"));
    class_two(&maker, PH_CONSTANT_INVOKE_DYNAMIC, 0, class_name_and_type(&maker, "i", "()V"));
    uint16_t number = class_long(&maker, 1234567890123456789u);
    class_head(&maker, PH_ACC_PUBLIC | PH_ACC_SUPER, "a/B", "java/lang/Object");
    part_u16(&maker.rest, 1);
    class_add(&maker, PH_ACC_STATIC | PH_ACC_FINAL, "f", "J", 1);
    class_attribute(&maker, "ConstantValue", 2);
    part_u16(&maker.rest, number);
    part_u16(&maker.rest, 1);
    class_add(&maker, PH_ACC_STATIC, "m", "(J)V", 1);
    class_attribute(&maker, "Code", 12 + 8 + 3 + 8 + 2 * 12 + 18 + 6 + sizeof(frames));
    part_u16(&maker.rest, 2);
    part_u16(&maker.rest, 5);
    part_u32(&maker.rest, 11);
    part_bytes(&maker.rest, "\0\0\0\0\0\0\0\0\0\0\xb1", 11);
    part_u16(&maker.rest, 1);
    part_bytes(&maker.rest, "\0\1\0\2\0\3\0\0", 8);
    part_u16(&maker.rest, 4);
    for (int i = 0; i < 2; i++) {
        class_attribute(&maker, "LineNumberTable", 6);
        part_bytes(&maker.rest, "\0\1\0\1\0\7", 6);
    }
    class_attribute(&maker, "LocalVariableTable", 12);
    part_bytes(&maker.rest, "\0\1\0\0\0\1", 6);
    part_u16(&maker.rest, class_utf8(&maker, "x"));
    part_u16(&maker.rest, class_utf8(&maker, "D"));
    part_u16(&maker.rest, 3);
    class_attribute(&maker, "StackMapTable", sizeof(frames));
    part_bytes(&maker.rest, frames, sizeof(frames));
    part_u16(&maker.rest, 1);
    class_attribute(&maker, "BootstrapMethods", 8);
    part_u16(&maker.rest, 1);
    part_u16(&maker.rest, handle);
    part_u16(&maker.rest, 1);
    part_u16(&maker.rest, number);
    return class_finish(&maker);
}

/* ---- Checking ------------------------------------------------------------------------------- */

static uint64_t look_at_method(const struct ph_classfile *class,
                               const struct ph_class_method *method)
{
    struct ph_stackmap map;
    struct ph_error error = {0};
    struct ph_slice rest = ph_classfile_text(class, method->descriptor), type;
    uint64_t sum = ph_java_result(rest).size + ph_class_code_line(&method->code, 3);
    while (ph_java_next_parameter(&rest, &type)) {
        sum += ph_java_class_of(type).size;
    }
    if (method->code.code.bytes == NULL ||
        ph_stackmap_init(&map, class, method, &fuzz.scratch, &error) != PH_OK) {
        return sum;
    }
    ph_status status;
    while ((status = ph_stackmap_next(&map, &error)) == PH_OK) {
        for (uint32_t i = 0; i < method->code.max_locals && i < 100; i++) {
            sum += map.locals[i].class_name.size;
        }
        for (uint32_t i = 0; i < map.stack_count; i++) {
            sum += map.stack[i].tag;
        }
    }
    if (status != PH_FINISHED && error.text[0] == 0) {
        fuzzer_fail(&fuzzer, "a bad frame has no message", "");
    }
    return sum;
}

/* Touches everything that the header promises. */
static uint64_t look_at(const struct ph_classfile *class)
{
    struct ph_slice hidden = PH_SLICE_TEXT("Ljdk/internal/vm/annotation/Hidden;");
    uint64_t sum = 0;
    for (uint32_t i = 0; i < class->constant_count; i++) {
        const struct ph_constant *constant = &class->constants[i];
        if (constant->tag >= PH_CONSTANT_FIELD && constant->tag <= PH_CONSTANT_INTERFACE_METHOD) {
            sum += ph_classfile_member(class, i).descriptor.bytes[0];
        } else if (constant->tag == PH_CONSTANT_DYNAMIC ||
                   constant->tag == PH_CONSTANT_INVOKE_DYNAMIC) {
            uint32_t bootstrap = ph_classfile_member(class, i).bootstrap;
            sum += class->constants[class->bootstraps[bootstrap].handle].kind;
        } else if (constant->tag == PH_CONSTANT_UTF8) {
            sum += ph_java_to_utf16(constant->text, NULL);
        }
    }
    sum += ph_classfile_has_annotation(class, class->attributes.annotations, hidden);
    for (uint32_t i = 0; i < class->field_count; i++) {
        sum += ph_classfile_text(class, class->fields[i].name).size;
    }
    for (uint32_t i = 0; i < class->method_count; i++) {
        const struct ph_class_method *method = &class->methods[i];
        sum += ph_classfile_has_annotation(class, method->attributes.annotations, hidden);
        sum += look_at_method(class, method);
    }
    return sum;
}

/* `file` is what the class was read as; NULL: it was refused. */
static void check_outline(struct ph_slice class, const struct ph_classfile *file)
{
    static volatile uint64_t sink;
    struct ph_class_outline outline;
    ph_status status = ph_class_outline_open(class, &fuzz.scratch, &outline);

    if (status == PH_OK) {
        sink = sink + outline_look(&outline);
    }
    if (file != NULL && (status != PH_OK || !outline_same(&outline, file))) {
        fuzzer_fail(&fuzzer, "outline", "another class than the file");
    }
}

static void check(struct ph_slice class, bool is_valid)
{
    uint8_t *exact = malloc(class.size); /* so that a read past the end is noticed */
    struct ph_classfile out;
    struct ph_error error = {0};
    memcpy(exact, class.bytes, class.size);
    fuzzer_input(&fuzzer, class.bytes, class.size);
    ph_status status = ph_classfile_read((struct ph_slice){exact, class.size},
                                         (struct ph_slice){NULL, 0}, &fuzz.scratch, &out, &error);
    fuzzer_dump(&fuzzer, (uint32_t)status, error.text, 200);
    if (status == PH_OK) {
        static volatile uint64_t sink;
        fuzz.accepted++;
        sink = sink + look_at(&out);
    } else {
        fuzz.refused++;
        if (is_valid || error.text[0] == 0 || error.status != status ||
            ph_java_error_class(status) == NULL) {
            fuzzer_fail(&fuzzer, "refused", error.text);
        }
    }
    check_outline((struct ph_slice){exact, class.size}, status == PH_OK ? &out : NULL);
    if (fuzz.scratch.used_bytes > 100u * class.size + (8u << 20)) {
        fuzzer_fail(&fuzzer, "memory", "more than is in proportion to the file");
    }
    ph_scratch_reset(&fuzz.scratch);
    free(exact);
}

static void one_round(void)
{
    static struct mutated class;
    struct ph_slice seed = fuzz.seeds[ph_random_below(&fuzzer.random, fuzz.seed_count)];
    class.size = (uint32_t)seed.size;
    memcpy(class.bytes, seed.bytes, seed.size);
    mutate(&class, &fuzzer.random, false);
    check((struct ph_slice){class.bytes, class.size}, false);
}

int main(int argc, char **argv)
{
    fuzzer_begin(&fuzzer, argc, argv);
    ph_scratch_init(&fuzz.scratch, ph_port_allocator(), 0);
    fuzz.seeds[0] = made_class();
    fuzz.seed_count = 1 + jdk_classes(13, SEED_BYTES_MAX, fuzz.seeds + 1, SEEDS_MAX - 1);
    for (uint32_t i = 0; i < fuzz.seed_count; i++) {
        check(fuzz.seeds[i], true);
    }
    while (fuzzer_next(&fuzzer)) {
        one_round();
    }
    fuzzer_end(&fuzzer);
    ph_scratch_finish(&fuzz.scratch);
    free((void *)(uintptr_t)fuzz.seeds[0].bytes);
    printf("fuzz_classfile: %u classes to begin with, %llu rounds: %llu read, %llu refused\n",
           fuzz.seed_count, (unsigned long long)fuzzer.rounds, (unsigned long long)fuzz.accepted,
           (unsigned long long)fuzz.refused);
    return 0;
}
