/* SPDX-License-Identifier: Apache-2.0 */
/* collect.h - when the nursery is emptied and when the old space is collected.
 *
 * The heap knows how (heap/mark.h); this knows when, and brings it together with cuts and looks
 * (docs/decisions/0011 and 0012). A collection runs on a thread of its own, beside the world. It
 * asks for one durable cut, and for some stops of microseconds. */
#ifndef PH_MACHINE_COLLECT_H
#define PH_MACHINE_COLLECT_H

#include "heap/mark.h"
#include "machine/machine.h"

struct ph_collect_stat {
    uint64_t evacuations, evacuation_ns;   /* in all; those at cuts too */
    uint64_t collections, failed;          /* that came to their end, or to nothing */
    uint64_t last_ns, last_mark_ns;        /* of the last one: in all, and reading the cut alone */
    uint64_t last_objects, last_bytes;     /* found alive in the cut */
    uint64_t last_cleared;                 /* weak references */
    uint64_t object_bytes_live;            /* in the old space, not known to be garbage */
};
void ph_collect_stat(struct ph_machine *self, struct ph_collect_stat *stat);

/* An allocation has found the old space full. True: the thread is set up to wait until a collection
 * that begins after this has ended; leave with PH_RUN_WAITING and execute the instruction again.
 * False: one has, in vain, or there can be none: out of memory. */
bool ph_collect_waits(struct ph_worker *worker);
/* The same for a program that asks for a collection, and lacks nothing: False: one has ended, even
 * if it came to nothing, or there can be none. It clears no soft references that may stay. */
bool ph_collect_waits_once(struct ph_worker *worker);
/* The thread has gone on since: the next time that it finds no room it waits anew. */
static inline void ph_collect_went_on(struct ph_worker *worker)
{
    if (PH_UNLIKELY(worker->thread->wait_kind == PH_WAIT_COLLECT)) {
        PH_SET(&worker->mutator, worker->thread->wait_kind, (uint32_t)PH_WAIT_NONE);
    }
}

/* A whole collection of the world as it is now; returns at its end. On any thread that holds no
 * lock of the machine and is no worker's; while the machine is not started, on the calling one.
 * PH_UNSUPPORTED: a world without cuts. PH_AGAIN: stopped meanwhile. */
PH_MUST_CHECK ph_status ph_collect_now(struct ph_machine *self);

/* Simulated machines: the same in pieces, for whoever wants other things to happen in between. The
 * first call begins; at the end, or when it has come to nothing (as ph_collect_now says), *done. */
PH_MUST_CHECK ph_status ph_collect_step(struct ph_machine *self, bool *done);

#endif
