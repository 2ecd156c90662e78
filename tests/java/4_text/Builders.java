// SPDX-License-Identifier: Apache-2.0
// StringBuilder and StringBuffer: insert, delete, reverse, set, grow.
class Builders {
    public static void main(String[] args) {
        StringBuilder b = new StringBuilder();
        b.append(1).append('c').append(2L).append(3.5f).append(-0.0).append(true)
            .append((String) null).append((Object) null).append(new char[] {'x', 'y'})
            .append("abcdef", 1, 3).append(new char[] {'1', '2', '3'}, 1, 2).append(b);
        System.out.println(b);
        b.setLength(10);
        b.insert(0, "start").insert(3, 4.5).insert(b.length(), 'e').insert(1, (Object) null);
        System.out.println(b + " " + b.length());
        b.delete(2, 5).deleteCharAt(0).replace(0, 2, "replaced").setCharAt(0, 'R');
        System.out.println(b + " " + b.indexOf("e") + b.lastIndexOf("e") + b.charAt(3));
        System.out.println(new StringBuilder("a\ud83d\ude00b").reverse());
        System.out.println(new StringBuilder("abc").compareTo(new StringBuilder("abd")));
        b.setLength(3);
        b.setLength(6);
        System.out.println(b.toString().replace('\0', '0') + b.codePointAt(2));
        b = new StringBuilder(2);
        for (int i = 0; i < 1000; i++) {
            b.append((char) ('a' + i % 26));
        }
        b.append('\u20ac');
        System.out.println(b.length() + " " + b.substring(995) + b.subSequence(0, 3));
        b.setLength(0);
        b.appendCodePoint(0x1f600).appendCodePoint('z').append(b.length());
        System.out.println(b + " " + b.codePointCount(0, b.length()) + b.isEmpty());
        StringBuffer s = new StringBuffer("sync");
        s.append(1).insert(0, 2).reverse().deleteCharAt(1);
        System.out.println(s + " " + s.length());
        try {
            s.insert(10, "x");
        } catch (StringIndexOutOfBoundsException e) {
            System.out.println(e.getMessage());
        }
        try {
            s.setLength(-1);
        } catch (IndexOutOfBoundsException e) {
            System.out.println(e.getMessage());
        }
        System.out.println("chars: " + new StringBuilder("hi").chars().sum());
    }
}
