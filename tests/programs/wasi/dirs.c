/* SPDX-License-Identifier: Apache-2.0 */
/* Folders: making, listing, renaming, removing. */
#include "check.h"
#include <dirent.h>
#include <sys/stat.h>

static int count_entries(const char *path)
{
    DIR *dir = opendir(path);
    int count = 0;
    struct dirent *entry;
    while (dir != NULL && (entry = readdir(dir)) != NULL) {
        count += strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
    }
    if (dir != NULL) {
        closedir(dir);
    }
    return count;
}

static void touch(const char *path)
{
    int fd = open(path, O_WRONLY | O_CREAT, 0666);
    close(fd);
}

static void make_and_remove(void)
{
    struct stat about;
    CHECK("mkdir", mkdir("/d", 0777) == 0);
    CHECK_ERRNO("mkdir again", mkdir("/d", 0777), EEXIST);
    CHECK("mkdir below", mkdir("/d/e", 0777) == 0 && mkdir("d/e/f/", 0777) == 0);
    CHECK("stat", stat("/d", &about) == 0 && S_ISDIR(about.st_mode) && about.st_nlink == 3);
    CHECK_ERRNO("mkdir without parent", mkdir("/x/y", 0777), ENOENT);
    CHECK_ERRNO("rmdir not empty", rmdir("/d"), ENOTEMPTY);
    CHECK_ERRNO("unlink a folder", unlink("/d/e/f"), EISDIR);
    CHECK("rmdir", rmdir("/d/e/f") == 0);
    touch("/d/file");
    CHECK_ERRNO("rmdir a file", rmdir("/d/file"), ENOTDIR);
    CHECK_ERRNO("below a file", open("/d/file/x", O_RDONLY), ENOTDIR);
    CHECK_ERRNO("file with slash", open("/d/file/", O_RDONLY), ENOTDIR);
    CHECK_ERRNO("write to a folder", open("/d", O_RDWR), EISDIR);
    CHECK("stat with dots", stat("/d/./e/../file", &about) == 0);
    CHECK_ERRNO("stat nothing", stat("/d/none", &about), ENOENT);
}

static void renaming(void)
{
    touch("/d/one");
    CHECK("rename file", rename("/d/one", "/d/two") == 0 && access("/d/one", F_OK) == -1);
    CHECK("rename over", rename("/d/two", "/d/file") == 0);
    CHECK("rename folder", rename("/d/e", "/moved") == 0 && access("/moved", F_OK) == 0);
    CHECK_ERRNO("rename into itself", rename("/d", "/d/x"), EINVAL);
    CHECK_ERRNO("file over folder", rename("/d/file", "/moved"), EISDIR);
    CHECK_ERRNO("folder over file", rename("/moved", "/d/file"), ENOTDIR);
    CHECK("folder over empty folder", mkdir("/d/empty", 0777) == 0 &&
                                          rename("/moved", "/d/empty") == 0);
    CHECK_ERRNO("rename nothing", rename("/nothing", "/d/x"), ENOENT);
    mkdir("/full", 0777);
    touch("/full/x");
    CHECK_ERRNO("folder over full folder", rename("/d/empty", "/full"), ENOTEMPTY);
}

static void listing(void)
{
    char name[64];
    mkdir("/many", 0777);
    for (int i = 0; i < 3000; i++) {
        snprintf(name, sizeof(name), "/many/entry with a name %d", i);
        touch(name);
    }
    CHECK("3000 entries", count_entries("/many") == 3000);
    DIR *dir = opendir("/many");
    struct dirent *entry;
    int removed = 0;
    while ((entry = readdir(dir)) != NULL) { /* rm -r */
        if (entry->d_name[0] != '.') {
            snprintf(name, sizeof(name), "/many/%s", entry->d_name);
            removed += unlink(name) == 0;
        }
    }
    closedir(dir);
    CHECK("removed while listing", removed == 3000 && count_entries("/many") == 0);
    CHECK("rmdir", rmdir("/many") == 0);
    dir = opendir("/d");
    int types = 1;
    while ((entry = readdir(dir)) != NULL) {
        if (strcmp(entry->d_name, "file") == 0) {
            types &= entry->d_type == DT_REG;
        } else {
            types &= entry->d_type == DT_DIR;
        }
    }
    CHECK("types", types);
    rewinddir(dir);
    CHECK("rewinddir", readdir(dir) != NULL);
    closedir(dir);
}

static void removed_folder(void)
{
    mkdir("/gone", 0777);
    int fd = open("/gone", O_RDONLY | O_DIRECTORY);
    CHECK("open folder", fd > 2);
    rmdir("/gone");
    CHECK_ERRNO("make in a removed folder", openat(fd, "x", O_WRONLY | O_CREAT, 0666), ENOENT);
    close(fd);
}

int main(void)
{
    make_and_remove();
    renaming();
    listing();
    removed_folder();
    DONE();
}
