// SPDX-License-Identifier: Apache-2.0
// Recursion of all sorts: factorial, Ackermann, mutual, hanoi, deep.
class Recursion {
    static long factorial(int n) {
        return n < 2 ? 1 : n * factorial(n - 1);
    }

    static int ackermann(int m, int n) {
        return m == 0 ? n + 1 : n == 0 ? ackermann(m - 1, 1)
            : ackermann(m - 1, ackermann(m, n - 1));
    }

    static boolean even(int n) {
        return n == 0 || odd(n - 1);
    }

    static boolean odd(int n) {
        return n != 0 && even(n - 1);
    }

    static int hanoi(int n, int from, int to) {
        return n == 0 ? 0 : hanoi(n - 1, from, 6 - from - to) + 1 + hanoi(n - 1, 6 - from - to, to);
    }

    static int depth(int n) {
        return n == 0 ? 0 : 1 + depth(n - 1);
    }

    public static void main(String[] args) {
        System.out.println(factorial(20));
        System.out.println(factorial(21));
        System.out.println(ackermann(2, 9));
        System.out.println(even(1000));
        System.out.println(hanoi(10, 1, 3));
        System.out.println(depth(3000));
    }
}
