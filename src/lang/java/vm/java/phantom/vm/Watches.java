// SPDX-License-Identifier: Apache-2.0
package phantom.vm;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Map;
import jdk.internal.misc.Unsafe;

/**
 * What the library's WatchService takes for Linux' inotify, and for the pair of sockets that wakes
 * it: folders are looked at again and again, and what has changed since becomes events. Numbers of
 * ours stand for descriptors; natives that are given one come here (natives_watch.c). All is under
 * the lock of this class.
 */
final class Watches {
    private static final int FIRST = 1 << 30; // descriptors are below
    private static final int INTERVAL_MS = 250;
    private static final int MODIFY = 0x2; // inotify's masks
    private static final int CREATE = 0x100;
    private static final int DELETE = 0x200;
    private static final int IGNORED = 0x8000;
    private static final int HEAD_BYTES = 16;
    private static final Unsafe UNSAFE = Unsafe.getUnsafe();

    private static final Map<Integer, Watches> instances = new HashMap<>();
    private static final Map<Integer, boolean[]> pipes = new HashMap<>(); // of both ends
    private static int next = FIRST;

    private record Seen(long modified, long size, boolean isFolder) {}

    private static final class Folder {
        final File file;
        int mask;
        Map<String, Seen> entries;

        Folder(File file, int mask) {
            this.file = file;
            this.mask = mask;
            this.entries = look(file);
        }
    }

    private final Map<Integer, Folder> folders = new HashMap<>();
    private final ArrayDeque<byte[]> events = new ArrayDeque<>();
    private int nextFolder = 1;

    private Watches() {}

    /** What is in the folder now; null: it is not there. */
    private static Map<String, Seen> look(File folder) {
        String[] names = folder.list();
        if (names == null) {
            return null;
        }
        Map<String, Seen> entries = new HashMap<>();
        for (String name : names) {
            try {
                BasicFileAttributes about =
                    Files.readAttributes(new File(folder, name).toPath(), BasicFileAttributes.class,
                                         LinkOption.NOFOLLOW_LINKS);
                entries.put(name, new Seen(
                    about.lastModifiedTime().to(java.util.concurrent.TimeUnit.NANOSECONDS),
                    about.size(), about.isDirectory()));
            } catch (IOException e) {
                continue; // removed just now
            }
        }
        return entries;
    }

    private static void putInt(byte[] to, int at, int value) {
        for (int i = 0; i < 4; i++) {
            to[at + i] = (byte) (value >> 8 * i);
        }
    }

    /** A struct inotify_event. */
    private void add(int number, int mask, int wanted, String name) {
        if ((mask & wanted) == 0) {
            return;
        }
        byte[] text = name.getBytes(StandardCharsets.UTF_8);
        int room = text.length == 0 ? 0 : (text.length + 16) / 16 * 16;
        byte[] event = new byte[HEAD_BYTES + room];
        putInt(event, 0, number);
        putInt(event, 4, mask);
        putInt(event, 12, room);
        System.arraycopy(text, 0, event, HEAD_BYTES, text.length);
        events.add(event);
    }

    private void compare(int number, Folder folder, Map<String, Seen> now) {
        for (String name : folder.entries.keySet()) {
            if (!now.containsKey(name)) {
                add(number, DELETE, folder.mask, name);
            }
        }
        for (var entry : now.entrySet()) {
            Seen before = folder.entries.get(entry.getKey());
            Seen seen = entry.getValue();
            if (before == null || before.isFolder() != seen.isFolder()) {
                add(number, CREATE, folder.mask, entry.getKey());
            }
            boolean isWritten = before == null ? seen.size() > 0 : !seen.equals(before);
            if (isWritten && !seen.isFolder()) {
                add(number, MODIFY, folder.mask, entry.getKey());
            }
        }
        folder.entries = now;
    }

    private void scan() {
        for (int number : new ArrayList<>(folders.keySet())) {
            Folder folder = folders.get(number);
            Map<String, Seen> now = look(folder.file);
            if (now == null) {
                folders.remove(number);
                add(number, IGNORED, IGNORED, "");
            } else if (!now.equals(folder.entries)) {
                compare(number, folder, now);
            }
        }
    }

    /** inotify_init */
    static synchronized int open() {
        instances.put(next, new Watches());
        return next++;
    }

    /** inotify_add_watch: one number for one folder */
    static synchronized int add(int instance, String path, int mask) throws IOException {
        Watches watches = instances.get(instance);
        File file = new File(path).getCanonicalFile();
        for (var entry : watches.folders.entrySet()) {
            if (entry.getValue().file.equals(file)) {
                entry.getValue().mask = mask;
                return entry.getKey();
            }
        }
        Folder folder = new Folder(file, mask);
        if (folder.entries == null) {
            throw new java.nio.file.NotDirectoryException(path);
        }
        watches.folders.put(watches.nextFolder, folder);
        return watches.nextFolder++;
    }

    /** inotify_rm_watch */
    static synchronized void remove(int instance, int number) {
        Watches watches = instances.get(instance);
        if (watches.folders.remove(number) != null) {
            watches.add(number, IGNORED, IGNORED, "");
        }
    }

    /** socketpair: what is written to the second one wakes who waits for the first */
    static synchronized void pair(int[] ends) {
        boolean[] isWoken = {false};
        for (int i = 0; i < 2; i++) {
            pipes.put(next, isWoken);
            ends[i] = next++;
        }
    }

    /** How many of the two there is something to be read from; waits until it is one. */
    static int poll(int instance, int pipe) throws InterruptedException {
        synchronized (Watches.class) {
            while (true) {
                Watches watches = instances.get(instance);
                boolean[] isWoken = pipes.get(pipe);
                if (watches == null || isWoken == null) {
                    return 0;
                }
                if (watches.events.isEmpty()) {
                    watches.scan();
                }
                int ready = (watches.events.isEmpty() ? 0 : 1) + (isWoken[0] ? 1 : 0);
                if (ready > 0) {
                    return ready;
                }
                Watches.class.wait(INTERVAL_MS);
            }
        }
    }

    static synchronized int read(int number, long address, int bytes) {
        if (pipes.containsKey(number)) {
            pipes.get(number)[0] = false;
            return 1;
        }
        Watches watches = instances.get(number);
        int done = 0;
        while (watches != null && !watches.events.isEmpty()
                && watches.events.peek().length <= bytes - done) {
            for (byte b : watches.events.poll()) {
                UNSAFE.putByte(address + done++, b);
            }
        }
        return done;
    }

    static synchronized int write(int number, long address, int bytes) {
        if (pipes.containsKey(number)) {
            pipes.get(number)[0] = true;
            Watches.class.notifyAll();
        }
        return bytes;
    }

    static synchronized void close(int number) {
        instances.remove(number);
        pipes.remove(number);
    }
}
