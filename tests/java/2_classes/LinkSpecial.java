// SPDX-License-Identifier: Apache-2.0
// invokespecial: which method `super` and an interface's `super` find when the classes between are
// not what they were; and native methods that are synchronized.
class LinkSpecial {
    static final String[] NAMES = {"LinkSpecialTop", "LinkSpecialMiddle", "LinkSpecialFace",
        "LinkSpecialOther", "LinkSpecialBottom"};

    static Patch fresh() {
        return new Patch(NAMES);
    }

    static void all(String title, Patch patch) {
        System.out.println("-- " + title);
        for (String use : new String[] {"above", "further", "face", "both"}) {
            patch.run("LinkSpecialBottom", use);
        }
    }

    static synchronized native void missing();

    synchronized native long missingToo(int[] a);

    static void natives() {
        LinkSpecial it = new LinkSpecial();
        try {
            missing();
        } catch (UnsatisfiedLinkError e) {
            System.out.println(e.getMessage() + " " + Thread.holdsLock(LinkSpecial.class));
        }
        try {
            it.missingToo(null);
        } catch (UnsatisfiedLinkError e) {
            System.out.println(e.getMessage() + " " + Thread.holdsLock(it));
        }
    }

    public static void main(String[] args) {
        all("as compiled", fresh());
        all("not in the middle", fresh().drop("LinkSpecialMiddle", "m"));
        all("nowhere", fresh().drop("LinkSpecialMiddle", "m").drop("LinkSpecialTop", "m"));
        all("private in the middle", fresh().method("LinkSpecialMiddle", "m", 2));
        all("static in the middle", fresh().method("LinkSpecialMiddle", "m", 9));
        all("abstract above", fresh().flags("LinkSpecialTop", 0x420)
            .change("LinkSpecialTop", p -> {
                p.method("n").flags = 0x401;
                p.method("n").attributes.clear();
            }));
        all("package-private above, in another package", fresh().flags("LinkSpecialTop", 0x21)
            .method("LinkSpecialTop", "<init>", 1).method("LinkSpecialTop", "n", 0)
            .rename("LinkSpecialTop", "other/Top"));
        all("no default", fresh().drop("LinkSpecialFace", "d"));
        natives();
    }
}

class LinkSpecialTop {
    public String m() {
        return "top";
    }

    public String n() {
        return "top's n";
    }
}

class LinkSpecialMiddle extends LinkSpecialTop {
    public String m() {
        return "middle";
    }
}

interface LinkSpecialFace {
    default String d() {
        return "face";
    }
}

interface LinkSpecialOther {
    default String d() {
        return "other";
    }
}

class LinkSpecialBottom extends LinkSpecialMiddle implements LinkSpecialFace, LinkSpecialOther {
    public String m() {
        return "bottom and " + super.m();
    }

    public String n() {
        return "bottom and " + super.n();
    }

    public String d() {
        return "bottom and " + LinkSpecialFace.super.d();
    }

    public String e() {
        return LinkSpecialFace.super.d() + LinkSpecialOther.super.d();
    }

    static Object above() {
        return new LinkSpecialBottom().m();
    }

    static Object further() {
        return new LinkSpecialBottom().n();
    }

    static Object face() {
        return new LinkSpecialBottom().d();
    }

    static Object both() {
        return new LinkSpecialBottom().e();
    }
}
