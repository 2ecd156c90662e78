/* SPDX-License-Identifier: Apache-2.0
 *
 * stores [KIB] [ROUNDS] - little else than stores: words written one after another and all over
 * KIB of memory. The worst case for a write barrier. */
#include "program.h"

int main(int argc, char **argv)
{
    size_t words = (size_t)argument(argc, argv, 1, 1024) * 256;
    uint64_t rounds = argument(argc, argv, 2, 20);
    uint32_t *memory = allocate(words * 4);
    uint64_t sum = CHECKSUM_START;

    for (uint64_t round = 1; round <= rounds; round++) {
        uint32_t x = (uint32_t)round;
        for (size_t i = 0; i < words; i++) {
            x = x * 1664525u + 1013904223u;
            memory[i] = x;
        }
        for (size_t i = 0; i < words; i++) {
            x = x * 1664525u + 1013904223u;
            memory[x % words] = (uint32_t)i;
        }
        for (size_t i = 0; i < words; i += 64) {
            sum = checksum_add(sum, memory[i]);
        }
        say("stores", round, sum);
    }
    free(memory);
    return 0;
}
