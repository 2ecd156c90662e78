// SPDX-License-Identifier: Apache-2.0
// System.arraycopy: overlaps, types, failures in the middle, every kind of array.
import java.util.Arrays;

class Arraycopy {
    static void t(Object from, int a, Object to, int b, int n) {
        try {
            System.arraycopy(from, a, to, b, n);
            System.out.println("copied");
        } catch (RuntimeException e) {
            System.out.println(e);
        }
    }

    public static void main(String[] args) {
        int[] a = {0, 1, 2, 3, 4, 5, 6, 7};
        System.arraycopy(a, 0, a, 2, 5);
        System.out.println(Arrays.toString(a));
        System.arraycopy(a, 3, a, 1, 5);
        System.out.println(Arrays.toString(a));
        System.arraycopy(a, 1, a, 1, 3);
        byte[] b = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18};
        System.arraycopy(b, 1, b, 0, 17);
        System.arraycopy(b, 0, b, 3, 14);
        System.out.println(Arrays.toString(b));
        long[] l = {1L << 40, 2, 3};
        long[] l2 = new long[3];
        System.arraycopy(l, 0, l2, 1, 2);
        System.out.println(Arrays.toString(l2));
        boolean[] z = {true, false, true};
        System.arraycopy(z, 0, z, 1, 2);
        System.out.println(Arrays.toString(z));
        Object[] mixed = {"a", "b", 3, "d"};
        String[] strings = new String[4];
        t(mixed, 0, strings, 0, 4);
        System.out.println(Arrays.toString(strings));
        t(strings, 0, mixed, 1, 3);
        System.out.println(Arrays.toString(mixed));
        t(a, 0, l, 0, 1);
        t(a, 0, new Object[3], 0, 1);
        t(a, -1, a, 0, 1);
        t(a, 0, a, 0, -1);
        t(a, 8, a, 0, 0);
        t(a, 9, a, 0, 0);
        t(a, 0, a, 5, 4);
        t(a, Integer.MAX_VALUE, a, 0, Integer.MAX_VALUE);
        t(null, 0, a, 0, 1);
        t(a, 0, null, 0, 1);
        t("s", 0, a, 0, 1);
        t(a, 0, "s", 0, 1);
        t(new int[2][2], 0, new Object[2], 0, 2);
        t(new Object[] {new int[1], "x"}, 0, new int[2][], 0, 2);
        t(new Integer[0], 0, new String[0], 0, 0);
    }
}
