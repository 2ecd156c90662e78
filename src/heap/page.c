/* SPDX-License-Identifier: Apache-2.0 */
/* page.c - the barrier's slow path and the heap's side of a cut.
 *
 * Invariants of heap.h (1) and (2), and
 *   (a) stamps[page], copies[page] and the content of a page of the pending cut change hands only
 *       under the page's stripe lock;
 *   (b) stamps[page] == epoch exactly if the page is on one mutator's dirty list, or of a slice of
 *       the nursery: such a page is on no list ever;
 *   (c) a page of the pending cut that was taken, or copied and taken, has stamp 0 or epoch. */
#include "heap/internal.h"

/* ---- Spin locks ---------------------------------------------------------------------- */

static uint32_t *stripe_of(struct ph_heap_private *self, uint32_t page)
{
    return &self->stripes[(page % PH_STRIPE_COUNT) * 16]; /* one cache line each */
}

static void stripe_lock(uint32_t *stripe)
{
    while (__atomic_exchange_n(stripe, 1, __ATOMIC_ACQUIRE) != 0) {
        while (__atomic_load_n(stripe, __ATOMIC_RELAXED) != 0) {
            ph_host_pause();
        }
    }
}

static void stripe_unlock(uint32_t *stripe)
{
    __atomic_store_n(stripe, 0, __ATOMIC_RELEASE);
}

/* ---- Page lists and copies ----------------------------------------------------------- */

/* There is no way on without memory for the list of what changed: it would not be saved. */
static void page_list_push(struct ph_allocator *allocator, struct ph_page_list *list,
                           uint32_t page)
{
    if (list->count == list->capacity) {
        uint64_t capacity = list->capacity == 0 ? 1024 : list->capacity * 2;
        void *items = ph_resize(allocator, list->items, list->capacity * sizeof(uint32_t),
                                capacity * sizeof(uint32_t));
        if (items == NULL) {
            ph_port_panic("out of memory for the list of changed pages; "
                          "the image holds the last cut, resume it with more memory");
        }
        list->items = items;
        list->capacity = capacity;
    }
    list->items[list->count] = page;
    __atomic_store_n(&list->count, list->count + 1, __ATOMIC_RELAXED);
}

uint8_t *ph_pool_page(struct ph_heap_private *self, uint32_t number)
{
    PH_ASSERT(number >= 1 &&
              number <= __atomic_load_n(&self->pool.page_count, __ATOMIC_RELAXED));
    uint32_t index = number - 1;
    return self->pool.slabs[index / PH_POOL_SLAB_PAGES] +
           (uint64_t)(index % PH_POOL_SLAB_PAGES) * PH_PAGE_BYTES;
}

static bool pool_grow(struct ph_heap_private *self)
{
    struct ph_page_pool *pool = &self->pool;
    uint64_t grown = (uint64_t)pool->page_count + PH_POOL_SLAB_PAGES;
    void *free_pages = ph_resize(self->allocator, pool->free, pool->page_count * sizeof(uint32_t),
                                 grown * sizeof(uint32_t));
    if (free_pages == NULL) {
        return false;
    }
    pool->free = free_pages;
    PH_ASSERT(pool->slab_count < ph_pool_slabs_max(self));
    uint8_t *slab = ph_alloc(self->allocator, (uint64_t)PH_POOL_SLAB_PAGES * PH_PAGE_BYTES);
    if (slab == NULL) {
        return false; /* free is larger than said: harmless */
    }
    pool->slabs[pool->slab_count++] = slab;
    for (uint32_t i = PH_POOL_SLAB_PAGES; i > 0; i--) {
        pool->free[pool->free_count++] = pool->page_count + i;
    }
    __atomic_store_n(&pool->page_count, (uint32_t)grown, __ATOMIC_RELAXED);
    return true;
}

bool ph_pool_take(struct ph_heap_private *self, uint32_t *number)
{
    ph_mutex_lock(&self->pool_lock);
    bool ok = self->pool.free_count > 0 || pool_grow(self);
    if (ok) {
        *number = self->pool.free[--self->pool.free_count];
    }
    ph_mutex_unlock(&self->pool_lock);
    return ok;
}

void ph_pool_give(struct ph_heap_private *self, uint32_t number)
{
    ph_mutex_lock(&self->pool_lock);
    self->pool.free[self->pool.free_count++] = number;
    ph_mutex_unlock(&self->pool_lock);
}

bool ph_pool_init(struct ph_heap_private *self)
{
    self->pool.slabs = ph_memory_reserve(ph_pool_slabs_max(self) * sizeof(uint8_t *));
    return self->pool.slabs != NULL;
}

void ph_pool_finish(struct ph_heap_private *self)
{
    struct ph_page_pool *pool = &self->pool;
    for (uint32_t i = 0; i < pool->slab_count; i++) {
        ph_free(self->allocator, pool->slabs[i], (uint64_t)PH_POOL_SLAB_PAGES * PH_PAGE_BYTES);
    }
    ph_free(self->allocator, pool->free, pool->page_count * sizeof(uint32_t));
    if (pool->slabs != NULL) {
        ph_memory_release(pool->slabs, ph_pool_slabs_max(self) * sizeof(uint8_t *));
    }
    memset(pool, 0, sizeof(*pool));
}

/* ---- The slow path ------------------------------------------------------------------- */

static void keep_copy(struct ph_heap *heap, uint32_t page)
{
    struct ph_heap_private *self = heap->private;
    uint32_t number;
    if (!ph_pool_take(self, &number)) {
        ph_port_panic("out of memory while a cut is being written; "
                      "the image holds the last cut, resume it with more memory");
    }
    memcpy(ph_pool_page(self, number), heap->arena + ((uint64_t)page << PH_PAGE_SHIFT),
           PH_PAGE_BYTES);
    self->copies[page] = number;
}

PH_NOINLINE void ph_page_first_write(struct ph_mutator *self, uint32_t page)
{
    struct ph_heap *heap = self->heap;
    PH_ASSERT(page < heap->private->page_count);
    uint32_t *stripe = stripe_of(heap->private, page);

    stripe_lock(stripe);
    uint32_t stamp = heap->stamps[page];
    if (stamp != heap->epoch) {
        if (__atomic_load_n(&heap->pending, __ATOMIC_ACQUIRE) && stamp == heap->epoch - 1) {
            keep_copy(heap, page);
        }
        page_list_push(heap->private->allocator, &self->dirty, page);
        __atomic_store_n(&heap->stamps[page], heap->epoch, __ATOMIC_RELEASE);
    }
    stripe_unlock(stripe);
}

void ph_pages_clear(struct ph_mutator *mutator, uint64_t from, uint64_t to)
{
    uint8_t *arena = mutator->heap->arena;
    uint64_t first = PH_MIN(PH_ALIGN_UP(from, PH_PAGE_BYTES), to);
    uint64_t end = PH_MAX(PH_ALIGN_DOWN(to, PH_PAGE_BYTES), first);
    ph_barrier(mutator, from, to - from);
    memset(arena + from, 0, first - from);
    if (end > first) {
        ph_memory_clear(arena + first, end - first);
    }
    memset(arena + end, 0, to - end);
}

/* ---- The cut ------------------------------------------------------------------------- */

uint64_t ph_heap_dirty_pages(const struct ph_heap *self)
{
    uint64_t pages = 0;
    for (const struct ph_mutator *m = self->mutators; m != NULL; m = m->next) {
        pages += __atomic_load_n(&m->dirty.count, __ATOMIC_RELAXED);
    }
    return pages;
}

/* Once in 2^32 cuts of one process: stamps start over. */
static void restart_epochs(struct ph_heap *self)
{
    ph_memory_discard(self->stamps, self->private->page_count * sizeof(uint32_t));
    self->epoch = 2;
    for (struct ph_mutator *m = self->mutators; m != NULL; m = m->next) {
        for (uint64_t i = 0; i < m->cut.count; i++) {
            self->stamps[m->cut.items[i]] = 1;
        }
    }
}

/* In the pause: each list is handed over whole. */
bool ph_heap_cut_begin(struct ph_heap *self)
{
    struct ph_heap_private *p = self->private;
    PH_ASSERT(!self->pending);
    PH_ASSERT(ph_nursery_is_empty(self));
    if (ph_heap_dirty_pages(self) == 0) {
        return false;
    }
    ph_mutex_lock(&p->alloc_lock); /* ph_heap_give_back may be under way */
    ph_old_seal(self->mutators);
    ph_mark_see_roots(self);
    uint64_t pages = ph_heap_dirty_pages(self);
    for (struct ph_mutator *m = self->mutators; m != NULL; m = m->next) {
        struct ph_page_list empty = m->cut;
        PH_ASSERT(empty.count == 0);
        m->cut = m->dirty;
        m->dirty.items = empty.items;
        m->dirty.capacity = empty.capacity;
        __atomic_store_n(&m->dirty.count, 0, __ATOMIC_RELAXED);
    }
    p->cut_from = self->mutators;
    p->cut_next = 0;
    p->cut_pages = pages;
    self->pending = true;
    if (self->epoch == UINT32_MAX) {
        restart_epochs(self);
    } else {
        self->epoch++;
    }
    ph_nursery_stamp(self);
    ph_mutex_unlock(&p->alloc_lock);
    return true;
}

uint64_t ph_heap_cut_pages(const struct ph_heap *self)
{
    return self->private->cut_pages;
}

/* The next page of the pending cut; false: all were taken. */
static bool cut_next(struct ph_heap_private *p, uint32_t *page)
{
    while (p->cut_from != NULL && p->cut_next == p->cut_from->cut.count) {
        p->cut_from = p->cut_from->next;
        p->cut_next = 0;
    }
    if (p->cut_from == NULL) {
        return false;
    }
    *page = p->cut_from->cut.items[p->cut_next++];
    return true;
}

/* What the last take showed is not looked at any more. */
static void give_taken(struct ph_heap_private *p)
{
    if (p->taken_copy != 0) {
        ph_pool_give(p, p->taken_copy);
        p->taken_copy = 0;
    }
}

bool ph_heap_cut_take(struct ph_heap *self, uint32_t *page, const void **content)
{
    struct ph_heap_private *p = self->private;
    PH_ASSERT(self->pending);
    give_taken(p);
    uint32_t number;
    if (!cut_next(p, &number)) {
        return false;
    }
    uint32_t *stripe = stripe_of(p, number);

    stripe_lock(stripe);
    p->taken_copy = p->copies[number];
    if (p->taken_copy != 0) {
        *content = ph_pool_page(p, p->taken_copy);
        p->copies[number] = 0;
    } else {
        memcpy(p->taken, self->arena + ((uint64_t)number << PH_PAGE_SHIFT), PH_PAGE_BYTES);
        *content = p->taken;
    }
    if (self->stamps[number] == self->epoch - 1) {
        __atomic_store_n(&self->stamps[number], 0, __ATOMIC_RELEASE);
    }
    stripe_unlock(stripe);
    *page = number;
    return true;
}

/* A page of a cut that came to nothing must be in the next one. */
static void dirty_again(struct ph_mutator *mutator, uint32_t page)
{
    struct ph_heap *heap = mutator->heap;
    struct ph_heap_private *p = heap->private;
    uint32_t *stripe = stripe_of(p, page);

    stripe_lock(stripe);
    if (p->copies[page] != 0) {
        ph_pool_give(p, p->copies[page]);
        p->copies[page] = 0;
    }
    if (heap->stamps[page] != heap->epoch) {
        page_list_push(p->allocator, &mutator->dirty, page);
        __atomic_store_n(&heap->stamps[page], heap->epoch, __ATOMIC_RELEASE);
    }
    stripe_unlock(stripe);
}

void ph_heap_cut_end(struct ph_heap *self, struct ph_mutator *mutator, bool durable)
{
    struct ph_heap_private *p = self->private;
    uint32_t page;
    PH_ASSERT(self->pending);
    PH_ASSERT(!durable || !cut_next(p, &page));
    give_taken(p);
    for (struct ph_mutator *m = self->mutators; m != NULL; m = m->next) {
        for (uint64_t i = 0; !durable && i < m->cut.count; i++) {
            dirty_again(mutator, m->cut.items[i]);
        }
        m->cut.count = 0;
    }
    __atomic_store_n(&self->pending, false, __ATOMIC_RELEASE);
}
