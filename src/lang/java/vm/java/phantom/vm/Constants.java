// SPDX-License-Identifier: Apache-2.0
package phantom.vm;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodType;

/**
 * Dynamic constants and call sites (JVMS 5.4.3.5, 5.4.3.6): java.lang.invoke finds them. Natives:
 * natives_constant.c.
 */
final class Constants {
    private Constants() {}

    private static final int INTEGER = 3, FLOAT = 4, LONG = 5, DOUBLE = 6, CLASS = 7, STRING = 8;
    private static final int METHOD_HANDLE = 15, METHOD_TYPE = 16, DYNAMIC = 17;
    private static final int INVOKE_DYNAMIC = 18;
    private static final int CLASS_NAME = 1, NAME = 2, DESCRIPTOR = 3;
    private static final int INVOKE_VIRTUAL = 5, GET_FIELD_TO_PUT_STATIC = 4;

    // ---- The constant pool ----

    private static native int tag(Class<?> type, int index);
    private static native String text(Class<?> type, int index, int part);
    private static native long bits(Class<?> type, int index);
    private static native int handle(Class<?> type, int index, int part);
    private static native int bootstrap(Class<?> type, int index, int part);
    /** Resolves what the handle names, a member of `named`. Not null: what to load first. */
    private static native String check(Class<?> type, int index, Class<?> named);

    // ---- Types ----

    private static native Class<?> find(Class<?> caller, String name);
    private static native Class<?> primitive(char letter);

    /** The class of that binary name, array or not, as `caller` sees it. */
    private static Class<?> named(Class<?> caller, String name) {
        Class<?> found = find(caller, name);
        if (found == null) {
            Linker.load(caller, name);
            found = find(caller, name);
        }
        if (found == null) {
            throw new NoClassDefFoundError(name);
        }
        return found;
    }

    /** Where the field descriptor that begins at `at` ends. */
    private static int end(String text, int at) {
        int i = at;
        while (text.charAt(i) == '[') {
            i++;
        }
        return text.charAt(i) == 'L' ? text.indexOf(';', i) + 1 : i + 1;
    }

    private static Class<?> type(Class<?> caller, String descriptor) {
        char first = descriptor.charAt(0);
        return first == '[' ? named(caller, descriptor)
            : first == 'L' ? named(caller, descriptor.substring(1, descriptor.length() - 1))
            : primitive(first);
    }

    private static MethodType methodType(Class<?> caller, String descriptor) {
        int count = 0;
        int close = descriptor.indexOf(')');
        for (int at = 1; at < close; at = end(descriptor, at)) {
            count++;
        }
        Class<?>[] parameters = new Class<?>[count];
        int at = 1;
        for (int i = 0; i < count; i++) {
            int next = end(descriptor, at);
            parameters[i] = type(caller, descriptor.substring(at, next));
            at = next;
        }
        return MethodType.methodType(type(caller, descriptor.substring(close + 1)), parameters);
    }

    // ---- Values ----

    private static native MethodHandle linkMethodHandleConstant(
        Class<?> caller, int kind, Class<?> type, String name, Object memberType);
    private static native Object linkDynamicConstant(Object caller, int index, Object bootstrap,
                                                     Object name, Object type, Object arguments);
    private static native Object linkCallSite(Object caller, int index, Object bootstrap,
                                              Object name, Object type, Object arguments,
                                              Object[] appendix);
    private static native Object linkMethod(Class<?> caller, int kind, Class<?> type, String name,
                                            Object methodType, Object[] appendix);

    private static MethodHandle methodHandle(Class<?> caller, int index) {
        int kind = handle(caller, index, 0);
        int member = handle(caller, index, 1);
        String descriptor = text(caller, member, DESCRIPTOR);
        Class<?> type = named(caller, text(caller, member, CLASS_NAME));
        for (String host; (host = check(caller, index, type)) != null; ) {
            Linker.load(caller, host);
        }
        Object memberType = kind <= GET_FIELD_TO_PUT_STATIC ? type(caller, descriptor)
                                                           : methodType(caller, descriptor);
        return linkMethodHandleConstant(caller, kind, type, text(caller, member, NAME),
                                        memberType);
    }

    /** Null, one that is no array, or all of them in an array: as java.lang.invoke wants them. */
    private static Object arguments(Class<?> caller, int index) {
        int count = bootstrap(caller, index, 1);
        if (count == 0) {
            return null;
        }
        Object[] all = new Object[count];
        for (int i = 0; i < count; i++) {
            all[i] = value(caller, bootstrap(caller, index, 2 + i));
        }
        return count == 1 && all[0] != null && !all[0].getClass().isArray() ? all[0] : all;
    }

    private static Object dynamic(Class<?> caller, int index) {
        return linkDynamicConstant(caller, index,
                                   methodHandle(caller, bootstrap(caller, index, 0)),
                                   text(caller, index, NAME),
                                   type(caller, text(caller, index, DESCRIPTOR)),
                                   arguments(caller, index));
    }

    /** What the loadable constant is; numbers are boxed. */
    private static Object value(Class<?> caller, int index) {
        switch (tag(caller, index)) {
        case INTEGER:
            return (int) bits(caller, index);
        case FLOAT:
            return Float.intBitsToFloat((int) bits(caller, index));
        case LONG:
            return bits(caller, index);
        case DOUBLE:
            return Double.longBitsToDouble(bits(caller, index));
        case CLASS:
            return named(caller, text(caller, index, 0));
        case STRING:
            return text(caller, index, 0).intern();
        case METHOD_HANDLE:
            return methodHandle(caller, index);
        case METHOD_TYPE:
            return methodType(caller, text(caller, index, 0));
        case DYNAMIC:
            return dynamic(caller, index);
        default:
            throw new InternalError("a constant that has no value");
        }
    }

    // ---- Binding ----

    private static native void bind(Class<?> caller, int constant, Object value);
    private static native void bindCall(Class<?> caller, int constant, Object appendix,
                                        Object member);

    /** Finds dynamic constant `constant` of the caller's unit, which pool entry `index` is for. */
    static void link(Class<?> caller, int constant, int index, int role) {
        if (role == 0) {
            bind(caller, constant, value(caller, index));
            return;
        }
        Object[] appendix = new Object[1];
        String name = text(caller, index, NAME);
        MethodType methodType = methodType(caller, text(caller, index, DESCRIPTOR));
        Object member;
        if (tag(caller, index) == INVOKE_DYNAMIC) {
            member = linkCallSite(caller, index, methodHandle(caller, bootstrap(caller, index, 0)),
                                  name, methodType, arguments(caller, index), appendix);
        } else {
            member = linkMethod(caller, INVOKE_VIRTUAL,
                                named(caller, text(caller, index, CLASS_NAME)), name, methodType,
                                appendix);
        }
        bindCall(caller, constant, appendix[0], member);
    }
}
