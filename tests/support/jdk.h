/* SPDX-License-Identifier: Apache-2.0 */
/* jdk.h - the JDK that tests read: $JAVA_HOME if it is set, else one of the usual places. */
#ifndef PH_TESTS_SUPPORT_JDK_H
#define PH_TESTS_SUPPORT_JDK_H

#include "base/common.h"

#define JDK_NONE "no JDK 17: set JAVA_HOME, or install openjdk-17-jdk-headless"

/* The folder of a JDK 17 that has lib/modules; NULL: there is none. */
const char *jdk_home(void);

/* Maps a file, for ever. False: there is no such file. */
bool jdk_map_file(const char *path, struct ph_slice *bytes);

/* Maps lib/modules; false: there is no JDK. */
bool jdk_map_modules(struct ph_slice *bytes);

/* Fills `classes` with the class files among every `step`th entry of lib/modules that have at most
 * `bytes_max` bytes; says how many there are (at most `count_max`). Without a JDK it prints that
 * they are skipped. The bytes stay mapped. */
uint32_t jdk_classes(uint32_t step, uint64_t bytes_max, struct ph_slice *classes,
                     uint32_t count_max);

#endif
