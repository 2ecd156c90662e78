// SPDX-License-Identifier: Apache-2.0
// Surrogates, code points, case, categories, names of blocks, normal forms.
import java.text.Normalizer;

class Unicode {
    public static void main(String[] args) {
        String s = "a\u00e9\u20ac\ud83d\ude00z";
        System.out.println(s + " " + s.length() + s.codePointCount(0, s.length()));
        s.codePoints().forEach(c -> System.out.print(Integer.toHexString(c) + " "));
        System.out.println();
        System.out.println(s.codePointAt(3) + " " + s.codePointBefore(5) + " "
            + s.offsetByCodePoints(0, 4) + Character.isSurrogatePair(s.charAt(3), s.charAt(4)));
        System.out.println(new StringBuilder(s).reverse());
        System.out.println("\u00df\ufb01\u01c6".toUpperCase(java.util.Locale.ROOT));
        System.out.println("\u0130I\u03a3\u03a3".toLowerCase(java.util.Locale.ROOT));
        System.out.println("\u03a3".equalsIgnoreCase("\u03c2") + " " + "K".equalsIgnoreCase("\u212a"));
        int[] points = {'a', 'Z', '5', ' ', '_', '$', 0xe9, 0x20ac, 0x661, 0x1f600, 0x4e2d, 0xad,
                        0xfeff, 0x10ffff, 0xd800, '\n', 0x2028};
        for (int p : points) {
            System.out.println(Integer.toHexString(p) + " " + Character.getType(p)
                + Character.isLetter(p) + Character.isDigit(p) + Character.isWhitespace(p)
                + Character.isJavaIdentifierStart(p) + Character.isJavaIdentifierPart(p)
                + Character.isUpperCase(p) + Character.isDefined(p) + Character.isISOControl(p)
                + Character.isSpaceChar(p) + Character.isIdeographic(p) + Character.isMirrored(p)
                + Character.getNumericValue(p) + " " + Character.getDirectionality(p)
                + Character.toUpperCase(p) + Character.UnicodeBlock.of(p));
        }
        System.out.println(Normalizer.normalize("e\u0301\ufb01", Normalizer.Form.NFKC).length());
        System.out.println(Normalizer.normalize("\u00e9", Normalizer.Form.NFD).length());
        System.out.println("\ud800".length() + " " + "\ud800x".codePointAt(0));
        System.out.println(Character.toString(0x1f600) + Character.getName('a'));
        System.out.println(Character.digit('f', 16) + " " + Character.digit('g', 16)
            + Character.forDigit(11, 16) + Character.reverseBytes('\u1234'));
    }
}
