/* SPDX-License-Identifier: Apache-2.0 */
/* young_threads_test.c - the lowest chunk of a stack that was run on since the last evacuation:
 * a stack of many chunks grows and shrinks, evacuations come at any safepoint. */
#include "machine/internal.h"
#include "support/world_kit.h"
#include "unit.h"

/* Goes down n calls and up again, and halfway up down again. */
static const char text[] =
    "export \"dive\" function 0\n"
    "function \"dive\" (i64) -> (i64) { local i64 8\n"
    "  local_get 0 i64_eqz br_if 0\n"
    "  local_get 0 i64_const 1 i64_sub call 0 local_set 1\n"
    "  local_get 0 i64_const 40 i64_rem_u i64_eqz br_unless 1\n"
    "  local_get 1 local_get 0 i64_const 2 i64_div_u call 0 i64_add local_set 1\n"
    "  label 1 local_get 1 i64_const 1 i64_add return\n"
    "  label 0 i64_const 0 return }\n";

static struct {
    const struct ph_thread *thread;
    ph_ref lowest;
    uint32_t seen;
    uint32_t depth_min;    /* chunks of the stack at its lowest since the last evacuation */
    uint32_t turn;         /* of evacuations; the world's own come too */
    uint32_t evacuations, above_the_first, dives;
    struct ph_random random;
} it;

static void see(void *context, struct ph_thread *thread, ph_ref lowest_chunk)
{
    (void)context;
    CHECK_EQ(thread, it.thread);
    it.lowest = lowest_chunk;
    it.seen++;
}

/* How many chunks there are from `chunk_ref` down; 0: it is none. */
static uint32_t depth_of(struct world *world, ph_ref chunk_ref)
{
    uint32_t depth = 0;
    while (chunk_ref != 0) {
        chunk_ref = ph_stack_of(ph_address(ph_machine_heap(world->machine), chunk_ref))
                        ->previous_ref;
        depth++;
    }
    return depth;
}

static void stopped(struct world *world, struct ph_thread *thread)
{
    uint32_t depth = depth_of(world, thread->chunk_ref);
    it.thread = thread;
    it.seen = 0;
    if (it.turn != world->machine->young_turn) { /* a slice was full meanwhile */
        it.turn = world->machine->young_turn;
        it.depth_min = UINT32_MAX;
    }
    it.depth_min = PH_MIN(it.depth_min, depth);
    ph_threads_young_each(world->machine, see, NULL);
    CHECK_EQ(it.seen, 1);
    bool found = false;
    for (ph_ref ref = thread->chunk_ref; ref != 0 && !found;
         ref = ph_stack_of(ph_address(ph_machine_heap(world->machine), ref))->previous_ref) {
        found = ref == it.lowest;
    }
    CHECK(found);
    uint32_t lowest = depth_of(world, it.lowest);
    CHECK(lowest <= it.depth_min);
    it.above_the_first += lowest > 1;
    it.dives += lowest < depth;
    if (ph_random_below(&it.random, 100) == 0) {
        ph_threads_young_clear(world->machine);
        it.evacuations++;
    }
}

TEST(the_lowest_chunk_since_the_last_evacuation)
{
    const uint64_t argument = 1000;
    struct world world;
    memset(&it, 0, sizeof(it));
    it.depth_min = UINT32_MAX;
    ph_random_init(&it.random, 3);
    world_open(&world, WORLD_STEP);
    ph_ref instance = world_text(&world, text);
    world.stopped = stopped;
    CHECK(world_value(&world, instance, "dive", 1, &argument) > argument);
    CHECK(it.evacuations > 5);
    CHECK(it.above_the_first > 100);
    CHECK(it.dives > 30);
    world_close(&world);
}

/* A thread that has ended and is kept for its results still shows them to evacuations; and what it
 * held, if it ended in a trap. */
static const char makes[] =
    "class \"Pair\" { field i64 \"value\" }\n"
    "export \"made\" function 0 export \"traps\" function 1\n"
    "function \"made\" () -> (ref) { local ref object_new \"Pair\" local_tee 0\n"
    "  i64_const 77 field_set \"Pair\" \"value\" local_get 0 return }\n"
    "function \"traps\" () -> (ref) { local ref call 0 local_set 0 unreachable }\n";

static struct ph_thread *run_to_end(struct world *world, ph_ref instance, const char *name)
{
    struct ph_root function;
    struct ph_thread *thread;
    struct ph_slice slice = {(const uint8_t *)name, strlen(name)};
    ph_root_push(world->mutator, &function, 0);
    CHECK_OK(ph_instance_export(world->machine, world->mutator, instance, slice, &function, NULL));
    CHECK_OK(ph_thread_create(world->machine, world->mutator, function.ref, NULL, &thread, NULL));
    ph_root_pop(world->mutator, &function);
    ph_thread_ready(world->machine, world->mutator, thread);
    while (!ph_thread_has_ended(thread)) {
        CHECK(ph_machine_step(world->machine, 1));
    }
    return thread;
}

TEST(results_and_frames_of_ended_threads_grow_old)
{
    struct world world;
    world_open(&world, WORLD_CUT);
    struct ph_heap *heap = ph_machine_heap(world.machine);
    ph_ref instance = world_text(&world, makes);
    struct ph_thread *made = run_to_end(&world, instance, "made");
    struct ph_thread *trapped = run_to_end(&world, instance, "traps");
    CHECK_EQ(trapped->trap, PH_TRAP_UNREACHABLE);
    ph_ref young = (ph_ref)ph_thread_results(world.machine, made)[0];
    CHECK(ph_is_young(heap, young));
    CHECK_OK(ph_machine_cut(world.machine, PH_CUT_COMMAND));
    ph_ref old = (ph_ref)ph_thread_results(world.machine, made)[0];
    CHECK(!ph_is_young(heap, old));
    const uint64_t *fields = ph_address(heap, old);
    CHECK_EQ(fields[1], 77);
    CHECK_OK(ph_heap_verify(heap, NULL, NULL, NULL));
    ph_thread_drop(world.machine, world.mutator, made);
    ph_thread_drop(world.machine, world.mutator, trapped);
    world_close(&world);
}
