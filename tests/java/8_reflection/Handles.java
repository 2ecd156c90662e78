// SPDX-License-Identifier: Apache-2.0
// Method handles: finding, invoking, adapting, what does not fit.
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.invoke.WrongMethodTypeException;

class Handles {
    int n = 5;
    static String s = "static";

    static int add(int a, int b) { return a + b; }
    long member(long x) { return x + n; }
    private String secret() { return "secret"; }
    static String many(Object... x) { return x.length + "many"; }
    static void fails() { throw new IllegalStateException("thrown"); }

    public static void main(String[] args) throws Throwable {
        MethodHandles.Lookup l = MethodHandles.lookup();
        MethodHandle add = l.findStatic(Handles.class, "add", MethodType.methodType(int.class,
            int.class, int.class));
        System.out.println((int) add.invokeExact(3, 4) + " " + add.invoke((short) 1, 'a')
            + add.invokeWithArguments(5, 6) + add.type());
        try {
            long bad = (long) add.invokeExact(3, 4);
            System.out.println(bad);
        } catch (WrongMethodTypeException e) {
            System.out.println(e.getMessage());
        }
        Handles h = new Handles();
        MethodHandle member = l.findVirtual(Handles.class, "member", MethodType.methodType(long.class,
            long.class));
        System.out.println((long) member.invokeExact(h, 10L) + " " + member.bindTo(h).invoke(1));
        MethodHandle secret = l.findSpecial(Handles.class, "secret", MethodType.methodType(
            String.class), Handles.class);
        System.out.println((String) secret.invoke(h));
        MethodHandle make = l.findConstructor(StringBuilder.class, MethodType.methodType(void.class,
            String.class));
        System.out.println(make.invoke("made"));
        System.out.println((int) l.findGetter(Handles.class, "n", int.class).invokeExact(h));
        l.findSetter(Handles.class, "n", int.class).invokeExact(h, 9);
        System.out.println(h.n + (String) l.findStaticGetter(Handles.class, "s", String.class)
            .invokeExact());
        MethodHandle many = l.findStatic(Handles.class, "many", MethodType.methodType(String.class,
            Object[].class));
        System.out.println(many.invoke(1, 2, 3) + " " + many.invoke() + many.asCollector(
            Object[].class, 2).invoke("a", "b"));
        System.out.println(MethodHandles.insertArguments(add, 1, 100).invoke(1) + " "
            + MethodHandles.filterReturnValue(add, l.findStatic(String.class, "valueOf",
                MethodType.methodType(String.class, int.class))).invoke(1, 2));
        MethodHandle length = l.findVirtual(String.class, "length", MethodType.methodType(int.class));
        System.out.println(MethodHandles.filterArguments(add, 0, length).invoke("four", 1) + " "
            + MethodHandles.permuteArguments(add, MethodType.methodType(int.class, int.class), 0, 0)
                .invoke(21) + MethodHandles.dropArguments(add, 0, String.class).invoke("d", 1, 1));
        MethodHandle guard = MethodHandles.guardWithTest(l.findVirtual(String.class, "isEmpty",
            MethodType.methodType(boolean.class)), MethodHandles.dropArguments(MethodHandles.constant(
            String.class, "empty"), 0, String.class), MethodHandles.identity(String.class));
        System.out.println((String) guard.invokeExact("") + (String) guard.invokeExact("full"));
        MethodHandle caught = MethodHandles.catchException(l.findStatic(Handles.class, "fails",
            MethodType.methodType(void.class)), IllegalStateException.class, MethodHandles.empty(
            MethodType.methodType(void.class, IllegalStateException.class)));
        caught.invoke();
        System.out.println("caught");
        try {
            l.findStatic(Handles.class, "member", MethodType.methodType(void.class));
        } catch (NoSuchMethodException e) {
            System.out.println(e.getMessage());
        }
        try {
            MethodHandles.publicLookup().findVirtual(Handles.class, "secret", MethodType.methodType(
                String.class));
        } catch (IllegalAccessException e) {
            System.out.println("no access");
        }
        MethodHandle array = MethodHandles.arrayElementGetter(long[].class);
        System.out.println((long) array.invokeExact(new long[] {7, 8}, 1));
        System.out.println(add.asType(MethodType.methodType(Object.class, Integer.class, short.class))
            .invoke(1, (short) 2) + " " + add.asSpreader(Object[].class, 2).invoke(new Object[] {3, 4}));
    }
}
