/* SPDX-License-Identifier: Apache-2.0 */
/* large_test.c - structures that are long, deep or large, and a heap that is full. */
#include "base/random.h"
#include "heap/heap.h"
#include "heap/mark.h"
#include "unit.h"

enum { CLASS_CLASS, CLASS_BYTES, CLASS_NODE, CLASS_REFS, CLASS_TABLE, CLASS_CHUNK };

struct node {
    struct ph_object head;
    ph_ref left, right;
    uint64_t label, unused;
};

static const struct ph_class_info classes[] = {
    {CLASS_CLASS, "class", PH_LAYOUT_CLASS, sizeof(struct ph_class), PH_CLASS_PINNED, 0, {0}},
    {CLASS_BYTES, "bytes", PH_LAYOUT_BYTES, 0, 0, 0, {0}},
    {CLASS_NODE, "node", PH_LAYOUT_PLAIN, sizeof(struct node), 0, 2,
     {offsetof(struct node, left), offsetof(struct node, right)}},
    {CLASS_REFS, "refs", PH_LAYOUT_REFS, 0, 0, 0, {0}},
    {CLASS_TABLE, "table", PH_LAYOUT_REFS, 0, PH_CLASS_PINNED, 0, {0}},
    {CLASS_CHUNK, "chunk", PH_LAYOUT_BYTES, 0, PH_CLASS_PINNED, 0, {0}},
};

struct world {
    uint64_t arena_bytes;
    uint8_t *arena;
    struct ph_heap *heap;
    struct ph_mutator mutator;
    struct ph_mark *mark;
    const struct ph_class *node_class;
};

static void world_init(struct world *w, uint64_t arena_bytes, uint64_t object_bytes_max,
                       uint64_t stack_bytes_max)
{
    struct ph_heap_options options = {.arena_bytes = arena_bytes,
                                      .object_bytes_max = object_bytes_max};
    struct ph_mark_options mark_options = {.stack_bytes_max = stack_bytes_max};
    w->arena_bytes = arena_bytes;
    w->arena = ph_memory_reserve(arena_bytes);
    CHECK(w->arena != NULL);
    CHECK_OK(ph_heap_create(w->arena, &options, &w->heap, NULL));
    ph_mutator_init(&w->mutator, w->heap);
    CHECK_OK(ph_heap_format(w->heap, classes, PH_COUNT(classes), NULL));
    ph_nursery_attach(&w->mutator);
    CHECK_OK(ph_mark_create(w->heap, &mark_options, &w->mark, NULL));
    w->node_class = ph_address(w->heap, w->heap->header->classes[CLASS_NODE]);
}

static void world_finish(struct world *w)
{
    ph_heap_evacuate(&w->mutator);
    ph_mark_destroy(w->mark);
    ph_mutator_finish(&w->mutator);
    ph_heap_destroy(w->heap);
    ph_memory_release(w->arena, w->arena_bytes);
}

static struct node *node_at(struct world *w, ph_ref ref)
{
    return ph_address(w->heap, ref);
}

/* As an engine does it: evacuates when the slice is full. 0: no room. */
static ph_ref make(struct world *w, uint64_t label)
{
    ph_ref ref = ph_nursery_take(&w->mutator, w->node_class, sizeof(struct node));
    if (ref == 0) {
        ph_heap_evacuate(&w->mutator);
        ref = ph_object_new_of(&w->mutator, w->node_class, 0);
    }
    if (ref != 0) {
        PH_SET(&w->mutator, node_at(w, ref)->label, label);
    }
    return ref;
}

static void set_root(struct world *w, ph_ref ref)
{
    PH_SET_REF(&w->mutator, w->heap->header->roots[0], ref);
}

/* Nobody runs meanwhile: the arena itself is the cut. */
static struct ph_mark_stat mark(struct world *w)
{
    struct ph_mark_stat stat;
    uint64_t queued = 0;
    ph_heap_evacuate(&w->mutator);
    ph_mark_prepare(w->mark, &w->mutator, false);
    CHECK_OK(ph_mark_run(w->mark, w->arena));
    CHECK_OK(ph_mark_finish(w->mark, &w->mutator));
    CHECK(!ph_mark_clear(w->mark, &w->mutator, UINT64_MAX, &queued));
    ph_mark_stat(w->mark, &stat);
    return stat;
}

/* All of it, in pieces. */
static uint64_t give_back(struct world *w, uint64_t piece)
{
    uint64_t given, total = 0;
    bool more = true;
    while (more) {
        more = ph_heap_give_back(&w->mutator, piece, &given);
        total += given;
    }
    return total;
}

/* `zero`: whole pages from `from` on must be. */
static void take_cut(struct world *w, uint64_t from, bool zero)
{
    static const uint8_t zeros[PH_PAGE_BYTES];
    const void *content;
    uint32_t page;
    while (ph_heap_cut_take(w->heap, &page, &content)) {
        bool above = (uint64_t)page << PH_PAGE_SHIFT >= from;
        CHECK(!zero || !above || memcmp(content, zeros, PH_PAGE_BYTES) == 0);
    }
    ph_heap_cut_end(w->heap, &w->mutator, true);
}

/* The root's list is `count` long, its labels fall to 0. */
static void check_list(struct world *w, uint64_t count)
{
    ph_ref ref = w->heap->header->roots[0];
    for (uint64_t i = count; i > 0; i--) {
        CHECK(ref != 0);
        CHECK_EQ(node_at(w, ref)->label, i - 1);
        ref = node_at(w, ref)->right;
    }
    CHECK_EQ(ref, 0);
}

static uint64_t make_list(struct world *w, uint64_t limit)
{
    uint64_t count = 0;
    for (; count < limit; count++) {
        ph_ref ref = make(w, count);
        if (ref == 0) {
            break;
        }
        PH_SET_REF(&w->mutator, node_at(w, ref)->right, w->heap->header->roots[0]);
        set_root(w, ref);
    }
    return count;
}

#define FIXED_OBJECTS (2 * PH_COUNT(classes))

TEST(a_list_of_a_million)
{
    struct world w;
    for (uint64_t stack = 1; stack <= 1 << 20; stack *= 1 << 20) {
        world_init(&w, UINT64_C(1) << 30, 0, stack);
        CHECK_EQ(make_list(&w, 1000000), 1000000);
        CHECK_EQ(mark(&w).objects, 1000000 + FIXED_OBJECTS);
        CHECK_EQ(make_list(&w, 10), 10); /* after the sweep began */
        set_root(&w, 0);
        CHECK_EQ(mark(&w).objects, FIXED_OBJECTS);
        world_finish(&w);
    }
}

/* Young too: the whole list is one chain of a full slice at each evacuation. */
TEST(a_list_is_whole_after_all_that)
{
    struct world w;
    world_init(&w, UINT64_C(1) << 30, 0, 0);
    CHECK_EQ(make_list(&w, 500000), 500000);
    check_list(&w, 500000);
    (void)mark(&w);
    check_list(&w, 500000);
    CHECK_OK(ph_heap_verify(w.heap, NULL, NULL, NULL));
    world_finish(&w);
}

/* Left leads down, right to a leaf at each level; and a wide array of references to all. */
TEST(a_deep_tree_and_a_wide_array)
{
    enum { DEPTH = 100000 };
    struct world w;
    world_init(&w, UINT64_C(1) << 30, 0, 1);
    for (uint32_t i = 0; i < DEPTH; i++) {
        ph_ref node = make(&w, i);
        PH_SET_REF(&w.mutator, node_at(&w, node)->left, w.heap->header->roots[0]);
        set_root(&w, node);
        ph_ref leaf = make(&w, i);
        node = w.heap->header->roots[0]; /* it may have moved */
        PH_SET_REF(&w.mutator, node_at(&w, node)->right, leaf);
    }
    ph_heap_evacuate(&w.mutator);
    ph_ref array = ph_object_new(&w.mutator, CLASS_REFS, 2 * DEPTH);
    CHECK(array != 0);
    struct ph_refs *refs = ph_address(w.heap, array);
    ph_touch(&w.mutator, refs, ph_object_bytes(w.heap, array));
    ph_ref node = w.heap->header->roots[0];
    for (uint32_t i = 0; i < DEPTH; i++) {
        refs->items[2 * (DEPTH - 1 - i)] = node; /* in rising order; leaves follow from them */
        node = node_at(&w, node)->left;
    }
    CHECK_EQ(node, 0);
    set_root(&w, array);
    struct ph_mark_stat stat = mark(&w);
    CHECK_EQ(stat.objects, 2 * DEPTH + 1 + FIXED_OBJECTS);
    CHECK(stat.rescans > 0); /* 64 entries are too few for it */
    CHECK_OK(ph_heap_verify(w.heap, NULL, NULL, NULL));
    world_finish(&w);
}

TEST(a_cyclic_graph_of_a_million)
{
    enum { COUNT = 1000000 };
    struct world w;
    struct ph_random random;
    world_init(&w, UINT64_C(1) << 30, 0, 65536);
    ph_random_init(&random, 3);
    ph_ref *refs = malloc(COUNT * sizeof(ph_ref));
    for (uint32_t i = 0; i < COUNT; i++) {
        refs[i] = ph_object_new(&w.mutator, CLASS_NODE, 0);
        CHECK(refs[i] != 0);
        struct node *node = node_at(&w, refs[i]);
        ph_touch(&w.mutator, node, sizeof(*node));
        node->left = refs[i == 0 ? 0 : i - 1];
        node->right = refs[ph_random_below(&random, i + 1)];
    }
    PH_SET(&w.mutator, node_at(&w, refs[0])->left, refs[COUNT - 1]);
    set_root(&w, refs[COUNT / 2]);
    CHECK_EQ(mark(&w).objects, COUNT + FIXED_OBJECTS);
    uint64_t top = w.heap->header->object_top;
    set_root(&w, 0); /* nothing but itself leads to it */
    CHECK_EQ(mark(&w).objects, FIXED_OBJECTS);
    for (uint32_t i = 0; i < COUNT; i++) {
        CHECK(ph_object_new(&w.mutator, CLASS_NODE, 0) != 0);
    }
    CHECK(w.heap->header->object_top <= top + (1 << 20));
    free(refs);
    world_finish(&w);
}

/* Up to the limit and back, again and again; most of the old space is holes then. */
/* A kept object is garbage like the others, but its memory is nobody else's. */
TEST(kept_memory_is_not_given_out)
{
    struct world w;
    ph_ref kept[100];
    world_init(&w, UINT64_C(64) << 20, UINT64_C(4) << 20, 0);
    for (uint32_t round = 0; round < 3; round++) {
        make_list(&w, UINT64_MAX);
        ph_ref ref = w.heap->header->roots[0];
        for (uint32_t i = 0; i < PH_COUNT(kept) && round == 0; i++, ref = node_at(&w, ref)->right) {
            kept[i] = ref;
            PH_SET(&w.mutator, node_at(&w, ref)->unused, i + 1);
            CHECK(ph_object_keep(w.heap, ref));
        }
        for (uint32_t i = 0; i < PH_COUNT(kept); i++) {
            CHECK_EQ(node_at(&w, kept[i])->unused, i + 1);
        }
        set_root(&w, 0);
        CHECK_EQ(mark(&w).objects, FIXED_OBJECTS);
        CHECK_OK(ph_heap_verify(w.heap, NULL, NULL, NULL));
    }
    world_finish(&w);
}

TEST(a_full_heap_has_room_again_after_a_mark)
{
    struct world w;
    uint64_t first = 0;
    world_init(&w, UINT64_C(64) << 20, UINT64_C(6) << 20, 0);
    for (uint32_t round = 0; round < 8; round++) {
        uint64_t count = make_list(&w, UINT64_MAX);
        CHECK(w.heap->header->object_top <= UINT64_C(6) << 20);
        CHECK(ph_heap_wants_mark(w.heap));
        CHECK_EQ(make(&w, 0), 0);
        check_list(&w, count);
        first = round == 0 ? count : first;
        CHECK(count >= 150000 && count >= first - first / 20);
        set_root(&w, 0);
        CHECK_EQ(mark(&w).objects, FIXED_OBJECTS);
        CHECK(!ph_heap_wants_mark(w.heap));
        CHECK_OK(ph_heap_verify(w.heap, NULL, NULL, NULL));
    }
    world_finish(&w);
}

/* Where nothing is free at the top, young objects are made as ever: holes are kept for them. */
TEST(a_nursery_lives_on_holes)
{
    struct world w;
    world_init(&w, UINT64_C(64) << 20, UINT64_C(6) << 20, 0);
    uint64_t count = make_list(&w, UINT64_MAX);
    CHECK(count > 0);
    set_root(&w, 0);
    (void)mark(&w);
    CHECK_EQ(make_list(&w, 1000), 1000);
    uint64_t top = w.heap->header->object_top;
    ph_heap_evacuate(&w.mutator);
    CHECK(w.mutator.nursery_end - w.mutator.nursery_start >= 16384);
    for (uint32_t i = 0; i < 1000000; i++) { /* short-lived, but for each hundredth */
        ph_ref ref = make(&w, i);
        CHECK(ref != 0);
        if (i % 100 == 0) {
            set_root(&w, ref);
        }
    }
    CHECK(w.heap->header->object_top <= top + 65536);
    CHECK_OK(ph_heap_verify(w.heap, NULL, NULL, NULL));
    world_finish(&w);
}

/* Large and small ones in turn, the large ones in holes that fit. */
TEST(large_objects_find_holes)
{
    struct world w;
    world_init(&w, UINT64_C(64) << 20, UINT64_C(8) << 20, 0);
    uint64_t made = 0;
    struct ph_random random;
    ph_random_init(&random, 9);
    for (uint32_t round = 0; round < 40; round++) {
        for (uint32_t i = 0; i < 40; i++) {
            uint32_t length = (uint32_t)ph_random_below(&random, 100000);
            ph_ref ref = ph_object_new(&w.mutator, CLASS_BYTES, length);
            CHECK(ref != 0);
            made += length;
            const struct ph_bytes *bytes = ph_address(w.heap, ref);
            for (uint32_t k = 0; k < length; k++) {
                CHECK(bytes->data[k] == 0);
            }
            ph_touch(&w.mutator, bytes, length);
            memset(((struct ph_bytes *)ph_address(w.heap, ref))->data, 0xee, length);
            CHECK(make(&w, i) != 0);
        }
        (void)mark(&w);
        CHECK_OK(ph_heap_verify(w.heap, NULL, NULL, NULL));
    }
    CHECK(made > UINT64_C(64) << 20);
    world_finish(&w);
}

/* A remembered slot in a freed table: whoever has its memory next, numbers are no references. */
TEST(freed_memory_with_remembered_slots)
{
    struct world w;
    world_init(&w, UINT64_C(64) << 20, 0, 0);
    for (uint32_t round = 0; round < 100; round++) {
        ph_ref table = ph_object_new_pinned(&w.mutator, CLASS_TABLE, 50);
        ph_ref young = make(&w, round);
        CHECK(table != 0 && ph_is_young(w.heap, young));
        struct ph_refs *refs = ph_address(w.heap, table);
        for (uint32_t i = 0; i < 50; i++) {
            PH_SET_REF(&w.mutator, refs->items[i], young);
        }
        set_root(&w, young);
        ph_object_free(&w.mutator, table);
        ph_ref chunk = ph_object_new_pinned(&w.mutator, CLASS_CHUNK, 200);
        struct ph_bytes *bytes = ph_address(w.heap, chunk);
        ph_touch(&w.mutator, bytes->data, 200);
        memset(bytes->data, 0xfe, 200);
        ph_heap_evacuate(&w.mutator);
        for (uint32_t i = 0; i < 200; i++) {
            CHECK_EQ(bytes->data[i], 0xfe);
        }
        CHECK_EQ(node_at(&w, w.heap->header->roots[0])->label, round);
        ph_object_free(&w.mutator, chunk);
    }
    CHECK(w.heap->header->object_top < 8192 + (UINT64_C(1) << 18)); /* and it is used again */
    world_finish(&w);
}

/* What a pending cut has not taken yet is garbage too by now, but the cut must be whole. */
TEST(pages_that_a_cut_waits_for_are_not_given_back)
{
    enum { BYTES = 1 << 20 };
    struct world w;
    const void *content;
    uint32_t page, filled = 0;
    world_init(&w, UINT64_C(64) << 20, 0, 0);
    ph_ref garbage = ph_object_new(&w.mutator, CLASS_BYTES, BYTES);
    CHECK(garbage != 0);
    struct ph_bytes *bytes = ph_address(w.heap, garbage);
    ph_touch(&w.mutator, bytes, BYTES);
    memset(bytes->data, 0xee, BYTES);
    set_root(&w, ph_object_new(&w.mutator, CLASS_BYTES, BYTES / 8)); /* above it: the top stays */
    (void)mark(&w);
    CHECK(ph_heap_cut_begin(w.heap));
    uint64_t given = give_back(&w, BYTES / 7);
    CHECK(given < BYTES / 8); /* what was never written */
    while (ph_heap_cut_take(w.heap, &page, &content)) {
        filled += *(const uint8_t *)content == 0xee;
    }
    CHECK(filled >= BYTES / PH_PAGE_BYTES - 1);
    ph_heap_cut_end(w.heap, &w.mutator, true);

    (void)mark(&w); /* nobody waits for them any more */
    CHECK(ph_heap_cut_begin(w.heap));
    while (ph_heap_cut_take(w.heap, &page, &content)) {
    }
    ph_heap_cut_end(w.heap, &w.mutator, true);
    given = give_back(&w, BYTES / 7);
    CHECK(given >= BYTES - 4 * PH_PAGE_BYTES);
    CHECK_OK(ph_heap_verify(w.heap, NULL, NULL, NULL));
    world_finish(&w);
}

/* Whatever the size of the pieces: the old space ends where the last living object does, what is
 * above reads as zeros, also in the cut, and is used again. */
TEST(the_top_of_the_old_space_comes_down)
{
    enum { LIVING = 1000, GARBAGE = 300000 };
    static const uint64_t pieces[] = {UINT64_MAX, 1 << 20, 3 * PH_PAGE_BYTES + 16, 100};
    for (uint32_t round = 0; round < PH_COUNT(pieces); round++) {
        struct world w;
        world_init(&w, UINT64_C(256) << 20, 0, 0);
        CHECK_EQ(make_list(&w, LIVING), LIVING);
        ph_heap_evacuate(&w.mutator);
        ph_ref kept = w.heap->header->roots[0];
        uint64_t low = w.heap->header->object_top;
        CHECK_EQ(make_list(&w, round < 3 ? GARBAGE : 8000), round < 3 ? GARBAGE : 8000);
        set_root(&w, kept);
        (void)mark(&w);
        uint64_t high = w.heap->header->object_top;
        CHECK(ph_heap_cut_begin(w.heap)); /* what it waits for is copied */
        (void)give_back(&w, pieces[round]);
        CHECK(w.heap->header->object_top <= low + (64 << 10)); /* less is not worth it */
        take_cut(&w, high, false);
        CHECK(ph_heap_cut_begin(w.heap));
        take_cut(&w, w.heap->header->object_top, true);
        for (uint64_t i = w.heap->header->object_top; i < high; i += 8) {
            CHECK_EQ(*(const uint64_t *)(const void *)(w.arena + i), 0);
        }
        CHECK_OK(ph_heap_verify(w.heap, NULL, NULL, NULL));
        check_list(&w, LIVING);
        CHECK_EQ(make_list(&w, GARBAGE), GARBAGE); /* in fresh memory, which must be zeros */
        (void)mark(&w);
        CHECK_EQ(make_list(&w, 100), 100);
        CHECK_OK(ph_heap_verify(w.heap, NULL, NULL, NULL));
        world_finish(&w);
    }
}

/* Something that lives in the middle of a hole, a hole that is used while it is given back, and a
 * mark in between: nothing of it is lost. */
TEST(a_hole_is_given_back_in_pieces_while_it_is_used)
{
    struct ph_random random;
    for (uint64_t seed = 1; seed <= 8; seed++) {
        struct world w;
        ph_random_init(&random, seed);
        world_init(&w, UINT64_C(256) << 20, 0, 0);
        for (uint32_t i = 0; i < 15; i++) {
            ph_ref before = w.heap->header->roots[0];
            CHECK(make_list(&w, 1 + ph_random_below(&random, 60000)) > 0);
            ph_heap_evacuate(&w.mutator);
            if (ph_random_below(&random, 3) != 0) {
                set_root(&w, before); /* all of it is garbage */
            }
            if (ph_random_below(&random, 4) == 0) {
                (void)mark(&w);
            }
            if (ph_random_below(&random, 3) == 0) {
                for (uint32_t cut = 0; cut < 2 && ph_heap_cut_begin(w.heap); cut++) {
                    take_cut(&w, 0, false);
                }
            }
            uint64_t given;
            for (uint64_t n = ph_random_below(&random, 50); n > 0; n--) {
                (void)ph_heap_give_back(&w.mutator, ph_random_below(&random, 1 << 20), &given);
            }
            CHECK_OK(ph_heap_verify(w.heap, NULL, NULL, NULL));
        }
        world_finish(&w);
    }
}

/* Memory that is brought in ahead is nobody's business but the host's. */
TEST(memory_is_brought_in_where_the_old_space_grows)
{
    struct world w;
    uint64_t pieces = 0;
    world_init(&w, UINT64_C(256) << 20, UINT64_C(48) << 20, 0);
    CHECK(!ph_heap_wants_memory(w.heap)); /* a small world needs none */
    for (uint32_t i = 0; i < 100; i++) {
        (void)make_list(&w, 10000);
        ph_heap_evacuate(&w.mutator);
        uint64_t top = w.heap->header->object_top;
        bool wanted = ph_heap_wants_memory(w.heap);
        while (wanted && ph_heap_bring_memory(w.heap)) {
            pieces++;
        }
        CHECK(!ph_heap_wants_memory(w.heap));
        CHECK_EQ(w.heap->header->object_top, top);
    }
    CHECK(pieces > 10 && pieces <= 24); /* no further than to the limit */
    CHECK_OK(ph_heap_verify(w.heap, NULL, NULL, NULL));
    world_finish(&w);
}

static void free_some_tables(struct world *w, struct ph_refs *tables, struct ph_random *random)
{
    for (uint32_t i = 0; i < tables->length; i++) {
        if (ph_random_below(random, 4) == 0) {
            ph_ref old = tables->items[i];
            PH_SET(&w->mutator, tables->items[i], 0);
            ph_object_free(&w->mutator, old);
        }
    }
    CHECK_OK(ph_heap_verify(w->heap, NULL, NULL, NULL));
}

/* With garbage, none of which may lie where a table does: those are empty. */
static void fill_what_is_free(struct world *w, struct ph_refs *tables, uint32_t items)
{
    for (uint32_t i = 0; i < tables->length; i++) {
        ph_ref made = ph_object_new(&w->mutator, CLASS_REFS, items);
        struct ph_refs *garbage = ph_address(w->heap, made);
        ph_touch(&w->mutator, garbage, sizeof(*garbage) + items * sizeof(ph_ref));
        for (uint32_t k = 0; k < items; k++) {
            garbage->items[k] = ph_ref_to(w->heap, tables);
        }
    }
    for (uint32_t i = 0; i < tables->length; i++) {
        const struct ph_refs *table = ph_address(w->heap, tables->items[i]);
        CHECK(table->items[0] == 0 && table->items[items - 1] == 0);
    }
}

/* Tables that are freed at every point of a mark's way, and made anew once it has ended. */
TEST(what_is_freed_while_marks_are_under_way_is_used_again)
{
    enum { TABLES = 64, ITEMS = 5000, ROUNDS = 60 };
    struct world w;
    struct ph_random random;
    uint64_t queued;
    ph_random_init(&random, 1);
    world_init(&w, UINT64_C(256) << 20, 0, 0);
    ph_ref all = ph_object_new_pinned(&w.mutator, CLASS_TABLE, TABLES);
    PH_SET_REF(&w.mutator, w.heap->header->roots[0], all);
    struct ph_refs *tables = ph_address(w.heap, all);
    for (uint32_t round = 0; round < ROUNDS; round++) {
        for (uint32_t i = 0; i < TABLES; i++) {
            if (tables->items[i] == 0) {
                ph_ref made = ph_object_new_pinned(&w.mutator, CLASS_TABLE, ITEMS);
                CHECK(made != 0);
                PH_SET(&w.mutator, tables->items[i], made);
            }
        }
        fill_what_is_free(&w, tables, ITEMS);
        ph_heap_evacuate(&w.mutator);
        ph_mark_prepare(w.mark, &w.mutator, false);
        free_some_tables(&w, tables, &random); /* the arena is the cut: these are not met, … */
        CHECK_OK(ph_mark_run(w.mark, w.arena));
        free_some_tables(&w, tables, &random); /* … and these are */
        CHECK_OK(ph_mark_finish(w.mark, &w.mutator));
        free_some_tables(&w, tables, &random);
        CHECK(!ph_mark_clear(w.mark, &w.mutator, UINT64_MAX, &queued));
    }
    CHECK(w.heap->header->object_top < 6 * (uint64_t)TABLES * ITEMS * sizeof(ph_ref));
    world_finish(&w);
}
