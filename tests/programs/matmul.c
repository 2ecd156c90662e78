/* SPDX-License-Identifier: Apache-2.0
 *
 * matmul [SIZE] [ROUNDS] - multiplies matrices of doubles, ROUNDS times, each by the
 * last result. */
#include "program.h"

static void multiply(const double *a, const double *b, double *c, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        for (size_t j = 0; j < n; j++) {
            c[i * n + j] = 0;
        }
        for (size_t k = 0; k < n; k++) {
            double factor = a[i * n + k];
            for (size_t j = 0; j < n; j++) {
                c[i * n + j] += factor * b[k * n + j];
            }
        }
    }
}

int main(int argc, char **argv)
{
    size_t n = (size_t)argument(argc, argv, 1, 120);
    uint64_t rounds = argument(argc, argv, 2, 8);
    double *a = allocate(n * n * sizeof *a);
    double *b = allocate(n * n * sizeof *b);
    double *c = allocate(n * n * sizeof *c);
    uint64_t state = 4;
    uint64_t sum = CHECKSUM_START;

    for (size_t i = 0; i < n * n; i++) {
        a[i] = (double)(random_next(&state) % 2000) / (1000.0 * (double)n);
        b[i] = (double)(random_next(&state) % 2000) / 1000.0;
    }
    for (uint64_t round = 1; round <= rounds; round++) {
        multiply(a, b, c, n);
        for (size_t i = 0; i < n * n; i++) {
            sum = checksum_double(sum, c[i]);
        }
        double *swap = b;
        b = c;
        c = swap;
        say("product", round, sum);
    }
    free(a);
    free(b);
    free(c);
    return 0;
}
