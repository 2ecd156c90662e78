// SPDX-License-Identifier: Apache-2.0
// ExceptionInInitializerError first, NoClassDefFoundError then; errors pass as they are.
class BadInitialiser {
    static class Bad {
        static int x = 1 / zero();

        static int zero() { return 0; }
    }

    static class Worse {
        static { fail(); }

        static void fail() { throw new AssertionError("as it is"); }
        static int y;
    }

    static class Under extends Bad {
        static { System.out.println("never"); }
        static int z;
    }

    static void touch(Runnable r) {
        try {
            r.run();
            System.out.println("fine");
        } catch (Throwable t) {
            System.out.println(t);
            System.out.println(t.getCause());
        }
    }

    public static void main(String[] args) {
        touch(() -> System.out.println(Bad.x));
        touch(() -> System.out.println(Bad.x));
        touch(() -> new Bad());
        touch(() -> System.out.println(Worse.y));
        touch(() -> System.out.println(Worse.y));
        touch(() -> System.out.println(Under.z));
        touch(() -> System.out.println(Under.z));
        System.out.println(new Bad[1].length);
    }
}
