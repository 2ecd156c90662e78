// SPDX-License-Identifier: Apache-2.0
// BigInteger: arithmetic, bits, modular work, primes, text; sizes beyond the simple algorithms.
import java.math.BigInteger;
import java.util.Random;

class BigIntegers {
    public static void main(String[] args) {
        BigInteger a = new BigInteger("123456789012345678901234567890");
        BigInteger b = new BigInteger("-987654321098765432109876543210");
        System.out.println(a.add(b) + " " + a.subtract(b) + " " + a.multiply(b));
        System.out.println(b.divide(a) + " " + b.mod(a) + " " + b.remainder(a) + b.negate().gcd(a));
        System.out.println(a.pow(5) + " " + a.sqrt() + " " + a.bitLength() + a.bitCount() + b.signum());
        System.out.println(a.shiftLeft(70) + " " + b.shiftRight(70) + " " + b.shiftRight(1000));
        System.out.println(a.and(b) + " " + a.or(b) + " " + a.xor(b) + " " + b.not() + a.andNot(b));
        System.out.println(a.testBit(5) + " " + a.setBit(200) + " " + a.flipBit(0)
            + a.getLowestSetBit());
        System.out.println(a.toString(36) + " " + b.toString(2).length() + new BigInteger("-zz", 36));
        BigInteger p = BigInteger.TWO.pow(127).subtract(BigInteger.ONE);
        System.out.println(p.isProbablePrime(20) + " " + a.modPow(b.negate(), p) + " "
            + a.modInverse(p) + " " + BigInteger.valueOf(1000).nextProbablePrime());
        System.out.println(b.longValue() + " " + b.intValue() + " " + b.doubleValue() + " "
            + a.floatValue());
        try {
            a.longValueExact();
        } catch (ArithmeticException e) {
            System.out.println(e.getMessage());
        }
        try {
            a.divide(BigInteger.ZERO);
        } catch (ArithmeticException e) {
            System.out.println(e.getMessage());
        }
        BigInteger f = BigInteger.ONE;
        for (int i = 2; i <= 300; i++) {
            f = f.multiply(BigInteger.valueOf(i));
        }
        System.out.println(f.toString().hashCode() + " " + f.bitLength());
        Random random = new Random(3);
        BigInteger x = new BigInteger(6000, random);
        BigInteger y = new BigInteger(4000, random);
        BigInteger[] qr = x.divideAndRemainder(y);
        System.out.println(qr[0].multiply(y).add(qr[1]).equals(x) + " " + x.multiply(y).hashCode()
            + " " + x.multiply(x).equals(x.pow(2)) + x.multiply(x).sqrt().equals(x));
        System.out.println(new BigInteger(x.toString()).equals(x) + " " + b.toByteArray().length
            + new BigInteger(b.toByteArray()).equals(b) + a.compareTo(b) + a.max(b).equals(a));
    }
}
