// Natives that run without a frame as long as all is well: when they throw the trace has their frame.
final class NativeQuestions {
    static String failure(Runnable r) {
        try {
            r.run();
            return "none";
        } catch (Throwable e) {
            StackTraceElement[] trace = e.getStackTrace();
            String text = e.getClass().getName() + ": " + e.getMessage() + " in";
            for (int i = 0; i < 2 && i < trace.length; i++) {
                text += " " + trace[i].getMethodName() + (trace[i].isNativeMethod() ? "!" : "");
            }
            return text;
        }
    }

    static class Plain {
        Object copy() throws CloneNotSupportedException {
            return super.clone();
        }
    }

    static void tryClone() {
        try {
            new Plain().copy();
        } catch (CloneNotSupportedException e) {
            throw new IllegalStateException(e.getStackTrace()[0].getMethodName());
        }
    }

    static int kinds(Object[] objects) {
        int sum = 0;
        for (Object o : objects) {
            sum = sum * 7 + o.getClass().getName().length() + (o.getClass().isArray() ? 1 : 0);
            sum += o.hashCode() == o.hashCode() ? 1 : 0;
            sum += Number.class.isInstance(o) ? 2 : Comparable.class.isAssignableFrom(o.getClass()) ? 3 : 4;
        }
        return sum;
    }

    public static void main(String[] args) {
        int[] numbers = {1, 2, 3, 4, 5};
        Object[] objects = {"a", 1, 2.5, new int[2], new Plain(), Thread.currentThread(), 'c'};
        Object none = args.length > 5 ? "" : null;
        for (int turn = 0; turn < 4; turn++) {
            System.out.println(kinds(objects));
            System.arraycopy(numbers, 0, numbers, 1, 4);
            System.out.println(java.util.Arrays.toString(numbers) + numbers.clone().length);
            System.out.println(failure(() -> System.arraycopy(numbers, 1, numbers, 0, 5)));
            System.out.println(failure(() -> System.arraycopy(numbers, 0, none, 0, 5)));
            System.out.println(failure(() -> System.arraycopy(objects, 0, new String[9], 0, 2)));
            System.out.println(failure(() -> none.getClass()));
            System.out.println(failure(() -> java.lang.reflect.Array.getLength(none)));
            System.out.println(failure(() -> java.lang.reflect.Array.newInstance(int.class, -1)));
            System.out.println(failure(NativeQuestions::tryClone));
            System.out.println(Math.sqrt(turn) + Math.floor(-turn / 2.0) + Math.rint(turn + 0.5));
            System.out.println(Long.rotateLeft(turn - 2L, -3) + Long.compare(turn, 2));
        }
    }
}
