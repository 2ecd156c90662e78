/* SPDX-License-Identifier: Apache-2.0 */
/* clock.c - time and chance. */
#include <errno.h>
#include <sys/random.h>
#include <time.h>

#include "base/assert.h"
#include "port/port.h"

static uint64_t clock_ns(clockid_t clock)
{
    struct timespec now;
    int result = clock_gettime(clock, &now);
    PH_ASSERT(result == 0);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

uint64_t ph_clock_monotonic_ns(void) { return clock_ns(CLOCK_MONOTONIC); }
uint64_t ph_clock_wall_ns(void) { return clock_ns(CLOCK_REALTIME); }
uint64_t ph_clock_cpu_ns(void) { return clock_ns(CLOCK_THREAD_CPUTIME_ID); }

void ph_random_fill(void *to, uint64_t bytes)
{
    uint8_t *next = to;
    while (bytes > 0) {
        ssize_t got = getrandom(next, bytes, 0);
        if (got < 0) {
            if (errno == EINTR) {
                continue;
            }
            /* Going on with predictable numbers would be worse than to stop. */
            ph_port_panic("phantom: the system gives no random numbers (getrandom failed)");
        }
        next += got;
        bytes -= (uint64_t)got;
    }
}
