// SPDX-License-Identifier: Apache-2.0
// Format strings: flags, widths, precisions of every conversion; and what is wrong with some.
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Locale;

class Format {
    static void f(String format, Object... args) {
        try {
            System.out.println("[" + String.format(Locale.ROOT, format, args) + "]");
        } catch (RuntimeException e) {
            System.out.println(e);
        }
    }

    public static void main(String[] args) {
        f("%d %5d %-5d| %05d %+d %,d %(d % d", 1, 2, 3, 4, 5, 1234567, -8, 9);
        f("%x %X %#x %o %#o %08x", 255, 255, 255, 8, 8, -1);
        f("%x %d %d %x", (byte) -1, (byte) -1, Long.MIN_VALUE, Long.MIN_VALUE);
        f("%f %.0f %.3f %10.2f %-10.1f| %+.1f %,.2f %010.3f", 1.5, 2.5, Math.PI, 3.14159, 2.0, 1.0,
            1234567.891, -3.5);
        f("%e %.2e %E %g %g %g", 12345.678, 0.00012, 1e-300, 0.0001, 123456.0, 1e10);
        f("%f %e %g %s", Double.NaN, Double.POSITIVE_INFINITY, -0.0, Float.MIN_VALUE);
        f("%a %a %A", 1.0, 0.1, -1e-310);
        f("%s %10s %-10s| %.2s %S %s", "text", "right", "left", "cut", "upper", null);
        f("%c %C %c %5c", 'a', 'b', 0x1f600, 'x');
        f("%b %B %b %b", true, false, null, "x");
        f("%h %H %h", "hello", 255, null);
        f("%2$s %1$s %<s %s", "a", "b");
        f("%n%%");
        f("%d %,d %x", new BigInteger("123456789012345678901234567890"), BigInteger.TEN,
            BigInteger.valueOf(-255));
        f("%.3f %s %e", new BigDecimal("1.0005"), new BigDecimal("1E+5"), new BigDecimal("12345"));
        f("%.1f %.1f %.1f %.1f %.2f", 0.05, 0.15, 0.25, 0.35, 1.005);
        f("%d", "no number");
        f("%d %d", 1);
        f("%q", 1);
        f("%-d", 1);
        f("%.2d", 1);
        f("%#s", "x");
        f("%5%|%-5%|");
        f("%c", 0x110000);
        f("%tY-%<tm-%<td %<tH:%<tM:%<tS.%<tL %<tA %<tB", java.time.LocalDateTime.of(2024, 2, 29, 13,
            5, 9, 7000000));
    }
}
