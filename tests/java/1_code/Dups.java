// SPDX-License-Identifier: Apache-2.0
// Compound assignments to fields and elements of every type: all shapes of dup.
class Dups {
    int i;
    long l;
    double d;
    String s = "";
    static int si;
    static long sl;
    static byte sb;

    Dups self() {
        System.out.println("self");
        return this;
    }

    static int at(int n) {
        System.out.println("at");
        return n;
    }

    public static void main(String[] args) {
        Dups o = new Dups();
        System.out.println(o.self().i++);
        System.out.println(++o.self().i);
        System.out.println(o.self().l++);
        System.out.println(--o.self().l);
        System.out.println(o.self().d += 1.5);
        System.out.println(o.self().s += "x");
        int[] ints = {1, 2, 3};
        long[] longs = {1, 2, 3};
        String[] strings = {"a", "b"};
        byte[] bytes = {127, -128};
        System.out.println(ints[at(1)]++);
        System.out.println(ints[at(1)] += 5);
        System.out.println(longs[at(2)]--);
        System.out.println(longs[at(2)] <<= 40);
        System.out.println(strings[at(0)] += strings[at(1)]);
        System.out.println(bytes[at(0)]++);
        System.out.println(--bytes[at(1)]);
        System.out.println(si++ + ++si);
        System.out.println(sl-- - --sl);
        System.out.println(sb += 130);
        int a = ints[0] = o.i = 9;
        long b = longs[0] = o.l = sl = 1L << 50;
        System.out.println(a + ints[0] + o.i);
        System.out.println(b + longs[0] + o.l + sl);
        int x = 5;
        x = x++ + ++x;
        System.out.println(x);
        x += x++ * 2 + x;
        System.out.println(x);
    }
}
