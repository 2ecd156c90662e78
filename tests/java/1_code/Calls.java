// SPDX-License-Identifier: Apache-2.0
// Static, virtual, interface, special calls; arguments of all kinds, results of all kinds.
class Calls {
    interface Speaks {
        String speak(int times);
    }

    abstract static class Animal implements Speaks {
        abstract String sound();

        public String speak(int times) {
            String s = "";
            for (int i = 0; i < times; i++) {
                s += sound();
            }
            return s;
        }
    }

    static class Dog extends Animal {
        String sound() {
            return "wuff";
        }
    }

    static class Puppy extends Dog {
        String sound() {
            return super.sound() + "?";
        }

        public String speak(int times) {
            return "little " + super.speak(times);
        }
    }

    static double mixed(byte a, long b, float c, double d, char e, String f, boolean g, short h) {
        return a + b * 2 + c * 3 + d * 4 + e + f.length() + (g ? 1 : 0) + h;
    }

    static boolean yes() { return true; }
    static char letter() { return 'q'; }
    static byte small() { return -9; }
    static long large() { return Long.MIN_VALUE; }
    static float single() { return 0.5f; }
    static void nothing() { }
    private int secret() { return 42; }

    public static void main(String[] args) {
        Speaks[] all = {new Dog(), new Puppy()};
        for (Speaks s : all) {
            System.out.println(s.speak(2));
        }
        Animal a = new Puppy();
        System.out.println(a.speak(1));
        System.out.println(mixed((byte) -1, 1L << 33, 2.5f, 0.125, 'x', "four", true, (short) 6));
        System.out.println(yes());
        System.out.println(letter());
        System.out.println(small());
        System.out.println(large());
        System.out.println(single());
        nothing();
        System.out.println(new Calls().secret());
    }
}
