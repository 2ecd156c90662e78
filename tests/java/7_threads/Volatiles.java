// SPDX-License-Identifier: Apache-2.0
// volatile flags and publication between threads; atomics.
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.AtomicStampedReference;
import java.util.concurrent.atomic.LongAdder;

class Volatiles {
    static volatile boolean ready;
    static volatile long wide;
    static int plain;

    public static void main(String[] args) throws Exception {
        Thread t = new Thread(() -> {
            while (!ready) {
                Thread.yield();
            }
            System.out.println(plain + " " + wide);
        });
        t.start();
        plain = 42;
        wide = 1L << 40;
        ready = true;
        t.join();
        AtomicInteger i = new AtomicInteger();
        AtomicLong l = new AtomicLong(1L << 33);
        LongAdder adder = new LongAdder();
        AtomicIntegerArray array = new AtomicIntegerArray(3);
        Thread[] all = new Thread[4];
        for (int n = 0; n < all.length; n++) {
            all[n] = new Thread(() -> {
                for (int k = 0; k < 1000; k++) {
                    i.incrementAndGet();
                    l.accumulateAndGet(k, Long::sum);
                    adder.add(2);
                    array.getAndUpdate(k % 3, x -> x + 1);
                }
            });
            all[n].start();
        }
        for (Thread x : all) {
            x.join();
        }
        System.out.println(i + " " + l + " " + adder.sum() + " " + array);
        System.out.println(i.compareAndSet(4000, 1) + " " + i.compareAndSet(4000, 2) + i.getAndAdd(5)
            + i.getAndSet(9) + i.updateAndGet(x -> x * 2));
        AtomicReference<String> r = new AtomicReference<>("a");
        System.out.println(r.compareAndSet("a", "b") + r.getAndSet(null) + r);
        AtomicBoolean b = new AtomicBoolean();
        System.out.println(b.getAndSet(true) + " " + b.compareAndSet(false, true) + b.get());
        AtomicStampedReference<String> s = new AtomicStampedReference<>("x", 1);
        System.out.println(s.compareAndSet("x", "y", 1, 2) + " " + s.getStamp() + s.getReference());
    }
}
