// SPDX-License-Identifier: Apache-2.0
// Math and StrictMath, results as bits; StrictMath has to be the same everywhere.
class MathBits {
    static String hex(double d) {
        return Long.toHexString(Double.doubleToLongBits(d));
    }

    public static void main(String[] args) {
        double[] v = {0, -0.0, 0.5, 1, -1.5, 2.5, 10, 100.7, -745, 1e-10, 1e10, 1e300, Math.PI / 2,
            Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, Double.MIN_VALUE};
        for (double x : v) {
            System.out.println(hex(StrictMath.sin(x)) + hex(StrictMath.cos(x)) + hex(StrictMath.tan(x))
                + hex(StrictMath.asin(x)) + hex(StrictMath.acos(x)) + hex(StrictMath.atan(x)));
            System.out.println(hex(StrictMath.exp(x)) + hex(StrictMath.log(x))
                + hex(StrictMath.log10(x)) + hex(StrictMath.cbrt(x)) + hex(StrictMath.sinh(x))
                + hex(StrictMath.cosh(x)) + hex(StrictMath.tanh(x)) + hex(StrictMath.expm1(x))
                + hex(StrictMath.log1p(x)));
            System.out.println(hex(Math.sqrt(x)) + hex(Math.floor(x)) + hex(Math.ceil(x))
                + hex(Math.rint(x)) + Math.round(x) + " " + Math.round((float) x) + hex(Math.abs(x))
                + hex(Math.signum(x)) + hex(Math.ulp(x)) + hex(Math.nextUp(x)) + hex(
                Math.nextAfter(x, 0)) + Math.getExponent(x) + hex(Math.scalb(x, 3)));
        }
        for (double x : v) {
            for (double y : v) {
                System.out.println(hex(StrictMath.pow(x, y)) + hex(StrictMath.atan2(x, y))
                    + hex(StrictMath.hypot(x, y)) + hex(Math.IEEEremainder(x, y))
                    + hex(Math.max(x, y)) + hex(Math.min(x, y)) + hex(Math.copySign(x, y))
                    + hex(Math.fma(x, y, 1.0)));
            }
        }
        System.out.println(hex(Math.toRadians(90)) + hex(Math.toDegrees(1)));
    }
}
