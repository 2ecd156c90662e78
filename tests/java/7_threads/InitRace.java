// SPDX-License-Identifier: Apache-2.0
// A class is initialised once, by one of several threads; the others wait for it.
class InitRace {
    static int initialised;

    static class Slow {
        static int value;
        static {
            initialised++;
            int x = 0;
            for (int i = 0; i < 200000; i++) {
                x = x * 31 + i;
            }
            value = x;
        }
    }

    static class Holder {
        static final Object ONE = new Object();
    }

    public static void main(String[] args) throws Exception {
        int[] seen = new int[4];
        Object[] objects = new Object[4];
        Thread[] all = new Thread[4];
        for (int i = 0; i < all.length; i++) {
            int n = i;
            all[i] = new Thread(() -> {
                seen[n] = Slow.value;
                objects[n] = Holder.ONE;
            });
            all[i].start();
        }
        for (Thread t : all) {
            t.join();
        }
        System.out.println(initialised + " " + seen[0]);
        for (int i = 1; i < 4; i++) {
            System.out.println((seen[i] == seen[0]) + " " + (objects[i] == objects[0]));
        }
    }
}
