// SPDX-License-Identifier: Apache-2.0
// Encoding and decoding, with malformed input and characters that cannot be mapped.
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

class Charsets {
    static String hex(byte[] bytes) {
        StringBuilder b = new StringBuilder();
        for (byte x : bytes) {
            b.append(String.format("%02x", x));
        }
        return b.toString();
    }

    static String escaped(String s) {
        StringBuilder b = new StringBuilder();
        for (char c : s.toCharArray()) {
            b.append(c < 128 ? "" + c : String.format("\\u%04x", (int) c));
        }
        return b.toString();
    }

    public static void main(String[] args) throws Exception {
        String s = "a\u00e9\u20ac\ud83d\ude00\ud800z";
        for (String name : new String[] {"UTF-8", "UTF-16", "UTF-16LE", "UTF-16BE", "ISO-8859-1",
            "US-ASCII", "UTF-32", "windows-1252"}) {
            byte[] bytes = s.getBytes(name);
            System.out.println(name + " " + hex(bytes) + " " + escaped(new String(bytes, name)));
        }
        byte[][] bad = {{(byte) 0xc3}, {(byte) 0xe2, (byte) 0x82, 'x'}, {(byte) 0xc0, (byte) 0x80},
            {(byte) 0xed, (byte) 0xa0, (byte) 0x80}, {(byte) 0xf5, 1}, {'o', (byte) 0xff, 'k'}};
        for (byte[] b : bad) {
            System.out.println(escaped(new String(b, StandardCharsets.UTF_8)));
            try {
                StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(b));
            } catch (CharacterCodingException e) {
                System.out.println(e);
            }
        }
        System.out.println(escaped(StandardCharsets.US_ASCII.newEncoder()
            .onUnmappableCharacter(CodingErrorAction.REPLACE).replaceWith(new byte[] {'!'})
            .encode(CharBuffer.wrap("x\u00e9y")).array().length + ""));
        try {
            StandardCharsets.ISO_8859_1.newEncoder().encode(CharBuffer.wrap("\u20ac"));
        } catch (CharacterCodingException e) {
            System.out.println(e.getMessage());
        }
        System.out.println(Charset.forName("latin1") + " " + Charset.isSupported("nonsense")
            + StandardCharsets.UTF_8.aliases());
        try {
            "x".getBytes("nonsense");
        } catch (java.io.UnsupportedEncodingException e) {
            System.out.println(e.getMessage());
        }
    }
}
