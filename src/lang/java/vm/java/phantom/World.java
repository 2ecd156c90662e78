// SPDX-License-Identifier: Apache-2.0
package phantom;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;

/**
 * The world that this program lives in. No program needs it: a world is cut, killed and resumed
 * without its programs taking part. It is for those that want to know.
 *
 * <p>On another Java virtual machine {@link #isPresent} is false, and whatever else is called here
 * throws UnsupportedOperationException.
 */
public final class World {
    private World() {}

    private static final boolean PRESENT = look();

    private static boolean look() {
        try {
            return here();
        } catch (UnsatisfiedLinkError e) {
            return false;
        }
    }

    private static void check() {
        if (!PRESENT) {
            throw new UnsupportedOperationException(
                "there is no Phantom world here: run the program with 'phantom run'");
        }
    }

    /** Whether this program runs in a world of Phantom. */
    public static boolean isPresent() {
        return PRESENT;
    }

    /**
     * Cuts now, and returns when the cut is durable: whatever happens from now on, this program
     * will never again be where it was before this call. While no cut can be written (the disk is
     * full) it waits.
     */
    public static void cut() {
        check();
        awaitCut();
    }

    /**
     * Lets {@code action} run once after each resume of the world, a kill, a crash or a stop before
     * it: in a daemon thread of the program, one action after the other in the order in which they
     * were registered, beside the threads that go on where they were. What it throws goes to that
     * thread's uncaught exception handler; the next action runs all the same. An action that was
     * interrupted by a kill goes on where it was, and then runs once more for the new resume.
     */
    public static void onResume(Runnable action) {
        check();
        Resumes.add(Objects.requireNonNull(action));
    }

    /** What this program sees of the world's root directory. */
    public static Root root() {
        check();
        return ROOT;
    }

    private static final Root ROOT = new Root();

    /**
     * Names of the world for objects. A program has names of its own, and those that it was given
     * when it was launched (--give), under which it and others share an entry. Names are not empty,
     * have at most 255 bytes in UTF-8, and no '/' and no control characters.
     *
     * <p>What this program has put here is here again after any number of resumes: the very same
     * object. Of what another program has put here there is a copy, made each time: of a String, a
     * number (Integer and so on, Boolean, Character), and an array of a primitive type. Classes of
     * two programs are not the same, even if they have the same name, so other objects cannot be
     * handed over; those that are serializable can be, as a byte[].
     */
    public static final class Root {
        private Root() {}

        /**
         * What lies under the name, or null.
         *
         * @throws ClassCastException if another program has put there what cannot be handed over
         */
        public Object get(String name) {
            return getEntry(bytes(name));
        }

        /** The same, which must be null or of that type. */
        public <T> T get(String name, Class<T> type) {
            return type.cast(get(name));
        }

        /** Puts {@code value} under the name, in place of what lay there. */
        public void put(String name, Object value) {
            putEntry(bytes(name), value);
        }

        /** Nothing lies under the name any more. */
        public void remove(String name) {
            put(name, null);
        }

        /** The names under which something lies. */
        public Set<String> names() {
            Set<String> names = new TreeSet<>();
            String all = new String(listEntries(), StandardCharsets.UTF_8);
            for (int at = 0, end; at < all.length(); at = end + 1) { // each ends with a line feed
                end = all.indexOf('\n', at);
                names.add(all.substring(at, end));
            }
            return names;
        }

        private static byte[] bytes(String name) {
            return name.getBytes(StandardCharsets.UTF_8);
        }
    }

    /** The thread that waits for resumes; there is none before the first action. */
    private static final class Resumes {
        private static final class Action {
            final Runnable runnable;
            final long since; // the resume after which it was registered

            Action(Runnable runnable, long since) {
                this.runnable = runnable;
                this.since = since;
            }
        }

        private static final List<Action> actions = new ArrayList<>();

        static synchronized void add(Runnable runnable) {
            long now = resumed();
            actions.add(new Action(runnable, now));
            if (actions.size() == 1) {
                ThreadGroup group = Thread.currentThread().getThreadGroup();
                while (group.getParent() != null) {
                    group = group.getParent();
                }
                new Watcher(group, now).start();
            }
        }

        private static synchronized List<Action> registered() {
            return new ArrayList<>(actions);
        }

        private static final class Watcher extends Thread {
            private long last;

            Watcher(ThreadGroup group, long last) {
                super(group, "Phantom-Resumes");
                this.last = last;
                setDaemon(true);
            }

            @Override
            public void run() {
                for (;;) {
                    awaitResume(last);
                    last = resumed();
                    for (Action action : registered()) {
                        if (action.since != last) {
                            runOne(action.runnable);
                        }
                    }
                }
            }
        }

        private static void runOne(Runnable action) {
            Thread thread = Thread.currentThread();
            try {
                action.run();
            } catch (Throwable thrown) {
                try {
                    thread.getUncaughtExceptionHandler().uncaughtException(thread, thrown);
                } catch (Throwable ignored) {
                    // as of any thread that ends so
                }
            }
        }
    }

    // Natives: natives_world.c.

    private static native boolean here();

    private static native void awaitCut();

    /** Tells resumes apart: the cut that the world goes on from; 0: it was never resumed. */
    private static native long resumed();

    /** Waits until that is something else than `last`. */
    private static native void awaitResume(long last);

    private static native Object getEntry(byte[] name);

    private static native void putEntry(byte[] name, Object value);

    private static native byte[] listEntries();
}
