// SPDX-License-Identifier: Apache-2.0
// Corners of regular expressions: possessive, lazy, lookaround, back references, flags, regions.
import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import java.util.stream.Collectors;

class RegexCorners {
    static void all(String pattern, int flags, String... texts) {
        StringBuilder out = new StringBuilder(pattern).append(':');
        Pattern p;
        try {
            p = Pattern.compile(pattern, flags);
        } catch (PatternSyntaxException e) {
            System.out.println(e.getMessage().replace('\n', ' '));
            return;
        }
        for (String text : texts) {
            Matcher m = p.matcher(text);
            out.append(' ').append(m.matches() ? 'M' : m.lookingAt() ? 'L' : '-');
            m.reset();
            List<String> found = new ArrayList<>();
            while (m.find()) {
                found.add(m.start() + "-" + m.end() + (m.groupCount() > 0 ? m.group(1) : ""));
            }
            out.append(found);
        }
        System.out.println(out);
    }

    public static void main(String[] args) {
        all("a*+a", 0, "aaa", "b");
        all("a*?b", 0, "aab", "b");
        all("(a|ab)(c|bcd)(d*)", 0, "abcd");
        all("(?<=\\d{1,3})x(?!y)", 0, "12x 1xy x123x");
        all("(?<!a)b|(?=c)", 0, "abbcc");
        all("(\\w)\\1+", 0, "aabbbcd");
        all("(?<q>['\"]).*?\\k<q>", 0, "'a\"b' \"c\"");
        all("(?i)stra\u00dfe", Pattern.UNICODE_CASE, "STRA\u1e9eE", "strasse", "Stra\u00dfe");
        all("^.$", Pattern.MULTILINE, "a\nb\r\nc\u2028d");
        all("a.b", Pattern.DOTALL, "a\nb");
        all("\\p{Lu}\\P{L}\\p{IsGreek}", 0, "A1\u03b1", "a1\u03b1");
        all("[a-z&&[^m-p]]+", 0, "almopz");
        all("\\bfoo\\B|\\Gx", 0, "xxfood foo");
        all("\\Q.*\\E+", 0, ".*** .*");
        all("x # comment\n y", Pattern.COMMENTS, "xy");
        all("(a?)*b", 0, "aab", "c");
        all("(?>a+)b|\\x41\\u0042\\0103\\t", 0, "aab", "ABC\t");
        all("\\R\\h\\X", 0, "\r\n e\u0301", "\n\tx");
        all("(", 0);
        all("a{2,1}", 0);
        all("[z-a]", 0);
        all("*", 0);
        all("(?<1a>x)", 0);
        all("\\k<none>", 0);
        System.out.println("a1b22".replaceAll("(?<d>\\d+)", "<${d}$1\\$>"));
        System.out.println(Pattern.compile("\\d").matcher("a1b2").replaceAll(
            r -> String.valueOf(Integer.parseInt(r.group()) * 2)));
        System.out.println(Pattern.compile("[,;]").splitAsStream("a,b;;c,").collect(Collectors.toList())
            + " " + List.of("a,b,,".split(",", -1)) + List.of(",a".split(",")) + "x".split("").length);
        Matcher m = Pattern.compile("b+").matcher("abbbc");
        m.region(2, 4);
        System.out.println(m.matches() + " " + m.hitEnd() + " " + m.requireEnd() + " " + m.start());
        m.useAnchoringBounds(false).useTransparentBounds(true);
        System.out.println(m.results().map(MatchResult::group).collect(Collectors.toList()));
        StringBuilder out = new StringBuilder();
        Matcher k = Pattern.compile("(x)(y)?").matcher("x-xy");
        while (k.find()) {
            k.appendReplacement(out, "[" + k.group(2) + "]");
        }
        System.out.println(k.appendTail(out));
        try {
            "a".replaceAll("a", "$2");
        } catch (IndexOutOfBoundsException e) {
            System.out.println(e.getMessage());
        }
        System.out.println(Pattern.matches("(x+x+)+y", "xxxxxxxxxxxx") + " "
            + Pattern.compile("a").asPredicate().test("bab"));
    }
}
