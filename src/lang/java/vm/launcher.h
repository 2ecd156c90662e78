/* SPDX-License-Identifier: Apache-2.0 */
/* launcher.h - the unit that makes a program a Java program. */
#ifndef PH_LANG_JAVA_LAUNCHER_H
#define PH_LANG_JAVA_LAUNCHER_H

#include "base/memory.h"
#include "base/status.h"

/* The unit's bytes are the caller's (free with unit->size). Load it with ph_program_load; the
 * program's arguments are those of the `java` command without its name. */
PH_MUST_CHECK ph_status ph_java_launcher(struct ph_allocator *allocator, struct ph_slice *unit,
                                         struct ph_error *error);

#endif
