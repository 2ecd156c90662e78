import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.LockSupport;

/* Stacks of other threads, whatever they are doing. */
class Dumps {
    static volatile boolean stop;
    static volatile long counted;
    static final Object lock = new Object();

    static void deeper(int depth, Runnable last) {
        if (depth == 0) {
            last.run();
        } else {
            deeper(depth - 1, last);
        }
    }

    static void spin() {
        while (!stop) {
            counted++;
        }
    }

    static void sleep() {
        try {
            Thread.sleep(1000000);
        } catch (InterruptedException e) {
            // wanted
        }
    }

    static void enter() {
        synchronized (lock) {
            counted++;
        }
    }

    static void show(Thread t, StackTraceElement[] trace) {
        System.out.println(t.getName());
        for (StackTraceElement e : trace) {
            if (e.getClassName().equals("Dumps") || e.getMethodName().equals("sleep") ||
                e.getClassName().equals("java.lang.Thread")) {
                // These are at one of two lines.
                System.out.println("  " + (e.getMethodName().matches("spin|enter") ? e.getMethodName() : e));
            }
        }
    }

    public static void main(String[] arguments) throws Exception {
        CountDownLatch begun = new CountDownLatch(3);
        Thread spinner = new Thread(() -> { begun.countDown(); deeper(2, Dumps::spin); }, "spinner");
        Thread sleeper = new Thread(() -> { begun.countDown(); deeper(3, Dumps::sleep); }, "sleeper");
        Thread enterer = new Thread(() -> { begun.countDown(); enter(); }, "enterer");
        Thread never = new Thread(() -> {}, "never");
        synchronized (lock) {
            for (Thread t : new Thread[] {spinner, sleeper, enterer}) {
                t.start();
            }
            begun.await();
            while (sleeper.getState() != Thread.State.TIMED_WAITING ||
                   enterer.getState() != Thread.State.BLOCKED || counted < 1000) {
                Thread.yield();
            }
            for (Thread t : new Thread[] {spinner, sleeper, enterer}) {
                show(t, t.getStackTrace());
            }
            System.out.println(never.getStackTrace().length);
            Map<Thread, StackTraceElement[]> all = Thread.getAllStackTraces();
            System.out.println(all.containsKey(spinner) + " " + all.containsKey(never) + " " +
                               all.containsKey(Thread.currentThread()));
            show(sleeper, all.get(sleeper));
            StackTraceElement[] mine = all.get(Thread.currentThread());
            System.out.println(mine[0] + " " + mine[1].getMethodName() + " " + mine[2].getMethodName());
            StackTraceElement e = sleeper.getStackTrace()[1];
            System.out.println(e.getModuleName() + " " + e.getModuleVersion() + " " +
                               e.getClassLoaderName() + " " + e.getFileName());
        }
        stop = true;
        sleeper.interrupt();
        for (Thread t : new Thread[] {spinner, sleeper, enterer}) {
            t.join();
            System.out.println(t.getStackTrace().length);
        }
        // Many times, while it runs.
        stop = false;
        Thread again = new Thread(() -> deeper(20, Dumps::spin));
        again.start();
        boolean seen = false;
        for (int i = 0; i < 20 || !seen; i++) {
            StackTraceElement[] trace = again.getStackTrace();
            seen |= Arrays.stream(trace).filter(x -> x.getMethodName().equals("deeper")).count() == 21;
        }
        stop = true;
        again.join();
        Thread.dumpStack();
    }
}
