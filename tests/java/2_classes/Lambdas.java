// SPDX-License-Identifier: Apache-2.0
// Lambdas that capture, method references of all four kinds, currying, recursion.
import java.util.function.BiFunction;
import java.util.function.BinaryOperator;
import java.util.function.Function;
import java.util.function.IntBinaryOperator;
import java.util.function.IntFunction;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.function.ToIntFunction;
import java.util.function.UnaryOperator;

class Lambdas {
    int field = 5;
    static int calls;

    Supplier<Integer> counter() {
        return () -> field++;
    }

    static long twice(int x) { return 2L * x; }

    interface Marker { }
    interface Wide { long apply(byte b, long l, double d, Object o); }

    static Function<Integer, Integer> fib;

    public static void main(String[] args) {
        Lambdas o = new Lambdas();
        Supplier<Integer> s = o.counter();
        System.out.println(s.get() + s.get() + o.field);
        IntBinaryOperator add = (a, b) -> a + b;
        System.out.println(add.applyAsInt(3, 4));
        Function<Integer, Function<Integer, Function<Integer, Integer>>> curried =
            a -> b -> c -> a * b + c;
        System.out.println(curried.apply(3).apply(4).apply(5));
        Function<Integer, Long> stat = Lambdas::twice;
        Supplier<Integer> bound = "hello"::length;
        ToIntFunction<String> unbound = String::length;
        Function<String, StringBuilder> constructor = StringBuilder::new;
        IntFunction<int[][]> array = int[][]::new;
        System.out.println(stat.apply(21) + bound.get() + unbound.applyAsInt("four")
            + constructor.apply("made").append('!').toString() + array.apply(3).length);
        BiFunction<String, String, Boolean> equals = String::equals;
        System.out.println(equals.apply("a", "a") + " " + equals.andThen(b -> !b).apply("a", "b"));
        Predicate<String> empty = String::isEmpty;
        System.out.println(empty.negate().and(t -> t.length() < 3).or(t -> t.equals("long one"))
            .test("ab"));
        UnaryOperator<String> up = String::toUpperCase;
        System.out.println(up.compose(Object::toString).apply(new StringBuilder("sb")));
        System.out.println(BinaryOperator.<Integer>maxBy(Integer::compare).apply(3, 8));
        fib = n -> n < 2 ? n : fib.apply(n - 1) + fib.apply(n - 2);
        System.out.println(fib.apply(15));
        byte b = 7;
        double d = 0.5;
        Wide w = (p, q, r, t) -> p + q + (long) (r * 2) + b + (long) (d * 4) + t.hashCode();
        System.out.println(w.apply((byte) -1, 1L << 35, 2.5, 17));
        Runnable r = () -> calls++;
        for (int i = 0; i < 5; i++) {
            r.run();
        }
        System.out.println(calls);
        try {
            String none = null;
            Supplier<Integer> bad = none::length;
            System.out.println(bad);
        } catch (NullPointerException e) {
            System.out.println("bound receiver is checked at once");
        }
        Object lambda = (Runnable & Marker) Lambdas::dummy;
        System.out.println(lambda instanceof Runnable && lambda instanceof Marker);
    }

    static int dummy(Object... x) { return x.length; }
}
