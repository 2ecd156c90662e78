// SPDX-License-Identifier: Apache-2.0
// Methods by reflection: arguments of all types, exceptions, varargs, overrides, statics.
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.Comparator;

class Invokes {
    public String all(boolean z, byte b, char c, short s, int i, long l, float f, double d, Object o) {
        return "" + z + b + c + s + i + l + f + d + o;
    }

    static int twice(int x) { return 2 * x; }
    long wide(long a, double b) { return a + (long) b; }
    void nothing() { System.out.println("nothing"); }
    static String join(String... parts) { return String.join("+", parts); }
    char letter() { return 'l'; }
    boolean no() { return false; }
    void fails() throws java.io.IOException { throw new java.io.IOException("inside"); }
    private static String hidden() { return "hidden"; }
    public <T extends Comparable<T>> T generic(T a, java.util.List<? extends T> b) { return a; }
    @Override
    public String toString() { return "overridden"; }

    static class Sub extends Invokes {
        @Override
        char letter() { return 's'; }
    }

    static void t(Method m, Object on, Object... args) {
        try {
            System.out.println(m.invoke(on, args));
        } catch (InvocationTargetException e) {
            System.out.println(e.getMessage() + " " + e.getCause());
        } catch (ReflectiveOperationException | RuntimeException e) {
            System.out.println(e);
        }
    }

    public static void main(String[] args) throws Exception {
        Invokes o = new Invokes();
        Method[] all = Invokes.class.getDeclaredMethods();
        Arrays.sort(all, Comparator.comparing(Method::toString));
        for (Method m : all) {
            if (!m.isSynthetic()) {
                System.out.println(m.toGenericString() + " " + m.getParameterCount() + m.isVarArgs());
            }
        }
        Class<Invokes> c = Invokes.class;
        t(c.getMethod("all", boolean.class, byte.class, char.class, short.class, int.class, long.class,
            float.class, double.class, Object.class), o, true, (byte) 1, 'c', (byte) 2, 'i', 3, 4L, 5f,
            null);
        Method twice = c.getDeclaredMethod("twice", int.class);
        for (int i = 0; i < 30; i++) {
            twice.invoke(null, i);
        }
        t(twice, null, 21);
        t(twice, o, (short) 4);
        t(twice, null, 4L);
        t(twice, null);
        t(twice, null, (Object) null);
        t(twice, null, "x");
        t(c.getDeclaredMethod("wide", long.class, double.class), o, 1, 2f);
        t(c.getDeclaredMethod("nothing"), o);
        t(c.getDeclaredMethod("join", String[].class), null, (Object) new String[] {"a", "b"});
        t(c.getDeclaredMethod("letter"), new Sub());
        t(c.getDeclaredMethod("letter"), null);
        t(c.getDeclaredMethod("letter"), "wrong");
        t(c.getDeclaredMethod("no"), o);
        t(c.getDeclaredMethod("fails"), o);
        t(c.getDeclaredMethod("hidden"), null);
        t(Object.class.getMethod("toString"), o);
        t(Object.class.getMethod("hashCode"), "abc");
        t(Comparable.class.getMethod("compareTo", Object.class), "a", "b");
        try {
            c.getMethod("nowhere", int.class);
        } catch (NoSuchMethodException e) {
            System.out.println(e.getMessage());
        }
    }
}
