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

    static Patch fresh(boolean isMet, String... names) throws ClassNotFoundException {
        Patch above = new Patch("LinkLoadersTarget", TYPE).flags("LinkLoadersTarget", 0x21);
        Patch patch = new Patch(above, names);
        if (isMet) {
            above.loadClass(TYPE);
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
    }
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

    static Object plain() {
        return ((LinkLoadersTarget) null).plain("");
    }

    static Object make() {
        return new LinkLoadersTarget(null, 0) != null;
    }
}
