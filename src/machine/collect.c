/* SPDX-License-Identifier: Apache-2.0 */
/* collect.c - what the collector does while all workers are stopped. */
#include "machine/internal.h"

void ph_collect_instant(struct ph_machine *self)
{
    PH_ASSERT(self->running == 0);
    ph_threads_young_clear(self);
}
