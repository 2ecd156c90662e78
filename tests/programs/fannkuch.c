/* SPDX-License-Identifier: Apache-2.0
 *
 * fannkuch [N] - flips of pancakes over all permutations of N, after the well-known benchmark. */
#include "program.h"

#define N_MAX 12

static int flips_of(const int *permutation, int n)
{
    int p[N_MAX];
    memcpy(p, permutation, (size_t)n * sizeof *p);
    int flips = 0;
    while (p[0] != 0) {
        for (int low = 0, high = p[0]; low < high; low++, high--) {
            int swap = p[low];
            p[low] = p[high];
            p[high] = swap;
        }
        flips++;
    }
    return flips;
}

/* The next permutation in the benchmark's order; 0 after the last. */
static int next(int *permutation, int *count, int n)
{
    for (int r = 1; r < n; r++) {
        int first = permutation[0];
        memmove(permutation, permutation + 1, (size_t)r * sizeof *permutation);
        permutation[r] = first;
        if (++count[r] <= r) {
            return 1;
        }
        count[r] = 0;
    }
    return 0;
}

int main(int argc, char **argv)
{
    int n = (int)argument(argc, argv, 1, 9);
    int permutation[N_MAX], count[N_MAX] = {0};
    int flips_max = 0, checksum = 0;
    uint64_t index = 0;

    n = n > N_MAX ? N_MAX : n;
    for (int i = 0; i < n; i++) {
        permutation[i] = i;
    }
    do {
        int flips = flips_of(permutation, n);
        flips_max = flips > flips_max ? flips : flips_max;
        checksum += index % 2 == 0 ? flips : -flips;
        if (++index % 32768 == 0) {
            say("flips", index, (uint64_t)(int64_t)checksum);
        }
    } while (next(permutation, count, n));
    printf("%d\nPfannkuchen(%d) = %d\n", checksum, n, flips_max);
    return 0;
}
