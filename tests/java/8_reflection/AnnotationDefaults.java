// SPDX-License-Identifier: Apache-2.0
// Annotations: defaults, all kinds of values, repeated, inherited, on types and parameters; equality.
import java.lang.annotation.Annotation;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Repeatable;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.lang.reflect.Method;
import java.util.Arrays;

class AnnotationDefaults {
    enum Level { LOW, HIGH }

    @Retention(RetentionPolicy.RUNTIME)
    @interface Inner {
        int value() default 3;
    }

    @Retention(RetentionPolicy.RUNTIME)
    @Inherited
    @interface All {
        boolean flag() default true;
        byte b() default 1;
        char c() default 'c';
        short s() default -2;
        int i() default Integer.MAX_VALUE;
        long l() default 1L << 40;
        float f() default 1.5f;
        double d() default Double.NaN;
        String text() default "t\"x";
        Class<?> type() default int[].class;
        Level level() default Level.LOW;
        Inner inner() default @Inner;
        int[] numbers() default {1, 2};
        String[] texts() default {};
        Class<?>[] types() default {void.class, String.class};
        Level[] levels() default Level.HIGH;
        Inner[] inners() default {@Inner(1), @Inner};
    }

    @Retention(RetentionPolicy.RUNTIME)
    @Repeatable(Tags.class)
    @interface Tag {
        String value();
    }

    @Retention(RetentionPolicy.RUNTIME)
    @interface Tags {
        Tag[] value();
    }

    @Retention(RetentionPolicy.RUNTIME)
    @Target(ElementType.TYPE_USE)
    @interface Use { int value() default 0; }

    @Retention(RetentionPolicy.CLASS)
    @interface Gone { }

    @All
    static class Defaulted { }

    @All(flag = false, text = "own", numbers = {}, inner = @Inner(9), type = Level.class)
    static class Given { }

    static class Below extends Given { }

    @Tag("a") @Tag("b") @Gone
    static class Tagged {
        @Deprecated(since = "1", forRemoval = true)
        @Tag("m")
        public @Use(4) String method(@Inner(7) int a, @Tag("p") @Inner String b) { return ""; }
    }

    public static void main(String[] args) throws Exception {
        All d = Defaulted.class.getAnnotation(All.class);
        System.out.println(d.flag() + " " + d.b() + d.c() + d.s() + d.i() + d.l() + d.f() + d.d()
            + d.text() + d.type() + d.level() + d.inner().value() + Arrays.toString(d.numbers())
            + d.texts().length + Arrays.toString(d.types()) + d.levels()[0] + d.inners()[0].value());
        String[] parts = d.toString().replaceAll("^@.*All.|.$", "").split(", (?=[a-z]+=)");
        Arrays.sort(parts);
        System.out.println(Arrays.toString(parts));
        All g = Given.class.getAnnotation(All.class);
        System.out.println(g.text() + g.numbers().length + g.inner() + g.type() + g.flag());
        System.out.println(g.equals(Below.class.getAnnotation(All.class)) + " " + g.equals(d) + " "
            + (g.hashCode() == Below.class.getAnnotation(All.class).hashCode()) + " "
            + d.annotationType() + " " + Below.class.getDeclaredAnnotations().length);
        System.out.println(Tagged.class.getAnnotationsByType(Tag.class).length + " "
            + Tagged.class.getAnnotation(Tag.class) + " " + Tagged.class.getAnnotations().length);
        Method m = Tagged.class.getMethod("method", int.class, String.class);
        System.out.println(Arrays.toString(m.getAnnotations()));
        for (Annotation[] p : m.getParameterAnnotations()) {
            System.out.println(Arrays.toString(p));
        }
        System.out.println(Arrays.toString(m.getAnnotatedReturnType().getAnnotations()));
        for (Method e : All.class.getDeclaredMethods()) {
            if (e.getName().equals("inners") || e.getName().equals("d")) {
                System.out.println(e.getName() + " " + (e.getDefaultValue() instanceof Object[]
                    ? ((Object[]) e.getDefaultValue()).length : e.getDefaultValue()));
            }
        }
        System.out.println(Inner.class.getMethod("value").getDefaultValue());
    }
}
