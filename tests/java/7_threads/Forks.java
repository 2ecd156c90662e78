// SPDX-License-Identifier: Apache-2.0
// ForkJoin: recursive sums and sorts, streams in the common pool.
import java.util.Arrays;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.RecursiveAction;
import java.util.concurrent.RecursiveTask;
import java.util.stream.IntStream;

class Forks {
    static class Sum extends RecursiveTask<Long> {
        final int[] a;
        final int from, to;

        Sum(int[] a, int from, int to) {
            this.a = a;
            this.from = from;
            this.to = to;
        }

        @Override
        protected Long compute() {
            if (to - from < 100) {
                long sum = 0;
                for (int i = from; i < to; i++) {
                    sum += a[i];
                }
                return sum;
            }
            int middle = (from + to) / 2;
            Sum left = new Sum(a, from, middle);
            left.fork();
            return new Sum(a, middle, to).compute() + left.join();
        }
    }

    static class Fails extends RecursiveAction {
        @Override
        protected void compute() { throw new IllegalStateException("in the pool"); }
    }

    public static void main(String[] args) {
        int[] a = new int[5000];
        Arrays.setAll(a, i -> i * 3);
        System.out.println(ForkJoinPool.commonPool().invoke(new Sum(a, 0, a.length)));
        ForkJoinPool pool = new ForkJoinPool(2);
        System.out.println(pool.invoke(new Sum(a, 10, 4000)));
        try {
            pool.invoke(new Fails());
        } catch (IllegalStateException e) {
            System.out.println(e.getMessage());
        }
        pool.shutdown();
        System.out.println(IntStream.range(0, 5000).parallel().map(x -> x ^ 5).sum());
        System.out.println(Arrays.stream(a).parallel().filter(x -> x % 2 == 0).max().getAsInt());
        int[] sorted = IntStream.range(0, 10000).map(x -> x * 7919 % 10007).toArray();
        Arrays.parallelSort(sorted);
        System.out.println(sorted[0] + " " + sorted[5000] + " " + sorted[9999]);
    }
}
