/* SPDX-License-Identifier: Apache-2.0
 *
 * sieve [LIMIT] [ROUNDS] - the primes below LIMIT, by bytes crossed out, ROUNDS times. */
#include "program.h"

static uint64_t sieve_count(uint8_t *composite, uint32_t limit)
{
    memset(composite, 0, limit);
    for (uint32_t i = 2; (uint64_t)i * i < limit; i++) {
        if (!composite[i]) {
            for (uint32_t j = i * i; j < limit; j += i) {
                composite[j] = 1;
            }
        }
    }
    uint64_t count = 0;
    for (uint32_t i = 2; i < limit; i++) {
        count += !composite[i];
    }
    return count;
}

int main(int argc, char **argv)
{
    uint32_t limit = (uint32_t)argument(argc, argv, 1, 2000000);
    uint64_t rounds = argument(argc, argv, 2, 5);
    uint8_t *composite = allocate(limit);
    uint64_t sum = CHECKSUM_START;

    for (uint64_t round = 1; round <= rounds; round++) {
        uint32_t below = limit - (uint32_t)(round * 17);
        uint64_t count = sieve_count(composite, below);
        sum = checksum_add(sum, count);
        printf("primes below %" PRIu32 ": %" PRIu64 "\n", below, count);
        say("sieve", round, sum);
    }
    free(composite);
    return 0;
}
