// SPDX-License-Identifier: Apache-2.0
// Fields by reflection: every type, statics, finals, private ones, wrong types.
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

class FieldAccess {
    public boolean z = true;
    protected byte b = -1;
    char c = 'c';
    private short s = 300;
    int i = 5;
    long l = 1L << 40;
    float f = 1.5f;
    double d = -2.5;
    volatile String r = "text";
    static transient int st = 9;
    final int fin = Integer.parseInt("7");
    static final int CONST = 3;
    List<? super Integer> list;

    static void t(Field f, Object on, Object value) {
        try {
            f.set(on, value);
            System.out.println("set " + f.get(on));
        } catch (ReflectiveOperationException | RuntimeException e) {
            System.out.println(e);
        }
    }

    public static void main(String[] args) throws Exception {
        FieldAccess o = new FieldAccess();
        Field[] fields = FieldAccess.class.getDeclaredFields();
        Arrays.sort(fields, Comparator.comparing(Field::getName));
        for (Field f : fields) {
            System.out.println(f.toGenericString() + " " + f.get(o) + " " + Modifier.toString(
                f.getModifiers()) + f.getType());
        }
        Field i = FieldAccess.class.getDeclaredField("i");
        System.out.println(i.getInt(o) + i.getLong(o) + i.getDouble(o));
        i.setInt(o, 6);
        i.set(o, (byte) 7);
        System.out.println(o.i);
        t(i, o, "text");
        t(i, o, 5L);
        t(i, null, 5);
        t(i, "wrong", 5);
        t(i, o, null);
        Field l = FieldAccess.class.getDeclaredField("l");
        t(l, o, 5);
        t(l, o, 'x');
        t(FieldAccess.class.getDeclaredField("r"), o, null);
        t(FieldAccess.class.getDeclaredField("st"), null, 10);
        Field fin = FieldAccess.class.getDeclaredField("fin");
        t(fin, o, 8);
        fin.setAccessible(true);
        t(fin, o, 8);
        Field constant = FieldAccess.class.getDeclaredField("CONST");
        constant.setAccessible(true);
        t(constant, null, 4);
        try {
            FieldAccess.class.getField("i");
        } catch (NoSuchFieldException e) {
            System.out.println(e);
        }
        try {
            Field value = String.class.getDeclaredField("value");
            value.setAccessible(true);
        } catch (RuntimeException e) {
            System.out.println(e.getClass().getName());
        }
        System.out.println(FieldAccess.class.getFields().length + " " + FieldAccess.class.getField("z")
            .equals(FieldAccess.class.getDeclaredField("z")));
    }
}
