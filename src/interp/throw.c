/* SPDX-License-Identifier: Apache-2.0 */
/* throw.c - exceptions and traps. The machine unwinds (machine/link.h); here frames are made
 * canonical before, and entered anew after. */
#include "interp/engine.h"
#include "machine/collect.h"

/* The thread goes on at a handler. What was known of its stack is forgotten. */
static void enter_handler(struct ph_worker *worker)
{
    ph_returns_forget(worker);
    worker->stack_low = worker->stack_high = NULL;
    ph_registers_of(worker)->resume = NULL;
    if (__atomic_load_n(&worker->poll, __ATOMIC_RELAXED) != 0) { /* a loop may consist of throws */
        worker->safepoints++;
        ph_leave(worker, PH_RUN_STOPPED);
        return;
    }
    (void)ph_frame_continue(worker, ph_frame_innermost(worker), false);
}

void ph_throw_from(struct ph_worker *worker, ph_ref exception)
{
    bool handled = exception != 0 ? ph_throw(worker, exception)
                                  : ph_throw_trap(worker, PH_TRAP_NULL_REFERENCE);
    if (handled) {
        enter_handler(worker);
    } else {
        ph_leave(worker, PH_RUN_TRAPPED);
    }
}

/* ---- Trap functions --------------------------------------------------------------------------
 * A unit may name a function that makes what is thrown at a trap in its code. Its frame is put
 * above the one that trapped (PH_FRAME_THROWS), behind all that this may hold; what it returns is
 * thrown when it returns (frame.c). A trap in it, or in what it calls, is thrown as it is once
 * PH_NESTED_TRAPS such frames are on the stack. */

#define PH_NESTED_TRAPS 4u

static void count_throwing(void *context, const struct ph_view *view,
                           const struct ph_frame_header *header)
{
    (void)view;
    *(uint32_t *)context += (header->caller & PH_FRAME_THROWS) != 0;
}

/* True: the thread goes on in the unit's trap function. */
static bool call_trap_function(struct ph_worker *worker, const struct ph_entry *entry, uint32_t at,
                               enum ph_trap trap, ph_ref error)
{
    const struct ph_registers *registers = ph_registers_of(worker);
    uint32_t function = worker->view->loaded->unit.trap_function, nested = 0;
    const uint64_t site[2] = {0, (uint64_t)at << 32 | entry->header};
    const uint64_t arguments[2] = {trap, error};
    const struct ph_calling calling = {site, registers->fp + entry->frame_bytes / 8, NULL,
                                       PH_FRAME_THROWS, arguments};

    ph_frames_each(worker->machine, worker->thread, count_throwing, &nested);
    if (nested >= PH_NESTED_TRAPS) {
        return false;
    }
    struct ph_target target = {.view = worker->view, .index = function};
    if (function < worker->view->loaded->unit.imported_functions) {
        target = worker->view->imports[function];
    }
    if (target.view == NULL) { /* a native makes nothing that is more than the error */
        return false;
    }
    struct ph_prepared_instance *instance =
        ph_prepared_instance_met(worker, target.view->instance_ref);
    return instance != NULL &&
           ph_frame_call(worker, instance, target.index, &calling) == PH_TRAP_NONE;
}

/* There was no room. True: the thread waits for a collection, then executes the instruction again.
 * (One that is no site cannot be executed again.) */
static bool waits_for_room(struct ph_worker *worker, const struct ph_entry *entry, uint32_t at)
{
    if (!ph_entry_has_site(entry, at) || !ph_collect_waits(worker)) {
        return false;
    }
    ph_leave(worker, PH_RUN_WAITING);
    return true;
}

/* The instruction at offset `at` of the running function has trapped. */
static void raise_at(struct ph_worker *worker, const struct ph_entry *entry, uint32_t at,
                     enum ph_trap trap)
{
    bool has_room, is_memory = trap == PH_TRAP_OUT_OF_MEMORY;
    bool may_wait = !is_memory && trap != PH_TRAP_STACK_EXHAUSTED; /* it has its reserve now */

    ph_write_position(worker, entry->header, at);
    if (is_memory && waits_for_room(worker, entry, at)) {
        return;
    }
    ph_ref error = ph_trap_exception(worker, trap, &has_room);
    worker->trap_detail = PH_TRAP_NONE;
    if (!has_room && may_wait && waits_for_room(worker, entry, at)) {
        return;
    }
    if (error != 0 && worker->view->loaded->unit.trap_function != UINT32_MAX &&
        call_trap_function(worker, entry, at, trap, error)) {
        return;
    }
    if (error != 0 && ph_unwind(worker, error)) {
        enter_handler(worker);
    } else {
        PH_SET(&worker->mutator, worker->thread->trap, (uint32_t)trap);
        ph_leave(worker, PH_RUN_TRAPPED);
    }
}

void ph_raise(struct ph_worker *worker, enum ph_trap trap)
{
    struct ph_registers *registers = ph_registers_of(worker);
    const struct ph_code *code;
    struct ph_entry *entry = ph_entry_of_code(registers->instance, registers->pc, &code);
    uint32_t at = ph_entry_offset_of(registers->instance, entry, code, registers->pc);

    PH_ASSERT(trap != PH_TRAP_NONE);
    raise_at(worker, entry, at, trap);
}

/* Word 1: site, with the slot of what is thrown. */
void ph_slow_throw(struct ph_worker *worker)
{
    const struct ph_registers *registers = ph_registers_of(worker);
    const uint64_t *pc = registers->pc;

    if (ph_stop_at_site(worker)) {
        return;
    }
    ph_ref thrown = (ph_ref)registers->fp[ph_word_u16(pc, 1, 1)];
    if (thrown == 0) { /* a trap like others, which the unit may have a function for */
        ph_raise(worker, PH_TRAP_NULL_REFERENCE);
        return;
    }
    ph_write_position(worker, ph_word_u16(pc, 1, 0), ph_word_u32(pc, 1, 1));
    ph_throw_from(worker, thrown);
}
