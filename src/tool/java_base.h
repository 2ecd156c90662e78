/* SPDX-License-Identifier: Apache-2.0 */
/* java_base.h - the prebooted image of Java's library (docs/decisions/0018-java-base.md). It is
 * made once for each JDK and each phantom and lies in the user's cache; a new program begins where
 * it stands. Whatever is wrong with it, or with the cache, a program can be booted without. */
#ifndef PH_TOOL_JAVA_BASE_H
#define PH_TOOL_JAVA_BASE_H

#include "tool/tool.h"

struct ph_block;

#define PH_BASE_PREFIX "base-" /* of its name in the cache */
#define PH_BASE_NOTE "whole"   /* of the note that it was found to be so */

/* Whether a program with these options may begin with a base: no -D of them is looked at while the
 * library boots. */
bool ph_base_fits(const struct ph_options *options);

/* Where the base for the JDK in `home` lies, or would. False: there is no cache. */
bool ph_base_path(const char *home, char *path, size_t path_bytes);
/* Makes it, and keeps the JDK's library with it. */
PH_MUST_CHECK ph_status ph_base_make(const char *home, const char *path, struct ph_error *error);
/* Whether `path` holds a whole base. */
bool ph_base_is_whole(const char *path);

/* Opens the base, for the machine's options; makes it first if need be. The empty file `to_path`
 * gets the space for what is to begin with it. False: boot without. */
bool ph_base_open(const char *home, const char *to_path, struct ph_block **base);

#endif
