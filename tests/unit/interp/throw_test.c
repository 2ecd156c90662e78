/* SPDX-License-Identifier: Apache-2.0 */
/* Exceptions: thrown, caught, out of initialisers, from traps, across frames and chunks; in every
 * mode of world_kit.h. */
#include "support/world_kit.h"
#include "unit.h"

#define EACH_MODE(world)                                                     \
    for (enum world_mode m_ = WORLD_FREE; m_ < WORLD_MODE_COUNT; world_close(&(world)), m_++) \
        if (world_open(&(world), m_), true)

static const uint64_t none[1];

/* deep(n, what): throws at depth n. Each frame has a handler that does not fit. */
/* The instruction right behind a handler's range is not in it, its first and its last are: of a
 * trap, a throw, and a call that throws. */
static const char ends[] =
    "class \"Thrown\" { }\n"
    "export \"trap in\" function 0 export \"trap behind\" function 1\n"
    "export \"throw in\" function 2 export \"throw behind\" function 3\n"
    "export \"call in\" function 4 export \"call behind\" function 5\n"
    "function () -> (i32) { i32_const 1 i32_const 0 try 0 catch any -> 0 i32_div_s end 0 return\n"
    "  label 0 (ref) drop i32_const 9 return }\n"
    "function () -> (i32) { i32_const 1 i32_const 0 try 0 catch any -> 0 nop end 0 i32_div_s\n"
    "  return\n"
    "  label 0 (ref) drop i32_const 9 return }\n"
    "function () -> (i32) { object_new \"Thrown\" try 0 catch any -> 0 throw end 0\n"
    "  label 0 (ref) drop i32_const 9 return }\n"
    "function () -> (i32) { object_new \"Thrown\" try 0 catch any -> 0 nop end 0 throw\n"
    "  label 0 (ref) drop i32_const 9 return }\n"
    "function () -> (i32) { try 0 catch any -> 0 call 3 end 0 return\n"
    "  label 0 (ref) drop i32_const 9 return }\n"
    "function () -> (i32) { try 0 catch any -> 0 nop end 0 call 3 return\n"
    "  label 0 (ref) drop i32_const 9 return }\n";

TEST(a_handler_ends_before_its_end)
{
    static const struct {
        const char *in, *behind;
        enum ph_trap trap;
    } kinds[] = {{"trap in", "trap behind", PH_TRAP_DIVIDE_BY_ZERO},
                 {"throw in", "throw behind", PH_TRAP_UNCAUGHT},
                 {"call in", "call behind", PH_TRAP_UNCAUGHT}};
    struct world world;

    for (enum world_mode mode = WORLD_FREE; mode < WORLD_MODE_COUNT; mode++) {
        world_open(&world, mode);
        ph_ref instance = world_text(&world, ends);
        for (uint32_t i = 0; i < PH_COUNT(kinds); i++) {
            CHECK_EQ(world_value(&world, instance, kinds[i].in, 0, NULL), 9);
            CHECK_EQ(world_trap(&world, instance, kinds[i].behind, 0, NULL), kinds[i].trap);
        }
        world_close(&world);
    }
}

static const char deep[] =
    "export \"catch\" function 0 export \"rethrow\" function 2 export \"uncaught\" function 1\n"
    "class \"Thrown\" { field i32 \"depth\" }\n"
    "class \"Below\" extends \"Thrown\" { field i32 \"more\" }\n"
    "class \"Other\" { }\n"
    "function (i32) -> (i32) {\n"
    "    try 0 catch \"Other\" -> 0 try 1 catch \"Thrown\" -> 1\n"
    "    local_get 0 call 1 end 0 end 1 return\n"
    "  label 0 (ref) drop i32_const -1 return\n"
    "  label 1 (ref) ref_cast \"Below\" field_get \"Thrown\" \"depth\" return }\n"
    "function (i32) -> (i32) { local ref local f64 local i64\n"
    "    local_get 0 br_unless 0\n"
    "    try 0 catch \"Other\" -> 1\n"
    "    i64_const 5 local_get 0 i32_const 1 i32_sub call 1 end 0 squeeze 1 1 return\n"
    "  label 1 (ref) drop i32_const -2 return\n"
    "  label 0 object_new \"Below\" local_tee 1 i32_const 77 field_set \"Thrown\" \"depth\"\n"
    "    local_get 1 throw }\n"
    /* catches, adds one, throws the same again: the sum comes out at the top */
    "function (i32) -> (i32) {\n"
    "    try 0 catch any -> 0 local_get 0 call 3 end 0 return\n"
    "  label 0 (ref) ref_cast \"Thrown\" field_get \"Thrown\" \"depth\" return }\n"
    "function (i32) -> (i32) { local ref\n"
    "    local_get 0 br_unless 1\n"
    "    try 0 catch any -> 0 local_get 0 i32_const 1 i32_sub call 3 end 0 return\n"
    "  label 0 (ref) ref_cast \"Thrown\" local_tee 1\n"
    "    local_get 1 field_get \"Thrown\" \"depth\" i32_const 1 i32_add\n"
    "    field_set \"Thrown\" \"depth\" local_get 1 throw\n"
    "  label 1 object_new \"Thrown\" throw }\n";

TEST(exceptions_cross_frames_and_chunks)
{
    struct world world;
    const uint64_t depths[] = {0, 1, 30, 300, 5000};

    EACH_MODE(world) {
        ph_ref instance = world_text(&world, deep);
        for (uint32_t i = 0; i < PH_COUNT(depths) - (m_ != WORLD_FREE); i++) {
            CHECK_EQ(world_value(&world, instance, "catch", 1, &depths[i]), 77);
            CHECK_EQ(world_value(&world, instance, "rethrow", 1, &depths[i]), depths[i]);
        }
        CHECK_EQ(world_trap(&world, instance, "uncaught", 1, &depths[2]), PH_TRAP_UNCAUGHT);
    }
}

/* Each trap of a function "t" (i32), caught by the function above it and, the second time, by none:
 * then it is what it was before there were exceptions, at its place. */
static const char traps[] =
    "export \"caught\" function 0 export \"free\" function 1\n"
    "memory 1 table function 1\n"
    "class \"Thing\" { field i32 \"x\" }\n"
    "function (i32) -> (i32) { local i32\n"
    "    i32_const 5 local_set 1\n"
    "    try 0 catch \"error\" -> 0 local_get 0 call 1 end 0 return\n"
    "  label 0 (ref) ref_test \"error\" i32_const 100 i32_mul local_get 1 i32_add return }\n"
    "function (i32) -> (i32) {\n"
    "    local_get 0 br_table 0 1 2 3 4 5 6 7 8 9 10\n"
    "  label 0 unreachable\n"
    "  label 1 i32_const 1 i32_const 0 i32_div_s return\n"
    "  label 2 i32_const 0x80000000 i32_const -1 i32_div_s return\n"
    "  label 3 f64_const 0x4202a05f20000000 i32_trunc_f64_s return\n"
    "  label 4 i32_const 0x10000 i32_load 0 0 return\n"
    "  label 5 i32_const 0x10000 i32_const 1 i32_store 0 0 i32_const 0 return\n"
    "  label 6 i32_const 0 i32_const 0 call_indirect 0 0 return\n"
    "  label 7 i32_const 0 i32_const 7 call_indirect 0 0 return\n"
    "  label 8 ref_null field_get \"Thing\" \"x\" return\n"
    "  label 9 i32_const 9 table_get 0 drop i32_const 0 return\n"
    "  label 10 i32_const 0xffff i32_const 0 i32_const 9 memory_fill 0 i32_const 0 return }\n";

TEST(traps_are_exceptions_where_somebody_handles_them)
{
    struct world world;
    static const enum ph_trap wanted[] = {
        PH_TRAP_UNREACHABLE, PH_TRAP_DIVIDE_BY_ZERO, PH_TRAP_INTEGER_OVERFLOW,
        PH_TRAP_INTEGER_OVERFLOW, PH_TRAP_MEMORY_BOUNDS, PH_TRAP_MEMORY_BOUNDS,
        PH_TRAP_UNINITIALIZED_ELEMENT, PH_TRAP_UNDEFINED_ELEMENT, PH_TRAP_NULL_REFERENCE,
        PH_TRAP_TABLE_BOUNDS, PH_TRAP_MEMORY_BOUNDS};

    EACH_MODE(world) {
        ph_ref instance = world_text(&world, traps);
        for (uint64_t i = 0; i < PH_COUNT(wanted); i++) {
            CHECK_EQ(world_value(&world, instance, "caught", 1, &i), 105);
            struct world_outcome outcome = world_call(&world, instance, "free", 1, &i);
            CHECK_EQ(outcome.trap, wanted[i]);
            CHECK_EQ(outcome.trap_function, 1);
        }
    }
}

/* In one function: the locals are what they were, and a loop may be made of nothing but throws. */
static const char loop[] =
    "export \"f\" function 0\n"
    "class \"Thrown\" { }\n"
    "function (i32) -> (i32) { local i32\n"
    "    br 1\n"
    "  label 0 (ref) drop local_get 1 local_get 0 i32_add local_set 1\n"
    "    local_get 0 i32_const 1 i32_sub local_set 0 br 1\n"
    "  label 1 loop try 0 catch any -> 0\n"
    "    local_get 1 local_get 0 br_unless 2 drop ref_null ref_null throw\n"
    "  label 2 (i32) end 0 return }\n";

TEST(a_loop_of_throws_stops_and_ends)
{
    struct world world;
    const uint64_t count[] = {100};

    EACH_MODE(world) {
        ph_ref instance = world_text(&world, loop);
        CHECK_EQ(world_value(&world, instance, "f", 1, count), 5050);
    }
}

/* ---- Initialisers ---------------------------------------------------------------------------- */

static const char initialisers[] =
    "export \"sum\" function 0 export \"failing\" function 1 export \"log\" function 2\n"
    "export \"set\" function 3 export \"new\" function 4\n"
    "function () -> (i32) {\n" /* what lies on the stack meanwhile is still there */
    "    i32_const 1000 i32_const 2000 static_get \"Middle\" \"y\" i32_add i32_add\n"
    "    static_get \"Middle\" \"y\" static_get \"Top\" \"x\" i32_add i32_add\n"
    "    i32_const 7 i64_const 8 call_method \"Top\" \"m\" i32_add return }\n"
    "function () -> (i32) {\n"
    "    try 0 catch \"error\" -> 0 object_new \"Child\" drop end 0 i32_const 0 return\n"
    "  label 0 (ref) drop try 1 catch \"error\" -> 1 static_get \"Failing\" \"z\" end 1 return\n"
    "  label 1 (ref) drop try 2 catch \"error\" -> 2 object_new \"Child\" drop end 2\n"
    "    i32_const 0 return\n"
    "  label 2 (ref) drop i32_const 3 return }\n"
    "function () -> (i32) { static_get \"Log\" \"value\" return }\n"
    "function (i32) -> (i32) { local_get 0 static_set \"Middle\" \"y\" static_get\n"
    "    \"Middle\" \"y\"\n"
    "    return }\n"
    "function () -> (i32) { object_new \"Middle\" drop static_get \"Log\" \"value\" return }\n"
    "class \"Log\" { field static i32 \"value\" }\n"
    "class \"Top\" { field static i32 \"x\"\n"
    "    initialiser { static_get \"Log\" \"value\" i32_const 10 i32_mul i32_const 1 i32_add\n"
    "        static_set \"Log\" \"value\" static_get \"Middle\" \"y\" static_set \"Top\"\n"
    "    \"x\" return }\n"
    "    method static \"m\" (i32 i64) -> (i32) { local_get 0 return } }\n"
    "class \"Middle\" extends \"Top\" { field static i32 \"y\"\n"
    "    initialiser { static_get \"Log\" \"value\" i32_const 10 i32_mul i32_const 2 i32_add\n"
    "        static_set \"Log\" \"value\" i32_const 40 static_set \"Middle\" \"y\"\n"
    "        static_get \"Top\" \"x\" static_get \"Middle\" \"y\" i32_add static_set\n"
    "    \"Middle\" \"y\"\n"
    "        return } }\n"
    "class \"Failing\" { field static i32 \"z\"\n"
    "    initialiser { static_get \"Log\" \"value\" i32_const 10 i32_mul i32_const 3 i32_add\n"
    "        static_set \"Log\" \"value\" unreachable } }\n"
    "class \"Child\" extends \"Failing\" { field i32 \"a\" }\n";

TEST(classes_are_initialised_when_they_are_met)
{
    struct world world;
    const uint64_t five[] = {5};

    EACH_MODE(world) {
        ph_ref instance = world_text(&world, initialisers);
        CHECK_EQ(world_value(&world, instance, "log", 0, none), 0);
        /* Top's initialiser runs first; Middle is under way then, and its y still 0 */
        CHECK_EQ(world_value(&world, instance, "sum", 0, none), 1000 + 2000 + 40 + 40 + 0 + 7);
        CHECK_EQ(world_value(&world, instance, "log", 0, none), 12);
        CHECK_EQ(world_value(&world, instance, "failing", 0, none), 3);
        CHECK_EQ(world_value(&world, instance, "log", 0, none), 123);
        CHECK_EQ(world_trap(&world, instance, "failing", 0, none), PH_TRAP_NONE);
        CHECK_EQ(world_value(&world, instance, "log", 0, none), 123);
        instance = world_text(&world, initialisers); /* another instance's classes are others */
        CHECK_EQ(world_value(&world, instance, "set", 1, five), 5);
        CHECK_EQ(world_value(&world, instance, "log", 0, none), 12);
        instance = world_text(&world, initialisers);
        CHECK_EQ(world_value(&world, instance, "new", 0, none), 12);
    }
}

/* ---- The stack ------------------------------------------------------------------------------- */

static const char endless[] =
    "export \"f\" function 0 export \"list\" function 2\n"
    "class \"Node\" { field ref \"next\" field i32 \"number\" }\n"
    "function (i32) -> (i32) { local i32\n" /* catches it `n` times */
    "  label 1 loop try 0 catch \"error\" -> 0 i32_const 0 call 1 drop end 0 unreachable\n"
    "  label 0 (ref) drop local_get 1 i32_const 1 i32_add local_tee 1 local_get 0 i32_lt_s\n"
    "    br_if 1 local_get 1 return }\n"
    "function (i32) -> (i32) { local i64 20\n"
    "    object_new \"Node\" local_get 0 i32_const 1 i32_add call 1 squeeze 1 1 return }\n"
    /* a list of n nodes; the sum of their numbers */
    "function (i32) -> (i64) { local ref local ref local i64\n"
    "  label 0 loop object_new \"Node\" local_tee 2 local_get 1 field_set \"Node\" \"next\"\n"
    "    local_get 2 local_get 0 field_set \"Node\" \"number\" local_get 2 local_set 1\n"
    "    local_get 0 i32_const 1 i32_sub local_tee 0 br_if 0\n"
    "  label 1 loop local_get 3 local_get 1 field_get \"Node\" \"number\" i64_extend_i32_s\n"
    "    i64_add\n"
    "    local_set 3 local_get 1 field_get \"Node\" \"next\" local_tee 1 ref_is_null br_unless 1\n"
    "    local_get 3 return }\n";

TEST(endless_recursion_is_caught)
{
    struct world world;
    const uint64_t three[] = {3};

    EACH_MODE(world) {
        world_close(&world);
        world_open_with(&world, m_, (struct ph_machine_options){
            .stack_slots_max = m_ == WORLD_FREE ? 1000000 : 6000});
        ph_ref instance = world_text(&world, endless);
        CHECK_EQ(world_value(&world, instance, "f", 1, three), 3);
    }
}

TEST(long_lists)
{
    struct world world;

    EACH_MODE(world) {
        ph_ref instance = world_text(&world, endless);
        const uint64_t count[] = {m_ == WORLD_FREE ? 1000000 : m_ == WORLD_MOVE ? 200 : 5000};
        CHECK_EQ(world_value(&world, instance, "list", 1, count), count[0] * (count[0] + 1) / 2);
    }
}

/* ---- Trap functions -------------------------------------------------------------------------- */

static const char trap_function[] =
    "export \"f\" function 0 export \"free\" function 1 export \"nested\" function 3\n"
    "export \"null\" function 4\n"
    "trap 2\n"
    "class \"Made\" { field i32 \"trap\" field ref \"error\" }\n"
    "function (i32) -> (i32) {\n"
    "    try 0 catch \"Made\" -> 0 local_get 0 call 1 end 0 return\n"
    "  label 0 (ref) field_get \"Made\" \"trap\" return }\n"
    "function (i32) -> (i32) { i64_const 1 i32_const 10 local_get 0 i32_div_s\n"
    "    local_get 0 i32_const 5 i32_eq br_if 0 squeeze 1 1 return\n"
    "  label 0 (i64 i32) drop drop ref_null i32_const 1 array_get_i32 return }\n"
    "function (i32 ref) -> (ref) { local ref object_new \"Made\" local_tee 2\n"
    "    local_get 0 field_set \"Made\" \"trap\" local_get 2 local_get 1 ref_cast \"error\"\n"
    "    field_set \"Made\" \"error\" local_get 0 i32_const 15 i32_eq br_if 0 local_get 2 return\n"
    "  label 0 ref_null array_length drop ref_null return }\n"
    "function () -> (i32) {\n" /* the trap function traps itself */
    "    try 0 catch \"Made\" -> 0 try 1 catch \"error\" -> 1\n"
    "    i32_const 1 array_new array i32 i32_const 1 array_get_i32 end 0 end 1 return\n"
    "  label 0 (ref) field_get \"Made\" \"trap\" return\n"
    "  label 1 (ref) drop i32_const -1 return }\n"
    "function () -> (i32) { try 0 catch \"Made\" -> 0 ref_null throw end 0\n"
    "  label 0 (ref) field_get \"Made\" \"trap\" return }\n";

TEST(a_unit_makes_its_own_exceptions)
{
    struct world world;
    const uint64_t zero[] = {0}, five[] = {5}, two[] = {2};

    EACH_MODE(world) {
        ph_ref instance = world_text(&world, trap_function);
        CHECK_EQ(world_value(&world, instance, "f", 1, zero), PH_TRAP_DIVIDE_BY_ZERO);
        CHECK_EQ(world_value(&world, instance, "f", 1, five), PH_TRAP_NULL_REFERENCE);
        CHECK_EQ(world_value(&world, instance, "f", 1, two), 5);
        CHECK_EQ(world_trap(&world, instance, "free", 1, zero), PH_TRAP_UNCAUGHT);
        CHECK_EQ(world_value(&world, instance, "nested", 0, none), PH_TRAP_NULL_REFERENCE);
        CHECK_EQ(world_value(&world, instance, "null", 0, none), PH_TRAP_NULL_REFERENCE);
    }
}

/* ---- Memory ---------------------------------------------------------------------------------- */

/* Keeps arrays of `size` bytes until there is no room, `rounds` times; what it kept last. */
static const char hoarder[] =
    "export \"f\" function 0\n"
    "class \"Box\" { field ref \"next\" field ref \"bytes\" }\n"
    "function (i32 i32) -> (i32) { local ref local ref local i32\n"
    "  label 0 loop ref_null local_set 2 i32_const 0 local_set 4\n"
    "    try 0 catch \"error\" -> 2\n"
    "  label 1 loop object_new \"Box\" local_tee 3 local_get 2 field_set \"Box\" \"next\"\n"
    "    local_get 3 local_get 0 array_new array i8 field_set \"Box\" \"bytes\"\n"
    "    local_get 3 local_set 2 local_get 4 i32_const 1 i32_add local_set 4 br 1\n"
    "  label 2 (ref) end 0 drop local_get 1 i32_const 1 i32_sub local_tee 1 br_if 0\n"
    "    local_get 4 return }\n";

TEST(no_memory_is_an_exception)
{
    struct world world;
    static const uint64_t sizes[] = {100, 5000, 300000};

    for (uint32_t i = 0; i < PH_COUNT(sizes); i++) {
        const uint64_t once[] = {sizes[i], 1};
        world_open_with(&world, WORLD_FREE,
                        (struct ph_machine_options){.arena_bytes = UINT64_C(64) << 20});
        ph_ref instance = world_text(&world, hoarder);
        uint64_t count = world_value(&world, instance, "f", 2, once);
        CHECK(count * sizes[i] > (UINT64_C(4) << 20) && count * sizes[i] < (UINT64_C(64) << 20));
        world_close(&world);
    }
}

/* ---- What traps say -------------------------------------------------------------------------- */

/* The text of the error that the body's trap is. */
TEST(traps_say_what_the_instruction_knew)
{
    static const struct {
        const char *body, *text;
    } cases[] = {
        {"i32_const 3 array_new array i32 i32_const 7 array_get_i32 drop",
         "array index out of bounds: index 7, length 3 "},
        {"i32_const 2 array_new array i32 i32_const -1 i32_const 5 array_set_i32",
         "array index out of bounds: index -1, length 2 "},
        {"i32_const -4 array_new array i32 drop", "negative array size: -4 "},
        {"i32_const 1 array_new array i32 ref_cast \"error\" drop",
         "wrong class: i32[] is not error "},
        {"i32_const 1 i32_const 0 i32_div_s drop", "integer divide by zero in "},
    };
    static char text[1024];
    struct world world;
    EACH_MODE(world) {
        for (uint32_t i = 0; i < PH_COUNT(cases); i++) {
            snprintf(text, sizeof(text),
                     "export \"f\" function 0 function () -> (ref) { local i32\n"
                     "try 0 catch \"error\" -> 0 %s end 0 ref_null return\n"
                     "label 0 (ref) ref_cast \"error\" field_get \"error\" \"text\" ref return }\n",
                     cases[i].body);
            ph_ref said = (ph_ref)world_value(&world, world_text(&world, text), "f", 0, none);
            CHECK(said != 0);
            const struct ph_bytes *bytes = ph_address(world.mutator->heap, said);
            CHECK(bytes->length > strlen(cases[i].text));
            CHECK(memcmp(bytes->data, cases[i].text, strlen(cases[i].text)) == 0);
        }
    }
}
