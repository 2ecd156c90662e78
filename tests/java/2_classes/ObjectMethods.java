// SPDX-License-Identifier: Apache-2.0
// equals, hashCode, toString, clone, getClass of objects and arrays.
class ObjectMethods {
    static class Key implements Cloneable {
        int a;
        int[] shared = {1};

        Key(int a) { this.a = a; }
        @Override
        public boolean equals(Object o) { return o instanceof Key && ((Key) o).a == a; }
        @Override
        public int hashCode() { return a * 31; }
        @Override
        public String toString() { return "Key" + a; }
        @Override
        public Key clone() throws CloneNotSupportedException { return (Key) super.clone(); }
    }

    static class Hard extends Key {
        Hard(int a) { super(a); }
    }

    static class No {
        Object copy() throws CloneNotSupportedException { return super.clone(); }
    }

    public static void main(String[] args) throws Exception {
        Key k = new Key(5);
        Key c = k.clone();
        System.out.println(k.equals(c) + " " + (k != c) + (k.shared == c.shared) + c.hashCode());
        c.a = 6;
        System.out.println(k + " " + c + new Hard(3).clone().getClass());
        try {
            new No().copy();
        } catch (CloneNotSupportedException e) {
            System.out.println(e.getMessage());
        }
        Object o = new Object();
        System.out.println(o.hashCode() == o.hashCode());
        System.out.println(System.identityHashCode(k) == System.identityHashCode(k));
        System.out.println(System.identityHashCode(null));
        System.out.println(o.equals(o) + " " + o.equals(new Object()) + o.toString().startsWith(
            "java.lang.Object@"));
        int[] a = {1, 2, 3};
        int[] b = a.clone();
        b[0] = 9;
        System.out.println(a[0] + " " + b[0] + b.length + a.equals(b));
        int[][] deep = {{1}, {2}};
        int[][] shallow = deep.clone();
        System.out.println(shallow != deep && shallow[0] == deep[0]);
        System.out.println(a.getClass() + " " + deep.getClass() + new No[0].getClass());
        System.out.println(a.getClass() == int[].class);
        System.out.println(k.getClass().getSuperclass() + " " + int[].class.getSuperclass());
        System.out.println(String[].class.getComponentType() + " " + Runnable.class.isInterface());
    }
}
