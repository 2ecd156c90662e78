// SPDX-License-Identifier: Apache-2.0
// Concatenation of everything with everything.
class Concat {
    static String s = null;
    static int calls;

    static Object next() {
        return ++calls;
    }

    static class Tells {
        @Override
        public String toString() { return null; }
    }

    public static void main(String[] args) {
        byte b = -1;
        short h = 300;
        char c = '\u00e4';
        long l = Long.MIN_VALUE;
        float f = 1.1f;
        double d = 1e100;
        boolean z = true;
        Object n = null;
        System.out.println("b" + b + "h" + h + "c" + c + "l" + l + "f" + f + "d" + d + "z" + z + n);
        System.out.println(1 + 2 + "x" + 1 + 2 + 'c' + (1 + 2) + (char) ('a' + 1));
        System.out.println("" + c + c + (c + c));
        System.out.println(s + s + new Tells() + "|");
        s += "appended" + next() + next();
        s += s + '\u0001' + "\u0002" + s.length();
        System.out.println(s.replace('\u0001', '1').replace('\u0002', '2'));
        String long1 = "" + 1 + 2 + 3 + 4 + 5 + 6 + 7 + 8 + 9 + l + d + f + b + h + z + n + s + c
            + 1L + 2.0 + 3f + 'x' + "y" + calls + calls + calls + calls + calls + calls + calls;
        System.out.println(long1.length());
        char[] chars = {'n', 'o'};
        System.out.println(("" + chars).startsWith("[C@"));
        String t = "";
        for (int i = 0; i < 20; i++) {
            t = i + t + i;
        }
        System.out.println(t);
        final String constant = "con" + "stant";
        System.out.println((constant == "constant") + " " + ("con" + s == "con" + s));
        System.out.println("a" + "\ud83d" + "\ude00" + "\u20ac" + 1);
    }
}
