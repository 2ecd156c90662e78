// SPDX-License-Identifier: Apache-2.0
// own process: halt runs no hooks
class ExitHalt {
    public static void main(String[] args) {
        Runtime.getRuntime().addShutdownHook(new Thread(() -> System.out.println("hook")));
        System.out.println("halting");
        System.out.flush();
        Runtime.getRuntime().halt(3);
    }
}
