// SPDX-License-Identifier: Apache-2.0
// Conversions among the integral types, and what compound assignments hide.
class Narrow {
    static byte b;
    static short s;
    static char c;
    static boolean z;

    public static void main(String[] args) {
        int[] values = {0, 1, -1, 127, 128, 255, 256, 32767, 32768, 65535, 65536, 0x12345678,
                        Integer.MAX_VALUE, Integer.MIN_VALUE};
        for (int v : values) {
            System.out.println((byte) v);
            System.out.println((short) v);
            System.out.println((int) (char) v);
            System.out.println((long) v);
            System.out.println(v & 0xffffffffL);
            b = (byte) v;
            s = (short) v;
            c = (char) v;
            b += 200;
            s *= 3;
            c -= 1;
            System.out.println(b);
            System.out.println(s);
            System.out.println((int) c);
            z ^= v > 0;
            System.out.println(z);
        }
        long big = 0x1234567890abcdefL;
        System.out.println((int) big);
        System.out.println((byte) big);
        System.out.println((short) (big >> 16));
        b = 127;
        b++;
        System.out.println(b);
        c = 0;
        c--;
        System.out.println((int) c);
        System.out.println((char) ('a' + 1));
        System.out.println('a' + 1);
    }
}
