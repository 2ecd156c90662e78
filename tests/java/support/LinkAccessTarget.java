// SPDX-License-Identifier: Apache-2.0

/** What LinkAccess makes less of. */
public class LinkAccessTarget {
    public int number = 1;
    public static int shared = 2;

    public int act() {
        return 5;
    }

    public static int actStatic() {
        return 6;
    }
}
