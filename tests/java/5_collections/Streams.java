// SPDX-License-Identifier: Apache-2.0
// Streams of objects: stages, collectors, laziness, infinite ones.
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

class Streams {
    record Person(String name, int age, String town) { }

    public static void main(String[] args) {
        List<Person> people = List.of(new Person("Ann", 31, "Ulm"), new Person("Bob", 25, "Rom"),
            new Person("Cyd", 31, "Rom"), new Person("Dan", 8, "Ulm"), new Person("Eve", 77, "Ulm"));
        System.out.println(people.stream().filter(p -> p.age > 20).map(Person::name)
            .collect(Collectors.joining(", ", "[", "]")));
        System.out.println("" + people.stream().collect(Collectors.groupingBy(Person::town, TreeMap::new,
            Collectors.averagingInt(Person::age))));
        System.out.println(people.stream().collect(Collectors.partitioningBy(p -> p.age > 30,
            Collectors.mapping(Person::name, Collectors.toList()))));
        System.out.println(people.stream().sorted(Comparator.comparing(Person::age).reversed()
            .thenComparing(Person::name)).map(Person::name).toList());
        System.out.println("" + people.stream().collect(Collectors.toMap(Person::town, Person::age,
            Integer::sum, TreeMap::new)));
        try {
            people.stream().collect(Collectors.toMap(Person::town, Function.identity()));
        } catch (IllegalStateException e) {
            System.out.println(e.getMessage());
        }
        List<String> log = new ArrayList<>();
        System.out.println(Stream.of(5, 3, 8, 1).peek(x -> log.add("a" + x)).filter(x -> x > 2)
            .peek(x -> log.add("b" + x)).anyMatch(x -> x > 7) + " " + log);
        System.out.println(Stream.iterate(1, x -> x * 2).limit(12).reduce(0, Integer::sum));
        System.out.println(Stream.iterate(1, x -> x < 100, x -> x * 3).map(String::valueOf)
            .collect(Collectors.joining("<")));
        System.out.println(Stream.of(List.of(1, 2), List.of(3), List.<Integer>of())
            .flatMap(List::stream).skip(1).findFirst().get());
        System.out.println(Stream.of("b", "a", "b", "c").distinct().sorted().count());
        System.out.println(Stream.of(1, 2, 3, 4, 1).takeWhile(x -> x < 4).toList() + " "
            + Stream.of(1, 2, 3, 4, 1).dropWhile(x -> x < 4).toList());
        System.out.println("" + Stream.of(1, 2, 3).collect(Collectors.teeing(Collectors.counting(),
            Collectors.summingInt(x -> x), (n, s) -> n + "/" + s)));
        System.out.println(Stream.of(1, 2, 3).<String>mapMulti((x, sink) -> {
            for (int i = 0; i < x; i++) {
                sink.accept("m" + x);
            }
        }).toList());
        Stream<Integer> once = Stream.of(1);
        once.count();
        try {
            once.count();
        } catch (IllegalStateException e) {
            System.out.println(e.getMessage());
        }
        Map<Boolean, Long> counts = Stream.concat(Stream.of(1, 2), Stream.of(3)).collect(
            Collectors.partitioningBy(x -> x % 2 == 0, Collectors.counting()));
        System.out.println(counts + " " + Stream.of("x", "yy").max(Comparator.comparing(
            String::length)).get() + Stream.empty().findAny().isPresent());
    }
}
