/* SPDX-License-Identifier: Apache-2.0 */
/* reference_frame.h - what the files of the reference interpreter share. */
#ifndef PH_TESTS_SUPPORT_REFERENCE_FRAME_H
#define PH_TESTS_SUPPORT_REFERENCE_FRAME_H

#include "base/assert.h"
#include "port/port.h"
#include "support/reference_interpreter.h"

struct reference_code {
    bool is_open;
    struct ph_scratch scratch;
    struct ph_function function;
    struct ph_function_facts facts;
};

struct frame {
    struct reference *r;
    uint32_t index;
    const struct reference_code *code;
    uint64_t *locals, *stack;
    uint32_t depth;
    struct ph_insn insn;
    uint32_t next;
    bool done;
};

static inline void reference_push(struct frame *f, uint64_t value) { f->stack[f->depth++] = value; }
static inline uint64_t reference_pop(struct frame *f)
{
    PH_ASSERT(f->depth > 0);
    return f->stack[--f->depth];
}

void reference_trap(struct frame *f, enum ph_trap kind);
/* The arguments are on the stack, and then the results, or a trap is under way. */
void reference_call_function(struct frame *f, uint32_t index);

/* reference_objects.c */
void reference_objects_init(struct reference *self);
void reference_objects_finish(struct reference *self);
void reference_run_object(struct frame *f);
/* A trap or exception is under way at the frame's instruction: true if it is handled here. */
bool reference_catch(struct frame *f);

#endif
