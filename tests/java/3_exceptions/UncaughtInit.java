// SPDX-License-Identifier: Apache-2.0
// own process: the main class cannot be initialised
class UncaughtInit {
    static int x = Integer.parseInt("not a number");

    public static void main(String[] args) {
        System.out.println("not reached");
    }
}
