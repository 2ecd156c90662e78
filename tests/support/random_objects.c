/* SPDX-License-Identifier: Apache-2.0 */
/* random_objects.c - classes, objects, arrays, methods and exceptions for random units.
 *
 * For each class and each kind of array there is a global, the holder, that never holds null but
 * in the hands of main's first instructions: so most instructions find what they look for, and
 * classes below are found as often as the class itself. */
#include "port/port.h"
#include "support/random_generator.h"

#define CLASSES_MAX 5u
#define FIELDS_MAX 24u
#define METHODS 3u          /* virtual ones, the same in all classes */
#define ARRAYS_MAX 10u
#define CONSTANTS 2u
#define ARRAY_LENGTH 32u    /* at least; indices are small */
#define NONE UINT32_MAX

struct class_model {
    uint32_t ref, super, initialiser; /* class reference; index of a class, NONE; function */
    uint32_t holder;
    uint32_t virtual_functions[METHODS], static_function, special_function;
    bool is_abstract;
};

struct field_model {
    uint32_t class, ref;
    uint8_t storage;
    bool is_static;
};

struct array_model {
    uint32_t ref, holder;
    uint32_t item_class; /* index of a class; NONE: any, or no references */
    uint8_t storage;
};

struct objects_model {
    struct class_model classes[CLASSES_MAX];
    struct field_model fields[FIELDS_MAX];
    struct array_model arrays[ARRAYS_MAX];
    uint32_t class_count, field_count, array_count;
    uint32_t signatures[METHODS], static_signature, special_signature, initialiser_signature;
    uint32_t virtual_refs[CLASSES_MAX][METHODS];
    uint32_t static_refs[CLASSES_MAX], special_refs[CLASSES_MAX];
    uint32_t object_ref, bytes_ref, error_ref, interface_ref, interface_method, any_array_ref;
};

static struct ph_slice name_of(const char *text)
{
    return (struct ph_slice){(const uint8_t *)text, strlen(text)};
}

static uint32_t builtin(struct generator *g, const char *name)
{
    struct ph_class_ref ref = {.kind = PH_CLASS_REF_BUILTIN, .name = name_of(name)};

    return ph_builder_class_ref(g->b, &ref);
}

static uint32_t holder(struct generator *g)
{
    const struct ph_global global = {{PH_REF, PH_REF_ANY, true}, {PH_INIT_NULL, 0}};

    PH_ASSERT(g->global_count < GLOBALS_MAX);
    g->globals[g->global_count++] = (struct ph_global_type){PH_REF, PH_REF_ANY, false};
    return ph_builder_global(g->b, &global); /* not to be set but by what knows its class */
}

/* ---- Declarations ---------------------------------------------------------------------------- */

static uint32_t new_function(struct generator *g, uint32_t signature)
{
    PH_ASSERT(g->function_count < FUNCTIONS_MAX);
    g->function_signatures[g->function_count] = signature;
    return g->function_count++;
}

static void declare_signatures(struct generator *g, struct objects_model *o)
{
    struct types params = {1, {PH_REF}}, results = {0, {0}};

    for (uint32_t i = 0; i < METHODS; i++) {
        params.count = 1 + below(g, 3);
        for (uint32_t k = 1; k < params.count; k++) {
            params.items[k] = random_type(g);
        }
        results.count = below(g, 2);
        results.items[0] = random_type(g);
        o->signatures[i] = random_signature(g, &params, &results);
    }
    params.count = 1;
    o->special_signature = random_signature(g, &params, &results);
    params.count = 0;
    o->static_signature = random_signature(g, &params, &results);
    results.count = 0;
    o->initialiser_signature = random_signature(g, &params, &results);
}

static void declare_fields(struct generator *g, struct objects_model *o, uint32_t class,
                           struct ph_field_def *defs, uint32_t *count)
{
    static const char *names[] = {"a", "b", "c", "d"};

    for (uint32_t i = 0; i < PH_COUNT(names) && o->field_count < FIELDS_MAX; i++) {
        struct field_model *field = &o->fields[o->field_count];
        field->class = class;
        field->storage = (uint8_t)(1 + below(g, 9));
        field->is_static = chance(g, 35);
        uint8_t flags = field->is_static ? PH_FIELD_STATIC : 0;
        flags |= chance(g, 30) ? PH_FIELD_VOLATILE : 0;
        defs[(*count)++] = (struct ph_field_def){name_of(names[i]), field->storage, flags};
        /* Often named through the class itself, sometimes through one below it: see declare. */
        const struct ph_field_ref ref = {o->classes[class].ref, field->storage,
                                         field->is_static ? PH_FIELD_STATIC : 0,
                                         name_of(names[i])};
        field->ref = ph_builder_field_ref(g->b, &ref);
        o->field_count++;
    }
}

static void declare_class(struct generator *g, struct objects_model *o, uint32_t class)
{
    static const char *names[] = {"C0", "C1", "C2", "C3", "C4"};
    static const char *methods[] = {"v0", "v1", "v2", "s", "p"};
    struct class_model *c = &o->classes[class];
    struct ph_field_def fields[4];
    struct ph_method_def method_defs[METHODS + 2];
    struct ph_class_def def = {.name = name_of(names[class]),
                               .super_class = UINT32_MAX,
                               .initialiser = UINT32_MAX,
                               .fields = fields,
                               .methods = method_defs,
                               .interfaces = &o->interface_ref};

    bool must_extend = class == 1 && o->classes[0].is_abstract;
    c->super = must_extend || (class > 0 && chance(g, 70)) ? below(g, class) : NONE;
    c->is_abstract = class == 0 && chance(g, 40);
    def.flags = c->is_abstract ? PH_CLASS_DEF_ABSTRACT : 0;
    def.super_class = c->super == NONE ? UINT32_MAX : o->classes[c->super].ref;
    def.interface_count = c->super == NONE ? 1 : below(g, 2);
    declare_fields(g, o, class, fields, &def.field_count);
    for (uint32_t i = 0; i < METHODS; i++) {
        if (c->super == NONE || chance(g, 60)) {
            bool is_abstract = c->is_abstract && i == 1;
            method_defs[def.method_count++] = (struct ph_method_def){
                name_of(methods[i]), o->signatures[i],
                is_abstract ? UINT32_MAX : new_function(g, o->signatures[i]), 0};
        }
    }
    method_defs[def.method_count++] =
        (struct ph_method_def){name_of(methods[3]), o->static_signature,
                               new_function(g, o->static_signature), PH_METHOD_STATIC};
    method_defs[def.method_count++] =
        (struct ph_method_def){name_of(methods[4]), o->special_signature,
                               new_function(g, o->special_signature), PH_METHOD_SPECIAL};
    if (chance(g, 50)) {
        def.initialiser = new_function(g, o->initialiser_signature);
    }
    c->initialiser = def.initialiser;
    ph_builder_class_def(g->b, &def);
    for (uint32_t i = 0; i < METHODS; i++) {
        const struct ph_method_ref ref = {c->ref, o->signatures[i], 0, name_of(methods[i])};
        o->virtual_refs[class][i] = ph_builder_method_ref(g->b, &ref);
    }
    const struct ph_method_ref s = {c->ref, o->static_signature, PH_METHOD_STATIC,
                                    name_of(methods[3])};
    const struct ph_method_ref p = {c->ref, o->special_signature, 0, name_of(methods[4])};
    o->static_refs[class] = ph_builder_method_ref(g->b, &s);
    o->special_refs[class] = ph_builder_method_ref(g->b, &p);
}

/* The interface has v0, which all classes have. Its definition is the last. */
static void declare_interface(struct generator *g, struct objects_model *o)
{
    const struct ph_method_def method = {name_of("v0"), o->signatures[0], UINT32_MAX, 0};
    const struct ph_class_def def = {.name = name_of("I"),
                                     .flags = PH_CLASS_DEF_INTERFACE | PH_CLASS_DEF_ABSTRACT,
                                     .super_class = UINT32_MAX,
                                     .initialiser = UINT32_MAX,
                                     .method_count = 1,
                                     .methods = &method};
    const struct ph_method_ref ref = {o->interface_ref, o->signatures[0], 0, name_of("v0")};

    ph_builder_class_def(g->b, &def);
    o->interface_method = ph_builder_method_ref(g->b, &ref);
}

static void declare_arrays(struct generator *g, struct objects_model *o)
{
    for (uint8_t storage = 1; storage <= 9 && o->array_count < ARRAYS_MAX; storage++) {
        struct ph_class_ref ref = {.kind = PH_CLASS_REF_NUMBERS, .storage = storage};
        struct array_model *array = &o->arrays[o->array_count++];
        array->storage = storage;
        array->item_class = NONE;
        if (storage == PH_STORE_REF) {
            array->item_class = below(g, o->class_count);
            ref = (struct ph_class_ref){.kind = PH_CLASS_REF_REFS,
                                        .index = o->classes[array->item_class].ref};
        }
        array->ref = ph_builder_class_ref(g->b, &ref);
        array->holder = holder(g);
    }
    o->any_array_ref = builtin(g, "refs");
    o->arrays[o->array_count++] =
        (struct array_model){o->any_array_ref, holder(g), NONE, PH_STORE_REF};
}

void random_objects_declare(struct generator *g)
{
    struct objects_model *o = ph_alloc_zeroed(ph_port_allocator(), sizeof(*o));

    PH_ASSERT(o != NULL);
    g->objects = o;
    declare_signatures(g, o);
    o->object_ref = builtin(g, "object");
    o->bytes_ref = builtin(g, "bytes");
    o->error_ref = builtin(g, "error");
    o->class_count = 2 + below(g, CLASSES_MAX - 1);
    for (uint32_t i = 0; i < o->class_count; i++) {
        const struct ph_class_ref ref = {.kind = PH_CLASS_REF_DEFINED, .index = i};
        o->classes[i].ref = ph_builder_class_ref(g->b, &ref);
        o->classes[i].holder = holder(g);
    }
    const struct ph_class_ref interface = {.kind = PH_CLASS_REF_DEFINED, .index = o->class_count};
    o->interface_ref = ph_builder_class_ref(g->b, &interface);
    for (uint32_t i = 0; i < o->class_count; i++) {
        declare_class(g, o, i);
    }
    declare_interface(g, o);
    declare_arrays(g, o);
    for (uint32_t i = 0; i < CONSTANTS; i++) {
        uint8_t bytes[64];
        for (uint32_t k = 0; k < sizeof(bytes); k++) {
            bytes[k] = (uint8_t)below(g, 256);
        }
        ph_builder_bytes_constant(g->b, (struct ph_slice){bytes, sizeof(bytes)});
    }
}

void random_objects_finish(struct generator *g)
{
    ph_free(ph_port_allocator(), g->objects, sizeof(*g->objects));
    g->objects = NULL;
}

/* ---- Values ---------------------------------------------------------------------------------- */

static uint8_t stack_type(uint8_t storage)
{
    return (uint8_t)ph_storage_type(storage);
}

static bool is_below(const struct objects_model *o, uint32_t class, uint32_t of)
{
    while (class != NONE && class != of) {
        class = o->classes[class].super;
    }
    return class == of;
}

/* One of the class or below it that can be made; NONE. */
static uint32_t concrete(struct generator *g, uint32_t class)
{
    const struct objects_model *o = g->objects;
    uint32_t start = below(g, o->class_count);

    for (uint32_t i = 0; i < o->class_count; i++) {
        uint32_t at = (start + i) % o->class_count;
        if (is_below(o, at, class) && !o->classes[at].is_abstract) {
            return at;
        }
    }
    return NONE;
}

/* Mostly an instance of the class. */
static void push_instance(struct generator *g, uint32_t class)
{
    struct objects_model *o = g->objects;
    uint32_t made = chance(g, 20) ? concrete(g, class) : NONE;

    if (g->options.with_traps && chance(g, 4)) {
        random_value(g, PH_REF);
    } else if (made != NONE) {
        op1(g, PH_OP_object_new, o->classes[made].ref);
        push(g, PH_REF);
    } else {
        op1(g, PH_OP_global_get, o->classes[class].holder);
        push(g, PH_REF);
    }
}

static void push_array(struct generator *g, const struct array_model *array)
{
    if (g->options.with_traps && chance(g, 4)) {
        random_value(g, PH_REF);
    } else {
        op1(g, PH_OP_global_get, array->holder);
        push(g, PH_REF);
    }
}

static void push_item(struct generator *g, const struct array_model *array)
{
    if (array->item_class != NONE && !chance(g, 10)) {
        push_instance(g, array->item_class);
    } else if (array->item_class != NONE) {
        op(g, PH_OP_ref_null);
        push(g, PH_REF);
    } else {
        random_value(g, stack_type(array->storage));
    }
}

/* Array operations by storage; I8 and U8, I16 and U16 share theirs. */
static uint32_t get_opcode(struct generator *g, uint8_t storage)
{
    switch (storage) {
    case PH_STORE_I8: case PH_STORE_U8: return PH_OP_array_get_i8 + below(g, 2);
    case PH_STORE_I16: case PH_STORE_U16: return PH_OP_array_get_i16 + below(g, 2);
    case PH_STORE_I32: return PH_OP_array_get_i32;
    case PH_STORE_I64: return PH_OP_array_get_i64;
    case PH_STORE_F32: return PH_OP_array_get_f32;
    case PH_STORE_F64: return PH_OP_array_get_f64;
    default: return PH_OP_array_get_ref;
    }
}

static uint32_t set_opcode(uint8_t storage)
{
    switch (storage) {
    case PH_STORE_I8: case PH_STORE_U8: return PH_OP_array_set_i8;
    case PH_STORE_I16: case PH_STORE_U16: return PH_OP_array_set_i16;
    case PH_STORE_I32: return PH_OP_array_set_i32;
    case PH_STORE_I64: return PH_OP_array_set_i64;
    case PH_STORE_F32: return PH_OP_array_set_f32;
    case PH_STORE_F64: return PH_OP_array_set_f64;
    default: return PH_OP_array_set_ref;
    }
}

/* ---- Instructions ---------------------------------------------------------------------------- */

static void emit_holder(struct generator *g)
{
    struct objects_model *o = g->objects;
    uint32_t class = below(g, o->class_count), made = concrete(g, class);

    if (chance(g, 70) && made != NONE) {
        op1(g, PH_OP_object_new, o->classes[made].ref);
        op1(g, PH_OP_global_set, o->classes[class].holder);
    } else {
        const struct array_model *array = &o->arrays[below(g, o->array_count)];
        op1(g, PH_OP_i32_const, ARRAY_LENGTH + below(g, 20));
        op1(g, PH_OP_array_new, array->ref);
        op1(g, PH_OP_global_set, array->holder);
    }
}

/* An instruction that threads agree on; the place is on the stack. `first` is that which swaps. */
static void emit_atomic(struct generator *g, uint32_t first, uint8_t storage, uint32_t index,
                        uint32_t place)
{
    bool is_integer = storage != PH_STORE_REF && storage != PH_STORE_F32 &&
                      storage != PH_STORE_F64;
    uint32_t kind = is_integer ? below(g, 3) : below(g, 2) * 2;

    for (uint32_t i = 0; i < 1u + (kind == 2); i++) {
        if (is_integer && kind == 2 && stack_type(storage) == PH_I32) {
            random_small(g, 2); /* what is expected is often there */
        } else {
            random_value(g, stack_type(storage));
        }
    }
    op1(g, first + kind, index);
    pop(g, place + 1 + (kind == 2));
    push(g, stack_type(storage));
}

static void emit_field(struct generator *g)
{
    struct objects_model *o = g->objects;
    const struct field_model *field = &o->fields[below(g, o->field_count)];
    uint8_t type = stack_type(field->storage);

    if (!field->is_static) {
        push_instance(g, field->class);
    }
    if (chance(g, 25)) {
        emit_atomic(g, field->is_static ? PH_OP_static_swap : PH_OP_field_swap, field->storage,
                    field->ref, !field->is_static);
    } else if (chance(g, 50)) {
        op1(g, field->is_static ? PH_OP_static_get : PH_OP_field_get, field->ref);
        pop(g, !field->is_static);
        push(g, type);
    } else {
        random_value(g, type);
        op1(g, field->is_static ? PH_OP_static_set : PH_OP_field_set, field->ref);
        pop(g, 1 + !field->is_static);
    }
}

static void emit_atomic_item(struct generator *g)
{
    const struct objects_model *o = g->objects;
    const struct array_model *array = &o->arrays[below(g, o->array_count)];
    uint8_t type = stack_type(array->storage);
    uint32_t kind = below(g, 4);

    push_array(g, array);
    random_small(g, 16);
    if (kind == 0) {
        op1(g, PH_OP_array_get_volatile, array->storage);
        pop(g, 2);
        push(g, type);
    } else if (kind == 1 || array->storage == PH_STORE_REF) {
        push_item(g, array);
        op1(g, kind == 1 ? PH_OP_array_set_volatile : PH_OP_array_swap, array->storage);
        pop(g, 3);
        if (kind != 1) {
            push(g, type);
        }
    } else {
        emit_atomic(g, PH_OP_array_swap, array->storage, array->storage, 2);
    }
}

static void emit_array(struct generator *g)
{
    struct objects_model *o = g->objects;
    const struct array_model *array = &o->arrays[below(g, o->array_count)];
    uint32_t kind = below(g, 10);

    push_array(g, array);
    if (kind < 4) {
        random_small(g, 16);
        op(g, get_opcode(g, array->storage));
        pop(g, 2);
        push(g, stack_type(array->storage));
    } else if (kind < 8) {
        random_small(g, 16);
        push_item(g, array);
        op(g, set_opcode(array->storage));
        pop(g, 3);
    } else if (kind == 8) {
        op(g, PH_OP_array_length);
        pop(g, 1);
        push(g, PH_I32);
    } else {
        const struct array_model *to = &o->arrays[chance(g, 20) && g->options.with_traps
                                                      ? below(g, o->array_count)
                                                      : (uint32_t)(array - o->arrays)];
        random_small(g, 8);
        push_array(g, to);
        random_small(g, 8);
        random_small(g, 8);
        op(g, PH_OP_array_copy);
        pop(g, 5);
    }
}

static void emit_reference(struct generator *g)
{
    struct objects_model *o = g->objects;
    uint32_t class = below(g, o->class_count);
    const uint32_t refs[] = {o->classes[class].ref, o->object_ref, o->interface_ref,
                             o->arrays[below(g, o->array_count)].ref, o->bytes_ref, o->error_ref};

    switch (below(g, 6)) {
    case 0:
        push_instance(g, class);
        op1(g, PH_OP_ref_cast, refs[below(g, g->options.with_traps && chance(g, 5) ? 6 : 2)]);
        break;
    case 1:
        if (chance(g, 50)) {
            push_instance(g, class);
        } else {
            random_value(g, PH_REF);
        }
        op1(g, PH_OP_ref_test, refs[below(g, PH_COUNT(refs))]);
        pop(g, 1);
        push(g, PH_I32);
        break;
    case 2:
        push_instance(g, class);
        op(g, PH_OP_ref_class);
        op1(g, PH_OP_class_const, refs[below(g, PH_COUNT(refs))]);
        op(g, PH_OP_ref_eq);
        pop(g, 1);
        push(g, PH_I32);
        break;
    case 3:
        op1(g, PH_OP_bytes_const, below(g, CONSTANTS));
        push(g, PH_REF);
        random_small(g, 64);
        op(g, PH_OP_array_get_u8);
        pop(g, 2);
        push(g, PH_I32);
        break;
    case 4:
        push_instance(g, class);
        push_instance(g, below(g, o->class_count));
        op(g, PH_OP_ref_eq);
        pop(g, 2);
        push(g, PH_I32);
        break;
    default:
        op1(g, PH_OP_global_get, o->arrays[o->array_count - 1].holder);
        op1(g, PH_OP_i32_const,
            g->options.with_traps && chance(g, 5) ? UINT64_MAX : below(g, 1 << below(g, 15)));
        op1(g, PH_OP_array_new, o->arrays[below(g, o->array_count)].ref);
        op(g, PH_OP_ref_eq);
        push(g, PH_I32);
        break;
    }
}

static void emit_method(struct generator *g)
{
    struct objects_model *o = g->objects;
    uint32_t class = below(g, o->class_count), kind = below(g, 10);
    uint32_t method = below(g, METHODS);
    uint32_t signature = kind < 6    ? o->signatures[method]
                         : kind == 6 ? o->signatures[0]
                         : kind == 7 ? o->special_signature
                                     : o->static_signature;
    const struct signature_model *model = &g->signatures[signature];

    if (kind < 8) {
        push_instance(g, class);
    }
    for (uint32_t i = kind < 8; i < model->params.count; i++) {
        random_value(g, model->params.items[i]);
    }
    if (kind < 6) {
        op1(g, PH_OP_call_virtual, o->virtual_refs[class][method]);
    } else if (kind == 6) {
        op1(g, PH_OP_call_virtual, o->interface_method);
    } else {
        op1(g, chance(g, 80) || kind >= 8 ? PH_OP_call_method : PH_OP_call_virtual,
            kind == 7 ? o->special_refs[class] : o->static_refs[class]);
    }
    pop(g, model->params.count);
    for (uint32_t i = 0; i < model->results.count; i++) {
        push(g, model->results.items[i]);
    }
}

static void emit_number(struct generator *g)
{
    static const uint32_t opcodes[] = {PH_OP_i32_div_wrap, PH_OP_i32_rem_wrap, PH_OP_i64_div_wrap,
                                       PH_OP_i64_rem_wrap, PH_OP_i64_compare, PH_OP_f32_compare_l,
                                       PH_OP_f32_compare_g, PH_OP_f64_compare_l,
                                       PH_OP_f64_compare_g};
    static const uint8_t types[] = {PH_I32, PH_I32, PH_I64, PH_I64, PH_I64,
                                    PH_F32, PH_F32, PH_F64, PH_F64};
    uint32_t kind = below(g, PH_COUNT(opcodes));

    random_value(g, types[kind]);
    random_value(g, types[kind]);
    if (kind < 4 && !(g->options.with_traps && chance(g, 20))) { /* not 0, but maybe -1 */
        op1(g, types[kind] == PH_I32 ? PH_OP_i32_const : PH_OP_i64_const,
            chance(g, 50) ? 1 : UINT64_MAX);
        op(g, types[kind] == PH_I32 ? PH_OP_i32_or : PH_OP_i64_or);
    }
    op(g, opcodes[kind]);
    pop(g, 2);
    push(g, kind < 2 || kind >= 4 ? PH_I32 : PH_I64);
}

/* ---- Exceptions ------------------------------------------------------------------------------ */

/* Throws if a condition holds. */
static void emit_throw(struct generator *g)
{
    struct types before = g->stack;
    uint32_t stay = random_label(g, &before, false);

    random_value(g, PH_I32);
    op1(g, PH_OP_br_if, stay);
    pop(g, 1);
    push_instance(g, below(g, g->objects->class_count));
    op(g, PH_OP_throw);
    random_place(g, stay, &before);
}

static void emit_try(struct generator *g)
{
    const struct objects_model *o = g->objects;
    struct types before = g->stack, after = random_vary(g, &before);
    const struct types thrown = {1, {PH_REF}};
    uint32_t caught = random_label(g, &thrown, false), end = random_label(g, &after, false);
    const uint32_t refs[] = {UINT32_MAX, UINT32_MAX, o->error_ref, o->object_ref,
                             o->classes[below(g, o->class_count)].ref, o->interface_ref,
                             o->arrays[0].ref};
    struct ph_exception_handler handler = {.start = ph_builder_code_offset(g->b),
                                           .label = caught,
                                           .class_ref = refs[below(g, PH_COUNT(refs))]};

    g->nest++;
    op(g, PH_OP_nop);
    if (chance(g, 30)) {
        emit_throw(g);
    }
    random_statements(g, 1 + below(g, 4));
    handler.end = ph_builder_code_offset(g->b);
    ph_builder_handler(g->b, &handler);
    random_adjust(g, &after);
    op1(g, PH_OP_br, end);
    random_place(g, caught, &thrown);
    if (chance(g, 50)) {
        op1(g, PH_OP_ref_test, o->error_ref);
        pop(g, 1);
        push(g, PH_I32);
    }
    random_statements(g, below(g, 3));
    random_adjust(g, &after);
    random_place(g, end, &after);
    g->nest--;
}

void random_object_op(struct generator *g)
{
    uint32_t kind = below(g, 100);

    if (kind < 12) {
        emit_holder(g);
    } else if (kind < 32) {
        emit_field(g);
    } else if (kind < 50) {
        emit_array(g);
    } else if (kind < 54) {
        emit_atomic_item(g);
    } else if (kind < 55) {
        op(g, PH_OP_fence);
    } else if (kind < 67) {
        emit_reference(g);
    } else if (kind < 80) {
        emit_method(g);
    } else if (kind < 88) {
        emit_number(g);
    } else if (kind < 96 && g->nest < NEST_MAX) {
        emit_try(g);
    } else if (g->options.with_traps) {
        emit_throw(g);
    }
}

struct guarded random_guard_begin(struct generator *g)
{
    struct guarded guarded = {g->stack, ph_builder_code_offset(g->b)};

    op(g, PH_OP_nop);
    return guarded;
}

void random_guard_end(struct generator *g, const struct guarded *guarded)
{
    const struct types thrown = {1, {PH_REF}};
    uint32_t caught = random_label(g, &thrown, false);
    uint32_t end = random_label(g, &guarded->stack, false);
    const struct ph_exception_handler handler = {guarded->start, ph_builder_code_offset(g->b),
                                                 caught, UINT32_MAX};

    ph_builder_handler(g->b, &handler);
    op1(g, PH_OP_br, end);
    random_place(g, caught, &thrown);
    random_adjust(g, &guarded->stack);
    random_place(g, end, &guarded->stack);
}

bool random_objects_guard(struct generator *g, uint32_t function)
{
    for (uint32_t i = 0; i < g->objects->class_count; i++) {
        if (g->objects->classes[i].initialiser == function) {
            return chance(g, 85);
        }
    }
    return false;
}

void random_objects_begin(struct generator *g)
{
    struct objects_model *o = g->objects;

    for (uint32_t i = 0; i < o->array_count; i++) {
        op1(g, PH_OP_i32_const, ARRAY_LENGTH + i);
        op1(g, PH_OP_array_new, o->arrays[i].ref);
        op1(g, PH_OP_global_set, o->arrays[i].holder);
    }
    for (uint32_t i = 0; i < o->class_count; i++) {
        uint32_t made = concrete(g, i);
        if (made != NONE) {
            struct guarded guarded = random_guard_begin(g);
            op1(g, PH_OP_object_new, o->classes[made].ref);
            op1(g, PH_OP_global_set, o->classes[i].holder);
            random_guard_end(g, &guarded);
        }
    }
}
