/* SPDX-License-Identifier: Apache-2.0 */
/* naming.h - how a new image gets its name.
 *
 * It is made beside, as IMAGE.new. One that is flushed whole before it runs is given its name then
 * (ph_name_image). One whose world runs already while its first cut is written is given it by its
 * block: the first flush that succeeds names it before it returns, so whatever waits for a cut to
 * be durable finds the image under its name. If that flush or the naming fails, no later one
 * succeeds, since what was lost of the file is not known: the world has to be thrown away. */
#ifndef PH_TOOL_NAMING_H
#define PH_TOOL_NAMING_H

#include "port/port.h"

/* Gives the finished image its name. Without `replaces` never over something that is there. */
PH_MUST_CHECK ph_status ph_name_image(const char *made, const char *image, bool replaces,
                                      struct ph_error *error);

/* Takes over `inner`, which is open as `made`, and `old` (the image that it replaces, or NULL: then
 * nothing may be there); `image` is borrowed. Closing it removes a file that has no name yet. NULL:
 * no memory. */
struct ph_block *ph_naming_block(struct ph_block *inner, struct ph_block *old, const char *made,
                                 const char *image);
/* Lets go of what was replaced, if it was. Not from a thread that others wait for. */
void ph_naming_settle(struct ph_block *block);
/* Why it has no name: PH_OK, it has, or nobody has flushed it. */
PH_MUST_CHECK ph_status ph_naming_status(struct ph_block *block, struct ph_error *error);

#endif
