// SPDX-License-Identifier: Apache-2.0
package phantom.vm;

import sun.launcher.LauncherHelper;

/**
 * Runs the main method of what the arguments name, as the java command does, and ends the program
 * after it. Arguments: options, -jar FILE, -m MODULE or a class, the program's own.
 */
final class Launcher {
    private Launcher() {}

    private static final int CLASS = 1; // sun.launcher.LauncherHelper
    private static final int JAR = 2;
    private static final int MODULE = 3;
    static final String MAIN = "main([Ljava/lang/String;)V";

    /** When, in milliseconds since 1970. */
    static long begun;

    /** Options whose value is the next argument. */
    private static boolean hasValue(String option) {
        return option.equals("-cp") || option.equals("-classpath")
            || option.equals("--class-path");
    }

    private static String[] rest(String[] arguments, int from) {
        String[] rest = new String[arguments.length - from];
        System.arraycopy(arguments, from, rest, 0, rest.length);
        return rest;
    }

    /**
     * LauncherHelper's class, which it looks at with reflection; mostly it need not be asked, and
     * programs begin sooner. What it says of a class that cannot be loaded is left to it too.
     */
    private static Class<?> mainClass(int mode, String name) {
        if (mode == CLASS) {
            try {
                Class<?> type = Class.forName(name.replace('/', '.'), false,
                                              ClassLoader.getSystemClassLoader());
                if (VM.hasPlainMain(type)) {
                    return type;
                }
            } catch (ClassNotFoundException | LinkageError thrown) {
                // once more
            }
        }
        return LauncherHelper.checkAndLoadMain(true, mode, name);
    }

    private static void runMain(String[] arguments) {
        int at = 0;
        int mode = CLASS;
        for (; at < arguments.length && arguments[at].startsWith("-"); at++) {
            if (arguments[at].equals("-jar") || arguments[at].equals("-m")) {
                mode = arguments[at].equals("-m") ? MODULE : JAR;
                at++;
                break;
            }
            if (hasValue(arguments[at])) {
                at++;
            }
        }
        Class<?> type = mainClass(mode, arguments[at]);
        VM.callStatic(type, MAIN, rest(arguments, at + 1));
    }

    /** Whoever joins the main thread goes on; what is left to do another java.lang.Thread does. */
    private static void endMain() {
        Thread main = Thread.currentThread();
        ThreadGroup group = main.getThreadGroup();
        Starter.finish(main);
        Thread ending = (Thread) VM.allocate(Thread.class);
        VM.attach(ending);
        VM.call(Thread.class, "<init>(Ljava/lang/ThreadGroup;Ljava/lang/String;)V", ending, group,
                "DestroyJavaVM");
    }

    static void run(String[] arguments) {
        int code = 0;
        begun = System.currentTimeMillis();
        try {
            runMain(arguments);
        } catch (Throwable thrown) {
            Starter.uncaught(Thread.currentThread(), thrown);
            code = 1;
        }
        endMain();
        VM.awaitOthers();
        VM.call(VM.bootClass("java/lang/Shutdown"), "shutdown()V");
        VM.exit(code);
    }
}
