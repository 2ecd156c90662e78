/* SPDX-License-Identifier: Apache-2.0 */
/* directory.c - names in the world's root directory. */
#include <string.h>

#include "base/text.h"
#include "tool/runner.h"

static struct ph_slice bytes_at(struct ph_heap *heap, ph_ref ref)
{
    const struct ph_bytes *bytes = ph_address(heap, ref);
    return (struct ph_slice){bytes->data, bytes->length};
}

ph_ref ph_directory_get(struct ph_machine *machine, struct ph_slice name)
{
    struct ph_heap *heap = ph_machine_heap(machine);
    ph_ref ref = ph_machine_world(machine)->directory_ref;
    while (ref != 0) {
        const struct ph_directory_entry *entry = ph_address(heap, ref);
        if (ph_slice_equal(bytes_at(heap, entry->name_ref), name)) {
            return entry->object_ref;
        }
        ref = entry->next_ref;
    }
    return 0;
}

static ph_ref new_bytes(struct ph_machine *machine, struct ph_slice from)
{
    struct ph_mutator *mutator = ph_machine_mutator(machine);
    ph_ref ref = ph_object_new_pinned(mutator, PH_CLASS_PINNED_BYTES, (uint32_t)from.size);
    if (ref != 0) {
        struct ph_bytes *bytes = ph_address(ph_machine_heap(machine), ref);
        ph_touch(mutator, bytes->data, from.size);
        memcpy(bytes->data, from.bytes, from.size);
    }
    return ref;
}

bool ph_directory_put_bytes(struct ph_machine *machine, struct ph_slice name,
                            struct ph_slice bytes)
{
    struct ph_mutator *mutator = ph_machine_mutator(machine);
    struct ph_world *world = ph_machine_world(machine);
    ph_ref name_ref = new_bytes(machine, name);
    ph_ref object_ref = new_bytes(machine, bytes);
    ph_ref ref = ph_object_new_pinned(mutator, PH_CLASS_DIRECTORY_ENTRY, 0);
    if (name_ref == 0 || object_ref == 0 || ref == 0) {
        return false;
    }
    struct ph_directory_entry *entry = ph_address(ph_machine_heap(machine), ref);
    ph_touch(mutator, entry, sizeof(*entry));
    entry->name_ref = name_ref;
    entry->object_ref = object_ref;
    entry->next_ref = world->directory_ref;
    PH_SET(mutator, world->directory_ref, ref);
    return true;
}
