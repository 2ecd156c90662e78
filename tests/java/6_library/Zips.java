// SPDX-License-Identifier: Apache-2.0
// Deflater and Inflater, GZIP streams, a zip in memory.
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.zip.Deflater;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import java.util.zip.Inflater;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;

class Zips {
    public static void main(String[] args) throws Exception {
        byte[] data = "some text, some more text, and more of some text. ".repeat(50).getBytes();
        Deflater d = new Deflater();
        d.setInput(data);
        d.finish();
        byte[] packed = new byte[data.length];
        int n = d.deflate(packed);
        System.out.println((n < 200) + " " + d.finished() + d.getTotalIn());
        Inflater i = new Inflater();
        i.setInput(packed, 0, n);
        byte[] back = new byte[data.length];
        System.out.println(i.inflate(back) + " " + Arrays.equals(data, back) + i.finished());
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (GZIPOutputStream g = new GZIPOutputStream(bytes)) {
            g.write(data);
        }
        System.out.println(Arrays.equals(new GZIPInputStream(new ByteArrayInputStream(
            bytes.toByteArray())).readAllBytes(), data));
        bytes.reset();
        try (ZipOutputStream z = new ZipOutputStream(bytes)) {
            z.putNextEntry(new ZipEntry("a/b.txt"));
            z.write("inside".getBytes());
            z.putNextEntry(new ZipEntry("c"));
        }
        ZipInputStream z = new ZipInputStream(new ByteArrayInputStream(bytes.toByteArray()));
        System.out.println(z.getNextEntry().getName() + new String(z.readAllBytes())
            + z.getNextEntry() + z.getNextEntry());
        try {
            new GZIPInputStream(new ByteArrayInputStream(new byte[20]));
        } catch (java.util.zip.ZipException e) {
            System.out.println(e.getMessage());
        }
    }
}
