/* SPDX-License-Identifier: Apache-2.0 */
/* interp.h - the interpreter: threaded, register-style prepared code.
 *
 * At its first call a function is opened, verified (verify.h gives the safepoints) and prepared:
 * operand-stack slots become frame slots, a local or constant that is only pushed is read where it
 * is used, branch targets are addresses, common pairs are one instruction. Prepared code is a cache
 * outside the world; at every site all values are in their canonical slots (machine/object.h). */
#ifndef PH_INTERP_INTERP_H
#define PH_INTERP_INTERP_H

#include "machine/machine.h"

extern const struct ph_engine ph_interp;

/* "tail calls" or "computed goto": which dispatch this build has. */
const char *ph_interp_dispatch(void);

#endif
