/* SPDX-License-Identifier: Apache-2.0 */
/* throw.c - exceptions and traps. The machine unwinds (machine/link.h); here frames are made
 * canonical before, and entered anew after. */
#include "interp/engine.h"

/* The thread goes on at a handler. What was known of its stack is forgotten. */
static void enter_handler(struct ph_worker *worker)
{
    memset(worker->returns, 0, sizeof(worker->returns)); /* engine.h, invariant 3 */
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

void ph_raise_at(struct ph_worker *worker, const struct ph_entry *entry, uint32_t at,
                 enum ph_trap trap)
{
    ph_write_position(worker, entry->header, at);
    if (ph_throw_trap(worker, trap)) {
        enter_handler(worker);
    } else {
        ph_leave(worker, PH_RUN_TRAPPED);
    }
}

void ph_raise(struct ph_worker *worker, enum ph_trap trap)
{
    struct ph_registers *registers = ph_registers_of(worker);
    struct ph_entry *entry = ph_entry_of_code(registers->instance, registers->pc);

    PH_ASSERT(trap != PH_TRAP_NONE);
    ph_raise_at(worker, entry, ph_entry_offset_of(registers->instance, entry, registers->pc),
                trap);
}

/* Word 1: site, with the slot of what is thrown. */
void ph_slow_throw(struct ph_worker *worker)
{
    const struct ph_registers *registers = ph_registers_of(worker);
    const uint64_t *pc = registers->pc;

    if (ph_stop_at_site(worker)) {
        return;
    }
    ph_write_position(worker, ph_word_u16(pc, 1, 0), ph_word_u32(pc, 1, 1));
    ph_throw_from(worker, (ph_ref)registers->fp[ph_word_u16(pc, 1, 1)]);
}
