/* SPDX-License-Identifier: Apache-2.0 */
/* The tree against a model: the same random operations on both must have the same results, and
 * leave the same files. The model knows nothing of hashing, chunks or references. */
#include "base/random.h"
#include "tree_world.h"

enum { NODES = 400, ENTRIES = 24, CONTENT = 300000, NAMES = 14 };

struct model_node {
    enum ph_node_type type;
    bool exists;
    unsigned links, held;
    unsigned parent; /* folders */
    struct { char name[8]; unsigned node; } entries[ENTRIES];
    unsigned count;
    uint8_t *content;
    uint64_t size;
    struct ph_node *twin; /* in the tree */
};

struct model {
    struct world w;
    struct ph_random random;
    struct model_node nodes[NODES];
    unsigned made;
};

static struct model m;

static unsigned below(unsigned bound) { return (unsigned)ph_random_below(&m.random, bound); }

static int find_entry(const struct model_node *folder, const char *name)
{
    for (unsigned i = 0; i < folder->count; i++) {
        if (strcmp(folder->entries[i].name, name) == 0) {
            return (int)i;
        }
    }
    return -1;
}

static void drop_if_unused(struct model_node *node)
{
    if (node->links == 0 && node->held == 0) {
        free(node->content);
        memset(node, 0, sizeof(*node));
    }
}

static void remove_entry(struct model_node *folder, int index)
{
    folder->count--;
    memmove(&folder->entries[index], &folder->entries[index + 1],
            (folder->count - (unsigned)index) * sizeof(folder->entries[0]));
}

static unsigned node_new(enum ph_node_type type)
{
    for (unsigned i = 1; i < NODES; i++) {
        if (!m.nodes[i].exists) {
            m.nodes[i] = (struct model_node){.type = type, .exists = true};
            return i;
        }
    }
    return 0;
}

static bool is_inside(unsigned folder, unsigned outer)
{
    while (folder != outer) {
        if (folder == 0) {
            return false;
        }
        folder = m.nodes[folder].parent;
    }
    return true;
}

/* A random folder that still has a name. */
static unsigned any_folder(void)
{
    for (unsigned tries = 0; tries < 50; tries++) {
        unsigned i = below(NODES);
        if (m.nodes[i].exists && m.nodes[i].type == PH_NODE_FOLDER && m.nodes[i].links > 0) {
            return i;
        }
    }
    return 0;
}

static const char *any_name(void)
{
    static char names[NAMES][8];
    unsigned i = below(NAMES);
    snprintf(names[i], sizeof(names[i]), "n%u", i);
    return names[i];
}

static struct ph_folder *twin_folder(unsigned i) { return ph_node_folder(m.nodes[i].twin); }

static void do_make(void)
{
    static const enum ph_node_type types[] = {PH_NODE_FILE, PH_NODE_FILE, PH_NODE_FOLDER,
                                              PH_NODE_LINK};
    unsigned f = any_folder();
    const char *name = any_name();
    enum ph_node_type type = types[below(4)];
    struct model_node *folder = &m.nodes[f];
    ph_errno expected = find_entry(folder, name) >= 0 ? PH_E_EXIST : PH_E_OK;
    struct ph_node *twin;
    if (expected == PH_E_OK) {
        unsigned i = folder->count < ENTRIES ? node_new(type) : 0;
        if (i == 0) {
            return;
        }
        CHECK_EQ(ph_tree_make(&m.w.tree, twin_folder(f), text(name), type, text("t"), &twin),
                 PH_E_OK);
        m.nodes[i].twin = twin;
        m.nodes[i].links = type == PH_NODE_FOLDER ? 2 : 1;
        m.nodes[i].parent = f;
        folder->links += type == PH_NODE_FOLDER;
        strcpy(folder->entries[folder->count].name, name);
        folder->entries[folder->count++].node = i;
        m.made++;
        return;
    }
    CHECK_EQ(ph_tree_make(&m.w.tree, twin_folder(f), text(name), type, text("t"), &twin), expected);
}

static void do_unlink(void)
{
    unsigned f = any_folder();
    const char *name = any_name();
    int e = find_entry(&m.nodes[f], name);
    struct model_node *node = e < 0 ? NULL : &m.nodes[m.nodes[f].entries[e].node];
    ph_errno expected = e < 0                           ? PH_E_NOENT
                        : node->type == PH_NODE_FOLDER ? PH_E_ISDIR
                                                       : PH_E_OK;
    CHECK_EQ(ph_tree_unlink(&m.w.tree, twin_folder(f), text(name)), expected);
    if (expected == PH_E_OK) {
        remove_entry(&m.nodes[f], e);
        node->links--;
        drop_if_unused(node);
    }
}

static void model_lose_folder(struct model_node *node)
{
    m.nodes[node->parent].links--;
    node->links = 0;
    drop_if_unused(node);
}

static void do_remove_folder(void)
{
    unsigned f = any_folder();
    const char *name = any_name();
    int e = find_entry(&m.nodes[f], name);
    struct model_node *node = e < 0 ? NULL : &m.nodes[m.nodes[f].entries[e].node];
    ph_errno expected = e < 0                           ? PH_E_NOENT
                        : node->type != PH_NODE_FOLDER ? PH_E_NOTDIR
                        : node->count > 0              ? PH_E_NOTEMPTY
                                                       : PH_E_OK;
    CHECK_EQ(ph_tree_remove_folder(&m.w.tree, twin_folder(f), text(name)), expected);
    if (expected == PH_E_OK) {
        remove_entry(&m.nodes[f], e);
        model_lose_folder(node);
    }
}

static void do_link(void)
{
    unsigned f = any_folder();
    const char *name = any_name();
    unsigned i = below(NODES);
    struct model_node *node = &m.nodes[i];
    struct model_node *folder = &m.nodes[f];
    if (!node->exists || node->links == 0 || folder->count == ENTRIES) {
        return;
    }
    ph_errno expected = node->type == PH_NODE_FOLDER         ? PH_E_PERM
                        : find_entry(folder, name) >= 0 ? PH_E_EXIST
                                                             : PH_E_OK;
    CHECK_EQ(ph_tree_link(&m.w.tree, node->twin, twin_folder(f), text(name)), expected);
    if (expected == PH_E_OK) {
        node->links++;
        strcpy(folder->entries[folder->count].name, name);
        folder->entries[folder->count++].node = i;
    }
}

static ph_errno expected_rename(unsigned i, unsigned to, int target)
{
    const struct model_node *node = &m.nodes[i];
    if (target >= 0 && m.nodes[to].entries[target].node == i) {
        return PH_E_OK;
    }
    if (node->type == PH_NODE_FOLDER && is_inside(to, i)) {
        return PH_E_INVAL;
    }
    if (target < 0) {
        return PH_E_OK;
    }
    const struct model_node *old = &m.nodes[m.nodes[to].entries[target].node];
    if (node->type != PH_NODE_FOLDER) {
        return old->type == PH_NODE_FOLDER ? PH_E_ISDIR : PH_E_OK;
    }
    return old->type != PH_NODE_FOLDER ? PH_E_NOTDIR : old->count > 0 ? PH_E_NOTEMPTY : PH_E_OK;
}

static void model_rename(unsigned from, int e, unsigned to, const char *to_name)
{
    unsigned i = m.nodes[from].entries[e].node;
    int target = find_entry(&m.nodes[to], to_name);
    if (target >= 0) {
        unsigned old = m.nodes[to].entries[target].node;
        if (old == i) {
            return;
        }
        remove_entry(&m.nodes[to], target);
        if (m.nodes[old].type == PH_NODE_FOLDER) {
            model_lose_folder(&m.nodes[old]);
        } else {
            m.nodes[old].links--;
            drop_if_unused(&m.nodes[old]);
        }
    }
    char from_name[8];
    e = -1;
    for (unsigned k = 0; k < m.nodes[from].count && e < 0; k++) {
        e = m.nodes[from].entries[k].node == i ? (int)k : -1;
    }
    strcpy(from_name, m.nodes[from].entries[e].name);
    remove_entry(&m.nodes[from], e);
    struct model_node *folder = &m.nodes[to];
    strcpy(folder->entries[folder->count].name, to_name);
    folder->entries[folder->count++].node = i;
    if (m.nodes[i].type == PH_NODE_FOLDER) {
        m.nodes[from].links--;
        m.nodes[to].links++;
        m.nodes[i].parent = to;
    }
}

static void do_rename(void)
{
    unsigned from = any_folder();
    unsigned to = any_folder();
    char from_name[8];
    char to_name[8];
    strcpy(from_name, any_name());
    strcpy(to_name, any_name());
    int e = find_entry(&m.nodes[from], from_name);
    int target = find_entry(&m.nodes[to], to_name);
    if (m.nodes[to].count == ENTRIES) {
        return;
    }
    if (e >= 0) { /* two names of one file in one folder would confuse model_rename */
        unsigned i = m.nodes[from].entries[e].node;
        if (m.nodes[i].links > 1 && m.nodes[i].type != PH_NODE_FOLDER) {
            return;
        }
    }
    ph_errno expected =
        e < 0 ? PH_E_NOENT : expected_rename(m.nodes[from].entries[e].node, to, target);
    CHECK_EQ(ph_tree_rename(&m.w.tree, twin_folder(from), text(from_name), twin_folder(to),
                            text(to_name)),
             expected);
    if (expected == PH_E_OK) {
        model_rename(from, e, to, to_name);
    }
}

static struct model_node *any_file(void)
{
    struct model_node *node = &m.nodes[below(NODES)];
    return node->exists && node->type == PH_NODE_FILE ? node : NULL;
}

static void do_write(void)
{
    static uint8_t bytes[70000];
    struct model_node *node = any_file();
    if (node == NULL) {
        return;
    }
    if (node->content == NULL) {
        node->content = calloc(1, CONTENT);
    }
    uint64_t size = below(4) == 0 ? below(sizeof(bytes)) : below(200);
    uint64_t offset = below((unsigned)(CONTENT - size));
    memset(bytes, (int)below(255) + 1, size);
    uint64_t done;
    CHECK_EQ(ph_file_write(&m.w.tree, ph_node_file(node->twin), offset,
                           (struct ph_slice){bytes, size}, &done),
             PH_E_OK);
    CHECK_EQ(done, size);
    memcpy(node->content + offset, bytes, size);
    if (size > 0 && offset + size > node->size) {
        node->size = offset + size;
    }
}

static void do_resize(void)
{
    struct model_node *node = any_file();
    if (node == NULL) {
        return;
    }
    uint64_t size = below(3) == 0 ? 0 : below(CONTENT);
    CHECK_EQ(ph_file_resize(&m.w.tree, ph_node_file(node->twin), size), PH_E_OK);
    if (node->content != NULL && size < node->size) {
        memset(node->content + size, 0, node->size - size);
    }
    node->size = size;
}

static void do_hold(void)
{
    struct model_node *node = &m.nodes[below(NODES)];
    if (node->exists && node->links > 0 && node->held < 3) {
        ph_node_hold(&m.w.tree, node->twin);
        node->held++;
    }
}

static void do_release(void)
{
    struct model_node *node = &m.nodes[below(NODES)];
    if (node->exists && node->held > 0) {
        ph_node_release(&m.w.tree, node->twin);
        node->held--;
        drop_if_unused(node);
    }
}

static void compare_file(const struct model_node *node)
{
    static uint8_t back[CONTENT];
    static const uint8_t zeros[CONTENT];
    struct ph_file *file = ph_node_file(node->twin);
    CHECK_EQ(ph_file_read(&m.w.tree, file, 0, back, CONTENT), node->size);
    CHECK_BYTES(back, node->content != NULL ? node->content : zeros, node->size);
}

static void compare_folder(const struct model_node *node)
{
    uint64_t cookie = 0;
    struct ph_entry entry;
    unsigned count = 0;
    struct ph_folder *folder = ph_node_folder(node->twin);
    while (ph_folder_next(&m.w.tree, folder, &cookie, &entry)) {
        char name[16];
        snprintf(name, sizeof(name), "%.*s", (int)entry.name.size, (const char *)entry.name.bytes);
        int e = find_entry(node, name);
        CHECK(e >= 0);
        CHECK(m.nodes[node->entries[e].node].twin == entry.node);
        CHECK(ph_folder_find(&m.w.tree, folder, entry.name) == entry.node);
        count++;
    }
    CHECK_EQ(count, node->count);
}

static void compare_all(void)
{
    uint64_t exist = 0;
    for (unsigned i = 0; i < NODES; i++) {
        const struct model_node *node = &m.nodes[i];
        if (!node->exists) {
            continue;
        }
        exist++;
        CHECK_EQ(node->twin->type, node->type);
        CHECK_EQ(node->twin->link_count, node->links);
        if (node->type == PH_NODE_FILE) {
            compare_file(node);
        } else if (node->type == PH_NODE_FOLDER) {
            compare_folder(node);
        }
    }
    CHECK_EQ(m.w.tree.files->node_count, exist + (m.nodes[0].twin->inode != 1));
}

static void run_model(uint64_t seed, unsigned steps)
{
    static void (*const operations[])(void) = {
        do_make,   do_make,  do_make,   do_make, do_unlink, do_remove_folder, do_link,
        do_rename, do_write, do_resize, do_hold, do_release};
    world_init(&m.w);
    ph_random_init(&m.random, seed);
    struct ph_node *top;
    CHECK_EQ(ph_tree_make(&m.w.tree, ph_tree_root(&m.w.tree), text("top"), PH_NODE_FOLDER, text(""),
                          &top),
             PH_E_OK);
    uint64_t objects = m.w.heap->header->object_bytes_live;
    m.nodes[0] = (struct model_node){
        .type = PH_NODE_FOLDER, .exists = true, .links = 2, .twin = top};
    for (unsigned i = 0; i < steps; i++) {
        operations[below(PH_COUNT(operations))]();
        if (i % 500 == 499) {
            world_shake(&m.w);
            compare_all();
        }
    }
    CHECK(m.made > 300);
    /* Take all away: nothing must be left. */
    for (unsigned round = 0; round < 100000 && m.w.tree.files->node_count > 2; round++) {
        do_unlink();
        do_remove_folder();
        do_release();
    }
    CHECK_EQ(m.w.tree.files->node_count, 2);
    ph_folder_free_entries(&m.w.tree, ph_node_folder(top));
    CHECK_EQ(m.w.heap->header->object_bytes_live, objects);
    CHECK_EQ(m.w.heap->header->extent_bytes_live, 0);
}

TEST(tree_agrees_with_model_1) { run_model(1, 20000); }
TEST(tree_agrees_with_model_2) { run_model(2, 20000); }
TEST(tree_agrees_with_model_3) { run_model(3, 20000); }
