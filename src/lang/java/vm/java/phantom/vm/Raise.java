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

    @SuppressWarnings("unchecked")
    private static <T extends Throwable> void raise(Object name, Object text) throws T {
        throw (T) make((String) name, (String) text);
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

    /** What a trap throws; numbers of src/code/traps.def. */
    static Throwable trap(int trap, String text) {
        return make(classOf(trap), text);
    }

    private static String classOf(int trap) {
        // The texts of the machine's own errors say what and where; see natives_link.c.
        return VM.trapClass(trap);
    }

    /** What leaves a class initialiser: errors as they are. */
    static Throwable initialiser(Throwable thrown) {
        return thrown instanceof Error ? thrown : new ExceptionInInitializerError(thrown);
    }
}
