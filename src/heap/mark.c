/* SPDX-License-Identifier: Apache-2.0 */
/* mark.c - the marker: what can be reached in a cut.
 *
 * Invariants
 *   (a) From prepare to the last clear the bitmap is the marker's: a set bit at an object's first
 *       granule says that it was met. When it has been scanned, all its granules are set.
 *   (b) An object that was met and not scanned is on the stack, in the ring, or at or above
 *       `overflow`.
 *   (c) The marker reads the arena through `base` alone. Objects at or above `base_end` are newer
 *       than that cut: nothing in it refers to them, and what they refer to is reached otherwise.
 *   (d) A program can come to an object of the cut in three ways: from what the cut's roots reach,
 *       from C code's roots at the cut (ph_mark_see_roots), and by a weak reference: ph_weak_get
 *       hands its referent in unless it is marked. So when nothing is left to scan and nothing is
 *       handed in, in a stop, an unmarked object below `limit` is garbage. */
#include "heap/mark.h"
#include "heap/internal.h"

#define STACK_BYTES_DEFAULT (UINT64_C(64) << 20)
#define STACK_ENTRIES_MIN 64u
#define ARRAY_PART 256u /* items of an array between two looks at the stack */
#define RING 16u
#define GROWN_MIN (UINT64_C(32) << 20)

struct ph_mark {
    struct ph_visitor visitor; /* first: what it is given is the mark */
    struct ph_heap *heap;
    const uint8_t *base;
    uint64_t base_end;         /* object_top of the cut in base */
    uint64_t *bits;
    uint64_t *stack;           /* reference | first item << 32 */
    uint64_t count, capacity, capacity_max;
    uint64_t overflow;         /* granule; UINT64_MAX: none */
    uint32_t now_s;            /* the clock at the cut */
    uint64_t soft_keep_s;      /* a soft reference not used for so long is as a weak one */
    bool is_begun;             /* the roots of the cut were met */
    bool is_void;              /* it comes to nothing: a reference could not be handed in */
    uint64_t live_at_cut;      /* object_bytes_live */
    PH_VECTOR(ph_ref) weak;    /* met in the cut */
    uint32_t cleared_to;       /* of them */
    PH_VECTOR(ph_ref) handed;  /* under weak_lock */
    struct ph_mark_stat stat;
};

/* ---- The stack ----------------------------------------------------------------------- */

static bool stack_grow(struct ph_mark *self)
{
    uint64_t grown = PH_MAX(self->capacity * 2, (uint64_t)STACK_ENTRIES_MIN);
    grown = PH_MIN(grown, self->capacity_max);
    if (grown <= self->capacity) {
        return false;
    }
    void *items = ph_resize(self->heap->private->allocator, self->stack,
                            self->capacity * sizeof(uint64_t), grown * sizeof(uint64_t));
    if (items == NULL) {
        return false;
    }
    self->stack = items;
    self->capacity = grown;
    return true;
}

/* `from`: the first item of an array to visit. */
static inline void push(struct ph_mark *self, ph_ref ref, uint32_t from)
{
    if (PH_UNLIKELY(self->count == self->capacity) && !stack_grow(self)) {
        self->overflow = PH_MIN(self->overflow, (uint64_t)ref * 8 / PH_OBJECT_ALIGN);
        return;
    }
    self->stack[self->count++] = (uint64_t)from << 32 | ref;
}

static inline void meet(struct ph_mark *self, ph_ref ref)
{
    if (ref == 0) {
        return;
    }
    uint64_t offset = (uint64_t)ref * 8;
    PH_ASSERT(offset < self->base_end && offset % PH_OBJECT_ALIGN == 0);
    if (ph_bits_add(self->bits, offset / PH_OBJECT_ALIGN)) {
        self->stat.objects++;
        push(self, ref, 0);
    }
}

/* ---- Objects ------------------------------------------------------------------------- */

static void visit_ref(struct ph_visitor *visitor, ph_ref *slot)
{
    meet((struct ph_mark *)(void *)visitor, *slot);
}

static void visit_slot(struct ph_visitor *visitor, uint64_t *slot)
{
    PH_ASSERT(*slot <= UINT32_MAX);
    meet((struct ph_mark *)(void *)visitor, (ph_ref)*slot);
}

static bool keeps_soft(const struct ph_mark *self, const struct ph_weak *weak)
{
    uint32_t age_s = self->now_s > weak->used_s ? self->now_s - weak->used_s : 0;
    return age_s < self->soft_keep_s;
}

static void visit_weak(struct ph_visitor *visitor, ph_ref ref)
{
    struct ph_mark *self = (struct ph_mark *)(void *)visitor;
    const struct ph_weak *weak = ph_address_in(self->base, ref);
    uint32_t strength = ph_class_in(self->base, ref)->flags & PH_CLASS_STRENGTH;
    if (weak->referent_ref == 0) {
        return;
    }
    bool is_kept = strength == PH_CLASS_SOFT && keeps_soft(self, weak);
    self->stat.soft_kept += is_kept;
    if (strength == 0 || is_kept ||
        !ph_vector_push(&self->weak, self->heap->private->allocator, ref)) {
        meet(self, weak->referent_ref); /* kept where the list has no memory */
    }
}

static void scan_items(struct ph_mark *self, ph_ref ref, uint32_t from)
{
    const struct ph_refs *refs = ph_address_in(self->base, ref);
    uint32_t to = refs->length;
    if (to - from > ARRAY_PART) {
        to = from + ARRAY_PART;
        push(self, ref, to);
        if (self->overflow <= (uint64_t)ref * 8 / PH_OBJECT_ALIGN) { /* not pushed: all of it now */
            to = refs->length;
        }
    }
    for (uint32_t i = from; i < to; i++) {
        meet(self, refs->items[i]);
    }
}

static void scan(struct ph_mark *self, ph_ref ref, uint32_t from)
{
    const uint8_t *object = ph_address_in(self->base, ref);
    const struct ph_class *c = ph_class_in(self->base, ref);
    if (from == 0) {
        uint64_t granule = (uint64_t)ref * 8 / PH_OBJECT_ALIGN;
        uint64_t granules = ph_size_known(self->base, ref, c) / PH_OBJECT_ALIGN;
        if (granules > 1) {
            ph_bits_fill_few(self->bits, granule + 1, granule + granules);
        }
        meet(self, ((const struct ph_object *)(const void *)object)->class_ref);
    }
    switch (c->layout) {
    case PH_LAYOUT_PLAIN:
        for (uint32_t i = 0; i < c->ref_count; i++) {
            meet(self, *(const ph_ref *)(const void *)(object + c->ref_offsets[i]));
        }
        break;
    case PH_LAYOUT_BYTES:
        break;
    case PH_LAYOUT_REFS:
        scan_items(self, ref, from);
        break;
    default:
        ph_object_visit(self->heap, self->base, ref, &self->visitor);
    }
}

/* Empties the stack. Objects wait a few turns in a ring while their memory comes into the cache. */
static void drain(struct ph_mark *self)
{
    uint64_t ring[RING] = {0};
    uint32_t at = 0, waiting = 0;
    while (self->count > 0 || waiting > 0) {
        uint64_t next = 0;
        if (self->count > 0) {
            next = self->stack[--self->count];
            __builtin_prefetch(ph_address_in(self->base, (ph_ref)next));
            waiting++;
        }
        uint64_t entry = ring[at];
        ring[at] = next;
        at = (at + 1) % RING;
        if (entry != 0) {
            waiting--;
            scan(self, (ph_ref)entry, (uint32_t)(entry >> 32));
        }
    }
}

/* Looks through all marked objects from the lowest that the stack had no room for. */
static void rescan(struct ph_mark *self)
{
    uint64_t end = self->base_end / PH_OBJECT_ALIGN;
    while (self->overflow != UINT64_MAX) {
        uint64_t granule = self->overflow;
        self->overflow = UINT64_MAX;
        self->stat.rescans++;
        while ((granule = ph_bits_next_set(self->bits, granule, end)) < end) {
            ph_ref ref = (ph_ref)(granule * PH_OBJECT_ALIGN / 8);
            uint64_t next = granule + ph_object_size_in(self->base, ref) / PH_OBJECT_ALIGN;
            scan(self, ref, 0);
            drain(self);
            granule = next;
        }
    }
}

/* ---- Roots --------------------------------------------------------------------------- */

static void set_void(struct ph_mark *self)
{
    __atomic_store_n(&self->is_void, true, __ATOMIC_RELAXED);
}

static bool is_void(const struct ph_mark *self)
{
    return __atomic_load_n(&self->is_void, __ATOMIC_RELAXED);
}

/* False: no memory, and so the mark comes to nothing. weak_lock is held. */
static bool hand_in_locked(struct ph_mark *self, ph_ref ref)
{
    uint64_t *bits = self->heap->private->sweep.handed_bits;
    if (ph_bits_add(bits, (uint64_t)ref * 8 / PH_OBJECT_ALIGN) &&
        !ph_vector_push(&self->handed, self->heap->private->allocator, ref)) {
        set_void(self);
    }
    return !is_void(self);
}

void ph_mark_hand_in(struct ph_heap *heap, ph_ref ref)
{
    struct ph_heap_private *p = heap->private;
    ph_mutex_lock(&p->weak_lock);
    PH_ASSERT(p->mark != NULL);
    (void)hand_in_locked(p->mark, ref);
    ph_mutex_unlock(&p->weak_lock);
}

void ph_mark_see_roots(struct ph_heap *heap)
{
    struct ph_heap_private *p = heap->private;
    if (p->sweep.phase != PH_MARKING) {
        return;
    }
    ph_mutex_lock(&p->weak_lock);
    for (struct ph_mutator *m = heap->mutators; m != NULL; m = m->next) {
        for (struct ph_root *root = m->roots; root != NULL; root = root->previous) {
            if (root->ref != 0 && !ph_is_young(heap, root->ref)) {
                (void)hand_in_locked(p->mark, root->ref);
            }
        }
    }
    ph_mutex_unlock(&p->weak_lock);
}

/* Meets what was handed in; true if there was anything. What is newer than the cut is left out. */
static bool meet_handed(struct ph_mark *self)
{
    struct ph_heap_private *p = self->heap->private;
    ph_mutex_lock(&p->weak_lock);
    bool any = self->handed.count > 0;
    for (uint32_t i = 0; i < self->handed.count; i++) {
        if ((uint64_t)self->handed.items[i] * 8 < self->base_end) {
            meet(self, self->handed.items[i]);
        }
    }
    self->handed.count = 0;
    ph_mutex_unlock(&p->weak_lock);
    return any;
}

static void meet_roots(struct ph_mark *self)
{
    const struct ph_heap_header *header = (const void *)self->base;
    for (uint32_t i = 0; i < PH_CLASS_LIMIT; i++) {
        meet(self, header->classes[i]);
    }
    for (uint32_t i = 0; i < PH_ROOT_COUNT; i++) {
        meet(self, header->roots[i]);
    }
}

/* ---- The way of a mark --------------------------------------------------------------- */

static bool reserve_bitmaps(struct ph_heap *heap)
{
    struct ph_sweep *sweep = &heap->private->sweep;
    uint64_t **const bitmaps[] = {&sweep->bits, &sweep->spare_bits, &sweep->handed_bits};
    bool ok = true;
    for (uint32_t i = 0; i < PH_COUNT(bitmaps); i++) {
        if (*bitmaps[i] == NULL) {
            *bitmaps[i] = ph_memory_reserve(ph_bits_bytes(heap));
            sweep->spare_is_clean = true;
        }
        ok = ok && *bitmaps[i] != NULL;
    }
    uint64_t **const blocks[] = {&sweep->blocks.full, &sweep->blocks.empty};
    for (uint32_t i = 0; i < PH_COUNT(blocks); i++) {
        if (*blocks[i] == NULL) {
            *blocks[i] = ph_memory_reserve(ph_bits_blocks_bytes(heap));
        }
        ok = ok && *blocks[i] != NULL;
    }
    return ok;
}

ph_status ph_mark_create(struct ph_heap *heap, const struct ph_mark_options *options,
                         struct ph_mark **mark, struct ph_error *error)
{
    struct ph_heap_private *p = heap->private;
    struct ph_mark *self = ph_alloc_zeroed(p->allocator, sizeof(*self));
    if (self == NULL || !reserve_bitmaps(heap)) {
        ph_free(p->allocator, self, sizeof(*self));
        return ph_fail(error, PH_NO_MEMORY, "out of memory for the collector");
    }
    uint64_t stack_bytes =
        options->stack_bytes_max != 0 ? options->stack_bytes_max : STACK_BYTES_DEFAULT;
    self->visitor = (struct ph_visitor){visit_ref, visit_slot, visit_weak};
    self->heap = heap;
    self->capacity_max = PH_MAX(stack_bytes / sizeof(uint64_t), (uint64_t)STACK_ENTRIES_MIN);
    if (!stack_grow(self)) {
        ph_free(p->allocator, self, sizeof(*self));
        return ph_fail(error, PH_NO_MEMORY, "out of memory for the collector");
    }
    *mark = self;
    return PH_OK;
}

void ph_mark_destroy(struct ph_mark *self)
{
    if (self == NULL) {
        return;
    }
    struct ph_allocator *allocator = self->heap->private->allocator;
    ph_mark_cancel(self);
    ph_vector_finish(&self->weak, allocator);
    ph_vector_finish(&self->handed, allocator);
    ph_free(allocator, self->stack, self->capacity * sizeof(uint64_t));
    ph_free(allocator, self, sizeof(*self));
}

#define SOFT_LEAST_S 10u /* full or not: all go anyway before there is no memory */

/* A second for each MiB: so what a program keeps for the case stays while there is room, and goes,
 * the longest unused first, as it gets less. */
static uint64_t soft_seconds(const struct ph_old_space *old)
{
    uint64_t free_bytes = old->live_at_mark >= old->limit ? 0 : old->limit - old->live_at_mark;
    return SOFT_LEAST_S + (free_bytes >> 20);
}

void ph_mark_prepare(struct ph_mark *self, struct ph_mutator *mutator, bool clear_soft)
{
    struct ph_heap *heap = self->heap;
    struct ph_heap_private *p = heap->private;
    struct ph_sweep *sweep = &p->sweep;
    PH_ASSERT(p->mark == NULL && !heap->pending && ph_nursery_is_empty(heap));
    ph_mutex_lock(&p->alloc_lock);
    __atomic_store_n(&sweep->phase, PH_MARKING, __ATOMIC_RELEASE);
    ph_old_begin_mark(mutator);
    if (!sweep->spare_is_clean) { /* a mark that never ran came to nothing */
        ph_memory_discard(sweep->spare_bits, ph_bits_bytes(heap));
        ph_memory_discard(sweep->handed_bits, ph_bits_bytes(heap));
    }
    sweep->spare_is_clean = false;
    self->bits = sweep->spare_bits;
    sweep->spare_bits = sweep->bits;
    sweep->bits = self->bits;
    sweep->limit = heap->header->object_top / PH_OBJECT_ALIGN;
    __atomic_store_n(&sweep->base_end, UINT64_MAX, __ATOMIC_RELAXED);
    p->mark = self;
    ph_mutex_unlock(&p->alloc_lock);
    self->now_s = __atomic_load_n(&p->now_s, __ATOMIC_RELAXED);
    self->soft_keep_s = clear_soft ? 0 : soft_seconds(&p->old);
    self->is_begun = self->is_void = false;
    self->overflow = UINT64_MAX;
    self->count = self->weak.count = self->handed.count = self->cleared_to = 0;
    self->live_at_cut = heap->header->object_bytes_live;
    memset(&self->stat, 0, sizeof(self->stat));
    ph_mark_see_roots(heap);
}

ph_status ph_mark_run(struct ph_mark *self, const uint8_t *base)
{
    struct ph_heap_private *p = self->heap->private;
    PH_ASSERT(p->mark == self || is_void(self));
    if (is_void(self)) {
        return PH_NO_MEMORY;
    }
    if (!self->is_begun) { /* the last mark's bits were the sweep's until the cut */
        ph_memory_discard(p->sweep.spare_bits, ph_bits_bytes(self->heap));
        self->is_begun = true;
        self->base = base;
        self->base_end = ((const struct ph_heap_header *)(const void *)base)->object_top;
        PH_ASSERT(self->base_end / PH_OBJECT_ALIGN >= p->sweep.limit);
        __atomic_store_n(&p->sweep.base_end, self->base_end / PH_OBJECT_ALIGN, __ATOMIC_RELAXED);
        meet_roots(self);
    }
    PH_ASSERT(self->base == base);
    do {
        drain(self);
        rescan(self);
    } while (meet_handed(self));
    self->stat.bytes =
        ph_bits_survey(self->bits, p->sweep.limit, &p->sweep.blocks) * PH_OBJECT_ALIGN;
    return is_void(self) ? PH_NO_MEMORY : PH_OK;
}

ph_status ph_mark_finish(struct ph_mark *self, struct ph_mutator *mutator)
{
    struct ph_heap *heap = self->heap;
    struct ph_heap_private *p = heap->private;
    if (is_void(self) || p->mark != self) {
        ph_mark_cancel(self);
        return PH_NO_MEMORY;
    }
    if (!self->is_begun || self->handed.count > 0) {
        return PH_AGAIN;
    }
    PH_ASSERT(self->count == 0 && self->overflow == UINT64_MAX);
    ph_mutex_lock(&p->alloc_lock);
    uint64_t now = heap->header->object_bytes_live;
    uint64_t live = self->stat.bytes + now; /* as much was made since the cut, or dropped */
    live = live > self->live_at_cut ? live - self->live_at_cut : 0;
    PH_SET(mutator, heap->header->object_bytes_live, live);
    p->old.live_at_mark = live;
    p->old.was_full = false;
    self->stat.weak = self->weak.count;
    __atomic_store_n(&p->sweep.phase, PH_MARK_CLEARING, __ATOMIC_RELEASE);
    ph_mutex_unlock(&p->alloc_lock);
    return PH_OK;
}

bool ph_mark_clear(struct ph_mark *self, struct ph_mutator *mutator, uint64_t count,
                   uint64_t *queued)
{
    struct ph_heap_private *p = self->heap->private;
    if (p->mark != self) {
        return false; /* cancelled */
    }
    PH_ASSERT(p->sweep.phase == PH_MARK_CLEARING);
    for (; count > 0 && self->cleared_to < self->weak.count; count--) {
        ph_ref weak = self->weak.items[self->cleared_to++];
        self->stat.cleared += ph_weak_clear_dead(mutator, weak, queued);
    }
    if (self->cleared_to < self->weak.count) {
        return true;
    }
    ph_memory_discard(p->sweep.handed_bits, ph_bits_bytes(self->heap));
    ph_mutex_lock(&p->alloc_lock);
    p->mark = NULL;
    p->sweep.spare_is_clean = true;
    ph_sweep_begin(mutator);
    ph_mutex_unlock(&p->alloc_lock);
    return false;
}

void ph_mark_cancel(struct ph_mark *self)
{
    struct ph_heap_private *p = self->heap->private;
    if (p->mark != self) {
        return;
    }
    ph_mutex_lock(&p->alloc_lock);
    p->mark = NULL;
    set_void(self);
    __atomic_store_n(&p->sweep.phase, PH_MARK_IDLE, __ATOMIC_RELEASE);
    ph_old_end_mark(self->heap);
    ph_mutex_unlock(&p->alloc_lock);
}

void ph_mark_stat(const struct ph_mark *self, struct ph_mark_stat *stat)
{
    *stat = self->stat;
}

/* What is made during a mark needs room at the top: it begins before that is used up. */
static bool is_short(const struct ph_heap *heap)
{
    const struct ph_heap_private *p = heap->private;
    uint64_t top = heap->header->object_top;
    bool has_holes = p->sweep.phase == PH_SWEEPING &&
                     p->sweep.cursors[PH_SWEEP_SMALL].at < p->sweep.limit;
    return !has_holes && top + p->old.limit / 8 > p->old.limit;
}

bool ph_heap_wants_mark(const struct ph_heap *self)
{
    struct ph_heap_private *p = self->private;
    ph_mutex_lock(&p->alloc_lock);
    uint64_t live = self->header->object_bytes_live;
    uint64_t grown = live > p->old.live_at_mark ? live - p->old.live_at_mark : 0;
    bool has_grown = grown >= PH_MAX(GROWN_MIN, p->old.live_at_mark / 2);
    bool wanted = p->old.was_full || has_grown ||
                  (grown >= p->old.limit / 16 && is_short(self));
    wanted = wanted && p->mark == NULL;
    ph_mutex_unlock(&p->alloc_lock);
    return wanted;
}

bool ph_heap_found_room(const struct ph_heap *self)
{
    struct ph_heap_private *p = self->private;
    ph_mutex_lock(&p->alloc_lock);
    bool found = p->old.live_at_mark < p->old.limit - p->old.limit / 8;
    ph_mutex_unlock(&p->alloc_lock);
    return found;
}
