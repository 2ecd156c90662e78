// SPDX-License-Identifier: Apache-2.0
// int and long arithmetic at the edges of their ranges.
class Add {
    static final int[] INTS = {0, 1, -1, 2, 7, -7, 65535, Integer.MAX_VALUE, Integer.MIN_VALUE};
    static final long[] LONGS = {0, 1, -1, 3, 1L << 32, -(1L << 32) - 1, Long.MAX_VALUE,
                                 Long.MIN_VALUE};

    public static void main(String[] args) {
        int sum = 0;
        for (int a : INTS) {
            for (int b : INTS) {
                System.out.println(a + b);
                System.out.println(a - b);
                System.out.println(a * b);
                sum = sum * 31 + ((a & b) ^ (a | b)) + (a ^ b) + ~a + -b;
            }
        }
        System.out.println(sum);
        long total = 0;
        for (long a : LONGS) {
            for (long b : LONGS) {
                System.out.println(a + b);
                System.out.println(a - b);
                System.out.println(a * b);
                total = total * 31 + ((a & b) ^ (a | b)) + (a ^ b) + ~a + -b;
            }
        }
        System.out.println(total);
    }
}
