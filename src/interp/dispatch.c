/* SPDX-License-Identifier: Apache-2.0 */
/* dispatch.c - makes the handlers: functions that tail-call each other where the compiler can
 * promise that (musttail) and leaves them enough registers (preserve_none), else labels of one
 * function with computed gotos. docs/decisions/0001-dispatch.md has the figures.
 *
 * -DPH_INTERP_DISPATCH=1 forces tail calls, =2 computed gotos. */
#include "interp/engine.h"
#include "interp/float.h"

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
#define TABLE_BINARY(op)                                                                       \
    [PH_H_##op + PH_V_SS] = AT(op##_ss_KEEP), [PH_H_##op + PH_V_RS] = AT(op##_rs_KEEP),        \
    [PH_H_##op + PH_V_SR] = AT(op##_sr_KEEP),                                                  \
    [PH_H_##op + PH_V_OPERANDS + PH_V_SS] = AT(op##_ss_DROP),                                  \
    [PH_H_##op + PH_V_OPERANDS + PH_V_RS] = AT(op##_rs_DROP),                                  \
    [PH_H_##op + PH_V_OPERANDS + PH_V_SR] = AT(op##_sr_DROP),
#define TABLE_IMMEDIATE(op)                                                                    \
    [PH_H_##op + PH_V_SI] = AT(op##_si_KEEP), [PH_H_##op + PH_V_RI] = AT(op##_ri_KEEP),        \
    [PH_H_##op + PH_V_OPERANDS + PH_V_SI] = AT(op##_si_DROP),                                  \
    [PH_H_##op + PH_V_OPERANDS + PH_V_RI] = AT(op##_ri_DROP),
#define TABLE_BRANCH(op)                                                                       \
    [PH_H_##op + PH_V_SS] = AT(op##_ss_forward), [PH_H_##op + PH_V_RS] = AT(op##_rs_forward),  \
    [PH_H_##op + PH_V_SR] = AT(op##_sr_forward),                                               \
    [PH_H_##op + PH_V_OPERANDS + PH_V_SS] = AT(op##_ss_back),                                  \
    [PH_H_##op + PH_V_OPERANDS + PH_V_RS] = AT(op##_rs_back),                                  \
    [PH_H_##op + PH_V_OPERANDS + PH_V_SR] = AT(op##_sr_back),
#define TABLE_BRANCH_IMMEDIATE(op)                                                             \
    [PH_H_##op + PH_V_SI] = AT(op##_si_forward), [PH_H_##op + PH_V_RI] = AT(op##_ri_forward),  \
    [PH_H_##op + PH_V_OPERANDS + PH_V_SI] = AT(op##_si_back),                                  \
    [PH_H_##op + PH_V_OPERANDS + PH_V_RI] = AT(op##_ri_back),
#define TABLE_UNARY(op)                                                                        \
    [PH_H_##op + PH_V_S] = AT(op##_s_KEEP), [PH_H_##op + PH_V_R] = AT(op##_r_KEEP),            \
    [PH_H_##op + PH_V_UNARY_OPERANDS + PH_V_S] = AT(op##_s_DROP),                              \
    [PH_H_##op + PH_V_UNARY_OPERANDS + PH_V_R] = AT(op##_r_DROP),
#define TABLE_STORE(op)                                                                        \
    [PH_H_##op + PH_V_SS] = AT(op##_ss), [PH_H_##op + PH_V_RS] = AT(op##_rs),                  \
    [PH_H_##op + PH_V_SR] = AT(op##_sr),

#if PH_INTERP_DISPATCH == 1

#define PARAMETERS                                                                              \
    const uint64_t *pc, uint64_t *fp, struct ph_worker *w, uint8_t *memory, uint64_t memory_bytes, \
        const uint32_t *stamps, uint32_t epoch, uint64_t acc, float facc, double dacc
#define ARGUMENTS pc, fp, w, memory, memory_bytes, stamps, epoch, acc, facc, dacc

typedef void (*handler)(PARAMETERS) CONVENTION;

#define HANDLER(name) static CONVENTION void run_##name(PARAMETERS)
#define DISPATCH() __attribute__((musttail)) return ((handler)(uintptr_t)pc[0])(ARGUMENTS)
#define GOTO(name) __attribute__((musttail)) return run_##name(ARGUMENTS)
#define LEAVE() return
#pragma clang diagnostic ignored "-Wunused-parameter" /* every handler has them all */

HANDLER(trap);
HANDLER(bounds);
HANDLER(store_slow);
#define PH_SLOW(name) HANDLER(slow_##name);
#include "interp/handlers.def"

#else /* computed gotos */

#define HANDLER(name) run_##name:
#define DISPATCH() goto *(const void *)(uintptr_t)pc[0]
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
