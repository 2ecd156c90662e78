// SPDX-License-Identifier: Apache-2.0
// StackWalker and Thread.getStackTrace.
import java.util.List;
import java.util.stream.Collectors;

class Walker {
    static List<String> walk() {
        return StackWalker.getInstance().walk(s -> s.filter(f -> f.getClassName().startsWith("Walker"))
            .map(f -> f.getMethodName() + ":" + f.getLineNumber()).collect(Collectors.toList()));
    }

    static Class<?> caller() {
        return StackWalker.getInstance(StackWalker.Option.RETAIN_CLASS_REFERENCE).getCallerClass();
    }

    static class Calls {
        static Class<?> who() { return caller(); }
    }

    @SuppressWarnings({"deprecation", "removal"})
    static class Context extends SecurityManager {
        static List<String> classes() {
            List<String> names = java.util.Arrays.stream(new Context().getClassContext())
                .map(Class::getName).collect(Collectors.toList());
            return names.subList(0, names.lastIndexOf("Walker") + 1);
        }
    }

    static List<String> deep(int n) {
        return n == 0 ? walk() : deep(n - 1);
    }

    public static void main(String[] args) {
        System.out.println(deep(3));
        System.out.println(Calls.who());
        System.out.println(StackWalker.getInstance().walk(s -> s.limit(1).map(f -> f.getMethodName())
            .findFirst()).get());
        System.out.println(Context.classes());
        try {
            System.out.println(Context.class.getDeclaredMethod("classes").invoke(null));
        } catch (ReflectiveOperationException e) {
            System.out.println(e);
        }
        StackTraceElement top = Thread.currentThread().getStackTrace()[1];
        System.out.println(top.getClassName() + "." + top.getMethodName() + top.getLineNumber());
        Runnable r = () -> System.out.println(walk().size());
        r.run();
        try {
            StackWalker.getInstance().getCallerClass();
        } catch (UnsupportedOperationException e) {
            System.out.println(e.getMessage());
        }
        StackWalker.getInstance().forEach(f -> {
            if (f.getMethodName().equals("main") && f.getClassName().equals("Walker")) {
                System.out.println(f.getFileName() + " " + f.isNativeMethod());
            }
        });
    }
}
