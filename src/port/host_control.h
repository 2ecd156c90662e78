/* SPDX-License-Identifier: Apache-2.0 */
/* host_control.h - the local socket by which a running world is asked things.
 *
 * Promise. The socket lies beside the image, IMAGE.sock, for its owner alone (mode 0600). Who
 * listens holds the image's lock, so a socket that is found there was left by a process that died,
 * and is replaced. A path of any length works. What is said over it is src/tool's business. */
#ifndef PH_PORT_HOST_CONTROL_H
#define PH_PORT_HOST_CONTROL_H

#include "base/status.h"

struct ph_control_server;
struct ph_control;

/* ---- The world's side ------------------------------------------------------------------------ */

PH_MUST_CHECK ph_status ph_control_listen(const char *image_path,
                                          struct ph_control_server **server,
                                          struct ph_error *error);
/* Waits for somebody. PH_FINISHED after ph_control_shut. */
PH_MUST_CHECK ph_status ph_control_accept(struct ph_control_server *self,
                                          struct ph_control **control);
/* Removes the socket and ends ph_control_accept. Any thread. */
void ph_control_shut(struct ph_control_server *self);
void ph_control_free(struct ph_control_server *self); /* NULL is fine */
/* A sign of life that outlives the process: the socket's modification time. */
void ph_control_touch(struct ph_control_server *self);

/* ---- The asking side ------------------------------------------------------------------------- */

/* PH_NOT_FOUND: no world that runs answers there. */
PH_MUST_CHECK ph_status ph_control_connect(const char *image_path, struct ph_control **control,
                                           struct ph_error *error);
/* The newest ph_control_touch of a process that died, wall clock; 0: none. */
uint64_t ph_control_last_touch_ns(const char *image_path);

/* ---- Both ------------------------------------------------------------------------------------ */

PH_MUST_CHECK ph_status ph_control_write(struct ph_control *self, const void *from,
                                         uint64_t bytes);
/* *done = 0: the other side has said all. */
PH_MUST_CHECK ph_status ph_control_read(struct ph_control *self, void *to, uint64_t bytes,
                                        uint64_t *done);
/* Ends waiting reads and writes on it. Any thread. */
void ph_control_interrupt(struct ph_control *self);
void ph_control_close(struct ph_control *self); /* NULL is fine */

#endif
