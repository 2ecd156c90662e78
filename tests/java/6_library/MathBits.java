// SPDX-License-Identifier: Apache-2.0
// Math and StrictMath, results as bits where the library computes them itself; as floats where it
// asks the machine (StrictMathBits wants all bits of those).
class MathBits {
    static String hex(double d) {
        return Long.toHexString(Double.doubleToLongBits(d));
    }

    static String near(double d) {
        return Integer.toHexString(Float.floatToIntBits((float) d)) + " ";
    }

    public static void main(String[] args) {
        double[] v = {0, -0.0, 0.5, 1, -1.5, 2.5, 10, 100.7, -745, 1e-10, 1e10, 1e300, Math.PI / 2,
            Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, Double.MIN_VALUE};
        for (double x : v) {
            System.out.println(near(StrictMath.sin(x)) + near(StrictMath.cos(x))
                + near(StrictMath.tan(x)) + near(StrictMath.asin(x)) + near(StrictMath.acos(x))
                + near(StrictMath.atan(x)));
            System.out.println(near(StrictMath.log(x)) + near(StrictMath.log10(x))
                + near(StrictMath.sinh(x)) + near(StrictMath.cosh(x)) + near(StrictMath.tanh(x))
                + near(StrictMath.expm1(x)) + near(StrictMath.log1p(x)));
            System.out.println(hex(StrictMath.exp(x)) + hex(StrictMath.cbrt(x))
                + hex(StrictMath.sqrt(x)));
            System.out.println(hex(Math.sqrt(x)) + hex(Math.floor(x)) + hex(Math.ceil(x))
                + hex(Math.rint(x)) + Math.round(x) + " " + Math.round((float) x) + hex(Math.abs(x))
                + hex(Math.signum(x)) + hex(Math.ulp(x)) + hex(Math.nextUp(x)) + hex(
                Math.nextAfter(x, 0)) + Math.getExponent(x) + hex(Math.scalb(x, 3)));
        }
        for (double x : v) {
            for (double y : v) {
                System.out.println(hex(StrictMath.pow(x, y)) + near(StrictMath.atan2(x, y))
                    + hex(StrictMath.hypot(x, y)) + hex(Math.IEEEremainder(x, y))
                    + hex(Math.max(x, y)) + hex(Math.min(x, y)) + hex(Math.copySign(x, y))
                    + hex(Math.fma(x, y, 1.0)));
            }
        }
        System.out.println(hex(Math.toRadians(90)) + hex(Math.toDegrees(1)));
    }
}
