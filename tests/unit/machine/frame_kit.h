/* SPDX-License-Identifier: Apache-2.0 */
/* frame_kit.h - frames put on a thread's stack by hand, as the engine would. */
#ifndef PH_TESTS_FRAME_KIT_H
#define PH_TESTS_FRAME_KIT_H

#include "class_kit.h"

/* Units of functions () -> () that are `calls` calls in a row, a return, and one label for each
 * handler. Call i is what handler {i, k} covers from i to k - 1. */
#define FRAME_CALLS_MAX 8u
#define FRAME_HANDLERS_MAX 6u

struct frame_handler {
    uint32_t first, last; /* calls first .. last - 1 */
    uint32_t class_ref;   /* UINT32_MAX: any */
};

struct frame_function {
    uint32_t calls, locals, handler_count;
    struct frame_handler handlers[FRAME_HANDLERS_MAX];
    uint32_t offsets[FRAME_CALLS_MAX + 1]; /* of the calls; then of the return */
    uint32_t labels[FRAME_HANDLERS_MAX];   /* offsets */
};

/* `signature`: of () -> (). The calls go to function `callee`, which nobody runs. */
static inline void frame_function_build(struct ph_builder *b, struct frame_function *f,
                                        uint32_t signature, uint32_t callee)
{
    uint32_t labels[FRAME_HANDLERS_MAX];
    ph_builder_function_begin(b, signature);
    if (f->locals > 0) {
        ph_builder_locals(b, f->locals, PH_REF);
    }
    uint32_t shape = ph_builder_shape(b, 0, PH_REF);
    for (uint32_t i = 0; i < f->calls; i++) {
        f->offsets[i] = ph_builder_code_offset(b);
        ph_builder_op1(b, PH_OP_call, callee);
    }
    f->offsets[f->calls] = ph_builder_code_offset(b);
    ph_builder_op(b, PH_OP_return);
    for (uint32_t i = 0; i < f->handler_count; i++) {
        labels[i] = ph_builder_label(b, shape, false);
        f->labels[i] = ph_builder_code_offset(b);
        ph_builder_op1(b, PH_OP_label, labels[i]);
        ph_builder_op(b, PH_OP_drop);
        ph_builder_op(b, PH_OP_return);
    }
    for (uint32_t i = 0; i < f->handler_count; i++) {
        const struct ph_exception_handler h = {f->offsets[f->handlers[i].first],
                                               f->offsets[f->handlers[i].last], labels[i],
                                               f->handlers[i].class_ref};
        ph_builder_handler(b, &h);
    }
    ph_builder_function_end(b);
}

/* A thread without frames, which the scheduler does not know. */
static inline struct ph_thread *frame_thread(struct class_world *w, struct ph_view *view)
{
    struct ph_thread *thread;
    struct ph_error error;
    ph_ref f = ph_view_function(w->mutator, view, 0);
    CHECK(f != 0);
    CHECK_OK(ph_thread_create(w->machine, w->mutator, f, NULL, &thread, &error));
    return thread;
}

static inline uint64_t *frame_slots(struct class_world *w, const struct ph_thread *thread)
{
    return (uint64_t *)(void *)ph_stack_of(ph_address(w->machine->heap, thread->chunk_ref));
}

static inline struct ph_frame_header *frame_top(struct class_world *w,
                                                const struct ph_thread *thread)
{
    CHECK(thread->header_slot != 0);
    return (void *)&frame_slots(w, thread)[thread->header_slot];
}

/* Puts a frame of function `index` with `locals` locals above the innermost one, which is at its
 * call. False: the stack's limit. */
static inline bool frame_push(struct class_world *w, struct ph_thread *thread, ph_ref instance,
                              uint32_t index, uint32_t locals)
{
    uint32_t need = locals + PH_FRAME_HEADER_SLOTS + 4, caller = thread->header_slot;
    uint64_t *slots = frame_slots(w, thread);
    uint64_t *first = slots + PH_STACK_BASE;
    w->worker->thread = thread;
    if (caller != 0) {
        first = &slots[caller + PH_FRAME_HEADER_SLOTS];
    }
    if (first + need > slots + ((struct ph_stack *)(void *)slots)->slots) {
        if (ph_stack_push_chunk(w->worker, &slots[caller], first, need, &first) != PH_TRAP_NONE) {
            return false;
        }
        slots = frame_slots(w, thread);
        caller = 0;
    }
    uint32_t header_slot = (uint32_t)(first - slots) + locals;
    struct ph_frame_header *header = (void *)&slots[header_slot];
    ph_touch(&w->worker->mutator, first, (uint64_t)need * 8);
    memset(first, 0, (size_t)need * 8);
    *header = (struct ph_frame_header){instance, index, 0,
                                       caller == 0 ? 0 : header_slot - caller};
    PH_SET(&w->worker->mutator, thread->header_slot, header_slot);
    return true;
}

/* The innermost frame returns; false: it was the last. */
static inline bool frame_pop(struct class_world *w, struct ph_thread *thread)
{
    uint32_t caller = frame_top(w, thread)->caller & PH_FRAME_CALLER_MASK;
    uint32_t below = thread->header_slot - caller;
    w->worker->thread = thread;
    if (caller == 0) {
        uint64_t *header, *window;
        below = ph_stack_pop_chunk(w->worker, &header, &window)
                    ? (uint32_t)(header - frame_slots(w, thread))
                    : 0;
    }
    PH_SET(&w->worker->mutator, thread->header_slot, below);
    return below != 0;
}

static inline void frame_set_pc(struct class_world *w, struct ph_thread *thread, uint32_t pc)
{
    PH_SET(&w->worker->mutator, frame_top(w, thread)->pc, pc);
}

#endif
