// SPDX-License-Identifier: Apache-2.0
// Constants that are method handles (JVMS 5.4.3.5) of all kinds, of members of all kinds; and method
// references whose methods are not what they were.
import java.util.function.IntSupplier;
import java.util.function.IntUnaryOperator;
import java.util.function.Supplier;
import java.util.function.ToIntFunction;

class LinkHandles {
    static final String CLIENT = "LinkHandlesClient";
    static final String TARGET = "LinkHandlesTarget";
    static final String FACE = "LinkHandlesFace";
    static final String[] KINDS = {"", "getField", "getStatic", "putField", "putStatic",
        "invokeVirtual", "invokeStatic", "invokeSpecial", "newInvokeSpecial", "invokeInterface"};

    static int add(Patch.Parts p, int... c) {
        byte[] bytes = new byte[c.length];
        for (int i = 0; i < c.length; i++) {
            bytes[i] = (byte) c[i];
        }
        p.constants.add(bytes);
        return p.constants.size() - 1;
    }

    /** Where the client has "HERE" it gets a handle. */
    static void handle(Patch.Parts p, int kind, int tag, String of, String name, String type) {
        int named = p.addClass(of);
        int n = p.addText(name);
        int d = p.addText(type);
        int pair = add(p, 12, n >> 8, n, d >> 8, d);
        int member = add(p, tag, named >> 8, named, pair >> 8, pair);
        for (int i = 1; i < p.constants.size(); i++) {
            byte[] c = p.constants.get(i);
            if (c != null && c[0] == 8 && p.text((c[1] & 255) << 8 | c[2] & 255).equals("HERE")) {
                p.constants.set(i, new byte[] {15, (byte) kind, (byte) (member >> 8),
                    (byte) member});
            }
        }
    }

    static void constant(int kind, int tag, String of, String name, String type) {
        Patch patch = new Patch(CLIENT, "LinkHandlesTop", TARGET, FACE)
            .change(CLIENT, p -> handle(p, kind, tag, of, name, type));
        System.out.print(KINDS[kind] + (tag == 11 ? " of interface " : " ") + of + "." + name
            + type + " ");
        patch.run(CLIENT, "get");
        if (kind % 2 == 0) {
            System.out.print("again: ");
            patch.run(CLIENT, "get");
        }
    }

    static void fields() {
        String[] names = {"mine", "ours", "gone", "hidden", "fixed", "above"};
        for (String name : names) {
            for (int kind = 1; kind < 5; kind++) {
                constant(kind, 9, TARGET, name, "I");
            }
        }
        constant(1, 9, TARGET, "mine", "J");
        constant(1, 9, "nowhere/ToBeFound", "mine", "I");
        constant(1, 9, TARGET, "mine", "Lnowhere/ToBeFound;");
        constant(2, 9, FACE, "CONSTANT", "I");
        constant(1, 9, FACE, "CONSTANT", "I");
        constant(4, 9, FACE, "CONSTANT", "I");
    }

    static void methods() {
        String[] names = {"act", "call", "gone", "hidden", "fixed", "above"};
        for (String name : names) {
            for (int kind : new int[] {5, 6, 7}) {
                constant(kind, 10, TARGET, name, "()I");
            }
        }
        constant(8, 10, TARGET, "<init>", "()V");
        constant(8, 10, TARGET, "<init>", "(I)V");
        constant(8, 10, TARGET, "<init>", "(J)V");
        constant(8, 10, "java/lang/Number", "<init>", "()V");
        constant(7, 10, CLIENT, "own", "()I");
        constant(7, 10, "LinkHandlesTop", "above", "()I");
        constant(6, 10, CLIENT, "own", "()I");
        constant(5, 10, TARGET, "act", "(Lnowhere/ToBeFound;)I");
        constant(5, 10, "[I", "clone", "()Ljava/lang/Object;");
        String[] inFace = {"need", "extra", "always", "secret", "gone", "hashCode"};
        for (String name : inFace) {
            for (int kind : new int[] {6, 7, 9}) {
                constant(kind, 11, FACE, name, "()I");
            }
        }
        for (int kind : new int[] {5, 6, 7}) {
            constant(kind, 10, FACE, "need", "()I");
            constant(kind, 10, FACE, "always", "()I");
        }
        for (int kind : new int[] {6, 7, 9}) {
            constant(kind, 11, TARGET, "act", "()I");
            constant(kind, 11, TARGET, "call", "()I");
        }
    }

    static final String[] USES = {"refer", "referStatic", "referNew", "referFace",
        "referFaceStatic", "referSuper", "text"};

    static void all(String title, Patch patch) {
        System.out.println("-- " + title);
        for (String use : USES) {
            patch.run(CLIENT, use);
        }
    }

    static Patch fresh() {
        return new Patch(CLIENT, "LinkHandlesTop", TARGET, FACE, "LinkHandlesPair");
    }

    static void references() {
        all("as compiled", fresh());
        all("static", fresh().change(TARGET, p -> {
            p.method("act").name = p.addText("aside");
            p.method("call").name = p.addText("act");
            p.method("aside").name = p.addText("call");
        }));
        all("gone", fresh().drop(TARGET, "act").drop(TARGET, "call").drop(TARGET, "<init>")
            .drop(FACE, "need").drop(FACE, "always").drop("LinkHandlesTop", "above"));
        all("private", fresh().method(TARGET, "act", 2).method(TARGET, "call", 10)
            .method(TARGET, "<init>", 2).method("LinkHandlesTop", "above", 2));
        all("abstract", fresh().flags(TARGET, 0x420));
        all("class for interface", fresh().rename(FACE, TARGET));
        all("no field", fresh().dropField("LinkHandlesPair", "x"));
        all("static field", fresh().field("LinkHandlesPair", "x", 8));
    }

    public static void main(String[] args) {
        fields();
        methods();
        references();
    }
}

class LinkHandlesTop {
    int above;

    int above() {
        return 1;
    }
}

class LinkHandlesTarget extends LinkHandlesTop {
    int mine;
    static int ours;
    final int fixed = 3;
    private int hidden;

    int act() {
        return 2;
    }

    static int call() {
        return 3;
    }

    private int hidden() {
        return hidden;
    }

    final int fixed() {
        return 4;
    }
}

interface LinkHandlesFace {
    int CONSTANT = 7;

    int need();

    default int extra() {
        return 5 + secret();
    }

    static int always() {
        return 6;
    }

    private int secret() {
        return 7;
    }
}

record LinkHandlesPair(int x, int y) {
}

class LinkHandlesClient extends LinkHandlesTop {
    static Object get() {
        return "HERE";
    }

    private int own() {
        return 9;
    }

    static Object refer() {
        ToIntFunction<LinkHandlesTarget> f = LinkHandlesTarget::act;
        return f.applyAsInt(new LinkHandlesTarget());
    }

    static Object referStatic() {
        IntSupplier f = LinkHandlesTarget::call;
        return f.getAsInt();
    }

    static Object referNew() {
        Supplier<LinkHandlesTarget> f = LinkHandlesTarget::new;
        return f.get() != null;
    }

    static Object referFace() {
        LinkHandlesFace face = () -> 8;
        ToIntFunction<LinkHandlesFace> f = LinkHandlesFace::need;
        return f.applyAsInt(face);
    }

    static Object referFaceStatic() {
        IntSupplier f = LinkHandlesFace::always;
        return f.getAsInt();
    }

    static Object referSuper() {
        return new LinkHandlesClient().up();
    }

    private int up() {
        IntSupplier f = super::above;
        IntUnaryOperator g = a -> a + own();
        return g.applyAsInt(f.getAsInt());
    }

    static Object text() {
        return new LinkHandlesPair(1, 2).toString();
    }
}
