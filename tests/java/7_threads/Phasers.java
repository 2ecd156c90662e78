// SPDX-License-Identifier: Apache-2.0
// Phaser, Exchanger, CountedCompleter, parallel streams: results that no order of threads changes.
import java.util.Arrays;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CountedCompleter;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Exchanger;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.Phaser;
import java.util.concurrent.RecursiveTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

class Phasers {
    static void phases() throws InterruptedException {
        AtomicInteger sum = new AtomicInteger();
        StringBuilder out = new StringBuilder();
        Phaser phaser = new Phaser(1) {
            @Override
            protected boolean onAdvance(int phase, int parties) {
                out.append(phase).append(':').append(sum.get()).append('/').append(parties).append(' ');
                return phase == 3;
            }
        };
        Thread[] threads = new Thread[4];
        for (int i = 0; i < threads.length; i++) {
            int own = i + 1;
            phaser.register();
            threads[i] = new Thread(() -> {
                while (!phaser.isTerminated()) {
                    sum.addAndGet(own);
                    phaser.arriveAndAwaitAdvance();
                }
            });
            threads[i].start();
        }
        phaser.arriveAndDeregister();
        for (Thread t : threads) {
            t.join();
        }
        System.out.println(out + " " + sum + " " + phaser.isTerminated());
    }

    static void exchange() throws InterruptedException {
        Exchanger<Integer> exchanger = new Exchanger<>();
        int[] got = new int[2];
        Thread other = new Thread(() -> {
            try {
                for (int i = 0; i < 10; i++) {
                    got[1] += exchanger.exchange(i * 100);
                }
            } catch (InterruptedException e) {
                got[1] = -1;
            }
        });
        other.start();
        for (int i = 0; i < 10; i++) {
            got[0] += exchanger.exchange(i);
        }
        other.join();
        System.out.println(got[0] + " " + got[1]);
        try {
            exchanger.exchange(1, 5, TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            System.out.println("nobody came");
        }
    }

    static class Fibonacci extends RecursiveTask<Integer> {
        final int n;

        Fibonacci(int n) {
            this.n = n;
        }

        @Override
        protected Integer compute() {
            if (n < 2) {
                return n;
            }
            Fibonacci one = new Fibonacci(n - 1);
            one.fork();
            return new Fibonacci(n - 2).compute() + one.join();
        }
    }

    static class Sum extends CountedCompleter<Long> {
        final int[] items;
        final int from;
        final int to;
        Sum left;
        Sum right;
        long sum;

        Sum(CountedCompleter<?> parent, int[] items, int from, int to) {
            super(parent);
            this.items = items;
            this.from = from;
            this.to = to;
        }

        @Override
        public void compute() {
            if (to - from < 16) {
                for (int i = from; i < to; i++) {
                    sum += items[i];
                }
            } else {
                int middle = (from + to) / 2;
                left = new Sum(this, items, from, middle);
                right = new Sum(this, items, middle, to);
                setPendingCount(2);
                left.fork();
                right.fork();
            }
            tryComplete();
        }

        @Override
        public void onCompletion(CountedCompleter<?> caller) {
            sum += left == null ? 0 : left.sum + right.sum;
        }

        @Override
        public Long getRawResult() {
            return sum;
        }
    }

    static void barriers() throws InterruptedException {
        CyclicBarrier barrier = new CyclicBarrier(2, () -> System.out.println("both"));
        Thread t = new Thread(() -> {
            try {
                barrier.await();
                barrier.await();
            } catch (InterruptedException | BrokenBarrierException e) {
                System.out.println(e.getClass().getSimpleName());
            }
        });
        t.start();
        try {
            barrier.await();
        } catch (BrokenBarrierException e) {
            System.out.println("broken");
        }
        while (barrier.getNumberWaiting() == 0) {
            Thread.sleep(1);
        }
        t.interrupt();
        t.join();
        System.out.println(barrier.isBroken());
    }

    public static void main(String[] args) throws Exception {
        phases();
        exchange();
        barriers();
        ForkJoinPool pool = new ForkJoinPool(3);
        System.out.println(pool.invoke(new Fibonacci(15)));
        System.out.println(pool.invoke(new Sum(null, IntStream.range(0, 1000).toArray(), 0, 1000)));
        pool.shutdown();
        System.out.println(pool.awaitTermination(5, TimeUnit.SECONDS));
        System.out.println(LongStream.rangeClosed(1, 2000).parallel().filter(n -> n % 3 == 0).sum());
        System.out.println(IntStream.range(0, 500).parallel().boxed()
            .collect(Collectors.groupingByConcurrent(n -> n % 4, Collectors.counting())).toString());
        System.out.println(IntStream.range(0, 300).parallel().mapToObj(Integer::toString)
            .collect(Collectors.joining(",")).length());
        System.out.println(Arrays.asList(3, 1, 2).parallelStream().sorted().map(String::valueOf)
            .reduce("", String::concat));
        int[] prefix = IntStream.range(0, 1000).toArray();
        Arrays.parallelPrefix(prefix, Integer::sum);
        Arrays.parallelSort(prefix);
        System.out.println(prefix[999] + " " + IntStream.range(0, 1000).parallel().anyMatch(n -> n == 777));
    }
}
