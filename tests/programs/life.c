/* SPDX-License-Identifier: Apache-2.0
 *
 * life [SIZE] [GENERATIONS] - Conway's game on a torus: every page of the board changes in every
 * generation. */
#include "program.h"

static void step(const uint8_t *old, uint8_t *new, size_t n)
{
    for (size_t y = 0; y < n; y++) {
        const uint8_t *above = old + (y + n - 1) % n * n;
        const uint8_t *here = old + y * n;
        const uint8_t *below = old + (y + 1) % n * n;
        for (size_t x = 0; x < n; x++) {
            size_t l = x == 0 ? n - 1 : x - 1;
            size_t r = x == n - 1 ? 0 : x + 1;
            int around = above[l] + above[x] + above[r] + here[l] + here[r] + below[l] + below[x] +
                         below[r];
            new[y * n + x] = (uint8_t)(around == 3 || (around == 2 && here[x]));
        }
    }
}

int main(int argc, char **argv)
{
    size_t n = (size_t)argument(argc, argv, 1, 256);
    uint64_t generations = argument(argc, argv, 2, 60);
    uint8_t *old = allocate(n * n);
    uint8_t *new = allocate(n * n);
    uint64_t state = 7;
    uint64_t sum = CHECKSUM_START;

    for (size_t i = 0; i < n * n; i++) {
        old[i] = random_next(&state) % 3 == 0;
    }
    for (uint64_t generation = 1; generation <= generations; generation++) {
        step(old, new, n);
        uint8_t *swap = old;
        old = new;
        new = swap;
        uint64_t alive = 0;
        for (size_t i = 0; i < n * n; i++) {
            alive += old[i];
            sum = (sum << 1 | sum >> 63) ^ old[i];
        }
        say("alive", alive, sum);
    }
    free(old);
    free(new);
    return 0;
}
