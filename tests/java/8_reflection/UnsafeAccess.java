// SPDX-License-Identifier: Apache-2.0
// Unsafe: places in objects, memory; and places that must be refused.
import java.lang.reflect.Field;
import java.nio.*;
public class UnsafeAccess {
    int i = 5; long l = 6; Object o = "o"; byte by = 1; boolean z = true; static int si = 8; static Object so = "so"; static long sl = 9;
    static int fails;
    static void check(String what, Object got, Object want) {
        if (!got.equals(want)) { fails++; System.out.println("FAIL " + what + ": " + got + " != " + want); }
    }
    interface Act { void run() throws Throwable; }
    static void denied(String what, Act act) {
        if (System.getProperty("java.vm.name").contains("OpenJDK")) { return; } // which would crash
        try { act.run(); fails++; System.out.println("FAIL allowed: " + what); } catch (InternalError e) { } catch (Throwable t) { fails++; System.out.println("FAIL " + what + " " + t); }
    }
    public static void main(String[] a) throws Throwable {
        Field f = sun.misc.Unsafe.class.getDeclaredField("theUnsafe"); f.setAccessible(true);
        sun.misc.Unsafe u = (sun.misc.Unsafe) f.get(null);
        UnsafeAccess x = new UnsafeAccess();
        long oi = u.objectFieldOffset(UnsafeAccess.class.getDeclaredField("i")), ol = u.objectFieldOffset(UnsafeAccess.class.getDeclaredField("l")), oo = u.objectFieldOffset(UnsafeAccess.class.getDeclaredField("o"));
        long oby = u.objectFieldOffset(UnsafeAccess.class.getDeclaredField("by"));
        check("i", u.getInt(x, oi), 5); u.putInt(x, oi, 50); check("i2", x.i, 50);
        check("cas", u.compareAndSwapInt(x, oi, 50, 51), true); check("cas2", u.compareAndSwapInt(x, oi, 50, 52), false);
        check("casl", u.compareAndSwapLong(x, ol, 6, 7), true); check("l", x.l, 7L);
        check("caso", u.compareAndSwapObject(x, oo, x.o, "p"), true); check("o", x.o, "p");
        check("byte", (int) u.getByte(x, oby), 1); u.putByte(x, oby, (byte) -3); check("by", (int) x.by, -3);
        check("gao", u.getAndSetObject(x, oo, "r"), "p"); check("gai", u.getAndAddInt(x, oi, 9), 51);
        Field sif = UnsafeAccess.class.getDeclaredField("si"), sof = UnsafeAccess.class.getDeclaredField("so"), slf = UnsafeAccess.class.getDeclaredField("sl");
        check("si", u.getInt(u.staticFieldBase(sif), u.staticFieldOffset(sif)), 8);
        u.putObject(u.staticFieldBase(sof), u.staticFieldOffset(sof), "t"); check("so", so, "t");
        check("sl", u.compareAndSwapLong(u.staticFieldBase(slf), u.staticFieldOffset(slf), 9, 10), true); check("sl2", sl, 10L);
        long m = u.allocateMemory(100); u.setMemory(m, 100, (byte) 7); check("mem", u.getInt(m + 3), 0x07070707);
        u.putLong(m + 92, 1L); check("memend", u.getLong(m + 92), 1L);
        m = u.reallocateMemory(m, 5000); check("re", u.getByte(m + 99) + u.getByte(m + 92), 1);
        byte[] bytes = new byte[10]; u.copyMemory(null, m, bytes, 16, 10); check("copy", (int) bytes[9], 7);
        final long mm = m;
        denied("past block", () -> u.getByte(mm + 5000)); denied("before", () -> u.getByte(mm - 1));
        denied("across", () -> u.getLong(mm + 4993)); denied("null", () -> u.getInt(0L));
        u.freeMemory(m); denied("freed", () -> u.getInt(mm)); denied("double free", () -> u.freeMemory(mm));
        denied("head", () -> u.putInt(x, 0, 1)); denied("head4", () -> u.putLong(x, 0, 1)); denied("ref as int", () -> u.putInt(x, oo, 1));
        denied("int as ref", () -> u.getObject(x, oi)); denied("past object", () -> u.getLong(x, 4096)); denied("negative", () -> u.getInt(x, -4));
        denied("length", () -> u.putInt(bytes, 8, 100)); denied("past array", () -> u.putInt(bytes, 40, 1)); denied("overflow", () -> u.getInt(bytes, Long.MAX_VALUE));
        Object[] os = new Object[3]; u.putObject(os, 16 + 8, "k"); check("arr", os[2], "k"); denied("arr end", () -> u.putObject(os, 16 + 12, "k")); denied("arr odd", () -> u.putObject(os, 18, "k"));
        denied("arr number", () -> u.putInt(os, 16, 4));
        for (long off = 0; off < 200 && !System.getProperty("java.vm.name").contains("OpenJDK"); off += 4) { final long q = off;
            try { Object v = u.getObject(UnsafeAccess.class, q); if (v != null && !(v instanceof String || v instanceof Class || v instanceof ClassLoader || v.getClass().getName().startsWith("java"))) { fails++; System.out.println("FAIL leak"); } } catch (InternalError e) {} }
        denied("static ref as number", () -> u.getInt(u.staticFieldBase(sof), u.staticFieldOffset(sof) * 64));
        check("alloc", ((UnsafeAccess) u.allocateInstance(UnsafeAccess.class)).i, 0);
        try { u.allocateInstance(Runnable.class); check("abstract", 1, 0); } catch (InstantiationException e) { }
        try { u.allocateInstance(Class.class); check("class", 1, 0); } catch (Exception e) { check("class", e.toString(), "java.lang.IllegalAccessException: java.lang.Class"); }
        try { u.throwException(new java.io.IOException("io")); if (false) throw new java.io.IOException(); } catch (java.io.IOException e) { check("throw", e.getMessage(), "io"); }
        ByteBuffer d = ByteBuffer.allocateDirect(1000); d.putInt(10, 0x01020304); check("direct", (int) d.get(13), 4); d.order(ByteOrder.LITTLE_ENDIAN); check("le", d.getInt(10), 0x04030201);
        d.asLongBuffer().put(3, 77L); check("lb", d.getLong(24), 77L);
        check("page", u.pageSize() + u.addressSize(), 4104);
        java.util.concurrent.ConcurrentHashMap<String,Integer> c = new java.util.concurrent.ConcurrentHashMap<>(); for (int i = 0; i < 1000; i++) c.merge("k" + i % 10, 1, Integer::sum);
        check("chm", c.get("k3"), 100);
        System.out.println(fails == 0 ? "ok" : "fails " + fails);
    }
}
