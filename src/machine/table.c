/* SPDX-License-Identifier: Apache-2.0 */
/* table.c - growing memories and tables, and initialising them from segments. */
#include "machine/internal.h"

#define WASM_PAGE_BYTES 65536u
#define TABLE_COUNT_MAX 10000000u /* elements; what other engines allow too */

/* Threads of one instance may grow the same memory at once; none loses what it has grown. */
int64_t ph_memory_grow(struct ph_mutator *mutator, struct ph_memory *memory, uint64_t pages)
{
    uint64_t bytes = __atomic_load_n(&memory->bytes, __ATOMIC_ACQUIRE);
    ph_touch(mutator, memory, sizeof(*memory));
    do {
        if (pages > (memory->max_bytes - bytes) / WASM_PAGE_BYTES) {
            return -1;
        }
    } while (pages > 0 &&
             !__atomic_compare_exchange_n(&memory->bytes, &bytes, bytes + pages * WASM_PAGE_BYTES,
                                          false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE));
    return (int64_t)(bytes / WASM_PAGE_BYTES);
}

/* Longer items. Others may still look at the old ones, which are left to the collector; what they
 * store there meanwhile is lost, as with any race of theirs. */
static struct ph_refs *grow_items(struct ph_mutator *mutator, struct ph_table *table,
                                  uint32_t length)
{
    const struct ph_refs *old = ph_address(mutator->heap, table->items_ref);
    ph_ref new_ref = ph_object_new_pinned(mutator, PH_CLASS_TABLE_ITEMS, length);
    if (new_ref == 0) {
        return NULL;
    }
    struct ph_refs *items = ph_address(mutator->heap, new_ref);
    ph_touch(mutator, items->items, (uint64_t)table->count * sizeof(ph_ref));
    memcpy(items->items, old->items, table->count * sizeof(ph_ref));
    ph_remember_all(mutator, items->items, table->count);
    __atomic_store_n(&table->items_ref, new_ref, __ATOMIC_RELEASE);
    return items;
}

static int64_t table_grow(struct ph_mutator *mutator, struct ph_table *table, ph_ref value,
                          uint32_t count)
{
    struct ph_refs *items = ph_address(mutator->heap, table->items_ref);
    uint32_t old_count = table->count;
    uint32_t max = PH_MIN(table->max, TABLE_COUNT_MAX);
    if (old_count > max || count > max - old_count) {
        return -1;
    }
    uint32_t new_count = old_count + count;
    if (new_count > items->length) {
        items = grow_items(mutator, table, PH_MAX(new_count, PH_MIN(items->length * 2, max)));
    }
    if (items == NULL) {
        return -1;
    }
    ph_touch(mutator, &items->items[old_count], (uint64_t)count * sizeof(ph_ref));
    for (uint32_t i = old_count; i < new_count; i++) {
        items->items[i] = value;
    }
    ph_remember_all(mutator, &items->items[old_count], count);
    __atomic_store_n(&table->count, new_count, __ATOMIC_RELEASE); /* after items_ref */
    return old_count;
}

int64_t ph_table_grow(struct ph_mutator *mutator, struct ph_table *table, struct ph_root *value,
                      uint32_t count)
{
    static uint32_t growing; /* of all tables: it is rare, and short */
    ph_touch(mutator, table, sizeof(*table));
    while (__atomic_exchange_n(&growing, 1, __ATOMIC_ACQUIRE) != 0) {
        ph_host_pause();
    }
    int64_t old_count = table_grow(mutator, table, value->ref, count);
    __atomic_store_n(&growing, 0, __ATOMIC_RELEASE);
    return old_count;
}

bool ph_segment_dropped(const struct ph_view *view, bool is_data, uint32_t segment)
{
    const struct ph_bytes *dropped =
        ph_machine_object(view->machine, view->instance->dropped_ref);
    uint32_t index = segment + (is_data ? view->loaded->unit.element_count : 0);
    PH_ASSERT(dropped != NULL && index < dropped->length);
    return dropped->data[index] != 0;
}

void ph_segment_drop(struct ph_mutator *mutator, struct ph_view *view, bool is_data,
                     uint32_t segment)
{
    struct ph_bytes *dropped = ph_machine_object(view->machine, view->instance->dropped_ref);
    uint32_t index = segment + (is_data ? view->loaded->unit.element_count : 0);
    PH_ASSERT(dropped != NULL && index < dropped->length);
    PH_SET(mutator, dropped->data[index], 1);
}

static ph_ref segment_item(struct ph_mutator *mutator, struct ph_view *view,
                           const struct ph_init *init, bool *ok)
{
    *ok = true;
    switch (init->kind) {
    case PH_INIT_FUNCTION: {
        ph_ref ref = ph_view_function(mutator, view, (uint32_t)init->value);
        *ok = ref != 0;
        return ref;
    }
    case PH_INIT_GLOBAL:
        return (ph_ref)view->globals[init->value]->value;
    default:
        return 0;
    }
}

enum ph_trap ph_table_init(struct ph_mutator *mutator, struct ph_view *view, uint32_t table,
                           uint32_t segment, struct ph_init_range range)
{
    const struct ph_element_segment *s = &view->loaded->unit.elements[segment];
    struct ph_table *t = view->tables[table];
    uint32_t available = ph_segment_dropped(view, false, segment) ? 0 : s->count;
    if ((uint64_t)range.from + range.count > available ||
        (uint64_t)range.to + range.count > ph_table_count(t)) {
        return PH_TRAP_TABLE_BOUNDS;
    }
    for (uint32_t i = 0; i < range.count; i++) {
        bool ok;
        ph_ref item = segment_item(mutator, view, &s->items[range.from + i], &ok);
        if (!ok) {
            return PH_TRAP_OUT_OF_MEMORY;
        }
        struct ph_refs *items = ph_address(mutator->heap, t->items_ref);
        PH_SET_REF(mutator, items->items[range.to + i], item);
    }
    return PH_TRAP_NONE;
}
