// SPDX-License-Identifier: Apache-2.0
// Arrays of arrays: rectangular, ragged, partly made, and of negative size.
class ArraysMulti {
    public static void main(String[] args) {
        int[][] a = new int[3][4];
        for (int y = 0; y < 3; y++) {
            for (int x = 0; x < 4; x++) {
                a[y][x] = y * 10 + x;
            }
        }
        int sum = 0;
        for (int[] row : a) {
            for (int x : row) {
                sum += x;
            }
        }
        System.out.println(sum);
        long[][][] cube = new long[2][3][];
        System.out.println(cube[1][2] == null);
        cube[1][2] = new long[] {1, 2, 3};
        cube[1][2][1] += 1L << 40;
        System.out.println(cube[1][2][1]);
        char[][] ragged = {{'a'}, {}, {'b', 'c'}};
        for (char[] row : ragged) {
            System.out.println(row.length);
        }
        System.out.println(new String[2][0][5].length);
        System.out.println(new String[0][2].getClass().getName());
        System.out.println(new boolean[1][1][1].getClass().getName());
        try {
            int n = -2;
            System.out.println(new int[3][n].length);
        } catch (NegativeArraySizeException e) {
            System.out.println(e.getMessage());
        }
        try {
            int n = -2;
            System.out.println(new int[0][n].length);
        } catch (NegativeArraySizeException e) {
            System.out.println(e.getMessage());
        }
        Object[] o = a;
        System.out.println(o[0] == a[0]);
        o[0] = new int[] {42};
        System.out.println(a[0][0]);
        try {
            o[1] = new long[1];
        } catch (ArrayStoreException e) {
            System.out.println(e.getMessage());
        }
    }
}
