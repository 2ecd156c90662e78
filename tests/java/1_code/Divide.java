// SPDX-License-Identifier: Apache-2.0
// Division and remainder of int and long, the overflow and division by zero.
class Divide {
    static int ints(int a, int b) {
        try {
            return a / b * 1000 + a % b;
        } catch (ArithmeticException e) {
            System.out.println(e.getMessage());
            return -1;
        }
    }

    static long longs(long a, long b) {
        try {
            return a / b * 1000 + a % b;
        } catch (ArithmeticException e) {
            System.out.println(e.getMessage());
            return -1;
        }
    }

    public static void main(String[] args) {
        int[] ints = {0, 1, -1, 3, -3, 10, -10, Integer.MAX_VALUE, Integer.MIN_VALUE};
        for (int a : ints) {
            for (int b : ints) {
                System.out.println(ints(a, b));
            }
        }
        long[] longs = {0, 1, -1, 3, -3, 10, -10, Long.MAX_VALUE, Long.MIN_VALUE};
        for (long a : longs) {
            for (long b : longs) {
                System.out.println(longs(a, b));
            }
        }
    }
}
