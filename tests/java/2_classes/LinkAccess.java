// SPDX-License-Identifier: Apache-2.0
// Who may use which class, field and method (JVMS 5.4.4): classes that were compiled while all was
// public, and meet something else.
class LinkAccess {
    static final String TARGET = "LinkAccessTarget";
    static final String CLIENT = "LinkAccessClient";
    static final String BELOW = "LinkAccessBelow";
    static final int PUBLIC = 1;
    static final int PRIVATE = 2;
    static final int PROTECTED = 4;
    static final int STATIC = 8;
    static final String[] USES = {"make", "get", "put", "getStatic", "putStatic", "call",
        "callStatic", "cast", "test", "array", "arrays", "constant", "handle"};

    static Patch fresh() {
        return new Patch(TARGET, CLIENT, BELOW);
    }

    static void all(String title, Patch patch) {
        System.out.println("-- " + title);
        for (String use : USES) {
            patch.run(CLIENT, use);
        }
        patch.run(BELOW, "own");
        patch.run(BELOW, "ofStatic");
        patch.run(BELOW, "callOwn");
    }

    static Patch members(Patch patch, int flags) {
        return patch.field(TARGET, "number", flags).field(TARGET, "shared", flags | STATIC)
            .method(TARGET, "act", flags).method(TARGET, "actStatic", flags | STATIC);
    }

    public static void main(String[] args) {
        all("as compiled", fresh());
        for (int flags : new int[] {0, PRIVATE, PROTECTED}) {
            all("members " + flags, members(fresh(), flags));
            all("members " + flags + ", other package",
                members(fresh(), flags).rename(TARGET, "other/Target"));
        }
        all("constructor private", fresh().method(TARGET, "<init>", PRIVATE));
        all("class not public", fresh().flags(TARGET, 0x20));
        all("class not public, other package",
            fresh().flags(TARGET, 0x20).rename(TARGET, "other/Target"));
        System.out.println("-- other loader");
        Patch above = members(new Patch(TARGET), 0);
        Patch client = new Patch(above, CLIENT, BELOW);
        for (String use : USES) {
            client.run(CLIENT, use);
        }
        client.run(BELOW, "own");
        System.out.println("-- other modules");
        for (String name : new String[] {"jdk/internal/misc/VM", "sun/misc/Unsafe",
            "java/util/logging/Logger", "java/lang/AbstractStringBuilder"}) {
            Patch hidden = new Patch(CLIENT).rename(TARGET, name);
            hidden.run(CLIENT, "test");
            hidden.run(CLIENT, "constant");
            hidden.run(CLIENT, "callStatic");
            hidden.run(CLIENT, "getStatic");
        }
    }
}

class LinkAccessBelow extends LinkAccessTarget {
    int read() {
        return number;
    }

    static int own() {
        return new LinkAccessBelow().read();
    }

    static int ofStatic() {
        return shared;
    }

    static int callOwn() {
        return new LinkAccessBelow().act();
    }
}

class LinkAccessClient {
    static Object make() {
        return new LinkAccessTarget().act();
    }

    static Object get() {
        return new LinkAccessTarget().number;
    }

    static Object put() {
        new LinkAccessTarget().number = 3;
        return 3;
    }

    static Object getStatic() {
        return LinkAccessTarget.shared;
    }

    static Object putStatic() {
        LinkAccessTarget.shared = 4;
        return 4;
    }

    static Object call() {
        return new LinkAccessTarget().act();
    }

    static Object callStatic() {
        return LinkAccessTarget.actStatic();
    }

    static Object cast() {
        Object o = LinkAccessClient.class;
        try {
            return (LinkAccessTarget) o;
        } catch (ClassCastException e) {
            return "no cast";
        }
    }

    static Object test() {
        Object o = "";
        return o instanceof LinkAccessTarget;
    }

    static Object array() {
        return new LinkAccessTarget[2].length;
    }

    static Object arrays() {
        return new LinkAccessTarget[2][2].length;
    }

    static Object constant() {
        return LinkAccessTarget.class.getSimpleName().length();
    }

    static Object handle() {
        java.util.function.IntSupplier s = LinkAccessTarget::actStatic;
        return s.getAsInt();
    }
}
