// SPDX-License-Identifier: Apache-2.0
// PriorityQueue, ArrayDeque, Stack, blocking queues used by one thread.
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.PriorityQueue;
import java.util.Stack;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.LinkedBlockingDeque;

class Queues {
    public static void main(String[] args) throws Exception {
        PriorityQueue<Integer> p = new PriorityQueue<>(Comparator.reverseOrder());
        for (int i = 0; i < 50; i++) {
            p.add(i * 37 % 50);
        }
        p.remove(25);
        p.removeIf(x -> x % 2 == 1);
        StringBuilder b = new StringBuilder();
        while (!p.isEmpty()) {
            b.append(p.poll()).append(' ');
        }
        System.out.println(b.toString() + p.peek());
        Deque<String> d = new ArrayDeque<>(2);
        for (int i = 0; i < 30; i++) {
            d.addLast("l" + i);
            d.addFirst("f" + i);
            if (i % 3 == 0) {
                d.pollFirst();
                d.removeLast();
            }
        }
        System.out.println(d.size() + " " + d.peekFirst() + d.peekLast() + d.removeFirstOccurrence(
            "l7") + d);
        try {
            d.add(null);
        } catch (NullPointerException e) {
            System.out.println("no null");
        }
        Stack<Integer> s = new Stack<>();
        s.push(1);
        s.push(2);
        System.out.println(s.peek() + s.pop() + s.search(1) + " " + s + s.empty());
        ArrayBlockingQueue<Integer> a = new ArrayBlockingQueue<>(2);
        System.out.println(a.offer(1) + " " + a.offer(2) + a.offer(3) + a.remainingCapacity());
        try {
            a.add(4);
        } catch (IllegalStateException e) {
            System.out.println(e.getMessage());
        }
        System.out.println(a.take() + a.poll() + " " + a.poll());
        LinkedBlockingDeque<Integer> l = new LinkedBlockingDeque<>();
        l.put(1);
        l.putFirst(0);
        System.out.println(l + " " + l.takeLast());
    }
}
