// SPDX-License-Identifier: Apache-2.0
// The tools of Collections and Arrays, with comparators.
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Random;

class CollectionsTools {
    public static void main(String[] args) {
        List<Integer> l = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            l.add(i);
        }
        Collections.shuffle(l, new Random(42));
        System.out.println(l);
        Collections.rotate(l, 3);
        Collections.swap(l, 0, 11);
        Collections.reverse(l);
        System.out.println(l + " " + Collections.frequency(l, 3) + Collections.min(l)
            + Collections.indexOfSubList(l, l.subList(4, 6)));
        Collections.sort(l, Comparator.<Integer>comparingInt(x -> x % 4).thenComparing(
            Comparator.reverseOrder()));
        System.out.println(l + " " + Collections.disjoint(l, List.of(99)));
        try {
            Collections.unmodifiableList(l).add(1);
        } catch (UnsupportedOperationException e) {
            System.out.println("unmodifiable");
        }
        try {
            @SuppressWarnings({"unchecked", "rawtypes"})
            List<Object> checked = Collections.checkedList((List) new ArrayList<String>(), String.class);
            checked.add(5);
        } catch (ClassCastException e) {
            System.out.println(e.getMessage());
        }
        System.out.println(Collections.emptyList() + "" + Collections.singletonMap("k", "v")
            + Collections.nCopies(2, "n") + Collections.synchronizedList(l).size());
        List<String> words = Arrays.asList("pear", null, "fig", "apple", null, "kiwi");
        words.sort(Comparator.nullsFirst(Comparator.comparing(String::length).thenComparing(
            Comparator.naturalOrder())));
        System.out.println(words);
        Integer[] big = new Integer[500];
        for (int i = 0; i < big.length; i++) {
            big[i] = i * 7919 % 503;
        }
        Integer[] copy = big.clone();
        Arrays.sort(big, Comparator.comparing(x -> x / 10));
        int wrong = 0;
        for (int i = 1; i < big.length; i++) {
            wrong += big[i - 1] / 10 > big[i] / 10 ? 1 : 0;
        }
        Arrays.sort(copy);
        System.out.println(wrong + " " + big[250] + " " + copy[250] + copy[499]);
        try {
            Arrays.sort(new Object[] {1, "a", 2});
        } catch (ClassCastException e) {
            System.out.println("cannot be compared");
        }
    }
}
