// SPDX-License-Identifier: Apache-2.0
// CountDownLatch, CyclicBarrier, Phaser, Exchanger, blocking queues between threads.
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Exchanger;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Phaser;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.atomic.AtomicInteger;

class Barriers {
    public static void main(String[] args) throws Exception {
        CountDownLatch latch = new CountDownLatch(4);
        AtomicInteger sum = new AtomicInteger();
        int[] turns = {0};
        CyclicBarrier barrier = new CyclicBarrier(4, () -> turns[0]++);
        for (int i = 0; i < 4; i++) {
            int n = i;
            new Thread(() -> {
                try {
                    for (int k = 0; k < 10; k++) {
                        sum.addAndGet(n);
                        barrier.await();
                    }
                } catch (InterruptedException | BrokenBarrierException e) {
                    System.out.println(e);
                }
                latch.countDown();
            }).start();
        }
        latch.await();
        System.out.println(sum + " " + turns[0] + " " + latch.getCount() + barrier.isBroken());
        Phaser phaser = new Phaser(1);
        Thread[] all = new Thread[3];
        for (int i = 0; i < all.length; i++) {
            phaser.register();
            all[i] = new Thread(() -> {
                sum.incrementAndGet();
                phaser.arriveAndAwaitAdvance();
                sum.incrementAndGet();
                phaser.arriveAndDeregister();
            });
            all[i].start();
        }
        System.out.println(phaser.arriveAndAwaitAdvance());
        phaser.arriveAndDeregister();
        for (Thread t : all) {
            t.join();
        }
        System.out.println(sum + " " + phaser.isTerminated());
        Exchanger<String> exchanger = new Exchanger<>();
        Thread e = new Thread(() -> {
            try {
                System.out.println("other got " + exchanger.exchange("from other"));
            } catch (InterruptedException x) {
                System.out.println(x);
            }
        });
        e.start();
        String got = exchanger.exchange("from main");
        e.join();
        System.out.println("main got " + got);
        LinkedBlockingQueue<Integer> queue = new LinkedBlockingQueue<>(3);
        SynchronousQueue<Integer> direct = new SynchronousQueue<>();
        Thread producer = new Thread(() -> {
            try {
                for (int i = 0; i < 100; i++) {
                    queue.put(i);
                }
                direct.put(-1);
            } catch (InterruptedException x) {
                System.out.println(x);
            }
        });
        producer.start();
        int total = 0;
        for (int i = 0; i < 100; i++) {
            total += queue.take();
        }
        System.out.println(total + direct.take());
    }
}
