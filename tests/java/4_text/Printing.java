// SPDX-License-Identifier: Apache-2.0
// PrintStream: every print, printf, buffers, errors, write of bytes, System.setOut.
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;

class Printing {
    public static void main(String[] args) throws Exception {
        System.out.print(true);
        System.out.print('c');
        System.out.print(1);
        System.out.print(2L);
        System.out.print(3f);
        System.out.print(4.0);
        System.out.print(new char[] {'x'});
        System.out.print((String) null);
        System.out.print((Object) null);
        System.out.println();
        System.out.println(new char[] {'y', '\u00e4', '\u20ac'});
        System.out.write('w');
        System.out.write("rite\n".getBytes());
        System.out.append("appended").append('c').append("xyz", 1, 2).println();
        System.out.printf("%d%n", 5).format("%s%n", "chained");
        System.err.println("to standard error: \u20ac");
        System.err.print("no newline");
        System.err.println();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        PrintStream old = System.out;
        System.setOut(new PrintStream(bytes, true, "UTF-8"));
        System.out.println("caught \u20ac");
        System.setOut(old);
        System.out.println(bytes.size() + bytes.toString("UTF-8").trim());
        StringWriter w = new StringWriter();
        PrintWriter p = new PrintWriter(w);
        p.printf("%05d", 42).print('!');
        p.flush();
        System.out.println(w + " " + p.checkError() + old.checkError());
        for (int i = 0; i < 3000; i++) {
            System.out.print(i % 10);
        }
        System.out.println();
    }
}
