/* SPDX-License-Identifier: Apache-2.0 */
/* verify.c - the check of a whole heap, in the arena or in a mapping of a cut.
 *
 * Two passes. The first walks the object space and notes where objects start. The second goes from
 * the roots along all references: each must lead to a start. (Garbage is not visited: it may refer
 * to memory that has been used again.) In a world that is stopped, not in a cut, there may be young
 * objects; then each reference to one from outside the nursery must be remembered. */
#include "base/map.h"
#include "base/text.h"
#include "heap/internal.h"

struct check {
    struct ph_visitor visitor;
    const struct ph_heap *heap;
    const uint8_t *base;
    const struct ph_heap_header *header;
    uint64_t *starts, *seen; /* a bit per 16 bytes of the object space */
    PH_VECTOR(ph_ref) work;
    struct ph_map remembered;
    void (*report)(void *context, const char *line);
    void *context;
    ph_ref inside;        /* the object being visited; 0: a root */
    uint64_t wrong;
    bool no_memory;
};

static uint64_t granule_of(ph_ref ref)
{
    return (uint64_t)ref * 8 / PH_OBJECT_ALIGN;
}

static void check_wrong(struct check *check, const char *what, uint32_t ref)
{
    char line[160];
    check->wrong++;
    ph_text_printf(line, sizeof(line), "object @%x holds reference @%x, %s", check->inside, ref,
                   what);
    check->report(check->context, line);
}

/* ---- The first pass ------------------------------------------------------------------ */

/* True if an object could start at `offset`, and its class is one. */
static bool has_class(struct check *check, uint64_t offset)
{
    uint64_t top = check->header->object_top;
    const struct ph_object *object = ph_address_in(check->base, (ph_ref)(offset / 8));
    uint64_t class_offset = (uint64_t)object->class_ref * 8;
    if (class_offset >= PH_HEAP_HEADER_BYTES && class_offset + sizeof(struct ph_class) <= top) {
        const struct ph_class *c = ph_address_in(check->base, object->class_ref);
        if (c->head.class_ref == check->header->classes[0] && c->layout >= PH_LAYOUT_PLAIN &&
            c->layout <= PH_LAYOUT_WEAK) {
            return true;
        }
    }
    check->inside = (ph_ref)(offset / 8);
    check_wrong(check, "which is no class", object->class_ref);
    return false;
}

/* Notes the starts in [offset, end); stops at the first object that cannot be passed over. */
static bool note_starts(struct check *check, uint64_t offset, uint64_t end)
{
    offset = ph_walk_skip_gap(check->heap, check->base, offset);
    while (offset < end) {
        ph_ref ref = (ph_ref)(offset / 8);
        if (!has_class(check, offset)) {
            return false;
        }
        (void)ph_bits_add(check->starts, granule_of(ref));
        uint64_t bytes = ph_object_size_in(check->base, ref);
        if (bytes > end - offset) {
            check->inside = ref;
            check_wrong(check, "and reaches beyond the end", ref);
            return false;
        }
        offset = ph_walk_skip_gap(check->heap, check->base, offset + bytes);
    }
    return true;
}

static bool note_young(struct check *check)
{
    bool ok = true;
    ph_map_init(&check->remembered, check->heap->private->allocator);
    if (check->base != check->heap->arena) {
        return true;
    }
    for (const struct ph_mutator *m = check->heap->mutators; ok && m != NULL; m = m->next) {
        ok = note_starts(check, m->nursery_start, m->nursery_next);
        for (uint64_t i = 0; ok && i < m->remembered_count; i++) {
            ok = ph_map_put(&check->remembered, m->remembered[i], 1);
            check->no_memory = !ok;
        }
    }
    return ok;
}

/* ---- The second pass ----------------------------------------------------------------- */

/* A mark is complete, and `ref` was garbage in its cut. */
static bool is_known_garbage(const struct check *check, ph_ref ref)
{
    uint32_t phase = check->heap->private->sweep.phase;
    bool is_complete = phase == PH_MARK_CLEARING || phase == PH_SWEEPING;
    return check->base == check->heap->arena && is_complete && ph_sweep_finds(check->heap, ref);
}

static void check_value(struct check *check, uint64_t value)
{
    ph_ref ref = (ph_ref)value;
    if (value == 0) {
        return;
    }
    if (is_known_garbage(check, ref)) {
        check_wrong(check, "which a mark has found to be garbage", ref);
        return;
    }
    if (value * 8 >= check->heap->object_limit || ref % 2 != 0 ||
        !ph_bits_get(check->starts, granule_of(ref))) {
        check_wrong(check, "which is no object", ref);
        return;
    }
    if (ph_bits_add(check->seen, granule_of(ref)) &&
        !ph_vector_push(&check->work, check->heap->private->allocator, ref)) {
        check->no_memory = true;
    }
}

static void check_ref(struct ph_visitor *visitor, ph_ref *slot)
{
    struct check *check = (struct check *)(void *)visitor;
    uint64_t offset = (uint64_t)((const uint8_t *)slot - check->base);
    uint64_t ignored;
    bool young_slot = offset >= check->heap->nursery_offset && offset < check->heap->object_limit;
    if (ph_is_young(check->heap, *slot) && !young_slot &&
        !ph_map_get(&check->remembered, offset, &ignored)) {
        check_wrong(check, "which is young, and the slot is not remembered", *slot);
    }
    check_value(check, *slot);
}

static void check_slot(struct ph_visitor *visitor, uint64_t *slot)
{
    check_value((struct check *)(void *)visitor, *slot);
}

/* A referent may be garbage only until its reference is cleared. */
static void check_weak(struct ph_visitor *visitor, ph_ref object)
{
    struct check *check = (struct check *)(void *)visitor;
    const struct ph_weak *weak = ph_address_in(check->base, object);
    bool dead = check->base == check->heap->arena &&
                check->heap->private->sweep.phase == PH_MARK_CLEARING &&
                ph_sweep_is_unmarked(check->heap, weak->referent_ref);
    if (!dead) {
        check_ref(visitor, (ph_ref *)(uintptr_t)&weak->referent_ref);
    }
}

static void check_reached(struct check *check)
{
    for (uint32_t i = 0; i < PH_CLASS_LIMIT; i++) {
        check_value(check, check->header->classes[i]);
    }
    for (uint32_t i = 0; i < PH_ROOT_COUNT; i++) {
        check_value(check, check->header->roots[i]);
    }
    if (check->base == check->heap->arena) {
        for (struct ph_mutator *m = check->heap->mutators; m != NULL; m = m->next) {
            for (struct ph_root *root = m->roots; root != NULL; root = root->previous) {
                check_value(check, root->ref);
            }
        }
    }
    while (check->work.count > 0 && !check->no_memory) {
        check->inside = check->work.items[--check->work.count];
        ph_object_visit(check->heap, check->base, check->inside, &check->visitor);
    }
}

ph_status ph_heap_verify_in(const struct ph_heap *self, const uint8_t *base,
                            void (*report)(void *context, const char *line), void *context,
                            struct ph_error *error)
{
    struct check check = {.visitor = {check_ref, check_slot, check_weak}, .heap = self,
                          .base = base, .header = (const void *)base, .report = report,
                          .context = context};
    uint64_t bitmap_bytes = ph_bits_bytes(self);
    check.starts = ph_memory_reserve(bitmap_bytes);
    check.seen = ph_memory_reserve(bitmap_bytes);
    check.no_memory = check.starts == NULL || check.seen == NULL;
    if (!check.no_memory && check.header->object_top > self->nursery_offset) {
        check_wrong(&check, "and the heap has more objects than room", 0);
    } else if (!check.no_memory && note_young(&check) &&
               note_starts(&check, PH_HEAP_HEADER_BYTES, check.header->object_top)) {
        check.inside = 0;
        check_reached(&check);
    }
    ph_map_finish(&check.remembered);
    ph_vector_finish(&check.work, self->private->allocator);
    if (check.starts != NULL) {
        ph_memory_release(check.starts, bitmap_bytes);
    }
    if (check.seen != NULL) {
        ph_memory_release(check.seen, bitmap_bytes);
    }
    if (check.no_memory) {
        return ph_fail(error, PH_NO_MEMORY, "out of memory while checking the heap");
    }
    return check.wrong == 0 ? PH_OK
                            : ph_fail(error, PH_DAMAGED, "%llu references in the heap are wrong",
                                      (unsigned long long)check.wrong);
}

ph_status ph_heap_verify(struct ph_heap *self, void (*report)(void *context, const char *line),
                         void *context, struct ph_error *error)
{
    ph_mutex_lock(&self->private->alloc_lock); /* ph_heap_give_back may be under way */
    ph_status status = ph_heap_verify_in(self, self->arena, report, context, error);
    ph_mutex_unlock(&self->private->alloc_lock);
    return status;
}
