// SPDX-License-Identifier: Apache-2.0
package phantom.vm;

/** Throws what a native has made itself; one method for each kind of result, as in Raise. */
final class Thrower {
    private Thrower() {}

    @SuppressWarnings("unchecked")
    private static <T extends Throwable> void raise(Object thrown) throws T {
        throw (T) thrown;
    }

    static void nothing(Object thrown) {
        Thrower.<RuntimeException>raise(thrown);
    }

    static int toInt(Object thrown) {
        Thrower.<RuntimeException>raise(thrown);
        return 0;
    }

    static long toLong(Object thrown) {
        Thrower.<RuntimeException>raise(thrown);
        return 0;
    }

    static Object toObject(Object thrown) {
        Thrower.<RuntimeException>raise(thrown);
        return null;
    }
}
