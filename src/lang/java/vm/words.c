/* SPDX-License-Identifier: Apache-2.0 */
/* words.c - the words that texts of Java's errors are made of. */
#include "lang/java/vm/words.h"

#include "base/text.h"
#include "lang/java/vm/access.h"

void ph_java_add(char *to, size_t to_bytes, const char *format, ...)
{
    va_list arguments;
    size_t length = strlen(to);

    va_start(arguments, format);
    ph_text_vappend(to, to_bytes, &length, format, arguments);
    va_end(arguments);
}

void ph_java_add_name(struct ph_slice name, char *to, size_t to_bytes)
{
    size_t used = strlen(to);

    ph_java_add(to, to_bytes, "%.*s", (int)name.size, (const char *)name.bytes);
    for (size_t i = used; to[i] != 0; i++) {
        to[i] = to[i] == '/' ? '.' : to[i];
    }
}

void ph_java_add_type(struct ph_slice type, char *to, size_t to_bytes)
{
    size_t depth = 0;

    for (; type.size > 1 && type.bytes[0] == '['; depth++) {
        type = (struct ph_slice){type.bytes + 1, type.size - 1};
    }
    if (type.size > 1) {
        ph_java_add_name(ph_java_class_of(type), to, to_bytes);
    }
    const char *primitive = type.size == 1 ? ph_java_primitive_name(type.bytes[0]) : NULL;
    if (primitive != NULL) {
        ph_java_add(to, to_bytes, "%s", primitive);
    }
    for (; depth > 0; depth--) {
        ph_java_add(to, to_bytes, "[]");
    }
}

void ph_java_add_signature(struct ph_slice class_name, struct ph_slice name,
                           struct ph_slice descriptor, char *to, size_t to_bytes)
{
    struct ph_slice rest = descriptor, type;
    const char *before = "(";

    ph_java_add_type(ph_java_result(descriptor), to, to_bytes);
    ph_java_add(to, to_bytes, " ");
    ph_java_add_name(class_name, to, to_bytes);
    ph_java_add(to, to_bytes, "%s%.*s", class_name.size == 0 ? "" : ".", (int)name.size,
                (const char *)name.bytes);
    while (ph_java_next_parameter(&rest, &type)) {
        ph_java_add(to, to_bytes, "%s", before);
        ph_java_add_type(type, to, to_bytes);
        before = ", ";
    }
    ph_java_add(to, to_bytes, "%s", before[0] == '(' ? "()" : ")");
}

void ph_java_add_method(struct ph_slice class_name, struct ph_slice name,
                        struct ph_slice descriptor, char *to, size_t to_bytes)
{
    ph_java_add(to, to_bytes, "'");
    ph_java_add_signature(class_name, name, descriptor, to, to_bytes);
    ph_java_add(to, to_bytes, "'");
}

void ph_java_add_loader(struct ph_java_vm *vm, ph_ref loader, char *to, size_t to_bytes)
{
    char name[100] = "'bootstrap'";
    ph_ref known = loader == 0 ? 0 : ph_java_get_ref(vm, loader, "nameAndId:Ljava/lang/String;");

    if (known != 0) {
        ph_java_string_text(vm, known, name, sizeof(name));
    }
    ph_java_add(to, to_bytes, "%s", name);
}

void ph_java_add_home_of(struct ph_java_vm *vm, ph_ref module, ph_ref loader, char *to,
                         size_t to_bytes)
{
    char module_name[100];
    ph_ref named = ph_java_get_ref(vm, module, "name:Ljava/lang/String;");

    if (named != 0) {
        ph_java_string_text(vm, named, module_name, sizeof(module_name));
    }
    ph_java_add(to, to_bytes, "%s%s of loader ", named == 0 ? "unnamed module" : "module ",
                named == 0 ? "" : module_name);
    ph_java_add_loader(vm, loader, to, to_bytes);
}

bool ph_java_add_home(struct ph_java_vm *vm, const struct ph_class *class, char *to,
                      size_t to_bytes)
{
    ph_ref module = ph_java_class_module(vm, class);

    if (module != 0) {
        ph_java_add_home_of(vm, module, ph_java_loader_of(vm, class), to, to_bytes);
    }
    return module != 0;
}

void ph_java_add_homes(struct ph_java_vm *vm, const struct ph_class *one,
                       const struct ph_class *other, char *to, size_t to_bytes)
{
    bool is_same = ph_java_class_module(vm, one) == ph_java_class_module(vm, other);

    if (ph_java_class_module(vm, one) == 0 || ph_java_class_module(vm, other) == 0) {
        return;
    }
    ph_java_add(to, to_bytes, " (");
    ph_java_add_name(ph_java_slice(vm->heap, one->name_ref), to, to_bytes);
    if (!is_same) {
        ph_java_add(to, to_bytes, " is in ");
        (void)ph_java_add_home(vm, one, to, to_bytes);
    }
    ph_java_add(to, to_bytes, is_same ? " and " : "; ");
    ph_java_add_name(ph_java_slice(vm->heap, other->name_ref), to, to_bytes);
    ph_java_add(to, to_bytes, is_same ? " are in " : " is in ");
    (void)ph_java_add_home(vm, other, to, to_bytes);
    ph_java_add(to, to_bytes, ")");
}
