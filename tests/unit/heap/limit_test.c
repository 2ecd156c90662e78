/* SPDX-License-Identifier: Apache-2.0 */
/* limit_test.c - where the arena ends, and cuts of several mutators. */
#include "heap/heap.h"
#include "unit.h"

enum { CLASS_CLASS, CLASS_BYTES, CLASS_PINNED };

static const struct ph_class_info classes[] = {
    {CLASS_CLASS, "class", PH_LAYOUT_CLASS, sizeof(struct ph_class), 1, 0, {0}},
    {CLASS_BYTES, "bytes", PH_LAYOUT_BYTES, 0, 0, 0, {0}},
    {CLASS_PINNED, "pinned", PH_LAYOUT_REFS, 0, 1, 0, {0}},
};

struct world {
    uint64_t arena_bytes;
    uint8_t *arena;
    struct ph_heap *heap;
    struct ph_mutator mutator;
};

static void world_init(struct world *w, uint64_t arena_bytes)
{
    struct ph_heap_options options = {.arena_bytes = arena_bytes};
    w->arena_bytes = arena_bytes;
    w->arena = ph_memory_reserve(arena_bytes);
    CHECK_OK(ph_heap_create(w->arena, &options, &w->heap, NULL));
    ph_mutator_init(&w->mutator, w->heap);
    CHECK_OK(ph_heap_format(w->heap, classes, PH_COUNT(classes), NULL));
}

static void world_finish(struct world *w)
{
    ph_mutator_finish(&w->mutator);
    ph_heap_destroy(w->heap);
    ph_memory_release(w->arena, w->arena_bytes);
}

TEST(an_object_has_less_than_4_gib)
{
    struct world w;
    world_init(&w, UINT64_C(128) << 30);
    CHECK_EQ(ph_object_new(&w.mutator, CLASS_BYTES, UINT32_MAX), 0);
    CHECK_EQ(ph_object_new_pinned(&w.mutator, CLASS_PINNED, UINT32_MAX), 0);
    ph_ref large = ph_object_new_pinned(&w.mutator, CLASS_PINNED, 0x30000000);
    CHECK(large != 0);
    world_finish(&w);
}

TEST(a_full_arena_says_so_and_can_be_freed)
{
    struct world w;
    world_init(&w, UINT64_C(64) << 20);
    ph_ref some = 0, all = 0, ref;
    while ((ref = ph_object_new(&w.mutator, CLASS_BYTES, 65000)) != 0) {
        some = ref;
        all++;
    }
    CHECK(all >= 200);
    CHECK_EQ(ph_object_new(&w.mutator, CLASS_BYTES, 65000), 0);
    ph_object_free(&w.mutator, some);
    CHECK_EQ(ph_object_new(&w.mutator, CLASS_BYTES, 65000), some);

    uint64_t extents = 0, last = 0, offset;
    while ((offset = ph_extent_new(&w.mutator, 1 << 20)) != 0) {
        last = offset;
        extents++;
    }
    CHECK_EQ(extents, 48);
    CHECK_EQ(last + (1 << 20), w.arena_bytes);
    ph_extent_free(&w.mutator, last, 1 << 20, 0);
    CHECK_EQ(ph_extent_new(&w.mutator, 1 << 20), last);
    CHECK_EQ(ph_extent_new(&w.mutator, UINT64_MAX), 0);
    world_finish(&w);
}

TEST(arenas_that_cannot_be)
{
    uint8_t *arena = ph_memory_reserve(1 << 20);
    struct ph_heap_options small = {.arena_bytes = 1 << 20};
    struct ph_heap_options large = {.arena_bytes = UINT64_C(32) << 40};
    struct ph_heap *heap;
    CHECK_STATUS(ph_heap_create(arena, &small, &heap, NULL), PH_BAD_ARGUMENT);
    CHECK_STATUS(ph_heap_create(arena, &large, &heap, NULL), PH_BAD_ARGUMENT);
    ph_memory_release(arena, 1 << 20);
}

/* Each page once, whoever changed it, also after a cut that came to nothing. */
TEST(a_cut_has_the_pages_of_all_mutators)
{
    enum { MUTATORS = 5, PAGES = 300 };
    struct world w;
    struct ph_mutator others[MUTATORS];
    const void *content;
    world_init(&w, UINT64_C(64) << 20);
    uint64_t offset = ph_extent_new(&w.mutator, PAGES * PH_PAGE_BYTES);
    for (uint32_t i = 0; i < MUTATORS; i++) {
        ph_mutator_init(&others[i], w.heap);
    }
    for (uint32_t round = 0; round < 3; round++) {
        bool seen[PAGES] = {false};
        uint32_t page, found = 0;
        for (uint32_t i = 0; round < 2 && i < 2 * PAGES; i++) {
            ph_barrier(&others[i % MUTATORS], offset + (i % PAGES) * PH_PAGE_BYTES, 1);
            w.arena[offset + (i % PAGES) * PH_PAGE_BYTES] = (uint8_t)round;
        }
        CHECK(ph_heap_cut_begin(w.heap));
        while (ph_heap_cut_take(w.heap, &page, &content)) {
            uint64_t index = page - (offset >> PH_PAGE_SHIFT);
            if (page >= offset >> PH_PAGE_SHIFT) {
                CHECK(index < PAGES && !seen[index]);
                CHECK_EQ(*(const uint8_t *)content, PH_MIN(round, 1u));
                seen[index] = true;
                found++;
            }
        }
        CHECK_EQ(found, PAGES);
        ph_heap_cut_end(w.heap, &others[0], round != 1);
    }
    CHECK(!ph_heap_cut_begin(w.heap));
    for (uint32_t i = 0; i < MUTATORS; i++) {
        ph_mutator_finish(&others[i]);
    }
    world_finish(&w);
}
