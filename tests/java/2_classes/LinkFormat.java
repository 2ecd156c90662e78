// SPDX-License-Identifier: Apache-2.0
// Class files that are wrong in one place each (JVMS 4): what the error is, and what it says.
import java.util.Arrays;
import java.util.function.UnaryOperator;

class LinkFormat {
    static final String BASE = "LinkFormatBase";
    static final String FACE = "LinkFormatFace";
    static final String POINT = "LinkFormatPoint";
    static final String OPEN = "LinkFormatOpen";
    static final int STATIC = 8;
    static final int FINAL = 16;
    static final int ABSTRACT = 0x400;

    static final class Raw extends ClassLoader {
        Class<?> define(String name, byte[] bytes) {
            return defineClass(name, bytes, 0, bytes.length);
        }
    }

    static boolean inWords = true; // else the error's class alone

    static void say(String title, String name, byte[] bytes) {
        String what = "fine";
        try {
            Class<?> made = new Raw().define(name, bytes);
            made.getDeclaredMethods();
            Class.forName(made.getName(), true, made.getClassLoader());
        } catch (ClassNotFoundException | LinkageError | SecurityException e) {
            what = inWords ? Patch.plain(e) : e.getClass().getName();
        }
        System.out.println(title + ": " + what);
    }

    static void raw(String title, UnaryOperator<byte[]> change) {
        try {
            say(title, BASE, change.apply(new Patch(BASE).bytes(BASE)));
        } catch (ClassNotFoundException e) {
            throw new IllegalStateException(e);
        }
    }

    static void of(String name, String title, Patch.Change change) {
        try {
            say(title, name, new Patch(name).change(name, change).bytes(name));
        } catch (ClassNotFoundException e) {
            throw new IllegalStateException(e);
        }
    }

    static void base(String title, Patch.Change change) {
        of(BASE, title, change);
    }

    static void title(String text) {
        System.out.println("-- " + text);
    }

    static byte[] put(byte[] bytes, int at, int... with) {
        for (int i = 0; i < with.length; i++) {
            bytes[at + i] = (byte) with[i];
        }
        return bytes;
    }

    static byte[] bytes(int... all) {
        return put(new byte[all.length], 0, all);
    }

    // ---- The file ----

    static void file() {
        title("the file");
        raw("as it is", b -> b);
        raw("magic", b -> put(b, 0, 0xca, 0xfe, 0xba, 0xbf));
        raw("version 62", b -> put(b, 4, 0, 0, 0, 62));
        raw("version 62 preview", b -> put(b, 4, 255, 255, 0, 62));
        raw("version 999", b -> put(b, 4, 0, 0, 3, 231));
        raw("version 44", b -> put(b, 4, 0, 0, 0, 44));
        raw("version 45.65535", b -> put(b, 4, 255, 255, 0, 45));
        raw("minor 1", b -> put(b, 4, 0, 1, 0, 61));
        raw("preview", b -> put(b, 4, 255, 255, 0, 61));
        raw("old preview", b -> put(b, 4, 255, 255, 0, 60));
        raw("empty", b -> new byte[0]);
        for (int length : new int[] {3, 4, 9, 10, 11, 100}) {
            raw("cut to " + length, b -> Arrays.copyOf(b, length));
        }
        raw("cut by 1", b -> Arrays.copyOf(b, b.length - 1));
        raw("one byte more", b -> Arrays.copyOf(b, b.length + 1));
        raw("no constants", b -> put(b, 8, 0, 0));
        try {
            say("another name", "LinkFormatOther", new Patch(BASE).bytes(BASE));
            say("a name with slashes", "a/B", new Patch(BASE).bytes(BASE));
            say("no name", null, new Patch(BASE).bytes(BASE));
            say("a reserved name", "java.lang.LinkFormatBase", new Patch(BASE).bytes(BASE));
        } catch (ClassNotFoundException e) {
            throw new IllegalStateException(e);
        }
        base("a name in java.lang", p -> p.self = p.addClass("java/lang/LinkFormatBase"));
    }

    // ---- Constants ----

    static int add(Patch.Parts p, int... c) {
        p.constants.add(bytes(c));
        return p.constants.size() - 1;
    }

    static int high(int index) {
        return index >> 8;
    }

    static int pair(Patch.Parts p, String name, String descriptor) {
        int n = p.addText(name);
        int d = p.addText(descriptor);
        return add(p, 12, high(n), n, high(d), d);
    }

    static int member(Patch.Parts p, int tag, String name, String descriptor) {
        int c = p.addClass("java/lang/Object");
        int n = pair(p, name, descriptor);
        return add(p, tag, high(c), c, high(n), n);
    }

    static void text(String title, int... bytes) {
        base(title, p -> {
            int[] all = new int[bytes.length + 3];
            all[0] = 1;
            all[2] = bytes.length;
            System.arraycopy(bytes, 0, all, 3, bytes.length);
            add(p, all);
        });
    }

    static void constants() {
        title("constants");
        for (int tag : new int[] {0, 2, 13, 14, 21, 255}) {
            base("tag " + tag, p -> add(p, tag, 0, 1));
        }
        text("text with 0", 65, 0);
        text("text with 255", 255);
        text("text with half a character", 0xc3);
        text("text with four bytes", 0xf0, 0x9f, 0x98, 0x80);
        base("class of nothing", p -> add(p, 7, 0, 0));
        base("class far away", p -> add(p, 7, 255, 0));
        base("class of a class", p -> add(p, 7, high(p.self), p.self));
        base("string of a class", p -> add(p, 8, high(p.self), p.self));
        base("class with an illegal name", p -> p.addClass("a.b"));
        base("class with a semicolon", p -> p.addClass("a;b"));
        base("class with an empty part", p -> p.addClass("a//b"));
        base("class without a name", p -> p.addClass(""));
        base("class of an array of nothing", p -> p.addClass("[Q"));
        base("class of 256 dimensions", p -> p.addClass("[".repeat(256) + "I"));
        base("field of 256 dimensions",
             p -> p.field("number").descriptor = p.addText("[".repeat(256) + "I"));
        base("name and type of a class", p -> add(p, 12, high(p.self), p.self, 0, 1));
        base("field of a text", p -> add(p, 9, 0, 1, 0, 1));
        base("field with a method's type", p -> member(p, 9, "a", "()V"));
        base("method with a field's type", p -> member(p, 10, "a", "I"));
        base("method with a bad type", p -> member(p, 10, "a", "(V)V"));
        base("method with a bad name", p -> member(p, 10, "a<b", "()V"));
        base("method <clinit>", p -> member(p, 10, "<clinit>", "()V"));
        base("<init> with a result", p -> member(p, 10, "<init>", "()I"));
        base("field with a bad name", p -> member(p, 9, "a.b", "I"));
        base("field with a bad type", p -> member(p, 9, "a", "Lx"));
        base("pair with a bad type", p -> pair(p, "a", "x"));
        base("pair with a bad name", p -> pair(p, "a/b", "I"));
        base("pair with a bad method name", p -> pair(p, "a/b", "()V"));
        base("method type of a field", p -> {
            int t = p.addText("I");
            add(p, 16, high(t), t);
        });
        base("method type far away", p -> add(p, 16, 200, 0));
        base("module", p -> add(p, 19, 0, p.addText("m")));
        base("package", p -> add(p, 20, 0, p.addText("m")));
        base("dynamic without a bootstrap method", p -> {
            int n = pair(p, "d", "I");
            add(p, 17, 77, 0, high(n), n);
        });
        base("call site without a bootstrap method", p -> {
            int n = pair(p, "d", "()I");
            add(p, 18, 77, 0, high(n), n);
        });
        base("call site with a field's type", p -> {
            int n = pair(p, "d", "I");
            add(p, 18, 0, 0, high(n), n);
        });
        for (int kind : new int[] {0, 1, 5, 6, 7, 8, 9, 10}) {
            base("handle of kind " + kind + " of a text", p -> add(p, 15, kind, 0, 1));
        }
        for (int kind = 5; kind < 10; kind++) {
            int k = kind;
            base("handle of kind " + kind + " of a method", p -> {
                int m = member(p, 10, "a", "()V");
                add(p, 15, k, high(m), m);
            });
            base("handle of kind " + kind + " of an interface's method", p -> {
                int m = member(p, 11, "a", "()V");
                add(p, 15, k, high(m), m);
            });
            base("handle of kind " + kind + " of <init>", p -> {
                int m = member(p, 10, "<init>", "()V");
                add(p, 15, k, high(m), m);
            });
        }
        base("handle for version 50", p -> {
            p.version = 50;
            int m = member(p, 10, "a", "()V");
            add(p, 15, 5, high(m), m);
        });
        raw("a long at the end", b -> {
            int count = ((b[8] & 255) << 8 | b[9] & 255) + 1;
            put(b, 8, high(count), count);
            return b;
        });
        base("this is a text", p -> p.self = 1 + p.addText("x"));
        base("this is far away", p -> p.self = 60000);
        base("this is an array", p -> p.self = p.addClass("[I"));
        base("no superclass", p -> p.above = 0);
        base("superclass far away", p -> p.above = 60000);
        base("superclass is a text", p -> p.above = p.addText("x"));
        base("superclass is an array", p -> p.above = p.addClass("[I"));
        base("interface is a text", p -> p.interfaces = new int[] {p.addText("x")});
        base("interface far away", p -> p.interfaces = new int[] {60000});
        base("interface is an array", p -> p.interfaces = new int[] {p.addClass("[I")});
        base("interface twice", p -> p.interfaces = new int[] {
            p.addClass("java/lang/Runnable"), p.addClass("java/lang/Runnable")});
        of(FACE, "interface's superclass", p -> p.above = p.addClass("java/lang/Number"));
    }

    // ---- Flags ----

    static void flags() {
        title("flags");
        for (int flags : new int[] {0, 1, FINAL | ABSTRACT, 0x200, 0x210 | ABSTRACT, 0x2000,
            0x4000, 0x8000, 0x8001, 0xffff & ~0x8200}) {
            base("class 0x" + Integer.toHexString(flags), p -> p.flags = flags);
        }
        for (int flags : new int[] {0x200, 0x610, 0x4600, 0x620, 0x2600}) {
            of(FACE, "interface 0x" + Integer.toHexString(flags), p -> p.flags = flags);
        }
        for (int flags : new int[] {3, 5, 6, 7, 0x50, 0xffff}) {
            base("field 0x" + Integer.toHexString(flags), p -> p.field("number").flags = flags);
        }
        for (int flags : new int[] {0, 1, 9, 0x19, 0x1a, 0x59}) {
            of(FACE, "interface's field 0x" + Integer.toHexString(flags),
               p -> p.field("NUMBER").flags = flags);
        }
        for (int flags : new int[] {3, 6, 0x401, 0x402, 0x408, 0x410, 0x420, 0x500, 0x100,
            0xffff}) {
            base("method 0x" + Integer.toHexString(flags), p -> p.method("act").flags = flags);
        }
        for (int flags : new int[] {8, 0x10, 0x20, 0x40, 0x80, 0x100, 0x400}) {
            base("<init> 0x" + Integer.toHexString(flags), p -> p.method("<init>").flags = flags);
        }
        for (int flags : new int[] {0, 1, 3, 0x401, 0x402, 0x404, 0x409, 0x411, 0x421, 0x501}) {
            of(FACE, "interface's method 0x" + Integer.toHexString(flags),
               p -> p.method("act").flags = flags);
        }
        base("<clinit> is no static", p -> p.method("<clinit>").flags = 0);
        base("<clinit> with a parameter",
             p -> p.method("<clinit>").descriptor = p.addText("(I)V"));
        base("<clinit> with a result", p -> p.method("<clinit>").descriptor = p.addText("()I"));
    }

    // ---- Members ----

    static void members() {
        title("members");
        base("field twice", p -> p.fields.add(p.field("number")));
        base("method twice", p -> p.methods.add(p.method("act")));
        for (String name : new String[] {"", "a.b", "a;b", "a[b", "a/b", "<a>", "a b", "<init>"}) {
            base("field called '" + name + "'", p -> p.field("number").name = p.addText(name));
            base("method called '" + name + "'", p -> p.method("act").name = p.addText(name));
        }
        for (String type : new String[] {"", "V", "Q", "II", "Lx", "L;", "La.b;", "[", "()V"}) {
            base("field of type '" + type + "'",
                 p -> p.field("number").descriptor = p.addText(type));
        }
        for (String type : new String[] {"", "I", "()", "(", "(V)V", "()VV", "(Lx)V", "()Q",
            "(L;)V"}) {
            base("method of type '" + type + "'",
                 p -> p.method("act").descriptor = p.addText(type));
        }
        base("256 parameters",
             p -> p.method("act").descriptor = p.addText("(" + "I".repeat(256) + ")V"));
        base("128 long parameters",
             p -> p.method("act").descriptor = p.addText("(" + "J".repeat(128) + ")V"));
        base("<init> with a result", p -> p.method("<init>").descriptor = p.addText("()I"));
        base("field name far away", p -> p.field("number").name = 60000);
        base("field type is a class", p -> p.field("number").descriptor = p.self);
        base("method name far away", p -> p.method("act").name = 60000);
        base("method type is a class", p -> p.method("act").descriptor = p.self);
        of(FACE, "interface with <init>", p -> {
            p.method("act").name = p.addText("<init>");
        });
    }

    // ---- Attributes ----

    static Patch.Attribute find(Patch.Parts p, java.util.List<Patch.Attribute> all, String name) {
        for (Patch.Attribute a : all) {
            if (p.text(a.name).equals(name)) {
                return a;
            }
        }
        throw new IllegalArgumentException(name);
    }

    static Patch.Attribute code(Patch.Parts p, String method) {
        return find(p, p.method(method).attributes, "Code");
    }

    /** One shorter, one longer, twice, and with every index far away. */
    static void attribute(String name, String of, String member, int... indexes) {
        for (String how : new String[] {"shorter", "longer", "twice"}) {
            inWords = how.equals("twice") && member == null;
            of(of, name + " " + how, p -> {
                java.util.List<Patch.Attribute> all = attributes(p, member);
                Patch.Attribute a = find(p, all, name);
                if (how.equals("twice")) {
                    all.add(a);
                } else {
                    a.content = Arrays.copyOf(a.content,
                                              a.content.length + (how.equals("longer") ? 1 : -1));
                }
            });
        }
        inWords = !name.equals("Signature") && !name.equals("EnclosingMethod");
        for (int index : indexes) {
            of(of, name + " with a bad index at " + index, p ->
               put(find(p, attributes(p, member), name).content, index, 250, 0));
            of(of, name + " with no index at " + index, p ->
               put(find(p, attributes(p, member), name).content, index, 0, 0));
        }
        inWords = true;
    }

    static java.util.List<Patch.Attribute> attributes(Patch.Parts p, String member) {
        return member == null ? p.attributes
            : member.startsWith(".") ? p.field(member.substring(1)).attributes
            : p.method(member).attributes;
    }

    static void attributes() {
        title("attributes");
        attribute("SourceFile", BASE, null, 0);
        attribute("InnerClasses", BASE, null, 2, 4, 6);
        attribute("NestMembers", BASE, null, 2);
        attribute("BootstrapMethods", BASE, null, 2, 6);
        attribute("Signature", BASE, null, 0);
        attribute("EnclosingMethod", "LinkFormatBase$1", null, 0, 2);
        attribute("NestHost", "LinkFormatBase$1", null, 0);
        attribute("PermittedSubclasses", OPEN, null, 2);
        attribute("Record", POINT, null, 2, 4);
        attribute("ConstantValue", BASE, ".CONSTANT", 0);
        attribute("Signature", BASE, ".list", 0);
        attribute("Exceptions", BASE, "act", 2);
        attribute("RuntimeVisibleAnnotations", BASE, "act");
        attribute("RuntimeVisibleParameterAnnotations", BASE, "act");
        attribute("AnnotationDefault", "LinkFormatNote", "value");
        attribute("Code", BASE, "act");
        base("attribute name far away", p -> p.attributes.get(0).name = 60000);
        base("attribute name is a class", p -> p.attributes.get(0).name = p.self);
        inWords = false;
        base("attribute of a method far away",
             p -> p.method("act").attributes.get(0).name = 60000);
        base("attribute of a field far away",
             p -> p.field("CONSTANT").attributes.get(0).name = 60000);
        inWords = true;
        base("unknown attribute", p -> p.addAttribute("Unknown", 1, 2, 3));
        for (String type : new String[] {"J", "F", "Ljava/lang/String;", "Ljava/lang/Object;",
            "Z"}) {
            base("ConstantValue of type " + type,
                 p -> p.field("CONSTANT").descriptor = p.addText(type));
        }
        base("both NestHost and NestMembers", p -> p.addAttribute("NestHost", p.self));
        of(OPEN, "sealed and final", p -> p.flags |= FINAL);
        of(OPEN, "sealed and no longer abstract", p -> p.flags = 0x20);
    }

    /** What is wrong with names of parameters is said when they are asked for. */
    static void parameters() {
        for (int name : new int[] {0, 60000, 1}) {
            Patch patch = new Patch(BASE).change(BASE, p -> p.method("act").attributes.add(
                new Patch.Attribute(p.addText("MethodParameters"),
                                    bytes(1, high(name), name, 0, 0))));
            try {
                System.out.println(Arrays.toString(patch.loadClass(BASE)
                    .getDeclaredMethod("act", int.class).getParameters()));
            } catch (ReflectiveOperationException | RuntimeException e) {
                System.out.println(e);
            }
        }
    }

    static void records() {
        title("records");
        of(POINT, "as it is", p -> { });
        of(POINT, "not final", p -> p.flags &= ~FINAL);
        of(POINT, "abstract", p -> p.flags = p.flags & ~FINAL | ABSTRACT);
        of(POINT, "below Object", p -> {
            p.above = p.addClass("java/lang/Object");
            p.methods.remove(p.method("<init>"));
        });
        of(POINT, "without the attribute",
           p -> p.attributes.remove(find(p, p.attributes, "Record")));
        base("with the attribute", p -> p.addAttribute("Record", 0));
        of(FACE, "an interface", p -> p.addAttribute("Record", 0));
        of(POINT, "in version 59", p -> p.version = 59);
        of(POINT, "component called a.b",
           p -> put(find(p, p.attributes, "Record").content, 2, 0, p.addText("a.b")));
        of(POINT, "component of type Q",
           p -> put(find(p, p.attributes, "Record").content, 4, 0, p.addText("Q")));
        of(POINT, "no components", p -> find(p, p.attributes, "Record").content = new byte[2]);
        base("below Record", p -> {
            p.above = p.addClass("java/lang/Record");
            p.methods.remove(p.method("<init>"));
        });
        base("below Enum", p -> {
            p.above = p.addClass("java/lang/Enum");
            p.methods.remove(p.method("<init>"));
        });
    }

    // ---- Code ----

    /** `at` in Code: 0 stack, 2 locals, 4 length, 8 code. */
    static void code(String title, int at, int... with) {
        base(title, p -> put(code(p, "act").content, at, with));
    }

    static void code() {
        title("code");
        code("no code", 4, 0, 0, 0, 0);
        code("65536 bytes", 4, 0, 1, 0, 0);
        code("much code", 4, 0x7f, 0, 0, 0);
        code("no locals", 2, 0, 0);
        code("no stack", 0, 0, 0);
        code("illegal instruction", 8, 254);
        code("breakpoint", 8, 202);
        code("wide nothing", 8, 196, 0);
        code("constant far away", 8, 18, 250);
        code("jump away", 8, 167, 100, 0);
        code("goto_w before", 8, 200, 255, 0, 0, 0);
        base("code is missing", p -> p.method("act").attributes.remove(code(p, "act")));
        base("code of a native method", p -> p.method("act").flags |= 0x100);
        base("code of an abstract method", p -> {
            p.flags |= ABSTRACT;
            p.method("act").flags |= ABSTRACT;
        });
        for (int[] range : new int[][] {{0, 0, 0}, {1, 0, 0}, {0, 1000, 0}, {1000, 1001, 0},
            {0, 1, 1000}, {0, 2, 0}}) {
            base("handler " + Arrays.toString(range), p -> {
                byte[] content = code(p, "guard").content;
                int length = (content[6] & 255) << 8 | content[7] & 255;
                put(content, 10 + length, high(range[0]), range[0], high(range[1]), range[1],
                    high(range[2]), range[2]);
            });
        }
        base("handler for a text", p -> {
            byte[] content = code(p, "guard").content;
            int length = (content[6] & 255) << 8 | content[7] & 255;
            put(content, 16 + length, 0, p.addText("x"));
        });
        for (String table : new String[] {"LineNumberTable", "LocalVariableTable",
            "LocalVariableTypeTable"}) {
            for (int at = 2; at < 12; at += 2) {
                int place = at;
                base(table + " with 64000 at " + at, p -> table(p, table, place, 250, 0));
            }
            inWords = false;
            base(table + " with more entries", p -> table(p, table, 0, 0, 200));
            base(table + " with no entries", p -> table(p, table, 0, 0, 0));
            inWords = true;
        }
    }

    /** Changes a table in the code of "table". */
    static void table(Patch.Parts p, String name, int at, int... with) {
        byte[] content = code(p, "table").content;
        for (int i = 8; i + 6 < content.length; i++) {
            int index = (content[i] & 255) << 8 | content[i + 1] & 255;
            int length = content[i + 2] == 0 && content[i + 3] == 0
                ? (content[i + 4] & 255) << 8 | content[i + 5] & 255 : 0;
            byte[] c = index > 0 && index < p.constants.size() ? p.constants.get(index) : null;
            if (length > 0 && c != null && c[0] == 1 && p.text(index).equals(name)) {
                put(content, i + 6 + Math.min(at, length - 2), with);
                return;
            }
        }
        throw new IllegalArgumentException(name);
    }

    public static void main(String[] args) {
        file();
        constants();
        flags();
        members();
        attributes();
        parameters();
        records();
        code();
    }
}

@interface LinkFormatNote {
    int value() default 7;
}

class LinkFormatBase<T> {
    static final int CONSTANT = 12;
    static final Object SHARED = new Object();
    int number;
    java.util.List<String> list;

    @Deprecated
    int act(@Deprecated int a) throws java.io.IOException {
        number = a;
        return a;
    }

    int guard(int a) {
        try {
            return 5 / a;
        } catch (ArithmeticException e) {
            return 0;
        }
    }

    int table(java.util.List<String> all, long number) {
        int sum = 0;
        for (String s : all) {
            sum += s.length();
        }
        return sum + (int) number;
    }

    Runnable later() {
        return () -> number++;
    }

    Object inner() {
        return new Object() { };
    }
}

interface LinkFormatFace {
    int NUMBER = "NUMBER".length();

    void act();
}

record LinkFormatPoint(int x, int y) {
}

abstract sealed class LinkFormatOpen permits LinkFormatShut {
}

final class LinkFormatShut extends LinkFormatOpen {
}
