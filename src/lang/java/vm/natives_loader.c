/* SPDX-License-Identifier: Apache-2.0 */
/* natives_loader.c - natives of java.lang.ClassLoader, and the definition of classes for loaders.
 * These end in Java (phantom.vm.Definer), where superclasses are asked for; what it has found comes
 * back to natives of phantom.vm.VM. */
#include "lang/java/vm/access.h"

#include "base/text.h"
#include "lang/java/vm/natives.h"

/* ---- Looking --------------------------------------------------------------------------------- */

static enum ph_outcome find_bootstrap_class(struct ph_call *call)
{
    char name[PH_JAVA_NAME_BYTES];
    return ph_java_name_argument(call, 0, name, true) && name[0] != '['
               ? ph_java_return_boot_class(call, name)
               : ph_java_return(call, 0);
}

static enum ph_outcome find_loaded_class(struct ph_call *call)
{
    struct ph_class *class;
    char name[PH_JAVA_NAME_BYTES];

    return ph_java_name_argument(call, 1, name, true) &&
                   ph_java_look_up(call, ph_java_argument(call, 0), ph_java_slice_of(name), &class)
               ? ph_java_return_mirror(call, class)
               : ph_java_return(call, 0);
}

/* ---- Definer's natives ----------------------------------------------------------------------- */

/* A byte[] in a slot; NULL: it is none. Good until something collects. */
static const struct ph_bytes *bytes_argument(struct ph_call *call, uint32_t slot)
{
    const struct ph_heap *heap = call->mutator->heap;
    ph_ref ref = ph_java_argument(call, slot);
    const struct ph_class *class = ref == 0 ? NULL : ph_class_of(heap, ref);
    return class != NULL && (class->flags & PH_CLASS_ARRAY) != 0 &&
                   class->item_kind == PH_STORE_I8
               ? ph_address(heap, ref)
               : NULL;
}

/* Strings: the class's name, its superclass's or null, its interfaces'. 0: no memory. */
static ph_ref names_of(struct ph_call *call, const struct ph_classfile *file)
{
    struct ph_root array;

    ph_root_push(call->mutator, &array,
                 ph_java_new_array_named(call, "[Ljava/lang/String;", file->interface_count + 2u));
    bool ok = array.ref != 0;
    for (uint32_t i = 0; ok && i < file->interface_count + 2u; i++) {
        struct ph_slice text = i == 0   ? file->name
                               : i == 1 ? file->super_name
                                        : ph_classfile_text(file, file->interfaces[i - 2]);
        ok = ph_java_put_string(call, &array, i,
                                text.size == 0 ? (struct ph_slice){NULL, 0} : text);
    }
    ph_root_pop(call->mutator, &array);
    return ok ? array.ref : 0;
}

/* A copy of the class file outside of the world, since what lies there may move. */
static bool copy_file(struct ph_call *call, uint32_t slot, struct ph_scratch *scratch,
                      struct ph_slice *file)
{
    const struct ph_bytes *bytes = bytes_argument(call, slot);
    uint8_t *copy = bytes == NULL ? NULL : ph_scratch_alloc(scratch, (size_t)bytes->length + 1);

    if (copy == NULL) {
        return false;
    }
    memcpy(copy, bytes->data, bytes->length);
    *file = (struct ph_slice){copy, bytes->length};
    return true;
}

/* readClass(file, name) */
static enum ph_outcome read_class(struct ph_call *call)
{
    struct ph_scratch scratch;
    struct ph_classfile file;
    struct ph_slice bytes;
    struct ph_error why = {0};
    char name[PH_JAVA_NAME_BYTES];
    enum ph_outcome outcome;

    bool is_named = ph_java_argument(call, 1) != 0;
    if (is_named && !ph_java_name_argument(call, 1, name, false)) {
        return ph_java_throw(call, "java/lang/NoClassDefFoundError", name);
    }
    ph_scratch_init(&scratch, ph_java_vm_of(call)->allocator, 0);
    if (!copy_file(call, 0, &scratch, &bytes)) {
        outcome = ph_java_out_of_memory(call);
    } else {
        ph_status status = ph_classfile_read(
            bytes, is_named ? ph_java_slice_of(name) : (struct ph_slice){NULL, 0}, &scratch, &file,
            &why);
        if (status == PH_OK && (file.flags & PH_ACC_MODULE) != 0) {
            status = ph_fail(&why, PH_NOT_FOUND, "%.*s" PH_JAVA_NO_CLASS, (int)file.name.size,
                             (const char *)file.name.bytes);
        }
        outcome = status == PH_OK
                      ? ph_java_return_ref(call, names_of(call, &file))
                      : ph_java_throw(call, ph_java_error_class(status), why.text);
    }
    ph_scratch_finish(&scratch);
    return outcome;
}

/* The classes behind the mirrors of a Class[]; the first alone may be missing. NULL: one is no
 * class, or no memory. */
static struct ph_class **supers_argument(struct ph_call *call, uint32_t slot,
                                         struct ph_scratch *scratch, uint32_t *count)
{
    struct ph_java_vm *vm = ph_java_vm_of(call);
    ph_ref ref = ph_java_argument(call, slot);
    const struct ph_class *class = ref == 0 ? NULL : ph_class_of(vm->heap, ref);
    uint32_t primitive;

    if (class == NULL || (class->flags & PH_CLASS_ARRAY) == 0 ||
        class->item_kind != PH_STORE_REF) {
        return NULL;
    }
    const struct ph_refs *mirrors = ph_address(vm->heap, ref);
    struct ph_class **supers = ph_scratch_alloc(scratch, (mirrors->length + 1) * sizeof(*supers));
    for (uint32_t i = 0; supers != NULL && i < mirrors->length; i++) {
        supers[i] = ph_java_class_behind(vm, mirrors->items[i], &primitive);
        if (supers[i] == NULL || (supers[i]->flags & PH_CLASS_ARRAY) != 0) {
            return NULL;
        }
    }
    *count = mirrors->length;
    return supers;
}

/* What it wants to be below of is looked at first. False: the error says why it may not. */
static bool check_supers(struct ph_call *call, const struct ph_java_definition *what,
                         struct ph_scratch *scratch, struct ph_java_error *error)
{
    struct ph_classfile file;
    struct ph_error why = {0};
    ph_status status = ph_classfile_read(what->bytes, (struct ph_slice){NULL, 0}, scratch, &file,
                                         &why);
    if (status != PH_OK) {
        *error = (struct ph_java_error){.class_name = ph_java_error_class(status)};
        ph_text_printf(error->text, sizeof(error->text), "%s", why.text);
        return false;
    }
    struct ph_class *other;
    if (!ph_java_supers_allowed(call, what, &file, error)) {
        return false;
    }
    if (!what->is_hidden && ph_java_look_up(call, what->loader->ref, what->name, &other)) {
        ph_java_say_duplicate(call, what, file.flags, error);
        return false;
    }
    return true;
}

static enum ph_outcome define_with(struct ph_call *call, struct ph_java_definition *what,
                                   struct ph_scratch *scratch, struct ph_class **class)
{
    struct ph_java_error error = {0};
    struct ph_class *const *supers = supers_argument(call, 3, scratch, &what->super_count);

    if (supers == NULL || !copy_file(call, 2, scratch, &what->bytes)) {
        return ph_java_throw(call, "java/lang/InternalError", "no class to define");
    }
    what->supers = supers;
    return check_supers(call, what, scratch, &error) &&
                   ph_java_define(call, what, class, &error) == PH_JAVA_FOUND
               ? PH_DONE
               : ph_java_throw_error(call, &error);
}

/* define(loader, name, file, supers, domain[, host, data]) */
static enum ph_outcome define(struct ph_call *call, bool is_hidden)
{
    struct ph_scratch scratch;
    struct ph_root loader, domain, host, data;
    struct ph_class *class = NULL;
    char name[PH_JAVA_NAME_BYTES + 16];

    if (!ph_java_is_instance(call, ph_java_argument(call, 0), "java/lang/ClassLoader") &&
        ph_java_argument(call, 0) != 0) {
        return ph_java_throw(call, "java/lang/InternalError", "no class loader");
    }
    if (!ph_java_name_argument(call, 1, name, false)) {
        return ph_java_throw(call, "java/lang/NoClassDefFoundError", name);
    }
    if (is_hidden) {
        size_t used = strlen(name);
        ph_text_printf(name + used, sizeof(name) - used, "+0x%08x",
                       ph_machine_world(call->machine)->next_instance_id);
    }
    ph_root_push(call->mutator, &loader, ph_java_argument(call, 0));
    ph_root_push(call->mutator, &domain, ph_java_argument(call, 4));
    ph_root_push(call->mutator, &host, is_hidden ? ph_java_argument(call, 5) : 0);
    ph_root_push(call->mutator, &data, is_hidden ? ph_java_argument(call, 6) : 0);
    ph_scratch_init(&scratch, ph_java_vm_of(call)->allocator, 0);
    struct ph_java_definition what = {.loader = &loader, .name = ph_java_slice_of(name),
                                      .is_hidden = is_hidden, .protection_domain = &domain};
    enum ph_outcome outcome = define_with(call, &what, &scratch, &class);
    ph_scratch_finish(&scratch);
    if (outcome == PH_DONE && is_hidden) {
        ph_java_set_ref(call, class->mirror_ref, "$host", host.ref);
        ph_java_set_ref(call, class->mirror_ref, "classData:Ljava/lang/Object;", data.ref);
    }
    ph_root_pop(call->mutator, &data);
    ph_root_pop(call->mutator, &host);
    ph_root_pop(call->mutator, &domain);
    ph_root_pop(call->mutator, &loader);
    return outcome == PH_DONE ? ph_java_return_mirror(call, class) : outcome;
}

static enum ph_outcome define_plain(struct ph_call *call)
{
    return define(call, false);
}

static enum ph_outcome define_hidden(struct ph_call *call)
{
    return define(call, true);
}

/* ---- Native libraries ------------------------------------------------------------------------ */

/* Those of the JDK are there, since natives are found by their names; others cannot be loaded. */
static enum ph_outcome find_builtin_library(struct ph_call *call)
{
    static const char *const names[] = {"libjava.so", "libnio.so",    "libnet.so",
                                        "libzip.so",  "libjimage.so", "libextnet.so",
                                        "librmi.so",  "libprefs.so",  "libmanagement.so",
                                        "libmanagement_ext.so", "libawt.so"};
    char name[PH_JAVA_NAME_BYTES];

    for (uint32_t i = 0;
         ph_java_name_argument(call, 0, name, false) && i < PH_COUNT(names); i++) {
        if (ph_slice_equal(ph_java_slice_of(name), ph_java_slice_of(names[i]))) {
            return ph_java_return(call, call->slots[0]);
        }
    }
    return ph_java_return(call, 0);
}

/* load(library, name, isBuiltin, …) */
static enum ph_outcome load_library(struct ph_call *call)
{
    return ph_java_return(call, (uint32_t)call->slots[2] != 0);
}

/* ---- ClassLoader's --------------------------------------------------------------------------- */

#define CLASS "Ljava/lang/Class;"
#define STRING "Ljava/lang/String;"
#define LOADER "Ljava/lang/ClassLoader;"
#define DOMAIN "Ljava/security/ProtectionDomain;"
#define DEFINER "phantom/vm/Definer"

static enum ph_outcome define_class_1(struct ph_call *call)
{
    return ph_java_call(call, DEFINER, "define(" LOADER STRING "[BII" DOMAIN ")" CLASS,
                        call->slots, 6);
}

static enum ph_outcome define_class_2(struct ph_call *call)
{
    return ph_java_call(call, DEFINER,
                        "defineBuffer(" LOADER STRING "Ljava/nio/ByteBuffer;II" DOMAIN ")" CLASS,
                        call->slots, 6);
}

static enum ph_outcome define_class_0(struct ph_call *call)
{
    return ph_java_call(call, DEFINER,
                        "defineFor(" LOADER CLASS STRING "[BII" DOMAIN
                        "ZILjava/lang/Object;)" CLASS,
                        call->slots, 10);
}

/* Unsafe.defineClass0(name, bytes, offset, length, loader, domain); the receiver comes first. */
static enum ph_outcome define_class_unsafe(struct ph_call *call)
{
    const uint64_t arguments[] = {call->slots[5], call->slots[1], call->slots[2],
                                  call->slots[3], call->slots[4], call->slots[6]};
    return ph_java_call(call, DEFINER, "define(" LOADER STRING "[BII" DOMAIN ")" CLASS, arguments,
                        6);
}

#define C "java/lang/ClassLoader."
#define L "jdk/internal/loader/NativeLibraries."
#define LIBRARY "Ljdk/internal/loader/NativeLibraries$NativeLibraryImpl;"
#define V "phantom/vm/VM."

static const struct ph_native_info natives[] = {
    {"java", C "registerNatives()V", ":", ph_java_nothing},
    {"java", C "findBootstrapClass(" STRING ")" CLASS, "r:r", find_bootstrap_class},
    {"java", C "findLoadedClass0(" STRING ")" CLASS, "rr:r", find_loaded_class},
    {"java", C "defineClass1(" LOADER STRING "[BII" DOMAIN STRING ")" CLASS, "rrriirr:r",
     define_class_1},
    {"java", C "defineClass2(" LOADER STRING "Ljava/nio/ByteBuffer;II" DOMAIN STRING ")" CLASS,
     "rrriirr:r", define_class_2},
    {"java", C "defineClass0(" LOADER CLASS STRING "[BII" DOMAIN "ZILjava/lang/Object;)" CLASS,
     "rrrriiriir:r", define_class_0},
    {"java", "jdk/internal/misc/Unsafe.defineClass0(" STRING "[BII" LOADER DOMAIN ")" CLASS,
     "rrriirr:r", define_class_unsafe},
    {"java", L "findBuiltinLib(" STRING ")" STRING, "r:r", find_builtin_library},
    {"java", L "load(" LIBRARY STRING "ZZZ)Z", "rriii:i", load_library},
    {"java", L "unload(" STRING "ZZJ)V", "riil:", ph_java_nothing},
    {"java", L "findEntry0(" LIBRARY STRING ")J", "rr:l", ph_java_zero},
    {"java", V "readClass([B" STRING ")[" STRING, "rr:r", read_class},
    {"java", V "define(" LOADER STRING "[B[" CLASS "Ljava/lang/Object;)" CLASS, "rrrrr:r",
     define_plain},
    {"java", V "defineHidden(" LOADER STRING "[B[" CLASS "Ljava/lang/Object;" CLASS
               "Ljava/lang/Object;)" CLASS, "rrrrrrr:r", define_hidden},
};

ph_status ph_java_loader_natives_add(struct ph_java_vm *self)
{
    return ph_machine_add_natives_for(self->machine, natives, PH_COUNT(natives), self,
                                      PH_PRIVILEGE_ALL);
}
