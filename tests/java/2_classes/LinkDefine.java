// SPDX-License-Identifier: Apache-2.0
// What a class may be below (JVMS 5.3.5), and class files that say what cannot be.
class LinkDefine {
    static final String SUB = "LinkDefineSub";
    static final String IMPL = "LinkDefineImpl";
    static final int FINAL = 0x10;
    static final int INTERFACE = 0x200;
    static final int ABSTRACT = 0x400;

    static void title(String text) {
        System.out.println("-- " + text);
    }

    /** The class alone, below another one than it was compiled with. */
    static Patch below(String name, String from, String to, String... more) {
        String[] names = new String[more.length + 1];
        names[0] = name;
        System.arraycopy(more, 0, names, 1, more.length);
        return new Patch(names).rename(from, to);
    }

    static void permits() {
        title("sealed");
        new Patch("LinkDefineSealed", "LinkDefineAllowed").load("LinkDefineAllowed");
        below(SUB, "LinkDefineTop", "LinkDefineSealed", "LinkDefineSealed").load(SUB);
        below(IMPL, "LinkDefineFace", "LinkDefineSealedFace", "LinkDefineSealedFace").load(IMPL);
        new Patch("LinkDefineAllowed").load("LinkDefineAllowed");
        new Patch("LinkDefineSealed", "LinkDefineAllowed")
            .rename("LinkDefineAllowed", "other/Allowed").load("other.Allowed");
        new Patch("LinkDefineSealed", "LinkDefineAllowed").flags("LinkDefineSealed", 0x420)
            .rename("LinkDefineAllowed", "other/Allowed").load("other.Allowed");
    }

    static void supers() {
        title("above");
        new Patch("LinkDefineTop", SUB).flags("LinkDefineTop", FINAL | 0x20).load(SUB);
        below(SUB, "LinkDefineTop", "java/lang/String").load(SUB);
        below(SUB, "LinkDefineTop", "java/lang/Runnable").load(SUB);
        below(SUB, "LinkDefineTop", "java/lang/Enum").load(SUB);
        below(SUB, "LinkDefineTop", "java/lang/Record").load(SUB);
        below(SUB, "LinkDefineTop", "java/lang/AbstractStringBuilder").load(SUB);
        below(SUB, "LinkDefineTop", "nowhere/ToBeFound").load(SUB);
        below(SUB, "LinkDefineTop", SUB).load(SUB);
        below(IMPL, "LinkDefineFace", "java/lang/Object").load(IMPL);
        below(IMPL, "LinkDefineFace", "nowhere/ToBeFound").load(IMPL);
        new Patch("LinkDefineFace", IMPL).flags("LinkDefineFace", INTERFACE | ABSTRACT)
            .rename("LinkDefineFace", "other/Face").load(IMPL);
        new Patch("LinkDefineTop", SUB).flags("LinkDefineTop", 0x20)
            .rename("LinkDefineTop", "other/Top").load(SUB);
        below(SUB, "LinkDefineTop", "sun/security/util/BitArray").load(SUB);
        below(IMPL, "LinkDefineFace", "sun/nio/ch/Interruptible").load(IMPL);
        Patch circle = new Patch("LinkDefineTop", SUB);
        circle.change("LinkDefineTop", p -> p.above = p.addClass(SUB));
        circle.load(SUB);
        circle.load("LinkDefineTop");
    }

    static void overrides() {
        title("final methods");
        new Patch("LinkDefineTop", SUB).method("LinkDefineTop", "act", FINAL).load(SUB);
        new Patch("LinkDefineTop", SUB).method("LinkDefineTop", "act", FINAL | 1).load(SUB);
        new Patch("LinkDefineTop", SUB).method("LinkDefineTop", "act", FINAL | 2).load(SUB);
        new Patch("LinkDefineTop", SUB).method("LinkDefineTop", "act", FINAL | 8).load(SUB);
        new Patch("LinkDefineTop", SUB).method("LinkDefineTop", "act", FINAL)
            .rename("LinkDefineTop", "other/Top").load(SUB);
    }

    static void format() {
        title("class files");
        new Patch(SUB).change(SUB, p -> p.version = 62).load(SUB);
        new Patch(SUB).change(SUB, p -> p.version = 61 | 65535 << 16).load(SUB);
        new Patch(SUB).change(SUB, p -> p.version = 44).load(SUB);
        new Patch(SUB).change(SUB, p -> p.version = 61 | 1 << 16).load(SUB);
        new Patch(SUB).flags(SUB, FINAL | ABSTRACT).refused(SUB);
        new Patch(SUB).flags(SUB, INTERFACE).refused(SUB);
        new Patch(IMPL).flags(IMPL, INTERFACE | ABSTRACT).refused(IMPL);
        new Patch(SUB).method(SUB, "act", ABSTRACT).refused(SUB);
        new Patch(SUB).method(SUB, "act", 3).refused(SUB);
        new Patch(SUB).method(SUB, "<init>", 8).refused(SUB);
        new Patch(SUB).field(SUB, "number", 0x50).refused(SUB);
        new Patch(SUB).change(SUB, p -> p.methods.add(p.methods.get(1))).refused(SUB);
        new Patch(SUB).change(SUB, p -> p.fields.add(p.fields.get(0))).refused(SUB);
        new Patch(SUB).change(SUB, p -> p.field("number").name = p.addText("a.b")).refused(SUB);
        new Patch(SUB).change(SUB, p -> p.field("number").descriptor = p.addText("Q")).refused(SUB);
        new Patch(SUB).change(SUB, p -> p.method("act").descriptor = p.addText("()")).refused(SUB);
        new Patch(SUB).change(SUB, p -> p.method("act").name = p.addText("<a>")).refused(SUB);
        new Patch(SUB).change(SUB, p -> p.interfaces = new int[] {
            p.addClass("java/lang/Runnable"), p.addClass("java/lang/Runnable")}).refused(SUB);
        new Patch(SUB).change(SUB, p -> p.above = 0).refused(SUB);
        new Patch(SUB).change(SUB, p -> p.self = 1).refused(SUB);
    }

    public static void main(String[] args) {
        permits();
        supers();
        overrides();
        format();
    }
}

class LinkDefineTop {
    public void act() {
    }
}

class LinkDefineSub extends LinkDefineTop {
    int number;

    public void act() {
        number++;
    }
}

interface LinkDefineFace {
    void act();
}

class LinkDefineImpl implements LinkDefineFace {
    public void act() {
    }
}

abstract sealed class LinkDefineSealed permits LinkDefineAllowed {
    void act() {
    }
}

final class LinkDefineAllowed extends LinkDefineSealed {
}

sealed interface LinkDefineSealedFace permits LinkDefinePermitted {
    void act();
}

final class LinkDefinePermitted implements LinkDefineSealedFace {
    public void act() {
    }
}
