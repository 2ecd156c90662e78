// SPDX-License-Identifier: Apache-2.0
// Says when its first statement was executed.
class Begin {
    public static void main(String[] arguments) {
        long now = System.currentTimeMillis();
        System.out.println(now);
    }
}
