// SPDX-License-Identifier: Apache-2.0
// Members of classes, calls of them, arrays, by reflection.
import java.lang.reflect.*;
import java.util.*;
public class MoreMembers {
    public int a = 3; static long b = 4; private String c = "x"; static final String D = "d"; volatile double e = 1.5;
    public MoreMembers() {}
    public MoreMembers(int a, String c) { this.a = a; this.c = c; if (a < 0) throw new IllegalStateException("neg"); }
    public String cat(String s, long n, double d, char ch, byte by, boolean z) { return a + c + s + n + d + ch + by + z; }
    static int add(int x, int y) { return x + y; }
    static void boom() throws Exception { throw new java.io.IOException("boom"); }
    public float f(float x) { return x * 2; }
    public short sh(short x) { return (short) (x + 1); }
    interface Shape { double area(); default String name() { return "shape" + area(); } }
    static class Sq implements Shape { public double area() { return 4; } }
    enum Color { RED, GREEN }
    static int fails = 0;
    static void check(String what, Object got, Object want) {
        if (!Objects.equals(got, want)) { fails++; System.out.println("FAIL " + what + ": " + got + " != " + want); }
    }
    public static void main(String[] args) throws Exception {
        Class<?> k = MoreMembers.class;
        run(k);
    }

    static void run(Class<?> k) throws Exception {
        check("fields", k.getDeclaredFields().length, 6);
        Method add = k.getDeclaredMethod("add", int.class, int.class);
        check("add", add.invoke(null, 3, 4), 7);
        check("widen", add.invoke(null, (byte) 3, 'a'), 100);
        Method cat = k.getMethod("cat", String.class, long.class, double.class, char.class, byte.class, boolean.class);
        MoreMembers r = (MoreMembers) k.getConstructor(int.class, String.class).newInstance(9, "q");
        check("cat", cat.invoke(r, "s", 7L, 2.5, 'c', (byte) -1, true), "9qs72.5c-1true");
        check("cat widened", cat.invoke(r, null, 7, 2f, 'c', (byte) -1, true), "9qnull72.0c-1true");
        check("f", k.getMethod("f", float.class).invoke(r, 1.25f), 2.5f);
        check("sh", k.getMethod("sh", short.class).invoke(r, (short) 32767), (short) -32768);
        try { k.getDeclaredMethod("boom").invoke(null); check("boom", 1, 0); }
        catch (InvocationTargetException x) { check("boom", x.getCause().getMessage(), "boom"); }
        try { k.getConstructor(int.class, String.class).newInstance(-1, "q"); check("neg", 1, 0); }
        catch (InvocationTargetException x) { check("neg", x.getCause().getMessage(), "neg"); }
        try { add.invoke(null, 1); check("count", 1, 0); }
        catch (IllegalArgumentException x) { check("count", x.getMessage(), "wrong number of arguments"); }
        try { add.invoke(null, 1L, 2); check("type", 1, 0); }
        catch (IllegalArgumentException x) { check("type", x.getMessage(), "argument type mismatch"); }
        try { cat.invoke("no", "s", 7L, 2.5, 'c', (byte) -1, true); check("recv", 1, 0); }
        catch (IllegalArgumentException x) { check("recv", x.getMessage(), "object is not an instance of declaring class"); }
        Field fa = k.getField("a"); fa.setInt(r, 77); check("a", fa.get(r), 77);
        Field fb = k.getDeclaredField("b"); fb.set(null, 123L); check("b", b, 123L); check("b get", fb.getLong(null), 123L);
        Field fc = k.getDeclaredField("c"); fc.set(r, "new"); check("c", r.c, "new");
        Field fe = k.getDeclaredField("e"); fe.setDouble(r, 9.5); check("e", r.e, 9.5);
        check("D", k.getDeclaredField("D").get(null), "d");
        check("mods", Modifier.toString(fe.getModifiers()), "volatile");
        Shape s = new Sq();
        check("iface", Shape.class.getMethod("area").invoke(s), 4.0);
        check("default", Shape.class.getMethod("name").invoke(s), "shape4.0");
        check("values", Arrays.toString((Object[]) Color.class.getMethod("values").invoke(null)), "[RED, GREEN]");
        check("obj", Object.class.getMethod("hashCode").invoke("ab"), "ab".hashCode());
        for (int i = 0; i < 40; i++) check("inflate" + i, add.invoke(null, i, i), 2 * i);
        int[][] m = (int[][]) Array.newInstance(int.class, 3, 4);
        check("multi", m.length + "," + m[2].length, "3,4");
        Object arr = Array.newInstance(String.class, 2);
        Array.set(arr, 1, "z"); check("arr", Array.get(arr, 1), "z"); check("len", Array.getLength(arr), 2);
        Array.setInt(m[1], 2, 5); check("int", Array.getLong(m[1], 2), 5L);
        try { Array.get("s", 0); check("noarr", 1, 0); } catch (IllegalArgumentException x) { }
        try { Array.getInt(m[0], 9); check("bounds", 1, 0); } catch (ArrayIndexOutOfBoundsException x) { }
        try { Array.set(m[0], 0, 1L); check("narrow", 1, 0); } catch (IllegalArgumentException x) { }
        Shape proxy = (Shape) Proxy.newProxyInstance(MoreMembers.class.getClassLoader(), new Class<?>[] {Shape.class},
            (p, me, a) -> me.getName().equals("area") ? (Object) 6.5 : "pr");
        check("proxy", proxy.area() + proxy.name(), "6.5pr");
        System.out.println(fails == 0 ? "ok" : "fails " + fails);
    }
}
