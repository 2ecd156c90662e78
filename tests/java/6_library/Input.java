// SPDX-License-Identifier: Apache-2.0
// own process: reads standard input to its end
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.util.Scanner;

class Input {
    public static void main(String[] args) throws Exception {
        System.out.println((char) System.in.read());
        BufferedReader r = new BufferedReader(new InputStreamReader(System.in, "UTF-8"));
        System.out.println("[" + r.readLine() + "]");
        Scanner s = new Scanner(r);
        int sum = 0;
        while (s.hasNextInt()) {
            sum += s.nextInt();
        }
        System.out.println(sum + s.next() + s.nextLine());
        System.out.println("[" + s.nextLine() + "]" + s.hasNext());
        System.out.println(System.in.read() + " " + r.readLine());
    }
}
