// SPDX-License-Identifier: Apache-2.0
// What is stored to boolean, byte, char and short keeps the bits of its type alone, whatever int
// the code gives (JVMS bastore, putfield, ireturn): methods whose types were changed behind javac.
import java.lang.reflect.Method;

class Masks {
    static void change(Patch patch, String method, String descriptor) {
        patch.change("MasksTarget", p -> p.method(method).descriptor = p.addText(descriptor));
    }

    public static void main(String[] args) throws Exception {
        Patch patch = new Patch("MasksTarget");
        change(patch, "intoBytes", "([BI)V");
        change(patch, "intoBooleans", "([ZI)V");
        change(patch, "raw", "([Z)I");
        change(patch, "intoChars", "([CI)V");
        change(patch, "intoShorts", "([SI)V");
        change(patch, "field", "(I)V");
        change(patch, "back", "(I)Z");
        change(patch, "backByte", "(I)B");
        Class<?> c = patch.loadClass("MasksTarget");
        byte[] bytes = new byte[1];
        boolean[] booleans = new boolean[1];
        char[] chars = new char[1];
        short[] shorts = new short[1];
        for (int value : new int[] {0, 1, 2, 3, 255, 256, 257, -1, -2, 0x12345678, 0x87654321}) {
            method(c, "intoBytes").invoke(null, bytes, value);
            method(c, "intoBooleans").invoke(null, booleans, value);
            System.out.print(method(c, "raw").invoke(null, booleans) + " ");
            method(c, "intoChars").invoke(null, chars, value);
            method(c, "intoShorts").invoke(null, shorts, value);
            method(c, "field").invoke(null, value);
            System.out.println(value + " " + bytes[0] + " " + (int) chars[0]
                + " " + shorts[0] + " " + method(c, "show0").invoke(null) + " "
                + method(c, "back").invoke(null, value) + " "
                + method(c, "backByte").invoke(null, value));
        }
    }

    static Method method(Class<?> c, String name) throws Exception {
        for (Method m : c.getDeclaredMethods()) {
            if (m.getName().equals(name)) {
                m.setAccessible(true);
                return m;
            }
        }
        throw new NoSuchMethodException(name);
    }
}

class MasksTarget {
    static boolean flag;

    static void intoBooleans(boolean[] a, boolean v) {
        a[0] = v;
    }

    static int raw(byte[] a) {
        return a[0];
    }

    static void intoBytes(byte[] a, byte v) {
        a[0] = v;
    }

    static void intoChars(char[] a, char v) {
        a[0] = v;
    }

    static void intoShorts(short[] a, short v) {
        a[0] = v;
    }

    static void field(boolean v) {
        flag = v;
    }

    static String show0() {
        return flag + "";
    }

    static boolean back(boolean v) {
        return v;
    }

    static byte backByte(byte v) {
        return v;
    }
}
