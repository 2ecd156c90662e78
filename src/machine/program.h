/* SPDX-License-Identifier: Apache-2.0 */
/* program.h - the programs of a world: finding them, and what is left of them when they have ended.
 *
 * A world has any number of programs, made by ph_program_create (machine.h). The first is the one
 * that the world was made with; it is in the list for ever. Ids count from 1 and are never reused.
 *
 * A program that has ended (exited, trapped, or ended by ph_program_end) is *finished* a little
 * later, with the world stopped: devices close what it held (ph_device.ended), and its linear
 * memories are given back, in pieces, so that no pause grows with them. Its functions and objects
 * live on where others refer to them; its memories have no bytes any more, so such a function
 * traps when it touches them. It stays in the list until ph_program_forget. */
#ifndef PH_MACHINE_PROGRAM_H
#define PH_MACHINE_PROGRAM_H

#include "machine/machine.h"

static inline bool ph_program_has_ended(const struct ph_program *program)
{
    return program->state == PH_PROGRAM_EXITED || program->state == PH_PROGRAM_TRAPPED;
}

/* ---- The world is paused or stopped ---------------------------------------------------------- */

/* The one that the world was made with; NULL: it has none. */
struct ph_program *ph_program_first(struct ph_machine *self);
/* NULL: there is none, or none any more. */
struct ph_program *ph_program_by_id(struct ph_machine *self, uint32_t id);
/* The next older one, or, of NULL, the newest; NULL: no more. */
struct ph_program *ph_program_next(struct ph_machine *self, const struct ph_program *program);

/* Does a bounded piece of finishing an ended program; true: nothing is left to do. Goes on after a
 * resume where it was. */
bool ph_program_finish(struct ph_machine *self, struct ph_mutator *mutator,
                       struct ph_program *program);
/* Takes a finished program out of the list, and its own names out of the root directory. Not the
 * first. Nothing must use `program` afterwards. */
void ph_program_forget(struct ph_machine *self, struct ph_mutator *mutator,
                       struct ph_program *program);

/* ---- Waiting from outside -------------------------------------------------------------------- */

struct ph_programs_state {
    uint32_t running;    /* starting or running */
    uint32_t living;     /* reactors without a thread */
    uint32_t ended;
    uint32_t unfinished; /* of those that have ended */
};
/* Any thread. */
struct ph_programs_state ph_programs_look(struct ph_machine *self);
/* Waits until the state is not `known` any more, or a program is unfinished, and puts it there.
 * PH_AGAIN: the machine was told to stop. */
PH_MUST_CHECK ph_status ph_programs_wait(struct ph_machine *self,
                                         struct ph_programs_state *known);

/* Which threads the workers run just now; how many of them it put into `running`. Any thread; stops
 * nothing, and is as old as the answer takes. */
struct ph_running { uint64_t thread_id; uint32_t program_id; };
uint32_t ph_programs_running(struct ph_machine *self, struct ph_running *running, uint32_t room);

#endif
