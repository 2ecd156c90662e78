// SPDX-License-Identifier: Apache-2.0
package phantom.vm;

/** Finds what a class refers to where Java code has to be asked: loaders, bootstrap methods. */
final class Linker {
    private Linker() {}

    /** Lets the loader of `caller` answer for the name (also an array's); that is noted. */
    static void load(Class<?> caller, String name) {
        Classes.named(caller, name);
    }

    /** Finds what is no plain string or class; natives_link.c says what the numbers are. */
    static void constant(Class<?> caller, int constant, int index, int role, int site) {
        Constants.link(caller, constant, index, role);
    }
}
