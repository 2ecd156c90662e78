// SPDX-License-Identifier: Apache-2.0
package phantom.vm;

import java.io.FileDescriptor;
import java.io.FileOutputStream;

/** What a thread runs, from its first to its last. Natives: natives_thread.c. */
final class Starter {
    private Starter() {}

    static void run(Thread thread) {
        try {
            thread.run();
        } catch (Throwable thrown) {
            uncaught(thread, thrown);
        }
        finish(thread);
    }

    /** What the handler throws is ignored (JLS 11.3), but for a line. */
    static void uncaught(Thread thread, Throwable thrown) {
        try {
            VM.call(VM.bootClass("java/lang/Thread"),
                "dispatchUncaughtException(Ljava/lang/Throwable;)V", thread, thrown);
        } catch (Throwable ignored) {
            say("\nException: " + ignored.getClass().getName()
                + " thrown from the UncaughtExceptionHandler in thread \"" + thread.getName()
                + "\"\n");
        }
    }

    /** On standard error itself, whatever System.err is. */
    private static void say(String text) {
        try {
            new FileOutputStream(FileDescriptor.err).write(text.getBytes());
        } catch (Throwable ignored) {
            return;
        }
    }

    /** The thread has ended, and who joins it goes on. */
    static void finish(Thread thread) {
        try {
            VM.call(VM.bootClass("java/lang/Thread"), "exit()V", thread);
        } catch (Throwable ignored) {
            // it ends all the same
        }
        synchronized (thread) {
            ended(thread);
            thread.notifyAll();
        }
    }

    private static native void ended(Thread thread);
}
