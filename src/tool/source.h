/* SPDX-License-Identifier: Apache-2.0 */
/* source.h - a program's file: a WebAssembly module, a unit, assembler text, a Java class or jar,
 * told apart by content. */
#ifndef PH_TOOL_SOURCE_H
#define PH_TOOL_SOURCE_H

#include "tool/tool.h"

enum ph_source_kind {
    PH_SOURCE_MODULE, PH_SOURCE_UNIT, PH_SOURCE_TEXT, PH_SOURCE_CLASS, PH_SOURCE_JAR,
    PH_SOURCE_MAIN,  /* a Java class by its name; the file is empty */
    PH_SOURCE_MODULE_MAIN /* likewise a module, or "module/class" */
};

struct ph_source {
    const char *path;     /* borrowed */
    struct ph_slice file; /* owned: mapped */
    enum ph_source_kind kind;
};

/* Opens and recognises `path`; nothing of it is checked yet. */
PH_MUST_CHECK ph_status ph_source_open(const char *path, struct ph_source *source,
                                       struct ph_error *error);
/* PROGRAM as options say it: a Java class that is found on a class path, a module, or a file. */
PH_MUST_CHECK ph_status ph_source_of(const struct ph_options *options, const char *program,
                                     struct ph_source *source, struct ph_error *error);
void ph_source_close(struct ph_source *self);
/* The unit that it is or becomes; owned by the caller: ph_free(ph_port_allocator(), bytes, size).
 * `shows`: with progress. */
PH_MUST_CHECK ph_status ph_source_unit(const struct ph_source *self, struct ph_slice *unit,
                                       bool shows, struct ph_error *error);
/* Tells files apart. */
uint64_t ph_source_hash(const struct ph_source *self);

/* The whole of a regular file, read-only. */
PH_MUST_CHECK ph_status ph_file_map(const char *path, struct ph_slice *bytes,
                                    struct ph_error *error);
void ph_file_unmap(struct ph_slice *bytes);

#endif
