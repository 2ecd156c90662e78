/* SPDX-License-Identifier: Apache-2.0 */
/* jdk.h - the user's JDK: where it is, and which file its class library is in.
 *
 * A world keeps to the library that it was begun with: the file lib/modules, known by its size and
 * by the hash of all its bytes, wherever it lies. That the JDK was changed or removed does not
 * matter as long as a file with these bytes is found: in JAVA_HOME, in the usual places, or kept in
 * the user's cache (cache.h). */
#ifndef PH_TOOL_JDK_H
#define PH_TOOL_JDK_H

#include "base/status.h"

#define PH_JDK_PATH_BYTES 4096u
#define PH_JDK_LIBRARY "/lib/modules"
#define PH_LIBRARY_PATH_BYTES (PH_JDK_PATH_BYTES + sizeof(PH_JDK_LIBRARY))

/* All its bytes, in short. bytes 0: none. */
struct ph_library_id {
    uint64_t bytes, hash;
};

/* The folder that JAVA_HOME names, or one that the distribution has put in its place. */
PH_MUST_CHECK ph_status ph_jdk_find(char home[PH_JDK_PATH_BYTES], struct ph_error *error);
/* Reads the whole file, unless the cache knows it. */
PH_MUST_CHECK ph_status ph_library_identify(const char *path, struct ph_library_id *id,
                                            struct ph_error *error);
/* A file with these bytes. PH_NOT_FOUND with a text for people. */
PH_MUST_CHECK ph_status ph_library_find(const struct ph_library_id *id,
                                        char path[PH_LIBRARY_PATH_BYTES],
                                        struct ph_error *error);
/* Keeps a copy of the file `path` in the cache, if there is none. False: it cannot. */
bool ph_library_keep(const char *path, const struct ph_library_id *id);

#endif
