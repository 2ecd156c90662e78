// SPDX-License-Identifier: Apache-2.0
// Every comparison of numbers, NaN and both zeros included.
class Compare {
    static int doubles(double a, double b) {
        return (a < b ? 1 : 0) | (a <= b ? 2 : 0) | (a == b ? 4 : 0) | (a != b ? 8 : 0)
            | (a > b ? 16 : 0) | (a >= b ? 32 : 0) | (!(a < b) ? 64 : 0) | (!(a > b) ? 128 : 0);
    }

    static int floats(float a, float b) {
        return (a < b ? 1 : 0) | (a <= b ? 2 : 0) | (a == b ? 4 : 0) | (a != b ? 8 : 0)
            | (a > b ? 16 : 0) | (a >= b ? 32 : 0) | (!(a < b) ? 64 : 0) | (!(a > b) ? 128 : 0);
    }

    static int longs(long a, long b) {
        return (a < b ? 1 : 0) | (a <= b ? 2 : 0) | (a == b ? 4 : 0) | (a != b ? 8 : 0)
            | (a > b ? 16 : 0) | (a >= b ? 32 : 0);
    }

    static int ints(int a, int b) {
        return (a < b ? 1 : 0) | (a <= b ? 2 : 0) | (a == b ? 4 : 0) | (a != b ? 8 : 0)
            | (a > b ? 16 : 0) | (a >= b ? 32 : 0) | (a < 0 ? 64 : 0) | (b >= 0 ? 128 : 0);
    }

    public static void main(String[] args) {
        double[] v = {0.0, -0.0, 1, -1, Double.NaN, Double.POSITIVE_INFINITY, Double.MIN_VALUE};
        for (double a : v) {
            for (double b : v) {
                System.out.println(doubles(a, b));
                System.out.println(floats((float) a, (float) b));
            }
        }
        long[] w = {0, 1, -1, 1L << 32, Long.MAX_VALUE, Long.MIN_VALUE};
        for (long a : w) {
            for (long b : w) {
                System.out.println(longs(a, b));
                System.out.println(ints((int) a, (int) (b >> 1)));
            }
        }
    }
}
