// SPDX-License-Identifier: Apache-2.0
// ByteBuffer and its views: order, slices, compact, direct ones, limits.
import java.nio.BufferOverflowException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.CharBuffer;
import java.nio.IntBuffer;
import java.nio.ReadOnlyBufferException;
import java.util.Arrays;

class Buffers {
    static void work(ByteBuffer b) {
        b.putInt(0x01020304).putLong(-2L).putShort((short) 300).put((byte) 7).putDouble(1.5)
            .putChar('x').putFloat(2.5f);
        System.out.println(b);
        b.flip();
        System.out.println(b.getInt() + " " + b.getLong() + b.getShort() + b.get() + b.getDouble()
            + b.getChar() + b.getFloat() + b.hasRemaining());
        b.clear().order(ByteOrder.LITTLE_ENDIAN).putInt(0, 0x0a0b0c0d);
        System.out.println(b.get(0) + " " + b.order() + b.getLong(3));
        b.position(4).limit(12);
        ByteBuffer s = b.slice();
        s.put(0, (byte) 99);
        System.out.println(b.get(4) + " " + s.capacity() + s.order() + b.duplicate().remaining());
        IntBuffer ints = b.asIntBuffer();
        ints.put(5).put(6);
        System.out.println(ints + " " + b.getInt(4) + b.compact().position());
        try {
            b.position(b.limit());
            b.get();
        } catch (BufferUnderflowException e) {
            System.out.println(e);
        }
        try {
            b.put(new byte[100]);
        } catch (BufferOverflowException e) {
            System.out.println(e);
        }
        try {
            b.getInt(b.limit() - 3);
        } catch (IndexOutOfBoundsException e) {
            System.out.println("bounds");
        }
        try {
            b.asReadOnlyBuffer().put((byte) 1);
        } catch (ReadOnlyBufferException e) {
            System.out.println("read only");
        }
    }

    public static void main(String[] args) {
        work(ByteBuffer.allocate(40));
        work(ByteBuffer.allocateDirect(40));
        ByteBuffer w = ByteBuffer.wrap(new byte[] {1, 2, 3, 4, 5}, 1, 3);
        System.out.println(w + " " + w.arrayOffset() + w.get() + Arrays.toString(w.array()));
        System.out.println(w.equals(ByteBuffer.wrap(new byte[] {3, 4})) + " " + w.compareTo(
            ByteBuffer.wrap(new byte[] {3, 5})) + w.mismatch(ByteBuffer.wrap(new byte[] {3})));
        CharBuffer c = CharBuffer.wrap("characters");
        System.out.println(c.subSequence(2, 5) + " " + c.length() + c.get(3));
        ByteBuffer d = ByteBuffer.allocateDirect(16);
        d.put(ByteBuffer.wrap("direct".getBytes())).flip();
        byte[] back = new byte[6];
        d.get(back);
        System.out.println(new String(back) + d.isDirect() + d.hasArray() + w.hashCode());
    }
}
