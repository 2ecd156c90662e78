// SPDX-License-Identifier: Apache-2.0
// Threads are started and joined; names, states, priorities, results through fields.
class Joins {
    static int[] results = new int[8];

    public static void main(String[] args) throws Exception {
        Thread[] all = new Thread[8];
        for (int i = 0; i < all.length; i++) {
            int n = i;
            all[i] = new Thread(() -> {
                for (int k = 0; k <= 1000; k++) {
                    results[n] += k * n;
                }
            }, "worker" + i);
            System.out.println(all[i].getState() + " " + all[i].isAlive());
        }
        for (Thread t : all) {
            t.start();
        }
        for (Thread t : all) {
            t.join();
            System.out.println(t.getName() + " " + t.getState() + t.isAlive());
        }
        int sum = 0;
        for (int r : results) {
            sum += r;
        }
        System.out.println(sum);
        try {
            all[0].start();
        } catch (IllegalThreadStateException e) {
            System.out.println("started once only " + e.getMessage());
        }
        Thread t = Thread.currentThread();
        System.out.println(t.getName() + " " + t.getPriority() + t.isDaemon() + t.getThreadGroup()
            .getName() + t.isInterrupted());
        Thread x = new Thread() {
            @Override
            public void run() { System.out.println("subclass " + Thread.currentThread().getName()); }
        };
        x.setName("named");
        x.setPriority(7);
        x.setDaemon(true);
        System.out.println(x);
        x.start();
        x.join(10000);
        System.out.println(x.isAlive());
        x.join();
    }
}
