/* SPDX-License-Identifier: Apache-2.0 */
/* look.h - a durable cut to be read beside the running world.
 *
 * Promise. From begin to end the bytes at ph_look_base are those of one durable cut, the newest
 * when the look began; the world and its cuts go on. Whoever wants to see the whole world (the
 * collector, inspect, fsck) looks at one of these and never stops anything.
 *
 * While anybody looks nothing is folded, so the log grows by what changes: look, and be gone. */
#ifndef PH_MACHINE_LOOK_H
#define PH_MACHINE_LOOK_H

#include "machine/machine.h"

struct ph_look;

/* On any thread that holds no lock of the machine; not on the writer's. It first lets a fold that
 * is under way come to its end, and then reads the log as an open does. */
PH_MUST_CHECK ph_status ph_look_begin(struct ph_machine *self, struct ph_look **look,
                                      struct ph_error *error);
/* The arena as of the cut; to be read only. */
uint8_t *ph_look_base(const struct ph_look *self);
struct ph_cut_info ph_look_cut(const struct ph_look *self);
void ph_look_end(struct ph_look *self); /* NULL is fine */

#endif
