/* SPDX-License-Identifier: Apache-2.0 */
#include "device/descriptor.h"

#define TABLE_COUNT_MIN 16u

ph_ref ph_text_new(struct ph_mutator *mutator, struct ph_slice from)
{
    PH_ASSERT(from.size < UINT32_MAX);
    ph_ref ref = ph_object_new_pinned(mutator, PH_CLASS_PINNED_BYTES, (uint32_t)from.size);
    if (ref != 0 && from.size > 0) {
        struct ph_bytes *bytes = ph_address(mutator->heap, ref);
        ph_touch(mutator, bytes->data, from.size);
        memcpy(bytes->data, from.bytes, from.size);
    }
    return ref;
}

struct ph_slice ph_text_at(const struct ph_heap *heap, ph_ref ref)
{
    const struct ph_bytes *bytes = ph_address(heap, ref);
    PH_ASSERT(ref != 0);
    return (struct ph_slice){bytes->data, bytes->length};
}

static struct ph_refs *table_of(const struct ph_descriptors *self)
{
    ph_ref ref = self->program->descriptors_ref;
    return ref == 0 ? NULL : ph_address(self->mutator->heap, ref);
}

uint32_t ph_descriptor_limit(const struct ph_descriptors *self)
{
    const struct ph_refs *table = table_of(self);
    return table == NULL ? 0 : table->length;
}

struct ph_descriptor *ph_descriptor_get(const struct ph_descriptors *self, uint32_t number)
{
    struct ph_refs *table = table_of(self);
    if (table == NULL || number >= table->length || table->items[number] == 0) {
        return NULL;
    }
    return ph_address(self->mutator->heap, table->items[number]);
}

/* Doubles the table. */
static ph_errno grow(const struct ph_descriptors *self)
{
    struct ph_refs *old = table_of(self);
    uint32_t count = old == NULL ? TABLE_COUNT_MIN : 2 * old->length;
    if (count > PH_DESCRIPTOR_COUNT_MAX) {
        return PH_E_MFILE;
    }
    ph_ref ref = ph_object_new_pinned(self->mutator, PH_CLASS_TABLE_ITEMS, count);
    if (ref == 0) {
        return PH_E_NOSPC;
    }
    struct ph_refs *table = ph_address(self->mutator->heap, ref);
    if (old != NULL) {
        ph_touch(self->mutator, table, sizeof(*table) + old->length * sizeof(ph_ref));
        memcpy(table->items, old->items, old->length * sizeof(ph_ref));
        table->extra = old->extra;
        ph_object_free(self->mutator, self->program->descriptors_ref);
    }
    PH_SET(self->mutator, self->program->descriptors_ref, ref);
    return PH_E_OK;
}

ph_errno ph_descriptor_new(const struct ph_descriptors *self, uint32_t *number,
                           struct ph_descriptor **descriptor)
{
    struct ph_refs *table = table_of(self);
    uint32_t free_number = table == NULL ? 0 : table->extra;
    while (table != NULL && free_number < table->length && table->items[free_number] != 0) {
        free_number++;
    }
    if (table == NULL || free_number == table->length) {
        ph_errno error = grow(self);
        if (error != PH_E_OK) {
            return error;
        }
    }
    ph_ref ref = ph_object_new_pinned(self->mutator, PH_CLASS_DESCRIPTOR, 0);
    if (ref == 0) {
        return PH_E_NOSPC;
    }
    *descriptor = ph_address(self->mutator->heap, ref);
    *number = free_number;
    ph_descriptor_put(self, free_number, *descriptor);
    PH_SET(self->mutator, table_of(self)->extra, free_number + 1);
    return PH_E_OK;
}

struct ph_descriptor *ph_descriptor_take(const struct ph_descriptors *self, uint32_t number)
{
    struct ph_descriptor *descriptor = ph_descriptor_get(self, number);
    PH_ASSERT(descriptor != NULL);
    struct ph_refs *table = table_of(self);
    PH_SET(self->mutator, table->items[number], 0);
    if (number < table->extra) {
        PH_SET(self->mutator, table->extra, number);
    }
    return descriptor;
}

void ph_descriptor_put(const struct ph_descriptors *self, uint32_t number,
                       struct ph_descriptor *descriptor)
{
    struct ph_refs *table = table_of(self);
    PH_ASSERT(table != NULL && number < table->length && table->items[number] == 0);
    PH_SET(self->mutator, table->items[number], ph_ref_to(self->mutator->heap, descriptor));
}
