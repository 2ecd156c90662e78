// SPDX-License-Identifier: Apache-2.0
// Random and SplittableRandom with seeds, all kinds of numbers.
import java.util.Arrays;
import java.util.Random;
import java.util.SplittableRandom;

class Randoms {
    public static void main(String[] args) {
        Random r = new Random(12345);
        System.out.println(r.nextInt() + " " + r.nextInt(100) + " " + r.nextInt(64) + " "
            + r.nextLong() + " " + r.nextBoolean() + " " + r.nextFloat() + " " + r.nextDouble());
        System.out.println(r.nextGaussian() + " " + r.nextGaussian() + " " + r.nextGaussian());
        byte[] bytes = new byte[7];
        r.nextBytes(bytes);
        System.out.println(Arrays.toString(bytes) + r.nextInt(5, 10) + r.nextLong(1L << 40));
        r.setSeed(-1);
        System.out.println(r.nextInt() + " " + r.ints(3).sum() + " " + r.doubles(2).sum());
        try {
            r.nextInt(0);
        } catch (IllegalArgumentException e) {
            System.out.println(e.getMessage());
        }
        SplittableRandom s = new SplittableRandom(99);
        System.out.println(s.nextInt() + " " + s.nextLong() + " " + s.split().nextInt(1000) + " "
            + s.nextDouble());
        int[] counts = new int[6];
        for (int i = 0; i < 6000; i++) {
            counts[r.nextInt(6)]++;
        }
        System.out.println(Arrays.toString(counts));
        double m = Math.random();
        System.out.println(m >= 0 && m < 1);
    }
}
