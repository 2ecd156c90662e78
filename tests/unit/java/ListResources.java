// SPDX-License-Identifier: Apache-2.0
// Prints all resources of the running JDK, as Java itself reads them: "CRC-32 size path" each.
import java.io.BufferedOutputStream;
import java.io.PrintStream;
import java.net.URI;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.CRC32;

public class ListResources {
    public static void main(String[] arguments) throws Exception {
        Path root = FileSystems.getFileSystem(URI.create("jrt:/")).getPath("/modules");
        PrintStream out = new PrintStream(new BufferedOutputStream(System.out), false, "UTF-8");
        try (var paths = Files.walk(root)) {
            for (Path path : (Iterable<Path>) paths::iterator) {
                if (Files.isRegularFile(path)) {
                    byte[] bytes = Files.readAllBytes(path);
                    CRC32 crc = new CRC32();
                    crc.update(bytes);
                    out.printf("%08x %d %s%n", crc.getValue(), bytes.length,
                               path.toString().substring("/modules".length()));
                }
            }
        }
        out.flush();
    }
}
