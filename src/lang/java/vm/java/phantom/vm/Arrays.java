// SPDX-License-Identifier: Apache-2.0
package phantom.vm;

/** java.lang.reflect.Array: items of arrays of which nothing is known. */
final class Arrays {
    private Arrays() {}

    private static IllegalArgumentException wrong(Object array) {
        if (array == null) {
            throw new NullPointerException();
        }
        return new IllegalArgumentException(array.getClass().isArray()
                                                ? "argument type mismatch"
                                                : "Argument is not an array");
    }

    static Object get(Object array, int index) {
        if (array instanceof Object[]) {
            return ((Object[]) array)[index];
        }
        if (array instanceof int[]) {
            return ((int[]) array)[index];
        }
        if (array instanceof byte[]) {
            return ((byte[]) array)[index];
        }
        if (array instanceof char[]) {
            return ((char[]) array)[index];
        }
        if (array instanceof long[]) {
            return ((long[]) array)[index];
        }
        if (array instanceof double[]) {
            return ((double[]) array)[index];
        }
        if (array instanceof float[]) {
            return ((float[]) array)[index];
        }
        if (array instanceof short[]) {
            return ((short[]) array)[index];
        }
        if (array instanceof boolean[]) {
            return ((boolean[]) array)[index];
        }
        throw wrong(array);
    }

    static boolean getBoolean(Object array, int index) {
        if (array instanceof boolean[]) {
            return ((boolean[]) array)[index];
        }
        throw wrong(array);
    }

    static byte getByte(Object array, int index) {
        if (array instanceof byte[]) {
            return ((byte[]) array)[index];
        }
        throw wrong(array);
    }

    static char getChar(Object array, int index) {
        if (array instanceof char[]) {
            return ((char[]) array)[index];
        }
        throw wrong(array);
    }

    static short getShort(Object array, int index) {
        return array instanceof short[] ? ((short[]) array)[index] : getByte(array, index);
    }

    static int getInt(Object array, int index) {
        return array instanceof int[] ? ((int[]) array)[index]
            : array instanceof char[] ? ((char[]) array)[index] : getShort(array, index);
    }

    static long getLong(Object array, int index) {
        return array instanceof long[] ? ((long[]) array)[index] : getInt(array, index);
    }

    static float getFloat(Object array, int index) {
        return array instanceof float[] ? ((float[]) array)[index] : getLong(array, index);
    }

    static double getDouble(Object array, int index) {
        return array instanceof double[] ? ((double[]) array)[index] : getFloat(array, index);
    }

    static void set(Object array, int index, Object value) {
        if (array instanceof Object[]) {
            try {
                ((Object[]) array)[index] = value;
            } catch (ArrayStoreException mismatch) {
                throw new IllegalArgumentException("array element type mismatch");
            }
        } else if (value instanceof Integer) {
            setInt(array, index, (Integer) value);
        } else if (value instanceof Byte) {
            setByte(array, index, (Byte) value);
        } else if (value instanceof Character) {
            setChar(array, index, (Character) value);
        } else if (value instanceof Long) {
            setLong(array, index, (Long) value);
        } else if (value instanceof Double) {
            setDouble(array, index, (Double) value);
        } else if (value instanceof Float) {
            setFloat(array, index, (Float) value);
        } else if (value instanceof Short) {
            setShort(array, index, (Short) value);
        } else if (value instanceof Boolean) {
            setBoolean(array, index, (Boolean) value);
        } else {
            throw wrong(array);
        }
    }

    static void setBoolean(Object array, int index, boolean value) {
        if (!(array instanceof boolean[])) {
            throw wrong(array);
        }
        ((boolean[]) array)[index] = value;
    }

    static void setByte(Object array, int index, byte value) {
        if (array instanceof byte[]) {
            ((byte[]) array)[index] = value;
        } else {
            setShort(array, index, value);
        }
    }

    static void setChar(Object array, int index, char value) {
        if (array instanceof char[]) {
            ((char[]) array)[index] = value;
        } else {
            setInt(array, index, value);
        }
    }

    static void setShort(Object array, int index, short value) {
        if (array instanceof short[]) {
            ((short[]) array)[index] = value;
        } else {
            setInt(array, index, value);
        }
    }

    static void setInt(Object array, int index, int value) {
        if (array instanceof int[]) {
            ((int[]) array)[index] = value;
        } else {
            setLong(array, index, value);
        }
    }

    static void setLong(Object array, int index, long value) {
        if (array instanceof long[]) {
            ((long[]) array)[index] = value;
        } else {
            setFloat(array, index, value);
        }
    }

    static void setFloat(Object array, int index, float value) {
        if (array instanceof float[]) {
            ((float[]) array)[index] = value;
        } else {
            setDouble(array, index, value);
        }
    }

    static void setDouble(Object array, int index, double value) {
        if (!(array instanceof double[])) {
            throw wrong(array);
        }
        ((double[]) array)[index] = value;
    }

    // ---- Arrays of arrays ----

    /** An array of that length, of items of class `item`. */
    private static native Object make(Class<?> item, int length);

    private static Object multi(Class<?> item, int[] lengths, int at) {
        Class<?> inner = item;
        for (int i = at + 1; i < lengths.length; i++) {
            inner = make(inner, 0).getClass();
        }
        Object made = make(inner, lengths[at]);
        for (int i = 0; at + 1 < lengths.length && i < lengths[at]; i++) {
            ((Object[]) made)[i] = multi(item, lengths, at + 1);
        }
        return made;
    }

    static Object multi(Class<?> item, int[] lengths) {
        int dimensions = lengths.length;
        for (Class<?> type = item; type.isArray(); type = type.getComponentType()) {
            dimensions++;
        }
        if (lengths.length == 0 || dimensions > 255 || item == void.class) {
            throw new IllegalArgumentException();
        }
        for (int length : lengths) {
            if (length < 0) {
                throw new NegativeArraySizeException(String.valueOf(length));
            }
        }
        return multi(item, lengths.clone(), 0);
    }
}
