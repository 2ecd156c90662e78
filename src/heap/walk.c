/* SPDX-License-Identifier: Apache-2.0 */
/* walk.c - visiting references: the check of the whole heap, and the stress mode's moving. */
#include "base/map.h"
#include "base/text.h"
#include "heap/internal.h"

#define POISON_BYTE 0xdbu

void ph_object_visit(struct ph_heap *heap, ph_ref ref, struct ph_visitor *visitor)
{
    struct ph_bytes *object = ph_address(heap, ref);
    visitor->ref(visitor, &object->head.class_ref);
    const struct ph_class *c = ph_address(heap, object->head.class_ref);
    switch (c->layout) {
    case PH_LAYOUT_PLAIN:
    case PH_LAYOUT_THREAD:
        for (uint32_t i = 0; i < c->ref_count; i++) {
            visitor->ref(visitor, (ph_ref *)(void *)((uint8_t *)object + c->ref_offsets[i]));
        }
        if (c->layout == PH_LAYOUT_THREAD && heap->private->client.visit_thread != NULL) {
            heap->private->client.visit_thread(heap->private->client.context, ref, visitor);
        }
        break;
    case PH_LAYOUT_REFS: {
        struct ph_refs *refs = (struct ph_refs *)(void *)object;
        for (uint32_t i = 0; i < refs->length; i++) {
            visitor->ref(visitor, &refs->items[i]);
        }
        break;
    }
    default:
        PH_ASSERT(c->layout == PH_LAYOUT_BYTES);
    }
}

/* ---- All objects in address order ---------------------------------------------------- */

void ph_heap_each(struct ph_heap *self, void (*each)(void *context, ph_ref object),
                  void *context)
{
    uint64_t offset = PH_HEAP_HEADER_BYTES;
    while (offset < self->header->object_top) {
        ph_ref ref = (ph_ref)(offset / 8);
        uint64_t bytes = ph_size_round(ph_object_bytes(self, ref));
        each(context, ref);
        offset += bytes;
    }
}

struct check {
    struct ph_visitor visitor;
    struct ph_heap *heap;
    struct ph_map starts; /* of all objects */
    void (*report)(void *context, const char *line);
    void *context;
    ph_ref inside;        /* the object being visited */
    uint64_t wrong;
    bool no_memory;
};

static void check_wrong(struct check *check, uint32_t ref)
{
    char line[160];
    check->wrong++;
    ph_text_printf(line, sizeof(line), "object @%x holds reference @%x, which is no object",
                   check->inside, ref);
    check->report(check->context, line);
}

static void check_ref(struct ph_visitor *visitor, ph_ref *slot)
{
    struct check *check = (struct check *)(void *)visitor;
    uint64_t found;
    if (*slot != 0 && !ph_map_get(&check->starts, *slot, &found)) {
        check_wrong(check, *slot);
    }
}

static void check_slot(struct ph_visitor *visitor, uint64_t *slot)
{
    struct check *check = (struct check *)(void *)visitor;
    uint64_t found;
    if (*slot != 0 && (*slot > UINT32_MAX || !ph_map_get(&check->starts, *slot, &found))) {
        check_wrong(check, (uint32_t)*slot);
    }
}

static void check_visit(void *context, ph_ref object)
{
    struct check *check = context;
    check->inside = object;
    ph_object_visit(check->heap, object, &check->visitor);
}

/* The first pass: where objects start. Stops at the first one that cannot be passed over. */
static bool check_starts(struct check *check)
{
    struct ph_heap *heap = check->heap;
    uint64_t top = heap->header->object_top;
    for (uint64_t offset = PH_HEAP_HEADER_BYTES; offset < top;) {
        ph_ref ref = (ph_ref)(offset / 8);
        const struct ph_object *object = ph_address(heap, ref);
        uint64_t class_offset = (uint64_t)object->class_ref * 8;
        if (class_offset < PH_HEAP_HEADER_BYTES || class_offset >= top ||
            ((struct ph_class *)(void *)(heap->arena + class_offset))->head.class_ref !=
                heap->header->classes[0]) {
            check->inside = ref;
            check_wrong(check, (uint32_t)(class_offset / 8));
            return false;
        }
        if (!ph_map_put(&check->starts, ref, 1)) {
            check->no_memory = true;
            return false;
        }
        offset += ph_size_round(ph_object_bytes(heap, ref));
    }
    return true;
}

ph_status ph_heap_verify(struct ph_heap *self, void (*report)(void *context, const char *line),
                         void *context, struct ph_error *error)
{
    struct check check = {.visitor = {check_ref, check_slot}, .heap = self, .report = report,
                          .context = context};
    ph_map_init(&check.starts, self->private->allocator);
    if (check_starts(&check)) {
        ph_heap_each(self, check_visit, &check);
        for (uint32_t i = 0; i < PH_ROOT_COUNT; i++) {
            check_ref(&check.visitor, &self->header->roots[i]);
        }
    }
    ph_map_finish(&check.starts);
    if (check.no_memory) {
        return ph_fail(error, PH_NO_MEMORY, "out of memory while checking the heap");
    }
    return check.wrong == 0 ? PH_OK
                            : ph_fail(error, PH_DAMAGED, "%llu references in the heap are wrong",
                                      (unsigned long long)check.wrong);
}

/* ---- Moving everything --------------------------------------------------------------- */

struct move {
    struct ph_visitor visitor;
    struct ph_mutator *mutator;
    struct ph_map forward;      /* object → where it is now (pinned ones: itself) */
    PH_VECTOR(ph_ref) work;     /* moved or pinned objects whose references are still to visit */
    PH_VECTOR(ph_ref) left;
};

static ph_ref move_copy(struct move *move, ph_ref from)
{
    struct ph_heap *heap = move->mutator->heap;
    uint64_t used = ph_object_bytes(heap, from);
    uint64_t offset = ph_object_take(move->mutator, ph_size_round(used));
    if (offset == 0) {
        ph_port_panic("the stress mode has filled the object space");
    }
    ph_barrier(move->mutator, offset, used);
    memcpy(heap->arena + offset, ph_address(heap, from), used);
    return (ph_ref)(offset / 8);
}

static ph_ref move_object(struct move *move, ph_ref from)
{
    struct ph_heap *heap = move->mutator->heap;
    struct ph_allocator *allocator = heap->private->allocator;
    uint64_t to;
    if (from == 0 || ph_map_get(&move->forward, from, &to)) {
        return from == 0 ? 0 : (ph_ref)to;
    }
    bool pinned = ph_class_of(heap, from)->is_pinned != 0;
    to = pinned ? from : move_copy(move, from);
    bool ok = ph_map_put(&move->forward, from, to) &&
              (pinned || ph_map_put(&move->forward, to, to)) &&
              ph_vector_push(&move->work, allocator, (ph_ref)to) &&
              (pinned || ph_vector_push(&move->left, allocator, from));
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
        PH_SET(move->mutator, *slot, to);
    }
}

/* What was left by the move before may be used again; what is left now is only poisoned, so that a
 * stale reference meets noise and not a well-formed object. */
static void move_poison(struct move *move)
{
    struct ph_heap *heap = move->mutator->heap;
    struct ph_heap_private *p = heap->private;
    for (uint32_t i = 0; i < p->left.count; i++) {
        ph_object_free(move->mutator, p->left.items[i]);
        heap->header->object_bytes_live += ph_size_round(ph_object_bytes(heap, p->left.items[i]));
    }
    ph_vector_finish(&p->left, p->allocator);
    for (uint32_t i = 0; i < move->left.count; i++) {
        struct ph_bytes *old = ph_address(heap, move->left.items[i]);
        uint64_t bytes = ph_size_round(ph_object_bytes(heap, move->left.items[i]));
        ph_touch(move->mutator, old, bytes);
        memset(old, POISON_BYTE, bytes);
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
    struct move move = {.visitor = {move_ref, move_slot}, .mutator = self};
    ph_map_init(&move.forward, p->allocator);

    for (uint32_t i = 0; i < PH_ROOT_COUNT; i++) {
        move_ref(&move.visitor, &heap->header->roots[i]);
    }
    for (struct ph_mutator *m = heap->mutators; m != NULL; m = m->next) {
        for (struct ph_root *root = m->roots; root != NULL; root = root->previous) {
            root->ref = move_object(&move, root->ref);
        }
    }
    while (move.work.count > 0) {
        ph_object_visit(heap, move.work.items[--move.work.count], &move.visitor);
    }
    move_poison(&move);
    ph_vector_finish(&move.work, p->allocator);
    ph_map_finish(&move.forward);
    if (p->client.moved != NULL) {
        p->client.moved(p->client.context);
    }
    p->moving = false;
}
