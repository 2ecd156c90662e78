// SPDX-License-Identifier: Apache-2.0
// HashMap: N turns of adding, finding and removing boxed numbers and strings.
import java.util.HashMap;
import java.util.Map;

final class Maps {
    public static void main(String[] args) {
        int turns = Integer.parseInt(args[0]);
        Map<Integer, Integer> numbers = new HashMap<>();
        Map<String, Integer> words = new HashMap<>();
        int x = 12345;
        long sum = 0;
        for (int i = 0; i < turns; i++) {
            x = x * 1103515245 + 12345;
            int key = x >>> 16 & 0x3fff;
            numbers.merge(key, 1, Integer::sum);
            if ((key & 3) == 0) {
                Integer gone = numbers.remove(key + 1);
                sum += gone == null ? 1 : gone;
            }
            String word = "w" + (key & 0x3ff);
            Integer count = words.get(word);
            words.put(word, count == null ? 1 : count + 1);
        }
        for (Map.Entry<Integer, Integer> e : numbers.entrySet()) {
            sum += (long) e.getKey() * e.getValue();
        }
        for (Map.Entry<String, Integer> e : words.entrySet()) {
            sum += (long) e.getKey().hashCode() * e.getValue();
        }
        System.out.println(sum);
    }
}
