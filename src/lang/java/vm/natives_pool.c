/* SPDX-License-Identifier: Apache-2.0 */
/* natives_pool.c - jdk.internal.reflect.ConstantPool: a class file's constants, by index. What the
 * object holds as its pool is the class's mirror. */
#include "lang/java/vm/natives_reflect.h"

#include "base/text.h"

/* Arguments: the ConstantPool, what it holds, an index. */
static const struct ph_classfile *pool_of(struct ph_call *call)
{
    struct ph_java_vm *vm = ph_java_vm_of(call);
    uint32_t primitive;
    const struct ph_java_class *class =
        ph_java_defined(vm, ph_java_class_behind(vm, ph_java_argument(call, 1), &primitive));
    return class == NULL ? NULL : &class->file;
}

/* NULL: there is no constant of that kind there. */
static const struct ph_constant *constant_of(struct ph_call *call, uint8_t tag)
{
    const struct ph_classfile *file = pool_of(call);
    uint32_t index = (uint32_t)call->slots[2];
    return file == NULL || ph_classfile_tag(file, index) != tag ? NULL : &file->constants[index];
}

static enum ph_outcome wrong(struct ph_call *call)
{
    return ph_java_throw(call, "java/lang/IllegalArgumentException",
                         "Wrong type at constant pool index");
}

static enum ph_outcome get_size(struct ph_call *call)
{
    const struct ph_classfile *file = pool_of(call);
    return ph_java_return(call, file == NULL ? 0 : file->constant_count);
}

static enum ph_outcome get_tag(struct ph_call *call)
{
    const struct ph_classfile *file = pool_of(call);
    return file == NULL || (uint32_t)call->slots[2] >= file->constant_count
               ? wrong(call)
               : ph_java_return(call, ph_classfile_tag(file, (uint32_t)call->slots[2]));
}

static enum ph_outcome get_number(struct ph_call *call, uint8_t tag)
{
    const struct ph_constant *constant = constant_of(call, tag);
    bool is_wide = tag == PH_CONSTANT_LONG || tag == PH_CONSTANT_DOUBLE;
    return constant == NULL
               ? wrong(call)
               : ph_java_return(call, is_wide ? constant->bits : (uint32_t)constant->bits);
}

static enum ph_outcome get_int(struct ph_call *call)
{
    return get_number(call, PH_CONSTANT_INTEGER);
}

static enum ph_outcome get_long(struct ph_call *call)
{
    return get_number(call, PH_CONSTANT_LONG);
}

static enum ph_outcome get_float(struct ph_call *call)
{
    return get_number(call, PH_CONSTANT_FLOAT);
}

static enum ph_outcome get_double(struct ph_call *call)
{
    return get_number(call, PH_CONSTANT_DOUBLE);
}

static enum ph_outcome get_utf8(struct ph_call *call)
{
    const struct ph_constant *constant = constant_of(call, PH_CONSTANT_UTF8);
    if (constant == NULL) {
        return wrong(call);
    }
    ph_ref string = ph_java_string(call, constant->text);
    return string == 0 ? ph_java_out_of_memory(call) : ph_java_return(call, string);
}

static enum ph_outcome get_string(struct ph_call *call)
{
    const struct ph_constant *constant = constant_of(call, PH_CONSTANT_STRING);
    struct ph_root string;
    if (constant == NULL) {
        return wrong(call);
    }
    ph_root_push(call->mutator, &string, ph_java_string(call, constant->text));
    ph_ref interned = string.ref == 0 ? 0 : ph_java_intern(call, &string);
    ph_root_pop(call->mutator, &string);
    return interned == 0 ? ph_java_out_of_memory(call) : ph_java_return(call, interned);
}

static enum ph_outcome get_class(struct ph_call *call)
{
    if (constant_of(call, PH_CONSTANT_CLASS) == NULL) {
        return wrong(call);
    }
    const uint64_t arguments[] = {call->slots[1], call->slots[2]};
    return ph_java_call(call, "phantom/vm/Constants",
                        "classAt(Ljava/lang/Class;I)Ljava/lang/Class;", arguments, 2);
}

static bool is_member(uint8_t tag)
{
    return tag == PH_CONSTANT_FIELD || tag == PH_CONSTANT_METHOD ||
           tag == PH_CONSTANT_INTERFACE_METHOD;
}

/* The index that a member's constant has of its class, or of its name and type. */
static enum ph_outcome get_index(struct ph_call *call, bool of_class)
{
    const struct ph_classfile *file = pool_of(call);
    uint32_t index = (uint32_t)call->slots[2];
    uint8_t tag = file == NULL ? (uint8_t)PH_CONSTANT_NONE : ph_classfile_tag(file, index);

    if (!is_member(tag) &&
        (of_class || (tag != PH_CONSTANT_DYNAMIC && tag != PH_CONSTANT_INVOKE_DYNAMIC))) {
        return wrong(call);
    }
    return ph_java_return(call, of_class ? file->constants[index].first
                                         : file->constants[index].second);
}

static enum ph_outcome get_class_index(struct ph_call *call) { return get_index(call, true); }

static enum ph_outcome get_name_index(struct ph_call *call) { return get_index(call, false); }

static enum ph_outcome return_texts(struct ph_call *call, const struct ph_slice *texts,
                                    uint32_t count)
{
    struct ph_root list;
    bool ok;

    ph_root_push(call->mutator, &list,
                 ph_java_new_array_named(call, "[Ljava/lang/String;", count));
    ok = list.ref != 0;
    for (uint32_t i = 0; ok && i < count; i++) {
        ph_ref string = ph_java_string(call, texts[i]);
        struct ph_refs *items = ph_address(call->mutator->heap, list.ref);
        ok = string != 0;
        if (ok) {
            PH_SET_REF(call->mutator, items->items[i], string);
        }
    }
    ph_ref made = list.ref;
    ph_root_pop(call->mutator, &list);
    return ok ? ph_java_return(call, made) : ph_java_out_of_memory(call);
}

static enum ph_outcome get_member(struct ph_call *call)
{
    const struct ph_classfile *file = pool_of(call);
    uint32_t index = (uint32_t)call->slots[2];

    if (file == NULL || !is_member(ph_classfile_tag(file, index))) {
        return wrong(call);
    }
    struct ph_member_reference member = ph_classfile_member(file, index);
    const struct ph_slice texts[] = {member.class_name, member.name, member.descriptor};
    return return_texts(call, texts, 3);
}

static enum ph_outcome get_name_and_type(struct ph_call *call)
{
    struct ph_slice texts[2];

    if (constant_of(call, PH_CONSTANT_NAME_AND_TYPE) == NULL) {
        return wrong(call);
    }
    ph_classfile_name_and_type(pool_of(call), (uint32_t)call->slots[2], &texts[0], &texts[1]);
    return return_texts(call, texts, 2);
}

#define POOL "jdk/internal/reflect/ConstantPool."

ph_status ph_java_pool_natives_add(struct ph_java_vm *self)
{
    static const struct ph_native_info natives[] = {
        {"java", POOL "getSize0(Ljava/lang/Object;)I", "rr:i", get_size},
        {"java", POOL "getTagAt0(Ljava/lang/Object;I)B", "rri:i", get_tag},
        {"java", POOL "getIntAt0(Ljava/lang/Object;I)I", "rri:i", get_int},
        {"java", POOL "getLongAt0(Ljava/lang/Object;I)J", "rri:l", get_long},
        {"java", POOL "getFloatAt0(Ljava/lang/Object;I)F", "rri:f", get_float},
        {"java", POOL "getDoubleAt0(Ljava/lang/Object;I)D", "rri:d", get_double},
        {"java", POOL "getUTF8At0(Ljava/lang/Object;I)Ljava/lang/String;", "rri:r", get_utf8},
        {"java", POOL "getStringAt0(Ljava/lang/Object;I)Ljava/lang/String;", "rri:r", get_string},
        {"java", POOL "getClassAt0(Ljava/lang/Object;I)Ljava/lang/Class;", "rri:r", get_class},
        {"java", POOL "getClassRefIndexAt0(Ljava/lang/Object;I)I", "rri:i", get_class_index},
        {"java", POOL "getNameAndTypeRefIndexAt0(Ljava/lang/Object;I)I", "rri:i", get_name_index},
        {"java", POOL "getMemberRefInfoAt0(Ljava/lang/Object;I)[Ljava/lang/String;", "rri:r",
         get_member},
        {"java", POOL "getNameAndTypeRefInfoAt0(Ljava/lang/Object;I)[Ljava/lang/String;", "rri:r",
         get_name_and_type},
    };
    return ph_machine_add_natives_for(self->machine, natives, PH_COUNT(natives), self,
                                      PH_PRIVILEGE_ALL);
}
