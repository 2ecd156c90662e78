/* SPDX-License-Identifier: Apache-2.0 */
/* constraints.c - loaders that two classes have must mean the same by the names in a descriptor
 * that both use (JVMS 5.3.4).
 *
 * Looked at when a member is linked or a method overridden, among the classes that both loaders
 * have answered by then: what they answer later is not compared. */
#include "lang/java/vm/access.h"

#include "base/text.h"
#include "lang/java/vm/natives.h"
#include "lang/java/vm/words.h"

#define TEXT_BYTES sizeof(((struct ph_java_error *)NULL)->text)

/* Of the type of a descriptor, an array or not. */
static bool is_same_type(struct ph_call *call, ph_ref one, ph_ref other, struct ph_slice type)
{
    struct ph_class *mine, *theirs;

    while (type.size > 1 && type.bytes[0] == '[') {
        type = (struct ph_slice){type.bytes + 1, type.size - 1};
    }
    if (type.size < 3 || type.bytes[0] != 'L') {
        return true;
    }
    struct ph_slice name = ph_java_class_of(type);
    return !ph_java_look_up(call, one, name, &mine) ||
           !ph_java_look_up(call, other, name, &theirs) || mine == theirs;
}

/* Finds a type that they do not agree on; of a field's descriptor or a method's. */
static bool find_conflict(struct ph_call *call, ph_ref one, ph_ref other,
                          struct ph_slice descriptor, struct ph_slice *type)
{
    struct ph_slice rest = descriptor;

    if (one == other) {
        return false;
    }
    if (descriptor.size == 0 || descriptor.bytes[0] != '(') {
        *type = descriptor;
        return !is_same_type(call, one, other, descriptor);
    }
    while (ph_java_next_parameter(&rest, type)) {
        if (!is_same_type(call, one, other, *type)) {
            return true;
        }
    }
    *type = ph_java_result(descriptor);
    return !is_same_type(call, one, other, *type);
}

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
    char own[100] = "";

    ph_java_add_name(name, text, TEXT_BYTES);
    ph_java_add(text, TEXT_BYTES, " is in ");
    ph_java_add_home_of(vm, module, loader, text, TEXT_BYTES);
    ph_java_add_loader(vm, loader, own, sizeof(own));
    bool is_library = true; /* 'app', 'platform' and 'bootstrap' have no number */
    for (size_t i = 0; own[i] != 0; i++) {
        is_library = is_library && own[i] != '@';
    }
    if (!is_library) {
        ph_java_add(text, TEXT_BYTES, ", parent loader ");
        ph_java_add_loader(vm, ph_java_get_ref(vm, loader, "parent:Ljava/lang/ClassLoader;"), text,
                           TEXT_BYTES);
    }
}

static void add_places(struct ph_java_vm *vm, const struct ph_java_agreement *who, char *text)
{
    ph_java_add(text, TEXT_BYTES, " (");
    add_place(vm, who->name, who->module, who->loader, text);
    ph_java_add(text, TEXT_BYTES, "; ");
    add_place(vm, ph_java_slice(vm->heap, who->other->name_ref),
              ph_java_class_module(vm, who->other), ph_java_loader_of(vm, who->other), text);
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

    ph_java_add(text, TEXT_BYTES, "loader constraint violation");
    if (who->overrides) {
        ph_java_add(text, TEXT_BYTES, " for class ");
        ph_java_add_name(who->name, text, TEXT_BYTES);
    }
    ph_java_add(text, TEXT_BYTES, ": when %s method ",
                who->overrides ? "selecting overriding" : "resolving");
    ph_java_add_method(who->overrides ? who->name : other, who->member, who->descriptor, text,
                       TEXT_BYTES);
    ph_java_add(text, TEXT_BYTES, " the class loader ");
    ph_java_add_loader(vm, who->loader, text, TEXT_BYTES);
    ph_java_add(text, TEXT_BYTES, " of the %s ",
                who->overrides ? "selected method's type" : "current class,");
    ph_java_add_name(who->name, text, TEXT_BYTES);
    ph_java_add(text, TEXT_BYTES, ", and the class loader ");
    ph_java_add_loader(vm, ph_java_loader_of(vm, who->other), text, TEXT_BYTES);
    ph_java_add(text, TEXT_BYTES, " for %s ",
                who->overrides ? "its super type" : "the method's defining class,");
    ph_java_add_name(other, text, TEXT_BYTES);
    ph_java_add(text, TEXT_BYTES, "%s have different Class objects for the type ",
                who->overrides ? "" : ",");
}

bool ph_java_agree(struct ph_call *call, const struct ph_java_agreement *who,
                   struct ph_java_error *error)
{
    struct ph_java_vm *vm = ph_java_vm_of(call);
    struct ph_slice type;

    if (!find_conflict(call, who->loader, ph_java_loader_of(vm, who->other), who->descriptor,
                       &type)) {
        return true;
    }
    *error = (struct ph_java_error){.class_name = "java/lang/LinkageError"};
    if (who->descriptor.bytes[0] == '(') {
        say_method(vm, who, error->text);
        add_type(type, error->text);
        ph_java_add(error->text, TEXT_BYTES, " used in the signature");
    } else {
        say_field(vm, who, error->text);
        add_type(type, error->text);
    }
    add_places(vm, who, error->text);
    return false;
}
