/* SPDX-License-Identifier: Apache-2.0 */
/* access.c - who may use which class and member (JVMS 5.4.4). */
#include "lang/java/vm/access.h"

#include "base/text.h"
#include "lang/java/vm/natives.h"
#include "lang/java/vm/words.h"

#define ILLEGAL "java/lang/IllegalAccessError"

static struct ph_slice name_of(const struct ph_java_vm *vm, const struct ph_class *class)
{
    return ph_java_slice(vm->heap, class->name_ref);
}

const struct ph_class *ph_java_item_class(struct ph_java_vm *vm, const struct ph_class *class)
{
    while (class != NULL && (class->flags & PH_CLASS_ARRAY) != 0) {
        class = class->item_kind != PH_STORE_REF || class->item_class_ref == 0
                    ? NULL
                    : ph_address(vm->heap, class->item_class_ref);
    }
    return class;
}

bool ph_java_same_package(struct ph_java_vm *vm, const struct ph_class *one,
                          const struct ph_class *other)
{
    return ph_java_loader_of(vm, one) == ph_java_loader_of(vm, other) &&
           ph_slice_equal(ph_java_package_of(name_of(vm, one)),
                          ph_java_package_of(name_of(vm, other)));
}

/* ---- Modules --------------------------------------------------------------------------------- */

bool ph_java_is_java(struct ph_slice class_name)
{
    struct ph_slice java = PH_SLICE_TEXT("java/");
    return class_name.size > java.size && memcmp(class_name.bytes, java.bytes, java.size) == 0;
}

bool ph_java_is_everywhere(struct ph_java_vm *vm, const struct ph_class *class)
{
    const struct ph_class *object = class, *above = class;

    for (; above != NULL && above->definition != UINT32_MAX;
         above = above->super_ref == 0 ? NULL : ph_address(vm->heap, above->super_ref)) {
        object = above; /* in the end java.lang.Object */
    }
    return ph_java_is_java(name_of(vm, class)) && ph_java_loader_of(vm, class) == 0 &&
           ph_java_class_module(vm, class) == ph_java_class_module(vm, object);
}

bool ph_java_is_magic(struct ph_java_vm *vm, const struct ph_class *class)
{
    for (; class != NULL && class->super_ref != 0; class = ph_address(vm->heap, class->super_ref)) {
        if (ph_slice_equal(name_of(vm, class),
                           PH_SLICE_TEXT("jdk/internal/reflect/MagicAccessorImpl"))) {
            return ph_java_loader_of(vm, class) == 0;
        }
    }
    return false;
}

static uint64_t pair_of(const struct ph_class *from, const struct ph_class *to)
{
    return (uint64_t)from->number << 32 | to->number;
}

/* Is it in the same module, or noted that it can be read and is exported? */
static bool is_exported(struct ph_java_vm *vm, const struct ph_class *from,
                        const struct ph_class *to)
{
    ph_ref mine = ph_java_class_module(vm, from), other = ph_java_class_module(vm, to);
    uint64_t value;

    if (mine == other || mine == 0 || other == 0) {
        return true; /* 0: as long as there are no modules */
    }
    if (ph_java_is_everywhere(vm, to)) {
        return true;
    }
    bool is_unnamed = ph_java_get_ref(vm, mine, "name:Ljava/lang/String;") == 0;
    ph_mutex_lock(&vm->lock);
    bool is_noted = (is_unnamed && ph_map_get(&vm->exported, to->number, &value)) ||
                    ph_map_get(&vm->exported, pair_of(from, to), &value);
    ph_mutex_unlock(&vm->lock);
    return is_noted;
}

/* noteAccess(from, to, forAll): `from` may use `to` as far as modules go, and so may all classes of
 * unnamed modules. Without memory it is asked for again. */
static enum ph_outcome note_access(struct ph_call *call)
{
    struct ph_java_vm *vm = ph_java_vm_of(call);
    uint32_t primitive;
    const struct ph_class *from = ph_java_class_argument(call, 0, &primitive);
    const struct ph_class *to = ph_java_class_argument(call, 1, &primitive);

    if (from == NULL || to == NULL) {
        return ph_java_throw_null(call);
    }
    ph_mutex_lock(&vm->lock);
    bool ok = ph_map_put(&vm->exported, call->slots[2] != 0 ? to->number : pair_of(from, to), 1);
    ph_mutex_unlock(&vm->lock);
    return ok ? PH_DONE : ph_java_out_of_memory(call);
}

enum ph_outcome ph_java_ask_access(struct ph_call *call, const struct ph_class *from,
                                   const struct ph_class *to)
{
    const uint64_t arguments[] = {from->mirror_ref, to->mirror_ref};
    return ph_java_call(call, "phantom/vm/Linker", "access(Ljava/lang/Class;Ljava/lang/Class;)V",
                        arguments, 2);
}

/* ---- Classes --------------------------------------------------------------------------------- */

static enum ph_java_access access_class(struct ph_java_vm *vm, const struct ph_class *from,
                                        const struct ph_class *to)
{
    if (from == to || ph_java_same_package(vm, from, to) || ph_java_is_magic(vm, from)) {
        return PH_JAVA_ALLOWED;
    }
    if ((to->flags & PH_CLASS_PUBLIC) == 0) { /* or a class of a world before there was the flag */
        const struct ph_java_known *known = ph_java_know(vm, to);
        if (known != NULL && (known->outline.flags & PH_ACC_PUBLIC) == 0) {
            return PH_JAVA_DENIED;
        }
    }
    return is_exported(vm, from, to) ? PH_JAVA_ALLOWED : PH_JAVA_ASK;
}

enum ph_java_access ph_java_access_class(struct ph_java_vm *vm, const struct ph_class *from,
                                         const struct ph_class *to, struct ph_java_error *error)
{
    enum ph_java_access access = access_class(vm, from, to);
    char *text = error->text;

    if (access == PH_JAVA_DENIED) {
        *error = (struct ph_java_error){.class_name = ILLEGAL};
        ph_java_add(text, sizeof(error->text), "failed to access class ");
        ph_java_add_name(name_of(vm, to), text, sizeof(error->text));
        ph_java_add(text, sizeof(error->text), " from class ");
        ph_java_add_name(name_of(vm, from), text, sizeof(error->text));
        ph_java_add_homes(vm, to, from, text, sizeof(error->text));
    }
    return access;
}

/* ---- Nests ----------------------------------------------------------------------------------- */

/* The host of its nest, itself if the one that it names is none of its. False: class *missing has
 * to be loaded to say it. */
static bool find_host(struct ph_call *call, const struct ph_java_known *member,
                      const struct ph_class **host, struct ph_slice *missing)
{
    struct ph_java_vm *vm = ph_java_vm_of(call);
    ph_ref given = member->class->mirror_ref == 0
                       ? 0
                       : ph_java_get_ref(vm, member->class->mirror_ref, "$host");
    struct ph_class *named;
    uint32_t primitive;

    *host = given == 0 ? member->class : ph_java_class_behind(vm, given, &primitive);
    *missing = ph_class_outline_nest_host(&member->outline);
    if (given != 0 || missing->size == 0) {
        return true;
    }
    ph_ref loader = ph_java_loader_of(vm, member->class);
    if (!ph_java_look_up(call, loader, *missing, &named)) {
        return false;
    }
    const struct ph_java_known *known = ph_java_know(vm, named);
    if (known != NULL && ph_java_same_package(vm, named, member->class) &&
        ph_class_outline_has_nest_member(&known->outline,
                                         ph_class_outline_name(&member->outline))) {
        *host = named;
    }
    return true;
}

/* ---- Members --------------------------------------------------------------------------------- */

static uint32_t flags_of(const struct ph_java_use *use)
{
    const struct ph_class_outline *outline = &use->holder->outline;
    return use->is_field ? ph_class_outline_field_flags(outline, use->number)
                         : ph_class_outline_method_flags(outline, use->number);
}

/* All but what is private. */
static bool may_use(struct ph_java_vm *vm, const struct ph_java_use *use, uint32_t flags)
{
    const struct ph_class *from = use->from->class, *holder = use->holder->class;

    if ((flags & PH_ACC_PUBLIC) != 0 || from == holder || ph_java_is_magic(vm, from) ||
        ph_java_same_package(vm, from, holder)) {
        return true;
    }
    if ((flags & PH_ACC_PROTECTED) == 0) {
        return (use->named->flags & PH_CLASS_ARRAY) != 0; /* clone() is public there */
    }
    bool is_below = ph_class_is_subclass(vm->heap, from, holder);
    return (use->named->flags & PH_CLASS_ARRAY) != 0 ||
           (is_below && ((flags & PH_ACC_STATIC) != 0 ||
                         ph_class_is_subclass(vm->heap, use->named, from) ||
                         ph_class_is_subclass(vm->heap, from, use->named)));
}

static enum ph_java_access deny(struct ph_java_vm *vm, const struct ph_java_use *use,
                                uint32_t flags, struct ph_java_error *error)
{
    const struct ph_class_outline *outline = &use->holder->outline;
    struct ph_slice name, descriptor;
    char *text = error->text;
    size_t bytes = sizeof(error->text);

    *error = (struct ph_java_error){.class_name = ILLEGAL};
    ph_java_add(text, bytes, "class ");
    ph_java_add_name(name_of(vm, use->from->class), text, bytes);
    ph_java_add(text, bytes, " tried to access %s%s ",
                (flags & PH_ACC_PRIVATE) != 0     ? "private "
                : (flags & PH_ACC_PROTECTED) != 0 ? "protected "
                                                  : "",
                use->is_field ? "field" : "method");
    if (use->is_field) {
        name = ph_class_outline_field_name(outline, use->number);
        ph_java_add_name(name_of(vm, use->holder->class), text, bytes);
        ph_java_add(text, bytes, ".%.*s", (int)name.size, (const char *)name.bytes);
    } else {
        ph_class_outline_method_names(outline, use->number, &name, &descriptor);
        ph_java_add_method(name_of(vm, use->holder->class), name, descriptor, text, bytes);
    }
    ph_java_add_homes(vm, use->from->class, use->holder->class, text, bytes);
    return PH_JAVA_DENIED;
}

enum ph_java_access ph_java_access_member(struct ph_call *call, const struct ph_java_use *use,
                                          struct ph_slice *missing, struct ph_java_error *error)
{
    struct ph_java_vm *vm = ph_java_vm_of(call);
    uint32_t flags = flags_of(use);
    const struct ph_class *mine, *other;

    if ((flags & PH_ACC_PRIVATE) == 0) {
        return may_use(vm, use, flags) ? PH_JAVA_ALLOWED : deny(vm, use, flags, error);
    }
    if (use->from->class == use->holder->class || ph_java_is_magic(vm, use->from->class)) {
        return PH_JAVA_ALLOWED;
    }
    if (!ph_java_same_package(vm, use->from->class, use->holder->class)) {
        return deny(vm, use, flags, error);
    }
    if (!find_host(call, use->from, &mine, missing) ||
        !find_host(call, use->holder, &other, missing)) {
        return PH_JAVA_ASK;
    }
    return mine == other ? PH_JAVA_ALLOWED : deny(vm, use, flags, error);
}

ph_status ph_java_access_natives_add(struct ph_java_vm *self)
{
    static const struct ph_native_info natives[] = {
        {"java", "phantom/vm/VM.noteAccess(Ljava/lang/Class;Ljava/lang/Class;Z)V", "rri:",
         note_access},
    };
    return ph_machine_add_natives_for(self->machine, natives, PH_COUNT(natives), self,
                                      PH_PRIVILEGE_ALL);
}
