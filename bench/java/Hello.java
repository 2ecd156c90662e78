// SPDX-License-Identifier: Apache-2.0
class Hello {
    public static void main(String[] arguments) {
        System.out.println("hello");
    }
}
