// SPDX-License-Identifier: Apache-2.0
// Iterable, Iterator, Spliterator of one's own; for-each over them.
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Spliterator;
import java.util.List;
import java.util.AbstractList;
import java.util.stream.StreamSupport;

class Iterators {
    static class Range implements Iterable<Integer> {
        final int from, to;

        Range(int from, int to) {
            this.from = from;
            this.to = to;
        }

        @Override
        public Iterator<Integer> iterator() {
            return new Iterator<>() {
                int next = from;

                @Override
                public boolean hasNext() { return next < to; }

                @Override
                public Integer next() {
                    if (!hasNext()) {
                        throw new NoSuchElementException("at " + next);
                    }
                    return next++;
                }
            };
        }
    }

    static class Squares extends AbstractList<Long> {
        @Override
        public Long get(int i) { return (long) i * i; }
        @Override
        public int size() { return 10; }
    }

    public static void main(String[] args) {
        int sum = 0;
        for (int x : new Range(0, 10)) {
            for (int y : new Range(x, 10)) {
                sum += x * y;
            }
        }
        System.out.println(sum);
        Iterator<Integer> i = new Range(1, 2).iterator();
        i.next();
        try {
            i.next();
        } catch (NoSuchElementException e) {
            System.out.println(e.getMessage());
        }
        try {
            i.remove();
        } catch (UnsupportedOperationException e) {
            System.out.println(e.getMessage());
        }
        System.out.println(StreamSupport.stream(new Range(0, 5).spliterator(), false).toList());
        System.out.println(new Squares() + " " + new Squares().indexOf(49L)
            + new Squares().subList(3, 5) + new Squares().contains(50L));
        Spliterator<Integer> a = List.of(1, 2, 3, 4, 5, 6).spliterator();
        Spliterator<Integer> b = a.trySplit();
        b.forEachRemaining(x -> System.out.print("b" + x + " "));
        a.tryAdvance(x -> System.out.print("a" + x + " "));
        System.out.println(a.estimateSize());
        new Range(0, 3).forEach(System.out::print);
        System.out.println();
    }
}
