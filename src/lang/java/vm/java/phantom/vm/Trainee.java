// SPDX-License-Identifier: Apache-2.0
package phantom.vm;

/** A program like any other, for Training: loaded from a class path, not by the boot loader. */
public final class Trainee {
    private Trainee() {}

    public static void main(String[] arguments) {
        StringBuilder text = new StringBuilder();
        for (String argument : arguments) {
            text.append(argument).append(arguments.length);
        }
        text.toString();
    }
}
