// SPDX-License-Identifier: Apache-2.0
// Exact and floor arithmetic of integers, with what they throw.
class MathExact {
    interface Body { Object run(); }

    static void t(Body b) {
        try {
            System.out.println(b.run());
        } catch (ArithmeticException e) {
            System.out.println(e.getMessage());
        }
    }

    public static void main(String[] args) {
        int max = Integer.MAX_VALUE - args.length;
        int min = Integer.MIN_VALUE + args.length;
        t(() -> Math.addExact(max, 1));
        t(() -> Math.addExact(Long.MAX_VALUE, 1L));
        t(() -> Math.subtractExact(min, 1));
        t(() -> Math.multiplyExact(max, 2));
        t(() -> Math.multiplyExact(1L << 40, 1L << 22));
        t(() -> Math.multiplyExact(1L << 40, 1L << 23));
        t(() -> Math.negateExact(min));
        t(() -> Math.toIntExact(1L << 31));
        t(() -> Math.incrementExact(max));
        t(() -> Math.abs(min));
        t(() -> Math.absExact(min));
        t(() -> Math.floorDiv(-7, 2) + " " + Math.floorMod(-7, 2) + Math.floorMod(7, -3));
        t(() -> Math.floorDiv(1, args.length));
        t(() -> Math.multiplyHigh(1L << 62, 1L << 5) + " " + Math.multiplyFull(max, max));
        t(() -> Math.max(-0.0f, 0.0f) + Math.min(-0.0, 0.0) + " " + Math.floorMod(-5L, 3));
        t(() -> StrictMath.sqrt(2) + StrictMath.abs(-1L));
    }
}
