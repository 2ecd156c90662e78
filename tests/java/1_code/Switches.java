// SPDX-License-Identifier: Apache-2.0
// tableswitch and lookupswitch with their edges, falling through, default in the middle.
class Switches {
    static int dense(int x) {
        switch (x) {
        case 3: return 30;
        case 4: return 40;
        default: return -1;
        case 6: x++;
        case 5: return x * 10;
        }
    }

    static int sparse(int x) {
        switch (x) {
        case Integer.MIN_VALUE: return 1;
        case -1000000: return 2;
        case 0: return 3;
        case 77: return 4;
        case Integer.MAX_VALUE: return 5;
        }
        return 0;
    }

    static int edge(int x) {
        switch (x) {
        case Integer.MAX_VALUE - 1: return 1;
        case Integer.MAX_VALUE: return 2;
        default: return 3;
        }
    }

    static String letters(char c) {
        String s = "";
        switch (c) {
        case 'a':
        case 'e': s += "vowel ";
        case 'b': s += "early "; break;
        case '\u20ac': s += "euro "; break;
        default: s += "other ";
        }
        return s;
    }

    public static void main(String[] args) {
        int[] values = {Integer.MIN_VALUE, -1000000, -1, 0, 2, 3, 4, 5, 6, 7, 77, 78,
                        Integer.MAX_VALUE - 1, Integer.MAX_VALUE};
        for (int v : values) {
            System.out.println(dense(v));
            System.out.println(sparse(v));
            System.out.println(edge(v));
        }
        for (char c : "abez\u20ac".toCharArray()) {
            System.out.println(letters(c));
        }
    }
}
