/* SPDX-License-Identifier: Apache-2.0 */
/* java.h - Java programs: the user's JDK, and class files and jars that are put into a new world. */
#ifndef PH_TOOL_JAVA_H
#define PH_TOOL_JAVA_H

#include "tool/runner.h"

struct ph_java_vm;

/* Java for a machine that was just opened; its library is looked for when it is first needed. */
PH_MUST_CHECK ph_status ph_java_open(struct ph_machine *machine, struct ph_java_vm **vm,
                                     struct ph_error *error);
void ph_java_close(struct ph_java_vm *vm); /* after the machine; NULL is fine */

/* Copies a class file or a jar into the world's file tree, and gives the arguments of the `java`
 * command that runs it, before `arguments`. `texts` is to be finished by the caller; what they
 * point to lives as long as the source. */
PH_MUST_CHECK ph_status ph_java_place(struct ph_machine *machine, const struct ph_source *source,
                                      const ph_texts *arguments, ph_texts *texts,
                                      struct ph_error *error);

#endif
