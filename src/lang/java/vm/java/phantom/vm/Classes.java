// SPDX-License-Identifier: Apache-2.0
package phantom.vm;

/** Finds classes by the names that other classes have for them; natives_class.c calls this. */
final class Classes {
    private Classes() {}

    /** What `loader` answers for the name (with slashes; arrays too), asked for if need be. */
    static Class<?> find(ClassLoader loader, String name) throws ClassNotFoundException {
        Class<?> known = VM.answered(loader, name);
        if (known != null) {
            return known;
        }
        String element = elementOf(name);
        if (loader == null || element == null) {
            throw new ClassNotFoundException(name.replace('/', '.'));
        }
        Class<?> answer = loader.loadClass(element.replace('/', '.'));
        if (answer == null) {
            throw new ClassNotFoundException(name.replace('/', '.'));
        }
        VM.note(loader, element, answer);
        return VM.answered(loader, name);
    }

    /** Name of the class that an array's name is made from; null: there is none. */
    private static String elementOf(String name) {
        if (!name.startsWith("[")) {
            return name;
        }
        int at = name.lastIndexOf('[') + 1;
        return name.startsWith("L", at) && name.endsWith(";")
            ? name.substring(at + 1, name.length() - 1) : null;
    }

    static Class<?> forName(String name, boolean initialise, ClassLoader loader)
            throws ClassNotFoundException {
        Class<?> found = find(loader, name.replace('.', '/'));
        if (initialise) {
            VM.initialise(found);
        }
        return found;
    }

    /** The class that `from` calls so; not finding it is an error. */
    static Class<?> named(Class<?> from, String name) {
        try {
            return find(VM.loaderOf(from), name);
        } catch (ClassNotFoundException missing) {
            NoClassDefFoundError error = new NoClassDefFoundError(name);
            error.initCause(missing);
            throw error;
        }
    }

    static Class<?> declaring(Class<?> from, String name) {
        return named(from, name);
    }

    static Class<?>[] members(Class<?> from, String[] names) {
        Class<?>[] found = new Class<?>[names.length];
        for (int i = 0; i < names.length; i++) {
            found[i] = named(from, names[i]);
        }
        return found;
    }

    /** Subclasses that cannot be found are left out. */
    static Class<?>[] permitted(Class<?> from, String[] names) {
        Class<?>[] found = new Class<?>[names.length];
        int count = 0;
        for (String name : names) {
            try {
                found[count] = named(from, name);
                count++;
            } catch (LinkageError missing) {
                // not there
            }
        }
        return first(found, count);
    }

    private static Class<?>[] first(Class<?>[] all, int count) {
        Class<?>[] found = new Class<?>[count];
        System.arraycopy(all, 0, found, 0, count);
        return found;
    }

    static Object[] enclosing(Class<?> from, String outer, String name, String descriptor) {
        return new Object[] {named(from, outer), name, descriptor};
    }

    /** The class itself if the one that it names is no host of its. */
    static Class<?> nestHost(Class<?> from, String name) {
        try {
            Class<?> host = named(from, name);
            return isMate(from, host) ? host : from;
        } catch (LinkageError missing) {
            return from;
        }
    }

    private static boolean isMate(Class<?> member, Class<?> host) {
        return VM.loaderOf(member) == VM.loaderOf(host)
            && member.getPackageName().equals(host.getPackageName())
            && VM.isNestMember(member, host);
    }

    static Class<?>[] nestMembers(Class<?> from, String[] names) {
        Class<?> host = from.getNestHost();
        if (host != from) {
            return host.getNestMembers();
        }
        Class<?>[] found = new Class<?>[names.length + 1];
        int count = 0;
        found[count++] = from;
        for (String name : names) {
            try {
                Class<?> member = named(from, name);
                if (member.getNestHost() == from) {
                    found[count++] = member;
                }
            } catch (LinkageError missing) {
                // no member then
            }
        }
        return first(found, count);
    }

    static boolean areNestMates(Class<?> one, Class<?> other) {
        return one == other || one.getNestHost() == other.getNestHost();
    }
}
