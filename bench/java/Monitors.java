// SPDX-License-Identifier: Apache-2.0
// The same work as monitors.pha: enters and leaves a monitor that nobody else wants.
final class Monitors {
    public static void main(String[] args) {
        int rounds = Integer.parseInt(args[0]);
        Object lock = new Object();
        int sum = 0;
        for (int i = 0; i < rounds; i++) {
            synchronized (lock) {
                sum += i;
            }
        }
        System.out.println(sum);
    }
}
