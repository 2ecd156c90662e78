/* SPDX-License-Identifier: Apache-2.0 */
/* reference_objects.c - objects of the reference interpreter: classes are found anew for each
 * instruction, by comparing names; objects are lists of values and never freed before the end. */
#include "support/reference_frame.h"

#include <stdlib.h>
#include <string.h>

#define FIRST_OBJECT (UINT64_C(1) << 32) /* below: 0 and functions */
#define NONE UINT32_MAX

enum kind { T_OBJECT, T_DEFINED, T_NUMBERS, T_REFS, T_ERROR, T_FUNCTION, T_CLASS };

struct type {
    enum kind kind;
    uint32_t index;       /* definition, storage, or the items' type */
    uint64_t class_object;
    int state;            /* of a definition's initialisation: 0, 1 under way, 2 done, -1 failed */
    uint64_t *statics;    /* one for each field of a definition */
};

struct object {
    uint32_t type, length;
    uint64_t *items;      /* or fields: those of the topmost definition first */
};

struct reference_objects {
    struct type *types;
    uint32_t type_count;
    struct object *objects;
    uint64_t object_count;
    uint64_t *constants;
    uint64_t exception;   /* what is thrown; 0: an error is to be made of the trap */
};

#define push(f, value) reference_push(f, value)
#define pop(f) reference_pop(f)
#define trap(f, kind) reference_trap(f, kind)

void reference_objects_init(struct reference *self)
{
    self->objects = calloc(1, sizeof(*self->objects));
    self->objects->constants = calloc(self->unit.bytes_constant_count + 1, sizeof(uint64_t));
}

void reference_objects_finish(struct reference *self)
{
    struct reference_objects *o = self->objects;
    for (uint64_t i = 0; i < o->object_count; i++) {
        free(o->objects[i].items);
    }
    for (uint32_t i = 0; i < o->type_count; i++) {
        free(o->types[i].statics);
    }
    free(o->objects);
    free(o->types);
    free(o->constants);
    free(o);
}

/* ---- Types ----------------------------------------------------------------------------------- */

static uint32_t type_find(struct reference *r, enum kind kind, uint32_t index)
{
    struct reference_objects *o = r->objects;
    for (uint32_t i = 0; i < o->type_count; i++) {
        if (o->types[i].kind == kind && o->types[i].index == index) {
            return i;
        }
    }
    o->types = realloc(o->types, (o->type_count + 1) * sizeof(o->types[0]));
    o->types[o->type_count] = (struct type){.kind = kind, .index = index};
    if (kind == T_DEFINED) {
        o->types[o->type_count].statics =
            calloc(r->unit.class_defs[index].field_count + 1, sizeof(uint64_t));
    }
    return o->type_count++;
}

static uint32_t type_of_ref(struct reference *r, uint32_t class_ref)
{
    const struct ph_class_ref *ref = &r->unit.class_refs[class_ref];
    uint32_t object = type_find(r, T_OBJECT, 0);
    switch (ref->kind) {
    case PH_CLASS_REF_DEFINED:
        return type_find(r, T_DEFINED, ref->index);
    case PH_CLASS_REF_NUMBERS:
        return type_find(r, T_NUMBERS, ref->storage);
    case PH_CLASS_REF_REFS:
        return type_find(r, T_REFS, type_of_ref(r, ref->index));
    default:
        PH_ASSERT(ref->kind == PH_CLASS_REF_BUILTIN);
        return ref->builtin == PH_BUILTIN_BYTES   ? type_find(r, T_NUMBERS, PH_STORE_U8)
               : ref->builtin == PH_BUILTIN_REFS  ? type_find(r, T_REFS, object)
               : ref->builtin == PH_BUILTIN_ERROR ? type_find(r, T_ERROR, 0)
                                                  : object;
    }
}

static const struct ph_class_def *definition(const struct reference *r, uint32_t type)
{
    PH_ASSERT(r->objects->types[type].kind == T_DEFINED);
    return &r->unit.class_defs[r->objects->types[type].index];
}

/* The type above a defined one; NONE: only "object" is. */
static uint32_t super_of(struct reference *r, uint32_t type)
{
    uint32_t super = definition(r, type)->super_class;
    super = super == UINT32_MAX ? NONE : type_of_ref(r, super);
    return super == NONE || r->objects->types[super].kind != T_DEFINED ? NONE : super;
}

static bool is_below(struct reference *r, uint32_t type, uint32_t of)
{
    struct type a = r->objects->types[type], b = r->objects->types[of];
    if (type == of || b.kind == T_OBJECT) {
        return true;
    }
    if (a.kind == T_REFS && b.kind == T_REFS) {
        return is_below(r, a.index, b.index);
    }
    if (a.kind != T_DEFINED || b.kind != T_DEFINED) {
        return false;
    }
    const struct ph_class_def *def = definition(r, type);
    for (uint32_t i = 0; i < def->interface_count; i++) {
        if (is_below(r, type_of_ref(r, def->interfaces[i]), of)) {
            return true;
        }
    }
    uint32_t super = super_of(r, type);
    return super != NONE && is_below(r, super, of);
}

/* ---- Objects --------------------------------------------------------------------------------- */

static uint64_t object_new(struct reference *r, uint32_t type, uint32_t length, uint32_t values)
{
    struct reference_objects *o = r->objects;
    if ((o->object_count & (o->object_count - 1)) == 0) { /* a power of two: full */
        o->objects = realloc(o->objects, (2 * o->object_count + 1) * sizeof(o->objects[0]));
    }
    o->objects[o->object_count] =
        (struct object){type, length, calloc((size_t)values + 1, sizeof(uint64_t))};
    return FIRST_OBJECT + o->object_count++;
}

static struct object *object_of(struct reference *r, uint64_t ref)
{
    return ref < FIRST_OBJECT ? NULL : &r->objects->objects[ref - FIRST_OBJECT];
}

static uint32_t type_of(struct reference *r, uint64_t ref)
{
    return ref < FIRST_OBJECT ? type_find(r, T_FUNCTION, 0) : object_of(r, ref)->type;
}

static uint64_t class_object(struct reference *r, uint32_t type)
{
    if (r->objects->types[type].class_object == 0) {
        uint64_t ref = object_new(r, type_find(r, T_CLASS, 0), 0, 0);
        r->objects->types[type].class_object = ref;
    }
    return r->objects->types[type].class_object;
}

static uint64_t narrow(uint64_t value, uint32_t storage)
{
    switch (storage) {
    case PH_STORE_I8: return (uint32_t)(int8_t)value;
    case PH_STORE_U8: return (uint8_t)value;
    case PH_STORE_I16: return (uint32_t)(int16_t)value;
    case PH_STORE_U16: return (uint16_t)value;
    case PH_STORE_I32: case PH_STORE_F32: return (uint32_t)value;
    default: return value;
    }
}

/* ---- Initialisation -------------------------------------------------------------------------- */

/* False: a trap or exception is under way. */
static bool initialise(struct frame *f, uint32_t type)
{
    struct reference *r = f->r;
    if (r->objects->types[type].kind != T_DEFINED || r->objects->types[type].state > 0) {
        return true;
    }
    if (r->objects->types[type].state < 0) {
        trap(f, PH_TRAP_CLASS_INIT);
        return false;
    }
    r->objects->types[type].state = 1;
    uint32_t super = super_of(r, type), function = definition(r, type)->initialiser;
    if (super != NONE && !initialise(f, super)) {
        r->objects->types[type].state = -1;
        return false;
    }
    if (function != UINT32_MAX) {
        reference_call_function(f, function);
    }
    r->objects->types[type].state = r->trap == PH_TRAP_NONE ? 2 : -1;
    return r->trap == PH_TRAP_NONE;
}

/* ---- Fields ---------------------------------------------------------------------------------- */

static bool same_name(struct ph_slice a, struct ph_slice b)
{
    return a.size == b.size && memcmp(a.bytes, b.bytes, a.size) == 0;
}

static uint32_t fields_of_supers(struct reference *r, uint32_t type)
{
    uint32_t super = super_of(r, type);
    return super == NONE ? 0 : fields_of_supers(r, super) + definition(r, super)->field_count;
}

/* The definition that has the field, and its number there. */
static uint32_t field_find(struct reference *r, const struct ph_field_ref *ref, uint32_t *number)
{
    for (uint32_t type = type_of_ref(r, ref->class_ref); type != NONE; type = super_of(r, type)) {
        const struct ph_class_def *def = definition(r, type);
        for (uint32_t i = 0; i < def->field_count; i++) {
            if (same_name(def->fields[i].name, ref->name) &&
                def->fields[i].storage == ref->storage &&
                ((def->fields[i].flags ^ ref->flags) & PH_FIELD_STATIC) == 0) {
                *number = i;
                return type;
            }
        }
    }
    PH_UNREACHABLE();
}

static void run_field(struct frame *f)
{
    struct reference *r = f->r;
    const struct ph_field_ref *ref = &r->unit.field_refs[f->insn.immediate[0]];
    uint32_t o = f->insn.opcode, number;
    uint32_t type = field_find(r, ref, &number);
    bool is_set = o == PH_OP_field_set || o == PH_OP_static_set;
    bool is_static = o == PH_OP_static_get || o == PH_OP_static_set;
    uint64_t *value;
    if (is_static) {
        if (!initialise(f, type)) {
            return;
        }
        value = &r->objects->types[type].statics[number];
    } else {
        uint64_t ref_value = f->stack[f->depth - 1 - is_set];
        if (ref_value == 0 || !is_below(r, type_of(r, ref_value), type)) {
            trap(f, ref_value == 0 ? PH_TRAP_NULL_REFERENCE : PH_TRAP_WRONG_CLASS);
            return;
        }
        value = &object_of(r, ref_value)->items[fields_of_supers(r, type) + number];
    }
    if (is_set) {
        *value = narrow(pop(f), ref->storage);
    }
    f->depth -= !is_static;
    if (!is_set) {
        push(f, *value);
    }
}

/* ---- Arrays ---------------------------------------------------------------------------------- */

/* NULL: trapped. `storage`: of the instruction, 0: any array will do. */
static struct object *array_at(struct frame *f, uint64_t ref, uint32_t storage)
{
    struct reference *r = f->r;
    if (ref == 0) {
        trap(f, PH_TRAP_NULL_REFERENCE);
        return NULL;
    }
    struct type t = r->objects->types[type_of(r, ref)];
    uint32_t kind = t.kind == T_REFS      ? (uint32_t)PH_STORE_REF
                    : t.kind != T_NUMBERS ? 0
                    : t.index == PH_STORE_U8  ? (uint32_t)PH_STORE_I8
                    : t.index == PH_STORE_U16 ? (uint32_t)PH_STORE_I16
                                              : t.index;
    if (kind == 0 || (storage != 0 && kind != storage)) {
        trap(f, PH_TRAP_WRONG_CLASS);
        return NULL;
    }
    return object_of(r, ref);
}

static uint32_t storage_of_op(uint32_t opcode)
{
    switch (opcode) {
    case PH_OP_array_get_i8: case PH_OP_array_get_u8: case PH_OP_array_set_i8: return PH_STORE_I8;
    case PH_OP_array_get_i16: case PH_OP_array_get_u16: case PH_OP_array_set_i16:
        return PH_STORE_I16;
    case PH_OP_array_get_i32: case PH_OP_array_set_i32: return PH_STORE_I32;
    case PH_OP_array_get_i64: case PH_OP_array_set_i64: return PH_STORE_I64;
    case PH_OP_array_get_f32: case PH_OP_array_set_f32: return PH_STORE_F32;
    case PH_OP_array_get_f64: case PH_OP_array_set_f64: return PH_STORE_F64;
    default: return PH_STORE_REF;
    }
}

static void array_get(struct frame *f)
{
    uint32_t o = f->insn.opcode, index = (uint32_t)pop(f), storage = storage_of_op(o);
    const struct object *array = array_at(f, pop(f), storage);
    if (array == NULL) {
        return;
    }
    if (index >= array->length) {
        trap(f, PH_TRAP_ARRAY_BOUNDS);
        return;
    }
    if (o == PH_OP_array_get_u8 || o == PH_OP_array_get_u16) {
        storage = o == PH_OP_array_get_u8 ? PH_STORE_U8 : PH_STORE_U16;
    }
    push(f, narrow(array->items[index], storage));
}

static bool accepts(struct reference *r, const struct object *array, uint64_t value)
{
    struct type t = r->objects->types[array->type];
    return value == 0 || t.kind != T_REFS || is_below(r, type_of(r, value), t.index);
}

static void array_set(struct frame *f)
{
    uint64_t value = pop(f);
    uint32_t index = (uint32_t)pop(f), storage = storage_of_op(f->insn.opcode);
    struct object *array = array_at(f, pop(f), storage);
    if (array == NULL) {
        return;
    }
    if (index >= array->length) {
        trap(f, PH_TRAP_ARRAY_BOUNDS);
    } else if (storage == PH_STORE_REF && !accepts(f->r, array, value)) {
        trap(f, PH_TRAP_ARRAY_STORE);
    } else {
        array->items[index] = narrow(value, storage);
    }
}

static void array_copy(struct frame *f)
{
    struct reference *r = f->r;
    uint32_t count = (uint32_t)pop(f), to = (uint32_t)pop(f);
    uint64_t dest_ref = pop(f);
    uint32_t from = (uint32_t)pop(f);
    struct object *source = array_at(f, pop(f), 0);
    struct object *dest = source == NULL ? NULL : array_at(f, dest_ref, 0);
    if (dest == NULL) {
        return;
    }
    struct type a = r->objects->types[source->type], b = r->objects->types[dest->type];
    if (a.kind != b.kind || (a.kind == T_NUMBERS && a.index != b.index)) {
        trap(f, PH_TRAP_WRONG_CLASS);
        return;
    }
    if ((uint64_t)from + count > source->length || (uint64_t)to + count > dest->length) {
        trap(f, PH_TRAP_ARRAY_BOUNDS);
        return;
    }
    if (!is_below(r, source->type, dest->type)) {
        for (uint32_t i = 0; i < count; i++) {
            if (!accepts(r, dest, source->items[from + i])) {
                trap(f, PH_TRAP_ARRAY_STORE);
                return;
            }
            dest->items[to + i] = source->items[from + i];
        }
        return;
    }
    memmove(dest->items + to, source->items + from, count * sizeof(uint64_t));
}

static void array_new(struct frame *f)
{
    uint32_t length = (uint32_t)pop(f);
    if (length > INT32_MAX) {
        trap(f, PH_TRAP_NEGATIVE_SIZE);
        return;
    }
    push(f, object_new(f->r, type_of_ref(f->r, (uint32_t)f->insn.immediate[0]), length, length));
}

/* ---- What threads agree on: here is only one ------------------------------------------------- */

/* Where the instruction's field or item is, under `count` values; NULL: trapped. */
static uint64_t *atomic_place(struct frame *f, uint32_t count, uint32_t *storage)
{
    struct reference *r = f->r;
    uint32_t o = f->insn.opcode, x = (uint32_t)f->insn.immediate[0], number;
    uint64_t *top = f->stack + f->depth - count;
    if (o >= PH_OP_array_get_volatile) {
        bool is_small = x == PH_STORE_U8 || x == PH_STORE_U16;
        struct object *array = array_at(f, top[-2], is_small ? x - 2 : x);
        *storage = x;
        if (array != NULL && (uint32_t)top[-1] >= array->length) {
            trap(f, PH_TRAP_ARRAY_BOUNDS);
        } else if (array != NULL && x == PH_STORE_REF && count > 0 &&
                   !accepts(r, array, top[count - 1])) {
            trap(f, PH_TRAP_ARRAY_STORE);
        }
        return array == NULL || r->trap != PH_TRAP_NONE ? NULL : &array->items[(uint32_t)top[-1]];
    }
    const struct ph_field_ref *ref = &r->unit.field_refs[x];
    uint32_t type = field_find(r, ref, &number);
    *storage = ref->storage;
    if (o >= PH_OP_static_swap) {
        return initialise(f, type) ? &r->objects->types[type].statics[number] : NULL;
    }
    if (top[-1] == 0 || !is_below(r, type_of(r, top[-1]), type)) {
        trap(f, top[-1] == 0 ? PH_TRAP_NULL_REFERENCE : PH_TRAP_WRONG_CLASS);
        return NULL;
    }
    return &object_of(r, top[-1])->items[fields_of_supers(r, type) + number];
}

static void run_atomic(struct frame *f)
{
    uint32_t o = f->insn.opcode, storage;
    bool is_compare = o == PH_OP_field_compare_swap || o == PH_OP_static_compare_swap ||
                      o == PH_OP_array_compare_swap;
    bool is_add = o == PH_OP_field_add || o == PH_OP_static_add || o == PH_OP_array_add;
    uint32_t count = is_compare ? 2 : o != PH_OP_array_get_volatile;
    uint64_t *place = atomic_place(f, count, &storage);
    if (place == NULL) {
        return;
    }
    uint64_t value = count > 0 ? pop(f) : 0, expected = is_compare ? pop(f) : 0;
    /* An item that was stored through its neighbour's sign: as it is read by this kind. */
    uint64_t old = narrow(*place, storage);
    f->depth -= o >= PH_OP_array_get_volatile ? 2 : o >= PH_OP_static_swap ? 0 : 1;
    if (count > 0 && (!is_compare || narrow(expected, storage) == old)) {
        *place = narrow(is_add ? old + value : value, storage);
    }
    if (o != PH_OP_array_set_volatile) {
        push(f, old);
    }
}

/* ---- Methods --------------------------------------------------------------------------------- */

/* The method of that name and signature in `type` itself. */
static const struct ph_method_def *method_in(struct reference *r, uint32_t type,
                                             const struct ph_method_ref *ref)
{
    const struct ph_class_def *def = definition(r, type);
    for (uint32_t i = 0; i < def->method_count; i++) {
        const struct ph_method_def *m = &def->methods[i];
        if (same_name(m->name, ref->name) &&
            ph_signature_equal(&r->unit.signatures[m->signature],
                               &r->unit.signatures[ref->signature]) &&
            ((m->flags ^ ref->flags) & PH_METHOD_STATIC) == 0) {
            return m;
        }
    }
    return NULL;
}

/* The first from `type` upwards, then in interfaces; sets `type` to where it is. */
static const struct ph_method_def *method_find(struct reference *r, uint32_t *type,
                                               const struct ph_method_ref *ref)
{
    for (uint32_t at = *type; at != NONE; at = super_of(r, at)) {
        const struct ph_method_def *m = method_in(r, at, ref);
        if (m != NULL) {
            *type = at;
            return m;
        }
    }
    for (uint32_t at = *type; at != NONE; at = super_of(r, at)) {
        const struct ph_class_def *def = definition(r, at);
        for (uint32_t i = 0; i < def->interface_count; i++) {
            uint32_t interface = type_of_ref(r, def->interfaces[i]);
            const struct ph_method_def *m = method_in(r, interface, ref);
            if (m != NULL) {
                *type = interface;
                return m;
            }
        }
    }
    PH_UNREACHABLE();
}

static void run_call(struct frame *f)
{
    struct reference *r = f->r;
    const struct ph_method_ref *ref = &r->unit.method_refs[f->insn.immediate[0]];
    uint32_t declared = type_of_ref(r, ref->class_ref);
    const struct ph_method_def *method = method_find(r, &declared, ref);
    bool is_static = (ref->flags & PH_METHOD_STATIC) != 0;
    uint32_t params = r->unit.signatures[ref->signature].param_count;
    uint64_t receiver = is_static ? 0 : f->stack[f->depth - params];
    if (!is_static && receiver == 0) {
        trap(f, PH_TRAP_NULL_REFERENCE);
        return;
    }
    if (f->insn.opcode == PH_OP_call_virtual) {
        uint32_t type = type_of(r, receiver);
        if (!is_below(r, type, declared)) {
            trap(f, PH_TRAP_WRONG_CLASS);
            return;
        }
        if ((method->flags & (PH_METHOD_SPECIAL | PH_METHOD_FINAL)) == 0) {
            method = method_find(r, &type, ref);
        }
    } else if (is_static && !initialise(f, declared)) {
        return;
    }
    if (method->function == UINT32_MAX) {
        trap(f, PH_TRAP_ABSTRACT);
        return;
    }
    reference_call_function(f, method->function);
}

/* ---- References and exceptions --------------------------------------------------------------- */

static uint64_t constant(struct reference *r, uint32_t index)
{
    struct ph_slice bytes = r->unit.bytes_constants[index];
    if (r->objects->constants[index] == 0) {
        uint32_t length = (uint32_t)bytes.size;
        uint64_t ref = object_new(r, type_find(r, T_NUMBERS, PH_STORE_U8), length, length);
        for (uint32_t i = 0; i < length; i++) {
            object_of(r, ref)->items[i] = bytes.bytes[i];
        }
        r->objects->constants[index] = ref;
    }
    return r->objects->constants[index];
}

static void run_reference(struct frame *f)
{
    struct reference *r = f->r;
    uint32_t index = (uint32_t)f->insn.immediate[0], type;
    uint64_t ref;
    switch (f->insn.opcode) {
    case PH_OP_ref_cast:
        ref = f->stack[f->depth - 1];
        if (ref != 0 && !is_below(r, type_of(r, ref), type_of_ref(r, index))) {
            trap(f, PH_TRAP_WRONG_CLASS);
        }
        break;
    case PH_OP_ref_test:
        ref = pop(f);
        push(f, ref != 0 && is_below(r, type_of(r, ref), type_of_ref(r, index)));
        break;
    case PH_OP_ref_class:
        ref = pop(f);
        if (ref == 0) {
            trap(f, PH_TRAP_NULL_REFERENCE);
        } else {
            push(f, class_object(r, type_of(r, ref)));
        }
        break;
    case PH_OP_class_const:
        push(f, class_object(r, type_of_ref(r, index)));
        break;
    case PH_OP_bytes_const:
        push(f, constant(r, index));
        break;
    case PH_OP_object_new:
        type = type_of_ref(r, index);
        if (r->objects->types[type].kind == T_DEFINED && initialise(f, type)) {
            uint32_t fields = fields_of_supers(r, type) + definition(r, type)->field_count;
            push(f, object_new(r, type, 0, fields));
        } else if (r->trap == PH_TRAP_NONE) {
            push(f, object_new(r, type, 0, 0));
        }
        break;
    default:
        PH_ASSERT(f->insn.opcode == PH_OP_throw);
        ref = pop(f);
        trap(f, ref == 0 ? PH_TRAP_NULL_REFERENCE : PH_TRAP_UNCAUGHT);
        r->objects->exception = ref;
        break;
    }
}

bool reference_catch(struct frame *f)
{
    struct reference *r = f->r;
    uint32_t type = r->trap == PH_TRAP_UNCAUGHT ? type_of(r, r->objects->exception)
                                                : type_find(r, T_ERROR, 0);
    const struct ph_function *function = &f->code->function;
    if (r->trap == PH_TRAP_STACK_EXHAUSTED) { /* how deep that is differs: what follows is moot */
        return false;
    }
    for (uint32_t i = 0; i < function->handler_count; i++) {
        const struct ph_exception_handler *h = &function->handlers[i];
        if (h->start <= f->insn.offset && f->insn.offset < h->end &&
            (h->class_ref == UINT32_MAX || is_below(r, type, type_of_ref(r, h->class_ref)))) {
            f->depth = 0;
            push(f, r->trap == PH_TRAP_UNCAUGHT ? r->objects->exception
                                                : object_new(r, type, 0, 0));
            r->trap = PH_TRAP_NONE;
            f->next = f->code->facts.label_offsets[h->label];
            return true;
        }
    }
    return false;
}

/* ---- Numbers --------------------------------------------------------------------------------- */

static double float_of(uint64_t bits, bool is_f32)
{
    float narrow_value;
    double value;
    memcpy(&narrow_value, &bits, 4);
    memcpy(&value, &bits, 8);
    return is_f32 ? (double)narrow_value : value;
}

static void run_number(struct frame *f)
{
    uint32_t o = f->insn.opcode;
    uint64_t b = pop(f), a = pop(f);
    bool is_i32 = o == PH_OP_i32_div_wrap || o == PH_OP_i32_rem_wrap;
    int64_t x = is_i32 ? (int32_t)a : (int64_t)a, y = is_i32 ? (int32_t)b : (int64_t)b;
    if (o >= PH_OP_f32_compare_l) {
        double p = float_of(a, o <= PH_OP_f32_compare_g), q = float_of(b, o <= PH_OP_f32_compare_g);
        bool is_l = o == PH_OP_f32_compare_l || o == PH_OP_f64_compare_l;
        push(f, (uint32_t)(p < q ? -1 : p > q ? 1 : p == q ? 0 : is_l ? -1 : 1));
    } else if (o == PH_OP_i64_compare) {
        push(f, (uint32_t)(x < y ? -1 : x > y));
    } else if (y == 0) {
        trap(f, PH_TRAP_DIVIDE_BY_ZERO);
    } else if (o == PH_OP_i32_div_wrap || o == PH_OP_i64_div_wrap) {
        uint64_t result = y == -1 ? 0 - (uint64_t)x : (uint64_t)(x / y);
        push(f, is_i32 ? (uint32_t)result : result);
    } else {
        uint64_t result = y == -1 ? 0 : (uint64_t)(x % y);
        push(f, is_i32 ? (uint32_t)result : result);
    }
}

void reference_run_object(struct frame *f)
{
    uint32_t o = f->insn.opcode;
    if (o == PH_OP_field_get || o == PH_OP_field_set || o == PH_OP_static_get ||
        o == PH_OP_static_set) {
        run_field(f);
    } else if (o >= PH_OP_field_swap && o <= PH_OP_array_compare_swap) {
        run_atomic(f);
    } else if (o == PH_OP_fence) {
        return;
    } else if (o == PH_OP_array_new) {
        array_new(f);
    } else if (o == PH_OP_array_length) {
        const struct object *array = array_at(f, pop(f), 0);
        if (array != NULL) {
            push(f, array->length);
        }
    } else if (o >= PH_OP_array_get_i8 && o <= PH_OP_array_get_ref) {
        array_get(f);
    } else if (o >= PH_OP_array_set_i8 && o <= PH_OP_array_set_ref) {
        array_set(f);
    } else if (o == PH_OP_array_copy) {
        array_copy(f);
    } else if (o == PH_OP_call_virtual || o == PH_OP_call_method) {
        run_call(f);
    } else if (o >= PH_OP_i32_div_wrap && o <= PH_OP_f64_compare_g) {
        run_number(f);
    } else {
        run_reference(f);
    }
}
