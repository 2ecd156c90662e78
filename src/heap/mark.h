/* SPDX-License-Identifier: Apache-2.0 */
/* mark.h - finding garbage in a cut, using its memory again, weak references.
 *
 * Promise. What is garbage in a cut is garbage for ever, so a mark reads a cut (a mapping of home,
 * or a copy) while the world runs and is not told what it does. Afterwards allocation finds the
 * holes between what was marked. Nothing that a program can reach is ever given out again; what was
 * garbage at the cut is, once there is nothing better.
 *
 * The way of a mark, as its owner (one thread at a time) goes it:
 *
 *     ph_mark_create                  once
 *     in the stop of cut T:           ph_heap_evacuate, ph_mark_prepare, ph_heap_cut_begin
 *     cut T, or a later one, mapped:  ph_mark_run(mark, base)
 *     in a stop:                      ph_mark_finish; PH_AGAIN: ph_mark_run again, and so on
 *     then, as a mutator:             while (ph_mark_clear(mark, mutator, 1000)) …
 *     from now on allocation sweeps;  ph_heap_give_back, some at a time
 *
 * From ph_mark_prepare until the last ph_mark_clear new objects lie at the top of the old space:
 * it grows in the meantime by what is made. So when an object does not fit, the heap is full only
 * if that is still so after a mark that began later has ended.
 *
 * Threads. ph_mark_run may run beside everything. What says "stop" wants every mutator stopped.
 * ph_mark_clear stores into the world: no stop (cut, evacuation) may happen within it. */
#ifndef PH_HEAP_MARK_H
#define PH_HEAP_MARK_H

#include "heap/heap.h"

struct ph_mark;

struct ph_mark_options {
    uint64_t stack_bytes_max; /* of the list of objects still to visit; 0: 64 MiB. Where it is too
                               * short, the heap is looked through again */
};

struct ph_mark_stat {
    uint64_t objects, bytes; /* found alive in the cut */
    uint64_t weak, cleared;  /* weak references met; cleared since they were */
    uint64_t soft_kept;      /* soft ones whose referents it kept: memory that can still be had */
    uint64_t rescans;        /* because the stack was too short */
};

PH_MUST_CHECK ph_status ph_mark_create(struct ph_heap *heap,
                                       const struct ph_mark_options *options,
                                       struct ph_mark **mark, struct ph_error *error);
/* Drops it; a mark that is under way comes to nothing. World stopped. */
void ph_mark_destroy(struct ph_mark *self);

/* In the stop of cut T. `mutator` may store. Any sweep of an earlier mark ends. A soft reference is
 * kept if it was used within ten seconds, and one more for each MiB free after the last mark; with
 * `clear_soft` none is. */
void ph_mark_prepare(struct ph_mark *self, struct ph_mutator *mutator, bool clear_soft);
/* Marks all that the cut in `base` and the references handed in since lead to. `base` is T or a
 * later cut, the same at each call for one mark. PH_NO_MEMORY: the mark comes to nothing. */
PH_MUST_CHECK ph_status ph_mark_run(struct ph_mark *self, const uint8_t *base);
/* In a stop. PH_OK: the mark is complete: weak references to what is not marked read as null from
 * now on. PH_AGAIN: there is more to run. PH_NO_MEMORY: it has come to nothing. O(1). */
PH_MUST_CHECK ph_status ph_mark_finish(struct ph_mark *self, struct ph_mutator *mutator);
/* Clears weak references, and puts them into their queues; looks at most at `count`. False: that
 * was the last (the sweep can begin). `*queued` increases by how many were put into queues. */
bool ph_mark_clear(struct ph_mark *self, struct ph_mutator *mutator, uint64_t count,
                   uint64_t *queued);
/* The mark under way comes to nothing: nothing is swept, nothing cleared. World stopped. */
void ph_mark_cancel(struct ph_mark *self);
void ph_mark_stat(const struct ph_mark *self, struct ph_mark_stat *stat); /* the owner's */

/* The old space has grown by half (and 32 MiB) since the last mark, was full, or will be soon. */
bool ph_heap_wants_mark(const struct ph_heap *self);
/* The last mark has left an eighth of the old space free, or more. */
bool ph_heap_found_room(const struct ph_heap *self);
/* Gives pages of what a mark has found free back to the host, and lowers the top of the old space
 * where it ends with them: up to `bytes` of the object space at a time; the next call goes on.
 * False: that was all until the next mark has ended. `*given`: bytes. The world may run: no work of
 * a stop begins while this is within, which is some microseconds for 64 KiB. Nobody else uses
 * `self`. */
bool ph_heap_give_back(struct ph_mutator *self, uint64_t bytes, uint64_t *given);

/* ---- Weak references -----------------------------------------------------------------
 * `weak`: an object of layout WEAK; `queue`: one that begins with struct ph_weak_queue. None of
 * these collects; any number of mutators may call them. To a program clearing is atomic: from the
 * stop in which a mark is declared complete all references to what it found dead read as null. */

/* The clock by which soft references age; never goes back. */
void ph_heap_set_clock(struct ph_heap *self, uint32_t now_s);
/* Refers to `referent` from now on, and is put into `queue` (0: none) when that is found dead. The
 * caller has both in hand. While it is in a queue, or in a list taken from one, it gets none. */
void ph_weak_set(struct ph_mutator *self, ph_ref weak, ph_ref referent, ph_ref queue);
/* What it refers to, if that is still there; 0 for phantom ones. */
ph_ref ph_weak_get(struct ph_mutator *self, ph_ref weak);
/* Does it refer to `object`, which the caller has in hand (0: to nothing any more)? Keeps nothing
 * alive; phantom ones too. */
bool ph_weak_refers_to(struct ph_mutator *self, ph_ref weak, ph_ref object);
/* Refers to nothing from now on; is not put into its queue for that. */
void ph_weak_clear(struct ph_mutator *self, ph_ref weak);
/* Clears it, and puts it into its queue if it has one and was not put there before (true). */
bool ph_weak_enqueue(struct ph_mutator *self, ph_ref weak);
/* Takes the one that is longest in a queue; 0: it is empty. */
ph_ref ph_weak_poll(struct ph_mutator *self, ph_ref queue);
/* Takes all out of a queue: the first, by which ph_weak_next finds the others; 0: it is empty. */
ph_ref ph_weak_take_all(struct ph_mutator *self, ph_ref queue);
/* The one behind it in such a list, which forgets it. */
ph_ref ph_weak_next(struct ph_mutator *self, ph_ref weak);
bool ph_weak_queue_is_empty(const struct ph_heap *self, ph_ref queue);

#endif
