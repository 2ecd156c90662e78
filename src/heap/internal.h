/* SPDX-License-Identifier: Apache-2.0 */
/* internal.h - what the files of src/heap share. */
#ifndef PH_HEAP_INTERNAL_H
#define PH_HEAP_INTERNAL_H

#include "base/vector.h"
#include "heap/bits.h"

/* "world ph". Odd: what a null reference reads as its object's class is no reference. */
#define PH_HEAP_MAGIC UINT64_C(0x687020646c726f77)
#define PH_HEAP_MAGIC_1 UINT64_C(0x3170616568206870) /* "ph heap1": version 1 */
#define PH_HEAP_VERSION 2u
#define PH_HEAP_HEADER_BYTES (2u * PH_PAGE_BYTES)
#define PH_POISON_BYTE 0xdbu
#define PH_FILLER_BYTES_MAX (UINT64_C(1) << 30) /* none reaches over a multiple of this */
#define PH_SLICE_COUNT 64u

/* A page is guarded by one of these while it is listed, copied or taken. */
#define PH_STRIPE_COUNT 256u

struct ph_page_pool {
    uint8_t **slabs;         /* of PH_POOL_SLAB_PAGES pages each; never moves: read without lock */
    uint32_t slab_count;
    uint32_t *free;          /* stack of free page numbers, 1-based */
    uint32_t free_count, page_count;
};
#define PH_POOL_SLAB_PAGES 256u

/* Freed objects by size: multiples of 16 up to 512 bytes, then four lists an octave. */
#define PH_FREE_LISTS 132u

#define PH_RESERVE_HOLES 64u
struct ph_hole {
    uint64_t offset, end;
};

/* Where the old space has room (object.c); under alloc_lock. */
struct ph_old_space {
    uint64_t gap_next, gap_end; /* objects are made here, one behind the other */
    bool gap_is_fresh;          /* never used: zeros, but for 16 bytes at gap_next */
    uint64_t limit;             /* object_top never moves beyond it */
    uint64_t ahead;             /* fresh memory up to here was brought in; 0: not looked at yet */
    uint64_t reserve_bytes;     /* what an evacuation may need below the limit, … */
    struct ph_hole reserve[PH_RESERVE_HOLES]; /* … and holes, where that is not enough */
    uint32_t reserve_count;
    ph_ref free_lists[PH_FREE_LISTS]; /* linked through `extra` */
    ph_ref late_lists[PH_FREE_LISTS]; /* freed while a mark is under way, and not the sweep's */
    ph_ref freed;               /* freed, but a slot in it may be remembered; likewise linked */
    uint64_t live_at_mark;      /* object_bytes_live when the last mark was complete */
    bool was_full;              /* an object did not fit since then */
};

/* What marking and sweeping have to do with allocation (sweep.c). The phase changes only while the
 * world is stopped or under alloc_lock. */
enum ph_mark_phase {
    PH_MARK_IDLE = 0, /* nothing is known */
    PH_MARKING = 1,   /* bits are the marker's; nothing is allocated below limit */
    PH_MARK_CLEARING = 2, /* bits are complete; the same */
    PH_SWEEPING = 3   /* clear bits below limit are free memory */
};
enum ph_sweep_use { PH_SWEEP_SMALL = 0, PH_SWEEP_LARGE = 1 };
struct ph_sweep_cursor {
    uint64_t at, end; /* granules */
};
struct ph_sweep {
    uint32_t phase; /* enum ph_mark_phase; atomic */
    uint64_t *bits, *spare_bits;
    struct ph_bits_blocks blocks; /* of bits, from the end of a mark on */
    bool spare_is_clean;
    uint64_t *handed_bits; /* what was handed in to the marker; under weak_lock */
    uint64_t limit;    /* granules; object_top at the cut T */
    uint64_t base_end; /* granules; object_top of the cut that is marked (T or later); atomic */
    struct ph_sweep_cursor cursors[2]; /* by enum ph_sweep_use */
    uint64_t give_back_at; /* granules */
    uint64_t passed_bytes[2]; /* the most that was looked for since a cursor was at the beginning */
    uint64_t failed_bytes; /* no hole is so large */
};

struct ph_heap_private {
    struct ph_allocator *allocator;
    uint32_t *copies;             /* per arena page: 1 + number of its copy in the pool, or 0 */
    uint64_t page_count;
    uint32_t *stripes;            /* spin locks */
    struct ph_mutex alloc_lock;   /* the old space, extents, tops */
    struct ph_mutex pool_lock;
    struct ph_page_pool pool;
    struct ph_mutator *cut_from;  /* whose part of the pending cut is being taken */
    uint64_t cut_next;            /* the next page in its list */
    uint64_t cut_pages;
    uint32_t taken_copy;          /* what the last take showed: a copy in the pool, or 0: … */
    uint8_t *taken;               /* … this page */
    struct ph_heap_client client;
    struct ph_old_space old;
    struct ph_sweep sweep;
    struct ph_mark *mark;         /* that is under way; NULL: none */
    struct ph_mutex weak_lock;    /* weak references, their queues, what they hand to the marker */
    uint32_t now_s;               /* the clock of soft references; atomic */
    uint64_t slice_bytes;         /* of a nursery's slice */
    uint64_t slices_used;         /* a bit each */
    bool any_remembered;          /* a slot, since the last evacuation; atomic */
    PH_VECTOR(ph_ref) kept;       /* ph_object_keep; under alloc_lock */
    PH_VECTOR(ph_ref) left;       /* stress mode: where objects were before the last move */
    bool moving;
};

/* A pool that holds a copy of every page. */
static inline uint64_t ph_pool_slabs_max(const struct ph_heap_private *self)
{
    return self->page_count / PH_POOL_SLAB_PAGES + 2;
}

/* What an object of so many bytes takes. */
static inline uint64_t ph_size_round(uint64_t bytes)
{
    return PH_ALIGN_UP(PH_MAX(bytes, PH_OBJECT_ALIGN), PH_OBJECT_ALIGN);
}

static inline bool ph_layout_is_array(uint32_t layout)
{
    return layout == PH_LAYOUT_BYTES || layout == PH_LAYOUT_REFS;
}

/* Bytes of an object in `base`, not rounded. */
uint64_t ph_object_bytes_in(const uint8_t *base, ph_ref ref);
static inline uint64_t ph_object_size_in(const uint8_t *base, ph_ref ref)
{
    return ph_size_round(ph_object_bytes_in(base, ref));
}

/* The same where the class is known: the usual kind at once. */
static inline uint64_t ph_size_known(const uint8_t *base, ph_ref ref, const struct ph_class *c)
{
    return c->layout == PH_LAYOUT_PLAIN ? ph_size_round(c->bytes) : ph_object_size_in(base, ref);
}

/* As ph_object_new, but never collects. */
ph_ref ph_object_new_old(struct ph_mutator *self, const struct ph_class *c, uint32_t length);

/* Room for `bytes` (rounded) in the old space; 0: full. `*is_zero`: it reads as zeros but for the
 * first 16 bytes; else it holds anything. alloc_lock is held. */
uint64_t ph_old_take(struct ph_mutator *mutator, uint64_t bytes, bool *is_zero);
/* The same for what an evacuation moves: may use the reserve, and leaves none of it unused. */
uint64_t ph_old_take_reserved(struct ph_mutator *mutator, uint64_t bytes, bool *is_zero);
/* Makes byte arrays of [offset, offset + bytes), so that walks pass over it. */
void ph_old_fill(struct ph_mutator *mutator, uint64_t offset, uint64_t bytes);
/* No slot is remembered any more: what was freed meanwhile can be used. alloc_lock is held. */
void ph_old_use_freed(struct ph_mutator *mutator);
/* In a stop: from here on new objects lie at or above object_top; what is free below it is left
 * to the sweep. */
void ph_old_begin_mark(struct ph_mutator *mutator);
/* The sweep begins, or the mark came to nothing: what was freed meanwhile can be used. O(1). */
void ph_old_end_mark(struct ph_heap *heap);
/* At the instant of a cut: what is left of the gap can be walked. */
void ph_old_seal(struct ph_mutator *mutator);

/* Takes a hole of at least `least_bytes` and at most `*bytes`, which it sets; 0: there is none. It
 * may hold anything. */
uint64_t ph_sweep_take(struct ph_mutator *mutator, enum ph_sweep_use use, uint64_t least_bytes,
                       uint64_t *bytes);
/* Lets the cursor look at all holes once more. */
void ph_sweep_rewind(struct ph_heap *heap, enum ph_sweep_use use);
/* The same from the beginning, as the last resort. */
uint64_t ph_sweep_search(struct ph_mutator *mutator, uint64_t bytes);
void ph_sweep_begin(struct ph_mutator *mutator);
/* Below the limit and not marked. */
bool ph_sweep_finds(const struct ph_heap *heap, ph_ref ref);
/* In the cut that is marked, and not marked (yet): what it refers to may be swept. Above the limit
 * its own memory is not, this time. */
bool ph_sweep_is_unmarked(const struct ph_heap *heap, ph_ref ref);
/* mark.c: the roots of C code at a cut that may be the one that is marked. */
void ph_mark_see_roots(struct ph_heap *heap);
/* A program was given `ref`, which the marker may not meet. */
void ph_mark_hand_in(struct ph_heap *heap, ph_ref ref);
/* weak.c: of an object that the marker met: if the mark found its referent dead, clears it and
 * puts it into its queue, if it has one (*queued). True: it was cleared. */
bool ph_weak_clear_dead(struct ph_mutator *self, ph_ref weak, uint64_t *queued);

/* A walk of the arena itself passes over the gap. */
uint64_t ph_walk_skip_gap(const struct ph_heap *heap, const uint8_t *base, uint64_t offset);

/* Keeps room for an evacuation of up to `bytes`; how many there is room for. alloc_lock is held. */
uint64_t ph_old_reserve(struct ph_mutator *mutator, uint64_t bytes);
/* Room of the slices anew, by what the old space has free; all are empty. alloc_lock is held. */
void ph_nursery_resize(struct ph_mutator *mutator);
/* The epoch has changed: the nursery's pages may be stored to. */
void ph_nursery_stamp(struct ph_heap *heap);
void ph_nursery_finish(struct ph_mutator *mutator);

/* [from, to), which nobody uses, reads as zeros; whole pages of it take no memory. */
void ph_pages_clear(struct ph_mutator *mutator, uint64_t from, uint64_t to);

/* Copies of pages that a pending cut needs. */
bool ph_pool_init(struct ph_heap_private *self);
bool ph_pool_take(struct ph_heap_private *self, uint32_t *number);
void ph_pool_give(struct ph_heap_private *self, uint32_t number);
uint8_t *ph_pool_page(struct ph_heap_private *self, uint32_t number);
void ph_pool_finish(struct ph_heap_private *self);

#endif
