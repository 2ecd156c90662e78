/* SPDX-License-Identifier: Apache-2.0 */
/* define.c - a class file becomes a class of the world, with its mirror. */
#include "lang/java/vm/access.h"

#include "base/text.h"
#include "lang/java/translate.h"
#include "lang/java/vm/natives.h"
#include "machine/internal.h"

#define PRIVILEGE_JAVA 1u /* of natives that the translator's code calls */

/* What is made on the way; references in roots. */
struct definer {
    struct ph_call *call;
    struct ph_java_vm *vm;
    const struct ph_java_definition *what;
    struct ph_root file, instance;
    struct ph_class *class;
    struct ph_java_overrides overrides;
    struct ph_java_error *error;
};

static enum ph_java_found fail(struct definer *d, const char *class_name, const char *text)
{
    if (d->error != NULL) {
        d->error->class_name = class_name;
        ph_text_printf(d->error->text, sizeof(d->error->text), "%s", text);
    }
    return PH_JAVA_WRONG;
}

static enum ph_java_found fail_memory(struct definer *d)
{
    return fail(d, "java/lang/OutOfMemoryError", "no room for a class");
}

/* ---- Units ---------------------------------------------------------------------------------- */

static enum ph_java_found translate(struct definer *d, struct ph_slice *unit)
{
    struct ph_scratch scratch;
    struct ph_classfile file;
    struct ph_error why = {0};

    ph_scratch_init(&scratch, d->vm->allocator, 0);
    ph_status status =
        ph_classfile_read(d->what->bytes, d->what->is_hidden ? (struct ph_slice){NULL, 0}
                                                             : d->what->name,
                          &scratch, &file, &why);
    if (status == PH_OK) {
        status = ph_java_translate(&file, d->what->is_hidden ? d->what->name
                                                             : (struct ph_slice){NULL, 0},
                                   d->vm->allocator, unit, &why);
    }
    if (status == PH_OK && !ph_java_overrides(d->vm, d->what, &file, &d->overrides)) {
        ph_free(d->vm->allocator, (void *)(uintptr_t)unit->bytes, (size_t)unit->size);
        status = PH_NO_MEMORY;
    }
    ph_scratch_finish(&scratch);
    if (status == PH_OK) {
        return PH_JAVA_FOUND;
    }
    return fail(d, ph_java_error_class(status), why.text);
}

static enum ph_java_found instantiate(struct definer *d, struct ph_slice unit)
{
    struct ph_mutator *mutator = d->call->mutator;
    const struct ph_resolver resolver = {
        .privilege = d->what->loader->ref == 0 ? PH_PRIVILEGE_ALL : PRIVILEGE_JAVA};
    struct ph_error why = {0};
    ph_ref unit_ref;

    ph_status status = ph_unit_load(d->vm->machine, mutator, unit, &unit_ref, &why);
    if (status == PH_OK) {
        status = ph_instantiate(d->vm->machine, mutator, unit_ref, &resolver, &d->instance, &why);
    }
    if (status != PH_OK) {
        return status == PH_NO_SPACE || status == PH_NO_MEMORY
                   ? fail_memory(d)
                   : fail(d, "java/lang/VerifyError", why.text);
    }
    struct ph_instance *instance = ph_address(d->vm->heap, d->instance.ref);
    PH_SET(mutator, instance->program_ref, d->call->thread->program_ref);
    return PH_JAVA_FOUND;
}

static enum ph_java_found link_class(struct definer *d)
{
    const struct ph_java_definition *what = d->what;
    struct ph_error why = {0};
    struct ph_view *view;

    if (ph_view_of(d->vm->machine, d->instance.ref, &view, &why) != PH_OK) {
        return fail_memory(d);
    }
    const struct ph_class_def *def = &view->loaded->unit.class_defs[0];
    PH_ASSERT(what->super_count == def->interface_count + 1u);
    if (def->super_class != UINT32_MAX) {
        ph_link_bind_class(view, def->super_class, what->supers[0]);
    }
    for (uint32_t i = 0; i < def->interface_count; i++) {
        ph_link_bind_class(view, def->interfaces[i], what->supers[i + 1]);
    }
    const struct ph_overrides overrides = {d->overrides.all.items, d->overrides.all.count};
    ph_status status =
        ph_class_define(d->call->mutator, view, 0, &overrides, &d->class, &why);
    if (status == PH_UNLINKABLE) {
        return fail(d, "java/lang/IncompatibleClassChangeError", why.text);
    }
    return status == PH_OK ? PH_JAVA_FOUND : fail_memory(d);
}

/* ---- Mirrors -------------------------------------------------------------------------------- */

/* The class java.lang.Class; NULL: it is not there yet. */
static struct ph_class *class_of_mirrors(struct ph_call *call)
{
    struct ph_class *class;
    return ph_java_look_up(call, 0, PH_SLICE_TEXT("java/lang/Class"), &class) ? class : NULL;
}

/* A mirror of `class`, whose class file is `file`. The class knows it afterwards. */
static bool make_mirror(struct ph_call *call, struct ph_class *class, struct ph_root *loader,
                        struct ph_root *file, struct ph_root *domain)
{
    struct ph_mutator *mutator = call->mutator;
    const struct ph_class *mirrors = class_of_mirrors(call);
    ph_ref mirror = mirrors == NULL ? 0 : ph_object_new_of(mutator, mirrors, 0);

    if (mirror == 0) {
        return false;
    }
    struct ph_slice name = ph_java_slice(mutator->heap, class->name_ref);
    ph_java_set_ref(call, mirror, "$class", ph_ref_to(mutator->heap, class));
    ph_java_set_ref(call, mirror, "$file", file->ref);
    ph_java_set_ref(call, mirror, "$domain", domain == NULL ? 0 : domain->ref);
    ph_java_set_ref(call, mirror, "classLoader:Ljava/lang/ClassLoader;", loader->ref);
    ph_java_set_ref(call, mirror, "module:Ljava/lang/Module;",
                    ph_java_module_of(call, loader->ref, ph_java_package_of(name)));
    PH_SET_REF(mutator, class->mirror_ref, mirror);
    return true;
}

/* What bastore puts into a boolean[] is cut to one bit (JVMS bastore). */
static bool mark_booleans(struct ph_call *call)
{
    struct ph_class *class = ph_java_array_class(call, PH_STORE_U8, NULL);

    if (class != NULL) {
        PH_SET(call->mutator, class->flags, class->flags | PH_CLASS_TRUTH);
    }
    return class != NULL;
}

bool ph_java_make_first_mirrors(struct ph_call *call)
{
    struct ph_java_vm *vm = ph_java_vm_of(call);
    struct ph_class *mirrors = class_of_mirrors(call);
    bool ok = mirrors != NULL;

    if (ok) {
        ph_java_learn_class(vm, mirrors);
    }
    ok = ok && mark_booleans(call);
    const struct ph_refs *classes = ph_address(vm->heap, ph_java_root(call, PH_JAVA_ROOT_CLASSES));
    for (uint32_t i = 0; ok && i < classes->length; i++) {
        struct ph_class *class = ph_java_answered(vm->heap, classes->items[i]);
        if (class == NULL || class->mirror_ref != 0) {
            continue;
        }
        const uint8_t *bytes = ph_java_know(vm, class)->outline.bytes.bytes;
        struct ph_root boot, file;
        ph_root_push(call->mutator, &boot, 0);
        ph_root_push(call->mutator, &file,
                     ph_ref_to(vm->heap, bytes - offsetof(struct ph_bytes, data)));
        ok = make_mirror(call, class, &boot, &file, NULL);
        ph_root_pop(call->mutator, &file);
        ph_root_pop(call->mutator, &boot);
    }
    return ok;
}

/* Of an array class: its component's mirror says most of it. */
static ph_ref make_array_mirror(struct ph_call *call, struct ph_class *class)
{
    struct ph_java_vm *vm = ph_java_vm_of(call);
    struct ph_mutator *mutator = call->mutator;
    struct ph_root component;
    static const enum ph_java_primitive primitives[] = {
        [PH_STORE_I32] = PH_JAVA_INT,   [PH_STORE_I64] = PH_JAVA_LONG,
        [PH_STORE_F32] = PH_JAVA_FLOAT, [PH_STORE_F64] = PH_JAVA_DOUBLE,
        [PH_STORE_I8] = PH_JAVA_BYTE,   [PH_STORE_I16] = PH_JAVA_SHORT,
        [PH_STORE_U8] = PH_JAVA_BOOLEAN, [PH_STORE_U16] = PH_JAVA_CHAR};

    ph_root_push(mutator, &component,
                 class->item_kind == PH_STORE_REF
                     ? ph_java_mirror(call, ph_address(vm->heap, class->item_class_ref))
                     : ph_java_primitive_mirror(call, primitives[class->item_kind]));
    ph_ref mirror = component.ref == 0 ? 0 : ph_object_new_of(mutator, class_of_mirrors(call), 0);
    if (mirror != 0) {
        static const char loader[] = "classLoader:Ljava/lang/ClassLoader;";
        static const char module[] = "module:Ljava/lang/Module;";
        ph_java_set_ref(call, mirror, "$class", ph_ref_to(vm->heap, class));
        ph_java_set_ref(call, mirror, "componentType:Ljava/lang/Class;", component.ref);
        ph_java_set_ref(call, mirror, loader, ph_java_get_ref(vm, component.ref, loader));
        ph_java_set_ref(call, mirror, module, ph_java_get_ref(vm, component.ref, module));
        ph_mutex_lock(&vm->dictionary_lock);
        if (class->mirror_ref == 0) {
            PH_SET_REF(mutator, class->mirror_ref, mirror);
        }
        mirror = class->mirror_ref;
        ph_mutex_unlock(&vm->dictionary_lock);
    }
    ph_root_pop(mutator, &component);
    return mirror;
}

ph_ref ph_java_mirror(struct ph_call *call, struct ph_class *class)
{
    return class->mirror_ref != 0 || (class->flags & PH_CLASS_ARRAY) == 0
               ? class->mirror_ref
               : make_array_mirror(call, class);
}

ph_ref ph_java_primitive_mirror(const struct ph_call *call, enum ph_java_primitive primitive)
{
    const struct ph_refs *mirrors =
        ph_address(call->mutator->heap, ph_java_root(call, PH_JAVA_ROOT_PRIMITIVES));
    PH_ASSERT(primitive < PH_JAVA_PRIMITIVE_COUNT);
    return mirrors->items[primitive];
}

/* ---- All of it ------------------------------------------------------------------------------ */

static enum ph_java_found publish(struct definer *d, struct ph_class **class)
{
    struct ph_call *call = d->call;
    const struct ph_bytes *file = ph_address(d->vm->heap, d->file.ref);
    struct ph_slice bytes = {file->data, file->length};
    struct ph_class *mirrors = class_of_mirrors(call);
    const struct ph_java_known *known = ph_java_note_file(d->vm, d->class, bytes);

    if (known != NULL && (known->outline.flags & PH_ACC_PUBLIC) != 0) {
        PH_SET(call->mutator, d->class->flags, d->class->flags | PH_CLASS_PUBLIC);
    }
    if (known == NULL ||
        (mirrors != NULL && !make_mirror(call, d->class, d->what->loader, &d->file,
                                         d->what->protection_domain))) {
        return fail_memory(d);
    }
    *class = d->what->is_hidden
                 ? d->class
                 : ph_java_note_class(call, d->what->loader->ref, d->class, d->error);
    if (*class != NULL && *class != d->class && d->what->loader->ref != 0) {
        ph_java_say_duplicate(call, d->what, known->outline.flags, d->error); /* it was faster */
        return PH_JAVA_WRONG;
    }
    return *class != NULL ? PH_JAVA_FOUND : PH_JAVA_WRONG;
}

enum ph_java_found ph_java_define(struct ph_call *call, const struct ph_java_definition *what,
                                  struct ph_class **class, struct ph_java_error *error)
{
    struct definer d = {.call = call, .vm = ph_java_vm_of(call), .what = what, .error = error};
    struct ph_slice unit = {NULL, 0};
    enum ph_java_found found = translate(&d, &unit);

    if (found != PH_JAVA_FOUND) {
        ph_vector_finish(&d.overrides.all, d.vm->allocator);
        return found;
    }
    ph_root_push(call->mutator, &d.file,
                 ph_bytes_new(call->mutator, PH_CLASS_PINNED_BYTES, what->bytes));
    ph_root_push(call->mutator, &d.instance, 0);
    found = d.file.ref == 0 ? fail_memory(&d) : instantiate(&d, unit);
    ph_free(d.vm->allocator, (void *)(uintptr_t)unit.bytes, (size_t)unit.size);
    found = found == PH_JAVA_FOUND ? link_class(&d) : found;
    found = found == PH_JAVA_FOUND ? publish(&d, class) : found;
    ph_root_pop(call->mutator, &d.instance);
    ph_root_pop(call->mutator, &d.file);
    ph_vector_finish(&d.overrides.all, d.vm->allocator);
    return found;
}
