/* SPDX-License-Identifier: Apache-2.0 */
/* wasi_io.c - reading and writing.
 *
 * Invariants
 *   (1) All of the iovecs are checked before a byte moves: PH_E_FAULT means that nothing happened.
 *   (2) The world's memory is made writable only where bytes really go: a large buffer that gets
 *       one line changes one page.
 *   (3) The offset moves in the same step of the world as the bytes. */
#include "device/io.h"
#include "machine/gate.h"

/* Spans of guest memory; their bytes are UINT32_MAX at most, so that the result can tell it. */
struct iovecs {
    struct ph_spans spans;
    struct ph_span items[PH_IOVEC_COUNT_MAX];
};

/* The iovecs whose address and count are arguments 1 and 2. */
static ph_errno iovecs_in(struct ph_wasi_call *c, struct iovecs *iovecs)
{
    struct ph_spans *spans = &iovecs->spans;
    *spans = (struct ph_spans){iovecs->items, ph_wasi_u32(c, 2), 0};
    if (spans->count > PH_IOVEC_COUNT_MAX) {
        return PH_E_INVAL;
    }
    const uint8_t *from = ph_wasi_in(c, ph_wasi_u32(c, 1), UINT64_C(8) * spans->count);
    if (from == NULL) {
        return PH_E_FAULT;
    }
    for (uint32_t i = 0; i < spans->count; i++) {
        uint32_t address = ph_load_u32(from + 8 * i);
        uint32_t bytes = ph_load_u32(from + 8 * i + 4);
        const uint8_t *at = ph_wasi_in(c, address, bytes);
        if (at == NULL) {
            return PH_E_FAULT;
        }
        if (bytes > UINT32_MAX - spans->bytes) {
            return PH_E_INVAL;
        }
        iovecs->items[i] = (struct ph_span){(uint8_t *)(uintptr_t)at, bytes};
        spans->bytes += bytes;
    }
    return PH_E_OK;
}

/* ---- Reading ----------------------------------------------------------------------------- */

/* One piece: reads from `offset` of the source to a span of the world. */
typedef ph_errno (*read_piece)(struct ph_wasi_call *c, void *source, uint64_t offset,
                               struct ph_span to, uint64_t *done);

static ph_errno read_node(struct ph_wasi_call *c, void *source, uint64_t offset, struct ph_span to,
                          uint64_t *done)
{
    struct ph_file *file = source;
    uint64_t size = file->node.size_bytes;
    uint64_t count = offset < size ? PH_MIN(to.bytes, size - offset) : 0;
    ph_touch(c->call->mutator, to.at, count); /* (2) */
    *done = ph_file_read(&c->tree, file, offset, to.at, count);
    return PH_E_OK;
}

static ph_errno read_device(struct ph_wasi_call *c, void *source, uint64_t offset,
                            struct ph_span to, uint64_t *done)
{
    char kind = ph_node_device(&c->tree, source);
    (void)offset;
    *done = kind == 'r' || kind == 'z' ? to.bytes : 0;
    ph_touch(c->call->mutator, to.at, *done); /* (2) */
    if (kind == 'r') {
        ph_random_fill(to.at, *done);
    } else {
        memset(to.at, 0, (size_t)*done);
    }
    return PH_E_OK;
}

static ph_errno read_host(struct ph_wasi_call *c, void *source, uint64_t offset, struct ph_span to,
                          uint64_t *done)
{
    struct ph_host_about about;
    ph_errno error = ph_host_about(source, &about);
    *done = 0;
    if (error != PH_E_OK) {
        return error;
    }
    if (about.type == PH_NODE_FOLDER) {
        return PH_E_ISDIR;
    }
    uint64_t left = offset < about.size_bytes ? about.size_bytes - offset : 0;
    uint64_t count = PH_MIN(to.bytes, PH_MAX(left, UINT64_C(1))); /* it may be growing */
    ph_touch(c->call->mutator, to.at, count); /* (2) */
    return ph_host_read(source, offset, to.at, count, done);
}

static ph_errno read_input(struct ph_wasi_call *c, void *source, uint64_t offset, struct ph_span to,
                           uint64_t *done)
{
    uint64_t ready;
    *done = 0;
    ph_errno error = ph_wasi_input_ready(c, &ready);
    if (error != PH_E_OK) {
        return error;
    }
    uint64_t count = PH_MIN(to.bytes, PH_MAX(ready, UINT64_C(1))); /* 1: takes note of the end */
    ph_touch(c->call->mutator, to.at, count); /* (2) */
    ph_status status = ph_host_input_take(source, offset, to.at, count, done);
    if (status == PH_AGAIN) {
        return PH_E_AGAIN;
    }
    if (*done > 0) {
        PH_SET(c->call->mutator, c->tree.files->input_bytes, offset + *done);
    }
    return status == PH_OK ? PH_E_OK : PH_E_IO;
}

static ph_errno read_all(struct ph_wasi_call *c, const struct ph_spans *spans, read_piece read,
                         void *source, uint64_t offset, uint64_t *total)
{
    *total = 0;
    for (uint32_t i = 0; i < spans->count; i++) {
        uint64_t done;
        if (spans->items[i].bytes == 0) {
            continue;
        }
        ph_errno error = read(c, source, offset + *total, spans->items[i], &done);
        *total += done;
        if (error != PH_E_OK) {
            return *total > 0 ? PH_E_OK : error;
        }
        if (done < spans->items[i].bytes) {
            break;
        }
    }
    return PH_E_OK;
}

static ph_errno read_from(struct ph_wasi_call *c, struct ph_descriptor *d,
                          const struct ph_spans *spans, uint64_t offset, uint64_t *total)
{
    struct ph_host_file *host;
    ph_errno error;
    switch (d->kind) {
    case PH_DESCRIPTOR_INPUT:
        error = read_all(c, spans, read_input, c->wasi->input, c->tree.files->input_bytes, total);
        if (error == PH_E_AGAIN && !(d->flags & PH_FDFLAG_NONBLOCK)) {
            return ph_wasi_wait(c, PH_WAIT_INPUT, 0);
        }
        return error;
    case PH_DESCRIPTOR_NODE:
        if (ph_wasi_node(c, d)->type == PH_NODE_CHARACTER) {
            return read_all(c, spans, read_device, ph_wasi_node(c, d), offset, total);
        }
        if (ph_wasi_node(c, d)->type != PH_NODE_FILE) {
            return PH_E_ISDIR;
        }
        ph_file_accessed(&c->tree, ph_node_file(ph_wasi_node(c, d)));
        return read_all(c, spans, read_node, ph_wasi_node(c, d), offset, total);
    case PH_DESCRIPTOR_HOST_FILE:
        error = ph_wasi_handle(c, d, &host);
        return error != PH_E_OK ? error : read_all(c, spans, read_host, host, offset, total);
    case PH_DESCRIPTOR_HOST_FOLDER:
        return PH_E_ISDIR;
    default:
        return PH_E_BADF;
    }
}

ph_errno ph_io_read(struct ph_wasi_call *c, struct ph_descriptor *d, const struct ph_spans *spans,
                    uint64_t offset, uint64_t *total)
{
    bool is_here = offset == PH_IO_HERE;
    ph_errno error = read_from(c, d, spans, is_here ? d->offset : offset, total);
    if (error == PH_E_OK && is_here && *total > 0 && d->kind != PH_DESCRIPTOR_INPUT) {
        PH_SET(c->call->mutator, d->offset, d->offset + *total); /* (3) */
    }
    return error;
}

ph_errno ph_wasi_fd_read(struct ph_wasi_call *c)
{
    struct ph_descriptor *d;
    struct iovecs iovecs;
    uint64_t total = 0;
    ph_errno error = ph_wasi_descriptor(c, 0, PH_RIGHT_FD_READ, &d);
    if (error == PH_E_OK) {
        error = iovecs_in(c, &iovecs);
    }
    if (error == PH_E_OK && !ph_wasi_is_in(c, ph_wasi_u32(c, 3), 4)) {
        error = PH_E_FAULT;
    }
    if (error == PH_E_OK) {
        error = ph_io_read(c, d, &iovecs.spans, PH_IO_HERE, &total);
    }
    if (error == PH_E_OK) {
        ph_wasi_out_u32(c, ph_wasi_u32(c, 3), (uint32_t)total);
    }
    return error;
}

/* What fd_pread and fd_pwrite ask of their arguments: a descriptor that has positions, memory for
 * all, an offset that a file can have. */
static ph_errno positioned_in(struct ph_wasi_call *c, uint64_t right, struct ph_descriptor **d,
                              struct iovecs *iovecs)
{
    ph_errno error = ph_wasi_descriptor(c, 0, right, d);
    if (error == PH_E_OK && (*d)->kind <= PH_DESCRIPTOR_ERRORS) {
        error = PH_E_SPIPE;
    }
    if (error == PH_E_OK && !((*d)->rights_base & PH_RIGHT_FD_SEEK)) {
        error = PH_E_NOTCAPABLE;
    }
    if (error == PH_E_OK) {
        error = iovecs_in(c, iovecs);
    }
    if (error == PH_E_OK && !ph_wasi_is_in(c, ph_wasi_u32(c, 4), 4)) {
        error = PH_E_FAULT;
    }
    if (error == PH_E_OK && ph_wasi_u64(c, 3) > INT64_MAX) {
        error = PH_E_INVAL;
    }
    return error;
}

ph_errno ph_wasi_fd_pread(struct ph_wasi_call *c)
{
    struct ph_descriptor *d;
    struct iovecs iovecs;
    uint64_t total = 0;
    uint64_t offset = ph_wasi_u64(c, 3);
    ph_errno error = positioned_in(c, PH_RIGHT_FD_READ, &d, &iovecs);
    if (error == PH_E_OK) {
        error = ph_io_read(c, d, &iovecs.spans, offset, &total);
    }
    if (error == PH_E_OK) {
        ph_wasi_out_u32(c, ph_wasi_u32(c, 4), (uint32_t)total);
    }
    return error;
}

/* ---- Writing ----------------------------------------------------------------------------- */

static ph_errno write_node(struct ph_wasi_call *c, struct ph_descriptor *d,
                           const struct ph_spans *spans, uint64_t offset, uint64_t *total)
{
    bool is_synchronous = d->flags & (PH_FDFLAG_DSYNC | PH_FDFLAG_SYNC);
    if (is_synchronous && c->is_durable) {
        *total = c->note; /* it was written before we waited */
        return PH_E_OK;
    }
    struct ph_file *file = ph_node_file(ph_wasi_node(c, d));
    *total = 0;
    for (uint32_t i = 0; i < spans->count; i++) {
        struct ph_slice from = {spans->items[i].at, spans->items[i].bytes};
        uint64_t done;
        ph_errno error = ph_file_write(&c->tree, file, offset + *total, from, &done);
        *total += done;
        if (error != PH_E_OK && *total == 0) {
            return error;
        }
        if (error != PH_E_OK) {
            break;
        }
    }
    return PH_E_OK;
}

/* Positioned, and only after this call is durable: done twice it changes nothing. */
static ph_errno write_host(struct ph_wasi_call *c, struct ph_descriptor *d,
                           const struct ph_spans *spans, uint64_t *offset, uint64_t *total)
{
    struct ph_host_file *file;
    ph_errno error = ph_wasi_handle(c, d, &file);
    *total = 0;
    if (error == PH_E_OK && spans->bytes > 0) {
        error = *offset < UINT64_C(1) << 62 ? ph_wasi_gate(c, *offset) : PH_E_FBIG;
    }
    if (error != PH_E_OK || spans->bytes == 0) {
        return error;
    }
    *offset = c->is_durable ? c->note : *offset;
    for (uint32_t i = 0; i < spans->count; i++) {
        struct ph_slice from = {spans->items[i].at, spans->items[i].bytes};
        uint64_t done;
        error = ph_host_write(file, *offset + *total, from, &done);
        *total += done;
        if (error != PH_E_OK) {
            return *total > 0 ? PH_E_OK : error;
        }
        if (done < from.size) {
            break;
        }
    }
    if (d->flags & (PH_FDFLAG_DSYNC | PH_FDFLAG_SYNC)) {
        return ph_host_sync(file, !(d->flags & PH_FDFLAG_SYNC));
    }
    return PH_E_OK;
}

static ph_errno write_output(struct ph_wasi_call *c, const struct ph_descriptor *d,
                             const struct ph_spans *spans, uint64_t *total)
{
    uint32_t stream = d->kind == PH_DESCRIPTOR_OUTPUT ? 1 : 2;
    bool is_nonblocking = d->flags & PH_FDFLAG_NONBLOCK;
    *total = 0;
    ph_world_unlock(c->call->machine); /* the gate takes it itself; `d` is not used any more */
    for (uint32_t i = 0; i < spans->count; i++) {
        uint64_t bytes = spans->items[i].bytes;
        uint64_t done = 0;
        if (bytes == 0) {
            continue;
        }
        ph_gate_append(c->call, stream, spans->items[i].at, bytes, &done);
        *total += done;
        if (done < bytes) {
            break;
        }
    }
    ph_world_lock(c->call->machine);
    if (*total == 0 && spans->bytes > 0) {
        return is_nonblocking ? PH_E_AGAIN : ph_wasi_wait(c, PH_WAIT_GATE, 0);
    }
    return PH_E_OK;
}

/* Where a write without a given offset goes. */
static ph_errno write_offset(struct ph_wasi_call *c, struct ph_descriptor *d, uint64_t *offset)
{
    *offset = d->offset;
    if (!(d->flags & PH_FDFLAG_APPEND)) {
        return PH_E_OK;
    }
    struct ph_host_about about;
    ph_errno error = ph_wasi_about(c, d, &about);
    if (error == PH_E_OK) {
        *offset = about.size_bytes;
    }
    return error;
}

/* Writes at *offset, which is corrected to where the write really went. */
static ph_errno write_to(struct ph_wasi_call *c, struct ph_descriptor *d,
                         const struct ph_spans *spans, uint64_t *offset, uint64_t *total)
{
    switch (d->kind) {
    case PH_DESCRIPTOR_OUTPUT:
    case PH_DESCRIPTOR_ERRORS:
        return write_output(c, d, spans, total);
    case PH_DESCRIPTOR_NODE:
        if (ph_wasi_node(c, d)->type == PH_NODE_CHARACTER) {
            *total = spans->bytes;
            return PH_E_OK;
        }
        if (ph_wasi_node(c, d)->type != PH_NODE_FILE) {
            return PH_E_ISDIR;
        }
        return write_node(c, d, spans, *offset, total);
    case PH_DESCRIPTOR_HOST_FILE:
        return write_host(c, d, spans, offset, total);
    case PH_DESCRIPTOR_HOST_FOLDER:
        return PH_E_ISDIR;
    default:
        return PH_E_BADF;
    }
}

/* What was written to a tree's file with SYNC or DSYNC is waited for. */
static ph_errno write_sync(struct ph_wasi_call *c, const struct ph_descriptor *d, uint64_t total)
{
    bool is_synchronous = d->flags & (PH_FDFLAG_DSYNC | PH_FDFLAG_SYNC);
    return is_synchronous && d->kind == PH_DESCRIPTOR_NODE ? ph_wasi_gate(c, total) : PH_E_OK;
}

static ph_errno write_here(struct ph_wasi_call *c, struct ph_descriptor *d,
                           const struct ph_spans *spans, uint64_t *total)
{
    uint64_t offset = 0;
    bool is_stream = d->kind <= PH_DESCRIPTOR_ERRORS;
    bool is_written = d->kind == PH_DESCRIPTOR_NODE && c->is_durable;
    ph_errno error = write_offset(c, d, &offset);
    if (error == PH_E_OK) {
        error = write_to(c, d, spans, &offset, total);
    }
    if (error != PH_E_OK || is_stream) {
        return error;
    }
    if (!is_written && *total > 0) {
        PH_SET(c->call->mutator, d->offset, offset + *total); /* (3) */
    }
    return write_sync(c, d, *total);
}

ph_errno ph_io_write(struct ph_wasi_call *c, struct ph_descriptor *d, const struct ph_spans *spans,
                     uint64_t offset, uint64_t *total)
{
    if (offset == PH_IO_HERE) {
        return write_here(c, d, spans, total);
    }
    ph_errno error = write_to(c, d, spans, &offset, total);
    return error != PH_E_OK ? error : write_sync(c, d, *total);
}

ph_errno ph_wasi_fd_write(struct ph_wasi_call *c)
{
    struct ph_descriptor *d;
    struct iovecs iovecs;
    uint64_t total = 0;
    ph_errno error = ph_wasi_descriptor(c, 0, PH_RIGHT_FD_WRITE, &d);
    if (error == PH_E_OK) {
        error = iovecs_in(c, &iovecs);
    }
    if (error == PH_E_OK && !ph_wasi_is_in(c, ph_wasi_u32(c, 3), 4)) {
        error = PH_E_FAULT;
    }
    if (error == PH_E_OK) {
        error = ph_io_write(c, d, &iovecs.spans, PH_IO_HERE, &total);
    }
    if (error == PH_E_OK) {
        ph_wasi_out_u32(c, ph_wasi_u32(c, 3), (uint32_t)total);
    }
    return error;
}

ph_errno ph_wasi_fd_pwrite(struct ph_wasi_call *c)
{
    struct ph_descriptor *d;
    struct iovecs iovecs;
    uint64_t total = 0;
    ph_errno error = positioned_in(c, PH_RIGHT_FD_WRITE, &d, &iovecs);
    if (error == PH_E_OK) {
        error = ph_io_write(c, d, &iovecs.spans, ph_wasi_u64(c, 3), &total);
    }
    if (error == PH_E_OK) {
        ph_wasi_out_u32(c, ph_wasi_u32(c, 4), (uint32_t)total);
    }
    return error;
}
