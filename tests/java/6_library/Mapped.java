// SPDX-License-Identifier: Apache-2.0
// Files that are mapped: what is written is seen by all who read the file or map it.
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.CRC32;
import java.util.zip.Deflater;
import java.util.zip.Inflater;

import static java.nio.file.StandardOpenOption.*;

class Mapped {
    interface Act { Object run() throws Exception; }

    static void show(String what, Act act) {
        try {
            System.out.println(what + ": " + act.run());
        } catch (Exception e) {
            System.out.println(what + ": " + e);
        }
    }

    static long sum(ByteBuffer buffer) {
        CRC32 crc = new CRC32();
        crc.update(buffer.duplicate().clear());
        return crc.getValue();
    }

    static void numbers(MappedByteBuffer m) {
        for (ByteOrder order : new ByteOrder[] {ByteOrder.BIG_ENDIAN, ByteOrder.LITTLE_ENDIAN}) {
            m.order(order);
            m.put(1, (byte) -5).putChar(3, 'ß').putShort(7, (short) -300).putInt(11, 0x12345678);
            m.putLong(17, 0x123456789abcdef0L).putFloat(29, 1.5f).putDouble(37, -2.25);
            System.out.println(m.get(1) + " " + m.getChar(3) + " " + m.getShort(7) + " "
                + m.getInt(11) + " " + m.getLong(17) + " " + m.getFloat(29) + " "
                + m.getDouble(37) + " " + m.get(11) + " " + sum(m));
        }
        VarHandle ints = MethodHandles.byteBufferViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);
        VarHandle longs = MethodHandles.byteBufferViewVarHandle(long[].class,
                                                                ByteOrder.LITTLE_ENDIAN);
        System.out.println(ints.compareAndSet(m, 64, 0, 7) + " " + ints.compareAndSet(m, 64, 0, 8)
            + " " + (int) ints.getAndAdd(m, 64, 5) + " " + (int) ints.getVolatile(m, 64)
            + " " + (long) longs.getAndSet(m, 72, -9L) + " " + longs.get(m, 72));
    }

    static void bulk(MappedByteBuffer m, FileChannel channel) throws IOException {
        byte[] bytes = new byte[m.capacity()];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) (i * 31 + i / 251);
        }
        m.clear();
        m.put(bytes);
        byte[] back = new byte[bytes.length];
        m.get(0, back);
        System.out.println("bulk " + Arrays.equals(bytes, back) + " " + sum(m));
        m.clear();
        int[] ints = new int[5000];
        m.order(ByteOrder.BIG_ENDIAN).asIntBuffer().get(10, ints);
        System.out.println("ints " + Arrays.hashCode(ints));
        m.order(ByteOrder.BIG_ENDIAN).position(64000).asIntBuffer();
        m.slice().order(ByteOrder.BIG_ENDIAN).asIntBuffer().put(ints);
        System.out.println("swapped " + sum(m));
        m.position(3);
        m.compact();
        System.out.println("compacted " + m + " " + sum(m));
        m.clear();
        m.put(100, m, 5, 70000);
        System.out.println("moved up " + sum(m));
        ByteBuffer direct = ByteBuffer.allocateDirect(70001);
        direct.put(m.slice(65000, 70001)).flip();
        m.put(1, direct, 0, 70001);
        System.out.println("direct " + sum(direct) + " " + sum(m) + " "
            + m.slice(65000, 30).mismatch(direct.slice(1, 30)) + " "
            + m.slice(9, 9).equals(direct.slice(8, 9)) + " " + m.slice(0, 50).hashCode());
        System.out.println("channel " + channel.write(m.slice(10, 5000), 90000) + " " + sum(m) + " "
            + channel.read(m.slice(131000, 300), 2000) + " " + sum(m));
        ByteBuffer[] parts = {m.slice(10, 20), direct.slice(0, 10), m.slice(131050, 40)};
        channel.position(5000);
        System.out.println("scattered " + channel.read(parts) + " " + sum(m));
        parts[0].clear();
        parts[2].clear();
        System.out.println("gathered " + channel.write(parts) + " " + sum(m));
    }

    static void zip(MappedByteBuffer m) throws Exception {
        Deflater deflater = new Deflater();
        deflater.setInput(m.slice(0, 3000));
        deflater.finish();
        byte[] small = new byte[4000];
        int size = deflater.deflate(small);
        Inflater inflater = new Inflater();
        inflater.setInput(small, 0, size);
        byte[] back = new byte[3000];
        System.out.println("zip " + inflater.inflate(back) + " "
            + ByteBuffer.wrap(back).equals(m.slice(0, 3000)));
    }

    public static void main(String[] none) throws Exception {
        Path folder = Files.createTempDirectory(Path.of(System.getProperty("tests.folder")), "map");
        Path path = folder.resolve("file");
        FileChannel channel = FileChannel.open(path, CREATE_NEW, READ, WRITE);
        MappedByteBuffer m = channel.map(MapMode.READ_WRITE, 0, 150000);
        System.out.println(m + " " + channel.size() + " " + m.isDirect() + " " + m.isReadOnly());
        numbers(m);
        bulk(m, channel);
        zip(m);
        MappedByteBuffer later = channel.map(MapMode.READ_WRITE, 70001, 10);
        MappedByteBuffer reader = channel.map(MapMode.READ_ONLY, 5, 149000);
        MappedByteBuffer own = channel.map(MapMode.PRIVATE, 0, 100);
        later.put(0, (byte) 77);
        later.force();
        own.put(0, (byte) (m.get(0) + 1));
        channel.write(ByteBuffer.wrap(new byte[] {99}), 70002);
        byte[] all = Files.readAllBytes(path);
        System.out.println(m.get(70001) + " " + reader.get(70001 - 5) + " " + all[70001] + " "
            + m.get(70002) + " " + later.get(1) + " " + (own.get(0) - m.get(0)) + " " + all.length
            + " " + (all[0] == m.get(0)));
        show("read only", () -> reader.put(0, (byte) 1));
        channel.close();
        m.put(5, (byte) 55);
        System.out.println(reader.get(0) + " " + Files.readAllBytes(path)[5] + " " + m.load().isLoaded());
        Files.delete(path);
        m.put(6, (byte) 66);
        System.out.println(reader.get(1) + " " + m.force().get(5) + " " + Files.exists(path));
        refusals(folder);
        Files.delete(folder);
    }

    static void refusals(Path folder) throws Exception {
        Path path = Files.write(folder.resolve("other"), new byte[5000]);
        try (FileChannel reads = FileChannel.open(path, READ)) {
            show("to write", () -> reads.map(MapMode.READ_WRITE, 0, 10));
            show("private", () -> reads.map(MapMode.PRIVATE, 0, 10));
            show("longer", () -> reads.map(MapMode.READ_ONLY, 0, 5001));
            show("negative", () -> reads.map(MapMode.READ_ONLY, -1, 5));
            show("nothing", () -> reads.map(MapMode.READ_ONLY, 10, 0).capacity());
            show("end", () -> reads.map(MapMode.READ_ONLY, 4999, 1).get());
        }
        try (FileChannel writes = FileChannel.open(path, WRITE)) {
            show("no reading", () -> writes.map(MapMode.READ_WRITE, 0, 10));
        }
        try (FileChannel both = FileChannel.open(path, READ, WRITE)) {
            show("grows", () -> both.map(MapMode.READ_WRITE, 9000, 1000).get(999) + both.size());
            show("too large", () -> both.map(MapMode.READ_WRITE, 0, 1L << 31));
        }
        Files.delete(path);
    }
}
