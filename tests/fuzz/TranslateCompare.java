// SPDX-License-Identifier: Apache-2.0
// Asks Java's own verifier what it thinks of the class files that `fuzz_translate --dump FILE`
// wrote, and prints where it is of another opinion:
//
//     build/release-clang-19/fuzz_translate --count 100000 --dump FILE
//     java tests/fuzz/TranslateCompare.java FILE
//
// That we refuse what Java accepts is an error of ours. That Java refuses more is expected: it
// knows of what class references are, and whether objects are initialised, and from version 50 on
// it wants a StackMapTable that fits. So these are printed for versions before 50 alone, and not
// where the message is about classes. (Nor where it is about ret: Java loses the return addresses
// of a subroutine whose inner one is called from elsewhere, too.)
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.FileInputStream;
import java.nio.charset.StandardCharsets;
import java.util.TreeMap;

public class TranslateCompare {
    static final int OK = 0, INVALID = 14;

    static class Loader extends ClassLoader {
        Class<?> define(byte[] bytes) {
            return defineClass(null, bytes, 0, bytes.length);
        }
    }

    // What linking says; null: it is about something else than code.
    static String ask(byte[] bytes) {
        Class<?> made;
        try {
            made = new Loader().define(bytes);
        } catch (Throwable e) {
            return null;
        }
        try {
            made.getDeclaredMethods();
            return "ok";
        } catch (VerifyError e) {
            return e.getMessage();
        } catch (Throwable e) {
            return null;
        }
    }

    static boolean isAboutClasses(String said) {
        return said.matches("(?s).*(object/array|object or array|Incompatible|initialized|"
            + "constructor|Expecting to find (array|unit)|Mismatched|Wrong return type|interface|"
            + "protected|superclass|Call to wrong|Non-array|invokespecial|object on stack|"
            + "Throwable|Bad type in putfield|Constructor|return from subroutine|nonvirtual|"
            + "Multiple returns).*");
    }

    public static void main(String[] arguments) throws Exception {
        DataInputStream in =
            new DataInputStream(new BufferedInputStream(new FileInputStream(arguments[0])));
        int agreed = 0, skipped = 0, stricter = 0, differed = 0;
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
            String said = ask(bytes);
            if (said == null) {
                skipped++;
                continue;
            }
            if (said.equals("ok") == (status == OK)) {
                agreed++;
                continue;
            }
            if (status == OK && (bytes[7] >= 50 || isAboutClasses(said))) {
                stricter++;
                continue;
            }
            differed++;
            String ours = new String(text, StandardCharsets.UTF_8).replaceAll("\0.*", "");
            String kind = "ours: " + ours.replaceAll("(?s)\n.*", "").replaceAll("[0-9]+", "#")
                + " | theirs: " + said.replaceAll("(?s)\n.*", "")
                    .replaceAll("\\(class: [^)]*\\)|[^ ]*signature:[^)]*\\)", "")
                    .replaceAll("[0-9]+", "#");
            if (kinds.merge(kind, 1, Integer::sum) == 1) {
                System.out.println(number + ": ours: " + ours + " | theirs: " + said);
            }
        }
        kinds.forEach((kind, count) -> System.out.println(count + " × " + kind));
        System.out.println(agreed + " agreed, " + differed + " differed, " + stricter
            + " refused by Java alone as expected, " + skipped + " not compared");
    }
}
