// SPDX-License-Identifier: Apache-2.0
// Classes as objects: names, modifiers, members counted, arrays, nests.
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.Map;

class Classes {
    public abstract static class A<T> implements Comparable<A<T>>, Runnable {
        protected int x;
        class Inner { }
    }

    private static final class B extends A<String> {
        public int compareTo(A<String> o) { return 0; }
        public void run() { }
    }

    @FunctionalInterface
    interface I { void f(); }

    enum E { ONE { } }

    @interface Note { }

    record R(int a) { }

    static void show(Class<?> c) {
        System.out.println(c + " " + c.getName() + " " + c.getSimpleName() + " " + c.getTypeName()
            + " " + c.getCanonicalName() + " " + Modifier.toString(c.getModifiers()) + " "
            + c.getSuperclass() + " " + Arrays.toString(c.getInterfaces()) + c.isInterface()
            + c.isArray() + c.isPrimitive() + c.isEnum() + c.isAnnotation() + c.isRecord()
            + c.isMemberClass() + " " + c.getEnclosingClass() + " " + c.getPackageName() + " "
            + c.getComponentType() + " " + c.toGenericString());
    }

    public static void main(String[] args) throws Exception {
        Class<?>[] all = {A.class, B.class, A.Inner.class, I.class, E.class, E.ONE.getClass(),
            Note.class, R.class, int.class, void.class, int[][].class, String[].class, Object.class,
            Map.Entry.class, Classes.class};
        for (Class<?> c : all) {
            show(c);
        }
        System.out.println(Number.class.isAssignableFrom(Integer.class) + " " + Object[].class
            .isAssignableFrom(String[].class) + int.class.isAssignableFrom(short.class)
            + A.class.isInstance(new B()) + A.class.cast(null));
        System.out.println(Class.forName("[[J").getName() + Class.forName("Classes$R") + int.class
            .arrayType() + Integer.TYPE.descriptorString() + B.class.getNestHost());
        System.out.println(Arrays.toString(A.class.getTypeParameters()) + A.class
            .getGenericInterfaces()[0] + B.class.getGenericSuperclass());
        System.out.println(Arrays.toString(E.class.getEnumConstants()) + R.class.getRecordComponents()
            [0] + new Object() { }.getClass().getEnclosingMethod());
        System.out.println(String.class.getClassLoader() + " " + Classes.class.getModule().isNamed()
            + String.class.getModule() + Integer.class.getPackage());
        try {
            String.class.cast(5);
        } catch (ClassCastException e) {
            System.out.println(e.getMessage());
        }
    }
}
