/* SPDX-License-Identifier: Apache-2.0 */
/* stat.c - `phantom stat`: figures of a running world. */
#include "tool/look.h"

int ph_command_stat(const struct ph_options *options)
{
    const char *words[] = {"stat"};
    return ph_look_running(options, words, 1);
}
