// SPDX-License-Identifier: Apache-2.0
package phantom.vm;

/** Runs the main method of the class that the arguments name, and ends the program after it. */
final class Launcher {
    private Launcher() {}

    static void run(String[] arguments) {
        int code = 0;
        try {
            String[] rest = new String[arguments.length - 1];
            System.arraycopy(arguments, 1, rest, 0, rest.length);
            Class<?> type = ClassLoader.getSystemClassLoader().loadClass(
                arguments[0].replace('/', '.'));
            VM.callStatic(type, "main([Ljava/lang/String;)V", rest);
        } catch (Throwable thrown) {
            Thread current = Thread.currentThread();
            current.getUncaughtExceptionHandler().uncaughtException(current, thrown);
            code = 1;
        }
        VM.awaitOthers();
        VM.call(VM.bootClass("java/lang/Shutdown"), "shutdown()V");
        VM.exit(code);
    }
}
