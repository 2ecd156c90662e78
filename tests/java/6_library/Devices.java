import java.io.*;
import java.nio.channels.FileChannel;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Arrays;

/* Devices that programs expect, and the folder for what is temporary. */
class Devices {
    public static void main(String[] arguments) throws Exception {
        for (String name : new String[] {"null", "zero", "random", "urandom"}) {
            File file = new File("/dev/" + name);
            System.out.println(file + " " + file.exists() + file.isFile() + file.isDirectory() +
                               Files.isRegularFile(file.toPath()) + " " + file.length() + " " +
                               Files.readAttributes(file.toPath(), "*").get("isOther"));
        }
        byte[] bytes = new byte[64];
        try (InputStream in = new FileInputStream("/dev/null")) {
            System.out.println(in.read() + " " + in.read(bytes));
        }
        Arrays.fill(bytes, (byte) 1);
        try (InputStream in = new FileInputStream("/dev/zero")) {
            System.out.println(in.read(bytes) + " " + in.read() + " " +
                               Arrays.equals(bytes, new byte[64]));
        }
        try (FileChannel in = FileChannel.open(Path.of("/dev/urandom"))) {
            System.out.println(in.read(ByteBuffer.wrap(bytes)) + " " +
                               !Arrays.equals(bytes, new byte[64]));
        }
        try (FileOutputStream out = new FileOutputStream("/dev/null")) {
            out.write(bytes);
            out.write(7);
        }
        try (RandomAccessFile both = new RandomAccessFile("/dev/zero", "rw")) {
            both.write(bytes);
            System.out.println(both.read());
        }
        System.out.println(new SecureRandom().getAlgorithm() + " " +
                           SecureRandom.getInstanceStrong().getAlgorithm());
        byte[] other = new byte[64];
        new SecureRandom().nextBytes(bytes);
        new SecureRandom().nextBytes(other);
        System.out.println(!Arrays.equals(bytes, other));

        File temporary = File.createTempFile("phantom", null);
        System.out.println(temporary.getParent() + " " + temporary.getName().endsWith(".tmp") + " " +
                           temporary.delete());
        Path folder = Files.createTempDirectory("phantom");
        Path inside = Files.createTempFile(folder, "a", ".b");
        System.out.println(folder.getParent() + " " + Files.size(inside));
        Files.delete(inside);
        Files.delete(folder);
    }
}
