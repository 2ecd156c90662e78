// SPDX-License-Identifier: Apache-2.0
// Primes, and other small algorithms over arrays.
class Sieve {
    static int primes(int max) {
        boolean[] composite = new boolean[max + 1];
        int count = 0;
        for (int i = 2; i <= max; i++) {
            if (!composite[i]) {
                count++;
                for (long j = (long) i * i; j <= max; j += i) {
                    composite[(int) j] = true;
                }
            }
        }
        return count;
    }

    static int queens(int n, int row, int columns, int left, int right) {
        if (row == n) {
            return 1;
        }
        int count = 0;
        for (int free = ~(columns | left | right) & ((1 << n) - 1); free != 0; free &= free - 1) {
            int bit = free & -free;
            count += queens(n, row + 1, columns | bit, (left | bit) << 1, (right | bit) >> 1);
        }
        return count;
    }

    static void sort(int[] a) {
        for (int i = 1; i < a.length; i++) {
            int x = a[i];
            int j = i;
            while (j > 0 && a[j - 1] > x) {
                a[j] = a[j - 1];
                j--;
            }
            a[j] = x;
        }
    }

    public static void main(String[] args) {
        System.out.println(primes(20000));
        System.out.println(queens(6, 0, 0, 0, 0));
        int[] a = new int[40];
        int x = 12345;
        for (int i = 0; i < a.length; i++) {
            x = x * 1103515245 + 12345;
            a[i] = x >> 16;
        }
        sort(a);
        for (int v : a) {
            System.out.println(v);
        }
        double[][] m = {{1, 2}, {3, 4}};
        double[][] p = new double[2][2];
        for (int i = 0; i < 2; i++) {
            for (int j = 0; j < 2; j++) {
                for (int k = 0; k < 2; k++) {
                    p[i][j] += m[i][k] * m[k][j];
                }
            }
        }
        System.out.println(p[0][0] + p[0][1] * 10 + p[1][0] * 100 + p[1][1] * 1000);
    }
}
