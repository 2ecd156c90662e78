// SPDX-License-Identifier: Apache-2.0
package phantom.vm;

/** What the machine does for this package. Natives: natives_lang.c. */
final class VM {
    private VM() {}

    /** The boot loader's class of that binary name with slashes, or null. */
    static native Class<?> bootClass(String name);

    /** An instance on which no constructor was called; the class is initialised. */
    static native Object allocate(Class<?> type);

    /**
     * Calls the method "name(descriptor)" of the class itself, whatever its access is. The
     * descriptor must be made of the parameters given here.
     */
    static native void call(Class<?> type, String key);
    static native void call(Class<?> type, String key, Object receiver);
    static native void call(Class<?> type, String key, Object receiver, Object first);
    static native void call(Class<?> type, String key, Object receiver, Object first,
                            Object second);
    static native void call(Class<?> type, String key, Object receiver, Object first,
                            boolean second);
    static native int callInt(Class<?> type, String key, boolean first, boolean second);
    static native void callStatic(Class<?> type, String key, Object first);

    /** Its main method is what LauncherHelper would take, and it would say nothing. */
    static native boolean hasPlainMain(Class<?> type);

    /** Arguments of the program, as the command gave them. */
    static native String[] arguments();

    /** This very thread of the machine is `thread` from now on. */
    static native void attach(Thread thread);

    /** The program ends. */
    static native void exit(int code);

    /** Waits until no thread but this and daemons is left. */
    static native void awaitOthers();

    static native void setThreadGroup(ThreadGroup group);

    /** Class of what the trap with that number throws, with slashes. */
    static native String trapClass(int trap);

    /** Its class file says that it is; a nested class may say something else of itself. */
    static native boolean isPublic(Class<?> type);

    /** Whatever the module, it may use the class if that is public: one of java.base's java.*. */
    static native boolean isEverywhere(Class<?> type);

    /** The module of classes of that loader and the package of that name; null: not known yet. */
    static native Module moduleOf(ClassLoader loader, String className);

    /** The class for which this one above it is being initialised, or null. */
    static native Class<?> initialisedBelow(Class<?> type);

    /** What setFailure has noted of the class, or null: why it could not be initialised. */
    static native Throwable failure(Class<?> type);

    static native void setFailure(Class<?> type, Throwable why);

    /** Notes that `loader` has answered `answer` for the name; whose answer it is from now on. */
    static native Class<?> note(ClassLoader loader, String name, Class<?> answer);

    /**
     * What the loader has answered for the name, or null; also arrays of that. The boot loader
     * (null) loads it. Slashes in the name.
     */
    static native Class<?> answered(ClassLoader loader, String name);

    /**
     * Reads a class file, which must be of class `name` (with slashes; null: of any): what it is
     * called, its superclass or null, its interfaces.
     */
    static native String[] readClass(byte[] file, String name);

    /** Defines what readClass has read; `supers` are superclass and interfaces. */
    static native Class<?> define(ClassLoader loader, String name, byte[] file, Class<?>[] supers,
                                  Object domain);

    /** The same, hidden: found by nobody; `host` (or null) is its nest host. */
    static native Class<?> defineHidden(ClassLoader loader, String name, byte[] file,
                                        Class<?>[] supers, Object domain, Class<?> host,
                                        Object data);

    /**
     * Notes that `from` may use `to` as far as modules go; `forAll`: so may all classes of unnamed
     * modules.
     */
    static native void noteAccess(Class<?> from, Class<?> to, boolean forAll);

    static native ClassLoader loaderOf(Class<?> type);

    /** Initialises the class, if it is not. */
    static native void initialise(Class<?> type);

    /** Whether `host` names `member` as a member of its nest. */
    static native boolean isNestMember(Class<?> member, Class<?> host);
}
