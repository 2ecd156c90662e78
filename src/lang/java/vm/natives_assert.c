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

/* The program's options, one after another. */
struct given {
    const struct ph_heap *heap;
    const struct ph_refs *options;
    uint32_t next;
};

static struct given given_to(const struct ph_call *call)
{
    const struct ph_heap *heap = call->mutator->heap;
    const struct ph_program *program = ph_address(heap, call->thread->program_ref);
    return (struct given){heap, ph_address(heap, program->arguments_ref), 1};
}

/* False: there are no more. */
static bool next_directive(struct given *self, struct directive *directive)
{
    while (self->next < self->options->length) {
        struct ph_slice option = ph_java_slice(self->heap, self->options->items[self->next]);
        if (option.size == 0 || option.bytes[0] != '-') {
            return false;
        }
        self->next += ph_slice_equal(option, PH_SLICE_TEXT("-cp")) ? 2 : 1; /* its value */
        if (read_directive(option, directive)) {
            return true;
        }
    }
    return false;
}

/* Class.desiredAssertionStatus0(Class) */
static enum ph_outcome desired_status(struct ph_call *call)
{
    struct ph_java_vm *vm = ph_java_vm_of(call);
    struct given given = given_to(call);
    struct directive directive;
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
    while (next_directive(&given, &directive)) {
        uint64_t exact = rank(&directive, (struct ph_slice){(uint8_t *)name, bytes}, is_system);
        is_on = exact != 0 && exact >= best ? directive.is_on : is_on;
        best = PH_MAX(best, exact);
    }
    return ph_java_return(call, is_on);
}

/* ---- For loaders whose status somebody has set ---------------------------------------------- */

#define DIRECTIVES "java/lang/AssertionStatusDirectives"

static bool is_package(const struct directive *directive)
{
    return directive->of.size >= 3 &&
           memcmp(directive->of.bytes + directive->of.size - 3, "...", 3) == 0;
}

static uint32_t count_of(const struct ph_call *call, bool packages)
{
    struct given given = given_to(call);
    struct directive directive;
    uint32_t count = 0;
    while (next_directive(&given, &directive)) {
        count += directive.of.bytes != NULL && is_package(&directive) == packages;
    }
    return count;
}

/* Two arrays of the AssertionStatusDirectives: names, and whether they are on. The package of
 * classes without one is null. */
static bool put_directives(struct ph_call *call, struct ph_root *self, bool packages)
{
    uint32_t count = count_of(call, packages), i = 0;
    struct given given = given_to(call);
    struct directive directive;
    ph_java_set_ref(call, self->ref, packages ? "packages:[Ljava/lang/String;"
                                              : "classes:[Ljava/lang/String;",
                    ph_java_new_array_named(call, "[Ljava/lang/String;", count));
    ph_java_set_ref(call, self->ref, packages ? "packageEnabled:[Z" : "classEnabled:[Z",
                    ph_java_new_array_named(call, "[Z", count));
    while (next_directive(&given, &directive)) {
        struct ph_slice of = directive.of;
        if (of.bytes == NULL || is_package(&directive) != packages) {
            continue;
        }
        of.size -= packages ? 3 : 0;
        ph_ref name = of.size == 0 ? 0 : ph_java_string(call, of);
        ph_ref names = ph_java_get_ref(ph_java_vm_of(call), self->ref,
                                       packages ? "packages:[Ljava/lang/String;"
                                                : "classes:[Ljava/lang/String;");
        ph_ref states = ph_java_get_ref(ph_java_vm_of(call), self->ref,
                                        packages ? "packageEnabled:[Z" : "classEnabled:[Z");
        if (names == 0 || states == 0 || (name == 0 && of.size != 0)) {
            return false;
        }
        struct ph_refs *to = ph_address(call->mutator->heap, names);
        struct ph_bytes *on = ph_address(call->mutator->heap, states);
        PH_SET_REF(call->mutator, to->items[i], name);
        PH_SET(call->mutator, on->data[i], directive.is_on);
        i++;
    }
    return true;
}

/* ClassLoader.retrieveDirectives() */
static enum ph_outcome directives(struct ph_call *call)
{
    struct ph_java_error error;
    struct ph_class *class;
    struct given given = given_to(call);
    struct directive directive;
    struct ph_root self;
    bool is_on = false;

    if (ph_java_find_boot(call, DIRECTIVES, &class, &error) != PH_JAVA_FOUND) {
        return ph_java_throw_error(call, &error);
    }
    while (next_directive(&given, &directive)) {
        is_on = directive.of.bytes == NULL ? directive.is_on : is_on;
    }
    ph_root_push(call->mutator, &self, ph_object_new_of(call->mutator, class, 0));
    bool is_good = self.ref != 0 && put_directives(call, &self, false) &&
                   put_directives(call, &self, true);
    if (is_good) {
        ph_java_set_number(call, self.ref, "deflt:Z", is_on);
    }
    ph_root_pop(call->mutator, &self);
    return is_good ? ph_java_return(call, self.ref) : ph_java_out_of_memory(call);
}

ph_status ph_java_assert_natives_add(struct ph_java_vm *self)
{
    static const struct ph_native_info natives[] = {
        {"java", "java/lang/Class.desiredAssertionStatus0(Ljava/lang/Class;)Z", "r:i",
         desired_status},
        {"java", "java/lang/ClassLoader.retrieveDirectives()L" DIRECTIVES ";", ":r", directives},
    };
    return ph_machine_add_natives_for(self->machine, natives, PH_COUNT(natives), self,
                                      PH_PRIVILEGE_ALL);
}
