// SPDX-License-Identifier: Apache-2.0
// Integers printed and read in every radix, parse errors, unsigned ones.
class IntegerText {
    static void p(String s, int radix) {
        try {
            System.out.println(Integer.parseInt(s, radix));
        } catch (NumberFormatException e) {
            System.out.println(e.getMessage());
        }
        try {
            System.out.println(Long.parseUnsignedLong(s, radix));
        } catch (NumberFormatException e) {
            System.out.println(e.getMessage());
        }
    }

    public static void main(String[] args) {
        int[] values = {0, 1, -1, 42, Integer.MAX_VALUE, Integer.MIN_VALUE};
        for (int v : values) {
            System.out.println(Integer.toString(v, 2) + " " + Integer.toString(v, 36) + " "
                + Integer.toHexString(v) + " " + Integer.toOctalString(v) + " "
                + Integer.toBinaryString(v) + " " + Integer.toUnsignedString(v));
            long l = v * 0x100000001L;
            System.out.println(Long.toString(l, 7) + " " + Long.toHexString(l) + " "
                + Long.toUnsignedString(l) + " " + Long.toUnsignedString(l, 16) + " "
                + Long.toOctalString(l));
        }
        String[] texts = {"0", "-0", "+5", "-", "+", "", "7fffffff", "80000000", "-80000000", "zz",
            "99999999999", "\u0661\u0662", "1 ", "ffffffffffffffff", "10000000000000000"};
        for (String s : texts) {
            p(s, 16);
            p(s, 10);
        }
        p("1", 1);
        p("1", 37);
        System.out.println(Integer.decode("0x10") + Integer.decode("#ff") + Integer.decode("-010")
            + Long.decode("0X7fffffffffffffff"));
        System.out.println(Byte.parseByte("-128") + Short.parseShort("7fff", 16));
        try {
            Byte.parseByte("128");
        } catch (NumberFormatException e) {
            System.out.println(e.getMessage());
        }
        System.out.println(Integer.parseInt("x123y", 1, 4, 10) + " " + Boolean.parseBoolean("True")
            + Integer.getInteger("not.there", 5));
    }
}
