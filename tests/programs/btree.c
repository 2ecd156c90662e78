/* SPDX-License-Identifier: Apache-2.0
 *
 * btree [KEYS] [LINES] - a store of records in a B-tree: inserts, updates, lookups, and a walk in
 * order. The kind of program that elsewhere would need a database file and recovery code. */
#include "program.h"

#define ORDER 32 /* children of a node at most; even */

struct node {
    int keys;
    int is_leaf;
    uint64_t key[ORDER - 1];
    uint64_t value[ORDER - 1];
    struct node *child[ORDER];
};

static struct node *root;
static uint64_t records;

static struct node *node_create(int is_leaf)
{
    struct node *node = allocate(sizeof *node);
    node->is_leaf = is_leaf;
    return node;
}

/* Splits the full child `index` of `parent`, which has room. */
static void split_child(struct node *parent, int index)
{
    struct node *left = parent->child[index];
    struct node *right = node_create(left->is_leaf);
    int middle = ORDER / 2 - 1;

    right->keys = ORDER - 1 - middle - 1;
    memcpy(right->key, left->key + middle + 1, (size_t)right->keys * sizeof *right->key);
    memcpy(right->value, left->value + middle + 1, (size_t)right->keys * sizeof *right->value);
    if (!left->is_leaf) {
        memcpy(right->child, left->child + middle + 1,
               (size_t)(right->keys + 1) * sizeof *right->child);
    }
    left->keys = middle;
    int after = parent->keys - index;
    memmove(parent->key + index + 1, parent->key + index, (size_t)after * sizeof *parent->key);
    memmove(parent->value + index + 1, parent->value + index,
            (size_t)after * sizeof *parent->value);
    memmove(parent->child + index + 2, parent->child + index + 1,
            (size_t)after * sizeof *parent->child);
    parent->key[index] = left->key[middle];
    parent->value[index] = left->value[middle];
    parent->child[index + 1] = right;
    parent->keys++;
}

static int position(const struct node *node, uint64_t key)
{
    int low = 0, high = node->keys;
    while (low < high) {
        int middle = (low + high) / 2;
        if (node->key[middle] < key) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

static void put(uint64_t key, uint64_t value)
{
    if (root->keys == ORDER - 1) {
        struct node *top = node_create(0);
        top->child[0] = root;
        root = top;
        split_child(root, 0);
    }
    struct node *node = root;
    for (;;) {
        int at = position(node, key);
        if (at < node->keys && node->key[at] == key) {
            node->value[at] += value;
            return;
        }
        if (node->is_leaf) {
            size_t after = (size_t)(node->keys - at);
            memmove(node->key + at + 1, node->key + at, after * sizeof *node->key);
            memmove(node->value + at + 1, node->value + at, after * sizeof *node->value);
            node->key[at] = key;
            node->value[at] = value;
            node->keys++;
            records++;
            return;
        }
        if (node->child[at]->keys == ORDER - 1) {
            split_child(node, at);
        } else {
            node = node->child[at];
        }
    }
}

static uint64_t get(uint64_t key)
{
    const struct node *node = root;
    for (;;) {
        int at = position(node, key);
        if (at < node->keys && node->key[at] == key) {
            return node->value[at];
        }
        if (node->is_leaf) {
            return 0;
        }
        node = node->child[at];
    }
}

static uint64_t walk(const struct node *node, uint64_t sum)
{
    for (int i = 0; i < node->keys; i++) {
        if (!node->is_leaf) {
            sum = walk(node->child[i], sum);
        }
        sum = checksum_add(sum, node->key[i]);
        sum = checksum_add(sum, node->value[i]);
    }
    return node->is_leaf ? sum : walk(node->child[node->keys], sum);
}

int main(int argc, char **argv)
{
    uint64_t keys = argument(argc, argv, 1, 400000);
    uint64_t lines = argument(argc, argv, 2, 20);
    uint64_t state = 6;
    uint64_t sum = CHECKSUM_START;

    root = node_create(1);
    for (uint64_t line = 1; line <= lines; line++) {
        for (uint64_t i = 0; i < keys / lines; i++) {
            uint64_t dice = random_next(&state);
            put(dice % (keys * 2), dice >> 40);
            sum = checksum_add(sum, get((dice >> 20) % (keys * 2)));
        }
        say("records", records, sum);
    }
    say("walk", records, walk(root, CHECKSUM_START));
    return 0;
}
