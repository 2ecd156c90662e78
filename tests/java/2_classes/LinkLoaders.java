// SPDX-License-Identifier: Apache-2.0
// Two loaders that have different classes of one name, which a method or field of one's class has in
// its descriptor (JVMS 5.3.4).
class LinkLoaders {
    static final String TYPE = "LinkLoadersType";
    static final String CLIENT = "LinkLoadersClient";
    static final String BELOW = "LinkLoadersBelow";
    static final String[] USES = {"take", "give", "get", "put", "getStatic", "call", "array",
        "plain", "make"};

    static void all(String title, Patch patch) {
        System.out.println("-- " + title);
        for (String use : USES) {
            patch.run(CLIENT, use);
        }
    }

    static Patch fresh(String... names) {
        return new Patch(new Patch("LinkLoadersTarget", TYPE).flags("LinkLoadersTarget", 0x21),
                         names);
    }

    static Patch fresh(boolean isMet, String... names) throws ClassNotFoundException {
        Patch patch = fresh(names);
        if (isMet) {
            patch.getParent().loadClass(TYPE);
            patch.loadClass(TYPE);
        }
        return patch;
    }

    public static void main(String[] args) throws Exception {
        all("one loader of the type", fresh(true, CLIENT));
        all("two", fresh(true, CLIENT, TYPE));
        all("two, not met yet", fresh(false, CLIENT, TYPE));
        System.out.println("-- overriding");
        fresh(true, BELOW).load(BELOW);
        fresh(true, BELOW, TYPE).load(BELOW);
        fresh(false, BELOW, TYPE).load(BELOW);
        later();
        answers();
        chain();
        implementing();
        library();
        duplicate();
    }

    /** A class that stands by its name with `loader` from now on, or why it cannot. */
    static void meet(ClassLoader loader, String name) {
        try {
            System.out.println(name + " " + Patch.plain(
                "" + Class.forName(name, false, loader).getClassLoader()));
        } catch (ClassNotFoundException | LinkageError e) {
            System.out.println(Patch.plain(e));
        }
    }

    /** What linking has found both to agree on holds for what they answer later. */
    static void later() {
        System.out.println("-- later");
        for (String use : USES) {
            Patch patch = fresh(CLIENT, TYPE);
            patch.run(CLIENT, use);
            meet(patch.getParent(), TYPE);
            meet(patch, TYPE);
            meet(patch, TYPE);
            patch = fresh(CLIENT, TYPE);
            patch.run(CLIENT, use);
            meet(patch, TYPE);
            meet(patch.getParent(), TYPE);
            patch.run(CLIENT, "give");
        }
        Patch face = fresh(CLIENT, TYPE);
        face.flags(TYPE, 0x600).drop(TYPE, "<init>");
        face.run(CLIENT, "take");
        meet(face.getParent(), TYPE);
        meet(face, TYPE);
    }

    /** Asks another one for the type. */
    static final class Asking extends ClassLoader {
        private final ClassLoader other;

        Asking(ClassLoader parent, ClassLoader other) {
            super("asking", parent);
            this.other = other;
        }

        @Override
        public Class<?> loadClass(String name) throws ClassNotFoundException {
            return name.equals(TYPE) ? other.loadClass(name) : super.loadClass(name);
        }

        Class<?> define(String name, byte[] bytes) {
            return defineClass(name, bytes, 0, bytes.length);
        }
    }

    /** It counts what is answered, not what is defined. */
    static void answers() throws Exception {
        System.out.println("-- answers");
        for (boolean isOther : new boolean[] {false, true}) {
            Patch target = new Patch("LinkLoadersTarget", TYPE).flags("LinkLoadersTarget", 0x21);
            Patch other = new Patch(TYPE, CLIENT);
            Asking asking = new Asking(target, isOther ? other : target);
            Class<?> client = asking.define(CLIENT, other.bytes(CLIENT));
            java.lang.reflect.Method take = client.getDeclaredMethod("take");
            take.setAccessible(true);
            System.out.println(take.invoke(null));
            meet(target, TYPE);
            meet(asking, TYPE);
        }
    }

    /** Two that agree with a third one agree with one another. */
    static void chain() throws ClassNotFoundException {
        System.out.println("-- chain");
        Patch target = new Patch("LinkLoadersTarget").flags("LinkLoadersTarget", 0x21);
        Patch one = new Patch(target, CLIENT, TYPE);
        Patch other = new Patch(target, CLIENT, TYPE);
        Patch third = new Patch(target, CLIENT);
        Patch fourth = new Patch(target, CLIENT, TYPE);
        one.run(CLIENT, "take");
        other.run(CLIENT, "take");
        third.run(CLIENT, "take");
        meet(other, TYPE);
        meet(one, TYPE);
        meet(target, TYPE);
        meet(third, TYPE);
        meet(fourth, TYPE);
        fourth.run(CLIENT, "take");
        fourth.run(CLIENT, "plain");
    }

    static void implementing() throws ClassNotFoundException {
        System.out.println("-- implementing");
        for (String impl : new String[] {"LinkLoadersImpl", "LinkLoadersHeir",
            "LinkLoadersDefault", "LinkLoadersAbstract"}) {
            for (int i = 0; i < 3; i++) {
                Patch above = new Patch("LinkLoadersFace", TYPE).flags("LinkLoadersFace", 0x601);
                Patch patch = i == 0 ? new Patch(above, impl, "LinkLoadersTop", "LinkLoadersMore")
                    : new Patch(above, impl, "LinkLoadersTop", "LinkLoadersMore", TYPE);
                if (i < 2) {
                    meet(above, TYPE);
                    meet(patch, TYPE);
                    patch.load(impl);
                } else {
                    patch.load(impl);
                    meet(above, TYPE);
                    meet(patch, TYPE);
                }
            }
        }
    }

    /** The boot loader is held to it, too. */
    static void library() {
        System.out.println("-- library");
        String name = "org.w3c.dom.DOMImplementationList";
        Patch patch = new Patch(CLIENT, TYPE).rename(TYPE, name.replace('.', '/'));
        patch.run(CLIENT, "library");
        // Makes a module, which goes through all that the boot loader has.
        System.out.println(java.lang.reflect.Proxy.newProxyInstance(null,
            new Class<?>[] {Runnable.class}, (proxy, m, arguments) -> "proxy"));
        meet(patch, name);
        meet(LinkLoaders.class.getClassLoader(), name);
        meet(patch, name);
        name = "org.w3c.dom.ls.LSInput";
        patch = new Patch(CLIENT, TYPE).rename(TYPE, name.replace('.', '/'));
        patch.run(CLIENT, "library2");
        meet(ClassLoader.getPlatformClassLoader(), name);
        meet(patch, name);
    }

    static void duplicate() throws ClassNotFoundException {
        System.out.println("-- duplicate");
        String[] names = {TYPE, "LinkLoadersFace", "LinkLoadersTop"};
        Patch patch = new Patch(names);
        for (String name : names) {
            for (int i = 0; i < 2; i++) {
                try {
                    System.out.println(patch.define(name).getName());
                } catch (LinkageError e) {
                    System.out.println(Patch.plain(e));
                }
            }
        }
    }
}

interface LinkLoadersFace {
    LinkLoadersType make(LinkLoadersType type, int number);
}

interface LinkLoadersMore extends LinkLoadersFace {
    default LinkLoadersType make(LinkLoadersType type, int number) {
        return type;
    }
}

class LinkLoadersImpl implements LinkLoadersFace {
    public LinkLoadersType make(LinkLoadersType type, int number) {
        return type;
    }
}

abstract class LinkLoadersTop {
    public LinkLoadersType make(LinkLoadersType type, int number) {
        return type;
    }
}

class LinkLoadersHeir extends LinkLoadersTop implements LinkLoadersFace {
}

class LinkLoadersDefault implements LinkLoadersMore {
}

abstract class LinkLoadersAbstract implements LinkLoadersFace {
}

class LinkLoadersType {
}

class LinkLoadersTarget {
    public static LinkLoadersType type;
    public LinkLoadersType mine;

    LinkLoadersTarget() {
    }

    public LinkLoadersTarget(LinkLoadersType type, int number) {
    }

    public int take(LinkLoadersType type, String text) {
        return 1;
    }

    public LinkLoadersType give() {
        return null;
    }

    public LinkLoadersType[][] array() {
        return null;
    }

    public static int call(LinkLoadersType[] types) {
        return 2;
    }

    public int plain(String text) {
        return 3;
    }
}

class LinkLoadersBelow extends LinkLoadersTarget {
    LinkLoadersBelow() {
        super(null, 0);
    }

    public LinkLoadersType give() {
        return null;
    }
}

class LinkLoadersClient {
    static Object take() {
        return new LinkLoadersTarget(null, 0).take(null, "");
    }

    static Object give() {
        return ((LinkLoadersTarget) null).give();
    }

    static Object get() {
        return ((LinkLoadersTarget) null).mine;
    }

    static Object put() {
        ((LinkLoadersTarget) null).mine = null;
        return 1;
    }

    static Object getStatic() {
        return LinkLoadersTarget.type != null;
    }

    static Object call() {
        return LinkLoadersTarget.call(null);
    }

    static Object array() {
        return ((LinkLoadersTarget) null).array();
    }

    static Object library() {
        return ((org.w3c.dom.DOMImplementationSource) null).getDOMImplementationList("");
    }

    static Object library2() {
        return ((org.w3c.dom.ls.LSResourceResolver) null).resolveResource("", "", "", "", "");
    }

    static Object plain() {
        return ((LinkLoadersTarget) null).plain("");
    }

    static Object make() {
        return new LinkLoadersTarget(null, 0) != null;
    }
}
