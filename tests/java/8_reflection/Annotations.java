// SPDX-License-Identifier: Apache-2.0
// Annotations: all types of values, defaults, inherited, repeated, on everything; toString.
import java.lang.annotation.Inherited;
import java.lang.annotation.Repeatable;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.reflect.Method;
import java.util.Arrays;

class Annotations {
    enum Level { LOW, HIGH }

    @Retention(RetentionPolicy.RUNTIME)
    @interface Small { int value() default 3; }

    @Inherited
    @Retention(RetentionPolicy.RUNTIME)
    @interface Everything {
        boolean z() default true;
        byte b() default -1;
        char c() default 'x';
        short s() default 2;
        int i();
        long l() default 1L << 40;
        float f() default 1.5f;
        double d() default Double.NaN;
        String t() default "te\"xt";
        Class<?> k() default String[].class;
        Level e() default Level.HIGH;
        Small n() default @Small;
        int[] a() default {1, 2};
        Small[] m() default {@Small(1), @Small(2)};
    }

    @Retention(RetentionPolicy.RUNTIME)
    @Repeatable(Tags.class)
    @interface Tag { String value(); }

    @Retention(RetentionPolicy.RUNTIME)
    @interface Tags { Tag[] value(); }

    @Everything(i = 5, a = {})
    static class Base {
        @Small(7)
        int field;

        @Tag("one")
        @Tag("two")
        @Deprecated
        void method(@Small(8) int p, String q) { }
    }

    static class Derived extends Base { }

    public static void main(String[] args) throws Exception {
        Everything e = Base.class.getAnnotation(Everything.class);
        System.out.println(e);
        System.out.println(e.i() + " " + e.l() + e.k() + e.e() + e.n().value() + e.a().length
            + e.m()[1].value() + e.annotationType());
        System.out.println(Derived.class.getAnnotations().length + " " + Derived.class
            .getDeclaredAnnotations().length + Derived.class.isAnnotationPresent(Everything.class));
        System.out.println(e.equals(Derived.class.getAnnotation(Everything.class)));
        System.out.println(Base.class.getDeclaredField("field").getAnnotation(Small.class));
        Method m = Base.class.getDeclaredMethod("method", int.class, String.class);
        System.out.println(Arrays.toString(m.getAnnotations()));
        System.out.println(Arrays.toString(m.getAnnotationsByType(Tag.class)) + m.getAnnotation(
            Tag.class));
        System.out.println(Arrays.deepToString(m.getParameterAnnotations()));
        System.out.println(Everything.class.getMethod("d").getDefaultValue());
        Small a = Base.class.getDeclaredField("field").getAnnotation(Small.class);
        System.out.println(a.hashCode() + " " + a.equals(m.getParameters()[0].getAnnotations()[0]));
    }
}
