// SPDX-License-Identifier: Apache-2.0
// Text blocks: indentation, escapes, line ends.
class TextBlocks {
    public static void main(String[] args) {
        String a = """
            first
              second
            third""";
        System.out.println(a);
        String b = """
            one \
            line
              "quoted" \""" \t tab
            trailing   \s
            """;
        System.out.println(b.replace(' ', '.'));
        System.out.println("""
            """.isEmpty());
        System.out.println("""
            %d of %s
            """.formatted(3, "five"));
        System.out.println("""
             a
            b
           """.length());
        System.out.println("""
            same""" == "same");
    }
}
