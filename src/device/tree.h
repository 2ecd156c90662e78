/* SPDX-License-Identifier: Apache-2.0 */
/* tree.h - the image's own file tree: files, folders, symbolic links and a few character devices
 * that are objects.
 *
 * Promise. What POSIX says of these operations holds, and each is atomic: it did all of it, or
 * nothing and returns an error (PH_E_NOSPC when the arena is full). A node whose last name is gone
 * lives until its last descriptor is closed, then its memory is free again: a program in steady
 * state leaves nothing behind. Names and link targets are bytes without NUL; there are no owners,
 * and permissions are kept for those who ask, but refuse nobody anything.
 *
 * Callers hold the world's lock (or the world is stopped). Nothing here collects, and all nodes are
 * pinned, so pointers to them stay good until the node is freed. */
#ifndef PH_DEVICE_TREE_H
#define PH_DEVICE_TREE_H

#include "device/object.h"
#include "port/host_files.h"

#define PH_NAME_BYTES_MAX 255u
#define PH_PATH_BYTES_MAX 4096u
#define PH_LINKS_FOLLOWED_MAX 40u
#define PH_LINK_COUNT_MAX 0x7fffffffu

/* The tree in the hands of one mutator; made anew for each call. */
struct ph_tree {
    struct ph_mutator *mutator;
    struct ph_heap *heap;
    struct ph_files *files;
};

/* Makes an empty tree. */
PH_MUST_CHECK ph_errno ph_tree_format(struct ph_mutator *mutator, ph_ref *files_ref);
void ph_tree_open(struct ph_tree *tree, struct ph_mutator *mutator, ph_ref files_ref);
struct ph_folder *ph_tree_root(const struct ph_tree *tree);

static inline struct ph_node *ph_node_at(const struct ph_tree *tree, ph_ref ref)
{
    return (struct ph_node *)ph_address(tree->heap, ref);
}
static inline ph_ref ph_node_ref(const struct ph_tree *tree, const struct ph_node *node)
{
    return ph_ref_to(tree->heap, node);
}
/* The node as what it is; asserts the type. */
struct ph_file *ph_node_file(struct ph_node *node);
struct ph_folder *ph_node_folder(struct ph_node *node);
struct ph_slice ph_link_target(const struct ph_tree *tree, const struct ph_node *node);
/* What the device gives its readers: 'r' random bytes, 'z' zeros, 'n' nothing; it takes in
 * everything that is written. */
char ph_node_device(const struct ph_tree *tree, const struct ph_node *node);

/* ---- One folder; `name` is a plain name, never "", "." or "..", without '/' -------------- */

/* NULL: there is none. */
struct ph_node *ph_folder_find(const struct ph_tree *tree, const struct ph_folder *folder,
                               struct ph_slice name);
/* Makes a file, a folder, a link to `target`, or the device `target`. PH_E_EXIST, PH_E_NOENT (the
 * folder was removed), PH_E_NAMETOOLONG. */
PH_MUST_CHECK ph_errno ph_tree_make(struct ph_tree *tree, struct ph_folder *folder,
                                    struct ph_slice name, enum ph_node_type type,
                                    struct ph_slice target, struct ph_node **node);
/* A further name. PH_E_PERM for folders. */
PH_MUST_CHECK ph_errno ph_tree_link(struct ph_tree *tree, struct ph_node *node,
                                    struct ph_folder *folder, struct ph_slice name);
PH_MUST_CHECK ph_errno ph_tree_unlink(struct ph_tree *tree, struct ph_folder *folder,
                                      struct ph_slice name); /* PH_E_ISDIR for folders */
PH_MUST_CHECK ph_errno ph_tree_remove_folder(struct ph_tree *tree, struct ph_folder *folder,
                                             struct ph_slice name);
PH_MUST_CHECK ph_errno ph_tree_rename(struct ph_tree *tree, struct ph_folder *from,
                                      struct ph_slice from_name, struct ph_folder *to,
                                      struct ph_slice to_name);

/* Entries in the order in which they were made. `*cookie` starts at 0 and is moved past what was
 * found; it stays good for ever, whatever is added and removed meanwhile. */
struct ph_entry {
    struct ph_slice name; /* valid until the folder changes */
    struct ph_node *node;
};
bool ph_folder_next(const struct ph_tree *tree, const struct ph_folder *folder, uint64_t *cookie,
                    struct ph_entry *entry);

/* ---- Nodes ------------------------------------------------------------------------------- */

/* A descriptor holds the node; the last one that lets go of a nameless node frees it. */
void ph_node_hold(struct ph_tree *tree, struct ph_node *node);
void ph_node_release(struct ph_tree *tree, struct ph_node *node);

/* POSIX's nine bits. */
uint32_t ph_node_permissions(const struct ph_node *node);
void ph_node_set_permissions(struct ph_tree *tree, struct ph_node *node, uint32_t permissions);

/* Which times to set; the change time always becomes now. */
enum { PH_TIME_ACCESSED = 1, PH_TIME_MODIFIED = 2 };
void ph_node_set_times(struct ph_tree *tree, struct ph_node *node, uint32_t which,
                       uint64_t accessed_ns, uint64_t modified_ns);

/* ---- Content of files (content.c) -------------------------------------------------------- */

/* Copies up to `bytes` from `offset`; returns how much there was before the end. `to` may lie in
 * the world; its barrier is the caller's. Does not change the access time: ph_file_accessed does,
 * where it is older than the last change or than a day. */
uint64_t ph_file_read(const struct ph_tree *tree, const struct ph_file *file, uint64_t offset,
                      void *to, uint64_t bytes);
void ph_file_accessed(struct ph_tree *tree, struct ph_file *file);
/* *done < bytes only with an error: PH_E_FBIG, PH_E_NOSPC. */
PH_MUST_CHECK ph_errno ph_file_write(struct ph_tree *tree, struct ph_file *file, uint64_t offset,
                                     struct ph_slice from, uint64_t *done);
/* Cuts off, or lets the file end in zeros that take no memory. PH_E_FBIG. */
PH_MUST_CHECK ph_errno ph_file_resize(struct ph_tree *tree, struct ph_file *file, uint64_t bytes);

/* ---- Paths (walk.c) ---------------------------------------------------------------------- */

/* Where a path leads. `folder` and `name` are the last step that was taken by name; if the path
 * ends in "." or ".." or is the start itself, `name` is empty and `node` is set. */
struct ph_walk {
    struct ph_folder *folder;
    struct ph_node *node;      /* NULL: the name is free */
    struct ph_slice name;      /* in `buffer` */
    bool must_be_folder;       /* the path ended in '/' */
    uint8_t buffer[PH_PATH_BYTES_MAX + 1];
};

/* Follows `path` from `start`, which it must not leave: PH_E_PERM for absolute paths and links, and
 * for ".." above the start. The last step's link is followed if `follow` or if the path ends in
 * '/'. If the last name does not exist: PH_E_OK with node == NULL. */
PH_MUST_CHECK ph_errno ph_tree_walk(const struct ph_tree *tree, struct ph_folder *start,
                                    struct ph_slice path, bool follow, struct ph_walk *walk);

/* ---- Between the files of the tree (folder.c, content.c) --------------------------------- */

/* Adds an entry; the name must be free. Takes a copy of the name. */
PH_MUST_CHECK ph_errno ph_folder_add(struct ph_tree *tree, struct ph_folder *folder,
                                     struct ph_slice name, struct ph_node *node);
void ph_folder_remove(struct ph_tree *tree, struct ph_folder *folder, struct ph_slice name);
void ph_folder_replace(struct ph_tree *tree, struct ph_folder *folder, struct ph_slice name,
                       struct ph_node *node);
void ph_folder_free_entries(struct ph_tree *tree, struct ph_folder *folder);
/* Frees chunks; the size is the caller's. */
void ph_file_free_content(struct ph_tree *tree, struct ph_file *file);

#endif
