// SPDX-License-Identifier: Apache-2.0
// Floating point and arrays: the spectral norm of an N by N matrix that is never stored.
final class SpectralNorm {
    static double element(int i, int j) {
        return 1.0 / ((i + j) * (i + j + 1) / 2 + i + 1);
    }

    static void multiply(double[] from, double[] to, boolean transposed) {
        for (int i = 0; i < to.length; i++) {
            double sum = 0;
            for (int j = 0; j < from.length; j++) {
                sum += (transposed ? element(j, i) : element(i, j)) * from[j];
            }
            to[i] = sum;
        }
    }

    public static void main(String[] args) {
        int n = Integer.parseInt(args[0]);
        double[] u = new double[n], v = new double[n], w = new double[n];
        java.util.Arrays.fill(u, 1);
        for (int i = 0; i < 10; i++) {
            multiply(u, w, false);
            multiply(w, v, true);
            multiply(v, w, false);
            multiply(w, u, true);
        }
        double uv = 0, vv = 0;
        for (int i = 0; i < n; i++) {
            uv += u[i] * v[i];
            vv += v[i] * v[i];
        }
        System.out.println(Math.sqrt(uv / vv));
    }
}
