// SPDX-License-Identifier: Apache-2.0
// Enums with fields, bodies, interfaces, switches; EnumMap and EnumSet.
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;

class Enums {
    enum Op {
        ADD("+") { int apply(int a, int b) { return a + b; } },
        SUB("-") { int apply(int a, int b) { return a - b; } },
        MUL("*") { int apply(int a, int b) { return a * b; } };

        final String sign;

        Op(String sign) { this.sign = sign; }

        abstract int apply(int a, int b);
    }

    enum Day { MON, TUE, WED, THU, FRI, SAT, SUN;
        boolean weekend() { return this == SAT || this == SUN; }
    }

    static String kind(Day d) {
        switch (d) {
        case SAT:
        case SUN: return "free";
        case FRI: return "nearly";
        default: return "work";
        }
    }

    public static void main(String[] args) {
        for (Op op : Op.values()) {
            System.out.println(op + op.sign + op.apply(6, 3) + op.ordinal());
        }
        System.out.println(Op.ADD.getClass().getName() + " " + Op.ADD.getDeclaringClass());
        for (Day d : Day.values()) {
            System.out.print(kind(d) + d.weekend() + " ");
        }
        System.out.println();
        System.out.println(Day.valueOf("WED").compareTo(Day.FRI));
        try {
            Day.valueOf("XXX");
        } catch (IllegalArgumentException e) {
            System.out.println(e.getMessage());
        }
        Map<Day, Integer> map = new EnumMap<>(Day.class);
        map.put(Day.SUN, 1);
        map.put(Day.MON, 2);
        map.merge(Day.SUN, 5, Integer::sum);
        System.out.println(map);
        EnumSet<Day> set = EnumSet.range(Day.TUE, Day.THU);
        System.out.println(set + " " + EnumSet.complementOf(set) + EnumSet.noneOf(Op.class));
        set.add(Day.MON);
        set.remove(Day.WED);
        System.out.println(set + " " + set.contains(Day.WED) + set.equals(EnumSet.allOf(Day.class)));
    }
}
