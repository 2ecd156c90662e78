// SPDX-License-Identifier: Apache-2.0
// Bit operations of Integer, Long, Short, Character.
class BitTricks {
    public static void main(String[] args) {
        int[] v = {0, 1, -1, 0x12345678, Integer.MIN_VALUE, 0x00ff00ff};
        for (int x : v) {
            System.out.println(Integer.bitCount(x) + " " + Integer.reverse(x) + " "
                + Integer.reverseBytes(x) + " " + Integer.highestOneBit(x) + " "
                + Integer.lowestOneBit(x) + " " + Integer.numberOfLeadingZeros(x) + " "
                + Integer.numberOfTrailingZeros(x) + " " + Integer.rotateLeft(x, 7) + " "
                + Integer.rotateRight(x, 39) + " " + Integer.signum(x));
            long l = x * 0x1234567L;
            System.out.println(Long.bitCount(l) + " " + Long.reverse(l) + " " + Long.reverseBytes(l)
                + " " + Long.highestOneBit(l) + " " + Long.lowestOneBit(l) + " "
                + Long.numberOfLeadingZeros(l) + " " + Long.numberOfTrailingZeros(l) + " "
                + Long.rotateLeft(l, 70) + " " + Long.signum(l));
            for (int y : v) {
                System.out.println(Integer.compareUnsigned(x, y) + " " + Integer.compare(x, y)
                    + " " + (y == 0 ? "-" : Integer.divideUnsigned(x, y) + " "
                    + Integer.remainderUnsigned(x, y) + " " + Long.divideUnsigned(x, y) + " "
                    + Long.remainderUnsigned(x, y)));
            }
        }
        System.out.println(Short.reverseBytes((short) 0x1234) + Byte.toUnsignedInt((byte) -1)
            + Short.toUnsignedLong((short) -1) + Integer.toUnsignedLong(-1));
        System.out.println(Float.intBitsToFloat(0x7f800001) + " " + Float.floatToIntBits(
            Float.intBitsToFloat(0x7fc12345)) + " " + Double.longBitsToDouble(1));
        System.out.println(Float.floatToRawIntBits(Float.intBitsToFloat(0x7fc12345)));
        System.out.println(Double.compare(0.0, -0.0) + Double.compare(Double.NaN, 1)
            + Float.compare(1f, 2f) + " " + Double.isFinite(1 / 0.0) + Float.isNaN(0f / 0f));
        System.out.println(Double.MIN_EXPONENT + " " + Float.MAX_VALUE + Long.BYTES + Byte.SIZE);
    }
}
