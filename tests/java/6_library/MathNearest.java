/* Functions of Math that HotSpot has as intrinsics: special values, and sums that hide what two good
 * implementations may round differently. */
class MathNearest {
    static final double[] SPECIAL = {
        0.0, -0.0, 1, -1, 2, -2, 0.5, -0.5, Double.NaN, Double.POSITIVE_INFINITY,
        Double.NEGATIVE_INFINITY, Double.MIN_VALUE, Double.MAX_VALUE, 3, -3, 1e300, -1e300, 1e22, 7,
        -7, 1.5, 10, 100, 1000, 1e15, 709, 710, -745, -746, 1e-10};

    public static void main(String[] arguments) {
        for (double x : SPECIAL) {
            System.out.println(x + ": " + Math.sin(x) + " " + Math.cos(x) + " " + Math.tan(x) + " " +
                               Math.exp(x) + " " + Math.log(x) + " " + Math.log10(x));
            for (double y : SPECIAL) {
                System.out.print(Math.pow(x, y) + " ");
            }
            System.out.println();
        }
        System.out.println(Math.pow(1.1, 4) + " " + Math.pow(2.5, 3.5) + " " + Math.log10(1000) + " " +
                           Math.log10(2) + " " + Math.exp(1) + " " + Math.log(10));
        float sum = 0;
        for (int i = 0; i < 2000; i++) {
            double x = i * 0.37 + 0.01;
            sum += (float) (Math.sin(x) + Math.cos(x) + Math.exp(-x) + Math.log(x) + Math.log10(x) +
                            Math.pow(x, 1.7));
        }
        System.out.println(sum);
    }
}
