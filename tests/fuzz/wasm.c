/* SPDX-License-Identifier: Apache-2.0 */
/* wasm.c - fuzzes the WebAssembly front end.
 *
 *     fuzz_wasm [--quick] [--seed N] [--count N] [--dump FILE] [FILE.wasm…]
 *
 * Two kinds of rounds. Random typed programs, valid by construction, must translate. Mutations of
 * them and of real modules (the files given, or those that the test suite's run left in
 * $PHANTOM_OUT/wast) may be refused, with a message. Whatever translates must open and verify.
 * --dump writes every module and what became of it, for wasm_compare.js, which asks V8 the same. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "code/verify.h"
#include "lang/wasm/wasm.h"
#include "port/port.h"
#include "support/fuzzer.h"

#define SEEDS_MAX 4000
#define SEED_BYTES_MAX 20000
#define MODULE_BYTES_MAX 65536
#define STACK_MAX 200
#define DEPTH_MAX 24

struct module {
    uint32_t size;
    uint8_t bytes[MODULE_BYTES_MAX];
};

static struct {
    uint8_t *seeds[SEEDS_MAX];
    uint32_t seed_sizes[SEEDS_MAX];
    uint32_t seed_count;
    uint64_t translated, refused;
    bool has_files;
} fuzz;

static void add_argument(const char *path);

static struct fuzzer fuzzer = {.name = "fuzz_wasm",
                               .extension = "wasm",
                               .count = 2000000,
                               .seconds_quick = 5,
                               .can_dump = true,
                               .other = add_argument};

static uint32_t below(uint32_t bound) { return (uint32_t)ph_random_below(&fuzzer.random, bound); }

/* ---- Programs that are valid by construction ------------------------------------------------ */

enum { TYPE_I32 = 0x7f, TYPE_I64 = 0x7e, TYPE_F32 = 0x7d, TYPE_F64 = 0x7c, TYPE_FUNCREF = 0x70 };
static const uint8_t value_types[] = {TYPE_I32, TYPE_I64, TYPE_F32, TYPE_F64, TYPE_FUNCREF};

/* The types of every generated module. */
struct signature {
    uint8_t param_count, params[3], result_count, results[3];
};
static const struct signature signatures[] = {
    {1, {TYPE_I32}, 1, {TYPE_I32}},
    {0, {0}, 0, {0}},
    {0, {0}, 2, {TYPE_I32, TYPE_I64}},
    {2, {TYPE_F64, TYPE_I32}, 0, {0}},
    {2, {TYPE_I64, TYPE_FUNCREF}, 2, {TYPE_I64, TYPE_FUNCREF}},
    {1, {TYPE_F32}, 3, {TYPE_F32, TYPE_FUNCREF, TYPE_I32}},
};
#define SIGNATURES (sizeof(signatures) / sizeof(signatures[0]))

/* Numeric instructions by what they take. */
struct numeric {
    uint8_t opcode, count, pop, push;
};
static const struct numeric numerics[] = {
    {0x45, 1, TYPE_I32, TYPE_I32},     {0x6a, 2, TYPE_I32, TYPE_I32}, {0x50, 1, TYPE_I64, TYPE_I32},
    {0x7c, 2, TYPE_I64, TYPE_I64},     {0x92, 2, TYPE_F32, TYPE_F32}, {0xa0, 2, TYPE_F64, TYPE_F64},
    {0xa7, 1, TYPE_I64, TYPE_I32},     {0xac, 1, TYPE_I32, TYPE_I64}, {0xb2, 1, TYPE_I32, TYPE_F32},
    {0xb6, 1, TYPE_F64, TYPE_F32},     {0xbb, 1, TYPE_F32, TYPE_F64}, {0xaa, 1, TYPE_F64, TYPE_I32},
    {0xd1, 1, TYPE_FUNCREF, TYPE_I32},
};

struct block {
    const struct signature *signature;
    uint32_t height;
    bool is_loop, is_if, is_polymorphic;
};

struct generator {
    struct module *out;
    uint8_t stack[STACK_MAX];
    uint32_t height;
    struct block blocks[DEPTH_MAX];
    uint32_t depth;
};

static void put(struct module *out, uint8_t byte)
{
    if (out->size < MODULE_BYTES_MAX) {
        out->bytes[out->size++] = byte;
    }
}

static void put_number(struct module *out, uint32_t number)
{
    for (; number > 0x7f; number >>= 7) {
        put(out, (uint8_t)(number | 0x80));
    }
    put(out, (uint8_t)number);
}

static struct block *top_block(struct generator *self) { return &self->blocks[self->depth - 1]; }

static bool is_on_top(struct generator *self, uint32_t count, const uint8_t *types)
{
    return self->height >= top_block(self)->height + count &&
           (count == 0 || memcmp(&self->stack[self->height - count], types, count) == 0);
}

static void push_constant(struct generator *self, uint8_t type)
{
    switch (type) {
    case TYPE_I32:
        put(self->out, 0x41), put(self->out, (uint8_t)below(128));
        break;
    case TYPE_I64:
        put(self->out, 0x42), put(self->out, (uint8_t)below(128));
        break;
    case TYPE_F32:
        put(self->out, 0x43);
        break;
    case TYPE_F64:
        put(self->out, 0x44);
        break;
    default:
        put(self->out, 0xd0), put(self->out, TYPE_FUNCREF);
        break;
    }
    for (int i = 0; (type == TYPE_F32 && i < 4) || (type == TYPE_F64 && i < 8); i++) {
        put(self->out, (uint8_t)below(256));
    }
    self->stack[self->height++] = type;
}

/* Makes `types` the top of the stack by pushing constants, unless they are there and luck is. */
static void provide(struct generator *self, uint32_t count, const uint8_t *types)
{
    if (is_on_top(self, count, types) && below(4) != 0) {
        return;
    }
    for (uint32_t i = 0; i < count; i++) {
        push_constant(self, types[i]);
    }
}

/* Leaves exactly `types` above the block's height. */
static void settle(struct generator *self, uint32_t count, const uint8_t *types)
{
    uint32_t floor = top_block(self)->height;
    if (self->height == floor + count && is_on_top(self, count, types)) {
        return;
    }
    for (; self->height > floor; self->height--) {
        put(self->out, 0x1a);
    }
    for (uint32_t i = 0; i < count; i++) {
        push_constant(self, types[i]);
    }
}

static void open_block(struct generator *self)
{
    const struct signature *signature = &signatures[below(SIGNATURES)];
    uint8_t opcode = (uint8_t)(2 + below(3));
    provide(self, signature->param_count, signature->params);
    if (opcode == 4) {
        push_constant(self, TYPE_I32);
        self->height--;
    }
    put(self->out, opcode);
    put(self->out, (uint8_t)(signature - signatures));
    self->blocks[self->depth++] = (struct block){signature, self->height - signature->param_count,
                                                 opcode == 3, opcode == 4, false};
}

static void push_results(struct generator *self, uint32_t count, const uint8_t *types)
{
    memcpy(&self->stack[self->height], types, count);
    self->height += count;
}

/* Ends the block; an `if` gets its `else` first. */
static void close_block(struct generator *self)
{
    struct block *block = top_block(self);
    const struct signature *signature = block->signature;
    settle(self, signature->result_count, signature->results);
    self->height = block->height;
    if (block->is_if) {
        block->is_if = false;
        block->is_polymorphic = false;
        put(self->out, 0x05);
        push_results(self, signature->param_count, signature->params);
        return;
    }
    put(self->out, 0x0b);
    self->depth--;
    push_results(self, signature->result_count, signature->results);
}

/* The types that a branch `depth` blocks out carries. */
static uint32_t label_types(struct generator *self, uint32_t depth, const uint8_t **types)
{
    const struct block *block = &self->blocks[self->depth - 1 - depth];
    *types = block->is_loop ? block->signature->params : block->signature->results;
    return block->is_loop ? block->signature->param_count : block->signature->result_count;
}

/* What follows cannot be reached; the generator goes on as if the stack were empty. */
static void go_away(struct generator *self)
{
    top_block(self)->is_polymorphic = true;
    self->height = top_block(self)->height;
}

static void put_br_table(struct generator *self, uint32_t depth)
{
    const uint8_t *wanted, *types;
    uint32_t count = label_types(self, depth, &wanted), entries = below(6);
    push_constant(self, TYPE_I32);
    put(self->out, 0x0e);
    put_number(self->out, entries);
    for (uint32_t i = 0; i <= entries; i++) {
        uint32_t other = below(self->depth);
        bool fits = label_types(self, other, &types) == count &&
                    (count == 0 || memcmp(types, wanted, count) == 0);
        put_number(self->out, fits ? other : depth);
    }
    go_away(self);
}

static void put_branch(struct generator *self)
{
    const uint8_t *types;
    uint32_t depth = below(4) == 0 ? self->depth - 1 : below(self->depth);
    uint32_t count = label_types(self, depth, &types);
    provide(self, count, types);
    switch (below(4)) {
    case 0:
        put(self->out, 0x0c);
        put_number(self->out, depth);
        go_away(self);
        break;
    case 1:
        put_br_table(self, depth);
        break;
    case 2:
        settle(self, count, types); /* nothing lies below */
        PH_FALLTHROUGH;
    default:
        push_constant(self, TYPE_I32);
        self->height--;
        put(self->out, 0x0d);
        put_number(self->out, depth);
        break;
    }
}

static void put_numeric(struct generator *self)
{
    const struct numeric *numeric = &numerics[below(PH_COUNT(numerics))];
    uint8_t types[2] = {numeric->pop, numeric->pop};
    provide(self, numeric->count, types);
    put(self->out, numeric->opcode);
    self->height -= numeric->count;
    self->stack[self->height++] = numeric->push;
}

/* Locals: one of each value type after the parameter (which is an i32). */
static void put_local(struct generator *self)
{
    uint32_t index = below(PH_COUNT(value_types));
    if (below(2) == 0) {
        put(self->out, 0x20), put_number(self->out, index + 1);
        self->stack[self->height++] = value_types[index];
        return;
    }
    provide(self, 1, &value_types[index]);
    bool is_tee = below(2) == 0;
    put(self->out, is_tee ? 0x22 : 0x21), put_number(self->out, index + 1);
    self->height -= !is_tee;
}

static void put_select(struct generator *self)
{
    uint8_t type = value_types[below(PH_COUNT(value_types))];
    uint8_t types[3] = {type, type, TYPE_I32};
    provide(self, 3, types);
    if (type == TYPE_FUNCREF || below(2) == 0) {
        put(self->out, 0x1c), put(self->out, 1), put(self->out, type);
    } else {
        put(self->out, 0x1b);
    }
    self->height -= 2;
}

static void put_call(struct generator *self)
{
    const struct signature *signature = &signatures[0];
    bool is_indirect = below(2) == 0;
    if (is_indirect) {
        signature = &signatures[below(SIGNATURES)];
    }
    provide(self, signature->param_count, signature->params);
    if (is_indirect) {
        push_constant(self, TYPE_I32);
        self->height--;
        put(self->out, 0x11), put(self->out, (uint8_t)(signature - signatures));
        put(self->out, 0);
    } else {
        put(self->out, 0x10), put(self->out, 0);
    }
    self->height -= signature->param_count;
    push_results(self, signature->result_count, signature->results);
}

static void put_step(struct generator *self)
{
    if (self->height > STACK_MAX - 24) {
        settle(self, 0, NULL);
    }
    switch (below(12)) {
    case 0:
    case 1:
        push_constant(self, value_types[below(PH_COUNT(value_types))]);
        break;
    case 2:
    case 3:
        put_numeric(self);
        break;
    case 4:
        put_local(self);
        break;
    case 5:
        put_select(self);
        break;
    case 6:
        put_call(self);
        break;
    case 7:
    case 8:
        if (self->depth < DEPTH_MAX) {
            open_block(self);
        }
        break;
    case 9:
        if (self->depth > 1) {
            close_block(self);
        }
        break;
    case 10:
        put_branch(self);
        break;
    default:
        if (self->height > top_block(self)->height) {
            put(self->out, 0x1a);
            self->height--;
        } else if (below(4) == 0) {
            put(self->out, 0x00);
            go_away(self);
        }
        break;
    }
}

static void put_section(struct module *out, uint8_t id, const void *contents, uint32_t size)
{
    put(out, id);
    put_number(out, size);
    for (uint32_t i = 0; i < size; i++) {
        put(out, ((const uint8_t *)contents)[i]);
    }
}

static void put_type_section(struct module *out)
{
    static struct module section;
    section.size = 0;
    put(&section, SIGNATURES);
    for (uint32_t i = 0; i < SIGNATURES; i++) {
        put(&section, 0x60);
        put(&section, signatures[i].param_count);
        for (uint32_t k = 0; k < signatures[i].param_count; k++) {
            put(&section, signatures[i].params[k]);
        }
        put(&section, signatures[i].result_count);
        for (uint32_t k = 0; k < signatures[i].result_count; k++) {
            put(&section, signatures[i].results[k]);
        }
    }
    put_section(out, 1, section.bytes, section.size);
}

static void generate(struct module *out)
{
    static struct module body, section;
    struct generator self = {.out = &body, .depth = 1};
    uint32_t steps = 1 + below(300);

    self.blocks[0] = (struct block){&signatures[0], 0, false, false, false};
    body.size = section.size = out->size = 0;
    put(&body, PH_COUNT(value_types));
    for (uint32_t i = 0; i < PH_COUNT(value_types); i++) {
        put(&body, 1), put(&body, value_types[i]);
    }
    for (uint32_t i = 0; i < steps; i++) {
        put_step(&self);
    }
    while (self.depth > 0) {
        close_block(&self);
    }
    for (const char *at = "\0asm\1\0\0\0"; out->size < 8; at++) {
        put(out, (uint8_t)*at);
    }
    put_type_section(out);
    put_section(out, 3, "\1", 2);
    put_section(out, 4, "\1\x70\0\1", 4);
    put_section(out, 5, "\1\0\1", 3);
    put(&section, 1);
    put_number(&section, body.size);
    for (uint32_t i = 0; i < body.size; i++) {
        put(&section, body.bytes[i]);
    }
    put_section(out, 10, section.bytes, section.size);
}

/* ---- Mutations ------------------------------------------------------------------------------ */

static uint8_t interesting_byte(void)
{
    static const uint8_t bytes[] = {0,    1,    2,    3,    4,    5,    0x0b, 0x0c, 0x0d, 0x0e,
                                    0x0f, 0x10, 0x11, 0x1a, 0x1b, 0x1c, 0x20, 0x40, 0x41, 0x70,
                                    0x6f, 0x7f, 0x7e, 0x80, 0xff, 0xd0, 0xd2, 0xfc, 0xfd};
    return below(3) == 0 ? (uint8_t)below(256) : bytes[below(sizeof(bytes))];
}

static void remove_bytes(struct module *module, uint32_t at, uint32_t count)
{
    count = PH_MIN(count, module->size - at);
    memmove(module->bytes + at, module->bytes + at + count, module->size - at - count);
    module->size -= count;
}

static void insert_bytes(struct module *module, uint32_t at, const uint8_t *from, uint32_t count)
{
    count = PH_MIN(count, MODULE_BYTES_MAX - module->size);
    memmove(module->bytes + at + count, module->bytes + at, module->size - at);
    memmove(module->bytes + at, from, count);
    module->size += count;
}

static void mutate_once(struct module *module)
{
    uint32_t at = below(module->size), other = below(fuzz.seed_count);
    uint8_t piece[16];
    switch (below(10)) {
    case 0:
        remove_bytes(module, at, 1 + below(8));
        break;
    case 1:
        for (uint32_t i = 0; i < sizeof(piece); i++) {
            piece[i] = interesting_byte();
        }
        insert_bytes(module, at, piece, 1 + below(sizeof(piece)));
        break;
    case 2: {
        uint32_t from = below(fuzz.seed_sizes[other]);
        uint32_t count = 1 + below(64);
        insert_bytes(module, at, fuzz.seeds[other] + from,
                     PH_MIN(count, fuzz.seed_sizes[other] - from));
        break;
    }
    case 3:
        module->bytes[at] ^= (uint8_t)(1u << below(8));
        break;
    case 4:
        module->size = at + 1;
        break;
    default:
        module->bytes[at] = interesting_byte();
        break;
    }
}

static void mutate(struct module *module)
{
    if (below(3) == 0) {
        generate(module);
    } else {
        uint32_t seed = below(fuzz.seed_count);
        module->size = fuzz.seed_sizes[seed];
        memcpy(module->bytes, fuzz.seeds[seed], module->size);
    }
    for (uint32_t count = 1 + below(below(4) == 0 ? 12 : 2); count > 0 && module->size > 0;
         count--) {
        mutate_once(module);
    }
}

/* ---- Checking ------------------------------------------------------------------------------- */

static void check(const struct module *module, bool is_valid)
{
    struct ph_allocator *allocator = ph_port_allocator();
    /* A copy of the exact size, so that a read past the end is noticed. */
    uint8_t *exact = malloc(module->size + 1u);
    struct ph_slice unit;
    struct ph_error error = {0};
    memcpy(exact, module->bytes, module->size);
    fuzzer_input(&fuzzer, module->bytes, module->size);
    ph_status status =
        ph_wasm_translate((struct ph_slice){exact, module->size}, allocator, &unit, &error);
    free(exact);
    fuzzer_dump(&fuzzer, (uint32_t)status, status == PH_OK ? "" : error.text, 120);
    if (status != PH_OK) {
        fuzz.refused++;
        if (is_valid || error.text[0] == 0 || error.status != status) {
            fuzzer_fail(&fuzzer, "refused", error.text);
        }
        return;
    }
    fuzz.translated++;
    struct ph_unit view;
    if (ph_unit_open(unit, allocator, &view, &error) != PH_OK) {
        fuzzer_fail(&fuzzer, "ph_unit_open", error.text);
    }
    if (ph_verify_unit(&view, allocator, &error) != PH_OK) {
        fuzzer_fail(&fuzzer, "ph_verify_unit", error.text);
    }
    ph_unit_close(&view);
    ph_free(allocator, (void *)unit.bytes, unit.size);
}

/* ---- Seeds and options ---------------------------------------------------------------------- */

static void add_seed(const uint8_t *bytes, uint32_t size)
{
    if (fuzz.seed_count < SEEDS_MAX && size > 8) {
        uint8_t *copy = malloc(size);
        memcpy(copy, bytes, size);
        fuzz.seeds[fuzz.seed_count] = copy;
        fuzz.seed_sizes[fuzz.seed_count++] = size;
    }
}

static void add_file(const char *path)
{
    static uint8_t bytes[SEED_BYTES_MAX + 1];
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        return;
    }
    size_t size = fread(bytes, 1, sizeof(bytes), file);
    fclose(file);
    if (size <= SEED_BYTES_MAX) {
        add_seed(bytes, (uint32_t)size);
    }
}

static void add_folder(const char *folder)
{
    struct dirent **entries; /* in order, so that a seed means the same again */
    int count = scandir(folder, &entries, NULL, alphasort);
    char path[8192];
    for (int i = 0; i < count; i++) {
        size_t length = strlen(entries[i]->d_name);
        if (length > 5 && strcmp(entries[i]->d_name + length - 5, ".wasm") == 0) {
            snprintf(path, sizeof(path), "%s/%s", folder, entries[i]->d_name);
            add_file(path);
        }
        free(entries[i]);
    }
    if (count >= 0) {
        free(entries);
    }
}

static void add_argument(const char *path)
{
    add_file(path);
    fuzz.has_files = true;
}

/* Modules to be changed: fifty that are always the same, and real ones. */
static void add_seeds(struct module *module)
{
    char folder[4096];
    ph_random_init(&fuzzer.random, 0);
    for (int i = 0; i < 50; i++) {
        generate(module);
        add_seed(module->bytes, module->size);
    }
    if (!fuzz.has_files && getenv("PHANTOM_OUT") != NULL) {
        snprintf(folder, sizeof(folder), "%s/wast", getenv("PHANTOM_OUT"));
        add_folder(folder);
    }
}

int main(int argc, char **argv)
{
    static struct module module;
    fuzzer_begin(&fuzzer, argc, argv);
    add_seeds(&module);
    while (fuzzer_next(&fuzzer)) {
        bool is_valid = below(3) == 0;
        if (is_valid) {
            generate(&module);
        } else {
            mutate(&module);
        }
        check(&module, is_valid);
    }
    fuzzer_end(&fuzzer);
    for (uint32_t i = 0; i < fuzz.seed_count; i++) {
        free(fuzz.seeds[i]);
    }
    printf("fuzz_wasm: %u modules to begin with, %llu rounds: %llu translated and verified, %llu "
           "refused\n",
           fuzz.seed_count, (unsigned long long)fuzzer.rounds, (unsigned long long)fuzz.translated,
           (unsigned long long)fuzz.refused);
    return 0;
}
