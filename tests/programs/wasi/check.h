/* SPDX-License-Identifier: Apache-2.0 */
/* check.h - one line per check, for the programs here. */
#ifndef CHECK_H
#define CHECK_H

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int failures;

static void check_line(int holds, const char *what, int line)
{
    if (holds) {
        printf("ok %s\n", what);
    } else {
        printf("FAILED %s (line %d, errno %d)\n", what, line, errno);
        failures++;
    }
}

#define CHECK(what, condition) check_line((errno = 0, (condition)), what, __LINE__)
#define CHECK_ERRNO(what, call, expected) \
    check_line((errno = 0, (call) == -1 && errno == (expected)), what, __LINE__)
#define DONE() return failures == 0 ? (puts("done"), 0) : 1

#endif
