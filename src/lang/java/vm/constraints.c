/* SPDX-License-Identifier: Apache-2.0 */
/* constraints.c - loaders that two classes have must mean the same by the names in a descriptor
 * that both use (JVMS 5.3.4).
 *
 * Looked at when a member is linked, a method overridden or an interface's implemented, and kept
 * for what the loaders answer later (dictionary.c). Names of java.* are left out, since nobody but
 * the boot loader and the platform's can define such a class, and so are pairs of the JDK's own
 * loaders, which divide packages among them. */
#include "lang/java/vm/access.h"

#include "base/text.h"
#include "lang/java/vm/natives.h"
#include "lang/java/vm/words.h"

#define TEXT_BYTES sizeof(((struct ph_java_error *)NULL)->text)

/* The class in the type of a descriptor, an array or not. False: there is none that matters. */
static bool class_in(struct ph_slice type, struct ph_slice *name)
{
    while (type.size > 1 && type.bytes[0] == '[') {
        type = (struct ph_slice){type.bytes + 1, type.size - 1};
    }
    if (type.size < 3 || type.bytes[0] != 'L') {
        return false;
    }
    *name = ph_java_class_of(type);
    return !ph_java_is_java(*name);
}

bool ph_java_is_constrained(struct ph_slice descriptor)
{
    struct ph_slice rest = descriptor, type, name;
    bool is = class_in(ph_java_result(descriptor), &name);

    while (!is && ph_java_next_parameter(&rest, &type)) {
        is = class_in(type, &name);
    }
    return is;
}

static enum ph_java_promised promise(struct ph_call *call, ph_ref one, ph_ref other,
                                     struct ph_slice type)
{
    struct ph_slice name;
    return class_in(type, &name) ? ph_java_promise(call, one, other, name) : PH_JAVA_PROMISED;
}

static bool is_of_library(struct ph_java_vm *vm, ph_ref loader)
{
    static const struct ph_slice own = PH_SLICE_TEXT("jdk/internal/loader/ClassLoaders$");
    struct ph_slice name =
        loader == 0 ? own : ph_java_slice(vm->heap, ph_class_of(vm->heap, loader)->name_ref);
    return name.size >= own.size && ph_slice_equal((struct ph_slice){name.bytes, own.size}, own);
}

/* Stops at a type that they do not agree on; of a field's descriptor or a method's. */
static enum ph_java_promised promise_all(struct ph_call *call, ph_ref one, ph_ref other,
                                         struct ph_slice descriptor, struct ph_slice *type)
{
    struct ph_java_vm *vm = ph_java_vm_of(call);
    struct ph_slice rest = descriptor;
    enum ph_java_promised promised = PH_JAVA_PROMISED;

    if (one == other || (is_of_library(vm, one) && is_of_library(vm, other))) {
        return PH_JAVA_PROMISED;
    }
    if (descriptor.size == 0 || descriptor.bytes[0] != '(') {
        *type = descriptor;
        return promise(call, one, other, descriptor);
    }
    while (promised == PH_JAVA_PROMISED && ph_java_next_parameter(&rest, type)) {
        promised = promise(call, one, other, *type);
    }
    if (promised == PH_JAVA_PROMISED) {
        *type = ph_java_result(descriptor);
        promised = promise(call, one, other, *type);
    }
    return promised;
}

/* ---- What is said --------------------------------------------------------------------------- */

/* "LType;" as "Type", arrays as they are. */
static void add_type(struct ph_slice type, char *text)
{
    ph_java_add_name(type.bytes[0] == 'L' ? ph_java_class_of(type) : type, text, TEXT_BYTES);
}

/* "A is in unnamed module of loader 'x' @1, parent loader 'app'": those that are not the library's
 * have their parents told. */
static void add_place(struct ph_java_vm *vm, struct ph_slice name, ph_ref module, ph_ref loader,
                      char *text)
{
    ph_java_add_name(name, text, TEXT_BYTES);
    ph_java_add(text, TEXT_BYTES, " is in ");
    ph_java_add_home_of(vm, module, loader, text, TEXT_BYTES);
    if (!is_of_library(vm, loader)) {
        ph_java_add(text, TEXT_BYTES, ", parent loader ");
        ph_java_add_loader(vm, ph_java_get_ref(vm, loader, "parent:Ljava/lang/ClassLoader;"), text,
                           TEXT_BYTES);
    }
}

/* By the class file's flags. */
static const char *kind_by(uint32_t flags)
{
    return (flags & PH_ACC_INTERFACE) != 0  ? "interface"
           : (flags & PH_ACC_ABSTRACT) != 0 ? "abstract class"
                                            : "class";
}

static void add_place_of(struct ph_java_vm *vm, const struct ph_class *class, char *text)
{
    add_place(vm, ph_java_slice(vm->heap, class->name_ref), ph_java_class_module(vm, class),
              ph_java_loader_of(vm, class), text);
}

static const char *kind_of(struct ph_java_vm *vm, const struct ph_class *class)
{
    const struct ph_java_known *known = ph_java_know(vm, class);
    return kind_by(known == NULL ? 0 : known->outline.flags);
}

void ph_java_say_broken(struct ph_call *call, ph_ref loader, const struct ph_class *class,
                        const struct ph_class *expected, struct ph_java_error *error)
{
    struct ph_java_vm *vm = ph_java_vm_of(call);

    if (error == NULL) {
        return;
    }
    char *text = error->text;
    *error = (struct ph_java_error){.class_name = "java/lang/LinkageError"};
    ph_java_add(text, TEXT_BYTES, "loader constraint violation: loader ");
    ph_java_add_loader(vm, loader, text, TEXT_BYTES);
    ph_java_add(text, TEXT_BYTES, " wants to load %s ", kind_of(vm, class));
    ph_java_add_name(ph_java_slice(vm->heap, class->name_ref), text, TEXT_BYTES);
    ph_java_add(text, TEXT_BYTES, ". A different %s with the same name was previously loaded by ",
                kind_of(vm, expected));
    ph_java_add_loader(vm, ph_java_loader_of(vm, expected), text, TEXT_BYTES);
    ph_java_add(text, TEXT_BYTES, ". (");
    add_place_of(vm, expected, text);
    ph_java_add(text, TEXT_BYTES, ")");
}

void ph_java_say_duplicate(struct ph_call *call, const struct ph_java_definition *what,
                           uint32_t flags, struct ph_java_error *error)
{
    struct ph_java_vm *vm = ph_java_vm_of(call);
    ph_ref loader = what->loader->ref;
    char *text = error->text;

    *error = (struct ph_java_error){.class_name = "java/lang/LinkageError"};
    ph_java_add(text, TEXT_BYTES, "loader ");
    ph_java_add_loader(vm, loader, text, TEXT_BYTES);
    ph_java_add(text, TEXT_BYTES, " attempted duplicate %s definition for ", kind_by(flags));
    ph_java_add_name(what->name, text, TEXT_BYTES);
    ph_java_add(text, TEXT_BYTES, ". (");
    add_place(vm, what->name, ph_java_module_of(call, loader, ph_java_package_of(what->name)),
              loader, text);
    ph_java_add(text, TEXT_BYTES, ")");
}

/* Of both: that of the one that is above comes first where an interface is implemented. */
static void add_places(struct ph_java_vm *vm, const struct ph_java_agreement *who, char *text)
{
    bool is_above_first = who->relation == PH_JAVA_IMPLEMENTS;

    ph_java_add(text, TEXT_BYTES, " (");
    if (is_above_first) {
        add_place_of(vm, who->other, text);
        ph_java_add(text, TEXT_BYTES, "; ");
    }
    add_place(vm, who->name, who->module, who->loader, text);
    if (!is_above_first) {
        ph_java_add(text, TEXT_BYTES, "; ");
        add_place_of(vm, who->other, text);
    }
    ph_java_add(text, TEXT_BYTES, ")");
}

static void say_field(struct ph_java_vm *vm, const struct ph_java_agreement *who, char *text)
{
    ph_java_add(text, TEXT_BYTES, "loader constraint violation: when resolving field \"%.*s\" of "
                "type ", (int)who->member.size, (const char *)who->member.bytes);
    add_type(who->descriptor, text);
    ph_java_add(text, TEXT_BYTES, ", the class loader ");
    ph_java_add_loader(vm, who->loader, text, TEXT_BYTES);
    ph_java_add(text, TEXT_BYTES, " of the current class, ");
    ph_java_add_name(who->name, text, TEXT_BYTES);
    ph_java_add(text, TEXT_BYTES, ", and the class loader ");
    ph_java_add_loader(vm, ph_java_loader_of(vm, who->other), text, TEXT_BYTES);
    ph_java_add(text, TEXT_BYTES, " for the field's defining class, ");
    ph_java_add_name(ph_java_slice(vm->heap, who->other->name_ref), text, TEXT_BYTES);
    ph_java_add(text, TEXT_BYTES, ", have different Class objects for type ");
}

static void say_method(struct ph_java_vm *vm, const struct ph_java_agreement *who, char *text)
{
    struct ph_slice other = ph_java_slice(vm->heap, who->other->name_ref);
    bool overrides = who->relation == PH_JAVA_OVERRIDES;

    ph_java_add(text, TEXT_BYTES, "loader constraint violation");
    if (overrides) {
        ph_java_add(text, TEXT_BYTES, " for class ");
        ph_java_add_name(who->name, text, TEXT_BYTES);
    }
    ph_java_add(text, TEXT_BYTES, ": when %s method ",
                overrides ? "selecting overriding" : "resolving");
    ph_java_add_method(overrides ? who->name : other, who->member, who->descriptor, text,
                       TEXT_BYTES);
    ph_java_add(text, TEXT_BYTES, " the class loader ");
    ph_java_add_loader(vm, who->loader, text, TEXT_BYTES);
    ph_java_add(text, TEXT_BYTES, " of the %s ",
                overrides ? "selected method's type" : "current class,");
    ph_java_add_name(who->name, text, TEXT_BYTES);
    ph_java_add(text, TEXT_BYTES, ", and the class loader ");
    ph_java_add_loader(vm, ph_java_loader_of(vm, who->other), text, TEXT_BYTES);
    ph_java_add(text, TEXT_BYTES, " for %s ",
                overrides ? "its super type" : "the method's defining class,");
    ph_java_add_name(other, text, TEXT_BYTES);
    ph_java_add(text, TEXT_BYTES, "%s have different Class objects for the type ",
                overrides ? "" : ",");
}

static void say_implemented(struct ph_java_vm *vm, const struct ph_java_agreement *who, char *text)
{
    struct ph_slice other = ph_java_slice(vm->heap, who->other->name_ref);

    ph_java_add(text, TEXT_BYTES,
                "loader constraint violation in interface itable initialization for class ");
    ph_java_add_name(who->heir, text, TEXT_BYTES);
    ph_java_add(text, TEXT_BYTES, ": when selecting method ");
    ph_java_add_method(other, who->member, who->descriptor, text, TEXT_BYTES);
    ph_java_add(text, TEXT_BYTES, " the class loader ");
    ph_java_add_loader(vm, ph_java_loader_of(vm, who->other), text, TEXT_BYTES);
    ph_java_add(text, TEXT_BYTES, " for super interface ");
    ph_java_add_name(other, text, TEXT_BYTES);
    ph_java_add(text, TEXT_BYTES, ", and the class loader ");
    ph_java_add_loader(vm, who->loader, text, TEXT_BYTES);
    ph_java_add(text, TEXT_BYTES, " of the selected method's %s, ", kind_by(who->flags));
    ph_java_add_name(who->name, text, TEXT_BYTES);
    ph_java_add(text, TEXT_BYTES, " have different Class objects for the type ");
}

bool ph_java_agree(struct ph_call *call, const struct ph_java_agreement *who,
                   struct ph_java_error *error)
{
    struct ph_java_vm *vm = ph_java_vm_of(call);
    struct ph_slice type;

    switch (promise_all(call, who->loader, ph_java_loader_of(vm, who->other), who->descriptor,
                        &type)) {
    case PH_JAVA_PROMISED:
        return true;
    case PH_JAVA_CONFLICT:
        break;
    default:
        *error = (struct ph_java_error){"java/lang/OutOfMemoryError", "no room for a class"};
        return false;
    }
    *error = (struct ph_java_error){.class_name = "java/lang/LinkageError"};
    if (who->descriptor.bytes[0] != '(') {
        say_field(vm, who, error->text);
        add_type(type, error->text);
    } else {
        (who->relation == PH_JAVA_IMPLEMENTS ? say_implemented : say_method)(vm, who, error->text);
        add_type(type, error->text);
        ph_java_add(error->text, TEXT_BYTES, " used in the signature");
    }
    add_places(vm, who, error->text);
    return false;
}
