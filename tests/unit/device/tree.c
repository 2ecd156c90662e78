/* SPDX-License-Identifier: Apache-2.0 */
/* The file tree: content, entries, links, paths. model.c compares it with a simple model. */
#include "tree_world.h"

static struct ph_node *make(struct world *w, struct ph_folder *folder, const char *name,
                            enum ph_node_type type)
{
    struct ph_node *node;
    CHECK_EQ(ph_tree_make(&w->tree, folder, text(name), type, text("target"), &node), PH_E_OK);
    return node;
}

static void write_text(struct world *w, struct ph_node *node, uint64_t offset, const char *words)
{
    uint64_t done;
    CHECK_EQ(ph_file_write(&w->tree, ph_node_file(node), offset, text(words), &done), PH_E_OK);
    CHECK_EQ(done, strlen(words));
}

TEST(tree_file_holds_what_was_written)
{
    static struct world w;
    world_init(&w);
    struct ph_node *file = make(&w, ph_tree_root(&w.tree), "a", PH_NODE_FILE);
    write_text(&w, file, 0, "hello");
    world_shake(&w);
    char back[16] = {0};
    CHECK_EQ(ph_file_read(&w.tree, ph_node_file(file), 0, back, sizeof(back)), 5);
    CHECK_TEXT(back, "hello");
    CHECK_EQ(ph_file_read(&w.tree, ph_node_file(file), 5, back, 1), 0);
    CHECK_EQ(ph_file_read(&w.tree, ph_node_file(file), UINT64_MAX, back, 1), 0);
    CHECK_EQ(file->size_bytes, 5);
}

TEST(tree_file_crosses_chunks)
{
    static struct world w;
    world_init(&w);
    struct ph_node *file = make(&w, ph_tree_root(&w.tree), "a", PH_NODE_FILE);
    static uint8_t block[5000];
    static uint8_t back[5000];
    uint64_t size = 0;
    for (unsigned i = 0; i < 400; i++) { /* 2 MB: six chunks */
        memset(block, (int)(i * 7 + 1), sizeof(block));
        uint64_t done;
        struct ph_slice from = {block, sizeof(block)};
        CHECK_EQ(ph_file_write(&w.tree, ph_node_file(file), size, from, &done), PH_E_OK);
        size += done;
    }
    for (unsigned i = 0; i < 400; i++) {
        memset(block, (int)(i * 7 + 1), sizeof(block));
        CHECK_EQ(ph_file_read(&w.tree, ph_node_file(file), i * 5000u, back, 5000), 5000);
        CHECK_BYTES(back, block, 5000);
    }
}

TEST(tree_file_hole_reads_as_zeros_and_takes_nothing)
{
    static struct world w;
    world_init(&w);
    struct ph_node *file = make(&w, ph_tree_root(&w.tree), "a", PH_NODE_FILE);
    write_text(&w, file, UINT64_C(2) << 30, "end");
    uint8_t back[64];
    uint8_t zeros[64] = {0};
    CHECK_EQ(ph_file_read(&w.tree, ph_node_file(file), 1000000, back, 64), 64);
    CHECK_BYTES(back, zeros, 64);
    CHECK(ph_heap_dirty_pages(w.heap) < 64);
    CHECK_EQ(ph_file_resize(&w.tree, ph_node_file(file), 100), PH_E_OK);
    CHECK_EQ(ph_file_resize(&w.tree, ph_node_file(file), PH_FILE_BYTES_MAX + 1), PH_E_FBIG);
    uint64_t done;
    CHECK_EQ(ph_file_write(&w.tree, ph_node_file(file), PH_FILE_BYTES_MAX, text("x"), &done),
             PH_E_FBIG);
}

TEST(tree_file_that_was_cut_off_grows_with_zeros)
{
    static struct world w;
    world_init(&w);
    struct ph_node *file = make(&w, ph_tree_root(&w.tree), "a", PH_NODE_FILE);
    write_text(&w, file, 0, "0123456789");
    write_text(&w, file, 100000, "far");
    CHECK_EQ(ph_file_resize(&w.tree, ph_node_file(file), 4), PH_E_OK);
    CHECK_EQ(ph_file_resize(&w.tree, ph_node_file(file), 200000), PH_E_OK);
    static uint8_t back[200000];
    static uint8_t expected[200000] = "0123";
    CHECK_EQ(ph_file_read(&w.tree, ph_node_file(file), 0, back, sizeof(back)), sizeof(back));
    CHECK_BYTES(back, expected, sizeof(back));
}

TEST(tree_full_arena_is_an_error_and_no_harm)
{
    static struct world w;
    world_init_sized(&w, UINT64_C(64) << 20);
    struct ph_node *file = make(&w, ph_tree_root(&w.tree), "a", PH_NODE_FILE);
    static uint8_t block[1 << 20];
    memset(block, 7, sizeof(block));
    uint64_t size = 0;
    ph_errno error = PH_E_OK;
    while (error == PH_E_OK) {
        uint64_t done;
        struct ph_slice from = {block, sizeof(block)};
        error = ph_file_write(&w.tree, ph_node_file(file), size, from, &done);
        size += done;
    }
    CHECK_EQ(error, PH_E_NOSPC);
    CHECK_EQ(file->size_bytes, size);
    CHECK(size > UINT64_C(8) << 20);
    CHECK_EQ(ph_tree_unlink(&w.tree, ph_tree_root(&w.tree), text("a")), PH_E_OK);
    file = make(&w, ph_tree_root(&w.tree), "b", PH_NODE_FILE);
    write_text(&w, file, 0, "fits again");
    /* And no room for objects. */
    struct ph_node *node;
    char name[16];
    error = PH_E_OK;
    unsigned count = 0;
    while (error == PH_E_OK) {
        snprintf(name, sizeof(name), "n%u", count++);
        error = ph_tree_make(&w.tree, ph_tree_root(&w.tree), text(name), PH_NODE_FILE, text(""),
                             &node);
    }
    CHECK_EQ(error, PH_E_NOSPC);
    CHECK_EQ(w.tree.files->node_count, count - 1 + 2);
    world_shake(&w);
}

TEST(tree_steady_state_takes_no_memory)
{
    static struct world w;
    world_init(&w);
    struct ph_folder *root = ph_tree_root(&w.tree);
    uint64_t objects = 0;
    uint64_t extents = 0;
    uint64_t top = 0;
    for (unsigned i = 0; i < 2000; i++) {
        struct ph_node *file = make(&w, root, "log.new", PH_NODE_FILE);
        write_text(&w, file, 70000, "some words");
        CHECK_EQ(ph_tree_rename(&w.tree, root, text("log.new"), root, text("log")), PH_E_OK);
        make(&w, root, "d", PH_NODE_FOLDER);
        make(&w, root, "l", PH_NODE_LINK);
        CHECK_EQ(ph_tree_unlink(&w.tree, root, text("l")), PH_E_OK);
        CHECK_EQ(ph_tree_remove_folder(&w.tree, root, text("d")), PH_E_OK);
        if (i == 100) {
            objects = w.heap->header->object_bytes_live;
            extents = w.heap->header->extent_bytes_live;
            top = w.heap->header->object_top;
        }
    }
    CHECK_EQ(w.heap->header->object_bytes_live, objects);
    CHECK_EQ(w.heap->header->extent_bytes_live, extents);
    CHECK_EQ(w.heap->header->object_top, top);
    CHECK_EQ(w.tree.files->node_count, 2);
}

TEST(tree_unlinked_file_lives_while_it_is_held)
{
    static struct world w;
    world_init(&w);
    struct ph_folder *root = ph_tree_root(&w.tree);
    struct ph_node *file = make(&w, root, "a", PH_NODE_FILE);
    ph_node_hold(&w.tree, file);
    write_text(&w, file, 0, "still here");
    CHECK_EQ(ph_tree_unlink(&w.tree, root, text("a")), PH_E_OK);
    CHECK_EQ(file->link_count, 0);
    char back[11] = {0};
    CHECK_EQ(ph_file_read(&w.tree, ph_node_file(file), 0, back, 10), 10);
    CHECK_TEXT(back, "still here");
    CHECK_EQ(w.tree.files->node_count, 2);
    ph_node_release(&w.tree, file);
    CHECK_EQ(w.tree.files->node_count, 1);
    CHECK_EQ(w.heap->header->extent_bytes_live, 0);
}

TEST(tree_removed_folder_takes_no_entries)
{
    static struct world w;
    world_init(&w);
    struct ph_folder *root = ph_tree_root(&w.tree);
    struct ph_node *folder = make(&w, root, "d", PH_NODE_FOLDER);
    ph_node_hold(&w.tree, folder);
    CHECK_EQ(root->node.link_count, 3);
    CHECK_EQ(ph_tree_remove_folder(&w.tree, root, text("d")), PH_E_OK);
    CHECK_EQ(root->node.link_count, 2);
    struct ph_node *node;
    CHECK_EQ(ph_tree_make(&w.tree, ph_node_folder(folder), text("x"), PH_NODE_FILE, text(""),
                          &node),
             PH_E_NOENT);
    struct ph_walk walk;
    CHECK_EQ(ph_tree_walk(&w.tree, ph_node_folder(folder), text("."), true, &walk), PH_E_NOENT);
    ph_node_release(&w.tree, folder);
    CHECK_EQ(w.tree.files->node_count, 1);
}

TEST(tree_hard_links_count)
{
    static struct world w;
    world_init(&w);
    struct ph_folder *root = ph_tree_root(&w.tree);
    struct ph_node *file = make(&w, root, "a", PH_NODE_FILE);
    CHECK_EQ(ph_tree_link(&w.tree, file, root, text("b")), PH_E_OK);
    CHECK_EQ(file->link_count, 2);
    CHECK_EQ(ph_tree_link(&w.tree, file, root, text("b")), PH_E_EXIST);
    CHECK_EQ(ph_tree_link(&w.tree, &root->node, root, text("c")), PH_E_PERM);
    CHECK_EQ(ph_tree_rename(&w.tree, root, text("a"), root, text("b")), PH_E_OK);
    CHECK(ph_folder_find(&w.tree, root, text("a")) == file); /* POSIX: nothing is done */
    CHECK_EQ(ph_tree_unlink(&w.tree, root, text("a")), PH_E_OK);
    CHECK_EQ(file->link_count, 1);
    CHECK(ph_folder_find(&w.tree, root, text("b")) == file);
}

TEST(tree_rename_rules)
{
    static struct world w;
    world_init(&w);
    struct ph_tree *t = &w.tree;
    struct ph_folder *root = ph_tree_root(t);
    struct ph_folder *a = ph_node_folder(make(&w, root, "a", PH_NODE_FOLDER));
    struct ph_folder *b = ph_node_folder(make(&w, a, "b", PH_NODE_FOLDER));
    make(&w, root, "f", PH_NODE_FILE);
    CHECK_EQ(ph_tree_rename(t, root, text("a"), b, text("x")), PH_E_INVAL);
    CHECK_EQ(ph_tree_rename(t, root, text("a"), a, text("x")), PH_E_INVAL);
    CHECK_EQ(ph_tree_rename(t, root, text("a"), root, text("f")), PH_E_NOTDIR);
    CHECK_EQ(ph_tree_rename(t, root, text("f"), root, text("a")), PH_E_ISDIR);
    CHECK_EQ(ph_tree_rename(t, root, text("none"), root, text("a")), PH_E_NOENT);
    make(&w, root, "e", PH_NODE_FOLDER);
    CHECK_EQ(ph_tree_rename(t, root, text("e"), root, text("a")), PH_E_NOTEMPTY);
    CHECK_EQ(ph_tree_rename(t, root, text("e"), a, text("b")), PH_E_OK); /* over an empty one */
    CHECK_EQ(root->node.link_count, 3);
    CHECK_EQ(a->node.link_count, 3);
    CHECK_EQ(ph_tree_rename(t, a, text("b"), root, text("b")), PH_E_OK);
    CHECK_EQ(a->node.link_count, 2);
    CHECK_EQ(root->node.link_count, 4);
    CHECK_EQ(ph_node_at(t, ph_folder_find(t, root, text("b"))->parent_ref) == &root->node, 1);
    world_shake(&w);
}

TEST(tree_folder_with_many_entries_lists_each_once)
{
    static struct world w;
    world_init(&w);
    struct ph_folder *root = ph_tree_root(&w.tree);
    enum { COUNT = 20000 };
    char name[32];
    for (unsigned i = 0; i < COUNT; i++) {
        snprintf(name, sizeof(name), "entry-%u", i);
        make(&w, root, name, PH_NODE_FILE);
    }
    /* Remove what was listed while listing, as "rm -r" does, and add others. */
    uint64_t cookie = 0;
    struct ph_entry entry;
    unsigned listed = 0;
    while (ph_folder_next(&w.tree, root, &cookie, &entry)) {
        snprintf(name, sizeof(name), "%.*s", (int)entry.name.size, (const char *)entry.name.bytes);
        if (listed < COUNT) {
            char expected[32];
            snprintf(expected, sizeof(expected), "entry-%u", listed);
            CHECK_TEXT(name, expected);
        }
        CHECK_EQ(ph_tree_unlink(&w.tree, root, text(name)), PH_E_OK);
        if (listed % 1000 == 0) {
            snprintf(name, sizeof(name), "late-%u", listed);
            make(&w, root, name, PH_NODE_FILE);
        }
        listed++;
        CHECK(listed < 2 * COUNT);
    }
    CHECK(listed >= COUNT + COUNT / 1000);
    CHECK_EQ(root->live_count, 0);
    CHECK_EQ(w.tree.files->node_count, 1);
}

TEST(tree_device_says_what_it_is_and_leaves_nothing)
{
    static struct world w;
    world_init(&w);
    struct ph_tree *t = &w.tree;
    struct ph_folder *root = ph_tree_root(t);
    struct ph_node *node;
    CHECK_EQ(ph_tree_make(t, root, text("urandom"), PH_NODE_CHARACTER, text("random"), &node),
             PH_E_OK);
    CHECK_EQ(ph_node_device(t, node), 'r');
    CHECK_EQ(node->size_bytes, 0);
    CHECK_EQ(node->link_count, 1);
    struct ph_walk walk;
    CHECK_EQ(ph_tree_walk(t, root, text("urandom/x"), true, &walk), PH_E_NOTDIR);
    CHECK_EQ(ph_tree_unlink(t, root, text("urandom")), PH_E_OK);
    CHECK_EQ(w.tree.files->node_count, 1);
}

TEST(tree_permissions_are_told_again)
{
    static struct world w;
    world_init(&w);
    struct ph_node *file = make(&w, ph_tree_root(&w.tree), "a", PH_NODE_FILE);
    struct ph_node *folder = make(&w, ph_tree_root(&w.tree), "b", PH_NODE_FOLDER);
    CHECK_EQ(ph_node_permissions(file), 0644);
    CHECK_EQ(ph_node_permissions(folder), 0755);
    ph_node_set_permissions(&w.tree, file, 0);
    ph_node_set_permissions(&w.tree, folder, 07701);
    CHECK_EQ(ph_node_permissions(file), 0);
    CHECK_EQ(ph_node_permissions(folder), 0701);
    CHECK_EQ(file->type, PH_NODE_FILE);
    CHECK_EQ(folder->type, PH_NODE_FOLDER);
}

TEST(tree_walk_stays_inside)
{
    static struct world w;
    world_init(&w);
    struct ph_tree *t = &w.tree;
    struct ph_folder *root = ph_tree_root(t);
    struct ph_folder *a = ph_node_folder(make(&w, root, "a", PH_NODE_FOLDER));
    struct ph_node *f = make(&w, a, "f", PH_NODE_FILE);
    struct ph_node *node;
    CHECK_EQ(ph_tree_make(t, a, text("up"), PH_NODE_LINK, text("../a/f"), &node), PH_E_OK);
    CHECK_EQ(ph_tree_make(t, a, text("abs"), PH_NODE_LINK, text("/a/f"), &node), PH_E_OK);
    CHECK_EQ(ph_tree_make(t, a, text("loop"), PH_NODE_LINK, text("loop"), &node), PH_E_OK);
    CHECK_EQ(ph_tree_make(t, a, text("dir"), PH_NODE_LINK, text("../a"), &node), PH_E_OK);
    struct ph_walk walk;
    static const struct { const char *path; bool follow; ph_errno error; } cases[] = {
        {"a/f", true, PH_E_OK},           {"a//./f", true, PH_E_OK},
        {"a/../a/f", true, PH_E_OK},      {"/a/f", true, PH_E_PERM},
        {"../a/f", true, PH_E_PERM},      {"a/../../a/f", true, PH_E_PERM},
        {"a/f/", true, PH_E_NOTDIR},      {"a/f/x", true, PH_E_NOTDIR},
        {"b/f", true, PH_E_NOENT},        {"", true, PH_E_NOENT},
        {"a/up", true, PH_E_OK},          {"a/abs", true, PH_E_PERM},
        {"a/loop", true, PH_E_LOOP},      {"a/loop", false, PH_E_OK},
        {"a/loop/x", false, PH_E_LOOP},   {"a/dir/dir/dir/f", true, PH_E_OK},
        {"a/dir/", false, PH_E_OK},       {"a/up/", false, PH_E_NOTDIR},
    };
    for (unsigned i = 0; i < PH_COUNT(cases); i++) {
        ph_errno error = ph_tree_walk(t, root, text(cases[i].path), cases[i].follow, &walk);
        if (error != cases[i].error) {
            unit_fail(__FILE__, __LINE__, "%s: %d, expected %d", cases[i].path, (int)error,
                      (int)cases[i].error);
        }
    }
    CHECK_EQ(ph_tree_walk(t, root, text("a/up"), true, &walk), PH_E_OK);
    CHECK(walk.node == f);
    CHECK_EQ(ph_tree_walk(t, a, text("up"), true, &walk), PH_E_PERM); /* leaves its start */
    CHECK_EQ(ph_tree_walk(t, root, text("a/dir/"), false, &walk), PH_E_OK);
    CHECK(walk.node == &a->node);
    CHECK_EQ(ph_tree_walk(t, root, text("a/new"), true, &walk), PH_E_OK);
    CHECK(walk.node == NULL && walk.folder == a && walk.name.size == 3);
    CHECK_EQ(ph_tree_walk(t, root, (struct ph_slice){(const uint8_t *)"a\0b", 3}, true, &walk),
             PH_E_INVAL);
    static char longest[PH_PATH_BYTES_MAX + 8];
    memset(longest, 'x', sizeof(longest) - 1);
    CHECK_EQ(ph_tree_walk(t, root, text(longest), true, &walk), PH_E_NAMETOOLONG);
    longest[PH_NAME_BYTES_MAX + 1] = 0;
    CHECK_EQ(ph_tree_walk(t, root, text(longest), true, &walk), PH_E_NAMETOOLONG);
}
