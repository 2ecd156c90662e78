// SPDX-License-Identifier: Apache-2.0
// Dynamic proxies of interfaces, with default methods and exceptions.
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.lang.reflect.UndeclaredThrowableException;

class Proxies {
    interface Shape {
        double area(int a, long b, double c);
        default String name() { return "default"; }
        int[] array(Object... x);
        void nothing() throws java.io.IOException;
        boolean flag();
    }

    interface Other { char c(); }

    public static void main(String[] args) throws Exception {
        InvocationHandler handler = (Object proxy, Method method, Object[] a) -> {
            System.out.println(method.getName() + " " + (a == null ? -1 : a.length));
            switch (method.getName()) {
            case "area": return (Integer) a[0] + (Long) a[1] + (Double) a[2];
            case "name": return InvocationHandler.invokeDefault(proxy, method, a);
            case "array": return new int[((Object[]) a[0]).length];
            case "nothing": throw new java.io.IOException("declared");
            case "flag": return null;
            case "c": return "not a char";
            case "hashCode": return 42;
            case "toString": return "proxy";
            default: throw new Exception("checked");
            }
        };
        Object p = Proxy.newProxyInstance(Proxies.class.getClassLoader(), new Class<?>[] {Shape.class,
            Other.class}, handler);
        Shape s = (Shape) p;
        System.out.println(s.area(1, 2, 3.5) + s.name() + s.array(1, 2, 3).length);
        System.out.println(p.hashCode() + " " + p);
        try {
            s.nothing();
        } catch (java.io.IOException e) {
            System.out.println(e.getMessage());
        }
        try {
            s.flag();
        } catch (NullPointerException e) {
            System.out.println("null for a boolean");
        }
        try {
            ((Other) p).c();
        } catch (ClassCastException e) {
            System.out.println("no char");
        }
        try {
            p.equals(p);
        } catch (UndeclaredThrowableException e) {
            System.out.println(e.getCause().getMessage());
        }
        System.out.println(Proxy.isProxyClass(p.getClass()) + " " + (Proxy.getInvocationHandler(p)
            == handler) + p.getClass().getInterfaces().length);
        Runnable r = (Runnable) Proxy.newProxyInstance(null, new Class<?>[] {Runnable.class},
            (x, m, a) -> null);
        r.run();
    }
}
