// SPDX-License-Identifier: Apache-2.0
// ArrayList and LinkedList: the same work on both; sublists, iterators, concurrent changes.
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.ConcurrentModificationException;
import java.util.Iterator;
import java.util.LinkedList;
import java.util.List;
import java.util.ListIterator;

class Lists {
    static void work(List<Integer> l) {
        for (int i = 0; i < 20; i++) {
            l.add(i * 7 % 20);
        }
        l.add(3, 100);
        l.remove(5);
        l.remove((Integer) 100);
        System.out.println(l + " " + l.indexOf(7) + l.lastIndexOf(-1) + l.contains(9));
        l.removeIf(x -> x % 3 == 0);
        l.replaceAll(x -> x * 2);
        l.sort(null);
        List<Integer> sub = l.subList(2, 6);
        sub.set(0, -5);
        sub.remove(1);
        System.out.println(sub + " " + l);
        sub.clear();
        for (ListIterator<Integer> i = l.listIterator(l.size()); i.hasPrevious();) {
            int x = i.previous();
            if (x > 30) {
                i.remove();
            } else if (x > 20) {
                i.set(-x);
            } else if (x == 2) {
                i.add(777);
            }
        }
        System.out.println(l + " " + l.hashCode() + l.equals(new ArrayList<>(l)));
        try {
            for (Integer x : l) {
                l.add(x);
            }
        } catch (ConcurrentModificationException e) {
            System.out.println(e);
        }
        try {
            l.get(1000);
        } catch (IndexOutOfBoundsException e) {
            System.out.println(e.getMessage());
        }
        Object[] objects = l.toArray();
        Integer[] typed = l.toArray(new Integer[30]);
        System.out.println(objects.length + " " + typed.length + typed[29]);
        System.out.println(l.addAll(1, Arrays.asList(1, 2)) + " " + l.retainAll(Arrays.asList(1, 2)) + l);
    }

    public static void main(String[] args) {
        work(new ArrayList<>());
        work(new LinkedList<>());
        List<String> fixed = Arrays.asList("c", "a", "b");
        Collections.sort(fixed);
        System.out.println(fixed + " " + Collections.max(fixed) + Collections.binarySearch(fixed, "b"));
        try {
            fixed.add("d");
        } catch (UnsupportedOperationException e) {
            System.out.println("fixed size");
        }
        LinkedList<Integer> q = new LinkedList<>(List.of(1, 2, 3));
        q.addFirst(0);
        q.push(-1);
        System.out.println(q.pollLast() + " " + q.peek() + q.pop() + q);
        Iterator<Integer> i = q.descendingIterator();
        System.out.println(i.next() + List.copyOf(q).toString());
    }
}
