// SPDX-License-Identifier: Apache-2.0
// Constants of all sizes: what javac loads by iconst, bipush, sipush, ldc and ldc2_w.
class Constants {
    static final long BIG = 0x7fffffffffffL;
    static final String TEXT = "constant" + 1 + 'c' + 2.5 + true + null + 10L + 1.5f;
    static final char C = '\u1234';
    static final byte B = -7;
    static final boolean Z = true;
    final int field = 77;

    public static void main(String[] args) {
        System.out.println(-1);
        System.out.println(5);
        System.out.println(6);
        System.out.println(-128);
        System.out.println(128);
        System.out.println(-32768);
        System.out.println(32768);
        System.out.println(0L);
        System.out.println(1L);
        System.out.println(2L);
        System.out.println(BIG);
        System.out.println(TEXT);
        System.out.println((int) C);
        System.out.println(B);
        System.out.println(Z);
        System.out.println(new Constants().field);
        float[] floats = {0f, 1f, 2f, 3f, -0f};
        double[] doubles = {0, 1, 2, -0.0};
        for (float f : floats) {
            System.out.println(Float.floatToRawIntBits(f));
        }
        for (double d : doubles) {
            System.out.println(Double.doubleToRawLongBits(d));
        }
        System.out.println(0b1010_1010 + 0x7f_ff + 0_17 + 1_000);
        System.out.println("\0\1\177".length());
        System.out.println("\t|\\|\"|\101|\u0041");
        System.out.println(String.class.getName());
        System.out.println(int.class.getName());
        System.out.println(long[].class.getName());
    }
}
