/* SPDX-License-Identifier: Apache-2.0 */
/* object_test.c - allocation, freeing, walking and moving, on random graphs against a model. */
#include "base/random.h"
#include "heap/heap.h"
#include "unit.h"

#define ARENA_BYTES (UINT64_C(256) << 20)
#define NODES 200u

enum { CLASS_CLASS, CLASS_BYTES, CLASS_REFS, CLASS_PAIR, CLASS_PINNED };

struct pair {
    struct ph_object head;
    ph_ref left, right;
    uint64_t label;
};

static const struct ph_class_info classes[] = {
    {CLASS_CLASS, "class", PH_LAYOUT_CLASS, sizeof(struct ph_class), 1, 0, {0}},
    {CLASS_BYTES, "bytes", PH_LAYOUT_BYTES, 0, 0, 0, {0}},
    {CLASS_REFS, "refs", PH_LAYOUT_REFS, 0, 0, 0, {0}},
    {CLASS_PAIR, "pair", PH_LAYOUT_PLAIN, sizeof(struct pair), 0, 2,
     {offsetof(struct pair, left), offsetof(struct pair, right)}},
    {CLASS_PINNED, "pinned", PH_LAYOUT_REFS, 0, 1, 0, {0}},
};

struct world {
    uint8_t *arena;
    struct ph_heap *heap;
    struct ph_mutator mutator;
};

static void world_init(struct world *w, bool stress_move)
{
    struct ph_heap_options options = {.arena_bytes = ARENA_BYTES};
    w->arena = ph_memory_reserve(ARENA_BYTES);
    CHECK_OK(ph_heap_create(w->arena, &options, &w->heap, NULL));
    ph_mutator_init(&w->mutator, w->heap);
    CHECK_OK(ph_heap_format(w->heap, classes, PH_COUNT(classes), NULL));
    w->heap->stress_move = stress_move;
}

static void world_finish(struct world *w)
{
    ph_mutator_finish(&w->mutator);
    ph_heap_destroy(w->heap);
    ph_memory_release(w->arena, ARENA_BYTES);
}

static void complain(void *context, const char *line)
{
    (void)context;
    printf("%s\n", line);
}

TEST(a_formatted_heap_is_recognised)
{
    struct world w;
    struct ph_error error;
    world_init(&w, false);
    CHECK_OK(ph_heap_check_format(w.heap, classes, PH_COUNT(classes), &error));
    struct ph_class_info other[PH_COUNT(classes)];
    memcpy(other, classes, sizeof(classes));
    other[CLASS_PAIR].bytes = 64;
    CHECK_STATUS(ph_heap_check_format(w.heap, other, PH_COUNT(classes), &error), PH_VERSION);
    CHECK(strstr(error.text, "pair") != NULL);
    uint64_t magic = w.heap->header->magic;
    CHECK_EQ(w.heap->header->magic % 2, 1); /* a null reference meets no class */
    memcpy(&w.heap->header->magic, "ph heap1", 8);
    w.heap->header->version = 1;
    CHECK_STATUS(ph_heap_check_format(w.heap, classes, PH_COUNT(classes), &error), PH_VERSION);
    CHECK(strstr(error.text, "the release that made it") != NULL);
    w.heap->header->magic = magic ^ 4;
    CHECK_STATUS(ph_heap_check_format(w.heap, classes, PH_COUNT(classes), &error), PH_DAMAGED);
    world_finish(&w);
}

TEST(objects_are_zeroed_also_when_reused)
{
    struct world w;
    struct ph_random random;
    world_init(&w, false);
    ph_random_init(&random, 1);
    ph_ref live[64] = {0};
    for (uint32_t i = 0; i < 20000; i++) {
        uint32_t at = (uint32_t)ph_random_below(&random, PH_COUNT(live));
        ph_object_free(&w.mutator, live[at]);
        uint32_t length = (uint32_t)ph_random_below(&random, i % 100 == 0 ? 100000 : 700);
        live[at] = ph_object_new(&w.mutator, CLASS_BYTES, length);
        CHECK(live[at] != 0);
        struct ph_bytes *object = ph_address(w.heap, live[at]);
        CHECK_EQ(object->length, length);
        for (uint32_t k = 0; k < length; k++) {
            CHECK(object->data[k] == 0);
            object->data[k] = 0xee;
        }
    }
    CHECK_OK(ph_heap_verify(w.heap, complain, NULL, NULL));
    world_finish(&w);
}

TEST(extents_are_zeroed_and_reused)
{
    struct world w;
    world_init(&w, false);
    uint64_t a = ph_extent_new(&w.mutator, 100000);
    CHECK(a != 0 && a % PH_PAGE_BYTES == 0);
    ph_barrier(&w.mutator, a, 100000);
    memset(w.arena + a, 7, 100000);
    uint64_t b = ph_extent_new(&w.mutator, 100000);
    CHECK(b != a);
    ph_extent_free(&w.mutator, a, 100000, 100000);
    CHECK_EQ(ph_extent_new(&w.mutator, 131072), a);
    for (uint32_t i = 0; i < 131072; i++) {
        CHECK(w.arena[a + i] == 0);
    }
    CHECK_EQ(ph_extent_new(&w.mutator, UINT64_C(1) << 50), 0);
    world_finish(&w);
}

TEST(verify_finds_a_stale_reference)
{
    struct world w;
    struct ph_error error;
    world_init(&w, false);
    ph_ref a = ph_object_new(&w.mutator, CLASS_PAIR, 0);
    PH_SET(&w.mutator, w.heap->header->roots[0], a);
    struct pair *pair = ph_address(w.heap, a);
    pair->left = a + 1;
    CHECK_STATUS(ph_heap_verify(w.heap, complain, NULL, &error), PH_DAMAGED);
    pair->left = a;
    CHECK_OK(ph_heap_verify(w.heap, complain, NULL, &error));
    world_finish(&w);
}

/* ---- Random graphs: model by label --------------------------------------------------------- */

struct model {
    uint32_t left[NODES], right[NODES]; /* label + 1, 0: none */
    uint64_t seen[NODES];
};

static void check_graph(struct world *w, struct model *m, ph_ref ref, uint32_t label)
{
    uint32_t expected = label;
    if (expected == 0) {
        CHECK_EQ(ref, 0);
        return;
    }
    const struct pair *pair = ph_address(w->heap, ref);
    CHECK_EQ(pair->label, expected - 1);
    if (m->seen[expected - 1] != 0) {
        CHECK_EQ(m->seen[expected - 1], ref); /* one object, however it is reached */
        return;
    }
    m->seen[expected - 1] = ref;
    check_graph(w, m, pair->left, m->left[expected - 1]);
    check_graph(w, m, pair->right, m->right[expected - 1]);
}

TEST(everything_moves_and_stays_the_same_graph)
{
    struct world w;
    struct ph_random random;
    world_init(&w, true);
    ph_random_init(&random, 7);
    struct model *m = calloc(1, sizeof(*m));
    struct ph_root table, fresh;
    ph_root_push(&w.mutator, &table, ph_object_new(&w.mutator, CLASS_PINNED, NODES));
    ph_root_push(&w.mutator, &fresh, 0);
    for (uint32_t i = 0; i < 3000; i++) {
        uint32_t label = (uint32_t)ph_random_below(&random, NODES);
        ph_ref old = fresh.ref;
        fresh.ref = ph_object_new(&w.mutator, CLASS_PAIR, 0); /* moves all that is alive */
        CHECK(fresh.ref != 0 && fresh.ref != old);
        struct ph_refs *items = ph_address(w.heap, table.ref);
        struct pair *pair = ph_address(w.heap, fresh.ref);
        uint32_t left = (uint32_t)ph_random_below(&random, NODES);
        pair->label = label;
        pair->left = items->items[left];
        /* The model keeps what the references say, not what the table held last. */
        m->left[label] = pair->left == 0 ? 0 : left + 1;
        m->right[label] = label + 1;
        pair->right = fresh.ref;
        for (uint32_t k = 0; k < NODES; k++) { /* nobody else may point to the old bearer */
            struct pair *other = items->items[k] == 0 ? NULL : ph_address(w.heap, items->items[k]);
            if (other != NULL && m->left[k] == label + 1 && k != label) {
                other->left = fresh.ref;
            }
        }
        if (m->left[label] == label + 1) {
            pair->left = fresh.ref;
        }
        items->items[label] = fresh.ref;
        memset(m->seen, 0, sizeof(m->seen));
        for (uint32_t k = 0; k < NODES && i % 16 == 0; k++) {
            if (items->items[k] != 0) {
                check_graph(&w, m, items->items[k], k + 1);
            }
        }
    }
    CHECK_OK(ph_heap_verify(w.heap, complain, NULL, NULL));
    ph_root_pop(&w.mutator, &fresh);
    ph_root_pop(&w.mutator, &table);
    free(m);
    world_finish(&w);
}
