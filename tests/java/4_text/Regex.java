// SPDX-License-Identifier: Apache-2.0
// Regular expressions: groups, quantifiers, lookaround, replacement, flags, errors.
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

class Regex {
    static void all(String pattern, String text) {
        Matcher m = Pattern.compile(pattern).matcher(text);
        StringBuilder b = new StringBuilder(pattern + ":");
        while (m.find()) {
            b.append(" ").append(m.start()).append("-").append(m.end());
            for (int i = 1; i <= m.groupCount(); i++) {
                b.append("(").append(m.group(i)).append(")");
            }
        }
        System.out.println(b);
    }

    public static void main(String[] args) {
        all("a*b", "aab b ab");
        all("(a)(b)?(c|d)", "abc ad acd");
        all("a+?", "aaa");
        all("a++a", "aaa");
        all("(?i)HELLO", "hello HeLLo");
        all("\\b\\w+\\b", "some words, here");
        all("(?<=\\$)\\d+(?!\\.)", "$12 $3.5 44");
        all("(\\w)\\1", "aabbcd");
        all("[^a-c&&[^x]]+", "abcdxef");
        all("(?:x|y)*z", "xyxyz z");
        all("^\\w+$", "one\ntwo");
        all("(?m)^\\w+$", "one\ntwo");
        all("(?s)a.b", "a\nb");
        all("\\p{Lu}\\p{L}*", "Hello World \u00c4rger");
        all("\\d{2,3}", "1 12 123 1234 12345");
        all("", "ab");
        Matcher m = Pattern.compile("(?<year>\\d{4})-(?<month>\\d\\d)").matcher("on 2024-05 or");
        System.out.println(m.find() + m.group("year") + m.group("month") + m.start("month"));
        System.out.println("2024-05".replaceAll("(\\d+)-(\\d+)", "$2/$1") + "a.b".replaceAll("\\.",
            Matcher.quoteReplacement("$")) + "xyx".replaceFirst("x", ""));
        System.out.println(Pattern.compile("\\d").matcher("a1b2").replaceAll(r -> "<" + r.group()
            + ">"));
        System.out.println(Arrays.toString(Pattern.compile("\\s*,\\s*").split("a , b,c ,d")));
        System.out.println(Pattern.matches("(a|aa)+$", "aaaaaaaaaaaa") + " " + Pattern.quote("a.b"));
        System.out.println(Pattern.compile("x", Pattern.LITERAL).flags());
        m = Pattern.compile("ab").matcher("abab");
        System.out.println(m.matches() + " " + m.lookingAt() + m.hitEnd() + m.reset().results()
            .count());
        for (String bad : new String[] {"(", "[a", "a{2", "*", "\\", "(?<1>a)", "\\k<no>"}) {
            try {
                Pattern.compile(bad);
                System.out.println("fine: " + bad);
            } catch (PatternSyntaxException e) {
                System.out.println(e.getMessage());
            }
        }
    }
}
