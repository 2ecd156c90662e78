// SPDX-License-Identifier: Apache-2.0
// Every access mode of VarHandles, over fields, arrays and byte views, of every type.
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.lang.invoke.VarHandle.AccessMode;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

class VarHandleModes {
    boolean z;
    byte b = 1;
    char c = 'c';
    short s = 3;
    int i = 4;
    long l = 5;
    float f = 6;
    double d = 7;
    String r = "r";
    static int shared = 9;
    final int fixed = 1;

    static Object[] values(Class<?> type) {
        if (type == boolean.class) {
            return new Object[] {false, true};
        } else if (type == byte.class) {
            return new Object[] {(byte) 1, (byte) -7};
        } else if (type == char.class) {
            return new Object[] {'c', '\uffff'};
        } else if (type == short.class) {
            return new Object[] {(short) 3, (short) -300};
        } else if (type == int.class) {
            return new Object[] {4, 70000};
        } else if (type == long.class) {
            return new Object[] {5L, -1L << 40};
        } else if (type == float.class) {
            return new Object[] {6f, -0f};
        } else if (type == double.class) {
            return new Object[] {7.0, Double.NaN};
        }
        return new Object[] {"r", "other"};
    }

    static void put(VarHandle h, Object[] place, Object value) {
        Object[] arguments = java.util.Arrays.copyOf(place, place.length + 1);
        arguments[place.length] = value;
        try {
            h.toMethodHandle(AccessMode.SET).invokeWithArguments(arguments);
        } catch (Throwable t) {
            System.out.println(t);
        }
    }

    /** Uses each mode that there is at `place`, and says what it gave. */
    static void all(String what, VarHandle h, Object... place) {
        StringBuilder out = new StringBuilder(what).append(':');
        Object[] v = values(h.varType());
        for (AccessMode mode : AccessMode.values()) {
            if (!h.isAccessModeSupported(mode)) {
                out.append(" -");
                continue;
            }
            int extra = h.accessModeType(mode).parameterCount() - place.length;
            Object[] arguments = java.util.Arrays.copyOf(place, place.length + extra);
            for (int k = 0; k < extra; k++) {
                arguments[place.length + k] = v[(k + extra) % 2];
            }
            try {
                Object result = h.toMethodHandle(mode).invokeWithArguments(arguments);
                out.append(' ').append(mode.methodName().startsWith("weak") ? "weak" : result);
            } catch (Throwable t) {
                out.append(' ').append(t.getClass().getSimpleName());
            }
            if (mode.methodName().startsWith("weak")) {
                put(h, place, v[0]);
            }
        }
        System.out.println(out);
    }

    public static void main(String[] args) throws Exception {
        MethodHandles.Lookup lookup = MethodHandles.lookup();
        VarHandleModes o = new VarHandleModes();
        for (String name : new String[] {"z", "b", "c", "s", "i", "l", "f", "d", "r"}) {
            Class<?> type = VarHandleModes.class.getDeclaredField(name).getType();
            all(name, lookup.findVarHandle(VarHandleModes.class, name, type), o);
            Class<?> array = type.arrayType();
            Object items = java.lang.reflect.Array.newInstance(type, 3);
            all(name + "[]", MethodHandles.arrayElementVarHandle(array), items, 1);
        }
        all("static", lookup.findStaticVarHandle(VarHandleModes.class, "shared", int.class));
        all("final", lookup.findVarHandle(VarHandleModes.class, "fixed", int.class), o);
        for (Class<?> view : new Class<?>[] {short[].class, char[].class, int[].class, long[].class,
            float[].class, double[].class}) {
            for (ByteOrder order : new ByteOrder[] {ByteOrder.BIG_ENDIAN, ByteOrder.LITTLE_ENDIAN}) {
                byte[] bytes = new byte[32];
                VarHandle h = MethodHandles.byteArrayViewVarHandle(view, order);
                put(h, new Object[] {bytes, 3}, values(view.getComponentType())[1]);
                System.out.println(view.getSimpleName() + order + java.util.Arrays.toString(bytes));
                ByteBuffer buffer = ByteBuffer.allocateDirect(32);
                all("buffer " + view.getSimpleName(), MethodHandles.byteBufferViewVarHandle(view, order),
                    buffer, 8);
            }
        }
        VarHandle ints = MethodHandles.arrayElementVarHandle(int[].class);
        int[] a = {1, 2, 3};
        System.out.println((int) ints.getAndAdd(a, 1, 10) + " " + (int) ints.getAndBitwiseXor(a, 1, 3) + " "
            + ints.compareAndSet(a, 1, 15, 5) + " " + (int) ints.compareAndExchange(a, 1, 4, 6) + " " + a[1]);
        for (int at : new int[] {-1, 3}) {
            try {
                ints.setVolatile(a, at, 1);
            } catch (ArrayIndexOutOfBoundsException e) {
                System.out.println(e.getMessage());
            }
        }
        try {
            MethodHandles.arrayElementVarHandle(Object[].class).set((Object[]) new String[1], 0, (Object) 1);
        } catch (ClassCastException | ArrayStoreException e) {
            System.out.println(e.getClass());
        }
    }
}
