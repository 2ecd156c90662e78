/* SPDX-License-Identifier: Apache-2.0 */
/* weak_test.c - weak, soft and phantom references against a model: what a mark must clear and what
 * it must not, that each comes out of its queue once, and in which order.
 *
 * Nodes have edges; references of four strengths, which the world holds, lead to nodes. The model
 * keeps the edges as they were at the cut too: by them it knows what the mark finds. */
#include "base/random.h"
#include "heap/mark.h"
#include "unit.h"

#define ARENA_BYTES (UINT64_C(64) << 20)
#define NODES 600u /* ids from 1 */
#define EDGES 3u
#define ROOTS 24u
#define REFERENCES 120u
#define QUEUES 3u /* numbers from 1 */

enum { CLASS, BYTES, ITEMS, NODE, QUEUE, STRONG, WEAK, SOFT, PHANTOM, CLASSES };
static const struct ph_class_info classes[] = {
    {CLASS, "class", PH_LAYOUT_CLASS, sizeof(struct ph_class), PH_CLASS_PINNED, 0, {0}},
    {BYTES, "bytes", PH_LAYOUT_BYTES, 0, 0, 0, {0}},
    {ITEMS, "items", PH_LAYOUT_REFS, 0, PH_CLASS_PINNED, 0, {0}},
    {NODE, "node", PH_LAYOUT_PLAIN, 24, 0, EDGES, {12, 16, 20}},
    {QUEUE, "queue", PH_LAYOUT_PLAIN, 16, PH_CLASS_PINNED, 2, {8, 12}},
    {STRONG, "strong", PH_LAYOUT_WEAK, 28, 0, 0, {0}},
    {WEAK, "weak", PH_LAYOUT_WEAK, 28, PH_CLASS_WEAK, 0, {0}},
    {SOFT, "soft", PH_LAYOUT_WEAK, 28, PH_CLASS_SOFT, 0, {0}},
    {PHANTOM, "phantom", PH_LAYOUT_WEAK, 28, PH_CLASS_PHANTOM, 0, {0}},
};

struct node {
    ph_ref head[2];
    uint32_t id;
    ph_ref edges[EDGES];
};
struct reference {
    struct ph_weak weak;
    uint32_t number;
};

struct node_model {
    uint32_t edges[EDGES], edges_at_cut[EDGES];
    bool is_old;    /* in the cut */
    bool is_marked; /* the mark finds it */
};
struct reference_model {
    uint32_t strength, referent, queue;
    uint32_t in;    /* the queue that it was put into; 0: none */
    uint64_t place; /* there: not before those with a lesser one */
    uint32_t used_s;
};

struct world {
    struct ph_random random;
    uint8_t *arena, *base;
    struct ph_heap *heap;
    struct ph_mutator mutator;
    struct ph_mark *mark;
    ph_ref roots_ref, references_ref, queues_ref;
    struct node_model nodes[NODES];
    struct reference_model references[REFERENCES];
    uint32_t roots[ROOTS];
    uint32_t node_count, now_s;
    uint64_t place;
    bool is_marking, is_clearing, has_marked;
    uint64_t cleared, kept, came;
};

static uint32_t below(struct world *w, uint32_t limit)
{
    return (uint32_t)ph_random_below(&w->random, limit);
}

static ph_ref *item(struct world *w, ph_ref items, uint32_t index)
{
    return &((struct ph_refs *)ph_address(w->heap, items))->items[index];
}

static ph_ref reference_at(struct world *w, uint32_t index)
{
    return *item(w, w->references_ref, index);
}

static uint32_t id_of(struct world *w, ph_ref node)
{
    return node == 0 ? 0 : ((struct node *)ph_address(w->heap, node))->id;
}

/* ---- The model's mark ---------------------------------------------------------------- */

static void find(struct world *w, uint32_t id)
{
    struct node_model *node = &w->nodes[id];
    if (id == 0 || !node->is_old || node->is_marked) {
        return;
    }
    node->is_marked = true;
    for (uint32_t i = 0; i < EDGES; i++) {
        find(w, node->edges_at_cut[i]);
    }
}

static void model_cut(struct world *w, uint64_t soft_keep_s)
{
    for (uint32_t id = 1; id < w->node_count; id++) {
        struct node_model *node = &w->nodes[id];
        node->is_old = true;
        node->is_marked = false;
        memcpy(node->edges_at_cut, node->edges, sizeof(node->edges));
    }
    for (uint32_t i = 0; i < ROOTS; i++) {
        find(w, w->roots[i]);
    }
    for (uint32_t i = 0; i < REFERENCES; i++) {
        const struct reference_model *r = &w->references[i];
        if (r->strength == STRONG ||
            (r->strength == SOFT && w->now_s - r->used_s < soft_keep_s)) {
            find(w, r->referent);
        }
    }
}

/* The mark is complete and did not find it. */
static bool is_dead(const struct world *w, uint32_t id)
{
    return id != 0 && w->is_clearing && w->nodes[id].is_old && !w->nodes[id].is_marked;
}

/* ---- Steps --------------------------------------------------------------------------- */

static void set_root(struct world *w, uint32_t root, ph_ref ref)
{
    PH_SET_REF(&w->mutator, *item(w, w->roots_ref, root), ref);
    w->roots[root] = id_of(w, ref);
}

static void step_node(struct world *w)
{
    if (w->node_count == NODES) {
        return;
    }
    uint32_t id = w->node_count++;
    ph_ref ref = ph_object_new_of(&w->mutator, ph_address(w->heap, w->heap->header->classes[NODE]),
                                  0);
    CHECK(ref != 0);
    PH_SET(&w->mutator, ((struct node *)ph_address(w->heap, ref))->id, id);
    memset(&w->nodes[id], 0, sizeof(w->nodes[id]));
    set_root(w, below(w, ROOTS), ref);
}

static void step_edge(struct world *w)
{
    uint32_t from = below(w, ROOTS), to = below(w, ROOTS), edge = below(w, EDGES);
    ph_ref ref = *item(w, w->roots_ref, from);
    if (ref != 0) {
        struct node *node = ph_address(w->heap, ref);
        PH_SET_REF(&w->mutator, node->edges[edge], *item(w, w->roots_ref, to));
        w->nodes[w->roots[from]].edges[edge] = w->roots[to];
    }
}

static void step_walk(struct world *w) /* or forgets */
{
    uint32_t from = below(w, ROOTS), to = below(w, ROOTS);
    ph_ref ref = *item(w, w->roots_ref, from);
    if (ref != 0) {
        set_root(w, to, ((struct node *)ph_address(w->heap, ref))->edges[below(w, EDGES)]);
    }
}

static void step_set(struct world *w, uint32_t index)
{
    struct reference_model *r = &w->references[index];
    uint32_t root = below(w, ROOTS), queue = below(w, QUEUES + 1);
    CHECK(!is_dead(w, w->roots[root]));
    ph_weak_set(&w->mutator, reference_at(w, index), *item(w, w->roots_ref, root),
                queue == 0 ? 0 : *item(w, w->queues_ref, queue - 1));
    r->referent = w->roots[root];
    r->queue = r->in != 0 ? 0 : queue;
    r->used_s = w->now_s;
}

static void step_get(struct world *w, uint32_t index)
{
    struct reference_model *r = &w->references[index];
    bool is_null = r->strength == PHANTOM || is_dead(w, r->referent);
    uint32_t root = below(w, ROOTS);
    ph_ref weak = reference_at(w, index), got = ph_weak_get(&w->mutator, weak);
    CHECK_EQ(id_of(w, got), is_null ? 0 : r->referent);
    if (r->strength != PHANTOM) {
        CHECK(ph_weak_refers_to(&w->mutator, weak, got));
    }
    CHECK_EQ(ph_weak_refers_to(&w->mutator, weak, 0),
             r->referent == 0 || is_dead(w, r->referent));
    if (r->referent != 0 && r->strength == SOFT) {
        r->used_s = w->now_s;
    }
    if (got != 0) {
        if (w->is_marking) {
            find(w, r->referent);
        }
        set_root(w, root, got);
    }
}

static void put(struct reference_model *r, uint64_t place)
{
    r->referent = 0;
    if (r->queue != 0) {
        CHECK_EQ(r->in, 0);
        r->in = r->queue;
        r->queue = 0;
        r->place = place;
    }
}

static void step_enqueue(struct world *w, uint32_t index)
{
    struct reference_model *r = &w->references[index];
    CHECK_EQ(ph_weak_enqueue(&w->mutator, reference_at(w, index)), r->queue != 0);
    put(r, ++w->place);
}

/* `ref` has come out of queue number `queue`. */
static void comes(struct world *w, uint32_t queue, ph_ref ref)
{
    uint32_t number = ((struct reference *)ph_address(w->heap, ref))->number;
    struct reference_model *r = &w->references[number];
    CHECK_EQ(r->in, queue);
    for (uint32_t i = 0; i < REFERENCES; i++) {
        const struct reference_model *other = &w->references[i];
        CHECK(other->in != queue || other->place >= r->place);
    }
    r->in = 0;
    w->came++;
}

static void step_take(struct world *w)
{
    uint32_t queue = 1 + below(w, QUEUES);
    ph_ref queue_ref = *item(w, w->queues_ref, queue - 1);
    bool takes_all = below(w, 2) == 0, any = false;
    for (uint32_t i = 0; i < REFERENCES; i++) {
        any = any || w->references[i].in == queue;
    }
    CHECK_EQ(ph_weak_queue_is_empty(w->heap, queue_ref), !any);
    ph_ref ref = takes_all ? ph_weak_take_all(&w->mutator, queue_ref)
                           : ph_weak_poll(&w->mutator, queue_ref);
    CHECK_EQ(ref != 0, any);
    while (ref != 0) {
        comes(w, queue, ref);
        ref = ph_weak_next(&w->mutator, ref);
        CHECK(takes_all || ref == 0);
    }
    CHECK(!takes_all || ph_weak_queue_is_empty(w->heap, queue_ref));
}

static void take_cut(struct world *w)
{
    uint32_t page;
    const void *content;
    while (ph_heap_cut_take(w->heap, &page, &content)) {
    }
    ph_heap_cut_end(w->heap, &w->mutator, true);
}

static void step(struct world *w)
{
    uint32_t index = below(w, REFERENCES);
    switch (below(w, 40)) {
    case 0:
        ph_heap_evacuate(&w->mutator);
        break;
    case 1:
        ph_heap_evacuate(&w->mutator);
        if (ph_heap_cut_begin(w->heap)) {
            take_cut(w);
        }
        break;
    case 2:
        w->now_s += 5;
        ph_heap_set_clock(w->heap, w->now_s);
        break;
    case 3:
        ph_weak_clear(&w->mutator, reference_at(w, index));
        w->references[index].referent = 0;
        break;
    case 4:
    case 5:
        step_take(w);
        break;
    case 6:
        step_enqueue(w, index);
        break;
    case 7:
    case 8:
    case 9:
        step_get(w, index);
        break;
    default:
        switch (below(w, 4)) {
        case 0: step_node(w); break;
        case 1: step_edge(w); break;
        case 2: step_walk(w); break;
        default: step_set(w, index);
        }
    }
}

static void steps(struct world *w, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        step(w);
    }
}

/* ---- Marks --------------------------------------------------------------------------- */

/* What a step of clearing has cleared comes, in any order, behind what was queued before. */
static void note_cleared(struct world *w)
{
    w->place++;
    for (uint32_t i = 0; i < REFERENCES; i++) {
        struct reference_model *r = &w->references[i];
        const struct ph_weak *weak = ph_address(w->heap, reference_at(w, i));
        if (r->referent != 0 && weak->referent_ref == 0) {
            CHECK(is_dead(w, r->referent));
            put(r, w->place);
            w->cleared++;
        }
    }
}

static void one_mark(struct world *w)
{
    bool clear_soft = below(w, 3) == 0;
    uint64_t queued = 0;
    ph_status status = PH_AGAIN;
    ph_heap_evacuate(&w->mutator);
    /* of 4 MiB next to nothing is used, and nothing is known to be before the first mark */
    model_cut(w, clear_soft ? 0 : w->has_marked ? 13 : 14);
    w->has_marked = true;
    ph_mark_prepare(w->mark, &w->mutator, clear_soft);
    bool has_changed = ph_heap_cut_begin(w->heap);
    memcpy(w->base, w->arena, w->heap->header->object_top);
    if (has_changed) {
        take_cut(w);
    }
    w->is_marking = true;
    while (status == PH_AGAIN) {
        steps(w, below(w, 60));
        CHECK_OK(ph_mark_run(w->mark, w->base));
        steps(w, below(w, 3) == 0 ? below(w, 20) : 0);
        status = ph_mark_finish(w->mark, &w->mutator);
    }
    CHECK_OK(status);
    w->is_marking = false;
    w->is_clearing = true;
    bool more = true;
    while (more) {
        steps(w, below(w, 10));
        more = ph_mark_clear(w->mark, &w->mutator, 1 + below(w, 12), &queued);
        note_cleared(w);
    }
    for (uint32_t i = 0; i < REFERENCES; i++) {
        CHECK(!is_dead(w, w->references[i].referent));
        w->kept += w->references[i].referent != 0;
    }
    w->is_clearing = false;
}

/* Numbers of nodes that are gone are given again. */
static void forget_dead_nodes(struct world *w)
{
    if (w->node_count < NODES) {
        return;
    }
    for (uint32_t i = 0; i < ROOTS; i++) {
        set_root(w, i, 0);
    }
    for (uint32_t i = 0; i < REFERENCES; i++) {
        ph_weak_clear(&w->mutator, reference_at(w, i));
        w->references[i].referent = 0;
    }
    w->node_count = 1;
}

static ph_ref table_new(struct world *w, uint32_t root, uint32_t length)
{
    ph_ref ref = ph_object_new_pinned(&w->mutator, ITEMS, length);
    PH_SET(&w->mutator, w->heap->header->roots[root], ref);
    return ref;
}

static void begin(struct world *w, uint64_t seed, bool stress)
{
    struct ph_heap_options options = {.arena_bytes = ARENA_BYTES, .nursery_bytes = 16384,
                                      .object_bytes_max = UINT64_C(4) << 20};
    struct ph_mark_options mark_options = {.stack_bytes_max = 0};
    memset(w, 0, sizeof(*w));
    ph_random_init(&w->random, seed);
    w->arena = ph_memory_reserve(ARENA_BYTES);
    w->base = ph_memory_reserve(ARENA_BYTES);
    CHECK(w->arena != NULL && w->base != NULL);
    CHECK_OK(ph_heap_create(w->arena, &options, &w->heap, NULL));
    ph_mutator_init(&w->mutator, w->heap);
    CHECK_OK(ph_heap_format(w->heap, classes, CLASSES, NULL));
    ph_nursery_attach(&w->mutator);
    w->heap->stress_evacuate = stress;
    CHECK_OK(ph_mark_create(w->heap, &mark_options, &w->mark, NULL));
    w->roots_ref = table_new(w, 0, ROOTS);
    w->references_ref = table_new(w, 1, REFERENCES);
    w->queues_ref = table_new(w, 2, QUEUES);
    w->node_count = 1;
    for (uint32_t i = 0; i < QUEUES; i++) {
        ph_ref ref = ph_object_new_pinned(&w->mutator, QUEUE, 0);
        PH_SET(&w->mutator, *item(w, w->queues_ref, i), ref);
    }
    for (uint32_t i = 0; i < REFERENCES; i++) {
        uint32_t strength = STRONG + i % 8;
        strength = strength > PHANTOM ? WEAK + i % 3 : strength;
        ph_ref ref = ph_object_new_of(
            &w->mutator, ph_address(w->heap, w->heap->header->classes[strength]), 0);
        PH_SET(&w->mutator, ((struct reference *)ph_address(w->heap, ref))->number, i);
        PH_SET_REF(&w->mutator, *item(w, w->references_ref, i), ref);
        w->references[i].strength = strength;
    }
}

static void end(struct world *w)
{
    ph_mark_destroy(w->mark);
    ph_heap_evacuate(&w->mutator);
    ph_mutator_finish(&w->mutator);
    ph_heap_destroy(w->heap);
    ph_memory_release(w->arena, ARENA_BYTES);
    ph_memory_release(w->base, ARENA_BYTES);
}

static void random_marks(uint64_t seed, bool stress, uint32_t marks)
{
    static struct world w;
    begin(&w, seed, stress);
    for (uint32_t i = 0; i < marks; i++) {
        steps(&w, 100 + below(&w, 400));
        forget_dead_nodes(&w);
        one_mark(&w);
        CHECK_OK(ph_heap_verify(w.heap, NULL, NULL, NULL));
    }
    CHECK(w.cleared > marks && w.kept > marks && w.came > marks);
    end(&w);
}

TEST_TIMEOUT(references_are_cleared_and_queued_as_the_model_says, 120)
{
    for (uint64_t seed = 1; seed <= 30; seed++) {
        random_marks(seed, false, 40);
    }
}

TEST_TIMEOUT(so_they_are_while_everything_is_evacuated_at_once, 120)
{
    for (uint64_t seed = 101; seed <= 110; seed++) {
        random_marks(seed, true, 20);
    }
}
