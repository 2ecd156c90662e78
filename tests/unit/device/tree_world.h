/* SPDX-License-Identifier: Apache-2.0 */
/* tree_world.h - a heap with nothing but a file tree in it, for tests. */
#ifndef PH_TESTS_DEVICE_TREE_WORLD_H
#define PH_TESTS_DEVICE_TREE_WORLD_H

#include "device/tree.h"
#include "machine/object.h"
#include "unit.h"

#define WORLD_BYTES (UINT64_C(8) << 30)

struct world {
    uint8_t *arena;
    uint64_t arena_bytes;
    struct ph_heap *heap;
    struct ph_mutator mutator;
    struct ph_tree tree;
};

static inline void world_init_sized(struct world *w, uint64_t arena_bytes)
{
    struct ph_heap_options options = {.arena_bytes = arena_bytes, .stress_move = true};
    struct ph_class_info classes[64];
    uint32_t count = 0;
    for (uint32_t i = 0; i < ph_machine_class_count; i++) {
        classes[count++] = ph_machine_classes[i];
    }
    for (uint32_t i = 0; i < ph_device_class_count; i++) {
        classes[count++] = ph_device_classes[i];
    }
    w->arena_bytes = arena_bytes;
    w->arena = ph_memory_reserve(arena_bytes);
    CHECK(w->arena != NULL);
    CHECK_OK(ph_heap_create(w->arena, &options, &w->heap, NULL));
    ph_mutator_init(&w->mutator, w->heap);
    CHECK_OK(ph_heap_format(w->heap, classes, count, NULL));
    ph_ref files_ref;
    CHECK_EQ(ph_tree_format(&w->mutator, &files_ref), PH_E_OK);
    PH_SET(&w->mutator, w->heap->header->roots[0], files_ref);
    ph_tree_open(&w->tree, &w->mutator, files_ref);
}

static inline void world_init(struct world *w) { world_init_sized(w, WORLD_BYTES); }

static inline void world_report(void *context, const char *line)
{
    (void)context;
    fprintf(stderr, "%s\n", line);
}

/* A cut and a move of everything between two operations must not matter. */
static inline void world_shake(struct world *w)
{
    ph_heap_move_all(&w->mutator);
    CHECK_OK(ph_heap_verify(w->heap, world_report, NULL, NULL));
}

static inline struct ph_slice text(const char *t)
{
    return (struct ph_slice){(const uint8_t *)t, strlen(t)};
}

#endif
