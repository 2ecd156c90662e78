// SPDX-License-Identifier: Apache-2.0
// Method handles of all kinds, variable handles, call sites, lambdas.
import java.lang.invoke.*;
import java.util.*;
import java.util.function.*;
import java.util.stream.*;
public class MoreHandles {
    static int fails;
    static void check(String what, Object got, Object want) {
        if (!Objects.equals(got, want)) { fails++; System.out.println("FAIL " + what + ": " + got + " != " + want); }
    }
    int x = 1; static long sx = 2; volatile int v; String s = "s"; int[] arr = {1, 2, 3}; final int fin = 4;
    record P(int a, String b, double c) {}
    interface Sh { int f(int a); default int g() { return f(2) + 1; } }
    static class A implements Sh { public int f(int a) { return a * 10; } public String toString() { return "A!"; } private int pr() { return 6; } }
    static class B extends A { public int f(int a) { return a * 100; } MethodHandles.Lookup look() { return MethodHandles.lookup(); } }
    static int add(int a, int b) { return a + b; }
    static String kinds(byte a, short b, char c, boolean d, long e, float f, double g, Object h) { return "" + a + b + c + d + e + f + g + h; }
    static int thrower(int a) { throw new IllegalStateException("t" + a); }
    MoreHandles(int x) { this.x = x; }
    public static void main(String[] args) throws Throwable {
        MethodHandles.Lookup l = MethodHandles.lookup();
        MethodHandle add = l.findStatic(MoreHandles.class, "add", MethodType.methodType(int.class, int.class, int.class));
        check("exact", (int) add.invokeExact(2, 3), 5);
        check("invoke", add.invoke((byte) 2, 3), 5);
        check("args", add.invokeWithArguments(7, 8), 15);
        try { Object o = add.invokeExact(2, 3); check("wmt", 1, 0); } catch (WrongMethodTypeException e) { }
        MethodHandle k = l.findStatic(MoreHandles.class, "kinds", MethodType.methodType(String.class, byte.class, short.class, char.class, boolean.class, long.class, float.class, double.class, Object.class));
        check("kinds", (String) k.invokeExact((byte) 1, (short) 2, 'c', true, 5L, 1.5f, 2.5, (Object) "h"), "12ctrue51.52.5h");
        check("kinds2", k.invokeWithArguments((byte) 1, (short) 2, 'c', true, 5L, 1.5f, 2.5, "h"), "12ctrue51.52.5h");
        MethodHandle f = l.findVirtual(Sh.class, "f", MethodType.methodType(int.class, int.class));
        check("iface", (int) f.invoke((Sh) new A(), 3), 30); check("iface2", (int) f.invoke((Sh) new B(), 3), 300);
        Sh lam = q -> q + 1; check("iface3", (int) f.invokeExact(lam, 3), 4);
        MethodHandle vf = l.findVirtual(A.class, "f", MethodType.methodType(int.class, int.class));
        check("virt", (int) vf.invokeExact((A) new B(), 3), 300);
        check("default", (int) l.findVirtual(A.class, "g", MethodType.methodType(int.class)).invoke(new B()), 201);
        MethodHandle sp = new B().look().findSpecial(A.class, "f", MethodType.methodType(int.class, int.class), B.class);
        check("special", (int) sp.invoke(new B(), 3), 30);
        check("private", (int) l.findVirtual(A.class, "pr", MethodType.methodType(int.class)).invoke(new A()), 6);
        check("tostr", (String) l.findVirtual(Object.class, "toString", MethodType.methodType(String.class)).invoke((Object) new A()), "A!");
        check("ifobj", (int) l.findVirtual(List.class, "hashCode", MethodType.methodType(int.class)).invoke(List.of()), 1);
        try { f.invoke((Sh) null, 1); check("npe", 1, 0); } catch (NullPointerException e) { }
        MoreHandles i = (MoreHandles) l.findConstructor(MoreHandles.class, MethodType.methodType(void.class, int.class)).invokeExact(9);
        check("ctor", i.x, 9);
        check("getter", (int) l.findGetter(MoreHandles.class, "x", int.class).invokeExact(i), 9);
        l.findSetter(MoreHandles.class, "x", int.class).invokeExact(i, 10); check("setter", i.x, 10);
        check("sg", (long) l.findStaticGetter(MoreHandles.class, "sx", long.class).invokeExact(), 2L);
        l.findStaticSetter(MoreHandles.class, "sx", long.class).invokeExact(5L); check("ss", sx, 5L);
        check("unrefl", l.unreflect(MoreHandles.class.getDeclaredMethod("add", int.class, int.class)).invoke(1, 1), 2);
        check("unrefg", l.unreflectGetter(MoreHandles.class.getDeclaredField("s")).invoke(i), "s");
        try { l.findStatic(MoreHandles.class, "nope", MethodType.methodType(void.class)); check("nsm", 1, 0); } catch (NoSuchMethodException e) { }
        try { l.findVirtual(MoreHandles.class, "add", MethodType.methodType(int.class, int.class, int.class)); check("iae", 1, 0); } catch (IllegalAccessException e) { }
        try { l.findGetter(MoreHandles.class, "nope", int.class); check("nsf", 1, 0); } catch (NoSuchFieldException e) { }
        check("bind", (int) MethodHandles.insertArguments(add, 0, 5).invokeExact(6), 11);
        check("bindTo", (int) vf.bindTo(new A()).invokeExact(4), 40);
        check("guard", (int) MethodHandles.guardWithTest(MethodHandles.constant(boolean.class, false).asType(MethodType.methodType(boolean.class)), MethodHandles.constant(int.class, 1), MethodHandles.constant(int.class, 2)).invokeExact(), 2);
        MethodHandle c = MethodHandles.catchException(l.findStatic(MoreHandles.class, "thrower", MethodType.methodType(int.class, int.class)), IllegalStateException.class, MethodHandles.dropArguments(MethodHandles.constant(int.class, 8), 0, IllegalStateException.class));
        check("catch", (int) c.invokeExact(3), 8);
        check("filter", (int) MethodHandles.filterReturnValue(add, MethodHandles.insertArguments(add, 1, 100)).invokeExact(1, 2), 103);
        check("spread", (int) add.asSpreader(Object[].class, 2).invoke(new Object[] {3, 4}), 7);
        check("collect", ((Object[]) MethodHandles.identity(Object[].class).asCollector(Object[].class, 3).invoke(1, 2, 3)).length, 3);
        check("arr", (int) MethodHandles.arrayElementGetter(int[].class).invokeExact(i.arr, 2), 3);
        VarHandle vh = l.findVarHandle(MoreHandles.class, "v", int.class);
        check("vhcas", vh.compareAndSet(i, 0, 5), true); check("vhget", (int) vh.getVolatile(i), 5); check("vhadd", (int) vh.getAndAdd(i, 3), 5); vh.set(i, 1); check("v", i.v, 1);
        check("weak", vh.weakCompareAndSetPlain(i, 1, 2) || vh.weakCompareAndSet(i, 1, 2), true);
        VarHandle sv = l.findStaticVarHandle(MoreHandles.class, "sx", long.class); check("svh", (long) sv.getAndSet(77L), 5L); check("sx", sx, 77L);
        VarHandle rv = l.findVarHandle(MoreHandles.class, "s", String.class); check("rvh", (String) rv.compareAndExchange(i, "s", "t"), "s"); check("s", i.s, "t");
        VarHandle av = MethodHandles.arrayElementVarHandle(int[].class); av.setRelease(i.arr, 1, 50); check("avh", (int) av.getAcquire(i.arr, 1), 50);
        try { av.set(i.arr, 5, 1); check("avb", 1, 0); } catch (ArrayIndexOutOfBoundsException e) { }
        VarHandle bv = MethodHandles.byteArrayViewVarHandle(long[].class, java.nio.ByteOrder.BIG_ENDIAN); byte[] bb = new byte[16]; bv.set(bb, 3, 1L); check("bav", (int) bb[10], 1);
        try { l.findVarHandle(MoreHandles.class, "fin", int.class).set(i, 3); check("fin", 1, 0); } catch (UnsupportedOperationException e) { }
        P p = new P(1, "b", 2.5); check("rec", p.toString(), "P[a=1, b=b, c=2.5]"); check("receq", p.equals(new P(1, "b", 2.5)) && p.hashCode() == new P(1, "b", 2.5).hashCode(), true);
        check("concat", "a" + 1 + 'c' + 2L + 3f + 4.0 + true + null + p.a(), "a1c23.04.0truenull1");
        int base = 7; IntUnaryOperator add7 = q -> q + base; check("capt", add7.andThen(q -> q * 2).applyAsInt(1), 16);
        Function<Integer, MoreHandles> mk = MoreHandles::new; check("ctorref", mk.apply(4).x, 4); Supplier<String> sup = p::b; check("bound", sup.get(), "b");
        check("stream", IntStream.range(0, 100).boxed().filter(q -> q % 3 == 0).map(q -> "n" + q).collect(Collectors.groupingBy(String::length, TreeMap::new, Collectors.counting())).toString(), "{2=4, 3=30}");
        check("sorted", Stream.of("b", "a", "c").sorted(Comparator.reverseOrder()).collect(Collectors.joining(",")), "c,b,a");
        MutableCallSite site = new MutableCallSite(MethodHandles.constant(int.class, 1)); MethodHandle inv = site.dynamicInvoker(); check("mcs", (int) inv.invokeExact(), 1); site.setTarget(MethodHandles.constant(int.class, 2)); check("mcs2", (int) inv.invokeExact(), 2);
        Runnable ser = (Runnable & java.io.Serializable) () -> sx++; ser.run(); check("ser", sx, 78L);
        for (int q = 0; q < 2000; q++) check("loop", (int) add.invokeExact(q, 1), q + 1);
        IntUnaryOperator prox = MethodHandleProxies.asInterfaceInstance(IntUnaryOperator.class, MethodHandles.insertArguments(add, 0, 1)); check("mhp", prox.applyAsInt(5), 6);
        check("try", MethodHandles.tryFinally(add, l.findStatic(MoreHandles.class, "fin", MethodType.methodType(int.class, Throwable.class, int.class, int.class, int.class))).invoke(1, 2), 103);
        check("loop2", (int) MethodHandles.countedLoop(MethodHandles.constant(int.class, 5), MethodHandles.constant(int.class, 0), add).invoke(), 10);
        Thread[] ts = new Thread[4]; int[] sum = new int[1]; for (int t = 0; t < 4; t++) { ts[t] = new Thread(() -> { for (int q = 0; q < 50; q++) synchronized (sum) { sum[0] += "x".concat("y" + q).length(); } }); ts[t].start(); } for (Thread t : ts) t.join(); check("threads", sum[0], 4 * (10 * 3 + 40 * 4));
        System.out.println(fails == 0 ? "ok" : "fails " + fails);
    }
    static int fin(Throwable t, int r, int a, int b) { return r + 100; }
}
