/* SPDX-License-Identifier: Apache-2.0 */
/* heap.h - the arena: pages and their stamps, the write barrier, objects, extents, roots.
 *
 * Promise. All of the world is in one arena. Every change of it goes through the barrier, so that
 * at any cut the set of changed pages is known and a page that a cut still needs is copied before
 * it changes. Memory is handed out zeroed.
 *
 * Invariants
 *   (1) A page is stored to only while stamps[page] == epoch. `epoch` changes only while every
 *       mutator is at a safepoint, so one check serves all stores to a page between two of them.
 *   (2) While a cut is pending (begun and not yet taken page by page), a page of it that was not
 *       taken has stamp == epoch - 1; whoever changes it first copies it.
 *   (3) An object's class is a class object; every reference is 0 or the start of an object.
 *   (4) Objects of pinned classes never move. All others may, at any call that may collect: hold
 *       them in roots, or read them again. The stress mode moves them at each such call.
 *
 * Layout of the arena: page 0 and 1 hold the heap's header; objects lie from there up to
 * PH_OBJECT_LIMIT (a reference is 32 bits of offset / 8); extents, above, are whole pages that
 * belong to one pinned object each. */
#ifndef PH_HEAP_HEAP_H
#define PH_HEAP_HEAP_H

#include "base/assert.h"
#include "base/memory.h"
#include "base/status.h"
#include "port/port.h"

typedef uint32_t ph_ref; /* arena offset / 8; 0 is null */

#define PH_OBJECT_LIMIT (UINT64_C(32) << 30)
#define PH_ROOT_COUNT 64u
#define PH_CLASS_LIMIT 64u /* built-in classes */

/* ---- Objects ------------------------------------------------------------------------- */

struct ph_object {
    ph_ref class_ref;
    uint32_t flags; /* bit 0..: reserved for lock, hash and mark; 0 now */
};

enum ph_layout {
    PH_LAYOUT_PLAIN = 1, /* `bytes` long, references at ref_offsets */
    PH_LAYOUT_BYTES = 2, /* struct ph_bytes */
    PH_LAYOUT_REFS = 3,  /* struct ph_refs */
    PH_LAYOUT_THREAD = 4 /* PLAIN, and the client shows the references on its stack; pinned */
};

struct ph_class {
    struct ph_object head;
    uint32_t layout;
    uint32_t bytes;      /* PLAIN: of an instance, header included */
    uint32_t is_pinned;
    uint32_t ref_count;
    uint16_t ref_offsets[16]; /* in bytes from the object's start */
    char name[24];
};

struct ph_bytes {
    struct ph_object head;
    uint32_t length; /* of data, in bytes */
    uint32_t extra;  /* the owner's */
    uint8_t data[];
};

struct ph_refs {
    struct ph_object head;
    uint32_t length;
    uint32_t extra;
    ph_ref items[];
};

/* How a built-in class is described when a world is made; `index` is its place for ever. */
struct ph_class_info {
    uint32_t index; /* < PH_CLASS_LIMIT */
    const char *name;
    uint32_t layout, bytes, is_pinned, ref_count;
    uint16_t ref_offsets[16];
};

/* ---- The heap and its mutators ------------------------------------------------------- */

/* The first page of the arena; stored in the image. */
struct ph_heap_header {
    uint64_t magic;
    uint32_t version;
    uint32_t object_free_count;      /* objects on the free lists */
    uint64_t arena_bytes;
    uint64_t object_top;             /* next never-used byte of the object space */
    uint64_t extent_top;
    uint64_t object_bytes_live, extent_bytes_live;
    ph_ref object_free[128];         /* by size class */
    uint64_t extent_free[48];        /* by order: offset of the first free extent */
    ph_ref classes[PH_CLASS_LIMIT];
    ph_ref roots[PH_ROOT_COUNT];     /* meanings: enum ph_root_index of machine/object.h */
};

struct ph_page_list {
    uint32_t *items;
    uint64_t count, capacity;
};

struct ph_root {
    ph_ref ref;
    struct ph_root *previous;
};

/* One per worker (and one for each other thread of ours that changes the world). */
struct ph_mutator {
    struct ph_heap *heap;
    struct ph_root *roots;       /* innermost first */
    struct ph_page_list dirty;   /* first written by this mutator in this epoch */
    struct ph_page_list cut;     /* its pages of the pending cut; between cuts: empty */
    struct ph_mutator *next;
};

struct ph_heap {
    uint8_t *arena;
    uint32_t *stamps;            /* per page; through ph_stamp_load and page_first_write only */
    uint32_t epoch;
    bool pending;                /* a cut is being taken page by page */
    bool stress_move;            /* move all movable objects at every call that may collect */
    uint64_t arena_bytes;
    struct ph_heap_header *header; /* == arena */
    struct ph_mutator *mutators;
    struct ph_heap_private *private;
};

struct ph_heap_options {
    uint64_t arena_bytes;  /* at least 64 MiB, at most 16 TiB */
    bool stress_move;
};

/* Takes over reserved memory: `arena` is what ph_store_open filled in, or zeros for a new world. */
PH_MUST_CHECK ph_status ph_heap_create(uint8_t *arena, const struct ph_heap_options *options,
                                       struct ph_heap **heap, struct ph_error *error);
void ph_heap_destroy(struct ph_heap *self); /* the arena stays the caller's */

/* Makes the header and the classes of a new world / checks those of a resumed one. */
PH_MUST_CHECK ph_status ph_heap_format(struct ph_heap *self, const struct ph_class_info *classes,
                                       uint32_t class_count, struct ph_error *error);
PH_MUST_CHECK ph_status ph_heap_check_format(struct ph_heap *self,
                                             const struct ph_class_info *classes,
                                             uint32_t class_count, struct ph_error *error);

void ph_mutator_init(struct ph_mutator *self, struct ph_heap *heap); /* world stopped or new */
void ph_mutator_finish(struct ph_mutator *self);

/* ---- The barrier --------------------------------------------------------------------- */

/* Slow path: copies the page if the pending cut still needs it, lists and stamps it. */
void ph_page_first_write(struct ph_mutator *self, uint32_t page);

static inline uint32_t ph_stamp_load(const struct ph_heap *heap, uint64_t page)
{
    return __atomic_load_n(&heap->stamps[page], __ATOMIC_ACQUIRE);
}

/* Before storing to the page that holds `offset`. */
static inline void ph_barrier_page(struct ph_mutator *self, uint64_t offset)
{
    uint64_t page = offset >> PH_PAGE_SHIFT;
    if (PH_UNLIKELY(ph_stamp_load(self->heap, page) != self->heap->epoch)) {
        ph_page_first_write(self, (uint32_t)page);
    }
}

/* Before storing anywhere in [offset, offset + bytes). */
static inline void ph_barrier(struct ph_mutator *self, uint64_t offset, uint64_t bytes)
{
    if (bytes == 0) {
        return;
    }
    uint64_t last = (offset + bytes - 1) >> PH_PAGE_SHIFT;
    for (uint64_t page = offset >> PH_PAGE_SHIFT; page <= last; page++) {
        ph_barrier_page(self, page << PH_PAGE_SHIFT);
    }
}

static inline uint64_t ph_offset_of(const struct ph_heap *heap, const void *address)
{
    return (uint64_t)((const uint8_t *)address - heap->arena);
}

/* Before storing to `bytes` bytes of the world at `address`. */
static inline void ph_touch(struct ph_mutator *self, const void *address, uint64_t bytes)
{
    ph_barrier(self, ph_offset_of(self->heap, address), bytes);
}

/* Stores one field of an object: PH_SET(mutator, thread->state, PH_THREAD_READY). */
#define PH_SET(mutator, field, value)                    \
    do {                                                 \
        ph_touch((mutator), &(field), sizeof(field));    \
        (field) = (value);                               \
    } while (0)

/* ---- References, roots, allocation --------------------------------------------------- */

static inline void *ph_address(const struct ph_heap *heap, ph_ref ref)
{
    return heap->arena + (uint64_t)ref * 8;
}
static inline ph_ref ph_ref_to(const struct ph_heap *heap, const void *object)
{
    return object == NULL ? 0 : (ph_ref)(ph_offset_of(heap, object) / 8);
}
const struct ph_class *ph_class_of(const struct ph_heap *heap, ph_ref ref);
/* True if `ref` is not null and an object of built-in class `class_index`. */
static inline bool ph_is_a(const struct ph_heap *heap, ph_ref ref, uint32_t class_index)
{
    return ref != 0 && ((const struct ph_object *)ph_address(heap, ref))->class_ref ==
                           heap->header->classes[class_index];
}

/* A root keeps `ref` right while objects move. Strictly nested, on the C stack. */
static inline void ph_root_push(struct ph_mutator *self, struct ph_root *root, ph_ref ref)
{
    root->ref = ref;
    root->previous = self->roots;
    self->roots = root;
}
static inline void ph_root_pop(struct ph_mutator *self, struct ph_root *root)
{
    PH_ASSERT(self->roots == root);
    self->roots = root->previous;
}

/* May collect. Zeroed but for the class. 0: the object space is full, or the object would have
 * 4 GiB or more. PLAIN classes take length 0;
 * the others a length in bytes or items. */
PH_MUST_CHECK ph_ref ph_object_new(struct ph_mutator *self, uint32_t class_index,
                                   uint32_t length);
/* The same for a pinned class; never collects. */
PH_MUST_CHECK ph_ref ph_object_new_pinned(struct ph_mutator *self, uint32_t class_index,
                                          uint32_t length);
/* For objects that one owner surely drops (stack chunks, closed descriptors). Never collects. */
void ph_object_free(struct ph_mutator *self, ph_ref ref);
uint64_t ph_object_bytes(const struct ph_heap *heap, ph_ref ref);

/* Extents: zeroed whole pages, rounded up to a power of two. Take no memory until written. Never
 * collect. 0: the arena is full. */
PH_MUST_CHECK uint64_t ph_extent_new(struct ph_mutator *self, uint64_t bytes);
/* `bytes` as given to ph_extent_new; only the first `used_bytes` were ever written. */
void ph_extent_free(struct ph_mutator *self, uint64_t offset, uint64_t bytes,
                    uint64_t used_bytes);

/* ---- Walking and moving -------------------------------------------------------------- */

/* Visits (and may change) a reference slot. 64-bit slots are those of stacks and globals. */
struct ph_visitor {
    void (*ref)(struct ph_visitor *self, ph_ref *slot);
    void (*slot)(struct ph_visitor *self, uint64_t *slot);
};

/* The machine's part in walking: the references on a thread's stack; its tables outside. */
struct ph_heap_client {
    void *context;
    void (*visit_thread)(void *context, ph_ref thread, struct ph_visitor *visitor);
    void (*moved)(void *context); /* objects have moved: forget derived addresses */
};
void ph_heap_set_client(struct ph_heap *self, const struct ph_heap_client *client);

/* Moves every movable object that can be reached and poisons where it was. All other mutators are
 * at safepoints or do not exist. For the stress mode: the old space does not move otherwise. */
void ph_heap_move_all(struct ph_mutator *self);
/* May-collect calls that do not allocate announce themselves with this. */
static inline void ph_may_collect(struct ph_mutator *self)
{
    if (PH_UNLIKELY(self->heap->stress_move)) {
        ph_heap_move_all(self);
    }
}

/* Visits all objects in address order. */
void ph_heap_each(struct ph_heap *self, void (*each)(void *context, ph_ref object),
                  void *context);
/* Every reference points to an object, every object to a class: reports what does not hold. */
PH_MUST_CHECK ph_status ph_heap_verify(struct ph_heap *self,
                                       void (*report)(void *context, const char *line),
                                       void *context, struct ph_error *error);

/* ---- The cut's side ------------------------------------------------------------------ */

/* All mutators at safepoints, no cut pending: increases the epoch and hands over the pages that
 * changed. True if there were any (if not, nothing happens). O(mutators). */
bool ph_heap_cut_begin(struct ph_heap *self);
uint64_t ph_heap_dirty_pages(const struct ph_heap *self); /* of this epoch, all mutators */
/* While the world runs on: the pages of the pending cut, one by one; false at the end. `*content`
 * is the page as it was at the cut (4096 bytes), good until the next take or the cut's end. */
bool ph_heap_cut_take(struct ph_heap *self, uint32_t *page, const void **content);
uint64_t ph_heap_cut_pages(const struct ph_heap *self);
/* Ends the pending cut. If it did not become durable its pages are dirty again. */
void ph_heap_cut_end(struct ph_heap *self, struct ph_mutator *mutator, bool durable);

#endif
