/* SPDX-License-Identifier: Apache-2.0 */
/* overrides.c - which methods a class's own override (JVMS 5.4.5).
 *
 * The machine's rule is that a method overrides all of its name above. So it is in Java too, but
 * for package-private ones: those are overridden in their own package, and by what overrides such
 * a one that is no longer package-private. A package-private method that overrides one that is not
 * needs a slot of its own besides: whoever overrides the one need not override the other. */
#include "lang/java/vm/access.h"

#include "base/text.h"
#include "lang/java/vm/natives.h"

#define METHODS_MAX 512u /* of one name above one another; there are never more superclasses */

/* A class that declares the method. */
struct declarer {
    const struct ph_class *class; /* NULL: the one that is to be made */
    ph_ref loader;
    struct ph_slice package;
    bool is_private; /* to the package */
};

static bool is_package_private(uint32_t flags)
{
    return (flags & (PH_ACC_PUBLIC | PH_ACC_PROTECTED | PH_ACC_PRIVATE | PH_ACC_STATIC)) == 0;
}

static bool is_virtual(const struct ph_class_method *method)
{
    return (method->flags & (PH_ACC_PRIVATE | PH_ACC_STATIC)) == 0 && !method->is_initializer;
}

static bool is_same_package(const struct declarer *one, const struct declarer *other)
{
    return one->loader == other->loader && ph_slice_equal(one->package, other->package);
}

/* The method of that name that `class` declares, and that can be overridden; NULL. */
static const struct ph_class_method *declared(struct ph_java_vm *vm, const struct ph_class *class,
                                              struct ph_slice name, struct ph_slice descriptor,
                                              bool only_private)
{
    const struct ph_java_class *known = ph_java_defined(vm, class);

    for (uint32_t i = 0; known != NULL && i < known->file.method_count; i++) {
        const struct ph_class_method *method = &known->file.methods[i];
        if (is_virtual(method) && (!only_private || is_package_private(method->flags)) &&
            ph_slice_equal(ph_classfile_text(&known->file, method->name), name) &&
            ph_slice_equal(ph_classfile_text(&known->file, method->descriptor), descriptor)) {
            return method;
        }
    }
    return NULL;
}

static const struct ph_class *above(struct ph_java_vm *vm, const struct ph_class *class)
{
    return class->super_ref == 0 ? NULL : ph_address(vm->heap, class->super_ref);
}

static bool is_any_private(struct ph_java_vm *vm, const struct ph_class *super,
                           struct ph_slice name, struct ph_slice descriptor)
{
    for (; super != NULL; super = above(vm, super)) {
        if (declared(vm, super, name, descriptor, true) != NULL) {
            return true;
        }
    }
    return false;
}

/* Fills in all[1…] from below to above; how many there are with all[0]. */
static uint32_t collect(struct ph_java_vm *vm, const struct ph_class *super, struct ph_slice name,
                        struct ph_slice descriptor, struct declarer all[METHODS_MAX])
{
    uint32_t count = 1;

    for (; super != NULL && count < METHODS_MAX; super = above(vm, super)) {
        const struct ph_class_method *method = declared(vm, super, name, descriptor, false);
        if (method != NULL) {
            struct ph_slice class_name = ph_java_slice(vm->heap, super->name_ref);
            all[count++] = (struct declarer){super, ph_java_loader_of(vm, super),
                                             ph_java_package_of(class_name),
                                             is_package_private(method->flags)};
        }
    }
    return count;
}

/* Does all[0] override all[at]? */
static bool overrides(const struct declarer *all, uint32_t at)
{
    if (!all[at].is_private || is_same_package(&all[0], &all[at])) {
        return true;
    }
    for (uint32_t i = 1; i < at; i++) {
        if (!all[i].is_private && is_same_package(&all[i], &all[at])) {
            return true;
        }
    }
    return false;
}

static bool add(struct ph_java_vm *vm, struct ph_java_overrides *made, uint32_t method,
                enum ph_override_kind kind, const struct ph_class *class)
{
    const struct ph_override told = {method, kind, class};
    return ph_vector_push(&made->all, vm->allocator, told);
}

static bool add_method(struct ph_java_vm *vm, uint32_t method, const struct declarer *all,
                       uint32_t count, struct ph_java_overrides *made)
{
    bool is_any = false, needs_own = false, ok = true;

    for (uint32_t i = 1; i < count; i++) {
        bool does = overrides(all, i);
        is_any = is_any || does;
        needs_own = needs_own || (does && all[0].is_private && !all[i].is_private);
    }
    if (needs_own || !is_any) {
        ok = add(vm, made, method, PH_OVERRIDE_NONE, NULL);
    }
    for (uint32_t i = 1; ok && i < count; i++) {
        ok = !overrides(all, i) || add(vm, made, method, PH_OVERRIDE_ABOVE, all[i].class);
    }
    return ok;
}

bool ph_java_overrides(struct ph_java_vm *vm, const struct ph_java_definition *what,
                       const struct ph_classfile *file, struct ph_java_overrides *made)
{
    struct declarer all[METHODS_MAX];
    bool ok = true;

    all[0] = (struct declarer){NULL, what->loader->ref, ph_java_package_of(what->name), false};
    for (uint32_t i = 0; ok && (file->flags & PH_ACC_INTERFACE) == 0 && i < file->method_count;
         i++) {
        const struct ph_class_method *method = &file->methods[i];
        struct ph_slice name = ph_classfile_text(file, method->name);
        struct ph_slice descriptor = ph_classfile_text(file, method->descriptor);
        if (!is_virtual(method)) {
            continue;
        }
        ok = (method->flags & PH_ACC_PUBLIC) != 0 || add(vm, made, i, PH_OVERRIDE_HIDDEN, NULL);
        all[0].is_private = is_package_private(method->flags);
        if (ok && (all[0].is_private || is_any_private(vm, what->supers[0], name, descriptor))) {
            uint32_t count = collect(vm, what->supers[0], name, descriptor, all);
            ok = count == 1 || add_method(vm, i, all, count, made);
        }
    }
    return ok;
}
