/* SPDX-License-Identifier: Apache-2.0 */
/* The functions themselves: rights, bad pointers, odd arguments. */
#include "check.h"
#include <wasi/api.h>

#define IS(what, call, expected)                                                     \
    do {                                                                             \
        int result = (call);                                                         \
        if (result == (expected)) {                                                  \
            printf("ok %s\n", what);                                                 \
        } else {                                                                     \
            printf("FAILED %s: %d, expected %d\n", what, result, (int)(expected));   \
            failures++;                                                              \
        }                                                                            \
    } while (0)

#define ALL_RIGHTS 0x1fffffff
#define FAR ((void *)0xfffffff0u)

static __wasi_fd_t root = 3;

static __wasi_fd_t open_raw(const char *path, int oflags, __wasi_rights_t rights)
{
    __wasi_fd_t fd = 0;
    IS(path, __wasi_path_open(root, 0, path, oflags, rights, ALL_RIGHTS, 0, &fd), 0);
    return fd;
}

static void pointers(__wasi_fd_t fd)
{
    __wasi_size_t size;
    __wasi_iovec_t far_buffer = {FAR, 100};
    __wasi_ciovec_t far_out = {FAR, 100};
    __wasi_filesize_t position;
    IS("read to nowhere", __wasi_fd_read(fd, &far_buffer, 1, &size), __WASI_ERRNO_FAULT);
    IS("write from nowhere", __wasi_fd_write(fd, &far_out, 1, &size), __WASI_ERRNO_FAULT);
    IS("iovecs nowhere", __wasi_fd_write(fd, FAR, 1000, &size), __WASI_ERRNO_FAULT);
    IS("too many iovecs", __wasi_fd_write(fd, &far_out, 100000, &size), __WASI_ERRNO_INVAL);
    IS("stat to nowhere", __wasi_fd_filestat_get(fd, FAR), __WASI_ERRNO_FAULT);
    IS("random to nowhere", __wasi_random_get(FAR, 100), __WASI_ERRNO_FAULT);
    IS("clock to nowhere", __wasi_clock_time_get(0, 0, (void *)0xfffffffcu), __WASI_ERRNO_FAULT);
    IS("poll from nowhere", __wasi_poll_oneoff(FAR, FAR, 3, &size), __WASI_ERRNO_FAULT);
    IS("seek", __wasi_fd_seek(fd, 0, __WASI_WHENCE_SET, &position), 0);
    IS("seek oddly", __wasi_fd_seek(fd, 0, 7, &position), __WASI_ERRNO_INVAL);
}

static void rights(void)
{
    __wasi_size_t size;
    char bytes[4] = "abc";
    __wasi_iovec_t in = {(uint8_t *)bytes, 3};
    __wasi_ciovec_t out = {(const uint8_t *)bytes, 3};
    __wasi_fdstat_t stat;
    __wasi_filesize_t position;
    __wasi_fd_t fd = open_raw("rights", __WASI_OFLAGS_CREAT,
                              __WASI_RIGHTS_FD_READ | __WASI_RIGHTS_FD_WRITE |
                                  __WASI_RIGHTS_FD_SEEK);
    IS("write", __wasi_fd_write(fd, &out, 1, &size), 0);
    IS("fdstat", __wasi_fd_fdstat_get(fd, &stat), 0);
    CHECK("is a file", stat.fs_filetype == __WASI_FILETYPE_REGULAR_FILE);
    IS("give away", __wasi_fd_fdstat_set_rights(fd, __WASI_RIGHTS_FD_READ, 0), 0);
    IS("write without", __wasi_fd_write(fd, &out, 1, &size), __WASI_ERRNO_NOTCAPABLE);
    IS("seek without", __wasi_fd_seek(fd, 1, 0, &position), __WASI_ERRNO_NOTCAPABLE);
    IS("sync without", __wasi_fd_sync(fd), __WASI_ERRNO_NOTCAPABLE);
    IS("read with", __wasi_fd_read(fd, &in, 1, &size), 0);
    IS("no way back", __wasi_fd_fdstat_set_rights(fd, stat.fs_rights_base, 0),
       __WASI_ERRNO_NOTCAPABLE);
    IS("close", __wasi_fd_close(fd), 0);
    IS("fdstat of the root", __wasi_fd_fdstat_get(root, &stat), 0);
    CHECK("is a folder", stat.fs_filetype == __WASI_FILETYPE_DIRECTORY);
    CHECK("a folder does not seek", (stat.fs_rights_base & __WASI_RIGHTS_FD_SEEK) == 0);
    IS("unknown flags", __wasi_path_open(root, 0, "x", 0x40, 0, 0, 0, &fd), __WASI_ERRNO_INVAL);
}

static void descriptors(void)
{
    __wasi_prestat_t prestat;
    uint8_t name[8];
    IS("prestat", __wasi_fd_prestat_get(root, &prestat), 0);
    CHECK("name length", prestat.u.dir.pr_name_len == 1);
    IS("name", __wasi_fd_prestat_dir_name(root, name, 8), 0);
    CHECK("is /", name[0] == '/');
    IS("name too short", __wasi_fd_prestat_dir_name(root, name, 0), __WASI_ERRNO_NAMETOOLONG);
    IS("prestat of no preopen", __wasi_fd_prestat_get(1, &prestat), __WASI_ERRNO_BADF);
    __wasi_fd_t a = open_raw("one", __WASI_OFLAGS_CREAT, ALL_RIGHTS);
    __wasi_fd_t b = open_raw("two", __WASI_OFLAGS_CREAT, ALL_RIGHTS);
    __wasi_filestat_t before;
    __wasi_filestat_t after;
    IS("stat", __wasi_fd_filestat_get(a, &before), 0);
    IS("renumber", __wasi_fd_renumber(a, b), 0);
    IS("stat", __wasi_fd_filestat_get(b, &after), 0);
    CHECK("moved", before.ino == after.ino && after.dev == before.dev);
    IS("the old number is free", __wasi_fd_close(a), __WASI_ERRNO_BADF);
    IS("renumber to nothing", __wasi_fd_renumber(b, 1000), __WASI_ERRNO_BADF);
    pointers(b);
    IS("close", __wasi_fd_close(b), 0);
    IS("the lowest number again", open_raw("three", __WASI_OFLAGS_CREAT, ALL_RIGHTS) == a, 1);
    IS("close", __wasi_fd_close(a), 0);
    IS("advise", __wasi_fd_advise(99, 0, 0, 0), __WASI_ERRNO_BADF);
    IS("no socket", __wasi_sock_shutdown(1, 1), __WASI_ERRNO_NOTSOCK);
}

static void outside(void)
{
    __wasi_fd_t fd;
    IS("absolute", __wasi_path_open(root, 0, "/one", 0, 0, 0, 0, &fd), __WASI_ERRNO_PERM);
    IS("above", __wasi_path_open(root, 0, "../one", 0, 0, 0, 0, &fd), __WASI_ERRNO_PERM);
    IS("above later", __wasi_path_open(root, 0, "x/../../one", 0, 0, 0, 0, &fd),
       __WASI_ERRNO_NOENT);
    IS("absolute link", __wasi_path_symlink("/one", root, "link"), __WASI_ERRNO_PERM);
    IS("make sub", __wasi_path_create_directory(root, "sub"), 0);
    __wasi_fd_t sub = open_raw("sub", __WASI_OFLAGS_DIRECTORY,
                               ALL_RIGHTS & ~__WASI_RIGHTS_FD_WRITE);
    IS("above a folder", __wasi_path_open(sub, 0, "../one", 0, 0, 0, 0, &fd), __WASI_ERRNO_PERM);
    IS("link out", __wasi_path_symlink("../one", sub, "out"), 0);
    IS("follow it out", __wasi_path_open(sub, __WASI_LOOKUPFLAGS_SYMLINK_FOLLOW, "out", 0, 0, 0, 0,
                                         &fd),
       __WASI_ERRNO_PERM);
    IS("follow it inside", __wasi_path_open(root, __WASI_LOOKUPFLAGS_SYMLINK_FOLLOW, "sub/out", 0,
                                            0, 0, 0, &fd),
       0);
    IS("open below a file", __wasi_path_open(fd, 0, "x", 0, 0, 0, 0, &sub), __WASI_ERRNO_NOTDIR);
}

int main(void)
{
    descriptors();
    rights();
    outside();
    DONE();
}
