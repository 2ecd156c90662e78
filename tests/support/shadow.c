/* SPDX-License-Identifier: Apache-2.0 */
#include "support/shadow.h"

#include "machine/cut.h"
#include "machine/look.h"

#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#define BATCH (1u << 18)

/* Which of the pages from `address` on are in memory: bit 0 of a byte. Where the system does not
 * say, all. */
static void touched(const uint8_t *address, uint64_t pages, uint8_t *flags)
{
    if (mincore((void *)(uintptr_t)address, pages * PH_PAGE_BYTES, flags) != 0) {
        memset(flags, 1, pages);
    }
}

static bool is_zero(const uint8_t *page)
{
    static const uint8_t zeros[PH_PAGE_BYTES];
    return memcmp(page, zeros, PH_PAGE_BYTES) == 0;
}

/* The first page in [from, to) of the arena `a` that differs in `b`; `to`: none. What was free and
 * was given back to the host reads as zeros and is not stored. Extents are large and mostly
 * untouched. */
static uint64_t first_difference(const uint8_t *a, const uint8_t *b, uint64_t from, uint64_t to)
{
    static uint8_t flags_a[BATCH], flags_b[BATCH];
    for (uint64_t at = from; at < to; at += (uint64_t)BATCH * PH_PAGE_BYTES) {
        uint64_t pages = PH_MIN(BATCH, (to - at) / PH_PAGE_BYTES);
        touched(a + at, pages, flags_a);
        touched(b + at, pages, flags_b);
        for (uint64_t i = 0; i < pages; i++) {
            uint64_t page = at + i * PH_PAGE_BYTES;
            if (((flags_a[i] | flags_b[i]) & 1) != 0 &&
                memcmp(a + page, b + page, PH_PAGE_BYTES) != 0 && !is_zero(a + page)) {
                return page;
            }
        }
    }
    return to;
}

static bool same(const struct ph_heap *heap, const uint8_t *shadow, char *what, size_t what_bytes)
{
    uint64_t top = PH_ALIGN_UP(heap->header->object_top, PH_PAGE_BYTES);
    uint64_t extents = PH_MIN(PH_OBJECT_LIMIT, heap->arena_bytes / 4);
    uint64_t extent_top = heap->header->extent_top;
    uint64_t at = first_difference(heap->arena, shadow, 0, top);
    if (at == top) {
        at = first_difference(heap->arena, shadow, extents, extent_top);
        if (at == extent_top) {
            return true;
        }
    }
    uint64_t byte = 0;
    while (heap->arena[at + byte] == shadow[at + byte]) {
        byte++;
    }
    snprintf(what, what_bytes, "byte %llu of page %llu was changed past the barrier: %02x, on the "
             "disk %02x", (unsigned long long)byte, (unsigned long long)(at >> PH_PAGE_SHIFT),
             heap->arena[at + byte], shadow[at + byte]);
    return false;
}

static bool compare(struct ph_block *block, struct ph_machine *machine, uint8_t *shadow,
                    struct ph_error *what)
{
    const struct ph_heap *heap = ph_machine_heap(machine);
    struct ph_store_options options = {.arena_bytes = heap->arena_bytes};
    struct ph_store_recovery found;
    struct ph_store *store = NULL;
    bool equal = false;
    if (ph_store_open(block, &options, shadow, &store, &found, what) == PH_OK) {
        equal = found.last.number == ph_cut_durable(machine);
        if (equal) {
            equal = same(heap, shadow, what->text, sizeof(what->text));
        } else {
            snprintf(what->text, sizeof(what->text), "the disk holds cut %llu, %llu is said to be "
                     "durable", (unsigned long long)found.last.number,
                     (unsigned long long)ph_cut_durable(machine));
        }
    }
    ph_store_close(store);
    return equal;
}

/* A look at the running machine's own image shows the same. Where disk or power fail on purpose
 * there may be none. */
static bool look_equals(struct ph_machine *machine, struct ph_error *what)
{
    struct ph_look *look;
    ph_status status = ph_look_begin(machine, &look, what);
    if (status != PH_OK) {
        return status != PH_DAMAGED && status != PH_NO_MEMORY;
    }
    bool equal = ph_look_cut(look).number == ph_cut_durable(machine);
    if (equal) {
        equal = same(ph_machine_heap(machine), ph_look_base(look), what->text, sizeof(what->text));
    } else {
        snprintf(what->text, sizeof(what->text), "a look shows another cut than the newest");
    }
    ph_look_end(look);
    return equal;
}

bool shadow_equals(const struct ph_sim_disk *disk, struct ph_machine *machine,
                   struct ph_error *what)
{
    uint64_t arena_bytes = ph_machine_heap(machine)->arena_bytes;
    uint8_t *shadow = ph_memory_reserve(arena_bytes);
    struct ph_sim_disk *clone;
    if (shadow == NULL || ph_sim_disk_clone(disk, &clone) != PH_OK) {
        snprintf(what->text, sizeof(what->text), "no memory to compare with");
        return false;
    }
    ph_sim_disk_power_on(clone); /* without what was not flushed */
    ph_sim_disk_limit(clone, 0);
    bool equal = compare(ph_sim_disk_block(clone), machine, shadow, what);
    ph_sim_disk_destroy(clone);
    ph_memory_release(shadow, arena_bytes);
    return equal && look_equals(machine, what);
}
