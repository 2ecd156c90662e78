/* SPDX-License-Identifier: Apache-2.0 */
/* image.c - images as files. */
#include "tool/image.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "port/host_control.h"
#include "store/format.h"
#include "tool/tool.h"

/* A device counts as empty if so much of it is zero: file systems keep their marks there. */
#define LOOKED_AT_BYTES (1u << 20)

char *ph_image_path_of(const char *program)
{
    static const char *const suffixes[] = {".wasm", ".pha", ".phu"};
    size_t bytes = strlen(program);
    for (uint32_t i = 0; i < PH_COUNT(suffixes); i++) {
        size_t suffix = strlen(suffixes[i]);
        if (bytes > suffix && strcmp(program + bytes - suffix, suffixes[i]) == 0) {
            bytes -= suffix;
            break;
        }
    }
    char *path = malloc(bytes + sizeof(".phantom"));
    if (path != NULL) {
        memcpy(path, program, bytes);
        memcpy(path + bytes, ".phantom", sizeof(".phantom"));
    }
    return path;
}

static bool has_magic(struct ph_slice file, uint64_t offset, uint64_t magic)
{
    return file.size >= offset + 8 && ph_load_u64(file.bytes + offset) == magic;
}

bool ph_image_is_one(struct ph_slice file)
{
    return has_magic(file, 0, PH_SUPER_MAGIC) || has_magic(file, PH_PAGE_BYTES, PH_SUPER_MAGIC) ||
           has_magic(file, PH_SINK_OFFSET, PH_SINK_MAGIC);
}

ph_status ph_image_look(const char *path, enum ph_image_state *state, bool *is_device,
                        struct ph_error *error)
{
    struct stat about;
    static uint8_t begin[LOOKED_AT_BYTES];
    *state = PH_IMAGE_ABSENT;
    *is_device = false;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0 && errno == ENOENT) {
        return PH_OK;
    }
    if (fd < 0 || fstat(fd, &about) != 0) {
        int number = errno;
        if (fd >= 0) {
            close(fd);
        }
        return ph_fail(error, number == EACCES ? PH_DENIED : PH_IO, "%s: cannot be opened: %s",
                       path, strerror(number));
    }
    ssize_t got = S_ISDIR(about.st_mode) ? 0 : pread(fd, begin, sizeof(begin), 0);
    close(fd);
    *is_device = S_ISBLK(about.st_mode);
    if (!*is_device && !S_ISREG(about.st_mode)) {
        return ph_fail(error, PH_BAD_ARGUMENT, "%s: is %s; an image is a file or a block device",
                       path, S_ISDIR(about.st_mode) ? "a folder" : "no regular file");
    }
    if (got < 0) {
        return ph_fail(error, PH_IO, "%s: cannot be read: %s", path, strerror(errno));
    }
    static const uint8_t zeros[sizeof(begin)];
    *state = ph_image_is_one((struct ph_slice){begin, (uint64_t)got}) ? PH_IMAGE_THERE
             : memcmp(begin, zeros, (size_t)got) == 0                 ? PH_IMAGE_EMPTY
                                                                      : PH_IMAGE_FOREIGN;
    return PH_OK;
}

bool ph_image_is_in_use(const char *path)
{
    struct ph_block *block;
    ph_status status = ph_block_open(path, PH_BLOCK_OPEN, &block, NULL);
    if (status == PH_OK) {
        block->ops->close(block);
    }
    return status == PH_IN_USE;
}

uint64_t ph_image_sign_of_life_ns(const char *path)
{
    struct stat about;
    uint64_t ns = ph_control_last_touch_ns(path);
    if (stat(path, &about) == 0 && S_ISREG(about.st_mode)) {
        uint64_t modified =
            (uint64_t)about.st_mtim.tv_sec * 1000000000u + (uint64_t)about.st_mtim.tv_nsec;
        ns = PH_MAX(ns, modified);
    }
    return ns;
}

/* ---- Blocks around blocks -------------------------------------------------------------------- */

struct wrapped {
    struct ph_block block;
    struct ph_block *inner;
    uint64_t bytes_read, bytes_total;
};

static struct wrapped *wrapped_of(struct ph_block *block)
{
    return (struct wrapped *)block; /* `block` is its first member */
}

static ph_status wrapped_read(struct ph_block *self, uint64_t offset, void *to, uint64_t bytes)
{
    struct ph_block *inner = wrapped_of(self)->inner;
    return inner->ops->read(inner, offset, to, bytes);
}

static ph_status counted_read(struct ph_block *self, uint64_t offset, void *to, uint64_t bytes)
{
    struct wrapped *counted = wrapped_of(self);
    counted->bytes_read += bytes;
    ph_progress_set(counted->bytes_read, counted->bytes_total);
    return wrapped_read(self, offset, to, bytes);
}

static ph_status drop_write(struct ph_block *self, uint64_t offset, const void *from,
                            uint64_t bytes)
{
    (void)self, (void)offset, (void)from, (void)bytes;
    return PH_OK;
}

static ph_status drop_flush(struct ph_block *self)
{
    (void)self;
    return PH_OK;
}

static ph_status wrapped_size(struct ph_block *self, uint64_t *bytes)
{
    struct ph_block *inner = wrapped_of(self)->inner;
    return inner->ops->size(inner, bytes);
}

static ph_status refuse_grow(struct ph_block *self, uint64_t bytes)
{
    (void)self, (void)bytes;
    return PH_READ_ONLY;
}

static ph_status wrapped_map(struct ph_block *self, uint64_t offset, void *address,
                             uint64_t bytes)
{
    struct ph_block *inner = wrapped_of(self)->inner;
    return inner->ops->map_private(inner, offset, address, bytes);
}

static void wrapped_close(struct ph_block *self)
{
    struct ph_block *inner = wrapped_of(self)->inner;
    inner->ops->close(inner);
    free(self);
}

static struct ph_block *wrap(struct ph_block *inner, const struct ph_block_ops *ops)
{
    struct wrapped *self = calloc(1, sizeof(*self));
    if (self == NULL) {
        return NULL;
    }
    self->block.ops = ops;
    self->block.fixed_size = inner->fixed_size;
    self->inner = inner;
    if (inner->ops->size(inner, &self->bytes_total) != PH_OK) {
        self->bytes_total = 0;
    }
    return &self->block;
}

struct ph_block *ph_image_counted(struct ph_block *block)
{
    static const struct ph_block_ops ops = {counted_read, drop_write,  drop_flush,   wrapped_size,
                                            refuse_grow,  wrapped_map, wrapped_close};
    return wrap(block, &ops);
}

ph_status ph_image_open_private(const char *path, struct ph_block **block,
                                struct ph_error *error)
{
    static const struct ph_block_ops ops = {wrapped_read, drop_write,  drop_flush,   wrapped_size,
                                            refuse_grow,  wrapped_map, wrapped_close};
    struct ph_block *inner;
    ph_status status = ph_block_open(path, PH_BLOCK_READ, &inner, error);
    if (status != PH_OK) {
        return status;
    }
    *block = wrap(inner, &ops);
    if (*block == NULL) {
        inner->ops->close(inner);
        return ph_fail(error, PH_NO_MEMORY, "%s: no memory to open it", path);
    }
    return PH_OK;
}
