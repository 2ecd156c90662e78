// SPDX-License-Identifier: Apache-2.0
import java.io.IOException;
import java.io.RandomAccessFile;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** lib/modules as a file, and as compilers other than javac read it. */
public class LibraryFile {
    public static void main(String[] arguments) throws IOException {
        Path home = Path.of(System.getProperty("java.home"));
        Path modules = home.resolve("lib/modules");
        long place = Files.size(modules) - 1000;
        System.out.println(Files.size(modules));
        try (FileChannel channel = FileChannel.open(modules);
                RandomAccessFile file = new RandomAccessFile(modules.toFile(), "r")) {
            ByteBuffer mapped = channel.map(FileChannel.MapMode.READ_ONLY, place, 1000);
            byte[] read = new byte[2000];
            ByteBuffer direct = ByteBuffer.allocateDirect(2000);
            file.seek(place);
            System.out.println(file.read(read) + " " + file.read() + " "
                    + channel.read(direct, place) + " " + file.getFilePointer());
            System.out.println(mapped.equals(ByteBuffer.wrap(read, 0, 1000)) + " "
                    + mapped.equals(direct.flip()));
            System.out.println(Integer.toHexString(channel.map(FileChannel.MapMode.READ_ONLY, 0, 4)
                    .order(java.nio.ByteOrder.LITTLE_ENDIAN).getInt()));
        }
        try (FileSystem files = FileSystems.newFileSystem(URI.create("jrt:/"),
                Map.of("java.home", home.toString()))) {
            System.out.println(Files.size(files.getPath("/modules/java.base/java/lang/Object.class"))
                    + " " + Files.exists(files.getPath("/packages/java.sql")));
        }
    }
}
