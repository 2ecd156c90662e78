/* SPDX-License-Identifier: Apache-2.0 */
/* reference_interpreter.h - runs verified bytecode as simply as possible: one instruction at a
 * time on a stack of 64-bit values, all checks made anew, no objects, no safepoints. What the
 * interpreter does is compared with it.
 *
 * A reference is 0, or 1 + the index of a function, or one of an object (reference_objects.c).
 * Units must not import anything. */
#ifndef PH_TESTS_SUPPORT_REFERENCE_INTERPRETER_H
#define PH_TESTS_SUPPORT_REFERENCE_INTERPRETER_H

#include "code/verify.h"

struct reference_table {
    uint64_t *items;
    uint32_t count, max;
};

struct reference {
    struct ph_unit unit;
    uint8_t *memory;           /* memory 0, reserved whole */
    uint64_t memory_bytes, memory_max;
    struct reference_table *tables;
    uint64_t *globals;
    bool *elements_dropped, *datas_dropped;
    struct reference_code *code; /* opened functions */
    struct reference_objects *objects;
    uint32_t depth;
    uint64_t instructions;
    /* How it ended. */
    enum ph_trap trap;
    uint32_t trap_function, trap_pc;
    bool ambiguous;            /* a NaN was made of two different ones: its bits may be either */
};

/* Opens and instantiates; a trap of an active segment is in `trap`. */
void reference_init(struct reference *self, struct ph_slice unit);
void reference_finish(struct reference *self);
/* Calls a function; `slots` has the arguments, and then the results (or nothing: a trap). */
void reference_call(struct reference *self, uint32_t function, uint64_t *slots);

#endif
