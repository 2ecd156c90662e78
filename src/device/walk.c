/* SPDX-License-Identifier: Apache-2.0 */
/* walk.c - from a path to a node.
 *
 * What is left of the path lies at the end of walk->buffer. A symbolic link's target is put in
 * front of it, so the walk needs no recursion, and a path that grows beyond the buffer is refused.
 *
 * Invariant
 *   (1) The folder walked in is `start` or below it: ".." is refused at `start`, and no link leads
 *       elsewhere, since absolute ones are refused. */
#include "device/tree.h"

#include "base/text.h"

struct walker {
    const struct ph_tree *tree;
    struct ph_folder *start;
    struct ph_walk *walk;
    uint32_t left;          /* where in the buffer the rest of the path begins */
    uint32_t links_followed;
    bool follow;
};

/* Puts `path` in front of the rest. */
static ph_errno push_path(struct walker *self, struct ph_slice path)
{
    if (path.size == 0) {
        return PH_E_NOENT;
    }
    if (path.bytes[0] == '/') {
        return PH_E_PERM; /* (1) */
    }
    if (path.size > self->left) {
        return PH_E_NAMETOOLONG;
    }
    self->left -= (uint32_t)path.size;
    memcpy(self->walk->buffer + self->left, path.bytes, path.size);
    return PH_E_OK;
}

/* Takes the next name off the path; empty at its end. Sets must_be_folder if a '/' follows it. */
static struct ph_slice pop_name(struct walker *self)
{
    const uint8_t *bytes = self->walk->buffer;
    uint32_t end = PH_PATH_BYTES_MAX;
    while (self->left < end && bytes[self->left] == '/') {
        self->left++;
    }
    uint32_t first = self->left;
    while (self->left < end && bytes[self->left] != '/') {
        self->left++;
    }
    struct ph_slice name = {bytes + first, self->left - first};
    self->walk->must_be_folder = self->left < end;
    while (self->left < end && bytes[self->left] == '/') {
        self->left++;
    }
    return name;
}

static bool is_last(const struct walker *self) { return self->left == PH_PATH_BYTES_MAX; }

static ph_errno go_up(struct walker *self)
{
    struct ph_walk *walk = self->walk;
    if (walk->folder == self->start) {
        return PH_E_PERM; /* (1) */
    }
    if (walk->folder->node.parent_ref == 0) {
        return PH_E_NOENT;
    }
    walk->folder = ph_node_folder(ph_node_at(self->tree, walk->folder->node.parent_ref));
    return PH_E_OK;
}

/* `name` is the next step and no "." or "..": ends the walk, goes into a folder, or follows a link
 * by putting its target in front of the path. */
static ph_errno step(struct walker *self, struct ph_slice name, bool *is_done)
{
    struct ph_walk *walk = self->walk;
    if (name.size > PH_NAME_BYTES_MAX) {
        return PH_E_NAMETOOLONG;
    }
    struct ph_node *node = ph_folder_find(self->tree, walk->folder, name);
    bool last = is_last(self);
    if (node != NULL && node->type == PH_NODE_LINK &&
        (!last || self->follow || walk->must_be_folder)) {
        if (++self->links_followed > PH_LINKS_FOLLOWED_MAX) {
            return PH_E_LOOP;
        }
        if (walk->must_be_folder) {
            self->left--; /* the '/' that pop_name went over still holds for the target */
            walk->buffer[self->left] = '/';
        }
        return push_path(self, ph_link_target(self->tree, node));
    }
    if (last) {
        walk->node = node;
        walk->name = name;
        *is_done = true;
        return PH_E_OK;
    }
    if (node == NULL) {
        return PH_E_NOENT;
    }
    if (node->type != PH_NODE_FOLDER) {
        return PH_E_NOTDIR;
    }
    walk->folder = ph_node_folder(node);
    return PH_E_OK;
}

ph_errno ph_tree_walk(const struct ph_tree *tree, struct ph_folder *start, struct ph_slice path,
                      bool follow, struct ph_walk *walk)
{
    struct walker self = {tree, start, walk, PH_PATH_BYTES_MAX, 0, follow};
    walk->folder = start;
    walk->node = NULL;
    walk->name = (struct ph_slice){walk->buffer, 0};
    walk->must_be_folder = false;
    if (start->node.link_count == 0) {
        return PH_E_NOENT; /* the folder was removed */
    }
    for (uint64_t i = 0; i < path.size; i++) {
        if (path.bytes[i] == 0) {
            return PH_E_INVAL;
        }
    }
    ph_errno error = push_path(&self, path);
    bool is_done = false;
    while (error == PH_E_OK && !is_done) {
        struct ph_slice name = pop_name(&self);
        if (ph_slice_equal(name, PH_SLICE_TEXT("..")) || ph_slice_equal(name, PH_SLICE_TEXT("."))) {
            error = name.size == 2 ? go_up(&self) : PH_E_OK;
        } else {
            error = step(&self, name, &is_done);
        }
        if (error == PH_E_OK && !is_done && is_last(&self)) {
            /* The path ended in "." or "..". */
            walk->node = &walk->folder->node;
            walk->name = (struct ph_slice){walk->buffer, 0};
            is_done = true;
        }
    }
    if (error == PH_E_OK && walk->must_be_folder && walk->node != NULL &&
        walk->node->type != PH_NODE_FOLDER) {
        return PH_E_NOTDIR;
    }
    return error;
}
