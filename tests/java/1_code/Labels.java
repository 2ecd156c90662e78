// SPDX-License-Identifier: Apache-2.0
// Labelled breaks and continues, through finally blocks and switches.
class Labels {
    static int find(int[][] rows, int wanted) {
        int steps = 0;
        search:
        for (int[] row : rows) {
            for (int x : row) {
                steps++;
                if (x < 0) {
                    continue search;
                }
                if (x == wanted) {
                    break search;
                }
            }
            steps += 100;
        }
        return steps;
    }

    static String finals(int n) {
        StringBuilder out = new StringBuilder();
        outer:
        for (int i = 0; i < n; i++) {
            try {
                switch (i % 4) {
                    case 0:
                        continue outer;
                    case 1:
                        out.append('1');
                        break;
                    case 2:
                        if (i > 5) {
                            break outer;
                        }
                        // falls through
                    default:
                        out.append('d');
                }
                out.append('.');
            } finally {
                out.append('f').append(i);
            }
        }
        return out.toString();
    }

    static int block(int x) {
        int result = 0;
        one: {
            two: {
                if (x == 1) {
                    break one;
                }
                if (x == 2) {
                    break two;
                }
                result += 10;
            }
            result += 1;
        }
        return result;
    }

    static int doWhile(int n) {
        int sum = 0;
        loop:
        do {
            while (true) {
                n--;
                if (n % 3 == 0) {
                    continue loop;
                }
                if (n % 7 == 0) {
                    break loop;
                }
                sum += n;
            }
        } while (n > 0);
        return sum;
    }

    @SuppressWarnings("finally")
    static int swallowed() {
        for (int i = 0; ; i++) {
            try {
                throw new IllegalStateException();
            } finally {
                if (i < 3) {
                    continue;
                }
                return i;
            }
        }
    }

    public static void main(String[] args) {
        int[][] rows = {{1, 2, -1, 9}, {4, 5}, {6, 9, 7}};
        for (int wanted = 0; wanted < 10; wanted++) {
            System.out.print(find(rows, wanted) + " ");
        }
        System.out.println();
        for (int n = 0; n < 12; n += 3) {
            System.out.println(finals(n));
        }
        System.out.println(block(1) + " " + block(2) + " " + block(3));
        System.out.println(doWhile(100) + " " + doWhile(50) + " " + swallowed());
    }
}
