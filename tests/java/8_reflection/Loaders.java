// SPDX-License-Identifier: Apache-2.0
// A class loader of one's own: the same class twice, delegation, resources, unloading allowed.
import java.io.InputStream;

class Loaders {
    public static class Loaded {
        static int count;
        @Override
        public String toString() { return "loaded " + ++count; }
    }

    static class Own extends ClassLoader {
        Own() { super(Loaders.class.getClassLoader()); }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            if (!name.equals("Loaders$Loaded")) {
                return super.loadClass(name, resolve);
            }
            Class<?> c = findLoadedClass(name);
            if (c != null) {
                return c;
            }
            System.out.println("defining " + name);
            try (InputStream in = getResourceAsStream(name + ".class")) {
                byte[] bytes = in.readAllBytes();
                return defineClass(name, bytes, 0, bytes.length);
            } catch (java.io.IOException e) {
                throw new ClassNotFoundException(name, e);
            }
        }
    }

    public static void main(String[] args) throws Exception {
        Own own = new Own();
        Class<?> c = own.loadClass("Loaders$Loaded");
        System.out.println(c == own.loadClass("Loaders$Loaded"));
        System.out.println((c == Loaded.class) + " " + c.getName().equals(Loaded.class.getName()));
        Object o = c.getDeclaredConstructor().newInstance();
        System.out.println(o + " " + o + new Loaded() + (o instanceof Loaded) + (c.getClassLoader() == own));
        Class<?> again = Class.forName("Loaders$Loaded", true, new Own());
        System.out.println(again.getDeclaredConstructor().newInstance() + " " + (again == c));
        try {
            own.loadClass("Nowhere");
        } catch (ClassNotFoundException e) {
            System.out.println(e.getMessage());
        }
        class Definer extends ClassLoader {
            Class<?> define(String name, byte[] b) { return defineClass(name, b, 0, b.length); }
        }
        try {
            new Definer().define("Bad", new byte[] {1, 2, 3, 4});
        } catch (ClassFormatError e) {
            System.out.println(e.getMessage());
        }
        byte[] bytes = Loaders.class.getResourceAsStream("Loaders$Loaded.class").readAllBytes();
        try {
            new Definer().define("Wrong", bytes);
        } catch (NoClassDefFoundError e) {
            System.out.println(e.getMessage());
        }
        Definer d = new Definer();
        d.define("Loaders$Loaded", bytes);
        try {
            d.define("Loaders$Loaded", bytes);
        } catch (LinkageError e) {
            System.out.println(e.getClass());
        }
        try {
            new Definer().define("java.lang.Mine", bytes);
        } catch (SecurityException e) {
            System.out.println(e.getMessage());
        }
        System.out.println(int[].class.getClassLoader() + " " + (Loaders[].class.getClassLoader()
            == Loaders.class.getClassLoader()) + Thread.currentThread().getContextClassLoader()
            .equals(ClassLoader.getSystemClassLoader()));
    }
}
