// SPDX-License-Identifier: Apache-2.0
// interrupt while sleeping, waiting, joining, parked; the flag.
import java.util.concurrent.locks.LockSupport;

class Interrupts {
    interface Body { void run() throws InterruptedException; }

    static void test(String name, Body b) throws Exception {
        Thread t = new Thread(() -> {
            try {
                b.run();
                System.out.println(name + " ended " + Thread.currentThread().isInterrupted());
            } catch (InterruptedException e) {
                System.out.println(name + " " + e.getMessage() + Thread.currentThread()
                    .isInterrupted());
            }
        });
        t.start();
        t.interrupt();
        t.join();
    }

    public static void main(String[] args) throws Exception {
        Object lock = new Object();
        Thread main = Thread.currentThread();
        test("sleep", () -> Thread.sleep(1000000));
        test("wait", () -> {
            synchronized (lock) {
                lock.wait();
            }
        });
        test("join", () -> main.join());
        test("park", () -> {
            while (!Thread.currentThread().isInterrupted()) {
                LockSupport.park();
            }
        });
        test("spin", () -> {
            while (!Thread.currentThread().isInterrupted()) {
                Thread.onSpinWait();
            }
        });
        main.interrupt();
        System.out.println(main.isInterrupted() + " " + Thread.interrupted() + Thread.interrupted());
        main.interrupt();
        try {
            Thread.sleep(0);
        } catch (InterruptedException e) {
            System.out.println(e.getMessage());
        }
        LockSupport.unpark(main);
        LockSupport.park();
        LockSupport.parkNanos(1000);
        System.out.println("not parked for ever");
        try {
            Thread.sleep(-1);
        } catch (IllegalArgumentException e) {
            System.out.println(e.getMessage());
        }
    }
}
