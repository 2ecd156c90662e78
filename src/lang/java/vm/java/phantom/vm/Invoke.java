// SPDX-License-Identifier: Apache-2.0
package phantom.vm;

/** Calls of methods by reflection, and what they throw. */
final class Invoke {
    private Invoke() {}

    @SuppressWarnings("unchecked")
    private static <T extends Throwable> void raiseAs(Throwable thrown) throws T {
        throw (T) thrown;
    }

    static void raise(Throwable thrown) {
        Invoke.<RuntimeException>raiseAs(thrown);
    }
}
