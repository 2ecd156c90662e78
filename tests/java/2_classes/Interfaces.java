// SPDX-License-Identifier: Apache-2.0
// Default, static and private methods of interfaces, diamonds, super calls into interfaces.
class Interfaces {
    interface A {
        default String name() { return "A" + helper(); }
        private String helper() { return "(" + shared() + ")"; }
        private static String shared() { return "private static"; }
        static String make() { return "made by A"; }
    }

    interface B extends A {
        @Override
        default String name() { return "B over " + A.super.name(); }
    }

    interface C extends A { }

    interface D {
        default String name() { return "D"; }
    }

    static class One implements B, C { }

    static class Two implements A, D {
        public String name() { return A.super.name() + D.super.name(); }
    }

    static class Three extends One {
        public String name() { return "Three " + super.name(); }
    }

    abstract static class Abstract implements Comparable<Abstract>, A {
        abstract int key();
        public int compareTo(Abstract o) { return Integer.compare(key(), o.key()); }
    }

    static class Base {
        public String name() { return "class wins"; }
    }

    static class Four extends Base implements D { }

    public static void main(String[] args) {
        A[] all = {new One(), new Two(), new Three(), new A() { }};
        for (A a : all) {
            System.out.println(a.name());
        }
        System.out.println(A.make());
        System.out.println(new Four().name());
        Abstract x = new Abstract() { int key() { return 1; } };
        Abstract y = new Abstract() { int key() { return 2; } };
        System.out.println(x.compareTo(y) + x.name());
    }
}
