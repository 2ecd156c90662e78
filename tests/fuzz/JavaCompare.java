// SPDX-License-Identifier: Apache-2.0
// Asks Java's own virtual machine what it thinks of the class files that a fuzzer wrote, and prints
// where it is of another opinion:
//
//     build/release-clang-19/fuzz_classfile --count 100000 --dump FILE
//     java tests/fuzz/JavaCompare.java classfile FILE
//     build/release-clang-19/fuzz_translate --count 100000 --dump FILE
//     java tests/fuzz/JavaCompare.java translate FILE
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.FileInputStream;
import java.nio.charset.StandardCharsets;
import java.util.TreeMap;

public class JavaCompare {
    static final int OK = 0, MALFORMED = 13, VERSION = 17;

    static class Loader extends ClassLoader {
        Class<?> define(byte[] bytes) {
            return defineClass(null, bytes, 0, bytes.length);
        }
    }

    enum Verdict { AGREED, DIFFERED, STRICTER, SKIPPED }

    // What Java says of one class, and what is made of it.
    abstract static class Asking {
        String said;

        abstract Verdict ask(byte[] bytes, int status);

        // Without what differs from class to class.
        abstract String kind(String text);
    }

    // Only what is wrong with the class itself counts, not what its superclass or its name is.
    static class Reading extends Asking {
        int define(byte[] bytes) {
            try {
                new Loader().define(bytes);
                said = "ok";
                return OK;
            } catch (Throwable e) {
                said = e.toString();
                return e instanceof UnsupportedClassVersionError ? VERSION
                    : e instanceof ClassFormatError ? MALFORMED : OK;
            }
        }

        // Modules are refused as such; other classes are asked for in the middle of reading this.
        boolean isOther() {
            return said.matches("(?s).*(ACC_MODULE|NoClassDefFoundError|ClassCircularityError|"
                + "IllegalAccessError|IncompatibleClassChange).*");
        }

        @Override
        Verdict ask(byte[] bytes, int status) {
            return define(bytes) == status || isOther() ? Verdict.AGREED : Verdict.DIFFERED;
        }

        @Override
        String kind(String text) {
            return text.replaceAll("\"[^\"]*\"|[0-9]+|class file.*", "#");
        }
    }

    // That we refuse what Java's verifier accepts is an error of ours. That Java refuses more is
    // expected: it knows of what class references are, and whether objects are initialised, and
    // from version 50 on it wants a StackMapTable that fits. So these are printed for versions
    // before 50 alone, and not where the message is about classes. (Nor where it is about ret: Java
    // loses the return addresses of a subroutine whose inner one is called from elsewhere, too.)
    static class Verifying extends Asking {
        // What linking says; null: it is about something else than code.
        static String link(byte[] bytes) {
            try {
                Class<?> made = new Loader().define(bytes);
                try {
                    made.getDeclaredMethods();
                    return "ok";
                } catch (VerifyError e) {
                    return e.getMessage();
                }
            } catch (Throwable e) {
                return null;
            }
        }

        boolean isAboutClasses() {
            return said.matches("(?s).*(object/array|object or array|Incompatible|initialized|"
                + "constructor|Expecting to find (array|unit)|Mismatched|Wrong return type|"
                + "interface|protected|superclass|Call to wrong|Non-array|invokespecial|"
                + "object on stack|Throwable|Bad type in putfield|Constructor|"
                + "return from subroutine|nonvirtual|Multiple returns).*");
        }

        @Override
        Verdict ask(byte[] bytes, int status) {
            said = link(bytes);
            if (said == null) {
                return Verdict.SKIPPED;
            }
            if (said.equals("ok") == (status == OK)) {
                return Verdict.AGREED;
            }
            return status == OK && (bytes[7] >= 50 || isAboutClasses()) ? Verdict.STRICTER
                : Verdict.DIFFERED;
        }

        @Override
        String kind(String text) {
            return text.replaceAll("(?s)\n.*", "")
                .replaceAll("\\(class: [^)]*\\)|[^ ]*signature:[^)]*\\)", "")
                .replaceAll("[0-9]+", "#");
        }
    }

    public static void main(String[] arguments) throws Exception {
        Asking asking = arguments[0].equals("classfile") ? new Reading() : new Verifying();
        DataInputStream in =
            new DataInputStream(new BufferedInputStream(new FileInputStream(arguments[1])));
        int[] verdicts = new int[Verdict.values().length];
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
            Verdict verdict = asking.ask(bytes, status);
            verdicts[verdict.ordinal()]++;
            if (verdict == Verdict.DIFFERED) {
                String ours = new String(text, StandardCharsets.UTF_8).replaceAll("\0.*", "");
                String kind =
                    "ours: " + asking.kind(ours) + " | theirs: " + asking.kind(asking.said);
                if (kinds.merge(kind, 1, Integer::sum) == 1) {
                    System.out.println(number + ": ours: " + ours + " | theirs: " + asking.said);
                }
            }
        }
        kinds.forEach((kind, count) -> System.out.println(count + " × " + kind));
        System.out.println(verdicts[0] + " agreed, " + verdicts[1] + " differed in " + kinds.size()
            + " kinds, " + verdicts[2] + " refused by Java alone as expected, " + verdicts[3]
            + " not compared");
    }
}
