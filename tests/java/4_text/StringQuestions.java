// What strings are asked so often that it is not asked of their methods every time: in loops, so that
// the ways that are taken later are taken, too; and what those leave to the methods.
final class StringQuestions {
    static String failure(Runnable r) {
        try {
            r.run();
            return "none";
        } catch (RuntimeException e) {
            StackTraceElement[] trace = e.getStackTrace();
            return e.getClass().getName() + ": " + e.getMessage() + " in " + trace[0].getMethodName();
        }
    }

    static String long_(char c, int count) {
        StringBuilder b = new StringBuilder();
        for (int i = 0; i < count; i++) {
            b.append((char) (c + i % 7));
        }
        return b.toString();
    }

    public static void main(String[] args) {
        String[] texts = {"", "a", "hello", "\u00e4\u00ff", "\u20ac", "x\u4e00y", "\ud83d\ude00",
            long_('a', 70000), long_('\u0400', 40000), long_('a', 70000), "hel".concat("lo")};
        for (int turn = 0; turn < 3; turn++) {
            long sum = 0;
            for (String a : texts) {
                for (String b : texts) {
                    sum = sum * 3 + (a.equals(b) ? 1 : 0) + (a.compareTo(b) > 0 ? 1 : 0);
                }
                for (int i = 0; i < a.length(); i += 1 + i / 5) {
                    sum = sum * 31 + a.charAt(i);
                }
                CharSequence s = a;
                sum = sum * 31 + a.hashCode() + s.length() + (s.equals(null) ? 1 : 0);
                sum = sum * 31 + (s.equals(new StringBuilder(s)) ? 1 : 0) + a.indexOf('l');
                sum = sum * 31 + a.indexOf('\u4e00') + a.indexOf('a', -5) + a.indexOf('a', 100000);
                sum = sum * 31 + a.indexOf('\u00ff') + a.indexOf(-1) + a.indexOf(0x161);
                sum = sum * 31 + a.getBytes(java.nio.charset.StandardCharsets.UTF_8).length;
            }
            System.out.println(sum);
        }
        for (String a : new String[] {"abc", "\u20ac\u20ac", ""}) {
            for (int i : new int[] {-1, 3, Integer.MIN_VALUE, Integer.MAX_VALUE}) {
                System.out.println(failure(() -> a.charAt(i)));
            }
        }
        String none = args.length > 5 ? "" : null;
        for (int i = 0; i < 3; i++) {
            System.out.println(failure(() -> none.length()));
            System.out.println(failure(() -> none.charAt(0)));
            System.out.println(failure(() -> "x".equals(none)));
            System.out.println(failure(() -> none.equals("x")));
        }
    }
}
