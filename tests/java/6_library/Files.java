// SPDX-License-Identifier: Apache-2.0
// Files and folders with java.io and java.nio.file, below the folder the test was given.
import java.io.BufferedReader;
import java.io.File;
import java.io.FileInputStream;
import java.io.FileNotFoundException;
import java.io.FileOutputStream;
import java.io.FileReader;
import java.io.FileWriter;
import java.io.RandomAccessFile;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

class Files {
    public static void main(String[] args) throws Exception {
        File top = new File(System.getProperty("tests.folder"), "work");
        System.out.println(top.mkdir() + " " + top.mkdir() + top.isDirectory());
        File f = new File(top, "a.txt");
        try (FileWriter w = new FileWriter(f)) {
            w.write("line one\nline two\n\u20ac\n");
        }
        System.out.println(f.length() + " " + f.exists() + f.isFile() + f.canRead() + f.getName());
        try (BufferedReader r = new BufferedReader(new FileReader(f))) {
            r.readLine();
            System.out.println(r.readLine());
        }
        try (FileOutputStream out = new FileOutputStream(f, true)) {
            out.write("more".getBytes());
        }
        try (FileInputStream in = new FileInputStream(f)) {
            System.out.println(in.skip(5) + " " + (char) in.read() + in.available());
        }
        try (RandomAccessFile x = new RandomAccessFile(f, "rw")) {
            x.seek(5);
            x.writeByte('X');
            x.setLength(12);
            x.seek(0);
            System.out.println(x.readLine() + x.getFilePointer() + x.length());
        }
        try {
            new FileInputStream(new File(top, "none"));
        } catch (FileNotFoundException e) {
            System.out.println(e.getMessage().endsWith("none (No such file or directory)"));
        }
        Path p = top.toPath();
        java.nio.file.Files.createDirectories(p.resolve("x/y/z"));
        java.nio.file.Files.writeString(p.resolve("x/one"), "content");
        java.nio.file.Files.write(p.resolve("x/lines"), List.of("a", "b"), StandardOpenOption.CREATE_NEW);
        java.nio.file.Files.copy(p.resolve("x/one"), p.resolve("x/y/two"));
        java.nio.file.Files.move(p.resolve("x/one"), p.resolve("x/three"), StandardCopyOption.ATOMIC_MOVE);
        try (Stream<Path> walk = java.nio.file.Files.walk(p)) {
            walk.map(q -> p.relativize(q).toString()).sorted().forEach(System.out::println);
        }
        System.out.println(java.nio.file.Files.readAllLines(p.resolve("x/lines")) + " "
            + java.nio.file.Files.size(p.resolve("x/three")));
        try {
            java.nio.file.Files.copy(p.resolve("x/three"), p.resolve("x/lines"));
        } catch (FileAlreadyExistsException e) {
            System.out.println("exists");
        }
        try {
            java.nio.file.Files.delete(p.resolve("x"));
        } catch (DirectoryNotEmptyException e) {
            System.out.println("not empty");
        }
        try {
            java.nio.file.Files.readString(p.resolve("nothing"));
        } catch (NoSuchFileException e) {
            System.out.println(e.getMessage().endsWith("nothing"));
        }
        String[] names = top.list();
        Arrays.sort(names);
        System.out.println(Arrays.toString(names) + f.delete() + f.delete() + f.exists());
        System.out.println(Path.of("/a/./b/../c").normalize() + " " + Path.of("/a").resolve("b/c")
            .getNameCount() + Path.of("/a/b").relativize(Path.of("/a/c/d")) + Path.of("x.y/z.t")
            .getFileName() + Path.of("a", "b").isAbsolute());
    }
}
