// SPDX-License-Identifier: Apache-2.0
// try-with-resources: order, suppressed exceptions, null resources.
class Resources {
    static class Thing implements AutoCloseable {
        final String name;
        final boolean fails;

        Thing(String name, boolean fails) {
            this.name = name;
            this.fails = fails;
            System.out.println("open " + name);
        }

        @Override
        public void close() {
            System.out.println("close " + name);
            if (fails) {
                throw new IllegalStateException("close " + name);
            }
        }
    }

    static void use(boolean a, boolean b, boolean body) {
        try (Thing x = new Thing("x", a); Thing y = new Thing("y", b)) {
            System.out.println("body " + x.name + y.name);
            if (body) {
                throw new RuntimeException("body");
            }
        } catch (RuntimeException e) {
            System.out.println("caught " + e.getMessage());
            for (Throwable s : e.getSuppressed()) {
                System.out.println("  suppressed " + s.getMessage());
            }
        } finally {
            System.out.println("finally");
        }
    }

    public static void main(String[] args) throws Exception {
        for (int i = 0; i < 8; i++) {
            use((i & 1) != 0, (i & 2) != 0, (i & 4) != 0);
        }
        try (Thing none = null) {
            System.out.println("null is fine");
        }
        Thing outside = new Thing("outside", false);
        try (outside) {
            System.out.println("existing variable");
        }
        Exception e = new Exception("own");
        try {
            e.addSuppressed(e);
        } catch (IllegalArgumentException x) {
            System.out.println(x.getMessage());
        }
        try {
            e.addSuppressed(null);
        } catch (NullPointerException x) {
            System.out.println(x.getMessage());
        }
    }
}
