/* SPDX-License-Identifier: Apache-2.0 */
/* References of different kinds make different function types: to links and to indirect calls. */
#include "base/text.h"
#include "support/world_kit.h"
#include "unit.h"

struct provider {
    struct world *world;
    ph_ref instance;
};

static ph_status resolve(void *context, const struct ph_unit *unit,
                         const struct ph_import *import, struct ph_root *object)
{
    const struct provider *from = context;

    (void)unit;
    return from->instance == 0
               ? PH_NOT_FOUND
               : ph_instance_export(from->world->machine, from->world->mutator, from->instance,
                                    import->name, object, NULL);
}

/* Makes an instance whose function import "f" comes from `from`; 0: from the natives. */
static ph_status link_text(struct world *world, ph_ref from, const char *signature)
{
    struct provider provider = {world, from};
    const struct ph_resolver resolver = {resolve, &provider, 0};
    struct ph_error error = {0};
    struct ph_root instance;
    ph_ref unit_ref;
    char text[120];

    ph_text_printf(text, sizeof(text), "import function \"m\" \"f\" %s", signature);
    struct ph_slice unit = world_assemble(text);
    CHECK_OK(ph_unit_load(world->machine, world->mutator, unit, &unit_ref, &error));
    ph_root_push(world->mutator, &instance, 0);
    ph_status status = ph_instantiate(world->machine, world->mutator, unit_ref, &resolver,
                                      &instance, &error);
    ph_root_pop(world->mutator, &instance);
    if (status != PH_OK) {
        CHECK_TEXT(error.text, "incompatible import type: m.f");
    }
    ph_free(ph_port_allocator(), (void *)unit.bytes, unit.size);
    return status;
}

TEST(import_wants_the_same_kinds_of_references)
{
    struct world world;

    world_open(&world, WORLD_STEP);
    ph_ref from = world_text(&world, "export \"f\" function 0\n"
                                     "function (externref i32) -> (externref) {\n"
                                     "    local_get 0 return }\n");
    CHECK_OK(link_text(&world, from, "(externref i32) -> (externref)"));
    CHECK_STATUS(link_text(&world, from, "(externref i32) -> (funcref)"), PH_UNLINKABLE);
    CHECK_STATUS(link_text(&world, from, "(funcref i32) -> (externref)"), PH_UNLINKABLE);
    CHECK_STATUS(link_text(&world, from, "(ref i32) -> (ref)"), PH_UNLINKABLE);
    CHECK_STATUS(link_text(&world, from, "(externref) -> (externref)"), PH_UNLINKABLE);
    world_close(&world);
}

static enum ph_outcome return_first(struct ph_call *call)
{
    (void)call;
    return PH_DONE;
}

TEST(native_takes_references_of_any_kind)
{
    static const struct ph_native_info natives[] = {
        {.module = "m", .name = "f", .signature = "r:r", .run = return_first}};
    struct world world;

    world_open(&world, WORLD_STEP);
    CHECK_OK(ph_machine_add_natives(world.machine, natives, 1));
    CHECK_OK(link_text(&world, 0, "(ref) -> (ref)"));
    CHECK_OK(link_text(&world, 0, "(externref) -> (externref)"));
    CHECK_OK(link_text(&world, 0, "(externref) -> (funcref)"));
    CHECK_STATUS(link_text(&world, 0, "(externref) -> (i32)"), PH_UNLINKABLE);
    world_close(&world);
}

static const char calls[] =
    "signature (externref) -> (externref)\n"
    "signature (externref) -> (funcref)\n"
    "signature (ref) -> (ref)\n"
    "table function 1\n"
    "export \"same\" function 1\n"
    "export \"result\" function 2\n"
    "export \"any\" function 3\n"
    "export \"by_reference\" function 4\n"
    "element active table 0 at 0 function { function 0 }\n"
    "function signature 0 { local_get 0 return }\n"
    "function () -> (ref) { ref_null i32_const 0 call_indirect 0 0 return }\n"
    "function () -> (ref) { ref_null i32_const 0 call_indirect 1 0 return }\n"
    "function () -> (ref) { ref_null i32_const 0 call_indirect 2 0 return }\n"
    "function () -> (ref) { ref_null ref_func 0 call_function 1 return }\n";

TEST(indirect_call_wants_the_same_kinds_of_references)
{
    struct world world;

    world_open(&world, WORLD_STEP);
    ph_ref instance = world_text(&world, calls);
    CHECK_EQ(world_value(&world, instance, "same", 0, NULL), 0);
    CHECK_EQ(world_trap(&world, instance, "result", 0, NULL), PH_TRAP_INDIRECT_TYPE);
    CHECK_EQ(world_trap(&world, instance, "any", 0, NULL), PH_TRAP_INDIRECT_TYPE);
    CHECK_EQ(world_trap(&world, instance, "by_reference", 0, NULL), PH_TRAP_INDIRECT_TYPE);
    world_close(&world);
}
