// SPDX-License-Identifier: Apache-2.0
// Jars and zips written, walked as file systems and read again; classes and services out of a jar.
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarInputStream;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;

class JarTrips {
    public static class Target {
        @Override
        public String toString() {
            return "target";
        }
    }

    static byte[] text(int n) {
        return "line of text\n".repeat(n).getBytes(StandardCharsets.UTF_8);
    }

    static void write(Path jar) throws IOException {
        Manifest manifest = new Manifest();
        Attributes main = manifest.getMainAttributes();
        main.put(Attributes.Name.MANIFEST_VERSION, "1.0");
        main.put(Attributes.Name.MAIN_CLASS, "nowhere.Main");
        main.putValue("X-Long", "x".repeat(100));
        try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar), manifest)) {
            for (int i = 0; i < 5; i++) {
                ZipEntry e = new ZipEntry("dir/file" + i + ".txt");
                e.setTime(315532800000L + i * 10000L);
                byte[] bytes = text(i * 100);
                if (i == 3) {
                    CRC32 sum = new CRC32();
                    sum.update(bytes);
                    e.setMethod(ZipEntry.STORED);
                    e.setSize(bytes.length);
                    e.setCrc(sum.getValue());
                }
                e.setComment("number " + i);
                out.putNextEntry(e);
                out.write(bytes);
                out.closeEntry();
            }
            try {
                out.putNextEntry(new ZipEntry("dir/file1.txt"));
            } catch (ZipException e) {
                System.out.println(e.getMessage());
            }
            out.putNextEntry(new ZipEntry("JarTrips$Target.class"));
            try (InputStream in = JarTrips.class.getResourceAsStream("/JarTrips$Target.class")) {
                in.transferTo(out);
            }
        }
    }

    static void read(Path jar) throws IOException {
        try (JarFile file = new JarFile(jar.toFile())) {
            System.out.println(file.size() + " " + file.getManifest().getMainAttributes()
                .getValue("Main-Class") + " " + file.getManifest().getMainAttributes()
                .getValue("X-Long").length());
            for (JarEntry e : (Iterable<JarEntry>) file.stream()::iterator) {
                if (e.getName().startsWith("dir/")) {
                    byte[] bytes = file.getInputStream(e).readAllBytes();
                    System.out.println(e.getName() + " " + e.getSize() + " " + bytes.length + " "
                        + e.getMethod() + " " + e.getComment() + " " + Long.toHexString(e.getCrc())
                        + " " + (e.getCompressedSize() <= e.getSize() + 2));
                }
            }
            System.out.println(file.getEntry("nothing"));
        }
        try (JarInputStream in = new JarInputStream(Files.newInputStream(jar))) {
            int count = 0;
            while (in.getNextJarEntry() != null) {
                count++;
            }
            System.out.println(count + " " + (in.getManifest() != null));
        }
    }

    static void walk(Path folder) throws IOException {
        Files.createDirectories(folder.resolve("a/b/c"));
        Files.write(folder.resolve("a/one.txt"), text(1));
        Files.write(folder.resolve("a/b/two.txt"), text(2));
        Files.write(folder.resolve("a/b/c/three.txt"), text(3));
        StringBuilder seen = new StringBuilder();
        Files.walkFileTree(folder.resolve("a"), new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path dir, BasicFileAttributes a) {
                seen.append('<').append(dir.getFileName());
                return dir.endsWith("c") ? FileVisitResult.SKIP_SUBTREE : FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path dir, IOException e) throws IOException {
                seen.append('>');
                return super.postVisitDirectory(dir, e);
            }
        });
        System.out.println(seen.length());
        try (Stream<Path> all = Files.walk(folder.resolve("a"))) {
            all.map(p -> folder.relativize(p).toString()).sorted().forEach(System.out::println);
        }
        try (Stream<Path> found = Files.find(folder.resolve("a"), 2, (p, a) -> a.isRegularFile())) {
            System.out.println(found.count());
        }
        Files.move(folder.resolve("a/one.txt"), folder.resolve("a/b/two.txt"),
            StandardCopyOption.REPLACE_EXISTING);
        System.out.println(Files.size(folder.resolve("a/b/two.txt")) + " "
            + Files.exists(folder.resolve("a/one.txt")) + " " + Files.readAllLines(folder.resolve("a/b/two.txt")));
        try {
            Files.delete(folder.resolve("a"));
        } catch (java.nio.file.DirectoryNotEmptyException e) {
            System.out.println("not empty");
        }
    }

    public static void main(String[] args) throws Exception {
        Path folder = Path.of(System.getProperty("tests.folder")).resolve("jartrips");
        Files.createDirectories(folder);
        Path jar = folder.resolve("trip.jar");
        write(jar);
        read(jar);
        try (java.net.URLClassLoader loader = new java.net.URLClassLoader(
            new java.net.URL[] {jar.toUri().toURL()}, null)) {
            Class<?> c = loader.loadClass("JarTrips$Target");
            System.out.println(c.getDeclaredConstructor().newInstance() + " "
                + (c.getClassLoader() == loader) + " " + (c == Target.class));
            System.out.println(new String(loader.getResourceAsStream("dir/file1.txt").readAllBytes())
                .length());
        }
        byte[] damaged = Files.readAllBytes(jar);
        damaged[damaged.length - 10] ^= 0x7f;
        Files.write(folder.resolve("bad.zip"), new byte[100]);
        try (ZipFile bad = new ZipFile(folder.resolve("bad.zip").toFile())) {
            System.out.println(bad.size());
        } catch (ZipException e) {
            System.out.println(e.getMessage());
        }
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (GZIPOutputStream out = new GZIPOutputStream(packed)) {
            out.write(text(1000));
        }
        System.out.println(new GZIPInputStream(new ByteArrayInputStream(packed.toByteArray()))
            .readAllBytes().length + " " + (packed.size() < 200));
        walk(folder);
    }
}
