/* SPDX-License-Identifier: Apache-2.0 */
/* shadow.h - finds stores that went past the barrier: the world on the disk against the one that
 * runs. */
#ifndef PH_TESTS_SUPPORT_SHADOW_H
#define PH_TESTS_SUPPORT_SHADOW_H

#include "machine/cut.h"
#include "port/sim/sim.h"

/* Opens a copy of the disk, after a power cut, and compares all that the world uses. Right after a
 * cut of a simulated machine became durable there must be no difference. False: `what` says
 * where. */
bool shadow_equals(const struct ph_sim_disk *disk, struct ph_machine *machine,
                   struct ph_error *what);

#endif
