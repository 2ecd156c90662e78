// SPDX-License-Identifier: Apache-2.0
// What records say about their components.
import java.lang.annotation.*;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.List;

class RecordMembers {
    @Retention(RetentionPolicy.RUNTIME)
    @interface Note { String value() default "none"; }

    @Retention(RetentionPolicy.RUNTIME)
    @Target(ElementType.TYPE_USE)
    @interface Use { }

    static class NotSeenBefore { }

    record Many<T extends Comparable<T>>(@Note("first") int a, List<? super T> list, T[] some,
            NotSeenBefore late, double[][] deep, @Use String used) {
        int a(int x) { return x; }
        public String used() { return "<" + used + ">"; }
    }

    record None() { }

    private record Hidden(long inside) { }

    static void show(Class<?> c) throws Exception {
        System.out.println(c + " " + c.isRecord());
        RecordComponent[] all = c.getRecordComponents();
        if (all == null) {
            return;
        }
        for (RecordComponent r : all) {
            System.out.println(r + "|" + r.getName() + "|" + r.getType() + "|" + r.getGenericType()
                + "|" + r.getGenericSignature() + "|" + r.getDeclaringRecord() + "|"
                + r.getAccessor() + "|" + r.getAccessor().toGenericString() + "|"
                + Arrays.toString(r.getAnnotations()) + "|"
                + Arrays.toString(r.getAnnotatedType().getAnnotations()));
        }
    }

    public static void main(String[] args) throws Exception {
        for (Class<?> c : new Class<?>[] {Many.class, None.class, Hidden.class, RecordMembers.class,
                int.class, Object[].class, Record.class}) {
            show(c);
        }
        Object many = new Many<>(3, List.of("x"), new String[] {"y"}, null, null, "z");
        for (RecordComponent r : Many.class.getRecordComponents()) {
            Object value = r.getAccessor().invoke(many);
            System.out.println(r.getName() + " " + (value instanceof Object[] a ? a[0] : value));
        }
        System.out.println(new Hidden(5).equals(Hidden.class.getDeclaredConstructors()[0]
            .newInstance(5L)));
        System.out.println(Many.class.getRecordComponents() != Many.class.getRecordComponents());
    }
}
