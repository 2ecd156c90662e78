// SPDX-License-Identifier: Apache-2.0
// What a compiler does first: a program text is cut into tokens, N times.
import java.util.HashMap;
import java.util.Map;

final class Tokens {
    static final String[] KEYWORDS = {"class", "int", "for", "if", "else", "return", "static", "new"};
    static final String TEXT = """
        class Example { // a comment
            static int[] table = new int[0x100];
            int sum(int from, int to) {
                int total = 0;
                for (int i = from; i <= to; i++) {
                    if (table[i] >= 10 && i != 5) total += table[i] * 3; else total -= "text".length();
                }
                return total; /* and another
                                 comment */
            }
        }
        """;

    final String text;
    final Map<String, Integer> names = new HashMap<>();
    int at;
    long checksum;

    Tokens(String text) {
        this.text = text;
        for (String k : KEYWORDS) {
            names.put(k, names.size());
        }
    }

    char peek(int ahead) {
        return at + ahead < text.length() ? text.charAt(at + ahead) : '\0';
    }

    void skipBlanks() {
        while (at < text.length()) {
            char c = peek(0);
            if (c == '/' && peek(1) == '/') {
                at = text.indexOf('\n', at);
            } else if (c == '/' && peek(1) == '*') {
                at = text.indexOf("*/", at) + 2;
            } else if (c <= ' ') {
                at++;
            } else {
                return;
            }
        }
    }

    boolean token() {
        skipBlanks();
        if (at >= text.length()) {
            return false;
        }
        int start = at;
        char c = text.charAt(at++);
        int kind;
        if (Character.isJavaIdentifierStart(c)) {
            while (Character.isJavaIdentifierPart(peek(0)) && peek(0) != '\0') {
                at++;
            }
            kind = names.computeIfAbsent(text.substring(start, at), k -> k.length() * 100);
        } else if (c >= '0' && c <= '9') {
            while (Character.digit(peek(0), 16) >= 0 || peek(0) == 'x') {
                at++;
            }
            kind = Integer.decode(text.substring(start, at));
        } else if (c == '"') {
            at = text.indexOf('"', at) + 1;
            kind = at - start;
        } else {
            switch (c) {
            case '<': case '>': case '=': case '!': case '+': case '-': case '*':
                at += peek(0) == '=' || peek(0) == c ? 1 : 0;
                break;
            case '&':
                at++;
                break;
            default:
                break;
            }
            kind = c;
        }
        checksum = checksum * 31 + kind + (at - start);
        return true;
    }

    public static void main(String[] args) {
        long sum = 0;
        for (int n = Integer.parseInt(args[0]); n > 0; n--) {
            Tokens t = new Tokens(TEXT);
            while (t.token()) {
                sum++;
            }
            sum += t.checksum;
        }
        System.out.println(sum);
    }
}
