// SPDX-License-Identifier: Apache-2.0
package phantom.vm;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.invoke.StringConcatFactory;
import java.util.ArrayList;
import java.util.List;

/** A program like any other, for Training: loaded from a class path, not by the boot loader. */
public final class Trainee {
    private Trainee() {}

    public static void main(String[] arguments) throws Throwable {
        List<String> texts = new ArrayList<>(List.of(arguments));
        StringBuilder all = new StringBuilder();
        texts.sort((a, b) -> b.compareTo(a));
        texts.forEach(all::append);
        Runnable more = () -> all.append(texts.size());
        more.run();
        // As an ordinary compiler makes it of "text" + number; our own classes do without.
        all.append((String) StringConcatFactory.makeConcatWithConstants(MethodHandles.lookup(),
            "join", MethodType.methodType(String.class, String.class, int.class), "\1-\1")
            .getTarget().invokeExact(all.toString(), all.length()));
    }
}
