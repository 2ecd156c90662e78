// SPDX-License-Identifier: Apache-2.0
// Shifts by every distance, also those outside of the width.
class Shifts {
    public static void main(String[] args) {
        int x = 0x9abcdef1;
        long y = 0x9abcdef123456789L;
        for (int by = -66; by <= 66; by += 3) {
            System.out.println(x << by);
            System.out.println(x >> by);
            System.out.println(x >>> by);
            System.out.println(y << by);
            System.out.println(y >> by);
            System.out.println(y >>> by);
            System.out.println(x << (long) by);
        }
        byte b = -3;
        b >>>= 1;
        System.out.println(b);
        short s = -1;
        s >>>= 10;
        System.out.println(s);
        char c = 0xffff;
        c <<= 4;
        System.out.println((int) c);
    }
}
