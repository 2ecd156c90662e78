/* SPDX-License-Identifier: Apache-2.0 */
/* wasi_host.c - host folders and files behind descriptors.
 *
 * A descriptor in the world knows its mount and its path below that. The open file is volatile: it
 * is made when first needed, and again after a resume.
 *
 * Invariant
 *   (1) Whatever changes the host comes after ph_wasi_gate said PH_E_OK. */
#include "device/io.h"

#include <stdlib.h>

#include "base/hash.h"
#include "base/text.h"

static ph_errno map_handle(struct ph_map *map, ph_ref key, struct ph_host_file *file)
{
    if (!ph_map_put(map, key, (uint64_t)(uintptr_t)file)) {
        ph_host_close(file);
        return PH_E_NOMEM;
    }
    return PH_E_OK;
}

/* What was there when the descriptor was made is not there any more, or is something else. */
static ph_errno reopen_errno(ph_errno error)
{
    switch (error) {
    case PH_E_NOENT:
    case PH_E_NOTDIR:
    case PH_E_ISDIR:
    case PH_E_LOOP:
    case PH_E_NOTSUP:
        return PH_E_STALE;
    default:
        return error;
    }
}

/* The folder of a mount, open. */
static ph_errno root_of(struct ph_wasi_call *c, ph_ref mount_ref, struct ph_host_file **root)
{
    uint64_t value;
    if (ph_map_get(&c->wasi->roots, mount_ref, &value)) {
        *root = (struct ph_host_file *)(uintptr_t)value;
        return PH_E_OK;
    }
    if (!c->wasi->remembers && !ph_map_get(&c->wasi->given, mount_ref, &value)) {
        return PH_E_NOTCAPABLE;
    }
    const struct ph_mount *mount = ph_address(c->tree.heap, mount_ref);
    struct ph_slice host = ph_text_at(c->tree.heap, mount->host_ref);
    char path[PH_PATH_BYTES_MAX + 1];
    PH_ASSERT(host.size < sizeof(path));
    memcpy(path, host.bytes, host.size);
    path[host.size] = 0;
    ph_errno error = ph_host_open_root(path, root);
    if (error != PH_E_OK) {
        return reopen_errno(error);
    }
    return map_handle(&c->wasi->roots, mount_ref, *root);
}

ph_errno ph_wasi_handle(struct ph_wasi_call *c, struct ph_descriptor *d,
                        struct ph_host_file **file)
{
    PH_ASSERT(ph_wasi_is_host(d));
    uint64_t value;
    ph_ref ref = ph_ref_to(c->tree.heap, d);
    if (ph_map_get(&c->wasi->handles, ref, &value)) {
        *file = (struct ph_host_file *)(uintptr_t)value;
        return PH_E_OK;
    }
    struct ph_host_file *root;
    ph_errno error = root_of(c, d->mount_ref, &root);
    if (error != PH_E_OK) {
        return error;
    }
    uint32_t flags = PH_HOST_FOLLOW;
    flags |= d->kind == PH_DESCRIPTOR_HOST_FOLDER ? PH_HOST_FOLDER : 0u;
    flags |= d->is_writable ? PH_HOST_WRITE : 0u;
    error = ph_host_open(root, ph_text_at(c->tree.heap, d->path_ref), flags, file);
    if (error != PH_E_OK) {
        return reopen_errno(error);
    }
    return map_handle(&c->wasi->handles, ref, *file);
}

ph_errno ph_wasi_gated_handle(struct ph_wasi_call *c, struct ph_descriptor *d,
                              struct ph_host_file **file)
{
    if (!ph_wasi_is_host(d)) {
        return PH_E_INVAL;
    }
    ph_errno error = ph_wasi_handle(c, d, file);
    return error == PH_E_OK ? ph_wasi_gate(c, 0) : error;
}

void ph_wasi_forget_handle(struct ph_wasi *self, ph_ref descriptor_ref)
{
    uint64_t value;
    if (ph_map_get(&self->handles, descriptor_ref, &value)) {
        ph_host_close((struct ph_host_file *)(uintptr_t)value);
        ph_map_remove(&self->handles, descriptor_ref);
    }
}

/* ---- Changes by path --------------------------------------------------------------------- */

ph_errno ph_wasi_host_stat(struct ph_wasi_call *c, const struct ph_wasi_place *place, bool follow,
                           struct ph_host_about *about)
{
    struct ph_host_file *folder;
    ph_errno error = ph_wasi_handle(c, place->folder, &folder);
    return error != PH_E_OK ? error : ph_host_stat(folder, place->path, follow, about);
}

/* Before something new is made at `place`: PH_E_EXIST, or waits. */
static ph_errno gate_new(struct ph_wasi_call *c, const struct ph_wasi_place *place)
{
    struct ph_host_about about;
    if (!c->is_durable) {
        ph_errno error = ph_wasi_host_stat(c, place, false, &about);
        if (error == PH_E_OK) {
            return PH_E_EXIST;
        }
        if (error != PH_E_NOENT) {
            return error;
        }
    }
    return ph_wasi_gate(c, 0);
}

/* Before something that is there is changed. */
static ph_errno gate_old(struct ph_wasi_call *c, const struct ph_wasi_place *place,
                         bool must_be_folder, bool must_be_none)
{
    struct ph_host_about about;
    if (!c->is_durable) {
        ph_errno error = ph_wasi_host_stat(c, place, false, &about);
        if (error != PH_E_OK) {
            return error;
        }
        if (must_be_folder && about.type != PH_NODE_FOLDER) {
            return PH_E_NOTDIR;
        }
        if (must_be_none && about.type == PH_NODE_FOLDER) {
            return PH_E_ISDIR;
        }
    }
    return ph_wasi_gate(c, 0);
}

/* When the call is made again, `done_before` is what it meets if it was carried out before. */
static ph_errno settle(const struct ph_wasi_call *c, ph_errno error, ph_errno done_before)
{
    return c->is_again && error == done_before ? PH_E_OK : error;
}

ph_errno ph_wasi_host_make_folder(struct ph_wasi_call *c, const struct ph_wasi_place *place)
{
    struct ph_host_file *folder;
    ph_errno error = ph_wasi_handle(c, place->folder, &folder);
    if (error == PH_E_OK) {
        error = gate_new(c, place);
    }
    if (error != PH_E_OK) {
        return error;
    }
    return settle(c, ph_host_make_folder(folder, place->path), PH_E_EXIST);
}

ph_errno ph_wasi_host_unlink(struct ph_wasi_call *c, const struct ph_wasi_place *place)
{
    struct ph_host_file *folder;
    ph_errno error = ph_wasi_handle(c, place->folder, &folder);
    if (error == PH_E_OK) {
        error = gate_old(c, place, false, true);
    }
    if (error != PH_E_OK) {
        return error;
    }
    return settle(c, ph_host_unlink(folder, place->path), PH_E_NOENT);
}

ph_errno ph_wasi_host_remove_folder(struct ph_wasi_call *c, const struct ph_wasi_place *place)
{
    struct ph_host_file *folder;
    ph_errno error = ph_wasi_handle(c, place->folder, &folder);
    if (error == PH_E_OK) {
        error = gate_old(c, place, true, false);
    }
    if (error != PH_E_OK) {
        return error;
    }
    return settle(c, ph_host_remove_folder(folder, place->path), PH_E_NOENT);
}

ph_errno ph_wasi_host_symlink(struct ph_wasi_call *c, const struct ph_wasi_place *place,
                              struct ph_slice target)
{
    struct ph_host_file *folder;
    ph_errno error = ph_wasi_handle(c, place->folder, &folder);
    if (error == PH_E_OK) {
        error = gate_new(c, place);
    }
    if (error != PH_E_OK) {
        return error;
    }
    return settle(c, ph_host_symlink(target, folder, place->path), PH_E_EXIST);
}

ph_errno ph_wasi_host_link(struct ph_wasi_call *c, const struct ph_wasi_place *from,
                           const struct ph_wasi_place *to)
{
    struct ph_host_file *old;
    struct ph_host_file *new;
    ph_errno error = ph_wasi_handle(c, from->folder, &old);
    if (error == PH_E_OK) {
        error = ph_wasi_handle(c, to->folder, &new);
    }
    if (error == PH_E_OK) {
        error = gate_new(c, to);
    }
    if (error != PH_E_OK) {
        return error;
    }
    return settle(c, ph_host_link(old, from->path, new, to->path), PH_E_EXIST);
}

ph_errno ph_wasi_host_rename(struct ph_wasi_call *c, const struct ph_wasi_place *from,
                             const struct ph_wasi_place *to)
{
    struct ph_host_file *old;
    struct ph_host_file *new;
    ph_errno error = ph_wasi_handle(c, from->folder, &old);
    if (error == PH_E_OK) {
        error = ph_wasi_handle(c, to->folder, &new);
    }
    if (error == PH_E_OK) {
        error = gate_old(c, from, false, false);
    }
    if (error != PH_E_OK) {
        return error;
    }
    return settle(c, ph_host_rename(old, from->path, new, to->path), PH_E_NOENT);
}

ph_errno ph_wasi_host_set_times(struct ph_wasi_call *c, const struct ph_wasi_place *place,
                                bool follow, struct ph_host_times times)
{
    struct ph_host_file *folder;
    ph_errno error = ph_wasi_handle(c, place->folder, &folder);
    if (error == PH_E_OK) {
        error = gate_old(c, place, false, false);
    }
    return error != PH_E_OK ? error : ph_host_set_times(folder, place->path, follow, times);
}

ph_errno ph_wasi_host_set_permissions(struct ph_wasi_call *c, const struct ph_wasi_place *place,
                                      uint32_t permissions)
{
    struct ph_host_file *folder;
    ph_errno error = ph_wasi_handle(c, place->folder, &folder);
    if (error == PH_E_OK) {
        error = gate_old(c, place, false, false);
    }
    return error != PH_E_OK ? error : ph_host_set_permissions(folder, place->path, permissions);
}

ph_errno ph_wasi_host_readlink(struct ph_wasi_call *c, const struct ph_wasi_place *place,
                               uint8_t *to, uint64_t *bytes)
{
    struct ph_host_file *folder;
    ph_errno error = ph_wasi_handle(c, place->folder, &folder);
    if (error == PH_E_OK) {
        error = ph_host_readlink(folder, place->path, to, PH_PATH_BYTES_MAX, bytes);
    }
    if (error == PH_E_OK) {
        *bytes = PH_MIN(*bytes, (uint64_t)PH_PATH_BYTES_MAX);
    }
    return error;
}

/* ---- Opening ----------------------------------------------------------------------------- */

/* Waits if opening is going to change the host. */
static ph_errno gate_open(struct ph_wasi_call *c, struct ph_descriptor *folder,
                          const struct ph_wasi_open *how)
{
    if (c->is_durable) {
        return PH_E_OK;
    }
    bool create = how->oflags & PH_OFLAG_CREATE;
    bool exclusive = create && (how->oflags & PH_OFLAG_EXCLUSIVE);
    struct ph_wasi_place place = {folder, how->path};
    struct ph_host_about about;
    ph_errno error = ph_wasi_host_stat(c, &place, how->follow && !exclusive, &about);
    if (error == PH_E_OK && exclusive) {
        return PH_E_EXIST;
    }
    if (error == PH_E_OK && about.type == PH_NODE_FILE && how->oflags & PH_OFLAG_TRUNCATE) {
        return ph_wasi_gate(c, 0);
    }
    return error == PH_E_NOENT && create ? ph_wasi_gate(c, 0) : error;
}

/* The path below the mount of `path` in `folder`. */
static ph_errno join(struct ph_wasi_call *c, const struct ph_descriptor *folder,
                     struct ph_slice path, ph_ref *path_ref)
{
    struct ph_slice base = ph_text_at(c->tree.heap, folder->path_ref);
    char joined[PH_PATH_BYTES_MAX + 1];
    if (ph_slice_equal(base, PH_SLICE_TEXT("."))) {
        base.size = 0;
    }
    size_t size = ph_text_printf(joined, sizeof(joined), "%.*s%s%.*s", (int)base.size,
                                 (const char *)base.bytes, base.size > 0 ? "/" : "",
                                 (int)PH_MIN(path.size, (uint64_t)PH_PATH_BYTES_MAX),
                                 (const char *)path.bytes);
    if (size >= sizeof(joined) || path.size > PH_PATH_BYTES_MAX) {
        return PH_E_NAMETOOLONG;
    }
    *path_ref = ph_text_new(c->call->mutator, (struct ph_slice){(const uint8_t *)joined, size});
    return *path_ref != 0 ? PH_E_OK : PH_E_NOSPC;
}

static ph_errno open_file(struct ph_wasi_call *c, struct ph_host_file *folder,
                          const struct ph_wasi_open *how, bool is_writable,
                          struct ph_host_file **file)
{
    uint32_t flags = how->follow ? PH_HOST_FOLLOW : 0u;
    flags |= is_writable || how->oflags & PH_OFLAG_TRUNCATE ? PH_HOST_WRITE : 0u;
    flags |= how->oflags & PH_OFLAG_DIRECTORY ? PH_HOST_FOLDER : 0u;
    /* (1): nothing is made or cut off by a call that did not wait, even if a file has gone or come
     * since gate_open looked. */
    if (c->is_durable) {
        flags |= how->oflags & PH_OFLAG_CREATE ? PH_HOST_CREATE : 0u;
        flags |= how->oflags & PH_OFLAG_TRUNCATE ? PH_HOST_TRUNCATE : 0u;
        if (how->oflags & PH_OFLAG_EXCLUSIVE && !c->is_again) {
            flags |= PH_HOST_EXCLUSIVE;
        }
    }
    return ph_host_open(folder, how->path, flags, file);
}

ph_errno ph_wasi_host_open(struct ph_wasi_call *c, struct ph_descriptor *folder,
                           const struct ph_wasi_open *how, struct ph_descriptor *opened)
{
    struct ph_host_file *parent;
    struct ph_host_file *file;
    struct ph_host_about about;
    ph_ref path_ref = 0;
    bool is_writable = how->rights_base & (PH_RIGHT_FD_WRITE | PH_RIGHT_FD_ALLOCATE |
                                           PH_RIGHT_FD_FILESTAT_SET_SIZE);
    ph_errno error = ph_wasi_handle(c, folder, &parent);
    if (error == PH_E_OK) {
        error = gate_open(c, folder, how);
    }
    if (error == PH_E_OK) {
        error = join(c, folder, how->path, &path_ref);
    }
    if (error != PH_E_OK) {
        return error;
    }
    error = open_file(c, parent, how, is_writable, &file);
    if (error == PH_E_ISDIR && !(how->rights_base & PH_RIGHT_FD_WRITE) && how->oflags <= 2) {
        is_writable = false; /* asked for no more than a folder can do */
        error = open_file(c, parent, how, false, &file);
    }
    if (error == PH_E_OK) {
        error = ph_host_about(file, &about);
        error = error != PH_E_OK ? error
                                 : map_handle(&c->wasi->handles,
                                              ph_ref_to(c->tree.heap, opened), file);
    }
    if (error != PH_E_OK) {
        ph_object_free(c->call->mutator, path_ref);
        return error;
    }
    bool is_folder = about.type == PH_NODE_FOLDER;
    ph_touch(c->call->mutator, opened, sizeof(*opened));
    opened->kind = is_folder ? PH_DESCRIPTOR_HOST_FOLDER : PH_DESCRIPTOR_HOST_FILE;
    opened->flags = how->fdflags;
    opened->rights_base = how->rights_base & (is_folder ? PH_RIGHTS_FOLDER : PH_RIGHTS_FILE);
    opened->rights_inheriting = how->rights_inheriting;
    opened->mount_ref = folder->mount_ref;
    opened->path_ref = path_ref;
    opened->is_writable = is_writable && !is_folder;
    return PH_E_OK;
}

/* ---- Lists ------------------------------------------------------------------------------- */

/* Entries come in the order of their names' hashes, and the cookie is the hash: so a position is
 * good for ever, over resumes and whatever is added and removed, and nothing has to be kept. */
struct hashed {
    uint64_t cookie;
    uint32_t index;
};

static int compare_hashed(const void *a, const void *b)
{
    const struct hashed *x = a;
    const struct hashed *y = b;
    return (x->cookie > y->cookie) - (x->cookie < y->cookie);
}

static uint64_t cookie_of(struct ph_slice name)
{
    uint64_t hash = ph_hash64(name.bytes, name.size, 0) >> 1;
    return PH_MAX(hash, 2u); /* 0 and 1 are "." and ".." */
}

ph_errno ph_wasi_host_readdir(struct ph_wasi_call *c, struct ph_descriptor *d,
                              const struct ph_io_listing *listing, uint64_t cookie)
{
    struct ph_host_file *folder;
    struct ph_host_list list;
    ph_errno error = ph_wasi_handle(c, d, &folder);
    if (error == PH_E_OK) {
        error = ph_host_list(folder, &list);
    }
    if (error != PH_E_OK) {
        return error;
    }
    struct hashed *order = malloc((list.count + UINT64_C(1)) * sizeof(*order));
    if (order == NULL) {
        ph_host_list_free(&list);
        return PH_E_NOMEM;
    }
    uint32_t count = 0;
    for (uint32_t i = 0; i < list.count; i++) {
        uint64_t place = cookie_of(list.entries[i].name);
        if (place >= cookie) {
            order[count++] = (struct hashed){place, i};
        }
    }
    qsort(order, count, sizeof(*order), compare_hashed);
    bool has_room = true;
    for (uint32_t i = 0; i < count && has_room; i++) {
        const struct ph_host_entry *found = &list.entries[order[i].index];
        struct ph_wasi_entry entry = {order[i].cookie + 1, found->inode, found->type, found->name};
        has_room = listing->put(c, listing->context, &entry);
    }
    free(order);
    ph_host_list_free(&list);
    return PH_E_OK;
}
