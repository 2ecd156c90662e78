#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# java_inspect.sh [--quick] - what inspect, top and ps say of Java programs whose objects are known,
# running and asleep.
set -u

top=$(CDPATH= cd -- "$(dirname -- "$0")/../.." && pwd)
. "$top/tests/support/javac.sh"
. "$top/tests/support/cli.sh"
jar=${PHANTOM_OUT:-$top/build/release-clang-19}/phantom.jar

mkdir -p classes app
cat >app/Main.java <<'E'
package app;
import java.util.*;
import phantom.World;
public class Main {
    enum Colour { RED, GREEN { void own() { } } }
    static class Base {
        int id = 5;
        protected String name = "a\t\"q\" \u20ac\u0001\ud83d\ude00\\";
    }
    static class Derived extends Base {
        long id = 7L << 33;
        Colour red = Colour.RED, green = Colour.GREEN;
        boolean yes = true;
        char quote = '\'', letter = '\u00e4';
        byte small = -7;
        short two = -300;
        float third = 1f / 3;
        double tenth = 0.1, whole = 1e3, huge = -1e300;
        Integer boxed = 300;
        Character initial = 'x';
        Double none;
        int[][] grid = {{1, 2, 3}, {4}};
        int[] many = new int[100];
        String[] words = {"one", null, "two"};
        byte[] bytes = {1, -2, 3};
        char[] chars = "ab".toCharArray();
        boolean[] flags = {true, false};
        Class<?> type = Map.Entry.class, number = int.class, array = String[][].class;
        Thread thread = Thread.currentThread();
        List<Colour>[] lists;
        Runnable lambda = () -> { };
    }
    static class Unique { }
    static Map<String, Derived> table = new HashMap<>();
    static long counter = 1L << 40;
    static final Unique[] only = {new Unique(), null};
    static void hold(Unique held) throws Exception {
        World.cut();
        System.out.println("ready");
        Thread.sleep(600000);
        System.out.println(held);
    }
    public static void main(String[] arguments) throws Exception {
        Unique held = new Unique();
        World.root().put("held", new java.lang.ref.WeakReference<>(held));
        table.put("key", new Derived());
        World.root().put("derived", table.get("key"));
        World.root().put("table", table);
        World.root().put("text", "x".repeat(50) + "end");
        World.root().put("weak", new java.lang.ref.WeakReference<>(table));
        if (arguments.length > 0) {
            Thread busy = new Thread(() -> { while (counter != 0) { counter |= 1; } }, "busy one");
            busy.setDaemon(true);
            busy.start();
        }
        hold(held);
    }
}
E
javac -cp "$jar" -d classes app/Main.java || fail javac

field() # field NAME VALUE - of the derived object; VALUE is a regular expression
{
    expect 0 "^    $1  *$2\$" inspect it.phantom 1/derived
}

shows() # the same of the running world and of the sleeping one
{
    expect 0 'it.phantom: cut [0-9]*: @[0-9a-f]* app.Main$Derived, ' inspect it.phantom 1/derived
    expect 0 '^  app.Main$Derived:$' inspect it.phantom 1/derived
    expect 0 '^  app.Main$Base:$' inspect it.phantom 1/derived
    field 'long id' 60129542144
    field 'int id' 5
    field 'java.lang.String name' '@[0-9a-f]* java.lang.String "a.t."q." €.u0001.ud83d.ude00.."'
    field 'app.Main$Colour red' '@[0-9a-f]* app.Main$Colour RED'
    field 'app.Main$Colour green' '@[0-9a-f]* app.Main$Colour$1 GREEN'
    field 'boolean yes' true
    field 'char quote' "'.''"
    field 'char letter' "'ä'"
    field 'byte small' -7
    field 'short two' -300
    field 'float third' 0.33333334
    field 'double tenth' 0.1
    field 'double whole' 1e+03
    field 'double huge' -1e+300
    field 'java.lang.Integer boxed' '@[0-9a-f]* java.lang.Integer 300'
    field 'java.lang.Character initial' "@[0-9a-f]* java.lang.Character 'x'"
    field 'java.lang.Double none' null
    field 'int\[\]\[\] grid' '@[0-9a-f]* int\[\]\[\] of 2'
    field 'int\[\] many' '@[0-9a-f]* int\[\] of 100 {0, 0, 0, 0, 0, 0, 0, 0, ...}'
    field 'java.lang.String\[\] words' '@[0-9a-f]* java.lang.String\[\] of 3'
    field 'byte\[\] bytes' '@[0-9a-f]* byte\[\] of 3 {1, -2, 3}'
    field 'char\[\] chars' "@[0-9a-f]* char\[\] of 2 {'a', 'b'}"
    field 'boolean\[\] flags' '@[0-9a-f]* boolean\[\] of 2 {true, false}'
    field 'java.lang.Class type' '@[0-9a-f]* java.lang.Class interface java.util.Map$Entry'
    field 'java.lang.Class number' '@[0-9a-f]* java.lang.Class int'
    field 'java.lang.Class array' '@[0-9a-f]* java.lang.Class class java.lang.String\[\]\[\]'
    field 'java.lang.Thread thread' '@[0-9a-f]* java.lang.Thread "main"'
    field 'java.util.List\[\] lists' null
    field 'java.lang.Runnable lambda' '@[0-9a-f]* app.Main$Derived$$Lambda.*'
    # Steps by names of Java, into arrays, and from a class to its static fields.
    expect 0 'int\[\] of 3 {1, 2, 3}' inspect it.phantom '1/derived.grid[0]'
    expect 0 '^  \[2\]  *3$' inspect it.phantom '1/derived.grid[0]'
    expect 0 '^  \[2\]  *@[0-9a-f]* java.lang.String "two"$' inspect it.phantom 1/derived.words
    expect 0 '^  \[1\]  *null$' inspect it.phantom 1/derived.words
    expect 0 '^  \[0\]  *true$' inspect it.phantom 1/derived.flags
    expect 0 '^  "x\{50\}end"$' inspect it.phantom 1/text
    expect 0 "\"x\{40\}\"\.\.\., " inspect it.phantom 1/text
    expect 0 'java.lang.Class class app.Main, ' inspect it.phantom app.Main
    expect 0 '^  static of app.Main:$' inspect it.phantom app.Main
    expect 0 '^    long counter  *1099511627776$' inspect it.phantom app.Main
    expect 0 '^    java.util.Map table  *@[0-9a-f]* java.util.HashMap$' inspect it.phantom app.Main
    expect 0 '^    int size  *1$' inspect it.phantom app.Main.table
    expect 0 '^    java.lang.Object referent  *@[0-9a-f]* java.util.HashMap$' \
        inspect it.phantom 1/weak
    expect 0 'app.Main$Unique, 16 bytes' inspect it.phantom 'app.Main.only[0]'
    expect 1 "nothing is called 'app.Nobody'" inspect it.phantom app.Nobody
    # What the machine keeps in objects of Java is not theirs.
    p inspect it.phantom app.Main >out 2>&1
    is 'fields of the machine' "$(grep -c '\$class\|\$file\|\$primitive' out)" 0
    # Who refers to it, and the way to it.
    expect 0 '^  @[0-9a-f]* java.util.HashMap$Node.value$' inspect it.phantom 1/derived --referrers
    expect 0 '^  static app.Main.table$' inspect it.phantom 1/table --referrers
    expect 0 '^  @[0-9a-f]* app.Main$Unique\[\] of 2 \[0\]$' \
        inspect it.phantom 'app.Main.only[0]' --referrers
    expect 0 '^  .only  *@[0-9a-f]* app.Main$Unique\[\] of 2$' \
        inspect it.phantom 'app.Main.only[0]' --path
    p inspect it.phantom --json --limit 100000 >census.json 2>err
    expect 0 'thread 1 "main" on its stack in app.Main.hold(Main.java:\(39\|40\))$' \
        inspect it.phantom 1/held.referent --referrers
    expect 0 '^  .*thread 1 "main"$' inspect it.phantom 1/held.referent --path
    expect 0 '^   on its stack in app.Main.hold(Main.java:\(39\|40\)) @[0-9a-f]* app.Main$Unique$' \
        inspect it.phantom 1/held.referent --path
    # By class.
    is 'how many of a class' "$(of_class 'app.Main$Unique') $(of_class 'app.Main$Derived')" '2 1'
    is 'arrays' "$(of_class 'app.Main$Unique[]') $(of_class 'app.Main$Colour[]')" '1 1'
    json ref,class,shown,text,fields inspect it.phantom 1/text
    json ref,class,fields,referrers,path inspect it.phantom 1/derived --referrers --path
    is 'a field as JSON' "$(python3 -c 'import json
for f in json.load(open("out"))["fields"]:
    if f["name"] == "id":
        print(f["type"], f["declared_by"], f["value"], f["static"])')" \
        'long app.Main$Derived 60129542144 False
int app.Main$Base 5 False'
}

of_class() # how many objects the census has of a class
{
    python3 -c 'import json, sys
print(sum(c["objects"] for c in json.load(open("census.json"))["classes"]
          if c["class"] == sys.argv[1]))' "$1"
}

killed_at '^ready' it run --new --quiet -cp classes app.Main
shows
"$phantom" resume --quiet --console it.out it.phantom </dev/null &
running=$!
for _ in $(seq 100); do
    ! p stat it.phantom >out 2>&1 || break
    sleep 0.05
done
shows

# ---- Two programs --------------------------------------------------------------------------------

expect 0 '^2$' launch it.phantom -cp classes app.Main busy
for _ in $(seq 200); do
    [ "$(grep -c '^ready' it.out)" -lt 2 ] || break
    sleep 0.1
done
expect 0 'java.lang.String (of program 1, boot loader) @' inspect it.phantom --limit 100
expect 0 'java.lang.String (of program 2, boot loader) @' inspect it.phantom --limit 100
expect 0 'byte\[\] (of program 2, boot loader) @' inspect it.phantom --limit 100
expect 0 'app.Main$Unique (of program 2, @[0-9a-f]* jdk.internal.loader.ClassLoaders$AppClass' \
    inspect it.phantom --limit 10000
expect 1 "2 classes are called 'app.Main'" inspect it.phantom app.Main
expect 0 ' 2  app.Main  "busy one"$' top it.phantom --count 1
expect 0 '^ *1  "main" waits for a time for program 1 in ' ps it.phantom
expect 0 '"busy one" runs for program 2$' ps --stacks it.phantom
expect 0 '^      app.Main.lambda[$]main[$]0(Main.java:[0-9]*)$' ps --stacks it.phantom
json threads ps it.phantom
is 'names in ps' "$(python3 -c 'import json
print({"main", "busy one"} <= {t["name"] for t in json.load(open("out"))["threads"]})')" True
json busy top it.phantom --count 1
is 'names in top' "$(python3 -c 'import json
print([(b["program_name"], b["thread_name"]) for b in json.load(open("out"))["busy"]][0])')" \
    "('app.Main', '\"busy one\"')"
expect 0 stopped stop it.phantom
wait "$running"
running=

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
