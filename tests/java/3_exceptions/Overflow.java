// SPDX-License-Identifier: Apache-2.0
// A StackOverflowError is caught and the program goes on, several times.
class Overflow {
    static int depth;

    static void down() {
        depth++;
        down();
    }

    static long wide(long a, double b, Object c) {
        return wide(a + 1, b * 2, c) + 1;
    }

    static int guarded(int n) {
        try {
            return guarded(n + 1);
        } catch (StackOverflowError e) {
            return n;
        }
    }

    public static void main(String[] args) {
        for (int i = 0; i < 3; i++) {
            depth = 0;
            try {
                down();
            } catch (StackOverflowError e) {
                System.out.println(depth > 500);
                System.out.println(e.getMessage());
                System.out.println(e.getStackTrace()[10].getMethodName());
            }
        }
        try {
            wide(1, 2, "c");
        } catch (StackOverflowError e) {
            System.out.println(e instanceof VirtualMachineError);
        }
        System.out.println(guarded(0) > 500);
    }
}
