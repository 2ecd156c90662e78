// SPDX-License-Identifier: Apache-2.0
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.DosFileAttributeView;
import java.util.stream.Stream;

/** Symbolic links with absolute targets, at the end of a path and in the middle. */
public class Links {
    static void show(String what, Path base, Path path) {
        String text = path.toString();
        System.out.println(what + " " + (path.startsWith(base) ? base.relativize(path) : text));
    }

    public static void main(String[] arguments) throws IOException {
        Path parent = Path.of(System.getProperty("tests.folder", "/tmp")).toRealPath();
        Path base = Files.createTempDirectory(parent, "links").toRealPath();
        Path folder = Files.createDirectory(base.resolve("folder"));
        Path link = Files.createSymbolicLink(base.resolve("link"), folder);
        Path second = Files.createSymbolicLink(folder.resolve("second"), Path.of("..", "link"));

        Files.writeString(link.resolve("a"), "first");
        System.out.println(Files.readString(folder.resolve("a")));
        Files.writeString(second.resolve("b"), "second");
        System.out.println(new File(link.toFile(), "second/b").length());
        show("target", base, Files.readSymbolicLink(link));
        show("real", base, second.resolve("b").toRealPath());
        show("not followed", base, link.toRealPath(LinkOption.NOFOLLOW_LINKS));
        System.out.println(new File(link.toFile(), "a").getCanonicalPath().endsWith("folder/a"));
        System.out.println(Files.isDirectory(link) + " " + Files.isSymbolicLink(link) + " "
                + Files.isDirectory(link, LinkOption.NOFOLLOW_LINKS));

        Files.createDirectory(second.resolve("inner"));
        Files.move(second.resolve("a"), link.resolve("inner").resolve("c"));
        Files.createLink(link.resolve("d"), second.resolve("inner/c"));
        Files.getFileAttributeView(link.resolve("d"), DosFileAttributeView.class)
                .setReadOnly(false);
        Files.delete(second.resolve("inner/c"));
        Files.delete(second);
        try (Stream<Path> all = Files.walk(base)) {
            all.sorted().forEach(path -> show("there", base, path));
        }
        System.out.println(Files.readString(link.resolve("d")));
        Files.createSymbolicLink(base.resolve("round"), base.resolve("about"));
        Files.createSymbolicLink(base.resolve("about"), base.resolve("round"));
        try {
            Files.readString(base.resolve("round"));
        } catch (IOException e) {
            System.out.println(e.getClass() + " " + e.getMessage().endsWith(
                    "Too many levels of symbolic links or unable to access attributes of symbolic link"));
        }
    }
}
