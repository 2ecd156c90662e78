/* SPDX-License-Identifier: Apache-2.0 */
/* gate.h - output leaves when the cut that holds it is durable.
 *
 * A native appends to the console's queue in the arena; when a cut with it is durable, the writer
 * hands the bytes to a sink. How far the sink got is kept in the store's sink block (survives
 * SIGKILL) and, from the next cut on, in the arena (survives a power cut). A sink that is a file
 * knows itself how far it got: it is asked after a resume, and so nothing is shown twice. */
#ifndef PH_MACHINE_GATE_H
#define PH_MACHINE_GATE_H

#include "machine/machine.h"

/* Where output goes. `write` may write less (PH_AGAIN with *done = 0: try again later); it is
 * called on the writer's thread. */
struct ph_sink {
    void *context;
    ph_status (*write)(void *context, uint32_t stream, struct ph_slice bytes, uint64_t *done);
    /* Bytes that this sink has ever taken of this image, or PH_NOT_FOUND if it does not know. */
    ph_status (*position)(void *context, uint64_t *payload_bytes);
    /* Makes what was written survive a power cut (files). May be NULL. */
    ph_status (*flush)(void *context);
};

/* Appends up to `bytes` to the console's queue, for stream 1 (output) or 2 (errors); *done is how
 * much there was room for (0: wait for PH_WAIT_GATE). Asks for a cut. Never collects. */
void ph_gate_append(struct ph_call *call, uint32_t stream, const uint8_t *bytes, uint64_t count,
                    uint64_t *done);

/* Before ph_machine_start; asks the sink how far it got. Without a sink output is kept until there
 * is one. */
void ph_gate_set_sink(struct ph_machine *self, const struct ph_sink *sink);
/* Everything that was appended and is durable has been taken by the sink. */
bool ph_gate_is_empty(struct ph_machine *self);
/* PH_OK, or why the sink is given no more until the world is opened again (PH_IO: closed, or it
 * could not be flushed; PH_TRUNCATED: a file is shorter than what it was given). */
ph_status ph_gate_trouble(struct ph_machine *self);
/* Bytes that the sink holds and the world does not remember having said, because the image fell
 * back to an earlier cut: they stay there, and what is said again comes after them. */
uint64_t ph_gate_ahead(const struct ph_machine *self);
/* Lets out what may go (simulated machines; the writer does it by itself). */
PH_MUST_CHECK ph_status ph_gate_release(struct ph_machine *self);

#endif
