/* SPDX-License-Identifier: Apache-2.0 */
/* collect.h - when the nursery is emptied and when the old space is collected.
 *
 * The heap knows how (heap/mark.h); this knows when, and brings it together with cuts and looks
 * (docs/decisions/0011 and 0012). A collection runs on a thread of its own, beside the world, and
 * stops it for nothing: what has to be done in a stop is done in those that cuts make anyhow. */
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

/* A whole collection of the world as it is now; returns at its end. On any thread that holds no
 * lock of the machine and is no worker's; while the machine is not started, on the calling one.
 * PH_UNSUPPORTED: a world without cuts. PH_AGAIN: stopped meanwhile. */
PH_MUST_CHECK ph_status ph_collect_now(struct ph_machine *self);

#endif
