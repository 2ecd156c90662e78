// SPDX-License-Identifier: Apache-2.0
// try, catch and finally in one another with returns; resources; exceptions that hide others; deep
// recursion and no memory, gone on from.
import java.util.ArrayList;
import java.util.List;

class TryReturns {
    static StringBuilder log = new StringBuilder();

    @SuppressWarnings("finally")
    static int override() {
        try {
            return 1;
        } finally {
            return 2;
        }
    }

    static int kept() {
        int x = 1;
        try {
            return x;
        } finally {
            x = 5;
        }
    }

    static String nested(int n) {
        try {
            try {
                try {
                    if (n == 0) {
                        return "none";
                    }
                    throw n == 1 ? new IllegalStateException("one") : new Exception("two");
                } finally {
                    log.append('a');
                    if (n == 3) {
                        throw new UnsupportedOperationException("three");
                    }
                }
            } catch (IllegalStateException e) {
                log.append('b');
                return e.getMessage();
            } finally {
                log.append('c');
            }
        } catch (RuntimeException e) {
            log.append('d');
            return "runtime " + e.getMessage();
        } catch (Exception e) {
            log.append('e');
            return e.getMessage();
        } finally {
            log.append('f');
        }
    }

    static class Res implements AutoCloseable {
        final String name;
        final boolean fails;

        Res(String name, boolean fails) {
            this.name = name;
            this.fails = fails;
            if (name.isEmpty()) {
                throw new IllegalArgumentException("unnamed");
            }
        }

        @Override
        public void close() {
            log.append(name);
            if (fails) {
                throw new IllegalStateException("close " + name);
            }
        }
    }

    static String resources(String second, boolean fails) {
        try (Res a = new Res("A", fails); Res b = new Res(second, fails); Res none = null) {
            return a.name + b.name + none;
        } catch (RuntimeException e) {
            List<String> more = new ArrayList<>();
            for (Throwable t : e.getSuppressed()) {
                more.add(t.getMessage());
            }
            return e.getMessage() + more;
        }
    }

    static int depth;

    static int down(int n) {
        depth = n;
        try {
            return down(n + 1) + 1;
        } finally {
            depth--;
        }
    }

    static int overflows() {
        int count = 0;
        for (int i = 0; i < 3; i++) {
            try {
                down(0);
            } catch (StackOverflowError e) {
                count += e.getStackTrace().length == 1024 ? 1 : 100;
            }
        }
        return count;
    }

    static String memory() {
        String text = "";
        for (int i = 0; i < 2; i++) {
            try {
                long[][] all = new long[1 << 20][];
                for (int k = 0; k < all.length; k++) {
                    all[k] = new long[Integer.MAX_VALUE - 8];
                }
                text += "room";
            } catch (OutOfMemoryError e) {
                text += e.getMessage() + ";";
            }
        }
        try {
            int[] negative = new int[Integer.MIN_VALUE];
        } catch (NegativeArraySizeException e) {
            text += e.getMessage();
        }
        return text;
    }

    static <T extends Throwable> void sneak(Throwable t) throws T {
        @SuppressWarnings("unchecked")
        T thrown = (T) t;
        throw thrown;
    }

    public static void main(String[] args) {
        System.out.println(override() + " " + kept());
        for (int i = 0; i < 4; i++) {
            System.out.println(nested(i) + " " + log);
            log.setLength(0);
        }
        System.out.println(resources("B", false) + resources("B", true) + resources("", true) + log);
        System.out.println(overflows());
        System.out.println(memory());
        try {
            TryReturns.<RuntimeException>sneak(new java.io.IOException("sneaked"));
        } catch (Exception e) {
            System.out.println(e);
        }
        Throwable loop = new Exception("a");
        Throwable other = new Exception("b", loop);
        loop.initCause(other);
        java.io.StringWriter text = new java.io.StringWriter();
        loop.printStackTrace(new java.io.PrintWriter(text));
        System.out.println(text.toString().contains("CIRCULAR REFERENCE"));
        try {
            loop.addSuppressed(loop);
        } catch (IllegalArgumentException e) {
            System.out.println(e.getMessage());
        }
        try {
            throw null;
        } catch (NullPointerException e) {
            System.out.println("null thrown");
        }
    }
}
