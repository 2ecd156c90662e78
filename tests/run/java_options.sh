#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# java_options.sh [--quick] - options of the java command, taken as java takes them: programs that
# print what became of them run in both. Manifests, modules, argument files; what is refused.
set -u

top=$(CDPATH= cd -- "$(dirname -- "$0")/../.." && pwd)
. "$top/tests/support/javac.sh"
. "$top/tests/support/cli.sh"
unset JDK_JAVA_OPTIONS JAVA_TOOL_OPTIONS

# same WORD… - java and phantom print and end alike. (Paths are those of the image.)
same()
{
    java "$@" >java.out 2>java.err </dev/null
    wanted=$?
    p run --new --quiet --image same.phantom "$@" >out 2>err </dev/null
    status=$?
    if [ "$status" -ne "$wanted" ]; then
        fail "phantom run $*: left with status $status, not $wanted"
    elif ! cmp -s out java.out || ! sed 's|/app.jar|JAR|; s|[^ ]*[.]jar|JAR|' err >said ||
        ! sed 's|[^ ]*[.]jar|JAR|' java.err | cmp -s said -; then
        fail "phantom run $*: prints something else than java"
        diff java.out out
        diff java.err err
    else
        pass
    fi
}

refused() # refused TEXT WORD…
{
    said=$1
    shift
    expect 2 "$said" run --new --image refused.phantom "$@"
}

# ---- Folders of the host, and its time zone ------------------------------------------------------

mkdir -p sources classes host/shared/deep host/other
echo linked >host/other/file
ln -s ../other/file host/shared/beside
ln -s "$PWD/host/other" host/shared/absolute
ln -s /etc/passwd host/shared/outside
cat >sources/Folders.java <<'E'
import java.io.File;
import java.io.IOException;
import java.nio.file.*;
class Folders {
    public static void main(String[] names) throws IOException {
        Path shared = Path.of(names[0], "shared");
        System.out.println(new File(names[0]).isDirectory() + " "
            + shared.getParent().toRealPath());
        System.out.println(Files.readString(shared.resolve("beside")).trim());
        System.out.println(Files.readString(shared.resolve("absolute/file")).trim());
        System.out.println(Files.writeString(shared.resolve("deep/new"), "x").toRealPath());
        try {
            System.out.println(Files.readString(shared.resolve("outside")).length());
        } catch (NoSuchFileException e) {
            System.out.println("not there: " + names[0].isEmpty());
        }
        System.out.println(java.util.TimeZone.getDefault().getID());
    }
}
E
javac -d classes sources/Folders.java
p run --new --quiet --image folders.phantom --dir "$PWD/host/shared::$PWD/host/shared" \
    --dir "$PWD/host/other::$PWD/host/other" -cp classes Folders "$PWD/host" >out 2>err
is 'folders of the host' "true $PWD/host linked linked $PWD/host/shared/deep/new not there: false" \
    "$(head -5 out | tr '\n' ' ' | sed 's/ $//')"
is 'the time zone' "$(cd classes && java -cp . Folders "$PWD/../host" | tail -1)" "$(tail -1 out)"
TZ=Asia/Tokyo p run --new --quiet --image folders.phantom --dir "$PWD/host::$PWD/host" \
    -cp classes Folders "$PWD/host" >out 2>err
is 'another time zone' Asia/Tokyo "$(tail -1 out)"

# ---- Assertions, properties, memory, argument files ----------------------------------------------

mkdir -p sources/a/b classes
cat >sources/a/b/Shows.java <<'E'
package a.b;
public class Shows {
    static class Inner {
        static boolean isOn() {
            boolean on = false;
            assert on = true;
            return on;
        }
    }
    public static void main(String[] arguments) {
        boolean on = false;
        assert on = true;
        System.out.println(on + " " + Inner.isOn() + " " + Shows.class.desiredAssertionStatus()
            + " " + String.class.desiredAssertionStatus() + " " + String.join(",", arguments)
            + " " + System.getProperty("k") + " " + System.getProperty("l"));
        if (Boolean.getBoolean("memory")) {
            System.out.println(Runtime.getRuntime().maxMemory());
        }
    }
}
E
cat >sources/Plain.java <<'E'
class Plain {
    public static void main(String[] arguments) {
        System.out.println(Plain.class.desiredAssertionStatus());
    }
}
E
cat >sources/NoMain.java <<'E'
class NoMain {
    static void main(String[] arguments) { }
}
E
cat >sources/BadInit.java <<'E'
class BadInit {
    static int zero = 1 / Integer.parseInt("0");
    public static void main(String[] arguments) { }
}
E
# Main methods that are not found at a glance (VM.hasPlainMain), or are none.
cat >sources/Below.java <<'E'
class Below extends Plain { }
class Dynamic {
    public void main(String[] arguments) { }
}
class Gives {
    public static int main(String[] arguments) { return 1; }
}
class Many {
    public static void main(int number) { }
    public static void main(String[] arguments) throws Exception { System.out.println("many"); }
}
class Gone extends Exception { }
class Names {
    public static void main(String[] arguments) { System.out.println("not java's"); }
    public static Gone[] other(int number) { return null; }
}
class Throws {
    public static void main(String[] arguments) throws Gone { System.out.println("not java's"); }
}
class Hides {
    public static void main(String[] arguments) { System.out.println("java's too"); }
    static void other(Gone gone) throws Gone { }
}
E
javac -d classes sources/a/b/Shows.java sources/*.java || fail javac
rm classes/Gone.class
while read -r options; do
    # shellcheck disable=SC2086
    same $options -cp classes a.b.Shows x -ea @y
done <<'E'
-Dk=v
-ea
-enableassertions -Dk=v=w -Dl
-ea -da:a.b...
-ea:a...
-ea:a.b...
-ea:b...
-da -ea:a.b.Shows
-ea:a.b.Shows$Inner
-ea:a.b.Shows -da
-ea -da:a...
-da:a... -ea:a.b...
-ea:a.b.Shows -da:a.b.Shows
-ea:...
-dsa
-Xmx512m -Dmemory=true -Xss1m -Xms64m -Xint -server -Xshare:auto
-Xmx1G -XX:+UseSerialGC -XX:MaxGCPauseMillis=200 -XX:-OmitStackTraceInFastThrow
-XX:Foo=1 -XX:+IgnoreUnrecognizedVMOptions -XX:+Bar -XX:+ExitOnOutOfMemoryError
E
same -ea:... -cp classes Plain
cat >sources/Probes.java <<'E'
class Probes {
    public static void main(String[] names) {
        for (String name : names) {
            for (int i = 0; i < 2; i++) {
                try {
                    System.out.println(Class.forName(name).getModule());
                } catch (ClassNotFoundException e) {
                    System.out.println(e);
                }
            }
        }
    }
}
E
javac -d classes sources/Probes.java
probed='sun.misc.Unsafe java.util.logging.Logger java.sql.Driver jdk.internal.misc.Unsafe'
for graph in '' '--limit-modules java.base' '--limit-modules java.sql'; do
    # shellcheck disable=SC2086
    same $graph -cp classes Probes $probed
done
same --class-path=classes a.b.Shows
same --class-path classes a.b.Shows
same -classpath classes a.b.Shows
# All jars of a folder; a link to nothing in it is passed over.
mkdir -p all/of none
jar cf all/of/shows.jar -C classes a
jar cf all/of/plain.jar -C classes Plain.class
ln -s nothing all/of/broken
same -cp 'all/of/*' a.b.Shows
same -cp 'none:all/of/*' Plain
same -cp all/of:classes Plain
# What is not there is passed over.
same -cp 'none/*:nowhere/*:nowhere:classes:nowhere.jar:classes/Plain.class/x' Plain
same -cp classes -p nowhere Plain
expect 1 "warning: nothing of the class path 'none/[*]:nowhere' is there" \
    run --new --image same.phantom -cp 'none/*:nowhere' Plain
cat >words <<'E'
-cp "cla"sses # a comment
-Dk="a b\"c\\d\
    e" '-Dl=\t'

-ea a.b.Shows "x y" @z \n
E
same @words w @words
echo '-Dk=two' >more
same @more @words w
JDK_JAVA_OPTIONS=-Dk=ignored p run --new --quiet --image same.phantom -cp classes a.b.Shows \
    >out 2>&1
is 'the environment' "$(cat out)" 'false false false false  null null'
expect 2 'none.words: no such file' run @none.words

# ---- What is run ---------------------------------------------------------------------------------

same -cp classes a.b.Nobody
for main in NoMain Below Dynamic Gives Many Names Throws Hides; do
    same -cp classes "$main"
done
same -cp classes BadInit
mkdir -p jars/lib lib lib9 main versions
cat >sources/Lib.java <<'E'
public class Lib {
    public static String say() { return "plain"; }
}
E
cat >versions/Lib.java <<'E'
public class Lib {
    public static String say() { return "of a version"; }
}
E
cat >sources/JarMain.java <<'E'
public class JarMain {
    public static void main(String[] arguments) {
        System.out.println(Lib.say() + " " + String.join(",", arguments));
        try {
            String.class.getDeclaredField("hash").setAccessible(true);
            System.out.println("open");
        } catch (Exception e) {
            System.out.println(e.getClass());
        }
        System.out.println(sun.net.util.IPAddressUtil.class.getName());
    }
}
E
javac -d lib sources/Lib.java
javac -d lib9 versions/Lib.java
javac -cp lib -d main --add-exports java.base/sun.net.util=ALL-UNNAMED sources/JarMain.java 2>err
jar_of() # jar_of NAME FOLDER, with the attributes of the standard input
{
    cat >attributes
    jar cfm "jars/$1" attributes -C "$2" .
}
echo 'Multi-Release: true' >attributes
jar cfm 'jars/lib/a lib.jar' attributes -C lib . --release 11 -C lib9 .
mkdir -p nothing
jar_of between.jar nothing <<'E'
Class-Path: lib/a%20lib.jar main.jar
E
jar_of main.jar main <<'E'
Main-Class: JarMain
Class-Path: between.jar missing.jar
Add-Exports: java.base/sun.net.util
Add-Opens: java.base/java.lang
Enable-Native-Access: ALL-UNNAMED
E
same -jar jars/main.jar x y
same -cp classes -jar jars/main.jar
expect 0 '' run --new --quiet --image same.phantom jars/main.jar
same --add-exports java.base/sun.net.util=ALL-UNNAMED -cp jars/main.jar JarMain
jar_of wrong.jar main <<'E'
Main-Class: Nope
E
same -jar jars/wrong.jar
jar cf jars/without.jar -C main .
same -jar jars/without.jar
jar_of outside.jar main <<'E'
Main-Class: JarMain
Class-Path: ../jars/lib/../between.jar
E
expect 125 'its manifest names ../jars/lib/../between.jar, in another folder' \
    run --new --image same.phantom jars/outside.jar
expect 125 'is no jar, as -jar wants one' run --new --image same.phantom -jar classes/Plain.class
jar_of agent.jar main <<'E'
Main-Class: JarMain
Launcher-Agent-Class: JarMain
E
expect 1 'error loading java agent' run --new --quiet --image same.phantom jars/agent.jar

# javac --release reads the JDK's lib/ct.sym.
javac --release 8 -d eight versions/Lib.java 2>err
expect 0 '' run --new --quiet --image same.phantom --dir "$folder::/w" -cp classes \
    com.sun.tools.javac.Main --release 8 -d /w/mine /w/versions/Lib.java
is 'javac --release' "$(cksum <mine/Lib.class)" "$(cksum <eight/Lib.class)"

# ---- Modules -------------------------------------------------------------------------------------

mkdir -p modules/one/one modules/two/two
echo 'module one { exports one; }' >modules/one/module-info.java
echo 'module two { requires one; }' >modules/two/module-info.java
cat >modules/one/one/One.java <<'E'
package one;
public class One {
    static int hidden = 5;
    public static String say() { return "hello from " + One.class.getModule(); }
}
E
cat >modules/two/two/Two.java <<'E'
package two;
public class Two {
    public static void main(String[] arguments) throws Exception {
        System.out.println(one.One.say() + " to " + Two.class.getModule() + " "
            + String.join(",", arguments)
            + " " + ModuleLayer.boot().findModule("java.sql").isPresent()
            + " " + ModuleLayer.boot().findModule("java.xml").isPresent());
        try {
            var field = one.One.class.getDeclaredField("hidden");
            field.setAccessible(true);
            System.out.println(field.get(null));
        } catch (Exception e) {
            System.out.println(e);
        }
    }
}
E
javac -d made --module-source-path modules -m one,two || fail 'javac of modules'
mkdir -p jarred
jar cf jarred/one.jar -C made/one .
jar cfe jarred/two.jar two.Two -C made/two .
same -p made -m two/two.Two x y
same --module-path=jarred -m two x
same --module-path jarred/one.jar:made/two --add-modules java.sql --add-modules java.xml \
    --add-opens one/one=two --module two/two.Two
same -p made --add-modules one -cp classes a.b.Shows
same -p made --limit-modules java.base -m two/two.Two
same --limit-modules java.base,java.xml --add-modules java.xml -cp classes a.b.Shows
same -p made -m three
same -p made -m one
same -p made -m one/one.Two
same --add-modules no.such -cp classes a.b.Shows
same --add-reads one=ALL-UNNAMED --add-exports java.base/sun.net.util=ALL-UNNAMED \
    --add-opens=java.base/java.lang=ALL-UNNAMED --add-modules one -p made -cp main:lib JarMain

# ---- What is refused -----------------------------------------------------------------------------

refused "'-Xfoo': it is an option of another virtual machine" -Xfoo Main
refused "'-XX:+Foo': it is an option of another" -XX:+Foo Main
refused "'-XX:G2Foo=1': it is an option of another" -XX:G2Foo=1 Main
refused "'-XX:ActiveProcessorCount=2': --workers" -XX:ActiveProcessorCount=2 Main
refused "'-XX:MaxRAMPercentage=50': -XmxSIZE" -XX:MaxRAMPercentage=50 Main
refused '-XX:MaxHeapSize=x: wants a size' -XX:MaxHeapSize=x Main
refused "'-Xlog:gc': 'phantom stat'" -Xlog:gc Main
refused "'-XshowSettings:vm': 'java" -XshowSettings:vm Main
refused "'--enable-preview': features" --enable-preview Main
refused "'-javaagent:x.jar': there are no agents" -javaagent:x.jar Main
refused "'-agentlib:jdwp=x': there are no agents" -agentlib:jdwp=x Main
refused 'phantom version' -version
refused 'put the classes on the class path' --patch-module java.base=x Main
refused '-Xmx: wants a size' -Xmx Main
refused '-Xmx9x: wants a size' -Xmx9x Main
refused '-Xmx0: wants a size' -Xmx0 Main
refused '.-add-modules wants a value' --add-modules
refused '.-add-opens wants a value' --add-opens= Main
refused "'--modulepath' is no option" --modulepath x Main
refused '-jar and -m' -jar -m two

# ---- The same of a program that is launched ------------------------------------------------------

cat >sources/Waits.java <<'E'
class Waits {
    public static void main(String[] none) throws Exception {
        System.out.println("waits");
        Thread.sleep(600000);
    }
}
E
javac -d classes sources/Waits.java
killed_at waits waiting run --new --quiet -cp classes Waits
expect 0 '^2$' launch waiting.phantom -ea -Dk=v -p made -m two/two.Two first
expect 0 '^3$' launch -ea -cp classes waiting.phantom a.b.Shows second
start resume --console waiting.out waiting.phantom
expect 0 '^4$' launch -p made waiting.phantom -m two/two.Two third
expect 0 '^5$' launch waiting.phantom -jar jars/main.jar fourth
launched() # how many of the four have said what they should
{
    grep -c -e 'two first false' -e 'two third false' -e 'true true true false second' \
        -e 'of a version fourth' waiting.out
}
for _ in $(seq 600); do
    [ "$(launched)" -ne 4 ] || break
    sleep 0.1
done
is 'what was launched' 4 "$(launched)"
expect 0 stopped stop waiting.phantom
ended 143 ''

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
