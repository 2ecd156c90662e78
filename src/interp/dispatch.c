/* SPDX-License-Identifier: Apache-2.0 */
/* dispatch.c - makes the handlers: functions that tail-call each other where the compiler can
 * promise that (musttail) and leaves them enough registers (preserve_none), else labels of one
 * function with computed gotos. docs/decisions/0001-dispatch.md has the figures.
 *
 * -DPH_INTERP_DISPATCH=1 forces tail calls, =2 computed gotos. */
#include "interp/engine.h"
#include "interp/float.h"
#include "machine/monitor.h"

#ifndef PH_INTERP_DISPATCH
#ifdef __has_attribute
#if __has_attribute(musttail)
#define PH_INTERP_DISPATCH 1
#endif
#if __has_attribute(preserve_none)
#define CONVENTION __attribute__((preserve_none))
#endif
#endif
#endif
#ifndef PH_INTERP_DISPATCH
#define PH_INTERP_DISPATCH 2
#endif
#ifndef CONVENTION
#define CONVENTION /* clang before 19: slower, but it compiles the gotos only in many minutes */
#endif

/* The address table, in the order of the enum. AT(name) is the address of a handler. */
#define TABLE_OUT(op, out, half)                                                               \
    [PH_H_##op + (half) + PH_V_SS] = AT(op##_ss_##out),                                        \
    [PH_H_##op + (half) + PH_V_RS] = AT(op##_rs_##out),                                        \
    [PH_H_##op + (half) + PH_V_SR] = AT(op##_sr_##out),
#define TABLE_OUT_IMMEDIATE(op, out, half)                                                     \
    [PH_H_##op + (half) + PH_V_SI] = AT(op##_si_##out),                                        \
    [PH_H_##op + (half) + PH_V_RI] = AT(op##_ri_##out),
#define TABLE_OUT_WORD(op, out, half)                                                          \
    [PH_H_##op + (half) + PH_V_SW] = AT(op##_sw_##out),                                        \
    [PH_H_##op + (half) + PH_V_RW] = AT(op##_rw_##out),                                        \
    [PH_H_##op + (half) + PH_V_WS] = AT(op##_ws_##out),                                        \
    [PH_H_##op + (half) + PH_V_WR] = AT(op##_wr_##out),
#define TABLE_BINARY(op)                                                                       \
    TABLE_OUT(op, KEEP, 0) TABLE_OUT(op, DROP, PH_V_OPERANDS)                                  \
    TABLE_OUT_WORD(op, KEEP, 0) TABLE_OUT_WORD(op, DROP, PH_V_OPERANDS)
#define TABLE_IMMEDIATE(op) \
    TABLE_OUT_IMMEDIATE(op, KEEP, 0) TABLE_OUT_IMMEDIATE(op, DROP, PH_V_OPERANDS)
#define TABLE_BRANCH(op) TABLE_OUT(op, forward, 0) TABLE_OUT(op, back, PH_V_BRANCHES)
#define TABLE_BRANCH_IMMEDIATE(op) \
    TABLE_OUT_IMMEDIATE(op, forward, 0) TABLE_OUT_IMMEDIATE(op, back, PH_V_BRANCHES)
#define TABLE_SUM(op)                                                                          \
    [PH_H_##op + PH_V_SUM_S] = AT(op##_rs), [PH_H_##op + PH_V_S_SUM] = AT(op##_sr),            \
    [PH_H_##op + PH_V_SUM_I] = AT(op##_ri),
#define TABLE_LOAD(op, out, half)                                                              \
    [PH_H_##op + (half) + PH_V_AT_S] = AT(op##_s_##out),                                       \
    [PH_H_##op + (half) + PH_V_AT_R] = AT(op##_r_##out),                                       \
    [PH_H_##op + (half) + PH_V_AT_SI] = AT(op##_si_##out),                                     \
    [PH_H_##op + (half) + PH_V_AT_RI] = AT(op##_ri_##out),                                     \
    [PH_H_##op + (half) + PH_V_AT_SS] = AT(op##_ss_##out),                                     \
    [PH_H_##op + (half) + PH_V_AT_RS] = AT(op##_rs_##out),
#define TABLE_UNARY(op)                                                                        \
    [PH_H_##op + PH_V_S] = AT(op##_s_KEEP), [PH_H_##op + PH_V_R] = AT(op##_r_KEEP),            \
    [PH_H_##op + PH_V_UNARY_OPERANDS + PH_V_S] = AT(op##_s_DROP),                              \
    [PH_H_##op + PH_V_UNARY_OPERANDS + PH_V_R] = AT(op##_r_DROP),
#define TABLE_STORE(op)                                                                        \
    [PH_H_##op + PH_V_SS] = AT(op##_ss), [PH_H_##op + PH_V_RS] = AT(op##_rs),                  \
    [PH_H_##op + PH_V_SR] = AT(op##_sr), [PH_H_##op + PH_V_SI_S] = AT(op##_si_s),              \
    [PH_H_##op + PH_V_RI_S] = AT(op##_ri_s), [PH_H_##op + PH_V_SS_S] = AT(op##_ss_s),          \
    [PH_H_##op + PH_V_RS_S] = AT(op##_rs_s),
#define TABLE_STORE_IMMEDIATE(op)                                                              \
    [PH_H_##op + PH_V_SI] = AT(op##_si), [PH_H_##op + PH_V_RI] = AT(op##_ri),                  \
    [PH_H_##op + PH_V_SI_I] = AT(op##_si_i), [PH_H_##op + PH_V_RI_I] = AT(op##_ri_i),
#define TABLE_ARRAY(op, out, half)                                                             \
    [PH_H_##op + (half) + PH_V_ARRAY_SS] = AT(op##_ss_##out),                                  \
    [PH_H_##op + (half) + PH_V_ARRAY_RS] = AT(op##_rs_##out),                                  \
    [PH_H_##op + (half) + PH_V_ARRAY_SR] = AT(op##_sr_##out),
#define TABLE_VALUE_u32(op) [PH_H_##op + PH_V_S] = AT(op##_s), [PH_H_##op + PH_V_R] = AT(op##_r),
#define TABLE_VALUE_u64(op) TABLE_VALUE_u32(op)
#define TABLE_VALUE_f32(op) [PH_H_##op + PH_V_R] = AT(op##_r),
#define TABLE_VALUE_f64(op) TABLE_VALUE_f32(op)

/* Instructions may become others meanwhile (invoke.c). */
#define NEXT_HANDLER() __atomic_load_n(&pc[0], __ATOMIC_RELAXED)

#if PH_INTERP_DISPATCH == 1

#define PARAMETERS                                                                              \
    const uint64_t *pc, uint64_t *fp, struct ph_worker *w, uint8_t *memory, uint64_t memory_bytes, \
        const uint32_t *stamps, uint32_t epoch, uint64_t acc, float facc, double dacc
#define ARGUMENTS pc, fp, w, memory, memory_bytes, stamps, epoch, acc, facc, dacc

typedef void (*handler)(PARAMETERS) CONVENTION;

#define HANDLER(name) static CONVENTION void run_##name(PARAMETERS)
#define DISPATCH() __attribute__((musttail)) return ((handler)(uintptr_t)NEXT_HANDLER())(ARGUMENTS)
#define GOTO(name) __attribute__((musttail)) return run_##name(ARGUMENTS)
#define LEAVE() return
#pragma clang diagnostic ignored "-Wunused-parameter" /* every handler has them all */

HANDLER(call_virtual);
HANDLER(call_virtual_found);
HANDLER(call_method);
HANDLER(trap);
HANDLER(bounds);
HANDLER(store_slow);
#define PH_SLOW(name) HANDLER(slow_##name);
#include "interp/handlers.def"

#else /* computed gotos */

#define HANDLER(name) run_##name:
#define DISPATCH() goto *(const void *)(uintptr_t)NEXT_HANDLER()
#define GOTO(name) goto run_##name
#define LEAVE() return NULL

#endif

#define NEXT(words)    \
    do {               \
        pc += (words); \
        DISPATCH();    \
    } while (0)
#define SAVE() (REGS()->pc = pc, REGS()->fp = fp, REGS()->store_value = acc)
#define RELOAD()                                                             \
    (pc = REGS()->pc, fp = REGS()->fp, memory = REGS()->memory,              \
     memory_bytes = REGS()->memory_bytes, stamps = REGS()->stamps)

#if PH_INTERP_DISPATCH == 1

#define AT(name) (const void *)run_##name
#include "interp/handlers.inc"

static const void *const handler_table[PH_HANDLER_COUNT] = {
#include "interp/handlers_table.inc"
};

const void *const *ph_interp_handlers(void)
{
    return handler_table;
}

void ph_interp_enter(struct ph_worker *worker)
{
    const struct ph_registers *registers = ph_registers_of(worker);
    handler first = (handler)(uintptr_t)registers->pc[0];

    first(registers->pc, registers->fp, worker, registers->memory, registers->memory_bytes,
          registers->stamps, registers->epoch, 0, 0, 0);
}

const char *ph_interp_dispatch(void)
{
    return "tail calls";
}

#else

/* All handlers as one function. Without a worker it returns their addresses. */
static const void *const *run_all(struct ph_worker *w)
{
#define AT(name) &&run_##name
    static const void *const handler_table[PH_HANDLER_COUNT] = {
#include "interp/handlers_table.inc"
    };
    if (w == NULL) {
        return handler_table;
    }
    const struct ph_registers *registers = ph_registers_of(w);
    const uint64_t *pc = registers->pc;
    uint64_t *fp = registers->fp;
    uint8_t *memory = registers->memory;
    uint64_t memory_bytes = registers->memory_bytes, acc = 0;
    const uint32_t *stamps = registers->stamps;
    const uint32_t epoch = registers->epoch;
    float facc = 0;
    double dacc = 0;
    DISPATCH();
#include "interp/handlers.inc"
}

const void *const *ph_interp_handlers(void)
{
    return run_all(NULL);
}

void ph_interp_enter(struct ph_worker *worker)
{
    (void)run_all(worker);
}

const char *ph_interp_dispatch(void)
{
    return "computed goto";
}

#endif
