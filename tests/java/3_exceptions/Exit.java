// SPDX-License-Identifier: Apache-2.0
// own process: System.exit from a finally block, with a status
class Exit {
    public static void main(String[] args) {
        try {
            System.out.println("before");
            throw new RuntimeException("never seen");
        } finally {
            System.out.flush();
            System.exit(42);
        }
    }
}
