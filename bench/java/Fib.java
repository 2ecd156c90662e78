// SPDX-License-Identifier: Apache-2.0
// Calls: the Fibonacci number of N, in the slow way.
final class Fib {
    static int fib(int n) {
        return n < 2 ? n : fib(n - 1) + fib(n - 2);
    }

    public static void main(String[] args) {
        System.out.println(fib(Integer.parseInt(args[0])));
    }
}
