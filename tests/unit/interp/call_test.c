/* SPDX-License-Identifier: Apache-2.0 */
/* Calls, loops, traps, interruption: small programs, in every mode of world_kit.h. */
#include "support/world_kit.h"
#include "unit.h"

#define EACH_MODE(world) \
    for (enum world_mode m_ = WORLD_FREE; m_ < WORLD_MODE_COUNT; world_close(&(world)), m_++) \
        if (world_open(&(world), m_), true)

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
