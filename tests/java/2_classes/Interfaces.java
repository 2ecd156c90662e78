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

    // An interface that says clone(), or finalize(), does not mean Object's; one below it neither.
    interface Copied extends Cloneable {
        Object clone();
        String finalize(int times);
    }

    interface Below extends Copied {
        default Object twice() { return ((Below) clone()).clone(); }
    }

    static class Copy implements Below {
        int value = 5;
        public String finalize(int times) { return "finalize " + times; }
        public Object clone() {
            try {
                Copy copy = (Copy) super.clone();
                copy.value++;
                return copy;
            } catch (CloneNotSupportedException e) {
                throw new AssertionError(e);
            }
        }
    }

    static void copies(Below below) {
        java.util.function.Supplier<Object> clone = below::clone;
        System.out.println(((Copy) below.clone()).value + " " + ((Copy) below.twice()).value + " "
            + ((Copy) clone.get()).value + " " + below.finalize(2) + " " + below.equals(below));
    }

    static class Base {
        public String name() { return "class wins"; }
    }

    static class Four extends Base implements D { }

    /* What an interface has of Object is what is public there. */
    static void find(Class<?> type, String name, Class<?> result) {
        try {
            System.out.println(java.lang.invoke.MethodHandles.lookup().findVirtual(
                type, name, java.lang.invoke.MethodType.methodType(result)));
        } catch (ReflectiveOperationException e) {
            System.out.println(e);
        }
    }

    public static void main(String[] args) {
        copies(new Copy());
        find(D.class, "clone", Object.class);
        find(D.class, "finalize", void.class);
        find(D.class, "hashCode", int.class);
        find(Below.class, "clone", Object.class);
        find(int[].class, "clone", Object.class);
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
