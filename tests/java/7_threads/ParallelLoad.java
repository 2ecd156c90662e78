// SPDX-License-Identifier: Apache-2.0
// Threads that load, define and initialise the same classes of one loader at the same time.
import java.io.IOException;
import java.io.InputStream;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.AtomicInteger;

public class ParallelLoad {
    static final int THREADS = 6;
    static final String[] NAMES = {"Face", "More", "Top", "Middle", "Below", "Other", "Failing"};
    /** What initialisers say, which loaders share. */
    public static final Map<String, Integer> INITIALISED = new ConcurrentHashMap<>();

    public static void note(String name) {
        INITIALISED.merge(name, 1, Integer::sum);
        Thread.yield();
    }

    interface Face {
        Object MADE = make("Face");

        default void act() {
        }
    }

    interface More extends Face {
        Object MORE = make("More");
    }

    public static Object make(String name) {
        note(name);
        return name;
    }

    static class Top {
        static {
            note("Top");
        }
    }

    static class Middle extends Top implements More {
        static {
            note("Middle");
        }
    }

    static class Below extends Middle {
        static {
            note("Below");
        }
    }

    static class Other extends Top {
        static final Object MIDDLE = new Middle();
        static {
            note("Other");
        }
    }

    static class Failing {
        static {
            note("Failing");
            make(1 / (Failing.class.getName().length() - "ParallelLoad$Failing".length()) + "");
        }
    }

    static byte[] bytes(String name) {
        try (InputStream in = ParallelLoad.class.getResourceAsStream("/" + name + ".class")) {
            return in.readAllBytes();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    static class Loader extends ClassLoader {
        static {
            registerAsParallelCapable();
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            if (!name.startsWith("ParallelLoad$") || name.endsWith("Loader")) {
                return super.loadClass(name, resolve);
            }
            synchronized (getClassLoadingLock(name)) {
                Class<?> known = findLoadedClass(name);
                return known != null ? known : define(name);
            }
        }

        Class<?> define(String name) {
            byte[] bytes = bytes(name);
            return defineClass(name, bytes, 0, bytes.length);
        }
    }

    static void together(java.util.function.IntConsumer work) throws Exception {
        CyclicBarrier begin = new CyclicBarrier(THREADS);
        Thread[] threads = new Thread[THREADS];
        for (int i = 0; i < THREADS; i++) {
            int own = i;
            threads[i] = new Thread(() -> {
                try {
                    begin.await();
                } catch (Exception e) {
                    throw new IllegalStateException(e);
                }
                work.accept(own);
            });
            threads[i].start();
        }
        for (Thread thread : threads) {
            thread.join();
        }
    }

    /** Each begins with another class. */
    static void load() throws Exception {
        Loader loader = new Loader();
        Map<String, Class<?>> found = new ConcurrentHashMap<>();
        Map<String, Integer> said = new ConcurrentHashMap<>();
        together(own -> {
            for (int i = 0; i < NAMES.length; i++) {
                String name = NAMES[(i + own) % NAMES.length];
                String what;
                try {
                    Class<?> type = Class.forName("ParallelLoad$" + name, true, loader);
                    Class<?> other = found.putIfAbsent(name, type);
                    what = other == null || other == type ? "the same" : "another";
                } catch (ClassNotFoundException | LinkageError e) {
                    what = Patch.plain(e);
                }
                said.merge(name + ": " + what, 1, Integer::sum);
            }
        });
        System.out.println(new TreeMap<>(said));
    }

    /** Nobody looks first whether it is there. */
    static void define() throws Exception {
        Loader loader = new Loader();
        Map<String, Integer> said = new ConcurrentHashMap<>();
        AtomicInteger done = new AtomicInteger();
        together(own -> {
            for (String name : new String[] {"Face", "Top", "Failing"}) {
                try {
                    loader.define("ParallelLoad$" + name);
                    done.incrementAndGet();
                } catch (LinkageError e) {
                    said.merge(Patch.plain(e), 1, Integer::sum);
                }
            }
        });
        System.out.println(done + " " + new TreeMap<>(said));
    }

    public static void main(String[] arguments) throws Exception {
        for (int round = 0; round < 5; round++) {
            INITIALISED.clear();
            load();
            System.out.println(new TreeMap<>(INITIALISED));
        }
        define();
    }
}
