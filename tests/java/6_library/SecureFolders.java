// SPDX-License-Identifier: Apache-2.0
// A SecureDirectoryStream stays in its folder, wherever that is moved.
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.*;
import java.nio.file.Files;
import java.nio.file.attribute.*;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;

import static java.nio.file.StandardOpenOption.*;

class SecureFolders {
    interface Act { Object run() throws Exception; }

    static void show(String what, Act act) {
        try {
            System.out.println(what + ": " + act.run());
        } catch (Exception e) {
            System.out.println(what + ": " + e);
        }
    }

    static void empty(SecureDirectoryStream<Path> folder) throws IOException {
        for (Path path : folder) {
            Path name = path.getFileName();
            if (folder.getFileAttributeView(name, BasicFileAttributeView.class,
                                            LinkOption.NOFOLLOW_LINKS)
                    .readAttributes().isDirectory()) {
                try (var inner = folder.newDirectoryStream(name, LinkOption.NOFOLLOW_LINKS)) {
                    empty(inner);
                }
                folder.deleteDirectory(name);
            } else {
                folder.deleteFile(name);
            }
        }
    }

    static Object list(SecureDirectoryStream<Path> folder) throws IOException {
        try (var inner = folder.newDirectoryStream(Path.of("x"))) {
            List<String> names = new ArrayList<>();
            for (Path path : inner) {
                names.add(path.getFileName().toString());
            }
            Collections.sort(names);
            inner.move(Path.of("f"), folder, Path.of("g"));
            return names;
        }
    }

    static Object attributes(SecureDirectoryStream<Path> folder) throws IOException {
        var view = folder.getFileAttributeView(Path.of("n"), PosixFileAttributeView.class);
        view.setTimes(FileTime.fromMillis(5000), null, null);
        view.setPermissions(PosixFilePermissions.fromString("rwx------"));
        return view.readAttributes().lastModifiedTime() + " "
            + PosixFilePermissions.toString(view.readAttributes().permissions());
    }

    static void inside(SecureDirectoryStream<Path> s) throws IOException {
        show("open", () -> {
            try (SeekableByteChannel c = s.newByteChannel(Path.of("x/f"), Set.of(READ))) {
                return c.size();
            }
        });
        var owners = PosixFilePermissions.fromString("rw-------");
        show("create", () -> {
            try (SeekableByteChannel c =
                     s.newByteChannel(Path.of("n"), Set.of(WRITE, CREATE_NEW),
                                      PosixFilePermissions.asFileAttribute(owners))) {
                return c.write(ByteBuffer.wrap(new byte[3]));
            }
        });
        show("again", () -> s.newByteChannel(Path.of("n"), Set.of(WRITE, CREATE_NEW)));
        show("list", () -> list(s));
        show("link", () -> s.newDirectoryStream(Path.of("l"), LinkOption.NOFOLLOW_LINKS));
        show("through", () -> {
            try (var inner = s.newDirectoryStream(Path.of("l"))) {
                return inner.getFileAttributeView(BasicFileAttributeView.class).readAttributes()
                    .isDirectory();
            }
        });
        show("attributes", () -> attributes(s));
        show("none", () -> s.newByteChannel(Path.of("z"), Set.of(READ)));
        show("no folder", () -> s.newDirectoryStream(Path.of("n")));
        for (String name : new String[] {"n", "x", "z"}) {
            show("remove " + name, () -> {
                s.deleteDirectory(Path.of(name));
                return "removed";
            });
        }
        show("delete", () -> {
            s.deleteFile(Path.of("x"));
            return "deleted";
        });
    }

    public static void main(String[] none) throws Exception {
        Path top = Files.createTempDirectory(Path.of(System.getProperty("tests.folder")), "s");
        Path folder = Files.createDirectory(top.resolve("folder"));
        Files.createDirectories(folder.resolve("x/y"));
        Files.writeString(folder.resolve("x/f"), "abc");
        Files.createSymbolicLink(folder.resolve("l"), Path.of("x"));
        try (var stream = (SecureDirectoryStream<Path>) Files.newDirectoryStream(folder)) {
            Files.move(folder, top.resolve("moved"));
            inside(stream);
            empty(stream);
        }
        Files.delete(top.resolve("moved"));
        Files.delete(top);
    }
}
