#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# java_world.sh [--quick] - phantom.World as Java programs use it: cuts, resumes, the root directory
# and what one program hands to another; with kills. Java programs that are launched.
set -u

top=$(CDPATH= cd -- "$(dirname -- "$0")/../.." && pwd)
. "$top/tests/support/javac.sh"
. "$top/tests/support/cli.sh"
kills=20
[ "${1:-}" = --quick ] && kills=5
jar=${PHANTOM_OUT:-$top/build/release-clang-19}/phantom.jar

compile() # compile CLASS, whose source is the standard input
{
    mkdir -p classes
    cat >"$1.java"
    javac -cp "$jar" -d classes "$1.java" || fail "javac $1.java"
}

wait_for() # wait_for TEXT FILE
{
    for _ in $(seq 400); do
        ! grep -q -e "$1" "$2" 2>/dev/null || return 0
        sleep 0.05
    done
    fail "'$1' never came to $2"
}

# ---- Elsewhere -----------------------------------------------------------------------------------

compile Elsewhere <<'E'
import phantom.World;
class Elsewhere {
    static void refused(Runnable what) {
        try {
            what.run();
            System.out.println("done");
        } catch (UnsupportedOperationException e) {
            System.out.println("refused");
        }
    }
    public static void main(String[] none) {
        System.out.println(World.isPresent());
        refused(World::cut);
        refused(() -> World.onResume(() -> { }));
        refused(World::root);
    }
}
E
is 'without a world' "$(java -cp "$jar:classes" Elsewhere | tr '\n' ' ')" \
    'false refused refused refused '
p run --new --quiet --image elsewhere.phantom -cp classes Elsewhere >out 2>err
is 'with a world' "$(tr '\n' ' ' <out)" 'true done done done '
# One that a program brings along does not matter.
p run --new --quiet --image elsewhere.phantom -cp "$jar:classes" Elsewhere >out 2>err
is 'with a jar of its own' "$(tr '\n' ' ' <out)" 'true done done done '

# ---- Cuts ----------------------------------------------------------------------------------------

# With an hour between cuts only cut() can have made what inspect shows durable; what a program did
# before cut() it has done for good.
compile Cutting <<'E'
import phantom.World;
class Cutting {
    public static void main(String[] none) throws Exception {
        long begin = System.nanoTime();
        World.cut();
        World.root().put("n", new int[] {4711});
        World.cut();
        World.root().put("n", new int[] {4712});
        Thread.sleep(3000);
        System.out.println(World.root().get("n", int[].class)[0] + " "
            + (System.nanoTime() - begin < 60_000_000_000L));
    }
}
E
"$phantom" run --new --quiet --interval 1h --image cutting.phantom --console cutting.out \
    -cp classes Cutting </dev/null &
running=$!
for _ in $(seq 100); do
    p inspect cutting.phantom 1/n >out 2>&1
    ! grep -q 4711 out || break
    sleep 0.05
done
is 'what was cut' "$(sed -n 's/^  \[0\]  *//p' out)" 4711
kill -9 "$running"
wait "$running" 2>/dev/null
running=
expect 0 '' resume --quiet --console cutting.out cutting.phantom
is 'after the cut' "$(cat cutting.out)" '4712 true'

# ---- Resumes -------------------------------------------------------------------------------------

# Two actions, of which the first throws, and one that is registered by an action; a count that goes
# on with a cut in each step. Killed at any time.
compile Resuming <<'E'
import phantom.World;
class Resuming {
    static int seen, late;
    static boolean isLate;
    public static void main(String[] none) throws Exception {
        Thread.setDefaultUncaughtExceptionHandler(
            (thread, thrown) -> System.out.println(thrown.getMessage()));
        World.onResume(() -> { throw new IllegalStateException("thrown by an action"); });
        World.onResume(() -> {
            seen++;
            if (!isLate) {
                isLate = true;
                World.onResume(() -> late++);
            }
            System.out.println("resume " + seen + " " + Thread.currentThread().isDaemon());
        });
        for (int i = 0; i < 60; i++) {
            World.cut();
            System.out.println("step " + i);
            Thread.sleep(50);
        }
        System.out.println("seen " + seen + " late " + late);
    }
}
E
begin() # begin WORD… - in the background
{
    command=$1
    shift
    "$phantom" "$command" --quiet --console resuming.out "$@" </dev/null &
    running=$!
}
begin run --new --image resuming.phantom -cp classes Resuming
wait_for 'step 1$' resuming.out
for kill in $(seq "$kills"); do
    kill -9 "$running"
    wait "$running" 2>/dev/null
    begin resume resuming.phantom
    wait_for "resume $kill true" resuming.out
done
wait "$running"
status=$?
running=
is 'how it ended' "$status" 0
is 'the end' "$(tail -n 1 resuming.out)" "seen $kills late $((kills - 1))"
is 'each step once' "$(sed -n 's/^step //p' resuming.out | tr '\n' ' ')" \
    "$(seq 0 59 | tr '\n' ' ')"
is 'each resume once' "$(grep -c resume resuming.out)" "$kills"
is 'what actions throw' "$(grep -c '^thrown by an action$' resuming.out)" "$kills"

# ---- The root directory --------------------------------------------------------------------------

compile Giver <<'E'
import java.io.*;
import java.util.*;
import phantom.World;
class Giver {
    static class Point implements Serializable {
        int x = 3, y = 4;
    }
    static void bad(String name) {
        try {
            World.root().put(name, 1);
            System.out.println("good: " + name);
        } catch (IllegalArgumentException e) {
            System.out.println("bad");
        }
    }
    public static void main(String[] none) throws Exception {
        World.Root root = World.root();
        System.out.println(root.names() + " " + root.get("nothing"));
        List<String> list = new ArrayList<>(List.of("a", "b"));
        root.put("list", list);
        root.put("gone", list);
        root.remove("gone");
        bad("");
        bad("a/b");
        bad("a\nb");
        bad("x".repeat(256));
        root.put("ö".repeat(127), "long");
        System.out.println(root.get("ö".repeat(127)));
        root.remove("ö".repeat(127));
        System.out.println(root.names() + " " + (root.get("list") == list));
        try {
            root.get("list", Map.class);
        } catch (ClassCastException e) {
            System.out.println("no Map");
        }
        root.put("text", "p\u00e4\u20ac\ud83d\ude00\0");
        root.put("latin", "caf\u00e9");
        Object[] boxes = {true, (byte) -3, 'x', (short) -4, -5, 6L << 40, 1.5f, -0.0};
        for (Object box : boxes) {
            root.put(box.getClass().getSimpleName(), box);
        }
        root.put("booleans", new boolean[] {true, false});
        root.put("longs", new long[] {1L << 60, -1});
        root.put("doubles", new double[] {Math.PI});
        root.put("chars", "chars".toCharArray());
        root.put("strings", new String[] {"no"});
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        new ObjectOutputStream(out).writeObject(new Point());
        root.put("point", out.toByteArray());
        System.out.println("given");
        while (root.get("answer") == null) {
            Thread.sleep(20);
        }
        System.out.println(root.get("answer") + " " + (root.get("list") == list) + " "
            + list.getClass());
    }
}
E
compile Taker <<'E'
import java.io.*;
import java.lang.reflect.Array;
import java.util.*;
import phantom.World;
class Taker {
    static String show(Object value) {
        if (!value.getClass().isArray()) {
            return value + "";
        }
        StringJoiner all = new StringJoiner(" ", "[", "]");
        for (int i = 0; i < Array.getLength(value); i++) {
            all.add(Array.get(value, i) + "");
        }
        return all.toString();
    }
    public static void main(String[] arguments) throws Exception {
        World.Root root = World.root();
        System.out.println(String.join(",", arguments) + " " + System.getProperty("k"));
        for (String name : root.names()) {
            try {
                Object value = root.get(name);
                System.out.println(name + " " + (name.equals("point") ? "" : show(value)) + " "
                    + value.getClass().getName());
            } catch (ClassCastException e) {
                System.out.println(name + " refused");
            }
        }
        System.out.println(root.get("text").equals("p\u00e4\u20ac\ud83d\ude00\0"));
        byte[] point = root.get("point", byte[].class);
        try {
            new ObjectInputStream(new ByteArrayInputStream(point)).readObject();
            System.out.println("read");
        } catch (ClassNotFoundException e) {
            System.out.println("class not found"); // its class path has no Giver
        }
        root.put("answer", "thanks");
        System.exit(7);
    }
}
E
mkdir -p taker && mv classes/Taker.class taker/
given='answer list text latin Boolean Byte Character Short Integer Long Float Double booleans longs
    doubles chars strings point'
gives=
for name in $given; do
    gives="$gives --give $name=1/$name"
done
"$phantom" run --new --quiet --image giving.phantom --console giving.out -cp classes Giver \
    </dev/null 2>giving.err &
running=$!
wait_for '^given' giving.out
# shellcheck disable=SC2086
expect 0 '^2$' launch -Dk=v $gives -cp taker giving.phantom Taker one two
wait "$running"
running=
cat >expected <<'E'
[] null
bad
bad
bad
bad
long
[list] true
no Map
given
one,two v
Boolean true java.lang.Boolean
Byte -3 java.lang.Byte
Character x java.lang.Character
Double -0.0 java.lang.Double
Float 1.5 java.lang.Float
Integer -5 java.lang.Integer
Long 6597069766656 java.lang.Long
Short -4 java.lang.Short
booleans [true false] [Z
chars [c h a r s] [C
doubles [3.141592653589793] [D
latin café java.lang.String
list refused
longs [1152921504606846976 -1] [J
point  [B
strings refused
true
class not found
thanks true class java.util.ArrayList
E
grep -av '^text' giving.out >out
is 'what was handed over' "$(cat out)" "$(cat expected)"
expect 0 '2 (Taker) has finished (exit status 7)' info giving.phantom

# ---- Launching -----------------------------------------------------------------------------------

compile Idle <<'E'
class Idle {
    public static void main(String[] arguments) throws Exception {
        System.out.println("idle " + String.join(" ", arguments));
        Thread.sleep(arguments.length == 0 ? 600000 : 0);
    }
}
E
(cd classes && jar cfe ../idle.jar Idle Idle.class)
killed_at '^idle' idle run --new --quiet -cp classes Idle
expect 0 '^2$' launch idle.phantom idle.jar of a jar
expect 0 '^3$' launch idle.phantom classes/Idle.class of a class
expect 0 '^4$' launch idle.phantom -cp :classes Idle of a path
expect 1 'a Java program has a folder of its own' launch idle.phantom --root /data idle.jar
expect 1 'none.jar: no such file' launch idle.phantom none.jar
start resume --console idle.out idle.phantom
wait_for 'of a path' idle.out
expect 0 '^5$' launch idle.phantom idle.jar of a running world
wait_for 'of a running' idle.out
expect 0 '' stop idle.phantom
ended 143 ''
is 'those that were launched' "$(sort idle.out | tr '\n' ';')" \
    'idle ;idle of a class;idle of a jar;idle of a path;idle of a running world;'
expect 0 good fsck idle.phantom

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
