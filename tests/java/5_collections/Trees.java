// SPDX-License-Identifier: Apache-2.0
// TreeMap and TreeSet: navigation, views, comparators, a model of random work.
import java.util.Comparator;
import java.util.NavigableMap;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;

class Trees {
    public static void main(String[] args) {
        NavigableMap<Integer, String> m = new TreeMap<>();
        for (int i = 0; i < 20; i++) {
            m.put(i * 13 % 20 * 10, "v" + i);
        }
        System.out.println(m);
        System.out.println(m.floorKey(55) + " " + m.ceilingKey(55) + m.lowerKey(0) + m.higherEntry(190)
            + m.firstEntry() + m.lastKey());
        System.out.println(m.headMap(40) + " " + m.tailMap(170, false) + m.subMap(50, true, 70, true));
        m.headMap(100).clear();
        System.out.println(m.descendingMap() + " " + m.pollFirstEntry() + m.size());
        TreeMap<String, Integer> t = new TreeMap<>(Comparator.comparing(String::length)
            .thenComparing(Comparator.reverseOrder()));
        for (String s : "one two three four five six".split(" ")) {
            t.put(s, s.length());
        }
        System.out.println(t);
        boolean[] model = new boolean[500];
        TreeSet<Integer> set = new TreeSet<>();
        Random random = new Random(5);
        for (int i = 0; i < 3000; i++) {
            int x = random.nextInt(500);
            boolean add = random.nextBoolean();
            boolean changed = add ? set.add(x) : set.remove(x);
            if (changed != (model[x] != add)) {
                System.out.println("wrong at " + i);
            }
            model[x] = add;
        }
        long sum = 0;
        int last = -1;
        for (int x : set) {
            sum += x;
            last = last < x ? x : 1000000;
        }
        System.out.println(set.size() + " " + sum + " " + last);
        System.out.println(set.descendingSet().headSet(480) + " " + set.ceiling(250));
        try {
            set.subSet(5, 10).add(20);
        } catch (IllegalArgumentException e) {
            System.out.println(e.getMessage());
        }
        try {
            m.put(null, "x");
        } catch (NullPointerException e) {
            System.out.println("no null");
        }
    }
}
