// SPDX-License-Identifier: Apache-2.0
// Labels, break and continue out of nested loops, do-while, loops with several variables.
class Loops {
    public static void main(String[] args) {
        int count = 0;
        outer:
        for (int i = 0; i < 10; i++) {
            for (int j = 0; ; j++) {
                if (j > i) {
                    continue outer;
                }
                if (i * j > 20) {
                    break outer;
                }
                count += i * j;
            }
        }
        System.out.println(count);
        block: {
            if (count > 5) {
                break block;
            }
            System.out.println("not reached");
        }
        int n = 27;
        int steps = 0;
        do {
            n = (n & 1) == 0 ? n / 2 : 3 * n + 1;
            steps++;
        } while (n != 1);
        System.out.println(steps);
        for (int i = 0, j = 10; i < j; i++, j--) {
            System.out.println(i * j);
        }
        byte b = 0;
        int turns = 0;
        while (b >= 0) {
            b++;
            turns++;
        }
        System.out.println(turns);
        for (float f = 16777215f; f < 16777218f; f++) {
            if (++turns > 140) {
                break;
            }
        }
        System.out.println(turns);
        for (char c = 'a'; c < 'f'; c += 2) {
            System.out.println(c);
        }
    }
}
