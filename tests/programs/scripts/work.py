# SPDX-License-Identifier: Apache-2.0
# work.py - classes, dictionaries, generators, exceptions, json, hashlib and re, ROUNDS times.
# Prints nothing in the order of a set.
import hashlib
import json
import re
import sys

ROUNDS = int(sys.argv[1]) if len(sys.argv) > 1 else 10


class Node:
    def __init__(self, key):
        self.key, self.left, self.right = key, None, None


class Tree:
    def __init__(self):
        self.root, self.size = None, 0

    def add(self, key):
        if self.root is None:
            self.root, self.size = Node(key), 1
            return
        node = self.root
        while key != node.key:
            side = "left" if key < node.key else "right"
            child = getattr(node, side)
            if child is None:
                setattr(node, side, Node(key))
                self.size += 1
                return
            node = child
        raise KeyError(key)

    def __iter__(self):
        def walk(node):
            if node:
                yield from walk(node.left)
                yield node.key
                yield from walk(node.right)
        return walk(self.root)


def main():
    state, tree, refused = 1, Tree(), 0
    digest = hashlib.sha256()
    for number in range(1, ROUNDS + 1):
        for _ in range(200):
            state = (state * 1103515245 + 12345) & 0x7FFFFFFF
            try:
                tree.add(state % 5000)
            except KeyError:
                refused += 1
        keys = list(tree)
        text = json.dumps({"keys": keys[:: number + 1], "refused": refused}, sort_keys=True)
        digest.update(text.encode())
        threes = len(re.findall(r"\b\d*3\b", text))
        print(number, tree.size, refused, threes, digest.hexdigest()[:16], flush=True)
    print("done", sum(tree), 2 ** 200 % 1000007)


main()
