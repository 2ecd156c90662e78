/* SPDX-License-Identifier: Apache-2.0 */
/* naming.c - giving new images their names. */
#include "tool/naming.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The folder's entry, so that the new name survives a power cut. */
static void flush_folder_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    char *folder = slash == NULL ? strdup(".") : strndup(path, (size_t)(slash - path) + 1);
    int fd = folder == NULL ? -1 : open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd >= 0) {
        fsync(fd);
        close(fd);
    }
    free(folder);
}

ph_status ph_name_image(const char *made, const char *image, bool replaces,
                        struct ph_error *error)
{
    int result = replaces ? rename(made, image) : link(made, image);
    if (result != 0 && !replaces && (errno == EPERM || errno == EOPNOTSUPP)) {
        result = rename(made, image); /* a file system without links */
    } else if (result == 0 && !replaces) {
        unlink(made);
    }
    if (result != 0) {
        return errno == EEXIST
                   ? ph_fail(error, PH_EXISTS, "%s: was made by another phantom meanwhile; go on "
                             "with it: phantom resume %s", image, image)
                   : ph_fail(error, PH_IO, "%s: cannot be given its name: %s", image,
                             strerror(errno));
    }
    flush_folder_of(image);
    return PH_OK;
}

/* ---- A block that does it -------------------------------------------------------------------- */

struct naming {
    struct ph_block block;
    struct ph_block *inner, *old;
    char *made;
    const char *image;
    bool replaces, has_name;
    ph_status failed; /* sticky */
    struct ph_error error;
};

static struct naming *naming_of(struct ph_block *block)
{
    return (struct naming *)block; /* `block` is its first member */
}

static ph_status naming_read(struct ph_block *self, uint64_t offset, void *to, uint64_t bytes)
{
    struct ph_block *inner = naming_of(self)->inner;
    return inner->ops->read(inner, offset, to, bytes);
}

static ph_status naming_write(struct ph_block *self, uint64_t offset, const void *from,
                              uint64_t bytes)
{
    struct ph_block *inner = naming_of(self)->inner;
    return inner->ops->write(inner, offset, from, bytes);
}

static ph_status naming_flush(struct ph_block *block)
{
    struct naming *self = naming_of(block);
    if (self->has_name) {
        return self->inner->ops->flush(self->inner);
    }
    if (self->failed == PH_OK) {
        self->failed = self->inner->ops->flush(self->inner);
        if (self->failed == PH_OK) {
            self->failed = ph_name_image(self->made, self->image, self->replaces, &self->error);
        }
        self->has_name = self->failed == PH_OK;
    }
    return self->failed;
}

static ph_status naming_size(struct ph_block *self, uint64_t *bytes)
{
    struct ph_block *inner = naming_of(self)->inner;
    return inner->ops->size(inner, bytes);
}

static ph_status naming_grow(struct ph_block *self, uint64_t bytes)
{
    struct ph_block *inner = naming_of(self)->inner;
    return inner->ops->grow(inner, bytes);
}

static ph_status naming_map(struct ph_block *self, uint64_t offset, void *address, uint64_t bytes)
{
    struct ph_block *inner = naming_of(self)->inner;
    return inner->ops->map_private(inner, offset, address, bytes);
}

static void naming_close(struct ph_block *block)
{
    struct naming *self = naming_of(block);
    if (!self->has_name) {
        unlink(self->made); /* while its lock is held: nobody else's */
    }
    self->inner->ops->close(self->inner);
    if (self->old != NULL) {
        self->old->ops->close(self->old);
    }
    free(self->made);
    free(self);
}

static const struct ph_block_ops naming_ops = {naming_read, naming_write, naming_flush, naming_size,
                                               naming_grow, naming_map,   naming_close};

struct ph_block *ph_naming_block(struct ph_block *inner, struct ph_block *old, const char *made,
                                 const char *image)
{
    struct naming *self = calloc(1, sizeof(*self));
    char *copy = strdup(made);
    if (self == NULL || copy == NULL) {
        free(self);
        free(copy);
        return NULL;
    }
    *self = (struct naming){.block = {.ops = &naming_ops, .fixed_size = inner->fixed_size},
                            .inner = inner,
                            .old = old,
                            .made = copy,
                            .image = image,
                            .replaces = old != NULL};
    return &self->block;
}

void ph_naming_settle(struct ph_block *block)
{
    struct naming *self = naming_of(block);
    if (block->ops == &naming_ops && self->has_name && self->old != NULL) {
        self->old->ops->close(self->old);
        self->old = NULL;
    }
}

ph_status ph_naming_status(struct ph_block *block, struct ph_error *error)
{
    struct naming *self = naming_of(block);
    if (block->ops != &naming_ops || self->failed == PH_OK) {
        return PH_OK;
    }
    return self->error.text[0] != '\0'
               ? ph_fail(error, self->failed, "%s", self->error.text)
               : ph_fail(error, self->failed, "%s: the first cut cannot be written: %s",
                         self->image, ph_status_text(self->failed));
}
