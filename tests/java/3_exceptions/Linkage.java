// SPDX-License-Identifier: Apache-2.0
// Classes that are not there, or are not what was expected, asked for by name.
class Linkage {
    static class Fine {
        static { System.out.println("Fine"); }
    }

    abstract static class Abstract { }

    static void load(String name, boolean initialise) {
        try {
            Class<?> c = Class.forName(name, initialise, Linkage.class.getClassLoader());
            System.out.println(c);
        } catch (ClassNotFoundException | LinkageError e) {
            System.out.println(e);
        }
    }

    public static void main(String[] args) throws Exception {
        load("Nowhere", true);
        load("Linkage$Fine", false);
        load("Linkage$Fine", true);
        load("Linkage.Fine", true);
        load("[I", true);
        load("[LLinkage$Fine;", true);
        load("[LNowhere;", true);
        load("int", true);
        load("java/lang/String", true);
        load("", true);
        try {
            Abstract.class.getDeclaredConstructor().newInstance();
        } catch (InstantiationException e) {
            System.out.println(e);
        }
        try {
            Class.forName("nowhere.to.be.Found");
        } catch (ClassNotFoundException e) {
            System.out.println(e.getMessage() + " " + e.getCause());
        }
    }
}
