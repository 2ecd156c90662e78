/* SPDX-License-Identifier: Apache-2.0 */
/* disk.c - the simulated disk of sim.h.
 *
 * Invariants
 *   (1) `pages` is what reads see. A page that a flush has not covered yet has an entry in `dirty`
 *       with what is durable of it.
 *   (2) `writes` are the unflushed writes, oldest first. What is durable plus some of them is what
 *       a power cut may leave.
 *   (3) Pages and writes are shared between clones and counted; only a page with one owner is
 *       changed in place. NULL is a page of zeros. */
#include "base/assert.h"
#include "base/vector.h"
#include "port/sim/sim.h"

#define SECTOR_BYTES 512u
#define SECTORS_PER_PAGE (PH_PAGE_BYTES / SECTOR_BYTES)

struct sim_page {
    uint64_t owners;
    uint8_t bytes[PH_PAGE_BYTES];
};

struct sim_write {
    uint64_t owners;
    uint64_t offset;
    uint64_t bytes;
    uint8_t content[];
};

struct sim_dirty {
    uint64_t page;
    struct sim_page *durable;
    bool forgotten; /* a failed flush: no later one writes it, unless it is written again */
};

struct ph_sim_disk {
    struct ph_block block;
    struct ph_mutex mutex;
    struct ph_sim_disk_options options;
    struct ph_random random;
    struct sim_page **pages;
    uint64_t page_capacity;
    uint64_t size_bytes;
    uint64_t durable_bytes; /* the size that is sure to be there after a power cut */
    PH_VECTOR(struct sim_dirty) dirty;
    PH_VECTOR(struct sim_write *) writes;
    uint64_t calls;
    uint64_t cut_at;
    uint64_t fail_at;
    bool is_off;
    bool lies;
};

/* ---- Pages and writes -------------------------------------------------------------------- */

static void page_drop(struct sim_page *page)
{
    if (page != NULL && --page->owners == 0) {
        ph_free(ph_port_allocator(), page, sizeof(*page));
    }
}

static void write_drop(struct sim_write *write)
{
    if (--write->owners == 0) {
        ph_free(ph_port_allocator(), write, sizeof(*write) + write->bytes);
    }
}

/* A host without memory for a simulation is of no interest: it ends here. */
static void *must(void *memory)
{
    PH_ASSERT(memory != NULL);
    return memory;
}

/* The page at `*slot`, with one owner and so ready to be changed. */
static struct sim_page *page_own(struct sim_page **slot)
{
    struct sim_page *old = *slot;

    if (old != NULL && old->owners == 1) {
        return old;
    }
    struct sim_page *page = must(ph_alloc(ph_port_allocator(), sizeof(*page)));

    page->owners = 1;
    if (old == NULL) {
        memset(page->bytes, 0, sizeof(page->bytes));
    } else {
        memcpy(page->bytes, old->bytes, sizeof(page->bytes));
        page_drop(old);
    }
    *slot = page;
    return page;
}

static void capacity_reach(struct ph_sim_disk *self, uint64_t bytes)
{
    uint64_t pages = PH_ALIGN_UP(bytes, PH_PAGE_BYTES) >> PH_PAGE_SHIFT;

    if (pages <= self->page_capacity) {
        return;
    }
    uint64_t capacity = PH_MAX(pages, self->page_capacity * 2);

    self->pages = must(ph_resize(ph_port_allocator(), self->pages,
                                 self->page_capacity * sizeof(*self->pages),
                                 capacity * sizeof(*self->pages)));
    memset(self->pages + self->page_capacity, 0,
           (capacity - self->page_capacity) * sizeof(*self->pages));
    self->page_capacity = capacity;
}

/* Remembers what is durable of `page`, which is about to change (invariant 1). */
static void page_mark_dirty(struct ph_sim_disk *self, uint64_t page)
{
    for (uint32_t i = self->dirty.count; i-- > 0;) {
        if (self->dirty.items[i].page == page) {
            self->dirty.items[i].forgotten = false;
            return;
        }
    }
    struct sim_dirty entry = {page, self->pages[page], false};

    if (entry.durable != NULL) {
        entry.durable->owners++;
    }
    PH_ASSERT(ph_vector_push(&self->dirty, ph_port_allocator(), entry));
}

/* Changes what reads see; the space is there. */
static void content_put(struct ph_sim_disk *self, uint64_t offset, const uint8_t *from,
                        uint64_t bytes)
{
    while (bytes > 0) {
        uint64_t at = offset % PH_PAGE_BYTES;
        uint64_t part = PH_MIN(bytes, PH_PAGE_BYTES - at);

        memcpy(page_own(&self->pages[offset >> PH_PAGE_SHIFT])->bytes + at, from, part);
        from += part;
        offset += part;
        bytes -= part;
    }
}

/* ---- The device -------------------------------------------------------------------------- */

static struct ph_sim_disk *disk_of(struct ph_block *block)
{
    return (struct ph_sim_disk *)block; /* `block` is its first member */
}

_Static_assert(offsetof(struct ph_sim_disk, block) == 0, "disk_of");

static uint64_t sectors_random(struct ph_sim_disk *self, uint64_t bytes)
{
    return ph_random_below(&self->random, bytes / SECTOR_BYTES + 1) * SECTOR_BYTES;
}

static ph_status disk_read_locked(struct ph_sim_disk *self, uint64_t offset, uint8_t *to,
                                  uint64_t bytes)
{
    if (self->is_off) {
        return PH_POWER_CUT;
    }
    if (offset > self->size_bytes || bytes > self->size_bytes - offset) {
        return PH_TRUNCATED;
    }
    while (bytes > 0) {
        const struct sim_page *page = self->pages[offset >> PH_PAGE_SHIFT];
        uint64_t at = offset % PH_PAGE_BYTES;
        uint64_t part = PH_MIN(bytes, PH_PAGE_BYTES - at);

        if (page == NULL) {
            memset(to, 0, part);
        } else {
            memcpy(to, page->bytes + at, part);
        }
        to += part;
        offset += part;
        bytes -= part;
    }
    return PH_OK;
}

static ph_status disk_read(struct ph_block *block, uint64_t offset, void *to, uint64_t bytes)
{
    struct ph_sim_disk *self = disk_of(block);

    ph_mutex_lock(&self->mutex);
    ph_status status = disk_read_locked(self, offset, to, bytes);

    ph_mutex_unlock(&self->mutex);
    return status;
}

/* Numbers a call and says what becomes of it. */
static ph_status call_count(struct ph_sim_disk *self)
{
    uint64_t number = self->calls++;

    if (self->is_off) {
        return PH_POWER_CUT;
    }
    if (number >= self->cut_at) {
        self->is_off = true;
        return PH_POWER_CUT;
    }
    return number == self->fail_at ? PH_IO : PH_OK;
}

static void write_add(struct ph_sim_disk *self, uint64_t offset, const void *from, uint64_t bytes)
{
    if (bytes == 0) {
        return;
    }
    struct sim_write *write = must(ph_alloc(ph_port_allocator(), sizeof(*write) + bytes));

    write->owners = 1;
    write->offset = offset;
    write->bytes = bytes;
    memcpy(write->content, from, bytes);
    PH_ASSERT(ph_vector_push(&self->writes, ph_port_allocator(), write));
    capacity_reach(self, offset + bytes);
    for (uint64_t page = offset >> PH_PAGE_SHIFT; page << PH_PAGE_SHIFT < offset + bytes; page++) {
        page_mark_dirty(self, page);
    }
    content_put(self, offset, from, bytes);
    self->size_bytes = PH_MAX(self->size_bytes, offset + bytes);
}

static ph_status disk_write(struct ph_block *block, uint64_t offset, const void *from,
                            uint64_t bytes)
{
    struct ph_sim_disk *self = disk_of(block);

    ph_mutex_lock(&self->mutex);
    bool was_off = self->is_off;
    ph_status status = call_count(self);
    uint64_t limit = self->options.size_limit_bytes;

    if (status == PH_OK && limit != 0 && offset + bytes > limit) {
        status = PH_NO_SPACE;
    } else if (status == PH_OK || (status == PH_POWER_CUT && !was_off)) {
        write_add(self, offset, from, bytes);
    } else if (status == PH_IO) {
        write_add(self, offset, from, sectors_random(self, bytes));
    }
    ph_mutex_unlock(&self->mutex);
    return status;
}

static void writes_forget(struct ph_sim_disk *self)
{
    for (uint32_t i = 0; i < self->writes.count; i++) {
        write_drop(self->writes.items[i]);
    }
    self->writes.count = 0;
}

static void flush_succeed(struct ph_sim_disk *self)
{
    uint32_t kept = 0;

    for (uint32_t i = 0; i < self->dirty.count; i++) {
        struct sim_dirty entry = self->dirty.items[i];

        if (entry.forgotten) {
            self->dirty.items[kept++] = entry;
        } else {
            page_drop(entry.durable);
        }
    }
    self->dirty.count = kept;
    writes_forget(self);
    self->durable_bytes = self->size_bytes;
}

/* Each page that should have been written was or was not; the system takes it for written. */
static void flush_fail(struct ph_sim_disk *self)
{
    bool shows_truth = ph_random_below(&self->random, 4) == 0;

    for (uint32_t i = 0; i < self->dirty.count; i++) {
        struct sim_dirty *entry = &self->dirty.items[i];
        struct sim_page **seen = &self->pages[entry->page];

        if (!entry->forgotten && ph_random_below(&self->random, 2) == 0) {
            page_drop(entry->durable);
            entry->durable = *seen;
            if (*seen != NULL) {
                (*seen)->owners++;
            }
        } else if (shows_truth) {
            page_drop(*seen);
            *seen = entry->durable;
            if (*seen != NULL) {
                (*seen)->owners++;
            }
        }
        entry->forgotten = true;
    }
    writes_forget(self);
    self->durable_bytes = self->size_bytes;
}

static ph_status disk_flush(struct ph_block *block)
{
    struct ph_sim_disk *self = disk_of(block);

    ph_mutex_lock(&self->mutex);
    ph_status status = call_count(self);

    if (status == PH_OK && !self->lies) {
        flush_succeed(self);
    } else if (status == PH_IO) {
        flush_fail(self);
    }
    ph_mutex_unlock(&self->mutex);
    return status;
}

static ph_status disk_size(struct ph_block *block, uint64_t *bytes)
{
    struct ph_sim_disk *self = disk_of(block);

    ph_mutex_lock(&self->mutex);
    *bytes = self->size_bytes;
    ph_mutex_unlock(&self->mutex);
    return PH_OK;
}

static ph_status disk_grow(struct ph_block *block, uint64_t bytes)
{
    struct ph_sim_disk *self = disk_of(block);

    ph_mutex_lock(&self->mutex);
    ph_status status = call_count(self);
    uint64_t limit = self->options.size_limit_bytes;

    if (status == PH_OK && limit != 0 && bytes > limit) {
        status = PH_NO_SPACE;
    } else if (status == PH_OK && bytes > self->size_bytes) {
        capacity_reach(self, bytes);
        self->size_bytes = bytes;
    }
    ph_mutex_unlock(&self->mutex);
    return status;
}

static ph_status disk_map_private(struct ph_block *block, uint64_t offset, void *address,
                                  uint64_t bytes)
{
    PH_ASSERT(offset % PH_PAGE_BYTES == 0 && bytes % PH_PAGE_BYTES == 0);
    return disk_read(block, offset, address, bytes);
}

static void disk_close(struct ph_block *block)
{
    (void)block; /* the disk outlives it */
}

static const struct ph_block_ops disk_ops = {
    .read = disk_read,
    .write = disk_write,
    .flush = disk_flush,
    .size = disk_size,
    .grow = disk_grow,
    .map_private = disk_map_private,
    .close = disk_close,
};

/* ---- Power ------------------------------------------------------------------------------- */

/* Back to what is durable. The size goes back too, or not. */
static void durable_restore(struct ph_sim_disk *self, bool size_kept)
{
    for (uint32_t i = 0; i < self->dirty.count; i++) {
        struct sim_dirty *entry = &self->dirty.items[i];

        page_drop(self->pages[entry->page]);
        self->pages[entry->page] = entry->durable;
    }
    self->dirty.count = 0;
    if (!size_kept) {
        self->size_bytes = self->durable_bytes;
    }
}

static void power_finish(struct ph_sim_disk *self)
{
    writes_forget(self);
    self->durable_bytes = self->size_bytes;
    self->is_off = false;
    self->cut_at = UINT64_MAX;
    self->fail_at = UINT64_MAX;
}

static void write_apply(struct ph_sim_disk *self, const struct sim_write *write, uint64_t from,
                        uint64_t bytes)
{
    content_put(self, write->offset + from, write->content + from, bytes);
    self->size_bytes = PH_MAX(self->size_bytes, write->offset + from + bytes);
}

/* Each sector for itself: new, old, or (where asked for) noise. */
static void write_apply_sectors(struct ph_sim_disk *self, const struct sim_write *write)
{
    bool corrupt = self->options.corrupt && ph_random_below(&self->random, 2) == 0;

    for (uint64_t at = 0; at < write->bytes; at += SECTOR_BYTES) {
        uint64_t part = PH_MIN(write->bytes - at, SECTOR_BYTES);
        uint64_t fate = ph_random_next(&self->random);

        if (corrupt && fate % 8 == 0) {
            uint64_t noise[SECTOR_BYTES / 8];

            for (uint32_t i = 0; i < PH_COUNT(noise); i++) {
                noise[i] = ph_random_next(&self->random);
            }
            content_put(self, write->offset + at, (const uint8_t *)noise, part);
            self->size_bytes = PH_MAX(self->size_bytes, write->offset + at + part);
        } else if (fate & 16) {
            write_apply(self, write, at, part);
        }
    }
}

static void write_meet_fate(struct ph_sim_disk *self, const struct sim_write *write)
{
    switch (ph_random_below(&self->random, self->options.tear ? 4 : 2)) {
    case 0:
        break;
    case 1:
        write_apply(self, write, 0, write->bytes);
        break;
    case 2: /* a beginning */
        write_apply(self, write, 0, sectors_random(self, write->bytes));
        break;
    default:
        write_apply_sectors(self, write);
        break;
    }
}

void ph_sim_disk_power_on(struct ph_sim_disk *self)
{
    ph_mutex_lock(&self->mutex);
    durable_restore(self, ph_random_below(&self->random, 2) == 0);
    uint32_t count = self->writes.count;
    bool in_order = ph_random_below(&self->random, 2) == 0;

    for (uint32_t i = 0; i < count; i++) {
        uint32_t other = in_order ? i : i + (uint32_t)ph_random_below(&self->random, count - i);
        struct sim_write *chosen = self->writes.items[other];

        self->writes.items[other] = self->writes.items[i];
        self->writes.items[i] = chosen;
        write_meet_fate(self, chosen);
    }
    power_finish(self);
    ph_mutex_unlock(&self->mutex);
}

uint32_t ph_sim_disk_unflushed(const struct ph_sim_disk *self)
{
    return self->writes.count;
}

void ph_sim_disk_power_on_with(struct ph_sim_disk *self, uint64_t keep)
{
    ph_mutex_lock(&self->mutex);
    durable_restore(self, true);
    for (uint32_t i = 0; i < self->writes.count && i < 64; i++) {
        if (keep >> i & 1) {
            write_apply(self, self->writes.items[i], 0, self->writes.items[i]->bytes);
        }
    }
    power_finish(self);
    ph_mutex_unlock(&self->mutex);
}

/* ---- Making, faults ---------------------------------------------------------------------- */

ph_status ph_sim_disk_create(const struct ph_sim_disk_options *options, struct ph_sim_disk **disk)
{
    struct ph_sim_disk *self = ph_alloc_zeroed(ph_port_allocator(), sizeof(*self));

    *disk = self;
    if (self == NULL) {
        return PH_NO_MEMORY;
    }
    self->block.ops = &disk_ops;
    ph_mutex_init(&self->mutex);
    self->options = *options;
    ph_random_init(&self->random, options->seed);
    self->cut_at = UINT64_MAX;
    self->fail_at = UINT64_MAX;
    return PH_OK;
}

void ph_sim_disk_destroy(struct ph_sim_disk *self)
{
    if (self == NULL) {
        return;
    }
    struct ph_allocator *allocator = ph_port_allocator();

    for (uint64_t i = 0; i < self->page_capacity; i++) {
        page_drop(self->pages[i]);
    }
    for (uint32_t i = 0; i < self->dirty.count; i++) {
        page_drop(self->dirty.items[i].durable);
    }
    writes_forget(self);
    ph_free(allocator, self->pages, self->page_capacity * sizeof(*self->pages));
    ph_vector_finish(&self->dirty, allocator);
    ph_vector_finish(&self->writes, allocator);
    ph_mutex_finish(&self->mutex);
    ph_free(allocator, self, sizeof(*self));
}

static void clone_content(const struct ph_sim_disk *self, struct ph_sim_disk *clone)
{
    capacity_reach(clone, self->page_capacity * PH_PAGE_BYTES);
    for (uint64_t i = 0; i < self->page_capacity; i++) {
        clone->pages[i] = self->pages[i];
        if (clone->pages[i] != NULL) {
            clone->pages[i]->owners++;
        }
    }
    for (uint32_t i = 0; i < self->dirty.count; i++) {
        struct sim_dirty entry = self->dirty.items[i];

        if (entry.durable != NULL) {
            entry.durable->owners++;
        }
        PH_ASSERT(ph_vector_push(&clone->dirty, ph_port_allocator(), entry));
    }
    for (uint32_t i = 0; i < self->writes.count; i++) {
        self->writes.items[i]->owners++;
        PH_ASSERT(ph_vector_push(&clone->writes, ph_port_allocator(), self->writes.items[i]));
    }
}

ph_status ph_sim_disk_clone(const struct ph_sim_disk *self, struct ph_sim_disk **clone)
{
    ph_status status = ph_sim_disk_create(&self->options, clone);

    if (status != PH_OK) {
        return status;
    }
    clone_content(self, *clone);
    (*clone)->random = self->random;
    (*clone)->block.fixed_size = self->block.fixed_size;
    (*clone)->size_bytes = self->size_bytes;
    (*clone)->durable_bytes = self->durable_bytes;
    (*clone)->calls = self->calls;
    (*clone)->cut_at = self->cut_at;
    (*clone)->fail_at = self->fail_at;
    (*clone)->is_off = self->is_off;
    (*clone)->lies = self->lies;
    return PH_OK;
}

struct ph_block *ph_sim_disk_block(struct ph_sim_disk *self)
{
    return &self->block;
}

void ph_sim_disk_cut_power_at(struct ph_sim_disk *self, uint64_t cut_at)
{
    ph_mutex_lock(&self->mutex);
    self->cut_at = cut_at;
    ph_mutex_unlock(&self->mutex);
}

void ph_sim_disk_fail_at(struct ph_sim_disk *self, uint64_t fail_at)
{
    ph_mutex_lock(&self->mutex);
    self->fail_at = fail_at;
    ph_mutex_unlock(&self->mutex);
}

void ph_sim_disk_limit(struct ph_sim_disk *self, uint64_t size_limit_bytes)
{
    ph_mutex_lock(&self->mutex);
    self->options.size_limit_bytes = size_limit_bytes;
    ph_mutex_unlock(&self->mutex);
}

uint64_t ph_sim_disk_calls(const struct ph_sim_disk *self)
{
    struct ph_sim_disk *shared = (struct ph_sim_disk *)self; /* for its mutex alone */

    ph_mutex_lock(&shared->mutex);
    uint64_t calls = self->calls;

    ph_mutex_unlock(&shared->mutex);
    return calls;
}

void ph_sim_disk_reseed(struct ph_sim_disk *self, uint64_t seed)
{
    ph_random_init(&self->random, seed);
}

void ph_sim_disk_lie(struct ph_sim_disk *self, bool lies)
{
    self->lies = lies;
}

void ph_sim_disk_damage(struct ph_sim_disk *self, uint64_t offset, uint64_t bytes)
{
    ph_mutex_lock(&self->mutex);
    for (uint64_t at = offset; at < offset + bytes && at < self->size_bytes; at++) {
        uint8_t *byte = page_own(&self->pages[at >> PH_PAGE_SHIFT])->bytes + at % PH_PAGE_BYTES;

        *byte ^= (uint8_t)(1 + ph_random_below(&self->random, 255));
    }
    ph_mutex_unlock(&self->mutex);
}
