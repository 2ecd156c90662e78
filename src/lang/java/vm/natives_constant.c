/* SPDX-License-Identifier: Apache-2.0 */
/* natives_constant.c - what phantom.vm.Constants asks and tells about a class's constant pool, and
 * its calls of java.lang.invoke, whose methods it cannot name. */
#include "lang/java/vm/natives_reflect.h"

#include "base/text.h"
#include "lang/java/vm/access.h"

static enum ph_outcome bad_index(struct ph_call *call)
{
    return ph_java_throw(call, "java/lang/IllegalArgumentException", "no such constant");
}

static const struct ph_java_class *class_argument(struct ph_call *call, uint32_t slot)
{
    uint32_t primitive;
    struct ph_java_vm *vm = ph_java_vm_of(call);
    return ph_java_defined(
        vm, ph_java_class_behind(vm, ph_java_argument(call, slot), &primitive));
}

/* tag(class, index) */
static enum ph_outcome tag(struct ph_call *call)
{
    const struct ph_java_class *class = class_argument(call, 0);
    return ph_java_return(call, class == NULL ? 0
                                              : ph_classfile_tag(&class->file,
                                                                 (uint32_t)call->slots[1]));
}

static bool is_member(uint8_t kind)
{
    return kind == PH_CONSTANT_FIELD || kind == PH_CONSTANT_METHOD ||
           kind == PH_CONSTANT_INTERFACE_METHOD || kind == PH_CONSTANT_DYNAMIC ||
           kind == PH_CONSTANT_INVOKE_DYNAMIC;
}

/* text(class, index, part): of a constant that has one; of a member its class (1), name (2),
 * descriptor (3). */
static enum ph_outcome text(struct ph_call *call)
{
    const struct ph_java_class *class = class_argument(call, 0);
    uint32_t index = (uint32_t)call->slots[1], part = (uint32_t)call->slots[2];
    uint8_t kind = class == NULL ? (uint8_t)PH_CONSTANT_NONE
                                 : ph_classfile_tag(&class->file, index);
    struct ph_slice found = {NULL, 0};

    if (is_member(kind)) {
        struct ph_member_reference member = ph_classfile_member(&class->file, index);
        found = part == 1   ? member.class_name
                : part == 2 ? member.name
                            : member.descriptor;
    } else if (kind == PH_CONSTANT_UTF8 || kind == PH_CONSTANT_CLASS ||
               kind == PH_CONSTANT_STRING || kind == PH_CONSTANT_METHOD_TYPE) {
        found = ph_classfile_text(&class->file, index);
    } else {
        return bad_index(call);
    }
    ph_ref string = ph_java_string(call, found);
    return string == 0 ? ph_java_out_of_memory(call) : ph_java_return(call, string);
}

/* bits(class, index): of a number. */
static enum ph_outcome bits(struct ph_call *call)
{
    const struct ph_java_class *class = class_argument(call, 0);
    uint32_t index = (uint32_t)call->slots[1];
    uint8_t kind = class == NULL ? (uint8_t)PH_CONSTANT_NONE
                                 : ph_classfile_tag(&class->file, index);

    return kind == PH_CONSTANT_INTEGER || kind == PH_CONSTANT_LONG ||
                   kind == PH_CONSTANT_FLOAT || kind == PH_CONSTANT_DOUBLE
               ? ph_java_return(call, class->file.constants[index].bits)
               : bad_index(call);
}

/* handle(class, index, part): of a method handle its kind (0) or what it refers to (1). */
static enum ph_outcome handle(struct ph_call *call)
{
    const struct ph_java_class *class = class_argument(call, 0);
    uint32_t index = (uint32_t)call->slots[1];

    if (class == NULL || ph_classfile_tag(&class->file, index) != PH_CONSTANT_METHOD_HANDLE) {
        return bad_index(call);
    }
    const struct ph_constant *constant = &class->file.constants[index];
    return ph_java_return(call, call->slots[2] == 0 ? constant->kind : constant->first);
}

/* bootstrap(class, index, part): of a dynamic constant's or call site's bootstrap method the handle
 * (0), the count of its arguments (1), argument i (2 + i), by index in the pool. */
static enum ph_outcome bootstrap(struct ph_call *call)
{
    const struct ph_java_class *class = class_argument(call, 0);
    uint32_t index = (uint32_t)call->slots[1], part = (uint32_t)call->slots[2];
    uint8_t kind = class == NULL ? (uint8_t)PH_CONSTANT_NONE
                                 : ph_classfile_tag(&class->file, index);

    if (kind != PH_CONSTANT_DYNAMIC && kind != PH_CONSTANT_INVOKE_DYNAMIC) {
        return bad_index(call);
    }
    struct ph_member_reference member = ph_classfile_member(&class->file, index);
    PH_ASSERT(member.bootstrap < class->file.bootstrap_count);
    const struct ph_bootstrap *found = &class->file.bootstraps[member.bootstrap];
    if (part < 2) {
        return ph_java_return(call, part == 0 ? found->handle : found->argument_count);
    }
    return part - 2 < found->argument_count ? ph_java_return(call, found->arguments[part - 2])
                                            : bad_index(call);
}

/* find(class, name): the class, array or not, as the loader of the first sees it; null: its loader
 * has to be asked. */
static enum ph_outcome find(struct ph_call *call)
{
    struct ph_java_vm *vm = ph_java_vm_of(call);
    const struct ph_java_class *caller = class_argument(call, 0);
    struct ph_java_error error = {0};
    struct ph_class *class;
    struct ph_root loader;
    char name[1024];

    if (caller == NULL || ph_java_argument(call, 1) == 0) {
        return bad_index(call);
    }
    size_t size = ph_java_string_text(vm, ph_java_argument(call, 1), name, sizeof(name));
    struct ph_slice slice = {(const uint8_t *)name, PH_MIN(size, sizeof(name) - 1)};
    if (ph_slice_equal(slice, caller->file.name)) { /* it may be hidden */
        return ph_java_return(call, caller->class->mirror_ref);
    }
    ph_root_push(call->mutator, &loader, ph_java_loader_of(vm, caller->class));
    enum ph_java_found found = ph_java_find_class(call, &loader, slice, &class, &error);
    bool is_boot = loader.ref == 0;
    ph_root_pop(call->mutator, &loader);
    const struct ph_class *named = found == PH_JAVA_FOUND ? ph_java_item_class(vm, class) : NULL;
    if (found == PH_JAVA_WRONG ||
        (named != NULL && ph_java_access_class(vm, caller->class, named, &error) ==
                              PH_JAVA_DENIED)) {
        return ph_java_throw_error(call, &error);
    }
    if (found == PH_JAVA_ABSENT) {
        return is_boot ? ph_java_throw(call, "java/lang/NoClassDefFoundError", name)
                       : ph_java_return(call, 0);
    }
    ph_ref mirror = ph_java_mirror(call, class);
    return mirror == 0 ? ph_java_out_of_memory(call) : ph_java_return(call, mirror);
}

/* primitive(letter): the mirror of a primitive type or void. */
static enum ph_outcome primitive_type(struct ph_call *call)
{
    static const char letters[] = "ZCFDBSIJV"; /* enum ph_java_primitive */
    for (uint32_t i = 0; i < PH_JAVA_PRIMITIVE_COUNT; i++) {
        if ((uint32_t)letters[i] == (uint32_t)call->slots[0]) {
            return ph_java_return(call,
                                  ph_java_primitive_mirror(call, (enum ph_java_primitive)i));
        }
    }
    return bad_index(call);
}

/* ---- Binding -------------------------------------------------------------------------------- */

/* bind(class, constant, value): the first value stays. */
static enum ph_outcome bind(struct ph_call *call)
{
    const struct ph_java_class *class = class_argument(call, 0);
    uint32_t constant = (uint32_t)call->slots[1];

    if (class == NULL || constant >= class->origin.constant_count) {
        return bad_index(call);
    }
    return ph_link_bind_constant(call->mutator, class->view, constant, ph_java_argument(call, 2))
               ? PH_DONE
               : ph_java_out_of_memory(call);
}

/* Both constants of the call that `constant` is of; false: it is of none. */
static bool pair_of(const struct ph_java_class *class, uint32_t constant, uint32_t *appendix)
{
    struct ph_java_constant_origin first, second;

    if (!ph_java_origin_constant(&class->origin, constant, &first) ||
        first.role == PH_JAVA_CONSTANT_VALUE) {
        return false;
    }
    *appendix = constant - (first.role == PH_JAVA_CONSTANT_FUNCTION);
    return ph_java_origin_constant(&class->origin, *appendix, &first) &&
           ph_java_origin_constant(&class->origin, *appendix + 1, &second) &&
           first.role == PH_JAVA_CONSTANT_APPENDIX && second.role == PH_JAVA_CONSTANT_FUNCTION &&
           first.index == second.index && first.site == second.site;
}

/* bindCall(class, constant, appendix, member): both constants of the call, or, if somebody else has
 * done so, none: they are of one answer. */
static enum ph_outcome bind_call(struct ph_call *call)
{
    struct ph_java_vm *vm = ph_java_vm_of(call);
    const struct ph_java_class *class = class_argument(call, 0);
    ph_ref function_ref = ph_java_function_of(call, ph_java_argument(call, 3));
    uint32_t appendix;

    if (class == NULL || function_ref == 0 ||
        !pair_of(class, (uint32_t)call->slots[1], &appendix)) {
        return ph_java_throw(call, "java/lang/BootstrapMethodError", "no function for a call");
    }
    ph_mutex_lock(&vm->lock);
    const ph_ref *cells[] = {ph_constant_cell(call->mutator, class->view, appendix),
                             ph_constant_cell(call->mutator, class->view, appendix + 1)};
    bool ok = cells[0] != NULL && cells[1] != NULL; /* so nothing fails half way */
    if (ok && __atomic_load_n(cells[0], __ATOMIC_ACQUIRE) == 0) {
        ok = ph_link_bind_constant(call->mutator, class->view, appendix,
                                   ph_java_argument(call, 2)) &&
             ph_link_bind_constant(call->mutator, class->view, appendix + 1, function_ref);
    }
    ph_mutex_unlock(&vm->lock);
    return ok ? PH_DONE : ph_java_out_of_memory(call);
}

/* ---- Calls of java.lang.invoke -------------------------------------------------------------- */

static enum ph_outcome forward(struct ph_call *call, const char *key)
{
    uint64_t arguments[8];
    uint32_t count = call->signature->param_count;

    PH_ASSERT(count <= PH_COUNT(arguments));
    memcpy(arguments, call->slots, count * sizeof(uint64_t));
    return ph_java_call(call, "java/lang/invoke/MethodHandleNatives", key, arguments, count);
}

#define OBJECT "Ljava/lang/Object;"
#define LINK_SITE                                                   \
    "linkCallSite(" OBJECT "I" OBJECT OBJECT OBJECT OBJECT "[" OBJECT \
    ")Ljava/lang/invoke/MemberName;"
#define LINK_CONSTANT "linkDynamicConstant(" OBJECT "I" OBJECT OBJECT OBJECT OBJECT ")" OBJECT
#define LINK_METHOD                                                                      \
    "linkMethod(Ljava/lang/Class;ILjava/lang/Class;Ljava/lang/String;" OBJECT "[" OBJECT \
    ")Ljava/lang/invoke/MemberName;"
#define LINK_HANDLE                                                                            \
    "linkMethodHandleConstant(Ljava/lang/Class;ILjava/lang/Class;Ljava/lang/String;" OBJECT ")" \
    "Ljava/lang/invoke/MethodHandle;"

static enum ph_outcome link_site(struct ph_call *call) { return forward(call, LINK_SITE); }
static enum ph_outcome link_dynamic(struct ph_call *call) { return forward(call, LINK_CONSTANT); }
static enum ph_outcome link_method(struct ph_call *call) { return forward(call, LINK_METHOD); }
static enum ph_outcome link_handle(struct ph_call *call) { return forward(call, LINK_HANDLE); }

#define CONSTANTS "phantom/vm/Constants."

ph_status ph_java_constant_natives_add(struct ph_java_vm *self)
{
    static const struct ph_native_info natives[] = {
        {"java", CONSTANTS "tag(Ljava/lang/Class;I)I", "ri:i", tag},
        {"java", CONSTANTS "text(Ljava/lang/Class;II)Ljava/lang/String;", "rii:r", text},
        {"java", CONSTANTS "bits(Ljava/lang/Class;I)J", "ri:l", bits},
        {"java", CONSTANTS "handle(Ljava/lang/Class;II)I", "rii:i", handle},
        {"java", CONSTANTS "bootstrap(Ljava/lang/Class;II)I", "rii:i", bootstrap},
        {"java", CONSTANTS "find(Ljava/lang/Class;Ljava/lang/String;)Ljava/lang/Class;", "rr:r",
         find},
        {"java",
         CONSTANTS "check(Ljava/lang/Class;ILjava/lang/Class;)Ljava/lang/String;", "rir:r",
         ph_java_check_handle},
        {"java", CONSTANTS "primitive(C)Ljava/lang/Class;", "i:r", primitive_type},
        {"java", CONSTANTS "bind(Ljava/lang/Class;I" OBJECT ")V", "rir:", bind},
        {"java", CONSTANTS "bindCall(Ljava/lang/Class;I" OBJECT OBJECT ")V", "rirr:", bind_call},
        {"java",
         CONSTANTS "linkCallSite(" OBJECT "I" OBJECT OBJECT OBJECT OBJECT "[" OBJECT ")" OBJECT,
         "rirrrrr:r", link_site},
        {"java", CONSTANTS LINK_CONSTANT, "rirrrr:r", link_dynamic},
        {"java",
         CONSTANTS "linkMethod(Ljava/lang/Class;ILjava/lang/Class;Ljava/lang/String;" OBJECT
                   "[" OBJECT ")" OBJECT,
         "rirrrr:r", link_method},
        {"java", CONSTANTS LINK_HANDLE, "rirrr:r", link_handle},
    };
    return ph_machine_add_natives_for(self->machine, natives, PH_COUNT(natives), self,
                                      PH_PRIVILEGE_ALL);
}
