/* SPDX-License-Identifier: Apache-2.0 */
/* folder.c - the entries of one folder.
 *
 * Entries take places 0, 1, 2 … in the order in which they are made. `entries` holds name and node
 * of each place, `index` the cookie of each place and then a hash table of places. A removed entry
 * leaves its place empty; when all places are taken, both arrays are made anew without the holes.
 *
 * Invariants
 *   (1) used_count ≤ capacity; the hash table has 2 * capacity slots, of which used_count hold a
 *       place + 1 and the others 0: so every search ends.
 *   (2) Cookies grow with the places and are never used twice: a reader's position stays good.
 *   (3) A place is empty if and only if its name is 0. */
#include "base/hash.h"
#include "device/tree.h"
#include "machine/object.h"

#define CAPACITY_MIN 8u
#define CAPACITY_MAX (UINT32_C(1) << 27) /* what PINNED_BYTES can hold */
#define NO_PLACE UINT32_MAX

/* The two arrays, at hand. */
struct arrays {
    ph_ref *entries;
    uint64_t *cookies;
    uint32_t *slots;
    uint32_t slot_mask;
};

static struct arrays arrays_of(const struct ph_tree *tree, ph_ref entries_ref, ph_ref index_ref,
                               uint32_t capacity)
{
    struct ph_refs *entries = ph_address(tree->heap, entries_ref);
    struct ph_bytes *index = ph_address(tree->heap, index_ref);
    PH_ASSERT(entries->length == 2 * capacity && index->length == 16 * capacity);
    uint64_t *cookies = (uint64_t *)(void *)index->data;
    return (struct arrays){entries->items, cookies, (uint32_t *)(void *)(cookies + capacity),
                           2 * capacity - 1};
}

static struct arrays folder_arrays(const struct ph_tree *tree, const struct ph_folder *folder)
{
    return arrays_of(tree, folder->entries_ref, folder->index_ref, folder->capacity);
}

static struct ph_slice name_of(const struct ph_tree *tree, ph_ref name_ref)
{
    const struct ph_bytes *name = ph_address(tree->heap, name_ref);
    return (struct ph_slice){name->data, name->length};
}

static uint32_t hash_of(struct ph_slice name)
{
    return (uint32_t)ph_hash64(name.bytes, name.size, 0);
}

static uint32_t find_place(const struct ph_tree *tree, const struct ph_folder *folder,
                           struct ph_slice name)
{
    if (folder->live_count == 0) {
        return NO_PLACE;
    }
    struct arrays a = folder_arrays(tree, folder);
    uint32_t hash = hash_of(name);
    for (uint32_t i = hash & a.slot_mask; a.slots[i] != 0; i = (i + 1) & a.slot_mask) {
        uint32_t place = a.slots[i] - 1;
        ph_ref name_ref = a.entries[2 * place];
        if (name_ref == 0) {
            continue;
        }
        const struct ph_bytes *bytes = ph_address(tree->heap, name_ref);
        if (bytes->extra == hash && bytes->length == name.size &&
            memcmp(bytes->data, name.bytes, name.size) == 0) {
            return place;
        }
    }
    return NO_PLACE;
}

struct ph_node *ph_folder_find(const struct ph_tree *tree, const struct ph_folder *folder,
                               struct ph_slice name)
{
    uint32_t place = find_place(tree, folder, name);
    if (place == NO_PLACE) {
        return NULL;
    }
    return ph_node_at(tree, folder_arrays(tree, folder).entries[2 * place + 1]);
}

/* Puts an entry into `place`, which is the next one; all of the arrays was touched. */
static void put(const struct ph_tree *tree, struct arrays *a, uint32_t place,
                const ph_ref entry[2], uint64_t cookie)
{
    const struct ph_bytes *name = ph_address(tree->heap, entry[0]);
    uint32_t i = name->extra & a->slot_mask;
    while (a->slots[i] != 0) {
        i = (i + 1) & a->slot_mask;
    }
    ph_touch(tree->mutator, &a->slots[i], sizeof(a->slots[i]));
    a->slots[i] = place + 1;
    ph_touch(tree->mutator, &a->entries[2 * place], 2 * sizeof(ph_ref));
    a->entries[2 * place] = entry[0];
    a->entries[2 * place + 1] = entry[1];
    PH_SET(tree->mutator, a->cookies[place], cookie);
}

/* Makes sure of one free place. */
static ph_errno reserve(struct ph_tree *tree, struct ph_folder *folder)
{
    if (folder->used_count < folder->capacity) {
        return PH_E_OK;
    }
    uint32_t capacity = CAPACITY_MIN;
    while (capacity < 2 * folder->live_count) {
        capacity *= 2;
    }
    if (capacity > CAPACITY_MAX) {
        return PH_E_NOSPC;
    }
    ph_ref entries_ref =
        ph_object_new_pinned(tree->mutator, PH_CLASS_TABLE_ITEMS, 2 * capacity);
    ph_ref index_ref = ph_object_new_pinned(tree->mutator, PH_CLASS_PINNED_BYTES, 16 * capacity);
    if (entries_ref == 0 || index_ref == 0) {
        ph_object_free(tree->mutator, entries_ref);
        ph_object_free(tree->mutator, index_ref);
        return PH_E_NOSPC;
    }
    struct arrays to = arrays_of(tree, entries_ref, index_ref, capacity);
    uint32_t count = 0;
    if (folder->capacity != 0) {
        struct arrays from = folder_arrays(tree, folder);
        for (uint32_t place = 0; place < folder->used_count; place++) {
            if (from.entries[2 * place] != 0) {
                put(tree, &to, count++, &from.entries[2 * place], from.cookies[place]);
            }
        }
    }
    PH_ASSERT(count == folder->live_count);
    ph_object_free(tree->mutator, folder->entries_ref);
    ph_object_free(tree->mutator, folder->index_ref);
    ph_touch(tree->mutator, folder, sizeof(*folder));
    folder->entries_ref = entries_ref;
    folder->index_ref = index_ref;
    folder->capacity = capacity;
    folder->used_count = count;
    return PH_E_OK;
}

static void changed(struct ph_tree *tree, struct ph_folder *folder)
{
    uint64_t now_ns = ph_clock_wall_ns();
    ph_touch(tree->mutator, folder, sizeof(*folder));
    folder->node.modified_ns = now_ns;
    folder->node.changed_ns = now_ns;
}

ph_errno ph_folder_add(struct ph_tree *tree, struct ph_folder *folder, struct ph_slice name,
                       struct ph_node *node)
{
    PH_ASSERT(name.size > 0 && name.size <= PH_NAME_BYTES_MAX);
    PH_ASSERT(find_place(tree, folder, name) == NO_PLACE);

    ph_errno error = reserve(tree, folder);
    if (error != PH_E_OK) {
        return error;
    }
    ph_ref name_ref =
        ph_object_new_pinned(tree->mutator, PH_CLASS_PINNED_BYTES, (uint32_t)name.size);
    if (name_ref == 0) {
        return PH_E_NOSPC;
    }
    struct ph_bytes *copy = ph_address(tree->heap, name_ref);
    ph_touch(tree->mutator, copy, sizeof(*copy) + name.size);
    copy->extra = hash_of(name);
    memcpy(copy->data, name.bytes, name.size);

    struct arrays a = folder_arrays(tree, folder);
    ph_ref entry[2] = {name_ref, ph_node_ref(tree, node)};
    put(tree, &a, folder->used_count, entry, folder->next_cookie);
    changed(tree, folder);
    folder->next_cookie++;
    folder->used_count++;
    folder->live_count++;
    folder->node.size_bytes = folder->live_count;
    return PH_E_OK;
}

void ph_folder_remove(struct ph_tree *tree, struct ph_folder *folder, struct ph_slice name)
{
    uint32_t place = find_place(tree, folder, name);
    PH_ASSERT(place != NO_PLACE);
    struct arrays a = folder_arrays(tree, folder);
    ph_ref name_ref = a.entries[2 * place];
    ph_touch(tree->mutator, &a.entries[2 * place], 2 * sizeof(ph_ref));
    a.entries[2 * place] = 0;
    a.entries[2 * place + 1] = 0;
    ph_object_free(tree->mutator, name_ref);
    changed(tree, folder);
    folder->live_count--;
    folder->node.size_bytes = folder->live_count;
}

void ph_folder_replace(struct ph_tree *tree, struct ph_folder *folder, struct ph_slice name,
                       struct ph_node *node)
{
    uint32_t place = find_place(tree, folder, name);
    PH_ASSERT(place != NO_PLACE);
    struct arrays a = folder_arrays(tree, folder);
    PH_SET(tree->mutator, a.entries[2 * place + 1], ph_node_ref(tree, node));
    changed(tree, folder);
}

void ph_folder_free_entries(struct ph_tree *tree, struct ph_folder *folder)
{
    PH_ASSERT(folder->live_count == 0);
    ph_object_free(tree->mutator, folder->entries_ref);
    ph_object_free(tree->mutator, folder->index_ref);
    ph_touch(tree->mutator, folder, sizeof(*folder));
    folder->entries_ref = 0;
    folder->index_ref = 0;
    folder->capacity = 0;
    folder->used_count = 0;
}

bool ph_folder_next(const struct ph_tree *tree, const struct ph_folder *folder, uint64_t *cookie,
                    struct ph_entry *entry)
{
    if (folder->live_count == 0) {
        return false;
    }
    struct arrays a = folder_arrays(tree, folder);
    uint32_t low = 0; /* the first place whose cookie is not before *cookie, by (2) */
    uint32_t high = folder->used_count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (a.cookies[middle] < *cookie) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    for (uint32_t place = low; place < folder->used_count; place++) {
        if (a.entries[2 * place] != 0) {
            entry->name = name_of(tree, a.entries[2 * place]);
            entry->node = ph_node_at(tree, a.entries[2 * place + 1]);
            *cookie = a.cookies[place] + 1;
            return true;
        }
    }
    return false;
}
