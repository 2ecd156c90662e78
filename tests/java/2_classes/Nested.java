// SPDX-License-Identifier: Apache-2.0
// Static nested, inner, local and anonymous classes, and what they capture.
class Nested {
    private int value = 10;

    class Inner {
        int value = 20;

        class Innermost {
            int value = 30;

            String all() {
                return value + " " + Inner.this.value + " " + Nested.this.value++;
            }
        }
    }

    static class Counter {
        private static int made;
        private final int id = ++made;

        private String name() {
            return "counter" + id;
        }
    }

    interface Action {
        int run(int n);
    }

    Action local(final int base) {
        int[] calls = {0};
        class Adds implements Action {
            final int extra;

            Adds(int extra) {
                this.extra = extra;
            }

            public int run(int n) {
                calls[0]++;
                return base + extra + n + value + calls[0];
            }
        }
        return new Adds(1000);
    }

    Action anonymous(String text) {
        return new Action() {
            int state = text.length();

            { state *= 2; }

            @Override
            public int run(int n) {
                return state += n + value;
            }
        };
    }

    public static void main(String[] args) {
        Nested o = new Nested();
        Inner.Innermost i = o.new Inner().new Innermost();
        System.out.println(i.all());
        System.out.println(i.all());
        System.out.println(new Counter().name() + new Counter().name());
        Action a = o.local(5);
        System.out.println(a.run(1) + " " + a.run(2));
        Action b = o.anonymous("four");
        System.out.println(b.run(1) + " " + b.run(2));
        System.out.println(b.getClass().getName() + " " + a.getClass().getName());
        System.out.println(i.getClass().getName() + " " + i.getClass().getSimpleName());
        System.out.println(b.getClass().isAnonymousClass() + " " + a.getClass().isLocalClass());
        Nested none = null;
        try {
            none.new Inner();
        } catch (NullPointerException e) {
            System.out.println("no outer object");
        }
    }
}
