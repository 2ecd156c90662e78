// SPDX-License-Identifier: Apache-2.0
// Generic signatures as reflection shows them.
import java.io.Serializable;
import java.lang.reflect.GenericArrayType;
import java.lang.reflect.Method;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.lang.reflect.TypeVariable;
import java.lang.reflect.WildcardType;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

class GenericTypes<K extends Comparable<K> & Serializable, V> {
    Map<K, ? extends List<V[]>> field;
    Map.Entry<String, int[]> entry;
    GenericTypes<Integer, ?>.Inner<Long> inner;

    class Inner<X> { }

    <T extends Exception, U extends T> Function<? super T, U[][]> method(T t, List<?>... more)
        throws T {
        return null;
    }

    static String kind(Type t) {
        return t instanceof Class ? "class" : t instanceof ParameterizedType ? "parameterized"
            : t instanceof TypeVariable ? "variable" : t instanceof WildcardType ? "wildcard"
            : t instanceof GenericArrayType ? "array" : "unknown";
    }

    static void show(Type t) {
        System.out.println(kind(t) + " " + t.getTypeName());
        if (t instanceof ParameterizedType p) {
            System.out.println(p.getRawType() + " " + p.getOwnerType());
            for (Type a : p.getActualTypeArguments()) {
                show(a);
            }
        } else if (t instanceof WildcardType w) {
            System.out.println(Arrays.toString(w.getUpperBounds()) + Arrays.toString(
                w.getLowerBounds()));
        } else if (t instanceof GenericArrayType a) {
            show(a.getGenericComponentType());
        }
    }

    public static void main(String[] args) throws Exception {
        for (TypeVariable<?> v : GenericTypes.class.getTypeParameters()) {
            System.out.println(v + " " + Arrays.toString(v.getBounds()) + v.getGenericDeclaration());
        }
        show(GenericTypes.class.getDeclaredField("field").getGenericType());
        show(GenericTypes.class.getDeclaredField("entry").getGenericType());
        show(GenericTypes.class.getDeclaredField("inner").getGenericType());
        Method m = GenericTypes.class.getDeclaredMethod("method", Exception.class, List[].class);
        System.out.println(m.toGenericString());
        show(m.getGenericReturnType());
        show(m.getGenericParameterTypes()[1]);
        show(m.getGenericExceptionTypes()[0]);
        System.out.println(m.getGenericReturnType().equals(m.getGenericReturnType()));
        show(new java.util.ArrayList<String>() { }.getClass().getGenericSuperclass());
    }
}
