/* SPDX-License-Identifier: Apache-2.0 */
/* wasi_io.c - reading and writing.
 *
 * Invariants
 *   (1) All of the iovecs are checked before a byte moves: PH_E_FAULT means that nothing happened.
 *   (2) Guest memory is made writable only where bytes really go: a large buffer that gets one line
 *       changes one page.
 *   (3) The offset moves in the same step of the world as the bytes. */
#include "device/wasi_call.h"
#include "machine/gate.h"

struct iovecs {
    uint32_t count;
    uint64_t bytes; /* of all, at most UINT32_MAX so that the result can tell it */
    struct { uint32_t address, bytes; } items[PH_IOVEC_COUNT_MAX];
};

/* The iovecs whose address and count are arguments 1 and 2. */
static ph_errno iovecs_in(struct ph_wasi_call *c, struct iovecs *iovecs)
{
    iovecs->count = ph_wasi_u32(c, 2);
    iovecs->bytes = 0;
    if (iovecs->count > PH_IOVEC_COUNT_MAX) {
        return PH_E_INVAL;
    }
    const uint8_t *from = ph_wasi_in(c, ph_wasi_u32(c, 1), UINT64_C(8) * iovecs->count);
    if (from == NULL) {
        return PH_E_FAULT;
    }
    for (uint32_t i = 0; i < iovecs->count; i++) {
        uint32_t address = ph_load_u32(from + 8 * i);
        uint32_t bytes = ph_load_u32(from + 8 * i + 4);
        if (!ph_wasi_is_in(c, address, bytes)) {
            return PH_E_FAULT;
        }
        if (bytes > UINT32_MAX - iovecs->bytes) {
            return PH_E_INVAL;
        }
        iovecs->items[i].address = address;
        iovecs->items[i].bytes = bytes;
        iovecs->bytes += bytes;
    }
    return PH_E_OK;
}

/* ---- Reading ----------------------------------------------------------------------------- */

/* One piece: reads up to `bytes` at `offset` of the source to guest memory. */
typedef ph_errno (*read_piece)(struct ph_wasi_call *c, void *source, uint64_t offset,
                               uint32_t address, uint64_t bytes, uint64_t *done);

static ph_errno read_node(struct ph_wasi_call *c, void *source, uint64_t offset, uint32_t address,
                          uint64_t bytes, uint64_t *done)
{
    struct ph_file *file = source;
    uint64_t size = file->node.size_bytes;
    uint64_t count = offset < size ? PH_MIN(bytes, size - offset) : 0;
    uint8_t *to = ph_call_memory_write(c->call, address, count);
    PH_ASSERT(to != NULL);
    *done = ph_file_read(&c->tree, file, offset, to, count);
    return PH_E_OK;
}

static ph_errno read_host(struct ph_wasi_call *c, void *source, uint64_t offset, uint32_t address,
                          uint64_t bytes, uint64_t *done)
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
    uint64_t count = PH_MIN(bytes, PH_MAX(left, UINT64_C(1))); /* it may be growing */
    uint8_t *to = ph_call_memory_write(c->call, address, count);
    PH_ASSERT(to != NULL);
    return ph_host_read(source, offset, to, count, done);
}

static ph_errno read_input(struct ph_wasi_call *c, void *source, uint64_t offset, uint32_t address,
                           uint64_t bytes, uint64_t *done)
{
    uint64_t ready;
    *done = 0;
    ph_errno error = ph_wasi_input_ready(c, &ready);
    if (error != PH_E_OK) {
        return error;
    }
    uint64_t count = PH_MIN(bytes, PH_MAX(ready, UINT64_C(1))); /* 1: takes note of the end */
    uint8_t *to = ph_call_memory_write(c->call, address, count);
    PH_ASSERT(to != NULL);
    ph_status status = ph_host_input_take(source, offset, to, count, done);
    if (status == PH_AGAIN) {
        return PH_E_AGAIN;
    }
    if (*done > 0) {
        PH_SET(c->call->mutator, c->tree.files->input_bytes, offset + *done);
    }
    return status == PH_OK ? PH_E_OK : PH_E_IO;
}

static ph_errno read_all(struct ph_wasi_call *c, const struct iovecs *iovecs, read_piece read,
                         void *source, uint64_t offset, uint64_t *total)
{
    *total = 0;
    for (uint32_t i = 0; i < iovecs->count; i++) {
        uint64_t done;
        if (iovecs->items[i].bytes == 0) {
            continue;
        }
        ph_errno error = read(c, source, offset + *total, iovecs->items[i].address,
                              iovecs->items[i].bytes, &done);
        *total += done;
        if (error != PH_E_OK) {
            return *total > 0 ? PH_E_OK : error;
        }
        if (done < iovecs->items[i].bytes) {
            break;
        }
    }
    return PH_E_OK;
}

static ph_errno read_from(struct ph_wasi_call *c, struct ph_descriptor *d,
                          const struct iovecs *iovecs, uint64_t offset, uint64_t *total)
{
    struct ph_host_file *host;
    ph_errno error;
    switch (d->kind) {
    case PH_DESCRIPTOR_INPUT:
        error = read_all(c, iovecs, read_input, c->wasi->input, c->tree.files->input_bytes, total);
        if (error == PH_E_AGAIN && !(d->flags & PH_FDFLAG_NONBLOCK)) {
            return ph_wasi_wait(c, PH_WAIT_INPUT, 0);
        }
        return error;
    case PH_DESCRIPTOR_NODE:
        if (ph_wasi_node(c, d)->type != PH_NODE_FILE) {
            return PH_E_ISDIR;
        }
        ph_file_accessed(&c->tree, ph_node_file(ph_wasi_node(c, d)));
        return read_all(c, iovecs, read_node, ph_wasi_node(c, d), offset, total);
    case PH_DESCRIPTOR_HOST_FILE:
        error = ph_wasi_handle(c, d, &host);
        return error != PH_E_OK ? error : read_all(c, iovecs, read_host, host, offset, total);
    case PH_DESCRIPTOR_HOST_FOLDER:
        return PH_E_ISDIR;
    default:
        return PH_E_BADF;
    }
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
        error = read_from(c, d, &iovecs, d->offset, &total);
    }
    if (error != PH_E_OK) {
        return error;
    }
    if (total > 0 && d->kind != PH_DESCRIPTOR_INPUT) {
        PH_SET(c->call->mutator, d->offset, d->offset + total);
    }
    ph_wasi_out_u32(c, ph_wasi_u32(c, 3), (uint32_t)total);
    return PH_E_OK;
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
        error = read_from(c, d, &iovecs, offset, &total);
    }
    if (error == PH_E_OK) {
        ph_wasi_out_u32(c, ph_wasi_u32(c, 4), (uint32_t)total);
    }
    return error;
}

/* ---- Writing ----------------------------------------------------------------------------- */

static ph_errno write_node(struct ph_wasi_call *c, struct ph_descriptor *d,
                           const struct iovecs *iovecs, uint64_t offset, uint64_t *total)
{
    bool is_synchronous = d->flags & (PH_FDFLAG_DSYNC | PH_FDFLAG_SYNC);
    if (is_synchronous && c->is_durable) {
        *total = c->note; /* it was written before we waited */
        return PH_E_OK;
    }
    struct ph_file *file = ph_node_file(ph_wasi_node(c, d));
    *total = 0;
    for (uint32_t i = 0; i < iovecs->count; i++) {
        struct ph_slice from = {ph_wasi_in(c, iovecs->items[i].address, iovecs->items[i].bytes),
                                iovecs->items[i].bytes};
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
                           const struct iovecs *iovecs, uint64_t *offset, uint64_t *total)
{
    struct ph_host_file *file;
    ph_errno error = ph_wasi_handle(c, d, &file);
    *total = 0;
    if (error == PH_E_OK && iovecs->bytes > 0) {
        error = *offset < UINT64_C(1) << 62 ? ph_wasi_gate(c, *offset) : PH_E_FBIG;
    }
    if (error != PH_E_OK || iovecs->bytes == 0) {
        return error;
    }
    *offset = c->is_durable ? c->note : *offset;
    for (uint32_t i = 0; i < iovecs->count; i++) {
        struct ph_slice from = {ph_wasi_in(c, iovecs->items[i].address, iovecs->items[i].bytes),
                                iovecs->items[i].bytes};
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
                             const struct iovecs *iovecs, uint64_t *total)
{
    uint32_t stream = d->kind == PH_DESCRIPTOR_OUTPUT ? 1 : 2;
    bool is_nonblocking = d->flags & PH_FDFLAG_NONBLOCK;
    *total = 0;
    ph_world_unlock(c->call->machine); /* the gate takes it itself; `d` is not used any more */
    for (uint32_t i = 0; i < iovecs->count; i++) {
        uint32_t bytes = iovecs->items[i].bytes;
        uint64_t done = 0;
        if (bytes == 0) {
            continue;
        }
        ph_gate_append(c->call, stream, ph_wasi_in(c, iovecs->items[i].address, bytes), bytes,
                       &done);
        *total += done;
        if (done < bytes) {
            break;
        }
    }
    ph_world_lock(c->call->machine);
    if (*total == 0 && iovecs->bytes > 0) {
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
                         const struct iovecs *iovecs, uint64_t *offset, uint64_t *total)
{
    switch (d->kind) {
    case PH_DESCRIPTOR_OUTPUT:
    case PH_DESCRIPTOR_ERRORS:
        return write_output(c, d, iovecs, total);
    case PH_DESCRIPTOR_NODE:
        if (ph_wasi_node(c, d)->type != PH_NODE_FILE) {
            return PH_E_ISDIR;
        }
        return write_node(c, d, iovecs, *offset, total);
    case PH_DESCRIPTOR_HOST_FILE:
        return write_host(c, d, iovecs, offset, total);
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

ph_errno ph_wasi_fd_write(struct ph_wasi_call *c)
{
    struct ph_descriptor *d;
    struct iovecs iovecs;
    uint64_t total = 0;
    uint64_t offset = 0;
    ph_errno error = ph_wasi_descriptor(c, 0, PH_RIGHT_FD_WRITE, &d);
    if (error == PH_E_OK) {
        error = iovecs_in(c, &iovecs);
    }
    if (error == PH_E_OK && !ph_wasi_is_in(c, ph_wasi_u32(c, 3), 4)) {
        error = PH_E_FAULT;
    }
    if (error == PH_E_OK) {
        error = write_offset(c, d, &offset);
    }
    bool is_stream = error == PH_E_OK && d->kind <= PH_DESCRIPTOR_ERRORS;
    bool is_written = error == PH_E_OK && d->kind == PH_DESCRIPTOR_NODE && c->is_durable;
    if (error == PH_E_OK) {
        error = write_to(c, d, &iovecs, &offset, &total);
    }
    if (error != PH_E_OK) {
        return error;
    }
    if (!is_stream && !is_written && total > 0) {
        PH_SET(c->call->mutator, d->offset, offset + total); /* (3) */
    }
    if (!is_stream) {
        error = write_sync(c, d, total);
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
    uint64_t offset = ph_wasi_u64(c, 3);
    ph_errno error = positioned_in(c, PH_RIGHT_FD_WRITE, &d, &iovecs);
    if (error == PH_E_OK) {
        error = write_to(c, d, &iovecs, &offset, &total);
    }
    if (error == PH_E_OK) {
        error = write_sync(c, d, total);
    }
    if (error == PH_E_OK) {
        ph_wasi_out_u32(c, ph_wasi_u32(c, 4), (uint32_t)total);
    }
    return error;
}
