// SPDX-License-Identifier: Apache-2.0
// own process: a thread dies of an exception, main goes on; a handler of its own for another
class UncaughtThread {
    public static void main(String[] args) throws Exception {
        Thread a = new Thread(() -> { throw new RuntimeException("in a thread"); }, "worker");
        a.start();
        a.join();
        Thread b = new Thread(() -> { throw new Error("handled"); }, "other");
        b.setUncaughtExceptionHandler((t, e) -> System.out.println(t.getName() + " " + e));
        b.start();
        b.join();
        Thread.setDefaultUncaughtExceptionHandler(
            (t, e) -> System.out.println("default " + t.getName() + " " + e.getMessage()));
        Thread c = new Thread(() -> { throw new RuntimeException("third"); }, "third");
        c.start();
        c.join();
        System.out.println(a.isAlive() + " " + a.getState());
        throw new IllegalStateException("main too");
    }
}
