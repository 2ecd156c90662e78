// SPDX-License-Identifier: Apache-2.0
// Encoders and decoders step by step: overflow, malformed and unmappable input, every charset of
// java.base that programs name.
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CharsetEncoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.IllegalCharsetNameException;
import java.nio.charset.StandardCharsets;
import java.nio.charset.UnsupportedCharsetException;
import java.util.Arrays;

class CharsetCoders {
    static final String TEXT = "aZ\u00e9\u20ac\ud83d\ude00\u0000~\u00ff\u0416\u65e5";

    public static void main(String[] args) throws Exception {
        for (String name : new String[] {"UTF-8", "UTF-16", "UTF-16BE", "UTF-16LE", "UTF-32",
            "ISO-8859-1", "US-ASCII", "windows-1252", "ISO-8859-15", "IBM437", "KOI8-R",
            "windows-1251"}) {
            Charset set = Charset.forName(name);
            byte[] bytes = TEXT.getBytes(set);
            System.out.println(set + " " + bytes.length + " " + Arrays.hashCode(bytes) + " "
                + new String(bytes, set).hashCode() + " " + set.newEncoder().maxBytesPerChar() + " "
                + set.newEncoder().canEncode('\u20ac') + " " + set.aliases().contains("latin1"));
        }
        CharsetEncoder encoder = StandardCharsets.UTF_8.newEncoder();
        CharBuffer in = CharBuffer.wrap(TEXT);
        ByteBuffer out = ByteBuffer.allocate(4);
        StringBuilder steps = new StringBuilder();
        for (;;) {
            CoderResult result = encoder.encode(in, out, true);
            steps.append(result).append(out.position()).append(' ');
            out.clear();
            if (result.isUnderflow()) {
                break;
            }
        }
        System.out.println(steps.append(encoder.flush(out)));
        for (CodingErrorAction action : new CodingErrorAction[] {CodingErrorAction.REPORT,
            CodingErrorAction.IGNORE, CodingErrorAction.REPLACE}) {
            CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder().onMalformedInput(action)
                .onUnmappableCharacter(action);
            for (byte[] bad : new byte[][] {{'a', (byte) 0xc0, (byte) 0x80, 'b'}, {(byte) 0xed,
                (byte) 0xa0, (byte) 0x80}, {(byte) 0xf0, (byte) 0x9f}, {(byte) 0xff, 'x'}}) {
                try {
                    System.out.print(decoder.decode(ByteBuffer.wrap(bad)) + "|");
                } catch (CharacterCodingException e) {
                    System.out.print(e + "|");
                }
            }
            System.out.println();
        }
        try {
            StandardCharsets.US_ASCII.newEncoder().encode(CharBuffer.wrap("a\u00e9"));
        } catch (CharacterCodingException e) {
            System.out.println(e);
        }
        System.out.println(Arrays.toString("\ud800x".getBytes(StandardCharsets.UTF_8)) + " "
            + Arrays.toString("\ud800x".getBytes(StandardCharsets.UTF_16LE)));
        try {
            Charset.forName("no such");
        } catch (IllegalCharsetNameException e) {
            System.out.println(e.getMessage());
        }
        try {
            Charset.forName("no-such");
        } catch (UnsupportedCharsetException e) {
            System.out.println(e.getCharsetName());
        }
        System.out.println(Charset.isSupported("utf8") + " " + Charset.forName("latin1") + " "
            + StandardCharsets.UTF_8.contains(StandardCharsets.ISO_8859_1));
    }
}
