// SPDX-License-Identifier: Apache-2.0
// Optional and its primitive forms.
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;

class Optionals {
    public static void main(String[] args) {
        Optional<String> full = Optional.of("value");
        Optional<String> none = Optional.empty();
        System.out.println(full + " " + none + OptionalInt.of(5) + OptionalDouble.empty());
        System.out.println(full.map(String::length).filter(n -> n > 3).get() + none.orElse("else"));
        System.out.println(full.flatMap(s -> Optional.<Integer>empty()).isPresent());
        System.out.println(none.or(() -> Optional.of("or")).get() + none.orElseGet(() -> "got"));
        full.ifPresentOrElse(System.out::println, () -> System.out.println("nothing"));
        none.ifPresentOrElse(System.out::println, () -> System.out.println("nothing"));
        System.out.println(Optional.ofNullable(null).equals(none) + " " + full.equals(Optional.of(
            "value")) + full.stream().count() + none.isEmpty());
        try {
            none.orElseThrow();
        } catch (NoSuchElementException e) {
            System.out.println(e.getMessage());
        }
        try {
            none.orElseThrow(() -> new IllegalStateException("mine"));
        } catch (IllegalStateException e) {
            System.out.println(e.getMessage());
        }
        try {
            Optional.of(null);
        } catch (NullPointerException e) {
            System.out.println("no null");
        }
    }
}
