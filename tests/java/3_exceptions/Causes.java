// SPDX-License-Identifier: Apache-2.0
// Causes, circular ones, suppressed ones with causes, localized messages, own exceptions.
class Causes {
    static class Own extends Exception {
        final int code;

        Own(int code, Throwable cause) {
            super("code " + code, cause);
            this.code = code;
        }

        @Override
        public String getLocalizedMessage() { return "local " + getMessage(); }
    }

    static class Quiet extends RuntimeException {
        Quiet() { super("quiet", null, false, false); }
    }

    static void level(int n) throws Own {
        try {
            if (n == 0) {
                throw new IllegalArgumentException("ground");
            }
            level(n - 1);
        } catch (IllegalArgumentException | Own e) {
            throw new Own(n, e);
        }
    }

    public static void main(String[] args) {
        try {
            level(2);
        } catch (Own e) {
            e.addSuppressed(new RuntimeException("beside", new Error("its cause")));
            e.printStackTrace(System.out);
            System.out.println(e.code);
        }
        Exception a = new Exception("a");
        Exception b = new Exception("b", a);
        a.initCause(b);
        b.printStackTrace(System.out);
        try {
            a.initCause(null);
        } catch (IllegalStateException e) {
            System.out.println(e.getMessage());
        }
        Quiet q = new Quiet();
        q.addSuppressed(a);
        System.out.println(q.getStackTrace().length + " " + q.getSuppressed().length);
        System.out.println(new RuntimeException(new Error("why")).getMessage());
    }
}
