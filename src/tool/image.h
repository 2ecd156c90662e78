/* SPDX-License-Identifier: Apache-2.0 */
/* image.h - where images lie, and looking at one without changing it. */
#ifndef PH_TOOL_IMAGE_H
#define PH_TOOL_IMAGE_H

#include "port/port.h"

/* Where the world of `program` is kept: the path with .wasm, .pha or .phu replaced by .phantom.
 * malloc'ed. */
char *ph_image_path_of(const char *program);

/* True if a file begins like an image, even a damaged one. */
bool ph_image_is_one(struct ph_slice file);

enum ph_image_state {
    PH_IMAGE_ABSENT,
    PH_IMAGE_THERE,   /* begins like an image */
    PH_IMAGE_EMPTY,   /* an empty file, or a device without an image */
    PH_IMAGE_FOREIGN  /* something else that must not be lost */
};
PH_MUST_CHECK ph_status ph_image_look(const char *path, enum ph_image_state *state,
                                      bool *is_device, struct ph_error *error);

/* Some process has it open to write; false also where that cannot be known. */
bool ph_image_is_in_use(const char *path);

/* The newest moment at which the world is known to have run: the modification time of the image or
 * of the socket beside it. 0: not known. Ask before opening the image. */
uint64_t ph_image_sign_of_life_ns(const char *path);

/* The image without a lock; writes go nowhere, so the file stays as it is whatever is done. */
PH_MUST_CHECK ph_status ph_image_open_private(const char *path, struct ph_block **block,
                                              struct ph_error *error);
/* Counts what is read of `block` for ph_progress_set; closing it closes `block`. NULL: no memory.
 * Writes go nowhere. */
struct ph_block *ph_image_counted(struct ph_block *block);

#endif
