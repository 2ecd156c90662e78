/* SPDX-License-Identifier: Apache-2.0 */
/* snap.c - `phantom snap`: a cut now; returns when it is durable. */
#include "tool/look.h"

int ph_command_snap(const struct ph_options *options)
{
    const char *words[] = {"snap"};
    return ph_look_running(options, words, 1);
}
