/* SPDX-License-Identifier: Apache-2.0 */
/* launcher.c - the unit that a Java program is begun with: the roots are its globals, and `_start`
 * calls java.start, which makes the first classes and goes on in phantom.vm.Boot.
 *
 * The launcher may be resumed in the middle of _start: what java.start has made it finds again. */
#include "lang/java/vm/launcher.h"

#include "code/builder.h"
#include "lang/java/vm/vm.h"

ph_status ph_java_launcher(struct ph_allocator *allocator, struct ph_slice *unit,
                           struct ph_error *error)
{
    static const struct ph_signature nothing = {0};
    static const struct ph_global root = {{PH_REF, PH_REF_ANY, true}, {PH_INIT_NULL, 0}};
    struct ph_builder *builder;
    struct ph_slice built;
    ph_status status = ph_builder_create(allocator, &builder);

    if (status != PH_OK) {
        return ph_fail(error, status, "out of memory for Java's launcher");
    }
    uint32_t signature = ph_builder_signature(builder, &nothing);
    ph_builder_name(builder, PH_SLICE_TEXT("java"));
    uint32_t start = ph_builder_import_function(builder, PH_SLICE_TEXT("java"),
                                                PH_SLICE_TEXT("start"), signature);
    for (uint32_t i = 0; i < PH_JAVA_ROOT_COUNT; i++) {
        (void)ph_builder_global(builder, &root);
    }
    ph_builder_function_begin(builder, signature);
    ph_builder_op1(builder, PH_OP_call, start);
    ph_builder_op(builder, PH_OP_return);
    ph_builder_function_end(builder);
    ph_builder_export(builder, PH_SLICE_TEXT("_start"), PH_EXTERN_FUNCTION, 1);
    status = ph_builder_finish(builder, &built, error);
    if (status == PH_OK) {
        uint8_t *copy = ph_alloc(allocator, (size_t)built.size);
        if (copy != NULL) {
            memcpy(copy, built.bytes, (size_t)built.size);
            *unit = (struct ph_slice){copy, built.size};
        } else {
            status = ph_fail(error, PH_NO_MEMORY, "out of memory for Java's launcher");
        }
    }
    ph_builder_destroy(builder);
    return status;
}

/* ---- The start ------------------------------------------------------------------------------- */

/* Mirrors of the primitive types, in a table of their own. */
static bool make_primitives(struct ph_call *call)
{
    struct ph_mutator *mutator = call->mutator;
    struct ph_class *mirrors;
    struct ph_root table;
    bool ok = ph_java_look_up(call, 0, PH_SLICE_TEXT("java/lang/Class"), &mirrors);

    ph_root_push(mutator, &table,
                 ph_object_new_pinned(mutator, PH_CLASS_TABLE_ITEMS, PH_JAVA_PRIMITIVE_COUNT));
    ok = ok && table.ref != 0;
    for (uint32_t i = 0; ok && i < PH_JAVA_PRIMITIVE_COUNT; i++) {
        ph_ref mirror = ph_object_new_of(mutator, mirrors, 0);
        struct ph_refs *items = ph_address(mutator->heap, table.ref);
        ok = mirror != 0;
        if (ok) {
            ph_java_set_number(call, mirror, "$primitive", i);
            PH_SET_REF(mutator, items->items[i], mirror);
        }
    }
    if (ok) {
        ph_java_set_root(call, PH_JAVA_ROOT_PRIMITIVES, table.ref);
    }
    ph_root_pop(mutator, &table);
    return ok;
}

static enum ph_java_found find(struct ph_call *call, const char *name, struct ph_java_error *error)
{
    struct ph_root boot;
    struct ph_class *class;
    struct ph_slice text = {(const uint8_t *)name, strlen(name)};

    ph_root_push(call->mutator, &boot, 0);
    enum ph_java_found found = ph_java_find_class(call, &boot, text, &class, error);
    ph_root_pop(call->mutator, &boot);
    return found;
}

static enum ph_outcome start(struct ph_call *call)
{
    const struct ph_program *program =
        ph_address(call->mutator->heap, call->thread->program_ref);
    struct ph_java_error error = {0};

    if (call->caller->instance_ref != program->instance_ref) {
        return ph_call_trap(call, PH_TRAP_NATIVE); /* for the launcher alone */
    }
    if (ph_java_root(call, PH_JAVA_ROOT_PRIMITIVES) == 0 &&
        (find(call, "java/lang/Class", &error) != PH_JAVA_FOUND ||
         !ph_java_make_first_mirrors(call) || !make_primitives(call))) {
        return ph_call_trap(call, PH_TRAP_LINK);
    }
    return ph_java_call(call, "phantom/vm/Boot", "main()V", NULL, 0);
}

ph_status ph_java_launcher_natives_add(struct ph_java_vm *self)
{
    static const struct ph_native_info natives[] = {{"java", "start", ":", start}};
    return ph_machine_add_natives_for(self->machine, natives, PH_COUNT(natives), self, 0);
}
