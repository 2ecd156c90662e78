import java.lang.reflect.Array;

/* Arrays of classes of which nobody has made one before. */
class NewArrays {
    interface Never {}
    static class NeverEither {}

    public static void main(String[] arguments) throws Exception {
        for (Class<?> item : new Class<?>[] {Class.forName("java.nio.file.attribute.DosFileAttributes"),
                                             Class.forName("java.util.zip.Adler32"), Never.class,
                                             NeverEither.class, int[][].class, boolean.class}) {
            Object array = Array.newInstance(item, 3);
            System.out.println(array.getClass().getTypeName() + " " + Array.getLength(array) + " " +
                               (array instanceof Cloneable) + " " + array.getClass().getSuperclass());
            Object deep = Array.newInstance(item, 2, 1);
            System.out.println(deep.getClass().getTypeName() + " " + Array.getLength(Array.get(deep, 1)));
        }
        System.out.println(Class.forName("java.util.zip.CRC32").arrayType().arrayType());
        try {
            Array.newInstance(void.class, 1);
        } catch (IllegalArgumentException e) {
            System.out.println(e);
        }
    }
}
