// SPDX-License-Identifier: Apache-2.0
// Members that are not what a class was compiled for (JVMS 5.4.3, 6.5): gone, static or not,
// abstract, final, of an interface or of a class.
class LinkKinds {
    static final String TARGET = "LinkKindsTarget";
    static final String FACE = "LinkKindsFace";
    static final String IMPL = "LinkKindsImpl";
    static final String CLIENT = "LinkKindsClient";
    static final int STATIC = 9;
    static final int FINAL = 17;
    static final int ABSTRACT = 0x401;
    static final String[] USES = {"get", "put", "getStatic", "putStatic", "call", "callLong",
        "callStatic", "callFace", "callFaceStatic", "callFaceDefault", "make", "handle",
        "handleFace"};

    static Patch fresh() {
        return new Patch(TARGET, FACE, IMPL, CLIENT);
    }

    static void all(String title, Patch patch) {
        System.out.println("-- " + title);
        for (String use : USES) {
            patch.run(CLIENT, use);
        }
    }

    public static void main(String[] args) {
        all("as compiled", fresh());
        all("gone", fresh().drop(TARGET, "act").drop(TARGET, "actStatic").drop(TARGET, "actLong")
            .dropField(TARGET, "number").dropField(TARGET, "shared").drop(FACE, "extra")
            .drop(FACE, "always"));
        all("fields the other way", fresh().field(TARGET, "number", STATIC)
            .field(TARGET, "shared", 1));
        all("fields final", fresh().field(TARGET, "number", FINAL)
            .field(TARGET, "shared", STATIC | FINAL));
        all("methods the other way", fresh().change(TARGET, p -> {
            p.method("act").name = p.addText("aside");
            p.method("actStatic").name = p.addText("act");
            p.method("aside").name = p.addText("actStatic");
        }));
        all("of another type", fresh().change(TARGET, p -> {
            p.method("act").name = p.addText("aside");
            p.field("number").descriptor = p.addText("J");
        }));
        all("abstract class", fresh().flags(TARGET, 0x421));
        all("class for interface", fresh().rename(FACE, "LinkKindsOther"));
        all("interface for class", new Patch(CLIENT).rename(TARGET, "LinkKindsFace"));
        all("does not implement", fresh().change(IMPL, p -> p.interfaces = new int[0]));
        all("not implemented", fresh().drop(IMPL, "need"));
        all("private", fresh().method(IMPL, "need", 2));
    }
}

class LinkKindsTarget {
    public int number;
    public static int shared;

    public int act() {
        return 1;
    }

    public long actLong(int[] a, String b, Object[][] c, char d) {
        return 2;
    }

    public static int actStatic() {
        return 3;
    }
}

interface LinkKindsFace {
    int need();

    static int always() {
        return 4;
    }

    default int extra() {
        return 5;
    }
}

class LinkKindsOther {
    public int need() {
        return 6;
    }
}

class LinkKindsImpl implements LinkKindsFace {
    public int need() {
        return 7;
    }
}

class LinkKindsClient {
    static Object get() {
        return new LinkKindsTarget().number;
    }

    static Object put() {
        new LinkKindsTarget().number = 3;
        return 3;
    }

    static Object getStatic() {
        return LinkKindsTarget.shared;
    }

    static Object putStatic() {
        LinkKindsTarget.shared = 4;
        return 4;
    }

    static Object call() {
        return new LinkKindsTarget().act();
    }

    static Object callLong() {
        return new LinkKindsTarget().actLong(null, null, null, 'a');
    }

    static Object callStatic() {
        return LinkKindsTarget.actStatic();
    }

    static Object callFace() {
        LinkKindsFace face = new LinkKindsImpl();
        return face.need();
    }

    static Object callFaceStatic() {
        return LinkKindsFace.always();
    }

    static Object callFaceDefault() {
        LinkKindsFace face = new LinkKindsImpl();
        return face.extra();
    }

    static Object make() {
        return new LinkKindsTarget() != null;
    }

    static Object handle() {
        java.util.function.IntSupplier s = LinkKindsTarget::actStatic;
        return s.getAsInt();
    }

    static Object handleFace() {
        LinkKindsFace face = () -> 8;
        java.util.function.ToIntFunction<LinkKindsFace> f = LinkKindsFace::need;
        return f.applyAsInt(face);
    }
}
