/* SPDX-License-Identifier: Apache-2.0 */
/* Content of files: reading, writing, seeking, holes, truncation, appending. */
#include "check.h"
#include <sys/stat.h>
#include <sys/uio.h>

static char big[300000];
static char back[300000];

static void streams(void)
{
    char line[64];
    FILE *f = fopen("/notes.txt", "w");
    CHECK("fopen w", f != NULL);
    for (int i = 0; i < 1000; i++) {
        fprintf(f, "line %d\n", i);
    }
    CHECK("fclose", fclose(f) == 0);
    f = fopen("notes.txt", "r"); /* relative to "/" */
    int count = 0;
    int good = 1;
    while (fgets(line, sizeof(line), f) != NULL) {
        good &= atoi(line + 5) == count++;
    }
    CHECK("lines come back", good && count == 1000);
    fclose(f);
    f = fopen("/notes.txt", "a");
    fputs("more\n", f);
    fclose(f);
    struct stat about;
    CHECK("stat", stat("/notes.txt", &about) == 0 && S_ISREG(about.st_mode));
    CHECK("size", about.st_size == 8890 + 5 && about.st_nlink == 1);
}

static void positions(void)
{
    int fd = open("/a", O_RDWR | O_CREAT | O_TRUNC, 0666);
    CHECK("open", fd > 2);
    CHECK("write", write(fd, "0123456789", 10) == 10);
    CHECK("lseek set", lseek(fd, 4, SEEK_SET) == 4);
    CHECK("read", read(fd, back, 3) == 3 && memcmp(back, "456", 3) == 0);
    CHECK("lseek cur", lseek(fd, -1, SEEK_CUR) == 6);
    CHECK("lseek end", lseek(fd, -2, SEEK_END) == 8);
    CHECK("read to the end", read(fd, back, 10) == 2 && read(fd, back, 10) == 0);
    CHECK_ERRNO("lseek before 0", lseek(fd, -1, SEEK_SET), EINVAL);
    CHECK("pwrite", pwrite(fd, "AB", 2, 2) == 2 && lseek(fd, 0, SEEK_CUR) == 10);
    CHECK("pread", pread(fd, back, 4, 1) == 4 && memcmp(back, "1AB4", 4) == 0);
    struct iovec parts[3] = {{back, 2}, {back + 10, 0}, {back + 20, 100}};
    lseek(fd, 0, SEEK_SET);
    CHECK("readv", readv(fd, parts, 3) == 10 && memcmp(back + 20, "AB456789", 8) == 0);
    struct iovec out[2] = {{"xy", 2}, {"z", 1}};
    CHECK("writev", writev(fd, out, 2) == 3 && lseek(fd, 0, SEEK_END) == 13);
    CHECK("hole", pwrite(fd, "!", 1, 100000) == 1 && pread(fd, back, 1000, 50000) == 1000 &&
                      back[0] == 0 && back[999] == 0);
    CHECK("ftruncate shorter", ftruncate(fd, 5) == 0 && lseek(fd, 0, SEEK_END) == 5);
    CHECK("ftruncate longer", ftruncate(fd, 200) == 0 && pread(fd, back, 200, 0) == 200);
    CHECK("zeros after the cut", back[4] == '4' && back[5] == 0 && back[199] == 0);
    CHECK("posix_fallocate", posix_fallocate(fd, 100, 400) == 0 && lseek(fd, 0, SEEK_END) == 500);
    CHECK("close", close(fd) == 0);
    CHECK_ERRNO("read closed", read(fd, back, 1), EBADF);
    CHECK_ERRNO("close closed", close(fd), EBADF);
}

static void appending(void)
{
    int fd = open("/log", O_WRONLY | O_CREAT | O_APPEND, 0666);
    write(fd, "one", 3);
    lseek(fd, 0, SEEK_SET);
    write(fd, "two", 3);
    CHECK("append goes to the end", lseek(fd, 0, SEEK_CUR) == 6);
    CHECK("fcntl getfl", (fcntl(fd, F_GETFL) & O_APPEND) != 0);
    CHECK("fcntl setfl", fcntl(fd, F_SETFL, 0) == 0);
    lseek(fd, 0, SEEK_SET);
    write(fd, "ONE", 3);
    close(fd);
    fd = open("/log", O_RDONLY);
    CHECK("content", read(fd, back, 20) == 6 && memcmp(back, "ONEtwo", 6) == 0);
    CHECK("write to what is open for reading", write(fd, "x", 1) == -1);
    close(fd);
}

static void large(void)
{
    for (unsigned i = 0; i < sizeof(big); i++) {
        big[i] = (char)(i * 31 + i / 251);
    }
    int fd = open("/big", O_RDWR | O_CREAT | O_EXCL, 0666);
    CHECK_ERRNO("exclusive", open("/big", O_RDWR | O_CREAT | O_EXCL, 0666), EEXIST);
    int good = 1;
    for (int i = 0; i < 20; i++) {
        good &= write(fd, big, sizeof(big)) == sizeof(big);
    }
    CHECK("6 MB written", good && lseek(fd, 0, SEEK_CUR) == 20 * (long)sizeof(big));
    for (int i = 0; i < 20; i++) {
        good &= pread(fd, back, sizeof(back), i * (long)sizeof(big)) == sizeof(back) &&
                memcmp(back, big, sizeof(big)) == 0;
    }
    CHECK("6 MB read", good);
    unlink("/big");
    CHECK("unlinked, still there", pread(fd, back, 100, 12345) == 100 &&
                                       memcmp(back, big + 12345, 100) == 0);
    close(fd);
    CHECK_ERRNO("gone", open("/big", O_RDONLY), ENOENT);
}

int main(void)
{
    streams();
    positions();
    appending();
    large();
    DONE();
}
