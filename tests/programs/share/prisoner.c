/* SPDX-License-Identifier: Apache-2.0 */
/* prisoner.c - tries to get out of the folder that it sees as "/". Says what it can reach that it
 * was not given; the exit status is how much. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <wasi/api.h>

static int escapes;

static void escaped(const char *how, const char *path)
{
    printf("escaped: %s %s\n", how, path);
    escapes++;
}

static void tries_path(int folder, const char *path)
{
    struct stat about;
    char text[16];
    int fd = openat(folder, path, O_RDONLY);
    if (fd >= 0) {
        escaped("openat", path);
        close(fd);
    }
    if (fstatat(folder, path, &about, 0) == 0) {
        escaped("fstatat", path);
    }
    if (readlinkat(folder, path, text, sizeof(text)) >= 0 && strstr(path, "..") != NULL) {
        escaped("readlinkat", path);
    }
}

/* Below libc, which knows better than to ask. */
static void tries_raw(__wasi_fd_t folder, const char *path)
{
    __wasi_filestat_t about;
    __wasi_fd_t fd;
    if (__wasi_path_open(folder, __WASI_LOOKUPFLAGS_SYMLINK_FOLLOW, path, 0, __WASI_RIGHTS_FD_READ,
                         0, 0, &fd) == 0) {
        escaped("path_open", path);
    }
    if (__wasi_path_filestat_get(folder, __WASI_LOOKUPFLAGS_SYMLINK_FOLLOW, path, &about) == 0) {
        escaped("path_filestat_get", path);
    }
    if (__wasi_path_create_directory(folder, "../made") == 0) {
        escaped("path_create_directory", path);
    }
    if (__wasi_path_link(folder, __WASI_LOOKUPFLAGS_SYMLINK_FOLLOW, path, folder, "linked") == 0) {
        escaped("path_link", path);
    }
    if (__wasi_path_rename(folder, path, folder, "moved") == 0 && strstr(path, "..") != NULL) {
        escaped("path_rename", path);
    }
    if (__wasi_path_unlink_file(folder, path) == 0 && strstr(path, "..") != NULL) {
        escaped("path_unlink_file", path);
    }
}

static void tries_descriptors(void)
{
    char byte;
    for (int fd = 4; fd < 64; fd++) { /* 3 is "/" */
        if (read(fd, &byte, 1) >= 0 || errno != EBADF) {
            escaped("descriptor", "");
        }
    }
    if (read(0, &byte, 1) != 0) {
        escaped("input", "");
    }
}

static void tries_renames(int cell)
{
    __wasi_fd_t box = (__wasi_fd_t)openat(cell, "box", O_RDONLY | O_DIRECTORY);
    /* The open folder goes to the top of what we see; its ".." is outside. */
    if (renameat(cell, "box", AT_FDCWD, "/box") != 0) {
        printf("cannot rename: %s\n", strerror(errno));
    }
    tries_raw(box, "../secret");
    tries_raw(box, "../../secret");
    if (__wasi_path_rename(box, ".", 3, "../box") == 0 ||
        __wasi_path_rename(3, "box", 3, "../box") == 0) {
        escaped("path_rename", "box");
    }
}

int main(void)
{
    static const char *const paths[] = {
        "../secret", "/../secret", "cell/../../secret", "up", "/up", "cell/up", "out/secret",
        "./../jail/../secret", "..", "../", "out", "cell/box/../../../secret", "/secret", "secret",
        "//secret", "cell/../up", "../programs", "/programs", "/jail"};
    tries_descriptors();
    int cell = open("/cell", O_RDONLY | O_DIRECTORY);
    for (unsigned i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
        if (open(paths[i], O_RDONLY) >= 0) {
            escaped("open", paths[i]);
        }
        tries_raw(3, paths[i]);
        if (cell >= 0) {
            tries_path(cell, paths[i]);
            tries_raw((__wasi_fd_t)cell, paths[i]);
        }
    }
    if (symlink("../secret", "/mine") == 0) { /* may be made, but not followed out */
        tries_raw(3, "mine");
    }
    if (symlink("/secret", "/absolute") == 0) {
        tries_raw(3, "absolute");
    }
    if (cell >= 0) {
        tries_renames(cell);
    }
    FILE *own = fopen("/own", "w"); /* what is inside can be used */
    if (own == NULL || fputs("mine\n", own) < 0 || fclose(own) != 0) {
        escaped("cannot write", "/own");
    }
    printf("%s: %d\n", cell >= 0 ? "jailed" : "alone", escapes);
    return escapes;
}
