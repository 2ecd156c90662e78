// SPDX-License-Identifier: Apache-2.0
// Floating point to integers: saturation, NaN and rounding towards zero.
class FloatToInt {
    public static void main(String[] args) {
        double[] doubles = {0.0, -0.0, 0.9, -0.9, 1.5, 2147483647.0, 2147483648.0, -2147483649.0,
                            9.2e18, 9.3e18, -9.3e18, 1e300, Double.NaN, Double.POSITIVE_INFINITY,
                            Double.NEGATIVE_INFINITY, Double.MIN_VALUE};
        for (double d : doubles) {
            System.out.println((int) d);
            System.out.println((long) d);
            System.out.println((byte) d);
            System.out.println((short) d);
            System.out.println((int) (char) d);
            float f = (float) d;
            System.out.println(Float.floatToRawIntBits(f));
            System.out.println((int) f);
            System.out.println((long) f);
        }
        long[] longs = {0, 1, (1L << 53) + 1, (1L << 24) + 1, Long.MAX_VALUE, Long.MIN_VALUE};
        for (long l : longs) {
            System.out.println(Double.doubleToRawLongBits((double) l));
            System.out.println(Float.floatToRawIntBits((float) l));
            System.out.println(Float.floatToRawIntBits((float) (int) l));
        }
    }
}
