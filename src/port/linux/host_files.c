/* SPDX-License-Identifier: Apache-2.0 */
/* host_files.c - folders that a program was given, by openat2 or step by step.
 *
 * Invariants
 *   (1) No path of a program reaches the kernel in a way that could leave the folder: it goes
 *       through open_below, or it is one plain name in a folder that open_below has opened, given
 *       to a call that does not follow it.
 *   (2) A trailing '/' makes the kernel follow a last link; names that keep it go only to calls
 *       that never do (mkdir, rename, unlink, rmdir, symlink, the new name of link). */
#include "port/host_files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/assert.h"

#define PATH_BYTES 4097u
#define DEPTH_MAX 100u
#define LINKS_MAX 40u
#define RETRIES_MAX 16u

struct ph_host_file {
    int fd;
};

static bool step_by_step;

void ph_host_files_step_by_step(bool on) { step_by_step = on; }

static ph_errno errno_of(int error)
{
    static const struct { int from; ph_errno to; } table[] = {
        {0, PH_E_OK}, {EACCES, PH_E_ACCES}, {EAGAIN, PH_E_AGAIN}, {EBADF, PH_E_BADF},
        {EBUSY, PH_E_BUSY}, {EDQUOT, PH_E_DQUOT}, {EEXIST, PH_E_EXIST}, {EFBIG, PH_E_FBIG},
        {EILSEQ, PH_E_ILSEQ}, {EINTR, PH_E_INTR}, {EINVAL, PH_E_INVAL}, {EISDIR, PH_E_ISDIR},
        {ELOOP, PH_E_LOOP}, {EMFILE, PH_E_MFILE}, {EMLINK, PH_E_MLINK},
        {ENAMETOOLONG, PH_E_NAMETOOLONG}, {ENFILE, PH_E_NFILE}, {ENODEV, PH_E_NODEV},
        {ENOENT, PH_E_NOENT}, {ENOMEM, PH_E_NOMEM}, {ENOSPC, PH_E_NOSPC}, {ENOSYS, PH_E_NOSYS},
        {ENOTDIR, PH_E_NOTDIR}, {ENOTEMPTY, PH_E_NOTEMPTY}, {EOPNOTSUPP, PH_E_NOTSUP},
        {ENXIO, PH_E_NOTSUP}, {EOVERFLOW, PH_E_OVERFLOW}, {EPERM, PH_E_PERM},
        {EROFS, PH_E_ROFS}, {ESPIPE, PH_E_SPIPE}, {ESTALE, PH_E_STALE}, {ETXTBSY, PH_E_TXTBSY},
    };
    for (size_t i = 0; i < PH_COUNT(table); i++) {
        if (table[i].from == error) {
            return table[i].to;
        }
    }
    return PH_E_IO;
}

/* EXDEV while following a path means that it leads out of the folder. */
static ph_errno path_errno(int error) { return error == EXDEV ? PH_E_PERM : errno_of(error); }

static ph_errno copy_path(struct ph_slice path, char to[PATH_BYTES])
{
    if (path.size == 0) {
        return PH_E_NOENT;
    }
    if (path.size >= PATH_BYTES) {
        return PH_E_NAMETOOLONG;
    }
    if (memchr(path.bytes, 0, path.size) != NULL) {
        return PH_E_INVAL;
    }
    memcpy(to, path.bytes, path.size);
    to[path.size] = 0;
    return PH_E_OK;
}

/* ---- Step by step, for systems without openat2 ------------------------------------------- */

struct steps {
    int fds[DEPTH_MAX]; /* the folders gone into; [0] is the start, which is not ours */
    unsigned depth;
    unsigned links;
    char rest[2 * PATH_BYTES];
};

/* Puts the target of link `name` in front of the rest. 0 or an errno. */
static int steps_follow(struct steps *self, const char *name, const char *rest)
{
    char target[PATH_BYTES];
    ssize_t size = readlinkat(self->fds[self->depth], name, target, sizeof(target) - 1);
    if (size < 0) {
        return errno;
    }
    if (++self->links > LINKS_MAX) {
        return ELOOP;
    }
    target[size] = 0;
    if (size == 0) {
        return ENOENT;
    }
    if (target[0] == '/') {
        return EXDEV;
    }
    char joined[sizeof(self->rest)];
    int length = snprintf(joined, sizeof(joined), "%s%s", target, rest);
    if (length < 0 || (size_t)length >= sizeof(joined)) {
        return ENAMETOOLONG;
    }
    memcpy(self->rest, joined, (size_t)length + 1);
    return 0;
}

static int steps_enter(struct steps *self, const char *name)
{
    if (strcmp(name, "..") == 0) {
        if (self->depth == 0) {
            return EXDEV;
        }
        close(self->fds[self->depth--]);
        return 0;
    }
    if (self->depth + 1 == DEPTH_MAX) {
        return ENAMETOOLONG;
    }
    int fd = openat(self->fds[self->depth], name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0) {
        return errno;
    }
    self->fds[++self->depth] = fd;
    return 0;
}

/* Takes one step. *fd ≥ 0: the path was opened. 0 or an errno. */
static int steps_take(struct steps *self, int flags, int *fd)
{
    char name[NAME_MAX + 1];
    size_t size = strcspn(self->rest, "/");
    if (size > NAME_MAX) {
        return ENAMETOOLONG;
    }
    memcpy(name, self->rest, size);
    name[size] = 0;
    char rest[sizeof(self->rest)];
    strcpy(rest, self->rest + size); /* begins with '/', or is empty */
    bool is_last = rest[strspn(rest, "/")] == 0;
    bool is_dots = size == 0 || strcmp(name, ".") == 0 || strcmp(name, "..") == 0;

    struct stat about;
    if (!is_dots && (!is_last || rest[0] == '/' || !(flags & O_NOFOLLOW)) &&
        fstatat(self->fds[self->depth], name, &about, AT_SYMLINK_NOFOLLOW) == 0 &&
        S_ISLNK(about.st_mode)) {
        return steps_follow(self, name, rest);
    }
    strcpy(self->rest, rest + strspn(rest, "/"));
    if (is_last && !is_dots) {
        int folder = rest[0] == '/' ? O_DIRECTORY : 0;
        *fd = openat(self->fds[self->depth], name, flags | O_NOFOLLOW | folder, 0666);
        return *fd < 0 ? errno : 0;
    }
    int error = strcmp(name, ".") == 0 || size == 0 ? 0 : steps_enter(self, name);
    if (error == 0 && is_last) {
        *fd = openat(self->fds[self->depth], ".", flags & ~(O_CREAT | O_EXCL | O_NOFOLLOW));
        return *fd < 0 ? errno : 0;
    }
    return error;
}

static int steps_open(int folder, const char *path, int flags)
{
    struct steps self = {.fds = {folder}};
    int fd = -1;
    int error = path[0] == '/' ? EXDEV : 0;
    strcpy(self.rest, path);
    while (error == 0 && fd < 0) {
        error = steps_take(&self, flags, &fd);
    }
    while (self.depth > 0) {
        close(self.fds[self.depth--]);
    }
    errno = error;
    return fd;
}

/* ---- Paths ------------------------------------------------------------------------------- */

/* Opens `path` below `folder`; a last link is followed unless `flags` has O_NOFOLLOW. -1 and errno;
 * EXDEV if the path leads out of it. */
static int open_below(int folder, const char *path, int flags)
{
    struct open_how how = {
        .flags = (uint64_t)(unsigned)(flags | O_CLOEXEC),
        .mode = flags & O_CREAT ? 0666 : 0,
        .resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS,
    };
    for (unsigned i = 0; i < RETRIES_MAX && !step_by_step; i++) {
        long fd = syscall(SYS_openat2, folder, path, &how, sizeof(how));
        if (fd >= 0) {
            return (int)fd;
        }
        if (errno == ENOSYS) {
            break;
        }
        if (errno != EAGAIN && errno != EINTR) {
            return -1;
        }
    }
    return steps_open(folder, path, flags | O_CLOEXEC);
}

/* The last step of a path: a plain name in a folder that is open. */
struct place {
    int folder;
    char name[NAME_MAX + 2]; /* with at most one '/' at its end */
    bool has_slash;
    char path[PATH_BYTES];
};

static void place_finish(struct place *self)
{
    if (self->folder >= 0) {
        close(self->folder);
    }
}

/* PH_E_INVAL if the path ends in "." or "..": nothing can be made, moved or removed there. */
static ph_errno place_init(struct place *self, struct ph_host_file *folder, struct ph_slice path)
{
    self->folder = -1;
    ph_errno error = copy_path(path, self->path);
    if (error != PH_E_OK) {
        return error;
    }
    size_t end = path.size;
    while (end > 0 && self->path[end - 1] == '/') {
        end--;
    }
    self->has_slash = end < path.size;
    size_t start = end;
    while (start > 0 && self->path[start - 1] != '/') {
        start--;
    }
    if (end == 0) {
        return PH_E_PERM; /* "/" */
    }
    if (end - start > NAME_MAX) {
        return PH_E_NAMETOOLONG;
    }
    snprintf(self->name, sizeof(self->name), "%.*s", (int)(end - start), self->path + start);
    if (strcmp(self->name, ".") == 0 || strcmp(self->name, "..") == 0) {
        return PH_E_INVAL;
    }
    char parent[PATH_BYTES];
    snprintf(parent, sizeof(parent), "%.*s", (int)start, self->path);
    self->folder =
        open_below(folder->fd, start == 0 ? "." : parent, O_PATH | O_DIRECTORY);
    return self->folder < 0 ? path_errno(errno) : PH_E_OK;
}

/* Gives the name its '/' back, for the calls of (2). */
static const char *place_slashed(struct place *self)
{
    if (self->has_slash && self->name[strlen(self->name) - 1] != '/') {
        strcat(self->name, "/");
    }
    return self->name;
}

/* ---- Opening ----------------------------------------------------------------------------- */

static ph_errno file_new(int fd, struct ph_host_file **file)
{
    if (fd < 0) {
        return path_errno(errno);
    }
    struct stat about;
    ph_errno error = fstat(fd, &about) != 0 ? errno_of(errno) : PH_E_OK;
    if (error == PH_E_OK && !S_ISREG(about.st_mode) && !S_ISDIR(about.st_mode)) {
        error = PH_E_NOTSUP;
    }
    *file = error == PH_E_OK ? malloc(sizeof(**file)) : NULL;
    if (*file == NULL) {
        close(fd);
        return error != PH_E_OK ? error : PH_E_NOMEM;
    }
    (*file)->fd = fd;
    return PH_E_OK;
}

ph_errno ph_host_open_root(const char *path, struct ph_host_file **file)
{
    return file_new(open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC), file);
}

ph_errno ph_host_absolute(const char *path, char *to, uint64_t size_bytes)
{
    char *real = realpath(path, NULL);
    if (real == NULL) {
        return errno_of(errno);
    }
    size_t length = strlen(real);
    ph_errno error = length < size_bytes ? PH_E_OK : PH_E_NAMETOOLONG;
    if (error == PH_E_OK) {
        memcpy(to, real, length + 1);
    }
    free(real);
    return error;
}

void ph_host_close(struct ph_host_file *file)
{
    if (file != NULL) {
        close(file->fd);
        free(file);
    }
}

ph_errno ph_host_open(struct ph_host_file *folder, struct ph_slice path, uint32_t flags,
                      struct ph_host_file **file)
{
    char name[PATH_BYTES];
    ph_errno error = copy_path(path, name);
    if (error != PH_E_OK) {
        return error;
    }
    /* Nonblocking, because a FIFO would wait for its other side. */
    int how = (flags & PH_HOST_WRITE ? O_RDWR : O_RDONLY) | O_NONBLOCK | O_NOCTTY;
    how |= flags & PH_HOST_CREATE ? O_CREAT : 0;
    how |= flags & PH_HOST_EXCLUSIVE ? O_EXCL : 0;
    how |= flags & PH_HOST_TRUNCATE ? O_TRUNC : 0;
    how |= flags & PH_HOST_FOLDER ? O_DIRECTORY : 0;
    how |= flags & PH_HOST_FOLLOW ? 0 : O_NOFOLLOW;
    return file_new(open_below(folder->fd, name, how), file);
}

/* ---- Below a folder ---------------------------------------------------------------------- */

static uint64_t ns_of(struct timespec time)
{
    return time.tv_sec < 0 ? 0
                           : (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

static uint32_t type_of(mode_t mode)
{
    switch (mode & S_IFMT) {
    case S_IFBLK:
        return 1;
    case S_IFCHR:
        return 2;
    case S_IFDIR:
        return 3;
    case S_IFREG:
        return 4;
    case S_IFSOCK:
        return 6;
    case S_IFLNK:
        return 7;
    default:
        return 0;
    }
}

static void about_of(const struct stat *from, struct ph_host_about *about)
{
    about->device = from->st_dev;
    about->inode = from->st_ino;
    about->size_bytes = (uint64_t)from->st_size;
    about->link_count = from->st_nlink;
    about->accessed_ns = ns_of(from->st_atim);
    about->modified_ns = ns_of(from->st_mtim);
    about->changed_ns = ns_of(from->st_ctim);
    about->type = type_of(from->st_mode);
    about->permissions = from->st_mode & 0777;
}

/* Opens what a path names, itself, without opening it for anything. */
static int open_path(struct ph_host_file *folder, struct ph_slice path, bool follow,
                     ph_errno *error)
{
    char name[PATH_BYTES];
    *error = copy_path(path, name);
    if (*error != PH_E_OK) {
        return -1;
    }
    int fd = open_below(folder->fd, name, O_PATH | (follow ? 0 : O_NOFOLLOW));
    *error = fd < 0 ? path_errno(errno) : PH_E_OK;
    return fd;
}

ph_errno ph_host_stat(struct ph_host_file *folder, struct ph_slice path, bool follow,
                      struct ph_host_about *about)
{
    ph_errno error;
    int fd = open_path(folder, path, follow, &error);
    if (fd < 0) {
        return error;
    }
    struct stat found;
    error = fstat(fd, &found) != 0 ? errno_of(errno) : PH_E_OK;
    close(fd);
    if (error == PH_E_OK) {
        about_of(&found, about);
    }
    return error;
}

ph_errno ph_host_space(struct ph_host_file *file, struct ph_host_space *space)
{
    struct statvfs found;
    if (fstatvfs(file->fd, &found) != 0) {
        return errno_of(errno);
    }
    *space = (struct ph_host_space){(uint64_t)found.f_blocks * found.f_frsize,
                                    (uint64_t)found.f_bfree * found.f_frsize,
                                    (uint64_t)found.f_bavail * found.f_frsize};
    return PH_E_OK;
}

ph_errno ph_host_make_folder(struct ph_host_file *folder, struct ph_slice path)
{
    struct place place;
    ph_errno error = place_init(&place, folder, path);
    if (error == PH_E_INVAL && memchr(path.bytes, 0, path.size) == NULL) {
        error = PH_E_EXIST; /* "." is there already */
    }
    if (error == PH_E_OK && mkdirat(place.folder, place_slashed(&place), 0777) != 0) {
        error = errno_of(errno);
    }
    place_finish(&place);
    return error;
}

ph_errno ph_host_unlink(struct ph_host_file *folder, struct ph_slice path)
{
    struct place place;
    ph_errno error = place_init(&place, folder, path);
    if (error == PH_E_OK && unlinkat(place.folder, place_slashed(&place), 0) != 0) {
        error = errno_of(errno);
    }
    place_finish(&place);
    return error;
}

ph_errno ph_host_remove_folder(struct ph_host_file *folder, struct ph_slice path)
{
    struct place place;
    ph_errno error = place_init(&place, folder, path);
    if (error == PH_E_OK && unlinkat(place.folder, place_slashed(&place), AT_REMOVEDIR) != 0) {
        error = errno_of(errno);
    }
    place_finish(&place);
    return error;
}

ph_errno ph_host_rename(struct ph_host_file *from, struct ph_slice from_path,
                        struct ph_host_file *to, struct ph_slice to_path)
{
    struct place old;
    struct place new = {.folder = -1};
    ph_errno error = place_init(&old, from, from_path);
    if (error == PH_E_OK) {
        error = place_init(&new, to, to_path);
    }
    if (error == PH_E_OK &&
        renameat(old.folder, place_slashed(&old), new.folder, place_slashed(&new)) != 0) {
        error = errno == EXDEV ? PH_E_XDEV : errno_of(errno);
    }
    place_finish(&old);
    place_finish(&new);
    return error;
}

ph_errno ph_host_link(struct ph_host_file *from, struct ph_slice from_path,
                      struct ph_host_file *to, struct ph_slice to_path)
{
    struct place old;
    struct place new = {.folder = -1};
    ph_errno error = place_init(&old, from, from_path);
    if (error == PH_E_OK && old.has_slash) {
        error = PH_E_PERM; /* a folder, or an error: (2) */
    }
    if (error == PH_E_OK) {
        error = place_init(&new, to, to_path);
    }
    if (error == PH_E_OK &&
        linkat(old.folder, old.name, new.folder, place_slashed(&new), 0) != 0) {
        error = errno == EXDEV ? PH_E_XDEV : errno_of(errno);
    }
    place_finish(&old);
    place_finish(&new);
    return error;
}

ph_errno ph_host_symlink(struct ph_slice target, struct ph_host_file *folder,
                         struct ph_slice path)
{
    char text[PATH_BYTES];
    struct place place = {.folder = -1};
    ph_errno error = copy_path(target, text);
    if (error == PH_E_OK && text[0] == '/') {
        error = PH_E_PERM; /* we would never follow it */
    }
    if (error == PH_E_OK) {
        error = place_init(&place, folder, path);
    }
    if (error == PH_E_OK && symlinkat(text, place.folder, place_slashed(&place)) != 0) {
        error = errno_of(errno);
    }
    place_finish(&place);
    return error;
}

ph_errno ph_host_readlink(struct ph_host_file *folder, struct ph_slice path, void *to,
                          uint64_t size_bytes, uint64_t *done)
{
    char target[PATH_BYTES];
    ph_errno error;
    int fd = open_path(folder, path, false, &error);
    if (fd < 0) {
        return error;
    }
    ssize_t size = readlinkat(fd, "", target, sizeof(target));
    error = size < 0 ? (errno == ENOENT ? PH_E_INVAL : errno_of(errno)) : PH_E_OK;
    close(fd);
    if (error == PH_E_OK) {
        *done = (uint64_t)size;
        memcpy(to, target, PH_MIN((uint64_t)size, size_bytes));
    }
    return error;
}

static struct timespec time_of(uint64_t ns)
{
    if (ns == PH_HOST_KEEP) {
        return (struct timespec){0, UTIME_OMIT};
    }
    return (struct timespec){(time_t)(ns / 1000000000u), (long)(ns % 1000000000u)};
}

static ph_errno set_times(int fd, int flags, struct ph_host_times times)
{
    struct timespec both[2] = {time_of(times.accessed_ns), time_of(times.modified_ns)};
    return utimensat(fd, "", both, flags | AT_EMPTY_PATH) != 0 ? errno_of(errno) : PH_E_OK;
}

ph_errno ph_host_set_times(struct ph_host_file *folder, struct ph_slice path, bool follow,
                           struct ph_host_times times)
{
    ph_errno error;
    int fd = open_path(folder, path, follow, &error);
    if (fd >= 0) {
        error = set_times(fd, AT_SYMLINK_NOFOLLOW, times);
        close(fd);
    }
    return error;
}

ph_errno ph_host_set_permissions(struct ph_host_file *folder, struct ph_slice path,
                                 uint32_t permissions)
{
    ph_errno error;
    char name[40];
    int fd = open_path(folder, path, true, &error);
    if (fd >= 0) { /* fchmod wants a file that was opened for something */
        snprintf(name, sizeof(name), "/proc/self/fd/%d", fd);
        error = chmod(name, permissions & 0777) != 0 ? errno_of(errno) : PH_E_OK;
        close(fd);
    }
    return error;
}

/* ---- What is open ------------------------------------------------------------------------ */

ph_errno ph_host_about(struct ph_host_file *file, struct ph_host_about *about)
{
    struct stat found;
    if (fstat(file->fd, &found) != 0) {
        return errno_of(errno);
    }
    about_of(&found, about);
    return PH_E_OK;
}

ph_errno ph_host_set_file_permissions(struct ph_host_file *file, uint32_t permissions)
{
    return fchmod(file->fd, permissions & 0777) != 0 ? errno_of(errno) : PH_E_OK;
}

ph_errno ph_host_set_file_times(struct ph_host_file *file, struct ph_host_times times)
{
    struct timespec both[2] = {time_of(times.accessed_ns), time_of(times.modified_ns)};
    return futimens(file->fd, both) != 0 ? errno_of(errno) : PH_E_OK;
}

ph_errno ph_host_read(struct ph_host_file *file, uint64_t offset, void *to, uint64_t bytes,
                      uint64_t *done)
{
    *done = 0;
    if (offset > INT64_MAX) {
        return PH_E_INVAL;
    }
    while (*done < bytes && offset + *done <= INT64_MAX) {
        size_t count = PH_MIN(bytes - *done, (uint64_t)1 << 30);
        ssize_t got = pread(file->fd, (char *)to + *done, count, (off_t)(offset + *done));
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got < 0) {
            return *done > 0 ? PH_E_OK : errno_of(errno);
        }
        if (got == 0) {
            break;
        }
        *done += (uint64_t)got;
    }
    return PH_E_OK;
}

ph_errno ph_host_write(struct ph_host_file *file, uint64_t offset, struct ph_slice from,
                       uint64_t *done)
{
    *done = 0;
    if (offset > INT64_MAX || from.size > INT64_MAX - offset) {
        return PH_E_FBIG;
    }
    while (*done < from.size) {
        size_t count = PH_MIN(from.size - *done, (uint64_t)1 << 30);
        ssize_t put = pwrite(file->fd, from.bytes + *done, count, (off_t)(offset + *done));
        if (put < 0 && errno == EINTR) {
            continue;
        }
        if (put <= 0) {
            return *done > 0 ? PH_E_OK : put < 0 ? errno_of(errno) : PH_E_NOSPC;
        }
        *done += (uint64_t)put;
    }
    return PH_E_OK;
}

ph_errno ph_host_resize(struct ph_host_file *file, uint64_t bytes)
{
    if (bytes > INT64_MAX) {
        return PH_E_FBIG;
    }
    return ftruncate(file->fd, (off_t)bytes) != 0 ? errno_of(errno) : PH_E_OK;
}

ph_errno ph_host_allocate(struct ph_host_file *file, uint64_t offset, uint64_t bytes)
{
    if (offset > INT64_MAX || bytes > INT64_MAX - offset) {
        return PH_E_FBIG;
    }
    return errno_of(posix_fallocate(file->fd, (off_t)offset, (off_t)bytes));
}

ph_errno ph_host_sync(struct ph_host_file *file, bool data_only)
{
    int result = data_only ? fdatasync(file->fd) : fsync(file->fd);
    return result != 0 ? errno_of(errno) : PH_E_OK;
}

/* ---- Lists ------------------------------------------------------------------------------- */

static int compare_entries(const void *a, const void *b)
{
    const struct ph_host_entry *x = a;
    const struct ph_host_entry *y = b;
    int order = memcmp(x->name.bytes, y->name.bytes, PH_MIN(x->name.size, y->name.size));
    return order != 0 ? order : (x->name.size > y->name.size) - (x->name.size < y->name.size);
}

/* Grows `*items` to hold one more than `count`. */
static bool grow(void **items, uint64_t count, uint64_t *capacity, size_t item_bytes)
{
    if (count < *capacity) {
        return true;
    }
    uint64_t more = PH_MAX(2 * *capacity, 64u);
    void *grown = realloc(*items, more * item_bytes);
    if (grown == NULL) {
        return false;
    }
    *items = grown;
    *capacity = more;
    return true;
}

static bool list_add(struct ph_host_list *list, uint64_t *memory_capacity, int folder,
                     const struct dirent *found)
{
    static const uint8_t types[] = {[DT_BLK] = 1, [DT_CHR] = 2, [DT_DIR] = 3,
                                    [DT_REG] = 4, [DT_SOCK] = 6, [DT_LNK] = 7};
    uint64_t capacity = list->capacity;
    size_t size = strlen(found->d_name);
    if (list->count == UINT32_MAX / 2 ||
        !grow((void **)&list->entries, list->count, &capacity, sizeof(*list->entries))) {
        return false;
    }
    list->capacity = (uint32_t)capacity;
    while (list->memory_bytes + size > *memory_capacity) {
        if (!grow((void **)&list->memory, *memory_capacity, memory_capacity, 1)) {
            return false;
        }
    }
    memcpy(list->memory + list->memory_bytes, found->d_name, size);
    struct ph_host_entry *entry = &list->entries[list->count++];
    /* An offset until all names are there, since the memory may still move. */
    entry->name = (struct ph_slice){(const uint8_t *)(uintptr_t)list->memory_bytes, size};
    list->memory_bytes += size;
    entry->inode = found->d_ino;
    entry->type = found->d_type < PH_COUNT(types) ? types[found->d_type] : 0;
    struct stat about;
    if (found->d_type == DT_UNKNOWN &&
        fstatat(folder, found->d_name, &about, AT_SYMLINK_NOFOLLOW) == 0) {
        entry->type = type_of(about.st_mode);
    }
    return true;
}

ph_errno ph_host_list(struct ph_host_file *folder, struct ph_host_list *list)
{
    memset(list, 0, sizeof(*list));
    int fd = openat(folder->fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *stream = fd >= 0 ? fdopendir(fd) : NULL;
    if (stream == NULL) {
        ph_errno error = errno_of(errno);
        if (fd >= 0) {
            close(fd);
        }
        return error;
    }
    uint64_t memory_capacity = 0;
    ph_errno error = PH_E_OK;
    for (errno = 0; error == PH_E_OK; errno = 0) {
        const struct dirent *found = readdir(stream);
        if (found == NULL) {
            error = errno_of(errno);
            break;
        }
        if (strcmp(found->d_name, ".") == 0 || strcmp(found->d_name, "..") == 0) {
            continue;
        }
        error = list_add(list, &memory_capacity, fd, found) ? PH_E_OK : PH_E_NOMEM;
    }
    closedir(stream);
    if (error != PH_E_OK) {
        ph_host_list_free(list);
        return error;
    }
    for (uint32_t i = 0; i < list->count; i++) {
        list->entries[i].name.bytes = list->memory + (uintptr_t)list->entries[i].name.bytes;
    }
    if (list->count > 0) {
        qsort(list->entries, list->count, sizeof(*list->entries), compare_entries);
    }
    return PH_E_OK;
}

void ph_host_list_free(struct ph_host_list *list)
{
    free(list->entries);
    free(list->memory);
    memset(list, 0, sizeof(*list));
}
