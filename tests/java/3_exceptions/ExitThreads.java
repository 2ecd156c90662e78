// SPDX-License-Identifier: Apache-2.0
// own process: the end waits for threads, not for daemons
class ExitThreads {
    public static void main(String[] args) {
        Thread daemon = new Thread(() -> {
            while (true) {
                try {
                    Thread.sleep(100000);
                } catch (InterruptedException e) {
                    return;
                }
            }
        });
        daemon.setDaemon(true);
        daemon.start();
        new Thread(() -> {
            try {
                Thread.sleep(50);
            } catch (InterruptedException e) {
                System.out.println("interrupted");
            }
            System.out.println("the other thread's last words");
        }).start();
        System.out.println("main is done");
    }
}
