// SPDX-License-Identifier: Apache-2.0
// Sealed types, patterns of instanceof, switch expressions with yield.
class Sealed {
    sealed interface Expr permits Num, Add, Mul, Neg { }
    record Num(int value) implements Expr { }
    record Add(Expr left, Expr right) implements Expr { }
    record Mul(Expr left, Expr right) implements Expr { }
    static final class Neg implements Expr {
        final Expr inner;
        Neg(Expr inner) { this.inner = inner; }
    }

    static int eval(Expr e) {
        if (e instanceof Num n) {
            return n.value();
        } else if (e instanceof Add a) {
            return eval(a.left()) + eval(a.right());
        } else if (e instanceof Mul m && m.left() instanceof Num n && n.value() == 0) {
            return 0;
        } else if (e instanceof Mul m) {
            return eval(m.left()) * eval(m.right());
        }
        return -eval(((Neg) e).inner);
    }

    static String describe(Object o) {
        if (!(o instanceof String s)) {
            return "no string";
        }
        return s + s.length();
    }

    static int days(int month, boolean leap) {
        return switch (month) {
            case 2 -> leap ? 29 : 28;
            case 4, 6, 9, 11 -> 30;
            default -> {
                if (month > 12) {
                    throw new IllegalArgumentException("month " + month);
                }
                yield 31;
            }
        };
    }

    static int old(String s) {
        int n = switch (s) {
        case "one":
            yield 1;
        case "two":
            System.out.println("two!");
        case "three":
            yield 23;
        default:
            yield 0;
        };
        return n * 10;
    }

    public static void main(String[] args) {
        System.out.println(eval(new Add(new Num(2), new Mul(new Num(3), new Neg(new Num(4))))));
        System.out.println(eval(new Mul(new Num(0), new Num(9))));
        System.out.println(describe("text") + describe(5) + describe(null));
        int sum = 0;
        for (int m = 1; m <= 12; m++) {
            sum += days(m, m % 2 == 0);
        }
        System.out.println(sum);
        try {
            days(13, false);
        } catch (IllegalArgumentException e) {
            System.out.println(e.getMessage());
        }
        System.out.println(old("one") + old("two") + old("three") + old("four"));
        System.out.println(Expr.class.isSealed() + " " + Expr.class.getPermittedSubclasses().length);
    }
}
