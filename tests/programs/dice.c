/* SPDX-License-Identifier: Apache-2.0
 *
 * dice [THROWS] [WORK] - the one program here whose output nobody can foretell: each line shows a
 * number from the system's random source and a checksum over all numbers so far.
 *
 * A machine that showed a line before the state behind it was durable would, after a kill, throw
 * again and show another number. Then the chain of checksums on the console breaks, whatever the
 * numbers are; so the output proves itself and needs no reference. */
#include <unistd.h>

#include "program.h"

int main(int argc, char **argv)
{
    uint64_t throws = argument(argc, argv, 1, 200);
    uint64_t work = argument(argc, argv, 2, 20000);
    uint64_t sum = CHECKSUM_START;
    uint64_t state = 8;
    uint64_t spent = CHECKSUM_START;

    for (uint64_t i = 1; i <= throws; i++) {
        uint64_t value;
        if (getentropy(&value, sizeof value) != 0) {
            perror("getentropy");
            return 1;
        }
        sum = checksum_add(sum, value);
        printf("%" PRIu64 " %016" PRIx64 " %016" PRIx64 "\n", i, value, sum);
        fflush(stdout);
        for (uint64_t k = 0; k < work; k++) {
            spent = checksum_add(spent, random_next(&state));
        }
    }
    printf("spent %016" PRIx64 "\n", spent);
    return 0;
}
