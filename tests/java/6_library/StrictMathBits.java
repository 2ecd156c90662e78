// SPDX-License-Identifier: Apache-2.0
// What StrictMath asks the machine for, results as bits: they have to be the same everywhere.
class StrictMathBits {
    static String hex(double d) {
        return Long.toHexString(Double.doubleToLongBits(d)) + " ";
    }

    public static void main(String[] args) {
        double[] v = {0, -0.0, 0.5, 1, -1.5, 2.5, 10, 100.7, -745, 1e-10, 1e10, 1e300, Math.PI / 2,
            Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, Double.MIN_VALUE};
        for (double x : v) {
            System.out.println(x + " " + hex(StrictMath.sin(x)) + hex(StrictMath.cos(x))
                + hex(StrictMath.tan(x)) + hex(StrictMath.asin(x)) + hex(StrictMath.acos(x))
                + hex(StrictMath.atan(x)));
            System.out.println(x + " " + hex(StrictMath.log(x)) + hex(StrictMath.log10(x))
                + hex(StrictMath.sinh(x)) + hex(StrictMath.cosh(x)) + hex(StrictMath.tanh(x))
                + hex(StrictMath.expm1(x)) + hex(StrictMath.log1p(x)));
            for (double y : v) {
                System.out.println(x + " " + y + " " + hex(StrictMath.atan2(x, y)));
            }
        }
    }
}
