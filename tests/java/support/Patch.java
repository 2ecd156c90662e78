// SPDX-License-Identifier: Apache-2.0
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A loader that defines some classes itself, out of the class path's files, after it has changed
 * them: so that a class meets another one than it was compiled with.
 */
public final class Patch extends ClassLoader {
    /** One change of a class file that was taken apart. */
    public interface Change {
        void to(Parts parts);
    }

    /** A class file: its constants, and what comes behind them. */
    public static final class Parts {
        public int version;
        public final List<byte[]> constants = new ArrayList<>();
        public int flags;
        public int self;
        public int above;
        public int[] interfaces;
        public final List<Member> fields = new ArrayList<>();
        public final List<Member> methods = new ArrayList<>();
        public final List<Attribute> attributes = new ArrayList<>();

        public String text(int index) {
            byte[] c = constants.get(index);
            try {
                return new DataInputStream(new ByteArrayInputStream(c, 1, c.length - 1)).readUTF();
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        }

        public int addText(String text) {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            try {
                DataOutputStream out = new DataOutputStream(bytes);
                out.writeByte(1);
                out.writeUTF(text);
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
            constants.add(bytes.toByteArray());
            return constants.size() - 1;
        }

        public int addClass(String name) {
            int text = addText(name);
            constants.add(new byte[] {7, (byte) (text >> 8), (byte) text});
            return constants.size() - 1;
        }

        public Member field(String name) {
            return named(fields, name);
        }

        public Member method(String name) {
            return named(methods, name);
        }

        private Member named(List<Member> all, String name) {
            for (Member m : all) {
                if (text(m.name).equals(name)) {
                    return m;
                }
            }
            throw new IllegalArgumentException(name);
        }

        public void addAttribute(String name, int... shorts) {
            byte[] content = new byte[shorts.length * 2];
            for (int i = 0; i < shorts.length; i++) {
                content[2 * i] = (byte) (shorts[i] >> 8);
                content[2 * i + 1] = (byte) shorts[i];
            }
            attributes.add(new Attribute(addText(name), content));
        }
    }

    public static final class Member {
        public int flags;
        public int name;
        public int descriptor;
        public final List<Attribute> attributes = new ArrayList<>();
    }

    public static final class Attribute {
        public int name;
        public byte[] content;

        Attribute(int name, byte[] content) {
            this.name = name;
            this.content = content;
        }
    }

    private final Map<String, List<Change>> changes = new HashMap<>();
    private final Map<String, String> files = new HashMap<>(); // by the name it will have
    private final Map<String, String> renamed = new HashMap<>();
    private final ClassLoader other;

    /** `names` are the classes that it defines. */
    public Patch(String... names) {
        this(Patch.class.getClassLoader(), names);
    }

    public Patch(ClassLoader parent, String... names) {
        super("patch", parent);
        other = parent;
        for (String name : names) {
            files.put(name, name);
            changes.put(name, new ArrayList<>());
        }
    }

    public Patch change(String name, Change change) {
        changes.get(name).add(change);
        return this;
    }

    public Patch flags(String name, int flags) {
        return change(name, p -> p.flags = flags);
    }

    public Patch field(String name, String field, int flags) {
        return change(name, p -> p.field(field).flags = flags);
    }

    public Patch method(String name, String method, int flags) {
        return change(name, p -> p.method(method).flags = flags);
    }

    public Patch drop(String name, String method) {
        return change(name, p -> p.methods.remove(p.method(method)));
    }

    public Patch dropField(String name, String field) {
        return change(name, p -> p.fields.remove(p.field(field)));
    }

    /** The class is called `to` (with slashes) in all that this loader defines. */
    public Patch rename(String from, String to) {
        renamed.put(from, to);
        if (changes.containsKey(from)) {
            files.put(to.replace('/', '.'), from);
            files.remove(from);
        }
        return this;
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
        Class<?> known = findLoadedClass(name);
        if (known != null) {
            return known;
        }
        String file = files.get(name);
        if (file == null) {
            return super.loadClass(name, resolve);
        }
        byte[] bytes = bytes(file);
        return defineClass(name, bytes, 0, bytes.length);
    }

    /** Defines the class, though it may have been before. */
    public Class<?> define(String name) throws ClassNotFoundException {
        byte[] bytes = bytes(name);
        return defineClass(name, bytes, 0, bytes.length);
    }

    /** The class file of `name`, changed. */
    public byte[] bytes(String name) throws ClassNotFoundException {
        try (InputStream in = Patch.class.getResourceAsStream("/" + name + ".class")) {
            Parts parts = read(new DataInputStream(in));
            for (int i = 1; i < parts.constants.size(); i++) {
                byte[] c = parts.constants.get(i);
                if (c != null && c[0] == 1) {
                    int count = parts.constants.size();
                    String before = parts.text(i);
                    String after = before;
                    for (Map.Entry<String, String> e : renamed.entrySet()) {
                        after = after.equals(e.getKey()) ? e.getValue()
                            : after.replace("L" + e.getKey() + ";", "L" + e.getValue() + ";");
                    }
                    if (!after.equals(before)) {
                        parts.addText(after);
                        parts.constants.set(i, parts.constants.remove(count));
                    }
                }
            }
            for (Change change : changes.get(name)) {
                change.to(parts);
            }
            return write(parts);
        } catch (IOException e) {
            throw new ClassNotFoundException(name, e);
        }
    }

    // ---- Class files ----

    private static byte[] part(DataInputStream in, int tag, int size) throws IOException {
        byte[] c = new byte[size + 1];
        c[0] = (byte) tag;
        in.readFully(c, 1, size);
        return c;
    }

    private static Parts read(DataInputStream in) throws IOException {
        Parts p = new Parts();
        in.readInt();
        p.version = in.readInt();
        int count = in.readUnsignedShort();
        p.constants.add(null);
        while (p.constants.size() < count) {
            int tag = in.readUnsignedByte();
            switch (tag) {
                case 1: {
                    int size = in.readUnsignedShort();
                    byte[] c = new byte[size + 3];
                    c[0] = 1;
                    c[1] = (byte) (size >> 8);
                    c[2] = (byte) size;
                    in.readFully(c, 3, size);
                    p.constants.add(c);
                    break;
                }
                case 5: case 6:
                    p.constants.add(part(in, tag, 8));
                    p.constants.add(null);
                    break;
                case 15:
                    p.constants.add(part(in, tag, 3));
                    break;
                case 7: case 8: case 16: case 19: case 20:
                    p.constants.add(part(in, tag, 2));
                    break;
                default:
                    p.constants.add(part(in, tag, 4));
                    break;
            }
        }
        p.flags = in.readUnsignedShort();
        p.self = in.readUnsignedShort();
        p.above = in.readUnsignedShort();
        p.interfaces = new int[in.readUnsignedShort()];
        for (int i = 0; i < p.interfaces.length; i++) {
            p.interfaces[i] = in.readUnsignedShort();
        }
        readMembers(in, p.fields);
        readMembers(in, p.methods);
        readAttributes(in, p.attributes);
        return p;
    }

    private static void readMembers(DataInputStream in, List<Member> to) throws IOException {
        for (int count = in.readUnsignedShort(); count > 0; count--) {
            Member m = new Member();
            m.flags = in.readUnsignedShort();
            m.name = in.readUnsignedShort();
            m.descriptor = in.readUnsignedShort();
            readAttributes(in, m.attributes);
            to.add(m);
        }
    }

    private static void readAttributes(DataInputStream in, List<Attribute> to)
        throws IOException {
        for (int count = in.readUnsignedShort(); count > 0; count--) {
            int name = in.readUnsignedShort();
            byte[] content = new byte[in.readInt()];
            in.readFully(content);
            to.add(new Attribute(name, content));
        }
    }

    private static byte[] write(Parts p) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(bytes);
        out.writeInt(0xcafebabe);
        out.writeInt(p.version);
        out.writeShort(p.constants.size());
        for (byte[] c : p.constants) {
            if (c != null) {
                out.write(c);
            }
        }
        out.writeShort(p.flags);
        out.writeShort(p.self);
        out.writeShort(p.above);
        out.writeShort(p.interfaces.length);
        for (int i : p.interfaces) {
            out.writeShort(i);
        }
        writeMembers(out, p.fields);
        writeMembers(out, p.methods);
        writeAttributes(out, p.attributes);
        return bytes.toByteArray();
    }

    private static void writeMembers(DataOutputStream out, List<Member> all) throws IOException {
        out.writeShort(all.size());
        for (Member m : all) {
            out.writeShort(m.flags);
            out.writeShort(m.name);
            out.writeShort(m.descriptor);
            writeAttributes(out, m.attributes);
        }
    }

    private static void writeAttributes(DataOutputStream out, List<Attribute> all)
        throws IOException {
        out.writeShort(all.size());
        for (Attribute a : all) {
            out.writeShort(a.name);
            out.writeInt(a.content.length);
            out.write(a.content);
        }
    }

    // ---- Trying ----

    /** Calls the static method without parameters; says what came of it. */
    public void run(String name, String method) {
        String title = name + "." + method + ": ";
        try {
            java.lang.reflect.Method m = loadClass(name).getDeclaredMethod(method);
            m.setAccessible(true);
            System.out.println(title + m.invoke(null));
        } catch (java.lang.reflect.InvocationTargetException e) {
            System.out.println(title + plain(e.getCause()));
        } catch (ReflectiveOperationException | LinkageError e) {
            System.out.println(title + plain(e));
        }
    }

    public void load(String name) {
        try {
            System.out.println(Class.forName(name, true, this).getName());
        } catch (ClassNotFoundException | LinkageError e) {
            System.out.println(plain(e));
        }
    }

    /** As load, but the text is the loader's own affair. */
    public void refused(String name) {
        try {
            System.out.println(Class.forName(name, true, this).getName());
        } catch (ClassNotFoundException | LinkageError e) {
            System.out.println(e.getClass());
        }
    }

    /** Without what differs from run to run: hash codes of loaders; or is a verifier's own. */
    public static String plain(Throwable t) {
        if (t instanceof VerifyError) {
            return "java.lang.VerifyError";
        }
        return plain(t.toString());
    }

    public static String plain(String text) {
        return text.replaceAll("@(0x)?[0-9a-f]+", "@#");
    }
}
