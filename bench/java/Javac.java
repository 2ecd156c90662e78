// SPDX-License-Identifier: Apache-2.0
// The JDK's own compiler: a text of about 1,000 lines is compiled in memory, N times.
import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.CRC32;
import javax.tools.FileObject;
import javax.tools.ForwardingJavaFileManager;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileManager;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;

final class Javac {
    static final String HEAD = """
        import java.util.ArrayList;
        import java.util.HashMap;
        import java.util.List;
        import java.util.Map;
        import java.util.function.IntBinaryOperator;

        public class Example {
            interface Shape { double area(); }
            record Circle(double radius) implements Shape {
                public double area() { return Math.PI * radius * radius; }
            }
            record Square(double side) implements Shape {
                public double area() { return side * side; }
            }
            enum Level { LOW, MIDDLE, HIGH }
        """;
    static final String PIECE = """
            static final Map<String, List<Integer>> table# = new HashMap<>();
            private int counter# = #;

            int sum#(int from, int to) {
                int total = 0;
                for (int i = from; i <= to; i++) {
                    if (i % 3 == 0 && i != counter#) {
                        total += i * #;
                    } else if ((i & 5) == 1 || total > 1 << 20) {
                        total -= "text".length() + i / 2;
                    } else {
                        total ^= apply#((a, b) -> a * b + counter#, i, total);
                    }
                }
                return total;
            }

            static int apply#(IntBinaryOperator operator, int a, int b) {
                return operator.applyAsInt(a, b);
            }

            String say#(Level level, Object what) {
                StringBuilder text = new StringBuilder("level ").append(level);
                switch (level) {
                    case LOW -> text.append(what instanceof String s ? s.trim() : "?");
                    case MIDDLE -> text.append(table#.computeIfAbsent("" + what, k -> new ArrayList<>()));
                    default -> throw new IllegalStateException("level " + level + " of " + what);
                }
                try {
                    counter# += Integer.parseInt(text.toString());
                } catch (NumberFormatException e) {
                    table#.put(e.getMessage(), List.of(counter#, #));
                } finally {
                    counter#--;
                }
                return text.toString();
            }

            double area#(Shape... shapes) {
                double sum = 0;
                for (Shape shape : shapes) {
                    sum += shape.area();
                }
                return shapes.length == 0 ? new Circle(#).area() : sum;
            }

        """;

    static final class Source extends SimpleJavaFileObject {
        final String text;

        Source(String text) {
            super(URI.create("string:///Example.java"), Kind.SOURCE);
            this.text = text;
        }

        @Override
        public CharSequence getCharContent(boolean ignoreErrors) {
            return text;
        }
    }

    static final class Result extends SimpleJavaFileObject {
        final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

        Result(String name) {
            super(URI.create("bytes:///" + name + ".class"), Kind.CLASS);
        }

        @Override
        public OutputStream openOutputStream() {
            return bytes;
        }
    }

    static final class Memory extends ForwardingJavaFileManager<JavaFileManager> {
        final Map<String, Result> results = new TreeMap<>();

        Memory(JavaFileManager below) {
            super(below);
        }

        @Override
        public JavaFileObject getJavaFileForOutput(Location location, String name,
                                                   JavaFileObject.Kind kind, FileObject sibling) {
            return results.computeIfAbsent(name, Result::new);
        }
    }

    static String text() {
        StringBuilder text = new StringBuilder(HEAD);
        for (int i = 1; i <= 22; i++) {
            text.append(PIECE.replace("#", Integer.toString(i)));
        }
        return text.append("}\n").toString();
    }

    public static void main(String[] arguments) {
        int rounds = Integer.parseInt(arguments[0]);
        CRC32 sum = new CRC32();
        String text = text();
        for (int i = 0; i < rounds; i++) {
            JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
            Memory memory = new Memory(compiler.getStandardFileManager(null, null, null));
            boolean done = compiler.getTask(null, memory, null, List.of("-Xlint:none"), null,
                                            List.of(new Source(text))).call();
            memory.results.forEach((name, result) -> {
                sum.update(name.getBytes());
                sum.update(result.bytes.toByteArray());
            });
            if (!done) {
                throw new AssertionError("not compiled");
            }
        }
        System.out.println(text.lines().count() + " lines, " + rounds + " times: " + sum.getValue());
    }
}
