// SPDX-License-Identifier: Apache-2.0
// own process
// An exception that cannot say what it is ends a thread with one line.
class UncaughtThrows {
    static class Mute extends RuntimeException {
        @Override
        public String toString() {
            throw new IllegalStateException("mute");
        }
    }

    public static void main(String[] arguments) throws Exception {
        Thread other = new Thread(() -> {
            throw new Mute();
        }, "other");
        other.start();
        other.join();
        System.out.println(other.isAlive());
        throw new Mute();
    }
}
