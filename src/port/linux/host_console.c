/* SPDX-License-Identifier: Apache-2.0 */
/* host_console.c - standard input by a reading thread, output without waiting.
 *
 * Invariants
 *   (1) The reader reads only when somebody wants input and nothing lies here; so `buffer` is its
 *       own while `count` is 0 and the takers' while it is not.
 *   (2) Nobody holds the lock while he waits for the host or calls `wake`. */
#include "port/host_console.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/assert.h"
#include "port/port.h"

#define BUFFER_BYTES 65536u
#define PIPE_CHUNK_BYTES 4096u /* PIPE_BUF: what a pipe that poll calls writable takes at once */

struct ph_host_input {
    enum ph_host_input_kind kind;
    off_t base;                /* files: where they stood when we were started */
    void (*wake)(void *context);
    void *context;
    struct ph_mutex lock;
    struct ph_condition changed;
    struct ph_host_thread reader;
    bool is_started, is_stopping;
    bool is_wanted;            /* somebody looked and found nothing */
    bool is_end;               /* the reader met the end */
    uint32_t first, count;     /* what lies in the buffer */
    int stop_pipe[2];
    uint8_t buffer[BUFFER_BYTES];
};

static enum ph_host_input_kind kind_of(int fd)
{
    struct stat about;
    if (fstat(fd, &about) != 0) {
        return PH_HOST_INPUT_NONE;
    }
    if (S_ISREG(about.st_mode)) {
        return PH_HOST_INPUT_FILE;
    }
    return isatty(fd) ? PH_HOST_INPUT_TERMINAL : PH_HOST_INPUT_STREAM;
}

ph_status ph_host_input_open(void (*wake)(void *context), void *context,
                             struct ph_host_input **input)
{
    struct ph_host_input *self = calloc(1, sizeof(*self));
    if (self == NULL) {
        return PH_NO_MEMORY;
    }
    if (pipe2(self->stop_pipe, O_CLOEXEC) != 0) {
        free(self);
        return PH_LIMIT;
    }
    self->kind = kind_of(0);
    off_t position = lseek(0, 0, SEEK_CUR);
    self->base = position > 0 ? position : 0;
    self->wake = wake;
    self->context = context;
    ph_mutex_init(&self->lock);
    ph_condition_init(&self->changed);
    *input = self;
    return PH_OK;
}

void ph_host_input_close(struct ph_host_input *self)
{
    if (self == NULL) {
        return;
    }
    ph_mutex_lock(&self->lock);
    self->is_stopping = true;
    bool is_started = self->is_started;
    ph_condition_broadcast(&self->changed);
    ph_mutex_unlock(&self->lock);
    close(self->stop_pipe[1]); /* poll sees the hang-up */
    if (is_started) {
        ph_host_thread_join(&self->reader);
    }
    close(self->stop_pipe[0]);
    ph_condition_finish(&self->changed);
    ph_mutex_finish(&self->lock);
    free(self);
}

enum ph_host_input_kind ph_host_input_kind(const struct ph_host_input *self)
{
    return self->kind;
}

/* Waits for input and reads it. The number of bytes, 0 at the end, -1: nothing yet. */
static ssize_t read_some(struct ph_host_input *self)
{
    struct pollfd fds[2] = {{.fd = 0, .events = POLLIN}, {.fd = self->stop_pipe[0]}};
    if (poll(fds, 2, -1) < 0 || fds[1].revents != 0 || fds[0].revents == 0) {
        return -1;
    }
    ssize_t got = read(0, self->buffer, sizeof(self->buffer));
    if (got < 0) {
        return errno == EINTR || errno == EAGAIN ? -1 : 0; /* a broken input is at its end */
    }
    return got;
}

static void reader_run(void *argument)
{
    struct ph_host_input *self = argument;
    ph_mutex_lock(&self->lock);
    while (!self->is_stopping) {
        if (!self->is_wanted || self->count > 0 || self->is_end) {
            ph_condition_wait(&self->changed, &self->lock);
            continue;
        }
        ph_mutex_unlock(&self->lock);
        ssize_t got = read_some(self);
        ph_mutex_lock(&self->lock);
        if (got < 0) {
            continue;
        }
        self->is_wanted = false;
        self->first = 0;
        self->count = (uint32_t)got;
        self->is_end = got == 0;
        ph_mutex_unlock(&self->lock);
        self->wake(self->context);
        ph_mutex_lock(&self->lock);
    }
    ph_mutex_unlock(&self->lock);
}

/* Asks for input; the lock is held. */
static ph_status want(struct ph_host_input *self)
{
    self->is_wanted = true;
    if (!self->is_started) {
        ph_status status = ph_host_thread_start(&self->reader, "input", reader_run, self);
        if (status != PH_OK) {
            return status;
        }
        self->is_started = true;
    }
    ph_condition_broadcast(&self->changed);
    return PH_AGAIN;
}

static ph_status file_ready(const struct ph_host_input *self, uint64_t offset, uint64_t *bytes)
{
    struct stat about;
    if (fstat(0, &about) != 0) {
        return PH_IO;
    }
    uint64_t size = about.st_size > self->base ? (uint64_t)(about.st_size - self->base) : 0;
    *bytes = size > offset ? size - offset : 0;
    return PH_OK;
}

ph_status ph_host_input_ready(struct ph_host_input *self, uint64_t offset, uint64_t *bytes)
{
    *bytes = 0;
    if (self->kind == PH_HOST_INPUT_NONE) {
        return PH_OK;
    }
    if (self->kind == PH_HOST_INPUT_FILE) {
        return file_ready(self, offset, bytes);
    }
    ph_mutex_lock(&self->lock);
    ph_status status = PH_OK;
    *bytes = self->count;
    if (self->count == 0 && !self->is_end) {
        status = want(self);
    }
    ph_mutex_unlock(&self->lock);
    return status;
}

static ph_status file_take(const struct ph_host_input *self, uint64_t offset, void *to,
                           uint64_t bytes, uint64_t *done)
{
    uint64_t left;
    ph_status status = file_ready(self, offset, &left);
    if (status != PH_OK || left == 0) {
        return status;
    }
    ssize_t got;
    do {
        got = pread(0, to, PH_MIN(bytes, left), self->base + (off_t)offset);
    } while (got < 0 && errno == EINTR);
    *done = got > 0 ? (uint64_t)got : 0;
    return got < 0 ? PH_IO : PH_OK;
}

ph_status ph_host_input_take(struct ph_host_input *self, uint64_t offset, void *to,
                             uint64_t bytes, uint64_t *done)
{
    *done = 0;
    if (self->kind == PH_HOST_INPUT_NONE || bytes == 0) {
        return PH_OK;
    }
    if (self->kind == PH_HOST_INPUT_FILE) {
        return file_take(self, offset, to, bytes, done);
    }
    ph_mutex_lock(&self->lock);
    ph_status status = PH_OK;
    if (self->count > 0) {
        uint32_t count = (uint32_t)PH_MIN(bytes, (uint64_t)self->count);
        memcpy(to, self->buffer + self->first, count);
        self->first += count;
        self->count -= count;
        *done = count;
    } else if (self->is_end) {
        self->is_end = self->kind != PH_HOST_INPUT_TERMINAL; /* after ^D more may be typed */
    } else {
        status = want(self);
    }
    ph_condition_broadcast(&self->changed);
    ph_mutex_unlock(&self->lock);
    return status;
}

/* ---- Output ------------------------------------------------------------------------------ */

struct ph_host_output {
    int fds[2];      /* of streams 1 and 2 */
    bool is_ours;    /* opened by us, and both streams go there */
    bool is_file;    /* a regular file */
};

static struct ph_host_output *output_new(int fd1, int fd2, bool is_ours)
{
    struct ph_host_output *self = calloc(1, sizeof(*self));
    struct stat about;
    if (self != NULL) {
        self->fds[0] = fd1;
        self->fds[1] = fd2;
        self->is_ours = is_ours;
        self->is_file = is_ours && fstat(fd1, &about) == 0 && S_ISREG(about.st_mode);
        signal(SIGPIPE, SIG_IGN);
    }
    return self;
}

ph_status ph_host_output_standard(struct ph_host_output **output)
{
    *output = output_new(1, 2, false);
    return *output != NULL ? PH_OK : PH_NO_MEMORY;
}

ph_status ph_host_output_file(const char *path, bool truncate, struct ph_host_output **output,
                              struct ph_error *error)
{
    int flags = O_WRONLY | O_CREAT | O_APPEND | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;
    int fd = open(path, flags | (truncate ? O_TRUNC : 0), 0666);
    if (fd < 0) {
        const char *hint = errno == ENXIO ? " (a pipe or device that nobody reads)" : "";
        ph_status status = errno == EACCES || errno == EPERM ? PH_DENIED
                           : errno == ENOENT                 ? PH_NOT_FOUND
                                                             : PH_IO;
        return ph_fail(error, status, "cannot write the console to %s: %s%s; choose another file",
                       path, strerror(errno), hint);
    }
    *output = output_new(fd, fd, true);
    if (*output == NULL) {
        close(fd);
        return ph_fail(error, PH_NO_MEMORY, "no memory for the console %s", path);
    }
    return PH_OK;
}

void ph_host_output_close(struct ph_host_output *self)
{
    if (self != NULL && self->is_ours) {
        close(self->fds[0]);
    }
    free(self);
}

ph_status ph_host_output_write(struct ph_host_output *self, uint32_t stream,
                               struct ph_slice bytes, uint64_t *done)
{
    PH_ASSERT(stream == 1 || stream == 2);
    int fd = self->fds[stream - 1];
    uint64_t count = bytes.size;
    *done = 0;
    if (!self->is_file) {
        /* The standard streams are shared with other processes, so they are not made nonblocking:
         * what poll promises is what is written. */
        struct pollfd poller = {.fd = fd, .events = POLLOUT};
        if (poll(&poller, 1, 0) == 0) {
            return PH_AGAIN;
        }
        count = PH_MIN(count, (uint64_t)PIPE_CHUNK_BYTES);
    }
    ssize_t put;
    do {
        put = write(fd, bytes.bytes, count);
    } while (put < 0 && errno == EINTR);
    if (put >= 0) {
        *done = (uint64_t)put;
        return PH_OK;
    }
    switch (errno) {
    case EAGAIN:
        return PH_AGAIN;
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
        return PH_NO_SPACE;
    default:
        return PH_IO;
    }
}

ph_status ph_host_output_position(struct ph_host_output *self, uint64_t *bytes)
{
    struct stat about;
    if (!self->is_file) {
        return PH_NOT_FOUND;
    }
    if (fstat(self->fds[0], &about) != 0) {
        return PH_IO;
    }
    *bytes = (uint64_t)about.st_size;
    return PH_OK;
}

ph_status ph_host_output_flush(struct ph_host_output *self)
{
    if (!self->is_file) {
        return PH_OK;
    }
    return fdatasync(self->fds[0]) == 0 ? PH_OK : PH_IO;
}
