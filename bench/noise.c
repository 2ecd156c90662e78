/* SPDX-License-Identifier: Apache-2.0
 *
 * noise.c - what the machine itself does to a program: spins reading the clock and reports the gaps
 * between readings. A pause cannot be measured better than this.
 *
 * bench_noise [SECONDS] prints one line of JSON; gaps in microseconds. Percentiles are of samples
 * taken once per millisecond: each is the longest gap of its millisecond, which is what a pause
 * that comes at a random moment would meet at worst. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define SAMPLES_MAX 600000u

static uint32_t gap_ns[SAMPLES_MAX];

static uint64_t now_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static int compare(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a;
    uint32_t y = *(const uint32_t *)b;
    return x < y ? -1 : x > y;
}

static double percentile(uint32_t count, double share)
{
    uint32_t at = (uint32_t)(share * count);
    return gap_ns[at < count ? at : count - 1] / 1000.0;
}

int main(int argc, char **argv)
{
    uint64_t seconds = argc > 1 ? strtoull(argv[1], NULL, 10) : 5;
    uint64_t last = now_ns();
    uint64_t end = last + seconds * 1000000000u;
    uint64_t sample_end = last + 1000000;
    uint64_t longest = 0;
    uint32_t count = 0;

    while (last < end && count < SAMPLES_MAX) {
        uint64_t now = now_ns();
        longest = now - last > longest ? now - last : longest;
        last = now;
        if (now >= sample_end) {
            gap_ns[count++] = longest > UINT32_MAX ? UINT32_MAX : (uint32_t)longest;
            longest = 0;
            sample_end = now + 1000000;
        }
    }
    if (count == 0) {
        return 1;
    }
    qsort(gap_ns, count, sizeof *gap_ns, compare);
    printf("{\"samples\": %u, \"p50\": %.2f, \"p99\": %.2f, \"p999\": %.2f, \"max\": %.2f}\n",
           count, percentile(count, 0.5), percentile(count, 0.99), percentile(count, 0.999),
           gap_ns[count - 1] / 1000.0);
    return 0;
}
