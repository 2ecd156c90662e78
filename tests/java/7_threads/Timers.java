// SPDX-License-Identifier: Apache-2.0
// java.util.Timer, sleeps in order, TimeUnit conversions.
import java.util.Timer;
import java.util.TimerTask;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

class Timers {
    public static void main(String[] args) throws Exception {
        CountDownLatch latch = new CountDownLatch(3);
        int[] runs = {0};
        Timer timer = new Timer("timer", true);
        timer.schedule(new TimerTask() {
            @Override
            public void run() {
                if (++runs[0] == 3) {
                    cancel();
                }
                latch.countDown();
            }
        }, 1, 2);
        latch.await();
        timer.cancel();
        System.out.println(runs[0]);
        try {
            timer.schedule(new TimerTask() {
                @Override
                public void run() { }
            }, 1);
        } catch (IllegalStateException e) {
            System.out.println(e.getMessage());
        }
        long before = System.nanoTime();
        Thread.sleep(20);
        TimeUnit.MILLISECONDS.sleep(5);
        System.out.println(System.nanoTime() - before >= 24000000L);
        System.out.println(TimeUnit.HOURS.toSeconds(2) + " " + TimeUnit.NANOSECONDS.toMillis(
            1999999) + TimeUnit.DAYS.convert(50, TimeUnit.HOURS) + TimeUnit.SECONDS.toNanos(
            Long.MAX_VALUE));
    }
}
