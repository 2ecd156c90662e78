// SPDX-License-Identifier: Apache-2.0
// Asks Java's own virtual machine what it thinks of the class files that `fuzz_classfile --dump
// FILE` wrote, and prints where it is of another opinion:
//
//     build/release-clang-19/fuzz_classfile --count 100000 --dump FILE
//     java tests/fuzz/ClassfileCompare.java FILE
//
// Only what is wrong with the class itself counts, not what its superclass or its name is.
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.FileInputStream;
import java.nio.charset.StandardCharsets;
import java.util.TreeMap;

public class ClassfileCompare {
    static final int OK = 0, MALFORMED = 13, VERSION = 17;

    static class Loader extends ClassLoader {
        Class<?> define(byte[] bytes) {
            return defineClass(null, bytes, 0, bytes.length);
        }
    }

    static int ask(byte[] bytes, String[] said) {
        try {
            new Loader().define(bytes);
            said[0] = "ok";
            return OK;
        } catch (UnsupportedClassVersionError e) {
            said[0] = e.toString();
            return VERSION;
        } catch (ClassFormatError e) {
            said[0] = e.toString();
            return MALFORMED;
        } catch (Throwable e) {
            said[0] = e.toString();
            return OK;
        }
    }

    // Modules are refused as such; other classes are asked for in the middle of reading this one.
    static boolean isOther(String said) {
        return said.contains("ACC_MODULE") || said.contains("NoClassDefFoundError")
            || said.contains("ClassCircularityError") || said.contains("IllegalAccessError") || said.contains("IncompatibleClassChange");
    }

    public static void main(String[] arguments) throws Exception {
        DataInputStream in =
            new DataInputStream(new BufferedInputStream(new FileInputStream(arguments[0])));
        int agreed = 0, differed = 0;
        TreeMap<String, Integer> kinds = new TreeMap<>();
        for (int number = 0;; number++) {
            int status;
            try {
                status = Integer.reverseBytes(in.readInt());
            } catch (EOFException e) {
                break;
            }
            byte[] bytes = new byte[Integer.reverseBytes(in.readInt())];
            byte[] text = new byte[200];
            in.readFully(bytes);
            in.readFully(text);
            String[] said = new String[1];
            int theirs = ask(bytes, said);
            if (theirs == status || isOther(said[0])) {
                agreed++;
                continue;
            }
            differed++;
            String ours = new String(text, StandardCharsets.UTF_8).replaceAll("\0.*", "");
            String kind = "ours: " + ours.replaceAll("\"[^\"]*\"|[0-9]+|class file.*", "#")
                + " | theirs: " + said[0].replaceAll("\"[^\"]*\"|[0-9]+|class file.*", "#");
            if (kinds.merge(kind, 1, Integer::sum) == 1) {
                System.out.println(number + ": ours: " + ours + " | theirs: " + said[0]);
            }
        }
        System.out.println(agreed + " agreed, " + differed + " differed, " + kinds.size() + " kinds");
    }
}
