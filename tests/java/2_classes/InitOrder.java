// SPDX-License-Identifier: Apache-2.0
// In which order classes and interfaces are initialised (JLS 12.4), also where they need each
// other, and instances with initialisers and calls from constructors.
class InitOrder {
    static int say(String text, int value) {
        System.out.println(text);
        return value;
    }

    interface Plain {
        int A = say("Plain", 1);
    }

    interface WithDefault {
        int B = say("WithDefault", 2);

        default int act() {
            return B;
        }
    }

    interface Below extends WithDefault, Plain {
        int C = say("Below", 3);
    }

    static class Top implements Plain {
        static int top = say("Top", 4);
    }

    static class Sub extends Top implements Below {
        static int sub = say("Sub", 5);
    }

    static class Constants {
        static final int INLINE = 6;
        static final Integer BOXED = say("Constants", 7);
        static final String TEXT = "text";
    }

    static class First {
        static int value = 10;
        static {
            System.out.println("First sees " + Second.value);
            value = 20;
        }
    }

    static class Second {
        static int value = 30;
        static {
            System.out.println("Second sees " + First.value);
            value = 40;
        }
    }

    static class Parent {
        {
            System.out.println("Parent block");
        }

        Parent() {
            System.out.println("Parent()");
            hook();
        }

        void hook() {
            System.out.println("Parent.hook");
        }
    }

    static class Child extends Parent {
        final int constant = 1;
        final Integer boxed = 2;
        int plain = 3;
        {
            System.out.println("Child block " + plain);
            plain = 4;
        }

        Child(int x) {
            System.out.println("Child(int) " + x + plain);
        }

        Child() {
            this(9);
            System.out.println("Child()");
        }

        @Override
        void hook() {
            System.out.println("Child.hook " + constant + boxed + plain);
        }
    }

    enum Planet {
        EARTH, MARS;

        static final int COUNT = values().length;
        static {
            System.out.println("Planet " + COUNT);
        }

        Planet() {
            System.out.println("make " + ordinal());
        }
    }

    static class Fails {
        static int value;
        static {
            value = 1;
            if (value == 1) {
                throw new IllegalStateException("no");
            }
        }
    }

    static class BelowFails extends Fails { }

    public static void main(String[] args) {
        System.out.println(Constants.INLINE + Constants.TEXT);
        System.out.println(Constants.BOXED);
        System.out.println("array " + new Top[1].length);
        Top none = null;
        System.out.println(none instanceof Top);
        System.out.println(Sub.top);
        System.out.println(new Sub().act());
        System.out.println(Below.C);
        System.out.println(Plain.A);
        System.out.println(First.value + " " + Second.value);
        new Child();
        System.out.println(Planet.MARS);
        try {
            new BelowFails();
        } catch (ExceptionInInitializerError e) {
            System.out.println(e + " " + e.getCause());
        }
        for (int i = 0; i < 2; i++) {
            try {
                System.out.println(Fails.value);
            } catch (NoClassDefFoundError e) {
                System.out.println(e.getMessage());
            }
        }
    }
}
