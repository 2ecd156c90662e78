/* SPDX-License-Identifier: Apache-2.0 */
/* block.c - regular files and raw block devices.
 *
 * Invariants:
 * 1. A block that was opened for writing holds the exclusive lock of the file that its path named
 *    when open returned.
 * 2. A file that open made is durable as a name (its folder was flushed) before open returns.
 * 3. A grow that fails leaves the size as it was. */
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/assert.h"
#include "port/port.h"

#define ZEROS_BYTES (256u * 1024)
#define LARGE_BYTES (64u * 1024) /* of a write */

struct linux_block {
    struct ph_block block;
    int fd;
    bool is_read_only;
    uint64_t bytes; /* that it has at least; 0: nobody has looked. Files are locked and only grow */
};

static struct linux_block *linux_of(struct ph_block *block)
{
    return (struct linux_block *)block; /* `block` is its first member */
}

_Static_assert(offsetof(struct linux_block, block) == 0, "linux_of");

static ph_status status_of(int error)
{
    switch (error) {
    case ENOENT:
    case ENOTDIR:
    case ENXIO:
        return PH_NOT_FOUND;
    case EACCES:
    case EPERM:
        return PH_DENIED;
    case EROFS:
    case EBADF: /* a write to what was opened for reading */
        return PH_READ_ONLY;
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
        return PH_NO_SPACE;
    case EBUSY:
    case ETXTBSY:
    case EWOULDBLOCK:
        return PH_IN_USE;
    case EISDIR:
    case ELOOP:
    case ENAMETOOLONG:
    case EINVAL:
        return PH_BAD_ARGUMENT;
    case EMFILE:
    case ENFILE:
        return PH_LIMIT;
    case ENOMEM:
        return PH_NO_MEMORY;
    default:
        return PH_IO;
    }
}

/* ---- Operations -------------------------------------------------------------------------- */

static ph_status block_read(struct ph_block *self, uint64_t offset, void *to, uint64_t bytes)
{
    int fd = linux_of(self)->fd;
    char *next = to;
    while (bytes > 0) {
        ssize_t got = pread(fd, next, PH_MIN(bytes, (uint64_t)1 << 30), (off_t)offset);
        if (got == 0) {
            return PH_TRUNCATED;
        }
        if (got < 0 && errno != EINTR) {
            return status_of(errno);
        }
        if (got > 0) {
            next += got;
            offset += (uint64_t)got;
            bytes -= (uint64_t)got;
        }
    }
    return PH_OK;
}

static ph_status block_write(struct ph_block *self, uint64_t offset, const void *from,
                             uint64_t bytes)
{
    int fd = linux_of(self)->fd;
    const char *next = from;
    uint64_t left = bytes;
    while (left > 0) {
        ssize_t put = pwrite(fd, next, PH_MIN(left, (uint64_t)1 << 30), (off_t)offset);
        if (put == 0) {
            return PH_NO_SPACE; /* the end of a device */
        }
        if (put < 0 && errno != EINTR) {
            return status_of(errno);
        }
        if (put > 0) {
            next += put;
            offset += (uint64_t)put;
            left -= (uint64_t)put;
        }
    }
    if (bytes >= LARGE_BYTES) {
        /* Begins at once what the next flush would wait for; what goes wrong that flush says. */
        (void)sync_file_range(fd, (off_t)(offset - bytes), (off_t)bytes, SYNC_FILE_RANGE_WRITE);
    }
    return PH_OK;
}

static ph_status block_flush(struct ph_block *self)
{
    if (linux_of(self)->is_read_only) {
        return PH_READ_ONLY;
    }
    /* No second try: after a failed one the kernel may have dropped the dirty pages, and the next
     * would succeed without them. EINTR is reported as any other failure for the same reason. */
    return fdatasync(linux_of(self)->fd) == 0 ? PH_OK : status_of(errno);
}

static ph_status block_size(struct ph_block *self, uint64_t *bytes)
{
    int fd = linux_of(self)->fd;
    if (self->fixed_size) {
        return ioctl(fd, BLKGETSIZE64, bytes) == 0 ? PH_OK : status_of(errno);
    }
    struct stat about;
    if (fstat(fd, &about) != 0) {
        return status_of(errno);
    }
    *bytes = (uint64_t)about.st_size;
    return PH_OK;
}

/* Whether so many bytes are there; asks the system only when they were not before. */
static ph_status check_has(struct ph_block *block, uint64_t end)
{
    struct linux_block *self = linux_of(block);
    uint64_t known = __atomic_load_n(&self->bytes, __ATOMIC_RELAXED);
    if (end > known || self->is_read_only) {
        ph_status status = block_size(block, &known);
        if (status != PH_OK) {
            return status;
        }
        __atomic_store_n(&self->bytes, known, __ATOMIC_RELAXED);
    }
    return end <= PH_ALIGN_UP(known, PH_PAGE_BYTES) ? PH_OK : PH_TRUNCATED;
}

/* fallocate alone leaves "unwritten" extents, whose first overwrite changes metadata and makes the
 * flush after it several times slower; so zeros are really written. */
static ph_status write_zeros(struct ph_block *self, uint64_t start, uint64_t end)
{
    static const char zeros[ZEROS_BYTES];
    for (uint64_t offset = start; offset < end; offset += ZEROS_BYTES) {
        ph_status status =
            block_write(self, offset, zeros, PH_MIN(end - offset, (uint64_t)ZEROS_BYTES));
        if (status != PH_OK) {
            return status;
        }
    }
    return PH_OK;
}

/* Says early, and without writing, that there is no room. */
static ph_status allocate(int fd, uint64_t start, uint64_t end)
{
    int result;
    do {
        result = fallocate(fd, 0, (off_t)start, (off_t)(end - start));
    } while (result != 0 && errno == EINTR);
    if (result == 0 || errno == EOPNOTSUPP || errno == ENOSYS) {
        return PH_OK; /* without fallocate the zeros allocate */
    }
    return status_of(errno);
}

static ph_status block_grow(struct ph_block *self, uint64_t bytes)
{
    uint64_t old_bytes = 0;
    ph_status status = block_size(self, &old_bytes);
    if (status != PH_OK || bytes <= old_bytes) {
        return status;
    }
    if (linux_of(self)->is_read_only) {
        return PH_READ_ONLY;
    }
    if (self->fixed_size || bytes > INT64_MAX) {
        return PH_NO_SPACE;
    }
    int fd = linux_of(self)->fd;
    status = allocate(fd, old_bytes, bytes);
    if (status == PH_OK) {
        status = write_zeros(self, old_bytes, bytes);
    }
    if (status != PH_OK && ftruncate(fd, (off_t)old_bytes) != 0) { /* invariant 3 */
        return PH_IO;
    }
    return status;
}

static ph_status block_map_private(struct ph_block *self, uint64_t offset, void *address,
                                   uint64_t bytes)
{
    PH_ASSERT(offset % PH_PAGE_BYTES == 0 && bytes % PH_PAGE_BYTES == 0);
    PH_ASSERT((uint64_t)address % PH_PAGE_BYTES == 0);
    if (bytes == 0) {
        return PH_OK;
    }
    ph_status status = bytes > UINT64_MAX - offset ? PH_TRUNCATED : check_has(self, offset + bytes);
    if (status != PH_OK) {
        return status; /* touching it would end in SIGBUS */
    }
    void *shown = mmap(address, bytes, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_FIXED | MAP_NORESERVE, linux_of(self)->fd, (off_t)offset);
    return shown == MAP_FAILED ? status_of(errno) : PH_OK;
}

static void block_close(struct ph_block *self)
{
    close(linux_of(self)->fd); /* and the lock goes with it */
    free(self);
}

static const struct ph_block_ops linux_block_ops = {
    .read = block_read,
    .write = block_write,
    .flush = block_flush,
    .size = block_size,
    .grow = block_grow,
    .map_private = block_map_private,
    .close = block_close,
};

/* ---- Opening ----------------------------------------------------------------------------- */

/* Says in words why `path` cannot be opened. */
static ph_status fail_open(struct ph_error *error, const char *path, enum ph_block_mode mode,
                           int number)
{
    ph_status status = status_of(number);
    switch (status) {
    case PH_NOT_FOUND:
        return mode == PH_BLOCK_CREATE
                   ? ph_fail(error, status, "%s: cannot be made: its folder does not exist", path)
                   : ph_fail(error, status, "%s: no such file; 'phantom run PROGRAM' makes an "
                             "image, PROGRAM.phantom", path);
    case PH_DENIED:
        return ph_fail(error, status,
                       "%s: not permitted to %s; change its permissions or run as its owner", path,
                       mode == PH_BLOCK_READ ? "read it" : "read and write it");
    case PH_READ_ONLY:
        return ph_fail(error, status,
                       "%s: is in a read-only place; put the image elsewhere (--image FILE)", path);
    case PH_NO_SPACE:
        return ph_fail(error, status, "%s: no space left on its disk; make room and try again",
                       path);
    case PH_IN_USE:
        return ph_fail(error, status,
                       "%s: in use (mounted, or run by another phantom); stop that first", path);
    case PH_LIMIT:
        return ph_fail(error, status, "%s: too many open files; see ulimit -n", path);
    default:
        return ph_fail(error, status, "%s: cannot be opened: %s", path,
                       number == EISDIR ? "it is a folder, an image is a file or a block device"
                                        : strerror(number));
    }
}

/* A new file is there after a power cut only if its folder was flushed (invariant 2). */
static int flush_folder_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    char *folder = slash == NULL   ? strdup(".")
                   : slash == path ? strdup("/")
                                   : strndup(path, (size_t)(slash - path));
    if (folder == NULL) {
        return ENOMEM;
    }
    int number = 0;
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    free(folder);
    if (fd < 0) {
        return errno == EACCES ? 0 : errno; /* a folder that may be searched but not read */
    }
    if (fsync(fd) != 0 && errno != EINVAL) {
        number = errno;
    }
    close(fd);
    return number;
}

/* Opens `path`, making it if `mode` allows. Returns an errno. */
static int open_fd(const char *path, enum ph_block_mode mode, int *fd)
{
    /* O_NONBLOCK: that a named pipe does not make us wait before we can say what it is. */
    int flags = O_CLOEXEC | O_NONBLOCK | (mode == PH_BLOCK_READ ? O_RDONLY : O_RDWR);
    *fd = open(path, flags);
    if (*fd >= 0 || errno != ENOENT || mode != PH_BLOCK_CREATE) {
        return *fd >= 0 ? 0 : errno;
    }
    /* An image holds all that its programs know: for its owner alone. */
    *fd = open(path, flags | O_CREAT | O_EXCL, 0600);
    if (*fd < 0) {
        return errno == EEXIST ? EAGAIN : errno; /* somebody was faster: once more */
    }
    int number = flush_folder_of(path);
    if (number != 0) {
        unlink(path);
        close(*fd);
        *fd = -1;
    }
    return number;
}

/* Takes the lock and makes sure of invariant 1. Returns an errno; EAGAIN: open it anew. */
static int lock_fd(const char *path, int fd)
{
    if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
        return errno == EWOULDBLOCK ? EBUSY : errno;
    }
    struct stat ours;
    struct stat named;
    if (fstat(fd, &ours) != 0) {
        return errno;
    }
    if (stat(path, &named) != 0 || ours.st_ino != named.st_ino || ours.st_dev != named.st_dev) {
        return EAGAIN; /* removed or replaced between open and lock */
    }
    return 0;
}

/* Opens and locks. Returns an errno. */
static int open_locked(const char *path, enum ph_block_mode mode, int *fd)
{
    int number = EAGAIN;
    for (int tries = 0; number == EAGAIN && tries < 100; tries++) {
        number = open_fd(path, mode, fd);
        if (number != 0 || mode == PH_BLOCK_READ) {
            continue;
        }
        number = lock_fd(path, *fd);
        if (number != 0) {
            close(*fd);
        }
    }
    return number == EAGAIN ? EBUSY : number;
}

/* Refuses what is neither a file nor a block device, and a device that is mounted. */
static ph_status check_kind(const char *path, int fd, enum ph_block_mode mode, bool *is_device,
                            struct ph_error *error)
{
    struct stat about;
    if (fstat(fd, &about) != 0) {
        return fail_open(error, path, mode, errno);
    }
    *is_device = S_ISBLK(about.st_mode);
    if (S_ISDIR(about.st_mode)) {
        return fail_open(error, path, mode, EISDIR);
    }
    if (!S_ISREG(about.st_mode) && !*is_device) {
        return ph_fail(error, PH_BAD_ARGUMENT, "%s: is neither a file nor a block device", path);
    }
    if (*is_device && mode != PH_BLOCK_READ) {
        int exclusive = open(path, O_RDWR | O_EXCL | O_CLOEXEC);
        if (exclusive < 0) {
            return fail_open(error, path, mode, errno);
        }
        close(exclusive);
    }
    return PH_OK;
}

ph_status ph_block_open(const char *path, enum ph_block_mode mode, struct ph_block **block,
                        struct ph_error *error)
{
    *block = NULL;
    int fd = -1;
    int number = open_locked(path, mode, &fd);
    if (number != 0) {
        return fail_open(error, path, mode, number);
    }
    bool is_device = false;
    ph_status status = check_kind(path, fd, mode, &is_device, error);
    if (status != PH_OK) {
        close(fd);
        return status;
    }
    struct linux_block *self = calloc(1, sizeof(*self));
    if (self == NULL) {
        close(fd);
        return ph_fail(error, PH_NO_MEMORY, "%s: no memory to open it", path);
    }
    self->block = (struct ph_block){&linux_block_ops, is_device};
    self->fd = fd;
    self->is_read_only = mode == PH_BLOCK_READ;
    *block = &self->block;
    return PH_OK;
}
