// SPDX-License-Identifier: Apache-2.0
// Scanner over strings, StringTokenizer, StreamTokenizer, StringReader.
import java.io.BufferedReader;
import java.io.StreamTokenizer;
import java.io.StringReader;
import java.util.InputMismatchException;
import java.util.Locale;
import java.util.Scanner;
import java.util.StringTokenizer;

class Scanning {
    public static void main(String[] args) throws Exception {
        Scanner s = new Scanner("12 3.5 word true 99999999999\nrest of line\n0x1f").useLocale(
            Locale.ROOT);
        System.out.println(s.nextInt() + s.nextDouble() + s.next() + s.nextBoolean() + s.hasNextInt()
            + s.nextLong());
        System.out.println("[" + s.nextLine() + "][" + s.nextLine() + "]" + s.hasNextInt());
        try {
            s.nextInt();
        } catch (InputMismatchException e) {
            System.out.println(e.getMessage());
        }
        System.out.println(s.next() + s.hasNext());
        Scanner d = new Scanner("a, b,c;d").useDelimiter("\\s*[,;]\\s*");
        while (d.hasNext()) {
            System.out.print("<" + d.next() + ">");
        }
        System.out.println(new Scanner("id=42 x").findInLine("(\\w+)=(\\d+)"));
        System.out.println(new Scanner("ff 7").nextInt(16));
        StringTokenizer t = new StringTokenizer("a+b-c", "+-", true);
        System.out.print(t.countTokens() + ":");
        while (t.hasMoreTokens()) {
            System.out.print(t.nextToken() + " ");
        }
        System.out.println();
        StreamTokenizer k = new StreamTokenizer(new StringReader("x = 3.5 'quoted' // comment\n+y"));
        k.slashSlashComments(true);
        while (k.nextToken() != StreamTokenizer.TT_EOF) {
            System.out.print(k.ttype + ":" + k.sval + ":" + k.nval + " ");
        }
        System.out.println(k.lineno());
        BufferedReader r = new BufferedReader(new StringReader("one\r\ntwo\rthree\n\nlast"));
        for (String line = r.readLine(); line != null; line = r.readLine()) {
            System.out.print("[" + line + "]");
        }
        System.out.println(r.read());
    }
}
