/* SPDX-License-Identifier: Apache-2.0 */
/* Calls, loops, traps, interruption: small programs, in every mode of world_kit.h. */
#include "support/world_kit.h"
#include "unit.h"

#define EACH_MODE(world)                                                     \
    for (enum world_mode m_ = WORLD_FREE; m_ < WORLD_MODE_COUNT; world_close(&(world)), m_++) \
        if (world_open(&(world), m_), true)

static const uint64_t none[1];

static void free_unit(struct ph_slice unit)
{
    ph_free(ph_port_allocator(), (void *)(uintptr_t)unit.bytes, unit.size);
}

static const char factorial[] =
    "export \"factorial\" function 0\n"
    "export \"recursive\" function 1\n"
    "function (i64) -> (i64) { local i64\n"
    "    i64_const 1 local_set 1\n"
    "  label 0 loop local_get 0 i64_eqz br_if 1\n"
    "    local_get 1 local_get 0 i64_mul local_set 1\n"
    "    local_get 0 i64_const 1 i64_sub local_set 0 br 0\n"
    "  label 1 local_get 1 return }\n"
    "function (i64) -> (i64) {\n"
    "    local_get 0 i64_eqz br_unless 0 i64_const 1 return\n"
    "  label 0 local_get 0 local_get 0 i64_const 1 i64_sub call 1 i64_mul return }\n";

TEST(loops_and_recursion)
{
    struct world world;
    const uint64_t ten[] = {10};

    EACH_MODE(world) {
        ph_ref instance = world_text(&world, factorial);
        CHECK_EQ(world_value(&world, instance, "factorial", 1, ten), 3628800);
        CHECK_EQ(world_value(&world, instance, "recursive", 1, ten), 3628800);
    }
}

/* sum(n) = n + sum(n - 1): deeper than the return cache and than a chunk. */
static const char deep[] =
    "export \"sum\" function 0\n"
    "export \"wide\" function 1\n"
    "function (i64) -> (i64) {\n"
    "    local_get 0 i64_eqz br_unless 0 i64_const 0 return\n"
    "  label 0 local_get 0 local_get 0 i64_const 1 i64_sub call 0 i64_add return }\n"
    "function (i64) -> (i64) { local i64 300\n" /* does not fit in a thread's first chunk */
    "    local_get 0 i64_eqz br_unless 0 local_get 299 return\n"
    "  label 0 local_get 0 i64_const 1 i64_sub call 1\n"
    "    local_get 0 local_set 299 local_get 299 i64_add return }\n";

TEST(deep_stacks_grow_by_chunks)
{
    struct world world;
    const uint64_t depth[] = {3000}, few[] = {50};

    EACH_MODE(world) {
        ph_ref instance = world_text(&world, deep);
        CHECK_EQ(world_value(&world, instance, "sum", 1, depth), 3000 * 3001 / 2);
        CHECK_EQ(world_value(&world, instance, "wide", 1, few), 50 * 51 / 2);
    }
}

TEST(endless_recursion_exhausts_the_stack)
{
    struct world world;
    const uint64_t much[] = {1000000000};

    world_open_with(&world, WORLD_FREE, (struct ph_machine_options){.stack_slots_max = 100000});
    ph_ref instance = world_text(&world, deep);
    CHECK_EQ(world_trap(&world, instance, "sum", 1, much), PH_TRAP_STACK_EXHAUSTED);
    CHECK_EQ(world_trap(&world, instance, "wide", 1, much), PH_TRAP_STACK_EXHAUSTED);
    const uint64_t ten[] = {10};
    CHECK_EQ(world_value(&world, instance, "sum", 1, ten), 55);
    world_close(&world);
}

/* Two units: the second calls the first, and gives it a function to call back. */
static const char provider[] =
    "export \"twice\" function 0 export \"memory\" memory 0 export \"table\" table 0\n"
    "export \"back\" function 1\n"
    "memory 1 table function 4\n"
    "function (i32) -> (i32) { i32_const 0 local_get 0 i32_store 0 0\n"
    "    i32_const 0 i32_load 0 0 i32_const 2 i32_mul return }\n"
    "function (ref i32) -> (i32) { local_get 1 local_get 0 call_function 0\n"
    "    i32_const 0 i32_load 0 0 i32_add return }\n";
static const char consumer[] =
    "import function \"p\" \"twice\" (i32) -> (i32)\n"
    "import function \"p\" \"back\" (ref i32) -> (i32)\n"
    "import table \"p\" \"table\" function 4\n"
    "memory 1\n"
    "export \"run\" function 2 export \"through\" function 3 export \"table\" function 4\n"
    "element declared function { function 5 }\n"
    "function (i32) -> (i32) { i32_const 0 i32_const 1000 i32_store 0 0\n"
    "    local_get 0 call 0 i32_const 0 i32_load 0 0 i32_add return }\n"
    "function (i32) -> (i32) { i32_const 0 i32_const 500 i32_store 0 0\n"
    "    ref_func 5 local_get 0 call 1 return }\n"
    "function (i32) -> (i32) { i32_const 1 ref_func 0 table_set 0\n"
    "    i32_const 2 ref_func 5 table_set 0\n"
    "    local_get 0 i32_const 1 call_indirect 0 0\n"
    "    i32_const 2 call_indirect 0 0 return }\n"
    "function (i32) -> (i32) { local_get 0 i32_const 0 i32_load 0 0 i32_add\n"
    "    call 0 i32_const 1 i32_add return }\n";

TEST(calls_between_instances_switch_memories)
{
    struct world world;
    const uint64_t seven[] = {7};
    struct ph_slice first = world_assemble(provider), second = world_assemble(consumer);

    EACH_MODE(world) {
        ph_ref from = world_instantiate(&world, first, NULL, 0);
        ph_ref instance = world_instantiate(&world, second, &from, 1);
        CHECK_EQ(world_value(&world, instance, "run", 1, seven), 1014);
        /* 507 * 2 + 1, and what "twice" left in the provider's memory */
        CHECK_EQ(world_value(&world, instance, "through", 1, seven), 1015 + 507);
        CHECK_EQ(world_value(&world, instance, "table", 1, seven), (14 + 500) * 2 + 1);
    }
    free_unit(first);
    free_unit(second);
}

static const char many_results[] =
    "export \"run\" function 1\n"
    "function (i32) -> (i32 i64 i32 i64) {\n"
    "    local_get 0 i64_const 2 local_get 0 i32_const 1 i32_add i64_const 4 return }\n"
    "function (i32) -> (i32 i64 i32 i64) { local_get 0 call 0 return }\n";

TEST(several_results)
{
    struct world world;
    const uint64_t seven[] = {7};

    EACH_MODE(world) {
        struct world_outcome o =
            world_call(&world, world_text(&world, many_results), "run", 1, seven);
        CHECK_EQ(o.result_count, 4);
        CHECK_EQ(o.results[0], 7);
        CHECK_EQ(o.results[1], 2);
        CHECK_EQ(o.results[2], 8);
        CHECK_EQ(o.results[3], 4);
    }
}

static const char branches[] =
    "export \"pick\" function 0 export \"spin\" function 1\n"
    "function (i32) -> (i32) {\n"
    "    local_get 0 br_table 0 1 2 3\n"
    "  label 0 i32_const 100 return\n"
    "  label 1 i32_const 101 return\n"
    "  label 2 i32_const 102 return\n"
    "  label 3 i32_const -1 return }\n"
    /* a br_table that goes back */
    "function (i32) -> (i32) { local i32\n"
    "  label 0 loop local_get 1 i32_const 1 i32_add local_set 1\n"
    "    local_get 1 local_get 0 i32_ge_u br_table 0 1\n"
    "  label 1 local_get 1 return }\n";

TEST(branch_tables)
{
    struct world world;

    EACH_MODE(world) {
        ph_ref instance = world_text(&world, branches);
        for (uint64_t i = 0; i < 6; i++) {
            CHECK_EQ(world_value(&world, instance, "pick", 1, &i),
                     i < 3 ? 100 + i : UINT32_MAX);
        }
        const uint64_t rounds[] = {37};
        CHECK_EQ(world_value(&world, instance, "spin", 1, rounds), 37);
    }
}

/* ---- Copies of locals that are pending when the local changes -------------------------------- */

static const char copies[] =
    "export \"post\" function 0 export \"swap\" function 1 export \"tee\" function 2\n"
    "export \"deep\" function 3 export \"constants\" function 4\n"
    /* the value before x = x + 1 */
    "function (i32) -> (i32) { local_get 0 local_get 0 i32_const 1 i32_add local_set 0\n"
    "    local_get 0 i32_const 1000 i32_mul i32_add return }\n"
    "function (i32 i32) -> (i32) { local_get 0 local_get 1 local_set 0 local_set 1\n"
    "    local_get 0 i32_const 10 i32_mul local_get 1 i32_add return }\n"
    "function (i32) -> (i32) { local_get 0 local_get 0 i32_const 5 i32_mul local_tee 0\n"
    "    local_get 0 i32_add i32_add return }\n"
    "function (i32) -> (i32) { local_get 0 i32_const 7 local_get 0 i32_const 3 i32_shl\n"
    "    local_set 0 local_get 0 squeeze 1 1 i32_sub return }\n"
    /* a comparison of two constants leaves the locals alone */
    "function (i32) -> (i32) { ref_null ref_is_null i64_const 5 i64_eqz i32_add local_get 0\n"
    "    i32_const 1 i32_const 2 i32_lt_s i32_add i32_add return }\n";

TEST(pending_copies_keep_old_values)
{
    struct world world;
    const uint64_t seven[] = {7}, two[] = {1, 2};

    EACH_MODE(world) {
        ph_ref instance = world_text(&world, copies);
        CHECK_EQ(world_value(&world, instance, "post", 1, seven), 8007);
        CHECK_EQ(world_value(&world, instance, "swap", 2, two), 21);
        CHECK_EQ(world_value(&world, instance, "tee", 1, seven), 77);
        CHECK_EQ(world_value(&world, instance, "deep", 1, seven), (uint32_t)(7 - 56));
        CHECK_EQ(world_value(&world, instance, "constants", 1, seven), 9);
    }
}

/* ---- Traps ----------------------------------------------------------------------------------- */

static const char traps[] =
    "signature () -> () memory 1 table function 2\n"
    "export \"divide\" function 0 export \"load\" function 1 export \"indirect\" function 2\n"
    "export \"inner\" function 3 export \"store\" function 4 export \"fill\" function 5\n"
    "export \"far\" function 7\n"
    "element active table 0 at 1 function { function 6 }\n"
    "function (i32 i32) -> (i32) { local_get 0 local_get 1 i32_div_s return }\n"
    "function (i32) -> (i32) { nop local_get 0 i32_load 0 4 return }\n"
    "function (i32) -> () { local_get 0 call_indirect 0 0 return }\n"
    "function (i32 i32) -> (i32) { i32_const 1 local_get 0 local_get 1 call 0 i32_add return }\n"
    "function (i32) -> () { local_get 0 i64_const -1 i64_store 0 0 return }\n"
    "function (i32) -> () { local_get 0 i32_const 1 i32_const 65536 memory_fill 0 return }\n"
    "function () -> (i32) { i32_const 1 return }\n"
    "function (i32) -> (i64) { local_get 0 i64_load 0 0xffffffff return }\n";

struct trap_case {
    const char *name;
    uint64_t arguments[2];
    enum ph_trap trap;
    uint32_t function, pc;
};

static const struct trap_case trap_cases[] = {
    {"divide", {1, 0}, PH_TRAP_DIVIDE_BY_ZERO, 0, 4},
    {"divide", {0x80000000, 0xffffffff}, PH_TRAP_INTEGER_OVERFLOW, 0, 4},
    {"inner", {1, 0}, PH_TRAP_DIVIDE_BY_ZERO, 0, 4},
    {"load", {65529}, PH_TRAP_MEMORY_BOUNDS, 1, 3},
    {"load", {UINT32_MAX}, PH_TRAP_MEMORY_BOUNDS, 1, 3},
    {"store", {65529}, PH_TRAP_MEMORY_BOUNDS, 4, 4},
    {"far", {0}, PH_TRAP_MEMORY_BOUNDS, 7, 2},
    {"fill", {1}, PH_TRAP_MEMORY_BOUNDS, 5, 8},
    {"indirect", {2}, PH_TRAP_UNDEFINED_ELEMENT, 2, 2},
    {"indirect", {0}, PH_TRAP_UNINITIALIZED_ELEMENT, 2, 2},
    {"indirect", {1}, PH_TRAP_INDIRECT_TYPE, 2, 2},
};

TEST(traps_say_where)
{
    struct world world;

    EACH_MODE(world) {
        ph_ref instance = world_text(&world, traps);
        for (uint32_t i = 0; i < PH_COUNT(trap_cases); i++) {
            const struct trap_case *c = &trap_cases[i];
            struct world_outcome o = world_call(&world, instance, c->name, 2, c->arguments);
            CHECK_EQ(o.trap, c->trap);
            CHECK_EQ(o.trap_function, c->function);
            CHECK_EQ(o.trap_pc, c->pc);
        }
    }
}

/* ---- Stopping -------------------------------------------------------------------------------- */

static const char long_fill[] =
    "memory 64 export \"run\" function 0\n"
    "function () -> (i32) {\n"
    "    i32_const 1 i32_const 7 i32_const 3000000 memory_fill 0\n"
    "    i32_const 1000 i32_const 3 i32_const 1000 memory_fill 0\n"
    "    i32_const 1001 i32_const 1000 i32_const 2000000 memory_copy 0 0\n"
    "    i32_const 0 i32_const 1 i32_const 2000000 memory_copy 0 0\n"
    "    i32_const 1000 i32_load 0 0 i32_const 2000 i32_load8_u 0 0 i32_add return }\n";

TEST(long_fills_and_copies_stop_in_the_middle)
{
    struct world world;

    EACH_MODE(world) {
        ph_ref instance = world_text(&world, long_fill);
        CHECK_EQ(world_value(&world, instance, "run", 0, none), 0x03030303u + 7);
        CHECK(world.mode == WORLD_FREE || world.steps > 20);
    }
}

/* At each stop the frames are canonical: offsets are those of sites, headers fit the functions. */
static void check_stop(struct world *world, struct ph_thread *thread)
{
    const struct ph_heap *heap = ph_machine_heap(world->machine);
    const struct ph_stack *stack = ph_stack_of(ph_address(heap, thread->chunk_ref));
    const uint64_t *slots = (const uint64_t *)(const void *)stack;
    struct ph_scratch scratch;

    ph_scratch_init(&scratch, ph_port_allocator(), 0);
    for (uint32_t slot = thread->header_slot;;) {
        const struct ph_frame_header *header = (const void *)&slots[slot];
        const struct ph_view *view = ph_view_find(world->machine, header->instance_ref);
        struct ph_function function;
        struct ph_function_facts facts;
        CHECK_OK(ph_function_open(&view->loaded->unit, header->function, &scratch, &function,
                                  NULL));
        CHECK_OK(ph_verify_function(&view->loaded->unit, header->function, &function, &scratch,
                                    &facts, NULL));
        bool is_site = false;
        for (uint32_t i = 0; i < facts.site_count; i++) {
            is_site = is_site || facts.sites[i].offset == header->pc;
        }
        CHECK(is_site);
        CHECK(slot >= PH_STACK_BASE + function.local_count);
        if (header->caller == 0) {
            break;
        }
        slot -= header->caller;
    }
    ph_scratch_finish(&scratch);
}

TEST(every_stop_is_canonical)
{
    struct world world;
    const uint64_t twelve[] = {12};

    world_open(&world, WORLD_STEP);
    world.stopped = check_stop;
    ph_ref instance = world_text(&world, factorial);
    CHECK_EQ(world_value(&world, instance, "recursive", 1, twelve), 479001600);
    CHECK_EQ(world.steps, 12 + 1); /* one stop before each call, and the rest */
    CHECK_EQ(world_value(&world, instance, "factorial", 1, twelve), 479001600);
    CHECK_EQ(world.steps, 12 + 1);
    world_close(&world);
}
