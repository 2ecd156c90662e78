// SPDX-License-Identifier: Apache-2.0
// Covariant results, bridges through several levels, generic arrays of interfaces.
class Covariant {
    interface Node<N extends Node<N>> {
        N self();
    }

    static class Leaf implements Node<Leaf>, Cloneable {
        int n = 1;
        public Leaf self() { return this; }
        @Override
        protected Leaf clone() throws CloneNotSupportedException {
            Leaf l = (Leaf) super.clone();
            l.n++;
            return l;
        }
    }

    static class Maker {
        Object make() { return "object"; }
        Number number() { return 1; }
    }

    static class Better extends Maker {
        @Override
        String make() { return "string"; }
        @Override
        Integer number() { return 2; }
    }

    static class Best extends Better {
        @Override
        String make() { return "best " + super.make(); }
    }

    interface Producer<T> { T produce(); }
    interface StringProducer extends Producer<String> { String produce(); }

    static class Impl implements StringProducer {
        public String produce() { return "produced"; }
    }

    public static void main(String[] args) throws Exception {
        System.out.println(new Leaf().self().clone().self().n);
        Maker[] makers = {new Maker(), new Better(), new Best()};
        for (Maker m : makers) {
            System.out.println(m.make() + " " + m.number());
        }
        Producer<?> p = new Impl();
        Producer<String> q = new Impl();
        System.out.println(p.produce() + q.produce());
        int bridges = 0;
        for (java.lang.reflect.Method m : Impl.class.getDeclaredMethods()) {
            bridges += m.isBridge() ? 1 : 0;
        }
        System.out.println(bridges);
    }
}
