// SPDX-License-Identifier: Apache-2.0
// Arrays: sort, search, fill, copy, compare, hash, deep forms, prefix sums.
import java.util.Arrays;

class ArraysTools {
    public static void main(String[] args) {
        int[] a = new int[300];
        long[] l = new long[300];
        double[] d = {3, -0.0, 0.0, Double.NaN, -5, Double.NEGATIVE_INFINITY, 1e300, Double.MIN_VALUE};
        for (int i = 0; i < a.length; i++) {
            a[i] = i * 7919 % 1009 - 500;
            l[i] = (long) a[i] << 33;
        }
        Arrays.sort(a);
        Arrays.sort(l, 10, 290);
        Arrays.sort(d);
        System.out.println(a[0] + " " + a[150] + " " + a[299] + " " + l[10] + Arrays.toString(d));
        System.out.println(Arrays.binarySearch(a, a[77]) + " " + Arrays.binarySearch(a, 10000)
            + Arrays.binarySearch(d, -0.0));
        byte[] bytes = {5, -3, 127, -128, 0};
        char[] chars = "sorted".toCharArray();
        Arrays.sort(bytes);
        Arrays.sort(chars);
        System.out.println(Arrays.toString(bytes) + new String(chars));
        int[] f = new int[6];
        Arrays.fill(f, 1, 4, 9);
        Arrays.setAll(f, i -> f[i] + i);
        Arrays.parallelPrefix(f, Integer::sum);
        System.out.println(Arrays.toString(f) + Arrays.toString(Arrays.copyOf(f, 8))
            + Arrays.toString(Arrays.copyOfRange(f, 4, 9)));
        int[][] deep = {{1, 2}, {3}, null};
        System.out.println(Arrays.deepToString(deep) + Arrays.deepHashCode(deep)
            + Arrays.deepEquals(deep, new int[][] {{1, 2}, {3}, null}) + Arrays.equals(deep,
                deep.clone()));
        System.out.println(Arrays.hashCode(new double[] {1.5, Double.NaN}) + " "
            + Arrays.equals(new float[] {0f}, new float[] {-0f}));
        System.out.println(Arrays.compare(new int[] {1, 2}, new int[] {1, 3}) + " "
            + Arrays.mismatch("abcd".getBytes(), "abxd".getBytes()) + Arrays.compareUnsigned(
                new byte[] {-1}, new byte[] {1}));
        Object[] self = new Object[2];
        self[0] = self;
        System.out.println(Arrays.deepToString(self));
        System.out.println(Arrays.stream(a, 0, 5).sum() + Arrays.asList(1, 2).size());
        int[] p = new int[5000];
        Arrays.parallelSetAll(p, i -> 5000 - i);
        Arrays.parallelSort(p);
        System.out.println(p[0] + " " + p[4999]);
        String[] s = Arrays.copyOf(new Object[] {"x", "y"}, 3, String[].class);
        System.out.println(s[2] + s[1]);
        try {
            Arrays.copyOf(new Object[] {1}, 1, String[].class);
        } catch (ArrayStoreException e) {
            System.out.println(e.getMessage());
        }
    }
}
