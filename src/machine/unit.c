/* SPDX-License-Identifier: Apache-2.0 */
/* unit.c - units in the world, and their decoded views outside of it. */
#include "machine/internal.h"

static void drop_loaded(struct ph_machine *self, struct ph_loaded_unit *loaded)
{
    if (loaded->unit.functions != NULL || loaded->unit.bytes.bytes != NULL) {
        ph_unit_close(&loaded->unit);
    }
    ph_free(self->allocator, loaded, sizeof(*loaded));
}

static ph_status number_signatures(struct ph_machine *self, struct ph_mutator *mutator,
                                   struct ph_loaded_unit *loaded)
{
    uint32_t count = loaded->unit.signature_count;
    loaded->signatures = ph_scratch_alloc(&loaded->unit.memory, (count + 1) * sizeof(uint32_t));
    if (loaded->signatures == NULL) {
        return PH_NO_MEMORY;
    }
    for (uint32_t i = 0; i < count; i++) {
        loaded->signatures[i] =
            ph_signature_number(self, mutator, &loaded->unit.signatures[i]);
        if (loaded->signatures[i] == UINT32_MAX) {
            return PH_NO_MEMORY;
        }
    }
    return PH_OK;
}

/* Opens the unit that lies in the arena at `object` and enters it in the table of units. */
static ph_status open_loaded(struct ph_machine *self, struct ph_mutator *mutator,
                             const struct ph_unit_object *object, struct ph_error *error)
{
    struct ph_loaded_unit *loaded = ph_alloc_zeroed(self->allocator, sizeof(*loaded));
    if (loaded == NULL) {
        return ph_fail(error, PH_NO_MEMORY, "out of memory for a unit");
    }
    struct ph_slice bytes = {self->arena + object->offset, object->bytes};
    /* ph_unit_check has opened it before it was put into the arena. */
    ph_status status = ph_unit_open_known(bytes, self->allocator, &loaded->unit, error);
    if (status != PH_OK) {
        ph_free(self->allocator, loaded, sizeof(*loaded));
        return status;
    }
    loaded->id = object->id;
    status = number_signatures(self, mutator, loaded);
    while (status == PH_OK && self->loaded.count <= object->id) {
        if (!ph_vector_push(&self->loaded, self->allocator, NULL)) {
            status = PH_NO_MEMORY;
        }
    }
    if (status != PH_OK) {
        drop_loaded(self, loaded);
        return ph_fail(error, status, "out of memory for a unit's signatures");
    }
    self->loaded.items[object->id] = loaded;
    return PH_OK;
}

ph_status ph_unit_check(struct ph_machine *self, struct ph_slice bytes,
                        struct ph_checked_unit *checked, struct ph_error *error)
{
    struct ph_unit unit;
    *checked = (struct ph_checked_unit){{NULL, 0}};
    ph_status status = ph_unit_open(bytes, self->allocator, &unit, error);
    if (status != PH_OK) {
        return status;
    }
    status = ph_verify_unit(&unit, self->allocator, error);
    ph_unit_close(&unit);
    if (status == PH_OK) {
        checked->bytes = bytes;
    }
    return status;
}

/* The unit of the world with these very bytes; 0: there is none. A program that is launched again
 * and again has its unit, and what is prepared of it, once. */
static ph_ref find_equal(const struct ph_machine *self, struct ph_slice bytes)
{
    const struct ph_refs *units = ph_machine_object(self, self->world->units_ref);
    for (uint32_t i = 0; units != NULL && i < units->length; i++) {
        const struct ph_unit_object *object = ph_machine_object(self, units->items[i]);
        if (object != NULL && object->bytes == bytes.size &&
            memcmp(self->arena + object->offset, bytes.bytes, bytes.size) == 0) {
            return units->items[i];
        }
    }
    return 0;
}

ph_status ph_unit_load(struct ph_machine *self, struct ph_mutator *mutator,
                       struct ph_slice bytes, ph_ref *unit_ref, struct ph_error *error)
{
    struct ph_checked_unit unit;
    ph_status status = ph_unit_check(self, bytes, &unit, error);
    return status == PH_OK ? ph_unit_put(self, mutator, unit, unit_ref, error) : status;
}

/* The view lock is held: threads that load units at once get different ids. */
static ph_status put_unit(struct ph_machine *self, struct ph_mutator *mutator,
                          struct ph_slice bytes, ph_ref *unit_ref, struct ph_error *error)
{
    *unit_ref = find_equal(self, bytes);
    if (*unit_ref != 0) {
        return PH_OK;
    }
    uint64_t offset = ph_extent_new(mutator, bytes.size);
    ph_ref ref = ph_object_new_pinned(mutator, PH_CLASS_UNIT, 0);
    if (offset == 0 || ref == 0) {
        return ph_fail(error, PH_NO_SPACE, "the arena has no room for a unit of %llu bytes",
                       (unsigned long long)bytes.size);
    }
    ph_barrier(mutator, offset, bytes.size);
    memcpy(self->arena + offset, bytes.bytes, bytes.size);

    struct ph_unit_object *object = ph_address(self->heap, ref);
    ph_touch(mutator, object, sizeof(*object));
    object->id = self->world->next_unit_id;
    object->offset = offset;
    object->bytes = bytes.size;
    object->reserved_bytes = bytes.size;
    PH_SET(mutator, self->world->next_unit_id, object->id + 1);
    if (!ph_items_put(self, mutator, &self->world->units_ref, object->id, ref)) {
        return ph_fail(error, PH_NO_SPACE, "the arena has no room for a unit");
    }
    *unit_ref = ref;
    return open_loaded(self, mutator, object, error);
}

ph_status ph_unit_put(struct ph_machine *self, struct ph_mutator *mutator,
                      struct ph_checked_unit unit, ph_ref *unit_ref, struct ph_error *error)
{
    PH_ASSERT(unit.bytes.bytes != NULL);
    ph_mutex_lock(&self->view_lock);
    ph_status status = put_unit(self, mutator, unit.bytes, unit_ref, error);
    ph_mutex_unlock(&self->view_lock);
    return status;
}

/* The view lock is held. */
ph_status ph_unit_of(struct ph_machine *self, ph_ref unit_ref, struct ph_loaded_unit **loaded,
                     struct ph_error *error)
{
    const struct ph_unit_object *object = ph_address(self->heap, unit_ref);
    PH_ASSERT(ph_is_a(self->heap, unit_ref, PH_CLASS_UNIT));
    ph_status status = PH_OK;
    if (object->id >= self->loaded.count || self->loaded.items[object->id] == NULL) {
        /* Every signature has its number since the unit was loaded: nothing is added. */
        status = open_loaded(self, NULL, object, error);
    }
    if (status == PH_OK) {
        *loaded = self->loaded.items[object->id];
    }
    return status;
}

void ph_units_close(struct ph_machine *self)
{
    for (uint32_t i = 0; i < self->loaded.count; i++) {
        struct ph_loaded_unit *loaded = self->loaded.items[i];
        if (loaded != NULL) {
            if (self->engine != NULL && self->engine->drop_unit != NULL) {
                self->engine->drop_unit(self, loaded);
            }
            drop_loaded(self, loaded);
        }
    }
    ph_vector_finish(&self->loaded, self->allocator);
}
