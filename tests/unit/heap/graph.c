/* SPDX-License-Identifier: Apache-2.0 */
#include "graph.h"

#define NODES_MAX 4000000u
#define WEAK_BYTES 32u /* struct ph_weak and the id */

static uint32_t below(struct graph *g, uint64_t limit)
{
    return (uint32_t)ph_random_below(&g->random, limit);
}

/* ---- The heap's side: classes, contents ---------------------------------------------------- */

static uint64_t stack_slot_offset(const struct graph *g, const uint8_t *base, uint32_t index);

static void visit_stack(struct graph *g, const uint8_t *base, struct ph_visitor *visitor)
{
    for (uint32_t i = 0; i < GRAPH_STACK; i++) {
        visitor->slot(visitor, (uint64_t *)(uintptr_t)(base + stack_slot_offset(g, base, i)));
    }
}

static void visit_thread(void *context, const uint8_t *base, ph_ref thread,
                         struct ph_visitor *visitor)
{
    (void)thread;
    visit_stack(context, base, visitor);
}

static void visit_young(void *context, struct ph_visitor *visitor)
{
    struct graph *g = context;
    visit_stack(g, g->arena, visitor);
}

struct thread_object {
    struct ph_object head;
    ph_ref chunk_ref;
    uint32_t unused;
};

static uint64_t stack_slot_offset(const struct graph *g, const uint8_t *base, uint32_t index)
{
    const struct thread_object *thread = ph_address_in(base, g->thread_ref);
    return (uint64_t)thread->chunk_ref * 8 + sizeof(struct ph_bytes) + index * 8;
}

static void describe_classes(struct graph *g)
{
    const struct ph_class_info fixed[] = {
        {GRAPH_CLASS, "class", PH_LAYOUT_CLASS, sizeof(struct ph_class), PH_CLASS_PINNED, 0, {0}},
        {GRAPH_BYTES, "bytes", PH_LAYOUT_BYTES, 0, 0, 0, {0}},
        {GRAPH_REFS, "refs", PH_LAYOUT_REFS, 0, 0, 0, {0}},
        {GRAPH_TABLE_ITEMS, "items", PH_LAYOUT_REFS, 0, PH_CLASS_PINNED, 0, {0}},
        {GRAPH_CHUNK, "chunk", PH_LAYOUT_BYTES, 0, PH_CLASS_PINNED, 0, {0}},
        {GRAPH_THREAD, "thread", PH_LAYOUT_THREAD, 16, PH_CLASS_PINNED, 1, {8}},
        {GRAPH_WEAK, "weak", PH_LAYOUT_WEAK, WEAK_BYTES, PH_CLASS_WEAK, 0, {0}},
        {GRAPH_LONGS, "longs", PH_LAYOUT_BYTES, PH_STORE_I64, 0, 0, {0}},
        {GRAPH_QUEUE, "queue", PH_LAYOUT_PLAIN, 16, PH_CLASS_PINNED, 2, {8, 12}},
    };
    memcpy(g->classes, fixed, sizeof(fixed));
    for (uint32_t k = 0; k < GRAPH_PLAINS; k++) { /* id at 8, then references and numbers */
        struct ph_class_info *c = &g->classes[GRAPH_PLAIN + k];
        *c = (struct ph_class_info){GRAPH_PLAIN + k, "plain", PH_LAYOUT_PLAIN, 12, 0, 0, {0}};
        for (uint32_t i = below(g, 12); i > 0; i--) {
            if (below(g, 2) == 0) {
                c->ref_offsets[c->ref_count++] = (uint16_t)c->bytes;
            }
            c->bytes += 4;
        }
    }
}

static uint32_t *id_of(struct graph *g, const struct graph_node *node, ph_ref ref)
{
    uint8_t *object = ph_address(g->heap, ref);
    switch (node->class_index) {
    case GRAPH_BYTES:
    case GRAPH_REFS:
    case GRAPH_LONGS:
        return &((struct ph_bytes *)(void *)object)->extra;
    case GRAPH_WEAK:
        return (uint32_t *)(void *)(object + sizeof(struct ph_weak));
    default:
        return (uint32_t *)(void *)(object + 8);
    }
}

static ph_ref *slot_of(struct graph *g, const struct graph_node *node, ph_ref ref, uint32_t slot)
{
    uint8_t *object = ph_address(g->heap, ref);
    if (node->class_index == GRAPH_REFS) {
        return &((struct ph_refs *)(void *)object)->items[slot];
    }
    if (node->class_index == GRAPH_WEAK) {
        return &((struct ph_weak *)(void *)object)->referent_ref;
    }
    return (ph_ref *)(void *)(object + g->classes[node->class_index].ref_offsets[slot]);
}

static bool is_ref_offset(const struct ph_class_info *c, uint32_t offset)
{
    for (uint32_t i = 0; i < c->ref_count; i++) {
        if (c->ref_offsets[i] == offset) {
            return true;
        }
    }
    return false;
}

/* Numbers of an object follow from its id: fills them in, or checks them. */
static void contents(struct graph *g, const struct graph_node *node, ph_ref ref, bool check)
{
    uint32_t id = *id_of(g, node, ref);
    uint32_t *words = ph_address(g->heap, ref);
    const struct ph_class_info *c = &g->classes[node->class_index];
    uint32_t from = 0, to = 0;
    if (node->class_index >= GRAPH_PLAIN) {
        from = 3;
        to = c->bytes / 4;
    } else if (node->class_index == GRAPH_LONGS) {
        from = 4;
        to = 4 + 2 * node->length;
    } else if (node->class_index == GRAPH_BYTES) {
        from = 4;
        to = 4 + node->length / 4;
    }
    for (uint32_t i = from; i < to; i++) {
        uint32_t value = (id ^ i) * 2654435761u;
        if (node->class_index >= GRAPH_PLAIN && is_ref_offset(c, i * 4)) {
            continue;
        }
        if (check) {
            CHECK_EQ(words[i], value);
        } else {
            words[i] = value;
        }
    }
}

/* ---- Roots ---------------------------------------------------------------------------------- */

static ph_ref root_get(struct graph *g, uint32_t index)
{
    if (index < GRAPH_TABLE) {
        return ((struct ph_refs *)ph_address(g->heap, g->table_ref))->items[index];
    }
    index -= GRAPH_TABLE;
    if (index < GRAPH_STACK) {
        return (ph_ref)*(uint64_t *)(void *)(g->arena + stack_slot_offset(g, g->arena, index));
    }
    index -= GRAPH_STACK;
    return g->c_roots[index / GRAPH_C_ROOTS][index % GRAPH_C_ROOTS].ref;
}

static void root_set(struct graph *g, struct ph_mutator *m, uint32_t index, ph_ref ref,
                     uint32_t id)
{
    g->roots[index] = id;
    if (index < GRAPH_TABLE) {
        struct ph_refs *table = ph_address(g->heap, g->table_ref);
        PH_SET_REF(m, table->items[index], ref);
        return;
    }
    index -= GRAPH_TABLE;
    if (index < GRAPH_STACK) {
        uint64_t *slot = (uint64_t *)(void *)(g->arena + stack_slot_offset(g, g->arena, index));
        PH_SET(m, *slot, ref);
        return;
    }
    index -= GRAPH_STACK;
    g->c_roots[index / GRAPH_C_ROOTS][index % GRAPH_C_ROOTS].ref = ref;
}

/* ---- Making and dropping -------------------------------------------------------------------- */

void graph_init(struct graph *g, const struct graph_options *options)
{
    memset(g, 0, sizeof(*g));
    g->options = *options;
    ph_random_init(&g->random, options->seed);
    describe_classes(g);
    struct ph_heap_options heap_options = {
        .arena_bytes = options->arena_bytes, .nursery_bytes = options->nursery_bytes,
        .object_bytes_max = options->object_bytes_max};
    g->arena = ph_memory_reserve(options->arena_bytes);
    g->image_bytes = options->arena_bytes / 4;
    g->image = ph_memory_reserve(g->image_bytes);
    g->instant = ph_memory_reserve(g->image_bytes);
    g->base = ph_memory_reserve(g->image_bytes);
    CHECK(g->arena != NULL && g->image != NULL && g->instant != NULL && g->base != NULL);
    CHECK_OK(ph_heap_create(g->arena, &heap_options, &g->heap, NULL));
    struct ph_heap_client client = {g, visit_thread, visit_young, NULL};
    ph_heap_set_client(g->heap, &client);
    for (uint32_t i = 0; i < GRAPH_MUTATORS; i++) {
        ph_mutator_init(&g->mutators[i], g->heap);
    }
    CHECK_OK(ph_heap_format(g->heap, g->classes, PH_COUNT(g->classes), NULL));
    struct ph_mutator *m = &g->mutators[0];
    g->table_ref = ph_object_new_pinned(m, GRAPH_TABLE_ITEMS, GRAPH_TABLE);
    g->thread_ref = ph_object_new_pinned(m, GRAPH_THREAD, 0);
    g->queue_ref = ph_object_new_pinned(m, GRAPH_QUEUE, 0);
    ph_ref chunk_ref = ph_object_new_pinned(m, GRAPH_CHUNK, GRAPH_STACK * 8);
    PH_SET(m, ((struct thread_object *)ph_address(g->heap, g->thread_ref))->chunk_ref, chunk_ref);
    PH_SET(m, g->heap->header->roots[0], g->table_ref);
    PH_SET(m, g->heap->header->roots[1], g->thread_ref);
    PH_SET(m, g->heap->header->roots[2], g->queue_ref);
    for (uint32_t i = 0; i < GRAPH_MUTATORS; i++) {
        ph_nursery_attach(&g->mutators[i]);
        for (uint32_t k = 0; k < GRAPH_C_ROOTS; k++) {
            ph_root_push(&g->mutators[i], &g->c_roots[i][k], 0);
        }
    }
    g->heap->stress_move = options->stress_move;
    g->heap->stress_evacuate = options->stress_evacuate;
    g->capacity = NODES_MAX;
    g->nodes = ph_memory_reserve(sizeof(struct graph_node) * (uint64_t)g->capacity);
    g->work = ph_memory_reserve(sizeof(uint32_t) * (uint64_t)g->capacity);
    g->count = 1;
}

void graph_finish(struct graph *g)
{
    ph_heap_evacuate(&g->mutators[0]);
    for (uint32_t i = 0; i < GRAPH_MUTATORS; i++) {
        ph_mutator_finish(&g->mutators[i]);
    }
    ph_heap_destroy(g->heap);
    for (uint32_t i = 0; i < g->count; i++) {
        free(g->nodes[i].slots);
    }
    ph_memory_release(g->nodes, sizeof(struct graph_node) * (uint64_t)g->capacity);
    ph_memory_release(g->work, sizeof(uint32_t) * (uint64_t)g->capacity);
    ph_memory_release(g->arena, g->options.arena_bytes);
    ph_memory_release(g->image, g->image_bytes);
    ph_memory_release(g->instant, g->image_bytes);
    ph_memory_release(g->base, g->image_bytes);
}

static void choose_shape(struct graph *g, struct graph_node *node)
{
    uint32_t kind = below(g, 20);
    uint32_t scale = g->options.no_large ? 0 : below(g, 400);
    uint32_t length = below(g, scale == 0 ? 20000 : scale < 8 ? 1500 : 24);
    length = g->options.no_large ? length % 24 : length;
    node->class_index = kind < 10   ? GRAPH_PLAIN + below(g, GRAPH_PLAINS)
                        : kind < 14 ? GRAPH_REFS
                        : kind < 16 ? GRAPH_BYTES
                        : kind < 18 ? GRAPH_LONGS
                                    : GRAPH_WEAK;
    if (node->class_index == GRAPH_REFS) {
        node->slot_count = node->length = length;
    } else if (node->class_index >= GRAPH_PLAIN) {
        node->slot_count = g->classes[node->class_index].ref_count;
    } else if (node->class_index == GRAPH_WEAK) {
        node->slot_count = 1;
    } else {
        node->length = length * 3;
    }
}

static void set_up_weak(struct graph *g, struct ph_mutator *m, ph_ref ref,
                        struct graph_node *node)
{
    uint32_t from = below(g, GRAPH_ROOTS);
    ph_weak_set(m, ref, root_get(g, from), below(g, 3) == 0 ? g->queue_ref : 0);
    node->slots[0] = g->roots[from];
}

void graph_make(struct graph *g)
{
    struct ph_mutator *m = &g->mutators[below(g, GRAPH_MUTATORS)];
    uint32_t id = g->count;
    CHECK(id < g->capacity);
    struct graph_node *node = &g->nodes[id];
    choose_shape(g, node);
    const struct ph_class *c = ph_address(g->heap, g->heap->header->classes[node->class_index]);
    ph_ref ref = ph_object_new_of(m, c, node->length);
    if (ref == 0) {
        g->full++;
        memset(node, 0, sizeof(*node));
        return;
    }
    g->count++;
    node->slots = calloc(node->slot_count + 1, sizeof(uint32_t));
    uint64_t bytes = ph_object_bytes(g->heap, ref);
    const uint8_t *raw = ph_address(g->heap, ref);
    for (uint64_t i = c->layout == PH_LAYOUT_PLAIN ? 8 : 12; i < bytes; i++) {
        CHECK(raw[i] == 0); /* handed out zeroed */
    }
    ph_touch(m, raw, bytes);
    *id_of(g, node, ref) = id;
    contents(g, node, ref, false);
    root_set(g, m, below(g, GRAPH_ROOTS), ref, id);
    if (node->class_index == GRAPH_WEAK) {
        set_up_weak(g, m, ref, node);
        return;
    }
    for (uint32_t i = 0; i < node->slot_count; i += 1 + below(g, 8)) {
        uint32_t from = below(g, GRAPH_ROOTS);
        PH_SET_REF(m, *slot_of(g, node, ref, i), root_get(g, from));
        node->slots[i] = g->roots[from];
    }
}

void graph_drop(struct graph *g, uint32_t keep)
{
    for (uint32_t i = keep; i < GRAPH_ROOTS; i++) {
        root_set(g, &g->mutators[0], i, 0, 0);
    }
}

/* ---- Steps ---------------------------------------------------------------------------------- */

/* A node in a root with a slot, and which; false: that root has none. */
static bool choose_slot(struct graph *g, uint32_t *root, uint32_t *slot)
{
    *root = below(g, GRAPH_ROOTS);
    const struct graph_node *node = &g->nodes[g->roots[*root]];
    if (g->roots[*root] == 0 || node->slot_count == 0 || node->class_index == GRAPH_WEAK) {
        return false;
    }
    *slot = below(g, node->slot_count);
    return true;
}

static void step_store(struct graph *g, struct ph_mutator *m)
{
    uint32_t root, slot, from = below(g, GRAPH_ROOTS);
    if (!choose_slot(g, &root, &slot)) {
        return;
    }
    struct graph_node *node = &g->nodes[g->roots[root]];
    bool clear = below(g, 8) == 0;
    ph_ref value = clear ? 0 : root_get(g, from);
    PH_SET_REF(m, *slot_of(g, node, root_get(g, root), slot), value);
    node->slots[slot] = clear ? 0 : g->roots[from];
}

static void step_load(struct graph *g, struct ph_mutator *m)
{
    uint32_t root, slot;
    if (choose_slot(g, &root, &slot)) {
        const struct graph_node *node = &g->nodes[g->roots[root]];
        root_set(g, m, below(g, GRAPH_ROOTS), *slot_of(g, node, root_get(g, root), slot),
                 node->slots[slot]);
    }
}

/* All that could be reached from a node that was handed out is alive again. */
static void revive(struct graph *g, uint32_t id)
{
    uint32_t count = 0;
    g->work[count++] = id;
    while (count > 0) {
        struct graph_node *node = &g->nodes[g->work[--count]];
        if (!node->may_be_dead) {
            continue;
        }
        node->may_be_dead = false;
        for (uint32_t i = 0; i < node->slot_count && node->class_index != GRAPH_WEAK; i++) {
            if (node->slots[i] != 0 && g->nodes[node->slots[i]].may_be_dead) {
                g->work[count++] = node->slots[i];
            }
        }
    }
}

static void step_weak(struct graph *g, struct ph_mutator *m, uint32_t root)
{
    uint32_t id = g->roots[root];
    struct graph_node *node = &g->nodes[id];
    if (id == 0 || node->class_index != GRAPH_WEAK) {
        return;
    }
    ph_ref got = ph_weak_get(m, root_get(g, root));
    if (got == 0) {
        CHECK(node->slots[0] == 0 || g->nodes[node->slots[0]].may_be_dead);
        node->slots[0] = 0;
        return;
    }
    CHECK(node->slots[0] != 0);
    CHECK_EQ(*id_of(g, &g->nodes[node->slots[0]], got), node->slots[0]);
    revive(g, node->slots[0]);
    root_set(g, m, below(g, GRAPH_ROOTS), got, node->slots[0]);
}

void graph_read_weak(struct graph *g)
{
    for (uint32_t i = 0; i < GRAPH_ROOTS; i++) {
        step_weak(g, &g->mutators[0], i);
    }
}

static void step_poll(struct graph *g, struct ph_mutator *m)
{
    ph_ref weak = ph_weak_poll(m, g->queue_ref);
    if (weak != 0) {
        uint32_t id = *(uint32_t *)(void *)((uint8_t *)ph_address(g->heap, weak) +
                                            sizeof(struct ph_weak));
        struct graph_node *node = &g->nodes[id];
        CHECK_EQ(node->class_index, GRAPH_WEAK);
        CHECK(node->slots[0] == 0 || g->nodes[node->slots[0]].may_be_dead);
        CHECK_EQ(ph_weak_get(m, weak), 0);
        node->slots[0] = 0;
        root_set(g, m, below(g, GRAPH_ROOTS), weak, id);
    }
}

/* As the machine does it when a table grows: copy, and free the old one. */
static void step_new_table(struct graph *g, struct ph_mutator *m)
{
    ph_ref old_ref = g->table_ref;
    ph_ref new_ref = ph_object_new_pinned(m, GRAPH_TABLE_ITEMS, GRAPH_TABLE + below(g, 40));
    if (new_ref == 0) {
        return;
    }
    struct ph_refs *to = ph_address(g->heap, new_ref);
    const struct ph_refs *from = ph_address(g->heap, old_ref);
    ph_touch(m, to->items, GRAPH_TABLE * sizeof(ph_ref));
    memcpy(to->items, from->items, GRAPH_TABLE * sizeof(ph_ref));
    ph_remember_all(m, to->items, GRAPH_TABLE);
    PH_SET(m, g->heap->header->roots[0], new_ref);
    g->table_ref = new_ref;
    ph_object_free(m, old_ref);
}

static void step_new_chunk(struct graph *g, struct ph_mutator *m)
{
    struct thread_object *thread = ph_address(g->heap, g->thread_ref);
    ph_ref old_ref = thread->chunk_ref;
    ph_ref new_ref = ph_object_new_pinned(m, GRAPH_CHUNK, GRAPH_STACK * 8 + below(g, 1000));
    if (new_ref == 0) {
        return;
    }
    struct ph_bytes *to = ph_address(g->heap, new_ref);
    const struct ph_bytes *from = ph_address(g->heap, old_ref);
    ph_touch(m, to->data, GRAPH_STACK * 8);
    memcpy(to->data, from->data, GRAPH_STACK * 8);
    PH_SET(m, thread->chunk_ref, new_ref);
    ph_object_free(m, old_ref);
}

void graph_step(struct graph *g)
{
    struct ph_mutator *m = &g->mutators[below(g, GRAPH_MUTATORS)];
    uint32_t step = below(g, 16);
    if (below(g, 20) == 0) {
        step_new_table(g, m);
    } else if (below(g, 20) == 0) {
        step_new_chunk(g, m);
    } else if (step < 6) {
        graph_make(g);
    } else if (step < 10) {
        step_store(g, m);
    } else if (step < 12) {
        step_load(g, m);
    } else if (step < 14) {
        root_set(g, m, below(g, GRAPH_ROOTS), 0, 0);
    } else if (step < 15) {
        step_weak(g, m, below(g, GRAPH_ROOTS));
    } else {
        step_poll(g, m);
    }
}

void graph_steps(struct graph *g, uint32_t count)
{
    while (count-- > 0) {
        graph_step(g);
    }
}

/* ---- Comparing ------------------------------------------------------------------------------ */

void graph_reach(struct graph *g)
{
    uint32_t count = 0;
    g->reached_objects = g->reached_bytes = 0;
    for (uint32_t i = 1; i < g->count; i++) {
        g->nodes[i].reached = false;
    }
    for (uint32_t i = 0; i < GRAPH_ROOTS; i++) {
        g->work[count++] = g->roots[i];
    }
    const struct ph_weak_queue *queue = ph_address(g->heap, g->queue_ref);
    for (ph_ref weak = queue->first_ref, before = 0; weak != before;) { /* the last is its own */
        const uint8_t *object = ph_address(g->heap, weak);
        g->work[count++] = *(const uint32_t *)(const void *)(object + sizeof(struct ph_weak));
        before = weak;
        weak = ((const struct ph_weak *)(const void *)object)->next_ref;
    }
    while (count > 0) {
        uint32_t id = g->work[--count];
        struct graph_node *node = &g->nodes[id];
        if (id == 0 || node->reached) {
            continue;
        }
        node->reached = true;
        g->reached_objects++;
        const struct ph_class *c =
            ph_address(g->heap, g->heap->header->classes[node->class_index]);
        g->reached_bytes += ph_class_object_bytes(c, node->length);
        for (uint32_t i = 0; i < node->slot_count && node->class_index != GRAPH_WEAK; i++) {
            if (node->slots[i] != 0 && !g->nodes[node->slots[i]].reached) {
                CHECK(count < g->capacity);
                g->work[count++] = node->slots[i];
            }
        }
    }
}

void graph_note_garbage(struct graph *g)
{
    graph_reach(g);
    for (uint32_t i = 1; i < g->count; i++) {
        g->nodes[i].may_be_dead = !g->nodes[i].reached;
    }
}

static void complain(void *context, const char *line)
{
    (void)context;
    printf("%s\n", line);
}

/* `ref` must be the object of node `id`; one object for each, however it is reached. */
static void compare_ref(struct graph *g, ph_ref ref, uint32_t id, uint32_t *count)
{
    CHECK_EQ(ref == 0, id == 0);
    if (id == 0) {
        return;
    }
    struct graph_node *node = &g->nodes[id];
    if (node->seen != 0) {
        CHECK_EQ(node->seen, ref);
        return;
    }
    node->seen = ref;
    CHECK(ph_is_a(g->heap, ref, node->class_index));
    CHECK_EQ(*id_of(g, node, ref), id);
    contents(g, node, ref, true);
    g->work[(*count)++] = id;
}

void graph_compare(struct graph *g)
{
    uint32_t count = 0;
    for (uint32_t i = 1; i < g->count; i++) {
        g->nodes[i].seen = 0;
    }
    for (uint32_t i = 0; i < GRAPH_ROOTS; i++) {
        compare_ref(g, root_get(g, i), g->roots[i], &count);
    }
    while (count > 0) {
        const struct graph_node *node = &g->nodes[g->work[--count]];
        for (uint32_t i = 0; i < node->slot_count && node->class_index != GRAPH_WEAK; i++) {
            compare_ref(g, *slot_of(g, node, node->seen, i), node->slots[i], &count);
        }
    }
    CHECK_OK(ph_heap_verify(g->heap, complain, NULL, NULL));
}

/* ---- Cuts ----------------------------------------------------------------------------------- */

static bool is_zero_page(const uint8_t *page)
{
    static const uint8_t zeros[PH_PAGE_BYTES];
    return memcmp(page, zeros, PH_PAGE_BYTES) == 0;
}

void graph_check_stamps(struct graph *g)
{
    for (uint64_t page = 0; page < g->heap->nursery_offset >> PH_PAGE_SHIFT; page++) {
        uint64_t offset = page << PH_PAGE_SHIFT;
        if (ph_stamp_load(g->heap, page) != g->heap->epoch && !is_zero_page(g->arena + offset)) {
            CHECK(memcmp(g->arena + offset, g->instant + offset, PH_PAGE_BYTES) == 0);
        }
    }
}

bool graph_cut_begin(struct graph *g)
{
    ph_heap_evacuate(&g->mutators[below(g, GRAPH_MUTATORS)]);
    CHECK(ph_nursery_is_empty(g->heap));
    if (!ph_heap_cut_begin(g->heap)) {
        return false;
    }
    memcpy(g->instant, g->arena, g->heap->nursery_offset);
    g->cut_pending = true;
    return true;
}

void graph_cut_take(struct graph *g, uint32_t steps_between)
{
    uint32_t page;
    const void *content;
    while (ph_heap_cut_take(g->heap, &page, &content)) {
        CHECK(page < g->heap->nursery_offset >> PH_PAGE_SHIFT);
        memcpy(g->image + (uint64_t)page * PH_PAGE_BYTES, content, PH_PAGE_BYTES);
        graph_steps(g, steps_between);
    }
    ph_heap_cut_end(g->heap, &g->mutators[0], true);
    g->cut_pending = false;
    uint64_t top = ((const struct ph_heap_header *)(const void *)g->image)->object_top;
    for (uint64_t offset = 0; offset < top; offset += PH_PAGE_BYTES) {
        uint64_t bytes = PH_MIN(top - offset, PH_PAGE_BYTES);
        if (memcmp(g->image + offset, g->instant + offset, bytes) != 0) {
            CHECK(is_zero_page(g->instant + offset)); /* given back; the image may have it still */
        }
    }
}

void graph_cut(struct graph *g)
{
    if (graph_cut_begin(g)) {
        graph_cut_take(g, 0);
    }
}

const uint8_t *graph_base(struct graph *g)
{
    uint64_t top = ((const struct ph_heap_header *)(const void *)g->image)->object_top;
    memcpy(g->base, g->image, top);
    return g->base;
}
