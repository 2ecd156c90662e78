// SPDX-License-Identifier: Apache-2.0
// try, catch and finally in all shapes: results, overrides, loops, nesting.
class TryFinally {
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

    @SuppressWarnings("finally")
    static int swallow() {
        for (int i = 0; ; i++) {
            try {
                throw new RuntimeException("swallowed");
            } finally {
                if (i < 3) {
                    continue;
                }
                break;
            }
        }
        return 7;
    }

    static String nested(int n) {
        StringBuilder s = new StringBuilder();
        try {
            try {
                s.append("a");
                if (n == 1) {
                    throw new IllegalStateException("one");
                }
                if (n == 2) {
                    Object o = "x";
                    s.append((Integer) o);
                }
                s.append("b");
            } catch (IllegalStateException e) {
                s.append(e.getMessage());
                throw new RuntimeException("two", e);
            } finally {
                s.append("f");
            }
        } catch (ClassCastException | IllegalStateException e) {
            s.append("multi");
        } catch (RuntimeException e) {
            s.append(e.getMessage()).append(e.getCause().getMessage());
        } finally {
            s.append("F");
        }
        return s.toString();
    }

    static long longFinally(long a, double d) {
        try {
            return a + (long) d;
        } finally {
            a = 0;
            d = 0;
        }
    }

    static void replaced() throws Exception {
        try {
            throw new Exception("first");
        } finally {
            throw new RuntimeException("second");
        }
    }

    public static void main(String[] args) {
        System.out.println(override());
        System.out.println(kept());
        System.out.println(swallow());
        for (int i = 0; i < 3; i++) {
            System.out.println(nested(i));
        }
        System.out.println(longFinally(1L << 40, 2.5));
        try {
            replaced();
        } catch (Exception e) {
            System.out.println(e + " " + e.getSuppressed().length);
        }
        int n = 0;
        while (true) {
            try {
                if (n++ > 2) {
                    break;
                }
                continue;
            } finally {
                n++;
            }
        }
        System.out.println(n);
    }
}
