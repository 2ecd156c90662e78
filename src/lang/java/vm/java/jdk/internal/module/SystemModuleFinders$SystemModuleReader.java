// SPDX-License-Identifier: Apache-2.0
package jdk.internal.module;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.module.ModuleReader;
import java.net.URI;
import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import phantom.vm.Library;

/**
 * Reads the JDK's own modules, in the place of the library's class of that name, which wants their
 * file mapped into memory.
 */
class SystemModuleFinders$SystemModuleReader implements ModuleReader {
    private final String module;
    private volatile boolean isClosed;

    SystemModuleFinders$SystemModuleReader(String module, URI location) {
        this.module = module;
    }

    private byte[] file(String name) throws IOException {
        Objects.requireNonNull(name);
        if (isClosed) {
            throw new IOException("ModuleReader is closed");
        }
        return Library.read(module, name);
    }

    @Override
    public Optional<URI> find(String name) throws IOException {
        return file(name) == null ? Optional.empty()
            : Optional.of(URI.create("jrt:/" + module + "/" + name));
    }

    @Override
    public Optional<InputStream> open(String name) throws IOException {
        byte[] file = file(name);
        return file == null ? Optional.empty() : Optional.of(new ByteArrayInputStream(file));
    }

    @Override
    public Optional<ByteBuffer> read(String name) throws IOException {
        byte[] file = file(name);
        return file == null ? Optional.empty() : Optional.of(ByteBuffer.wrap(file));
    }

    @Override
    public void release(ByteBuffer buffer) {
        Objects.requireNonNull(buffer);
    }

    @Override
    public Stream<String> list() throws IOException {
        if (isClosed) {
            throw new IOException("ModuleReader is closed");
        }
        return Stream.of(Library.list(module));
    }

    @Override
    public void close() {
        isClosed = true;
    }
}
