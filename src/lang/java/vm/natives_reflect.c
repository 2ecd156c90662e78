/* SPDX-License-Identifier: Apache-2.0 */
/* natives_reflect.c - java.lang.reflect: members as objects, calls of methods.
 *
 * A class's members are made here, by setting the fields of Field, Method, Constructor and
 * RecordComponent. If a type is not loaded yet, and its loader has to be asked, phantom.vm.Invoke
 * does that and begins again. `slot` is a member's number in the class file. */
#include "lang/java/vm/natives_reflect.h"

#include "base/text.h"
#include "lang/java/vm/places.h"
#include "machine/link.h"

enum member_kind {
    MEMBER_FIELD, MEMBER_METHOD, MEMBER_CONSTRUCTOR, MEMBER_COMPONENT, MEMBER_KINDS
};

/* What is made on the way; references in roots. `found` says what became of it. */
struct maker {
    struct ph_call *call;
    struct ph_java_vm *vm;
    const struct ph_java_class *class;
    struct ph_root loader, mirror, list, object;
    enum ph_java_found found;
    struct ph_slice missing;    /* ABSENT: a class's name */
    struct ph_java_error error; /* WRONG */
};

static void begin(struct maker *m, struct ph_call *call, const struct ph_java_class *class,
                  ph_ref mirror)
{
    *m = (struct maker){.call = call, .vm = ph_java_vm_of(call), .class = class,
                        .found = PH_JAVA_FOUND};
    ph_root_push(call->mutator, &m->loader, ph_java_loader_of(m->vm, class->class));
    ph_root_push(call->mutator, &m->mirror, mirror);
    ph_root_push(call->mutator, &m->list, 0);
    ph_root_push(call->mutator, &m->object, 0);
}

static void end(struct maker *m)
{
    ph_root_pop(m->call->mutator, &m->object);
    ph_root_pop(m->call->mutator, &m->list);
    ph_root_pop(m->call->mutator, &m->mirror);
    ph_root_pop(m->call->mutator, &m->loader);
}

static void fail_memory(struct maker *m)
{
    m->found = PH_JAVA_WRONG;
    m->error.class_name = "java/lang/OutOfMemoryError";
    ph_text_printf(m->error.text, sizeof(m->error.text), "no room for a member");
}

/* ---- Parts of members ----------------------------------------------------------------------- */

static struct ph_slice text_at(const struct maker *m, uint32_t index)
{
    return ph_classfile_text(&m->class->file, index);
}

/* Sets a field of the object to what was just made; 0: there was no memory for it. */
static void set(struct maker *m, const char *key, ph_ref value)
{
    if (value == 0 && m->found == PH_JAVA_FOUND) {
        fail_memory(m);
    }
    if (m->found == PH_JAVA_FOUND) {
        ph_java_set_ref(m->call, m->object.ref, key, value);
    }
}

static void set_bytes(struct maker *m, const char *key, struct ph_slice bytes)
{
    if (bytes.bytes != NULL) {
        set(m, key, ph_java_bytes(m->call, bytes));
    }
}

static void set_text(struct maker *m, const char *key, uint32_t index)
{
    struct ph_root string;

    if (index != 0) {
        ph_root_push(m->call->mutator, &string, ph_java_string(m->call, text_at(m, index)));
        set(m, key, string.ref == 0 ? 0 : ph_java_intern(m->call, &string));
        ph_root_pop(m->call->mutator, &string);
    }
}

static uint32_t primitive_of_letter(uint8_t letter)
{
    static const char letters[] = "ZCFDBSIJV"; /* enum ph_java_primitive */
    for (uint32_t i = 0; i < PH_JAVA_PRIMITIVE_COUNT; i++) {
        if ((uint8_t)letters[i] == letter) {
            return i;
        }
    }
    return UINT32_MAX;
}

/* The mirror of the class of that name, array or not, as the member's class sees it. 0: `found`
 * says why. May collect. */
static ph_ref class_named(struct maker *m, struct ph_slice name)
{
    struct ph_class *class = NULL;

    m->found = ph_java_find_class(m->call, &m->loader, name, &class, &m->error);
    if (m->found != PH_JAVA_FOUND) {
        m->missing = name;
        return 0;
    }
    return ph_java_mirror(m->call, class);
}

static ph_ref type_of(struct maker *m, struct ph_slice descriptor)
{
    uint32_t primitive = primitive_of_letter(descriptor.bytes[0]);
    return primitive != UINT32_MAX
               ? ph_java_primitive_mirror(m->call, (enum ph_java_primitive)primitive)
               : class_named(m, ph_java_class_of(descriptor));
}

/* Sets item i of an array that is the field `key` of the object. */
static void set_item(struct maker *m, const char *key, uint32_t i, ph_ref value)
{
    if (value == 0 && m->found == PH_JAVA_FOUND) {
        fail_memory(m);
    }
    if (m->found == PH_JAVA_FOUND) {
        struct ph_refs *array =
            ph_address(m->vm->heap, ph_java_get_ref(m->vm, m->object.ref, key));
        PH_SET_REF(m->call->mutator, array->items[i], value);
    }
}

static void set_parameter_types(struct maker *m, struct ph_slice descriptor)
{
    static const char key[] = "parameterTypes:[Ljava/lang/Class;";
    struct ph_slice rest = descriptor, type;
    uint32_t count = 0, i = 0;

    while (ph_java_next_parameter(&rest, &type)) {
        count++;
    }
    set(m, key, ph_java_new_array_named(m->call, "[Ljava/lang/Class;", count));
    rest = descriptor;
    while (m->found == PH_JAVA_FOUND && ph_java_next_parameter(&rest, &type)) {
        set_item(m, key, i++, type_of(m, type));
    }
}

static void set_exception_types(struct maker *m, const struct ph_class_method *method)
{
    static const char key[] = "exceptionTypes:[Ljava/lang/Class;";

    set(m, key, ph_java_new_array_named(m->call, "[Ljava/lang/Class;", method->exception_count));
    for (uint32_t i = 0; m->found == PH_JAVA_FOUND && i < method->exception_count; i++) {
        set_item(m, key, i, class_named(m, text_at(m, method->exceptions[i])));
    }
}

/* ---- Members -------------------------------------------------------------------------------- */

static bool is_trusted(const struct maker *m, uint32_t flags)
{
    const struct ph_classfile *file = &m->class->file;
    struct ph_slice name = ph_java_slice(m->vm->heap, m->class->class->name_ref);
    return (flags & PH_ACC_FINAL) != 0 &&
           ((flags & PH_ACC_STATIC) != 0 || file->is_record ||
            !ph_slice_equal(file->name, name)); /* a hidden class has a name of its own */
}

static void fill_field(struct maker *m, uint32_t number)
{
    const struct ph_class_field *field = &m->class->file.fields[number];

    set(m, "type:Ljava/lang/Class;", type_of(m, text_at(m, field->descriptor)));
    set_text(m, "name:Ljava/lang/String;", field->name);
    set_text(m, "signature:Ljava/lang/String;", field->attributes.signature);
    set_bytes(m, "annotations:[B", field->attributes.annotations);
    if (m->found == PH_JAVA_FOUND) {
        ph_java_set_number(m->call, m->object.ref, "modifiers:I", field->flags);
        ph_java_set_number(m->call, m->object.ref, "trustedFinal:Z",
                           is_trusted(m, field->flags));
    }
}

static void fill_method(struct maker *m, uint32_t number)
{
    const struct ph_class_method *method = &m->class->file.methods[number];
    struct ph_slice descriptor = text_at(m, method->descriptor);

    set_parameter_types(m, descriptor);
    if (m->found == PH_JAVA_FOUND) {
        set_exception_types(m, method);
    }
    if (m->found == PH_JAVA_FOUND && !method->is_initializer) {
        set(m, "returnType:Ljava/lang/Class;", type_of(m, ph_java_result(descriptor)));
        set_text(m, "name:Ljava/lang/String;", method->name);
        set_bytes(m, "annotationDefault:[B", method->annotation_default);
    }
    set_text(m, "signature:Ljava/lang/String;", method->attributes.signature);
    set_bytes(m, "annotations:[B", method->attributes.annotations);
    set_bytes(m, "parameterAnnotations:[B", method->parameter_annotations);
    if (m->found == PH_JAVA_FOUND) {
        ph_java_set_number(m->call, m->object.ref, "modifiers:I", method->flags);
    }
}

static void make_member(struct maker *m, enum member_kind kind, uint32_t number);

/* The number of the component's accessor; UINT32_MAX: it has none. */
static uint32_t accessor_of(const struct maker *m, const struct ph_record_component *component)
{
    const struct ph_classfile *file = &m->class->file;
    struct ph_slice type = text_at(m, component->descriptor);

    for (uint32_t i = 0; i < file->method_count; i++) {
        struct ph_slice descriptor = text_at(m, file->methods[i].descriptor);
        if ((file->methods[i].flags & PH_ACC_STATIC) == 0 && descriptor.size == type.size + 2 &&
            memcmp(descriptor.bytes, "()", 2) == 0 &&
            memcmp(descriptor.bytes + 2, type.bytes, type.size) == 0 &&
            ph_slice_equal(text_at(m, file->methods[i].name), text_at(m, component->name))) {
            return i;
        }
    }
    return UINT32_MAX;
}

static void set_accessor(struct maker *m, const struct ph_record_component *component)
{
    uint32_t number = accessor_of(m, component);
    struct ph_root self, method;

    if (number == UINT32_MAX || m->found != PH_JAVA_FOUND) {
        return;
    }
    ph_root_push(m->call->mutator, &self, m->object.ref);
    make_member(m, MEMBER_METHOD, number);
    ph_root_push(m->call->mutator, &method, m->object.ref);
    m->object.ref = self.ref;
    set(m, "accessor:Ljava/lang/reflect/Method;", method.ref);
    ph_root_pop(m->call->mutator, &method);
    ph_root_pop(m->call->mutator, &self);
}

static void fill_component(struct maker *m, uint32_t number)
{
    const struct ph_record_component *component = &m->class->file.components[number];

    set(m, "type:Ljava/lang/Class;", type_of(m, text_at(m, component->descriptor)));
    set_text(m, "name:Ljava/lang/String;", component->name);
    set_text(m, "signature:Ljava/lang/String;", component->attributes.signature);
    set_bytes(m, "annotations:[B", component->attributes.annotations);
    set_bytes(m, "typeAnnotations:[B", component->attributes.type_annotations);
    set_accessor(m, component);
}

/* Makes the member in m->object. */
static void make_member(struct maker *m, enum member_kind kind, uint32_t number)
{
    static const char *const names[] = {"java/lang/reflect/Field", "java/lang/reflect/Method",
                                        "java/lang/reflect/Constructor",
                                        "java/lang/reflect/RecordComponent"};
    struct ph_slice name = {(const uint8_t *)names[kind], strlen(names[kind])};
    struct ph_class *class;
    struct ph_root boot;

    ph_root_push(m->call->mutator, &boot, 0);
    m->found = ph_java_find_class(m->call, &boot, name, &class, &m->error);
    m->object.ref =
        m->found == PH_JAVA_FOUND ? ph_object_new_of(m->call->mutator, class, 0) : 0;
    ph_root_pop(m->call->mutator, &boot);
    if (m->object.ref == 0) {
        if (m->found == PH_JAVA_FOUND) {
            fail_memory(m);
        }
        return;
    }
    ph_java_set_ref(m->call, m->object.ref, "clazz:Ljava/lang/Class;", m->mirror.ref);
    if (kind == MEMBER_COMPONENT) {
        fill_component(m, number);
        return;
    }
    ph_java_set_number(m->call, m->object.ref, "slot:I", number);
    if (kind == MEMBER_FIELD) {
        fill_field(m, number);
    } else {
        fill_method(m, number);
    }
}

static bool is_wanted(const struct ph_java_class *class, enum member_kind kind, uint32_t number,
                      bool public_only)
{
    if (kind == MEMBER_COMPONENT) {
        return true;
    }
    if (kind == MEMBER_FIELD) {
        return !public_only || (class->file.fields[number].flags & PH_ACC_PUBLIC) != 0;
    }
    const struct ph_class_method *method = &class->file.methods[number];
    return !method->is_class_initializer &&
           method->is_initializer == (kind == MEMBER_CONSTRUCTOR) &&
           (!public_only || (method->flags & PH_ACC_PUBLIC) != 0);
}

static const char *const arrays[] = {
    "[Ljava/lang/reflect/Field;", "[Ljava/lang/reflect/Method;",
    "[Ljava/lang/reflect/Constructor;", "[Ljava/lang/reflect/RecordComponent;"};

/* Makes the members in an array, m->list. */
static void make_members(struct maker *m, enum member_kind kind, bool public_only)
{
    const struct ph_classfile *file = &m->class->file;
    uint32_t total = kind == MEMBER_FIELD       ? file->field_count
                     : kind == MEMBER_COMPONENT ? file->component_count
                                                : file->method_count;
    uint32_t count = 0, at = 0;

    for (uint32_t i = 0; i < total; i++) {
        count += is_wanted(m->class, kind, i, public_only);
    }
    m->list.ref = ph_java_new_array_named(m->call, arrays[kind], count);
    if (m->list.ref == 0) {
        fail_memory(m);
    }
    for (uint32_t i = 0; m->found == PH_JAVA_FOUND && i < total; i++) {
        if (is_wanted(m->class, kind, i, public_only)) {
            make_member(m, kind, i);
        } else {
            continue;
        }
        if (m->found == PH_JAVA_FOUND) {
            struct ph_refs *list = ph_address(m->vm->heap, m->list.ref);
            PH_SET_REF(m->call->mutator, list->items[at++], m->object.ref);
        }
    }
}

static enum ph_outcome throw_missing(struct ph_call *call, const struct maker *m)
{
    char text[512];
    ph_text_printf(text, sizeof(text), "%.*s", (int)m->missing.size,
                   (const char *)m->missing.bytes);
    return ph_java_throw(call, "java/lang/NoClassDefFoundError", text);
}

/* Makes the members of the class in slot 0 in *m, which is to be ended. False: it has no class
 * file; there is nothing to be ended. */
static bool members_of_class(struct ph_call *call, enum member_kind kind, bool public_only,
                             struct maker *m)
{
    uint32_t primitive;
    struct ph_java_vm *vm = ph_java_vm_of(call);
    struct ph_class *class = ph_java_class_behind(vm, ph_java_argument(call, 0), &primitive);
    const struct ph_java_class *known = ph_java_defined(vm, class);

    if (known == NULL) {
        return false;
    }
    begin(m, call, known, ph_java_argument(call, 0));
    make_members(m, kind, public_only);
    return true;
}

static enum ph_outcome no_members(struct ph_call *call, enum member_kind kind)
{
    ph_ref none = ph_java_new_array_named(call, arrays[kind], 0);
    return none == 0 ? ph_java_out_of_memory(call) : ph_java_return(call, none);
}

/* phantom.vm.Invoke.members0(class, publicOnly, kind): the array, or the name of a class that its
 * loader has to be asked for. */
static enum ph_outcome members_again(struct ph_call *call)
{
    uint32_t kind = (uint32_t)call->slots[2];
    struct maker m;
    ph_ref answer;

    if (kind >= MEMBER_KINDS) {
        return ph_call_trap(call, PH_TRAP_NATIVE);
    }
    if (!members_of_class(call, (enum member_kind)kind, call->slots[1] != 0, &m)) {
        return no_members(call, (enum member_kind)kind);
    }
    answer = m.found == PH_JAVA_FOUND    ? m.list.ref
             : m.found == PH_JAVA_ABSENT ? ph_java_string(call, m.missing)
                                         : 0;
    end(&m);
    if (m.found == PH_JAVA_WRONG) {
        return ph_java_throw_error(call, &m.error);
    }
    return answer == 0 ? ph_java_out_of_memory(call) : ph_java_return(call, answer);
}

static enum ph_outcome get_members(struct ph_call *call, enum member_kind kind, bool public_only)
{
    enum ph_outcome outcome;
    struct maker m;

    if (!members_of_class(call, kind, public_only, &m)) {
        return no_members(call, kind);
    }
    if (m.found == PH_JAVA_FOUND) {
        outcome = ph_java_return(call, m.list.ref);
    } else if (m.found == PH_JAVA_WRONG) {
        outcome = ph_java_throw_error(call, &m.error);
    } else if (m.loader.ref == 0) {
        outcome = throw_missing(call, &m);
    } else {
        struct ph_root name;
        ph_root_push(call->mutator, &name, ph_java_string(call, m.missing));
        const uint64_t arguments[] = {call->slots[0], public_only, kind, name.ref};
        outcome = ph_java_call(
            call, "phantom/vm/Invoke",
            "members(Ljava/lang/Class;ZILjava/lang/String;)[Ljava/lang/Object;", arguments, 4);
        ph_root_pop(call->mutator, &name);
    }
    end(&m);
    return outcome;
}

static enum ph_outcome getDeclaredFields0(struct ph_call *call)
{
    return get_members(call, MEMBER_FIELD, call->slots[1] != 0);
}

static enum ph_outcome getDeclaredMethods0(struct ph_call *call)
{
    return get_members(call, MEMBER_METHOD, call->slots[1] != 0);
}

static enum ph_outcome getDeclaredConstructors0(struct ph_call *call)
{
    return get_members(call, MEMBER_CONSTRUCTOR, call->slots[1] != 0);
}

static enum ph_outcome getRecordComponents0(struct ph_call *call)
{
    return get_members(call, MEMBER_COMPONENT, false);
}

/* ---- What else members say ------------------------------------------------------------------ */

const struct ph_java_class *ph_java_executable_of(struct ph_call *call, ph_ref object,
                                                  uint32_t *number)
{
    struct ph_java_vm *vm = ph_java_vm_of(call);
    uint32_t primitive;
    int32_t slot;
    ph_ref mirror;

    if ((!ph_java_try_ref(vm, object, PH_JAVA_PLACE_METHOD_CLASS, &mirror) ||
         !ph_java_try_int(vm, object, PH_JAVA_PLACE_METHOD_SLOT, &slot)) &&
        (!ph_java_try_ref(vm, object, PH_JAVA_PLACE_CONSTRUCTOR_CLASS, &mirror) ||
         !ph_java_try_int(vm, object, PH_JAVA_PLACE_CONSTRUCTOR_SLOT, &slot))) {
        return NULL;
    }
    const struct ph_java_class *class =
        ph_java_defined(vm, ph_java_class_behind(vm, mirror, &primitive));
    *number = (uint32_t)slot;
    return class == NULL || *number >= class->file.method_count ? NULL : class;
}

const struct ph_java_class *ph_java_field_of(struct ph_call *call, ph_ref object,
                                             uint32_t *number)
{
    struct ph_java_vm *vm = ph_java_vm_of(call);
    uint32_t primitive;
    int32_t slot;
    ph_ref mirror;

    if (!ph_java_try_ref(vm, object, PH_JAVA_PLACE_FIELD_CLASS, &mirror) ||
        !ph_java_try_int(vm, object, PH_JAVA_PLACE_FIELD_SLOT, &slot)) {
        return NULL;
    }
    const struct ph_java_class *class =
        ph_java_defined(vm, ph_java_class_behind(vm, mirror, &primitive));
    *number = (uint32_t)slot;
    return class == NULL || *number >= class->file.field_count ? NULL : class;
}

static enum ph_outcome return_bytes(struct ph_call *call, struct ph_slice bytes)
{
    ph_ref array = bytes.bytes == NULL ? 0 : ph_java_bytes(call, bytes);
    return array == 0 && bytes.bytes != NULL ? ph_java_out_of_memory(call)
                                             : ph_java_return(call, array);
}

static enum ph_outcome executable_type_annotations(struct ph_call *call)
{
    uint32_t number;
    const struct ph_java_class *class =
        ph_java_executable_of(call, ph_java_argument(call, 0), &number);
    struct ph_slice none = {NULL, 0};
    return return_bytes(call, class == NULL
                                  ? none
                                  : class->file.methods[number].attributes.type_annotations);
}

static enum ph_outcome field_type_annotations(struct ph_call *call)
{
    uint32_t number;
    const struct ph_java_class *class =
        ph_java_field_of(call, ph_java_argument(call, 0), &number);
    struct ph_slice none = {NULL, 0};
    return return_bytes(call, class == NULL
                                  ? none
                                  : class->file.fields[number].attributes.type_annotations);
}

/* One Parameter in m->object. */
static void make_parameter(struct maker *m, const struct ph_method_parameter *parameter,
                           uint32_t index)
{
    struct ph_class *class = NULL;
    struct ph_root boot;

    ph_root_push(m->call->mutator, &boot, 0);
    m->found = ph_java_find_class(m->call, &boot, PH_SLICE_TEXT("java/lang/reflect/Parameter"),
                                  &class, &m->error);
    ph_root_pop(m->call->mutator, &boot);
    m->object.ref =
        m->found == PH_JAVA_FOUND ? ph_object_new_of(m->call->mutator, class, 0) : 0;
    if (m->object.ref == 0) {
        fail_memory(m);
        return;
    }
    set_text(m, "name:Ljava/lang/String;", parameter->name);
    set(m, "executable:Ljava/lang/reflect/Executable;", ph_java_argument(m->call, 0));
    if (m->found == PH_JAVA_FOUND) {
        ph_java_set_number(m->call, m->object.ref, "modifiers:I", parameter->flags);
        ph_java_set_number(m->call, m->object.ref, "index:I", index);
    }
}

/* Null, if the class file has no such attribute. */
static enum ph_outcome getParameters0(struct ph_call *call)
{
    uint32_t number;
    const struct ph_java_class *class =
        ph_java_executable_of(call, ph_java_argument(call, 0), &number);
    struct maker m;

    if (class == NULL || !class->file.methods[number].has_parameters) {
        return ph_java_return(call, 0);
    }
    const struct ph_class_method *method = &class->file.methods[number];
    for (uint32_t i = 0; i < method->parameter_count; i++) {
        uint16_t name = method->parameters[i].name;
        if (name != 0 && ph_classfile_tag(&class->file, name) != PH_CONSTANT_UTF8) {
            return ph_java_throw(call, "java/lang/IllegalArgumentException",
                                 "Wrong type at constant pool index");
        }
    }
    begin(&m, call, class, 0);
    m.list.ref = ph_java_new_array_named(call, "[Ljava/lang/reflect/Parameter;",
                                         method->parameter_count);
    if (m.list.ref == 0) {
        fail_memory(&m);
    }
    for (uint32_t i = 0; m.found == PH_JAVA_FOUND && i < method->parameter_count; i++) {
        make_parameter(&m, &method->parameters[i], i);
        if (m.found == PH_JAVA_FOUND) {
            struct ph_refs *list = ph_address(m.vm->heap, m.list.ref);
            PH_SET_REF(call->mutator, list->items[i], m.object.ref);
        }
    }
    ph_ref list = m.list.ref;
    end(&m);
    return m.found == PH_JAVA_FOUND ? ph_java_return(call, list)
                                    : ph_java_throw_error(call, &m.error);
}

/* ---- Calls ---------------------------------------------------------------------------------- */

/* invoke0(Method, Object, Object[]) */
static enum ph_outcome invoke_method(struct ph_call *call)
{
    const uint64_t arguments[] = {call->slots[0], call->slots[1], call->slots[2]};
    return ph_java_call(call, "phantom/vm/Invoke",
                        "method(Ljava/lang/reflect/Method;Ljava/lang/Object;[Ljava/lang/Object;)"
                        "Ljava/lang/Object;",
                        arguments, 3);
}

/* newInstance0(Constructor, Object[]) */
static enum ph_outcome new_instance(struct ph_call *call)
{
    const uint64_t arguments[] = {call->slots[0], call->slots[1]};
    return ph_java_call(call, "phantom/vm/Invoke",
                        "constructor(Ljava/lang/reflect/Constructor;[Ljava/lang/Object;)"
                        "Ljava/lang/Object;",
                        arguments, 2);
}

/* Arguments of a call, from an array of numbers and one of references, by the descriptor. False:
 * they do not fit. */
static bool take_arguments(struct ph_call *call, struct ph_slice descriptor, uint64_t *to,
                           uint32_t *count)
{
    const struct ph_heap *heap = call->mutator->heap;
    ph_ref numbers_ref = ph_java_argument(call, 2), references_ref = ph_java_argument(call, 3);
    const struct ph_class *numbers_class =
        numbers_ref == 0 ? NULL : ph_class_of(heap, numbers_ref);
    const struct ph_class *references_class =
        references_ref == 0 ? NULL : ph_class_of(heap, references_ref);
    struct ph_slice rest = descriptor, type;

    if (numbers_class == NULL || numbers_class->layout != PH_LAYOUT_BYTES ||
        numbers_class->item_kind != PH_STORE_I64 || references_class == NULL ||
        references_class->layout != PH_LAYOUT_REFS) {
        return false;
    }
    const struct ph_bytes *numbers = ph_address(heap, numbers_ref);
    const struct ph_refs *references = ph_address(heap, references_ref);
    for (uint32_t i = 0; ph_java_next_parameter(&rest, &type); i++) {
        if (i >= numbers->length || i >= references->length) {
            return false;
        }
        bool is_ref = type.bytes[0] == 'L' || type.bytes[0] == '[';
        bool is_wide = type.bytes[0] == 'J' || type.bytes[0] == 'D';
        uint64_t number = ph_load_u64(numbers->data + i * UINT64_C(8));
        to[(*count)++] = is_ref ? references->items[i] : is_wide ? number : (uint32_t)number;
    }
    return true;
}

ph_ref ph_java_select(struct ph_call *call, const struct ph_java_class *class, uint32_t number,
                      ph_ref receiver)
{
    const struct ph_heap *heap = call->mutator->heap;
    struct ph_method_link link;

    if (!ph_link_of_method(call->machine, call->mutator, class->class, number, &link)) {
        return 0;
    }
    if ((class->file.methods[number].flags & PH_ACC_STATIC) != 0) {
        return link.function_ref;
    }
    if (!ph_ref_is_instance(heap, receiver, class->class)) {
        return 0;
    }
    return link.is_direct ? link.function_ref
                          : ph_method_find(heap, ph_class_of(heap, receiver), &link);
}

/* phantom.vm.Invoke.run…(Executable, receiver, numbers, references), one for each kind of result:
 * the class is initialised, the arguments are what the method's types say. */
static enum ph_outcome run(struct ph_call *call)
{
    uint64_t arguments[PH_CALL_ARGUMENTS_MAX];
    uint32_t number, count = 0;
    const struct ph_java_class *class =
        ph_java_executable_of(call, ph_java_argument(call, 0), &number);

    if (class == NULL) {
        return ph_call_trap(call, PH_TRAP_NATIVE);
    }
    const struct ph_class_method *method = &class->file.methods[number];
    if ((method->flags & PH_ACC_STATIC) == 0) {
        arguments[count++] = call->slots[1];
    }
    if (!take_arguments(call, ph_classfile_text(&class->file, method->descriptor), arguments,
                        &count)) {
        return ph_call_trap(call, PH_TRAP_NATIVE);
    }
    ph_ref function_ref = ph_java_select(call, class, number, ph_java_argument(call, 1));
    const struct ph_unit *unit = &class->view->loaded->unit;
    const struct ph_signature *signature =
        &unit->signatures[unit->class_defs[0].methods[number].signature];
    return function_ref == 0 ? ph_java_throw(call, "java/lang/AbstractMethodError", NULL)
                             : ph_call_function(call, function_ref, signature->types, arguments,
                                                count);
}

/* ---- Serialization -------------------------------------------------------------------------- */

static enum ph_outcome nothing(struct ph_call *call)
{
    (void)call;
    return PH_DONE;
}

static enum ph_outcome hasStaticInitializer(struct ph_call *call)
{
    struct ph_java_vm *vm = ph_java_vm_of(call);
    uint32_t primitive;
    const struct ph_java_known *class =
        ph_java_know(vm, ph_java_class_behind(vm, ph_java_argument(call, 0), &primitive));

    return ph_java_return(call, class != NULL && ph_java_method_number(
                                                     class, PH_SLICE_TEXT("<clinit>()V")) !=
                                                     UINT32_MAX);
}

/* ---- The table ------------------------------------------------------------------------------ */

#define RUN "(Ljava/lang/reflect/Executable;Ljava/lang/Object;[J[Ljava/lang/Object;)"

ph_status ph_java_reflect_natives_add(struct ph_java_vm *self)
{
    static const struct ph_native_info natives[] = {
        {"java", "java/lang/Class.getDeclaredFields0(Z)[Ljava/lang/reflect/Field;", "ri:r",
         getDeclaredFields0},
        {"java", "java/lang/Class.getDeclaredMethods0(Z)[Ljava/lang/reflect/Method;", "ri:r",
         getDeclaredMethods0},
        {"java", "java/lang/Class.getDeclaredConstructors0(Z)[Ljava/lang/reflect/Constructor;",
         "ri:r", getDeclaredConstructors0},
        {"java", "java/lang/Class.getRecordComponents0()[Ljava/lang/reflect/RecordComponent;",
         "r:r", getRecordComponents0},
        {"java", "phantom/vm/Invoke.members0(Ljava/lang/Class;ZI)Ljava/lang/Object;", "rii:r",
         members_again},
        {"java", "java/lang/reflect/Executable.getParameters0()[Ljava/lang/reflect/Parameter;",
         "r:r", getParameters0},
        {"java", "java/lang/reflect/Executable.getTypeAnnotationBytes0()[B", "r:r",
         executable_type_annotations},
        {"java", "java/lang/reflect/Field.getTypeAnnotationBytes0()[B", "r:r",
         field_type_annotations},
        {"java",
         "jdk/internal/reflect/NativeMethodAccessorImpl.invoke0(Ljava/lang/reflect/Method;"
         "Ljava/lang/Object;[Ljava/lang/Object;)Ljava/lang/Object;",
         "rrr:r", invoke_method},
        {"java",
         "jdk/internal/reflect/NativeConstructorAccessorImpl.newInstance0("
         "Ljava/lang/reflect/Constructor;[Ljava/lang/Object;)Ljava/lang/Object;",
         "rr:r", new_instance},
        {"java", "phantom/vm/Invoke.runVoid" RUN "V", "rrrr:", run},
        {"java", "phantom/vm/Invoke.runInt" RUN "I", "rrrr:i", run},
        {"java", "phantom/vm/Invoke.runLong" RUN "J", "rrrr:l", run},
        {"java", "phantom/vm/Invoke.runFloat" RUN "F", "rrrr:f", run},
        {"java", "phantom/vm/Invoke.runDouble" RUN "D", "rrrr:d", run},
        {"java", "phantom/vm/Invoke.runObject" RUN "Ljava/lang/Object;", "rrrr:r", run},
        {"java", "java/io/ObjectStreamClass.initNative()V", ":", nothing},
        {"java", "java/io/ObjectStreamClass.hasStaticInitializer(Ljava/lang/Class;)Z", "r:i",
         hasStaticInitializer},
    };
    ph_status status = ph_machine_add_natives_for(self->machine, natives, PH_COUNT(natives), self,
                                                  PH_PRIVILEGE_ALL);
    return status != PH_OK ? status : ph_java_array_natives_add(self);
}
