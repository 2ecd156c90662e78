/* SPDX-License-Identifier: Apache-2.0 */
/* heap.h - the arena: pages and their stamps, the write barrier, objects and classes, the nursery,
 * extents, roots.
 *
 * Promise. All of the world is in one arena. Every change of it goes through the barrier, so that
 * at any cut the set of changed pages is known and a page that a cut still needs is copied before
 * it changes. Memory is handed out zeroed. A full object space is said by 0, never by an abort.
 *
 * Invariants
 *   (1) A page is stored to only while stamps[page] == epoch. `epoch` changes only while every
 *       mutator is at a safepoint, so one check serves all stores to a page between two of them.
 *   (2) While a cut is pending (begun and not yet taken page by page), a page of it that was not
 *       taken has stamp == epoch - 1; whoever changes it first copies it.
 *   (3) An object's class is a class object; every reference of an object that can be reached is 0
 *       or the start of an object. Class objects live for ever: who makes one keeps it reachable
 *       (objects that nobody reaches are passed over by their class until they are swept).
 *   (4) Objects of pinned classes never move. All others may, at any call that may collect: hold
 *       them in roots, or read them again. The stress modes move them at each such call.
 *   (5) A reference to a young object lies in the nursery, on a stack that client->visit_young
 *       shows, in a root, or in a slot that was remembered (PH_SET_REF) since the last evacuation.
 *       In a cut there is none: the nursery is empty when the epoch changes.
 *
 * Layout of the arena: page 0 and 1 hold the heap's header; objects lie from there up to the
 * object limit (PH_OBJECT_LIMIT, as a reference is 32 bits of offset / 8, or a quarter of a small
 * arena), the nursery at its end; extents, above, are whole pages that belong to one pinned object
 * each. */
#ifndef PH_HEAP_HEAP_H
#define PH_HEAP_HEAP_H

#include "base/assert.h"
#include "base/memory.h"
#include "base/status.h"
#include "code/code.h" /* enum ph_storage */
#include "port/port.h"

typedef uint32_t ph_ref; /* arena offset / 8; 0 is null */

#define PH_OBJECT_LIMIT (UINT64_C(32) << 30)
#define PH_ROOT_COUNT 64u
#define PH_CLASS_LIMIT 64u /* built-in classes */
#define PH_OBJECT_ALIGN 16u

/* ---- Objects ------------------------------------------------------------------------- */

struct ph_object {
    ph_ref class_ref;
    uint32_t flags; /* lock and hash; bit 31: docs/decisions/0010-objects.md */
};

enum ph_layout {
    PH_LAYOUT_PLAIN = 1,  /* `bytes` long, references at ref_offsets */
    PH_LAYOUT_BYTES = 2,  /* struct ph_bytes: an array of numbers */
    PH_LAYOUT_REFS = 3,   /* struct ph_refs */
    PH_LAYOUT_THREAD = 4, /* PLAIN, and the client shows the references on its stack; pinned */
    PH_LAYOUT_CLASS = 5,  /* struct ph_class; pinned */
    PH_LAYOUT_WEAK = 6    /* struct ph_weak, then as PLAIN (ref_offsets: further references) */
};

enum ph_class_flag {
    PH_CLASS_PINNED = 1,
    PH_CLASS_INTERFACE = 2,
    PH_CLASS_ABSTRACT = 4,
    PH_CLASS_FINAL = 8,
    PH_CLASS_ARRAY = 16,
    /* 32: machine/class.h */
    PH_CLASS_PUBLIC = 64, /* the front end's: no need to look further; without it nothing is said */
    /* Of layout WEAK; none of them: its referent is a reference like others. */
    PH_CLASS_WEAK = 256,
    PH_CLASS_SOFT = 512,
    PH_CLASS_PHANTOM = 768,
    PH_CLASS_TRUTH = 2048 /* arrays, the front end's: of items of 8 bits that are 0 or 1; what is
                           * stored by array_set_i8 is cut to one bit */
};
#define PH_CLASS_STRENGTH 768u /* the bits of the last three */

/* The heap looks at layout, flags, bytes, item_shift, ref_count, ref_offsets and the head; the
 * rest is the machine's (machine/link.h). References of the class object itself: all from name_ref
 * to number_arrays_ref. */
struct ph_class {
    struct ph_object head;
    uint32_t layout;      /* enum ph_layout */
    uint32_t flags;       /* enum ph_class_flag */
    uint32_t bytes;       /* PLAIN, THREAD, WEAK: of an instance, header included; arrays: where
                           * items begin (16) */
    uint32_t item_shift;  /* arrays: log2 of an item's bytes */
    uint32_t item_kind;   /* arrays: enum ph_storage */
    uint32_t number;      /* world-wide; a built-in class: its index */
    uint32_t depth;       /* superclasses above it */
    uint32_t init_state;  /* enum ph_class_init */
    uint32_t definition;  /* index of the class definition in its unit; UINT32_MAX: built in, or an
                           * array */
    uint32_t ref_count;   /* entries of ref_offsets */
    ph_ref name_ref;      /* BYTES */
    ph_ref super_ref;     /* 0: none */
    ph_ref supers_ref;    /* TABLE_ITEMS: [0] the topmost .. [depth] itself */
    ph_ref interfaces_ref; /* TABLE_ITEMS: all, transitively */
    ph_ref methods_ref;   /* TABLE_ITEMS of function objects, by slot; 0 at abstract ones */
    ph_ref selectors_ref; /* PINNED_BYTES: hash table of {u32 selector, u32 slot + 1} */
    ph_ref statics_ref;   /* PINNED_BYTES: numeric static fields */
    ph_ref static_refs_ref; /* TABLE_ITEMS: static reference fields */
    ph_ref instance_ref;  /* of the unit that defines it */
    ph_ref item_class_ref, array_class_ref, mirror_ref, init_thread_ref;
    ph_ref init_next_ref; /* in the list of what a thread initialises */
    ph_ref fields_ref;    /* PINNED_BYTES: u32 per field of the definition, where it lies */
    ph_ref number_arrays_ref; /* TABLE_ITEMS by item_kind: classes of arrays below this one */
    uint32_t ref_offsets[]; /* in bytes from an instance's start, ascending */
};
#define PH_CLASS_FIRST_REF offsetof(struct ph_class, name_ref)
#define PH_CLASS_REFS_COUNT 16u /* from there on */

struct ph_bytes {
    struct ph_object head;
    uint32_t length; /* in items */
    uint32_t extra;  /* the owner's */
    uint8_t data[];
};

struct ph_refs {
    struct ph_object head;
    uint32_t length;
    uint32_t extra;
    ph_ref items[];
};

/* What objects of layout WEAK begin with. How weak they are their class says. All of it is read and
 * changed through the functions of heap/mark.h alone. */
struct ph_weak {
    struct ph_object head;
    ph_ref referent_ref; /* followed by the marker as the class's strength says */
    ph_ref queue_ref;    /* struct ph_weak_queue; 0: none, or it has been put there */
    ph_ref next_ref;     /* in the queue, or in the list that was taken from it */
    uint32_t used_s;     /* soft: when it was last read, on the heap's clock (ph_heap_set_clock) */
};

/* Where weak references are put: first in, first out. Pinned. */
struct ph_weak_queue {
    struct ph_object head;
    ph_ref first_ref, last_ref; /* struct ph_weak */
};

/* How a built-in class is described when a world is made; `index` is its place for ever. */
struct ph_class_info {
    uint32_t index; /* < PH_CLASS_LIMIT; 0 is the class of classes, 1 that of byte arrays */
    const char *name;
    uint32_t layout;
    uint32_t bytes; /* PLAIN, THREAD, WEAK: of an instance; arrays of numbers: enum ph_storage of
                     * the items (0: U8); others: 0 */
    uint32_t flags; /* enum ph_class_flag (ARRAY is set where it is one) */
    uint32_t ref_count;
    uint16_t ref_offsets[16];
};

/* ---- The heap and its mutators ------------------------------------------------------- */

/* The first page of the arena; stored in the image. */
struct ph_heap_header {
    uint64_t magic;
    uint32_t version;
    uint32_t class_count;            /* numbers of classes given so far; from PH_CLASS_LIMIT on */
    uint64_t arena_bytes;
    uint64_t object_top;             /* end of the old space */
    uint64_t extent_top;
    uint64_t object_bytes_live;      /* allocated in the old space and not known to be garbage */
    uint64_t extent_bytes_live;
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
    uint64_t nursery_next;       /* where the next young object goes (offset); */
    uint64_t nursery_end;        /* next == end: full, or no slice */
    struct ph_root *roots;       /* innermost first */
    struct ph_page_list dirty;   /* first written by this mutator in this epoch */
    struct ph_page_list cut;     /* its pages of the pending cut; between cuts: empty */
    uint64_t nursery_start;      /* of its slice; 0: none */
    uint64_t *remembered;        /* offsets of slots outside the nursery with young references */
    uint64_t remembered_count, remembered_capacity;
    struct ph_mutator *next;
};

struct ph_heap {
    uint8_t *arena;
    uint32_t *stamps;            /* per page; through ph_stamp_load and page_first_write only */
    uint32_t epoch;
    ph_ref nursery_ref;          /* references from here on are young */
    uint32_t young_bytes_max;    /* larger objects are born old */
    bool pending;                /* a cut is being taken page by page */
    bool stress_move;            /* move all movable objects at every call that may collect */
    bool stress_evacuate;        /* evacuate at every call that may collect */
    bool stress_at_rest;         /* the stress modes: in ph_may_collect alone, and so not where C
                                  * code makes objects */
    bool wants_evacuation;       /* atomic; through ph_nursery_wants_evacuation */
    uint64_t arena_bytes;
    uint64_t nursery_offset, object_limit; /* the nursery's bounds */
    struct ph_heap_header *header; /* == arena */
    struct ph_mutator *mutators;
    struct ph_heap_private *private;
};

struct ph_heap_options {
    uint64_t arena_bytes;      /* at least 64 MiB, at most 16 TiB */
    bool stress_move;
    bool stress_evacuate;
    uint64_t object_bytes_max; /* the old space never grows beyond it; 0: what the arena has */
    uint64_t nursery_bytes;    /* of a slice; 0: 1 MiB. Small arenas have smaller ones */
};

/* Takes over reserved memory: `arena` is what ph_store_open filled in, or zeros for a new world. */
PH_MUST_CHECK ph_status ph_heap_create(uint8_t *arena, const struct ph_heap_options *options,
                                       struct ph_heap **heap, struct ph_error *error);
void ph_heap_destroy(struct ph_heap *self); /* the arena stays the caller's */

/* Makes the header and the classes of a new world / checks those of a resumed one, and makes those
 * that it lacks. A built-in class has name, layout, sizes and references; what else is in it is the
 * caller's to fill in. */
PH_MUST_CHECK ph_status ph_heap_format(struct ph_heap *self, const struct ph_class_info *classes,
                                       uint32_t class_count, struct ph_error *error);
PH_MUST_CHECK ph_status ph_heap_check_format(struct ph_heap *self,
                                             const struct ph_class_info *classes,
                                             uint32_t class_count, struct ph_error *error);

void ph_mutator_init(struct ph_mutator *self, struct ph_heap *heap); /* world stopped or new */
void ph_mutator_finish(struct ph_mutator *self); /* likewise; its slice is empty */

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

/* ---- References and roots ------------------------------------------------------------ */

static inline void *ph_address(const struct ph_heap *heap, ph_ref ref)
{
    return heap->arena + (uint64_t)ref * 8;
}
static inline ph_ref ph_ref_to(const struct ph_heap *heap, const void *object)
{
    return object == NULL ? 0 : (ph_ref)(ph_offset_of(heap, object) / 8);
}
/* The object in the arena or in a mapping of a cut of it. */
static inline const void *ph_address_in(const uint8_t *base, ph_ref ref)
{
    return base + (uint64_t)ref * 8;
}
const struct ph_class *ph_class_of(const struct ph_heap *heap, ph_ref ref);
static inline const struct ph_class *ph_class_in(const uint8_t *base, ph_ref ref)
{
    const struct ph_object *object = ph_address_in(base, ref);
    return ph_address_in(base, object->class_ref);
}
/* True if `ref` is not null and an object of built-in class `class_index`. */
static inline bool ph_is_a(const struct ph_heap *heap, ph_ref ref, uint32_t class_index)
{
    return ref != 0 && ((const struct ph_object *)ph_address(heap, ref))->class_ref ==
                           heap->header->classes[class_index];
}
/* In the nursery: it moves at the next evacuation. */
static inline bool ph_is_young(const struct ph_heap *heap, ph_ref ref)
{
    return ref >= heap->nursery_ref;
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

/* `slot` was given a young reference. Nothing happens if it lies in the nursery. */
void ph_remember(struct ph_mutator *self, ph_ref *slot);

/* `count` references were copied to `slots`, as memcpy does it: remembers those that are young. */
void ph_remember_all(struct ph_mutator *self, ph_ref *slots, uint64_t count);

/* Stores a program's reference (it may be young) into the world outside of stacks:
 * PH_SET_REF(mutator, object->field_ref, value). */
#define PH_SET_REF(mutator, field, value)                                 \
    do {                                                                  \
        ph_ref *set_slot_ = &(field);                                     \
        ph_ref set_value_ = (value);                                      \
        ph_touch((mutator), set_slot_, sizeof(ph_ref));                   \
        *set_slot_ = set_value_;                                          \
        if (PH_UNLIKELY(ph_is_young((mutator)->heap, set_value_))) {      \
            ph_remember((mutator), set_slot_);                            \
        }                                                                 \
    } while (0)

/* ---- Allocation ---------------------------------------------------------------------- */

/* All of these: zeroed but for the class (and length). 0: the object space is full, or the object
 * would have 4 GiB or more. `length`: arrays: in items; class objects: entries of ref_offsets;
 * others: 0. */

/* An object of the machine's own: born old. May collect (stress modes only). */
PH_MUST_CHECK ph_ref ph_object_new(struct ph_mutator *self, uint32_t class_index,
                                   uint32_t length);
/* The same for a pinned class; never collects. */
PH_MUST_CHECK ph_ref ph_object_new_pinned(struct ph_mutator *self, uint32_t class_index,
                                          uint32_t length);
/* An object of a program: young, or old if it is large, pinned or does not fit the slice (which
 * then says that it wants an evacuation). May collect (stress modes only). */
PH_MUST_CHECK ph_ref ph_object_new_of(struct ph_mutator *self, const struct ph_class *class_object,
                                      uint32_t length);
/* For objects that one owner surely drops (stack chunks, closed descriptors). Never collects. */
void ph_object_free(struct ph_mutator *self, ph_ref ref);
/* The memory of this old object is given to no other while this process lives, though nobody may
 * reach it any more: outside of the world its reference may stand for it (inline caches).
 * False: no memory. */
PH_MUST_CHECK bool ph_object_keep(struct ph_heap *heap, ph_ref ref);
uint64_t ph_object_bytes(const struct ph_heap *heap, ph_ref ref);
/* Of an object of this class, rounded as it lies in memory; may be more than 4 GiB. */
uint64_t ph_class_object_bytes(const struct ph_class *class_object, uint32_t length);

/* The engine's way: `bytes` is ph_class_object_bytes, the class not pinned; an array's length is
 * the caller's to store. 0: the slice is full, or the object too large for it (> young_bytes_max;
 * ph_object_new_of makes it). Never collects. */
static inline ph_ref ph_nursery_take(struct ph_mutator *self, const struct ph_class *class_object,
                                     uint64_t bytes)
{
    const struct ph_heap *heap = self->heap;
    uint64_t offset = self->nursery_next;
    if (PH_UNLIKELY(bytes > self->nursery_end - offset || bytes > heap->young_bytes_max)) {
        return 0;
    }
    PH_DEBUG_ASSERT(bytes >= PH_OBJECT_ALIGN && bytes % PH_OBJECT_ALIGN == 0);
    self->nursery_next = offset + bytes;
    /* Volatile, lest it becomes a call of memset, which costs an engine's handler its registers. */
    volatile uint64_t *words = (volatile uint64_t *)(void *)(heap->arena + offset);
    words[0] = ph_offset_of(heap, class_object) / 8; /* flags: 0 */
    words[1] = 0;
    for (uint64_t i = 2; i < bytes / 8; i += 2) {
        words[i] = 0;
        words[i + 1] = 0;
    }
    return (ph_ref)(offset / 8);
}

/* Extents: zeroed whole pages, rounded up to a power of two. Take no memory until written. Never
 * collect. 0: the arena is full. */
PH_MUST_CHECK uint64_t ph_extent_new(struct ph_mutator *self, uint64_t bytes);
/* `bytes` as given to ph_extent_new; only the first `used_bytes` were ever written. */
void ph_extent_free(struct ph_mutator *self, uint64_t offset, uint64_t bytes,
                    uint64_t used_bytes);

/* ---- The nursery --------------------------------------------------------------------- */

/* Gives a mutator a slice, so that what it makes for programs is born young. World stopped or new.
 * It stays without one if there are none left (64 can have one) or it has one. */
void ph_nursery_attach(struct ph_mutator *self);
/* What is young is lost: the heap is to be dropped as it is. */
void ph_nursery_abandon(struct ph_heap *self);
/* Nobody's slice holds an object: a cut may begin. */
bool ph_nursery_is_empty(const struct ph_heap *self);
/* A slice was full, or too many slots are remembered: let ph_heap_evacuate come soon. */
static inline bool ph_nursery_wants_evacuation(const struct ph_heap *self)
{
    return __atomic_load_n(&self->wants_evacuation, __ATOMIC_RELAXED);
}
/* Copies what lives of all slices into the old space; afterwards all are empty. All other mutators
 * are stopped. Always has room: a slice never takes more than the old space holds free for it (so
 * where that is nearly full, slices are small or none, and objects are born old or not at all).
 * Takes time in proportion to what lives. */
void ph_heap_evacuate(struct ph_mutator *self);

/* Less fresh memory than evacuations soon need is left where it was brought in. In a stop, or the
 * thread that brings it in. */
bool ph_heap_wants_memory(struct ph_heap *self);
/* Has the host bring in a piece where the old space grows next, beside the running world, so that
 * no stop waits for that: half a millisecond. One thread at a time. False: there is enough. */
bool ph_heap_bring_memory(struct ph_heap *self);

/* ---- Walking and moving -------------------------------------------------------------- */

/* Visits a reference slot; it may change the slot if it lies in the arena (and may not where it
 * lies in a mapping of a cut). 64-bit slots are those of stacks, or what a
 * native was given, outside of the arena. `weak` is given the objects of
 * layout WEAK instead of their referents' slots; NULL: a referent is a reference like others. */
struct ph_visitor {
    void (*ref)(struct ph_visitor *self, ph_ref *slot);
    void (*slot)(struct ph_visitor *self, uint64_t *slot);
    void (*weak)(struct ph_visitor *self, ph_ref object);
};

/* The machine's part in walking. */
struct ph_heap_client {
    void *context;
    /* The references on a thread's stack. `base`: the arena, or a mapping of a cut, to be read
     * instead; then the world may be running, and others' visits too. */
    void (*visit_thread)(void *context, const uint8_t *base, ph_ref thread,
                         struct ph_visitor *visitor);
    /* Every slot of threads' stacks that may hold a young reference. NULL: there is none. */
    void (*visit_young)(void *context, struct ph_visitor *visitor);
    void (*moved)(void *context); /* objects have moved: forget derived addresses */
};
void ph_heap_set_client(struct ph_heap *self, const struct ph_heap_client *client);

/* Visits the references inside one object, its class reference too. `base` as above. */
void ph_object_visit(const struct ph_heap *heap, const uint8_t *base, ph_ref object,
                     struct ph_visitor *visitor);

/* Moves every movable object that can be reached and poisons where it was. All other mutators are
 * at safepoints or do not exist. For the stress mode: the old space does not move otherwise. */
void ph_heap_move_all(struct ph_mutator *self);
/* May-collect calls that do not allocate announce themselves with this. */
static inline void ph_may_collect(struct ph_mutator *self)
{
    if (PH_UNLIKELY(self->heap->stress_evacuate)) {
        ph_heap_evacuate(self);
    }
    if (PH_UNLIKELY(self->heap->stress_move)) {
        ph_heap_move_all(self);
    }
}

/* Every reference that can be reached points to an object, every object to a class, no two
 * objects overlap, and the object space can be walked: reports what does not hold. The world is
 * stopped; the nursery may hold objects. */
PH_MUST_CHECK ph_status ph_heap_verify(struct ph_heap *self,
                                       void (*report)(void *context, const char *line),
                                       void *context, struct ph_error *error);
/* The same of a mapping of a cut, while the world may run. */
PH_MUST_CHECK ph_status ph_heap_verify_in(const struct ph_heap *self, const uint8_t *base,
                                          void (*report)(void *context, const char *line),
                                          void *context, struct ph_error *error);

/* ---- The cut's side ------------------------------------------------------------------ */

/* All mutators at safepoints, no cut pending, the nursery empty (ph_heap_evacuate): increases the
 * epoch and hands over the pages that changed. True if there were any (if not, nothing happens).
 * O(mutators). */
bool ph_heap_cut_begin(struct ph_heap *self);
uint64_t ph_heap_dirty_pages(const struct ph_heap *self); /* of this epoch, all mutators */
/* While the world runs on: the pages of the pending cut, one by one; false at the end. `*content`
 * is the page as it was at the cut (4096 bytes), good until the next take or the cut's end. */
bool ph_heap_cut_take(struct ph_heap *self, uint32_t *page, const void **content);
uint64_t ph_heap_cut_pages(const struct ph_heap *self);
/* Ends the pending cut. If it did not become durable its pages are dirty again. */
void ph_heap_cut_end(struct ph_heap *self, struct ph_mutator *mutator, bool durable);

#endif
