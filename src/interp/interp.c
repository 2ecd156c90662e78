/* SPDX-License-Identifier: Apache-2.0 */
/* interp.c - the interpreter as the machine sees it. */
#include "interp/engine.h"

static enum ph_run_result run(struct ph_worker *worker)
{
    struct ph_registers *registers = ph_registers_of(worker);
    const struct ph_thread *thread = worker->thread;

    memset(registers, 0, sizeof(*registers));
    ph_returns_forget(worker);
    worker->view = NULL;
    registers->epoch = worker->mutator.heap->epoch;
    registers->arena = worker->mutator.heap->arena;
    registers->all_stamps = worker->mutator.heap->stamps;
    registers->function_class = worker->mutator.heap->header->classes[PH_CLASS_FUNCTION];
    registers->leave[0] = ph_interp_handlers()[PH_H_exit];
    registers->cross[0] = ph_interp_handlers()[PH_H_return_cross];
    bool running = thread->header_slot != 0 ? ph_frame_resume(worker) : ph_frame_begin(worker);
    if (running) {
        ph_interp_enter(worker);
    }
    return (enum ph_run_result)registers->result;
}

const struct ph_engine ph_interp = {run, ph_interp_drop_unit};
