// SPDX-License-Identifier: Apache-2.0
// What inner, local and anonymous classes and lambdas keep of what is around them; bridges, varargs.
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.function.Function;
import java.util.function.IntFunction;
import java.util.function.Supplier;

class Captures {
    private int field = 1;

    class Inner {
        int field = 2;

        class Deep {
            int field = 3;

            String all() {
                return field + " " + Inner.this.field + " " + Captures.this.field;
            }

            void set() {
                Captures.this.field += 10;
                Inner.this.field += 20;
                field += 30;
            }
        }
    }

    Supplier<String> local(String a, int b) {
        final long c = b * 2L;
        class Local implements Supplier<String> {
            final String own;

            Local(String own) {
                this.own = own;
            }

            @Override
            public String get() {
                return a + b + c + own + field;
            }

            Local next() {
                return new Local(own + "!");
            }
        }
        return new Local("x").next();
    }

    static List<Supplier<Integer>> counters() {
        List<Supplier<Integer>> all = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            int start = i * 10;
            int[] count = {start};
            all.add(() -> count[0]++);
            all.add(new Supplier<>() {
                int own = start;

                @Override
                public Integer get() {
                    return own-- + count[0];
                }
            });
        }
        return all;
    }

    abstract static class Box<T extends Comparable<T>> {
        abstract T value();

        int compare(T other) {
            return value().compareTo(other);
        }

        void set(T value) {
            System.out.println("Box " + value);
        }
    }

    static class IntBox extends Box<Integer> {
        @Override
        Integer value() {
            return 5;
        }

        @Override
        void set(Integer value) {
            System.out.println("IntBox " + value);
        }
    }

    static String count(Object... all) {
        return all == null ? "null" : all.length + Arrays.deepToString(all);
    }

    static String counted(int first, int... rest) {
        return first + "+" + rest.length;
    }

    static <T> String both(T a, T... b) {
        return a + ":" + b.length + b.getClass().getSimpleName();
    }

    @SuppressWarnings({"unchecked", "rawtypes"})
    public static void main(String[] args) {
        Captures outer = new Captures();
        Inner inner = outer.new Inner();
        Inner.Deep deep = inner.new Deep();
        deep.set();
        System.out.println(deep.all());
        System.out.println(outer.local("a", 7).get());
        for (Supplier<Integer> s : counters()) {
            System.out.print(s.get() + " " + s.get() + " ");
        }
        System.out.println();
        Box raw = new IntBox();
        raw.set(6);
        System.out.println(raw.compare(6));
        try {
            raw.set("text");
        } catch (ClassCastException e) {
            System.out.println(e.getMessage().startsWith("class java.lang.String cannot be cast"));
        }
        System.out.println(count() + count((Object[]) null) + count((Object) null) + counted(1, 2)
            + count("a", 'b', 3L) + count(new int[] {1}) + count(new Integer[] {1, 2}));
        System.out.println(both("a") + both(1, 2, 3) + both('c', 'd'));
        IntFunction<int[][]> make = int[][]::new;
        Function<Integer, Function<Integer, Integer>> add = a -> b -> a + b;
        System.out.println(make.apply(3).length + " " + add.apply(3).apply(4));
        Comparator<String> order = Comparator.comparing(String::length).thenComparing(
            Comparator.reverseOrder());
        List<String> words = new ArrayList<>(List.of("bb", "a", "ccc", "aa", "c"));
        words.sort(order);
        System.out.println(words);
        Runnable self = new Runnable() {
            int depth;

            @Override
            public void run() {
                if (depth++ < 3) {
                    Runnable again = this::run;
                    again.run();
                }
                System.out.print(depth);
            }
        };
        self.run();
        System.out.println();
    }
}
