/* SPDX-License-Identifier: Apache-2.0 */
/* verify.c - throws units at ph_unit_open, ph_function_open, the verifier, the assembler and the
 * disassembler.
 *
 *     fuzz_verify [--quick] [--seed N] [--count N]
 *
 * Each round, from its own seed: a random valid unit, and one full of classes, must verify; damaged
 * copies of them and random short functions must neither crash nor hang, and the verifier and the
 * simple reference verifier must agree on every function and on its sites; the text of a copy that
 * is still valid must assemble to a valid unit; damaged text must not crash the assembler. A
 * failure prints the seed of its round; --seed N --count 1 repeats it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "code/assemble.h"
#include "code/verify.h"
#include "port/port.h"
#include "support/fuzzer.h"
#include "support/random_classes.h"
#include "support/random_unit.h"
#include "support/reference_verifier.h"

#define MUTANTS 40u
#define SHORT_FUNCTIONS 200u
#define TEXT_MUTANTS 4u

static uint64_t functions_checked, functions_accepted, units_opened;

static struct fuzzer fuzzer = {.name = "fuzz_verify", .count = 20000, .seconds_quick = 8};

static void failed(const char *what) { fuzzer_fail(&fuzzer, what, ""); }

struct text {
    char *bytes;
    size_t size, capacity;
};

static void append(void *context, const char *bytes, size_t size)
{
    struct text *text = context;

    if (text->size + size > text->capacity) {
        text->capacity = 2 * (text->size + size);
        text->bytes = realloc(text->bytes, text->capacity);
    }
    memcpy(text->bytes + text->size, bytes, size);
    text->size += size;
}

/* False if it does not even open. */
static bool check_function(const struct ph_unit *unit, uint32_t index, struct ph_scratch *scratch)
{
    struct ph_function function;
    struct ph_function_facts facts;
    struct ph_error error;
    bool facts_agree = true;

    if (ph_function_open(unit, index, scratch, &function, &error) != PH_OK) {
        return false;
    }
    ph_status status = ph_verify_function(unit, index, &function, scratch, &facts, &error);
    bool accepted = status == PH_OK;
    bool expected = reference_verify(unit, &function, accepted ? &facts : NULL, &facts_agree);
    functions_checked++;
    functions_accepted += accepted;
    if (accepted && !expected) {
        failed("the verifier accepts what the reference refuses");
    }
    if (!accepted && expected && status != PH_LIMIT) {
        fprintf(stderr, "%s\n", error.text);
        failed("the verifier refuses what the reference accepts");
    }
    if (accepted && !facts_agree) {
        failed("the facts are wrong");
    }
    return true;
}

enum outcome { REFUSED, OPENED, VALID };

/* Opens `bytes`, which may hold anything, and checks every function. */
static enum outcome check_unit(struct ph_slice bytes)
{
    uint64_t refused_before = functions_checked - functions_accepted;
    bool all_open = true;
    struct ph_unit unit;
    struct ph_scratch scratch;
    struct ph_error error;

    if (ph_unit_open(bytes, ph_port_allocator(), &unit, &error) != PH_OK) {
        return REFUSED;
    }
    units_opened++;
    ph_scratch_init(&scratch, ph_port_allocator(), 0);
    for (uint32_t i = unit.imported_functions; i < unit.function_count; i++) {
        all_open = check_function(&unit, i, &scratch) && all_open;
        ph_scratch_reset(&scratch);
    }
    ph_scratch_finish(&scratch);
    ph_unit_close(&unit);
    bool is_valid = all_open && functions_checked - functions_accepted == refused_before;
    return is_valid ? VALID : OPENED;
}

static struct text text_of(struct ph_slice bytes)
{
    struct text text = {NULL, 0, 0};
    struct ph_unit unit;
    struct ph_error error;

    if (ph_unit_open(bytes, ph_port_allocator(), &unit, &error) == PH_OK) {
        if (ph_disassemble(&unit, ph_port_allocator(), append, &text, &error) != PH_OK) {
            failed("disassembling fails");
        }
        ph_unit_close(&unit);
    }
    return text;
}

/* A copy of exactly its size, so that the address sanitizer sees a read beyond it. */
static uint8_t *copy_of(struct ph_slice bytes)
{
    uint8_t *copy = malloc(bytes.size == 0 ? 1 : bytes.size);

    memcpy(copy, bytes.bytes, bytes.size);
    return copy;
}

static void damage(struct ph_random *random, uint8_t *bytes, uint64_t size)
{
    uint64_t hits = 1 + ph_random_below(random, 4);

    for (uint64_t i = 0; i < hits; i++) {
        uint64_t at = ph_random_below(random, size);
        uint64_t other = ph_random_below(random, size);
        switch (ph_random_below(random, 5)) {
        case 0:
            bytes[at] ^= (uint8_t)(1u << ph_random_below(random, 8));
            break;
        case 1:
            bytes[at] = (uint8_t)ph_random_next(random);
            break;
        case 2:
            bytes[at] = (uint8_t)(bytes[at] + 1 - 2 * ph_random_below(random, 2));
            break;
        case 3:
            bytes[at] = bytes[other];
            break;
        default: {
            uint64_t run = 1 + ph_random_below(random, 8);
            run = PH_MIN(run, size - PH_MAX(at, other));
            memmove(bytes + at, bytes + other, run);
            break;
        }
        }
    }
}

static void check_text_of(struct ph_slice unit, enum outcome outcome)
{
    struct text text = text_of(unit);
    struct ph_slice source = {(const uint8_t *)text.bytes, text.size};
    struct ph_slice bytes;
    struct ph_error error;
    ph_status status = ph_assemble(source, "text", ph_port_allocator(), &bytes, &error);

    if (outcome == VALID && status != PH_OK) {
        fprintf(stderr, "%s\n", error.text);
        failed("the text of a valid unit does not assemble");
    }
    if (status == PH_OK) {
        if (outcome == VALID && check_unit(bytes) != VALID) {
            failed("the text of a valid unit assembles to one that is not");
        }
        ph_free(ph_port_allocator(), (void *)bytes.bytes, bytes.size);
    }
    free(text.bytes);
}

static void try_mutants(struct ph_random *random, struct ph_slice unit)
{
    for (uint32_t i = 0; i < MUTANTS; i++) {
        uint8_t *bytes = copy_of(unit);
        uint64_t size = unit.size;
        damage(random, bytes, size);
        if (ph_random_below(random, 10) == 0) {
            size = ph_random_below(random, size);
            uint8_t *shorter = copy_of((struct ph_slice){bytes, size});
            free(bytes);
            bytes = shorter;
        }
        struct ph_slice mutant = {bytes, size};
        enum outcome outcome = check_unit(mutant);
        if (outcome != REFUSED && ph_random_below(random, outcome == VALID ? 2 : 8) == 0) {
            check_text_of(mutant, outcome);
        }
        free(bytes);
    }
}

/* ---- Short random functions ---------------------------------------------------------------- */

static uint64_t small(struct ph_random *random)
{
    return ph_random_below(random, ph_random_below(random, 8) == 0 ? 9 : 3);
}

static uint32_t random_opcode(struct ph_random *random)
{
    for (;;) {
        uint32_t kind = (uint32_t)ph_random_below(random, 6);
        uint32_t opcode = kind < 3   ? (uint32_t)ph_random_below(random, 0x1d)
                          : kind < 5 ? 0x110 + (uint32_t)ph_random_below(random, 0x30)
                                     : (uint32_t)ph_random_below(random, PH_OPCODE_LIMIT);
        if (ph_op_info(opcode)->name != NULL) {
            return opcode;
        }
    }
}

static void emit_random_op(struct ph_builder *b, struct ph_random *random)
{
    uint32_t opcode = random_opcode(random);
    uint32_t count = (uint32_t)strlen(ph_op_info(opcode)->immediates);
    uint32_t labels[4] = {(uint32_t)small(random), (uint32_t)small(random),
                          (uint32_t)small(random), (uint32_t)small(random)};

    if (opcode == PH_OP_br_table) {
        ph_builder_br_table(b, (uint32_t)small(random) % 4, labels);
    } else if (count == 0) {
        ph_builder_op(b, opcode);
    } else if (count == 1) {
        ph_builder_op1(b, opcode, small(random));
    } else {
        ph_builder_op2(b, opcode, small(random), small(random));
    }
}

#define SHORT_OPS_MAX 10u

/* Handlers over ranges that mostly lie between instructions. */
static void emit_handlers(struct ph_builder *b, struct ph_random *random, const uint32_t *offsets,
                          uint32_t offset_count, uint32_t label_count)
{
    uint32_t count = label_count == 0 ? 0 : (uint32_t)ph_random_below(random, 4);

    for (uint32_t i = 0; i < count; i++) {
        struct ph_exception_handler handler = {
            offsets[ph_random_below(random, offset_count)],
            offsets[ph_random_below(random, offset_count)],
            (uint32_t)ph_random_below(random, label_count),
            ph_random_below(random, 2) ? UINT32_MAX : (uint32_t)small(random)};
        if (ph_random_below(random, 10) == 0) {
            handler.end += (uint32_t)ph_random_below(random, 3);
        }
        ph_builder_handler(b, &handler);
    }
}

static void emit_short_function(struct ph_builder *b, struct ph_random *random)
{
    uint32_t shape_count = (uint32_t)ph_random_below(random, 5);
    uint32_t label_count = (uint32_t)ph_random_below(random, 3);
    bool is_tidy = ph_random_below(random, 2); /* places all labels behind the code */
    uint32_t op_count = (uint32_t)ph_random_below(random, is_tidy ? 4 : SHORT_OPS_MAX);
    uint32_t offsets[SHORT_OPS_MAX + 2];

    ph_builder_function_begin(b, (uint32_t)ph_random_below(random, 3));
    ph_builder_locals(b, (uint32_t)ph_random_below(random, 3), PH_REF);
    uint32_t shape = 0;
    for (uint32_t i = 0; i < shape_count; i++) {
        uint8_t type = (uint8_t)(ph_random_below(random, 2) ? PH_I32 : PH_REF);
        shape = ph_builder_shape(b, (uint32_t)ph_random_below(random, shape + 1), type);
    }
    for (uint32_t i = 0; i < label_count; i++) {
        ph_builder_label(b, (uint32_t)ph_random_below(random, shape + 1),
                         ph_random_below(random, 2));
    }
    for (uint32_t i = 0; i < op_count; i++) {
        offsets[i] = ph_builder_code_offset(b);
        emit_random_op(b, random);
    }
    offsets[op_count] = ph_builder_code_offset(b);
    ph_builder_op(b, ph_random_below(random, 2) ? PH_OP_return : PH_OP_unreachable);
    offsets[op_count + 1] = ph_builder_code_offset(b);
    for (uint32_t i = 0; is_tidy && i < label_count; i++) {
        ph_builder_op1(b, PH_OP_label, i);
        ph_builder_op(b, PH_OP_unreachable);
    }
    emit_handlers(b, random, offsets, op_count + 2, label_count);
    ph_builder_function_end(b);
}

/* Some of everything, so that small numbers name something. */
static void emit_surroundings(struct ph_builder *b)
{
    static const uint8_t types[] = {PH_I32, PH_REF, PH_I32, PH_REF};
    static const struct ph_signature signatures[] = {
        {0, 0, types, NULL}, {1, 1, types, NULL}, {1, 2, types, NULL}, {1, 0, types + 1, NULL},
        {1, 1, types + 1, NULL}};
    static const struct ph_class_ref class_refs[] = {
        {.kind = PH_CLASS_REF_DEFINED},
        {.kind = PH_CLASS_REF_NUMBERS, .storage = PH_STORE_I64},
        {.kind = PH_CLASS_REF_BUILTIN, .name = {(const uint8_t *)"error", 5}},
        {.kind = PH_CLASS_REF_REFS, .index = 1}};
    static const struct ph_class_def def = {.super_class = UINT32_MAX, .initialiser = UINT32_MAX};
    const struct ph_table_type table = {{1, 0, false}, PH_REF_ANY};
    const struct ph_memory_type memory = {{1, 0, false}};
    const struct ph_global globals[] = {{{PH_I32, 0, true}, {PH_INIT_BITS, 0}},
                                        {{PH_REF, 0, false}, {PH_INIT_NULL, 0}}};
    const struct ph_element_segment element = {.mode = PH_SEGMENT_PASSIVE};
    const struct ph_data_segment data = {.mode = PH_SEGMENT_PASSIVE};

    for (uint32_t i = 0; i < PH_COUNT(signatures); i++) {
        ph_builder_signature(b, &signatures[i]);
    }
    for (uint32_t i = 0; i < PH_COUNT(class_refs); i++) {
        ph_builder_class_ref(b, &class_refs[i]);
    }
    ph_builder_class_def(b, &def);
    for (uint8_t i = 0; i < 4; i++) {
        struct ph_field_ref field = {.storage = i < 2 ? PH_STORE_U8 : PH_STORE_REF, .flags = i % 2};
        struct ph_method_ref method = {.signature = i, .flags = i < 3};
        ph_builder_field_ref(b, &field);
        ph_builder_method_ref(b, &method);
    }
    ph_builder_bytes_constant(b, (struct ph_slice){types, 1});
    ph_builder_table(b, &table);
    ph_builder_memory(b, &memory);
    ph_builder_global(b, &globals[0]);
    ph_builder_global(b, &globals[1]);
    ph_builder_element(b, &element);
    ph_builder_data(b, &data);
}

static void try_short_functions(struct ph_random *random)
{
    struct ph_builder *b;
    struct ph_slice bytes;
    struct ph_error error;

    if (ph_builder_create(ph_port_allocator(), &b) != PH_OK) {
        failed("no memory");
    }
    emit_surroundings(b);
    for (uint32_t i = 0; i < SHORT_FUNCTIONS; i++) {
        emit_short_function(b, random);
    }
    if (ph_builder_finish(b, &bytes, &error) != PH_OK || check_unit(bytes) == REFUSED) {
        failed("a unit of short functions does not open");
    }
    ph_builder_destroy(b);
}

/* ---- Text ---------------------------------------------------------------------------------- */

/* What people write has names where the disassembler writes numbers. */
static const char written_by_hand[] =
    "import function \"env\" \"print\" (i32) -> ()\n"
    "export \"A\" class \"A\" export \"main\" function \"main\" start \"A.s\" trap \"trap\"\n"
    "class interface \"I\" { method \"m\" (ref i32) -> (i32) abstract }\n"
    "class abstract \"A\" extends \"object\" implements \"I\" imported \"x\" \"J\" {\n"
    "    field static i64 \"n\" field u8 \"b\" field ref \"r\"\n"
    "    method static \"s\" () -> () { call \"A.s\" return }\n"
    "    method final \"f\" (ref) -> (f64) { local_get 0 call_virtual \"B\" \"f\" return }\n"
    "    initialiser { return }\n"
    "}\n"
    "class final \"B\" extends \"A\" {\n"
    "    method \"m\" (ref i32) -> (i32) {\n"
    "        try 1 catch any -> 1  try 0 catch \"error\" -> 0\n"
    "        local_get 0 local_get 1 field_set \"B\" \"b\" end 0\n"
    "        local_get 0 field_get \"A\" \"b\" return end 1\n"
    "      label 0 (ref) throw\n"
    "      label 1 loop (ref) ref_test array array \"B\" return\n"
    "    }\n"
    "    method special \"new\" (ref) -> () function \"init\"\n"
    "}\n"
    "function \"main\" () -> (i32) {\n"
    "    bytes_const \"a\\00\" bytes_const \"a\\00\" ref_eq call \"print\"\n"
    "    object_new \"B\" i32_const 1 call_virtual \"I\" \"m\" return\n"
    "}\n"
    "function \"init\" (ref) -> () { i64_const 1 static_set \"B\" \"n\" return }\n"
    "function \"trap\" (i32 ref) -> (ref) {\n"
    "    local_get 0 local_get 1 call_method static \"J\" \"of\" (i32 ref) -> (ref) return\n"
    "}\n";

static void try_text(struct ph_random *random, struct ph_slice text)
{
    struct ph_slice bytes;
    struct ph_error error;
    uint8_t *copy = copy_of(text);

    damage(random, copy, text.size);
    text.bytes = copy;
    if (ph_assemble(text, "text", ph_port_allocator(), &bytes, &error) == PH_OK) {
        check_unit(bytes);
        ph_free(ph_port_allocator(), (void *)bytes.bytes, bytes.size);
    }
    free(copy);
}

static void try_texts(struct ph_random *random, struct ph_slice unit)
{
    struct text text = text_of(unit);

    for (uint32_t i = 0; i < TEXT_MUTANTS; i++) {
        try_text(random, (struct ph_slice){(const uint8_t *)text.bytes, text.size});
        try_text(random, PH_SLICE_TEXT(written_by_hand));
    }
    free(text.bytes);
}

static void check_written_by_hand(void)
{
    struct ph_slice bytes;
    struct ph_error error;

    if (ph_assemble(PH_SLICE_TEXT(written_by_hand), "text", ph_port_allocator(), &bytes,
                    &error) != PH_OK || check_unit(bytes) != VALID) {
        failed("the text that is written by hand is not valid");
    }
    ph_free(ph_port_allocator(), (void *)bytes.bytes, bytes.size);
}

/* A unit that is valid; then what is made of it. */
static void try_unit(struct ph_random *random, struct ph_slice unit)
{
    if (check_unit(unit) != VALID) {
        failed("a valid unit is refused");
    }
    try_mutants(random, unit);
    try_texts(random, unit);
    ph_free(ph_port_allocator(), (void *)unit.bytes, unit.size);
}

static void run_round(void)
{
    struct ph_random *random = &fuzzer.random;
    uint64_t seed = fuzzer.round_seed;
    struct random_unit_options options = {0};

    options.with_imports = ph_random_below(random, 2);
    options.with_traps = ph_random_below(random, 2);
    options.with_objects = ph_random_below(random, 2);
    options.op_count_max = 20 + (uint32_t)ph_random_below(random, 300);
    try_unit(random, random_unit_make(seed, &options, ph_port_allocator()));
    try_unit(random, random_classes_make(seed, ph_port_allocator()));
    try_short_functions(random);
}

int main(int argc, char **argv)
{
    fuzzer_begin(&fuzzer, argc, argv);
    check_written_by_hand();
    while (fuzzer_next(&fuzzer)) {
        run_round();
    }
    fuzzer_end(&fuzzer);
    printf("fuzz_verify: %llu rounds, %llu units opened, %llu functions, %llu accepted: ok\n",
           (unsigned long long)fuzzer.rounds, (unsigned long long)units_opened,
           (unsigned long long)functions_checked, (unsigned long long)functions_accepted);
    return 0;
}
