// SPDX-License-Identifier: Apache-2.0
// Private access among nest mates, package access, protected, shadowed statics.
class Access {
    private static int hidden = 1;
    private int own = 2;

    private static int secret(int x) { return x + hidden; }

    static class Mate {
        private int mine = 3;

        int look(Access a) { return a.own++ + secret(10) + hidden++; }

        private class Deeper {
            private int look() { return mine + hidden; }
        }
    }

    static class Base {
        private String who() { return "Base.private"; }
        String call() { return who(); }
        protected String pro() { return "Base.protected"; }
        String pack() { return "Base.package"; }
    }

    static class Derived extends Base {
        private String who() { return "Derived.private"; }
        String both() { return who() + call() + ((Base) this).who(); }
        @Override
        public String pro() { return super.pro() + "+"; }
        @Override
        protected String pack() { return "Derived." + super.pack(); }
    }

    static class Shadow {
        static String name = "Shadow.name";
        String name() { return name; }
    }

    static class Under extends Shadow {
        static String name = "Under.name";
        String names() { return name + super.name + name(); }
    }

    public static void main(String[] args) {
        Access a = new Access();
        System.out.println(new Mate().look(a) + " " + a.own + hidden);
        System.out.println(new Mate().new Deeper().look());
        System.out.println(new Derived().both());
        Base b = new Derived();
        System.out.println(b.pro() + b.pack());
        System.out.println(new Under().names());
    }
}
