// SPDX-License-Identifier: Apache-2.0
// Locals of every kind, and more of them than one byte counts.
class Locals {
    static long many(int a0, long b0, double c0, float d0) {
        long l1 = b0 + 1, l2 = l1 + 1, l3 = l2 + 1, l4 = l3 + 1;
        double e1 = c0 + 1, e2 = e1 + 1, e3 = e2 + 1;
        float f1 = d0 + 1, f2 = f1 + 1;
        int i1 = a0 + 1, i2 = i1 + 1, i3 = i2 + 1;
        i3 += 40000;
        i2 -= 5;
        i1++;
        return l1 + l2 + l3 + l4 + (long) (e1 + e2 + e3) + (long) (f1 + f2) + i1 + i2 + i3;
    }

    static int reuse(int n) {
        int sum = 0;
        for (int i = 0; i < n; i++) {
            {
                long x = i * 1000000000L;
                sum += (int) (x >> 8);
            }
            {
                double x = i * 0.5;
                sum += (int) x;
            }
            {
                String x = "abc";
                sum += x.length();
            }
        }
        return sum;
    }

    public static void main(String[] args) {
        System.out.println(many(1, 1L << 40, 2.5, 3.5f));
        System.out.println(reuse(10));
        System.out.println(WideLocals.wide(3));
    }

    /** The first 256 slots are taken by parameters, so iinc and the loads are wide. */
    static class WideLocals {
        static long wide(int n) {
            long a0 = n, a1 = n, a2 = n, a3 = n, a4 = n, a5 = n, a6 = n, a7 = n, a8 = n, a9 = n;
            long b0 = a0, b1 = a1, b2 = a2, b3 = a3, b4 = a4, b5 = a5, b6 = a6, b7 = a7, b8 = a8;
            long c0 = b0, c1 = b1, c2 = b2, c3 = b3, c4 = b4, c5 = b5, c6 = b6, c7 = b7, c8 = b8;
            long d0 = c0, d1 = c1, d2 = c2, d3 = c3, d4 = c4, d5 = c5, d6 = c6, d7 = c7, d8 = c8;
            long e0 = d0, e1 = d1, e2 = d2, e3 = d3, e4 = d4, e5 = d5, e6 = d6, e7 = d7, e8 = d8;
            long f0 = e0, f1 = e1, f2 = e2, f3 = e3, f4 = e4, f5 = e5, f6 = e6, f7 = e7, f8 = e8;
            long g0 = f0, g1 = f1, g2 = f2, g3 = f3, g4 = f4, g5 = f5, g6 = f6, g7 = f7, g8 = f8;
            long h0 = g0, h1 = g1, h2 = g2, h3 = g3, h4 = g4, h5 = g5, h6 = g6, h7 = g7, h8 = g8;
            long i0 = h0, i1 = h1, i2 = h2, i3 = h3, i4 = h4, i5 = h5, i6 = h6, i7 = h7, i8 = h8;
            long j0 = i0, j1 = i1, j2 = i2, j3 = i3, j4 = i4, j5 = i5, j6 = i6, j7 = i7, j8 = i8;
            long k0 = j0, k1 = j1, k2 = j2, k3 = j3, k4 = j4, k5 = j5, k6 = j6, k7 = j7, k8 = j8;
            long l0 = k0, l1 = k1, l2 = k2, l3 = k3, l4 = k4, l5 = k5, l6 = k6, l7 = k7, l8 = k8;
            long m0 = l0, m1 = l1, m2 = l2, m3 = l3, m4 = l4, m5 = l5, m6 = l6, m7 = l7, m8 = l8;
            long o0 = m0, o1 = m1, o2 = m2, o3 = m3, o4 = m4, o5 = m5, o6 = m6, o7 = m7, o8 = m8;
            long p0 = o0, p1 = o1, p2 = o2, p3 = o3, p4 = o4, p5 = o5, p6 = o6, p7 = o7, p8 = o8;
            int x = 5;
            float y = 2.5f;
            double z = 0.25;
            String s = "wide";
            x++;
            x += 1000;
            x -= 30000;
            y += x;
            z += y;
            return a9 + p0 + p1 + p2 + p3 + p4 + p5 + p6 + p7 + p8 + x + (long) z + s.length();
        }
    }
}
