// SPDX-License-Identifier: Apache-2.0
package phantom.vm;

/** The first Java code of a program: the library is initialised, then its main method is called. */
final class Boot {
    private Boot() {}

    private static final String INIT_GROUP = "<init>()V";

    /** What is thrown when no further class can be had. */
    private static final String[] ERRORS = {
        "ArithmeticException", "ArrayIndexOutOfBoundsException", "ArrayStoreException",
        "ClassCastException", "ClassNotFoundException", "IllegalMonitorStateException",
        "InternalError", "NegativeArraySizeException", "NoClassDefFoundError",
        "NullPointerException", "OutOfMemoryError", "StackOverflowError", "ThreadDeath",
        "UnsatisfiedLinkError",
    };

    static void main() {
        Class<?> groups = VM.bootClass("java/lang/ThreadGroup");
        Class<?> threads = VM.bootClass("java/lang/Thread");
        ThreadGroup system = (ThreadGroup) VM.allocate(groups);
        Thread main = (Thread) VM.allocate(threads);
        VM.attach(main);
        VM.call(groups, INIT_GROUP, system);
        VM.setThreadGroup(system);
        ThreadGroup group = new ThreadGroup(system, "main");
        VM.call(threads, "<init>(Ljava/lang/ThreadGroup;Ljava/lang/String;)V", main, group, "main");
        // The library's accessors to itself are there once this is initialised.
        VM.allocate(VM.bootClass("java/lang/reflect/Method"));
        Class<?> systems = VM.bootClass("java/lang/System");
        VM.call(systems, "initPhase1()V");
        if (VM.callInt(systems, "initPhase2(ZZ)I", false, false) != 0) {
            VM.exit(1);
        }
        VM.call(systems, "initPhase3()V");
        for (String error : ERRORS) {
            VM.initialise(VM.bootClass("java/lang/".concat(error)));
        }
        if (Base.isAhead()) {
            Base.await();
        }
        Launcher.run(VM.arguments());
    }
}
