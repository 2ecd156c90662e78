/* SPDX-License-Identifier: Apache-2.0 */
/* A host folder at /host, empty at the beginning. Leaves /host/result behind. */
#include "check.h"
#include <dirent.h>
#include <sys/stat.h>

static char back[70000];
static char block[70000];

static void content(void)
{
    struct stat about;
    int fd = open("/host/file", O_RDWR | O_CREAT | O_EXCL, 0666);
    CHECK("create", fd > 2);
    CHECK_ERRNO("create again", open("/host/file", O_RDWR | O_CREAT | O_EXCL, 0666), EEXIST);
    memset(block, 'b', sizeof(block));
    CHECK("write", write(fd, "hello ", 6) == 6 && write(fd, block, sizeof(block)) == 70000);
    CHECK("pread", pread(fd, back, 10, 0) == 10 && memcmp(back, "hello bbbb", 10) == 0);
    CHECK("fstat", fstat(fd, &about) == 0 && about.st_size == 70006 && S_ISREG(about.st_mode));
    CHECK("truncate", ftruncate(fd, 3) == 0 && lseek(fd, 0, SEEK_END) == 3);
    CHECK("pwrite", pwrite(fd, "HE", 2, 0) == 2 && fsync(fd) == 0);
    close(fd);
    fd = open("/host/file", O_WRONLY | O_APPEND);
    CHECK("append", write(fd, "ping", 4) == 4 && write(fd, "!", 1) == 1);
    close(fd);
    fd = open("/host/file", O_RDONLY);
    CHECK("content", read(fd, back, 100) == 8 && memcmp(back, "HElping!", 8) == 0);
    CHECK("end", read(fd, back, 100) == 0);
    close(fd);
    fd = open("/host/file", O_WRONLY | O_TRUNC);
    CHECK("open with truncation", fd > 2 && lseek(fd, 0, SEEK_END) == 0);
    close(fd);
}

static void names(void)
{
    struct stat about;
    CHECK("mkdir", mkdir("/host/d", 0777) == 0 && stat("/host/d", &about) == 0);
    CHECK_ERRNO("mkdir again", mkdir("/host/d", 0777), EEXIST);
    CHECK("rename", rename("/host/file", "/host/d/moved") == 0 && access("/host/file", F_OK) != 0);
    CHECK_ERRNO("rename to the image", rename("/host/d/moved", "/moved"), EXDEV);
    CHECK("link", link("/host/d/moved", "/host/second") == 0);
    CHECK("symlink", symlink("d/moved", "/host/soft") == 0 && stat("/host/soft", &about) == 0);
    CHECK("readlink", readlink("/host/soft", back, 100) == 7 && memcmp(back, "d/moved", 7) == 0);
    CHECK("lstat", lstat("/host/soft", &about) == 0 && S_ISLNK(about.st_mode));
    CHECK_ERRNO("absolute link", symlink("/etc", "/host/etc"), EPERM);
    CHECK("link upwards", symlink("../..", "/host/up") == 0);
    CHECK_ERRNO("not followed", open("/host/up/etc/passwd", O_RDONLY), EPERM);
    CHECK_ERRNO("unlink a folder", unlink("/host/d"), EISDIR);
    CHECK_ERRNO("rmdir not empty", rmdir("/host/d"), ENOTEMPTY);
    struct timespec times[2] = {{1000, 0}, {2000, 0}};
    CHECK("utimensat", utimensat(AT_FDCWD, "/host/second", times, 0) == 0 &&
                           stat("/host/second", &about) == 0 && about.st_mtim.tv_sec == 2000);
}

static void lists(void)
{
    char name[64];
    for (int i = 0; i < 200; i++) {
        snprintf(name, sizeof(name), "/host/d/entry-with-a-long-name-%d", i);
        close(open(name, O_WRONLY | O_CREAT, 0666));
    }
    DIR *dir = opendir("/host/d");
    struct dirent *entry;
    int count = 0;
    while ((entry = readdir(dir)) != NULL) {
        if (strncmp(entry->d_name, "entry", 5) == 0) {
            snprintf(name, sizeof(name), "/host/d/%s", entry->d_name);
            count += unlink(name) == 0;
        }
    }
    closedir(dir);
    CHECK("removed while listing", count == 200);
    CHECK("clean up", unlink("/host/d/moved") == 0 && rmdir("/host/d") == 0 &&
                          unlink("/host/soft") == 0 && unlink("/host/up") == 0 &&
                          unlink("/host/second") == 0);
}

int main(void)
{
    content();
    names();
    lists();
    FILE *f = fopen("/host/result", "w");
    fputs("written by a program in an image\n", f);
    CHECK("result", fclose(f) == 0);
    DONE();
}
