// SPDX-License-Identifier: Apache-2.0
// Method handles made of others: loops, folds, filters, guards, spreads, tries, permutations.
import java.lang.invoke.CallSite;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.invoke.MutableCallSite;
import java.lang.invoke.SwitchPoint;
import java.lang.invoke.WrongMethodTypeException;
import java.util.Arrays;
import java.util.List;

class HandleCombinators {
    static final MethodHandles.Lookup LOOKUP = MethodHandles.lookup();

    static MethodHandle find(String name, Class<?> result, Class<?>... types) throws Exception {
        return LOOKUP.findStatic(HandleCombinators.class, name, MethodType.methodType(result, types));
    }

    static int add(int a, int b) { return a + b; }
    static int twice(int a) { return 2 * a; }
    static boolean isSmall(int a) { return a < 10; }
    static String show(Object a, Object b, Object c) { return a + "," + b + "," + c; }
    static int fail(int a) { throw new IllegalStateException("at " + a); }
    static int rescue(IllegalStateException e, int a) { return -a; }
    static void note(int a) { System.out.print("[" + a + "]"); }
    static long wide(long a, double b, byte c, float d, short e) { return a + (long) b + c + (long) d + e; }
    static String collect(Object... all) { return Arrays.toString(all); }
    static boolean below(int sum, int i, int n) { return i < n; }
    static int step(int sum, int i, int n) { return sum + i; }
    static int next(int sum, int i, int n) { return i + 1; }

    public static void main(String[] args) throws Throwable {
        MethodHandle add = find("add", int.class, int.class, int.class);
        MethodHandle twice = find("twice", int.class, int.class);
        MethodHandle show = find("show", String.class, Object.class, Object.class, Object.class);
        System.out.println((int) add.invokeExact(3, 4));
        System.out.println((int) MethodHandles.filterArguments(add, 0, twice, twice).invokeExact(3, 4));
        System.out.println((int) MethodHandles.filterReturnValue(add, twice).invokeExact(3, 4));
        System.out.println((int) MethodHandles.insertArguments(add, 1, 40).invokeExact(2));
        System.out.println((String) MethodHandles.permuteArguments(show, show.type(), 2, 0, 1)
            .invokeExact((Object) 1, (Object) 2, (Object) 3));
        System.out.println((String) MethodHandles.dropArguments(show, 1, int.class, long.class)
            .invoke("a", 1, 2L, "b", "c"));
        System.out.println((int) MethodHandles.foldArguments(add, twice).invokeExact(5));
        MethodHandle guard = MethodHandles.guardWithTest(find("isSmall", boolean.class, int.class),
            twice, MethodHandles.identity(int.class));
        System.out.println((int) guard.invokeExact(4) + " " + (int) guard.invokeExact(40));
        MethodHandle caught = MethodHandles.catchException(find("fail", int.class, int.class),
            IllegalStateException.class, find("rescue", int.class, IllegalStateException.class, int.class));
        System.out.println((int) caught.invokeExact(8));
        MethodHandle finals = MethodHandles.tryFinally(twice,
            MethodHandles.dropArguments(MethodHandles.identity(int.class), 0, Throwable.class));
        System.out.println((int) finals.invokeExact(6));
        System.out.println((String) show.asSpreader(Object[].class, 3).invoke(new Object[] {1, 'x', null}));
        System.out.println((String) show.asSpreader(1, Object[].class, 2).invoke("f", new Object[] {1, 2}));
        System.out.println((String) find("collect", String.class, Object[].class).invoke(1, "b", 2.5));
        System.out.println((String) find("collect", String.class, Object[].class).asFixedArity()
            .invoke((Object[]) new String[] {"s"}));
        System.out.println((String) MethodHandles.collectArguments(show, 1, find("collect", String.class,
            Object[].class).asCollector(Object[].class, 2).asType(MethodType.genericMethodType(2)))
            .invoke(1, 2, 3, 4));
        MethodHandle loop = MethodHandles.loop(
            new MethodHandle[] {MethodHandles.constant(int.class, 0), find("step", int.class, int.class, int.class, int.class)},
            new MethodHandle[] {MethodHandles.constant(int.class, 1), find("next", int.class, int.class, int.class, int.class),
                find("below", boolean.class, int.class, int.class, int.class), MethodHandles.dropArguments(MethodHandles.identity(int.class), 1, int.class, int.class)});
        System.out.println((int) loop.invoke(10));
        MethodHandle counted = MethodHandles.countedLoop(MethodHandles.constant(int.class, 5),
            MethodHandles.constant(int.class, 0), add);
        System.out.println((int) counted.invoke());
        MethodHandle each = MethodHandles.iteratedLoop(null, MethodHandles.constant(int.class, 0),
            add.asType(MethodType.methodType(int.class, int.class, Integer.class)));
        System.out.println((int) each.invoke(List.of(1, 2, 3)));
        MethodHandle wide = find("wide", long.class, long.class, double.class, byte.class, float.class, short.class);
        System.out.println((long) wide.invoke((int) 1, 2f, (byte) 3, 4L, (short) 5) + " "
            + wide.invokeWithArguments(1L, 2.0, (byte) 3, 4f, (short) 5) + " "
            + (Object) MethodHandles.explicitCastArguments(wide, MethodType.methodType(int.class, Object.class,
                int.class, long.class, double.class, boolean.class)).invoke((Object) 1L, 2, 300L, 4.9, true));
        for (Object[] bad : new Object[][] {{1}, {1, "x"}, {1, null}}) {
            try {
                System.out.println(add.invokeWithArguments(bad));
            } catch (WrongMethodTypeException | ClassCastException | NullPointerException e) {
                System.out.println(e.getClass().getSimpleName());
            }
        }
        try {
            Object o = add.invokeExact(1, 2);
        } catch (WrongMethodTypeException e) {
            System.out.println(e.getMessage());
        }
        MutableCallSite site = new MutableCallSite(twice);
        MethodHandle call = site.dynamicInvoker();
        System.out.print((int) call.invokeExact(5) + " ");
        site.setTarget(MethodHandles.identity(int.class));
        System.out.println((int) call.invokeExact(5));
        SwitchPoint point = new SwitchPoint();
        MethodHandle switched = point.guardWithTest(twice, MethodHandles.identity(int.class));
        System.out.print((int) switched.invokeExact(7) + " ");
        SwitchPoint.invalidateAll(new SwitchPoint[] {point});
        System.out.println((int) switched.invokeExact(7) + " " + point.hasBeenInvalidated());
        MethodHandle array = MethodHandles.arrayElementSetter(long[].class);
        long[] longs = new long[2];
        array.invoke(longs, 1, 5);
        System.out.println(longs[1] + " " + (int) MethodHandles.arrayLength(long[].class).invoke(longs) + " "
            + ((int[][]) MethodHandles.arrayConstructor(int[][].class).invoke(3)).length);
        System.out.println(MethodHandles.zero(long.class).invoke() + " " + MethodHandles.empty(
            MethodType.methodType(String.class, int.class)).invoke(1));
        System.out.println(MethodHandles.throwException(int.class, Exception.class).type()
            + " " + MethodType.fromMethodDescriptorString("(I[JLjava/lang/String;)V", null).wrap());
    }
}
