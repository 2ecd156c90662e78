/* SPDX-License-Identifier: Apache-2.0 */
/* wasi_fd.c - what descriptors say of themselves, and how they are moved and closed. */
#include "device/io.h"

#define FDSTAT_BYTES 24u
#define PRESTAT_BYTES 8u
#define DIRENT_BYTES 24u
#define DEVICE_TREE 1u    /* the image's tree, as a device number */
#define DEVICE_CONSOLE 2u

/* ---- filestat ---------------------------------------------------------------------------- */

uint32_t ph_wasi_filestat_bytes(const struct ph_wasi_call *c) { return c->is_unstable ? 56 : 64; }

void ph_wasi_out_filestat(struct ph_wasi_call *c, uint64_t address,
                          const struct ph_host_about *about)
{
    uint8_t stat[64] = {0};
    ph_store_u64(stat, about->device);
    ph_store_u64(stat + 8, about->inode);
    stat[16] = (uint8_t)about->type;
    uint8_t *next = stat + 24;
    if (c->is_unstable) {
        ph_store_u32(stat + 20, (uint32_t)PH_MIN(about->link_count, (uint64_t)UINT32_MAX));
    } else {
        ph_store_u64(next, about->link_count);
        next += 8;
    }
    ph_store_u64(next, about->size_bytes);
    ph_store_u64(next + 8, about->accessed_ns);
    ph_store_u64(next + 16, about->modified_ns);
    ph_store_u64(next + 24, about->changed_ns);
    ph_wasi_out(c, address, stat, ph_wasi_filestat_bytes(c));
}

void ph_wasi_about_node(const struct ph_node *node, struct ph_host_about *about)
{
    about->device = DEVICE_TREE;
    about->inode = node->inode;
    about->size_bytes = node->size_bytes;
    about->link_count = node->link_count;
    about->accessed_ns = node->accessed_ns;
    about->modified_ns = node->modified_ns;
    about->changed_ns = node->changed_ns;
    about->type = node->type;
    about->permissions = ph_node_permissions(node);
}

/* The console is a character device, so that C libraries send each line when it is whole. Input is
 * one only if somebody types: a program that reads a script must see that it is none. */
static uint32_t stream_type(const struct ph_wasi_call *c, const struct ph_descriptor *d)
{
    if (d->kind != PH_DESCRIPTOR_INPUT) {
        return PH_NODE_CHARACTER;
    }
    switch (ph_host_input_kind(c->wasi->input)) {
    case PH_HOST_INPUT_TERMINAL:
        return PH_NODE_CHARACTER;
    case PH_HOST_INPUT_FILE:
        return PH_NODE_FILE;
    default:
        return PH_NODE_UNKNOWN;
    }
}

ph_errno ph_wasi_about(struct ph_wasi_call *c, struct ph_descriptor *d,
                       struct ph_host_about *about)
{
    struct ph_host_file *file;
    ph_errno error;
    switch (d->kind) {
    case PH_DESCRIPTOR_NODE:
        ph_wasi_about_node(ph_wasi_node(c, d), about);
        return PH_E_OK;
    case PH_DESCRIPTOR_HOST_FILE:
    case PH_DESCRIPTOR_HOST_FOLDER:
        error = ph_wasi_handle(c, d, &file);
        return error != PH_E_OK ? error : ph_host_about(file, about);
    default:
        *about = (struct ph_host_about){
            .device = DEVICE_CONSOLE, .inode = d->kind, .link_count = 1, .type = stream_type(c, d),
            .permissions = 0620};
        return PH_E_OK;
    }
}

ph_errno ph_wasi_fd_filestat_get(struct ph_wasi_call *c)
{
    struct ph_descriptor *d;
    struct ph_host_about about;
    uint32_t to = ph_wasi_u32(c, 1);
    ph_errno error = ph_wasi_descriptor(c, 0, PH_RIGHT_FD_FILESTAT_GET, &d);
    if (error == PH_E_OK && !ph_wasi_is_in(c, to, ph_wasi_filestat_bytes(c))) {
        error = PH_E_FAULT;
    }
    if (error == PH_E_OK) {
        error = ph_wasi_about(c, d, &about);
    }
    if (error == PH_E_OK) {
        ph_wasi_out_filestat(c, to, &about);
    }
    return error;
}

/* The file behind a descriptor that may be written: one of the two. PH_E_INVAL: it is no file. */
static ph_errno file_of(struct ph_wasi_call *c, struct ph_descriptor *d, struct ph_file **node,
                        struct ph_host_file **host)
{
    *node = NULL;
    *host = NULL;
    if (d->kind == PH_DESCRIPTOR_HOST_FILE) {
        return ph_wasi_handle(c, d, host);
    }
    if (d->kind != PH_DESCRIPTOR_NODE || ph_wasi_node(c, d)->type != PH_NODE_FILE) {
        return PH_E_INVAL;
    }
    *node = ph_node_file(ph_wasi_node(c, d));
    return PH_E_OK;
}

ph_errno ph_io_set_size(struct ph_wasi_call *c, struct ph_descriptor *d, uint64_t bytes)
{
    struct ph_file *node;
    struct ph_host_file *host;
    ph_errno error = bytes > INT64_MAX ? PH_E_INVAL : file_of(c, d, &node, &host);
    if (error != PH_E_OK) {
        return error;
    }
    if (node != NULL) {
        return ph_file_resize(&c->tree, node, bytes);
    }
    error = ph_wasi_gate(c, 0);
    return error != PH_E_OK ? error : ph_host_resize(host, bytes);
}

ph_errno ph_wasi_fd_filestat_set_size(struct ph_wasi_call *c)
{
    struct ph_descriptor *d;
    ph_errno error = ph_wasi_descriptor(c, 0, PH_RIGHT_FD_FILESTAT_SET_SIZE, &d);
    return error != PH_E_OK ? error : ph_io_set_size(c, d, ph_wasi_u64(c, 1));
}

ph_errno ph_wasi_fd_allocate(struct ph_wasi_call *c)
{
    struct ph_descriptor *d;
    struct ph_file *node;
    struct ph_host_file *host;
    uint64_t offset = ph_wasi_u64(c, 1);
    uint64_t bytes = ph_wasi_u64(c, 2);
    ph_errno error = ph_wasi_descriptor(c, 0, PH_RIGHT_FD_ALLOCATE, &d);
    if (error == PH_E_OK && (bytes == 0 || offset > INT64_MAX)) {
        error = PH_E_INVAL;
    }
    if (error == PH_E_OK && bytes > INT64_MAX - offset) {
        error = PH_E_FBIG;
    }
    if (error == PH_E_OK) {
        error = file_of(c, d, &node, &host);
    }
    if (error != PH_E_OK) {
        return error;
    }
    if (node != NULL) {
        uint64_t end = offset + bytes;
        return end > node->node.size_bytes ? ph_file_resize(&c->tree, node, end) : PH_E_OK;
    }
    error = ph_wasi_gate(c, 0);
    return error != PH_E_OK ? error : ph_host_allocate(host, offset, bytes);
}

/* ---- Times ------------------------------------------------------------------------------- */

enum { ACCESSED = 1, ACCESSED_NOW = 2, MODIFIED = 4, MODIFIED_NOW = 8 }; /* WASI's fstflags */

ph_errno ph_wasi_times_in(const struct ph_wasi_call *c, uint32_t index,
                          struct ph_host_times *times)
{
    uint32_t flags = ph_wasi_u32(c, index + 2);
    if (flags > 15 || (flags & 3) == 3 || (flags & 12) == 12) {
        return PH_E_INVAL;
    }
    uint64_t now_ns = ph_clock_wall_ns();
    times->accessed_ns = flags & ACCESSED       ? ph_wasi_u64(c, index)
                         : flags & ACCESSED_NOW ? now_ns
                                                : PH_HOST_KEEP;
    times->modified_ns = flags & MODIFIED       ? ph_wasi_u64(c, index + 1)
                         : flags & MODIFIED_NOW ? now_ns
                                                : PH_HOST_KEEP;
    return PH_E_OK;
}

void ph_wasi_set_node_times(struct ph_wasi_call *c, struct ph_node *node,
                            struct ph_host_times times)
{
    uint32_t which = (times.accessed_ns != PH_HOST_KEEP ? PH_TIME_ACCESSED : 0u) |
                     (times.modified_ns != PH_HOST_KEEP ? PH_TIME_MODIFIED : 0u);
    ph_node_set_times(&c->tree, node, which, times.accessed_ns, times.modified_ns);
}

ph_errno ph_io_set_file_times(struct ph_wasi_call *c, struct ph_descriptor *d,
                              struct ph_host_times times)
{
    struct ph_host_file *file;
    if (d->kind == PH_DESCRIPTOR_NODE) {
        ph_wasi_set_node_times(c, ph_wasi_node(c, d), times);
        return PH_E_OK;
    }
    ph_errno error = ph_wasi_gated_handle(c, d, &file);
    return error != PH_E_OK ? error : ph_host_set_file_times(file, times);
}

ph_errno ph_wasi_fd_filestat_set_times(struct ph_wasi_call *c)
{
    struct ph_descriptor *d;
    struct ph_host_times times;
    ph_errno error = ph_wasi_descriptor(c, 0, PH_RIGHT_FD_FILESTAT_SET_TIMES, &d);
    if (error == PH_E_OK) {
        error = ph_wasi_times_in(c, 1, &times);
    }
    return error != PH_E_OK ? error : ph_io_set_file_times(c, d, times);
}

/* ---- fdstat ------------------------------------------------------------------------------ */

ph_errno ph_wasi_fd_fdstat_get(struct ph_wasi_call *c)
{
    struct ph_descriptor *d;
    uint32_t to = ph_wasi_u32(c, 1);
    ph_errno error = ph_wasi_descriptor(c, 0, 0, &d);
    if (error == PH_E_OK && !ph_wasi_is_in(c, to, FDSTAT_BYTES)) {
        error = PH_E_FAULT;
    }
    if (error != PH_E_OK) {
        return error;
    }
    uint8_t stat[FDSTAT_BYTES] = {0};
    switch (d->kind) {
    case PH_DESCRIPTOR_NODE:
        stat[0] = (uint8_t)ph_wasi_node(c, d)->type;
        break;
    case PH_DESCRIPTOR_HOST_FILE:
        stat[0] = PH_NODE_FILE;
        break;
    case PH_DESCRIPTOR_HOST_FOLDER:
        stat[0] = PH_NODE_FOLDER;
        break;
    default:
        stat[0] = (uint8_t)stream_type(c, d);
        break;
    }
    ph_store_u16(stat + 2, (uint16_t)d->flags);
    ph_store_u64(stat + 8, d->rights_base);
    ph_store_u64(stat + 16, d->rights_inheriting);
    ph_wasi_out(c, to, stat, sizeof(stat));
    return PH_E_OK;
}

ph_errno ph_wasi_fd_fdstat_set_flags(struct ph_wasi_call *c)
{
    struct ph_descriptor *d;
    uint32_t flags = ph_wasi_u32(c, 1);
    ph_errno error = ph_wasi_descriptor(c, 0, PH_RIGHT_FD_FDSTAT_SET_FLAGS, &d);
    if (error == PH_E_OK && flags & ~(uint32_t)PH_FDFLAGS_ALL) {
        error = PH_E_INVAL;
    }
    if (error == PH_E_OK) {
        PH_SET(c->call->mutator, d->flags, flags);
    }
    return error;
}

ph_errno ph_wasi_fd_fdstat_set_rights(struct ph_wasi_call *c)
{
    struct ph_descriptor *d;
    uint64_t base = ph_wasi_u64(c, 1);
    uint64_t inheriting = ph_wasi_u64(c, 2);
    ph_errno error = ph_wasi_descriptor(c, 0, base, &d);
    if (error == PH_E_OK && inheriting & ~d->rights_inheriting) {
        error = PH_E_NOTCAPABLE;
    }
    if (error == PH_E_OK) {
        PH_SET(c->call->mutator, d->rights_base, base);
        PH_SET(c->call->mutator, d->rights_inheriting, inheriting);
    }
    return error;
}

/* ---- Preopens ---------------------------------------------------------------------------- */

static ph_errno preopen(struct ph_wasi_call *c, struct ph_slice *name)
{
    struct ph_descriptor *d;
    ph_errno error = ph_wasi_descriptor(c, 0, 0, &d);
    if (error == PH_E_OK && d->preopen_ref == 0) {
        error = PH_E_BADF; /* where wasi-libc stops looking for further ones */
    }
    if (error == PH_E_OK) {
        *name = ph_text_at(c->tree.heap, d->preopen_ref);
    }
    return error;
}

ph_errno ph_wasi_fd_prestat_get(struct ph_wasi_call *c)
{
    struct ph_slice name;
    uint32_t to = ph_wasi_u32(c, 1);
    ph_errno error = preopen(c, &name);
    if (error == PH_E_OK && !ph_wasi_is_in(c, to, PRESTAT_BYTES)) {
        error = PH_E_FAULT;
    }
    if (error == PH_E_OK) {
        ph_wasi_out_u64(c, to, name.size << 32); /* tag 0: a folder */
    }
    return error;
}

ph_errno ph_wasi_fd_prestat_dir_name(struct ph_wasi_call *c)
{
    struct ph_slice name;
    ph_errno error = preopen(c, &name);
    if (error == PH_E_OK && ph_wasi_u32(c, 2) < name.size) {
        error = PH_E_NAMETOOLONG;
    }
    if (error == PH_E_OK && !ph_wasi_is_in(c, ph_wasi_u32(c, 1), name.size)) {
        error = PH_E_FAULT;
    }
    if (error == PH_E_OK) {
        ph_wasi_out(c, ph_wasi_u32(c, 1), name.bytes, name.size);
    }
    return error;
}

/* ---- Position ---------------------------------------------------------------------------- */

enum { SET = 0, CURRENT = 1, END = 2 };

static ph_errno seek_target(struct ph_wasi_call *c, struct ph_descriptor *d, uint64_t *target)
{
    /* wasi_unstable: current, end, set. */
    static const uint8_t old_whence[] = {CURRENT, END, SET};
    uint32_t whence = ph_wasi_u32(c, 2);
    if (whence > END) {
        return PH_E_INVAL;
    }
    if (c->is_unstable) {
        whence = old_whence[whence];
    }
    struct ph_host_about about;
    uint64_t base = 0;
    if (whence == CURRENT) {
        base = d->offset;
    } else if (whence == END) {
        ph_errno error = ph_wasi_about(c, d, &about);
        if (error != PH_E_OK) {
            return error;
        }
        base = about.size_bytes;
    }
    int64_t result;
    if (__builtin_add_overflow((int64_t)base, (int64_t)ph_wasi_u64(c, 1), &result)) {
        return PH_E_OVERFLOW;
    }
    *target = (uint64_t)result;
    return result < 0 ? PH_E_INVAL : PH_E_OK;
}

ph_errno ph_wasi_fd_seek(struct ph_wasi_call *c)
{
    struct ph_descriptor *d;
    uint64_t target;
    uint32_t to = ph_wasi_u32(c, 3);
    ph_errno error = ph_wasi_descriptor(c, 0, 0, &d);
    if (error == PH_E_OK && d->kind <= PH_DESCRIPTOR_ERRORS) {
        error = PH_E_SPIPE;
    }
    /* Asking where one is needs only that right. */
    bool is_tell = ph_wasi_u64(c, 1) == 0 && ph_wasi_u32(c, 2) == (c->is_unstable ? 0u : CURRENT);
    uint64_t right = is_tell ? PH_RIGHT_FD_TELL : PH_RIGHT_FD_SEEK;
    if (error == PH_E_OK && !(d->rights_base & right)) {
        error = PH_E_NOTCAPABLE;
    }
    if (error == PH_E_OK && !ph_wasi_is_in(c, to, 8)) {
        error = PH_E_FAULT;
    }
    if (error == PH_E_OK) {
        error = seek_target(c, d, &target);
    }
    if (error != PH_E_OK) {
        return error;
    }
    if (target != d->offset) {
        PH_SET(c->call->mutator, d->offset, target);
    }
    ph_wasi_out_u64(c, to, target);
    return PH_E_OK;
}

ph_errno ph_wasi_fd_tell(struct ph_wasi_call *c)
{
    struct ph_descriptor *d;
    uint32_t to = ph_wasi_u32(c, 1);
    ph_errno error = ph_wasi_descriptor(c, 0, 0, &d);
    if (error == PH_E_OK && d->kind <= PH_DESCRIPTOR_ERRORS) {
        error = PH_E_SPIPE;
    }
    if (error == PH_E_OK && !(d->rights_base & PH_RIGHT_FD_TELL)) {
        error = PH_E_NOTCAPABLE;
    }
    if (error == PH_E_OK && !ph_wasi_is_in(c, to, 8)) {
        error = PH_E_FAULT;
    }
    if (error == PH_E_OK) {
        ph_wasi_out_u64(c, to, d->offset);
    }
    return error;
}

ph_errno ph_wasi_fd_advise(struct ph_wasi_call *c)
{
    struct ph_descriptor *d;
    uint64_t offset = ph_wasi_u64(c, 1);
    uint64_t bytes = ph_wasi_u64(c, 2);
    ph_errno error = ph_wasi_descriptor(c, 0, PH_RIGHT_FD_ADVISE, &d);
    if (error == PH_E_OK &&
        (ph_wasi_u32(c, 3) > 5 || offset > INT64_MAX || bytes > INT64_MAX - offset)) {
        error = PH_E_INVAL;
    }
    return error;
}

/* ---- Making durable ---------------------------------------------------------------------- */

ph_errno ph_io_sync(struct ph_wasi_call *c, struct ph_descriptor *d, bool data_only)
{
    struct ph_host_file *file;
    if (ph_wasi_is_host(d)) { /* its writes have waited, each for itself */
        ph_errno error = ph_wasi_handle(c, d, &file);
        return error != PH_E_OK ? error : ph_host_sync(file, data_only);
    }
    return ph_wasi_gate(c, 0);
}

static ph_errno sync(struct ph_wasi_call *c, uint64_t right, bool data_only)
{
    struct ph_descriptor *d;
    ph_errno error = ph_wasi_descriptor(c, 0, right, &d);
    return error != PH_E_OK ? error : ph_io_sync(c, d, data_only);
}

ph_errno ph_wasi_fd_sync(struct ph_wasi_call *c) { return sync(c, PH_RIGHT_FD_SYNC, false); }
ph_errno ph_wasi_fd_datasync(struct ph_wasi_call *c)
{
    return sync(c, PH_RIGHT_FD_DATASYNC, true);
}

/* ---- Closing and moving ------------------------------------------------------------------ */

ph_errno ph_io_close(struct ph_wasi_call *c, uint32_t number)
{
    struct ph_descriptor *d;
    ph_errno error = ph_io_descriptor(c, number, 0, &d);
    if (error == PH_E_OK) {
        ph_wasi_close(c->wasi, &c->tree, ph_descriptor_take(&c->descriptors, number));
    }
    return error;
}

ph_errno ph_wasi_fd_close(struct ph_wasi_call *c) { return ph_io_close(c, ph_wasi_u32(c, 0)); }

ph_errno ph_wasi_fd_renumber(struct ph_wasi_call *c)
{
    struct ph_descriptor *from;
    struct ph_descriptor *to;
    ph_errno error = ph_wasi_descriptor(c, 0, 0, &from);
    if (error == PH_E_OK) {
        error = ph_wasi_descriptor(c, 1, 0, &to);
    }
    if (error != PH_E_OK || from == to) {
        return error;
    }
    ph_wasi_close(c->wasi, &c->tree, ph_descriptor_take(&c->descriptors, ph_wasi_u32(c, 1)));
    ph_descriptor_take(&c->descriptors, ph_wasi_u32(c, 0));
    ph_descriptor_put(&c->descriptors, ph_wasi_u32(c, 1), from);
    return PH_E_OK;
}

/* ---- Lists ------------------------------------------------------------------------------- */

/* fd_readdir's buffer: entries are put one behind the other, the last may be cut off. */
struct dirents {
    uint64_t address, bytes_left, used_bytes;
};

static bool put_dirent(struct ph_wasi_call *c, void *context, const struct ph_wasi_entry *entry)
{
    struct dirents *dirents = context;
    uint8_t head[DIRENT_BYTES] = {0};
    ph_store_u64(head, entry->next_cookie);
    ph_store_u64(head + 8, entry->inode);
    ph_store_u32(head + 16, (uint32_t)entry->name.size);
    head[20] = (uint8_t)entry->type;
    struct ph_slice parts[2] = {{head, sizeof(head)}, entry->name};
    for (uint32_t i = 0; i < 2; i++) {
        uint64_t bytes = PH_MIN(parts[i].size, dirents->bytes_left);
        ph_wasi_out(c, dirents->address + dirents->used_bytes, parts[i].bytes, bytes);
        dirents->used_bytes += bytes;
        dirents->bytes_left -= bytes;
    }
    return dirents->bytes_left > 0;
}

static void list_node(struct ph_wasi_call *c, const struct ph_io_listing *listing,
                      const struct ph_folder *folder, uint64_t cookie)
{
    struct ph_entry found;
    bool has_room = true;
    while (has_room && ph_folder_next(&c->tree, folder, &cookie, &found)) {
        struct ph_wasi_entry entry = {cookie, found.node->inode, found.node->type, found.name};
        has_room = listing->put(c, listing->context, &entry);
    }
}

/* "." and "..", which have cookies 0 and 1. False: no room for more. */
static bool list_dots(struct ph_wasi_call *c, const struct ph_io_listing *listing,
                      const struct ph_descriptor *d, uint64_t cookie)
{
    uint64_t inodes[2] = {0, 0};
    if (d->kind == PH_DESCRIPTOR_NODE) {
        const struct ph_node *node = ph_wasi_node(c, d);
        inodes[0] = node->inode;
        inodes[1] = node->parent_ref != 0 ? ph_node_at(&c->tree, node->parent_ref)->inode : 0;
    }
    for (uint64_t i = cookie; i < 2; i++) {
        struct ph_wasi_entry entry = {i + 1, inodes[i], PH_NODE_FOLDER,
                                      {(const uint8_t *)"..", i + 1}};
        if (!listing->put(c, listing->context, &entry)) {
            return false;
        }
    }
    return true;
}

ph_errno ph_io_list(struct ph_wasi_call *c, struct ph_descriptor *d, uint64_t cookie,
                    const struct ph_io_listing *listing)
{
    if (!list_dots(c, listing, d, cookie)) {
        return PH_E_OK;
    }
    if (d->kind == PH_DESCRIPTOR_HOST_FOLDER) {
        return ph_wasi_host_readdir(c, d, listing, PH_MAX(cookie, 2u));
    }
    list_node(c, listing, ph_node_folder(ph_wasi_node(c, d)), PH_MAX(cookie, 2u));
    return PH_E_OK;
}

ph_errno ph_wasi_fd_readdir(struct ph_wasi_call *c)
{
    struct ph_descriptor *d;
    struct dirents dirents = {ph_wasi_u32(c, 1), ph_wasi_u32(c, 2), 0};
    struct ph_io_listing listing = {put_dirent, &dirents};
    ph_errno error = ph_wasi_folder(c, 0, PH_RIGHT_FD_READDIR, &d);
    if (error == PH_E_OK && (!ph_wasi_is_in(c, dirents.address, dirents.bytes_left) ||
                             !ph_wasi_is_in(c, ph_wasi_u32(c, 4), 4))) {
        error = PH_E_FAULT;
    }
    if (error == PH_E_OK) {
        error = ph_io_list(c, d, ph_wasi_u64(c, 3), &listing);
    }
    if (error == PH_E_OK) {
        ph_wasi_out_u32(c, ph_wasi_u32(c, 4), (uint32_t)dirents.used_bytes);
    }
    return error;
}
