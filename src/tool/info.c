/* SPDX-License-Identifier: Apache-2.0 */
/* info.c - `phantom info`: what an image is and how its program stands. */
#include "tool/facts.h"
#include "tool/look.h"

int ph_command_info(const struct ph_options *options)
{
    const char *words[] = {"info"};
    struct ph_runner runner;
    int exit_status;
    if (!ph_look_open(options, words, 1, &runner, &exit_status)) {
        return exit_status;
    }
    ph_facts_info(&runner, options->json, stdout);
    ph_runner_close(&runner);
    return PH_EXIT_OK;
}
