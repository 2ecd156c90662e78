// SPDX-License-Identifier: Apache-2.0
package phantom.vm;

import java.lang.reflect.Array;
import java.lang.reflect.Constructor;
import java.util.concurrent.locks.LockSupport;

/**
 * What java.lang.management asks about the machine. Its classes are in another module, so they are
 * met by reflection.
 */
final class Management {
    private static final String PACKAGE = "java/lang/management/";

    private Management() {}

    /** MemoryUsage of the objects, or of what is kept outside of them (which nobody counts). */
    static Object memory(boolean isHeap) throws ReflectiveOperationException {
        Runtime runtime = Runtime.getRuntime();
        long total = isHeap ? runtime.totalMemory() : 0;
        long used = isHeap ? Math.max(total - runtime.freeMemory(), 0) : 0;
        Class<?> type = VM.bootClass(PACKAGE + "MemoryUsage");
        return type.getConstructor(long.class, long.class, long.class, long.class)
            .newInstance(0L, used, Math.max(total, used), isHeap ? runtime.maxMemory() : -1L);
    }

    /** An empty array of that type of the package. */
    static Object none(String type) {
        return Array.newInstance(VM.bootClass(PACKAGE + type), 0);
    }

    /** Milliseconds since 1970 when the program was begun. */
    static long begun() {
        return Launcher.begun;
    }

    /** Milliseconds since then. */
    static long uptime() {
        return Math.max(System.currentTimeMillis() - Launcher.begun, 0);
    }

    /** Live threads: all, or daemons. */
    static int threads(boolean daemonsOnly) {
        int count = 0;
        for (Thread thread : Thread.getAllStackTraces().keySet()) {
            count += !daemonsOnly || thread.isDaemon() ? 1 : 0;
        }
        return count;
    }

    /** ThreadInfo of the threads with those ids; null of one that is not alive. */
    static void infos(long[] ids, int depth, Object[] infos) throws ReflectiveOperationException {
        var traces = Thread.getAllStackTraces();
        for (var entry : traces.entrySet()) {
            for (int i = 0; i < ids.length; i++) {
                if (entry.getKey().getId() == ids[i]) {
                    infos[i] = info(entry.getKey(), entry.getValue(), depth);
                }
            }
        }
    }

    /** The same in a new array; ids null: of all threads. */
    static Object dump(long[] ids, int depth) throws ReflectiveOperationException {
        Class<?> type = VM.bootClass(PACKAGE + "ThreadInfo");
        var traces = Thread.getAllStackTraces();
        if (ids != null) {
            Object[] infos = (Object[]) Array.newInstance(type, ids.length);
            infos(ids, depth, infos);
            return infos;
        }
        Object[] infos = (Object[]) Array.newInstance(type, traces.size());
        int count = 0;
        for (var entry : traces.entrySet()) {
            infos[count++] = info(entry.getKey(), entry.getValue(), depth);
        }
        return infos;
    }

    private static Object info(Thread thread, StackTraceElement[] trace, int depth)
            throws ReflectiveOperationException {
        int length = depth < 0 ? trace.length : Math.min(depth, trace.length);
        Constructor<?> constructor = VM.bootClass(PACKAGE + "ThreadInfo").getDeclaredConstructor(
            Thread.class, int.class, Object.class, Thread.class, long.class, long.class,
            long.class, long.class, StackTraceElement[].class);
        constructor.setAccessible(true);
        return constructor.newInstance(thread, state(thread), LockSupport.getBlocker(thread), null,
            0L, -1L, 0L, -1L, java.util.Arrays.copyOf(trace, length));
    }

    /** A bit that jdk.internal.misc.VM.toThreadState takes for the state. */
    private static int state(Thread thread) {
        return switch (thread.getState()) {
            case NEW -> 0;
            case RUNNABLE -> 0x4;
            case BLOCKED -> 0x400;
            case WAITING -> 0x10;
            case TIMED_WAITING -> 0x20;
            case TERMINATED -> 0x2;
        };
    }
}
