// SPDX-License-Identifier: Apache-2.0
package phantom.vm;

/** Finds what a class refers to where Java code has to be asked: loaders, bootstrap methods. */
final class Linker {
    private Linker() {}

    /** Lets the loader of `caller` answer for the name, of arrays for that of their items' class. */
    static void load(Class<?> caller, String wanted) {
        int depth = wanted.lastIndexOf('[') + 1;
        String name = depth == 0 ? wanted : wanted.substring(depth + 1, wanted.length() - 1);
        ClassLoader loader = caller.getClassLoader();
        Class<?> answer;
        try {
            answer = loader.loadClass(name.replace('/', '.'));
        } catch (ClassNotFoundException missing) {
            NoClassDefFoundError error = new NoClassDefFoundError(name);
            error.initCause(missing);
            throw error;
        }
        if (answer == null) {
            throw new NoClassDefFoundError(name);
        }
        VM.note(loader, name, answer);
    }

    /** Finds what is no plain string or class; natives_link.c says what the numbers are. */
    static void constant(Class<?> caller, int constant, int index, int role, int site) {
        Constants.link(caller, constant, index, role);
    }
}
