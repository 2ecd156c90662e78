/* SPDX-License-Identifier: Apache-2.0 */
/* mark_test.c - marks of cuts beside a random program, and what is swept after them. */
#include "graph.h"

#define ARENA_BYTES (UINT64_C(64) << 20)

/* Objects that are no nodes: classes with their names, the roots' own. */
#define FIXED_OBJECTS (2 * (GRAPH_PLAIN + GRAPH_PLAINS) + 4)

static void prepare(struct graph *g, struct ph_mark *mark)
{
    ph_heap_evacuate(&g->mutators[0]);
    graph_note_garbage(g);
    ph_mark_prepare(mark, &g->mutators[0], false);
    (void)graph_cut_begin(g);
    if (g->cut_pending) {
        graph_cut_take(g, (uint32_t)ph_random_below(&g->random, 2));
    }
}

/* The cut that is marked may be a later one. */
static void later_cuts(struct graph *g)
{
    for (uint64_t n = ph_random_below(&g->random, 3); n > 0; n--) {
        graph_steps(g, (uint32_t)ph_random_below(&g->random, 200));
        ph_heap_evacuate(&g->mutators[0]);
        graph_note_garbage(g);
        if (graph_cut_begin(g)) {
            graph_cut_take(g, (uint32_t)ph_random_below(&g->random, 2));
        }
    }
}

static void run_to_end(struct graph *g, struct ph_mark *mark, const uint8_t *base)
{
    ph_status status = PH_AGAIN;
    while (status == PH_AGAIN) {
        CHECK_OK(ph_mark_run(mark, base));
        graph_steps(g, (uint32_t)ph_random_below(&g->random, 100));
        if (ph_random_below(&g->random, 4) == 0) {
            graph_cut(g);
        }
        status = ph_mark_finish(mark, &g->mutators[1]);
    }
    CHECK_OK(status);
}

struct beside {
    struct ph_mark *mark;
    const uint8_t *base;
    ph_status status;
    bool done; /* atomic */
};

static void mark_thread(void *argument)
{
    struct beside *b = argument;
    b->status = ph_mark_run(b->mark, b->base);
    __atomic_store_n(&b->done, true, __ATOMIC_RELEASE);
}

/* The marker in a thread of its own; the program runs, and cuts are taken, all the while. */
static void run_beside(struct graph *g, struct ph_mark *mark, const uint8_t *base)
{
    ph_status status = PH_AGAIN;
    while (status == PH_AGAIN) {
        struct beside b = {.mark = mark, .base = base, .status = PH_AGAIN};
        struct ph_host_thread thread;
        CHECK_OK(ph_host_thread_start(&thread, "marker", mark_thread, &b));
        do {
            graph_steps(g, 50);
            if (ph_random_below(&g->random, 4) == 0) {
                graph_cut(g);
            }
        } while (!__atomic_load_n(&b.done, __ATOMIC_ACQUIRE));
        ph_host_thread_join(&thread);
        CHECK_OK(b.status);
        status = ph_mark_finish(mark, &g->mutators[1]);
    }
    CHECK_OK(status);
}

static void clear_all(struct graph *g, struct ph_mark *mark)
{
    uint64_t queued = 0;
    graph_compare(g);
    graph_read_weak(g); /* what is dead reads as null, cleared or not */
    while (ph_mark_clear(mark, &g->mutators[2], 1 + ph_random_below(&g->random, 30), &queued)) {
        graph_steps(g, 3);
    }
}

static void one_mark(struct graph *g, struct ph_mark *mark)
{
    prepare(g, mark);
    later_cuts(g);
    run_to_end(g, mark, graph_base(g));
    clear_all(g, mark);
    graph_compare(g);
}

static void cycle(const struct graph_options *options, uint32_t marks, uint64_t stack_bytes)
{
    struct graph g;
    struct ph_mark *mark;
    struct ph_mark_options mark_options = {.stack_bytes_max = stack_bytes};
    uint64_t given;
    graph_init(&g, options);
    CHECK_OK(ph_mark_create(g.heap, &mark_options, &mark, NULL));
    for (uint32_t i = 0; i < marks; i++) {
        graph_steps(&g, (uint32_t)ph_random_below(&g.random, 1500));
        one_mark(&g, mark);
        if (ph_random_below(&g.random, 3) == 0) {
            (void)ph_heap_give_back(&g.mutators[0], ph_random_below(&g.random, 8 << 20), &given);
        }
        for (uint64_t n = ph_random_below(&g.random, 8); n > 0; n--) {
            graph_steps(&g, (uint32_t)ph_random_below(&g.random, 400));
            graph_check_stamps(&g);
            if (graph_cut_begin(&g)) {
                if (ph_random_below(&g.random, 3) == 0) { /* not what the cut waits for */
                    (void)ph_heap_give_back(&g.mutators[0], 4 << 20, &given);
                }
                graph_cut_take(&g, 1);
            }
            CHECK_OK(ph_heap_verify_in(g.heap, g.image, NULL, NULL, NULL));
            graph_compare(&g);
        }
        if (ph_random_below(&g.random, 4) == 0) {
            graph_drop(&g, (uint32_t)ph_random_below(&g.random, GRAPH_ROOTS));
        }
    }
    ph_mark_destroy(mark);
    graph_finish(&g);
}

TEST_TIMEOUT(marks_beside_a_random_program, 120)
{
    for (uint64_t seed = 1; seed <= 12; seed++) {
        struct graph_options options = {.arena_bytes = ARENA_BYTES, .seed = seed};
        cycle(&options, 12, 0);
    }
}

TEST_TIMEOUT(marks_with_a_stack_that_is_too_short, 120)
{
    for (uint64_t seed = 1; seed <= 4; seed++) {
        struct graph_options options = {.arena_bytes = ARENA_BYTES, .seed = 100 + seed};
        cycle(&options, 8, 1);
    }
}

/* Swept memory is poisoned then. */
TEST_TIMEOUT(marks_while_everything_is_evacuated_at_once, 120)
{
    for (uint64_t seed = 1; seed <= 4; seed++) {
        struct graph_options options = {.arena_bytes = ARENA_BYTES, .seed = 200 + seed,
                                        .stress_evacuate = true};
        cycle(&options, 8, 0);
    }
}

TEST_TIMEOUT(marks_in_a_thread_of_their_own, 120)
{
    for (uint64_t seed = 1; seed <= 5; seed++) {
        struct graph g;
        struct ph_mark *mark;
        struct ph_mark_options mark_options = {.stack_bytes_max = 0};
        struct graph_options options = {.arena_bytes = ARENA_BYTES, .seed = 400 + seed};
        graph_init(&g, &options);
        CHECK_OK(ph_mark_create(g.heap, &mark_options, &mark, NULL));
        for (uint32_t i = 0; i < 6; i++) {
            graph_steps(&g, 1000);
            prepare(&g, mark);
            run_beside(&g, mark, graph_base(&g));
            clear_all(&g, mark);
            graph_steps(&g, 500);
            graph_compare(&g);
        }
        ph_mark_destroy(mark);
        graph_finish(&g);
    }
}

TEST(a_mark_counts_exactly_what_can_be_reached)
{
    for (uint64_t seed = 1; seed <= 10; seed++) {
        struct graph g;
        struct ph_mark *mark;
        struct ph_mark_options mark_options = {.stack_bytes_max = 0};
        struct graph_options options = {.arena_bytes = ARENA_BYTES, .seed = 300 + seed};
        graph_init(&g, &options);
        CHECK_OK(ph_mark_create(g.heap, &mark_options, &mark, NULL));
        for (uint32_t i = 0; i < 5; i++) {
            struct ph_mark_stat stat;
            uint64_t queued = 0;
            graph_steps(&g, 2000);
            ph_heap_evacuate(&g.mutators[0]);
            graph_note_garbage(&g);
            ph_mark_prepare(mark, &g.mutators[0], false);
            CHECK(graph_cut_begin(&g));
            graph_cut_take(&g, 0);
            CHECK_OK(ph_mark_run(mark, graph_base(&g)));
            CHECK_OK(ph_mark_finish(mark, &g.mutators[0]));
            ph_mark_stat(mark, &stat);
            CHECK_EQ(stat.objects, g.reached_objects + FIXED_OBJECTS);
            CHECK(stat.bytes >= g.reached_bytes);
            CHECK(stat.bytes <= g.reached_bytes + 16384);
            CHECK(!ph_mark_clear(mark, &g.mutators[0], UINT64_MAX, &queued));
        }
        ph_mark_destroy(mark);
        graph_finish(&g);
    }
}

TEST(a_mark_that_comes_to_nothing_harms_nobody)
{
    struct graph g;
    struct ph_mark *mark;
    struct ph_mark_options mark_options = {.stack_bytes_max = 0};
    struct graph_options options = {.arena_bytes = ARENA_BYTES, .seed = 7};
    graph_init(&g, &options);
    CHECK_OK(ph_mark_create(g.heap, &mark_options, &mark, NULL));
    for (uint32_t i = 0; i < 30; i++) {
        graph_steps(&g, 500);
        prepare(&g, mark);
        if (i % 3 != 0) {
            CHECK_OK(ph_mark_run(mark, graph_base(&g)));
        }
        graph_steps(&g, 100);
        if (i % 3 == 2 && ph_mark_finish(mark, &g.mutators[0]) == PH_OK) {
            graph_steps(&g, 100);
        }
        ph_mark_cancel(mark);
        graph_compare(&g);
        if (i % 5 == 0) {
            graph_drop(&g, 30);
            one_mark(&g, mark);
        }
    }
    ph_mark_destroy(mark);
    graph_finish(&g);
}

/* Far more is made than there is room for: what is garbage is used again. */
TEST_TIMEOUT(garbage_is_reclaimed, 120)
{
    struct graph g;
    struct ph_mark *mark;
    struct ph_mark_options mark_options = {.stack_bytes_max = 0};
    struct graph_options options = {.arena_bytes = ARENA_BYTES, .seed = 5};
    graph_init(&g, &options);
    CHECK_OK(ph_mark_create(g.heap, &mark_options, &mark, NULL));
    uint64_t made = 0, marks = 0;
    while (made < UINT64_C(24) << 20) {
        uint64_t live = g.heap->header->object_bytes_live;
        graph_steps(&g, 500);
        graph_cut(&g);
        made += g.heap->header->object_bytes_live - live;
        if (ph_heap_wants_mark(g.heap)) {
            marks++;
            graph_drop(&g, GRAPH_ROOTS - 3);
            one_mark(&g, mark);
        }
    }
    CHECK(marks >= 2 && marks < 20);
    CHECK(g.full < 10); /* a large object may find no room beside a mark */
    ph_mark_destroy(mark);
    graph_finish(&g);
}
