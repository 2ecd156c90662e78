// SPDX-License-Identifier: Apache-2.0
// HashMap and LinkedHashMap: growth, collisions, null keys, views, the functional methods.
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;

class HashMaps {
    static class Clash implements Comparable<Clash> {
        final int n;
        Clash(int n) { this.n = n; }
        @Override
        public int hashCode() { return n & 1; }
        @Override
        public boolean equals(Object o) { return o instanceof Clash && ((Clash) o).n == n; }
        @Override
        public int compareTo(Clash o) { return Integer.compare(n, o.n); }
    }

    public static void main(String[] args) {
        Map<String, Integer> m = new HashMap<>();
        for (int i = 0; i < 1000; i++) {
            m.put("key" + i, i);
        }
        long sum = 0;
        for (Map.Entry<String, Integer> e : m.entrySet()) {
            sum += e.getValue() * (long) e.getKey().hashCode();
        }
        System.out.println(m.size() + " " + sum + m.get("key77") + m.get("nothing"));
        System.out.println(m.put(null, 5) + " " + m.get(null) + m.remove(null) + m.containsKey(null));
        for (Iterator<Integer> i = m.values().iterator(); i.hasNext();) {
            if (i.next() % 2 == 0) {
                i.remove();
            }
        }
        m.keySet().removeIf(k -> k.length() > 4);
        System.out.println(new TreeMap<>(m));
        System.out.println(m);
        Map<Clash, Integer> c = new HashMap<>();
        for (int i = 0; i < 200; i++) {
            c.put(new Clash(i), i);
        }
        for (int i = 0; i < 200; i += 3) {
            c.remove(new Clash(i));
        }
        System.out.println(c.size() + " " + c.get(new Clash(100)) + c.get(new Clash(99)));
        Map<String, Integer> w = new LinkedHashMap<>();
        for (String s : "the cat and the dog and the bird".split(" ")) {
            w.merge(s, 1, Integer::sum);
        }
        System.out.println(w);
        w.computeIfAbsent("new", String::length);
        w.computeIfPresent("cat", (k, v) -> null);
        w.compute("dog", (k, v) -> v == null ? 1 : v + 10);
        w.replaceAll((k, v) -> v * 2);
        System.out.println(w + " " + w.getOrDefault("zzz", -1) + w.putIfAbsent("the", 0));
        Map<Integer, String> lru = new LinkedHashMap<>(16, 0.75f, true) {
            @Override
            protected boolean removeEldestEntry(Map.Entry<Integer, String> e) { return size() > 3; }
        };
        for (int i = 0; i < 5; i++) {
            lru.put(i, "v" + i);
            lru.get(2);
        }
        System.out.println(lru + " " + lru.equals(new HashMap<>(lru)) + lru.hashCode());
    }
}
