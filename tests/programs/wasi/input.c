/* SPDX-License-Identifier: Apache-2.0 */
/* Standard input: by line, by block, its end. */
#include "check.h"
#include <poll.h>

int main(void)
{
    char line[200];
    struct pollfd fds = {.fd = 0, .events = POLLIN};
    CHECK("poll input", poll(&fds, 1, 10000) == 1);
    CHECK("first line", fgets(line, sizeof(line), stdin) && strcmp(line, "first line\n") == 0);
    int number = 0;
    CHECK("a number", scanf("%d\n", &number) == 1 && number == 4711);
    long sum = 0;
    int lines = 0;
    while (fgets(line, sizeof(line), stdin) != NULL) {
        sum += strtol(line, NULL, 10);
        lines++;
    }
    printf("%d lines, sum %ld\n", lines, sum);
    CHECK("end", feof(stdin));
    CHECK("end again", read(0, line, 1) == 0);
    CHECK("not seekable", lseek(0, 0, SEEK_SET) == -1);
    DONE();
}
