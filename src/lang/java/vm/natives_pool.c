/* SPDX-License-Identifier: Apache-2.0 */
/* natives_pool.c - jdk.internal.reflect.ConstantPool, through which annotations are read. What it
 * calls its constant pool is the class's mirror. */
#include "lang/java/vm/natives.h"

#include "base/text.h"

static enum ph_outcome get_constant_pool(struct ph_call *call)
{
    struct ph_java_error error = {0};
    struct ph_class *class;
    uint32_t primitive;

    if (ph_java_defined(ph_java_vm_of(call), ph_java_class_argument(call, 0, &primitive)) ==
        NULL) {
        return ph_java_return(call, 0);
    }
    if (ph_java_find_boot(call, "jdk/internal/reflect/ConstantPool", &class, &error) !=
        PH_JAVA_FOUND) {
        return ph_java_throw_error(call, &error);
    }
    enum ph_outcome outcome = ph_java_initialise(call, class);
    if (outcome != PH_DONE) {
        return outcome;
    }
    ph_ref pool = ph_object_new_of(call->mutator, class, 0);
    if (pool != 0) {
        ph_java_set_ref(call, pool, "constantPoolOop:Ljava/lang/Object;",
                        ph_java_argument(call, 0));
    }
    return ph_java_return_ref(call, pool);
}

/* The constant that is asked for: (receiver, mirror, index). NULL: *outcome is what the native ends
 * with. */
static const struct ph_constant *constant_at(struct ph_call *call, uint32_t tags,
                                             const struct ph_classfile **file,
                                             enum ph_outcome *outcome)
{
    uint32_t primitive, index = (uint32_t)call->slots[2];
    const struct ph_java_class *class =
        ph_java_defined(ph_java_vm_of(call), ph_java_class_argument(call, 1, &primitive));
    uint8_t tag = class == NULL ? 0 : ph_classfile_tag(&class->file, index);

    if (tag == PH_CONSTANT_NONE || (tags >> tag & 1) == 0) {
        *outcome = ph_java_throw(call, "java/lang/IllegalArgumentException",
                                 tag == PH_CONSTANT_NONE ? "Constant pool index out of bounds"
                                                         : "Wrong type at constant pool index");
        return NULL;
    }
    *file = &class->file;
    return &class->file.constants[index];
}

/* Numbers lie in their slots by their bits; a text is a String. */
static enum ph_outcome value_at(struct ph_call *call, uint32_t tag)
{
    const struct ph_classfile *file;
    enum ph_outcome outcome = PH_DONE;
    const struct ph_constant *constant = constant_at(call, 1u << tag, &file, &outcome);

    if (constant == NULL) {
        return outcome;
    }
    if (tag == PH_CONSTANT_UTF8 || tag == PH_CONSTANT_STRING) {
        return ph_java_return_string(call, constant->text);
    }
    return ph_java_return(call, tag == PH_CONSTANT_INTEGER || tag == PH_CONSTANT_FLOAT
                                    ? (uint32_t)constant->bits
                                    : constant->bits);
}

static enum ph_outcome int_at(struct ph_call *call)
{
    return value_at(call, PH_CONSTANT_INTEGER);
}

static enum ph_outcome long_at(struct ph_call *call)
{
    return value_at(call, PH_CONSTANT_LONG);
}

static enum ph_outcome float_at(struct ph_call *call)
{
    return value_at(call, PH_CONSTANT_FLOAT);
}

static enum ph_outcome double_at(struct ph_call *call)
{
    return value_at(call, PH_CONSTANT_DOUBLE);
}

static enum ph_outcome string_at(struct ph_call *call)
{
    return value_at(call, PH_CONSTANT_STRING);
}

static enum ph_outcome text_at(struct ph_call *call)
{
    return value_at(call, PH_CONSTANT_UTF8);
}

static enum ph_outcome size(struct ph_call *call)
{
    uint32_t primitive;
    const struct ph_java_class *class =
        ph_java_defined(ph_java_vm_of(call), ph_java_class_argument(call, 1, &primitive));
    return ph_java_return(call, class == NULL ? 0 : class->file.constant_count);
}

static enum ph_outcome tag_at(struct ph_call *call)
{
    const struct ph_classfile *file;
    enum ph_outcome outcome = PH_DONE;
    const struct ph_constant *constant = constant_at(call, UINT32_MAX, &file, &outcome);
    return constant == NULL ? outcome : ph_java_return(call, constant->tag);
}

static enum ph_outcome class_at(struct ph_call *call)
{
    const struct ph_classfile *file;
    enum ph_outcome outcome = PH_DONE;
    const struct ph_constant *constant =
        constant_at(call, 1u << PH_CONSTANT_CLASS, &file, &outcome);
    struct ph_root self;

    if (constant == NULL) {
        return outcome;
    }
    ph_root_push(call->mutator, &self, ph_java_argument(call, 1));
    ph_ref name = ph_java_string(call, constant->text);
    const uint64_t arguments[] = {self.ref, name};
    ph_root_pop(call->mutator, &self);
    return name == 0 ? ph_java_out_of_memory(call)
                     : ph_java_call(call, "phantom/vm/Classes",
                                    "declaring(Ljava/lang/Class;Ljava/lang/String;)"
                                    "Ljava/lang/Class;", arguments, 2);
}

/* ---- The table ------------------------------------------------------------------------------- */

#define P "jdk/internal/reflect/ConstantPool."
#define STRING "Ljava/lang/String;"
#define AT "(Ljava/lang/Object;I)"

static const struct ph_native_info natives[] = {
    {"java", "java/lang/Class.getConstantPool()Ljdk/internal/reflect/ConstantPool;", "r:r",
     get_constant_pool},
    {"java", P "getSize0(Ljava/lang/Object;)I", "rr:i", size},
    {"java", P "getClassAt0" AT "Ljava/lang/Class;", "rri:r", class_at},
    {"java", P "getIntAt0" AT "I", "rri:i", int_at},
    {"java", P "getLongAt0" AT "J", "rri:l", long_at},
    {"java", P "getFloatAt0" AT "F", "rri:f", float_at},
    {"java", P "getDoubleAt0" AT "D", "rri:d", double_at},
    {"java", P "getStringAt0" AT STRING, "rri:r", string_at},
    {"java", P "getUTF8At0" AT STRING, "rri:r", text_at},
    {"java", P "getTagAt0" AT "B", "rri:i", tag_at},
};

ph_status ph_java_pool_natives_add(struct ph_java_vm *self)
{
    return ph_machine_add_natives_for(self->machine, natives, PH_COUNT(natives), self,
                                      PH_PRIVILEGE_ALL);
}
