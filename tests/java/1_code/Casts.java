// SPDX-License-Identifier: Apache-2.0
// instanceof and checkcast over classes, interfaces and arrays.
class Casts {
    interface Shape { }
    interface Solid extends Shape { }
    static class Base implements Shape { }
    static class Derived extends Base implements Solid, Cloneable { }

    static void test(Object o) {
        System.out.println((o instanceof Base ? 1 : 0) + (o instanceof Derived ? 2 : 0)
            + (o instanceof Shape ? 4 : 0) + (o instanceof Solid ? 8 : 0)
            + (o instanceof Cloneable ? 16 : 0) + (o instanceof Object[] ? 32 : 0)
            + (o instanceof int[] ? 64 : 0) + (o instanceof Shape[] ? 128 : 0)
            + (o instanceof Object[][] ? 256 : 0) + (o instanceof int[][] ? 512 : 0)
            + (o instanceof java.io.Serializable ? 1024 : 0) + (o instanceof Object ? 2048 : 0)
            + (o instanceof Cloneable[] ? 4096 : 0));
    }

    public static void main(String[] args) {
        test(null);
        test(new Object());
        test(new Base());
        test(new Derived());
        test(new int[1]);
        test(new int[1][1]);
        test(new Base[1]);
        test(new Derived[1]);
        test(new Derived[1][1]);
        test(new Object[1]);
        test("text");
        test(new String[0]);
        Object o = new Base();
        try {
            Derived d = (Derived) o;
            System.out.println(d);
        } catch (ClassCastException e) {
            System.out.println("not a Derived");
        }
        try {
            Object[] a = (Object[]) (Object) new int[0];
            System.out.println(a.length);
        } catch (ClassCastException e) {
            System.out.println("not an Object[]");
        }
        String s = (String) (Object) null;
        System.out.println(s);
    }
}
