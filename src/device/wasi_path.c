/* SPDX-License-Identifier: Apache-2.0 */
/* wasi_path.c - functions that take a path, in the image's tree; for host folders they hand over to
 * wasi_host.c. */
#include "device/io.h"

enum { LOOKUP_FOLLOW = 1 };

/* Walks to a name that is to be made, moved or removed: the last step is never followed, and a '/'
 * behind it only says that it must be (or become) a folder. */
static ph_errno walk_name(struct ph_wasi_call *c, const struct ph_descriptor *d,
                          struct ph_slice path, struct ph_walk *walk)
{
    bool has_slash = path.size > 0 && path.bytes[path.size - 1] == '/';
    while (path.size > 1 && path.bytes[path.size - 1] == '/') {
        path.size--;
    }
    struct ph_folder *start = ph_node_folder(ph_wasi_node(c, d));
    ph_errno error = ph_tree_walk(&c->tree, start, path, false, walk);
    if (error != PH_E_OK) {
        return error;
    }
    walk->must_be_folder = has_slash;
    bool is_other = walk->node != NULL && walk->node->type != PH_NODE_FOLDER;
    return has_slash && is_other ? PH_E_NOTDIR : PH_E_OK;
}

/* The folder and the path that the arguments `folder` and `path` name. */
static ph_errno begin(struct ph_wasi_call *c, uint32_t folder, uint32_t path, uint64_t rights,
                      struct ph_wasi_place *place)
{
    ph_errno error = ph_wasi_folder(c, folder, rights, &place->folder);
    return error != PH_E_OK ? error : ph_wasi_path_in(c, path, &place->path);
}

static bool is_host(const struct ph_wasi_place *place)
{
    return place->folder->kind == PH_DESCRIPTOR_HOST_FOLDER;
}

/* ---- Making and removing ----------------------------------------------------------------- */

ph_errno ph_io_make_folder(struct ph_wasi_call *c, const struct ph_wasi_place *place)
{
    struct ph_walk walk;
    struct ph_node *made;
    if (is_host(place)) {
        return ph_wasi_host_make_folder(c, place);
    }
    ph_errno error = walk_name(c, place->folder, place->path, &walk);
    if (error != PH_E_OK) {
        return error;
    }
    if (walk.node != NULL) {
        return PH_E_EXIST;
    }
    struct ph_slice none = {NULL, 0};
    return ph_tree_make(&c->tree, walk.folder, walk.name, PH_NODE_FOLDER, none, &made);
}

ph_errno ph_wasi_path_create_directory(struct ph_wasi_call *c)
{
    struct ph_wasi_place place;
    ph_errno error = begin(c, 0, 1, PH_RIGHT_PATH_CREATE_DIRECTORY, &place);
    return error != PH_E_OK ? error : ph_io_make_folder(c, &place);
}

ph_errno ph_io_unlink(struct ph_wasi_call *c, const struct ph_wasi_place *place)
{
    struct ph_walk walk;
    if (is_host(place)) {
        return ph_wasi_host_unlink(c, place);
    }
    ph_errno error = walk_name(c, place->folder, place->path, &walk);
    if (error != PH_E_OK) {
        return error;
    }
    return walk.name.size == 0 ? PH_E_ISDIR : ph_tree_unlink(&c->tree, walk.folder, walk.name);
}

ph_errno ph_wasi_path_unlink_file(struct ph_wasi_call *c)
{
    struct ph_wasi_place place;
    ph_errno error = begin(c, 0, 1, PH_RIGHT_PATH_UNLINK_FILE, &place);
    return error != PH_E_OK ? error : ph_io_unlink(c, &place);
}

ph_errno ph_io_remove_folder(struct ph_wasi_call *c, const struct ph_wasi_place *place)
{
    struct ph_walk walk;
    if (is_host(place)) {
        return ph_wasi_host_remove_folder(c, place);
    }
    ph_errno error = walk_name(c, place->folder, place->path, &walk);
    if (error != PH_E_OK) {
        return error;
    }
    return walk.name.size == 0 ? PH_E_INVAL
                               : ph_tree_remove_folder(&c->tree, walk.folder, walk.name);
}

ph_errno ph_wasi_path_remove_directory(struct ph_wasi_call *c)
{
    struct ph_wasi_place place;
    ph_errno error = begin(c, 0, 1, PH_RIGHT_PATH_REMOVE_DIRECTORY, &place);
    return error != PH_E_OK ? error : ph_io_remove_folder(c, &place);
}

ph_errno ph_io_symlink(struct ph_wasi_call *c, struct ph_slice target,
                       const struct ph_wasi_place *place)
{
    struct ph_walk walk;
    struct ph_node *made;
    if (target.size == 0) {
        return PH_E_NOENT;
    }
    if (is_host(place)) { /* on the host an absolute one would lead to something else than here */
        return target.bytes[0] == '/' ? PH_E_PERM : ph_wasi_host_symlink(c, place, target);
    }
    for (uint64_t i = 0; i < target.size; i++) {
        if (target.bytes[i] == 0) {
            return PH_E_INVAL;
        }
    }
    ph_errno error = walk_name(c, place->folder, place->path, &walk);
    if (error != PH_E_OK) {
        return error;
    }
    if (walk.node != NULL) {
        return PH_E_EXIST;
    }
    if (walk.must_be_folder) {
        return PH_E_NOENT;
    }
    return ph_tree_make(&c->tree, walk.folder, walk.name, PH_NODE_LINK, target, &made);
}

ph_errno ph_wasi_path_symlink(struct ph_wasi_call *c)
{
    struct ph_wasi_place place;
    struct ph_slice target;
    ph_errno error = begin(c, 2, 3, PH_RIGHT_PATH_SYMLINK, &place);
    if (error == PH_E_OK) {
        error = ph_wasi_path_in(c, 0, &target);
    }
    if (error == PH_E_OK && target.size > 0 && target.bytes[0] == '/') {
        return PH_E_PERM; /* it would never be followed */
    }
    return error != PH_E_OK ? error : ph_io_symlink(c, target, &place);
}

ph_errno ph_io_link(struct ph_wasi_call *c, const struct ph_wasi_place *from, bool follow,
                    const struct ph_wasi_place *to)
{
    struct ph_walk old;
    struct ph_walk new;
    if (is_host(from) != is_host(to)) {
        return PH_E_XDEV;
    }
    if (is_host(from)) {
        return follow ? PH_E_INVAL : ph_wasi_host_link(c, from, to);
    }
    struct ph_folder *start = ph_node_folder(ph_wasi_node(c, from->folder));
    ph_errno error = ph_tree_walk(&c->tree, start, from->path, follow, &old);
    if (error == PH_E_OK && old.node == NULL) {
        error = PH_E_NOENT;
    }
    if (error == PH_E_OK) {
        error = walk_name(c, to->folder, to->path, &new);
    }
    if (error != PH_E_OK) {
        return error;
    }
    if (new.node != NULL) {
        return PH_E_EXIST;
    }
    if (new.must_be_folder && old.node->type != PH_NODE_FOLDER) {
        return PH_E_NOENT;
    }
    return ph_tree_link(&c->tree, old.node, new.folder, new.name);
}

ph_errno ph_wasi_path_link(struct ph_wasi_call *c)
{
    struct ph_wasi_place from;
    struct ph_wasi_place to;
    ph_errno error = begin(c, 0, 2, PH_RIGHT_PATH_LINK_SOURCE, &from);
    if (error == PH_E_OK) {
        error = begin(c, 4, 5, PH_RIGHT_PATH_LINK_TARGET, &to);
    }
    return error != PH_E_OK ? error
                            : ph_io_link(c, &from, ph_wasi_u32(c, 1) & LOOKUP_FOLLOW, &to);
}

ph_errno ph_io_rename(struct ph_wasi_call *c, const struct ph_wasi_place *from,
                      const struct ph_wasi_place *to)
{
    struct ph_walk old;
    struct ph_walk new;
    if (is_host(from) != is_host(to)) {
        return PH_E_XDEV;
    }
    if (is_host(from)) {
        return ph_wasi_host_rename(c, from, to);
    }
    ph_errno error = walk_name(c, from->folder, from->path, &old);
    if (error == PH_E_OK) {
        error = walk_name(c, to->folder, to->path, &new);
    }
    if (error != PH_E_OK) {
        return error;
    }
    if (old.node == NULL) {
        return PH_E_NOENT;
    }
    if (old.name.size == 0 || new.name.size == 0) {
        return PH_E_BUSY; /* "." or ".." */
    }
    if (new.must_be_folder && old.node->type != PH_NODE_FOLDER) {
        return PH_E_NOTDIR;
    }
    return ph_tree_rename(&c->tree, old.folder, old.name, new.folder, new.name);
}

ph_errno ph_wasi_path_rename(struct ph_wasi_call *c)
{
    struct ph_wasi_place from;
    struct ph_wasi_place to;
    ph_errno error = begin(c, 0, 1, PH_RIGHT_PATH_RENAME_SOURCE, &from);
    if (error == PH_E_OK) {
        error = begin(c, 3, 4, PH_RIGHT_PATH_RENAME_TARGET, &to);
    }
    return error != PH_E_OK ? error : ph_io_rename(c, &from, &to);
}

/* ---- Looking ----------------------------------------------------------------------------- */

/* The node that a path leads to. */
static ph_errno find(struct ph_wasi_call *c, const struct ph_wasi_place *place, bool follow,
                     struct ph_node **node)
{
    struct ph_walk walk;
    struct ph_folder *start = ph_node_folder(ph_wasi_node(c, place->folder));
    ph_errno error = ph_tree_walk(&c->tree, start, place->path, follow, &walk);
    if (error == PH_E_OK && walk.node == NULL) {
        error = PH_E_NOENT;
    }
    *node = walk.node;
    return error;
}

ph_errno ph_io_stat(struct ph_wasi_call *c, const struct ph_wasi_place *place, bool follow,
                    struct ph_host_about *about)
{
    struct ph_node *node;
    if (is_host(place)) {
        return ph_wasi_host_stat(c, place, follow, about);
    }
    ph_errno error = find(c, place, follow, &node);
    if (error == PH_E_OK) {
        ph_wasi_about_node(node, about);
    }
    return error;
}

ph_errno ph_wasi_path_filestat_get(struct ph_wasi_call *c)
{
    struct ph_wasi_place place;
    struct ph_host_about about;
    uint32_t to = ph_wasi_u32(c, 4);
    ph_errno error = begin(c, 0, 2, PH_RIGHT_PATH_FILESTAT_GET, &place);
    if (error == PH_E_OK && !ph_wasi_is_in(c, to, ph_wasi_filestat_bytes(c))) {
        error = PH_E_FAULT;
    }
    if (error == PH_E_OK) {
        error = ph_io_stat(c, &place, ph_wasi_u32(c, 1) & LOOKUP_FOLLOW, &about);
    }
    if (error == PH_E_OK) {
        ph_wasi_out_filestat(c, to, &about);
    }
    return error;
}

ph_errno ph_io_set_times(struct ph_wasi_call *c, const struct ph_wasi_place *place, bool follow,
                         struct ph_host_times times)
{
    struct ph_node *node;
    if (is_host(place)) {
        return ph_wasi_host_set_times(c, place, follow, times);
    }
    ph_errno error = find(c, place, follow, &node);
    if (error == PH_E_OK) {
        ph_wasi_set_node_times(c, node, times);
    }
    return error;
}

ph_errno ph_io_set_permissions(struct ph_wasi_call *c, const struct ph_wasi_place *place,
                               uint32_t permissions)
{
    struct ph_node *node;
    if (is_host(place)) {
        return ph_wasi_host_set_permissions(c, place, permissions);
    }
    ph_errno error = find(c, place, true, &node);
    if (error == PH_E_OK) {
        ph_node_set_permissions(&c->tree, node, permissions);
    }
    return error;
}

ph_errno ph_io_set_file_permissions(struct ph_wasi_call *c, struct ph_descriptor *d,
                                    uint32_t permissions)
{
    struct ph_host_file *file;
    if (d->kind == PH_DESCRIPTOR_NODE) {
        ph_node_set_permissions(&c->tree, ph_wasi_node(c, d), permissions);
        return PH_E_OK;
    }
    ph_errno error = ph_wasi_gated_handle(c, d, &file);
    return error != PH_E_OK ? error : ph_host_set_file_permissions(file, permissions);
}

ph_errno ph_io_space(struct ph_wasi_call *c, const struct ph_wasi_place *place,
                     struct ph_host_space *space)
{
    struct ph_host_about about;
    ph_errno error = ph_io_stat(c, place, true, &about);
    if (error == PH_E_OK && is_host(place)) {
        struct ph_host_file *folder;
        error = ph_wasi_handle(c, place->folder, &folder);
        return error != PH_E_OK ? error : ph_host_space(folder, space);
    }
    const struct ph_heap_header *header = c->tree.heap->header;
    uint64_t total = header->arena_bytes;
    uint64_t used = header->object_bytes_live + header->extent_bytes_live;
    space->total_bytes = total;
    space->free_bytes = used < total ? total - used : 0;
    space->usable_bytes = space->free_bytes;
    return error;
}

ph_errno ph_wasi_path_filestat_set_times(struct ph_wasi_call *c)
{
    struct ph_wasi_place place;
    struct ph_host_times times;
    ph_errno error = begin(c, 0, 2, PH_RIGHT_PATH_FILESTAT_SET_TIMES, &place);
    if (error == PH_E_OK) {
        error = ph_wasi_times_in(c, 4, &times);
    }
    return error != PH_E_OK
               ? error
               : ph_io_set_times(c, &place, ph_wasi_u32(c, 1) & LOOKUP_FOLLOW, times);
}

ph_errno ph_io_readlink(struct ph_wasi_call *c, const struct ph_wasi_place *place, uint8_t *buffer,
                        struct ph_slice *target)
{
    struct ph_node *node;
    *target = (struct ph_slice){buffer, 0};
    if (is_host(place)) {
        return ph_wasi_host_readlink(c, place, buffer, &target->size);
    }
    ph_errno error = find(c, place, false, &node);
    if (error == PH_E_OK && node->type != PH_NODE_LINK) {
        error = PH_E_INVAL;
    }
    if (error == PH_E_OK) {
        *target = ph_link_target(&c->tree, node);
    }
    return error;
}

ph_errno ph_wasi_path_readlink(struct ph_wasi_call *c)
{
    struct ph_wasi_place place;
    uint8_t buffer[PH_PATH_BYTES_MAX];
    struct ph_slice target;
    uint32_t to = ph_wasi_u32(c, 3);
    uint32_t bytes = ph_wasi_u32(c, 4);
    ph_errno error = begin(c, 0, 1, PH_RIGHT_PATH_READLINK, &place);
    if (error == PH_E_OK &&
        (!ph_wasi_is_in(c, to, bytes) || !ph_wasi_is_in(c, ph_wasi_u32(c, 5), 4))) {
        error = PH_E_FAULT;
    }
    if (error == PH_E_OK) {
        error = ph_io_readlink(c, &place, buffer, &target);
    }
    if (error == PH_E_OK) {
        uint32_t used = (uint32_t)PH_MIN(target.size, (uint64_t)bytes);
        ph_wasi_out(c, to, target.bytes, used);
        ph_wasi_out_u32(c, ph_wasi_u32(c, 5), used);
    }
    return error;
}

/* ---- Opening ----------------------------------------------------------------------------- */

/* Finds or makes the node to open. */
static ph_errno open_node(struct ph_wasi_call *c, const struct ph_descriptor *folder,
                          const struct ph_wasi_open *how, struct ph_node **node)
{
    struct ph_walk walk;
    struct ph_slice none = {NULL, 0};
    bool create = how->oflags & PH_OFLAG_CREATE;
    bool exclusive = create && (how->oflags & PH_OFLAG_EXCLUSIVE);
    bool directory = how->oflags & PH_OFLAG_DIRECTORY;
    struct ph_folder *start = ph_node_folder(ph_wasi_node(c, folder));
    ph_errno error = ph_tree_walk(&c->tree, start, how->path, how->follow && !exclusive, &walk);
    if (error != PH_E_OK) {
        return error;
    }
    *node = walk.node;
    if (walk.node == NULL) {
        if (!create) {
            return PH_E_NOENT;
        }
        return walk.must_be_folder ? PH_E_ISDIR
                                   : ph_tree_make(&c->tree, walk.folder, walk.name, PH_NODE_FILE,
                                                  none, node);
    }
    if (exclusive) {
        return PH_E_EXIST;
    }
    switch (walk.node->type) {
    case PH_NODE_LINK:
        return PH_E_LOOP;
    case PH_NODE_FOLDER:
        return create || how->oflags & PH_OFLAG_TRUNCATE || how->rights_base & PH_RIGHT_FD_WRITE
                   ? PH_E_ISDIR
                   : PH_E_OK;
    default:
        break;
    }
    if (directory) {
        return PH_E_NOTDIR;
    }
    return how->oflags & PH_OFLAG_TRUNCATE && walk.node->type == PH_NODE_FILE
               ? ph_file_resize(&c->tree, ph_node_file(walk.node), 0)
               : PH_E_OK;
}

/* Fills in the descriptor of a node. */
static void opened_node(struct ph_wasi_call *c, const struct ph_wasi_open *how,
                        struct ph_node *node, struct ph_descriptor *d)
{
    ph_touch(c->call->mutator, d, sizeof(*d));
    d->kind = PH_DESCRIPTOR_NODE;
    d->flags = how->fdflags;
    d->node_ref = ph_node_ref(&c->tree, node);
    bool is_folder = node->type == PH_NODE_FOLDER;
    d->rights_base = how->rights_base & (is_folder ? PH_RIGHTS_FOLDER : PH_RIGHTS_FILE);
    d->rights_inheriting = how->rights_inheriting;
    ph_node_hold(&c->tree, node);
}

ph_errno ph_io_open(struct ph_wasi_call *c, struct ph_descriptor *folder,
                    const struct ph_wasi_open *given, uint32_t *number)
{
    struct ph_wasi_open what = *given;
    const struct ph_wasi_open *how = &what;
    struct ph_descriptor *d;
    struct ph_node *node;
    if (what.rights_base & PH_RIGHT_FD_SEEK) {
        what.rights_base |= PH_RIGHT_FD_TELL; /* the one implies the other */
    }
    what.rights_base &= folder->rights_inheriting;
    what.rights_inheriting &= folder->rights_inheriting;
    ph_errno error = ph_descriptor_new(&c->descriptors, number, &d);
    if (error != PH_E_OK) {
        return error;
    }
    if (folder->kind == PH_DESCRIPTOR_HOST_FOLDER) {
        error = ph_wasi_host_open(c, folder, how, d);
    } else {
        error = open_node(c, folder, how, &node);
        if (error == PH_E_OK) {
            opened_node(c, how, node, d);
        }
    }
    if (error != PH_E_OK) {
        ph_descriptor_take(&c->descriptors, *number);
        ph_object_free(c->call->mutator, ph_ref_to(c->tree.heap, d));
    }
    return error;
}

ph_errno ph_wasi_path_open(struct ph_wasi_call *c)
{
    struct ph_wasi_place place;
    struct ph_wasi_open how = {
        .follow = ph_wasi_u32(c, 1) & LOOKUP_FOLLOW,
        .oflags = ph_wasi_u32(c, 4),
        .fdflags = ph_wasi_u32(c, 7),
    };
    uint32_t number;
    uint64_t needed = PH_RIGHT_PATH_OPEN;
    needed |= how.oflags & PH_OFLAG_CREATE ? PH_RIGHT_PATH_CREATE_FILE : 0;
    needed |= how.oflags & PH_OFLAG_TRUNCATE ? PH_RIGHT_PATH_FILESTAT_SET_SIZE : 0;
    ph_errno error = begin(c, 0, 2, needed, &place);
    if (error == PH_E_OK && !ph_wasi_is_in(c, ph_wasi_u32(c, 8), 4)) {
        error = PH_E_FAULT;
    }
    bool is_folder_made = (how.oflags & 3) == (PH_OFLAG_CREATE | PH_OFLAG_DIRECTORY);
    if (error == PH_E_OK &&
        (how.oflags > 15 || how.fdflags & ~(uint32_t)PH_FDFLAGS_ALL || is_folder_made)) {
        error = PH_E_INVAL;
    }
    if (error != PH_E_OK) {
        return error;
    }
    how.path = place.path;
    how.rights_base = ph_wasi_u64(c, 5);
    how.rights_inheriting = ph_wasi_u64(c, 6);
    error = ph_io_open(c, place.folder, &how, &number);
    if (error == PH_E_OK) {
        ph_wasi_out_u32(c, ph_wasi_u32(c, 8), number);
    }
    return error;
}
