/* SPDX-License-Identifier: Apache-2.0 */
/* Hard and symbolic links, times. */
#include "check.h"
#include <sys/stat.h>
#include <wasi/api.h>

static char buffer[100];

int main(void)
{
    struct stat a;
    struct stat b;
    int fd = open("/file", O_RDWR | O_CREAT, 0666);
    write(fd, "content", 7);
    CHECK("link", link("/file", "/other") == 0);
    CHECK("same file", stat("/file", &a) == 0 && stat("/other", &b) == 0 && a.st_ino == b.st_ino);
    CHECK("two links", a.st_nlink == 2);
    CHECK_ERRNO("link exists", link("/file", "/other"), EEXIST);
    mkdir("/dir", 0777);
    CHECK_ERRNO("link a folder", link("/dir", "/dir2"), EPERM);
    unlink("/file");
    CHECK("the other name stays", stat("/other", &b) == 0 && b.st_nlink == 1 && b.st_size == 7);
    close(fd);

    CHECK("symlink", symlink("other", "/soft") == 0);
    CHECK("readlink", readlink("/soft", buffer, sizeof(buffer)) == 5 &&
                          memcmp(buffer, "other", 5) == 0);
    CHECK("readlink short", readlink("/soft", buffer, 2) == 2);
    CHECK("lstat", lstat("/soft", &a) == 0 && S_ISLNK(a.st_mode) && a.st_size == 5);
    CHECK("stat follows", stat("/soft", &a) == 0 && S_ISREG(a.st_mode) && a.st_size == 7);
    CHECK_ERRNO("symlink exists", symlink("x", "/soft"), EEXIST);
    CHECK_ERRNO("readlink a file", readlink("/other", buffer, 10), EINVAL);
    symlink("loop", "/loop");
    CHECK_ERRNO("loop", open("/loop", O_RDONLY), ELOOP);
    symlink("../dir", "/dir/up");
    symlink("dir", "/todir");
    CHECK("folder behind a link", mkdir("/todir/sub", 0777) == 0 && stat("/dir/sub", &a) == 0);
    symlink("nowhere", "/dangling");
    CHECK_ERRNO("dangling", open("/dangling", O_RDONLY), ENOENT);
    fd = open("/dangling", O_WRONLY | O_CREAT, 0666);
    CHECK("made through a dangling link", fd > 2 && stat("/nowhere", &a) == 0);
    close(fd);
    CHECK_ERRNO("nofollow", open("/soft", O_RDONLY | O_NOFOLLOW), ELOOP);
    CHECK("unlink a link", unlink("/soft") == 0 && stat("/other", &a) == 0);

    struct timespec times[2] = {{1000, 5}, {2000, 7}};
    CHECK("utimensat", utimensat(AT_FDCWD, "/other", times, 0) == 0 && stat("/other", &a) == 0);
    CHECK("times", a.st_atim.tv_sec == 1000 && a.st_mtim.tv_sec == 2000 && a.st_mtim.tv_nsec == 7);
    fd = open("/other", O_RDWR);
    CHECK("set one time", __wasi_fd_filestat_set_times(fd, 0, 0, __WASI_FSTFLAGS_MTIM_NOW) == 0 &&
                              fstat(fd, &a) == 0);
    CHECK("not both", __wasi_fd_filestat_set_times(fd, 0, 0, __WASI_FSTFLAGS_MTIM |
                                                       __WASI_FSTFLAGS_MTIM_NOW) ==
                          __WASI_ERRNO_INVAL);
    CHECK("omit and now", a.st_atim.tv_sec == 1000 && a.st_mtim.tv_sec > 1600000000);
    close(fd);
    DONE();
}
