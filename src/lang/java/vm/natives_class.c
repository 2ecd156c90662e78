/* SPDX-License-Identifier: Apache-2.0 */
/* natives_class.c - natives of java.lang.Class and what asks about classes alike: answers out of
 * class objects and class files. What needs other classes by their names is found in Java
 * (phantom.vm.Classes), since loaders may have to be asked. */
#include "lang/java/vm/access.h"
#include "lang/java/vm/natives.h"

#include "base/text.h"

#define MODIFIERS_WRITTEN 0x7fffu /* what of a class file's flags is its own */
#define MODIFIERS_PRIMITIVE (PH_ACC_PUBLIC | PH_ACC_FINAL | PH_ACC_ABSTRACT)
#define ACCESS_MASK (PH_ACC_PUBLIC | PH_ACC_PRIVATE | PH_ACC_PROTECTED)

static const char *const primitive_names[PH_JAVA_PRIMITIVE_COUNT] = {
    [PH_JAVA_BOOLEAN] = "boolean", [PH_JAVA_CHAR] = "char", [PH_JAVA_FLOAT] = "float",
    [PH_JAVA_DOUBLE] = "double",   [PH_JAVA_BYTE] = "byte", [PH_JAVA_SHORT] = "short",
    [PH_JAVA_INT] = "int",         [PH_JAVA_LONG] = "long", [PH_JAVA_VOID] = "void"};

/* What is known of the class in slot 0; NULL: an array, a primitive type, or no class. */
static const struct ph_java_class *defined_argument(struct ph_call *call)
{
    uint32_t primitive;
    return ph_java_defined(ph_java_vm_of(call), ph_java_class_argument(call, 0, &primitive));
}

/* ---- What a class is ------------------------------------------------------------------------ */

static enum ph_outcome get_primitive_class(struct ph_call *call)
{
    char name[PH_JAVA_NAME_BYTES];

    if (ph_java_argument(call, 0) == 0) {
        return ph_java_throw_null(call);
    }
    bool ok = ph_java_name_argument(call, 0, name, false);
    for (uint32_t i = 0; ok && i < PH_JAVA_PRIMITIVE_COUNT; i++) {
        if (ph_slice_equal(ph_java_slice_of(name), ph_java_slice_of(primitive_names[i]))) {
            return ph_java_return(call,
                                  ph_java_primitive_mirror(call, (enum ph_java_primitive)i));
        }
    }
    return ph_java_throw(call, "java/lang/ClassNotFoundException", name);
}

static enum ph_outcome is_primitive(struct ph_call *call)
{
    uint32_t primitive;
    return ph_java_return(call, ph_java_class_argument(call, 0, &primitive) == NULL);
}

static enum ph_outcome is_array(struct ph_call *call)
{
    uint32_t primitive;
    const struct ph_class *class = ph_java_class_argument(call, 0, &primitive);
    return ph_java_return(call, class != NULL && (class->flags & PH_CLASS_ARRAY) != 0);
}

static enum ph_outcome is_interface(struct ph_call *call)
{
    uint32_t primitive;
    const struct ph_class *class = ph_java_class_argument(call, 0, &primitive);
    return ph_java_return(call, class != NULL && (class->flags & PH_CLASS_INTERFACE) != 0);
}

/* A hidden class is not called as its class file says. */
static enum ph_outcome is_hidden(struct ph_call *call)
{
    const struct ph_java_class *class = defined_argument(call);
    return ph_java_return(
        call, class != NULL && !ph_slice_equal(class->file.name,
                                               ph_java_slice(call->mutator->heap,
                                                             class->class->name_ref)));
}

static enum ph_outcome is_record(struct ph_call *call)
{
    const struct ph_java_class *class = defined_argument(call);
    return ph_java_return(call,
                          class != NULL && class->file.is_record &&
                              (class->file.flags & PH_ACC_FINAL) != 0 &&
                              ph_slice_equal(class->file.super_name,
                                             PH_SLICE_TEXT("java/lang/Record")));
}

static enum ph_outcome is_instance(struct ph_call *call)
{
    uint32_t primitive;
    const struct ph_class *class = ph_java_class_argument(call, 0, &primitive);
    return ph_java_return(call, class != NULL && ph_ref_is_instance(call->mutator->heap,
                                                                    ph_java_argument(call, 1),
                                                                    class));
}

static enum ph_outcome is_assignable_from(struct ph_call *call)
{
    uint32_t to_primitive, from_primitive;
    const struct ph_class *to = ph_java_class_argument(call, 0, &to_primitive);
    const struct ph_class *from = ph_java_class_argument(call, 1, &from_primitive);

    if (ph_java_argument(call, 1) == 0) {
        return ph_java_throw_null(call);
    }
    return ph_java_return(call, to == NULL || from == NULL
                                    ? to == from && to_primitive == from_primitive
                                    : ph_class_is_subclass(call->mutator->heap, from, to));
}

/* "java.lang.String", "[I", "int"; the class keeps it. */
static enum ph_outcome init_class_name(struct ph_call *call)
{
    struct ph_java_vm *vm = ph_java_vm_of(call);
    uint32_t primitive;
    const struct ph_class *class = ph_java_class_argument(call, 0, &primitive);
    char name[PH_JAVA_NAME_BYTES];
    struct ph_root string;

    if (class == NULL && primitive >= PH_JAVA_PRIMITIVE_COUNT) {
        return ph_java_throw_null(call);
    }
    struct ph_slice text = ph_java_slice_of(class == NULL ? primitive_names[primitive] : name);
    if (class != NULL) {
        text.size = ph_java_external_name(vm, class, name, sizeof(name));
    }
    ph_root_push(call->mutator, &string, ph_java_string(call, text));
    ph_ref interned = string.ref == 0 ? 0 : ph_java_intern(call, &string);
    ph_root_pop(call->mutator, &string);
    if (interned != 0) {
        ph_java_set_ref(call, ph_java_argument(call, 0), "name:Ljava/lang/String;", interned);
    }
    return ph_java_return_ref(call, interned);
}

/* ---- Modifiers ------------------------------------------------------------------------------ */

/* The class's own entry of its InnerClasses; NULL: it is no member or local class. */
static const struct ph_inner_class *inner_entry(const struct ph_classfile *file)
{
    for (uint32_t i = 0; i < file->inner_class_count; i++) {
        const struct ph_inner_class *inner = &file->inner_classes[i];
        if (ph_slice_equal(ph_classfile_text(file, inner->inner), file->name)) {
            return inner;
        }
    }
    return NULL;
}

/* As Class.getModifiers says (`declared`), or as the class file. */
static uint32_t modifiers_of(struct ph_call *call, const struct ph_class *class, bool declared)
{
    const struct ph_heap *heap = call->mutator->heap;
    bool is_array = class != NULL && (class->flags & PH_CLASS_ARRAY) != 0;

    while (class != NULL && (class->flags & PH_CLASS_ARRAY) != 0) {
        class = class->item_class_ref == 0 ? NULL : ph_address(heap, class->item_class_ref);
    }
    const struct ph_java_class *defined = ph_java_defined(ph_java_vm_of(call), class);
    if (defined == NULL) {
        return MODIFIERS_PRIMITIVE;
    }
    const struct ph_inner_class *inner = declared ? inner_entry(&defined->file) : NULL;
    uint32_t flags = (inner != NULL ? inner->flags : defined->file.flags) & MODIFIERS_WRITTEN;
    flags &= declared ? ~(uint32_t)PH_ACC_SUPER : UINT32_MAX;
    return is_array ? (flags & ACCESS_MASK) | PH_ACC_FINAL | PH_ACC_ABSTRACT : flags;
}

static enum ph_outcome get_modifiers(struct ph_call *call)
{
    uint32_t primitive;
    return ph_java_return(
        call, modifiers_of(call, ph_java_class_argument(call, 0, &primitive), true));
}

static enum ph_outcome get_class_access_flags(struct ph_call *call)
{
    uint32_t primitive;
    if (ph_java_argument(call, 0) == 0) {
        return ph_java_throw_null(call);
    }
    return ph_java_return(
        call, modifiers_of(call, ph_java_class_argument(call, 0, &primitive), false));
}

/* ---- What is above it ----------------------------------------------------------------------- */

static enum ph_outcome get_superclass(struct ph_call *call)
{
    struct ph_java_error error = {0};
    uint32_t primitive;
    struct ph_class *class = ph_java_class_argument(call, 0, &primitive);

    if (class == NULL || (class->flags & PH_CLASS_INTERFACE) != 0) {
        return ph_java_return(call, 0);
    }
    if ((class->flags & PH_CLASS_ARRAY) != 0) {
        return ph_java_find_boot(call, "java/lang/Object", &class, &error) == PH_JAVA_FOUND
                   ? ph_java_return_mirror(call, class)
                   : ph_java_throw_error(call, &error);
    }
    const struct ph_java_class *defined = ph_java_defined(ph_java_vm_of(call), class);
    return defined == NULL || defined->file.super_name.size == 0 || class->super_ref == 0
               ? ph_java_return(call, 0)
               : ph_java_return_mirror(call, ph_address(call->mutator->heap, class->super_ref));
}

/* The interface that the class names so; all that it is are in its table. */
static struct ph_class *interface_named(const struct ph_heap *heap, const struct ph_class *class,
                                        struct ph_slice name)
{
    const struct ph_refs *all =
        class->interfaces_ref == 0 ? NULL : ph_address(heap, class->interfaces_ref);
    for (uint32_t i = 0; all != NULL && i < all->length; i++) {
        struct ph_class *interface = ph_address(heap, all->items[i]);
        if (ph_slice_equal(ph_java_slice(heap, interface->name_ref), name)) {
            return interface;
        }
    }
    return NULL;
}

static enum ph_outcome get_interfaces(struct ph_call *call)
{
    static const char *const of_arrays[] = {"java/lang/Cloneable", "java/io/Serializable"};
    const struct ph_heap *heap = call->mutator->heap;
    uint32_t primitive;
    const struct ph_class *class = ph_java_class_argument(call, 0, &primitive);
    const struct ph_java_class *defined = ph_java_defined(ph_java_vm_of(call), class);
    bool is_array = class != NULL && (class->flags & PH_CLASS_ARRAY) != 0;
    uint32_t count = is_array ? 2 : defined == NULL ? 0 : defined->file.interface_count;
    struct ph_root array;

    ph_root_push(call->mutator, &array,
                 ph_java_new_array_named(call, "[Ljava/lang/Class;", count));
    for (uint32_t i = 0; array.ref != 0 && i < count; i++) {
        struct ph_class *interface = NULL;
        bool found = is_array
                         ? ph_java_find_boot(call, of_arrays[i], &interface, NULL) == PH_JAVA_FOUND
                         : (interface = interface_named(
                                heap, class, ph_classfile_text(&defined->file,
                                                               defined->file.interfaces[i]))) !=
                               NULL;
        struct ph_refs *refs = ph_address(heap, array.ref);
        if (found) {
            PH_SET_REF(call->mutator, refs->items[i], interface->mirror_ref);
        } else {
            array.ref = 0;
        }
    }
    ph_ref made = array.ref;
    ph_root_pop(call->mutator, &array);
    return ph_java_return_ref(call, made);
}

/* ---- What its class file says ---------------------------------------------------------------- */

static enum ph_outcome text_or_null(struct ph_call *call, const struct ph_java_class *class,
                                    uint32_t index)
{
    return class == NULL || index == 0
               ? ph_java_return(call, 0)
               : ph_java_return_string(call, ph_classfile_text(&class->file, index));
}

static enum ph_outcome bytes_or_null(struct ph_call *call, struct ph_slice bytes)
{
    return bytes.bytes == NULL ? ph_java_return(call, 0)
                               : ph_java_return_ref(call, ph_java_bytes(call, bytes));
}

static enum ph_outcome get_generic_signature(struct ph_call *call)
{
    const struct ph_java_class *class = defined_argument(call);
    return text_or_null(call, class, class == NULL ? 0 : class->file.attributes.signature);
}

static enum ph_outcome get_raw_annotations(struct ph_call *call)
{
    const struct ph_java_class *class = defined_argument(call);
    return bytes_or_null(call, class == NULL ? (struct ph_slice){NULL, 0}
                                             : class->file.attributes.annotations);
}

static enum ph_outcome get_raw_type_annotations(struct ph_call *call)
{
    const struct ph_java_class *class = defined_argument(call);
    return bytes_or_null(call, class == NULL ? (struct ph_slice){NULL, 0}
                                             : class->file.attributes.type_annotations);
}

static enum ph_outcome get_simple_binary_name(struct ph_call *call)
{
    const struct ph_java_class *class = defined_argument(call);
    const struct ph_inner_class *inner = class == NULL ? NULL : inner_entry(&class->file);
    return text_or_null(call, class, inner == NULL ? 0 : inner->name);
}

static enum ph_outcome get_protection_domain(struct ph_call *call)
{
    uint32_t primitive;
    const struct ph_class *class = ph_java_class_argument(call, 0, &primitive);
    return class == NULL && primitive == UINT32_MAX
               ? ph_java_throw_null(call)
               : ph_java_return(call, ph_java_get_ref(ph_java_vm_of(call),
                                                      ph_java_argument(call, 0), "$domain"));
}

/* ---- Other classes that it names -------------------------------------------------------------
 * Java code finds them (phantom.vm.Classes): it gets this class and their names. */

static enum ph_outcome named(struct ph_call *call, const char *key, struct ph_slice name)
{
    struct ph_root self;

    ph_root_push(call->mutator, &self, ph_java_argument(call, 0));
    ph_ref string = ph_java_string(call, name);
    const uint64_t arguments[] = {self.ref, string};
    ph_root_pop(call->mutator, &self);
    return string == 0 ? ph_java_out_of_memory(call)
                       : ph_java_call(call, "phantom/vm/Classes", key, arguments, 2);
}

/* String[] of the names of CLASS constants. 0: no memory. */
static ph_ref names_of(struct ph_call *call, const struct ph_java_class *class,
                       const uint16_t *indices, uint32_t count)
{
    struct ph_root array;

    ph_root_push(call->mutator, &array,
                 ph_java_new_array_named(call, "[Ljava/lang/String;", count));
    bool ok = array.ref != 0;
    for (uint32_t i = 0; ok && i < count; i++) {
        ok = ph_java_put_string(call, &array, i, ph_classfile_text(&class->file, indices[i]));
    }
    ph_root_pop(call->mutator, &array);
    return ok ? array.ref : 0;
}

static enum ph_outcome all_named(struct ph_call *call, const char *key,
                                 const struct ph_java_class *class, const uint16_t *indices,
                                 uint32_t count)
{
    struct ph_root self;

    ph_root_push(call->mutator, &self, ph_java_argument(call, 0));
    ph_ref names = names_of(call, class, indices, count);
    const uint64_t arguments[] = {self.ref, names};
    ph_root_pop(call->mutator, &self);
    return names == 0 ? ph_java_out_of_memory(call)
                      : ph_java_call(call, "phantom/vm/Classes", key, arguments, 2);
}

#define NAMED "(Ljava/lang/Class;Ljava/lang/String;)Ljava/lang/Class;"
#define ALL_NAMED "(Ljava/lang/Class;[Ljava/lang/String;)[Ljava/lang/Class;"

static enum ph_outcome get_declaring_class(struct ph_call *call)
{
    const struct ph_java_class *class = defined_argument(call);
    const struct ph_inner_class *inner = class == NULL ? NULL : inner_entry(&class->file);
    return inner == NULL || inner->outer == 0
               ? ph_java_return(call, 0)
               : named(call, "declaring" NAMED, ph_classfile_text(&class->file, inner->outer));
}

/* Nest hosts that cannot be found, or do not say so too, are none (JVMS 5.4.4). */
static enum ph_outcome get_nest_host(struct ph_call *call)
{
    const struct ph_java_class *class = defined_argument(call);
    ph_ref given = class == NULL ? 0
                                 : ph_java_get_ref(ph_java_vm_of(call), class->class->mirror_ref,
                                                   "$host"); /* a hidden class's */
    if (given != 0) {
        return ph_java_return(call, given);
    }
    return class == NULL || class->file.nest_host == 0
               ? ph_java_return(call, call->slots[0])
               : named(call, "nestHost" NAMED,
                       ph_classfile_text(&class->file, class->file.nest_host));
}

/* The members that the class names, if it is a host; without itself. */
static enum ph_outcome get_nest_members(struct ph_call *call)
{
    const struct ph_java_class *class = defined_argument(call);
    return class == NULL ? ph_java_return(call, 0)
                         : all_named(call, "nestMembers" ALL_NAMED, class,
                                     class->file.nest_members, class->file.nest_member_count);
}

static enum ph_outcome get_permitted_subclasses(struct ph_call *call)
{
    const struct ph_java_class *class = defined_argument(call);
    return class == NULL || !class->file.is_sealed
               ? ph_java_return(call, 0)
               : all_named(call, "permitted" ALL_NAMED, class, class->file.permitted,
                           class->file.permitted_count);
}

/* Member classes: the entries whose outer class is this one. */
static enum ph_outcome get_declared_classes(struct ph_call *call)
{
    const struct ph_java_class *class = defined_argument(call);
    const struct ph_classfile *file = class == NULL ? NULL : &class->file;
    uint16_t indices[512];
    uint32_t count = 0;

    for (uint32_t i = 0; file != NULL && i < file->inner_class_count; i++) {
        const struct ph_inner_class *inner = &file->inner_classes[i];
        if (inner->outer != 0 && count < PH_COUNT(indices) &&
            ph_slice_equal(ph_classfile_text(file, inner->outer), file->name)) {
            indices[count++] = inner->inner;
        }
    }
    return file == NULL
               ? ph_java_return_ref(call,
                                    ph_java_new_array_named(call, "[Ljava/lang/Class;", 0))
               : all_named(call, "members" ALL_NAMED, class, indices, count);
}

/* Object[]: class, name and descriptor of the method, or null. */
static enum ph_outcome get_enclosing_method(struct ph_call *call)
{
    const struct ph_java_class *class = defined_argument(call);
    struct ph_slice texts[2] = {{NULL, 0}, {NULL, 0}};
    struct ph_root self, parts[2];

    if (class == NULL || !class->file.has_enclosing_method) {
        return ph_java_return(call, 0);
    }
    if (class->file.enclosing_method != 0) {
        ph_classfile_name_and_type(&class->file, class->file.enclosing_method, &texts[0],
                                   &texts[1]);
    }
    ph_root_push(call->mutator, &self, ph_java_argument(call, 0));
    for (uint32_t i = 0; i < 2; i++) {
        ph_root_push(call->mutator, &parts[i],
                     texts[i].bytes == NULL ? 0 : ph_java_string(call, texts[i]));
    }
    ph_ref outer =
        ph_java_string(call, ph_classfile_text(&class->file, class->file.enclosing_class));
    const uint64_t arguments[] = {self.ref, outer, parts[0].ref, parts[1].ref};
    ph_root_pop(call->mutator, &parts[1]);
    ph_root_pop(call->mutator, &parts[0]);
    ph_root_pop(call->mutator, &self);
    return ph_java_call(call, "phantom/vm/Classes",
                        "enclosing(Ljava/lang/Class;Ljava/lang/String;Ljava/lang/String;"
                        "Ljava/lang/String;)[Ljava/lang/Object;",
                        arguments, 4);
}

/* Whether the class (1) names the other (0) as a member of its nest; used by phantom.vm. */
static enum ph_outcome is_nest_member(struct ph_call *call)
{
    uint32_t primitive;
    const struct ph_class *member = ph_java_class_argument(call, 0, &primitive);
    const struct ph_java_class *host = ph_java_defined(
        ph_java_vm_of(call), ph_java_class_argument(call, 1, &primitive));
    const struct ph_java_class *other = ph_java_defined(ph_java_vm_of(call), member);
    bool is_member = false;

    for (uint32_t i = 0; host != NULL && other != NULL && i < host->file.nest_member_count; i++) {
        is_member = is_member || ph_slice_equal(ph_classfile_text(&host->file,
                                                                  host->file.nest_members[i]),
                                                other->file.name);
    }
    return ph_java_return(call, is_member);
}

static enum ph_outcome are_nest_mates(struct ph_call *call)
{
    const uint64_t arguments[] = {call->slots[0], call->slots[1]};
    if (arguments[0] == 0 || arguments[1] == 0) {
        return ph_java_throw_null(call);
    }
    return ph_java_call(call, "phantom/vm/Classes",
                        "areNestMates(Ljava/lang/Class;Ljava/lang/Class;)Z", arguments, 2);
}

/* ---- By name --------------------------------------------------------------------------------- */

/* forName0(name, initialise, loader, caller) */
static enum ph_outcome for_name(struct ph_call *call)
{
    struct ph_java_error error = {0};
    struct ph_class *class;
    char name[PH_JAVA_NAME_BYTES];

    if (ph_java_argument(call, 0) == 0) {
        return ph_java_throw_null(call);
    }
    bool ok = ph_java_name_argument(call, 0, name, true);
    if (ok && ph_java_argument(call, 2) != 0) {
        return ph_java_call(call, "phantom/vm/Classes",
                            "forName(Ljava/lang/String;ZLjava/lang/ClassLoader;)Ljava/lang/Class;",
                            call->slots, 3);
    }
    enum ph_java_found found =
        ok ? ph_java_find_boot(call, name, &class, &error) : PH_JAVA_ABSENT;
    if (found == PH_JAVA_WRONG) {
        return ph_java_throw_error(call, &error);
    }
    if (found == PH_JAVA_ABSENT) {
        for (char *at = name; ok && *at != 0; at++) {
            *at = *at == '/' ? '.' : *at;
        }
        return ph_java_throw(call, "java/lang/ClassNotFoundException", name);
    }
    enum ph_outcome outcome =
        (uint32_t)call->slots[1] != 0 ? ph_java_initialise(call, class) : PH_DONE;
    return outcome == PH_DONE ? ph_java_return_mirror(call, class) : outcome;
}

/* VM.answered(loader, name with slashes): what the loader has answered before, or null; arrays of
 * such, too. The boot loader loads it. */
static enum ph_outcome answered(struct ph_call *call)
{
    struct ph_java_error error = {0};
    struct ph_class *class;
    struct ph_root loader;
    char name[PH_JAVA_NAME_BYTES];

    if (!ph_java_name_argument(call, 1, name, false) ||
        (ph_java_argument(call, 0) != 0 &&
         !ph_java_is_instance(call, ph_java_argument(call, 0), "java/lang/ClassLoader"))) {
        return ph_java_return(call, 0);
    }
    ph_root_push(call->mutator, &loader, ph_java_argument(call, 0));
    enum ph_java_found found =
        ph_java_find_class(call, &loader, ph_java_slice_of(name), &class, &error);
    ph_root_pop(call->mutator, &loader);
    return found == PH_JAVA_FOUND   ? ph_java_return_mirror(call, class)
           : found == PH_JAVA_WRONG ? ph_java_throw_error(call, &error)
                                    : ph_java_return(call, 0);
}

static enum ph_outcome loader_of(struct ph_call *call)
{
    uint32_t primitive;
    const struct ph_class *class = ph_java_class_argument(call, 0, &primitive);
    return ph_java_return(
        call, class == NULL ? 0 : ph_java_loader_of(ph_java_vm_of(call), class));
}

/* VM.isPublic(type) */
static enum ph_outcome is_public(struct ph_call *call)
{
    uint32_t primitive;
    const struct ph_class *class = ph_java_class_argument(call, 0, &primitive);
    const struct ph_java_known *known =
        class == NULL ? NULL : ph_java_know(ph_java_vm_of(call), class);

    return ph_java_return(call, known != NULL && (known->outline.flags & PH_ACC_PUBLIC) != 0);
}

/* VM.isEverywhere(type) */
static enum ph_outcome is_everywhere(struct ph_call *call)
{
    uint32_t primitive;
    const struct ph_class *class = ph_java_class_argument(call, 0, &primitive);

    return ph_java_return(call, class != NULL && (class->flags & PH_CLASS_ARRAY) == 0 &&
                                    ph_java_is_everywhere(ph_java_vm_of(call), class));
}

/* VM.moduleOf(loader, name with slashes) */
static enum ph_outcome module_of(struct ph_call *call)
{
    char name[PH_JAVA_NAME_BYTES];

    if (ph_java_argument(call, 1) == 0) {
        return ph_java_throw_null(call);
    }
    struct ph_slice whole = {(const uint8_t *)name, 0};
    if (ph_java_name_argument(call, 1, name, false)) {
        whole.size = strlen(name);
    }
    return ph_java_return(call, ph_java_module_of(call, ph_java_argument(call, 0),
                                                  ph_java_package_of(whole)));
}

/* VM.initialise(type) */
static enum ph_outcome initialise(struct ph_call *call)
{
    uint32_t primitive;
    struct ph_class *class = ph_java_class_argument(call, 0, &primitive);
    return class == NULL || (class->flags & PH_CLASS_ARRAY) != 0
               ? PH_DONE
               : ph_java_initialise(call, class);
}

/* ---- The table ------------------------------------------------------------------------------- */

#define C "java/lang/Class."
#define R "jdk/internal/reflect/Reflection."
#define CLASS "Ljava/lang/Class;"
#define STRING "Ljava/lang/String;"

static const struct ph_native_info natives[] = {
    {"java", C "registerNatives()V", ":", ph_java_nothing},
    {"java", C "getPrimitiveClass(" STRING ")" CLASS, "r:r", get_primitive_class},
    {"java", C "isPrimitive()Z", "r:i", is_primitive},
    {"java", C "isArray()Z", "r:i", is_array},
    {"java", C "isInterface()Z", "r:i", is_interface},
    {"java", C "isHidden()Z", "r:i", is_hidden},
    {"java", C "isRecord0()Z", "r:i", is_record},
    {"java", C "isInstance(Ljava/lang/Object;)Z", "rr:i", is_instance},
    {"java", C "isAssignableFrom(" CLASS ")Z", "rr:i", is_assignable_from},
    {"java", C "initClassName()" STRING, "r:r", init_class_name},
    {"java", C "getModifiers()I", "r:i", get_modifiers},
    {"java", C "getSuperclass()" CLASS, "r:r", get_superclass},
    {"java", C "getInterfaces0()[" CLASS, "r:r", get_interfaces},
    {"java", C "getGenericSignature0()" STRING, "r:r", get_generic_signature},
    {"java", C "getRawAnnotations()[B", "r:r", get_raw_annotations},
    {"java", C "getRawTypeAnnotations()[B", "r:r", get_raw_type_annotations},
    {"java", C "getSimpleBinaryName0()" STRING, "r:r", get_simple_binary_name},
    {"java", C "getProtectionDomain0()Ljava/security/ProtectionDomain;", "r:r",
     get_protection_domain},
    {"java", "java/security/AccessController.getProtectionDomain(" CLASS
             ")Ljava/security/ProtectionDomain;", "r:r", get_protection_domain},
    {"java", C "getSigners()[Ljava/lang/Object;", "r:r", ph_java_zero},
    {"java", C "getDeclaringClass0()" CLASS, "r:r", get_declaring_class},
    {"java", C "getDeclaredClasses0()[" CLASS, "r:r", get_declared_classes},
    {"java", C "getEnclosingMethod0()[Ljava/lang/Object;", "r:r", get_enclosing_method},
    {"java", C "getNestHost0()" CLASS, "r:r", get_nest_host},
    {"java", C "getNestMembers0()[" CLASS, "r:r", get_nest_members},
    {"java", C "getPermittedSubclasses0()[" CLASS, "r:r", get_permitted_subclasses},
    {"java", C "forName0(" STRING "ZLjava/lang/ClassLoader;" CLASS ")" CLASS, "rirr:r", for_name},
    {"java", R "getClassAccessFlags(" CLASS ")I", "r:i", get_class_access_flags},
    {"java", R "areNestMates(" CLASS CLASS ")Z", "rr:i", are_nest_mates},
};

static const struct ph_native_info own_natives[] = {
    {"java", "phantom/vm/VM.isNestMember(" CLASS CLASS ")Z", "rr:i", is_nest_member},
    {"java", "phantom/vm/VM.answered(Ljava/lang/ClassLoader;" STRING ")" CLASS, "rr:r", answered},
    {"java", "phantom/vm/VM.loaderOf(" CLASS ")Ljava/lang/ClassLoader;", "r:r", loader_of},
    {"java", "phantom/vm/VM.isPublic(" CLASS ")Z", "r:i", is_public},
    {"java", "phantom/vm/VM.isEverywhere(" CLASS ")Z", "r:i", is_everywhere},
    {"java", "phantom/vm/VM.moduleOf(Ljava/lang/ClassLoader;" STRING ")Ljava/lang/Module;", "rr:r",
     module_of},
    {"java", "phantom/vm/VM.initialise(" CLASS ")V", "r:", initialise},
};

ph_status ph_java_class_natives_add(struct ph_java_vm *self)
{
    ph_status status = ph_machine_add_natives_for(self->machine, natives, PH_COUNT(natives), self,
                                                  PH_PRIVILEGE_ALL);
    return status == PH_OK
               ? ph_machine_add_natives_for(self->machine, own_natives, PH_COUNT(own_natives),
                                            self, PH_PRIVILEGE_ALL)
               : status;
}
