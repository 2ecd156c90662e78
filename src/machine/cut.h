/* SPDX-License-Identifier: Apache-2.0 */
/* cut.h - taking cuts and making them durable.
 *
 * One writer takes cuts, writes them, flushes, and tells the devices, one after another; while it
 * writes the world runs on. A cut is taken when the interval has passed and something changed, or
 * when somebody asks: the gate, a waiting native, `phantom snap`. Requests that come while a cut is
 * being written are served together by the next one (group commit).
 *
 * The pause: workers come to a safepoint; the last one to arrive calls the devices' before_cut and
 * ph_heap_cut_begin; all run on. Nothing in it grows with the heap. */
#ifndef PH_MACHINE_CUT_H
#define PH_MACHINE_CUT_H

#include "machine/machine.h"

enum ph_cut_reason {
    PH_CUT_INTERVAL = 0,
    PH_CUT_GATE = 1,     /* output waits */
    PH_CUT_COMMAND = 2,  /* phantom snap, phantom.sync */
    PH_CUT_STOP = 3,
    PH_CUT_NATIVE = 4,   /* a native waits: for its effect, or for room in the console's queue */
    PH_CUT_COLLECT = 5   /* a collection wants to go on */
};

/* Asks for a cut and returns at once. Any thread. */
void ph_cut_request(struct ph_machine *self, enum ph_cut_reason reason);
/* Takes a cut of the world as it is now and waits until it is durable. PH_NO_SPACE, PH_IO… if that
 * is not possible now (the world runs on and the writer goes on trying). Not from a worker. */
PH_MUST_CHECK ph_status ph_cut_now(struct ph_machine *self, enum ph_cut_reason reason,
                                   uint64_t *cut_number);
uint64_t ph_cut_durable(struct ph_machine *self); /* number of the newest durable cut */

/* Simulated machines, and a stopped one: the whole of a cut on the calling thread. */
PH_MUST_CHECK ph_status ph_machine_cut(struct ph_machine *self, enum ph_cut_reason reason);

/* What has been measured since the machine was opened; times in nanoseconds. Percentiles are from
 * a logarithmic histogram with 16 steps per octave. */
struct ph_quantiles { uint64_t p50, p99, p999, max, count; };
struct ph_cut_stat {
    struct ph_quantiles pause_ns, commit_ns;
    struct ph_quantiles safepoint_ns; /* from request to all stopped */
    uint64_t cuts, pages, bytes_logged, bytes_dirty, failed;
    uint64_t resume_ns;      /* from open to the first instruction */
    uint64_t threads, safepoints;
    ph_status trouble;       /* PH_OK, or why the last commit failed */
};
void ph_cut_stat(struct ph_machine *self, struct ph_cut_stat *stat);

#endif
