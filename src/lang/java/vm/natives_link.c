/* SPDX-License-Identifier: Apache-2.0 */
/* natives_link.c - what translated code calls: linking, traps, and arithmetic that is no
 * instruction (docs/decisions/0016).
 *
 * A reference is bound in steps: if a class on the way has to be asked for from a loader, the
 * native ends in a call of phantom.vm.Linker, and is called again afterwards, since the instruction
 * is executed again. */
#include "lang/java/vm/access.h"

#include "base/text.h"
#include "lang/java/bytecode.h"
#include "lang/java/vm/natives.h"
#include "lang/java/vm/words.h"
#include "machine/internal.h"

static ph_ref loader_of_caller(struct ph_call *call)
{
    const struct ph_instance *instance = call->caller->instance;
    const struct ph_refs *classes = ph_address(call->mutator->heap, instance->classes_ref);
    return ph_java_loader_of(ph_java_vm_of(call),
                             ph_address(call->mutator->heap, classes->items[0]));
}

static struct ph_class *class_of_caller(struct ph_call *call)
{
    const struct ph_refs *classes =
        ph_address(call->mutator->heap, call->caller->instance->classes_ref);
    return ph_address(call->mutator->heap, classes->items[0]);
}

/* ---- Classes -------------------------------------------------------------------------------- */

enum bound { BOUND, ENDS }; /* ENDS: the native ends with *outcome */

/* A class that is not there yet: whoever loads for the caller is asked. */
static enum ph_outcome load_class(struct ph_call *call, struct ph_slice name)
{
    struct ph_root mirror;

    ph_root_push(call->mutator, &mirror, ph_java_mirror(call, class_of_caller(call)));
    ph_ref string = ph_java_string(call, name);
    const uint64_t arguments[] = {mirror.ref, string};
    ph_root_pop(call->mutator, &mirror);
    return string == 0 ? ph_java_out_of_memory(call)
                       : ph_java_call(call, "phantom/vm/Linker",
                                      "load(Ljava/lang/Class;Ljava/lang/String;)V", arguments, 2);
}

/* May the caller name it? Of arrays, what they are made of counts. */
static enum bound check_access(struct ph_call *call, const struct ph_class *class,
                               enum ph_outcome *outcome)
{
    struct ph_class *from = class_of_caller(call);
    const struct ph_class *named = ph_java_item_class(ph_java_vm_of(call), class);
    struct ph_java_error error = {0};

    if (named == NULL) {
        return BOUND;
    }
    switch (ph_java_access_class(ph_java_vm_of(call), from, named, &error)) {
    case PH_JAVA_ALLOWED:
        return BOUND;
    case PH_JAVA_DENIED:
        *outcome = ph_java_throw_error(call, &error);
        return ENDS;
    default:
        *outcome = ph_java_ask_access(call, from, named);
        return ENDS;
    }
}

/* A class that the caller names. Its own name is its own, though it may be hidden. */
static enum bound find_class(struct ph_call *call, struct ph_slice name, struct ph_class **class,
                             enum ph_outcome *outcome)
{
    const struct ph_java_known *own = ph_java_know(ph_java_vm_of(call), class_of_caller(call));
    struct ph_java_error error = {0};
    struct ph_root loader;
    char text[512];

    if (own != NULL && ph_slice_equal(ph_class_outline_name(&own->outline), name)) {
        *class = own->class;
        return BOUND;
    }
    ph_root_push(call->mutator, &loader, loader_of_caller(call));
    enum ph_java_found found = ph_java_find_class(call, &loader, name, class, &error);
    bool is_boot = loader.ref == 0;
    ph_root_pop(call->mutator, &loader);
    if (found == PH_JAVA_FOUND) {
        return check_access(call, *class, outcome);
    }
    if (found == PH_JAVA_WRONG) {
        *outcome = ph_java_throw_error(call, &error);
    } else if (is_boot) {
        ph_text_printf(text, sizeof(text), "%.*s", (int)name.size, (const char *)name.bytes);
        *outcome = ph_java_throw(call, "java/lang/NoClassDefFoundError", text);
    } else {
        *outcome = load_class(call, name);
    }
    return ENDS;
}

/* "[Ljava/lang/String;" of an array reference of the unit; others have a name. */
static size_t reference_name(const struct ph_unit *unit, uint32_t index, char *to, size_t to_bytes)
{
    size_t used = 0;
    const struct ph_class_ref *reference = &unit->class_refs[index];

    for (; reference->kind == PH_CLASS_REF_REFS && used + 1 < to_bytes;
         reference = &unit->class_refs[reference->index]) {
        to[used++] = '[';
    }
    bool is_item = used > 0;
    if (reference->kind == PH_CLASS_REF_NUMBERS) {
        return used + ph_text_printf(to + used, to_bytes - used, "[%c",
                                     ph_java_storage_letter(reference->storage));
    }
    struct ph_slice name = reference->kind == PH_CLASS_REF_DEFINED
                               ? unit->class_defs[reference->index].name
                               : reference->name;
    return used + ph_text_printf(to + used, to_bytes - used, "%s%.*s%s", is_item ? "L" : "",
                                 (int)name.size, (const char *)name.bytes, is_item ? ";" : "");
}

static enum bound class_at(struct ph_call *call, uint32_t index, struct ph_class **class,
                           enum ph_outcome *outcome)
{
    char name[1024];
    *class = ph_view_class(call->caller, index);
    if (*class != NULL) {
        return BOUND;
    }
    size_t bytes = reference_name(&call->caller->loaded->unit, index, name, sizeof(name));
    struct ph_slice slice = {(const uint8_t *)name, PH_MIN(bytes, sizeof(name) - 1)};
    enum bound bound = find_class(call, slice, class, outcome);
    if (bound == BOUND) {
        ph_link_bind_class(call->caller, index, *class);
    }
    return bound;
}

/* ---- Members -------------------------------------------------------------------------------- */

#define INCOMPATIBLE "java/lang/IncompatibleClassChangeError"

/* What is being linked: a member that the caller names, and the instruction that does. */
struct member {
    const struct ph_java_known *from;
    struct ph_class *class;       /* that is named */
    const struct ph_java_known *holder;
    uint32_t number;              /* in the holder's class file */
    struct ph_member_reference in_file;
};

/* The instruction that the nearest frame of a method stands at, if that is one of the caller's; 0:
 * not known. */
static uint8_t instruction_of(struct ph_call *call, const struct member *member)
{
    const struct ph_class_outline *outline = &member->from->outline;
    struct ph_frame_cursor cursor;
    struct ph_java_spot spot;
    struct ph_view *view;

    for (bool more = ph_frame_first(call->machine, call->thread, &cursor); more;
         more = ph_frame_next(&cursor)) {
        if (ph_view_of(call->machine, cursor.header->instance_ref, &view, NULL) != PH_OK ||
            !ph_java_spot_of(ph_java_vm_of(call), view, cursor.header->function, &spot)) {
            continue;
        }
        struct ph_slice code = ph_class_outline_code(outline, spot.method);
        uint32_t bci = ph_java_origin_pc(&spot.known->origin, spot.function, cursor.header->pc);
        return spot.known == member->from && bci < code.size ? code.bytes[bci] : 0;
    }
    return 0;
}

/* "Expected static field A.b" and the like: `what`, then the member as the holder has it. */
static enum ph_outcome refuse(struct ph_call *call, const struct member *member,
                              const char *class_name, const char *what)
{
    struct ph_java_vm *vm = ph_java_vm_of(call);
    char text[512] = "";

    ph_java_add(text, sizeof(text), "%s", what);
    struct ph_slice class = ph_java_slice(
        vm->heap, (member->holder == NULL ? member->class : member->holder->class)->name_ref);
    if (member->in_file.tag == PH_CONSTANT_FIELD) {
        ph_java_add_name(class, text, sizeof(text));
        ph_java_add(text, sizeof(text), ".%.*s", (int)member->in_file.name.size,
                    (const char *)member->in_file.name.bytes);
    } else {
        ph_java_add_method(class, member->in_file.name, member->in_file.descriptor, text,
                           sizeof(text));
    }
    return ph_java_throw(call, class_name, text);
}

static enum ph_outcome refuse_class(struct ph_call *call, const struct member *member,
                                    const char *format)
{
    char name[256], text[512];

    ph_java_external_name(ph_java_vm_of(call), member->class, name, sizeof(name));
    ph_text_printf(text, sizeof(text), format, name);
    return ph_java_throw(call, INCOMPATIBLE, text);
}

static enum bound check_loaders(struct ph_call *call, const struct member *member,
                                enum ph_outcome *outcome)
{
    struct ph_java_vm *vm = ph_java_vm_of(call);
    const struct ph_class *from = member->from->class;
    const struct ph_java_agreement who = {
        .name = ph_java_slice(vm->heap, from->name_ref), .loader = ph_java_loader_of(vm, from),
        .module = ph_java_class_module(vm, from), .other = member->holder->class,
        .member = member->in_file.name, .descriptor = member->in_file.descriptor};
    struct ph_java_error error = {0};

    if (ph_java_agree(call, &who, &error)) {
        return BOUND;
    }
    *outcome = ph_java_throw_error(call, &error);
    return ENDS;
}

/* May the caller use what was found? */
static enum bound check_member(struct ph_call *call, const struct member *member,
                               enum ph_outcome *outcome)
{
    const struct ph_java_use use = {.from = member->from, .holder = member->holder,
                                    .named = member->class, .number = member->number,
                                    .is_field = member->in_file.tag == PH_CONSTANT_FIELD};
    struct ph_java_error error = {0};
    struct ph_slice missing;

    switch (ph_java_access_member(call, &use, &missing, &error)) {
    case PH_JAVA_ALLOWED:
        return check_loaders(call, member, outcome);
    case PH_JAVA_DENIED:
        *outcome = ph_java_throw_error(call, &error);
        return ENDS;
    default:
        *outcome = load_class(call, missing);
        return ENDS;
    }
}

/* A final field is stored to by its own class alone (JVMS putfield, putstatic), whose own fields
 * are not linked here. */
static enum bound check_final(struct ph_call *call, const struct member *member,
                              enum ph_outcome *outcome)
{
    uint32_t flags = ph_class_outline_field_flags(&member->holder->outline, member->number);
    bool is_static = (flags & PH_ACC_STATIC) != 0;
    char text[512] = "";

    if ((flags & PH_ACC_FINAL) == 0 || member->from == member->holder) {
        return BOUND;
    }
    uint8_t op = instruction_of(call, member);
    if (op != PH_JT_putfield && op != PH_JT_putstatic) {
        return BOUND;
    }
    ph_java_add(text, sizeof(text), "Update to %s final field ",
                is_static ? "static" : "non-static");
    ph_java_add_name(ph_java_slice(call->mutator->heap, member->class->name_ref), text,
                     sizeof(text));
    ph_java_add(text, sizeof(text), ".%.*s attempted from a different class (",
                (int)member->in_file.name.size, (const char *)member->in_file.name.bytes);
    ph_java_add_name(ph_java_slice(call->mutator->heap, member->from->class->name_ref), text,
                     sizeof(text));
    ph_java_add(text, sizeof(text), ") than the field's declaring class");
    *outcome = ph_java_throw(call, "java/lang/IllegalAccessError", text);
    return ENDS;
}

static enum ph_outcome bind_found_field(struct ph_call *call, uint32_t index,
                                        const struct member *member, bool wants_static)
{
    uint32_t flags = ph_class_outline_field_flags(&member->holder->outline, member->number);
    enum ph_outcome outcome;

    if (check_member(call, member, &outcome) == ENDS) {
        return outcome;
    }
    if (((flags & PH_ACC_STATIC) != 0) != wants_static) {
        return refuse(call, member, INCOMPATIBLE,
                      wants_static ? "Expected static field " : "Expected non-static field ");
    }
    if (check_final(call, member, &outcome) == ENDS) {
        return outcome;
    }
    return ph_link_bind_field(call->mutator, call->caller, index, member->holder->class,
                              member->number)
               ? PH_DONE
               : refuse(call, member, INCOMPATIBLE, "");
}

static enum ph_outcome link_field(struct ph_call *call, uint32_t index)
{
    struct ph_java_vm *vm = ph_java_vm_of(call);
    const struct ph_field_ref *reference = &call->caller->loaded->unit.field_refs[index];
    struct member member = {.from = ph_java_know(vm, class_of_caller(call))};
    enum ph_outcome outcome;
    char text[512];

    if (class_at(call, reference->class_ref, &member.class, &outcome) == ENDS) {
        return outcome;
    }
    uint32_t constant =
        member.from == NULL ? 0 : ph_java_origin_field(&member.from->origin, index);
    if (constant == 0) {
        return ph_call_trap(call, PH_TRAP_LINK);
    }
    member.in_file = ph_class_outline_member(&member.from->outline, constant);
    member.holder = ph_java_find_field(vm, member.class, reference->name, &member.number);
    if (member.holder == NULL) {
        ph_text_printf(text, sizeof(text), "%.*s", (int)member.in_file.name.size,
                       (const char *)member.in_file.name.bytes);
        return ph_java_throw(call, "java/lang/NoSuchFieldError", text);
    }
    return bind_found_field(call, index, &member, (reference->flags & PH_FIELD_STATIC) != 0);
}

/* ---- Methods -------------------------------------------------------------------------------- */

/* Classes for Methodref, interfaces for InterfaceMethodref (JVMS 5.4.3.3, 5.4.3.4). */
static enum bound check_kind(struct ph_call *call, const struct member *member,
                             enum ph_outcome *outcome)
{
    bool is_interface = (member->class->flags & PH_CLASS_INTERFACE) != 0;
    bool names_interface = member->in_file.tag == PH_CONSTANT_INTERFACE_METHOD;

    if (is_interface == names_interface) {
        return BOUND;
    }
    uint8_t op = instruction_of(call, member);
    if (op == PH_JT_invokeinterface || (op == PH_JT_invokevirtual && is_interface)) {
        *outcome = refuse_class(call, member,
                                is_interface ? "Found interface %s, but class was expected"
                                             : "Found class %s, but interface was expected");
        return ENDS;
    }
    char text[512] = "Method ";
    ph_java_add_method(ph_java_slice(call->mutator->heap, member->class->name_ref),
                       member->in_file.name, member->in_file.descriptor, text, sizeof(text));
    ph_java_add(text, sizeof(text), is_interface ? " must be InterfaceMethodref constant"
                                                 : " must be Methodref constant");
    *outcome = ph_java_throw(call, INCOMPATIBLE, text);
    return ENDS;
}

static enum ph_outcome bind_found_method(struct ph_call *call, uint32_t index,
                                         const struct member *member, bool wants_static)
{
    uint32_t flags = ph_class_outline_method_flags(&member->holder->outline, member->number);
    enum ph_outcome outcome;

    if (check_member(call, member, &outcome) == ENDS) {
        return outcome;
    }
    if (((flags & PH_ACC_STATIC) != 0) != wants_static) {
        uint8_t op = instruction_of(call, member);
        return refuse(call, member, INCOMPATIBLE,
                      wants_static ? "Expected static method "
                      : op == PH_JT_invokevirtual || op == PH_JT_invokespecial
                          ? "Expecting non-static method "
                          : "Expected instance not static method ");
    }
    return ph_link_bind_method(call->mutator, call->caller, index, member->holder->class,
                               member->number)
               ? PH_DONE
               : refuse(call, member, INCOMPATIBLE, "");
}

/* Finds the method in `class` and above it. */
static enum bound find_method(struct ph_call *call, struct ph_class *class, struct ph_slice key,
                              struct member *member, enum ph_outcome *outcome)
{
    struct ph_java_vm *vm = ph_java_vm_of(call);

    if ((class->flags & (PH_CLASS_ARRAY | PH_CLASS_INTERFACE)) == PH_CLASS_ARRAY &&
        find_class(call, PH_SLICE_TEXT("java/lang/Object"), &class, outcome) == ENDS) {
        return ENDS; /* an array's methods are Object's */
    }
    member->holder = ph_java_find_method(vm, class, key, &member->number);
    return BOUND;
}

static enum ph_outcome link_method(struct ph_call *call, uint32_t index)
{
    struct ph_java_vm *vm = ph_java_vm_of(call);
    const struct ph_method_ref *reference = &call->caller->loaded->unit.method_refs[index];
    struct member member = {.from = ph_java_know(vm, class_of_caller(call))};
    enum ph_outcome outcome;

    if (class_at(call, reference->class_ref, &member.class, &outcome) == ENDS) {
        return outcome;
    }
    uint32_t constant =
        member.from == NULL ? 0 : ph_java_origin_method(&member.from->origin, index);
    if (constant != 0) { /* else the translator's own affair */
        member.in_file = ph_class_outline_member(&member.from->outline, constant);
        if (check_kind(call, &member, &outcome) == ENDS) {
            return outcome;
        }
    }
    if (find_method(call, member.class, reference->name, &member, &outcome) == ENDS) {
        return outcome;
    }
    if (constant == 0) {
        return member.holder != NULL &&
                       ph_link_bind_method(call->mutator, call->caller, index,
                                           member.holder->class, member.number)
                   ? PH_DONE
                   : ph_call_trap(call, PH_TRAP_LINK);
    }
    return member.holder == NULL
               ? refuse(call, &member, "java/lang/NoSuchMethodError", "")
               : bind_found_method(call, index, &member,
                                   (reference->flags & PH_METHOD_STATIC) != 0);
}

/* ---- Constants ------------------------------------------------------------------------------ */

static enum ph_outcome bind_constant(struct ph_call *call, uint32_t index, ph_ref value)
{
    return value != 0 && ph_link_bind_constant(call->mutator, call->caller, index, value)
               ? PH_DONE
               : ph_java_out_of_memory(call);
}

static enum ph_outcome link_string(struct ph_call *call, uint32_t index, struct ph_slice text)
{
    struct ph_root string;
    ph_root_push(call->mutator, &string, ph_java_string(call, text));
    ph_ref interned = string.ref == 0 ? 0 : ph_java_intern(call, &string);
    ph_root_pop(call->mutator, &string);
    return bind_constant(call, index, interned);
}

/* Strings and classes at once; the others, and call sites, by phantom.vm.Linker, which binds what
 * it has found. */
static enum ph_outcome link_constant(struct ph_call *call, uint32_t index)
{
    const struct ph_java_known *caller = ph_java_know(ph_java_vm_of(call), class_of_caller(call));
    struct ph_java_constant_origin origin;
    struct ph_class *class;
    enum ph_outcome outcome;

    if (caller == NULL || !ph_java_origin_constant(&caller->origin, index, &origin)) {
        return ph_call_trap(call, PH_TRAP_LINK);
    }
    uint8_t tag = ph_class_outline_tag(&caller->outline, origin.index);
    if (origin.role == PH_JAVA_CONSTANT_VALUE && tag == PH_CONSTANT_STRING) {
        return link_string(call, index, ph_class_outline_text(&caller->outline, origin.index));
    }
    if (origin.role == PH_JAVA_CONSTANT_VALUE && tag == PH_CONSTANT_CLASS) {
        return find_class(call, ph_class_outline_text(&caller->outline, origin.index), &class,
                          &outcome) == ENDS
                   ? outcome
                   : bind_constant(call, index, ph_java_mirror(call, class));
    }
    const uint64_t arguments[] = {ph_java_mirror(call, class_of_caller(call)), index,
                                  origin.index, origin.role, origin.site};
    return ph_java_call(call, "phantom/vm/Linker", "constant(Ljava/lang/Class;IIII)V", arguments,
                        5);
}

/* ---- The natives ---------------------------------------------------------------------------- */

static enum ph_outcome link_reference(struct ph_call *call)
{
    uint32_t index = (uint32_t)call->slots[1];
    struct ph_class *class;
    enum ph_outcome outcome;

    switch ((uint32_t)call->slots[0]) {
    case PH_LINK_REQUEST_CLASS:
        return class_at(call, index, &class, &outcome) == BOUND ? PH_DONE : outcome;
    case PH_LINK_REQUEST_FIELD:
        return link_field(call, index);
    case PH_LINK_REQUEST_METHOD:
        return link_method(call, index);
    default:
        return link_constant(call, index);
    }
}

/* trap(number, error): what a trap throws. */
static enum ph_outcome make_trap(struct ph_call *call)
{
    struct ph_root text;
    char message[1024];

    uint32_t kind = ph_java_trap_kind(call, (uint32_t)call->slots[0], ph_java_argument(call, 1));
    bool has_text = ph_java_trap_message(call, kind, ph_java_argument(call, 1), message,
                                         sizeof(message));
    ph_root_push(call->mutator, &text, has_text ? ph_java_string_of(call, message) : 0);
    ph_ref failed = (uint32_t)call->slots[0] == PH_TRAP_CLASS_INIT
                        ? ph_java_trap_mirror(call, ph_java_argument(call, 1))
                        : 0;
    const uint64_t arguments[] = {kind, text.ref, failed};
    enum ph_outcome outcome =
        ph_java_call(call, "phantom/vm/Raise",
                     "trap(ILjava/lang/String;Ljava/lang/Class;)Ljava/lang/Throwable;", arguments,
                     3);
    ph_root_pop(call->mutator, &text);
    return outcome;
}

static enum ph_outcome initialiser_failed(struct ph_call *call)
{
    const struct ph_heap *heap = call->mutator->heap;
    const struct ph_instance *instance = ph_address(heap, call->caller->instance_ref);
    const struct ph_refs *classes = ph_address(heap, instance->classes_ref);
    const struct ph_class *class = ph_address(heap, classes->items[0]);
    const uint64_t arguments[] = {class->mirror_ref, call->slots[0]};

    return ph_java_call(call, "phantom/vm/Raise",
                        "initialiser(Ljava/lang/Class;Ljava/lang/Throwable;)Ljava/lang/Throwable;",
                        arguments, 2);
}

/* Of arrays whose dimensions are given; then of arrays in them. */
static ph_ref new_multi(struct ph_call *call, struct ph_class *class, const uint64_t *lengths,
                        uint32_t count)
{
    struct ph_heap *heap = call->mutator->heap;
    struct ph_root array;

    ph_root_push(call->mutator, &array,
                 ph_java_new_array(call, class, (uint32_t)lengths[0]));
    for (uint32_t i = 0; array.ref != 0 && count > 1 && i < (uint32_t)lengths[0]; i++) {
        ph_ref item = new_multi(call, ph_address(heap, class->item_class_ref), lengths + 1,
                                count - 1);
        struct ph_refs *refs = ph_address(heap, array.ref);
        if (item == 0) {
            array.ref = 0;
        } else {
            PH_SET_REF(call->mutator, refs->items[i], item);
        }
    }
    ph_ref ref = array.ref;
    ph_root_pop(call->mutator, &array);
    return ref;
}

static enum ph_outcome new_multi_array(struct ph_call *call)
{
    uint32_t primitive, count = call->signature->param_count - 1;
    struct ph_class *class =
        ph_java_class_behind(ph_java_vm_of(call), ph_java_argument(call, count), &primitive);

    if (class == NULL || (class->flags & PH_CLASS_ARRAY) == 0) {
        return ph_call_trap(call, PH_TRAP_WRONG_CLASS);
    }
    const struct ph_class *item = class;
    for (uint32_t i = 0; i < count; i++) {
        if ((int32_t)call->slots[i] < 0) {
            char text[16];
            ph_text_printf(text, sizeof(text), "%d", (int32_t)call->slots[i]);
            return ph_java_throw(call, "java/lang/NegativeArraySizeException", text);
        }
        if (item == NULL || (item->flags & PH_CLASS_ARRAY) == 0) {
            return ph_call_trap(call, PH_TRAP_WRONG_CLASS);
        }
        item = item->item_class_ref == 0 ? NULL
                                         : ph_address(call->mutator->heap, item->item_class_ref);
    }
    ph_ref array = new_multi(call, class, call->slots, count);
    return array == 0 ? ph_java_out_of_memory(call) : ph_java_return(call, array);
}

/* The digits of a number that is not 0, the highest one at `implicit`; their exponent is below 1
 * where the number has fewer. */
static uint64_t digits_of(uint64_t bits, uint64_t implicit, uint32_t mantissa_bits,
                          int32_t *exponent)
{
    uint64_t digits = bits & (implicit - 1);

    *exponent = (int32_t)(bits >> mantissa_bits);
    if (*exponent > 0) {
        return digits | implicit;
    }
    for (*exponent = 1; digits < implicit; (*exponent)--) {
        digits <<= 1;
    }
    return digits;
}

/* The remainder of truncating division (C's fmod), exact: by subtraction of shifted divisors. */
static uint64_t remainder_bits(uint64_t x, uint64_t y, uint32_t mantissa_bits,
                               uint32_t exponent_bits)
{
    uint64_t sign_bit = UINT64_C(1) << (mantissa_bits + exponent_bits);
    uint64_t infinity = ((UINT64_C(1) << exponent_bits) - 1) << mantissa_bits;
    uint64_t implicit = UINT64_C(1) << mantissa_bits;
    uint64_t sign = x & sign_bit;
    int32_t exponent, x_exponent;

    x &= ~sign_bit;
    y &= ~sign_bit;
    if (y == 0 || x >= infinity || y > infinity) {
        return infinity | implicit >> 1; /* not a number */
    }
    if (x < y) {
        return sign | x;
    }
    x = digits_of(x, implicit, mantissa_bits, &x_exponent);
    y = digits_of(y, implicit, mantissa_bits, &exponent);
    for (; x_exponent > exponent; x_exponent--) {
        x = (x >= y ? x - y : x) << 1;
    }
    x = x >= y ? x - y : x;
    if (x == 0) {
        return sign;
    }
    for (; x < implicit && exponent > 1; exponent--) {
        x <<= 1;
    }
    for (; exponent < 1; exponent++) {
        x >>= 1; /* zeros: both numbers are multiples of the least one, so is this */
    }
    return sign | (x < implicit ? x
                                : (uint64_t)exponent << mantissa_bits | (x & (implicit - 1)));
}

static enum ph_outcome f32_rem(struct ph_call *call)
{
    return ph_java_return(call, remainder_bits((uint32_t)call->slots[0], (uint32_t)call->slots[1],
                                               23, 8));
}

static enum ph_outcome f64_rem(struct ph_call *call)
{
    return ph_java_return(call, remainder_bits(call->slots[0], call->slots[1], 52, 11));
}

ph_status ph_java_link_natives_add(struct ph_java_vm *self)
{
    static const struct ph_native_info natives[] = {
        {"java", "link", "ii:", link_reference},
        {"java", "trap", "ir:r", make_trap},
        {"java", "initialiser_failed", "r:r", initialiser_failed},
        {"java", "new_multi", "*", new_multi_array},
        {"java", "f32_rem", "ff:f", f32_rem},
        {"java", "f64_rem", "dd:d", f64_rem},
    };
    return ph_machine_add_natives_for(self->machine, natives, PH_COUNT(natives), self, 1);
}
