// SPDX-License-Identifier: Apache-2.0
// Records: canonical and compact constructors, equals, toString, nesting, generics.
import java.util.List;

class Records {
    record Point(int x, int y) implements Comparable<Point> {
        static final Point ORIGIN = new Point(0, 0);

        Point {
            if (x < 0) {
                throw new IllegalArgumentException("negative " + x);
            }
        }

        Point(int both) { this(both, both); }

        double length() { return Math.sqrt(x * x + y * y); }

        @Override
        public int compareTo(Point o) { return Double.compare(length(), o.length()); }
    }

    record Pair<A, B>(A first, B second) { }

    record All(boolean z, byte b, char c, short s, int i, long l, float f, double d, String t,
               int[] a) { }

    record Empty() { }

    public static void main(String[] args) {
        Point p = new Point(3, 4);
        System.out.println(p + " " + p.x() + p.y() + " " + p.length());
        System.out.println(p.equals(new Point(3, 4)) + " " + p.equals(null) + p.equals("p"));
        System.out.println(p.hashCode() == new Point(3, 4).hashCode());
        System.out.println(new Point(5).compareTo(Point.ORIGIN));
        try {
            new Point(-1, 0);
        } catch (IllegalArgumentException e) {
            System.out.println(e.getMessage());
        }
        Pair<String, Pair<Integer, Point>> nested = new Pair<>("a", new Pair<>(null, p));
        System.out.println(nested);
        System.out.println(nested.equals(new Pair<>("a", new Pair<>(null, new Point(3, 4)))));
        int[] a = {1};
        All one = new All(true, (byte) 1, 'c', (short) 2, 3, 4, Float.NaN, -0.0, "t", a);
        All two = new All(true, (byte) 1, 'c', (short) 2, 3, 4, Float.NaN, 0.0, "t", a);
        System.out.println(one.equals(two) + " " + one.d() + two.f() + one.c());
        System.out.println(new Empty() + " " + new Empty().equals(new Empty())
            + new Empty().hashCode());
        System.out.println(List.of(new Point(1), new Point(2, 9)));
    }
}
