/* SPDX-License-Identifier: Apache-2.0 */
/* classes.c - the boot loader, which reads the user's JDK, and classes of arrays. */
#include "lang/java/vm/natives.h"

#include "base/text.h"
#include "lang/java/translate.h"
#include "lang/java/vm/own.h"

#define BOOT_DEPTH_MAX 100u /* superclasses of superclasses in the JDK */

/* ---- The boot loader ------------------------------------------------------------------------ */

static enum ph_java_found wrong(struct ph_java_error *error, const char *class_name,
                                const char *text)
{
    if (error != NULL) {
        error->class_name = class_name;
        ph_text_printf(error->text, sizeof(error->text), "%s", text);
    }
    return PH_JAVA_WRONG;
}

/* Modules of the JDK whose classes the boot loader defines (the JDK's build fixes them). */
static bool is_boot_module(struct ph_slice module)
{
    static const char *const names[] = {
        "java.base", "java.datatransfer", "java.desktop", "java.instrument", "java.logging",
        "java.management", "java.management.rmi", "java.naming", "java.prefs", "java.rmi",
        "java.security.sasl", "java.xml", "jdk.incubator.foreign", "jdk.incubator.vector",
        "jdk.internal.vm.ci", "jdk.jfr", "jdk.management", "jdk.management.agent",
        "jdk.management.jfr", "jdk.naming.rmi", "jdk.net", "jdk.nio.mapmode", "jdk.sctp",
        "jdk.unsupported"};

    for (uint32_t i = 0; i < PH_COUNT(names); i++) {
        if (ph_slice_equal(module, (struct ph_slice){(const uint8_t *)names[i],
                                                     strlen(names[i])})) {
            return true;
        }
    }
    return false;
}

bool ph_java_has_library(struct ph_java_vm *vm)
{
    ph_mutex_lock(&vm->lock);
    if (!vm->has_library && !vm->lacks_library) {
        vm->has_library = vm->open_library != NULL && vm->open_library(vm);
        vm->lacks_library = !vm->has_library;
    }
    bool has = vm->has_library;
    ph_mutex_unlock(&vm->lock);
    return has;
}

static bool find_bytes(struct ph_call *call, struct ph_slice name, struct ph_slice *bytes)
{
    struct ph_java_vm *vm = ph_java_vm_of(call);
    struct ph_slice module, package = ph_java_package_of(name);

    if (ph_java_own_class(name, bytes)) {
        return true;
    }
    return ph_java_has_library(vm) &&
           ph_jimage_find_package(&vm->library, package, &module, NULL) == PH_OK &&
           is_boot_module(module) && ph_java_is_resolved(call, package) &&
           ph_jimage_find_in(&vm->library, module, name, PH_SLICE_TEXT(".class"), bytes, NULL) ==
               PH_OK;
}

static enum ph_java_found find_boot(struct ph_call *call, struct ph_slice name, uint32_t depth,
                                    struct ph_class **class, struct ph_java_error *error);

/* Superclass and interfaces of `file`, found by the boot loader. */
static enum ph_java_found find_supers(struct ph_call *call, const struct ph_classfile *file,
                                      uint32_t depth, struct ph_class **supers,
                                      struct ph_java_error *error)
{
    enum ph_java_found found = PH_JAVA_FOUND;

    for (uint32_t i = 0; found == PH_JAVA_FOUND && i <= file->interface_count; i++) {
        struct ph_slice name =
            i == 0 ? file->super_name : ph_classfile_text(file, file->interfaces[i - 1]);
        supers[i] = NULL;
        if (name.size != 0) {
            found = find_boot(call, name, depth + 1, &supers[i], error);
        }
    }
    return found == PH_JAVA_ABSENT
               ? wrong(error, "java/lang/NoClassDefFoundError", "a superclass is missing")
               : found;
}

static enum ph_java_found define_boot(struct ph_call *call, struct ph_slice bytes,
                                      struct ph_slice name, uint32_t depth,
                                      struct ph_class **class, struct ph_java_error *error)
{
    struct ph_java_vm *vm = ph_java_vm_of(call);
    struct ph_classfile file;
    struct ph_scratch scratch;
    struct ph_error why = {0};
    enum ph_java_found found;

    ph_scratch_init(&scratch, vm->allocator, 0);
    ph_status status = ph_classfile_read(bytes, name, &scratch, &file, &why);
    struct ph_class **supers =
        status != PH_OK ? NULL
                        : ph_scratch_alloc(&scratch, (file.interface_count + 1) *
                                                         sizeof(*supers));
    if (status != PH_OK) {
        found = wrong(error, ph_java_error_class(status), why.text);
    } else if (supers == NULL) {
        found = wrong(error, "java/lang/OutOfMemoryError", "no memory for a class");
    } else {
        struct ph_root boot;
        ph_root_push(call->mutator, &boot, 0);
        found = find_supers(call, &file, depth, supers, error);
        const struct ph_java_definition what = {.loader = &boot, .bytes = bytes, .name = name,
                                                .supers = supers,
                                                .super_count = file.interface_count + 1u};
        found = found == PH_JAVA_FOUND ? ph_java_define(call, &what, class, error) : found;
        ph_root_pop(call->mutator, &boot);
    }
    ph_scratch_finish(&scratch);
    return found;
}

/* Not an array's. */
static enum ph_java_found find_boot(struct ph_call *call, struct ph_slice name, uint32_t depth,
                                    struct ph_class **class, struct ph_java_error *error)
{
    struct ph_slice bytes;

    if (ph_java_look_up(call, 0, name, class)) {
        return PH_JAVA_FOUND;
    }
    if (depth > BOOT_DEPTH_MAX) {
        return wrong(error, "java/lang/ClassCircularityError", "a class is above itself");
    }
    return find_bytes(call, name, &bytes) ? define_boot(call, bytes, name, depth, class, error)
                                        : PH_JAVA_ABSENT;
}

/* ---- Arrays --------------------------------------------------------------------------------- */

/* What arrays of the class's unit stand below is known to the unit's view from now on. */
static bool bind_array_root(struct ph_call *call, struct ph_view *view)
{
    static const char *const names[] = {"java/lang/Object", "java/lang/Cloneable",
                                        "java/io/Serializable"};
    const struct ph_unit *unit = &view->loaded->unit;
    struct ph_class *class;

    if (unit->array_root == UINT32_MAX || unit->array_interface_count + 1 != PH_COUNT(names)) {
        return true;
    }
    for (uint32_t i = 0; i < PH_COUNT(names); i++) {
        struct ph_slice name = {(const uint8_t *)names[i], strlen(names[i])};
        uint32_t reference = i == 0 ? unit->array_root : unit->array_interfaces[i - 1];
        if (ph_view_class(view, reference) != NULL) {
            continue;
        }
        if (find_boot(call, name, 0, &class, NULL) != PH_JAVA_FOUND) {
            return false;
        }
        ph_link_bind_class(view, reference, class);
    }
    return true;
}

/* Arrays of numbers belong to java.lang.Object's unit, those of references to their items'. */
struct ph_class *ph_java_array_class(struct ph_call *call, uint32_t storage,
                                     struct ph_class *item)
{
    struct ph_java_vm *vm = ph_java_vm_of(call);
    struct ph_class *owner = item;

    if (storage != PH_STORE_REF &&
        find_boot(call, PH_SLICE_TEXT("java/lang/Object"), 0, &owner, NULL) != PH_JAVA_FOUND) {
        return NULL;
    }
    if ((owner->flags & PH_CLASS_ARRAY) == 0) {
        struct ph_view *view = ph_view_find(vm->machine, owner->instance_ref);
        if (!bind_array_root(call, view)) {
            return NULL;
        }
        if (storage != PH_STORE_REF) {
            return ph_number_array_class(call->mutator, view, storage);
        }
    }
    return ph_array_class(vm->machine, call->mutator, PH_STORE_REF, item);
}

static enum ph_java_found find_array(struct ph_call *call, struct ph_root *loader,
                                     struct ph_slice name, struct ph_class **class,
                                     struct ph_java_error *error)
{
    uint64_t depth = 0;
    enum ph_java_found found = PH_JAVA_FOUND;

    while (depth < name.size && name.bytes[depth] == '[') {
        depth++;
    }
    struct ph_slice item = {name.bytes + depth, name.size - depth};
    if (depth > PH_JAVA_DIMENSIONS_MAX || !ph_java_is_field_descriptor(item)) {
        return PH_JAVA_ABSENT;
    }
    uint32_t storage = ph_jt_storage(item.bytes[0]);
    *class = NULL;
    if (storage == PH_STORE_REF) {
        found = ph_java_find_class(call, loader, ph_java_class_of(item), class, error);
    } else {
        *class = ph_java_array_class(call, storage, NULL);
        depth--;
    }
    for (; found == PH_JAVA_FOUND && *class != NULL && depth > 0; depth--) {
        *class = ph_java_array_class(call, PH_STORE_REF, *class);
    }
    return found == PH_JAVA_FOUND && *class == NULL
               ? wrong(error, "java/lang/OutOfMemoryError", "no memory for a class")
               : found;
}

enum ph_java_found ph_java_find_class(struct ph_call *call, struct ph_root *loader,
                                      struct ph_slice name, struct ph_class **class,
                                      struct ph_java_error *error)
{
    if (name.size > 0 && name.bytes[0] == '[') {
        return find_array(call, loader, name, class, error);
    }
    if (loader->ref == 0) {
        return find_boot(call, name, 0, class, error);
    }
    return ph_java_look_up(call, loader->ref, name, class) ? PH_JAVA_FOUND : PH_JAVA_ABSENT;
}
