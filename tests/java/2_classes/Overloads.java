// SPDX-License-Identifier: Apache-2.0
// Which overload is chosen: widening, boxing, varargs, null, most specific.
class Overloads {
    static String f(int x) { return "int"; }
    static String f(long x) { return "long"; }
    static String f(double x) { return "double"; }
    static String f(Integer x) { return "Integer"; }
    static String f(Object x) { return "Object"; }
    static String f(int... x) { return "int..." + x.length; }
    static String g(Object x) { return "Object"; }
    static String g(String x) { return "String"; }
    static String h(long x) { return "long"; }
    static String h(Object x) { return "Object"; }
    static String v(Object... x) { return x == null ? "null" : "" + x.length; }
    static String w(String s, int... x) { return s + x.length; }
    static String c(char x) { return "char"; }
    static String c(int x) { return "int"; }

    static class Base {
        String m(Object o) { return "Base.Object"; }
        static String s() { return "Base.s"; }
    }

    static class Derived extends Base {
        String m(String o) { return "Derived.String"; }
        @Override
        String m(Object o) { return "Derived.Object"; }
        static String s() { return "Derived.s"; }
    }

    public static void main(String[] args) {
        byte b = 1;
        System.out.println(f(b) + f('c') + f(1) + f(1L) + f(1f) + f(1.0) + f((Integer) 1));
        System.out.println(f("s") + f() + f(1, 2) + f(new int[3]) + f((short) 1) + f((Long) 1L));
        System.out.println(g(null) + g("s") + g(1) + g((Object) "s"));
        System.out.println(h(1) + h('c') + h((Integer) 1) + h(1f));
        System.out.println(v() + v((Object[]) null) + v((Object) null) + v(1, 2) + v(new int[5]));
        System.out.println(v((Object[]) new String[4]) + w("w") + w("w", 1) + w("w", 1, 2));
        System.out.println(c('x') + c(1) + c((char) 1) + c('x' + 1));
        Base d = new Derived();
        System.out.println(d.m("s") + ((Derived) d).m("s") + ((Derived) d).m(null));
        System.out.println(Base.s() + Derived.s());
    }
}
