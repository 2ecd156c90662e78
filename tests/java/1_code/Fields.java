// SPDX-License-Identifier: Apache-2.0
// Fields of every type in objects and classes, hidden fields, initialisers in order.
class Fields {
    static class Base {
        byte b = -1;
        char c = 'c';
        short s = -2;
        int i = 3;
        long l = 1L << 40;
        float f = 1.5f;
        double d = -2.5;
        boolean z = true;
        Object o = "base";
        static int made;
        int number = ++made;
    }

    static class Derived extends Base {
        byte b = 5;
        Object o = "derived";
        { i += 10; }
        volatile long v = 9;
        transient int t = 8;
    }

    public static void main(String[] args) {
        Base one = new Base();
        Derived two = new Derived();
        Base again = two;
        System.out.println(one.b + one.c + one.s + one.i + one.l);
        System.out.println(one.f * one.d);
        System.out.println(one.z);
        System.out.println(two.b);
        System.out.println(again.b);
        System.out.println(((Base) two).o);
        System.out.println(two.o);
        System.out.println(two.i);
        System.out.println(two.number);
        System.out.println(Base.made);
        two.v -= 10;
        System.out.println(two.v + two.t);
        two.b = (byte) 300;
        again.c = (char) 70000;
        again.s = (short) 70000;
        System.out.println(two.b + again.c + again.s);
        Base nothing = null;
        System.out.println(nothing.made);
        try {
            System.out.println(nothing.i);
        } catch (NullPointerException e) {
            System.out.println("no object");
        }
    }
}
