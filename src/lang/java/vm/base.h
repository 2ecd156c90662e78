/* SPDX-License-Identifier: Apache-2.0 */
/* base.h - programs that are booted ahead. A Java program whose only argument is its name boots the
 * library, trains what most programs need, and waits. The image that is taken then is a *base*:
 * a copy of it whose program is given arguments (ph_program_set_texts, while the world is closed)
 * goes on as that program. docs/decisions/0018-java-base.md */
#ifndef PH_LANG_JAVA_BASE_H
#define PH_LANG_JAVA_BASE_H

#include "machine/machine.h"

/* It has come so far. The world is paused or stopped. */
bool ph_java_base_waits(struct ph_machine *machine, const struct ph_program *program);

#endif
