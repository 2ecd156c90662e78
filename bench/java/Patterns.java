// SPDX-License-Identifier: Apache-2.0
// Regular expressions: N lines of a log are taken apart.
import java.util.regex.Matcher;
import java.util.regex.Pattern;

final class Patterns {
    public static void main(String[] args) {
        int lines = Integer.parseInt(args[0]);
        Pattern line = Pattern.compile("^(\\d+)\\.(\\d+) \\[(\\w+)\\] (?:user=(\\S+) )?(.*)$");
        Pattern word = Pattern.compile("[a-z]+|[0-9]+");
        long sum = 0;
        for (int i = 0; i < lines; i++) {
            String text = i + "." + i % 100 + " [warn] " + (i % 3 == 0 ? "user=u" + i + " " : "")
                + "took " + i * 7 + " ms for request number " + i;
            Matcher m = line.matcher(text);
            if (!m.matches()) {
                throw new IllegalStateException(text);
            }
            sum += Integer.parseInt(m.group(1)) + (m.group(4) == null ? 1 : m.group(4).length());
            Matcher words = word.matcher(m.group(5));
            while (words.find()) {
                sum = sum * 31 + words.end();
            }
        }
        System.out.println(sum);
    }
}
