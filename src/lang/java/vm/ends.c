/* SPDX-License-Identifier: Apache-2.0 */
/* ends.c - what natives end with: calls of Java code, and what is thrown by it. */
#include "lang/java/vm/natives.h"

#include "base/text.h"

static struct ph_class *boot_class(struct ph_call *call, const char *name)
{
    struct ph_class *class;
    return ph_java_find_boot(call, name, &class, NULL) == PH_JAVA_FOUND ? class : NULL;
}

enum ph_outcome ph_java_call(struct ph_call *call, const char *class_name, const char *key,
                             const uint64_t *arguments, uint32_t count)
{
    struct ph_java_vm *vm = ph_java_vm_of(call);
    struct ph_slice wanted = {(const uint8_t *)key, strlen(key)};
    const struct ph_java_known *class = ph_java_know(vm, boot_class(call, class_name));

    if (class == NULL) {
        return ph_call_trap(call, PH_TRAP_NATIVE);
    }
    uint32_t method = ph_java_method_number(class, wanted);
    ph_ref function_ref =
        method == UINT32_MAX ? 0 : ph_java_method_function(call, class, method);
    if (function_ref == 0) {
        return ph_call_trap(call, PH_TRAP_NATIVE);
    }
    const struct ph_unit *unit = &class->view->loaded->unit;
    const struct ph_signature *s = &unit->signatures[unit->class_defs[0].methods[method].signature];
    PH_ASSERT(s->param_count == count);
    return ph_call_function(call, function_ref, s->types, arguments, count);
}

/* phantom.vm.Raise has a method for each kind of result, since it stands in the native's place. */
static enum ph_outcome raise(struct ph_call *call, struct ph_root *what, struct ph_root *message)
{
    static const char *const keys[] = {
        [0] = "nothing(Ljava/lang/Object;Ljava/lang/Object;)V",
        [PH_I32] = "toInt(Ljava/lang/Object;Ljava/lang/Object;)I",
        [PH_I64] = "toLong(Ljava/lang/Object;Ljava/lang/Object;)J",
        [PH_F32] = "toFloat(Ljava/lang/Object;Ljava/lang/Object;)F",
        [PH_F64] = "toDouble(Ljava/lang/Object;Ljava/lang/Object;)D",
        [PH_REF] = "toObject(Ljava/lang/Object;Ljava/lang/Object;)Ljava/lang/Object;"};
    const struct ph_signature *s = call->signature;

    (void)boot_class(call, "phantom/vm/Raise"); /* may collect, if it does */
    const uint64_t arguments[] = {what->ref, message->ref};
    return ph_java_call(call, "phantom/vm/Raise",
                        keys[s->result_count == 0 ? 0 : s->types[s->param_count]], arguments, 2);
}

enum ph_outcome ph_java_throw(struct ph_call *call, const char *class_name, const char *text)
{
    struct ph_root name, message;

    ph_root_push(call->mutator, &name, ph_java_string_of(call, class_name));
    ph_root_push(call->mutator, &message, text == NULL ? 0 : ph_java_string_of(call, text));
    enum ph_outcome outcome = raise(call, &name, &message);
    ph_root_pop(call->mutator, &message);
    ph_root_pop(call->mutator, &name);
    return outcome;
}

enum ph_outcome ph_java_initialise(struct ph_call *call, struct ph_class *class)
{
    struct ph_root mirror, nothing;
    enum ph_outcome outcome = ph_call_initialise(call, class);

    if (outcome != PH_TRAPPED || call->thread->trap != PH_TRAP_CLASS_INIT) {
        return outcome;
    }
    PH_SET(call->mutator, call->thread->trap, PH_TRAP_NONE);
    ph_root_push(call->mutator, &mirror, class->mirror_ref);
    ph_root_push(call->mutator, &nothing, 0);
    outcome = raise(call, &mirror, &nothing);
    ph_root_pop(call->mutator, &nothing);
    ph_root_pop(call->mutator, &mirror);
    return outcome;
}

enum ph_outcome ph_java_throw_error(struct ph_call *call, const struct ph_java_error *error)
{
    return ph_java_throw(call, error->class_name, error->text);
}

enum ph_outcome ph_java_throw_null(struct ph_call *call)
{
    return ph_java_throw(call, "java/lang/NullPointerException", NULL);
}

enum ph_outcome ph_java_out_of_memory(struct ph_call *call)
{
    return ph_call_trap(call, PH_TRAP_OUT_OF_MEMORY);
}
