/* SPDX-License-Identifier: Apache-2.0 */
/* java_base.c - making and copying the prebooted image of Java's library.
 *
 * "base-WHERE-STATE" in the cache: WHERE stands for this phantom and this JDK's folder, STATE for
 * what they are just now; a base with the same WHERE and another STATE is of no use any more and
 * goes when a new one is made. Behind the image, in the file's last page, there is a hash of it. */
#include "tool/java_base.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/hash.h"
#include "lang/java/vm/base.h"
#include "machine/gate.h"
#include "machine/program.h"
#include "tool/cache.h"
#include "tool/image.h"
#include "tool/java.h"
#include "tool/jdk.h"
#include "tool/program.h"

#define TRAILER_MAGIC 0x3130455341424850u /* "PHBASE01" */
#define BOOT_PATIENCE_NS UINT64_C(60000000000)
#define LOOK_NS 2000000L
#define FOLDER_DEPTH_MAX 8u
#define OLD_SECONDS 86400

struct trailer {
    uint64_t magic, bytes, hash;
};

/* ---- Which one ------------------------------------------------------------------------------- */

bool ph_base_fits(const struct ph_options *options)
{
    /* Names that the library itself may look at, in the boot or once for ever. */
    static const char *const own[] = {"java.", "javax.", "jdk.", "sun.", "com.sun.", "user.",
                                      "file.", "path.", "line.", "os.", "native.", "std"};
    for (uint32_t i = 0; i < options->properties.count; i++) {
        for (uint32_t j = 0; j < PH_COUNT(own); j++) {
            if (strncmp(options->properties.items[i], own[j], strlen(own[j])) == 0) {
                return false;
            }
        }
    }
    /* Options about modules are asked for in the boot. */
    return !options->no_base && options->java.count == 0 && options->module_path == NULL;
}

static uint64_t add_file(uint64_t hash, const char *path)
{
    struct stat about = {0};
    if (stat(path, &about) != 0) {
        return hash;
    }
    const uint64_t facts[] = {about.st_dev, about.st_ino, (uint64_t)about.st_size,
                              (uint64_t)about.st_mtim.tv_sec, (uint64_t)about.st_mtim.tv_nsec};
    hash = ph_hash64(path, strlen(path), hash);
    return S_ISDIR(about.st_mode) ? hash : ph_hash64(facts, sizeof(facts), hash);
}

static uint64_t add_tree(uint64_t hash, const char *path, uint32_t depth)
{
    struct dirent **entries = NULL;
    int count = depth < FOLDER_DEPTH_MAX ? scandir(path, &entries, NULL, alphasort) : -1;

    hash = add_file(hash, path);
    for (int i = 0; i < count; i++) {
        char inner[PH_CACHE_PATH_BYTES];
        int bytes = snprintf(inner, sizeof(inner), "%s/%s", path, entries[i]->d_name);
        if (entries[i]->d_name[0] != '.' && bytes < (int)sizeof(inner)) {
            hash = add_tree(hash, inner, depth + 1);
        }
        free(entries[i]);
    }
    free(entries);
    return hash;
}

bool ph_base_path(const char *home, char *path, size_t path_bytes)
{
    char self[PH_CACHE_PATH_BYTES] = "", name[64], file[PH_CACHE_PATH_BYTES];

    if (readlink("/proc/self/exe", self, sizeof(self) - 1) < 0) {
        return false;
    }
    uint64_t where = ph_hash64(self, strlen(self), ph_hash64(home, strlen(home), 0));
    uint64_t state = add_file(0, "/proc/self/exe");
    for (uint32_t i = 0; i < ph_java_home_part_count; i++) {
        snprintf(file, sizeof(file), "%s/%s", home, ph_java_home_parts[i]);
        state = add_tree(state, file, 0);
    }
    snprintf(file, sizeof(file), "%s" PH_JDK_LIBRARY, home);
    state = add_file(state, file);
    snprintf(name, sizeof(name), PH_BASE_PREFIX "%016llx-%016llx.phantom",
             (unsigned long long)where, (unsigned long long)state);
    return path_bytes >= PH_CACHE_PATH_BYTES && ph_cache_path(name, path);
}

/* ---- Whole ones ------------------------------------------------------------------------------ */

static bool read_trailer(struct ph_slice file, struct trailer *trailer)
{
    if (file.size < PH_PAGE_BYTES || file.size % PH_PAGE_BYTES != 0) {
        return false;
    }
    memcpy(trailer, file.bytes + (file.size - PH_PAGE_BYTES), sizeof(*trailer));
    return trailer->magic == TRAILER_MAGIC && trailer->bytes == file.size - PH_PAGE_BYTES;
}

static bool is_whole(const char *path)
{
    struct ph_slice file;
    struct trailer trailer;

    if (ph_file_map(path, &file, NULL) != PH_OK) {
        return false;
    }
    bool is_whole = read_trailer(file, &trailer) &&
                    ph_hash64(file.bytes, trailer.bytes, 0) == trailer.hash;
    ph_file_unmap(&file);
    return is_whole;
}

/* It is read once, and again if it was touched. */
bool ph_base_is_whole(const char *path)
{
    char name[PH_CACHE_NOTE_BYTES], text[8];

    if (!ph_cache_note_name(PH_BASE_NOTE, path, name)) {
        return false;
    }
    if (ph_cache_read_note(name, text, sizeof(text))) {
        return true;
    }
    bool is_good = is_whole(path);
    if (is_good) {
        ph_cache_write_note(name, "yes");
    }
    return is_good;
}

static ph_status write_trailer(const char *path, struct ph_block *block)
{
    uint8_t page[PH_PAGE_BYTES] = {0};
    struct ph_slice file;
    struct trailer trailer = {.magic = TRAILER_MAGIC};
    ph_status status = ph_file_map(path, &file, NULL);

    if (status == PH_OK) {
        trailer.bytes = file.size;
        trailer.hash = ph_hash64(file.bytes, file.size, 0);
        ph_file_unmap(&file);
        memcpy(page, &trailer, sizeof(trailer));
        status = block->ops->write(block, trailer.bytes, page, sizeof(page));
    }
    return status == PH_OK ? block->ops->flush(block) : status;
}

/* ---- Booting --------------------------------------------------------------------------------- */

/* Until the program waits to be told what it is. */
static ph_status await_base(struct ph_runner *runner, struct ph_error *error)
{
    uint64_t end_ns = ph_clock_monotonic_ns() + BOOT_PATIENCE_NS;
    const struct timespec pause = {0, LOOK_NS};

    for (;;) {
        ph_machine_pause(runner->machine);
        bool waits = ph_java_base_waits(runner->machine, runner->program);
        bool is_over = ph_program_has_ended(runner->program);
        ph_machine_unpause(runner->machine);
        if (waits) {
            return PH_OK;
        }
        if (is_over || ph_clock_monotonic_ns() > end_ns) {
            return ph_fail(error, PH_UNSUPPORTED, "the library's boot %s",
                           is_over ? "has ended" : "takes too long");
        }
        nanosleep(&pause, NULL);
    }
}

static ph_status begin(struct ph_runner *runner, const char *home, struct ph_slice unit,
                       struct ph_error *error)
{
    const ph_texts none = {0};
    const struct ph_program_request request = {.path = "java", .arguments = &none,
                                               .environment = &none, .dirs = &none,
                                               .gives = &none, .is_first = true};
    struct ph_checked_unit checked;
    ph_status status = ph_runner_open_machine(runner, true, error);

    if (status == PH_OK) {
        status = ph_java_place_home(runner->machine, runner->java, home, error);
    }
    if (status == PH_OK) {
        status = ph_runner_check_unit(runner, request.path, unit, &checked, error);
    }
    if (status == PH_OK) {
        status = ph_runner_add_program(runner, &request, checked, &runner->program, error);
    }
    return status;
}

/* Boots in the image `runner->block` up to where programs begin; its world is closed then. */
static ph_status boot(struct ph_runner *runner, const char *home, struct ph_error *error)
{
    struct ph_slice unit = {NULL, 0};
    const struct ph_source source = {.path = "java", .kind = PH_SOURCE_MAIN};
    ph_status status = ph_source_unit(&source, &unit, false, error);

    if (status == PH_OK) {
        status = begin(runner, home, unit, error);
    }
    ph_free(ph_port_allocator(), (void *)(uintptr_t)unit.bytes, unit.size);
    if (status == PH_OK) {
        status = ph_machine_start(runner->machine, error);
    }
    if (status != PH_OK) {
        return status;
    }
    status = await_base(runner, error);
    if (status == PH_OK) {
        status = ph_machine_stop(runner->machine, true, error);
    }
    if (status == PH_OK && !ph_gate_is_empty(runner->machine)) {
        status = ph_fail(error, PH_UNSUPPORTED, "the library's boot has said something");
    }
    return status;
}

/* ---- Making ---------------------------------------------------------------------------------- */

/* What another process is making is left to it, unless it must have died long ago. */
static void drop_other(void *kept, const char *name, const char *path)
{
    struct stat about;
    bool is_unfinished = strstr(name, ".new") != NULL;
    bool is_old = stat(path, &about) == 0 && about.st_mtim.tv_sec + OLD_SECONDS < time(NULL);
    if (strcmp(path, kept) != 0 && (!is_unfinished || is_old)) {
        unlink(path);
    }
}

/* Those of this phantom and this JDK as they were before. */
static void drop_older(char *path)
{
    const char *name = strrchr(path, '/') + 1;
    char prefix[32];
    snprintf(prefix, sizeof(prefix), "%.*s", (int)(strlen(PH_BASE_PREFIX) + 17), name);
    ph_cache_each(prefix, drop_other, path);
}

static ph_status derive(struct ph_block *from, struct ph_block *to, struct ph_error *error)
{
    const struct ph_store_options options = {.base = from};
    struct ph_store_recovery found;
    struct ph_store *store;
    ph_status status = ph_store_open(to, &options, NULL, &store, &found, error);

    if (status == PH_OK) {
        status = ph_store_complete(store);
        ph_store_close(store);
    }
    return status;
}

static ph_status make_in(struct ph_runner *runner, const char *home, const char *temporary,
                         struct ph_error *error)
{
    struct ph_block *made;
    ph_status status = ph_block_open(runner->image, PH_BLOCK_CREATE, &runner->block, error);

    if (status == PH_OK) {
        status = boot(runner, home, error);
    }
    if (status == PH_OK) {
        status = ph_block_open(temporary, PH_BLOCK_CREATE, &made, error);
    }
    if (status == PH_OK) {
        status = derive(runner->block, made, error);
        if (status == PH_OK) {
            status = write_trailer(temporary, made);
        }
        made->ops->close(made);
    }
    return status;
}

ph_status ph_base_make(const char *home, const char *path, struct ph_error *error)
{
    char boot_path[PH_CACHE_PATH_BYTES + 8], temporary[PH_CACHE_PATH_BYTES];
    struct ph_options options = {.command = PH_COMMAND_RUN, .quiet = true};
    struct ph_runner runner;

    if (!ph_cache_temporary(path, temporary)) {
        return ph_fail(error, PH_LIMIT, "%s: is too long a path", path);
    }
    snprintf(boot_path, sizeof(boot_path), "%s.boot", temporary);
    unlink(boot_path);
    unlink(temporary); /* of another process with this number */
    ph_runner_init(&runner, &options, boot_path);
    ph_status status = make_in(&runner, home, temporary, error);
    struct ph_library_id library = {0};
    if (status == PH_OK) {
        library = ph_java_library(runner.java);
    }
    ph_runner_close(&runner);
    unlink(boot_path);
    if (status != PH_OK) {
        unlink(temporary);
        return status;
    }
    snprintf(boot_path, sizeof(boot_path), "%s" PH_JDK_LIBRARY, home);
    (void)ph_library_keep(boot_path, &library); /* without it the JDK has to stay as it is */
    char kept[PH_CACHE_PATH_BYTES];
    snprintf(kept, sizeof(kept), "%s", path);
    if (!ph_cache_name(temporary, path)) {
        return ph_fail(error, PH_IO, "%s: cannot be given its name", path);
    }
    drop_older(kept);
    return PH_OK;
}

/* ---- Beginning with it ----------------------------------------------------------------------- */

/* Empties the file, where a crash may have left something, and gets its space at once, without the
 * zeros that a growing image is filled with. */
static bool allocate(const char *path, uint64_t bytes)
{
    int fd = open(path, O_WRONLY | O_TRUNC | O_CLOEXEC);
    if (fd >= 0) {
        (void)!fallocate(fd, 0, 0, (off_t)bytes); /* else it grows */
        close(fd);
    }
    return fd >= 0;
}

static bool open_whole(const char *path, const char *to_path, struct ph_block **base)
{
    struct stat about;

    return ph_base_is_whole(path) && stat(path, &about) == 0 &&
           allocate(to_path, (uint64_t)about.st_size - PH_PAGE_BYTES) &&
           ph_block_open(path, PH_BLOCK_READ, base, NULL) == PH_OK;
}

bool ph_base_open(const char *home, const char *to_path, struct ph_block **base)
{
    char path[PH_CACHE_PATH_BYTES];
    struct ph_error error = {0};

    if (!ph_base_path(home, path, sizeof(path))) {
        return false;
    }
    if (access(path, F_OK) == 0 && open_whole(path, to_path, base)) {
        return true;
    }
    unlink(path); /* damaged, if it is there */
    return ph_base_make(home, path, &error) == PH_OK && open_whole(path, to_path, base);
}
