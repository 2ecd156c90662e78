/* SPDX-License-Identifier: Apache-2.0 */
/* sweep.c - memory between what a mark has found alive, given out again when it is wanted.
 *
 * Invariants (all under alloc_lock)
 *   (a) While phase is SWEEPING, a clear bit below `limit` means: nobody refers to this granule,
 *       nobody has been given it since the mark, and it is on no free list. Giving it out sets it.
 *   (b) What remains of a hole from which a part was given out begins with a byte array that
 *       reaches to the hole's end: invariant (a) of object.c.
 *   (c) [cursor.at, cursor.end) of both cursors is clear, and the granule at cursor.end is not (or
 *       end is at or before `at`: nothing is known). */
#include "heap/internal.h"
#include "heap/mark.h"

#define GIVE_BACK_MIN (UINT64_C(64) << 10)
#define SMALL_HOLES_MAX 64u /* looked at in one go: some microseconds */

/* The hole at or behind the cursor with at least `granules`; false: there is none, or `holes_max`
 * were too small so far. */
static bool find_hole(const struct ph_sweep *sweep, struct ph_sweep_cursor *cursor,
                      uint64_t granules, uint64_t holes_max)
{
    while (cursor->end <= cursor->at || cursor->end - cursor->at < granules) {
        cursor->at = PH_MAX(cursor->at, cursor->end);
        if (cursor->at >= sweep->limit || holes_max-- == 0) {
            return false;
        }
        cursor->at = ph_bits_skip_set(sweep->bits, cursor->at, sweep->limit, &sweep->blocks);
        cursor->end = ph_bits_skip_clear(sweep->bits, cursor->at, sweep->limit, &sweep->blocks);
    }
    return true;
}

/* [from, to) was given out by the other cursor. */
static void pass_over(struct ph_sweep_cursor *cursor, uint64_t from, uint64_t to)
{
    if (cursor->end <= from || cursor->at >= to) {
        return;
    }
    if (cursor->at >= from) {
        cursor->at = to;
    } else {
        cursor->end = from;
    }
}

uint64_t ph_sweep_take(struct ph_mutator *mutator, enum ph_sweep_use use, uint64_t least_bytes,
                       uint64_t *bytes)
{
    struct ph_heap *heap = mutator->heap;
    struct ph_sweep *sweep = &heap->private->sweep;
    PH_ASSERT(least_bytes % PH_OBJECT_ALIGN == 0 && *bytes >= least_bytes);
    if (sweep->phase != PH_SWEEPING) {
        return 0;
    }
    struct ph_sweep_cursor *cursor = &sweep->cursors[use];
    /* Small objects are made in stops too, and can be made at the top as well: a bounded look. */
    uint64_t holes_max = use == PH_SWEEP_SMALL ? SMALL_HOLES_MAX : UINT64_MAX;
    if (use == PH_SWEEP_LARGE && least_bytes >= sweep->failed_bytes) {
        return 0;
    }
    sweep->passed_bytes[use] = PH_MAX(sweep->passed_bytes[use], least_bytes);
    if (!find_hole(sweep, cursor, least_bytes / PH_OBJECT_ALIGN, holes_max)) {
        if (use == PH_SWEEP_LARGE) { /* since the rewind it has passed over smaller holes alone */
            sweep->failed_bytes = PH_MIN(sweep->failed_bytes, sweep->passed_bytes[use]);
        }
        return 0;
    }
    uint64_t from = cursor->at;
    uint64_t to = PH_MIN(cursor->end, from + *bytes / PH_OBJECT_ALIGN);
    ph_bits_fill_known(sweep->bits, from, to, &sweep->blocks);
    if (to < cursor->end) { /* (b) */
        ph_old_fill(mutator, to * PH_OBJECT_ALIGN, (cursor->end - to) * PH_OBJECT_ALIGN);
    }
    cursor->at = to;
    pass_over(&sweep->cursors[1 - use], from, to);
    *bytes = (to - from) * PH_OBJECT_ALIGN;
    if (heap->stress_evacuate || heap->stress_move) { /* a stale reference meets noise */
        ph_barrier(mutator, from * PH_OBJECT_ALIGN, *bytes);
        memset(heap->arena + from * PH_OBJECT_ALIGN, PH_POISON_BYTE, *bytes);
    }
    return from * PH_OBJECT_ALIGN;
}

void ph_sweep_rewind(struct ph_heap *heap, enum ph_sweep_use use)
{
    struct ph_sweep_cursor *cursor = &heap->private->sweep.cursors[use];
    cursor->at = PH_HEAP_HEADER_BYTES / PH_OBJECT_ALIGN;
    cursor->end = 0;
    heap->private->sweep.passed_bytes[use] = 0;
}

uint64_t ph_sweep_search(struct ph_mutator *mutator, uint64_t bytes)
{
    struct ph_sweep *sweep = &mutator->heap->private->sweep;
    if (sweep->phase != PH_SWEEPING || bytes >= sweep->failed_bytes) {
        return 0;
    }
    ph_sweep_rewind(mutator->heap, PH_SWEEP_LARGE);
    return ph_sweep_take(mutator, PH_SWEEP_LARGE, bytes, &(uint64_t){bytes});
}

bool ph_sweep_finds(const struct ph_heap *heap, ph_ref ref)
{
    const struct ph_sweep *sweep = &heap->private->sweep;
    uint64_t granule = (uint64_t)ref * 8 / PH_OBJECT_ALIGN;
    return granule < sweep->limit && !ph_bits_get(sweep->bits, granule);
}

bool ph_sweep_is_unmarked(const struct ph_heap *heap, ph_ref ref)
{
    const struct ph_sweep *sweep = &heap->private->sweep;
    uint64_t granule = (uint64_t)ref * 8 / PH_OBJECT_ALIGN;
    return !ph_is_young(heap, ref) &&
           granule < __atomic_load_n(&sweep->base_end, __ATOMIC_RELAXED) &&
           !ph_bits_get(sweep->bits, granule);
}

bool ph_object_keep(struct ph_heap *heap, ph_ref ref)
{
    struct ph_heap_private *p = heap->private;
    PH_ASSERT(!ph_is_young(heap, ref));
    ph_mutex_lock(&p->alloc_lock);
    bool ok = ph_vector_push(&p->kept, p->allocator, ref);
    ph_mutex_unlock(&p->alloc_lock);
    return ok;
}

/* Not before: what is marked is not followed. */
static void mark_kept(struct ph_heap *heap)
{
    struct ph_heap_private *p = heap->private;
    for (uint32_t i = 0; i < p->kept.count; i++) {
        ph_ref ref = p->kept.items[i];
        uint64_t from = (uint64_t)ref * 8 / PH_OBJECT_ALIGN;
        if (from < p->sweep.limit) {
            uint64_t bytes = ph_size_round(ph_object_bytes(heap, ref));
            ph_bits_fill_known(p->sweep.bits, from, from + bytes / PH_OBJECT_ALIGN,
                               &p->sweep.blocks);
        }
    }
}

void ph_sweep_begin(struct ph_mutator *mutator)
{
    struct ph_sweep *sweep = &mutator->heap->private->sweep;
    PH_ASSERT(sweep->phase == PH_MARK_CLEARING);
    mark_kept(mutator->heap);
    mutator->heap->private->left.count = 0; /* stress mode: nobody reached them, so they are ours */
    ph_sweep_rewind(mutator->heap, PH_SWEEP_SMALL);
    ph_sweep_rewind(mutator->heap, PH_SWEEP_LARGE);
    sweep->give_back_at = PH_HEAP_HEADER_BYTES / PH_OBJECT_ALIGN;
    sweep->failed_bytes = UINT64_MAX;
    __atomic_store_n(&sweep->phase, PH_SWEEPING, __ATOMIC_RELEASE);
    ph_old_end_mark(mutator->heap);
}

/* ---- Back to the host ---------------------------------------------------------------- */

/* Only pages that no cut waits for, and that are on no list of changed ones: what they hold is
 * then nobody's business. */
static uint64_t discard_pages(struct ph_heap *heap, uint64_t first, uint64_t end)
{
    uint64_t given = 0;
    for (uint64_t page = first; page < end;) {
        uint64_t last = page;
        while (last < end && ph_stamp_load(heap, last) + 1 < heap->epoch) {
            last++;
        }
        if (last > page) {
            ph_memory_discard(heap->arena + (page << PH_PAGE_SHIFT),
                              (last - page) << PH_PAGE_SHIFT);
            given += (last - page) << PH_PAGE_SHIFT;
        }
        page = PH_MAX(last, page + 1);
    }
    return given;
}

/* The last look at the hole did not end within it. */
static bool is_begin(const struct ph_sweep *sweep, uint64_t granule)
{
    return granule == PH_HEAP_HEADER_BYTES / PH_OBJECT_ALIGN ||
           ph_bits_get(sweep->bits, granule - 1);
}

/* Of a hole that ends at `end`, [from, to). It becomes byte arrays; their headers' pages stay. */
static uint64_t give_back_hole(struct ph_mutator *mutator, uint64_t from, uint64_t to,
                               uint64_t end)
{
    const struct ph_sweep *sweep = &mutator->heap->private->sweep;
    uint64_t offset = from * PH_OBJECT_ALIGN;
    if (is_begin(sweep, from)) { /* else that was done; what is left of a hole is as well: (b) */
        ph_old_fill(mutator, offset, (end - from) * PH_OBJECT_ALIGN);
        offset += PH_OBJECT_ALIGN;
    }
    uint64_t given = 0;
    uint64_t page = PH_ALIGN_UP(offset, PH_PAGE_BYTES) >> PH_PAGE_SHIFT;
    uint64_t last = to * PH_OBJECT_ALIGN >> PH_PAGE_SHIFT;
    while (page < last) {
        uint64_t header = PH_ALIGN_UP(page + 1, PH_FILLER_BYTES_MAX >> PH_PAGE_SHIFT);
        page += page % (PH_FILLER_BYTES_MAX >> PH_PAGE_SHIFT) == 0;
        given += discard_pages(mutator->heap, page, PH_MIN(header, last));
        page = header;
    }
    return given;
}

/* Where the old space ends with a hole it becomes shorter, by up to `bytes`; how much. */
static uint64_t lower_top(struct ph_mutator *mutator, uint64_t bytes)
{
    struct ph_heap *heap = mutator->heap;
    struct ph_sweep *sweep = &heap->private->sweep;
    uint64_t top = heap->header->object_top;
    if (sweep->limit != top / PH_OBJECT_ALIGN) {
        return 0; /* what was made since the mark lies there */
    }
    uint64_t hole = ph_bits_clear_from(sweep->bits, PH_HEAP_HEADER_BYTES / PH_OBJECT_ALIGN,
                                       sweep->limit, &sweep->blocks) * PH_OBJECT_ALIGN;
    if (top - hole < GIVE_BACK_MIN) {
        return 0;
    }
    uint64_t lowered = top - hole > bytes ? PH_ALIGN_DOWN(top - bytes, PH_PAGE_BYTES) : hole;
    lowered = PH_MAX(lowered, hole);
    ph_old_fill(mutator, hole, lowered - hole);
    ph_pages_clear(mutator, lowered, top);
    PH_SET(mutator, heap->header->object_top, lowered);
    sweep->limit = lowered / PH_OBJECT_ALIGN;
    for (uint32_t use = 0; use < PH_COUNT(sweep->cursors); use++) {
        pass_over(&sweep->cursors[use], sweep->limit, top / PH_OBJECT_ALIGN);
    }
    return top - lowered;
}

bool ph_heap_give_back(struct ph_mutator *self, uint64_t bytes, uint64_t *given)
{
    struct ph_heap_private *p = self->heap->private;
    struct ph_sweep *sweep = &p->sweep;
    bool more = false;
    *given = 0;
    ph_mutex_lock(&p->alloc_lock);
    if (sweep->phase == PH_SWEEPING) {
        *given = lower_top(self, bytes);
        uint64_t at = sweep->give_back_at;
        uint64_t end_of_piece =
            PH_ALIGN_UP(at + bytes / PH_OBJECT_ALIGN + 1, PH_PAGE_BYTES / PH_OBJECT_ALIGN);
        uint64_t until = *given > 0 ? at : PH_MIN(sweep->limit, end_of_piece);
        while (at < until) {
            at = ph_bits_skip_set(sweep->bits, at, until, &sweep->blocks);
            uint64_t end = ph_bits_skip_clear(sweep->bits, at, sweep->limit, &sweep->blocks);
            bool is_small = (end - at) * PH_OBJECT_ALIGN < GIVE_BACK_MIN;
            if (at < until && !(is_small && is_begin(sweep, at))) {
                *given += give_back_hole(self, at, PH_MIN(end, until), end);
                end = PH_MIN(end, until);
            }
            at = at < until ? end : at; /* beyond a small one, never into it: it was not filled */
        }
        sweep->give_back_at = at;
        more = *given > 0 || at < sweep->limit;
    }
    ph_mutex_unlock(&p->alloc_lock);
    return more;
}
