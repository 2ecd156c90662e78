/* SPDX-License-Identifier: Apache-2.0 */
/* tree.c - nodes and their names.
 *
 * Invariants
 *   (1) link_count of a file or link is the number of entries that name it; of a folder it is 2 and
 *       one for each folder in it; 0 once it was removed.
 *   (2) A node with link_count 0 and open_count 0 does not exist.
 *   (3) parent_ref of a folder is the folder whose entry names it, so folders make a tree.
 *   (4) Each operation takes all memory that it needs before it changes what can be seen. */
#include "device/tree.h"

#include "base/text.h"
#include "machine/object.h"

#define FIRST_COOKIE 2u /* 0 and 1 are "." and ".." of fd_readdir */

void ph_tree_open(struct ph_tree *tree, struct ph_mutator *mutator, ph_ref files_ref)
{
    PH_ASSERT(ph_is_a(mutator->heap, files_ref, PH_CLASS_FILES));
    tree->mutator = mutator;
    tree->heap = mutator->heap;
    tree->files = ph_address(mutator->heap, files_ref);
}

struct ph_folder *ph_tree_root(const struct ph_tree *tree)
{
    return ph_address(tree->heap, tree->files->root_ref);
}

struct ph_file *ph_node_file(struct ph_node *node)
{
    PH_ASSERT(node->type == PH_NODE_FILE);
    return (struct ph_file *)node;
}

struct ph_folder *ph_node_folder(struct ph_node *node)
{
    PH_ASSERT(node->type == PH_NODE_FOLDER);
    return (struct ph_folder *)node;
}

static bool has_target(uint32_t type) { return type == PH_NODE_LINK || type == PH_NODE_CHARACTER; }

static struct ph_slice target_of(const struct ph_tree *tree, const struct ph_node *node)
{
    const struct ph_link *link = (const struct ph_link *)node;
    const struct ph_bytes *target = ph_address(tree->heap, link->target_ref);
    PH_ASSERT(has_target(node->type));
    return (struct ph_slice){target->data, target->length};
}

struct ph_slice ph_link_target(const struct ph_tree *tree, const struct ph_node *node)
{
    PH_ASSERT(node->type == PH_NODE_LINK);
    return target_of(tree, node);
}

char ph_node_device(const struct ph_tree *tree, const struct ph_node *node)
{
    PH_ASSERT(node->type == PH_NODE_CHARACTER);
    struct ph_slice kind = target_of(tree, node);
    return kind.size > 0 ? (char)kind.bytes[0] : 'n';
}

static uint32_t class_of(enum ph_node_type type)
{
    switch (type) {
    case PH_NODE_FILE:
        return PH_CLASS_FILE;
    case PH_NODE_FOLDER:
        return PH_CLASS_FOLDER;
    case PH_NODE_LINK:
    case PH_NODE_CHARACTER:
        return PH_CLASS_LINK;
    default:
        PH_UNREACHABLE();
    }
}

/* A node without a name. NULL: no space. */
static struct ph_node *node_new(struct ph_tree *tree, enum ph_node_type type)
{
    ph_ref ref = ph_object_new_pinned(tree->mutator, class_of(type), 0);
    if (ref == 0) {
        return NULL;
    }
    struct ph_node *node = ph_node_at(tree, ref);
    uint64_t now_ns = ph_clock_wall_ns();
    ph_touch(tree->mutator, node,
             type == PH_NODE_FOLDER ? sizeof(struct ph_folder) : sizeof(*node));
    ph_touch(tree->mutator, tree->files, sizeof(*tree->files));
    node->type = (uint16_t)type;
    node->inode = tree->files->next_inode++;
    node->accessed_ns = now_ns;
    node->modified_ns = now_ns;
    node->changed_ns = now_ns;
    tree->files->node_count++;
    if (type == PH_NODE_FOLDER) {
        node->link_count = 2;
        ph_node_folder(node)->next_cookie = FIRST_COOKIE;
    }
    return node;
}

static void node_free(struct ph_tree *tree, struct ph_node *node)
{
    PH_ASSERT(node->open_count == 0);
    switch (node->type) {
    case PH_NODE_FILE:
        ph_file_free_content(tree, ph_node_file(node));
        break;
    case PH_NODE_FOLDER:
        ph_folder_free_entries(tree, ph_node_folder(node));
        break;
    case PH_NODE_LINK:
    case PH_NODE_CHARACTER:
        ph_object_free(tree->mutator, ((struct ph_link *)node)->target_ref);
        break;
    default:
        PH_UNREACHABLE();
    }
    PH_SET(tree->mutator, tree->files->node_count, tree->files->node_count - 1);
    ph_object_free(tree->mutator, ph_node_ref(tree, node));
}

ph_errno ph_tree_format(struct ph_mutator *mutator, ph_ref *files_ref)
{
    ph_ref ref = ph_object_new_pinned(mutator, PH_CLASS_FILES, 0);
    if (ref == 0) {
        return PH_E_NOSPC;
    }
    struct ph_tree tree;
    ph_tree_open(&tree, mutator, ref);
    PH_SET(mutator, tree.files->next_inode, 1);
    struct ph_node *root = node_new(&tree, PH_NODE_FOLDER);
    if (root == NULL) {
        ph_object_free(mutator, ref);
        return PH_E_NOSPC;
    }
    ph_ref root_ref = ph_node_ref(&tree, root);
    PH_SET(mutator, root->parent_ref, root_ref);
    PH_SET(mutator, tree.files->root_ref, root_ref);
    *files_ref = ref;
    return PH_E_OK;
}

void ph_node_hold(struct ph_tree *tree, struct ph_node *node)
{
    PH_ASSERT(node->open_count < UINT32_MAX);
    PH_SET(tree->mutator, node->open_count, node->open_count + 1);
}

void ph_node_release(struct ph_tree *tree, struct ph_node *node)
{
    PH_ASSERT(node->open_count > 0);
    PH_SET(tree->mutator, node->open_count, node->open_count - 1);
    if (node->open_count == 0 && node->link_count == 0) {
        node_free(tree, node); /* by (2) */
    }
}

uint32_t ph_node_permissions(const struct ph_node *node)
{
    if (node->permissions != 0) {
        return node->permissions & 0777u;
    }
    return node->type == PH_NODE_FILE        ? 0644u
           : node->type == PH_NODE_FOLDER    ? 0755u
           : node->type == PH_NODE_CHARACTER ? 0620u
                                             : 0777u;
}

void ph_node_set_permissions(struct ph_tree *tree, struct ph_node *node, uint32_t permissions)
{
    ph_touch(tree->mutator, node, sizeof(*node));
    node->permissions = (uint16_t)(PH_NODE_PERMITTED | (permissions & 0777u));
    node->changed_ns = ph_clock_wall_ns();
}

void ph_node_set_times(struct ph_tree *tree, struct ph_node *node, uint32_t which,
                       uint64_t accessed_ns, uint64_t modified_ns)
{
    ph_touch(tree->mutator, node, sizeof(*node));
    if (which & PH_TIME_ACCESSED) {
        node->accessed_ns = accessed_ns;
    }
    if (which & PH_TIME_MODIFIED) {
        node->modified_ns = modified_ns;
    }
    node->changed_ns = ph_clock_wall_ns();
}

static void set_link_count(struct ph_tree *tree, struct ph_node *node, uint32_t count)
{
    ph_touch(tree->mutator, node, sizeof(*node));
    node->link_count = count;
    node->changed_ns = ph_clock_wall_ns();
}

/* One name of `node`, which is no folder, is gone. */
static void lose_name(struct ph_tree *tree, struct ph_node *node)
{
    PH_ASSERT(node->type != PH_NODE_FOLDER && node->link_count > 0);
    set_link_count(tree, node, node->link_count - 1);
    if (node->link_count == 0 && node->open_count == 0) {
        node_free(tree, node);
    }
}

/* The only name of `folder`, an empty one, is gone from its parent. */
static void lose_folder(struct ph_tree *tree, struct ph_folder *folder)
{
    PH_ASSERT(folder->live_count == 0);
    struct ph_node *parent = ph_node_at(tree, folder->node.parent_ref);
    set_link_count(tree, parent, parent->link_count - 1);
    set_link_count(tree, &folder->node, 0);
    PH_SET(tree->mutator, folder->node.parent_ref, 0);
    if (folder->node.open_count == 0) {
        node_free(tree, &folder->node);
    }
}

/* Whether `folder` can take a new entry `name`. */
static ph_errno check_new_name(const struct ph_tree *tree, const struct ph_folder *folder,
                               struct ph_slice name)
{
    PH_ASSERT(name.size > 0);
    if (name.size > PH_NAME_BYTES_MAX) {
        return PH_E_NAMETOOLONG;
    }
    if (folder->node.link_count == 0) {
        return PH_E_NOENT;
    }
    return ph_folder_find(tree, folder, name) != NULL ? PH_E_EXIST : PH_E_OK;
}

static ph_ref bytes_new(struct ph_tree *tree, struct ph_slice from)
{
    ph_ref ref =
        ph_object_new_pinned(tree->mutator, PH_CLASS_PINNED_BYTES, (uint32_t)from.size);
    if (ref != 0) {
        struct ph_bytes *bytes = ph_address(tree->heap, ref);
        ph_touch(tree->mutator, bytes, sizeof(*bytes) + from.size);
        memcpy(bytes->data, from.bytes, from.size);
    }
    return ref;
}

ph_errno ph_tree_make(struct ph_tree *tree, struct ph_folder *folder, struct ph_slice name,
                      enum ph_node_type type, struct ph_slice target, struct ph_node **node)
{
    ph_errno error = check_new_name(tree, folder, name);
    if (error != PH_E_OK) {
        return error;
    }
    if (has_target(type) && target.size > PH_PATH_BYTES_MAX) {
        return PH_E_NAMETOOLONG;
    }
    struct ph_node *made = node_new(tree, type);
    if (made == NULL) {
        return PH_E_NOSPC;
    }
    if (has_target(type)) {
        struct ph_link *link = (struct ph_link *)made;
        ph_ref target_ref = bytes_new(tree, target);
        PH_SET(tree->mutator, link->target_ref, target_ref);
        PH_SET(tree->mutator, made->size_bytes, type == PH_NODE_LINK ? target.size : 0);
        error = target_ref != 0 ? PH_E_OK : PH_E_NOSPC;
    }
    if (error == PH_E_OK) {
        error = ph_folder_add(tree, folder, name, made);
    }
    if (error != PH_E_OK) {
        node_free(tree, made);
        return error;
    }
    if (type == PH_NODE_FOLDER) {
        PH_SET(tree->mutator, made->parent_ref, ph_node_ref(tree, &folder->node));
        set_link_count(tree, &folder->node, folder->node.link_count + 1);
    } else {
        PH_SET(tree->mutator, made->link_count, 1);
    }
    *node = made;
    return PH_E_OK;
}

ph_errno ph_tree_link(struct ph_tree *tree, struct ph_node *node, struct ph_folder *folder,
                      struct ph_slice name)
{
    if (node->type == PH_NODE_FOLDER) {
        return PH_E_PERM;
    }
    ph_errno error = check_new_name(tree, folder, name);
    if (error != PH_E_OK) {
        return error;
    }
    if (node->link_count >= PH_LINK_COUNT_MAX) {
        return PH_E_MLINK;
    }
    error = ph_folder_add(tree, folder, name, node);
    if (error == PH_E_OK) {
        set_link_count(tree, node, node->link_count + 1);
    }
    return error;
}

ph_errno ph_tree_unlink(struct ph_tree *tree, struct ph_folder *folder, struct ph_slice name)
{
    struct ph_node *node = ph_folder_find(tree, folder, name);
    if (node == NULL) {
        return PH_E_NOENT;
    }
    if (node->type == PH_NODE_FOLDER) {
        return PH_E_ISDIR;
    }
    ph_folder_remove(tree, folder, name);
    lose_name(tree, node);
    return PH_E_OK;
}

ph_errno ph_tree_remove_folder(struct ph_tree *tree, struct ph_folder *folder,
                               struct ph_slice name)
{
    struct ph_node *node = ph_folder_find(tree, folder, name);
    if (node == NULL) {
        return PH_E_NOENT;
    }
    if (node->type != PH_NODE_FOLDER) {
        return PH_E_NOTDIR;
    }
    if (ph_node_folder(node)->live_count != 0) {
        return PH_E_NOTEMPTY;
    }
    ph_folder_remove(tree, folder, name);
    lose_folder(tree, ph_node_folder(node));
    return PH_E_OK;
}

/* ---- Renaming ---------------------------------------------------------------------------- */

static bool is_inside(const struct ph_tree *tree, const struct ph_node *folder,
                      const struct ph_node *outer)
{
    const struct ph_node *root = &ph_tree_root(tree)->node;
    while (folder != outer) {
        if (folder == root || folder->parent_ref == 0) {
            return false;
        }
        folder = ph_node_at(tree, folder->parent_ref);
    }
    return true;
}

/* Whether `node` may take the place of `target` (NULL: none). */
static ph_errno check_rename(const struct ph_tree *tree, const struct ph_node *node,
                             const struct ph_folder *to, struct ph_node *target)
{
    if (to->node.link_count == 0) {
        return PH_E_NOENT;
    }
    if (node->type == PH_NODE_FOLDER && is_inside(tree, &to->node, node)) {
        return PH_E_INVAL;
    }
    if (target == NULL) {
        return PH_E_OK;
    }
    if (node->type != PH_NODE_FOLDER) {
        return target->type == PH_NODE_FOLDER ? PH_E_ISDIR : PH_E_OK;
    }
    if (target->type != PH_NODE_FOLDER) {
        return PH_E_NOTDIR;
    }
    return ph_node_folder(target)->live_count != 0 ? PH_E_NOTEMPTY : PH_E_OK;
}

ph_errno ph_tree_rename(struct ph_tree *tree, struct ph_folder *from, struct ph_slice from_name,
                        struct ph_folder *to, struct ph_slice to_name)
{
    struct ph_node *node = ph_folder_find(tree, from, from_name);
    if (node == NULL) {
        return PH_E_NOENT;
    }
    if (to_name.size > PH_NAME_BYTES_MAX) {
        return PH_E_NAMETOOLONG;
    }
    struct ph_node *target = ph_folder_find(tree, to, to_name);
    if (target == node) {
        return PH_E_OK; /* two names of one file: POSIX wants nothing done */
    }
    ph_errno error = check_rename(tree, node, to, target);
    if (error == PH_E_OK && target == NULL) {
        error = ph_folder_add(tree, to, to_name, node);
    }
    if (error != PH_E_OK) {
        return error;
    }
    if (target != NULL) {
        ph_folder_replace(tree, to, to_name, node);
    }
    ph_folder_remove(tree, from, from_name);
    if (target != NULL && target->type == PH_NODE_FOLDER) {
        lose_folder(tree, ph_node_folder(target));
    } else if (target != NULL) {
        lose_name(tree, target);
    }
    if (node->type == PH_NODE_FOLDER && from != to) {
        PH_SET(tree->mutator, node->parent_ref, ph_node_ref(tree, &to->node));
        set_link_count(tree, &from->node, from->node.link_count - 1);
        set_link_count(tree, &to->node, to->node.link_count + 1);
    }
    PH_SET(tree->mutator, node->changed_ns, ph_clock_wall_ns());
    return PH_E_OK;
}
