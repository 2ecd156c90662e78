// SPDX-License-Identifier: Apache-2.0
package phantom.vm;

import java.lang.reflect.Constructor;
import java.lang.reflect.Executable;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;

/** Members of classes and calls of methods by reflection. Natives: natives_reflect.c. */
final class Invoke {
    private Invoke() {}

    // ---- Members ----

    /** The members (of a kind: natives_reflect.c) as an array; or the name of a missing class. */
    private static native Object members0(Class<?> type, boolean publicOnly, int kind);

    /** The same, after the loader of `type` was asked for `missing`, and what else is missing. */
    static Object[] members(Class<?> type, boolean publicOnly, int kind, String missing) {
        for (;;) {
            Linker.load(type, missing);
            Object answer = members0(type, publicOnly, kind);
            if (answer instanceof Object[]) {
                return (Object[]) answer;
            }
            missing = (String) answer;
        }
    }

    // ---- Calls ----

    // Each parameter has its place in both arrays: its bits in one, its reference in the other.
    private static native void runVoid(Executable which, Object receiver, long[] numbers,
                                       Object[] references);
    private static native int runInt(Executable which, Object receiver, long[] numbers,
                                     Object[] references);
    private static native long runLong(Executable which, Object receiver, long[] numbers,
                                       Object[] references);
    private static native float runFloat(Executable which, Object receiver, long[] numbers,
                                         Object[] references);
    private static native double runDouble(Executable which, Object receiver, long[] numbers,
                                           Object[] references);
    private static native Object runObject(Executable which, Object receiver, long[] numbers,
                                           Object[] references);

    private static IllegalArgumentException mismatch() {
        return new IllegalArgumentException("argument type mismatch");
    }

    /** Whether the value of a box of class `from` can become a `to` without loss (JLS 5.1.2). */
    private static boolean widens(Class<?> from, Class<?> to) {
        if (from == Boolean.class || to == boolean.class) {
            return from == Boolean.class && to == boolean.class;
        }
        if (from == Character.class) {
            return to == char.class || rank(to) >= 3;
        }
        return to != char.class && rankOfBox(from) != 0 && rankOfBox(from) <= rank(to);
    }

    private static int rank(Class<?> type) {
        return type == byte.class ? 1 : type == short.class ? 2 : type == int.class ? 3
            : type == long.class ? 4 : type == float.class ? 5 : type == double.class ? 6 : 0;
    }

    private static int rankOfBox(Class<?> type) {
        return type == Byte.class ? 1 : type == Short.class ? 2 : type == Integer.class ? 3
            : type == Long.class ? 4 : type == Float.class ? 5 : type == Double.class ? 6 : 0;
    }

    /** The bits that a parameter of the primitive type `to` is given for `value`. */
    private static long bits(Object value, Class<?> to) {
        if (value == null || !widens(value.getClass(), to)) {
            throw mismatch();
        }
        if (value instanceof Boolean) {
            return (Boolean) value ? 1 : 0;
        }
        Number number = value instanceof Character ? (Number) (int) (Character) value
                                                   : (Number) value;
        if (to == float.class) {
            return Float.floatToRawIntBits(number.floatValue());
        }
        if (to == double.class) {
            return Double.doubleToRawLongBits(number.doubleValue());
        }
        return number.longValue();
    }

    private static void take(Class<?>[] types, Object[] arguments, long[] numbers,
                             Object[] references) {
        if ((arguments == null ? 0 : arguments.length) != types.length) {
            throw new IllegalArgumentException("wrong number of arguments");
        }
        for (int i = 0; i < types.length; i++) {
            Object value = arguments[i];
            if (types[i].isPrimitive()) {
                numbers[i] = bits(value, types[i]);
            } else if (value != null && !types[i].isInstance(value)) {
                throw mismatch();
            } else {
                references[i] = value;
            }
        }
    }

    private static Object run(Method method, Object receiver, long[] numbers,
                              Object[] references) {
        Class<?> type = method.getReturnType();
        if (!type.isPrimitive()) {
            return runObject(method, receiver, numbers, references);
        }
        if (type == void.class) {
            runVoid(method, receiver, numbers, references);
            return null;
        }
        if (type == long.class) {
            return runLong(method, receiver, numbers, references);
        }
        if (type == float.class) {
            return runFloat(method, receiver, numbers, references);
        }
        if (type == double.class) {
            return runDouble(method, receiver, numbers, references);
        }
        int value = runInt(method, receiver, numbers, references);
        if (type == int.class) {
            return value;
        }
        if (type == boolean.class) {
            return value != 0;
        }
        if (type == char.class) {
            return (char) value;
        }
        if (type == short.class) {
            return (short) value;
        }
        return (byte) value;
    }

    static Object method(Method method, Object receiver, Object[] arguments)
        throws InvocationTargetException {
        Class<?> type = method.getDeclaringClass();
        VM.initialise(type);
        if (!Modifier.isStatic(method.getModifiers())) {
            if (receiver == null) {
                throw new NullPointerException();
            }
            if (!type.isInstance(receiver)) {
                throw new IllegalArgumentException("object is not an instance of declaring class");
            }
        }
        Class<?>[] types = method.getParameterTypes();
        long[] numbers = new long[types.length];
        Object[] references = new Object[types.length];
        take(types, arguments, numbers, references);
        try {
            return run(method, receiver, numbers, references);
        } catch (Throwable thrown) {
            throw new InvocationTargetException(thrown);
        }
    }

    static Object constructor(Constructor<?> constructor, Object[] arguments)
        throws InvocationTargetException, InstantiationException {
        Class<?> type = constructor.getDeclaringClass();
        if (Modifier.isAbstract(type.getModifiers())) {
            throw new InstantiationException();
        }
        Class<?>[] types = constructor.getParameterTypes();
        long[] numbers = new long[types.length];
        Object[] references = new Object[types.length];
        Object made = VM.allocate(type);
        take(types, arguments, numbers, references);
        try {
            runVoid(constructor, made, numbers, references);
        } catch (Throwable thrown) {
            throw new InvocationTargetException(thrown);
        }
        return made;
    }

    // ---- What is thrown ----

    @SuppressWarnings("unchecked")
    private static <T extends Throwable> void raiseAs(Throwable thrown) throws T {
        throw (T) thrown;
    }

    static void raise(Throwable thrown) {
        Invoke.<RuntimeException>raiseAs(thrown);
    }
}
