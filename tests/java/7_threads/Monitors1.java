// SPDX-License-Identifier: Apache-2.0
// synchronized: counters, reentrance, static and instance methods, exceptions inside.
class Monitors1 {
    static int shared;
    int own;

    static synchronized void add() { shared++; }
    synchronized void increment() { own++; }

    synchronized int nested(int n) {
        synchronized (this) {
            return n == 0 ? own : nested(n - 1);
        }
    }

    void fails() {
        synchronized (this) {
            throw new IllegalStateException("inside");
        }
    }

    public static void main(String[] args) throws Exception {
        Monitors1 m = new Monitors1();
        Object lock = new Object();
        long[] total = {0};
        Thread[] all = new Thread[4];
        for (int i = 0; i < all.length; i++) {
            all[i] = new Thread(() -> {
                for (int k = 0; k < 2000; k++) {
                    add();
                    m.increment();
                    synchronized (lock) {
                        total[0] += k;
                    }
                }
            });
            all[i].start();
        }
        for (Thread t : all) {
            t.join();
        }
        System.out.println(shared + " " + m.own + " " + total[0] + " " + m.nested(10));
        try {
            m.fails();
        } catch (IllegalStateException e) {
            System.out.println(e.getMessage() + Thread.holdsLock(m));
        }
        synchronized (m) {
            System.out.println(Thread.holdsLock(m));
        }
        try {
            lock.notify();
        } catch (IllegalMonitorStateException e) {
            System.out.println(e.getMessage());
        }
        try {
            lock.wait();
        } catch (IllegalMonitorStateException e) {
            System.out.println(e.getMessage());
        }
        try {
            synchronized (lock) {
                lock.wait(-1);
            }
        } catch (IllegalArgumentException e) {
            System.out.println(e.getMessage());
        }
        Thread t = new Thread(() -> {
            synchronized (m) {
                System.out.println("free again");
            }
        });
        t.start();
        t.join();
    }
}
