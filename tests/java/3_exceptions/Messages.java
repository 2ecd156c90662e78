// SPDX-License-Identifier: Apache-2.0
// The messages of the exceptions that instructions throw.
class Messages {
    static class Mine { }

    interface Body { Object run(); }

    static void test(Body b) {
        try {
            System.out.println("no: " + b.run());
        } catch (RuntimeException e) {
            System.out.println(e);
        }
    }

    public static void main(String[] args) {
        Object[] strings = new String[2];
        Object o = new Mine();
        Object a = new int[2][3];
        int zero = args.length;
        int minus = zero - 1;
        test(() -> new int[2][minus]);
        test(() -> new Object[minus]);
        test(() -> new int[3][(minus - 1) * 5][2]);
        test(() -> strings[2]);
        test(() -> strings[minus]);
        test(() -> strings[0] = 5);
        test(() -> strings[1] = new Mine[1]);
        test(() -> 1 / zero);
        test(() -> 1L % zero);
        test(() -> (String) o);
        test(() -> (Runnable) o);
        test(() -> (int[]) a);
        test(() -> (Object[]) (Object) "s");
        test(() -> (Mine) a);
        test(() -> "abc".charAt(3 + zero));
        test(() -> "abc".substring(2, 1));
        test(() -> Integer.parseInt("12x"));
        test(() -> Integer.parseInt(""));
        test(() -> Integer.parseInt(null));
        test(() -> Long.parseLong("99999999999999999999"));
        test(() -> Double.parseDouble("1.2.3"));
        test(() -> new java.util.ArrayList<>().get(0));
        test(() -> java.util.List.of(1).iterator().next() + java.util.List.of(1, 2).get(2));
        test(() -> java.util.List.of().add(null));
        test(() -> new java.util.ArrayDeque<>().pop());
        test(() -> new java.util.ArrayList<>().iterator().next());
        test(() -> java.util.Optional.empty().get());
        test(() -> new StringBuilder("ab").deleteCharAt(2));
        test(() -> { System.arraycopy(strings, 0, strings, 1, 2); return null; });
        test(() -> { System.arraycopy(strings, 0, o, 0, 1); return null; });
        test(() -> { System.arraycopy(a, 0, strings, 0, 1); return null; });
    }
}
