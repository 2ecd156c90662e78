// SPDX-License-Identifier: Apache-2.0
// Generic classes and methods, bridges, bounds, wildcards, and casts that erasure hides.
import java.util.ArrayList;
import java.util.List;

class Generics {
    static class Box<T extends Comparable<T>> implements Comparable<Box<T>> {
        T value;
        Box(T value) { this.value = value; }
        T get() { return value; }
        @Override
        public int compareTo(Box<T> o) { return value.compareTo(o.value); }
    }

    static class Text extends Box<String> {
        Text(String s) { super(s); }
        @Override
        String get() { return "text " + super.get(); }
    }

    interface Transform<A, B> {
        B apply(A a);
        default <C> Transform<A, C> then(Transform<? super B, ? extends C> next) {
            return a -> next.apply(apply(a));
        }
    }

    static <T extends Comparable<? super T>> T max(List<? extends T> list) {
        T best = null;
        for (T t : list) {
            if (best == null || t.compareTo(best) > 0) {
                best = t;
            }
        }
        return best;
    }

    @SafeVarargs
    static <T> List<T> list(T... elements) {
        List<T> made = new ArrayList<>();
        for (T t : elements) {
            made.add(t);
        }
        return made;
    }

    static double sum(List<? extends Number> numbers) {
        double sum = 0;
        for (Number n : numbers) {
            sum += n.doubleValue();
        }
        return sum;
    }

    @SuppressWarnings({"unchecked", "rawtypes"})
    public static void main(String[] args) {
        Box<String> b = new Text("b");
        System.out.println(b.get() + b.compareTo(new Box<>("c")));
        System.out.println(max(list(3, 9, 4)) + max(list("x", "abc")));
        System.out.println(max(list(new Box<>(5), new Box<>(7))).get());
        System.out.println(sum(list(1, 2.5, 3L, 4f)));
        Transform<String, Integer> length = String::length;
        System.out.println(length.then(n -> n * 2).then(n -> "<" + n + ">").apply("hello"));
        List raw = new ArrayList<String>();
        raw.add(42);
        try {
            String s = ((List<String>) raw).get(0);
            System.out.println(s);
        } catch (ClassCastException e) {
            System.out.println("heap pollution");
        }
        try {
            ((Comparable) b).compareTo("not a box");
        } catch (ClassCastException e) {
            System.out.println("bridge checks");
        }
        System.out.println(new ArrayList<List<Box<Integer>>>(list(list(new Box<>(1))))
            .get(0).get(0).get() + 1);
    }
}
