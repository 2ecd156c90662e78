// SPDX-License-Identifier: Apache-2.0
// Identity of strings: literals, constants, intern.
class Intern {
    static final String A = "literal";

    static class Other {
        static final String B = "lit" + "eral";
        static String made() { return new StringBuilder("lit").append("eral").toString(); }
    }

    public static void main(String[] args) {
        System.out.println(A == "literal");
        System.out.println(A == Other.B);
        System.out.println(A == Other.made());
        System.out.println(A == Other.made().intern());
        System.out.println(new String("literal") == A);
        System.out.println(new String("literal").intern() == A);
        String fresh = new StringBuilder("never").append("seen").toString();
        System.out.println(fresh.intern() == fresh);
        System.out.println(fresh == "neverseen");
        System.out.println("".intern() == "");
        System.out.println("\u20ac" == "\u20ac".intern());
        System.out.println("x".substring(0) == "x");
        System.out.println("abc".substring(1, 2).intern() == "b");
        System.out.println("a".concat("") == "a");
        System.out.println("same".replace('z', 'y') == "same");
        System.out.println("same".toString() == "same");
    }
}
