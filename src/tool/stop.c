/* SPDX-License-Identifier: Apache-2.0 */
/* stop.c - `phantom stop`: a last cut; returns when the image is closed. */
#include "tool/look.h"

int ph_command_stop(const struct ph_options *options)
{
    const char *words[] = {"stop"};
    return ph_look_running(options, words, 1);
}
