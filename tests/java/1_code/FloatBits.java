// SPDX-License-Identifier: Apache-2.0
// Results of floating-point arithmetic as bits.
class FloatBits {
    static void show(double d) {
        System.out.println(Long.toHexString(Double.doubleToLongBits(d)));
    }

    static void show(float f) {
        System.out.println(Integer.toHexString(Float.floatToIntBits(f)));
    }

    public static void main(String[] args) {
        double[] d = {0.0, -0.0, 1.0, -1.5, 0.1, 1e308, 4.9e-324, 1e-310, Double.NaN,
                      Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY};
        for (double a : d) {
            for (double b : d) {
                show(a + b);
                show(a - b);
                show(a * b);
                show(a / b);
                show(a % b);
                show(-a);
            }
        }
        float[] f = {0f, -0f, 1f, 0.1f, 3.4e38f, 1.4e-45f, Float.NaN, Float.POSITIVE_INFINITY};
        for (float a : f) {
            for (float b : f) {
                show(a + b);
                show(a - b);
                show(a * b);
                show(a / b);
                show(a % b);
                show(-a);
            }
        }
        show((double) 0.1f);
        show((float) 0.1);
        show((float) 1e-46);
    }
}
