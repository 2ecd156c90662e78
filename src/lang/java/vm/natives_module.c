/* SPDX-License-Identifier: Apache-2.0 */
/* natives_module.c - which module a class belongs to: by its loader and package, as Java has told
 * the machine. Whether modules read and export each other is Java's own business: nothing that is
 * linked here asks for it.
 *
 * PH_JAVA_ROOT_MODULES is an open-addressed table (TABLE_ITEMS) of pairs: the package's name as
 * PINNED_BYTES ("java/lang"), and the Module. A loader's package is found by its name and the
 * module's own loader. `extra` counts the pairs; never more than half of the places are taken. The
 * boot loader's unnamed module is the one of package "" that has no loader. */
#include "lang/java/vm/natives.h"

#include "base/hash.h"
#include "base/text.h"

#define PAIRS_MIN 256u
#define LOADER_FIELD "loader:Ljava/lang/ClassLoader;"
#define MODULE_FIELD "module:Ljava/lang/Module;"

/* ---- The table ------------------------------------------------------------------------------ */

/* The place of a pair: the one that is there, or a free one. */
static ph_ref *place_of(struct ph_java_vm *vm, struct ph_refs *table, ph_ref loader,
                        struct ph_slice package)
{
    uint32_t mask = table->length / 2 - 1;
    uint32_t at = (uint32_t)ph_hash64(package.bytes, package.size, 0) & mask;

    for (;; at = (at + 1) & mask) {
        ph_ref *pair = &table->items[at * 2];
        if (pair[0] == 0 || (ph_slice_equal(ph_java_slice(vm->heap, pair[0]), package) &&
                             ph_java_get_ref(vm, pair[1], LOADER_FIELD) == loader)) {
            return pair;
        }
    }
}

/* The table with room for one more; 0: no memory. */
static ph_ref with_room(struct ph_call *call, ph_ref table_ref)
{
    struct ph_java_vm *vm = ph_java_vm_of(call);
    struct ph_refs *table = table_ref == 0 ? NULL : ph_address(vm->heap, table_ref);

    if (table != NULL && table->extra < table->length / 4) {
        return table_ref;
    }
    uint32_t length = table == NULL ? PAIRS_MIN * 2 : table->length * 2;
    ph_ref larger_ref = ph_object_new_pinned(call->mutator, PH_CLASS_TABLE_ITEMS, length);
    struct ph_refs *larger = larger_ref == 0 ? NULL : ph_address(vm->heap, larger_ref);
    for (uint32_t i = 0; larger != NULL && table != NULL && i < table->length; i += 2) {
        if (table->items[i] != 0) {
            ph_ref *pair = place_of(vm, larger, ph_java_get_ref(vm, table->items[i + 1],
                                                                LOADER_FIELD),
                                    ph_java_slice(vm->heap, table->items[i]));
            PH_SET(call->mutator, pair[0], table->items[i]);
            PH_SET_REF(call->mutator, pair[1], table->items[i + 1]);
        }
    }
    if (larger != NULL && table != NULL) {
        PH_SET(call->mutator, larger->extra, table->extra);
    }
    return larger_ref;
}

/* Enters the package, or gives it to another module. False: no memory. Never collects. */
static bool enter(struct ph_call *call, ph_ref module, struct ph_slice package)
{
    struct ph_java_vm *vm = ph_java_vm_of(call);
    bool ok = false;

    ph_mutex_lock(&vm->dictionary_lock);
    ph_ref old_ref = ph_java_root(call, PH_JAVA_ROOT_MODULES);
    ph_ref table_ref = with_room(call, old_ref);
    if (table_ref != 0) {
        struct ph_refs *table = ph_address(vm->heap, table_ref);
        ph_ref *pair =
            place_of(vm, table, ph_java_get_ref(vm, module, LOADER_FIELD), package);
        ph_ref name = pair[0] != 0 ? pair[0]
                                   : ph_object_new_pinned(call->mutator, PH_CLASS_PINNED_BYTES,
                                                          (uint32_t)package.size);
        ok = name != 0;
        if (ok && pair[0] == 0) {
            struct ph_bytes *bytes = ph_address(vm->heap, name);
            ph_touch(call->mutator, bytes->data, package.size);
            memcpy(bytes->data, package.bytes, (size_t)package.size);
            PH_SET(call->mutator, pair[0], name);
            PH_SET(call->mutator, table->extra, table->extra + 1);
        }
        if (ok) {
            PH_SET_REF(call->mutator, pair[1], module);
        }
        if (table_ref != old_ref) {
            ph_java_set_root(call, PH_JAVA_ROOT_MODULES, table_ref);
        }
    }
    ph_mutex_unlock(&vm->dictionary_lock);
    return ok;
}

/* 0: nobody has it. */
static ph_ref look_up(struct ph_call *call, ph_ref loader, struct ph_slice package)
{
    struct ph_java_vm *vm = ph_java_vm_of(call);
    ph_ref module = 0;

    ph_mutex_lock(&vm->dictionary_lock);
    ph_ref table_ref = ph_java_root(call, PH_JAVA_ROOT_MODULES);
    if (table_ref != 0) {
        module = place_of(vm, ph_address(vm->heap, table_ref), loader, package)[1];
    }
    ph_mutex_unlock(&vm->dictionary_lock);
    return module;
}

ph_ref ph_java_module_of(struct ph_call *call, ph_ref loader, struct ph_slice package)
{
    ph_ref module = look_up(call, loader, package);
    if (module != 0) {
        return module;
    }
    if (loader != 0) {
        return ph_java_get_ref(ph_java_vm_of(call), loader, "unnamedModule:Ljava/lang/Module;");
    }
    /* Before java.base is defined nobody knows; then all get theirs (correct_classes). */
    bool is_known = look_up(call, 0, PH_SLICE_TEXT("java/lang")) != 0;
    return is_known ? look_up(call, 0, (struct ph_slice){NULL, 0}) : 0;
}

bool ph_java_is_resolved(struct ph_call *call, struct ph_slice package)
{
    return look_up(call, 0, package) != 0 || look_up(call, 0, PH_SLICE_TEXT("java/lang")) == 0;
}

/* ---- Classes that were there before ---------------------------------------------------------- */

static void set_module(struct ph_call *call, struct ph_class *class, ph_ref module)
{
    const struct ph_heap *heap = call->mutator->heap;

    while (class != NULL) { /* and of its arrays */
        if (class->mirror_ref != 0) {
            ph_java_set_ref(call, class->mirror_ref, MODULE_FIELD, module);
        }
        class = class->array_class_ref == 0 ? NULL : ph_address(heap, class->array_class_ref);
    }
}

/* The module is in slot 0. May collect. */
static void set_module_of_primitives(struct ph_call *call)
{
    static const char *const arrays[] = {"[Z", "[B", "[C", "[S", "[I", "[J", "[F", "[D"};
    struct ph_class *class;

    for (uint32_t i = 0; i < PH_JAVA_PRIMITIVE_COUNT; i++) {
        ph_java_set_ref(call, ph_java_primitive_mirror(call, (enum ph_java_primitive)i),
                        MODULE_FIELD, ph_java_argument(call, 0));
    }
    for (uint32_t i = 0; i < PH_COUNT(arrays); i++) {
        if (ph_java_find_boot(call, arrays[i], &class, NULL) == PH_JAVA_FOUND) {
            set_module(call, class, ph_java_argument(call, 0));
        }
    }
}

/* Gives the boot loader's classes that are in no module, or another, that which they belong to. */
static void correct_classes(struct ph_call *call)
{
    const struct ph_heap *heap = call->mutator->heap;
    const struct ph_refs *classes = ph_address(heap, ph_java_root(call, PH_JAVA_ROOT_CLASSES));

    for (uint32_t i = 0; i < classes->length; i++) {
        struct ph_class *class = ph_java_answered(heap, classes->items[i]);
        if (class != NULL && class->mirror_ref != 0) {
            struct ph_slice name = ph_java_slice(heap, class->name_ref);
            set_module(call, class, ph_java_module_of(call, 0, ph_java_package_of(name)));
        }
    }
}

/* ---- Natives --------------------------------------------------------------------------------- */

static enum ph_outcome no_module(struct ph_call *call)
{
    return ph_java_throw(call, "java/lang/NullPointerException", "module is null");
}

/* One package of defineModule0; false: it ends with *outcome. */
static bool define_package(struct ph_call *call, ph_ref string, enum ph_outcome *outcome)
{
    struct ph_java_vm *vm = ph_java_vm_of(call);
    ph_ref module = ph_java_argument(call, 0);
    char package[PH_JAVA_NAME_BYTES], text[PH_JAVA_NAME_BYTES + 128];

    size_t length = ph_java_is_instance(call, string, "java/lang/String")
                        ? ph_java_string_text(vm, string, package, sizeof(package))
                        : sizeof(package);
    if (length >= sizeof(package)) {
        *outcome = ph_java_throw(call, "java/lang/IllegalArgumentException",
                                 "Bad package name");
        return false;
    }
    for (size_t i = 0; i < length; i++) {
        package[i] = package[i] == '.' ? '/' : package[i];
    }
    ph_ref other = look_up(call, ph_java_get_ref(vm, module, LOADER_FIELD),
                           ph_java_slice_of(package));
    if (other != 0 && other != module) {
        ph_text_printf(text, sizeof(text), "Package %s is already in another module, defined to "
                       "the class loader", package);
        *outcome = ph_java_throw(call, "java/lang/IllegalStateException", text);
        return false;
    }
    *outcome = PH_DONE;
    if (!enter(call, module, ph_java_slice_of(package))) {
        *outcome = ph_java_out_of_memory(call);
    }
    return *outcome == PH_DONE;
}

/* defineModule0(module, isOpen, version, location, packages) */
static enum ph_outcome define_module(struct ph_call *call)
{
    struct ph_java_vm *vm = ph_java_vm_of(call);
    ph_ref module = ph_java_argument(call, 0), packages = ph_java_argument(call, 4);
    enum ph_outcome outcome = PH_DONE;
    char name[PH_JAVA_NAME_BYTES] = "";

    if (!ph_java_is_instance(call, module, "java/lang/Module")) {
        return no_module(call);
    }
    const struct ph_class *class = packages == 0 ? NULL : ph_class_of(vm->heap, packages);
    if (class == NULL || (class->flags & PH_CLASS_ARRAY) == 0 ||
        class->item_kind != PH_STORE_REF) {
        return ph_java_throw(call, "java/lang/IllegalArgumentException", "no packages");
    }
    const struct ph_refs *refs = ph_address(vm->heap, packages);
    for (uint32_t i = 0; i < refs->length; i++) {
        if (!define_package(call, refs->items[i], &outcome)) {
            return outcome;
        }
    }
    ph_ref string = ph_java_get_ref(vm, module, "name:Ljava/lang/String;");
    if (string != 0) {
        (void)ph_java_string_text(vm, string, name, sizeof(name));
    }
    if (ph_java_get_ref(vm, module, LOADER_FIELD) != 0) {
        return PH_DONE;
    }
    if (ph_slice_equal(ph_java_slice_of(name), PH_SLICE_TEXT("java.base"))) {
        if (!enter(call, module, PH_SLICE_TEXT("phantom/vm"))) {
            return ph_java_out_of_memory(call);
        }
        set_module_of_primitives(call);
    }
    correct_classes(call);
    return PH_DONE;
}

static enum ph_outcome set_boot_unnamed_module(struct ph_call *call)
{
    ph_ref module = ph_java_argument(call, 0);

    if (!ph_java_is_instance(call, module, "java/lang/Module")) {
        return no_module(call);
    }
    if (ph_java_get_ref(ph_java_vm_of(call), module, LOADER_FIELD) != 0 ||
        ph_java_get_ref(ph_java_vm_of(call), module, "name:Ljava/lang/String;") != 0) {
        return ph_java_throw(call, "java/lang/IllegalArgumentException",
                             "not the boot loader's unnamed module");
    }
    return enter(call, module, (struct ph_slice){NULL, 0}) ? PH_DONE
                                                           : ph_java_out_of_memory(call);
}

/* Nothing that is linked asks who reads and who exports; a module has to be there all the same. */
static enum ph_outcome note_module(struct ph_call *call)
{
    return ph_java_argument(call, 0) == 0 ? no_module(call) : PH_DONE;
}

/* A package that the library has, and not one that was made for proxies. */
static bool is_in_library(struct ph_java_vm *vm, struct ph_slice package)
{
    struct ph_slice module;

    return ph_java_has_library(vm) &&
           ph_jimage_find_package(&vm->library, package, &module, NULL) == PH_OK;
}

/* Is entry `i` of the table a package of a named module of the boot loader, from the library? */
static bool is_system_package(struct ph_java_vm *vm, const struct ph_refs *table, uint32_t i)
{
    if (table->items[i] == 0 || ph_java_get_ref(vm, table->items[i + 1], LOADER_FIELD) != 0) {
        return false;
    }
    struct ph_slice name = ph_java_slice(vm->heap, table->items[i]);
    return name.size != 0 && is_in_library(vm, name);
}

/* Packages of the boot loader's named modules, with slashes. */
static enum ph_outcome system_package_names(struct ph_call *call)
{
    struct ph_java_vm *vm = ph_java_vm_of(call);
    ph_ref table_ref = ph_java_root(call, PH_JAVA_ROOT_MODULES);
    const struct ph_refs *table = table_ref == 0 ? NULL : ph_address(vm->heap, table_ref);
    uint32_t count = 0, length = table == NULL ? 0 : table->length;
    struct ph_root array;

    for (uint32_t i = 0; i < length; i += 2) {
        count += is_system_package(vm, table, i);
    }
    ph_root_push(call->mutator, &array,
                 ph_java_new_array_named(call, "[Ljava/lang/String;", count));
    for (uint32_t i = 0, at = 0; array.ref != 0 && i < length && at < count; i += 2) {
        if (!is_system_package(vm, table, i)) {
            continue;
        }
        ph_ref name = ph_java_string(call, ph_java_slice(vm->heap, table->items[i]));
        struct ph_refs *refs = ph_address(vm->heap, array.ref);
        if (name == 0) {
            array.ref = 0;
        } else {
            PH_SET_REF(call->mutator, refs->items[at++], name);
        }
    }
    ph_ref made = array.ref;
    ph_root_pop(call->mutator, &array);
    return ph_java_return_ref(call, made);
}

/* "jrt:/java.base" of a package with slashes; null: it is in no named module of the boot loader. */
static enum ph_outcome system_package_location(struct ph_call *call)
{
    struct ph_java_vm *vm = ph_java_vm_of(call);
    char name[PH_JAVA_NAME_BYTES], text[PH_JAVA_NAME_BYTES + 8];
    bool is_known = ph_java_name_argument(call, 0, name, false) &&
                    is_in_library(vm, ph_java_slice_of(name));
    ph_ref module = is_known ? look_up(call, 0, ph_java_slice_of(name)) : 0;
    ph_ref string = module == 0 ? 0 : ph_java_get_ref(vm, module, "name:Ljava/lang/String;");

    if (string == 0) {
        return ph_java_return(call, 0);
    }
    (void)ph_java_string_text(vm, string, name, sizeof(name));
    ph_text_printf(text, sizeof(text), "jrt:/%s", name);
    return ph_java_return_string(call, ph_java_slice_of(text));
}

#define M "java/lang/Module."
#define B "jdk/internal/loader/BootLoader."
#define MODULE "Ljava/lang/Module;"
#define STRING "Ljava/lang/String;"

static const struct ph_native_info natives[] = {
    {"java", M "defineModule0(" MODULE "Z" STRING STRING "[Ljava/lang/Object;)V", "rirrr:",
     define_module},
    {"java", M "addReads0(" MODULE MODULE ")V", "rr:", note_module},
    {"java", M "addExports0(" MODULE STRING MODULE ")V", "rrr:", note_module},
    {"java", M "addExportsToAll0(" MODULE STRING ")V", "rr:", note_module},
    {"java", M "addExportsToAllUnnamed0(" MODULE STRING ")V", "rr:", note_module},
    {"java", B "setBootLoaderUnnamedModule0(" MODULE ")V", "r:", set_boot_unnamed_module},
    {"java", B "getSystemPackageNames()[" STRING, ":r", system_package_names},
    {"java", B "getSystemPackageLocation(" STRING ")" STRING, "r:r", system_package_location},
};

ph_status ph_java_module_natives_add(struct ph_java_vm *self)
{
    return ph_machine_add_natives_for(self->machine, natives, PH_COUNT(natives), self,
                                      PH_PRIVILEGE_ALL);
}
