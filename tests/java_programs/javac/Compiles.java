import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.spi.ToolProvider;
import javax.tools.Diagnostic;
import javax.tools.DiagnosticCollector;
import javax.tools.FileObject;
import javax.tools.ForwardingJavaFileManager;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileManager;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.StandardJavaFileManager;

/* javac inside: what it compiles is loaded and run, and its class files are the same, bit for bit,
 * as those of javac in Java. In memory, from files, and with errors to complain about. */
public class Compiles {
    static final int ROUNDS = Integer.getInteger("rounds", 2);

    static final class Source extends SimpleJavaFileObject {
        private final String text;

        Source(String name, String text) {
            super(URI.create("string:///" + name + ".java"), Kind.SOURCE);
            this.text = text;
        }

        @Override
        public CharSequence getCharContent(boolean ignoreEncodingErrors) {
            return text;
        }
    }

    static final class Compiled extends SimpleJavaFileObject {
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

        Compiled(String name) {
            super(URI.create("mem:///" + name + ".class"), Kind.CLASS);
        }

        @Override
        public OutputStream openOutputStream() {
            return bytes;
        }
    }

    static final class Memory extends ForwardingJavaFileManager<StandardJavaFileManager> {
        final Map<String, Compiled> classes = new TreeMap<>();

        Memory(StandardJavaFileManager manager) {
            super(manager);
        }

        @Override
        public JavaFileObject getJavaFileForOutput(JavaFileManager.Location location, String name,
                                                   JavaFileObject.Kind kind, FileObject sibling) {
            Compiled compiled = new Compiled(name);
            classes.put(name, compiled);
            return compiled;
        }
    }

    static final class Loader extends ClassLoader {
        private final Map<String, Compiled> classes;

        Loader(Map<String, Compiled> classes) {
            this.classes = classes;
        }

        @Override
        protected Class<?> findClass(String name) throws ClassNotFoundException {
            Compiled compiled = classes.get(name);
            if (compiled == null) {
                throw new ClassNotFoundException(name);
            }
            byte[] bytes = compiled.bytes.toByteArray();
            return defineClass(name, bytes, 0, bytes.length);
        }
    }

    static String digest(byte[] bytes) throws Exception {
        StringBuilder text = new StringBuilder();
        for (byte b : MessageDigest.getInstance("SHA-256").digest(bytes)) {
            text.append(String.format("%02x", b));
        }
        return text.substring(0, 16);
    }

    static Map<String, Compiled> compile(List<Source> sources, String... options) throws Exception {
        JavaCompiler compiler = javax.tools.ToolProvider.getSystemJavaCompiler();
        DiagnosticCollector<JavaFileObject> found = new DiagnosticCollector<>();
        Memory memory = new Memory(compiler.getStandardFileManager(found, Locale.ENGLISH, null));
        boolean worked =
            compiler.getTask(null, memory, found, List.of(options), null, sources).call();
        for (Diagnostic<? extends JavaFileObject> d : found.getDiagnostics()) {
            System.out.println(d.getKind() + " " + d.getCode() + " line " + d.getLineNumber() + ":" +
                               d.getColumnNumber() + " " + d.getMessage(Locale.ENGLISH));
        }
        System.out.println((worked ? "compiled " : "refused ") + memory.classes.size());
        for (Map.Entry<String, Compiled> entry : memory.classes.entrySet()) {
            byte[] bytes = entry.getValue().bytes.toByteArray();
            System.out.println("  " + entry.getKey() + " " + bytes.length + " " + digest(bytes));
        }
        return memory.classes;
    }

    static void run(ClassLoader loader, String name) throws Exception {
        loader.loadClass(name).getMethod("main", String[].class)
            .invoke(null, (Object) new String[] {"given"});
    }

    static String program(int round) {
        return String.join("\n",
            "package made.in.memory;",
            "import java.util.*;",
            "import java.util.function.*;",
            "import java.util.stream.*;",
            "public class Everything" + round + " {",
            "    sealed interface Shape permits Circle, Square, Pair {}",
            "    record Circle(double r) implements Shape {}",
            "    record Square(double side) implements Shape {}",
            "    record Pair<A extends Shape, B extends Shape>(A a, B b) implements Shape {}",
            "    enum Color { RED { String say() { return \"stop\"; } }, GREEN;",
            "        String say() { return \"go\"; } }",
            "    @FunctionalInterface interface Three<T> { T of(T a, T b, T c); }",
            "    static double area(Shape s) {",
            "        if (s instanceof Circle c) return 3 * c.r() * c.r();",
            "        if (s instanceof Square q) return q.side() * q.side();",
            "        if (s instanceof Pair<?, ?> p) return area(p.a()) + area(p.b());",
            "        throw new IllegalArgumentException();",
            "    }",
            "    static <T extends Comparable<? super T>> T max(Collection<? extends T> all) {",
            "        return all.stream().max(Comparator.<T>naturalOrder()).orElseThrow();",
            "    }",
            "    static int days(String m) {",
            "        return switch (m) { case \"feb\" -> 28; case \"apr\", \"jun\" -> 30;",
            "            default -> { int x = 30; yield x + 1; } };",
            "    }",
            "    class Inner { int n = " + round + "; class Deeper { int m() { return n++; } } }",
            "    static class Closing implements AutoCloseable {",
            "        final String name; Closing(String n) { name = n; }",
            "        public void close() { System.out.println(\"close \" + name); } }",
            "    public static void main(String... args) throws Exception {",
            "        System.out.println(area(new Pair<>(new Circle(1), new Square(" + round + "))));",
            "        System.out.println(max(List.of(3, 9, 4)) + \" \" + days(\"feb\") + days(\"may\"));",
            "        for (Color c : Color.values()) System.out.println(c + \" \" + c.say());",
            "        Three<Integer> sum = (a, b, c) -> a + b + c;",
            "        Supplier<List<String>> make = ArrayList::new;",
            "        List<String> l = make.get(); l.add(args[0]); l.add(\"\" + sum.of(1, 2, 3));",
            "        var inner = new Everything" + round + "().new Inner().new Deeper();",
            "        System.out.println(l + \" \" + inner.m() + inner.m());",
            "        try (var a = new Closing(\"a\"); var b = new Closing(\"b\")) {",
            "            System.out.println(a.name + b.name);",
            "            throw new IllegalStateException(\"inside\");",
            "        } catch (IllegalStateException | NullPointerException e) {",
            "            System.out.println(e.getMessage());",
            "        } finally { System.out.println(\"finally\"); }",
            "        String text = \"\"\"",
            "            a block\\tof",
            "              text \\",
            "            here \"\"\";",
            "        System.out.println(text.strip().length());",
            "        outer: for (int i = 0; ; i++) { for (int j = 0; j < 3; j++) {",
            "            if (i * j == 4) break outer; if (j > i) continue outer; } }",
            "        System.out.println(IntStream.rangeClosed(1, 5).boxed()",
            "            .collect(Collectors.partitioningBy(i -> i % 2 == 0, Collectors.summingInt(i -> i))));",
            "        System.out.println(new Object() { int k = 5; int twice() { return 2 * k; } }.twice());",
            "        long big = 1L << 40; big += 0.5; char ch = 'a'; ch++; int sh = -17 >>> 28;",
            "        System.out.println(big + \" \" + ch + \" \" + sh + \" \" + (char) (ch + 1) + 0x1.8p1);",
            "        Runnable[] rs = new Runnable[3];",
            "        for (int i = 0; i < 3; i++) { int k = i; rs[i] = () -> System.out.print(k + \" \"); }",
            "        for (Runnable r : rs) r.run();",
            "        System.out.println();",
            "        assert args.length > 5 : \"not enabled\";",
            "    }",
            "}");
    }

    /* As many lines as are asked for: methods that call each other. */
    static String large(int lines) {
        StringBuilder text = new StringBuilder("public class Large {\n");
        int methods = lines / 8;
        for (int i = 0; i < methods; i++) {
            text.append("    static int m").append(i).append("(int a, String s) {\n")
                .append("        int sum = a;\n")
                .append("        for (int i = 0; i < s.length(); i++) {\n")
                .append("            sum = sum * 31 + s.charAt(i) + ").append(i).append(";\n")
                .append("        }\n")
                .append("        return ").append(i == 0 ? "sum" : "m" + (i - 1) + "(sum, s + a)")
                .append(";\n    }\n\n");
        }
        return text.append("    public static void main(String[] args) {\n")
            .append("        System.out.println(m").append(Math.min(methods - 1, 20))
            .append("(1, args[0]));\n    }\n}\n").toString();
    }

    static void errors() throws Exception {
        compile(List.of(new Source("Bad", String.join("\n",
            "import java.util.*;",
            "public class Bad {",
            "    final int x;",
            "    int f() { }",
            "    void g() { String s = 5; undefined(); int y; y++; return 1; }",
            "    void h() { throw new Exception(); }",
            "    List<int> l; Missing m;",
            "    void h() { for (String t : 5) {} }",
            "    @Override public String tostring() { return \"\"; }",
            "}"))));
        compile(List.of(new Source("Worse", "public class Other { int a = 1; int a; }")));
        compile(List.of(new Source("Warns", String.join("\n",
            "import java.util.*;",
            "public class Warns { List raw = new ArrayList(); @Deprecated int old;",
            "    void f() { raw.add(1); switch (1) { case 1: f(); case 2: } } }"))),
            "-Xlint:all", "-g");
    }

    static void files(int round) throws Exception {
        Path folder = Files.createTempDirectory("compiles");
        Path source = folder.resolve("src/pack/FromFile.java");
        Path classes = folder.resolve("classes");
        Files.createDirectories(source.getParent());
        Files.createDirectories(classes);
        Files.writeString(source, "package pack; public class FromFile {"
            + " public static void main(String[] a) { System.out.println(\"from a file " + round
            + " \" + new Helper().help()); } }");
        Files.writeString(source.resolveSibling("Helper.java"), "package pack; class Helper {"
            + " String help() { return java.util.stream.Stream.of(1, 2).map(i -> \"h\" + i)"
            + ".toList().toString(); } }");
        StringWriter said = new StringWriter();
        int status = com.sun.tools.javac.Main.compile(new String[] {
            "-d", classes.toString(), "-sourcepath", folder.resolve("src").toString(), "-Xlint:none",
            "-implicit:class", source.toString()}, new PrintWriter(said));
        System.out.println("status " + status + " " + said);
        try (URLClassLoader loader = new URLClassLoader(new URL[] {classes.toUri().toURL()})) {
            run(loader, "pack.FromFile");
        }
        StringWriter out = new StringWriter();
        ToolProvider javac = ToolProvider.findFirst("javac").orElseThrow();
        Files.writeString(source, "class Broken { int f() { return nothing; } }");
        status = javac.run(new PrintWriter(out), new PrintWriter(out), "-d", classes.toString(),
                           source.toString());
        System.out.println("status " + status + " " + out.toString().replace(folder.toString(), "…"));
        List<Path> all = new ArrayList<>();
        try (var walk = Files.walk(folder)) {
            walk.forEach(all::add);
        }
        all.sort(null);
        for (int i = all.size(); i-- > 0;) {
            File file = all.get(i).toFile();
            System.out.println(folder.relativize(all.get(i)) + " " + (file.isFile() ? file.length() : -1) +
                               " " + file.delete());
        }
    }

    public static void main(String[] arguments) throws Exception {
        for (int round = 1; round <= ROUNDS; round++) {
            System.out.println("---- round " + round);
            Map<String, Compiled> classes =
                compile(List.of(new Source("made/in/memory/Everything" + round, program(round))));
            run(new Loader(classes), "made.in.memory.Everything" + round);
            run(new Loader(compile(List.of(new Source("Large", large(200 * round))), "-g:none")),
                "Large");
            errors();
            files(round);
        }
        StringWriter version = new StringWriter();
        com.sun.tools.javac.Main.compile(new String[] {"-version"}, new PrintWriter(version));
        System.out.println(version.toString().strip());
        System.out.println("done");
    }
}
