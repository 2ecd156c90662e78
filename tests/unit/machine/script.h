/* SPDX-License-Identifier: Apache-2.0 */
/* script.h - threads of a world that run scripts instead of bytecode, one operation between two
 * safepoints, for tests of the scheduler. All that a script changes is in the world, so it can be
 * cut, killed and resumed at every operation. What it calls are the natives that programs call. */
#ifndef PH_TESTS_UNIT_SCRIPT_H
#define PH_TESTS_UNIT_SCRIPT_H

#include "machine/internal.h"
#include "machine/monitor.h"
#include "port/sim/sim.h"

#define SCRIPT_OBJECTS 4u
#define SCRIPT_THREADS 4u

enum script_op {
    OP_END = 0,
    OP_NOP,           /* a safepoint */
    OP_ENTER,         /* a: object */
    OP_EXIT,
    OP_INSIDE,        /* a: object; a step during which nobody else may be inside */
    OP_TAKE,          /* a: object, entered; waits until it holds something, and takes that */
    OP_PUT,           /* adds one thing, and notifies one */
    OP_PUT_ALL,       /* … and notifies all */
    OP_WAIT_SHORT,    /* a: object, entered; waits for 1 ns: ends without notification */
    OP_PARK,
    OP_UNPARK,        /* a: started thread */
    OP_START,         /* a: script; the next started thread */
    OP_JOIN,          /* a: started thread; adds what it says to `joined` */
    OP_INTERRUPT,     /* a: started thread */
    OP_PARK_UNTIL_INTERRUPTED,
    OP_YIELD,
    OP_TRAP,
    OP_COLLECT,
    OP_HASH,          /* a: object; its identity never changes */
    OP_REPEAT,        /* from the first step, until it was done a times */
    OP_START_MANY,    /* a: script, as often as `many` says */
    OP_UNPARK_MANY,   /* of all those */
    OP_JOIN_MANY
};

struct script_step {
    uint8_t op, a;
};

/* Shared by all threads; an object of the world. */
struct script_state {
    struct ph_object head;          /* a byte array */
    uint32_t length, extra;
    ph_ref objects[SCRIPT_OBJECTS]; /* what threads enter */
    ph_ref threads[SCRIPT_THREADS];
    uint32_t started;
    uint32_t held[SCRIPT_OBJECTS];  /* things in each; changed by its owner */
    uint32_t inside[SCRIPT_OBJECTS];
    uint32_t hashes[SCRIPT_OBJECTS];
    uint32_t wrong;                 /* how often something was seen that must not be */
    uint32_t joined;                /* results of joins, added up */
    uint32_t collected;
    uint32_t ended;                 /* scripts that came to their end; atomic */
    uint32_t many;
    ph_ref many_ref;                /* REFS */
};

struct script_world {
    struct ph_sim_disk *disk;
    struct ph_machine *machine;
    struct ph_mutator *mutator;
    ph_ref function_ref, state_ref;
};

/* Scripts are numbered from 0. Set before a world is opened, and kept. */
void script_set(uint32_t number, const struct script_step *steps);

void script_open(struct script_world *self, struct ph_machine_options options);
/* Cuts, forgets the machine, and resumes from the disk. */
void script_reopen(struct script_world *self, struct ph_machine_options options);
void script_close(struct script_world *self);
/* The same thread after that. */
struct ph_thread *script_thread(struct script_world *self, ph_ref thread_ref);
/* New objects, nothing started. */
void script_reset(struct script_world *self);
struct script_state *script_state(struct script_world *self);
/* A thread that runs script `number`; it is ready. */
struct ph_thread *script_start(struct script_world *self, uint32_t number);
/* Drops a thread that was started from outside and has ended. */
void script_drop(struct script_world *self, struct ph_thread *thread);

#endif
