/* SPDX-License-Identifier: Apache-2.0 */
/* returns_test.c - the return cache. Threads share a worker and yield at any depth, so that their
 * frames come to lie where frames of earlier runs were, with other ways back: a return that took
 * an entry of such a run would compute something else than the model here. Stacks go beyond the
 * cache and over many chunks, exceptions take frames away, calls go to another instance. */
#include "machine/internal.h"
#include "support/world_kit.h"
#include "unit.h"

#define THREADS 5u
#define ROUNDS 150u
#define A UINT64_C(6364136223846793005)
#define C UINT64_C(1442695040888963407)

static const char far_text[] =
    "import function \"phantom\" \"thread_yield\" () -> ()\n"
    "export \"far\" function 1\n"
    "function \"far\" (i64 i64) -> (i64) {\n"
    "  local_get 0 i64_eqz br_if 0\n"
    "  local_get 1 i64_const 7 i64_and i64_eqz br_unless 1 call 0\n"
    "  label 1 local_get 0 i64_const 1 i64_sub local_get 1 i64_const 3 i64_mul\n"
    "    i64_const 1 i64_add call 1 local_get 0 i64_xor return\n"
    "  label 0 local_get 1 return }\n";

/* Each of the four calls in "step" does something else with what comes back. */
static const char text[] =
    "import function \"phantom\" \"thread_yield\" () -> ()\n"
    "import function \"other\" \"far\" (i64 i64) -> (i64)\n"
    "export \"mix\" function 5\n"
    "class \"Thrown\" { }\n"
    "function \"step\" (i64 i64) -> (i64) {\n"
    "  local_get 0 i64_eqz br_if 0\n"
    "  local_get 1 i64_const 6364136223846793005 i64_mul i64_const 1442695040888963407 i64_add\n"
    "    local_set 1\n"
    "  local_get 1 i64_const 60 i64_shr_u i64_const 3 i64_and i64_eqz br_unless 1 call 0\n"
    "  label 1 local_get 1 i64_const 33 i64_shr_u i64_const 1 i64_and i64_eqz br_unless 2\n"
    "    local_get 0 i64_const 1 i64_sub local_get 1 call 2 i64_const 3 i64_mul i64_const 1\n"
    "    i64_add return\n"
    "  label 2 local_get 1 i64_const 34 i64_shr_u i64_const 1 i64_and i64_eqz br_unless 3\n"
    "    local_get 0 i64_const 1 i64_sub local_get 1 call 3 i64_const 0x5555 i64_xor return\n"
    "  label 3 local_get 1 i64_const 35 i64_shr_u i64_const 1 i64_and i64_eqz br_unless 4\n"
    "    local_get 0 i64_const 1 i64_sub local_get 1 call 4 local_get 0 i64_add return\n"
    "  label 4 local_get 0 i64_const 1 i64_sub local_get 1 call 2 i64_const 7 i64_mul return\n"
    "  label 0 local_get 1 return }\n"
    "function \"wide\" (i64 i64) -> (i64) { local i64 5\n"
    "  local_get 1 i64_const 50 i64_shr_u i64_const 63 i64_and i64_eqz br_unless 0\n"
    "  object_new \"Thrown\" throw\n"
    "  label 0 local_get 0 local_get 1 call 2 local_get 0 i64_add return }\n"
    "function \"careful\" (i64 i64) -> (i64) { local i64\n"
    "  local_get 0 i64_const 15 i64_and local_get 1 call 1 local_set 2\n"
    "  try 0 catch \"Thrown\" -> 0 local_get 0 local_get 1 call 2 end 0\n"
    "    local_get 2 i64_add return\n"
    "  label 0 (ref) drop local_get 0 local_get 2 i64_xor return }\n"
    "function \"mix\" (i64 i64) -> (i64) { local i64\n"
    "  label 0 loop\n"
    "  local_get 1 i64_const 6364136223846793005 i64_mul i64_const 1442695040888963407 i64_add\n"
    "    local_set 1\n"
    "  local_get 2 i64_const 31 i64_mul\n"
    "  local_get 1 i64_const 33 i64_shr_u\n"
    "    local_get 1 i64_const 20 i64_shr_u i64_const 511 i64_and i64_const 3 i64_add i64_rem_u\n"
    "  local_get 1 call 4 i64_add local_set 2\n"
    "  local_get 0 i64_const 1 i64_sub local_tee 0 i64_eqz br_unless 0\n"
    "  local_get 2 return }\n";

/* ---- The model ------------------------------------------------------------------------------- */

static uint64_t far_model(uint64_t n, uint64_t x)
{
    return n == 0 ? x : far_model(n - 1, x * 3 + 1) ^ n;
}

static bool step_model(uint64_t n, uint64_t x, uint64_t *result);

static uint64_t careful_model(uint64_t n, uint64_t x)
{
    uint64_t far = far_model(n & 15, x), result;
    return step_model(n, x, &result) ? result + far : n ^ far;
}

/* False: it throws. */
static bool step_model(uint64_t n, uint64_t x, uint64_t *result)
{
    *result = x;
    if (n == 0) {
        return true;
    }
    x = x * A + C;
    if ((x >> 33 & 1) == 0) {
        bool returned = step_model(n - 1, x, result);
        *result = *result * 3 + 1;
        return returned;
    }
    if ((x >> 34 & 1) == 0) {
        bool returned = (x >> 50 & 63) != 0 && step_model(n - 1, x, result);
        *result = (*result + n - 1) ^ 0x5555;
        return returned;
    }
    if ((x >> 35 & 1) == 0) {
        *result = careful_model(n - 1, x) + n;
        return true;
    }
    bool returned = step_model(n - 1, x, result);
    *result *= 7;
    return returned;
}

static uint64_t mix_model(uint64_t rounds, uint64_t seed)
{
    uint64_t result = 0;
    for (; rounds > 0; rounds--) {
        seed = seed * A + C;
        result = result * 31 + careful_model((seed >> 33) % ((seed >> 20 & 511) + 3), seed);
    }
    return result;
}

/* ---- The threads ----------------------------------------------------------------------------- */

static struct ph_thread *start(struct world *world, ph_ref instance, uint64_t seed)
{
    const struct ph_slice name = {(const uint8_t *)"mix", 3};
    const uint64_t arguments[] = {ROUNDS, seed};
    struct ph_root function;
    struct ph_thread *thread;
    ph_root_push(world->mutator, &function, 0);
    CHECK_OK(ph_instance_export(world->machine, world->mutator, instance, name, &function, NULL));
    CHECK_OK(ph_thread_create(world->machine, world->mutator, function.ref, arguments, &thread,
                              NULL));
    ph_root_pop(world->mutator, &function);
    ph_thread_ready(world->machine, world->mutator, thread);
    return thread;
}

/* All on one worker. */
static void check(struct world *world, ph_ref instance, uint64_t seed)
{
    struct ph_thread *threads[THREADS];
    uint64_t runs = world->machine->workers[0]->runs;
    ph_machine_pause(world->machine);
    for (uint32_t i = 0; i < THREADS; i++) {
        threads[i] = start(world, instance, seed + i);
    }
    ph_machine_unpause(world->machine);
    for (uint32_t i = 0; i < THREADS; i++) {
        CHECK_OK(ph_machine_wait_thread(world->machine, threads[i]));
    }
    ph_machine_pause(world->machine);
    for (uint32_t i = 0; i < THREADS; i++) {
        CHECK_EQ(threads[i]->state, PH_THREAD_FINISHED);
        CHECK_EQ(ph_thread_results(world->machine, threads[i])[0], mix_model(ROUNDS, seed + i));
        ph_thread_drop(world->machine, world->mutator, threads[i]);
    }
    CHECK(world->machine->workers[0]->runs - runs > THREADS * ROUNDS); /* they took turns */
    ph_machine_unpause(world->machine);
}

TEST(no_return_takes_a_way_back_of_an_earlier_run)
{
    struct world world;
    world_open(&world, WORLD_FREE);
    ph_ref other = world_text(&world, far_text);
    struct ph_slice unit = world_assemble(text);
    ph_ref instance = world_instantiate(&world, unit, &other, 1);
    ph_free(ph_port_allocator(), (void *)(uintptr_t)unit.bytes, unit.size);
    for (uint64_t seed = 1; seed < 20; seed++) {
        check(&world, instance, seed * 1000);
    }
    world_close(&world);
}
