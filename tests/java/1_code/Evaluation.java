// SPDX-License-Identifier: Apache-2.0
// Operands are evaluated from left to right, also when one of them throws.
class Evaluation {
    static int n;

    static int next(String name) {
        System.out.println(name);
        return ++n;
    }

    static int[] array(String name, int[] a) {
        System.out.println(name);
        return a;
    }

    static int fail(String name) {
        System.out.println(name);
        throw new IllegalStateException(name);
    }

    static int three(int a, int b, int c) {
        return a * 100 + b * 10 + c;
    }

    public static void main(String[] args) {
        System.out.println(three(next("a"), next("b"), next("c")));
        System.out.println(next("d") - next("e") * next("f"));
        int[] a = new int[20];
        a[next("index")] = next("value");
        System.out.println(a[7]);
        try {
            array("null array", null)[next("index")] = next("value");
        } catch (NullPointerException e) {
            System.out.println("null after all");
        }
        try {
            array("array", a)[99] = next("value");
        } catch (ArrayIndexOutOfBoundsException e) {
            System.out.println("bounds after all");
        }
        try {
            a[next("index")] += fail("value");
        } catch (IllegalStateException e) {
            System.out.println(e.getMessage());
        }
        int i = 3;
        i = i + (i = 10) * i;
        System.out.println(i);
        int j = 2;
        a[j] = j = 5;
        System.out.println(a[2] + j);
        try {
            int zero = 0;
            System.out.println(next("x") / zero + next("not reached"));
        } catch (ArithmeticException e) {
            System.out.println("divided");
        }
    }
}
