/* SPDX-License-Identifier: Apache-2.0 */
/* java_manifest.h - what the manifest of a jar says of further jars (Class-Path). */
#ifndef PH_TOOL_JAVA_MANIFEST_H
#define PH_TOOL_JAVA_MANIFEST_H

#include "base/status.h"

/* Calls `each` for every entry of the Class-Path of the main section, %XX decoded, until it fails.
 * A file that is no jar, or has no manifest, has none: whoever runs it says so. PH_NO_MEMORY. */
PH_MUST_CHECK ph_status ph_java_class_path_each(struct ph_slice jar,
                                                ph_status (*each)(void *context,
                                                                  const char *entry),
                                                void *context);

#endif
