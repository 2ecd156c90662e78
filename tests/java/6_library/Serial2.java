// SPDX-License-Identifier: Apache-2.0
// Serialization with methods of the classes' own: readObject, Externalizable, replacing, versions.
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.Externalizable;
import java.io.IOException;
import java.io.InvalidObjectException;
import java.io.NotSerializableException;
import java.io.ObjectInput;
import java.io.ObjectInputFilter;
import java.io.ObjectInputStream;
import java.io.ObjectOutput;
import java.io.ObjectOutputStream;
import java.io.ObjectStreamField;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;

class Serial2 {
    static class Base {
        int base = 1;

        Base() {
            base = 77;
        }
    }

    static class Custom extends Base implements Serializable {
        private static final long serialVersionUID = 1;
        transient List<String> words = new ArrayList<>();
        int count;
        Custom self = this;

        private void writeObject(ObjectOutputStream out) throws IOException {
            out.defaultWriteObject();
            out.writeInt(words.size());
            for (String w : words) {
                out.writeUTF(w);
            }
        }

        private void readObject(ObjectInputStream in) throws IOException, ClassNotFoundException {
            in.defaultReadObject();
            words = new ArrayList<>();
            for (int i = in.readInt(); i > 0; i--) {
                words.add(in.readUTF());
            }
        }
    }

    public static class External implements Externalizable {
        private String text = "fresh";
        private double number;

        public External() {
            System.out.println("External()");
        }

        External(String text, double number) {
            this.text = text;
            this.number = number;
        }

        @Override
        public void writeExternal(ObjectOutput out) throws IOException {
            out.writeObject(text);
            out.writeDouble(number);
        }

        @Override
        public void readExternal(ObjectInput in) throws IOException, ClassNotFoundException {
            text = (String) in.readObject();
            number = in.readDouble();
        }

        @Override
        public String toString() {
            return text + number;
        }
    }

    static class Single implements Serializable {
        static final Single ONE = new Single();

        private Object readResolve() {
            return ONE;
        }
    }

    static class Hidden implements Serializable {
        private final int secret;

        Hidden(int secret) {
            this.secret = secret;
        }

        private Object writeReplace() {
            return new Proxy(secret ^ 99);
        }

        private void readObject(ObjectInputStream in) throws InvalidObjectException {
            throw new InvalidObjectException("proxy wanted");
        }

        private static class Proxy implements Serializable {
            private final int masked;

            Proxy(int masked) {
                this.masked = masked;
            }

            private Object readResolve() {
                return new Hidden(masked ^ 99);
            }
        }
    }

    static class Chosen implements Serializable {
        private static final ObjectStreamField[] serialPersistentFields = {
            new ObjectStreamField("kept", int.class), new ObjectStreamField("name", String.class)};
        int kept = 1;
        int lost = 2;
        String name = "n";

        private void writeObject(ObjectOutputStream out) throws IOException {
            ObjectOutputStream.PutField fields = out.putFields();
            fields.put("kept", kept * 10);
            fields.put("name", name + "!");
            out.writeFields();
        }

        private void readObject(ObjectInputStream in) throws IOException, ClassNotFoundException {
            ObjectInputStream.GetField fields = in.readFields();
            kept = fields.get("kept", 0);
            name = (String) fields.get("name", "none");
        }
    }

    record Point(int x, String y) implements Serializable {
        Point {
            System.out.println("Point " + x);
        }
    }

    enum Side { LEFT, RIGHT { } }

    static class Bad implements Serializable {
        Object inside = new Object();
    }

    static byte[] write(Object o) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
            out.writeObject(o);
        }
        return bytes.toByteArray();
    }

    static Object read(byte[] bytes) throws IOException, ClassNotFoundException {
        try (ObjectInputStream in = new ObjectInputStream(new ByteArrayInputStream(bytes))) {
            return in.readObject();
        }
    }

    public static void main(String[] args) throws Exception {
        Custom custom = new Custom();
        custom.words.add("one");
        custom.words.add("two");
        custom.count = 5;
        custom.base = 3;
        Custom back = (Custom) read(write(custom));
        System.out.println(back.words + " " + back.count + " " + back.base + " " + (back.self == back));
        System.out.println(read(write(new External("e", 1.5))));
        System.out.println(read(write(Single.ONE)) == Single.ONE);
        System.out.println(((Hidden) read(write(new Hidden(1234)))).secret);
        Chosen chosen = (Chosen) read(write(new Chosen()));
        System.out.println(chosen.kept + " " + chosen.lost + " " + chosen.name);
        System.out.println(read(write(new Point(3, "y"))));
        Side[] sides = (Side[]) read(write(Side.values()));
        System.out.println(sides[1] == Side.RIGHT);
        Object[] shared = {custom, custom, new int[] {1, 2}, null, "s", Point.class};
        Object[] again = (Object[]) read(write(shared));
        System.out.println((again[0] == again[1]) + " " + ((int[]) again[2])[1] + again[5]);
        try {
            write(new Bad());
        } catch (NotSerializableException e) {
            System.out.println(e.getMessage());
        }
        byte[] bytes = write(custom);
        bytes[bytes.length / 2] ^= 0x55;
        try {
            read(bytes);
            System.out.println("read");
        } catch (IOException | ClassNotFoundException | RuntimeException e) {
            System.out.println("damaged");
        }
        try (ObjectInputStream in = new ObjectInputStream(new ByteArrayInputStream(write(custom)))) {
            in.setObjectInputFilter(ObjectInputFilter.Config.createFilter("!Serial2$*"));
            in.readObject();
        } catch (java.io.InvalidClassException e) {
            System.out.println(e.getMessage());
        }
    }
}
