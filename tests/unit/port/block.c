/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/assert.h"
#include "port/port.h"
#include "unit.h"

/* Each test works in a folder of its own. It is left behind by a test that fails. */
static char folder[] = "/tmp/phantom-unit-XXXXXX";

static void enter_folder(void)
{
    CHECK(mkdtemp(folder) != NULL);
    CHECK_EQ(chdir(folder), 0);
}

static void leave_folder(void)
{
    CHECK_EQ(chdir("/"), 0);
    char command[100];
    snprintf(command, sizeof(command), "rm -rf %s", folder);
    CHECK_EQ(system(command), 0);
}

static struct ph_block *open_new(const char *path)
{
    struct ph_block *block;
    CHECK_OK(ph_block_open(path, PH_BLOCK_CREATE, &block, NULL));
    return block;
}

/* Opening must fail like this, with a text that names the file. */
static void check_no_open(const char *path, enum ph_block_mode mode, ph_status expected, int line)
{
    struct ph_block *block = (struct ph_block *)folder;
    struct ph_error error = {PH_OK, ""};
    ph_status status = ph_block_open(path, mode, &block, &error);
    unit_check_status(status, expected, path, __FILE__, line);
    CHECK_STATUS(error.status, expected);
    CHECK(strstr(error.text, path) != NULL);
    CHECK(block == NULL);
    CHECK_STATUS(ph_block_open(path, mode, &block, NULL), expected);
}
#define NO_OPEN(path, mode, expected) check_no_open((path), (mode), (expected), __LINE__)

TEST(block_keeps_what_is_written)
{
    enter_folder();
    struct ph_block *block = open_new("a.phantom");
    CHECK(!block->fixed_size);
    CHECK_OK(block->ops->grow(block, 1u << 20));
    CHECK_OK(block->ops->write(block, 5000, "hello", 5));
    CHECK_OK(block->ops->flush(block));
    block->ops->close(block);

    CHECK_OK(ph_block_open("a.phantom", PH_BLOCK_OPEN, &block, NULL));
    uint64_t bytes;
    char text[7];
    CHECK_OK(block->ops->size(block, &bytes));
    CHECK_EQ(bytes, 1u << 20);
    CHECK_OK(block->ops->read(block, 4999, text, 7));
    CHECK_BYTES(text, "\0hello", 7);
    CHECK_OK(block->ops->read(block, 0, text, 0));
    CHECK_OK(block->ops->write(block, 0, text, 0));
    block->ops->close(block);
    leave_folder();
}

TEST(block_is_for_its_owner_alone)
{
    enter_folder();
    struct ph_block *block = open_new("a.phantom");
    struct stat about;
    CHECK_EQ(stat("a.phantom", &about), 0);
    CHECK_EQ(about.st_mode & 0777, 0600);
    block->ops->close(block);
    leave_folder();
}

TEST(block_large_transfers)
{
    enter_folder();
    struct ph_block *block = open_new("a.phantom");
    uint64_t bytes = 9000001;
    uint8_t *data = malloc(bytes);
    uint8_t *back = malloc(bytes);
    ph_random_fill(data, bytes);
    CHECK_OK(block->ops->write(block, 3, data, bytes));
    CHECK_OK(block->ops->read(block, 3, back, bytes));
    CHECK_BYTES(data, back, bytes);
    free(data);
    free(back);
    block->ops->close(block);
    leave_folder();
}

TEST(block_reading_beyond_the_end_is_truncated)
{
    enter_folder();
    struct ph_block *block = open_new("a.phantom");
    CHECK_OK(block->ops->write(block, 0, "hello", 5));
    char text[10];
    CHECK_STATUS(block->ops->read(block, 0, text, 6), PH_TRUNCATED);
    CHECK_STATUS(block->ops->read(block, 100, text, 1), PH_TRUNCATED);
    block->ops->close(block);
    leave_folder();
}

TEST(block_grows_with_space_behind_it_and_never_shrinks)
{
    enter_folder();
    struct ph_block *block = open_new("a.phantom");
    CHECK_OK(block->ops->write(block, 0, "hello", 5));
    CHECK_OK(block->ops->grow(block, 3000000));
    struct stat about;
    CHECK_EQ(stat("a.phantom", &about), 0);
    CHECK_EQ(about.st_size, 3000000);
    CHECK(about.st_blocks * 512 >= 3000000);
    CHECK_OK(block->ops->grow(block, 10));
    uint64_t bytes;
    CHECK_OK(block->ops->size(block, &bytes));
    CHECK_EQ(bytes, 3000000);
    char text[6];
    CHECK_OK(block->ops->read(block, 0, text, 6));
    CHECK_BYTES(text, "hello", 6);
    CHECK_OK(block->ops->read(block, 3000000 - 6, text, 6));
    CHECK_BYTES(text, "\0\0\0\0\0", 6);
    block->ops->close(block);
    leave_folder();
}

TEST(block_maps_privately)
{
    enter_folder();
    struct ph_block *block = open_new("a.phantom");
    CHECK_OK(block->ops->grow(block, 5 * 4096));
    CHECK_OK(block->ops->write(block, 2 * 4096, "page two", 8));
    char *base = ph_memory_reserve(1u << 20);
    CHECK_OK(block->ops->map_private(block, 4096, base + 8192, 3 * 4096));
    CHECK_BYTES(base + 8192 + 4096, "page two", 8);
    CHECK_EQ(base[0], 0);
    memcpy(base + 8192 + 4096, "PAGE", 4);
    char text[8];
    CHECK_OK(block->ops->read(block, 2 * 4096, text, 8));
    CHECK_BYTES(text, "page two", 8);
    ph_memory_discard(base + 8192 + 4096, 4096); /* shows the file again */
    CHECK_BYTES(base + 8192 + 4096, "page two", 8);
    CHECK_OK(block->ops->map_private(block, 0, base, 0));
    CHECK_STATUS(block->ops->map_private(block, 0, base, 6 * 4096), PH_TRUNCATED);
    CHECK_STATUS(block->ops->map_private(block, 6 * 4096, base, 4096), PH_TRUNCATED);
    block->ops->close(block);
    CHECK_BYTES(base + 8192 + 4096, "page two", 8); /* the mapping outlives the handle */
    ph_memory_release(base, 1u << 20);
    leave_folder();
}

TEST(block_open_says_what_is_wrong)
{
    enter_folder();
    NO_OPEN("missing.phantom", PH_BLOCK_OPEN, PH_NOT_FOUND);
    NO_OPEN("missing.phantom", PH_BLOCK_READ, PH_NOT_FOUND);
    NO_OPEN("no-such-folder/a.phantom", PH_BLOCK_CREATE, PH_NOT_FOUND);
    CHECK_EQ(mkdir("folder", 0700), 0);
    NO_OPEN("folder", PH_BLOCK_OPEN, PH_BAD_ARGUMENT);
    NO_OPEN("folder", PH_BLOCK_CREATE, PH_BAD_ARGUMENT);
    NO_OPEN("folder", PH_BLOCK_READ, PH_BAD_ARGUMENT);
    CHECK_EQ(mkfifo("pipe", 0600), 0);
    NO_OPEN("pipe", PH_BLOCK_OPEN, PH_BAD_ARGUMENT);
    NO_OPEN("pipe", PH_BLOCK_READ, PH_BAD_ARGUMENT);
    NO_OPEN("/dev/null", PH_BLOCK_OPEN, PH_BAD_ARGUMENT);
    CHECK_EQ(symlink("loop", "loop"), 0);
    NO_OPEN("loop", PH_BLOCK_OPEN, PH_BAD_ARGUMENT);
    struct ph_block *block = open_new("file");
    block->ops->close(block);
    NO_OPEN("file/a.phantom", PH_BLOCK_CREATE, PH_NOT_FOUND);
    leave_folder();
}

TEST(block_open_says_too_many_files)
{
    enter_folder();
    struct ph_block *block = open_new("a.phantom");
    block->ops->close(block);
    struct rlimit old;
    CHECK_EQ(getrlimit(RLIMIT_NOFILE, &old), 0);
    struct rlimit few = {3, old.rlim_max};
    CHECK_EQ(setrlimit(RLIMIT_NOFILE, &few), 0);
    NO_OPEN("a.phantom", PH_BLOCK_OPEN, PH_LIMIT);
    CHECK_EQ(setrlimit(RLIMIT_NOFILE, &old), 0);
    leave_folder();
}

TEST(block_is_locked_for_others)
{
    enter_folder();
    int ready[2];
    CHECK_EQ(pipe(ready), 0);
    pid_t child = fork();
    if (child == 0) {
        open_new("a.phantom");
        CHECK_EQ(write(ready[1], "x", 1), 1);
        pause();
        _exit(0);
    }
    char byte;
    CHECK_EQ(read(ready[0], &byte, 1), 1);
    NO_OPEN("a.phantom", PH_BLOCK_OPEN, PH_IN_USE);
    NO_OPEN("a.phantom", PH_BLOCK_CREATE, PH_IN_USE);
    struct ph_block *block;
    CHECK_OK(ph_block_open("a.phantom", PH_BLOCK_READ, &block, NULL));
    block->ops->close(block);
    kill(child, SIGKILL); /* the lock ends with its process */
    CHECK_EQ(waitpid(child, NULL, 0), child);
    CHECK_OK(ph_block_open("a.phantom", PH_BLOCK_OPEN, &block, NULL));
    NO_OPEN("a.phantom", PH_BLOCK_OPEN, PH_IN_USE); /* also within one process */
    block->ops->close(block);
    leave_folder();
}

TEST(block_opened_for_reading_is_read_only)
{
    enter_folder();
    struct ph_block *block = open_new("a.phantom");
    CHECK_OK(block->ops->write(block, 0, "hello", 5));
    block->ops->close(block);
    CHECK_EQ(chmod("a.phantom", 0400), 0);
    CHECK_OK(ph_block_open("a.phantom", PH_BLOCK_READ, &block, NULL));
    char text[5];
    CHECK_OK(block->ops->read(block, 0, text, 5));
    CHECK_BYTES(text, "hello", 5);
    CHECK_STATUS(block->ops->write(block, 0, "x", 1), PH_READ_ONLY);
    CHECK_STATUS(block->ops->flush(block), PH_READ_ONLY);
    CHECK_STATUS(block->ops->grow(block, 10000), PH_READ_ONLY);
    CHECK_OK(block->ops->grow(block, 5));
    block->ops->close(block);
    leave_folder();
}

TEST(block_without_permission_is_denied)
{
    enter_folder();
    struct ph_block *block = open_new("a.phantom");
    block->ops->close(block);
    CHECK_EQ(chmod("a.phantom", 0), 0);
    CHECK_EQ(chmod(".", 0755), 0);
    bool is_root = geteuid() == 0;
    if (is_root) {
        CHECK_EQ(seteuid(65534), 0);
    } else {
        CHECK_EQ(chmod(".", 0500), 0);
    }
    NO_OPEN("a.phantom", PH_BLOCK_OPEN, PH_DENIED);
    NO_OPEN("a.phantom", PH_BLOCK_READ, PH_DENIED);
    NO_OPEN("new.phantom", PH_BLOCK_CREATE, PH_DENIED);
    CHECK_EQ(is_root ? seteuid(0) : chmod(".", 0700), 0);
    leave_folder();
}

TEST(block_says_when_the_file_may_not_grow)
{
    enter_folder();
    struct ph_block *block = open_new("a.phantom");
    CHECK_OK(block->ops->grow(block, 10000));
    signal(SIGXFSZ, SIG_IGN);
    struct rlimit small = {50000, 50000};
    CHECK_EQ(setrlimit(RLIMIT_FSIZE, &small), 0);
    CHECK_STATUS(block->ops->grow(block, 100000), PH_NO_SPACE);
    CHECK_STATUS(block->ops->grow(block, UINT64_MAX), PH_NO_SPACE);
    uint64_t bytes;
    CHECK_OK(block->ops->size(block, &bytes));
    CHECK_EQ(bytes, 10000);
    CHECK_STATUS(block->ops->write(block, 49990, "0123456789abcdef", 16), PH_NO_SPACE);
    CHECK_OK(block->ops->grow(block, 50000));
    block->ops->close(block);
    leave_folder();
}

/* A small file system of our own, where the rights allow one. */
static void mount_small(unsigned long flags)
{
    if (geteuid() != 0 || mkdir("small", 0700) != 0 ||
        mount("none", "small", "tmpfs", flags, "size=256k") != 0) {
        leave_folder();
        SKIP("mounting a tmpfs is not allowed here");
    }
}

TEST(block_on_a_full_disk)
{
    enter_folder();
    mount_small(0);
    struct ph_block *block = open_new("small/a.phantom");
    CHECK_OK(block->ops->grow(block, 100000));
    CHECK_STATUS(block->ops->grow(block, 1000000), PH_NO_SPACE);
    uint64_t bytes;
    CHECK_OK(block->ops->size(block, &bytes));
    CHECK_EQ(bytes, 100000);
    CHECK_OK(block->ops->write(block, 0, "still", 5));
    CHECK_OK(block->ops->flush(block));
    CHECK_OK(block->ops->grow(block, 200000)); /* and there is room for less */
    block->ops->close(block);
    CHECK_EQ(umount("small"), 0);
    leave_folder();
}

TEST(block_in_a_read_only_place)
{
    enter_folder();
    mount_small(0);
    struct ph_block *block = open_new("small/a.phantom");
    block->ops->close(block);
    CHECK_EQ(mount("none", "small", "tmpfs", MS_REMOUNT | MS_RDONLY, "size=256k"), 0);
    NO_OPEN("small/a.phantom", PH_BLOCK_OPEN, PH_READ_ONLY);
    NO_OPEN("small/b.phantom", PH_BLOCK_CREATE, PH_READ_ONLY);
    CHECK_OK(ph_block_open("small/a.phantom", PH_BLOCK_READ, &block, NULL));
    block->ops->close(block);
    CHECK_EQ(umount("small"), 0);
    leave_folder();
}

/* ---- A raw device ------------------------------------------------------------------------ */

static bool run(char *output, size_t output_bytes, const char *command)
{
    FILE *pipe = popen(command, "r");
    size_t got = pipe == NULL ? 0 : fread(output, 1, output_bytes - 1, pipe);
    output[got] = 0;
    output[strcspn(output, "\n")] = 0;
    return pipe != NULL && pclose(pipe) == 0;
}

TEST(block_on_a_raw_device)
{
    enter_folder();
    struct ph_block *block = open_new("disk");
    CHECK_OK(block->ops->grow(block, 1u << 20));
    block->ops->close(block);
    char device[100];
    if (geteuid() != 0 || !run(device, sizeof(device), "losetup --show -f disk 2>&1")) {
        leave_folder();
        SKIP("no loop device here");
    }
    CHECK_OK(ph_block_open(device, PH_BLOCK_OPEN, &block, NULL));
    CHECK(block->fixed_size);
    uint64_t bytes;
    CHECK_OK(block->ops->size(block, &bytes));
    CHECK_EQ(bytes, 1u << 20);
    CHECK_OK(block->ops->grow(block, 1u << 20));
    CHECK_STATUS(block->ops->grow(block, (1u << 20) + 1), PH_NO_SPACE);
    CHECK_OK(block->ops->write(block, 4096, "hello", 5));
    CHECK_STATUS(block->ops->write(block, (1u << 20) - 2, "hello", 5), PH_NO_SPACE);
    CHECK_OK(block->ops->flush(block));
    NO_OPEN(device, PH_BLOCK_OPEN, PH_IN_USE);
    char *base = ph_memory_reserve(8192);
    CHECK_OK(block->ops->map_private(block, 4096, base, 4096));
    CHECK_BYTES(base, "hello", 5);
    block->ops->close(block);
    ph_memory_release(base, 8192);
    char command[200];
    char output[10];
    snprintf(command, sizeof(command), "losetup -d %s", device);
    CHECK(run(output, sizeof(output), command));
    leave_folder();
}
