/* SPDX-License-Identifier: Apache-2.0 */
/* assemble.h - units as text and back. docs/assembler.md describes the language;
 * disassembling and assembling again gives the same bytes. */
#ifndef PH_CODE_ASSEMBLE_H
#define PH_CODE_ASSEMBLE_H

#include "code/builder.h"

/* Assembles `text` (`source_name` is for messages: "NAME:LINE:COLUMN: …"). The unit's bytes are
 * allocated from `allocator` and owned by the caller. The result is not verified. */
PH_MUST_CHECK ph_status ph_assemble(struct ph_slice text, const char *source_name,
                                    struct ph_allocator *allocator, struct ph_slice *unit,
                                    struct ph_error *error);

/* Writes the whole unit as text, a piece at a time. Works on any opened unit, verified or not. */
PH_MUST_CHECK ph_status ph_disassemble(const struct ph_unit *unit, struct ph_allocator *allocator,
                                       void (*write)(void *context, const char *text,
                                                     size_t bytes),
                                       void *context, struct ph_error *error);

#endif
