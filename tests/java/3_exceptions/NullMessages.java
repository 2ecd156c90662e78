// SPDX-License-Identifier: Apache-2.0
// What helpful NullPointerExceptions say, for every way to meet null.
class NullMessages {
    int field;
    NullMessages next;
    static int[] array;
    static String text;
    static NullMessages[][] grid = new NullMessages[2][];

    static NullMessages none() { return null; }

    interface Body { void run() throws Throwable; }

    static void test(Body b) {
        try {
            b.run();
            System.out.println("nothing");
        } catch (NullPointerException e) {
            System.out.println(e.getMessage());
        } catch (Throwable t) {
            System.out.println(t);
        }
    }

    static void locals(String parameter) {
        NullMessages local = null;
        test(() -> System.out.println(parameter.length()));
        try {
            System.out.println(local.field);
        } catch (NullPointerException e) {
            System.out.println(e.getMessage());
        }
        try {
            System.out.println(parameter.length());
        } catch (NullPointerException e) {
            System.out.println(e.getMessage());
        }
    }

    public static void main(String[] args) {
        test(() -> System.out.println(array.length));
        test(() -> System.out.println(array[3]));
        test(() -> array[3] = 5);
        test(() -> text.length());
        test(() -> none().field = 5);
        test(() -> System.out.println(none().next.field));
        test(() -> System.out.println(new NullMessages().next.next));
        test(() -> System.out.println(grid[1][0].field));
        test(() -> System.out.println(grid[args.length + 1].length));
        test(() -> { throw null; });
        test(() -> { synchronized (none()) { } });
        test(() -> { Integer i = null; int j = i; System.out.println(j); });
        test(() -> none().getClass());
        test(() -> { throw new NullPointerException(); });
        test(() -> { throw new NullPointerException("own words"); });
        test(() -> java.util.Objects.requireNonNull(null, "required"));
        test(() -> java.util.Objects.requireNonNull(null));
        locals(null);
    }
}
