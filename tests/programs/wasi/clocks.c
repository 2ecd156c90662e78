/* SPDX-License-Identifier: Apache-2.0 */
/* Clocks, sleeping, polling, chance. */
#include "check.h"
#include <poll.h>
#include <sched.h>
#include <time.h>
#include <wasi/api.h>

static unsigned long long now_ns(clockid_t clock)
{
    struct timespec t;
    clock_gettime(clock, &t);
    return t.tv_sec * 1000000000ull + t.tv_nsec;
}

static void poll_clocks(void)
{
    __wasi_subscription_t in[3];
    __wasi_event_t out[3];
    __wasi_size_t count;
    memset(in, 0, sizeof(in));
    in[0].userdata = 10; /* far away */
    in[0].u.tag = __WASI_EVENTTYPE_CLOCK;
    in[0].u.u.clock.id = __WASI_CLOCKID_MONOTONIC;
    in[0].u.u.clock.timeout = 3600000000000ull;
    in[1] = in[0];
    in[1].userdata = 11; /* absolute, soon */
    in[1].u.u.clock.timeout = now_ns(CLOCK_MONOTONIC) + 20000000ull;
    in[1].u.u.clock.flags = __WASI_SUBCLOCKFLAGS_SUBSCRIPTION_CLOCK_ABSTIME;
    in[2] = in[1];
    in[2].userdata = 12; /* absolute on the wall, later */
    in[2].u.u.clock.id = __WASI_CLOCKID_REALTIME;
    in[2].u.u.clock.timeout = now_ns(CLOCK_REALTIME) + 1000000000000ull;
    CHECK("poll three clocks", __wasi_poll_oneoff(in, out, 3, &count) == 0 && count == 1);
    CHECK("the right one", out[0].userdata == 11 && out[0].error == 0 &&
                               out[0].type == __WASI_EVENTTYPE_CLOCK);
    CHECK("not before its time", now_ns(CLOCK_MONOTONIC) >= in[1].u.u.clock.timeout);
    in[0].u.tag = __WASI_EVENTTYPE_FD_READ;
    in[0].u.u.fd_read.file_descriptor = 99;
    CHECK("a bad descriptor is an event", __wasi_poll_oneoff(in, out, 1, &count) == 0 &&
                                              count == 1 && out[0].error == __WASI_ERRNO_BADF);
    in[0].u.tag = __WASI_EVENTTYPE_FD_WRITE;
    in[0].u.u.fd_write.file_descriptor = 1;
    CHECK("output can be written", __wasi_poll_oneoff(in, out, 1, &count) == 0 && count == 1 &&
                                       out[0].error == 0 && out[0].userdata == 10);
    CHECK("nothing to wait for", __wasi_poll_oneoff(in, out, 0, &count) == __WASI_ERRNO_INVAL);
}

int main(void)
{
    unsigned long long a = now_ns(CLOCK_MONOTONIC);
    unsigned long long b = now_ns(CLOCK_MONOTONIC);
    CHECK("monotonic", b >= a);
    CHECK("wall clock", time(NULL) > 1600000000);
    struct timespec res;
    CHECK("resolution", clock_getres(CLOCK_MONOTONIC, &res) == 0 && res.tv_sec == 0);
    struct timespec nap = {0, 30000000};
    CHECK("nanosleep", nanosleep(&nap, NULL) == 0 && now_ns(CLOCK_MONOTONIC) - a >= 30000000);
    CHECK("usleep", usleep(1000) == 0);
    CHECK("sched_yield", sched_yield() == 0);
    poll_clocks();
    unsigned char x[32] = {0};
    unsigned char y[32] = {0};
    CHECK("getentropy", getentropy(x, sizeof(x)) == 0 && getentropy(y, sizeof(y)) == 0);
    CHECK("chance", memcmp(x, y, sizeof(x)) != 0);
    struct pollfd fds = {.fd = 1, .events = POLLOUT};
    CHECK("poll", poll(&fds, 1, 1000) == 1 && fds.revents == POLLOUT);
    DONE();
}
