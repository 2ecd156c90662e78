// SPDX-License-Identifier: Apache-2.0
// Folders that are watched.
import java.nio.file.*;
import java.nio.file.Files;
import java.util.concurrent.TimeUnit;

import static java.nio.file.StandardWatchEventKinds.*;

class Watching {
    static void await(WatchService service, WatchKey key, WatchEvent.Kind<?> kind, String name)
            throws Exception {
        boolean found = false;
        while (!found) {
            WatchKey next = service.poll(20, TimeUnit.SECONDS);
            if (next != key) {
                System.out.println("no " + kind + " " + name);
                return;
            }
            for (WatchEvent<?> event : next.pollEvents()) {
                found |= event.kind() == kind && event.context().toString().equals(name);
            }
            System.out.println(kind + " " + name + " " + next.reset());
        }
    }

    public static void main(String[] none) throws Exception {
        Path folder = Files.createTempDirectory(Path.of(System.getProperty("tests.folder")), "w");
        Path old = Files.writeString(folder.resolve("old"), "x");
        WatchService service = FileSystems.getDefault().newWatchService();
        WatchKey key = folder.register(service, ENTRY_CREATE, ENTRY_DELETE);
        System.out.println(key.isValid() + " " + key.watchable().equals(folder) + " "
            + (key == folder.register(service, ENTRY_CREATE, ENTRY_DELETE)) + service.poll());
        Files.createFile(folder.resolve("new \u00e4"));
        await(service, key, ENTRY_CREATE, "new \u00e4");
        Files.delete(folder.resolve("new \u00e4"));
        await(service, key, ENTRY_DELETE, "new \u00e4");
        try {
            old.register(service, ENTRY_CREATE);
        } catch (NotDirectoryException e) {
            System.out.println("no folder");
        }
        key.cancel();
        System.out.println(key.isValid());
        Thread waits = new Thread(() -> {
            try {
                service.take();
            } catch (ClosedWatchServiceException | InterruptedException e) {
                System.out.println(e);
            }
        });
        waits.start();
        service.close();
        waits.join();
        Files.delete(old);
        Files.delete(folder);
    }
}
