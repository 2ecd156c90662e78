// SPDX-License-Identifier: Apache-2.0
// own process: an exception leaves main
// Status 1, output before it kept, the trace with causes on standard error.
class Uncaught {
    static void fail(int n) {
        if (n == 0) {
            throw new IllegalStateException("no way on");
        }
        try {
            fail(n - 1);
        } finally {
            System.out.println("unwinding " + n);
        }
    }

    public static void main(String[] args) throws Exception {
        System.out.print("no newline at the end of this");
        try {
            fail(2);
        } catch (IllegalStateException e) {
            throw new Exception("wrapped", e);
        }
    }
}
