/* SPDX-License-Identifier: Apache-2.0 */
/* move.c - the stress mode: everything that can move does. */
#include "base/map.h"
#include "heap/internal.h"
#include "heap/mark.h"

struct move {
    struct ph_visitor visitor;
    struct ph_mutator *mutator;
    struct ph_map forward;      /* object → where it is now (pinned ones: itself) */
    PH_VECTOR(ph_ref) work;     /* moved or pinned objects whose references are still to visit */
    PH_VECTOR(ph_ref) left;
};

/* Where the object is now; `from` itself if there is no room for it. */
static ph_ref move_copy(struct move *move, ph_ref from)
{
    struct ph_heap *heap = move->mutator->heap;
    bool is_zero;
    uint64_t bytes = ph_object_size_in(heap->arena, from);
    ph_mutex_lock(&heap->private->alloc_lock);
    uint64_t offset = ph_old_take(move->mutator, bytes, &is_zero);
    ph_mutex_unlock(&heap->private->alloc_lock);
    if (offset == 0) {
        return from;
    }
    ph_barrier(move->mutator, offset, bytes);
    memcpy(heap->arena + offset, ph_address(heap, from), bytes);
    return (ph_ref)(offset / 8);
}

/* Was poisoned by the move before. */
static bool is_left(const struct ph_heap *heap, ph_ref ref)
{
    const struct ph_object *object = ph_address(heap, ref);
    return object->class_ref == heap->header->classes[1] &&
           object->flags == PH_POISON_BYTE * UINT32_C(0x01010101);
}

static ph_ref move_object(struct move *move, ph_ref from)
{
    struct ph_heap *heap = move->mutator->heap;
    struct ph_allocator *allocator = heap->private->allocator;
    uint64_t to;
    PH_ASSERT(from == 0 || !is_left(heap, from)); /* somebody kept it over the move before */
    if (from == 0 || ph_map_get(&move->forward, from, &to)) {
        return from == 0 ? 0 : (ph_ref)to;
    }
    to = ph_class_of(heap, from)->flags & PH_CLASS_PINNED ? from : move_copy(move, from);
    bool ok = ph_map_put(&move->forward, from, to) && ph_map_put(&move->forward, to, to) &&
              ph_vector_push(&move->work, allocator, (ph_ref)to) &&
              (to == from || ph_vector_push(&move->left, allocator, from));
    if (!ok) {
        ph_port_panic("out of memory in the stress mode");
    }
    return (ph_ref)to;
}

static void move_ref(struct ph_visitor *visitor, ph_ref *slot)
{
    struct move *move = (struct move *)(void *)visitor;
    ph_ref to = move_object(move, *slot);
    if (to != *slot) {
        PH_SET(move->mutator, *slot, to);
    }
}

static void move_slot(struct ph_visitor *visitor, uint64_t *slot)
{
    struct move *move = (struct move *)(void *)visitor;
    PH_ASSERT(*slot <= UINT32_MAX);
    ph_ref to = move_object(move, (ph_ref)*slot);
    if (to != *slot) {
        if (ph_offset_of(move->mutator->heap, slot) < move->mutator->heap->arena_bytes) {
            ph_touch(move->mutator, slot, sizeof(*slot));
        }
        *slot = to;
    }
}

/* What was left by the move before may be used again; what is left now is only poisoned, so that a
 * stale reference meets noise and not a well-formed object. */
static void move_poison(struct move *move)
{
    struct ph_heap *heap = move->mutator->heap;
    struct ph_heap_private *p = heap->private;
    for (uint32_t i = 0; i < p->left.count; i++) {
        uint64_t bytes = ph_object_size_in(heap->arena, p->left.items[i]);
        ph_object_free(move->mutator, p->left.items[i]);
        PH_SET(move->mutator, heap->header->object_bytes_live,
               heap->header->object_bytes_live + bytes); /* copies were not counted */
    }
    ph_vector_finish(&p->left, p->allocator);
    for (uint32_t i = 0; i < move->left.count; i++) {
        struct ph_bytes *old = ph_address(heap, move->left.items[i]);
        uint64_t bytes = ph_object_size_in(heap->arena, move->left.items[i]);
        ph_touch(move->mutator, old, bytes);
        memset(old, PH_POISON_BYTE, bytes);
        old->head.class_ref = heap->header->classes[1];
        old->length = (uint32_t)(bytes - sizeof(*old));
    }
    p->left.items = move->left.items;
    p->left.count = move->left.count;
    p->left.capacity = move->left.capacity;
}

void ph_heap_move_all(struct ph_mutator *self)
{
    struct ph_heap *heap = self->heap;
    struct ph_heap_private *p = heap->private;
    PH_ASSERT(!p->moving);
    p->moving = true;
    ph_heap_evacuate(self);
    if (p->mark != NULL) {
        ph_mark_cancel(p->mark); /* its bits speak of places that are about to change */
    }
    struct move move = {.visitor = {move_ref, move_slot, NULL}, .mutator = self};
    ph_map_init(&move.forward, p->allocator);

    for (uint32_t i = 0; i < PH_CLASS_LIMIT; i++) {
        (void)move_object(&move, heap->header->classes[i]); /* pinned, but for their names */
    }
    for (uint32_t i = 0; i < PH_ROOT_COUNT; i++) {
        move_ref(&move.visitor, &heap->header->roots[i]);
    }
    for (struct ph_mutator *m = heap->mutators; m != NULL; m = m->next) {
        for (struct ph_root *root = m->roots; root != NULL; root = root->previous) {
            root->ref = move_object(&move, root->ref);
        }
    }
    while (move.work.count > 0) {
        ph_object_visit(heap, heap->arena, move.work.items[--move.work.count], &move.visitor);
    }
    move_poison(&move);
    ph_vector_finish(&move.work, p->allocator);
    ph_map_finish(&move.forward);
    if (p->client.moved != NULL) {
        p->client.moved(p->client.context);
    }
    p->moving = false;
}
