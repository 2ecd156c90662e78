import java.lang.reflect.Array;

/** Arrays of classes that nothing has used before. */
public class ArrayClasses {
    interface Face { }

    static class Plain { }

    static final class Last extends Plain implements Face { }

    enum Colour { RED }

    record Pair(int a, int b) { }

    static void show(Object array) {
        Class<?> type = array.getClass();
        StringBuilder text = new StringBuilder(type.getName());
        text.append(' ').append(type.getSuperclass().getName());
        for (Class<?> i : type.getInterfaces()) {
            text.append(' ').append(i.getName());
        }
        text.append(' ').append(array instanceof Object[]).append(' ')
            .append(array instanceof Cloneable).append(' ').append(array instanceof Face[]);
        text.append(' ').append(Array.getLength(array)).append(' ')
            .append(((Object[]) array).clone().getClass() == type);
        System.out.println(text);
    }

    public static void main(String[] args) {
        show(Array.newInstance(Face.class, 1));
        show(Array.newInstance(Plain.class, 2));
        show(Array.newInstance(Last.class, 3));
        show(Array.newInstance(Colour.class, 4));
        show(Array.newInstance(Pair.class, 2, 3));
        show(Array.newInstance(int[].class, 5));
        try {
            Array.newInstance(void.class, 1);
        } catch (IllegalArgumentException e) {
            System.out.println(e);
        }
        try {
            Array.newInstance(Plain.class, -1);
        } catch (NegativeArraySizeException e) {
            System.out.println(e);
        }
        int[] most = new int[255];
        try {
            System.out.println(Array.newInstance(int.class, most).getClass().getName().length());
            Array.newInstance(int[].class, most);
        } catch (IllegalArgumentException e) {
            System.out.println(e);
        }
    }
}
