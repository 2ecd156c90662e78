// SPDX-License-Identifier: Apache-2.0
package phantom.vm;

/** Makes and throws what natives and traps want thrown. */
final class Raise {
    private Raise() {}

    private static final String TEXT = "<init>(Ljava/lang/String;)V";
    private static final String PLAIN = "<init>()V";

    private static Throwable make(String name, String text) {
        Class<?> type = VM.bootClass(name);
        Object made = VM.allocate(type);
        if (text == null) {
            VM.call(type, PLAIN, made);
        } else {
            VM.call(type, TEXT, made, text);
        }
        return (Throwable) made;
    }

    /** `name`: of a Throwable; or a class whose initialiser has failed before. */
    @SuppressWarnings("unchecked")
    private static <T extends Throwable> void raise(Object name, Object text) throws T {
        Throwable thrown = name instanceof Class ? again((Class<?>) name) : null;
        throw (T) (thrown != null ? thrown : name instanceof Class
            ? new NoClassDefFoundError("Could not initialize class " + ((Class<?>) name).getName())
            : make((String) name, (String) text));
    }

    static void nothing(Object name, Object text) {
        Raise.<RuntimeException>raise(name, text);
    }

    static int toInt(Object name, Object text) {
        Raise.<RuntimeException>raise(name, text);
        return 0;
    }

    static long toLong(Object name, Object text) {
        Raise.<RuntimeException>raise(name, text);
        return 0;
    }

    static float toFloat(Object name, Object text) {
        Raise.<RuntimeException>raise(name, text);
        return 0;
    }

    static double toDouble(Object name, Object text) {
        Raise.<RuntimeException>raise(name, text);
        return 0;
    }

    static Object toObject(Object name, Object text) {
        Raise.<RuntimeException>raise(name, text);
        return null;
    }

    /**
     * What a trap throws; numbers of src/code/traps.def. `failed`: the class that it is about, whose
     * initialiser has failed; or null.
     */
    static Throwable trap(int trap, String text, Class<?> failed) {
        Throwable thrown = failed == null ? null : again(failed);
        return thrown != null ? thrown : make(classOf(trap), text);
    }

    private static String classOf(int trap) {
        // The texts of the machine's own errors say what and where; see natives_link.c.
        return VM.trapClass(trap);
    }

    /** Notes why the class could not be initialised, as far as that can be said. */
    private static void note(Class<?> type, Throwable thrown) {
        try {
            String message = thrown.getMessage();
            String name = thrown.getClass().getName();
            Throwable why = new ExceptionInInitializerError("Exception " + name
                + (message == null ? "" : ": " + message) + " [in thread \""
                + Thread.currentThread().getName() + "\"]");
            why.setStackTrace(thrown.getStackTrace());
            VM.setFailure(type, why);
        } catch (Throwable ignored) {
            return; // the reason is there for people; `thrown` is not to be lost for it
        }
    }

    /** What a class throws that has failed before, or what is above it has; null: no such. */
    private static Throwable again(Class<?> type) {
        Throwable why = VM.failure(type);
        if (why != null) {
            Throwable error =
                new NoClassDefFoundError("Could not initialize class " + type.getName());
            return error.initCause(why);
        }
        Class<?> above = type.getSuperclass();
        Throwable thrown = above == null ? null : again(above);
        Class<?>[] faces = thrown == null ? type.getInterfaces() : new Class<?>[0];
        for (int i = 0; thrown == null && i < faces.length; i++) {
            thrown = again(faces[i]);
        }
        if (thrown != null) {
            note(type, thrown);
        }
        return thrown;
    }

    /** What leaves the initialiser of a class: errors as they are. Classes below fail with it. */
    static Throwable initialiser(Class<?> type, Throwable thrown) {
        note(type, thrown);
        Throwable left = thrown instanceof Error ? thrown : new ExceptionInInitializerError(thrown);
        for (Class<?> c = VM.initialisedBelow(type); c != null; c = VM.initialisedBelow(c)) {
            note(c, left);
        }
        return left;
    }
}
