/* SPDX-License-Identifier: Apache-2.0 */
/* natives_vm.c - what our own Java code, package phantom.vm, asks of the machine. Only the boot
 * loader's classes can call these. */
#include "lang/java/vm/access.h"
#include "lang/java/vm/natives.h"

#include "base/text.h"

/* ---- Classes and methods --------------------------------------------------------------------- */

static enum ph_outcome boot_class(struct ph_call *call)
{
    char name[PH_JAVA_NAME_BYTES];
    return ph_java_name_argument(call, 0, name, false) ? ph_java_return_boot_class(call, name)
                                                       : ph_java_return(call, 0);
}

static enum ph_outcome allocate(struct ph_call *call)
{
    uint32_t primitive;
    struct ph_class *class =
        ph_java_class_behind(ph_java_vm_of(call), ph_java_argument(call, 0), &primitive);

    return class == NULL ? ph_java_throw(call, "java/lang/InternalError", "no class to allocate")
                         : ph_java_allocate(call, class);
}

/* call(type, key, …): the class's own method or one from above takes exactly what comes after the
 * key. */
static enum ph_outcome call_method(struct ph_call *call)
{
    struct ph_java_vm *vm = ph_java_vm_of(call);
    uint32_t primitive;
    struct ph_class *class = ph_java_class_behind(vm, ph_java_argument(call, 0), &primitive);
    const struct ph_java_known *known = NULL;
    char key[PH_JAVA_NAME_BYTES] = "";
    uint32_t method = UINT32_MAX;

    if (class != NULL && ph_java_argument(call, 1) != 0 &&
        ph_java_string_text(vm, ph_java_argument(call, 1), key, sizeof(key)) < sizeof(key)) {
        known = ph_java_find_method(vm, class, ph_java_slice_of(key), &method);
    }
    if (known == NULL) {
        return ph_java_throw(call, "java/lang/NoSuchMethodError", key);
    }
    if ((ph_class_outline_method_flags(&known->outline, method) & PH_ACC_STATIC) != 0) {
        enum ph_outcome outcome = ph_java_initialise(call, class);
        if (outcome != PH_DONE) {
            return outcome;
        }
    } else if (!ph_ref_is_instance(vm->heap, ph_java_argument(call, 2), class)) {
        return ph_java_throw(call, "java/lang/InternalError", "a receiver of another class");
    }
    ph_ref function = ph_java_method_function(call, known, method);
    return function == 0 ? ph_java_throw(call, "java/lang/AbstractMethodError", key)
                         : ph_call_function(call, function, call->signature->types + 2,
                                            call->slots + 2, call->signature->param_count - 2);
}

/* ---- The program ----------------------------------------------------------------------------- */

static enum ph_outcome arguments(struct ph_call *call)
{
    const struct ph_heap *heap = call->mutator->heap;
    const struct ph_program *program = ph_address(heap, call->thread->program_ref);
    const struct ph_refs *given = ph_address(heap, program->arguments_ref); /* pinned */
    uint32_t count = given->length == 0 ? 0 : given->length - 1; /* but for the name */
    struct ph_root array;

    ph_root_push(call->mutator, &array,
                 ph_java_new_array_named(call, "[Ljava/lang/String;", count));
    bool ok = array.ref != 0;
    for (uint32_t i = 0; ok && i < count; i++) {
        ph_ref text = ph_java_string_utf8(call, ph_java_slice(heap, given->items[i + 1]));
        struct ph_refs *to = ph_address(heap, array.ref);
        ok = text != 0;
        PH_SET_REF(call->mutator, to->items[i], text);
    }
    ph_root_pop(call->mutator, &array);
    return ok ? ph_java_return(call, array.ref) : ph_java_out_of_memory(call);
}

/* The class is loaded, and every loader that delegates finds it. */
static bool is_loaded(struct ph_call *call, struct ph_slice name)
{
    struct ph_class *class;
    return ph_java_is_java(name) && ph_java_look_up(call, 0, name, &class);
}

static bool has_class(struct ph_call *call, struct ph_slice type)
{
    while (type.size > 0 && type.bytes[0] == '[') {
        type = (struct ph_slice){type.bytes + 1, type.size - 1};
    }
    if (type.size > 0 && type.bytes[0] != 'L') {
        return true;
    }
    return is_loaded(call, ph_java_class_of(type));
}

/* All that reflection looks for when it is asked for the method is there. */
static bool has_types(struct ph_call *call, const struct ph_classfile *file,
                      const struct ph_class_method *method)
{
    struct ph_slice descriptor = ph_classfile_text(file, method->descriptor);
    struct ph_slice rest = descriptor, type;
    bool all = has_class(call, ph_java_result(descriptor));

    while (all && ph_java_next_parameter(&rest, &type)) {
        all = has_class(call, type);
    }
    for (uint32_t i = 0; all && i < method->exception_count; i++) {
        all = is_loaded(call, ph_classfile_text(file, method->exceptions[i]));
    }
    return all;
}

/* hasPlainMain(type): its main method is what every launcher would take without a word: a public
 * static one of a class right below Object, with no other that could be meant. */
static enum ph_outcome has_plain_main(struct ph_call *call)
{
    struct ph_java_vm *vm = ph_java_vm_of(call);
    uint32_t primitive, found = 0, fit = 0;
    const struct ph_class *class =
        ph_java_class_behind(vm, ph_java_argument(call, 0), &primitive);
    const struct ph_java_class *defined = ph_java_defined(vm, class);

    if (defined == NULL ||
        !ph_slice_equal(defined->file.super_name, PH_SLICE_TEXT("java/lang/Object"))) {
        return ph_java_return(call, false);
    }
    const struct ph_classfile *file = &defined->file;
    bool is_plain = true;
    for (uint32_t i = 0; is_plain && i < file->method_count; i++) {
        const struct ph_class_method *method = &file->methods[i];
        if ((method->flags & PH_ACC_PUBLIC) == 0) {
            continue;
        }
        is_plain = has_types(call, file, method);
        if (ph_slice_equal(ph_classfile_text(file, method->name), PH_SLICE_TEXT("main"))) {
            found++;
            fit += (method->flags & PH_ACC_STATIC) != 0 &&
                   ph_slice_equal(ph_classfile_text(file, method->descriptor),
                                  PH_SLICE_TEXT("([Ljava/lang/String;)V"));
        }
    }
    return ph_java_return(call, is_plain && found == 1 && fit == 1);
}

static enum ph_outcome end(struct ph_call *call)
{
    return ph_call_exit(call, (uint32_t)call->slots[0]);
}

static enum ph_outcome set_thread_group(struct ph_call *call)
{
    ph_java_set_root(call, PH_JAVA_ROOT_THREAD_GROUP, ph_java_argument(call, 0));
    return PH_DONE;
}

/* ---- Traps ----------------------------------------------------------------------------------- */

static enum ph_outcome trap_class(struct ph_call *call)
{
    static const char *const classes[] = {
        [PH_TRAP_DIVIDE_BY_ZERO] = "java/lang/ArithmeticException",
        [PH_TRAP_STACK_EXHAUSTED] = "java/lang/StackOverflowError",
        [PH_TRAP_NULL_REFERENCE] = "java/lang/NullPointerException",
        [PH_TRAP_OUT_OF_MEMORY] = "java/lang/OutOfMemoryError",
        [PH_TRAP_NATIVE] = "java/lang/UnsatisfiedLinkError",
        [PH_TRAP_ARRAY_BOUNDS] = "java/lang/ArrayIndexOutOfBoundsException",
        [PH_TRAP_NEGATIVE_SIZE] = "java/lang/NegativeArraySizeException",
        [PH_TRAP_WRONG_CLASS] = "java/lang/ClassCastException",
        [PH_TRAP_ARRAY_STORE] = "java/lang/ArrayStoreException",
        [PH_TRAP_LINK] = "java/lang/IncompatibleClassChangeError",
        [PH_TRAP_CLASS_INIT] = "java/lang/NoClassDefFoundError",
        [PH_TRAP_ABSTRACT] = "java/lang/AbstractMethodError",
        [PH_TRAP_MONITOR] = "java/lang/IllegalMonitorStateException"};
    uint32_t trap = (uint32_t)call->slots[0];
    const char *name = trap < PH_COUNT(classes)              ? classes[trap]
                       : trap == PH_JAVA_TRAP_INSTANTIATION ? "java/lang/InstantiationError"
                       : trap == PH_JAVA_TRAP_NO_INTERFACE
                           ? "java/lang/IncompatibleClassChangeError"
                       : trap == PH_JAVA_TRAP_HIDDEN ? "java/lang/IllegalAccessError"
                                                     : NULL;
    ph_ref string = ph_java_string_of(call, name == NULL ? "java/lang/InternalError" : name);

    return string == 0 ? ph_java_out_of_memory(call) : ph_java_return(call, string);
}

/* note(loader, name with slashes, class): what the loader has answered for the name, now and for
 * ever. */
static enum ph_outcome note(struct ph_call *call)
{
    struct ph_java_vm *vm = ph_java_vm_of(call);
    uint32_t primitive;
    struct ph_class *class = ph_java_class_behind(vm, ph_java_argument(call, 2), &primitive);
    char name[PH_JAVA_NAME_BYTES];

    if (class == NULL || !ph_java_name_argument(call, 1, name, false) ||
        !ph_slice_equal(ph_java_slice(vm->heap, class->name_ref), ph_java_slice_of(name))) {
        return ph_java_throw(call, "java/lang/NoClassDefFoundError", class == NULL ? NULL : name);
    }
    ph_ref loader = ph_java_argument(call, 0);
    if (loader != 0 && !ph_java_is_instance(call, loader, "java/lang/ClassLoader")) {
        return ph_java_throw(call, "java/lang/InternalError", "no class loader");
    }
    struct ph_java_error error = {0};
    class = ph_java_note_class(call, loader, class, &error);
    return class == NULL ? ph_java_throw_error(call, &error) : ph_java_return_mirror(call, class);
}

static enum ph_outcome failure(struct ph_call *call)
{
    struct ph_java_vm *vm = ph_java_vm_of(call);
    uint32_t primitive;

    return ph_java_class_behind(vm, ph_java_argument(call, 0), &primitive) == NULL
               ? ph_java_return(call, 0)
               : ph_java_return(call,
                                ph_java_get_ref(vm, ph_java_argument(call, 0), "$failure"));
}

static enum ph_outcome initialised_below(struct ph_call *call)
{
    uint32_t primitive;
    const struct ph_class *class =
        ph_java_class_behind(ph_java_vm_of(call), ph_java_argument(call, 0), &primitive);
    const struct ph_class *below =
        class == NULL ? NULL : ph_class_init_below(call->machine, class);

    return ph_java_return(call, below == NULL ? 0 : below->mirror_ref);
}

static enum ph_outcome set_failure(struct ph_call *call)
{
    uint32_t primitive;

    if (ph_java_class_behind(ph_java_vm_of(call), ph_java_argument(call, 0), &primitive) != NULL) {
        ph_java_set_ref(call, ph_java_argument(call, 0), "$failure", ph_java_argument(call, 1));
    }
    return PH_DONE;
}

#define VM_NAME "phantom/vm/VM."
#define CLASS "Ljava/lang/Class;"
#define STRING "Ljava/lang/String;"
#define OBJECT "Ljava/lang/Object;"

ph_status ph_java_vm_natives_add(struct ph_java_vm *self)
{
    static const struct ph_native_info natives[] = {
        {"java", VM_NAME "bootClass(" STRING ")" CLASS, "r:r", boot_class},
        {"java", VM_NAME "allocate(" CLASS ")" OBJECT, "r:r", allocate},
        {"java", VM_NAME "call(" CLASS STRING ")V", "rr:", call_method},
        {"java", VM_NAME "call(" CLASS STRING OBJECT ")V", "rrr:", call_method},
        {"java", VM_NAME "call(" CLASS STRING OBJECT OBJECT ")V", "rrrr:", call_method},
        {"java", VM_NAME "call(" CLASS STRING OBJECT OBJECT OBJECT ")V", "rrrrr:", call_method},
        {"java", VM_NAME "call(" CLASS STRING OBJECT OBJECT "Z)V", "rrrri:", call_method},
        {"java", VM_NAME "callInt(" CLASS STRING "ZZ)I", "rrii:i", call_method},
        {"java", VM_NAME "callStatic(" CLASS STRING OBJECT ")V", "rrr:", call_method},
        {"java", VM_NAME "arguments()[" STRING, ":r", arguments},
        {"java", VM_NAME "hasPlainMain(" CLASS ")Z", "r:i", has_plain_main},
        {"java", VM_NAME "exit(I)V", "i:", end},
        {"java", VM_NAME "setThreadGroup(Ljava/lang/ThreadGroup;)V", "r:", set_thread_group},
        {"java", VM_NAME "trapClass(I)" STRING, "i:r", trap_class},
        {"java", VM_NAME "failure(" CLASS ")Ljava/lang/Throwable;", "r:r", failure},
        {"java", VM_NAME "initialisedBelow(" CLASS ")" CLASS, "r:r", initialised_below},
        {"java", VM_NAME "setFailure(" CLASS "Ljava/lang/Throwable;)V", "rr:", set_failure},
        {"java", VM_NAME "note(Ljava/lang/ClassLoader;" STRING CLASS ")" CLASS, "rrr:r", note},
    };
    return ph_machine_add_natives_for(self->machine, natives, PH_COUNT(natives), self,
                                      PH_PRIVILEGE_ALL);
}
