/* SPDX-License-Identifier: Apache-2.0
 *
 * mandelbrot [SIZE] [DEPTH] - the set, SIZE x SIZE points; floating point in registers. */
#include "program.h"

static uint32_t escape(double x0, double y0, uint32_t depth)
{
    double x = 0, y = 0;
    uint32_t n = 0;
    while (n < depth && x * x + y * y <= 4.0) {
        double next = x * x - y * y + x0;
        y = 2 * x * y + y0;
        x = next;
        n++;
    }
    return n;
}

int main(int argc, char **argv)
{
    uint32_t size = (uint32_t)argument(argc, argv, 1, 300);
    uint32_t depth = (uint32_t)argument(argc, argv, 2, 200);
    uint64_t sum = CHECKSUM_START;

    for (uint32_t row = 0; row < size; row++) {
        for (uint32_t column = 0; column < size; column++) {
            double x = 3.0 * column / size - 2.0;
            double y = 2.0 * row / size - 1.0;
            sum = checksum_add(sum, escape(x, y, depth));
        }
        if (row % 16 == 15 || row == size - 1) {
            say("row", row + 1, sum);
        }
    }
    return 0;
}
