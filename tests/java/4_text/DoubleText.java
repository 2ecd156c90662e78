// SPDX-License-Identifier: Apache-2.0
// Floating point printed and read: shortest forms, limits, hex.
class DoubleText {
    static void d(double d) {
        System.out.println(d + " " + Double.toHexString(d));
    }

    static void f(float f) {
        System.out.println(f + " " + Float.toHexString(f));
    }

    static void p(String s) {
        try {
            System.out.println(Double.parseDouble(s) + " " + Float.parseFloat(s));
        } catch (NumberFormatException e) {
            System.out.println(e.getMessage());
        }
    }

    public static void main(String[] args) {
        double[] doubles = {0, -0.0, 1, 10, 100, 0.1, 0.001, 0.0001, 1e7, 9999999, 12345678.9, 1e21,
            1.0E-5, Double.MAX_VALUE, Double.MIN_VALUE, Double.MIN_NORMAL, Math.PI, 1.0 / 3, 2.0 / 3,
            100.0 / 3, 1e16, 123456789012345680.0, 4.35, 0.3, 0.1 + 0.2, 5e-324, 1.1e-310,
            Double.NaN, Double.NEGATIVE_INFINITY, 9007199254740993.0};
        for (double d : doubles) {
            d(d);
            f((float) d);
        }
        String[] texts = {"1", " 1.5 ", "1e3", "1E-400", "1e400", "-0", ".5", "5.", "0x1p3", "0x1.8P1",
            "0x.8p0", "NaN", "-Infinity", "Infinity", "1f", "1d", "", " ", "1 2", "0x", "1e", "+.e1",
            "2.2250738585072012e-308", "0.1000000000000000055511151231257827021181583404541015625",
            "9007199254740993", "1.17549435E-38", "3.4028236e38", "1_000", "nan"};
        for (String s : texts) {
            p(s);
        }
        System.out.println(0x1.0p-3 + 0x1p3f + 1e-3f);
    }
}
