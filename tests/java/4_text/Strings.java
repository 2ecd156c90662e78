// SPDX-License-Identifier: Apache-2.0
// What String offers, with its edges.
import java.util.Arrays;

class Strings {
    public static void main(String[] args) {
        String s = "The quick brown fox";
        System.out.println(s.length() + " " + s.charAt(4) + s.indexOf("quick") + s.indexOf('z')
            + s.lastIndexOf('o') + s.indexOf("", 30) + s.indexOf("o", 13));
        System.out.println(s.substring(4, 9) + s.substring(19) + "|" + s.substring(16));
        System.out.println(s.replace('o', '0').replace("quick", "").replace("", "-"));
        System.out.println(s.toUpperCase() + s.toLowerCase());
        System.out.println(s.startsWith("The") + " " + s.startsWith("quick", 4) + s.endsWith("x"));
        System.out.println(s.contains("brown") + " " + s.matches(".*fox") + s.isEmpty());
        System.out.println("  trim \t\n".trim() + "|" + "\u2003strip\u2003".strip() + "|"
            + " a ".stripLeading() + "|" + " b ".stripTrailing() + "|" + "  ".isBlank());
        System.out.println(Arrays.toString("a,b,,c,,".split(",")));
        System.out.println(Arrays.toString("a,b,,c,,".split(",", -1)));
        System.out.println(Arrays.toString("a,b,,c,,".split(",", 2)));
        System.out.println(Arrays.toString("a1b22c".split("[0-9]+")));
        System.out.println(Arrays.toString("".split(",")) + "".split(",").length);
        System.out.println(String.join("-", "a", "b", null) + String.join("/", Arrays.asList("x")));
        System.out.println("ab".compareTo("abc") + " " + "b".compareTo("a") + " "
            + "A".compareToIgnoreCase("a") + "stra\u00dfe".equalsIgnoreCase("STRASSE"));
        System.out.println("ha".repeat(3) + "x".repeat(0) + "a\nb\r\nc".lines().count());
        System.out.println("abc".contentEquals(new StringBuilder("abc")) + " "
            + "xabcx".regionMatches(true, 1, "ABC", 0, 3));
        System.out.println(String.valueOf((Object) null) + String.valueOf(new char[] {'c', 'h'})
            + String.valueOf(1.0f) + String.copyValueOf(new char[] {'a', 'b', 'c'}, 1, 2));
        System.out.println("  indent\n    more".stripIndent() + "a\\tb".translateEscapes());
        System.out.println("x".indent(3) + "%d-%s".formatted(5, "f"));
        System.out.println("hello".chars().sum() + " " + new String("hello".toCharArray(), 1, 3));
        System.out.println("abc".hashCode() + " " + "".hashCode() + " " + "\u20ac".hashCode());
    }
}
