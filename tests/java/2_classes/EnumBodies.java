// SPDX-License-Identifier: Apache-2.0
// Enums whose constants have bodies, in maps, sets and switches; records with compact constructors.
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;

class EnumBodies {
    interface Shown {
        String show();
    }

    enum Op implements Shown {
        PLUS("+") {
            @Override
            int apply(int a, int b) {
                return a + b;
            }
        },
        TIMES("*") {
            private int calls;

            @Override
            int apply(int a, int b) {
                calls++;
                return a * b + 0 * calls;
            }

            @Override
            public String show() {
                return super.show() + calls;
            }
        },
        NONE("") {
            @Override
            int apply(int a, int b) {
                throw new UnsupportedOperationException(name());
            }
        };

        private final String sign;

        Op(String sign) {
            this.sign = sign;
        }

        abstract int apply(int a, int b);

        @Override
        public String show() {
            return sign;
        }
    }

    record Range(int low, int high) implements Comparable<Range> {
        static int made;

        Range {
            if (low > high) {
                throw new IllegalArgumentException(low + " > " + high);
            }
            made++;
        }

        Range(int only) {
            this(only, only);
        }

        int size() {
            return high - low + 1;
        }

        @Override
        public int compareTo(Range other) {
            return Integer.compare(size(), other.size());
        }
    }

    record Pair<A, B>(A first, B... rest) {
        @SafeVarargs
        Pair {
            rest = rest.clone();
        }
    }

    static String kind(Op op) {
        switch (op) {
            case PLUS:
                return "sum";
            case TIMES:
                return "product";
            default:
                return "other";
        }
    }

    static int arrow(Object o) {
        if (o instanceof Range r && r.size() > 1) {
            return r.low();
        }
        return o instanceof String s ? s.length() : switch (String.valueOf(o)) {
            case "a", "b" -> 100;
            case "null" -> {
                int x = 5;
                yield x * 2;
            }
            default -> -1;
        };
    }

    public static void main(String[] args) {
        Map<Op, Integer> results = new EnumMap<>(Op.class);
        for (Op op : Op.values()) {
            try {
                results.put(op, op.apply(6, 7));
            } catch (UnsupportedOperationException e) {
                System.out.println("no " + e.getMessage());
            }
            System.out.println(op + op.show() + kind(op) + op.getClass().isAnonymousClass()
                + op.getDeclaringClass().getSimpleName() + op.compareTo(Op.TIMES));
        }
        System.out.println(results + " " + EnumSet.complementOf(EnumSet.copyOf(results.keySet())));
        System.out.println(Op.valueOf("PLUS") == Op.PLUS);
        try {
            Op.valueOf("MINUS");
        } catch (IllegalArgumentException e) {
            System.out.println(e.getMessage());
        }
        System.out.println(new Range(1, 3) + " " + new Range(4).equals(new Range(4, 4)) + " "
            + new Range(1, 2).hashCode() + " " + new Range(0, 9).compareTo(new Range(2)));
        try {
            new Range(2, 1);
        } catch (IllegalArgumentException e) {
            System.out.println(e.getMessage() + " " + Range.made);
        }
        System.out.println(new Pair<>("a", 1, 2).rest().length);
        System.out.println(arrow(new Range(3, 5)) + " " + arrow(new Range(1)) + " " + arrow("text")
            + " " + arrow('a') + " " + arrow(null));
    }
}
