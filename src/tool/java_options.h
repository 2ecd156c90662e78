/* SPDX-License-Identifier: Apache-2.0 */
/* java_options.h - the options of the `java` command, as run and launch take them beside their own.
 *
 * What the library wants to know becomes "-DKEY=VALUE" in options->java (as the java command hands
 * it to the library), what Phantom does becomes its own option (-Xmx: --heap), what would change
 * nothing is taken and dropped, and all the rest is refused with what to do instead. docs/java.md
 * lists them. */
#ifndef PH_TOOL_JAVA_OPTIONS_H
#define PH_TOOL_JAVA_OPTIONS_H

#include "tool/tool.h"

/* Takes words[*at] if it is an option of the java command, and its value, which may be the next
 * word: moves *at to the last word taken. PH_NOT_FOUND, without a text: it is none. PH_BAD_ARGUMENT
 * with a text. */
PH_MUST_CHECK ph_status ph_java_option(struct ph_options *self, char **words, uint32_t count,
                                       uint32_t *at, struct ph_error *error);
/* After all options were read. */
PH_MUST_CHECK ph_status ph_java_options_end(struct ph_options *self, struct ph_error *error);

/* Replaces words[at], "@FILE", by the words in that file ("@@x" by "@x"), *taken of them. What is
 * new lives as long as the process. */
PH_MUST_CHECK ph_status ph_java_argument_file(char ***words, uint32_t *count, uint32_t at,
                                              uint32_t *taken, struct ph_error *error);

#endif
