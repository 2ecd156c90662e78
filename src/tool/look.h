/* SPDX-License-Identifier: Apache-2.0 */
/* look.h - facts of a world that runs or sleeps. */
#ifndef PH_TOOL_LOOK_H
#define PH_TOOL_LOOK_H

#include "tool/runner.h"

/* Asks the world that runs options->arguments[0] for `words`; or, if none does, opens the image to
 * look at it. True: it sleeps and *runner is open; the caller tells the facts and closes it.
 * False: all is said, *exit is the exit status. */
bool ph_look_open(const struct ph_options *options, const char *const *words, uint32_t count,
                  struct ph_runner *runner, int *exit);

/* True if a process runs the image and answers. Waits for one that is just dying. */
bool ph_look_answers(const char *image);

/* True if a process has the image open, after waiting for one that is just dying. */
bool ph_look_is_in_use(const char *image);

/* For commands that only a running world answers. */
int ph_look_running(const struct ph_options *options, const char *const *words, uint32_t count);

#endif
