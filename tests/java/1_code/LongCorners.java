// SPDX-License-Identifier: Apache-2.0
// Arithmetic of long, float and double where it ends.
class LongCorners {
    static final long[] LONGS = {0, 1, -1, 2, 63, 64, Integer.MAX_VALUE, Integer.MIN_VALUE,
        0xffffffffL, 0x100000000L, Long.MAX_VALUE, Long.MIN_VALUE, Long.MIN_VALUE + 1};
    static final double[] DOUBLES = {0.0, -0.0, 1.0, -1.5, Double.MIN_VALUE, Double.MAX_VALUE,
        Double.MIN_NORMAL, 4503599627370496.5, 9007199254740993.0, 1e308, -1e308,
        Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, Double.NaN};
    static final float[] FLOATS = {0f, -0f, 1f, 16777217f, Float.MIN_VALUE, Float.MAX_VALUE,
        -3.4e38f, Float.NaN, Float.NEGATIVE_INFINITY, 0.1f};

    static void longs() {
        for (long a : LONGS) {
            long sum = 0;
            for (long b : LONGS) {
                sum = sum * 31 + (a + b) + (a - b) * 3 + (a * b) * 5 + (a & b) + (a | b) + (a ^ b);
                sum = sum * 31 + (a << b) + (a >> b) + (a >>> b) + (a < b ? 1 : 0) + (a == b ? 7 : 0);
                if (b != 0) {
                    sum = sum * 31 + a / b + a % b;
                }
            }
            System.out.println(a + " " + sum + " " + (int) a + " " + (short) a + " " + (byte) a
                + " " + (int) (char) a + " " + (float) a + " " + (double) a + " " + ~a + " " + -a);
        }
    }

    static void doubles() {
        for (double a : DOUBLES) {
            long sum = 0;
            for (double b : DOUBLES) {
                sum = sum * 31 + Double.doubleToLongBits(a + b);
                sum = sum * 31 + Double.doubleToLongBits(a - b);
                sum = sum * 31 + Double.doubleToLongBits(a * b);
                sum = sum * 31 + Double.doubleToLongBits(a / b);
                sum = sum * 31 + Double.doubleToLongBits(a % b);
                sum = sum * 31 + (a < b ? 1 : 0) + (a <= b ? 2 : 0) + (a > b ? 4 : 0)
                    + (a >= b ? 8 : 0) + (a == b ? 16 : 0) + (a != b ? 32 : 0);
            }
            System.out.println(a + " " + sum + " " + (int) a + " " + (long) a + " " + (float) a
                + " " + (short) a + " " + (byte) a + " " + (int) (char) a + " " + -a);
        }
    }

    static void floats() {
        for (float a : FLOATS) {
            int sum = 0;
            for (float b : FLOATS) {
                sum = sum * 31 + Float.floatToIntBits(a + b) + Float.floatToIntBits(a - b);
                sum = sum * 31 + Float.floatToIntBits(a * b) + Float.floatToIntBits(a / b);
                sum = sum * 31 + Float.floatToIntBits(a % b) + (a < b ? 1 : 0) + (a >= b ? 2 : 0);
            }
            System.out.println(a + " " + sum + " " + (int) a + " " + (long) a + " " + (double) a
                + " " + Float.compare(a, 0f) + " " + Float.valueOf(a).equals(-0f));
        }
    }

    public static void main(String[] args) {
        longs();
        doubles();
        floats();
        System.out.println(Long.MIN_VALUE / -1 + " " + Long.MIN_VALUE % -1);
        System.out.println(Integer.MIN_VALUE / -1 + " " + Integer.MIN_VALUE % -1);
        try {
            System.out.println(LONGS[1] % LONGS[0]);
        } catch (ArithmeticException e) {
            System.out.println(e.getMessage());
        }
        long count = Long.MAX_VALUE;
        count++;
        count >>>= 60;
        count ^= -1L;
        System.out.println(count);
        char c = 'a';
        c += 1.7;
        c++;
        byte b = (byte) 200;
        b >>>= 1;
        short s = 1;
        s <<= 15;
        int i = 5;
        i *= 2.9;
        i += 'b';
        System.out.println(c + " " + b + " " + s + " " + i);
    }
}
