// SPDX-License-Identifier: Apache-2.0
// What lambdas are for reflection; call sites are linked once; stateless ones are the same.
import java.util.Arrays;
import java.util.function.Function;
import java.util.function.Supplier;

class LambdaClasses {
    static Supplier<String> make(int n) {
        return () -> "n" + n;
    }

    static Runnable plain() {
        return () -> { };
    }

    interface Named<T> {
        T get(T t);
        default String name() { return "named"; }
    }

    public static void main(String[] args) throws Exception {
        Supplier<String> a = make(1);
        Supplier<String> b = make(2);
        System.out.println((a == b) + " " + (a.getClass() == b.getClass()) + a.get() + b.get());
        System.out.println(plain() == plain());
        Class<?> c = a.getClass();
        System.out.println(c.isSynthetic() + " " + c.isHidden() + c.isAnonymousClass() + Arrays.toString(
            c.getInterfaces()) + c.getName().startsWith("LambdaClasses$$Lambda"));
        System.out.println(c.getMethod("get").invoke(a));
        Named<String> n = String::trim;
        System.out.println(n.get("  x ") + n.name() + n.getClass().getInterfaces()[0]);
        Function<Object, String> f = Object::toString;
        System.out.println(f.apply(5) + f.andThen(String::length).apply("four"));
        int synthetic = 0;
        for (java.lang.reflect.Method m : LambdaClasses.class.getDeclaredMethods()) {
            synthetic += m.isSynthetic() ? 1 : 0;
        }
        System.out.println(synthetic);
        Function<Integer, int[]> arrays = int[]::new;
        System.out.println(arrays.apply(4).length);
        Supplier<Supplier<String>> nested = () -> () -> "nested";
        System.out.println(nested.get().get());
        try {
            Function<String, Integer> bad = Integer::valueOf;
            @SuppressWarnings({"unchecked", "rawtypes"})
            Object o = ((Function) bad).apply(5);
            System.out.println(o);
        } catch (ClassCastException e) {
            System.out.println("lambda casts");
        }
    }
}
