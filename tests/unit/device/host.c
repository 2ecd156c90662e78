/* SPDX-License-Identifier: Apache-2.0 */
/* Host folders and the host's console: that no path leads out, in both ways of following one. */
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "device/sink.h"
#include "port/host_files.h"
#include "port/port.h"
#include "unit.h"

static struct ph_slice text(const char *t)
{
    return (struct ph_slice){(const uint8_t *)t, strlen(t)};
}

static char folder[] = "/tmp/phantom-host-XXXXXX";

static void put(const char *name, const char *words)
{
    FILE *f = fopen(name, "w");
    CHECK(f != NULL);
    fputs(words, f);
    fclose(f);
}

/* outside, in/file, in/sub/deep, and links that lead in and out. */
static struct ph_host_file *make_folder(void)
{
    struct ph_host_file *root;
    CHECK(mkdtemp(folder) != NULL && chdir(folder) == 0);
    put("outside", "secret");
    CHECK(mkdir("in", 0777) == 0 && mkdir("in/sub", 0777) == 0 && mkdir("other", 0777) == 0);
    put("in/file", "words");
    put("in/sub/deep", "deep words");
    CHECK(symlink("../file", "in/sub/up") == 0);
    CHECK(symlink("../../outside", "in/sub/out") == 0);
    CHECK(symlink("/etc/passwd", "in/absolute") == 0);
    CHECK(symlink("loop", "in/loop") == 0);
    CHECK(symlink("sub", "in/tosub") == 0);
    CHECK(symlink("../other", "in/toother") == 0);
    CHECK(symlink("sub/up", "in/twice") == 0);
    CHECK(mkfifo("in/fifo", 0666) == 0);
    CHECK_EQ(ph_host_open_root("in", &root), PH_E_OK);
    return root;
}

static void remove_folder(struct ph_host_file *root)
{
    ph_host_close(root);
    char command[100];
    snprintf(command, sizeof(command), "rm -rf %s", folder);
    CHECK(system(command) == 0);
}

static void check_paths(bool step_by_step)
{
    static const struct { const char *path; uint32_t flags; ph_errno error; } cases[] = {
        {"file", 0, PH_E_OK},
        {"./file", 0, PH_E_OK},
        {"sub/deep", 0, PH_E_OK},
        {"sub/../sub//deep", 0, PH_E_OK},
        {"tosub/deep", 0, PH_E_OK},
        {"twice", PH_HOST_FOLLOW, PH_E_OK},
        {"twice", 0, PH_E_LOOP},
        {"sub/up", PH_HOST_FOLLOW, PH_E_OK},
        {"tosub/../file", 0, PH_E_OK},
        {".", 0, PH_E_OK},
        {"sub/", PH_HOST_FOLDER, PH_E_OK},
        {"file/", 0, PH_E_NOTDIR},
        {"file", PH_HOST_FOLDER, PH_E_NOTDIR},
        {"file/x", 0, PH_E_NOTDIR},
        {"none", 0, PH_E_NOENT},
        {"none/x", 0, PH_E_NOENT},
        {"", 0, PH_E_NOENT},
        {"..", 0, PH_E_PERM},
        {"../outside", 0, PH_E_PERM},
        {"sub/../../outside", 0, PH_E_PERM},
        {"/etc/passwd", 0, PH_E_PERM},
        {"sub/out", PH_HOST_FOLLOW, PH_E_PERM},
        {"absolute", PH_HOST_FOLLOW, PH_E_PERM},
        {"toother/x", 0, PH_E_PERM},
        {"loop", PH_HOST_FOLLOW, PH_E_LOOP},
        {"loop/x", 0, PH_E_LOOP},
        {"fifo", 0, PH_E_NOTSUP},
        {"sub", PH_HOST_WRITE, PH_E_ISDIR},
        {"sub/out", PH_HOST_FOLLOW | PH_HOST_WRITE | PH_HOST_CREATE | PH_HOST_TRUNCATE, PH_E_PERM},
        {"toother/new", PH_HOST_WRITE | PH_HOST_CREATE, PH_E_PERM},
        {"file", PH_HOST_WRITE | PH_HOST_CREATE | PH_HOST_EXCLUSIVE, PH_E_EXIST},
    };
    struct ph_host_file *root = make_folder();
    ph_host_files_step_by_step(step_by_step);
    for (unsigned i = 0; i < PH_COUNT(cases); i++) {
        struct ph_host_file *file = NULL;
        ph_errno error = ph_host_open(root, text(cases[i].path), cases[i].flags, &file);
        if (error != cases[i].error) {
            unit_fail(__FILE__, __LINE__, "%s (%u): %d, expected %d", cases[i].path,
                      cases[i].flags, (int)error, (int)cases[i].error);
        }
        if (error == PH_E_OK) {
            ph_host_close(file);
        }
    }
    /* Changes through links that lead out. */
    struct ph_host_about about;
    CHECK_EQ(ph_host_make_folder(root, text("toother/d")), PH_E_PERM);
    CHECK_EQ(ph_host_unlink(root, text("../outside")), PH_E_PERM);
    CHECK_EQ(ph_host_rename(root, text("file"), root, text("toother/file")), PH_E_PERM);
    CHECK_EQ(ph_host_link(root, text("../outside"), root, text("stolen")), PH_E_PERM);
    CHECK_EQ(ph_host_symlink(text("/etc"), root, text("etc")), PH_E_PERM);
    CHECK_EQ(ph_host_stat(root, text("sub/out"), true, &about), PH_E_PERM);
    CHECK_EQ(ph_host_stat(root, text("toother/"), false, &about), PH_E_PERM);
    CHECK_EQ(ph_host_stat(root, text("sub/out"), false, &about), PH_E_OK);
    CHECK_EQ(about.type, 7);
    CHECK_EQ(ph_host_set_times(root, text("sub/out"), true, (struct ph_host_times){0, 0}),
             PH_E_PERM);
    CHECK_EQ(ph_host_remove_folder(root, text(".")), PH_E_INVAL);
    CHECK_EQ(ph_host_remove_folder(root, text("sub/..")), PH_E_INVAL);
    CHECK_EQ(ph_host_unlink(root, (struct ph_slice){(const uint8_t *)"a\0b", 3}), PH_E_INVAL);
    CHECK(access("../tmp", F_OK) != 0 && access("outside", F_OK) == 0);
    remove_folder(root);
}

TEST(host_paths_stay_inside_by_openat2) { check_paths(false); }
TEST(host_paths_stay_inside_step_by_step) { check_paths(true); }

TEST(host_file_reads_writes_and_lists)
{
    struct ph_host_file *root = make_folder();
    struct ph_host_file *file;
    uint64_t done;
    char back[32] = {0};
    CHECK_EQ(ph_host_open(root, text("new"), PH_HOST_WRITE | PH_HOST_CREATE, &file), PH_E_OK);
    CHECK_EQ(ph_host_write(file, 5, text("words"), &done), PH_E_OK);
    CHECK_EQ(ph_host_write(file, 5, text("words"), &done), PH_E_OK); /* twice is once */
    CHECK_EQ(ph_host_read(file, 0, back, sizeof(back), &done), PH_E_OK);
    CHECK_EQ(done, 10);
    CHECK_BYTES(back, "\0\0\0\0\0words", 10);
    struct ph_host_about about;
    CHECK_EQ(ph_host_resize(file, 3), PH_E_OK);
    CHECK_EQ(ph_host_about(file, &about), PH_E_OK);
    CHECK_EQ(about.size_bytes, 3);
    CHECK_EQ(ph_host_set_file_times(file, (struct ph_host_times){PH_HOST_KEEP, 77}), PH_E_OK);
    CHECK_EQ(ph_host_stat(root, text("new"), false, &about), PH_E_OK);
    CHECK_EQ(about.modified_ns, 77);
    CHECK_EQ(about.permissions & 0600, 0600);
    CHECK_EQ(ph_host_about(root, &about), PH_E_OK);
    CHECK_EQ(about.permissions & 0700, 0700);
    CHECK_EQ(ph_host_set_permissions(root, text("new"), 0641), PH_E_OK);
    CHECK_EQ(ph_host_stat(root, text("new"), false, &about), PH_E_OK);
    CHECK_EQ(about.permissions, 0641);
    CHECK_EQ(ph_host_set_file_permissions(file, 07600), PH_E_OK);
    CHECK_EQ(ph_host_about(file, &about), PH_E_OK);
    CHECK_EQ(about.permissions, 0600);
    CHECK_EQ(ph_host_set_permissions(root, text("none"), 0641), PH_E_NOENT);
    struct ph_host_space space;
    CHECK_EQ(ph_host_space(file, &space), PH_E_OK);
    CHECK(space.total_bytes >= space.free_bytes && space.free_bytes >= space.usable_bytes);
    CHECK(space.total_bytes > 0);
    CHECK_EQ(ph_host_write(file, UINT64_MAX - 2, text("words"), &done), PH_E_FBIG);
    CHECK_EQ(ph_host_sync(file, true), PH_E_OK);
    ph_host_close(file);
    struct ph_host_list list;
    CHECK_EQ(ph_host_list(root, &list), PH_E_OK);
    CHECK_EQ(list.count, 9);
    for (uint32_t i = 1; i < list.count; i++) {
        CHECK(ph_slice_compare(list.entries[i - 1].name, list.entries[i].name) < 0);
    }
    ph_host_list_free(&list);
    remove_folder(root);
}

/* ---- Console ------------------------------------------------------------------------------- */

static struct ph_mutex lock;
static struct ph_condition woken;
static unsigned wakes;

static void wake(void *context)
{
    (void)context;
    ph_mutex_lock(&lock);
    wakes++;
    ph_condition_broadcast(&woken);
    ph_mutex_unlock(&lock);
}

/* Takes as a native does: looks, and waits to be woken if there was nothing. */
static uint64_t take(struct ph_host_input *input, uint64_t offset, void *to, uint64_t bytes)
{
    for (;;) {
        ph_mutex_lock(&lock);
        unsigned before = wakes;
        ph_mutex_unlock(&lock);
        uint64_t done;
        ph_status status = ph_host_input_take(input, offset, to, bytes, &done);
        if (status != PH_AGAIN) {
            CHECK_OK(status);
            return done;
        }
        ph_mutex_lock(&lock);
        while (wakes == before) {
            ph_condition_wait(&woken, &lock);
        }
        ph_mutex_unlock(&lock);
    }
}

TEST(host_input_stream_comes_in_order_and_ends)
{
    int ends[2];
    char back[16] = {0};
    struct ph_host_input *input;
    ph_mutex_init(&lock);
    ph_condition_init(&woken);
    CHECK(pipe(ends) == 0 && dup2(ends[0], 0) == 0);
    CHECK_OK(ph_host_input_open(wake, NULL, &input));
    CHECK_EQ(ph_host_input_kind(input), PH_HOST_INPUT_STREAM);
    uint64_t ready;
    CHECK_STATUS(ph_host_input_ready(input, 0, &ready), PH_AGAIN);
    CHECK(write(ends[1], "abcdef", 6) == 6);
    CHECK_EQ(take(input, 0, back, 4), 4);
    CHECK_OK(ph_host_input_ready(input, 0, &ready));
    CHECK_EQ(ready, 2);
    CHECK_EQ(take(input, 0, back + 4, 10), 2);
    CHECK_TEXT(back, "abcdef");
    close(ends[1]);
    CHECK_EQ(take(input, 0, back, 10), 0);
    CHECK_EQ(take(input, 0, back, 10), 0);
    ph_host_input_close(input);
}

TEST(host_input_that_nobody_wants_stays_in_the_pipe)
{
    int ends[2];
    char back[16] = {0};
    struct ph_host_input *input;
    CHECK(pipe(ends) == 0 && dup2(ends[0], 0) == 0);
    CHECK(write(ends[1], "mine", 4) == 4);
    CHECK_OK(ph_host_input_open(wake, NULL, &input));
    usleep(20000);
    ph_host_input_close(input);
    CHECK(read(0, back, sizeof(back)) == 4);
}

TEST(host_input_file_is_read_at_the_worlds_offset)
{
    char name[] = "/tmp/phantom-input-XXXXXX";
    int fd = mkstemp(name);
    char back[16] = {0};
    struct ph_host_input *input;
    CHECK(fd >= 0 && write(fd, "0123456789", 10) == 10 && lseek(fd, 0, SEEK_SET) == 0);
    CHECK(dup2(fd, 0) == 0 && unlink(name) == 0);
    CHECK_OK(ph_host_input_open(wake, NULL, &input));
    CHECK_EQ(ph_host_input_kind(input), PH_HOST_INPUT_FILE);
    CHECK_EQ(take(input, 4, back, 3), 3);
    CHECK_TEXT(back, "456");
    CHECK_EQ(take(input, 10, back, 3), 0);
    CHECK_EQ(take(input, 1000, back, 3), 0);
    ph_host_input_close(input);
}

TEST(host_input_closed_is_at_its_end)
{
    struct ph_host_input *input;
    char back[4];
    close(0);
    int null = open("/dev/null", O_RDONLY); /* so that no descriptor of ours becomes 0 */
    CHECK(null == 0 && fcntl(0, F_DUPFD, 10) >= 10);
    CHECK_OK(ph_host_input_open(wake, NULL, &input));
    uint64_t done;
    while (ph_host_input_take(input, 0, back, 4, &done) == PH_AGAIN) {
        usleep(1000);
    }
    CHECK_EQ(done, 0);
    ph_host_input_close(input);
}

TEST(host_output_file_knows_how_much_it_has)
{
    char name[] = "/tmp/phantom-output-XXXXXX";
    struct ph_host_output *output;
    uint64_t done;
    uint64_t position;
    close(mkstemp(name));
    for (unsigned i = 0; i < 2; i++) {
        CHECK_OK(ph_host_output_file(name, i == 0, &output, NULL));
        struct ph_sink sink = ph_output_sink(output);
        CHECK_OK(sink.position(sink.context, &position));
        CHECK_EQ(position, 10 * i);
        CHECK_OK(sink.write(sink.context, 1, text("hello"), &done));
        CHECK_OK(sink.write(sink.context, 2, text("world"), &done));
        CHECK_EQ(done, 5);
        CHECK_OK(sink.flush(sink.context));
        ph_host_output_close(output);
    }
    unlink(name);
    struct ph_error error;
    CHECK_STATUS(ph_host_output_file("/nowhere/at/all", false, &output, &error), PH_NOT_FOUND);
    CHECK(strstr(error.text, "/nowhere/at/all") != NULL);
}

TEST(host_output_never_waits)
{
    int ends[2];
    static uint8_t block[100000];
    struct ph_host_output *output;
    CHECK(pipe(ends) == 0);
    int kept = dup(1);
    CHECK(dup2(ends[1], 1) == 1);
    CHECK_OK(ph_host_output_standard(&output));
    uint64_t total = 0;
    ph_status status = PH_OK;
    while (status == PH_OK) {
        uint64_t done;
        status = ph_host_output_write(output, 1, (struct ph_slice){block, sizeof(block)}, &done);
        total += done;
    }
    uint64_t position;
    ph_status where = ph_host_output_position(output, &position);
    close(ends[0]);
    uint64_t done;
    ph_status closed = ph_host_output_write(output, 1, text("x"), &done);
    ph_host_output_close(output);
    dup2(kept, 1);
    CHECK_STATUS(status, PH_AGAIN);
    CHECK(total >= 4096);
    CHECK_STATUS(where, PH_NOT_FOUND);
    CHECK_STATUS(closed, PH_IO);
}
