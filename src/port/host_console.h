/* SPDX-License-Identifier: Apache-2.0 */
/* host_console.h - standard input, and the places that output goes to.
 *
 * Promise. Nothing here waits: input is read by a thread of its own, and only after somebody asked
 * for it, so that bytes which the program never wanted stay with the host. Output that cannot leave
 * now gives PH_AGAIN. */
#ifndef PH_PORT_HOST_CONSOLE_H
#define PH_PORT_HOST_CONSOLE_H

#include "base/status.h"

/* ---- Input ------------------------------------------------------------------------------- */

enum ph_host_input_kind {
    PH_HOST_INPUT_STREAM = 0,   /* pipe, socket, device: what was read is gone */
    PH_HOST_INPUT_FILE = 1,     /* regular file: read at an offset, as often as one likes */
    PH_HOST_INPUT_TERMINAL = 2, /* a stream with somebody at its end */
    PH_HOST_INPUT_NONE = 3      /* closed: always at its end */
};

struct ph_host_input;

/* Standard input of the process. `wake` is called on a thread of ours whenever waiting for input is
 * over; without the lock that the functions below take. */
PH_MUST_CHECK ph_status ph_host_input_open(void (*wake)(void *context), void *context,
                                           struct ph_host_input **input);
void ph_host_input_close(struct ph_host_input *self); /* NULL is fine */
enum ph_host_input_kind ph_host_input_kind(const struct ph_host_input *self);

/* How much can be taken now, without waiting. PH_OK with 0: the end. PH_AGAIN: nothing yet; reading
 * has begun and `wake` will be called. `offset` is where in the input the program is; only files
 * look at it. */
PH_MUST_CHECK ph_status ph_host_input_ready(struct ph_host_input *self, uint64_t offset,
                                            uint64_t *bytes);
/* Takes up to `bytes`; *done = 0 with PH_OK: the end (a terminal may go on after it). */
PH_MUST_CHECK ph_status ph_host_input_take(struct ph_host_input *self, uint64_t offset, void *to,
                                           uint64_t bytes, uint64_t *done);

/* ---- Output ------------------------------------------------------------------------------ */

struct ph_host_output;

/* Streams 1 and 2 to the standard output and error of the process. From then on a closed pipe is an
 * error status and no signal. */
PH_MUST_CHECK ph_status ph_host_output_standard(struct ph_host_output **output);
/* Both streams to `path`, which is made if absent and made empty with `truncate`. */
PH_MUST_CHECK ph_status ph_host_output_file(const char *path, bool truncate,
                                            struct ph_host_output **output,
                                            struct ph_error *error);
void ph_host_output_close(struct ph_host_output *self); /* NULL is fine */

/* PH_AGAIN with *done = 0: it would have to wait. PH_IO: the other side is gone. */
PH_MUST_CHECK ph_status ph_host_output_write(struct ph_host_output *self, uint32_t stream,
                                             struct ph_slice bytes, uint64_t *done);
/* Bytes that the file holds; PH_NOT_FOUND for streams, pipes and devices. */
PH_MUST_CHECK ph_status ph_host_output_position(struct ph_host_output *self, uint64_t *bytes);
PH_MUST_CHECK ph_status ph_host_output_flush(struct ph_host_output *self);

#endif
