// SPDX-License-Identifier: Apache-2.0
package phantom.vm;

import java.nio.ByteBuffer;
import jdk.internal.access.SharedSecrets;

/** The library's own file, for the library's own reader of resources. */
final class Images {
    private Images() {}

    /** jdk.internal.jimage.NativeImageBuffer.getNativeMap */
    static ByteBuffer map(long address, int size) {
        return SharedSecrets.getJavaNioAccess().newDirectByteBuffer(address, size, null, null)
            .asReadOnlyBuffer();
    }
}
