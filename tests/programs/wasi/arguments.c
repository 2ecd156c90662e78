/* SPDX-License-Identifier: Apache-2.0 */
/* Arguments, environment, exit code. */
#include "check.h"

int main(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        printf("argument %d: [%s]\n", i, argv[i]);
    }
    CHECK("name", argc > 0 && argv[0][0] != 0);
    CHECK("end", argv[argc] == NULL);
    printf("COLOUR=[%s]\n", getenv("COLOUR") ? getenv("COLOUR") : "(none)");
    printf("EMPTY=[%s]\n", getenv("EMPTY") ? getenv("EMPTY") : "(none)");
    printf("ABSENT=[%s]\n", getenv("ABSENT") ? getenv("ABSENT") : "(none)");
    DONE();
}
