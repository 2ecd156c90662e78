/* SPDX-License-Identifier: Apache-2.0 */
/* selector.c - one number for each name and signature of a virtual method in the world, so that
 * overriding and calls by interface compare numbers. Encoded: u32 signature (its world-wide
 * number), then the name. */
#include "machine/internal.h"

#define SELECTOR_HEAD_BYTES 4u
#define SELECTOR_LIMIT 0x80000000u /* numbers from here on are interfaces': class.c */

static struct ph_numbers numbers(struct ph_machine *self)
{
    return (struct ph_numbers){&self->selector_numbers, &self->world->selectors_ref,
                               &self->world->selector_count, SELECTOR_LIMIT};
}

ph_status ph_selectors_adopt(struct ph_machine *self)
{
    struct ph_numbers known = numbers(self);
    return ph_numbers_adopt(self, &known);
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
    struct ph_numbers known = numbers(self);
    uint32_t number = ph_number_of(self, mutator, &known, (struct ph_slice){encoded, size});
    ph_free(self->allocator, encoded, size);
    return number;
}
