// SPDX-License-Identifier: Apache-2.0
package phantom.vm;

import java.nio.ByteBuffer;
import java.security.ProtectionDomain;

/** Defines classes for loaders; these are asked for superclasses first. Natives end in calls of it. */
final class Definer {
    private Definer() {}

    // Flags of defineClass0, from java.lang.invoke.MethodHandleNatives.Constants.
    private static final int NESTMATE = 1;
    private static final int HIDDEN = 2;

    /** ClassLoader.defineClass1 */
    static Class<?> define(ClassLoader loader, String name, byte[] bytes, int offset, int length,
                           ProtectionDomain domain) {
        byte[] file = part(bytes, offset, length);
        String[] names = VM.readClass(file, name == null ? null : name.replace('.', '/'));
        return VM.define(loader, names[0], file, supers(loader, names), domain);
    }

    /** ClassLoader.defineClass2 */
    static Class<?> defineBuffer(ClassLoader loader, String name, ByteBuffer buffer, int offset,
                                 int length, ProtectionDomain domain) {
        byte[] file = new byte[length];
        buffer.duplicate().position(offset).get(file);
        return define(loader, name, file, 0, length, domain);
    }

    /** ClassLoader.defineClass0: a class for java.lang.invoke.MethodHandles.Lookup. */
    static Class<?> defineFor(ClassLoader loader, Class<?> lookup, String name, byte[] bytes,
                              int offset, int length, ProtectionDomain domain, boolean initialise,
                              int flags, Object data) {
        Class<?> made;
        if ((flags & HIDDEN) == 0) {
            made = define(loader, name, bytes, offset, length, domain);
        } else {
            byte[] file = part(bytes, offset, length);
            String[] names = VM.readClass(file, null); // it goes by the name that is given
            String own = name == null ? names[0] : name.replace('.', '/');
            made = VM.defineHidden(loader, own, file, supers(loader, names), domain,
                                   (flags & NESTMATE) == 0 ? null : lookup.getNestHost(), data);
        }
        if (initialise) {
            VM.initialise(made);
        }
        return made;
    }

    private static byte[] part(byte[] bytes, int offset, int length) {
        if (bytes == null) {
            throw new NullPointerException();
        }
        if (length < 0 || offset < 0 || length > bytes.length - offset) {
            throw new ArrayIndexOutOfBoundsException();
        }
        byte[] file = new byte[length];
        System.arraycopy(bytes, offset, file, 0, length);
        return file;
    }

    /** A class whose superclasses are being asked for, by a thread. */
    private static final class Pending {
        final Thread thread = Thread.currentThread();
        final ClassLoader loader;
        final String name;
        Pending next;

        Pending(ClassLoader loader, String name) {
            this.loader = loader;
            this.name = name;
        }
    }

    private static Pending pending;

    private static synchronized void push(Pending one) {
        one.next = pending;
        pending = one;
    }

    private static synchronized void drop(Pending one) {
        if (pending == one) {
            pending = one.next;
            return;
        }
        Pending at = pending;
        while (at.next != one) {
            at = at.next;
        }
        at.next = one.next;
    }

    private static synchronized boolean isPending(ClassLoader loader, String name) {
        Thread thread = Thread.currentThread();
        for (Pending at = pending; at != null; at = at.next) {
            if (at.thread == thread && at.loader == loader && at.name.equals(name)) {
                return true;
            }
        }
        return false;
    }

    /** The class's superclass and interfaces: all but the first of the names. */
    private static Class<?>[] supers(ClassLoader loader, String[] names) {
        Pending one = new Pending(loader, names[0]);
        push(one);
        try {
            return findSupers(loader, names);
        } finally {
            drop(one);
        }
    }

    private static Class<?>[] findSupers(ClassLoader loader, String[] names) {
        Class<?>[] found = new Class<?>[names.length - 1];
        for (int i = 0; i < found.length; i++) {
            String name = names[i + 1];
            if (name == null) {
                continue;
            }
            if (isPending(loader, name)) {
                throw new ClassCircularityError(name);
            }
            try {
                found[i] = Classes.find(loader, name);
            } catch (ClassNotFoundException missing) {
                NoClassDefFoundError error = new NoClassDefFoundError(name);
                error.initCause(missing);
                throw error;
            }
        }
        checkExports(loader, names[0], found);
        return found;
    }

    /** What is not public is the native's affair, which knows packages. */
    private static void checkExports(ClassLoader loader, String name, Class<?>[] supers) {
        Module mine = null;
        for (int i = 0; i < supers.length; i++) {
            Class<?> above = supers[i];
            if (above == null || above.getModule() == null || !VM.isPublic(above)
                || VM.isEverywhere(above)) {
                continue;
            }
            if (mine == null) {
                mine = VM.moduleOf(loader, name);
            }
            if (mine != null && mine != above.getModule()) {
                Linker.check(i == 0 ? "superclass access check failed: "
                             : "superinterface check failed: ", name.replace('/', '.'), mine,
                             above);
            }
        }
    }
}
