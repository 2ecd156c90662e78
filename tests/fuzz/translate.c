/* SPDX-License-Identifier: Apache-2.0 */
/* translate.c - fuzzes the translation of class files into units.
 *
 *     fuzz_translate [--quick] [--seed N] [--count N] [--dump FILE]
 *
 * Classes of a JDK, and one made by hand with subroutines, are damaged: somewhere, or (mostly) in
 * the code of one of their methods, so that the class file stays readable. What cannot be read is
 * not our business here. What can be read is refused with a message, or becomes a unit that opens
 * and verifies. Classes that are whole must translate. --dump writes every class that can be read,
 * and what became of it, for JavaCompare.java, which asks Java's own verifier. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/text.h"
#include "code/verify.h"
#include "lang/java/bytecode.h"
#include "lang/java/translate.h"
#include "port/port.h"
#include "support/class_maker.h"
#include "support/fuzzer.h"
#include "support/jdk.h"
#include "support/mutate.h"

#define SEEDS_MAX 3000
#define SEED_BYTES_MAX 12000
#define MADE_CLASSES 100u /* one in thirty of the seeds */
#define ROUND_SECONDS_MAX 5

static struct {
    struct ph_slice seeds[SEEDS_MAX];
    uint32_t seed_count;
    uint64_t unread, translated, refused;
    struct ph_scratch scratch;
} fuzz;

static struct fuzzer fuzzer = {.name = "fuzz_translate",
                               .extension = "class",
                               .count = 1000000,
                               .seconds_quick = 5,
                               .can_dump = true};

static uint32_t below(uint64_t bound) { return (uint32_t)ph_random_below(&fuzzer.random, bound); }

/* ---- Seeds ---------------------------------------------------------------------------------- */

/* What no compiler of today writes: subroutines in subroutines, called from several places. */
static struct ph_slice made_class(void)
{
    static struct class_maker maker;
    static const uint8_t code[] = {
        0x03, 0x3b, 0xa7, 0, 13, 0x4d, 0x84, 0, 1, 0xa9, 2, 0x1a, 0xac, 0, 0,
        0xa8, 0, 9, 0xa8, 0xff, 0xf3, 0xa7, 0xff, 0xf6,
        0x4c, 0xa8, 0xff, 0xec, 0x84, 0, 100, 0xa8, 0xff, 0xe6, 0xa9, 1, 0x57, 0x03, 0xac};
    class_begin(&maker, 49);
    class_head(&maker, PH_ACC_SUPER, "a/B", "java/lang/Object");
    part_u16(&maker.rest, 0);
    part_u16(&maker.rest, 1);
    class_add(&maker, PH_ACC_STATIC | PH_ACC_SYNCHRONIZED, "m", "(I)I", 1);
    class_attribute(&maker, "Code", 12 + sizeof(code) + 8);
    part_u16(&maker.rest, 3);
    part_u16(&maker.rest, 4);
    part_u32(&maker.rest, sizeof(code));
    part_bytes(&maker.rest, code, sizeof(code));
    part_u16(&maker.rest, 1);
    part_bytes(&maker.rest, "\0\2\0\x24\0\x24\0\0", 8);
    part_u16(&maker.rest, 0);
    part_u16(&maker.rest, 0);
    return class_finish(&maker);
}

/* ---- Damage --------------------------------------------------------------------------------- */

/* Changes the opcode or an operand of some instruction, keeping the others where they are. */
static void damage_insn(uint8_t *code, uint32_t size)
{
    struct ph_slice slice = {code, size};
    struct ph_jt_insn insn = {0};
    uint32_t wanted = below(size), pc = 0;

    while (pc < size && ph_jt_decode(slice, pc, &insn) && insn.next <= wanted) {
        pc = insn.next;
    }
    if (pc >= size) {
        return;
    }
    uint32_t bytes = insn.next > pc ? insn.next - pc : 1;
    if (bytes == 1 || below(3) == 0) {
        code[pc] = (uint8_t)below(PH_JT_OP_COUNT);
    } else {
        uint32_t at = pc + 1 + below(bytes - 1);
        code[at] = below(2) == 0 ? (uint8_t)(code[at] + 1 + below(8)) : (uint8_t)below(256);
    }
}

/* Damages the code of one method, or its numbers of locals and stack. */
static void damage_method(struct mutated *class)
{
    struct ph_classfile file;
    struct ph_error error;
    struct ph_slice bytes = {class->bytes, class->size};

    if (ph_classfile_read(bytes, (struct ph_slice){NULL, 0}, &fuzz.scratch, &file, &error) !=
            PH_OK || file.method_count == 0) {
        return;
    }
    const struct ph_class_code *code = &file.methods[below(file.method_count)].code;
    if (code->code.bytes == NULL) {
        return;
    }
    uint8_t *at = class->bytes + (code->code.bytes - class->bytes);
    switch (below(8)) {
    case 0: /* max_stack, max_locals */
        at[-7 + 2 * (int)below(2)] ^= (uint8_t)(1 + below(7));
        break;
    case 1: /* somewhere in the table of handlers */
        if (code->handler_count > 0) {
            at[code->code.size + 2 + below(code->handler_count * 8u)] ^= (uint8_t)(1 + below(15));
        }
        break;
    default:
        for (uint32_t i = below(3) + 1; i > 0; i--) {
            damage_insn(at, (uint32_t)code->code.size);
        }
        break;
    }
    ph_scratch_reset(&fuzz.scratch);
}

/* ---- Rounds --------------------------------------------------------------------------------- */

static void verify(struct ph_slice bytes)
{
    struct ph_unit unit;
    struct ph_error error = {0};

    ph_status status = ph_unit_open(bytes, ph_port_allocator(), &unit, &error);
    if (status == PH_OK) {
        status = ph_verify_unit(&unit, ph_port_allocator(), &error);
        ph_unit_close(&unit);
    }
    if (status != PH_OK) {
        fuzzer_fail(&fuzzer, "the unit is not good", error.text);
    }
}

static void check(struct ph_slice class, bool is_whole)
{
    uint8_t *exact = malloc(class.size); /* so that a read past the end is noticed */
    struct ph_classfile file;
    struct ph_slice unit;
    struct ph_error error = {0};

    memcpy(exact, class.bytes, class.size);
    fuzzer_input(&fuzzer, class.bytes, class.size);
    ph_status status = ph_classfile_read((struct ph_slice){exact, class.size},
                                         (struct ph_slice){NULL, 0}, &fuzz.scratch, &file, &error);
    if (is_whole && status != PH_OK) {
        fuzzer_fail(&fuzzer, "not read", error.text);
    }
    if (status != PH_OK || (file.flags & PH_ACC_MODULE) != 0) {
        fuzz.unread++;
    } else {
        time_t begin = time(NULL);
        error.text[0] = 0;
        status = ph_java_translate(&file, (struct ph_slice){NULL, 0}, ph_port_allocator(), &unit,
                                   &error);
        fuzzer_dump(&fuzzer, (uint32_t)status, error.text, 200);
        if (time(NULL) - begin > ROUND_SECONDS_MAX) {
            fuzzer_fail(&fuzzer, "slow", "");
        }
        if (status == PH_OK) {
            fuzz.translated++;
            verify(unit);
            ph_free(ph_port_allocator(), (void *)(uintptr_t)unit.bytes, (size_t)unit.size);
        } else {
            fuzz.refused++;
            bool is_known = status == PH_INVALID || status == PH_MALFORMED || status == PH_LIMIT;
            if (is_whole || !is_known || error.text[0] == 0 || error.status != status) {
                fuzzer_fail(&fuzzer, "refused", error.text);
            }
        }
    }
    ph_scratch_reset(&fuzz.scratch);
    free(exact);
}

static void one_round(void)
{
    static struct mutated class;
    struct ph_slice seed = fuzz.seeds[below(fuzz.seed_count)];

    class.size = (uint32_t)seed.size;
    memcpy(class.bytes, seed.bytes, seed.size);
    if (below(4) == 0) {
        mutate(&class, &fuzzer.random, false);
    } else {
        damage_method(&class);
        if (below(3) == 0) { /* a version whose code Java infers as we do */
            class.bytes[6] = 0;
            class.bytes[7] = 49;
        }
    }
    check((struct ph_slice){class.bytes, class.size}, false);
}

int main(int argc, char **argv)
{
    fuzzer_begin(&fuzzer, argc, argv);
    ph_scratch_init(&fuzz.scratch, ph_port_allocator(), 0);
    struct ph_slice made = made_class();
    for (; fuzz.seed_count < MADE_CLASSES; fuzz.seed_count++) {
        fuzz.seeds[fuzz.seed_count] = made;
    }
    fuzz.seed_count += jdk_classes(11, SEED_BYTES_MAX, fuzz.seeds + MADE_CLASSES,
                                   SEEDS_MAX - MADE_CLASSES);
    for (uint32_t i = MADE_CLASSES - 1; i < fuzz.seed_count; i++) {
        check(fuzz.seeds[i], true);
    }
    while (fuzzer_next(&fuzzer)) {
        one_round();
    }
    fuzzer_end(&fuzzer);
    ph_scratch_finish(&fuzz.scratch);
    free((void *)(uintptr_t)made.bytes);
    printf("fuzz_translate: %u classes to begin with, %llu rounds: %llu translated, %llu refused, "
           "%llu not read\n",
           fuzz.seed_count, (unsigned long long)fuzzer.rounds,
           (unsigned long long)fuzz.translated, (unsigned long long)fuzz.refused,
           (unsigned long long)fuzz.unread);
    return 0;
}
