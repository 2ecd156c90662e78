/* SPDX-License-Identifier: Apache-2.0 */
/* wasi_process.c - arguments, environment, clocks, chance, the end; and sockets, which there are
 * none of. */
#include "device/wasi_call.h"

/* ---- Arguments and environment ----------------------------------------------------------- */

/* The texts of a TABLE_ITEMS array: how many, and how long with a NUL after each. */
static void measure(const struct ph_wasi_call *c, ph_ref items_ref, uint32_t *count,
                    uint32_t *bytes)
{
    *count = 0;
    *bytes = 0;
    if (items_ref == 0) {
        return;
    }
    const struct ph_refs *items = ph_address(c->tree.heap, items_ref);
    while (*count < items->length && items->items[*count] != 0) {
        *bytes += (uint32_t)ph_text_at(c->tree.heap, items->items[*count]).size + 1;
        (*count)++;
    }
}

static ph_errno texts_get(struct ph_wasi_call *c, ph_ref items_ref)
{
    uint32_t count;
    uint32_t bytes;
    measure(c, items_ref, &count, &bytes);
    uint32_t pointers = ph_wasi_u32(c, 0);
    uint32_t buffer = ph_wasi_u32(c, 1);
    if (!ph_wasi_is_in(c, pointers, UINT64_C(4) * count) || !ph_wasi_is_in(c, buffer, bytes)) {
        return PH_E_FAULT;
    }
    for (uint32_t i = 0; i < count; i++) {
        const struct ph_refs *items = ph_address(c->tree.heap, items_ref);
        struct ph_slice text = ph_text_at(c->tree.heap, items->items[i]);
        ph_wasi_out_u32(c, pointers + 4 * i, buffer);
        ph_wasi_out(c, buffer, text.bytes, text.size);
        ph_wasi_out(c, buffer + text.size, "", 1);
        buffer += (uint32_t)text.size + 1;
    }
    return PH_E_OK;
}

static ph_errno texts_sizes_get(struct ph_wasi_call *c, ph_ref items_ref)
{
    uint32_t count;
    uint32_t bytes;
    measure(c, items_ref, &count, &bytes);
    if (!ph_wasi_is_in(c, ph_wasi_u32(c, 0), 4) || !ph_wasi_is_in(c, ph_wasi_u32(c, 1), 4)) {
        return PH_E_FAULT;
    }
    ph_wasi_out_u32(c, ph_wasi_u32(c, 0), count);
    ph_wasi_out_u32(c, ph_wasi_u32(c, 1), bytes);
    return PH_E_OK;
}

ph_errno ph_wasi_args_get(struct ph_wasi_call *c)
{
    return texts_get(c, c->descriptors.program->arguments_ref);
}

ph_errno ph_wasi_args_sizes_get(struct ph_wasi_call *c)
{
    return texts_sizes_get(c, c->descriptors.program->arguments_ref);
}

ph_errno ph_wasi_environ_get(struct ph_wasi_call *c)
{
    return texts_get(c, c->descriptors.program->environment_ref);
}

ph_errno ph_wasi_environ_sizes_get(struct ph_wasi_call *c)
{
    return texts_sizes_get(c, c->descriptors.program->environment_ref);
}

/* ---- Clocks and chance ------------------------------------------------------------------- */

enum { CLOCK_REAL = 0, CLOCK_MONOTONIC = 1, CLOCK_PROCESS = 2, CLOCK_THREAD = 3 };

ph_errno ph_wasi_clock_res_get(struct ph_wasi_call *c)
{
    uint32_t to = ph_wasi_u32(c, 1);
    if (ph_wasi_u32(c, 0) > CLOCK_THREAD) {
        return PH_E_INVAL;
    }
    if (!ph_wasi_is_in(c, to, 8)) {
        return PH_E_FAULT;
    }
    ph_wasi_out_u64(c, to, 1);
    return PH_E_OK;
}

ph_errno ph_wasi_clock_time_get(struct ph_wasi_call *c)
{
    uint32_t clock = ph_wasi_u32(c, 0);
    uint32_t to = ph_wasi_u32(c, 2);
    if (clock > CLOCK_THREAD) {
        return PH_E_INVAL;
    }
    if (!ph_wasi_is_in(c, to, 8)) {
        return PH_E_FAULT;
    }
    /* A worker's CPU time says nothing of a program that moves between workers and processes, so
     * the CPU clocks show the time that the world has run. */
    ph_wasi_out_u64(c, to, clock == CLOCK_REAL ? ph_clock_wall_ns()
                                               : ph_machine_clock_ns(c->call->machine));
    return PH_E_OK;
}

ph_errno ph_wasi_random_get(struct ph_wasi_call *c)
{
    uint32_t bytes = ph_wasi_u32(c, 1);
    uint8_t *to = ph_call_memory_write(c->call, ph_wasi_u32(c, 0), bytes);
    if (to == NULL) {
        return PH_E_FAULT;
    }
    ph_random_fill(to, bytes);
    return PH_E_OK;
}

ph_errno ph_wasi_sched_yield(struct ph_wasi_call *c)
{
    (void)c; /* threads are preempted, nobody starves */
    return PH_E_OK;
}

/* ---- The end ----------------------------------------------------------------------------- */

/* A function that was handed to another program can end neither that one nor its own: the other
 * program's thread traps. What the program holds open is closed when it is finished. */
static ph_errno leave(struct ph_wasi_call *c, uint32_t exit_code)
{
    ph_ref program_ref = ph_ref_to(c->tree.heap, c->descriptors.program);
    c->is_foreign_exit = c->call->thread->program_ref != program_ref;
    c->exit_code = exit_code;
    return PH_E_EXITING;
}

ph_errno ph_wasi_proc_exit(struct ph_wasi_call *c) { return leave(c, ph_wasi_u32(c, 0)); }

/* WASI has no handlers, so a signal does what it does by default. */
ph_errno ph_wasi_proc_raise(struct ph_wasi_call *c)
{
    uint32_t signal = ph_wasi_u32(c, 0);
    switch (signal) {
    case 0:  /* none */
    case 16: /* chld */
    case 17: /* cont */
    case 22: /* urg */
    case 27: /* winch */
        return PH_E_OK;
    case 18: /* stop */
    case 19: /* tstp */
    case 20: /* ttin */
    case 21: /* ttou */
        return PH_E_NOTSUP;
    default:
        return signal > 30 ? PH_E_INVAL : leave(c, 128 + signal);
    }
}

/* ---- Sockets: none in preview 1 here ----------------------------------------------------- */

static ph_errno no_socket(struct ph_wasi_call *c)
{
    struct ph_descriptor *d;
    ph_errno error = ph_wasi_descriptor(c, 0, 0, &d);
    return error != PH_E_OK ? error : PH_E_NOTSOCK;
}

ph_errno ph_wasi_sock_accept(struct ph_wasi_call *c) { return no_socket(c); }
ph_errno ph_wasi_sock_recv(struct ph_wasi_call *c) { return no_socket(c); }
ph_errno ph_wasi_sock_send(struct ph_wasi_call *c) { return no_socket(c); }
ph_errno ph_wasi_sock_shutdown(struct ph_wasi_call *c) { return no_socket(c); }
