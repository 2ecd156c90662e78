/* SPDX-License-Identifier: Apache-2.0 */
/* classes.c - class references and definitions, field and method references of a unit.
 *
 * 1. What can be said without linking is checked here: indices, names, that nothing below a class
 *    is an array, that members are unique, that a method and its function agree. What other units
 *    and the order of classes decide (is this an interface? is nothing above itself?) is the
 *    linker's.
 * 2. Members are compared after sorting them, so a hostile unit costs n log n. Signatures are
 *    ranked once: equal ones have the same rank, and comparing two is comparing numbers. */
#include "code/classes.h"

#include "base/assert.h"
#include "base/text.h"
#include "code/sort.h"

#define CLASS_FLAGS                                                                           \
    ((uint32_t)PH_CLASS_DEF_INTERFACE | PH_CLASS_DEF_ABSTRACT | PH_CLASS_DEF_FINAL |          \
     PH_CLASS_DEF_PHANTOM | PH_CLASS_DEF_REFERENCE)
#define METHOD_FLAGS (PH_METHOD_STATIC | PH_METHOD_FINAL | PH_METHOD_SPECIAL)

static const struct {
    const char *name;
    uint8_t storage; /* of an array's items; 0: no array */
} builtins[] = {
    [PH_BUILTIN_OBJECT] = {"object", 0},
    [PH_BUILTIN_BYTES] = {"bytes", PH_STORE_U8},
    [PH_BUILTIN_REFS] = {"refs", PH_STORE_REF},
    [PH_BUILTIN_ERROR] = {"error", 0},
    [PH_BUILTIN_REFERENCE] = {"reference", 0},
    [PH_BUILTIN_QUEUE] = {"queue", 0},
};

const char *ph_builtin_class_name(uint32_t builtin)
{
    return builtin < PH_COUNT(builtins) ? builtins[builtin].name : NULL;
}

static uint8_t read_storage(struct reader *r)
{
    uint8_t storage = ph_reader_byte(r, PH_STORE_LAST, "a storage");

    if (ph_reader_good(r) && storage == 0) {
        ph_reader_fail(r, PH_MALFORMED, "a storage must not be 0");
    }
    return storage;
}

/* ---- Class references --------------------------------------------------------------------- */

static void read_builtin(struct reader *r, struct ph_class_ref *class_ref)
{
    char text[64];

    class_ref->name = ph_reader_name(r, "the name of a class");
    for (uint8_t i = 0; i < PH_COUNT(builtins) && ph_reader_good(r); i++) {
        size_t size = strlen(builtins[i].name);
        if (size == class_ref->name.size &&
            memcmp(builtins[i].name, class_ref->name.bytes, size) == 0) {
            class_ref->builtin = i;
            class_ref->storage = builtins[i].storage;
            class_ref->array_depth = builtins[i].storage != 0;
            return;
        }
    }
    if (ph_reader_good(r)) {
        ph_reader_fail(r, PH_INVALID, "no class \"%s\" is built in",
                       ph_unit_printable(class_ref->name, text, sizeof(text)));
    }
}

static void read_array_of_refs(struct reader *r, uint32_t number, struct ph_class_ref *class_ref)
{
    class_ref->storage = PH_STORE_REF;
    class_ref->index = ph_reader_index(r, number, "earlier class reference");
    if (!ph_reader_good(r)) {
        return;
    }
    uint32_t depth = r->unit->class_refs[class_ref->index].array_depth + 1u;
    if (depth > PH_ARRAY_DEPTH_MAX) {
        ph_reader_fail(r, PH_LIMIT, "arrays of arrays may be %u deep", PH_ARRAY_DEPTH_MAX);
    }
    class_ref->array_depth = (uint8_t)depth;
}

static void read_class_ref(struct reader *r, uint32_t number, struct ph_class_ref *class_ref)
{
    class_ref->kind = ph_reader_byte(r, PH_CLASS_REF_BUILTIN, "the kind of a class reference");
    switch (class_ref->kind) {
    case PH_CLASS_REF_IMPORTED:
        class_ref->module = ph_reader_name(r, "the module of a class");
        class_ref->name = ph_reader_name(r, "the name of a class");
        break;
    case PH_CLASS_REF_DEFINED:
        class_ref->index = ph_reader_u32(r); /* ph_classes_check looks whether it is there */
        break;
    case PH_CLASS_REF_NUMBERS:
        class_ref->storage = read_storage(r);
        class_ref->array_depth = 1;
        if (class_ref->storage == PH_STORE_REF) {
            ph_reader_fail(r, PH_MALFORMED, "an array of references is of another kind");
        }
        break;
    case PH_CLASS_REF_REFS:
        read_array_of_refs(r, number, class_ref);
        break;
    default:
        read_builtin(r, class_ref);
        break;
    }
}

void ph_classes_read_class_refs(struct reader *r)
{
    struct ph_unit *unit = r->unit;

    unit->class_ref_count = ph_reader_count(r, 2);
    unit->class_refs = ph_reader_extend(r, NULL, 0, unit->class_ref_count,
                                        sizeof(*unit->class_refs));
    for (uint32_t i = 0; i < unit->class_ref_count && ph_reader_good(r); i++) {
        read_class_ref(r, i, &unit->class_refs[i]);
    }
}

/* ---- Class definitions -------------------------------------------------------------------- */

/* What is needed while the definitions are read. */
struct definitions {
    struct reader *r;
    uint32_t *ranks;           /* of signatures */
    struct ph_scratch scratch; /* for one class at a time */
    uint32_t number;           /* of the definition at hand */
    struct ph_class_def *def;
};

static bool signatures_in_order(const void *context, uint32_t a, uint32_t b)
{
    const struct ph_signature *left = &((const struct ph_unit *)context)->signatures[a];
    const struct ph_signature *right = &((const struct ph_unit *)context)->signatures[b];
    uint32_t count = left->param_count + left->result_count;

    if (left->param_count != right->param_count || left->result_count != right->result_count) {
        return left->param_count < right->param_count ||
               (left->param_count == right->param_count &&
                left->result_count < right->result_count);
    }
    int order = memcmp(left->types, right->types, count);
    return order != 0 ? order < 0 : memcmp(left->ref_kinds, right->ref_kinds, count) <= 0;
}

static uint32_t *sorting_room(struct definitions *d, struct ph_scratch *scratch, uint32_t count)
{
    uint32_t *order = ph_scratch_alloc(scratch, (size_t)count * 2 * sizeof(*order));

    if (order == NULL) {
        ph_reader_fail(d->r, PH_NO_MEMORY, "out of memory");
    }
    return order;
}

static void rank_signatures(struct definitions *d)
{
    const struct ph_unit *unit = d->r->unit;
    uint32_t *order = sorting_room(d, &d->scratch, unit->signature_count);

    d->ranks = ph_reader_extend(d->r, NULL, 0, unit->signature_count, sizeof(*d->ranks));
    if (!ph_reader_good(d->r)) {
        return;
    }
    ph_sort_indices(order, unit->signature_count, signatures_in_order, unit);
    for (uint32_t i = 1; i < unit->signature_count; i++) {
        bool is_same = ph_signature_equal(&unit->signatures[order[i - 1]],
                                          &unit->signatures[order[i]]);
        d->ranks[order[i]] = d->ranks[order[i - 1]] + !is_same;
    }
    ph_scratch_reset(&d->scratch);
}

/* Something that a class can stand below: no array, nor itself. */
static void check_above(struct definitions *d, uint32_t class_ref, const char *what)
{
    if (!ph_reader_good(d->r) || class_ref == UINT32_MAX) {
        return;
    }
    const struct ph_class_ref *above = &d->r->unit->class_refs[class_ref];
    if (above->array_depth != 0) {
        ph_reader_fail(d->r, PH_INVALID, "class %u: %s is an array", d->number, what);
    } else if (above->kind == PH_CLASS_REF_DEFINED && above->index == d->number) {
        ph_reader_fail(d->r, PH_INVALID, "class %u: %s is the class itself", d->number, what);
    }
}

static uint32_t read_member_count(struct definitions *d, uint32_t bytes_min, const char *what)
{
    uint32_t count = ph_reader_count(d->r, bytes_min);

    if (count > PH_CLASS_MEMBERS_MAX) {
        ph_reader_fail(d->r, PH_LIMIT, "class %u has more than %u %s", d->number,
                       PH_CLASS_MEMBERS_MAX, what);
        return 0;
    }
    return count;
}

static void read_interfaces(struct definitions *d)
{
    struct reader *r = d->r;
    uint32_t count = read_member_count(d, 1, "interfaces");
    uint32_t *interfaces = ph_reader_extend(r, NULL, 0, count, sizeof(*interfaces));

    for (uint32_t i = 0; i < count && ph_reader_good(r); i++) {
        interfaces[i] = ph_reader_index(r, r->unit->class_ref_count, "class reference");
        check_above(d, interfaces[i], "an interface");
    }
    d->def->interfaces = interfaces;
    d->def->interface_count = count;
}

/* By storage and name. */
static int compare_fields(const struct ph_field_def *a, const struct ph_field_def *b)
{
    return a->storage != b->storage ? (a->storage < b->storage ? -1 : 1)
                                    : ph_slice_compare(a->name, b->name);
}

static bool fields_in_order(const void *context, uint32_t a, uint32_t b)
{
    const struct ph_field_def *fields = context;

    return compare_fields(&fields[a], &fields[b]) <= 0;
}

static void check_fields(struct definitions *d)
{
    const struct ph_field_def *fields = d->def->fields;
    uint32_t count = d->def->field_count;
    bool is_plain = count < 2 || d->r->unit->is_known;
    uint32_t *order = is_plain ? NULL : sorting_room(d, &d->scratch, count);
    char text[64];

    if (!ph_reader_good(d->r) || is_plain) {
        return;
    }
    ph_sort_indices(order, count, fields_in_order, fields);
    for (uint32_t i = 1; i < count && ph_reader_good(d->r); i++) {
        const struct ph_field_def *field = &fields[order[i]];
        if (compare_fields(&fields[order[i - 1]], field) == 0) {
            ph_reader_fail(d->r, PH_INVALID, "class %u has two fields \"%s\" of storage %s",
                           d->number, ph_unit_printable(field->name, text, sizeof(text)),
                           ph_storage_name(field->storage));
        }
    }
}

static void read_fields(struct definitions *d)
{
    struct reader *r = d->r;
    uint32_t count = read_member_count(d, 3, "fields");
    struct ph_field_def *fields = ph_reader_extend(r, NULL, 0, count, sizeof(*fields));

    for (uint32_t i = 0; i < count && ph_reader_good(r); i++) {
        fields[i].name = ph_reader_name(r, "the name of a field");
        fields[i].storage = read_storage(r);
        fields[i].flags = ph_reader_byte(r, PH_FIELD_STATIC | PH_FIELD_VOLATILE,
                                         "the flags of a field");
        if ((d->def->flags & PH_CLASS_DEF_INTERFACE) != 0 &&
            (fields[i].flags & PH_FIELD_STATIC) == 0) {
            ph_reader_fail(r, PH_INVALID, "class %u: an interface has only static fields",
                           d->number);
        }
    }
    d->def->fields = fields;
    d->def->field_count = count;
    check_fields(d);
}

struct method_order {
    const struct ph_method_def *methods;
    const uint32_t *ranks;
};

static int compare_methods(const struct method_order *order, uint32_t a, uint32_t b)
{
    const struct ph_method_def *left = &order->methods[a], *right = &order->methods[b];
    uint32_t left_rank = order->ranks[left->signature];
    uint32_t right_rank = order->ranks[right->signature];

    return left_rank != right_rank ? (left_rank < right_rank ? -1 : 1)
                                   : ph_slice_compare(left->name, right->name);
}

static bool methods_in_order(const void *context, uint32_t a, uint32_t b)
{
    return compare_methods(context, a, b) <= 0;
}

static void check_methods(struct definitions *d)
{
    struct method_order by = {d->def->methods, d->ranks};
    uint32_t count = d->def->method_count;
    bool is_plain = count < 2 || d->r->unit->is_known;
    uint32_t *order = is_plain ? NULL : sorting_room(d, &d->scratch, count);
    char text[64];

    if (!ph_reader_good(d->r) || is_plain) {
        return;
    }
    ph_sort_indices(order, count, methods_in_order, &by);
    for (uint32_t i = 1; i < count && ph_reader_good(d->r); i++) {
        if (compare_methods(&by, order[i - 1], order[i]) == 0) {
            struct ph_slice name = by.methods[order[i]].name;
            ph_reader_fail(d->r, PH_INVALID, "class %u has two methods \"%s\" of one signature",
                           d->number, ph_unit_printable(name, text, sizeof(text)));
        }
    }
}

/* A method that is not static takes its receiver first. */
static void check_receiver(struct reader *r, uint32_t signature, uint8_t flags)
{
    if (!ph_reader_good(r) || (flags & PH_METHOD_STATIC) != 0) {
        return;
    }
    const struct ph_signature *s = &r->unit->signatures[signature];
    if (s->param_count == 0 || s->types[0] != PH_REF) {
        ph_reader_fail(r, PH_INVALID,
                       "a method that is not static needs its receiver, a ref, as first param");
    }
}

static void read_method(struct definitions *d, struct ph_method_def *method)
{
    struct reader *r = d->r;
    const struct ph_unit *unit = r->unit;
    char text[64];

    method->name = ph_reader_name(r, "the name of a method");
    method->signature = ph_reader_index(r, unit->signature_count, "signature");
    method->function = ph_reader_optional_index(r, unit->function_count, "function");
    method->flags = ph_reader_byte(r, METHOD_FLAGS, "the flags of a method");
    check_receiver(r, method->signature, method->flags);
    if (!ph_reader_good(r)) {
        return;
    }
    if (method->function == UINT32_MAX && method->flags != 0) {
        ph_reader_fail(r, PH_INVALID, "class %u: the static, final or special method \"%s\" needs "
                       "a function", d->number,
                       ph_unit_printable(method->name, text, sizeof(text)));
    } else if (method->function != UINT32_MAX && !unit->is_known &&
               d->ranks[unit->functions[method->function].signature] !=
                   d->ranks[method->signature]) {
        ph_reader_fail(r, PH_INVALID, "class %u: method \"%s\" and function %u differ in signature",
                       d->number, ph_unit_printable(method->name, text, sizeof(text)),
                       method->function);
    }
}

static void read_methods(struct definitions *d)
{
    struct reader *r = d->r;
    uint32_t count = read_member_count(d, 4, "methods");
    struct ph_method_def *methods = ph_reader_extend(r, NULL, 0, count, sizeof(*methods));

    for (uint32_t i = 0; i < count && ph_reader_good(r); i++) {
        read_method(d, &methods[i]);
    }
    d->def->methods = methods;
    d->def->method_count = count;
    check_methods(d);
}

static void read_initialiser(struct definitions *d)
{
    struct reader *r = d->r;
    const struct ph_unit *unit = r->unit;
    uint32_t function = ph_reader_optional_index(r, unit->function_count, "function");

    if (ph_reader_good(r) && function != UINT32_MAX) {
        const struct ph_signature *s = &unit->signatures[unit->functions[function].signature];
        if (s->param_count + s->result_count != 0) {
            ph_reader_fail(r, PH_INVALID,
                           "class %u: an initialiser must have no params and no results",
                           d->number);
        } else if (function < unit->imported_functions) {
            ph_reader_fail(r, PH_INVALID,
                           "class %u: an initialiser must be a function of this unit", d->number);
        }
    }
    d->def->initialiser = function;
}

void ph_classes_read_definitions(struct reader *r)
{
    struct ph_unit *unit = r->unit;
    struct definitions d = {.r = r};

    unit->class_def_count = ph_reader_count(r, 7);
    unit->class_defs = ph_reader_extend(r, NULL, 0, unit->class_def_count,
                                        sizeof(*unit->class_defs));
    ph_scratch_init(&d.scratch, unit->memory.parent, 0);
    if (!unit->is_known) {
        rank_signatures(&d);
    }
    for (uint32_t i = 0; i < unit->class_def_count && ph_reader_good(r); i++) {
        d.number = i;
        d.def = &unit->class_defs[i];
        d.def->name = ph_reader_name(r, "the name of a class");
        d.def->flags = ph_reader_u32(r);
        if ((d.def->flags & ~CLASS_FLAGS) != 0) {
            ph_reader_fail(r, PH_MALFORMED, "the flags of a class must not be %u", d.def->flags);
        }
        d.def->super_class = ph_reader_optional_index(r, unit->class_ref_count,
                                                      "class reference");
        check_above(&d, d.def->super_class, "its superclass");
        read_interfaces(&d);
        read_fields(&d);
        read_methods(&d);
        read_initialiser(&d);
        ph_scratch_reset(&d.scratch);
    }
    ph_scratch_finish(&d.scratch);
}

/* ---- References to members ---------------------------------------------------------------- */

void ph_classes_read_field_refs(struct reader *r)
{
    struct ph_unit *unit = r->unit;

    unit->field_ref_count = ph_reader_count(r, 4);
    unit->field_refs = ph_reader_extend(r, NULL, 0, unit->field_ref_count,
                                        sizeof(*unit->field_refs));
    for (uint32_t i = 0; i < unit->field_ref_count && ph_reader_good(r); i++) {
        struct ph_field_ref *field = &unit->field_refs[i];
        field->class_ref = ph_reader_index(r, unit->class_ref_count, "class reference");
        field->name = ph_reader_name(r, "the name of a field");
        field->storage = read_storage(r);
        field->flags = ph_reader_byte(r, PH_FIELD_STATIC, "the flags of a field");
    }
}

void ph_classes_read_method_refs(struct reader *r)
{
    struct ph_unit *unit = r->unit;

    unit->method_ref_count = ph_reader_count(r, 4);
    unit->method_refs = ph_reader_extend(r, NULL, 0, unit->method_ref_count,
                                         sizeof(*unit->method_refs));
    for (uint32_t i = 0; i < unit->method_ref_count && ph_reader_good(r); i++) {
        struct ph_method_ref *method = &unit->method_refs[i];
        method->class_ref = ph_reader_index(r, unit->class_ref_count, "class reference");
        method->name = ph_reader_name(r, "the name of a method");
        method->signature = ph_reader_index(r, unit->signature_count, "signature");
        method->flags = ph_reader_byte(r, PH_METHOD_STATIC, "the flags of a method");
        check_receiver(r, method->signature, method->flags);
    }
}

/* A class that arrays can stand below. */
static uint32_t read_above_arrays(struct reader *r)
{
    uint32_t index = ph_reader_index(r, r->unit->class_ref_count, "class reference");

    if (ph_reader_good(r) && r->unit->class_refs[index].kind != PH_CLASS_REF_DEFINED &&
        r->unit->class_refs[index].kind != PH_CLASS_REF_IMPORTED) {
        ph_reader_fail(r, PH_INVALID, "what is above arrays must be defined here, or imported");
    }
    return index;
}

void ph_classes_read_array_root(struct reader *r)
{
    struct ph_unit *unit = r->unit;
    uint32_t root = read_above_arrays(r), count = ph_reader_count(r, 1);

    if (ph_reader_good(r) && count > PH_CLASS_MEMBERS_MAX) {
        ph_reader_fail(r, PH_LIMIT, "arrays have more than %u interfaces", PH_CLASS_MEMBERS_MAX);
    }
    uint32_t *interfaces = ph_reader_extend(r, NULL, 0, count, sizeof(*interfaces));
    for (uint32_t i = 0; i < count && ph_reader_good(r); i++) {
        interfaces[i] = read_above_arrays(r);
    }
    if (ph_reader_good(r)) {
        unit->array_root = root;
        unit->array_interfaces = interfaces;
        unit->array_interface_count = count;
    }
}

ph_status ph_classes_check(const struct ph_unit *unit, struct ph_error *error)
{
    for (uint32_t i = 0; i < unit->class_ref_count; i++) {
        const struct ph_class_ref *class_ref = &unit->class_refs[i];
        if (class_ref->kind == PH_CLASS_REF_DEFINED && class_ref->index >= unit->class_def_count) {
            return ph_fail(error, PH_INVALID, "unit: class reference %u: unknown class %u", i,
                           class_ref->index);
        }
    }
    for (uint32_t i = 0; i < unit->export_count; i++) {
        const struct ph_export *export = &unit->exports[i];
        char text[64];
        if (export->kind == PH_EXTERN_CLASS && export->index >= unit->class_def_count) {
            return ph_fail(error, PH_INVALID, "unit: export \"%s\": unknown class %u",
                           ph_unit_printable(export->name, text, sizeof(text)), export->index);
        }
    }
    return PH_OK;
}
