/* SPDX-License-Identifier: Apache-2.0 */
/* items.c - growing arrays of references, and byte strings, in the arena. */
#include "machine/internal.h"

bool ph_items_put(struct ph_machine *self, struct ph_mutator *mutator, ph_ref *slot,
                  uint32_t index, ph_ref item)
{
    struct ph_refs *old = ph_machine_object(self, *slot);
    if (old == NULL || index >= old->length) {
        uint32_t length = PH_MAX(old == NULL ? 8u : old->length * 2, index + 1);
        ph_ref new_ref = ph_object_new_pinned(mutator, PH_CLASS_TABLE_ITEMS, length);
        if (new_ref == 0) {
            return false;
        }
        struct ph_refs *items = ph_address(self->heap, new_ref);
        ph_touch(mutator, items->items, (uint64_t)length * sizeof(ph_ref));
        if (old != NULL) {
            memcpy(items->items, old->items, old->length * sizeof(ph_ref));
            ph_remember_all(mutator, items->items, old->length);
        }
        ph_ref old_ref = *slot;
        PH_SET(mutator, *slot, new_ref);
        ph_object_free(mutator, old_ref);
        old = items;
    }
    PH_SET(mutator, old->items[index], item);
    return true;
}

ph_ref ph_bytes_new(struct ph_mutator *mutator, uint32_t class_index, struct ph_slice bytes)
{
    if (bytes.size > UINT32_MAX - 64) {
        return 0;
    }
    ph_ref ref = class_index == PH_CLASS_PINNED_BYTES
                     ? ph_object_new_pinned(mutator, class_index, (uint32_t)bytes.size)
                     : ph_object_new(mutator, class_index, (uint32_t)bytes.size);
    if (ref != 0 && bytes.size > 0) {
        struct ph_bytes *object = ph_address(mutator->heap, ref);
        ph_touch(mutator, object->data, bytes.size);
        memcpy(object->data, bytes.bytes, bytes.size);
    }
    return ref;
}
