// SPDX-License-Identifier: Apache-2.0
// Properties and facts of the system that are the same everywhere.
import java.util.Objects;
import java.util.UUID;

class SystemThings {
    public static void main(String[] args) {
        System.out.println(System.getProperty("java.specification.version") + " "
            + System.getProperty("file.separator") + System.getProperty("path.separator")
            + System.getProperty("line.separator").length() + System.getProperty("not.there"));
        System.out.println(System.lineSeparator().equals("\n"));
        System.out.println(System.setProperty("mine", "1") + System.getProperty("mine")
            + System.clearProperty("mine"));
        System.out.println(Runtime.version().feature() + " " + (Runtime.getRuntime().totalMemory() > 0)
            + (Runtime.getRuntime().availableProcessors() > 0));
        long a = System.nanoTime();
        long b = System.nanoTime();
        System.out.println((b >= a) + " " + (System.currentTimeMillis() > 1600000000000L));
        System.out.println(System.getenv("PHANTOM_NO_SUCH_VARIABLE"));
        System.out.println(Objects.hash(1, "a", null) + " " + Objects.equals(null, null)
            + Objects.toString(null, "d") + Objects.requireNonNullElse(null, 5));
        try {
            Objects.checkIndex(5, 5);
        } catch (IndexOutOfBoundsException e) {
            System.out.println(e.getMessage());
        }
        System.out.println(UUID.nameUUIDFromBytes("x".getBytes()) + " " + UUID.fromString(
            "00000000-0000-0001-0000-000000000002").getMostSignificantBits());
        System.out.println(UUID.randomUUID().version());
        System.out.println(SystemThings.class.getModule().getName() + " "
            + String.class.getModule());
    }
}
