// SPDX-License-Identifier: Apache-2.0
// Constructors by reflection, arrays by reflection.
import java.lang.reflect.Array;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.util.Arrays;
import java.util.Comparator;

class Makers {
    final String how;

    Makers() { how = "none"; }
    Makers(int x) { how = "int" + x; }
    protected Makers(String s, long... l) { how = s + l.length; }
    private Makers(boolean fail) {
        how = "never";
        throw new IllegalStateException("fails");
    }

    class Inner {
        String outer() { return how; }
    }

    enum E { A }

    public static void main(String[] args) throws Exception {
        Constructor<?>[] all = Makers.class.getDeclaredConstructors();
        Arrays.sort(all, Comparator.comparing(Constructor::toString));
        for (Constructor<?> c : all) {
            System.out.println(c.toGenericString() + c.getParameterCount());
        }
        System.out.println(Makers.class.getDeclaredConstructor().newInstance().how
            + Makers.class.getDeclaredConstructor(int.class).newInstance('a').how
            + Makers.class.getDeclaredConstructor(String.class, long[].class).newInstance("s",
                new long[2]).how);
        try {
            Makers.class.getDeclaredConstructor(boolean.class).newInstance(true);
        } catch (InvocationTargetException e) {
            System.out.println(e.getCause());
        }
        Constructor<Inner> inner = Inner.class.getDeclaredConstructor(Makers.class);
        System.out.println(inner.newInstance(new Makers(5)).outer());
        try {
            Constructor<?> e = E.class.getDeclaredConstructors()[0];
            e.setAccessible(true);
            e.newInstance("B", 1);
        } catch (IllegalArgumentException e) {
            System.out.println(e.getMessage());
        }
        try {
            Runnable.class.getDeclaredConstructor();
        } catch (NoSuchMethodException e) {
            System.out.println(e.getMessage());
        }
        Object ints = Array.newInstance(int.class, 3);
        Array.setInt(ints, 1, 5);
        Array.set(ints, 2, (byte) 7);
        System.out.println(Array.get(ints, 1) + " " + Array.getLong(ints, 2) + Array.getLength(ints));
        Object deep = Array.newInstance(String.class, 2, 3);
        System.out.println(deep.getClass() + " " + ((String[][]) deep)[1].length);
        Object[][] attempts = {{ints, 3, 1}, {ints, 0, "x"}, {"no array", 0, 0}, {ints, 0, 1L}};
        for (Object[] a : attempts) {
            try {
                Array.set(a[0], (Integer) a[1], a[2]);
            } catch (RuntimeException e) {
                System.out.println(e);
            }
        }
        try {
            Array.newInstance(void.class, 1);
        } catch (IllegalArgumentException e) {
            System.out.println("no void[]");
        }
        try {
            Array.newInstance(int.class, -1);
        } catch (NegativeArraySizeException e) {
            System.out.println(e.getMessage());
        }
    }
}
