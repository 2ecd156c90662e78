// SPDX-License-Identifier: Apache-2.0
// Boxing, unboxing, the caches of small boxes, comparisons of boxes.
class Boxes {
    static Integer count = 0;

    public static void main(String[] args) {
        Integer a = 127, b = 127, c = 128, d = 128;
        System.out.println((a == b) + " " + (c == d) + " " + c.equals(d) + " " + (c <= d && c >= d));
        Long l = 127L, m = 127L, n = -129L, o = -129L;
        System.out.println((l == m) + " " + (n == o) + " " + l.equals(127) + " " + l.equals(127L));
        Character x = 'a', y = 'a', z = '\u0100', w = '\u0100';
        System.out.println((x == y) + " " + (z == w) + " " + z.compareTo(w));
        Byte e = (byte) -128, f = (byte) -128;
        Short g = -128, h = -128;
        Boolean t = true, u = Boolean.valueOf("TRUE");
        System.out.println((e == f) + " " + (g == h) + " " + (t == u));
        count++;
        count += 10;
        System.out.println(count);
        Integer[] array = {1, 2};
        array[0]++;
        array[1] += array[0];
        System.out.println(array[0] + " " + array[1]);
        Object mixed = true ? 1 : "s";
        Object promoted = true ? 1 : 2.0;
        System.out.println(mixed + " " + promoted);
        long sum = 0;
        for (Integer i = 0; i < 300; i++) {
            sum += i;
        }
        System.out.println(sum);
        Double nan = Double.NaN;
        System.out.println(nan.equals(Double.NaN) + " " + (nan.doubleValue() == nan));
        System.out.println(Double.valueOf(0.0).equals(-0.0) + " " + Float.valueOf(1f).hashCode());
        System.out.println(new Object[] {1, 'c', 2L, 3f, 4.0, true, (byte) 5}[1]);
        char ch = 'a';
        ch += 1;
        Integer fromChar = (int) ch;
        System.out.println(fromChar + ch);
        Number number = 3;
        System.out.println(number.doubleValue() / 2);
        System.out.println(Integer.valueOf(5).hashCode() + Long.hashCode(1L << 32) + " "
            + Boolean.hashCode(true) + " " + Double.hashCode(1.5) + " " + "ab".hashCode());
    }
}
