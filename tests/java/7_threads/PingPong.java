// SPDX-License-Identifier: Apache-2.0
// wait and notify between two threads; timed waits; notifyAll.
class PingPong {
    static final Object LOCK = new Object();
    static int turn;
    static int done;

    static void player(int me, int rounds) {
        try {
            for (int i = 0; i < rounds; i++) {
                synchronized (LOCK) {
                    while (turn != me) {
                        LOCK.wait();
                    }
                    if (i % 50 == 0) {
                        System.out.println((me == 0 ? "ping " : "pong ") + i);
                    }
                    turn = 1 - me;
                    LOCK.notifyAll();
                }
            }
        } catch (InterruptedException e) {
            System.out.println("interrupted");
        }
    }

    public static void main(String[] args) throws Exception {
        Thread a = new Thread(() -> player(0, 300));
        Thread b = new Thread(() -> player(1, 300));
        a.start();
        b.start();
        a.join();
        b.join();
        synchronized (LOCK) {
            LOCK.wait(5);
            LOCK.wait(0, 1000);
        }
        Thread[] all = new Thread[5];
        for (int i = 0; i < all.length; i++) {
            all[i] = new Thread(() -> {
                synchronized (LOCK) {
                    while (turn != 99) {
                        try {
                            LOCK.wait();
                        } catch (InterruptedException e) {
                            return;
                        }
                    }
                    done++;
                }
            });
            all[i].start();
        }
        synchronized (LOCK) {
            turn = 99;
            LOCK.notifyAll();
        }
        for (Thread t : all) {
            t.join();
        }
        System.out.println(done);
    }
}
