/* SPDX-License-Identifier: Apache-2.0 */
/* warden.c - has the whole tree: puts a secret beside a jail, and ways out into the jail. */
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

int main(void)
{
    FILE *secret = fopen("/secret", "w");
    if (secret == NULL || fputs("secret\n", secret) < 0 || fclose(secret) != 0) {
        return 1;
    }
    return mkdir("/jail", 0777) != 0 || mkdir("/jail/cell", 0777) != 0 ||
           mkdir("/jail/cell/box", 0777) != 0 || symlink("../secret", "/jail/up") != 0 ||
           symlink("../../secret", "/jail/cell/up") != 0 || symlink("..", "/jail/out") != 0;
}
