// SPDX-License-Identifier: Apache-2.0
package phantom.vm;

import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import jdk.internal.loader.ClassLoaders;

/**
 * What most programs need is loaded and initialised, by running one: from a folder and from a jar.
 * Nothing that a program can see is other than without.
 */
final class Training {
    private Training() {}

    private static final String HELPER = "sun/launcher/LauncherHelper";
    private static final String LOADER = "jdk/internal/loader/ClassLoaders$AppClassLoader";
    private static final String PATHS = "jdk/internal/loader/URLClassPath";
    private static final File FOLDER = new File("/phantom-training");
    private static final File PACKAGE = new File(FOLDER, "phantom/go");
    private static final File CLASS = new File(PACKAGE, "Trainee.class");
    private static final File JAR = new File(FOLDER, "training.jar");
    private static final File TEXT = new File(FOLDER, "text");

    /** File of one of our own classes. */
    private static native byte[] classFile(String name);

    static void run() {
        VM.initialise(ThreadLocalRandom.class);
        VM.initialise(Random.class);
        VM.initialise(SplittableRandom.class);
        VM.initialise(Launcher.class);
        VM.initialise(VM.bootClass("java/lang/Shutdown"));
        for (Object each : new IdentityHashMap<>(Map.of("a", "b")).keySet()) {
            each.hashCode();
        }
        Class<?> lambdas = VM.bootClass("java/lang/invoke/InnerClassLambdaMetafactory");
        VM.initialise(lambdas);
        AtomicInteger counter = (AtomicInteger) Base.getStatic(lambdas,
            "counter:Ljava/util/concurrent/atomic/AtomicInteger;");
        int lambdasBefore = counter.get();
        try {
            PACKAGE.mkdirs();
            byte[] trainee = renamed(classFile("phantom/vm/Trainee"));
            write(CLASS, trainee);
            write(JAR, jar("META-INF/MANIFEST.MF",
                "Manifest-Version: 1.0\r\nMain-Class: phantom.go.Trainee\r\n\r\n".getBytes(),
                "phantom/go/Trainee.class", trainee));
            runFrom(FOLDER.getPath());
            VM.callStatic(VM.bootClass(HELPER),
                "getMainClassFromJar(Ljava/lang/String;)Ljava/lang/String;", JAR.getPath());
            runFrom(JAR.getPath());
            say();
        } catch (IOException thrown) {
            throw new InternalError(thrown);
        }
        counter.set(lambdasBefore); // they are called by it
        for (File file : new File[] {TEXT, JAR, CLASS, PACKAGE, PACKAGE.getParentFile(), FOLDER}) {
            file.delete();
        }
    }

    /** The class phantom.go.Trainee, which the boot loader does not know. */
    private static byte[] renamed(byte[] file) {
        String text = new String(file, StandardCharsets.ISO_8859_1);
        return text.replace("phantom/vm/Trainee", "phantom/go/Trainee")
            .getBytes(StandardCharsets.ISO_8859_1);
    }

    private static void write(File file, byte[] bytes) throws IOException {
        try (FileOutputStream out = new FileOutputStream(file)) {
            out.write(bytes);
        }
    }

    /** As System.out says it. */
    private static void say() throws IOException {
        try (PrintStream out = new PrintStream(new FileOutputStream(TEXT), true)) {
            out.println("training");
            out.println(1);
            out.print('\n');
            new IOException("training", new InternalError()).printStackTrace(out);
        }
    }

    /** By a loader like that of the class path, which is not told of it. */
    private static void runFrom(String path) {
        Class<?> paths = VM.bootClass(PATHS);
        Class<?> loaders = VM.bootClass(LOADER);
        Object urls = VM.allocate(paths);
        ClassLoader loader = (ClassLoader) VM.allocate(loaders);
        VM.call(paths, "<init>(Ljava/lang/String;Z)V", urls, path, false);
        VM.call(loaders, "<init>(Ljdk/internal/loader/BuiltinClassLoader;"
            + "Ljdk/internal/loader/URLClassPath;)V", loader,
            ClassLoaders.platformClassLoader(), urls);
        try {
            Class<?> trainee = loader.loadClass("phantom.go.Trainee");
            VM.callStatic(VM.bootClass(HELPER), "validateMainClass(Ljava/lang/Class;)V", trainee);
            VM.callStatic(trainee, Launcher.MAIN, new String[] {"a", "b"});
        } catch (ClassNotFoundException thrown) {
            throw new InternalError(thrown);
        }
        VM.call(paths, "closeLoaders()Ljava/util/List;", urls);
    }

    // ---- A jar ----------------------------------------------------------------------------------

    /** Names and contents in turn; compressed in form only. Nobody looks at the checksums. */
    private static byte[] jar(Object... entries) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream directory = new ByteArrayOutputStream();
        for (int i = 0; i < entries.length; i += 2) {
            byte[] name = ((String) entries[i]).getBytes();
            byte[] content = (byte[]) entries[i + 1];
            int offset = out.size();
            out.writeBytes(header(0x04034b50, 30, name, content, offset));
            out.writeBytes(name);
            out.writeBytes(little(5).put((byte) 1).putShort((short) content.length)
                .putShort((short) ~content.length).array());
            out.writeBytes(content);
            directory.writeBytes(header(0x02014b50, 46, name, content, offset));
            directory.writeBytes(name);
        }
        short count = (short) (entries.length / 2);
        byte[] end = little(22).putInt(0x06054b50).putInt(0).putShort(count).putShort(count)
            .putInt(directory.size()).putInt(out.size()).array();
        out.writeBytes(directory.toByteArray());
        out.writeBytes(end);
        return out.toByteArray();
    }

    /** Of a file in the archive, or, with 46 bytes, of its entry in the directory. */
    private static byte[] header(int magic, int bytes, byte[] name, byte[] content, int offset) {
        ByteBuffer header = little(bytes).putInt(magic).putShort((short) 20);
        if (bytes == 46) {
            header.putShort((short) 20);
        }
        header.putShort((short) 0).putShort((short) 8).putInt(0).putInt(0)
            .putInt(content.length + 5).putInt(content.length).putShort((short) name.length);
        if (bytes == 46) {
            header.putInt(42, offset);
        }
        return header.array();
    }

    private static ByteBuffer little(int bytes) {
        return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }
}
