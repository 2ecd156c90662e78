/* SPDX-License-Identifier: Apache-2.0 */
/* natives_assert.c - which assertions are on: -ea and -da among the program's options.
 *
 * Without a ':' they are for all classes but those of the boot loader. "-ea:CLASS" is for that
 * class, "-ea:PACKAGE..." for a package and all below it, "-ea:..." for classes without a package.
 * The most exact one counts: a class, then the innermost package; of two
 * that are the same the last. */
#include "base/text.h"
#include "lang/java/vm/natives.h"
#include "machine/internal.h"

struct directive {
    bool is_on;
    struct ph_slice of; /* behind the ':'; bytes NULL: no ':' */
};

static bool begins_with(struct ph_slice text, struct ph_slice with)
{
    return text.size >= with.size && memcmp(text.bytes, with.bytes, (size_t)with.size) == 0;
}

static bool read_directive(struct ph_slice option, struct directive *read)
{
    static const struct {
        const char *name;
        bool is_on;
    } names[] = {{"-ea", true}, {"-enableassertions", true},
                 {"-da", false}, {"-disableassertions", false}};

    for (uint32_t i = 0; i < PH_COUNT(names); i++) {
        struct ph_slice name = ph_java_slice_of(names[i].name);
        *read = (struct directive){names[i].is_on, {NULL, 0}};
        if (ph_slice_equal(option, name)) {
            return true;
        }
        if (begins_with(option, name) && option.bytes[name.size] == ':') {
            read->of = (struct ph_slice){option.bytes + name.size + 1,
                                         option.size - name.size - 1};
            return true;
        }
    }
    return false;
}

/* How exactly the directive is meant for the class `name` ("a.b.C"): 0: not at all; 1: for all;
 * more: a package, by its length, or the class itself. */
static uint64_t rank(const struct directive *directive, struct ph_slice name, bool is_system)
{
    struct ph_slice of = directive->of, package = name;

    if (of.bytes == NULL) {
        return !is_system;
    }
    if (of.size < 3 || memcmp(of.bytes + of.size - 3, "...", 3) != 0) {
        return ph_slice_equal(of, name) ? UINT64_MAX : 0;
    }
    of.size -= 3;
    while (package.size > 0 && package.bytes[package.size - 1] != '.') {
        package.size--;
    }
    bool is_in = of.size == 0 ? package.size == 0
                              : package.size > of.size && begins_with(package, of) &&
                                    package.bytes[of.size] == '.';
    return is_in ? 2 + of.size : 0;
}

/* Class.desiredAssertionStatus0(Class) */
static enum ph_outcome desired_status(struct ph_call *call)
{
    struct ph_java_vm *vm = ph_java_vm_of(call);
    const struct ph_heap *heap = call->mutator->heap;
    const struct ph_program *program = ph_address(heap, call->thread->program_ref);
    const struct ph_refs *given = ph_address(heap, program->arguments_ref);
    char name[PH_JAVA_NAME_BYTES];
    uint32_t primitive;
    const struct ph_class *class = ph_java_class_argument(call, 0, &primitive);
    uint64_t best = 0;
    bool is_on = false;

    if (class == NULL) {
        return ph_java_return(call, 0);
    }
    size_t bytes = ph_java_external_name(vm, class, name, sizeof(name));
    bool is_system = ph_java_loader_of(vm, class) == 0;
    for (uint32_t i = 1; i < given->length; i++) {
        struct ph_slice option = ph_java_slice(heap, given->items[i]);
        struct directive directive;
        if (option.size == 0 || option.bytes[0] != '-') {
            break;
        }
        i += ph_slice_equal(option, PH_SLICE_TEXT("-cp")); /* its value */
        uint64_t exact = read_directive(option, &directive)
                             ? rank(&directive, (struct ph_slice){(uint8_t *)name, bytes},
                                    is_system)
                             : 0;
        is_on = exact != 0 && exact >= best ? directive.is_on : is_on;
        best = PH_MAX(best, exact);
    }
    return ph_java_return(call, is_on);
}

ph_status ph_java_assert_natives_add(struct ph_java_vm *self)
{
    static const struct ph_native_info natives[] = {
        {"java", "java/lang/Class.desiredAssertionStatus0(Ljava/lang/Class;)Z", "r:i",
         desired_status},
    };
    return ph_machine_add_natives_for(self->machine, natives, PH_COUNT(natives), self,
                                      PH_PRIVILEGE_ALL);
}
