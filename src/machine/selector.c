/* SPDX-License-Identifier: Apache-2.0 */
/* selector.c - one number for each name and signature of a virtual method in the world, so that
 * overriding and calls by interface compare numbers. Encoded: u32 signature (its world-wide
 * number), then the name. */
#include "machine/internal.h"

#define SELECTOR_HEAD_BYTES 4u
#define SELECTOR_LIMIT 0x80000000u /* numbers from here on are interfaces': class.c */

static bool remember(struct ph_machine *self, ph_ref bytes_ref, uint32_t number)
{
    return ph_name_map_put(&self->selector_numbers, ph_bytes_slice(self, bytes_ref), number);
}

ph_status ph_selectors_adopt(struct ph_machine *self)
{
    for (uint32_t i = 0; i < self->world->selector_count; i++) {
        if (!remember(self, ph_items(self, self->world->selectors_ref)->items[i], i)) {
            return PH_NO_MEMORY;
        }
    }
    return PH_OK;
}

static uint32_t add(struct ph_machine *self, struct ph_mutator *mutator, struct ph_slice encoded)
{
    uint32_t number = self->world->selector_count;
    ph_ref bytes = ph_bytes_new(mutator, PH_CLASS_PINNED_BYTES, encoded);
    if (number >= SELECTOR_LIMIT || bytes == 0 ||
        !ph_items_put(self, mutator, &self->world->selectors_ref, number, bytes) ||
        !remember(self, bytes, number)) {
        return UINT32_MAX;
    }
    PH_SET(mutator, self->world->selector_count, number + 1);
    return number;
}

uint32_t ph_selector_number(struct ph_machine *self, struct ph_mutator *mutator,
                            struct ph_slice name, uint32_t signature)
{
    uint64_t size = SELECTOR_HEAD_BYTES + name.size;
    uint8_t *encoded = ph_alloc(self->allocator, size);
    if (encoded == NULL) {
        return UINT32_MAX;
    }
    ph_store_u32(encoded, signature);
    if (name.size > 0) {
        memcpy(encoded + SELECTOR_HEAD_BYTES, name.bytes, name.size);
    }
    uint64_t number;
    struct ph_slice key = {encoded, size};
    if (!ph_name_map_get(&self->selector_numbers, key, &number)) {
        number = add(self, mutator, key);
    }
    ph_free(self->allocator, encoded, size);
    return (uint32_t)number;
}
