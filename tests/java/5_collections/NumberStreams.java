// SPDX-License-Identifier: Apache-2.0
// Streams of numbers: ranges, statistics, boxing, parallel ones whose order does not matter.
import java.util.Arrays;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

class NumberStreams {
    public static void main(String[] args) {
        System.out.println(IntStream.range(0, 10).sum() + IntStream.rangeClosed(1, 10).reduce(1,
            (a, b) -> a * b % 1000007));
        System.out.println(IntStream.of(3, 1, 2).summaryStatistics());
        System.out.println(DoubleStream.of(1.5, 2.5).summaryStatistics());
        System.out.println(LongStream.rangeClosed(1, 20).reduce((a, b) -> a * b).getAsLong());
        System.out.println(IntStream.range(0, 20).filter(x -> x % 3 == 0).mapToObj(x -> "n" + x)
            .collect(Collectors.joining()));
        System.out.println(Arrays.toString(IntStream.iterate(1, x -> x + x).limit(8).toArray()));
        System.out.println(IntStream.range(0, 5).boxed().collect(Collectors.toList()));
        System.out.println(IntStream.empty().average() + " " + IntStream.of(1, 2).average());
        System.out.println(IntStream.range(0, 5).asDoubleStream().map(Math::sqrt).sum());
        System.out.println(new Random(7).ints(5, 0, 100).boxed().toList());
        System.out.println(IntStream.range(0, 1000).parallel().filter(x -> x % 7 == 0).count());
        System.out.println(LongStream.range(0, 100000).parallel().sum());
        System.out.println(IntStream.range(0, 100).parallel().boxed().collect(Collectors.toList())
            .hashCode());
        System.out.println(IntStream.range(0, 50).parallel().mapToObj(Integer::toString)
            .collect(Collectors.joining(",")).length());
        System.out.println("hello".chars().mapToObj(c -> (char) c).sorted().toList());
        System.out.println(IntStream.concat(IntStream.of(1), IntStream.of(2)).anyMatch(x -> x == 2)
            + " " + IntStream.of(1, 2).allMatch(x -> x > 0) + IntStream.of(1).noneMatch(x -> x > 0));
        System.out.println(DoubleStream.of(0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7).sum());
        System.out.println(IntStream.of(5, 1, 4).sorted().boxed().map(String::valueOf).reduce("",
            String::concat) + IntStream.of(1, 1, 2).distinct().count());
        System.out.println(IntStream.rangeClosed(1, 3).flatMap(x -> IntStream.range(0, x)).sum());
    }
}
