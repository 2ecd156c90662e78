// SPDX-License-Identifier: Apache-2.0
package phantom.vm;

/** The files of the JDK's modules, which are not in the image but in the user's JDK. */
public final class Library {
    private Library() {}

    /** The file of that name ("java/lang/Object.class") in a module, or null. */
    public static byte[] read(String module, String name) {
        return VM.libraryFile(module, name);
    }

    /** Names of all files of a module. */
    public static String[] list(String module) {
        return VM.libraryFiles(module);
    }
}
