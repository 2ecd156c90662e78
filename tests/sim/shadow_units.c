/* SPDX-License-Identifier: Apache-2.0 */
/* shadow_units.c - no instruction stores past the barrier: random verified units run with cuts at
 * random safepoints, and after each cut the world on the disk is compared with the one that runs.
 *
 *   sim_shadow_units [--quick] [--seed N] [--count N]   (default 2000 units; quick 60) */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/random_unit.h"
#include "support/shadow.h"
#include "support/world_kit.h"

#define CUTS_MAX 5u /* of one unit */
#define STACK_SLOTS 2000u /* several chunks; endless recursion ends soon */

static struct {
    struct ph_random random;
    uint64_t seed, cuts, steps, unit_cuts, violations;
} sim;

static void cut_and_compare(struct world *world)
{
    struct ph_error what;
    ph_status status = ph_machine_cut(world->machine, PH_CUT_INTERVAL);
    if (status != PH_OK) {
        sim.violations++;
        printf("seed %llu: no cut: %s\n", (unsigned long long)sim.seed, ph_status_text(status));
    } else if (!shadow_equals(world->disk, world->machine, &what)) {
        sim.violations++;
        printf("seed %llu: %s\n", (unsigned long long)sim.seed, what.text);
    }
    sim.cuts++;
}

static void stopped(struct world *world, struct ph_thread *thread)
{
    (void)thread;
    sim.steps++;
    if (sim.unit_cuts < CUTS_MAX && ph_random_below(&sim.random, 40) == 0) {
        sim.unit_cuts++;
        cut_and_compare(world);
    }
}

static void run_unit(uint64_t seed)
{
    bool moves = seed % 4 == 3; /* at every step, so only a few */
    const struct random_unit_options options = {.fuel = moves ? 20 : 200,
                                                .with_traps = seed % 4 == 0};
    struct ph_slice unit = random_unit_make(seed, &options, ph_port_allocator());
    struct world world;
    sim.seed = seed;
    sim.unit_cuts = 0;
    ph_random_init(&sim.random, seed);
    world_open_with(&world, moves ? WORLD_MOVE : WORLD_STEP,
                    (struct ph_machine_options){.stack_slots_max = STACK_SLOTS});
    world.stopped = stopped;
    ph_ref instance = world_instantiate(&world, unit, NULL, 0);
    cut_and_compare(&world);
    (void)world_call(&world, instance, "main", 0, NULL);
    cut_and_compare(&world);
    world_close(&world);
    ph_free(ph_port_allocator(), (void *)(uintptr_t)unit.bytes, unit.size);
}

int main(int argc, char **argv)
{
    uint64_t count = 2000, first = 1;
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--quick") == 0) {
            count = 60;
        } else if (i + 1 < argc && strcmp(argv[i], "--seed") == 0) {
            first = strtoull(argv[++i], NULL, 0);
        } else if (i + 1 < argc && strcmp(argv[i], "--count") == 0) {
            count = strtoull(argv[++i], NULL, 0);
        }
    }
    for (uint64_t seed = first; seed < first + count && sim.violations == 0; seed++) {
        run_unit(seed);
    }
    printf("%llu units, %llu steps, %llu cuts compared\n", (unsigned long long)count,
           (unsigned long long)sim.steps, (unsigned long long)sim.cuts);
    printf("%d passed, %d failed\n", sim.violations == 0, sim.violations != 0);
    return sim.violations != 0;
}
