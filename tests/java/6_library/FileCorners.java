// SPDX-License-Identifier: Apache-2.0
// Corners of java.io and java.nio.file, below the folder the test was given: what each call says.
import java.io.*;
import java.nio.*;
import java.nio.channels.*;
import java.nio.file.*;
import java.nio.file.Files;
import java.nio.file.attribute.*;
import java.util.*;
import java.util.stream.*;
import static java.nio.file.StandardOpenOption.*;
class FileCorners {
    interface Act { Object run() throws Exception; }
    static Path base;
    static String clean(Object o) { return String.valueOf(o).replace(base.toString(), "BASE"); }
    static void show(String what, Act act) { try { Object o = act.run(); if (o instanceof
        Object[]) o = Arrays.toString((Object[]) o); System.out.println(what + ": " + clean(o)); }
        catch (Throwable e) { System.out.println(what + ": " + clean(e) + (e.getCause()!=null?
        " <- "+clean(e.getCause()):"")); } }
    public static void main(String[] a) throws Exception {
        base = Files.createTempDirectory(Path.of(System.getProperty("tests.folder")), "corners");
        Path f = base.resolve("a.txt"); Files.writeString(f, "one\ntwo\nthree\n");
        // FileStore
        show("store", () -> {
            FileStore s = Files.getFileStore(f);
            return (s.getTotalSpace()>0)+" "+(s.getUsableSpace()>0)+" "
                +(s.getUnallocatedSpace()>0)+" "+(s.getBlockSize()>0)+" "+s.isReadOnly();
        });
        show("store attr", () -> ((Long)Files.getFileStore(f).getAttribute("totalSpace"))>0);
        show("store views", () -> {
            FileStore s = Files.getFileStore(f);
            return s.supportsFileAttributeView("basic")+" "
                +s.supportsFileAttributeView(PosixFileAttributeView.class);
        });
        show("stores", () -> {
            int n=0;
            for (FileStore s : FileSystems.getDefault().getFileStores()) n++;
            return n>0;
        });
        show("File space", () -> {
            File x=f.toFile();
            return (x.getTotalSpace()>0)+" "+(x.getFreeSpace()>0)+" "+(x.getUsableSpace()>0);
        });
        show("File nospace", () -> {
            File x=new File(base+"/none");
            return x.getTotalSpace()+" "+x.getFreeSpace();
        });
        show("roots", () ->
            Arrays.toString(File.listRoots())+" "+FileSystems.getDefault().getRootDirectories().iterator().next());
        show("views", () -> new TreeSet<>(FileSystems.getDefault().supportedFileAttributeViews()));
        // attributes
        show("basic", () -> {
            BasicFileAttributes b = Files.readAttributes(f, BasicFileAttributes.class);
            return b.size()+" "+b.isRegularFile()+b.isDirectory()+b.isSymbolicLink()+b.isOther()
                +" "+(b.fileKey()!=null)+" "+(b.creationTime()!=null)
                +(b.lastModifiedTime().toMillis()>0);
        });
        show("posix", () -> PosixFilePermissions.toString(Files.getPosixFilePermissions(f)));
        show("posix dir", () -> PosixFilePermissions.toString(Files.getPosixFilePermissions(base)));
        show("owner", () -> Files.getOwner(f)!=null);
        show("map *", () -> new TreeSet<>(Files.readAttributes(f, "*").keySet()));
        show("map posix", () -> new TreeSet<>(Files.readAttributes(f, "posix:*").keySet()));
        show("map unix", () -> new TreeSet<>(Files.readAttributes(f, "unix:*").keySet()));
        show("size attr", () -> Files.getAttribute(f,
            "size")+" "+Files.getAttribute(f,"unix:nlink"));
        show("bad attr", () -> Files.getAttribute(f, "nope"));
        show("bad view", () -> Files.getAttribute(f, "nope:x"));
        show("acl", () -> Files.getFileAttributeView(f, AclFileAttributeView.class));
        show("set mtime", () -> {
            Files.setLastModifiedTime(f, FileTime.fromMillis(123456789012L));
            return Files.getLastModifiedTime(f)+" "+f.toFile().lastModified();
        });
        show("set times", () -> {
            Files.getFileAttributeView(f,
                BasicFileAttributeView.class).setTimes(FileTime.fromMillis(5000),
                FileTime.fromMillis(7000), null);
            BasicFileAttributes b=Files.readAttributes(f, BasicFileAttributes.class);
            return b.lastModifiedTime()+" "+b.lastAccessTime();
        });
        show("set attr", () -> {
            Files.setAttribute(f, "lastModifiedTime", FileTime.fromMillis(99000));
            return Files.getLastModifiedTime(f);
        });
        show("File.setLastModified", () ->
            f.toFile().setLastModified(1000000)+" "+f.toFile().lastModified());
        show("perm set same", () -> {
            Files.setPosixFilePermissions(f, PosixFilePermissions.fromString("rw-r--r--"));
            return "ok";
        });
        show("perm 600", () -> {
            Files.setPosixFilePermissions(f, PosixFilePermissions.fromString("rw-------"));
            return PosixFilePermissions.toString(Files.getPosixFilePermissions(f));
        });
        show("exec", () ->
            f.toFile().setExecutable(true)+" "+f.toFile().canExecute()+Files.isExecutable(f));
        show("readonly", () -> f.toFile().setReadOnly()+" "+f.toFile().canRead());
        show("writable", () ->
            f.toFile().setWritable(true)+" "+f.toFile().canWrite()+Files.isWritable(f));
        show("create perms", () -> {
            Path p = Files.createFile(base.resolve("perm"),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            return PosixFilePermissions.toString(Files.getPosixFilePermissions(p));
        });
        show("create dir perms", () -> {
            Path p = Files.createDirectory(base.resolve("permd"),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            return PosixFilePermissions.toString(Files.getPosixFilePermissions(p));
        });
        show("temp perms", () -> {
            Path p = Files.createTempFile(base, "t", ".x");
            String s = PosixFilePermissions.toString(Files.getPosixFilePermissions(p));
            Files.delete(p);
            return s;
        });
        show("temp file", () -> {
            File t = File.createTempFile("abc", null, base.toFile());
            boolean e = t.exists();
            t.deleteOnExit();
            return e + " " + t.getName().endsWith(".tmp") + t.delete();
        });
        show("temp default", () -> {
            Path t = Files.createTempFile("abc", ".q");
            boolean b = Files.exists(t);
            Files.delete(t);
            return b;
        });
        show("temp short", () -> File.createTempFile("ab", null));
        show("chown", () -> { Files.setOwner(f, Files.getOwner(f)); return "ok"; });
        show("lookup", () ->
            f.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName("nobodyatall"));
        // links
        Path l = base.resolve("link"), h = base.resolve("hard"), d = base.resolve("dir"), broken =
            base.resolve("broken");
        show("symlink", () -> Files.createSymbolicLink(l, Path.of("a.txt")));
        show("readlink", () -> Files.readSymbolicLink(l) + " " + Files.isSymbolicLink(l) +
            Files.isSymbolicLink(f) + " " + Files.isRegularFile(l) + Files.isRegularFile(l,
            LinkOption.NOFOLLOW_LINKS));
        show("readlink of file", () -> Files.readSymbolicLink(f));
        show("hard", () -> Files.createLink(h, f) + " " + Files.isSameFile(h, f) +
            Files.isSameFile(l, f) + " " + Files.getAttribute(f, "unix:nlink"));
        show("broken", () -> {
            Files.createSymbolicLink(broken, Path.of("gone"));
            return Files.exists(broken) + " " + Files.exists(broken, LinkOption.NOFOLLOW_LINKS) +
                " " + Files.notExists(broken);
        });
        show("read broken", () -> Files.readString(broken));
        show("write broken", () -> {
            Files.writeString(broken, "x");
            boolean b = Files.exists(base.resolve("gone"));
            Files.delete(base.resolve("gone"));
            return b;
        });
        show("create new broken", () -> Files.createFile(broken));
        show("realpath", () -> l.toRealPath() + " " + l.toRealPath(LinkOption.NOFOLLOW_LINKS));
        show("realpath broken", () -> broken.toRealPath());
        show("canonical", () -> new File(base + "/./dir/../link").getCanonicalPath() + " " + new
            File(base + "/nope/../x").getCanonicalFile());
        show("loop", () -> {
            Files.createSymbolicLink(base.resolve("loop"), Path.of("loop"));
            return Files.readString(base.resolve("loop"));
        });
        show("loop del", () -> { Files.delete(base.resolve("loop")); return "ok"; });
        show("nofollow open", () -> Files.newByteChannel(l, READ, LinkOption.NOFOLLOW_LINKS));
        show("delete link", () -> {
            Files.delete(l);
            Files.delete(broken);
            return Files.exists(f);
        });
        // dirs
        show("mkdir", () -> Files.createDirectory(d));
        show("mkdir again", () -> Files.createDirectory(d));
        show("mkdirs", () -> Files.createDirectories(base.resolve("p/q/r")));
        show("mkdirs again", () -> Files.createDirectories(base.resolve("p/q/r")));
        show("mkdirs over file", () -> Files.createDirectories(f.resolve("x")));
        show("mkdir noparent", () -> Files.createDirectory(base.resolve("no/such")));
        show("delete nonempty", () -> { Files.delete(base.resolve("p")); return ""; });
        show("delete none", () -> { Files.delete(base.resolve("zz")); return ""; });
        show("deleteIfExists", () -> Files.deleteIfExists(base.resolve("zz")));
        show("list file", () -> Files.list(f).count());
        show("newDirectoryStream none", () -> Files.newDirectoryStream(base.resolve("zz")));
        show("list", () -> Files.list(base).map(x ->
            x.getFileName().toString()).sorted().collect(Collectors.toList()));
        show("glob", () -> {
            List<String> r = new ArrayList<>();
            try (DirectoryStream<Path> s = Files.newDirectoryStream(base, "*.{txt,x}")) { for
                (Path x : s) r.add(x.getFileName().toString()); } Collections.sort(r);
            return r;
        });
        show("walk", () -> {
            try (Stream<Path> s = Files.walk(base)) { return s.map(x ->
                base.relativize(x).toString()).sorted().collect(Collectors.toList()); }
        });
        show("find", () -> {
            try (Stream<Path> s = Files.find(base, 1, (x, y) -> y.isRegularFile())) { return
                s.count(); }
        });
        show("lines", () -> {
            try (Stream<String> s = Files.lines(f)) { return s.collect(Collectors.toList()); }
        });
        show("bad lines", () -> {
            Path b = base.resolve("bad");
            Files.write(b, new byte[]{(byte)0xff, 10});
            try (Stream<String> s = Files.lines(b)) { return s.collect(Collectors.toList()); }
                finally { Files.delete(b);}
        });
        show("walkFileTree", () -> {
            StringBuilder b = new StringBuilder();
            Files.walkFileTree(base.resolve("p"), new SimpleFileVisitor<>() { public
                FileVisitResult preVisitDirectory(Path x, BasicFileAttributes y) {
                b.append('>').append(x.getFileName()); return FileVisitResult.CONTINUE; } public
                FileVisitResult postVisitDirectory(Path x, IOException e) throws IOException {
                b.append('<').append(x.getFileName()); Files.delete(x); return
                FileVisitResult.CONTINUE; } });
            return b;
        });
        // copy, move
        show("copy", () -> Files.copy(f, base.resolve("c")));
        show("copy again", () -> Files.copy(f, base.resolve("c")));
        show("copy replace", () -> Files.copy(f, base.resolve("c"),
            StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.COPY_ATTRIBUTES) + " " +
            Files.getLastModifiedTime(base.resolve("c")));
        show("copy dir", () -> Files.copy(d, base.resolve("d2")) + " " +
            Files.isDirectory(base.resolve("d2")));
        show("copy onto nonempty", () -> {
            Files.createFile(d.resolve("in"));
            return Files.copy(f, d, StandardCopyOption.REPLACE_EXISTING);
        });
        show("copy self", () -> Files.copy(f, f));
        show("copy none", () -> Files.copy(base.resolve("zz"), base.resolve("yy")));
        show("copy stream", () -> Files.copy(new ByteArrayInputStream(new byte[10]),
            base.resolve("s")) + " " + Files.copy(base.resolve("s"), new
            ByteArrayOutputStream()));
        show("move", () -> Files.move(base.resolve("c"), base.resolve("m")) + " " +
            Files.exists(base.resolve("c")));
        show("move onto", () -> Files.move(base.resolve("m"), f));
        show("move atomic", () -> Files.move(base.resolve("m"), base.resolve("s"),
            StandardCopyOption.ATOMIC_MOVE));
        show("move dir", () -> Files.move(d, base.resolve("d3")) + " " +
            Files.exists(base.resolve("d3/in")));
        show("move dir into itself", () -> Files.move(base.resolve("d3"), base.resolve("d3/x")));
        show("rename", () -> new File(base+"/s").renameTo(new File(base+"/s2")) + " " + new
            File(base+"/zz").renameTo(new File(base+"/s3")));
        show("mismatch", () -> Files.mismatch(f, h) + " " + Files.mismatch(f, base.resolve("s2")));
        show("probe", () -> Files.probeContentType(f) + " " +
            Files.probeContentType(base.resolve("x.html")));
        show("hidden", () -> Files.isHidden(base.resolve(".x")) + " " + Files.isHidden(f));
        show("write append", () -> {
            Files.writeString(f, "four\n", APPEND);
            return Files.readAllLines(f);
        });
        show("write new", () -> Files.writeString(f, "x", CREATE_NEW));
        show("write none", () -> Files.writeString(base.resolve("zz"), "x", WRITE));
        show("trunc", () -> {
            Files.writeString(base.resolve("s2"), "x", TRUNCATE_EXISTING);
            return Files.size(base.resolve("s2"));
        });
        show("bad options", () -> Files.newByteChannel(f, READ, APPEND));
        show("bad options2", () -> Files.newByteChannel(f, APPEND, TRUNCATE_EXISTING));
        show("delete on close", () -> {
            try (SeekableByteChannel c = Files.newByteChannel(base.resolve("doc"), CREATE, WRITE,
                DELETE_ON_CLOSE)) { c.write(ByteBuffer.wrap(new byte[3])); } return
                Files.exists(base.resolve("doc"));
        });
        show("sparse", () -> {
            try (SeekableByteChannel c = Files.newByteChannel(base.resolve("sp"), CREATE_NEW,
                WRITE, SPARSE)) { c.position(1000000); c.write(ByteBuffer.wrap(new byte[]{1}));
                return c.size(); }
        });
        show("dsync", () -> {
            try (SeekableByteChannel c = Files.newByteChannel(base.resolve("sp"), WRITE, DSYNC))
                { c.write(ByteBuffer.wrap(new byte[]{1})); return c.size(); }
        });
        show("open dir", () -> Files.newInputStream(base).read());
        show("open dir io", () -> new FileInputStream(base.toFile()));
        show("write dir", () -> new FileOutputStream(base.toFile()));
        show("no file", () -> new FileInputStream(base + "/zz"));
        show("no parent", () -> new FileOutputStream(base + "/zz/y"));
        show("empty path", () -> new FileInputStream(""));
        show("nul path", () -> new FileInputStream("a\0b"));
        show("Path nul", () -> Path.of("a\0b"));
        show("long name", () -> Files.createFile(base.resolve("x".repeat(300))));
        show("long File", () -> new File(base + "/" + "x".repeat(300)).createNewFile());
        show("unicode", () -> {
            Path u = Files.writeString(base.resolve("\u00e4\u20ac\ud83d\ude00"), "u");
            String[] n4 = base.toFile().list((x, n) -> n.length() == 4);
            Arrays.sort(n4);
            String s = Arrays.toString(n4);
            Files.delete(u);
            return s + u.getFileName();
        });
        // channels
        show("locks", () -> {
            try (FileChannel c = FileChannel.open(f, READ, WRITE)) { FileLock k = c.lock();
                String s = k.isValid() + " " + k.isShared() + " " +
                k.toString().replaceAll(".*\\[", "["); k.release(); FileLock k2 = c.tryLock(0, 5,
                true); s += " " + k2.isShared() + k2.overlaps(3, 9); try { c.lock(2, 3, false); }
                catch (OverlappingFileLockException e) { s += " " + e; } return s +
                (c.tryLock(10, 5, false) != null); }
        });
        show("lock ro", () -> {
            try (FileChannel c = FileChannel.open(f, READ)) { return c.lock(); }
        });
        show("lock shared wo", () -> {
            try (FileChannel c = FileChannel.open(f, WRITE)) { return c.lock(0, 1, true); }
        });
        show("transfer", () -> {
            try (FileChannel c = FileChannel.open(f, READ); FileChannel o =
                FileChannel.open(base.resolve("tr"), CREATE, WRITE, READ)) { long n =
                c.transferTo(2, 100, o); long m = o.transferFrom(c, 3, 5); return n + " " + m +
                " " + o.size() + " " + c.position() + Files.readString(base.resolve("tr")); }
        });
        show("truncate", () -> {
            try (FileChannel c = FileChannel.open(base.resolve("tr"), WRITE)) { c.position(8);
                c.truncate(4); return c.position() + " " + c.size() + c.truncate(100).size(); }
        });
        show("neg pos", () -> {
            try (FileChannel c = FileChannel.open(f, READ)) { return c.position(-1); }
        });
        show("far read", () -> {
            try (FileChannel c = FileChannel.open(f, READ)) { return c.position(1L <<
                40).read(ByteBuffer.allocate(1)) + " " + c.position(); }
        });
        show("ro write", () -> {
            try (FileChannel c = FileChannel.open(f, READ)) { return
                c.write(ByteBuffer.allocate(1)); }
        });
        show("wo read", () -> {
            try (FileChannel c = FileChannel.open(f, WRITE)) { return
                c.read(ByteBuffer.allocate(1)); }
        });
        show("closed", () -> {
            FileChannel c = FileChannel.open(f, READ);
            c.close();
            return c.size();
        });
        show("append pos", () -> {
            try (FileChannel c = FileChannel.open(f, APPEND)) {
                c.write(ByteBuffer.wrap("z".getBytes())); return c.position() + " " + c.size(); }
        });
        show("async", () -> {
            try (AsynchronousFileChannel c = AsynchronousFileChannel.open(f, READ)) { ByteBuffer
                b = ByteBuffer.allocate(5); return c.read(b, 1).get() + " " + new
                String(b.array()) + c.size(); }
        });
        show("async lock", () -> {
            try (AsynchronousFileChannel c = AsynchronousFileChannel.open(f, READ, WRITE)) {
                return c.lock().get().isValid(); }
        });
        // RandomAccessFile
        show("raf", () -> {
            try (RandomAccessFile r = new RandomAccessFile(base + "/raf", "rw")) { r.writeInt(5);
                r.writeUTF("h\u00e4"); r.seek(100); r.write(1); r.seek(0); String s = r.readInt()
                + r.readUTF() + r.length() + " " + r.getFilePointer() + " " + r.skipBytes(1000) +
                " " + r.read(); r.setLength(3); s += " " + r.getFilePointer() + " " + r.length();
                r.setLength(10); r.seek(2); s += " " + r.readByte() + r.readShort(); r.seek(50);
                s += " " + r.read() + r.length(); return s; }
        });
        show("raf eof", () -> {
            try (RandomAccessFile r = new RandomAccessFile(base + "/raf", "r")) { r.readFully(new
                byte[11]); return 1; }
        });
        show("raf ro write", () -> {
            try (RandomAccessFile r = new RandomAccessFile(base + "/raf", "r")) { r.write(1);
                return 1; }
        });
        show("raf ro len", () -> {
            try (RandomAccessFile r = new RandomAccessFile(base + "/raf", "r")) { r.setLength(1);
                return 1; }
        });
        show("raf neg", () -> {
            try (RandomAccessFile r = new RandomAccessFile(base + "/raf", "rws")) { r.write(1);
                r.seek(-1); return 1; }
        });
        show("raf neg len", () -> {
            try (RandomAccessFile r = new RandomAccessFile(base + "/raf", "rwd")) {
                r.setLength(-1); return 1; }
        });
        show("raf mode", () -> new RandomAccessFile(base + "/raf", "w"));
        show("raf none", () -> new RandomAccessFile(base + "/zz", "r"));
        show("raf dir", () -> new RandomAccessFile(base.toFile(), "rw"));
        show("raf line", () -> {
            try (RandomAccessFile r = new RandomAccessFile(f.toFile(), "r")) { return
                r.readLine() + r.readLine() + r.getFilePointer(); }
        });
        show("raf bounds", () -> {
            try (RandomAccessFile r = new RandomAccessFile(f.toFile(), "r")) { return r.read(new
                byte[3], 2, 2); }
        });
        show("fd", () -> {
            try (FileOutputStream o = new FileOutputStream(base + "/fd")) { o.getFD().sync();
                boolean v = o.getFD().valid(); o.close(); return v + " " + o.getFD().valid(); }
        });
        show("closed stream", () -> {
            FileInputStream i = new FileInputStream(f.toFile());
            i.close();
            return i.read();
        });
        show("stream skip", () -> {
            try (FileInputStream i = new FileInputStream(f.toFile())) { return i.available() +
                " " + i.skip(4) + " " + (char) i.read() + " " + i.available() + " " +
                i.skip(1000) + " " + i.available() + i.read() + i.skip(-5) + i.available(); }
        });
        show("stream all", () -> {
            try (FileInputStream i = new FileInputStream(f.toFile())) { return
                i.readNBytes(3).length + " " + i.readAllBytes().length + " " +
                i.transferTo(OutputStream.nullOutputStream()); }
        });
        show("out append", () -> {
            try (FileOutputStream o = new FileOutputStream(f.toFile(), true)) {
                o.write("q".getBytes()); return o.getChannel().position(); }
        });
        // File
        File df = base.toFile();
        show("File", () -> df.isDirectory() + " " + df.isFile() + df.exists() + df.isHidden() +
            " " + f.toFile().length() + new File(base + "/zz").length());
        show("createNewFile", () -> new File(base + "/nf").createNewFile() + " " + new File(base +
            "/nf").createNewFile());
        show("createNew noparent", () -> new File(base + "/zz/nf").createNewFile());
        show("mkdir", () -> new File(base + "/md").mkdir() + " " + new File(base + "/md").mkdir()
            + new File(base + "/md/x/y").mkdirs() + new File(base + "/md/x/y").mkdirs());
        show("delete", () -> new File(base + "/md").delete() + " " + new File(base +
            "/nf").delete() + new File(base + "/nf").delete());
        show("list", () -> { String[] n = df.list(); Arrays.sort(n); return Arrays.toString(n); });
        show("listFiles", () -> new File(base + "/zz").list() + " " + f.toFile().listFiles() + " "
            + df.listFiles(File::isDirectory).length);
        show("user dir", () -> new
            File("x").getAbsolutePath().equals(System.getProperty("user.dir").replaceAll("/$", "")
            + "/x"));
        // Watch
        // cleanup
        try (Stream<Path> s = Files.walk(base)) { for (Path x :
            s.sorted(Comparator.reverseOrder()).collect(Collectors.toList())) Files.delete(x); }
        System.out.println(Files.exists(base));
    }
}
