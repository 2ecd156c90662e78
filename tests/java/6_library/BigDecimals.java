// SPDX-License-Identifier: Apache-2.0
// BigDecimal: scales, rounding modes, division, text in its forms, contexts.
import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;

class BigDecimals {
    public static void main(String[] args) {
        BigDecimal a = new BigDecimal("123.4500");
        BigDecimal b = new BigDecimal("-0.007");
        System.out.println(a.add(b) + " " + a.multiply(b) + " " + a.negate() + a.scale()
            + a.precision() + a.stripTrailingZeros());
        for (RoundingMode m : RoundingMode.values()) {
            StringBuilder s = new StringBuilder(m + ":");
            for (String t : new String[] {"5.5", "2.5", "1.1", "-1.1", "-2.5", "1.0"}) {
                try {
                    s.append(" ").append(new BigDecimal(t).setScale(0, m));
                } catch (ArithmeticException e) {
                    s.append(" ").append(e.getMessage());
                }
            }
            System.out.println(s);
        }
        try {
            System.out.println(BigDecimal.ONE.divide(new BigDecimal(3)));
        } catch (ArithmeticException e) {
            System.out.println(e.getMessage());
        }
        System.out.println(BigDecimal.ONE.divide(new BigDecimal(3), 30, RoundingMode.HALF_UP) + " "
            + BigDecimal.ONE.divide(new BigDecimal(8)) + a.divideToIntegralValue(b)
            + a.remainder(b));
        System.out.println(new BigDecimal(0.1));
        System.out.println(BigDecimal.valueOf(0.1) + " " + new BigDecimal("1E+10").toPlainString()
            + new BigDecimal("1E-10") + new BigDecimal("12345E-10").toEngineeringString());
        System.out.println(new BigDecimal("2.0").equals(new BigDecimal("2.00")) + " "
            + new BigDecimal("2.0").compareTo(new BigDecimal("2.00")));
        System.out.println(new BigDecimal(2).sqrt(new MathContext(50)) + " "
            + new BigDecimal("123456").round(new MathContext(3)) + a.pow(3)
            + a.movePointLeft(5) + a.ulp());
        System.out.println(new BigDecimal("1e400").doubleValue() + " " + new BigDecimal("123.9")
            .intValue() + new BigDecimal("4.9e-324").doubleValue());
        try {
            new BigDecimal("1.5").longValueExact();
        } catch (ArithmeticException e) {
            System.out.println(e.getMessage());
        }
        try {
            new BigDecimal("1.2x");
        } catch (NumberFormatException e) {
            System.out.println(e.getMessage());
        }
        BigDecimal e = BigDecimal.ONE, term = BigDecimal.ONE;
        for (int i = 1; i < 40; i++) {
            term = term.divide(BigDecimal.valueOf(i), MathContext.DECIMAL128);
            e = e.add(term);
        }
        System.out.println(e.round(MathContext.DECIMAL64) + " " + a.hashCode());
    }
}
