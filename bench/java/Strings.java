// SPDX-License-Identifier: Apache-2.0
// Building strings: N lines by StringBuilder and by concatenation.
final class Strings {
    public static void main(String[] args) {
        int lines = Integer.parseInt(args[0]);
        long sum = 0;
        for (int i = 0; i < lines; i++) {
            StringBuilder b = new StringBuilder();
            for (int j = 0; j < 10; j++) {
                b.append("item ").append(i * j).append(',').append(j).append(' ');
            }
            String s = b.toString().trim() + " = " + i + "/" + lines;
            sum = sum * 31 + s.hashCode() + s.indexOf("= ") + s.substring(5, 9).length();
        }
        System.out.println(sum);
    }
}
