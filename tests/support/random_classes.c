/* SPDX-License-Identifier: Apache-2.0 */
/* random_classes.c - see random_classes.h.
 *
 * Statements leave the operand stack as they found it: what an instruction takes is pushed before
 * it, what it leaves is dropped. So a handler may begin and end between any two. */
#include "support/random_classes.h"

#include "base/assert.h"
#include "base/random.h"
#include "base/text.h"
#include "code/builder.h"

#define CLASS_REFS_MAX 20u
#define MEMBERS_MAX 24u
#define FUNCTIONS_MAX 12u
#define STATEMENTS_MAX 24u
#define HANDLERS_MAX 5u

static const uint8_t type_rows[][5] = {
    {0},                             /* 0: () -> () */
    {PH_REF},                        /* 1: (ref) -> () */
    {PH_REF, PH_I32},                /* 2: (ref) -> (i32) */
    {PH_REF, PH_I32, PH_REF},        /* 3: (ref i32) -> (ref) */
    {PH_I64, PH_F32, PH_F64},        /* 4: (i64 f32) -> (f64) */
    {PH_REF, PH_F64, PH_REF, PH_I64, PH_REF}, /* 5: (ref f64 ref) -> (i64 ref) */
    {PH_I32, PH_REF, PH_REF},        /* 6: (i32 ref) -> (ref): a trap function's */
    {PH_REF, PH_I32},                /* 7: as 2 */
};
static const struct ph_signature signatures[] = {
    {0, 0, type_rows[0], NULL}, {1, 0, type_rows[1], NULL}, {1, 1, type_rows[2], NULL},
    {2, 1, type_rows[3], NULL}, {2, 1, type_rows[4], NULL}, {3, 2, type_rows[5], NULL},
    {2, 1, type_rows[6], NULL}, {1, 1, type_rows[7], NULL},
};

struct generator {
    struct ph_random random;
    struct ph_builder *b;
    uint32_t function_count, class_ref_count, class_def_count, field_count, method_count;
    uint32_t constant_count;
    uint32_t imported; /* functions; the first behind them is () -> () */
    uint32_t function_signatures[FUNCTIONS_MAX];
    struct ph_class_ref class_refs[CLASS_REFS_MAX];
    struct ph_field_ref fields[MEMBERS_MAX];
    struct ph_method_ref methods[MEMBERS_MAX];
    uint32_t offsets[STATEMENTS_MAX + 1]; /* between the statements of the function at hand */
};

static uint32_t below(struct generator *g, uint32_t bound)
{
    return (uint32_t)ph_random_below(&g->random, bound);
}

static bool chance(struct generator *g, uint32_t percent) { return below(g, 100) < percent; }

static struct ph_slice random_name(struct generator *g)
{
    static const char *const names[] = {"", "x", "size", "<init>", "f\xc3\xbc", "a\"b\\c\n", "run"};
    const char *name = names[below(g, PH_COUNT(names))];

    return (struct ph_slice){(const uint8_t *)name, strlen(name)};
}

/* ---- Classes -------------------------------------------------------------------------------- */

static void add_class_ref(struct generator *g, struct ph_class_ref class_ref)
{
    PH_ASSERT(g->class_ref_count < CLASS_REFS_MAX);
    g->class_refs[g->class_ref_count++] = class_ref;
    ph_builder_class_ref(g->b, &class_ref);
}

static struct ph_class_ref builtin(enum ph_builtin_class which)
{
    const char *name = ph_builtin_class_name(which);
    bool is_array = which == PH_BUILTIN_BYTES || which == PH_BUILTIN_REFS;

    return (struct ph_class_ref){.kind = PH_CLASS_REF_BUILTIN,
                                 .array_depth = is_array,
                                 .name = {(const uint8_t *)name, strlen(name)}};
}

static void add_class_refs(struct generator *g)
{
    uint32_t count = 2 + below(g, CLASS_REFS_MAX - 4);

    add_class_ref(g, builtin(PH_BUILTIN_ERROR)); /* something that is no array */
    add_class_ref(g, builtin(PH_BUILTIN_BYTES)); /* and something that is */
    while (g->class_ref_count < count) {
        struct ph_class_ref class_ref = {.kind = (uint8_t)below(g, 5)};
        switch (class_ref.kind) {
        case PH_CLASS_REF_IMPORTED:
            class_ref.module = random_name(g);
            class_ref.name = random_name(g);
            break;
        case PH_CLASS_REF_DEFINED:
            class_ref.index = below(g, g->class_def_count);
            break;
        case PH_CLASS_REF_NUMBERS:
            class_ref.storage = (uint8_t)(PH_STORE_I32 + below(g, PH_STORE_LAST));
            class_ref.storage = class_ref.storage == PH_STORE_REF ? PH_STORE_U8
                                                                  : class_ref.storage;
            class_ref.array_depth = 1;
            break;
        case PH_CLASS_REF_REFS:
            class_ref.index = below(g, g->class_ref_count);
            class_ref.array_depth = 1;
            break;
        default:
            class_ref = builtin(below(g, 4));
            break;
        }
        add_class_ref(g, class_ref);
    }
}

static uint32_t pick_class(struct generator *g, bool is_array)
{
    uint32_t start = below(g, g->class_ref_count);

    for (uint32_t i = 0;; i++) {
        uint32_t number = (start + i) % g->class_ref_count;
        PH_ASSERT(i < g->class_ref_count);
        if ((g->class_refs[number].array_depth != 0) == is_array) {
            return number;
        }
    }
}

/* What may stand above definition `number`: not itself. */
static uint32_t pick_above(struct generator *g, uint32_t number)
{
    uint32_t class_ref = pick_class(g, false);
    const struct ph_class_ref *it = &g->class_refs[class_ref];

    return it->kind == PH_CLASS_REF_DEFINED && it->index == number ? 0 : class_ref;
}

static bool has_receiver(uint32_t signature)
{
    return signatures[signature].param_count != 0 && signatures[signature].types[0] == PH_REF;
}

/* Member names are numbers, so that no two are the same. */
static struct ph_slice member_name(char *text, size_t bytes, uint32_t number)
{
    return (struct ph_slice){(const uint8_t *)text, ph_text_printf(text, bytes, "m%u", number)};
}

static void add_class_def(struct generator *g, uint32_t number)
{
    struct ph_class_def def = {.name = random_name(g), .super_class = UINT32_MAX,
                               .initialiser = chance(g, 30) ? g->imported : UINT32_MAX};
    struct ph_field_def fields[4];
    struct ph_method_def methods[4];
    uint32_t interfaces[3];
    char names[8][8];

    def.flags = below(g, 8) << 1;
    def.super_class = chance(g, 50) ? pick_above(g, number) : UINT32_MAX;
    def.interface_count = below(g, 4);
    for (uint32_t i = 0; i < def.interface_count; i++) {
        interfaces[i] = pick_above(g, number);
    }
    def.field_count = below(g, 5);
    for (uint32_t i = 0; i < def.field_count; i++) {
        bool is_static = (def.flags & PH_CLASS_DEF_INTERFACE) != 0 || chance(g, 30);
        fields[i] = (struct ph_field_def){member_name(names[i], 8, i),
                                          (uint8_t)(PH_STORE_I32 + below(g, PH_STORE_LAST)),
                                          (uint8_t)(is_static | below(g, 2) * PH_FIELD_VOLATILE)};
    }
    def.method_count = below(g, 5);
    for (uint32_t i = 0; i < def.method_count; i++) {
        struct ph_method_def *method = &methods[i];
        uint32_t function = below(g, g->function_count);
        *method = (struct ph_method_def){.name = member_name(names[4 + i], 8, i),
                                         .signature = g->function_signatures[function],
                                         .function = function,
                                         .flags = (uint8_t)below(g, 8)};
        method->flags |= has_receiver(method->signature) ? 0 : PH_METHOD_STATIC;
        if (has_receiver(method->signature) && chance(g, 20)) {
            method->function = UINT32_MAX;
            method->flags = 0;
        } else if (method->signature == 2) {
            method->signature = chance(g, 50) ? 7 : 2; /* an equal one */
        }
    }
    def.interfaces = interfaces;
    def.fields = fields;
    def.methods = methods;
    ph_builder_class_def(g->b, &def);
}

static void add_members(struct generator *g)
{
    g->field_count = 2 + below(g, MEMBERS_MAX - 2);
    for (uint32_t i = 0; i < g->field_count; i++) {
        struct ph_field_ref *field = &g->fields[i];
        field->class_ref = below(g, g->class_ref_count);
        field->storage = (uint8_t)(PH_STORE_I32 + below(g, PH_STORE_LAST));
        field->flags = i < 2 ? (uint8_t)i : (uint8_t)below(g, 2);
        field->name = random_name(g);
        ph_builder_field_ref(g->b, field);
    }
    g->method_count = 1 + below(g, MEMBERS_MAX - 1);
    for (uint32_t i = 0; i < g->method_count; i++) {
        struct ph_method_ref *method = &g->methods[i];
        method->class_ref = below(g, g->class_ref_count);
        method->signature = i == 0 ? 5 : below(g, PH_COUNT(signatures));
        method->flags = !has_receiver(method->signature) || (i != 0 && chance(g, 30));
        method->name = random_name(g);
        ph_builder_method_ref(g->b, method);
    }
    g->constant_count = 1 + below(g, 3);
    for (uint32_t i = 0; i < g->constant_count; i++) {
        uint8_t bytes[200];
        uint32_t size = below(g, chance(g, 30) ? 200 : 4);
        for (uint32_t k = 0; k < size; k++) {
            bytes[k] = (uint8_t)ph_random_next(&g->random);
        }
        ph_builder_bytes_constant(g->b, (struct ph_slice){bytes, size});
    }
}

/* ---- Code ----------------------------------------------------------------------------------- */

static void push_type(struct generator *g, uint8_t type)
{
    static const uint32_t ops[] = {0, PH_OP_i32_const, PH_OP_i64_const, PH_OP_f32_const,
                                   PH_OP_f64_const};

    if (type != PH_REF) {
        ph_builder_op1(g->b, ops[type], below(g, 1000));
    } else if (chance(g, 50)) {
        ph_builder_op1(g->b, PH_OP_object_new, pick_class(g, false));
    } else {
        ph_builder_op(g->b, PH_OP_ref_null);
    }
}

static void push_types(struct generator *g, const uint8_t *types, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        push_type(g, types[i]);
    }
}

static void drop(struct generator *g, uint32_t count)
{
    while (count-- != 0) {
        ph_builder_op(g->b, PH_OP_drop);
    }
}

static void emit_field_op(struct generator *g, uint32_t opcode)
{
    bool is_static = opcode == PH_OP_static_get || opcode == PH_OP_static_set;
    bool is_set = opcode == PH_OP_field_set || opcode == PH_OP_static_set;
    uint32_t number = below(g, g->field_count);

    while (((g->fields[number].flags & PH_FIELD_STATIC) != 0) != is_static) {
        number = (number + 1) % g->field_count;
    }
    if (!is_static) {
        push_type(g, PH_REF);
    }
    if (is_set) {
        push_type(g, ph_storage_type(g->fields[number].storage));
    }
    ph_builder_op1(g->b, opcode, number);
    drop(g, !is_set);
}

static void emit_atomic_op(struct generator *g, const struct ph_atomic_op *how, uint32_t opcode)
{
    uint32_t number = 1 + below(g, PH_STORE_LAST), storage = number;
    bool is_add = how->change == PH_ATOMIC_ADD;

    if (how->place == PH_ATOMIC_ITEM) {
        storage = number = is_add && !ph_storage_is_integer(number) ? PH_STORE_U16 : number;
        push_type(g, PH_REF);
        push_type(g, PH_I32);
    } else {
        bool is_static = how->place == PH_ATOMIC_STATIC;
        uint32_t tries = g->field_count;
        number = below(g, g->field_count);
        while (((g->fields[number].flags & PH_FIELD_STATIC) != 0) != is_static ||
               (is_add && !ph_storage_is_integer(g->fields[number].storage))) {
            number = (number + 1) % g->field_count;
            if (tries-- == 0) {
                ph_builder_op(g->b, PH_OP_nop); /* there is none */
                return;
            }
        }
        storage = g->fields[number].storage;
        if (!is_static) {
            push_type(g, PH_REF);
        }
    }
    uint32_t values = how->change == PH_ATOMIC_COMPARE_SWAP ? 2 : how->change != PH_ATOMIC_GET;
    for (uint32_t i = 0; i < values; i++) {
        push_type(g, ph_storage_type(storage));
    }
    ph_builder_op1(g->b, opcode, number);
    drop(g, how->change != PH_ATOMIC_SET);
}

static void emit_method_op(struct generator *g, uint32_t opcode)
{
    uint32_t number = below(g, g->method_count);

    while (opcode == PH_OP_call_virtual && g->methods[number].flags != 0) {
        number = (number + 1) % g->method_count;
    }
    const struct ph_signature *s = &signatures[g->methods[number].signature];
    push_types(g, s->types, s->param_count);
    ph_builder_op1(g->b, opcode, number);
    drop(g, s->result_count);
}

static uint8_t type_of(char letter)
{
    return letter == 'i'   ? PH_I32
           : letter == 'l' ? PH_I64
           : letter == 'f' ? PH_F32
           : letter == 'd' ? PH_F64
                           : PH_REF;
}

/* An instruction whose effect the table tells. */
static void emit_plain_op(struct generator *g, uint32_t opcode)
{
    const struct ph_op_info *info = ph_op_info(opcode);
    const char *effect = info->stack;

    if (effect[0] == 0) {
        ph_builder_op(g->b, opcode);
        return;
    }
    for (; *effect != ':'; effect++) {
        push_type(g, type_of(*effect));
    }
    if (info->immediates[0] == 0) {
        ph_builder_op(g->b, opcode);
    } else if (info->immediates[0] == 'x') {
        ph_builder_op1(g->b, opcode, below(g, g->constant_count));
    } else if (opcode == PH_OP_object_new || opcode == PH_OP_array_new) {
        ph_builder_op1(g->b, opcode, pick_class(g, opcode == PH_OP_array_new));
    } else {
        ph_builder_op1(g->b, opcode, below(g, g->class_ref_count));
    }
    drop(g, (uint32_t)strlen(effect + 1));
}

static void emit_statement(struct generator *g)
{
    struct ph_atomic_op how;
    uint32_t opcode;

    do {
        opcode = PH_OP_object_new + below(g, PH_OP_fence - PH_OP_object_new + 1);
    } while (ph_op_info(opcode)->name == NULL || opcode == PH_OP_throw);
    if (ph_atomic_op(opcode, &how)) {
        emit_atomic_op(g, &how, opcode);
    } else if (ph_op_info(opcode)->stack[0] != '*') {
        emit_plain_op(g, opcode);
    } else if (opcode == PH_OP_call_virtual || opcode == PH_OP_call_method) {
        emit_method_op(g, opcode);
    } else {
        emit_field_op(g, opcode);
    }
}

/* Leaves the function: returns, or throws. The stack is empty. */
static void emit_leave(struct generator *g, const struct ph_signature *s)
{
    if (chance(g, 30)) {
        push_type(g, PH_REF);
        ph_builder_op(g->b, PH_OP_throw);
    } else {
        push_types(g, s->types + s->param_count, s->result_count);
        ph_builder_op(g->b, PH_OP_return);
    }
}

/* Some handlers over the statements and their labels behind the code; a label that is a loop too is
 * also gone back to. */
static void emit_handlers(struct generator *g, const struct ph_signature *s, uint32_t statements)
{
    uint32_t labels[HANDLERS_MAX];
    uint32_t handler_count = below(g, HANDLERS_MAX + 1);
    uint32_t label_count = handler_count == 0 ? 0 : 1 + below(g, handler_count);

    for (uint32_t i = 0; i < label_count; i++) {
        bool is_loop = chance(g, 30);
        labels[i] = ph_builder_label(g->b, ph_builder_shape(g->b, 0, PH_REF), is_loop);
        ph_builder_op1(g->b, PH_OP_label, labels[i]);
        if (is_loop) {
            ph_builder_op(g->b, PH_OP_ref_class);
            ph_builder_op1(g->b, PH_OP_i32_const, 0);
            ph_builder_op1(g->b, PH_OP_br_if, labels[i]);
        }
        ph_builder_op(g->b, PH_OP_drop);
        emit_leave(g, s);
    }
    for (uint32_t i = 0; i < handler_count; i++) {
        uint32_t a = below(g, statements), b = a + 1 + below(g, statements - a);
        struct ph_exception_handler handler = {g->offsets[a], g->offsets[b],
                                               labels[below(g, label_count)], UINT32_MAX};
        if (chance(g, 10)) {
            handler.end = ph_builder_code_offset(g->b);
        }
        if (chance(g, 60)) {
            handler.class_ref = below(g, g->class_ref_count);
        }
        ph_builder_handler(g->b, &handler);
    }
}

static void emit_function(struct generator *g, uint32_t index)
{
    const struct ph_signature *s = &signatures[g->function_signatures[index]];
    uint32_t statements = 1 + below(g, STATEMENTS_MAX);

    ph_builder_function_begin(g->b, g->function_signatures[index]);
    ph_builder_locals(g->b, below(g, 3), PH_REF);
    for (uint32_t i = 0; i < statements; i++) {
        g->offsets[i] = ph_builder_code_offset(g->b);
        emit_statement(g);
    }
    g->offsets[statements] = ph_builder_code_offset(g->b);
    emit_leave(g, s);
    emit_handlers(g, s, statements);
    ph_builder_function_end(g->b);
}

/* ---- The unit ------------------------------------------------------------------------------- */

/* A class definition's own reference, and perhaps another as an interface of arrays. */
static void add_array_root(struct generator *g)
{
    const struct ph_class_ref root = {.kind = PH_CLASS_REF_DEFINED,
                                      .index = below(g, g->class_def_count)};
    uint32_t interface = ph_builder_class_ref(g->b, &root);

    ph_builder_array_root(g->b, ph_builder_class_ref(g->b, &root), below(g, 2), &interface);
}

static struct ph_slice finish(struct generator *g, struct ph_allocator *allocator)
{
    struct ph_slice bytes = {NULL, 0};
    struct ph_error error;
    ph_status status = ph_builder_finish(g->b, &bytes, &error);

    PH_ASSERT(status == PH_OK);
    uint8_t *copy = ph_alloc(allocator, (size_t)bytes.size);
    PH_ASSERT(copy != NULL);
    memcpy(copy, bytes.bytes, (size_t)bytes.size);
    ph_builder_destroy(g->b);
    return (struct ph_slice){copy, bytes.size};
}

struct ph_slice random_classes_make(uint64_t seed, struct ph_allocator *allocator)
{
    struct generator generator = {.class_ref_count = 0};
    struct generator *g = &generator;

    ph_random_init(&g->random, seed);
    ph_status status = ph_builder_create(allocator, &g->b);
    PH_ASSERT(status == PH_OK);
    for (uint32_t i = 0; i < PH_COUNT(signatures); i++) {
        ph_builder_signature(g->b, &signatures[i]);
    }
    if (chance(g, 50)) {
        g->function_signatures[g->function_count++] = 0;
        ph_builder_import_function(g->b, PH_SLICE_TEXT("env"), PH_SLICE_TEXT("start"), 0);
    }
    g->imported = g->function_count;
    uint32_t count = g->imported + 2 + below(g, FUNCTIONS_MAX - 3);
    while (g->function_count < count) {
        uint32_t signature = g->function_count == g->imported ? 0 : below(g, PH_COUNT(signatures));
        g->function_signatures[g->function_count++] = signature;
    }
    g->function_signatures[count - 1] = 6;
    g->class_def_count = 1 + below(g, 4);
    add_class_refs(g);
    for (uint32_t i = 0; i < g->class_def_count; i++) {
        add_class_def(g, i);
    }
    add_members(g);
    for (uint32_t i = g->imported; i < count; i++) {
        emit_function(g, i);
    }
    if (chance(g, 50)) {
        ph_builder_trap_function(g->b, count - 1);
    }
    if (chance(g, 50)) {
        add_array_root(g);
    }
    ph_builder_export(g->b, PH_SLICE_TEXT("C"), PH_EXTERN_CLASS, below(g, g->class_def_count));
    return finish(g, allocator);
}
