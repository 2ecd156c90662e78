// SPDX-License-Identifier: Apache-2.0
// IdentityHashMap, WeakHashMap with held keys, BitSet, Hashtable, Vector, Properties.
import java.io.StringReader;
import java.io.StringWriter;
import java.util.BitSet;
import java.util.Collections;
import java.util.Hashtable;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.Vector;
import java.util.WeakHashMap;

class OtherCollections {
    public static void main(String[] args) throws Exception {
        Map<String, Integer> identity = new IdentityHashMap<>();
        String a = new String("a");
        identity.put(a, 1);
        identity.put(new String("a"), 2);
        identity.put(a, 3);
        System.out.println(identity.size() + " " + identity.get(a) + identity.get("a"));
        Map<Object, String> weak = new WeakHashMap<>();
        Object held = new Object();
        weak.put(held, "held");
        System.gc();
        System.out.println(weak.get(held) + weak.size());
        BitSet bits = new BitSet();
        bits.set(1);
        bits.set(5, 70);
        bits.flip(6);
        bits.clear(60, 65);
        BitSet other = new BitSet();
        other.set(0, 10);
        System.out.println(bits + " " + bits.cardinality() + bits.nextClearBit(5) + bits.length());
        bits.and(other);
        System.out.println(bits + " " + bits.intersects(other) + bits.toLongArray()[0]);
        Hashtable<Integer, String> table = new Hashtable<>();
        for (int i = 0; i < 20; i++) {
            table.put(i * 3, "t" + i);
        }
        System.out.println(table);
        Vector<Integer> v = new Vector<>(Collections.nCopies(3, 7));
        v.insertElementAt(1, 1);
        System.out.println(v + " " + v.firstElement() + v.elements().nextElement());
        Properties p = new Properties();
        p.load(new StringReader("# comment\na = 1\nb:two words\\\n   on\\u20ac\n! also\nkey\\ x=\n"
            + "empty\n"));
        System.out.println(new TreeMap<>(p));
        System.out.println(p.getProperty("a") + p.getProperty("none") + p.getProperty("none", "d"));
        StringWriter w = new StringWriter();
        Properties one = new Properties();
        one.setProperty("k e:y", " v\n\u20ac");
        one.store(w, null);
        System.out.println(w.toString().split("\n")[1]);
    }
}
