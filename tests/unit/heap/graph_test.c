/* SPDX-License-Identifier: Apache-2.0 */
/* graph_test.c - random programs against the model: young objects, evacuation, cuts, moves. */
#include "graph.h"

#define ARENA_BYTES (UINT64_C(64) << 20)

TEST(young_objects_live_on_in_the_old_space)
{
    for (uint64_t seed = 1; seed <= 20; seed++) {
        struct graph g;
        struct graph_options options = {.arena_bytes = ARENA_BYTES, .seed = seed};
        graph_init(&g, &options);
        for (uint32_t i = 0; i < 300; i++) {
            graph_steps(&g, (uint32_t)ph_random_below(&g.random, 200));
            if (ph_random_below(&g.random, 3) == 0) {
                ph_heap_evacuate(&g.mutators[ph_random_below(&g.random, GRAPH_MUTATORS)]);
            }
            if (i % 10 == 0) {
                graph_compare(&g);
            }
        }
        CHECK_EQ(g.full, 0);
        graph_finish(&g);
    }
}

TEST(everything_survives_an_evacuation_at_every_allocation)
{
    for (uint64_t seed = 1; seed <= 10; seed++) {
        struct graph g;
        struct graph_options options = {.arena_bytes = ARENA_BYTES, .seed = seed,
                                        .stress_evacuate = true};
        graph_init(&g, &options);
        for (uint32_t i = 0; i < 60; i++) {
            graph_steps(&g, 100);
            graph_compare(&g);
        }
        graph_finish(&g);
    }
}

TEST(everything_survives_a_move_at_every_allocation)
{
    for (uint64_t seed = 1; seed <= 4; seed++) {
        struct graph g;
        struct graph_options options = {.arena_bytes = UINT64_C(256) << 20, .seed = seed,
                                        .stress_move = true};
        graph_init(&g, &options);
        for (uint32_t i = 0; i < 20; i++) {
            graph_steps(&g, 60);
            graph_compare(&g);
            graph_drop(&g, 20);
        }
        graph_finish(&g);
    }
}

TEST_TIMEOUT(cuts_at_random_points_are_the_arena_of_their_instant, 120)
{
    for (uint64_t seed = 1; seed <= 6; seed++) {
        struct graph g;
        struct graph_options options = {.arena_bytes = ARENA_BYTES, .seed = seed};
        graph_init(&g, &options);
        for (uint32_t i = 0; i < 40; i++) {
            graph_steps(&g, (uint32_t)ph_random_below(&g.random, 300));
            graph_check_stamps(&g);
            if (graph_cut_begin(&g)) {
                graph_cut_take(&g, (uint32_t)ph_random_below(&g.random, 4));
            }
            graph_compare(&g);
            CHECK_OK(ph_heap_verify_in(g.heap, g.image, NULL, NULL, NULL));
        }
        graph_finish(&g);
    }
}
