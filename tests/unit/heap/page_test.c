/* SPDX-License-Identifier: Apache-2.0 */
/* page_test.c - the barrier and the heap's side of a cut, against a model: what is taken is what
 * the arena held at the instant, whatever was written since. */
#include "base/random.h"
#include "heap/heap.h"
#include "unit.h"

#define ARENA_BYTES (UINT64_C(64) << 20)
#define PAGES 64u /* the test stores into so many */

struct world {
    uint8_t *arena;
    struct ph_heap *heap;
    struct ph_mutator mutators[2];
};

static void world_init(struct world *w)
{
    struct ph_heap_options options = {.arena_bytes = ARENA_BYTES};
    w->arena = ph_memory_reserve(ARENA_BYTES);
    CHECK(w->arena != NULL);
    CHECK_OK(ph_heap_create(w->arena, &options, &w->heap, NULL));
    ph_mutator_init(&w->mutators[0], w->heap);
    ph_mutator_init(&w->mutators[1], w->heap);
}

static void world_finish(struct world *w)
{
    ph_mutator_finish(&w->mutators[0]);
    ph_mutator_finish(&w->mutators[1]);
    ph_heap_destroy(w->heap);
    ph_memory_release(w->arena, ARENA_BYTES);
}

static void store_somewhere(struct world *w, struct ph_random *random)
{
    uint64_t bytes = 1 + ph_random_below(random, 3 * PH_PAGE_BYTES);
    uint64_t offset = ph_random_below(random, PAGES * PH_PAGE_BYTES - bytes);
    struct ph_mutator *mutator = &w->mutators[ph_random_below(random, 2)];
    ph_barrier(mutator, offset, bytes);
    memset(w->arena + offset, (int)ph_random_below(random, 256), bytes);
}

/* Takes the pending cut, storing all the while; `durable` is what all durable cuts hold. */
static void take_cut(struct world *w, struct ph_random *random, const uint8_t *instant,
                     uint8_t *durable, bool succeeds)
{
    static uint8_t taken[PAGES * PH_PAGE_BYTES];
    const void *content;
    uint32_t page;
    memcpy(taken, durable, sizeof(taken));
    uint64_t stop_after = succeeds ? UINT64_MAX : ph_random_below(random, PAGES);
    for (uint64_t i = 0; i < stop_after && ph_heap_cut_take(w->heap, &page, &content); i++) {
        CHECK(page < PAGES);
        memcpy(taken + page * PH_PAGE_BYTES, content, PH_PAGE_BYTES);
        if (ph_random_below(random, 2) == 0) {
            store_somewhere(w, random);
        }
    }
    ph_heap_cut_end(w->heap, &w->mutators[0], succeeds);
    if (succeeds) {
        CHECK(memcmp(taken, instant, sizeof(taken)) == 0);
        memcpy(durable, taken, sizeof(taken));
    }
}

TEST(a_cut_is_the_arena_at_its_instant)
{
    static uint8_t instant[PAGES * PH_PAGE_BYTES], durable[PAGES * PH_PAGE_BYTES];
    for (uint64_t seed = 0; seed < 40; seed++) {
        struct world w;
        struct ph_random random;
        world_init(&w);
        ph_random_init(&random, seed);
        memset(durable, 0, sizeof(durable));
        for (uint32_t cut = 0; cut < 50; cut++) {
            for (uint64_t n = ph_random_below(&random, 12); n > 0; n--) {
                store_somewhere(&w, &random);
            }
            memcpy(instant, w.arena, sizeof(instant));
            if (ph_heap_cut_begin(w.heap)) {
                take_cut(&w, &random, instant, durable, ph_random_below(&random, 5) != 0);
            } else {
                CHECK(memcmp(instant, durable, sizeof(durable)) == 0);
            }
        }
        world_finish(&w);
    }
}

TEST(nothing_changed_is_no_cut)
{
    struct world w;
    world_init(&w);
    CHECK(!ph_heap_cut_begin(w.heap));
    ph_barrier(&w.mutators[1], 5000, 1);
    CHECK_EQ(ph_heap_dirty_pages(w.heap), 1);
    CHECK(ph_heap_cut_begin(w.heap));
    CHECK_EQ(ph_heap_cut_pages(w.heap), 1);
    const void *content;
    uint32_t page;
    CHECK(ph_heap_cut_take(w.heap, &page, &content));
    CHECK_EQ(page, 1);
    CHECK(!ph_heap_cut_take(w.heap, &page, &content));
    ph_heap_cut_end(w.heap, &w.mutators[0], true);
    CHECK(!ph_heap_cut_begin(w.heap));
    world_finish(&w);
}

TEST(epochs_start_over)
{
    struct world w;
    const void *content;
    uint32_t page;
    world_init(&w);
    w.heap->epoch = UINT32_MAX;
    ph_barrier(&w.mutators[0], 0, 1);
    w.arena[0] = 1;
    CHECK(ph_heap_cut_begin(w.heap));
    ph_barrier(&w.mutators[0], 0, 1);
    w.arena[0] = 2;
    CHECK(ph_heap_cut_take(w.heap, &page, &content));
    CHECK_EQ(*(const uint8_t *)content, 1);
    ph_heap_cut_end(w.heap, &w.mutators[0], true);
    CHECK(ph_heap_cut_begin(w.heap));
    CHECK(ph_heap_cut_take(w.heap, &page, &content));
    CHECK_EQ(*(const uint8_t *)content, 2);
    ph_heap_cut_end(w.heap, &w.mutators[0], true);
    world_finish(&w);
}

/* ---- Two host threads store while a third takes: for the thread sanitizer ----------------- */

struct storer {
    struct world *w;
    uint32_t index;
    uint32_t stop; /* atomic */
    uint64_t rounds;
};

static void storer_main(void *argument)
{
    struct storer *s = argument;
    struct ph_mutator *mutator = &s->w->mutators[s->index];
    while (__atomic_load_n(&s->stop, __ATOMIC_ACQUIRE) == 0) {
        uint64_t page = s->rounds++ % PAGES;
        /* Each of the two has its own half of every page. */
        uint64_t *at = (uint64_t *)(void *)(s->w->arena + page * PH_PAGE_BYTES + s->index * 2048);
        ph_touch(mutator, at, 16);
        at[0] = s->rounds;
        at[1] = s->rounds;
    }
}

TEST(storing_while_a_cut_is_taken)
{
    struct world w;
    struct ph_host_thread threads[2];
    world_init(&w);
    for (uint32_t round = 0; round < 50; round++) {
        struct storer storers[2] = {{&w, 0, 0, round}, {&w, 1, 0, round}};
        bool pending = ph_heap_cut_begin(w.heap); /* nobody runs: the instant */
        for (uint32_t i = 0; i < 2; i++) {
            CHECK_OK(ph_host_thread_start(&threads[i], "storer", storer_main, &storers[i]));
        }
        const void *content;
        uint32_t page;
        while (pending && ph_heap_cut_take(w.heap, &page, &content)) {
            for (uint32_t i = 0; i < 2; i++) { /* no store is ever seen by half */
                const uint64_t *at = (const uint64_t *)content + i * 256;
                CHECK_EQ(at[0], at[1]);
            }
        }
        if (pending) {
            ph_heap_cut_end(w.heap, &w.mutators[0], true);
        }
        while (ph_heap_dirty_pages(w.heap) < PAGES) {
            ph_host_pause();
        }
        for (uint32_t i = 0; i < 2; i++) {
            __atomic_store_n(&storers[i].stop, 1, __ATOMIC_RELEASE);
            ph_host_thread_join(&threads[i]);
        }
    }
    world_finish(&w);
}

/* Once the pool's table moved when it grew, under the eyes of the taker. */
static void touch_all(void *argument)
{
    struct world *w = argument;
    for (uint64_t offset = 0; offset < ARENA_BYTES; offset += PH_PAGE_BYTES) {
        ph_barrier(&w->mutators[1], offset, 1);
        w->arena[offset] = 2;
    }
}

TEST(copies_grow_while_a_cut_is_taken)
{
    struct world w;
    struct ph_host_thread thread;
    world_init(&w);
    for (uint64_t offset = 0; offset < ARENA_BYTES; offset += PH_PAGE_BYTES) {
        ph_barrier(&w.mutators[0], offset, 1);
        w.arena[offset] = 1;
    }
    CHECK(ph_heap_cut_begin(w.heap));
    CHECK_OK(ph_host_thread_start(&thread, "toucher", touch_all, &w));
    const void *content;
    uint32_t page;
    while (ph_heap_cut_take(w.heap, &page, &content)) {
        CHECK_EQ(*(const uint8_t *)content, 1);
    }
    ph_heap_cut_end(w.heap, &w.mutators[0], true);
    ph_host_thread_join(&thread);
    world_finish(&w);
}
