// SPDX-License-Identifier: Apache-2.0
// own process: shutdown hooks run, then the status
class ExitHooks {
    public static void main(String[] args) throws Exception {
        Runtime.getRuntime().addShutdownHook(new Thread(() -> System.out.println("hook")));
        Thread never = new Thread(() -> System.out.println("never"));
        Runtime.getRuntime().addShutdownHook(never);
        System.out.println(Runtime.getRuntime().removeShutdownHook(never));
        try {
            Thread same = new Thread(() -> { });
            Runtime.getRuntime().addShutdownHook(same);
            Runtime.getRuntime().addShutdownHook(same);
        } catch (IllegalArgumentException e) {
            System.out.println(e.getMessage());
        }
        Thread t = new Thread(() -> System.exit(300));
        t.start();
        t.join();
        System.out.println("not reached");
    }
}
