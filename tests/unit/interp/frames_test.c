/* SPDX-License-Identifier: Apache-2.0 */
/* Walking stacks while everything moves: only what a frame really holds is taken for a
 * reference. */
#include "unit.h"
#include "support/world_kit.h"

/* Calls `run` in a world that moves all objects at every safepoint; it must answer `expected`. */
static void check_moving(const char *text, uint64_t expected)
{
    struct world world;
    world_open(&world, WORLD_MOVE);
    ph_ref instance = world_text(&world, text);
    CHECK_EQ(world_value(&world, instance, "run", 0, NULL), expected);
    world_close(&world);
}

/* Turns a few times, so that the world stops inside. */
#define TURNS(counter)                                                                          \
    "i32_const 5 local_set " counter " label 0 loop local_get " counter " i32_const 1 i32_sub " \
    "local_tee " counter " br_if 0 "

TEST(a_called_reference_is_no_longer_an_operand)
{
    /* The slot of the reference that call_function popped is the callee's local by now. */
    check_moving("export \"run\" function 0\n"
                 "function () -> (i64) { ref_func 1 call_function 1 return }\n"
                 "function () -> (i64) { local i64 local i32\n"
                 "  i64_const 1311768467463790320 local_set 0 " TURNS("1")
                 "  local_get 0 return }\n",
                 1311768467463790320u);
}

/* What only the stack holds would stay where it is if the walk missed it: a static field holds it
 * too. */
#define THING "class \"Thing\" { field i32 \"x\" field static ref \"kept\" }\n"

TEST(references_below_a_call_stay_right)
{
    /* Held under the arguments of the call, and as the callee's own argument. */
    check_moving(THING
                 "export \"run\" function 0\n"
                 "function () -> (i32) { local ref 2\n"
                 "  object_new \"Thing\" local_tee 0 object_new \"Thing\" local_tee 1\n"
                 "  i64_const -1 call 1 local_get 1 ref_eq br_if 0\n"
                 "  drop i32_const 2 return\n"
                 "label 0 (ref) local_get 0 ref_eq return }\n"
                 "function (ref i64) -> (ref) { local i32 " TURNS("2") "local_get 0 return }\n",
                 1);
}

TEST(a_first_frame_that_does_not_fit_the_first_chunk)
{
    check_moving(THING
                 "export \"run\" function 0\n"
                 "function () -> (i32) { local ref local i64 100 local i32\n"
                 "  object_new \"Thing\" local_tee 0 static_set \"Thing\" \"kept\" "
                 TURNS("101")
                 "  local_get 0 static_get \"Thing\" \"kept\" ref_eq return }\n",
                 1);
}
