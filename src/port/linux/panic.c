/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "port/port.h"

static void say(const char *text, size_t bytes)
{
    while (bytes > 0) {
        ssize_t written = write(STDERR_FILENO, text, bytes);
        if (written < 0 && errno != EINTR) {
            return;
        }
        if (written > 0) {
            text += written;
            bytes -= (size_t)written;
        }
    }
}

void ph_port_panic(const char *text)
{
    say(text, strlen(text));
    say("\n", 1);
    abort();
}
