/* SPDX-License-Identifier: Apache-2.0 */
#include "port/host_facts.h"

#include <time.h>
#include <unistd.h>

static int64_t pages(int name)
{
    long count = sysconf(name), bytes = sysconf(_SC_PAGESIZE);
    return count < 0 || bytes < 0 ? -1 : (int64_t)count * bytes;
}

int64_t ph_host_fact(enum ph_host_fact fact)
{
    struct timespec time;

    switch (fact) {
    case PH_HOST_MEMORY: return pages(_SC_PHYS_PAGES);
    case PH_HOST_FREE_MEMORY: return pages(_SC_AVPHYS_PAGES);
    case PH_HOST_CPU_TIME_NS:
        return clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time) != 0
                   ? -1
                   : (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
    }
    return -1;
}
