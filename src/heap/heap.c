/* SPDX-License-Identifier: Apache-2.0 */
/* heap.c - making, checking and dropping a heap; its mutators. */
#include "heap/internal.h"

#define NURSERY_BYTES_MAX (UINT64_C(256) << 20)
#define SLICE_BYTES_DEFAULT (UINT64_C(1) << 20)

/* Page numbers have 32 bits. */
#define ARENA_BYTES_MAX ((UINT64_C(1) << 32) << PH_PAGE_SHIFT)

_Static_assert(PH_HEAP_MAGIC % 2 == 1, "objects are at even references");
_Static_assert(sizeof(struct ph_heap_header) <= PH_HEAP_HEADER_BYTES, "the header's two pages");

static ph_status allocate_tables(struct ph_heap *heap)
{
    struct ph_heap_private *p = heap->private;
    uint64_t table_bytes = PH_ALIGN_UP(p->page_count * sizeof(uint32_t), PH_PAGE_BYTES);
    heap->stamps = ph_memory_reserve(table_bytes);
    p->copies = ph_memory_reserve(table_bytes);
    p->stripes = ph_alloc_zeroed(p->allocator, PH_STRIPE_COUNT * 16 * sizeof(uint32_t));
    p->taken = ph_alloc(p->allocator, PH_PAGE_BYTES);
    bool ok = heap->stamps != NULL && p->copies != NULL && p->stripes != NULL && p->taken != NULL &&
              ph_pool_init(p);
    return ok ? PH_OK : PH_NO_MEMORY;
}

/* Where the nursery lies follows from the arena's size alone, so that any machine can resume any
 * image. */
static void place_nursery(struct ph_heap *heap, const struct ph_heap_options *options)
{
    struct ph_heap_private *p = heap->private;
    heap->object_limit = PH_MIN(PH_OBJECT_LIMIT, heap->arena_bytes / 4);
    heap->object_limit = PH_ALIGN_DOWN(heap->object_limit, PH_PAGE_BYTES);
    uint64_t bytes = PH_MIN(NURSERY_BYTES_MAX, heap->object_limit / 8);
    uint64_t slice_max = PH_ALIGN_DOWN(bytes / PH_SLICE_COUNT, PH_PAGE_BYTES);
    heap->nursery_offset = heap->object_limit - slice_max * PH_SLICE_COUNT;
    heap->nursery_ref = (ph_ref)(heap->nursery_offset / 8);

    uint64_t wished = options->nursery_bytes != 0 ? options->nursery_bytes : SLICE_BYTES_DEFAULT;
    p->slice_bytes = PH_MIN(PH_ALIGN_UP(wished, PH_PAGE_BYTES), slice_max);
    heap->young_bytes_max = (uint32_t)PH_ALIGN_DOWN(p->slice_bytes / 8, PH_OBJECT_ALIGN);
    p->old.limit = heap->nursery_offset;
    if (options->object_bytes_max != 0) {
        p->old.limit = PH_MIN(p->old.limit, PH_ALIGN_DOWN(options->object_bytes_max, 4096));
    }
}

ph_status ph_heap_create(uint8_t *arena, const struct ph_heap_options *options,
                         struct ph_heap **heap, struct ph_error *error)
{
    PH_ASSERT(arena != NULL && options->arena_bytes % PH_PAGE_BYTES == 0);
    if (options->arena_bytes < (UINT64_C(64) << 20)) {
        return ph_fail(error, PH_BAD_ARGUMENT, "an arena needs at least 64 MiB");
    }
    if (options->arena_bytes > ARENA_BYTES_MAX) {
        return ph_fail(error, PH_BAD_ARGUMENT, "an arena has at most 16 TiB");
    }
    struct ph_allocator *allocator = ph_port_allocator();
    struct ph_heap *self = ph_alloc_zeroed(allocator, sizeof(*self));
    struct ph_heap_private *p = ph_alloc_zeroed(allocator, sizeof(*p));
    if (self == NULL || p == NULL) {
        ph_free(allocator, self, sizeof(*self));
        ph_free(allocator, p, sizeof(*p));
        return ph_fail(error, PH_NO_MEMORY, "out of memory for the heap's tables");
    }
    self->arena = arena;
    self->arena_bytes = options->arena_bytes;
    self->header = (struct ph_heap_header *)(void *)arena;
    self->epoch = 1;
    self->stress_move = options->stress_move;
    self->stress_evacuate = options->stress_evacuate;
    self->private = p;
    p->allocator = allocator;
    p->page_count = options->arena_bytes >> PH_PAGE_SHIFT;
    place_nursery(self, options);
    ph_mutex_init(&p->alloc_lock);
    ph_mutex_init(&p->pool_lock);
    ph_mutex_init(&p->weak_lock);
    if (allocate_tables(self) != PH_OK) {
        ph_heap_destroy(self);
        return ph_fail(error, PH_NO_MEMORY, "no address space for the page tables of an arena of "
                       "%llu MiB; choose a smaller one",
                       (unsigned long long)(options->arena_bytes >> 20));
    }
    *heap = self;
    return PH_OK;
}

void ph_heap_destroy(struct ph_heap *self)
{
    if (self == NULL) {
        return;
    }
    struct ph_heap_private *p = self->private;
    struct ph_allocator *allocator = p->allocator;
    uint64_t table_bytes = PH_ALIGN_UP(p->page_count * sizeof(uint32_t), PH_PAGE_BYTES);
    PH_ASSERT(self->mutators == NULL && p->mark == NULL);
    uint64_t *const bitmaps[] = {p->sweep.bits, p->sweep.spare_bits, p->sweep.handed_bits};
    for (uint32_t i = 0; i < PH_COUNT(bitmaps); i++) {
        if (bitmaps[i] != NULL) {
            ph_memory_release(bitmaps[i], ph_bits_bytes(self));
        }
    }
    uint64_t *const blocks[] = {p->sweep.blocks.full, p->sweep.blocks.empty};
    for (uint32_t i = 0; i < PH_COUNT(blocks); i++) {
        if (blocks[i] != NULL) {
            ph_memory_release(blocks[i], ph_bits_blocks_bytes(self));
        }
    }
    if (self->stamps != NULL) {
        ph_memory_release(self->stamps, table_bytes);
    }
    if (p->copies != NULL) {
        ph_memory_release(p->copies, table_bytes);
    }
    ph_free(allocator, p->stripes, PH_STRIPE_COUNT * 16 * sizeof(uint32_t));
    ph_free(allocator, p->taken, PH_PAGE_BYTES);
    ph_vector_finish(&p->left, allocator);
    ph_vector_finish(&p->kept, allocator);
    ph_pool_finish(p);
    ph_mutex_finish(&p->alloc_lock);
    ph_mutex_finish(&p->pool_lock);
    ph_mutex_finish(&p->weak_lock);
    ph_free(allocator, p, sizeof(*p));
    ph_free(allocator, self, sizeof(*self));
}

void ph_mutator_init(struct ph_mutator *self, struct ph_heap *heap)
{
    memset(self, 0, sizeof(*self));
    self->heap = heap;
    self->next = heap->mutators;
    heap->mutators = self;
}

void ph_mutator_finish(struct ph_mutator *self)
{
    struct ph_mutator **link = &self->heap->mutators;
    while (*link != self) {
        PH_ASSERT(*link != NULL);
        link = &(*link)->next;
    }
    *link = self->next;
    PH_ASSERT(!self->heap->pending);
    ph_nursery_finish(self);
    struct ph_allocator *allocator = self->heap->private->allocator;
    ph_free(allocator, self->dirty.items, self->dirty.capacity * sizeof(uint32_t));
    ph_free(allocator, self->cut.items, self->cut.capacity * sizeof(uint32_t));
    memset(self, 0, sizeof(*self));
}

void ph_heap_set_client(struct ph_heap *self, const struct ph_heap_client *client)
{
    self->private->client = *client;
}

/* ---- Format -------------------------------------------------------------------------- */

/* What the class object of a built-in class says, references of its own aside. */
static void describe(struct ph_class *c, const struct ph_class_info *info)
{
    c->layout = info->layout;
    c->flags = info->flags;
    c->bytes = info->bytes;
    c->number = info->index;
    c->definition = UINT32_MAX;
    c->ref_count = info->ref_count;
    if (ph_layout_is_array(info->layout)) {
        uint32_t numbers = info->bytes != 0 ? info->bytes : (uint32_t)PH_STORE_U8;
        c->item_kind = info->layout == PH_LAYOUT_REFS ? (uint32_t)PH_STORE_REF : numbers;
        c->item_shift = ph_storage_shift(c->item_kind);
        c->bytes = sizeof(struct ph_bytes);
        c->flags |= PH_CLASS_ARRAY;
    }
}

static ph_status format_class(struct ph_mutator *mutator, const struct ph_class_info *info)
{
    struct ph_heap *heap = mutator->heap;
    bool is_zero;
    uint64_t bytes = ph_size_round(sizeof(struct ph_class) + info->ref_count * sizeof(uint32_t));
    ph_mutex_lock(&heap->private->alloc_lock);
    uint64_t offset = ph_old_take(mutator, bytes, &is_zero);
    ph_mutex_unlock(&heap->private->alloc_lock);
    if (offset == 0) {
        return PH_NO_SPACE;
    }
    struct ph_class *c = (struct ph_class *)(void *)(heap->arena + offset);
    ph_touch(mutator, c, bytes);
    memset(c, 0, bytes);
    describe(c, info);
    for (uint32_t i = 0; i < info->ref_count; i++) {
        c->ref_offsets[i] = info->ref_offsets[i];
    }
    PH_SET(mutator, heap->header->classes[info->index], (ph_ref)(offset / 8));
    return PH_OK;
}

/* Classes were made before the class of classes, and that of byte arrays, had a place. */
static ph_status finish_class(struct ph_mutator *mutator, const struct ph_class_info *info)
{
    struct ph_heap *heap = mutator->heap;
    const ph_ref *classes = heap->header->classes;
    uint32_t length = (uint32_t)strlen(info->name);
    struct ph_class *c = ph_address(heap, classes[info->index]);
    PH_SET(mutator, c->head.class_ref, classes[0]);
    ph_ref name_ref = ph_object_new_old(mutator, ph_address(heap, classes[1]), length);
    if (name_ref == 0) {
        return PH_NO_SPACE;
    }
    struct ph_bytes *name = ph_address(heap, name_ref);
    ph_touch(mutator, name->data, length);
    memcpy(name->data, info->name, length);
    PH_SET(mutator, c->name_ref, name_ref);
    return PH_OK;
}

ph_status ph_heap_format(struct ph_heap *self, const struct ph_class_info *classes,
                         uint32_t class_count, struct ph_error *error)
{
    PH_ASSERT(self->mutators != NULL); /* the caller's mutator lists what changes */
    struct ph_mutator *mutator = self->mutators;
    struct ph_heap_header *h = self->header;
    ph_status status = PH_OK;
    ph_touch(mutator, h, sizeof(*h));
    h->magic = PH_HEAP_MAGIC;
    h->version = PH_HEAP_VERSION;
    h->arena_bytes = self->arena_bytes;
    h->object_top = PH_HEAP_HEADER_BYTES;
    h->extent_top = self->object_limit;
    h->class_count = PH_CLASS_LIMIT;
    for (uint32_t i = 0; status == PH_OK && i < class_count; i++) {
        PH_ASSERT(classes[i].index < PH_CLASS_LIMIT && h->classes[classes[i].index] == 0);
        status = format_class(mutator, &classes[i]);
    }
    PH_ASSERT(status != PH_OK || (h->classes[0] != 0 && h->classes[1] != 0));
    for (uint32_t i = 0; status == PH_OK && i < class_count; i++) {
        status = finish_class(mutator, &classes[i]);
    }
    return status == PH_OK ? PH_OK : ph_fail(error, status, "the arena is too small for a world");
}

static ph_status make_class(struct ph_mutator *mutator, const struct ph_class_info *info)
{
    ph_status status = format_class(mutator, info);
    return status == PH_OK ? finish_class(mutator, info) : status;
}

static bool same_class(const struct ph_class *c, const struct ph_class_info *info)
{
    struct ph_class expected = {.layout = 0};
    describe(&expected, info);
    bool same = c->layout == expected.layout && c->bytes == expected.bytes &&
                c->item_shift == expected.item_shift && c->item_kind == expected.item_kind &&
                c->flags == expected.flags && c->ref_count == expected.ref_count;
    for (uint32_t i = 0; same && i < info->ref_count; i++) {
        same = c->ref_offsets[i] == info->ref_offsets[i];
    }
    return same;
}

ph_status ph_heap_check_format(struct ph_heap *self, const struct ph_class_info *classes,
                               uint32_t class_count, struct ph_error *error)
{
    const struct ph_heap_header *h = self->header;
    ph_status status = PH_OK;
    if (h->magic != PH_HEAP_MAGIC && h->magic != PH_HEAP_MAGIC_1) {
        return ph_fail(error, PH_DAMAGED, "the image holds no world (bad heap header)");
    }
    if (h->magic == PH_HEAP_MAGIC_1 || h->version < PH_HEAP_VERSION) {
        return ph_fail(error, PH_VERSION, "the world's heap is of version %u, made by a release "
                       "from before classes and the collector; this one reads version %u. Resume "
                       "it with the release that made it", h->version, PH_HEAP_VERSION);
    }
    if (h->version > PH_HEAP_VERSION || h->arena_bytes != self->arena_bytes) {
        return ph_fail(error, PH_VERSION, "the world's heap is of version %u with %llu MiB, this "
                       "release reads version %u", h->version,
                       (unsigned long long)(h->arena_bytes >> 20), PH_HEAP_VERSION);
    }
    for (uint32_t i = 0; i < class_count; i++) {
        ph_ref ref = h->classes[classes[i].index];
        if (ref != 0 && ((uint64_t)ref * 8 >= h->object_top ||
                         !same_class(ph_address(self, ref), &classes[i]))) {
            return ph_fail(error, PH_VERSION, "class %s of the world is not the one that this "
                           "release knows; resume it with the release that made it",
                           classes[i].name);
        }
    }
    for (uint32_t i = 0; status == PH_OK && i < class_count; i++) {
        if (h->classes[classes[i].index] == 0) {
            status = make_class(self->mutators, &classes[i]);
        }
    }
    return status == PH_OK ? PH_OK
                           : ph_fail(error, status, "the world has no room for a class of this "
                                     "release; resume it with more memory for objects");
}
