// SPDX-License-Identifier: Apache-2.0
// An OutOfMemoryError of an array that can never be, caught; then the program goes on.
class OutOfMemory {
    static String attempt(int size) {
        try {
            long[][] all = new long[4][];
            for (int i = 0; i < all.length; i++) {
                all[i] = new long[size];
            }
            return "there was room";
        } catch (OutOfMemoryError e) {
            return e.getClass().getName();
        }
    }

    public static void main(String[] args) {
        System.out.println(attempt(Integer.MAX_VALUE));
        System.out.println(attempt(10));
        System.out.println(attempt(Integer.MAX_VALUE));
        StringBuilder s = new StringBuilder();
        for (int i = 0; i < 1000; i++) {
            s.append(i);
        }
        System.out.println(s.length());
    }
}
