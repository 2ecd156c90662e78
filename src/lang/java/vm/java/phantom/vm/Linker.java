// SPDX-License-Identifier: Apache-2.0
package phantom.vm;

/** Finds what a class refers to where Java code has to be asked: loaders, bootstrap methods. */
final class Linker {
    private Linker() {}

    /** Lets the loader of `caller` answer for the name (also an array's); that is noted. */
    static void load(Class<?> caller, String name) {
        Classes.named(caller, name);
    }

    /** Lets `from`, in another module, use public class `to`, or throws. */
    static void access(Class<?> from, Class<?> to) {
        Module mine = from.getModule();
        check("", from.getName(), mine, to);
        VM.noteAccess(from, to,
                      !mine.isNamed() && to.getModule().isExported(to.getPackageName()));
    }

    /** May a class of module `mine` use public class `to`, as far as modules go? Throws if not. */
    static void check(String before, String from, Module mine, Class<?> to) {
        Module other = to.getModule();
        String name = to.getPackageName();
        String why = !mine.canRead(other)
            ? text(mine) + " does not read " + text(other)
            : other.isExported(name, mine) ? null
            : text(other) + " does not export " + name + " to " + text(mine);
        if (why != null) {
            throw new IllegalAccessError(before + "class " + from + " (in " + text(mine)
                + ") cannot access class " + to.getName() + " (in " + text(other) + ") because "
                + why);
        }
    }

    private static String text(Module module) {
        return module.isNamed() ? "module " + module.getName()
            : "unnamed module @0x" + Integer.toHexString(module.hashCode());
    }

    /** Finds what is no plain string or class; natives_link.c says what the numbers are. */
    static void constant(Class<?> caller, int constant, int index, int role, int site) {
        Constants.link(caller, constant, index, role);
    }
}
