/* SPDX-License-Identifier: Apache-2.0 */
/* scene.c - walking the objects of a cut. */
#include "tool/scene.h"

#include <string.h>

ph_status ph_scene_open(struct ph_scene *self, struct ph_runner *runner, struct ph_error *error)
{
    memset(self, 0, sizeof(*self));
    self->runner = runner;
    self->heap = ph_machine_heap(runner->machine);
    self->base = self->heap->arena;
    self->cut = runner->found.last.number;
    if (runner->is_started) {
        ph_status status = ph_look_begin(runner->machine, &self->look, error);
        if (status != PH_OK) {
            return status;
        }
        self->base = ph_look_base(self->look);
        self->cut = ph_look_cut(self->look).number;
    }
    self->header = (const void *)self->base;
    self->room = self->header->object_top / PH_OBJECT_ALIGN + 2;
    self->parents = ph_memory_reserve(self->room * sizeof(ph_ref));
    self->queue = ph_memory_reserve(self->room * sizeof(ph_ref));
    if (self->parents == NULL || self->queue == NULL) {
        ph_scene_close(self);
        return ph_fail(error, PH_NO_MEMORY, "no memory to walk the objects");
    }
    return PH_OK;
}

void ph_scene_close(struct ph_scene *self)
{
    if (self->parents != NULL) {
        ph_memory_release(self->parents, self->room * sizeof(ph_ref));
    }
    if (self->queue != NULL) {
        ph_memory_release(self->queue, self->room * sizeof(ph_ref));
    }
    if (self->unit_ref != 0) {
        ph_unit_close(&self->unit);
    }
    ph_look_end(self->look);
    memset(self, 0, sizeof(*self));
}

uint64_t ph_scene_object_bytes(const struct ph_scene *self, ph_ref ref)
{
    const struct ph_class *c = ph_scene_class(self, ref);
    uint32_t length = 0;
    if (c->layout == PH_LAYOUT_BYTES || c->layout == PH_LAYOUT_REFS) {
        length = ((const struct ph_bytes *)ph_scene_at(self, ref))->length;
    } else if (c->layout == PH_LAYOUT_CLASS) {
        length = ((const struct ph_class *)ph_scene_at(self, ref))->ref_count;
    }
    return ph_class_object_bytes(c, length);
}

/* ---- Walking --------------------------------------------------------------------------------- */

struct walker {
    struct ph_visitor visitor;
    struct ph_scene *scene;
    const struct ph_scene_walk *walk;
    ph_ref inside;
    uint64_t wrong; /* references that lead to no object: fsck says which */
};

static bool is_in_space(const struct ph_scene *self, uint64_t ref)
{
    return ref <= UINT32_MAX && ref % (PH_OBJECT_ALIGN / 8) == 0 &&
           ref * 8 >= sizeof(struct ph_heap_header) && ref * 8 < self->header->object_top;
}

/* Near enough to an object to be looked at: its class is one. */
static bool is_object(const struct ph_scene *self, uint64_t ref)
{
    if (!is_in_space(self, ref)) {
        return false;
    }
    const struct ph_object *object = ph_scene_at(self, (ph_ref)ref);
    if (!is_in_space(self, object->class_ref)) {
        return false;
    }
    const struct ph_object *class_object = ph_scene_at(self, object->class_ref);
    return class_object->class_ref == self->header->classes[0];
}

static void meet(struct walker *self, const void *slot, uint64_t to)
{
    struct ph_scene *scene = self->scene;
    if (to == 0) {
        return;
    }
    if (!is_object(scene, to)) {
        self->wrong++;
        return;
    }
    if (self->walk->reference != NULL) {
        self->walk->reference(self->walk->context, self->inside, slot, (ph_ref)to);
    }
    if (scene->parents[to / 2] == 0) {
        scene->parents[to / 2] = self->inside;
        scene->queue[scene->met++] = (ph_ref)to;
    }
}

static void meet_ref(struct ph_visitor *visitor, ph_ref *slot)
{
    meet((struct walker *)(void *)visitor, slot, *slot);
}

static void meet_slot(struct ph_visitor *visitor, uint64_t *slot)
{
    meet((struct walker *)(void *)visitor, slot, *slot);
}

ph_status ph_scene_walk(struct ph_scene *self, const struct ph_scene_walk *walk,
                        struct ph_error *error)
{
    struct walker walker = {.visitor = {.ref = meet_ref, .slot = meet_slot}, .scene = self,
                            .walk = walk, .inside = PH_SCENE_ROOT};
    PH_ASSERT(self->met == 0);
    for (uint32_t i = 0; i < PH_ROOT_COUNT; i++) {
        meet(&walker, &self->header->roots[i], self->header->roots[i]);
    }
    for (uint32_t i = 0; i < PH_CLASS_LIMIT; i++) {
        meet(&walker, &self->header->classes[i], self->header->classes[i]);
    }
    bool goes_on = true;
    for (uint64_t i = 0; goes_on && i < self->met; i++) {
        ph_ref object = self->queue[i];
        goes_on = walk->object == NULL || walk->object(walk->context, object);
        if (goes_on) {
            walker.inside = object;
            ph_object_visit(self->heap, self->base, object, &walker.visitor);
        }
    }
    return walker.wrong == 0
               ? PH_OK
               : ph_fail(error, PH_DAMAGED, "%s: %llu references in it lead to no object; 'phantom "
                         "fsck' says which", self->runner->image,
                         (unsigned long long)walker.wrong);
}

bool ph_scene_has_met(const struct ph_scene *self, uint64_t ref)
{
    return is_in_space(self, ref) && self->parents[ref / 2] != 0;
}
