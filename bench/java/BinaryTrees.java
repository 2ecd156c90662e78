// SPDX-License-Identifier: Apache-2.0
// The same work as binary_trees.pha: builds and counts trees of DEPTH, ROUNDS times, beside one
// that lives on.
final class BinaryTrees {
    static final class Node {
        Node left, right;
    }

    static Node make(int depth) {
        Node node = new Node();
        if (depth > 0) {
            node.left = make(depth - 1);
            node.right = make(depth - 1);
        }
        return node;
    }

    static int count(Node node) {
        return node.left == null ? 1 : 1 + count(node.left) + count(node.right);
    }

    public static void main(String[] args) {
        int depth = Integer.parseInt(args[0]);
        int rounds = Integer.parseInt(args[1]);
        Node longLived = make(depth + 2);
        int sum = 0;
        for (int i = 0; i < rounds; i++) {
            sum += count(make(depth));
        }
        System.out.println(sum + count(longLived));
    }
}
