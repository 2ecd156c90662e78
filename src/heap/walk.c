/* SPDX-License-Identifier: Apache-2.0 */
/* walk.c - visiting references; all objects in address order. */
#include "heap/internal.h"

static void visit_at(const uint8_t *object, uint64_t offset, struct ph_visitor *visitor)
{
    visitor->ref(visitor, (ph_ref *)(uintptr_t)(object + offset));
}

static void visit_offsets(const uint8_t *object, const struct ph_class *c,
                          struct ph_visitor *visitor)
{
    for (uint32_t i = 0; i < c->ref_count; i++) {
        visit_at(object, c->ref_offsets[i], visitor);
    }
}

static void visit_weak(const uint8_t *object, ph_ref ref, struct ph_visitor *visitor)
{
    if (visitor->weak != NULL) {
        visitor->weak(visitor, ref);
    } else {
        visit_at(object, offsetof(struct ph_weak, referent_ref), visitor);
    }
    visit_at(object, offsetof(struct ph_weak, queue_ref), visitor);
    visit_at(object, offsetof(struct ph_weak, next_ref), visitor);
}

void ph_object_visit(const struct ph_heap *heap, const uint8_t *base, ph_ref ref,
                     struct ph_visitor *visitor)
{
    const struct ph_heap_client *client = &heap->private->client;
    const uint8_t *object = ph_address_in(base, ref);
    visit_at(object, offsetof(struct ph_object, class_ref), visitor);
    const struct ph_class *c = ph_class_in(base, ref);
    switch (c->layout) {
    case PH_LAYOUT_WEAK:
        visit_weak(object, ref, visitor);
        visit_offsets(object, c, visitor);
        break;
    case PH_LAYOUT_PLAIN:
        visit_offsets(object, c, visitor);
        break;
    case PH_LAYOUT_THREAD:
        visit_offsets(object, c, visitor);
        if (client->visit_thread != NULL) {
            client->visit_thread(client->context, base, ref, visitor);
        }
        break;
    case PH_LAYOUT_REFS: {
        uint32_t length = ((const struct ph_refs *)(const void *)object)->length;
        for (uint32_t i = 0; i < length; i++) {
            visit_at(object, sizeof(struct ph_refs) + i * sizeof(ph_ref), visitor);
        }
        break;
    }
    case PH_LAYOUT_CLASS:
        for (uint32_t i = 0; i < PH_CLASS_REFS_COUNT; i++) {
            visit_at(object, PH_CLASS_FIRST_REF + i * sizeof(ph_ref), visitor);
        }
        break;
    default:
        PH_ASSERT(c->layout == PH_LAYOUT_BYTES);
    }
}

uint64_t ph_walk_skip_gap(const struct ph_heap *heap, const uint8_t *base, uint64_t offset)
{
    const struct ph_old_space *old = &heap->private->old;
    bool at_gap = base == heap->arena && offset == old->gap_next && old->gap_next < old->gap_end;
    return at_gap ? old->gap_end : offset;
}
