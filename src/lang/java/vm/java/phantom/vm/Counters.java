// SPDX-License-Identifier: Apache-2.0
package phantom.vm;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** What the library counts about itself. Nobody else looks at it. */
final class Counters {
    private Counters() {}

    static Object create(long value) {
        ByteBuffer buffer = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.nativeOrder());
        buffer.putLong(0, value);
        return buffer;
    }
}
