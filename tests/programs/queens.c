/* SPDX-License-Identifier: Apache-2.0
 *
 * queens [SIZE] - how many ways there are to put N queens on an N x N board, for N up to SIZE. */
#include "program.h"

static uint64_t place(uint32_t all, uint32_t columns, uint32_t left, uint32_t right)
{
    if (columns == all) {
        return 1;
    }
    uint64_t ways = 0;
    uint32_t open = all & ~(columns | left | right);
    while (open != 0) {
        uint32_t bit = open & (0u - open);
        open ^= bit;
        ways += place(all, columns | bit, (left | bit) << 1, (right | bit) >> 1);
    }
    return ways;
}

int main(int argc, char **argv)
{
    uint32_t size = (uint32_t)argument(argc, argv, 1, 11);
    uint64_t sum = CHECKSUM_START;
    for (uint32_t n = 1; n <= size; n++) {
        uint64_t ways = place((1u << n) - 1, 0, 0, 0);
        sum = checksum_add(sum, ways);
        printf("%" PRIu32 " queens: %" PRIu64 "\n", n, ways);
        say("queens", n, sum);
    }
    return 0;
}
