// SPDX-License-Identifier: Apache-2.0
// What StrictMath asks the machine for, results as bits: they have to be the same everywhere.
class StrictMathBits {
    interface Function {
        double of(double x);
    }

    /** Thousands of numbers of all sizes, as one number. */
    static void many(String name, Function function) {
        java.util.Random random = new java.util.Random(name.length());
        long sum = 0;
        for (int i = 0; i < 3000; i++) {
            double x = i % 3 == 0 ? Double.longBitsToDouble(random.nextLong())
                     : i % 3 == 1 ? random.nextDouble() * 2 - 1 : random.nextGaussian() * 20;
            sum = sum * 31 + Double.doubleToLongBits(function.of(x));
        }
        System.out.println(name + " " + Long.toHexString(sum));
    }

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
        many("sin", StrictMath::sin);
        many("cos", StrictMath::cos);
        many("tan", StrictMath::tan);
        many("asin", StrictMath::asin);
        many("acos", StrictMath::acos);
        many("atan", StrictMath::atan);
        many("log", StrictMath::log);
        many("log10", StrictMath::log10);
        many("sinh", StrictMath::sinh);
        many("cosh", StrictMath::cosh);
        many("tanh", StrictMath::tanh);
        many("expm1", StrictMath::expm1);
        many("log1p", StrictMath::log1p);
        many("exp", StrictMath::exp);
        many("cbrt", StrictMath::cbrt);
        many("pow", x -> StrictMath.pow(Math.abs(x), 0.7));
        many("hypot", x -> StrictMath.hypot(x, 3));
        many("atan2", x -> StrictMath.atan2(x, -0.3));
        many("remainder", x -> StrictMath.IEEEremainder(x, 0.7));
    }
}
