// SPDX-License-Identifier: Apache-2.0
// Serialization to bytes and back: graphs, transient, custom, records, enums, what cannot be.
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.Externalizable;
import java.io.IOException;
import java.io.NotSerializableException;
import java.io.ObjectInput;
import java.io.ObjectInputStream;
import java.io.ObjectOutput;
import java.io.ObjectOutputStream;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

class Serial {
    static class Node implements Serializable {
        private static final long serialVersionUID = 1;
        String name;
        Node next;
        transient int lost = 5;
        int[] data = {1, 2, 3};
        Node(String name) { this.name = name; }
    }

    static class Custom implements Serializable {
        private static final long serialVersionUID = 1;
        transient int secret = 42;

        private void writeObject(ObjectOutputStream out) throws IOException {
            out.defaultWriteObject();
            out.writeInt(secret ^ 0xff);
        }

        private void readObject(ObjectInputStream in) throws IOException, ClassNotFoundException {
            in.defaultReadObject();
            secret = in.readInt() ^ 0xff;
        }
    }

    enum Color { RED, GREEN { } }

    record Rec(int a, String b) implements Serializable { }

    static class Single implements Serializable {
        private static final long serialVersionUID = 1;
        static final Single ONE = new Single();
        private Object readResolve() { return ONE; }
    }

    public static class Ext implements Externalizable {
        int x;
        public Ext() { }
        public void writeExternal(ObjectOutput out) throws IOException { out.writeInt(x); }
        public void readExternal(ObjectInput in) throws IOException { x = in.readInt() + 1; }
    }

    static byte[] write(Object o) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
            out.writeObject(o);
        }
        return bytes.toByteArray();
    }

    static Object copy(Object o) throws Exception {
        return new ObjectInputStream(new ByteArrayInputStream(write(o))).readObject();
    }

    public static void main(String[] args) throws Exception {
        Node a = new Node("a");
        a.next = new Node("b");
        a.next.next = a;
        Node c = (Node) copy(a);
        System.out.println(c.name + c.next.name + (c.next.next == c) + c.lost + c.data[2]);
        System.out.println(((Custom) copy(new Custom())).secret);
        System.out.println(copy(Color.GREEN) == Color.GREEN);
        System.out.println(copy(new Rec(1, "r")) + " " + (copy(Single.ONE) == Single.ONE));
        Ext e = new Ext();
        e.x = 5;
        System.out.println(((Ext) copy(e)).x);
        Map<String, List<Integer>> m = new LinkedHashMap<>();
        m.put("k", new ArrayList<>(List.of(1, 2)));
        m.put(null, null);
        System.out.println(copy(m) + " " + copy(List.of(3, 4)) + copy(new int[][] {{1}}).getClass());
        byte[] bytes = write("text");
        StringBuilder hex = new StringBuilder();
        for (byte b : bytes) {
            hex.append(String.format("%02x", b));
        }
        System.out.println(hex + " " + write(a).length);
        try {
            write(new Object[] {new Object()});
        } catch (NotSerializableException x) {
            System.out.println(x.getMessage());
        }
    }
}
