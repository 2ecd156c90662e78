// SPDX-License-Identifier: Apache-2.0
import java.util.ArrayList;
import java.util.List;

class Lambdas {
    public static void main(String[] arguments) {
        List<String> words = new ArrayList<>(List.of("b", "a"));
        words.sort((x, y) -> x.compareTo(y));
        words.forEach(word -> System.out.println(word + " of " + words.size()));
    }
}
