/* SPDX-License-Identifier: Apache-2.0 */
/* handles.c - the field or method that a method handle constant names is resolved as by an
 * instruction (JVMS 5.4.3.5), before java.lang.invoke makes the handle. */
#include "lang/java/vm/access.h"

#include "base/text.h"
#include "lang/java/vm/natives.h"
#include "lang/java/vm/natives_reflect.h"
#include "lang/java/vm/words.h"

#define INCOMPATIBLE "java/lang/IncompatibleClassChangeError"

struct handle {
    const struct ph_java_class *from;
    struct ph_class *class; /* that is named */
    uint32_t index, kind;
    struct ph_member_reference member;
    const struct ph_java_known *found;
    uint32_t number;
};

/* `before`, the method as it was found, else as it is named, `behind`. */
static enum ph_outcome refuse(struct ph_call *call, const struct handle *self,
                              const char *class_name, const char *before, const char *behind)
{
    char text[1024] = "";
    const struct ph_class *holder = self->found == NULL ? self->class : self->found->class;

    ph_java_add(text, sizeof(text), "%s", before);
    ph_java_add_method(ph_java_slice(call->mutator->heap, holder->name_ref), self->member.name,
                       self->member.descriptor, text, sizeof(text));
    ph_java_add(text, sizeof(text), "%s", behind);
    return ph_java_throw(call, class_name, text);
}

static enum ph_outcome refuse_kind(struct ph_call *call, const struct handle *self)
{
    char text[1024] = "Inconsistent constant pool data in classfile for class ";
    struct ph_slice name = ph_java_slice(call->mutator->heap, self->class->name_ref);
    bool is = ph_java_is_interface(self->class);

    ph_java_add(text, sizeof(text), "%.*s. Method '", (int)name.size, (const char *)name.bytes);
    ph_java_add_signature((struct ph_slice){NULL, 0}, self->member.name, self->member.descriptor,
                          text, sizeof(text));
    ph_java_add(text, sizeof(text), "' at index %u is %s and should be %s", (unsigned)self->index,
                is ? "CONSTANT_MethodRef" : "CONSTANT_InterfaceMethodRef",
                is ? "CONSTANT_InterfaceMethodRef" : "CONSTANT_MethodRef");
    return ph_java_throw(call, INCOMPATIBLE, text);
}

/* Superclasses' constructors are found too, and refused. */
static enum ph_outcome refuse_constructor(struct ph_call *call, const struct handle *self)
{
    char text[1024] = "";

    ph_java_add_name(ph_java_slice(call->mutator->heap, self->class->name_ref), text,
                     sizeof(text));
    ph_java_add(text, sizeof(text), ": method '");
    ph_java_add_signature((struct ph_slice){NULL, 0}, self->member.name, self->member.descriptor,
                          text, sizeof(text));
    ph_java_add(text, sizeof(text), "' not found");
    return ph_java_throw(call, "java/lang/NoSuchMethodError", text);
}

/* Of a class that is its own or that it names as an interface. */
static bool is_direct(const struct ph_heap *heap, const struct handle *self)
{
    const struct ph_classfile *file = &self->from->file;
    struct ph_slice name = ph_java_slice(heap, self->class->name_ref);
    bool is = self->from->class == self->class;

    for (uint32_t i = 0; !is && i < file->interface_count; i++) {
        is = ph_slice_equal(ph_classfile_text(file, file->interfaces[i]), name);
    }
    return is;
}

/* What the kind wants of the method. */
static enum ph_outcome check_kind(struct ph_call *call, const struct handle *self)
{
    bool is_static =
        (ph_class_outline_method_flags(&self->found->outline, self->number) & PH_ACC_STATIC) != 0;
    char text[512] = ", is in an indirect superinterface of ";

    if (self->kind == PH_HANDLE_INVOKE_STATIC) {
        return is_static ? ph_java_return(call, 0)
                         : refuse(call, self, INCOMPATIBLE, "Expected static method ", "");
    }
    if (is_static) {
        return refuse(call, self, INCOMPATIBLE,
                      self->member.tag == PH_CONSTANT_INTERFACE_METHOD
                          ? "Expected instance not static method "
                          : "Expecting non-static method ",
                      "");
    }
    if (self->kind == PH_HANDLE_NEW_INVOKE_SPECIAL && self->found->class != self->class) {
        return refuse_constructor(call, self);
    }
    if (self->kind == PH_HANDLE_INVOKE_SPECIAL && ph_java_is_interface(self->class) &&
        !is_direct(call->mutator->heap, self)) {
        ph_java_add_name(ph_java_slice(call->mutator->heap, self->from->class->name_ref), text,
                         sizeof(text));
        return refuse(call, self, INCOMPATIBLE, "Interface method reference: ", text);
    }
    return ph_java_return(call, 0);
}

/* May it be used, and do the loaders agree? */
static enum ph_outcome check_method(struct ph_call *call, const struct handle *self)
{
    struct ph_java_vm *vm = ph_java_vm_of(call);
    const struct ph_class *from = self->from->class;
    const struct ph_java_use use = {.from = self->from->known, .holder = self->found,
                                    .named = self->class, .number = self->number};
    const struct ph_java_agreement who = {
        .name = ph_java_slice(vm->heap, from->name_ref), .loader = ph_java_loader_of(vm, from),
        .module = ph_java_class_module(vm, from), .other = self->found->class,
        .member = self->member.name, .descriptor = self->member.descriptor};
    struct ph_java_error error = {0};
    struct ph_slice missing;
    enum ph_java_access access = ph_java_access_member(call, &use, &missing, &error);

    if (access == PH_JAVA_ASK) {
        return ph_java_return_ref(call, ph_java_string(call, missing));
    }
    return access == PH_JAVA_ALLOWED && ph_java_agree(call, &who, &error)
               ? check_kind(call, self)
               : ph_java_throw_error(call, &error);
}

/* An array's methods are Object's. */
static void find_method(struct ph_call *call, struct handle *self, struct ph_slice key)
{
    struct ph_java_vm *vm = ph_java_vm_of(call);
    struct ph_class *class = self->class;

    if ((class->flags & PH_CLASS_ARRAY) != 0) {
        (void)ph_java_look_up(call, 0, PH_SLICE_TEXT("java/lang/Object"), &class);
    }
    self->found = ph_java_find_method(vm, class, key, &self->number);
}

/* Have its methods any type? Then java.lang.invoke alone can tell. */
static bool is_polymorphic(struct ph_java_vm *vm, const struct ph_class *class)
{
    struct ph_slice name = ph_java_slice(vm->heap, class->name_ref);
    return ph_slice_equal(name, PH_SLICE_TEXT("java/lang/invoke/MethodHandle")) ||
           ph_slice_equal(name, PH_SLICE_TEXT("java/lang/invoke/VarHandle"));
}

/* Fields' access is looked at, and whether they are static is asked, by java.lang.invoke. */
static enum ph_outcome check_field(struct ph_call *call, struct handle *self, struct ph_slice key)
{
    char text[512];

    if (ph_java_find_field(ph_java_vm_of(call), self->class, key, &self->number) != NULL) {
        return ph_java_return(call, 0);
    }
    ph_text_printf(text, sizeof(text), "%.*s", (int)self->member.name.size,
                   (const char *)self->member.name.bytes);
    return ph_java_throw(call, "java/lang/NoSuchFieldError", text);
}

static enum ph_outcome check(struct ph_call *call, struct handle *self)
{
    struct ph_scratch scratch;
    struct ph_java_vm *vm = ph_java_vm_of(call);
    bool is_field = self->member.tag == PH_CONSTANT_FIELD;
    size_t bytes = (size_t)(self->member.name.size + self->member.descriptor.size) + 2;

    if (!is_field && (self->class->flags & PH_CLASS_ARRAY) == 0 &&
        ph_java_is_interface(self->class) != (self->member.tag == PH_CONSTANT_INTERFACE_METHOD)) {
        return refuse_kind(call, self);
    }
    ph_scratch_init(&scratch, vm->allocator, 0);
    char *text = ph_scratch_alloc(&scratch, bytes);
    if (text == NULL) {
        ph_scratch_finish(&scratch);
        return ph_java_out_of_memory(call);
    }
    size_t size = ph_text_printf(text, bytes, "%.*s%s%.*s", (int)self->member.name.size,
                                 (const char *)self->member.name.bytes, is_field ? ":" : "",
                                 (int)self->member.descriptor.size,
                                 (const char *)self->member.descriptor.bytes);
    struct ph_slice key = {(const uint8_t *)text, size};
    enum ph_outcome outcome;
    if (is_field) {
        outcome = check_field(call, self, key);
    } else {
        find_method(call, self, key);
        outcome = self->found != NULL                 ? check_method(call, self)
                  : is_polymorphic(vm, self->class) ? ph_java_return(call, 0)
                                                      : refuse(call, self,
                                                               "java/lang/NoSuchMethodError", "",
                                                               "");
    }
    ph_scratch_finish(&scratch);
    return outcome;
}

enum ph_outcome ph_java_check_handle(struct ph_call *call)
{
    struct ph_java_vm *vm = ph_java_vm_of(call);
    uint32_t primitive;
    struct handle self = {
        .from = ph_java_defined(vm, ph_java_class_argument(call, 0, &primitive)),
        .class = ph_java_class_argument(call, 2, &primitive), .index = (uint32_t)call->slots[1]};

    if (self.from == NULL || self.class == NULL ||
        ph_classfile_tag(&self.from->file, self.index) != PH_CONSTANT_METHOD_HANDLE) {
        return ph_java_throw(call, "java/lang/IllegalArgumentException", "no such constant");
    }
    const struct ph_constant *constant = &self.from->file.constants[self.index];
    self.kind = constant->kind;
    self.member = ph_classfile_member(&self.from->file, constant->first);
    return check(call, &self);
}
