/* SPDX-License-Identifier: Apache-2.0 */
/* numbers.c - one number for each of the byte strings of a kind in the world: they lie in an array
 * of the world by number, and a volatile map finds them. */
#include "machine/internal.h"

static bool remember(struct ph_machine *self, const struct ph_numbers *numbers, uint32_t number)
{
    ph_ref bytes_ref = ph_items(self, *numbers->items_ref)->items[number];
    return ph_name_map_put(numbers->map, ph_bytes_slice(self, bytes_ref), number);
}

ph_status ph_numbers_adopt(struct ph_machine *self, const struct ph_numbers *numbers)
{
    if (!ph_name_map_reserve(numbers->map, *numbers->count)) {
        return PH_NO_MEMORY;
    }
    for (uint32_t i = 0; i < *numbers->count; i++) {
        if (!remember(self, numbers, i)) {
            return PH_NO_MEMORY;
        }
    }
    return PH_OK;
}

uint32_t ph_number_of(struct ph_machine *self, struct ph_mutator *mutator,
                      const struct ph_numbers *numbers, struct ph_slice encoded)
{
    uint64_t known;
    if (ph_name_map_get(numbers->map, encoded, &known)) {
        return (uint32_t)known;
    }
    uint32_t number = *numbers->count;
    if (number >= numbers->limit) {
        return UINT32_MAX;
    }
    ph_ref bytes = ph_bytes_new(mutator, PH_CLASS_PINNED_BYTES, encoded);
    if (bytes == 0 || !ph_items_put(self, mutator, numbers->items_ref, number, bytes) ||
        !remember(self, numbers, number)) {
        return UINT32_MAX;
    }
    PH_SET(mutator, *numbers->count, number + 1);
    return number;
}
