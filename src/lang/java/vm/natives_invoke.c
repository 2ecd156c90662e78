/* SPDX-License-Identifier: Apache-2.0 */
/* natives_invoke.c - method handles: what java.lang.invoke.MethodHandleNatives wants to know, and
 * the calls that a method handle ends in (docs/decisions/0016).
 *
 * A MemberName of a method that is resolved has a ResolvedMethodName, which says by its added
 * fields which method of which class it is, and its function object (0: abstract). Those fields
 * only C code can write; what a MemberName says else is Java's word and only looked at to resolve
 * it. A field is found anew, by class, name and type, when its offset is asked for. */
#include "lang/java/vm/access.h"
#include "lang/java/vm/natives.h"
#include "lang/java/vm/natives_reflect.h"

#include "base/text.h"
#include "lang/java/vm/places.h"
#include "lang/java/vm/unsafe.h"
#include "lang/java/vm/words.h"
#include "machine/link.h"

/* java.lang.invoke.MemberName's flags. */
#define MEMBER_IS_METHOD 0x00010000u
#define MEMBER_IS_CONSTRUCTOR 0x00020000u
#define MEMBER_IS_FIELD 0x00040000u
#define MEMBER_CALLER_SENSITIVE 0x00100000u
#define MEMBER_TRUSTED_FINAL 0x00200000u
#define MEMBER_KIND_SHIFT 24u
#define MEMBER_KIND_MASK 15u

#define KEY_BYTES 16384u /* "name(descriptor)"; longer ones are not found */

/* ---- Names ---------------------------------------------------------------------------------- */

struct key {
    char text[KEY_BYTES];
    size_t size;
    bool is_good;
};

static void add_bytes(struct key *key, struct ph_slice bytes)
{
    key->is_good = key->is_good && bytes.size < KEY_BYTES - key->size;
    if (key->is_good) {
        memcpy(key->text + key->size, bytes.bytes, (size_t)bytes.size);
        key->size += (size_t)bytes.size;
    }
}

static void add_letter(struct key *key, char letter)
{
    add_bytes(key, (struct ph_slice){(const uint8_t *)&letter, 1});
}

static void add_string(struct ph_java_vm *vm, struct key *key, ph_ref string)
{
    key->is_good = key->is_good && string != 0;
    if (key->is_good) {
        size_t left = KEY_BYTES - key->size;
        size_t size = ph_java_string_text(vm, string, key->text + key->size, left);
        key->is_good = size < left;
        key->size += key->is_good ? size : 0;
    }
}

/* The descriptor of the type that a mirror stands for. */
static void add_type(struct ph_java_vm *vm, struct key *key, ph_ref mirror)
{
    static const char letters[] = "ZCFDBSIJV"; /* enum ph_java_primitive */
    uint32_t primitive;
    const struct ph_class *class = ph_java_class_behind(vm, mirror, &primitive);

    if (class == NULL) {
        key->is_good = key->is_good && primitive < PH_JAVA_PRIMITIVE_COUNT;
        add_letter(key, key->is_good ? letters[primitive] : '?');
        return;
    }
    while ((class->flags & PH_CLASS_ARRAY) != 0 && class->item_class_ref != 0) {
        add_letter(key, '[');
        class = ph_address(vm->heap, class->item_class_ref);
    }
    if ((class->flags & PH_CLASS_ARRAY) != 0) {
        add_letter(key, '[');
        add_letter(key, ph_java_storage_letter(class->item_kind));
        return;
    }
    add_letter(key, 'L');
    add_bytes(key, ph_java_slice(vm->heap, class->name_ref));
    add_letter(key, ';');
}

static bool is_string(struct ph_java_vm *vm, ph_ref object)
{
    uint32_t number;
    if (object == 0) {
        return false;
    }
    const struct ph_java_known *found =
        ph_java_find_field(vm, (struct ph_class *)(uintptr_t)ph_class_of(vm->heap, object),
                           PH_SLICE_TEXT("value:[B"), &number);
    return found != NULL &&
           ph_slice_equal(ph_class_outline_name(&found->outline),
                          PH_SLICE_TEXT("java/lang/String")) &&
           ph_java_loader_of(vm, found->class) == 0;
}

/* A MethodType's "(…)…", a String as it is, or a Class. */
static void add_member_type(struct ph_java_vm *vm, struct key *key, ph_ref type)
{
    ph_ref result, parameters_ref;

    if (!ph_java_try_ref(vm, type, PH_JAVA_PLACE_TYPE_PARAMETERS, &parameters_ref) ||
        !ph_java_try_ref(vm, type, PH_JAVA_PLACE_TYPE_RESULT, &result)) {
        if (is_string(vm, type)) {
            add_string(vm, key, type);
        } else {
            add_type(vm, key, type);
        }
        return;
    }
    add_letter(key, '(');
    if (parameters_ref == 0 ||
        ph_class_of(vm->heap, parameters_ref)->layout != PH_LAYOUT_REFS) {
        key->is_good = false;
        return;
    }
    const struct ph_refs *parameters = ph_address(vm->heap, parameters_ref);
    for (uint32_t i = 0; key->is_good && i < parameters->length; i++) {
        add_type(vm, key, parameters->items[i]);
    }
    add_letter(key, ')');
    add_type(vm, key, result);
}

/* ---- What a MemberName names ---------------------------------------------------------------- */

struct member {
    struct ph_class *class; /* as it names it */
    uint32_t flags, kind;
    const struct ph_java_class *found; /* where it is declared; NULL: nowhere */
    uint32_t number;
};

/* All of the class of what was found. */
static const struct ph_java_class *whole_of(struct ph_java_vm *vm,
                                            const struct ph_java_known *found)
{
    return ph_java_defined(vm, found == NULL ? NULL : found->class);
}

static struct ph_class *object_class(struct ph_call *call)
{
    struct ph_class *class;
    return ph_java_look_up(call, 0, PH_SLICE_TEXT("java/lang/Object"), &class) ? class : NULL;
}

static void find_method(struct ph_call *call, struct member *member, struct ph_slice key)
{
    struct ph_java_vm *vm = ph_java_vm_of(call);
    struct ph_class *class = member->class;

    if ((class->flags & PH_CLASS_ARRAY) != 0) {
        class = object_class(call);
    }
    if ((member->flags & MEMBER_IS_CONSTRUCTOR) != 0) {
        member->found = ph_java_defined(vm, class);
        member->number = member->found == NULL
                             ? UINT32_MAX
                             : ph_java_method_number(member->found->known, key);
        member->found = member->number == UINT32_MAX ? NULL : member->found;
        return;
    }
    member->found = whole_of(vm, ph_java_find_method(vm, class, key, &member->number));
}

/* Of the signature-polymorphic methods there is one each, for all types. */
static void find_polymorphic(struct ph_call *call, struct member *member, struct ph_slice name)
{
    struct ph_java_vm *vm = ph_java_vm_of(call);
    char text[128];
    const struct ph_java_class *known = ph_java_defined(vm, member->class);

    if (known == NULL || ph_java_loader_of(vm, member->class) != 0 ||
        !ph_slice_equal(known->file.name, PH_SLICE_TEXT("java/lang/invoke/MethodHandle"))) {
        return;
    }
    size_t size = ph_text_printf(text, sizeof(text), "%.*s([Ljava/lang/Object;)Ljava/lang/Object;",
                                 (int)name.size, (const char *)name.bytes);
    struct ph_slice key = {(const uint8_t *)text, PH_MIN(size, sizeof(text) - 1)};
    uint32_t number = ph_java_method_number(known->known, key);
    if (number != UINT32_MAX && (known->file.methods[number].flags & PH_ACC_NATIVE) != 0) {
        member->found = known;
        member->number = number;
    }
}

/* Looks for what MemberName `ref` names. False: it is none, or lacks class, name or type. Never
 * collects. */
static bool find_member(struct ph_call *call, ph_ref ref, struct member *member)
{
    struct ph_java_vm *vm = ph_java_vm_of(call);
    ph_ref mirror, name, type;
    uint32_t primitive;
    int32_t flags;
    struct key key = {.is_good = true};

    if (!ph_java_try_ref(vm, ref, PH_JAVA_PLACE_MEMBER_CLASS, &mirror) ||
        !ph_java_try_ref(vm, ref, PH_JAVA_PLACE_MEMBER_NAME, &name) ||
        !ph_java_try_ref(vm, ref, PH_JAVA_PLACE_MEMBER_TYPE, &type) ||
        !ph_java_try_int(vm, ref, PH_JAVA_PLACE_MEMBER_FLAGS, &flags)) {
        return false;
    }
    *member = (struct member){.class = ph_java_class_behind(vm, mirror, &primitive),
                              .flags = (uint32_t)flags,
                              .kind = (uint32_t)flags >> MEMBER_KIND_SHIFT & MEMBER_KIND_MASK};
    if (member->class == NULL || !is_string(vm, name) || type == 0) {
        return false;
    }
    add_string(vm, &key, name);
    struct ph_slice name_text = {(const uint8_t *)key.text, key.size};
    bool is_field = (member->flags & MEMBER_IS_FIELD) != 0;
    if (is_field) {
        add_letter(&key, ':');
    }
    add_member_type(vm, &key, type);
    struct ph_slice text = {(const uint8_t *)key.text, key.size};
    if (!key.is_good) {
        member->found = NULL;
    } else if (is_field) {
        member->found = whole_of(vm, ph_java_find_field(vm, member->class, text, &member->number));
    } else {
        find_polymorphic(call, member, name_text);
        if (member->found == NULL) {
            find_method(call, member, text);
        }
    }
    return true;
}

/* ---- Filling in MemberNames ----------------------------------------------------------------- */

static void set_int(struct ph_call *call, ph_ref object, enum ph_java_place place, uint32_t value)
{
    uint32_t *at = ph_java_place(ph_java_vm_of(call), object, place);
    PH_ASSERT(at != NULL);
    PH_SET(call->mutator, *at, value);
}

static void set_ref(struct ph_call *call, ph_ref object, enum ph_java_place place, ph_ref value)
{
    ph_ref *at = ph_java_place(ph_java_vm_of(call), object, place);
    PH_ASSERT(at != NULL);
    PH_SET_REF(call->mutator, *at, value);
}

static void fill_field(struct ph_call *call, ph_ref ref, const struct ph_java_class *class,
                       uint32_t number, bool is_setter)
{
    uint32_t flags = class->file.fields[number].flags;
    uint32_t kind = (flags & PH_ACC_STATIC) != 0
                        ? (is_setter ? PH_HANDLE_PUT_STATIC : PH_HANDLE_GET_STATIC)
                        : (is_setter ? PH_HANDLE_PUT_FIELD : PH_HANDLE_GET_FIELD);
    struct ph_slice own_name = ph_java_slice(call->mutator->heap, class->class->name_ref);
    bool is_trusted = (flags & PH_ACC_FINAL) != 0 &&
                      ((flags & PH_ACC_STATIC) != 0 || class->file.is_record ||
                       !ph_slice_equal(class->file.name, own_name)); /* hidden */

    set_int(call, ref, PH_JAVA_PLACE_MEMBER_FLAGS,
            flags | MEMBER_IS_FIELD | kind << MEMBER_KIND_SHIFT |
                (is_trusted ? MEMBER_TRUSTED_FINAL : 0u));
    set_ref(call, ref, PH_JAVA_PLACE_MEMBER_CLASS, class->class->mirror_ref);
}

static bool is_caller_sensitive(const struct ph_java_class *class, uint32_t number)
{
    return ph_classfile_has_annotation(
        &class->file, class->file.methods[number].attributes.annotations,
        PH_SLICE_TEXT("Ljdk/internal/reflect/CallerSensitive;"));
}

/* How calls of a method are made that was asked for with reference kind `wanted`. */
static uint32_t kind_of_method(const struct ph_java_class *class, uint32_t number,
                               uint32_t wanted)
{
    uint32_t flags = class->file.methods[number].flags;

    if ((flags & PH_ACC_STATIC) != 0) {
        return PH_HANDLE_INVOKE_STATIC;
    }
    if (wanted == PH_HANDLE_INVOKE_SPECIAL || wanted == PH_HANDLE_NEW_INVOKE_SPECIAL ||
        class->file.methods[number].is_initializer ||
        (flags & (PH_ACC_PRIVATE | PH_ACC_FINAL)) != 0 ||
        (class->file.flags & PH_ACC_FINAL) != 0) {
        return PH_HANDLE_INVOKE_SPECIAL;
    }
    return ph_java_is_interface(class->class) && wanted != PH_HANDLE_INVOKE_VIRTUAL
               ? PH_HANDLE_INVOKE_INTERFACE
               : PH_HANDLE_INVOKE_VIRTUAL;
}

/* A ResolvedMethodName; 0: no memory. May collect. */
static ph_ref make_resolved(struct ph_call *call, const struct ph_java_class *class,
                            uint32_t number)
{
    struct ph_class *resolved;
    struct ph_root boot;
    ph_ref made = 0, function_ref = 0;
    bool is_abstract = (class->file.methods[number].flags & PH_ACC_ABSTRACT) != 0;

    ph_root_push(call->mutator, &boot, 0);
    if (ph_java_find_class(call, &boot, PH_SLICE_TEXT("java/lang/invoke/ResolvedMethodName"),
                           &resolved, NULL) == PH_JAVA_FOUND) {
        made = ph_object_new_of(call->mutator, resolved, 0);
    }
    ph_root_pop(call->mutator, &boot);
    if (made != 0 && !is_abstract) {
        function_ref = ph_java_method_function(call, class->known, number);
    }
    if (made == 0 || (function_ref == 0 && !is_abstract)) {
        return 0;
    }
    set_ref(call, made, PH_JAVA_PLACE_RESOLVED_CLASS, ph_ref_to(call->mutator->heap,
                                                                class->class));
    set_ref(call, made, PH_JAVA_PLACE_RESOLVED_FUNCTION, function_ref);
    set_int(call, made, PH_JAVA_PLACE_RESOLVED_METHOD, number);
    return made;
}

/* False: no memory. May collect. `as`: the class that was named. */
static bool fill_method(struct ph_call *call, struct ph_root *ref,
                        const struct ph_java_class *class, uint32_t number,
                        const struct member *as)
{
    const struct ph_class_method *method = &class->file.methods[number];
    uint32_t kind = kind_of_method(class, number, as->kind);
    ph_ref resolved = make_resolved(call, class, number);

    if (resolved == 0) {
        return false;
    }
    /* A class's method that an interface declares is called as the class's own. */
    const struct ph_class *named =
        kind == PH_HANDLE_INVOKE_VIRTUAL && ph_java_is_interface(class->class) ? as->class
                                                                               : class->class;
    set_ref(call, ref->ref, PH_JAVA_PLACE_MEMBER_METHOD, resolved);
    set_ref(call, ref->ref, PH_JAVA_PLACE_MEMBER_CLASS, named->mirror_ref);
    set_int(call, ref->ref, PH_JAVA_PLACE_MEMBER_FLAGS,
            method->flags | kind << MEMBER_KIND_SHIFT |
                (method->is_initializer ? MEMBER_IS_CONSTRUCTOR : MEMBER_IS_METHOD) |
                (is_caller_sensitive(class, number) ? MEMBER_CALLER_SENSITIVE : 0u));
    return true;
}

/* ---- The natives ---------------------------------------------------------------------------- */

static enum ph_outcome no_member_name(struct ph_call *call)
{
    return ph_java_throw(call, "java/lang/InternalError", "no member is named");
}

/* init(MemberName, Object): a Field, Method or Constructor is what it names. */
static enum ph_outcome init(struct ph_call *call)
{
    struct ph_java_vm *vm = ph_java_vm_of(call);
    ph_ref object = ph_java_argument(call, 1);
    uint32_t number;
    struct ph_root ref;

    if (ph_java_place(vm, ph_java_argument(call, 0), PH_JAVA_PLACE_MEMBER_FLAGS) == NULL) {
        return no_member_name(call);
    }
    const struct ph_java_class *class = ph_java_field_of(call, object, &number);
    if (class != NULL) {
        fill_field(call, ph_java_argument(call, 0), class, number, false);
        return PH_DONE;
    }
    class = ph_java_executable_of(call, object, &number);
    if (class == NULL) {
        return no_member_name(call);
    }
    const struct member as = {
        .class = class->class,
        .kind = ph_java_is_interface(class->class) ? PH_HANDLE_INVOKE_INTERFACE
                                                   : PH_HANDLE_INVOKE_VIRTUAL};
    ph_root_push(call->mutator, &ref, ph_java_argument(call, 0));
    bool ok = fill_method(call, &ref, class, number, &as);
    ph_root_pop(call->mutator, &ref);
    return ok ? PH_DONE : ph_java_out_of_memory(call);
}

static enum ph_outcome not_resolved(struct ph_call *call, const struct member *member,
                                    bool is_speculative)
{
    bool is_field = (member->flags & MEMBER_IS_FIELD) != 0;
    struct ph_java_vm *vm = ph_java_vm_of(call);
    char text[256];
    ph_ref name, type;
    struct key key = {.is_good = true};

    if (is_speculative) {
        return ph_java_return(call, 0);
    }
    if (!ph_java_try_ref(vm, ph_java_argument(call, 0), PH_JAVA_PLACE_MEMBER_NAME, &name) ||
        !ph_java_try_ref(vm, ph_java_argument(call, 0), PH_JAVA_PLACE_MEMBER_TYPE, &type) ||
        !is_string(vm, name)) {
        return no_member_name(call);
    }
    add_member_type(vm, &key, type);
    (void)ph_java_string_text(vm, name, text, sizeof(text));
    if (!is_field && key.is_good) {
        char method[512] = "";
        const struct ph_class *holder =
            member->found == NULL ? member->class : member->found->class;
        const char *before = member->found == NULL                     ? ""
                             : member->kind == PH_HANDLE_INVOKE_STATIC ? "Expected static method "
                             : ph_java_is_interface(member->class)
                                 ? "Expected instance not static method "
                                 : "Expecting non-static method ";
        ph_java_add(method, sizeof(method), "%s", before);
        ph_java_add_method(ph_java_slice(vm->heap, holder->name_ref),
                           ph_java_slice_of(text),
                           (struct ph_slice){(const uint8_t *)key.text, key.size}, method,
                           sizeof(method));
        return ph_java_throw(call, member->found != NULL
                                       ? "java/lang/IncompatibleClassChangeError"
                                       : "java/lang/NoSuchMethodError", method);
    }
    return ph_java_throw(call, member->found != NULL ? "java/lang/IncompatibleClassChangeError"
                               : is_field            ? "java/lang/NoSuchFieldError"
                                                     : "java/lang/NoSuchMethodError",
                         text);
}

/* May the caller (slot 1; null: anybody) use the method that was found? Of fields Lookup asks. */
static bool check_access(struct ph_call *call, const struct member *member, bool is_speculative,
                         enum ph_outcome *outcome)
{
    struct ph_java_vm *vm = ph_java_vm_of(call);
    uint32_t primitive;
    struct ph_java_error error = {0};
    struct ph_slice missing;
    const struct ph_java_use use = {
        .from = ph_java_know(vm, ph_java_class_behind(vm, ph_java_argument(call, 1),
                                                      &primitive)),
        .holder = member->found->known, .named = member->class, .number = member->number};

    /* Which nest it is of Lookup asks itself. */
    if (use.from == NULL ||
        ph_java_access_member(call, &use, &missing, &error) != PH_JAVA_DENIED) {
        return true;
    }
    *outcome = is_speculative ? ph_java_return(call, 0) : ph_java_throw_error(call, &error);
    return false;
}

/* resolve(MemberName, caller, lookupMode, speculative): of a field it may not know yet whether it
 * is static. */
static enum ph_outcome resolve(struct ph_call *call)
{
    bool is_speculative = call->slots[3] != 0;
    struct member member;
    enum ph_outcome outcome;

    if (!find_member(call, ph_java_argument(call, 0), &member)) {
        return is_speculative ? ph_java_return(call, 0) : no_member_name(call);
    }
    if (member.found == NULL) {
        return not_resolved(call, &member, is_speculative);
    }
    if ((member.flags & MEMBER_IS_FIELD) != 0) {
        fill_field(call, ph_java_argument(call, 0), member.found, member.number,
                   member.kind == PH_HANDLE_PUT_FIELD || member.kind == PH_HANDLE_PUT_STATIC);
        return ph_java_return(call, call->slots[0]);
    }
    if (!check_access(call, &member, is_speculative, &outcome)) {
        return outcome;
    }
    bool is_static = (member.found->file.methods[member.number].flags & PH_ACC_STATIC) != 0;
    if (is_static != (member.kind == PH_HANDLE_INVOKE_STATIC)) {
        return not_resolved(call, &member, is_speculative);
    }
    struct ph_root ref;
    ph_root_push(call->mutator, &ref, ph_java_argument(call, 0));
    bool ok = fill_method(call, &ref, member.found, member.number, &member);
    ph_ref answer = ref.ref;
    ph_root_pop(call->mutator, &ref);
    return ok ? ph_java_return(call, answer) : ph_java_out_of_memory(call);
}

/* The method that a resolved MemberName names; NULL: it is none. */
static const struct ph_java_class *method_of(struct ph_call *call, ph_ref member,
                                             uint32_t *number)
{
    struct ph_java_vm *vm = ph_java_vm_of(call);
    ph_ref resolved, class_ref;
    int32_t method;

    if (!ph_java_try_ref(vm, member, PH_JAVA_PLACE_MEMBER_METHOD, &resolved) ||
        !ph_java_try_ref(vm, resolved, PH_JAVA_PLACE_RESOLVED_CLASS, &class_ref) ||
        !ph_java_try_int(vm, resolved, PH_JAVA_PLACE_RESOLVED_METHOD, &method) ||
        !ph_is_a(vm->heap, class_ref, PH_CLASS_CLASS)) {
        return NULL;
    }
    const struct ph_java_class *class = ph_java_defined(vm, ph_address(vm->heap, class_ref));
    *number = (uint32_t)method;
    return class == NULL || *number >= class->file.method_count ? NULL : class;
}

/* The function object of a resolved MemberName; 0: it has none. */
static ph_ref function_of(struct ph_java_vm *vm, ph_ref member)
{
    ph_ref resolved, function_ref;

    return ph_java_try_ref(vm, member, PH_JAVA_PLACE_MEMBER_METHOD, &resolved) &&
                   ph_java_try_ref(vm, resolved, PH_JAVA_PLACE_RESOLVED_FUNCTION,
                                   &function_ref) &&
                   ph_is_a(vm->heap, function_ref, PH_CLASS_FUNCTION)
               ? function_ref
               : 0;
}

ph_ref ph_java_function_of(struct ph_call *call, ph_ref member)
{
    return function_of(ph_java_vm_of(call), member);
}

/* expand(MemberName): name and type of what is resolved. */
static enum ph_outcome expand(struct ph_call *call)
{
    uint32_t number;
    const struct ph_java_class *class = method_of(call, ph_java_argument(call, 0), &number);
    struct ph_root name, type;

    if (class == NULL) {
        return ph_java_throw(call, "java/lang/IllegalArgumentException", "nothing to expand");
    }
    const struct ph_class_method *method = &class->file.methods[number];
    struct ph_slice text = ph_classfile_text(&class->file, method->name);
    struct ph_slice descriptor = ph_classfile_text(&class->file, method->descriptor);
    ph_root_push(call->mutator, &name, ph_java_string(call, text));
    ph_root_push(call->mutator, &type, ph_java_string(call, descriptor));
    bool ok = name.ref != 0 && type.ref != 0;
    if (ok) {
        set_ref(call, ph_java_argument(call, 0), PH_JAVA_PLACE_MEMBER_NAME, name.ref);
        set_ref(call, ph_java_argument(call, 0), PH_JAVA_PLACE_MEMBER_TYPE, type.ref);
    }
    ph_root_pop(call->mutator, &type);
    ph_root_pop(call->mutator, &name);
    return ok ? PH_DONE : ph_java_out_of_memory(call);
}

/* UINT64_MAX: `ref` names no such field. */
static uint64_t offset_of(struct ph_call *call, bool is_static, ph_ref *mirror)
{
    struct member member;

    if (!find_member(call, ph_java_argument(call, 0), &member) || member.found == NULL ||
        (member.flags & MEMBER_IS_FIELD) == 0 ||
        ((member.found->file.fields[member.number].flags & PH_ACC_STATIC) != 0) != is_static) {
        return UINT64_MAX;
    }
    *mirror = member.found->class->mirror_ref;
    return ph_java_unsafe_offset(member.found->known, member.number);
}

static enum ph_outcome object_offset(struct ph_call *call)
{
    ph_ref mirror;
    uint64_t offset = offset_of(call, false, &mirror);
    return offset == UINT64_MAX ? no_member_name(call) : ph_java_return(call, offset);
}

static enum ph_outcome static_offset(struct ph_call *call)
{
    ph_ref mirror;
    uint64_t offset = offset_of(call, true, &mirror);
    return offset == UINT64_MAX ? no_member_name(call) : ph_java_return(call, offset);
}

static enum ph_outcome static_base(struct ph_call *call)
{
    ph_ref mirror;
    uint64_t offset = offset_of(call, true, &mirror);
    return offset == UINT64_MAX ? no_member_name(call) : ph_java_return(call, mirror);
}

static enum ph_outcome set_target(struct ph_call *call)
{
    ph_ref *at = ph_java_place(ph_java_vm_of(call), ph_java_argument(call, 0),
                               PH_JAVA_PLACE_SITE_TARGET);

    if (at == NULL) {
        return ph_java_throw_null(call);
    }
    ph_touch(call->mutator, at, sizeof(*at));
    __atomic_store_n(at, ph_java_argument(call, 1), __ATOMIC_SEQ_CST);
    if (ph_is_young(call->mutator->heap, ph_java_argument(call, 1))) {
        ph_remember(call->mutator, at);
    }
    return PH_DONE;
}

static enum ph_outcome nothing(struct ph_call *call)
{
    (void)call;
    return PH_DONE;
}

/* getNamedCon(which, name[]): there are no constants to compare; for Java's assertions. */
static enum ph_outcome no_constant(struct ph_call *call) { return ph_java_return(call, 0); }

/* ---- Calls ---------------------------------------------------------------------------------- */

static enum ph_outcome call_with(struct ph_call *call, ph_ref function_ref, uint32_t count)
{
    return ph_call_function(call, function_ref, call->signature->types, call->slots, count);
}

/* invokeBasic(handle, …): what the handle's form compiles to, with the same arguments. */
static enum ph_outcome invoke_basic_with(struct ph_call *call, uint32_t count)
{
    struct ph_java_vm *vm = ph_java_vm_of(call);
    ph_ref form, entry;

    if (count == 0 || ph_java_argument(call, 0) == 0) {
        return ph_java_throw_null(call);
    }
    if (!ph_java_try_ref(vm, ph_java_argument(call, 0), PH_JAVA_PLACE_HANDLE_FORM, &form) ||
        !ph_java_try_ref(vm, form, PH_JAVA_PLACE_FORM_ENTRY, &entry)) {
        return no_member_name(call);
    }
    ph_ref function_ref = ph_java_function_of(call, entry);
    if (function_ref == 0) {
        return no_member_name(call);
    }
    return call_with(call, function_ref, count);
}

static enum ph_outcome invoke_basic(struct ph_call *call)
{
    return invoke_basic_with(call, call->signature->param_count);
}

static bool is_invoke_basic(const struct ph_java_class *class, uint32_t number)
{
    const struct ph_class_method *method = &class->file.methods[number];
    return (method->flags & PH_ACC_NATIVE) != 0 &&
           ph_slice_equal(ph_classfile_text(&class->file, method->name),
                          PH_SLICE_TEXT("invokeBasic")) &&
           ph_slice_equal(class->file.name, PH_SLICE_TEXT("java/lang/invoke/MethodHandle"));
}

/* The last argument is a MemberName: its method is called with the others. */
static enum ph_outcome link_to(struct ph_call *call, bool is_virtual)
{
    uint32_t count = call->signature->param_count, number;

    if (count == 0) {
        return no_member_name(call);
    }
    count--;
    const struct ph_java_class *class = method_of(call, ph_java_argument(call, count), &number);
    if (class == NULL) {
        return no_member_name(call);
    }
    const struct ph_class_method *method = &class->file.methods[number];
    if (is_invoke_basic(class, number)) {
        return invoke_basic_with(call, count);
    }
    bool is_static = (method->flags & PH_ACC_STATIC) != 0;
    if (!is_static && (count == 0 || ph_java_argument(call, 0) == 0)) {
        return ph_java_throw_null(call);
    }
    ph_ref function_ref = is_virtual && !is_static
                              ? ph_java_select(call, class, number, ph_java_argument(call, 0))
                          : (method->flags & PH_ACC_ABSTRACT) != 0
                              ? 0
                              : ph_java_method_function(call, class->known, number);
    if (function_ref == 0) {
        bool fits = is_static || ph_ref_is_instance(call->mutator->heap, ph_java_argument(call, 0),
                                                    class->class);
        return ph_java_throw(call, fits ? "java/lang/AbstractMethodError"
                                        : "java/lang/IncompatibleClassChangeError",
                             NULL);
    }
    return call_with(call, function_ref, count);
}

static enum ph_outcome link_to_method(struct ph_call *call) { return link_to(call, false); }

static enum ph_outcome link_to_virtual(struct ph_call *call) { return link_to(call, true); }

/* ---- The same, said beforehand -------------------------------------------------------------- */

static ph_ref basic_callee(const struct ph_target *target, const uint64_t *slots)
{
    struct ph_java_vm *vm = target->context;
    ph_ref form, entry;

    return target->signature->param_count > 0 &&
                   ph_java_try_ref(vm, (ph_ref)slots[0], PH_JAVA_PLACE_HANDLE_FORM, &form) &&
                   ph_java_try_ref(vm, form, PH_JAVA_PLACE_FORM_ENTRY, &entry)
               ? function_of(vm, entry)
               : 0;
}

/* Of a static or special method: whether it is called at all was seen when it first was. */
static ph_ref linked_callee(const struct ph_target *target, const uint64_t *slots)
{
    uint32_t count = target->signature->param_count;
    return count == 0 ? 0 : function_of(target->context, (ph_ref)slots[count - 1]);
}

static ph_ref special_callee(const struct ph_target *target, const uint64_t *slots)
{
    return slots[0] == 0 ? 0 : linked_callee(target, slots);
}

/* ---- The table ------------------------------------------------------------------------------ */

#define NATIVES "java/lang/invoke/MethodHandleNatives."
#define MEMBER "Ljava/lang/invoke/MemberName;"
#define SITE "(Ljava/lang/invoke/CallSite;Ljava/lang/invoke/MethodHandle;)V"

ph_status ph_java_invoke_natives_add(struct ph_java_vm *self)
{
    static const struct ph_native_info natives[] = {
        {"java", NATIVES "registerNatives()V", ":", nothing},
        {"java", NATIVES "init(" MEMBER "Ljava/lang/Object;)V", "rr:", init},
        {"java", NATIVES "expand(" MEMBER ")V", "r:", expand},
        {"java", NATIVES "resolve(" MEMBER "Ljava/lang/Class;IZ)" MEMBER, "rrii:r", resolve},
        {"java", NATIVES "objectFieldOffset(" MEMBER ")J", "r:l", object_offset},
        {"java", NATIVES "staticFieldOffset(" MEMBER ")J", "r:l", static_offset},
        {"java", NATIVES "staticFieldBase(" MEMBER ")Ljava/lang/Object;", "r:r", static_base},
        {"java", NATIVES "setCallSiteTargetNormal" SITE, "rr:", set_target},
        {"java", NATIVES "setCallSiteTargetVolatile" SITE, "rr:", set_target},
        {"java",
         NATIVES "clearCallSiteContext(Ljava/lang/invoke/MethodHandleNatives$CallSiteContext;)V",
         "r:", nothing},
        {"java", NATIVES "getNamedCon(I[Ljava/lang/Object;)I", "ir:i", no_constant},
        {"java", "invokeBasic", "*", invoke_basic},
        {"java", "linkToStatic", "*", link_to_method},
        {"java", "linkToSpecial", "*", link_to_method},
        {"java", "linkToVirtual", "*", link_to_virtual},
        {"java", "linkToInterface", "*", link_to_virtual},
    };
    ph_status status = ph_machine_add_natives_for(self->machine, natives, PH_COUNT(natives), self,
                                                  PH_PRIVILEGE_ALL);
    if (status != PH_OK) {
        return status;
    }
    ph_machine_set_callee(self->machine, "java.invokeBasic", basic_callee);
    ph_machine_set_callee(self->machine, "java.linkToStatic", linked_callee);
    ph_machine_set_callee(self->machine, "java.linkToSpecial", special_callee);
    return ph_java_constant_natives_add(self);
}
