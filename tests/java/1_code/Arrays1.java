// SPDX-License-Identifier: Apache-2.0
// Arrays of every type: defaults, stores, lengths, bounds.
class Arrays1 {
    static void bounds(int[] a, int at) {
        try {
            System.out.println(a[at]);
        } catch (ArrayIndexOutOfBoundsException e) {
            System.out.println(e.getMessage());
        }
        try {
            a[at] = 5;
        } catch (ArrayIndexOutOfBoundsException e) {
            System.out.println(e.getMessage());
        }
    }

    public static void main(String[] args) {
        boolean[] z = new boolean[3];
        byte[] b = new byte[3];
        char[] c = new char[3];
        short[] s = new short[3];
        int[] i = new int[3];
        long[] l = new long[3];
        float[] f = new float[3];
        double[] d = new double[3];
        String[] r = new String[3];
        System.out.println(z[0]);
        System.out.println(b[0]);
        System.out.println((int) c[0]);
        System.out.println(s[0]);
        System.out.println(i[0]);
        System.out.println(l[0]);
        System.out.println(f[0]);
        System.out.println(d[0]);
        System.out.println(r[0]);
        z[1] = true;
        b[1] = (byte) 200;
        c[1] = (char) -1;
        s[1] = (short) 40000;
        i[1] = -5;
        l[1] = Long.MIN_VALUE;
        f[1] = 1.5f;
        d[1] = -2.5;
        r[1] = "one";
        System.out.println(z[1]);
        System.out.println(b[1]);
        System.out.println((int) c[1]);
        System.out.println(s[1]);
        System.out.println(i[1]);
        System.out.println(l[1]);
        System.out.println(f[1]);
        System.out.println(d[1]);
        System.out.println(r[1]);
        bounds(i, -1);
        bounds(i, 3);
        bounds(i, Integer.MAX_VALUE);
        bounds(new int[0], 0);
        System.out.println(new long[0].length);
        try {
            System.out.println(new int[i[1]].length);
        } catch (NegativeArraySizeException e) {
            System.out.println(e.getMessage());
        }
    }
}
