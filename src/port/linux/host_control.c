/* SPDX-License-Identifier: Apache-2.0 */
/* host_control.c - Unix sockets. Their addresses hold 107 characters, paths may have more: then the
 * socket is named below its folder, which is held open: /proc/self/fd/N/NAME.sock. */
#include "port/host_control.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "base/hash.h"

#define NAME_BYTES_MAX 80u
#define BACKLOG 64

struct ph_control {
    int fd;
};

/* Where a socket is: an open folder and a name in it. */
struct place {
    int folder_fd;
    char name[NAME_BYTES_MAX + 1];
    struct sockaddr_un address;
};

struct ph_control_server {
    struct place place;
    int fd;
    int wake[2]; /* a pipe; closed at its writing end to end accept */
    bool is_shut;
};

static bool place_find(const char *image_path, struct place *place)
{
    const char *slash = strrchr(image_path, '/');
    const char *base = slash == NULL ? image_path : slash + 1;
    char *folder = slash == NULL         ? strdup(".")
                   : slash == image_path ? strdup("/")
                                         : strndup(image_path, (size_t)(slash - image_path));
    if (folder == NULL) {
        return false;
    }
    place->folder_fd = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (strlen(base) + strlen(".sock") <= NAME_BYTES_MAX) {
        snprintf(place->name, sizeof(place->name), "%s.sock", base);
    } else { /* too long for an address: by its hash */
        snprintf(place->name, sizeof(place->name), ".phantom-%016llx.sock",
                 (unsigned long long)ph_hash64(base, strlen(base), 0));
    }
    struct sockaddr_un *address = &place->address;
    memset(address, 0, sizeof(*address));
    address->sun_family = AF_UNIX;
    int bytes = snprintf(address->sun_path, sizeof(address->sun_path), "%s/%s", folder,
                         place->name);
    if (bytes < 0 || (size_t)bytes >= sizeof(address->sun_path)) {
        snprintf(address->sun_path, sizeof(address->sun_path), "/proc/self/fd/%d/%s",
                 place->folder_fd, place->name);
    }
    free(folder);
    return place->folder_fd >= 0;
}

/* ---- The world's side ------------------------------------------------------------------------ */

/* Removes a socket that a process that died has left; anything else is not ours. */
static void remove_stale(const struct place *place)
{
    struct stat about;
    if (fstatat(place->folder_fd, place->name, &about, AT_SYMLINK_NOFOLLOW) == 0 &&
        S_ISSOCK(about.st_mode)) {
        unlinkat(place->folder_fd, place->name, 0);
    }
}

ph_status ph_control_listen(const char *image_path, struct ph_control_server **server,
                            struct ph_error *error)
{
    struct ph_control_server *self = calloc(1, sizeof(*self));
    if (self == NULL) {
        return ph_fail(error, PH_NO_MEMORY, "no memory for a socket");
    }
    self->fd = self->wake[0] = self->wake[1] = -1;
    self->is_shut = true; /* nothing to remove yet */
    bool ok = place_find(image_path, &self->place);
    if (ok) {
        remove_stale(&self->place);
        self->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
        ok = self->fd >= 0 && fchmod(self->fd, 0600) == 0 &&
             bind(self->fd, (const struct sockaddr *)&self->place.address,
                  sizeof(self->place.address)) == 0;
    }
    if (ok) {
        self->is_shut = false;
        ok = fchmodat(self->place.folder_fd, self->place.name, 0600, 0) == 0 &&
             listen(self->fd, BACKLOG) == 0 && pipe2(self->wake, O_CLOEXEC) == 0;
    }
    if (!ok) {
        int number = errno;
        ph_control_free(self);
        return ph_fail(error, number == EEXIST || number == EADDRINUSE ? PH_EXISTS : PH_IO,
                       "%s.sock: the world cannot be asked while it runs: %s", image_path,
                       strerror(number));
    }
    *server = self;
    return PH_OK;
}

ph_status ph_control_accept(struct ph_control_server *self, struct ph_control **control)
{
    for (;;) {
        struct pollfd wait[2] = {{.fd = self->fd, .events = POLLIN},
                                 {.fd = self->wake[0], .events = POLLIN}};
        if (poll(wait, 2, -1) < 0 && errno != EINTR) {
            return PH_FINISHED;
        }
        if (wait[1].revents != 0) {
            return PH_FINISHED;
        }
        int fd = wait[0].revents == 0 ? -1 : accept4(self->fd, NULL, NULL, SOCK_CLOEXEC);
        struct ph_control *made = fd < 0 ? NULL : calloc(1, sizeof(*made));
        if (made != NULL) {
            made->fd = fd;
            *control = made;
            return PH_OK;
        }
        if (fd >= 0) {
            close(fd);
        } else if (errno == EMFILE || errno == ENFILE) {
            poll(&wait[1], 1, 100); /* until somebody closes one */
        }
    }
}

void ph_control_shut(struct ph_control_server *self)
{
    if (!self->is_shut) {
        self->is_shut = true;
        unlinkat(self->place.folder_fd, self->place.name, 0);
    }
    if (self->wake[1] >= 0) {
        ssize_t put = write(self->wake[1], "", 1);
        (void)put; /* one byte into an empty pipe */
    }
}

static void close_if_open(int fd)
{
    if (fd >= 0) {
        close(fd);
    }
}

void ph_control_free(struct ph_control_server *self)
{
    if (self == NULL) {
        return;
    }
    ph_control_shut(self);
    close_if_open(self->fd);
    close_if_open(self->wake[0]);
    close_if_open(self->wake[1]);
    close_if_open(self->place.folder_fd);
    free(self);
}

void ph_control_touch(struct ph_control_server *self)
{
    int ignored = utimensat(self->place.folder_fd, self->place.name, NULL, AT_SYMLINK_NOFOLLOW);
    (void)ignored; /* without it the image's own time has to do */
}

/* ---- The asking side ------------------------------------------------------------------------- */

ph_status ph_control_connect(const char *image_path, struct ph_control **control,
                             struct ph_error *error)
{
    struct place place;
    int number = 0;
    int fd = -1;
    bool found = place_find(image_path, &place);
    if (found) {
        fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
        const struct sockaddr *address = (const struct sockaddr *)&place.address;
        if (fd < 0 || connect(fd, address, sizeof(place.address)) != 0) {
            number = errno;
            close_if_open(fd);
            fd = -1;
        }
        close(place.folder_fd);
    }
    if (fd < 0 && (number == EACCES || number == EPERM)) {
        return ph_fail(error, PH_DENIED, "%s: runs as another user, who alone may ask it",
                       image_path);
    }
    struct ph_control *self = fd < 0 ? NULL : calloc(1, sizeof(*self));
    if (self == NULL) {
        close_if_open(fd);
        return ph_fail(error, PH_NOT_FOUND, "%s: does not run", image_path);
    }
    self->fd = fd;
    *control = self;
    return PH_OK;
}

uint64_t ph_control_last_touch_ns(const char *image_path)
{
    struct place place;
    struct stat about;
    uint64_t ns = 0;
    if (!place_find(image_path, &place)) {
        return 0;
    }
    if (fstatat(place.folder_fd, place.name, &about, AT_SYMLINK_NOFOLLOW) == 0 &&
        S_ISSOCK(about.st_mode)) {
        ns = (uint64_t)about.st_mtim.tv_sec * 1000000000u + (uint64_t)about.st_mtim.tv_nsec;
    }
    close(place.folder_fd);
    return ns;
}

/* ---- Both ------------------------------------------------------------------------------------ */

ph_status ph_control_write(struct ph_control *self, const void *from, uint64_t bytes)
{
    const char *next = from;
    while (bytes > 0) {
        ssize_t put = send(self->fd, next, bytes, MSG_NOSIGNAL);
        if (put < 0 && errno != EINTR) {
            return PH_IO;
        }
        if (put > 0) {
            next += put;
            bytes -= (uint64_t)put;
        }
    }
    return PH_OK;
}

ph_status ph_control_read(struct ph_control *self, void *to, uint64_t bytes, uint64_t *done)
{
    ssize_t got;
    do {
        got = recv(self->fd, to, bytes, 0);
    } while (got < 0 && errno == EINTR);
    *done = got < 0 ? 0 : (uint64_t)got;
    return got < 0 ? PH_IO : PH_OK;
}

void ph_control_interrupt(struct ph_control *self)
{
    shutdown(self->fd, SHUT_RDWR);
}

void ph_control_close(struct ph_control *self)
{
    if (self != NULL) {
        close(self->fd);
        free(self);
    }
}
