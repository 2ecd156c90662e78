// SPDX-License-Identifier: Apache-2.0
// Streams of bytes and characters in memory: data, pushback, sequence, mark, buffered, piped.
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.CharArrayWriter;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.LineNumberReader;
import java.io.OutputStreamWriter;
import java.io.PushbackInputStream;
import java.io.PushbackReader;
import java.io.SequenceInputStream;
import java.io.StringReader;
import java.util.Arrays;

class Streams2Bytes {
    public static void main(String[] args) throws Exception {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(new BufferedOutputStream(bytes, 8));
        out.writeInt(-5);
        out.writeLong(1L << 50);
        out.writeDouble(Math.E);
        out.writeUTF("text \u20ac \0");
        out.writeBoolean(true);
        out.writeChar('c');
        out.writeShort(-2);
        out.writeFloat(1.5f);
        out.writeBytes("abc");
        out.flush();
        DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes.toByteArray()));
        System.out.println(in.readInt() + " " + in.readLong() + in.readDouble() + in.readUTF().length()
            + in.readBoolean() + in.readChar() + in.readUnsignedShort() + in.readFloat()
            + in.available());
        in.skipBytes(2);
        System.out.println(in.readUnsignedByte());
        try {
            in.readInt();
        } catch (EOFException e) {
            System.out.println(e);
        }
        InputStream b = new BufferedInputStream(new SequenceInputStream(new ByteArrayInputStream(
            "first".getBytes()), new ByteArrayInputStream("second".getBytes())), 4);
        b.mark(20);
        b.skip(3);
        System.out.println((char) b.read());
        b.reset();
        System.out.println(new String(b.readNBytes(7)) + b.read() + b.readAllBytes().length + b.read());
        PushbackInputStream p = new PushbackInputStream(new ByteArrayInputStream(new byte[] {1, 2}), 2);
        p.unread(9);
        System.out.println(p.read() + p.read());
        PushbackReader r = new PushbackReader(new StringReader("xy"));
        int c = r.read();
        r.unread(c);
        System.out.println((char) r.read());
        CharArrayWriter w = new CharArrayWriter();
        w.write("chars");
        System.out.println(w.toCharArray().length);
        bytes.reset();
        OutputStreamWriter ow = new OutputStreamWriter(bytes, "UTF-16");
        ow.write("\u20ac\ud83d\ude00");
        ow.close();
        System.out.println(Arrays.toString(bytes.toByteArray()));
        LineNumberReader l = new LineNumberReader(new InputStreamReader(new ByteArrayInputStream(
            "a\nb\n\u00e4".getBytes("UTF-8")), "UTF-8"));
        System.out.println(l.readLine() + l.readLine() + l.readLine() + l.getLineNumber() + l.read());
    }
}
