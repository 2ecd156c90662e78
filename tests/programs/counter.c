/* SPDX-License-Identifier: Apache-2.0
 *
 * counter [LINES] [WORK] - counts, and carries a checksum of the whole way along. A number missing,
 * doubled or computed from a lost state changes every line after it. */
#include "program.h"

int main(int argc, char **argv)
{
    uint64_t lines = argument(argc, argv, 1, 100);
    uint64_t work = argument(argc, argv, 2, 100000);
    uint64_t state = 1;
    uint64_t sum = CHECKSUM_START;

    for (uint64_t line = 1; line <= lines; line++) {
        for (uint64_t i = 0; i < work; i++) {
            sum = checksum_add(sum, random_next(&state));
        }
        say("count", line, sum);
    }
    printf("counted to %" PRIu64 "\n", lines);
    return 0;
}
