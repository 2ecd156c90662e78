// SPDX-License-Identifier: Apache-2.0
// Stack traces: printed, read as elements, through lambdas, constructors and nested classes.
class Traces {
    static class Thrower {
        Thrower(int n) {
            if (n == 0) {
                throw new IllegalStateException("constructor");
            }
            new Thrower(n - 1);
        }
    }

    static void one() { two(); }

    static void two() {
        throw new UnsupportedOperationException("deep");
    }

    static void wrap() {
        try {
            one();
        } catch (UnsupportedOperationException e) {
            throw new RuntimeException(e);
        }
    }

    public static void main(String[] args) {
        try {
            wrap();
        } catch (RuntimeException e) {
            e.printStackTrace(System.out);
        }
        try {
            new Thrower(2);
        } catch (IllegalStateException e) {
            for (StackTraceElement s : e.getStackTrace()) {
                if (s.getClassName().startsWith("Traces")) {
                    System.out.println(s.getClassName() + " " + s.getMethodName() + " "
                        + s.getLineNumber() + " " + s.getFileName() + s.isNativeMethod());
                }
            }
        }
        Runnable r = () -> one();
        try {
            r.run();
        } catch (UnsupportedOperationException e) {
            System.out.println(e.getStackTrace()[2].getMethodName());
        }
        try {
            Object o = "s";
            System.out.println((Integer)
                o);
        } catch (ClassCastException e) {
            System.out.println(e.getStackTrace()[0]);
        }
        Throwable t = new Throwable("made, not thrown");
        System.out.println(t.getStackTrace()[0]);
        t.setStackTrace(new StackTraceElement[] {new StackTraceElement("C", "m", "F.java", 5)});
        t.printStackTrace(System.out);
        new Error("to standard error").printStackTrace();
        System.out.println(new Exception().getMessage() + new Exception((String) null));
    }
}
