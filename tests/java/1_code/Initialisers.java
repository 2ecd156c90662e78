// SPDX-License-Identifier: Apache-2.0
// When classes are initialised, and in which order.
class Initialisers {
    static int log(String s) {
        System.out.println(s);
        return s.length();
    }

    static class A {
        static final int CONSTANT = 5;
        static final Integer BOXED = log("A.BOXED");
        static { log("A.static"); }
        int x = log("A.x");
        { log("A.block"); }
        A() { log("A()"); }
    }

    static class B extends A {
        static int y = log("B.y");
        int z = log("B.z");
        B() { this(1); log("B()"); }
        B(int n) { super(); log("B(int)"); }
    }

    interface I {
        int FIELD = log("I.FIELD");
    }

    interface J extends I {
        int OTHER = log("J.OTHER");
        default void def() { }
    }

    static class C implements J {
        static { log("C.static"); }
    }

    static class D {
        static int a = log("D.a") + D.later;
        static int later = 7;
    }

    static class Never {
        static { log("Never"); }
    }

    static class P {
        static int p = 1 + Q.q;
    }

    static class Q {
        static int q = 1 + P.p;
    }

    public static void main(String[] args) {
        log("main");
        System.out.println(A.CONSTANT);
        Never[] none = new Never[2];
        System.out.println(none.length);
        new B();
        log("again");
        new B();
        log("C");
        new C();
        System.out.println(I.FIELD);
        System.out.println(D.a);
        System.out.println(P.p + " " + Q.q);
    }
}
