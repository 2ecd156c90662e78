// SPDX-License-Identifier: Apache-2.0
// Short circuits, the conditional operator and its numeric promotion, null comparisons.
class Conditions {
    static boolean say(String s, boolean b) {
        System.out.println(s);
        return b;
    }

    public static void main(String[] args) {
        System.out.println(say("a", false) && say("b", true) || say("c", true));
        System.out.println(say("a", true) || say("b", true) && say("c", true));
        System.out.println(say("a", true) & say("b", false) | say("c", true));
        System.out.println(say("a", true) ^ say("b", true));
        boolean b = args.length == 0;
        System.out.println(b ? 1 : 2.0);
        System.out.println(b ? 'x' : 0);
        int i = 0;
        System.out.println(b ? 'x' : i);
        Integer n = 5;
        Object o = b ? n : Double.valueOf(2);
        System.out.println(o);
        Object p = b ? n : "s";
        System.out.println(p);
        try {
            Integer none = null;
            int bad = b ? none : 0;
            System.out.println(bad);
        } catch (NullPointerException e) {
            System.out.println("null unboxed");
        }
        Object x = null;
        Object y = "y";
        System.out.println(x == null);
        System.out.println(x != y);
        System.out.println(y == null ? "null" : "not null");
        System.out.println(!(x == y) == (x != y));
        System.out.println(((Object) 1).equals(1L));
    }
}
