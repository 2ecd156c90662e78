// SPDX-License-Identifier: Apache-2.0
package phantom.vm;

import java.util.Map;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;
import jdk.internal.loader.ClassLoaders;

/**
 * Programs that are booted ahead (base.h): training, waiting, and what is then made anew, since
 * many programs are made of one image. Natives: natives_base.c.
 */
final class Base {
    private Base() {}

    /** Whether nobody has said yet what to run. */
    static native boolean isAhead();

    /** Until somebody has. */
    private static native void awaitArguments();

    /** An own static field "name:descriptor" of the class; only of an initialised one. */
    static native Object getStatic(Class<?> type, String key);
    private static native void setStatic(Class<?> type, String key, long value);

    /** As the system's source of chance says it. */
    private static native long random();

    /** Comes back when the program is told what it is, and is as if it had just been booted. */
    static void await() {
        Training.run();
        awaitArguments();
        adaptProperties();
        renewChance();
    }

    /** The class path and -D: whoever copies a base sees to it that no others were looked at. */
    @SuppressWarnings("unchecked")
    private static void adaptProperties() {
        Map<String, String> saved = (Map<String, String>) getStatic(
            VM.bootClass("jdk/internal/misc/VM"), "savedProps:Ljava/util/Map;");
        String[] given = vmProperties();
        for (int i = 0; i < given.length; i += 2) {
            if (!given[i + 1].equals(saved.get(given[i]))) {
                saved.put(given[i], given[i + 1]);
                System.setProperty(given[i], given[i + 1]);
            }
        }
        setStatic(VM.bootClass("jdk/internal/misc/VM"), "directMemory:J",
            Runtime.getRuntime().maxMemory());
        Class<?> paths = VM.bootClass("jdk/internal/loader/URLClassPath");
        Object path = VM.allocate(paths);
        VM.call(paths, "<init>(Ljava/lang/String;Z)V", path, saved.get("java.class.path"), false);
        VM.call(VM.bootClass("jdk/internal/loader/BuiltinClassLoader"),
            "setClassPath(Ljdk/internal/loader/URLClassPath;)V",
            ClassLoaders.appClassLoader(), path);
    }

    /** Names and values in turn, as the library is told them at its beginning. */
    private static native String[] vmProperties();

    private static void renew(Class<?> type, String seed) {
        VM.initialise(type);
        ((AtomicLong) getStatic(type, seed)).set(random());
    }

    /** What has been drawn by lot is drawn again. */
    private static void renewChance() {
        Class<?> collections = VM.bootClass("java/util/ImmutableCollections");
        long salt = random() & 0xFFFF_FFFFL;
        setStatic(collections, "SALT32L:J", salt);
        setStatic(collections, "REVERSE:Z", (salt & 1) == 0 ? 1 : 0);
        renew(ThreadLocalRandom.class, "seeder:Ljava/util/concurrent/atomic/AtomicLong;");
        renew(Random.class, "seedUniquifier:Ljava/util/concurrent/atomic/AtomicLong;");
        renew(SplittableRandom.class, "defaultGen:Ljava/util/concurrent/atomic/AtomicLong;");
    }
}
