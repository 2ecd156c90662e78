/* SPDX-License-Identifier: Apache-2.0 */
/* fsync and synchronous writes return, and what they wrote is there. */
#include "check.h"
#include <wasi/api.h>

int main(void)
{
    char back[8] = {0};
    int fd = open("/journal", O_RDWR | O_CREAT, 0666);
    int good = 1;
    for (int i = 0; i < 20; i++) {
        good &= write(fd, "entry ", 6) == 6 && fsync(fd) == 0 && fdatasync(fd) == 0;
    }
    CHECK("twenty synchronised writes", good && lseek(fd, 0, SEEK_CUR) == 120);
    close(fd);
    fd = open("/journal", O_RDWR | O_APPEND | O_DSYNC);
    CHECK("synchronous append", write(fd, "last", 4) == 4 && lseek(fd, 0, SEEK_CUR) == 124);
    CHECK("once", lseek(fd, 0, SEEK_END) == 124 && pread(fd, back, 8, 120) == 4);
    CHECK("content", memcmp(back, "last", 4) == 0);
    CHECK("sync output", fsync(1) == 0);
    close(fd);
    DONE();
}
