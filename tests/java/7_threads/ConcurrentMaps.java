// SPDX-License-Identifier: Apache-2.0
// ConcurrentHashMap and its relatives, used by several threads.
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CopyOnWriteArrayList;

class ConcurrentMaps {
    public static void main(String[] args) throws Exception {
        ConcurrentHashMap<Integer, Integer> m = new ConcurrentHashMap<>();
        ConcurrentSkipListMap<Integer, String> skip = new ConcurrentSkipListMap<>();
        ConcurrentLinkedQueue<Integer> queue = new ConcurrentLinkedQueue<>();
        Thread[] all = new Thread[4];
        for (int i = 0; i < all.length; i++) {
            int n = i;
            all[i] = new Thread(() -> {
                for (int k = 0; k < 500; k++) {
                    m.merge(k % 100, 1, Integer::sum);
                    m.computeIfAbsent(1000 + k, x -> x);
                    skip.put(k * 4 + n, "s" + k);
                    queue.add(k);
                }
            });
            all[i].start();
        }
        for (Thread t : all) {
            t.join();
        }
        long sum = 0;
        for (int v : m.values()) {
            sum += v;
        }
        System.out.println(m.size() + " " + m.get(5) + " " + sum + " " + skip.size() + skip.firstKey()
            + skip.ceilingKey(1990) + " " + queue.stream().mapToInt(x -> x).sum());
        System.out.println(m.reduceValues(1, Integer::sum) + " " + m.search(1, (k, v) -> k == 7 ? v
            : null) + m.mappingCount());
        m.keySet().removeIf(k -> k >= 5);
        System.out.println(new TreeMap<>(m) + " " + m.putIfAbsent(3, 0) + m.replace(3, 20, 21)
            + m.remove(4, 99));
        try {
            m.put(null, 1);
        } catch (NullPointerException e) {
            System.out.println("no null");
        }
        CopyOnWriteArrayList<Integer> c = new CopyOnWriteArrayList<>(new Integer[] {1, 2, 3});
        for (int x : c) {
            c.add(x * 10);
        }
        System.out.println(c + " " + c.addIfAbsent(10));
    }
}
