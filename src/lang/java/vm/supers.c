/* SPDX-License-Identifier: Apache-2.0 */
/* supers.c - what a class may stand below (JVMS 5.3.5), before it is made. */
#include "lang/java/vm/access.h"

#include "base/text.h"
#include "lang/java/vm/natives.h"
#include "lang/java/vm/words.h"

#define INCOMPATIBLE "java/lang/IncompatibleClassChangeError"

/* The class that is to be made. */
struct newcomer {
    struct ph_call *call;
    struct ph_java_vm *vm;
    const struct ph_java_definition *what;
    struct ph_slice name;
    const struct ph_classfile *file;
    ph_ref loader, module;
    struct ph_java_error *error;
};

static struct ph_slice name_of(const struct newcomer *self, const struct ph_class *class)
{
    return ph_java_slice(self->vm->heap, class->name_ref);
}

static bool is_in_package(const struct newcomer *self, const struct ph_class *class)
{
    return self->loader == ph_java_loader_of(self->vm, class) &&
           ph_slice_equal(ph_java_package_of(self->name), ph_java_package_of(name_of(self, class)));
}

/* "class NAME `what` OTHER" */
static bool refuse(const struct newcomer *self, const char *class_name, const char *what,
                   const struct ph_class *other)
{
    char *text = self->error->text;
    size_t bytes = sizeof(self->error->text);

    *self->error = (struct ph_java_error){.class_name = class_name};
    ph_java_add(text, bytes, "class ");
    ph_java_add_name(self->name, text, bytes);
    ph_java_add(text, bytes, " %s ", what);
    ph_java_add_name(name_of(self, other), text, bytes);
    return false;
}

static bool may_access(const struct newcomer *self, const struct ph_class *class,
                       const struct ph_java_class *known, const char *what)
{
    char *text = self->error->text;
    size_t bytes = sizeof(self->error->text);

    if ((known->file.flags & PH_ACC_PUBLIC) != 0 || is_in_package(self, class) ||
        ph_java_is_magic(self->vm, class)) {
        return true;
    }
    (void)refuse(self, "java/lang/IllegalAccessError", what, class);
    bool is_same = ph_java_class_module(self->vm, class) == self->module;
    ph_java_add(text, bytes, " (");
    ph_java_add_name(self->name, text, bytes);
    if (!is_same) {
        ph_java_add(text, bytes, " is in ");
        ph_java_add_home_of(self->vm, self->module, self->loader, text, bytes);
    }
    ph_java_add(text, bytes, is_same ? " and " : "; ");
    ph_java_add_name(name_of(self, class), text, bytes);
    ph_java_add(text, bytes, is_same ? " are in " : " is in ");
    (void)ph_java_add_home(self->vm, class, text, bytes);
    ph_java_add(text, bytes, ")");
    return false;
}

/* Sealed classes name those that may be below them, in the same module; those that are not public
 * must be in the same package. */
static bool is_permitted(const struct newcomer *self, const struct ph_class *above,
                         const struct ph_java_class *known)
{
    if (!known->file.is_sealed) {
        return true;
    }
    if (ph_java_class_module(self->vm, above) != self->module ||
        ((self->file->flags & PH_ACC_PUBLIC) == 0 && !is_in_package(self, above))) {
        return false;
    }
    for (uint32_t i = 0; i < known->file.permitted_count; i++) {
        if (ph_slice_equal(ph_classfile_text(&known->file, known->file.permitted[i]),
                           self->name)) {
            return true;
        }
    }
    return false;
}

static bool check_superclass(const struct newcomer *self, const struct ph_class *above)
{
    const struct ph_java_class *known = ph_java_defined(self->vm, above);

    if (known == NULL) {
        return true;
    }
    if ((above->flags & PH_CLASS_INTERFACE) != 0) {
        (void)refuse(self, INCOMPATIBLE, "has interface", above);
        ph_java_add(self->error->text, sizeof(self->error->text), " as super class");
        return false;
    }
    if ((known->file.flags & PH_ACC_FINAL) != 0) {
        return refuse(self, INCOMPATIBLE, "cannot inherit from final class", above);
    }
    if (!is_permitted(self, above, known)) {
        return refuse(self, INCOMPATIBLE, "cannot inherit from sealed class", above);
    }
    return may_access(self, above, known,
                      (known->file.flags & PH_ACC_ABSTRACT) != 0
                          ? "cannot access its abstract superclass"
                          : "cannot access its superclass");
}

static bool check_interface(const struct newcomer *self, const struct ph_class *above)
{
    const struct ph_java_class *known = ph_java_defined(self->vm, above);
    char *text = self->error->text;
    size_t bytes = sizeof(self->error->text);

    if ((above->flags & PH_CLASS_INTERFACE) == 0) {
        (void)refuse(self, INCOMPATIBLE, "can not implement", above);
        ph_java_add(text, bytes, ", because it is not an interface (");
        ph_java_add_name(name_of(self, above), text, bytes);
        ph_java_add(text, bytes, " is in ");
        (void)ph_java_add_home(self->vm, above, text, bytes);
        ph_java_add(text, bytes, ")");
        return false;
    }
    if (known != NULL && !is_permitted(self, above, known)) {
        return refuse(self, INCOMPATIBLE,
                      (self->file->flags & PH_ACC_INTERFACE) != 0
                          ? "cannot extend sealed interface"
                          : "cannot implement sealed interface",
                      above);
    }
    return known == NULL || may_access(self, above, known, "cannot access its superinterface");
}

/* A method of a class above it that may not be overridden, but is (JVMS 4.10, 5.4.5). */
static bool check_override(const struct newcomer *self, const struct ph_class_method *method,
                           const struct ph_class *above)
{
    struct ph_slice name = ph_classfile_text(self->file, method->name);
    struct ph_slice descriptor = ph_classfile_text(self->file, method->descriptor);
    const struct ph_heap *heap = self->vm->heap;

    for (; above != NULL;
         above = above->super_ref == 0 ? NULL : ph_address(heap, above->super_ref)) {
        const struct ph_java_class *known = ph_java_defined(self->vm, above);
        const struct ph_class_method *other =
            known == NULL ? NULL : ph_classfile_find_method(&known->file, name, descriptor);
        uint32_t flags = other == NULL ? 0 : other->flags;
        const struct ph_java_agreement who = {
            .name = self->name, .loader = self->loader, .module = self->module, .other = above,
            .member = name, .descriptor = descriptor, .relation = PH_JAVA_OVERRIDES};
        if ((flags & (PH_ACC_PUBLIC | PH_ACC_PROTECTED)) != 0 && (flags & PH_ACC_STATIC) == 0 &&
            !ph_java_agree(self->call, &who, self->error)) {
            return false;
        }
        if ((flags & PH_ACC_FINAL) == 0 || (flags & (PH_ACC_PRIVATE | PH_ACC_STATIC)) != 0 ||
            ((flags & (PH_ACC_PUBLIC | PH_ACC_PROTECTED)) == 0 && !is_in_package(self, above))) {
            continue;
        }
        (void)refuse(self, INCOMPATIBLE, "overrides final method", above);
        ph_java_add(self->error->text, sizeof(self->error->text), ".%.*s%.*s", (int)name.size,
                    (const char *)name.bytes, (int)descriptor.size,
                    (const char *)descriptor.bytes);
        return false;
    }
    return true;
}

/* ---- Methods of interfaces ------------------------------------------------------------------ */

/* All interfaces above the class; NULL: none, or no class. */
static const struct ph_refs *interfaces_of(const struct ph_heap *heap,
                                           const struct ph_class *class)
{
    return class == NULL || class->interfaces_ref == 0 ? NULL
                                                       : ph_address(heap, class->interfaces_ref);
}

/* Where the class that is to be made gets a method of an interface from. */
struct implementation {
    const struct ph_class *class; /* NULL: its own */
    const struct ph_classfile *file;
    uint32_t flags;               /* of the method */
};

static bool find_in(const struct ph_classfile *file, const struct ph_class_method *wanted,
                    const struct ph_classfile *where, struct implementation *found)
{
    const struct ph_class_method *method =
        ph_classfile_find_method(where, ph_classfile_text(file, wanted->name),
                                 ph_classfile_text(file, wanted->descriptor));
    if (method == NULL || (method->flags & (PH_ACC_PRIVATE | PH_ACC_STATIC)) != 0) {
        return false;
    }
    found->file = where;
    found->flags = method->flags;
    return true;
}

/* In an interface below `above`, itself not. */
static bool find_default(const struct newcomer *self, const struct ph_class *above,
                         const struct ph_class *class, const struct ph_class_method *wanted,
                         struct implementation *found)
{
    const struct ph_java_class *mine = ph_java_defined(self->vm, above);
    const struct ph_java_class *known = ph_java_defined(self->vm, class);

    found->class = class;
    return class != above && known != NULL && ph_class_is_subclass(self->vm->heap, class, above) &&
           find_in(&mine->file, wanted, &known->file, found);
}

static bool find_implementation(const struct newcomer *self, const struct ph_class *interface,
                                const struct ph_class_method *wanted,
                                struct implementation *found)
{
    const struct ph_classfile *file = &ph_java_defined(self->vm, interface)->file;
    const struct ph_java_definition *what = self->what;
    const struct ph_heap *heap = self->vm->heap;

    *found = (struct implementation){0};
    if (find_in(file, wanted, self->file, found)) {
        return true;
    }
    for (const struct ph_class *above = what->supers[0]; above != NULL;
         above = above->super_ref == 0 ? NULL : ph_address(heap, above->super_ref)) {
        const struct ph_java_class *known = ph_java_defined(self->vm, above);
        found->class = above;
        if (known != NULL && find_in(file, wanted, &known->file, found)) {
            return true;
        }
    }
    for (uint32_t i = 0; i < what->super_count; i++) {
        const struct ph_refs *all = interfaces_of(heap, what->supers[i]);
        if (i > 0 && find_default(self, interface, what->supers[i], wanted, found)) {
            return true;
        }
        for (uint32_t k = all == NULL ? 0 : all->length; k > 0; k--) {
            if (find_default(self, interface, ph_address(heap, all->items[k - 1]), wanted,
                             found)) {
                return true;
            }
        }
    }
    return false;
}

/* What implements the interface's methods means the same by their descriptors (JVMS 5.4.2). */
static bool check_interface_methods(const struct newcomer *self, const struct ph_class *interface)
{
    const struct ph_java_class *known = ph_java_defined(self->vm, interface);
    struct implementation found;
    bool ok = true;

    for (uint32_t i = 0; ok && known != NULL && i < known->file.method_count; i++) {
        const struct ph_class_method *method = &known->file.methods[i];
        struct ph_slice descriptor = ph_classfile_text(&known->file, method->descriptor);
        if ((method->flags & (PH_ACC_PRIVATE | PH_ACC_STATIC)) != 0 || method->is_initializer ||
            !ph_java_is_constrained(descriptor) ||
            !find_implementation(self, interface, method, &found) ||
            (found.flags & PH_ACC_PUBLIC) == 0 || (found.flags & PH_ACC_ABSTRACT) != 0) {
            continue;
        }
        const struct ph_java_agreement who = {
            .name = found.class == NULL ? self->name : name_of(self, found.class),
            .loader = found.class == NULL ? self->loader
                                          : ph_java_loader_of(self->vm, found.class),
            .module = found.class == NULL ? self->module
                                          : ph_java_class_module(self->vm, found.class),
            .other = interface, .member = ph_classfile_text(&known->file, method->name),
            .descriptor = descriptor, .relation = PH_JAVA_IMPLEMENTS, .heir = self->name,
            .flags = found.file->flags};
        ok = ph_java_agree(self->call, &who, self->error);
    }
    return ok;
}

/* Of all that it implements, by itself or through what is above it. */
static bool check_implemented(const struct newcomer *self)
{
    const struct ph_heap *heap = self->vm->heap;
    bool ok = true;

    for (uint32_t i = 0; ok && i < self->what->super_count; i++) {
        const struct ph_class *above = self->what->supers[i];
        const struct ph_refs *all = interfaces_of(heap, above);
        ok = i == 0 || check_interface_methods(self, above);
        for (uint32_t k = 0; ok && all != NULL && k < all->length; k++) {
            ok = check_interface_methods(self, ph_address(heap, all->items[k]));
        }
    }
    return ok;
}

bool ph_java_supers_allowed(struct ph_call *call, const struct ph_java_definition *what,
                            const struct ph_classfile *file, struct ph_java_error *error)
{
    struct newcomer self = {.call = call, .vm = ph_java_vm_of(call), .what = what,
                            .name = what->name, .file = file, .loader = what->loader->ref,
                            .error = error};
    bool ok = true;

    self.module = ph_java_module_of(call, self.loader, ph_java_package_of(what->name));
    for (uint32_t i = 1; ok && i < what->super_count; i++) {
        ok = (what->supers[i]->flags & PH_CLASS_INTERFACE) != 0 ||
             check_interface(&self, what->supers[i]);
    }
    ok = ok && (what->supers[0] == NULL || check_superclass(&self, what->supers[0]));
    for (uint32_t i = 1; ok && i < what->super_count; i++) {
        ok = check_interface(&self, what->supers[i]);
    }
    for (uint32_t i = 0; ok && i < file->method_count; i++) {
        const struct ph_class_method *method = &file->methods[i];
        ok = (method->flags & (PH_ACC_PRIVATE | PH_ACC_STATIC)) != 0 ||
             method->is_initializer || check_override(&self, method, what->supers[0]);
    }
    return ok && ((file->flags & PH_ACC_INTERFACE) != 0 || check_implemented(&self));
}
