// SPDX-License-Identifier: Apache-2.0
// The graph of bench/heap.c's marks: Graph OBJECTS order|random ROUNDS. Each object refers to the one
// before it and to one anywhere (random) or to that of half its number (order). Collects as often;
// -Xlog:gc* says how long each took.
final class Graph {
    Graph left, right;
    long label;

    public static void main(String[] arguments) {
        int count = Integer.parseInt(arguments[0]);
        boolean isRandom = arguments[1].equals("random");
        Graph[] all = new Graph[count];
        long state = 1;
        Graph last = null;
        for (int i = 0; i < count; i++) {
            Graph node = new Graph();
            all[i] = node;
            state = state * 6364136223846793005L + 1442695040888963407L;
            int other = isRandom ? (int) Long.remainderUnsigned(state >>> 16, i + 1) : i / 2;
            node.label = i;
            node.left = last;
            node.right = all[other];
            last = node;
        }
        all[0].left = last;
        all = null;
        for (int i = Integer.parseInt(arguments[2]); i > 0; i--) {
            System.gc();
        }
        System.out.println(last.label);
    }
}
