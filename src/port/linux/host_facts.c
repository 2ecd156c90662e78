/* SPDX-License-Identifier: Apache-2.0 */
#include "port/host_facts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
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

/* The file's first line; a line that does not fit is none. */
static bool first_line(const char *path, char *to, size_t to_bytes)
{
    FILE *file = fopen(path, "re");
    bool is_read = file != NULL && fgets(to, (int)to_bytes, file) != NULL;
    if (file != NULL) {
        fclose(file);
    }
    size_t size = is_read ? strlen(to) : 0;
    bool is_whole = size > 0 && (to[size - 1] == '\n' || size + 1 < to_bytes);
    to[is_whole ? strcspn(to, " \t\n") : 0] = '\0';
    return to[0] != '\0';
}

/* Distributions keep the name in a file of its own, or link to the zone's file by its name. */
bool ph_host_time_zone(char *to, size_t to_bytes)
{
    char path[4096];
    const char *name = getenv("TZ");
    if (name != NULL && name[0] == ':') {
        name++;
    }
    if (name == NULL || name[0] == '\0') {
        if (first_line("/etc/timezone", to, to_bytes)) {
            return true;
        }
        ssize_t size = readlink("/etc/localtime", path, sizeof(path) - 1);
        path[size < 0 ? 0 : size] = '\0';
        const char *zone = strstr(path, "zoneinfo/");
        name = zone == NULL ? "" : zone + strlen("zoneinfo/");
    }
    size_t size = strlen(name);
    if (size == 0 || size >= to_bytes) {
        return false;
    }
    memcpy(to, name, size + 1);
    return true;
}
