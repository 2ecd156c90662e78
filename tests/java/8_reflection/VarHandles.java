// SPDX-License-Identifier: Apache-2.0
// VarHandles of fields, statics, arrays and bytes; every access mode.
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

class VarHandles {
    int i = 1;
    volatile long l = 2;
    String s = "a";
    static int st = 3;
    byte b = 5;
    boolean z;
    double d = 1.5;

    public static void main(String[] args) throws Exception {
        MethodHandles.Lookup look = MethodHandles.lookup();
        VarHandle i = look.findVarHandle(VarHandles.class, "i", int.class);
        VarHandle l = look.findVarHandle(VarHandles.class, "l", long.class);
        VarHandle s = look.findVarHandle(VarHandles.class, "s", String.class);
        VarHandle st = look.findStaticVarHandle(VarHandles.class, "st", int.class);
        VarHandle b = look.findVarHandle(VarHandles.class, "b", byte.class);
        VarHandle z = look.findVarHandle(VarHandles.class, "z", boolean.class);
        VarHandle d = look.findVarHandle(VarHandles.class, "d", double.class);
        VarHandles o = new VarHandles();
        i.set(o, 10);
        i.setVolatile(o, (int) i.get(o) + 1);
        System.out.println((int) i.getVolatile(o) + " " + (int) i.getAcquire(o));
        System.out.println(i.compareAndSet(o, 11, 12) + " " + i.compareAndSet(o, 11, 13) + " "
            + (int) i.getAndAdd(o, 5) + " " + (int) i.getAndSet(o, 0x0f) + " "
            + (int) i.getAndBitwiseXor(o, 0xff) + " " + o.i);
        System.out.println((long) l.getAndAdd(o, 1L << 40) + " " + (long) l.compareAndExchange(o, 5L, 6L)
            + " " + o.l);
        System.out.println(s.compareAndSet(o, "a", "b") + " " + (String) s.getAndSet(o, "c") + o.s
            + (String) s.compareAndExchange(o, "x", "y"));
        st.setRelease(7);
        System.out.println((int) st.getOpaque() + " " + VarHandles.st);
        System.out.println((byte) b.getAndAdd(o, (byte) 127) + " " + o.b + b.compareAndSet(o,
            (byte) -124, (byte) 1) + (byte) b.getAndBitwiseOr(o, (byte) 6) + o.b);
        System.out.println(z.compareAndSet(o, false, true) + " " + o.z + (boolean) z.getAndSet(o, false));
        System.out.println(d.compareAndSet(o, 1.5, 2.5) + " " + (double) d.getAndAdd(o, 1.0) + o.d);
        VarHandle ints = MethodHandles.arrayElementVarHandle(int[].class);
        int[] array = {1, 2, 3};
        System.out.println((int) ints.getAndAdd(array, 2, 10) + " " + array[2]);
        VarHandle strings = MethodHandles.arrayElementVarHandle(String[].class);
        System.out.println(strings.compareAndSet(new String[2], 1, null, "new"));
        VarHandle longs = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);
        byte[] bytes = new byte[16];
        longs.set(bytes, 3, 0x0102030405060708L);
        System.out.println(bytes[3] + " " + bytes[10] + (long) longs.get(bytes, 2));
        try {
            ints.get(array, 3);
        } catch (IndexOutOfBoundsException e) {
            System.out.println(e.getMessage());
        }
        try {
            i.get(null);
        } catch (NullPointerException e) {
            System.out.println("null");
        }
        System.out.println(i.varType() + " " + i.coordinateTypes() + l.isAccessModeSupported(
            VarHandle.AccessMode.GET_AND_ADD) + s.isAccessModeSupported(VarHandle.AccessMode
            .GET_AND_ADD));
        VarHandle.fullFence();
    }
}
