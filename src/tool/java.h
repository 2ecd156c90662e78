/* SPDX-License-Identifier: Apache-2.0 */
/* java.h - Java programs: the user's JDK, and the class files and jars of a new world. */
#ifndef PH_TOOL_JAVA_H
#define PH_TOOL_JAVA_H

#include "tool/jdk.h"
#include "tool/runner.h"

struct ph_java_vm;

/* Java for a machine that was just opened; its library is looked for when it is first needed. */
PH_MUST_CHECK ph_status ph_java_open(struct ph_machine *machine, struct ph_java_vm **vm,
                                     struct ph_error *error);
void ph_java_close(struct ph_java_vm *vm); /* after the machine; NULL is fine */

/* Which library its world keeps to. */
struct ph_library_id ph_java_library(const struct ph_java_vm *vm);

/* What of the JDK's folder goes into a world. */
extern const char *const ph_java_home_parts[];
extern const uint32_t ph_java_home_part_count;
/* Puts that there, and notes which library it is begun with. */
PH_MUST_CHECK ph_status ph_java_place_home(struct ph_machine *machine, struct ph_java_vm *vm,
                                           const char *home, struct ph_error *error);

/* For the next program of the world, which does not run: copies a class file, a jar, or all of a
 * class path into the folder that will be the program's root (of the first: all of the tree), and
 * gives the arguments of the `java` command that runs it there. `options` are those of run or
 * launch. `texts` is to be finished by the caller; what they point to lives as long as the process.
 */
PH_MUST_CHECK ph_status ph_java_put(struct ph_java_vm *vm, const struct ph_source *source,
                                    const struct ph_options *options, ph_texts *texts,
                                    struct ph_error *error);

#endif
