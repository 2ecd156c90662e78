// SPDX-License-Identifier: Apache-2.0
// Virtual calls from constructors, super first, this(...), escaping this, final fields.
class Constructors {
    static class Base {
        final String seen;

        Base() {
            this("default");
            System.out.println("Base() " + name());
        }

        Base(String s) {
            seen = s + name();
            System.out.println("Base(String) " + seen);
        }

        String name() { return "base"; }
    }

    static class Derived extends Base {
        String label = "set";
        final int constant = 7;
        final int computed = Integer.parseInt("8");

        Derived() {
            System.out.println("Derived() " + name());
        }

        @Override
        String name() { return "derived " + label + constant + computed; }
    }

    static class Singleton {
        static final Singleton ONE = new Singleton();
        static int count = 5;
        int copy;

        Singleton() {
            copy = count;
            count++;
        }
    }

    static class Fails {
        static Fails escaped;

        Fails(boolean fail) {
            escaped = this;
            if (fail) {
                throw new IllegalStateException("in constructor");
            }
        }
    }

    public static void main(String[] args) {
        new Base();
        System.out.println(new Derived().seen);
        System.out.println(Singleton.ONE.copy + " " + Singleton.count);
        try {
            new Fails(true);
        } catch (IllegalStateException e) {
            System.out.println(e.getMessage() + (Fails.escaped != null));
        }
    }
}
