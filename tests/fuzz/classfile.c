/* SPDX-License-Identifier: Apache-2.0 */
/* classfile.c - fuzzes the reader of class files.
 *
 *     fuzz_classfile [--quick] [--seed N] [--count N] [--dump FILE]
 *
 * Mutations of a JDK's classes (and, without one, of a class made by hand) may be refused, with a
 * message. Of what is not, everything is looked at: all constants, members, frames, lines and
 * annotations. --dump writes every class and what became of it, for ClassfileCompare.java, which
 * asks Java's own virtual machine the same. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "lang/java/descriptor.h"
#include "lang/java/jimage.h"
#include "lang/java/stackmap.h"
#include "port/port.h"
#include "support/class_maker.h"
#include "support/jdk.h"
#include "support/mutate.h"

#define SEEDS_MAX 2000
#define SEED_BYTES_MAX 12000
#define QUICK_SECONDS 5

static struct {
    struct ph_random random;
    struct ph_slice seeds[SEEDS_MAX];
    uint32_t seed_count;
    uint64_t accepted, refused;
    FILE *dump;
    struct ph_scratch scratch;
} fuzz;

/* ---- Seeds ---------------------------------------------------------------------------------- */

static void add_seed(struct ph_slice bytes)
{
    if (fuzz.seed_count < SEEDS_MAX && bytes.size <= SEED_BYTES_MAX) {
        fuzz.seeds[fuzz.seed_count++] = bytes;
    }
}

/* One with what compilers hardly write: two tables of lines, handles of all kinds, wide locals. */
static void add_made_class(void)
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
    add_seed(class_finish(&maker));
}

static void add_jdk_classes(void)
{
    struct ph_slice bytes;
    struct ph_jimage image;
    struct ph_error error;
    if (!jdk_map_modules(&bytes) || ph_jimage_open(bytes, &image, &error) != PH_OK) {
        printf(" skipped: classes of a JDK: %s\n", JDK_NONE);
        return;
    }
    for (uint32_t i = 0; i < image.entry_count; i += 13) {
        struct ph_jimage_entry entry;
        if (ph_jimage_entry(&image, i, &entry, &error) == PH_OK && entry.is_resource &&
            entry.extension.size == 5 && memcmp(entry.extension.bytes, "class", 5) == 0) {
            add_seed(entry.contents);
        }
    }
}

/* ---- Checking ------------------------------------------------------------------------------- */

static void give_up(const struct mutated *class, uint64_t round, const char *what, const char *text)
{
    FILE *file = fopen("fuzz_classfile.failed.class", "wb");
    if (file != NULL) {
        fwrite(class->bytes, 1, class->size, file);
        fclose(file);
    }
    fprintf(stderr, "round %llu: %s: %s (the class is in fuzz_classfile.failed.class)\n",
            (unsigned long long)round, what, text);
    exit(1);
}

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
        fprintf(stderr, "a bad frame has no message\n");
        abort();
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

static void check(const struct mutated *class, bool is_valid, uint64_t round)
{
    uint8_t *exact = malloc(class->size); /* so that a read past the end is noticed */
    struct ph_classfile out;
    struct ph_error error = {0};
    memcpy(exact, class->bytes, class->size);
    ph_status status = ph_classfile_read((struct ph_slice){exact, class->size},
                                         (struct ph_slice){NULL, 0}, &fuzz.scratch, &out, &error);
    if (fuzz.dump != NULL) {
        uint32_t head[2] = {(uint32_t)status, class->size};
        char text[200] = "";
        snprintf(text, sizeof(text), "%.199s", error.text);
        fwrite(head, sizeof(head), 1, fuzz.dump);
        fwrite(class->bytes, 1, class->size, fuzz.dump);
        fwrite(text, sizeof(text), 1, fuzz.dump);
    }
    if (status == PH_OK) {
        static volatile uint64_t sink;
        fuzz.accepted++;
        sink = sink + look_at(&out);
    } else {
        fuzz.refused++;
        if (is_valid || error.text[0] == 0 || error.status != status ||
            ph_java_error_class(status) == NULL) {
            give_up(class, round, "refused", error.text);
        }
    }
    if (fuzz.scratch.used_bytes > 100u * class->size + (8u << 20)) {
        give_up(class, round, "memory", "more than is in proportion to the file");
    }
    ph_scratch_reset(&fuzz.scratch);
    free(exact);
}

static void one_round(uint64_t round)
{
    static struct mutated class;
    struct ph_slice seed = fuzz.seeds[ph_random_below(&fuzz.random, fuzz.seed_count)];
    bool is_valid = round < fuzz.seed_count;
    if (is_valid) {
        seed = fuzz.seeds[round];
    }
    class.size = (uint32_t)seed.size;
    memcpy(class.bytes, seed.bytes, seed.size);
    if (!is_valid) {
        mutate(&class, &fuzz.random, false);
    }
    check(&class, is_valid, round);
}

int main(int argc, char **argv)
{
    uint64_t seed = (uint64_t)time(NULL), count = 3000000, round = 0;
    bool is_quick = false;
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--quick") == 0) {
            is_quick = true;
        } else if (strcmp(argv[i], "--seed") == 0 && i + 1 < argc) {
            seed = strtoull(argv[++i], NULL, 0);
        } else if (strcmp(argv[i], "--count") == 0 && i + 1 < argc) {
            count = strtoull(argv[++i], NULL, 0);
        } else if (strcmp(argv[i], "--dump") == 0 && i + 1 < argc) {
            fuzz.dump = fopen(argv[++i], "wb");
        }
    }
    ph_random_init(&fuzz.random, seed);
    ph_scratch_init(&fuzz.scratch, ph_port_allocator(), 0);
    add_made_class();
    add_jdk_classes();
    time_t end = time(NULL) + QUICK_SECONDS;
    for (; round < count && (!is_quick || time(NULL) < end); round++) {
        one_round(round);
    }
    if (fuzz.dump != NULL) {
        fclose(fuzz.dump);
    }
    ph_scratch_finish(&fuzz.scratch);
    free((void *)fuzz.seeds[0].bytes);
    printf("fuzz_classfile: seed %llu, %u classes to begin with, %llu rounds: %llu read, "
           "%llu refused\n",
           (unsigned long long)seed, fuzz.seed_count, (unsigned long long)round,
           (unsigned long long)fuzz.accepted, (unsigned long long)fuzz.refused);
    return 0;
}
