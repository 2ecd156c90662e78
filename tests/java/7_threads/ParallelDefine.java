// SPDX-License-Identifier: Apache-2.0
// Threads that define classes at the same time, each one a little different from all others.
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

class ParallelDefine {
    static final int THREADS = 8, ROUNDS = 60;

    public static class First implements Supplier<String> {
        static int made;
        final int number = ++made;
        public String get() {
            int mark = 0x12345678;
            return "first " + number + " " + mark;
        }
    }
    public static class Second implements Supplier<String>, Comparable<Second>, Cloneable {
        static long made = 1L << 40;
        long number = made += 3;
        public String get() {
            int mark = 0x12345678;
            return "second " + number + " " + mark;
        }
        public int compareTo(Second with) {
            return Long.compare(number, with.number);
        }
    }

    static class Loader extends ClassLoader {
        // The class with `number` in the place of 0x12345678.
        Class<?> define(String name, int number) throws Exception {
            byte[] bytes;
            try (InputStream in =
                     ParallelDefine.class.getClassLoader().getResourceAsStream(name + ".class")) {
                bytes = in.readAllBytes();
            }
            ByteBuffer buffer = ByteBuffer.wrap(bytes);
            for (int at = 0; at + 4 <= bytes.length; at++) {
                if (buffer.getInt(at) == 0x12345678) {
                    buffer.putInt(at, number);
                }
            }
            return defineClass(name, bytes, 0, bytes.length);
        }
    }

    @SuppressWarnings("unchecked")
    static String use(Class<?> type) throws Exception {
        type.getDeclaredConstructor().newInstance();
        return ((Supplier<String>) type.getDeclaredConstructor().newInstance()).get();
    }

    public static void main(String[] arguments) throws Exception {
        CountDownLatch begin = new CountDownLatch(1);
        AtomicInteger right = new AtomicInteger(), wrong = new AtomicInteger();
        Thread[] threads = new Thread[THREADS];
        for (int i = 0; i < THREADS; i++) {
            int own = i;
            threads[i] = new Thread(() -> {
                try {
                    begin.await();
                    for (int round = 0; round < ROUNDS; round++) {
                        boolean isFirst = (round + own) % 2 == 0;
                        int number = own * 1000000 + round;
                        String name = isFirst ? "ParallelDefine$First" : "ParallelDefine$Second";
                        String said = use(new Loader().define(name, number));
                        String wanted = (isFirst ? "first 2 " : "second 1099511627782 ") + number;
                        (said.equals(wanted) ? right : wrong).incrementAndGet();
                    }
                } catch (Throwable thrown) {
                    thrown.printStackTrace();
                }
            });
            threads[i].start();
        }
        begin.countDown();
        for (Thread thread : threads) {
            thread.join();
        }
        System.out.println(right + " right, " + wrong + " wrong");
    }
}
