#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# java_base.sh [--quick] - new Java programs from the prebooted image: the same as without, nothing
# drawn by lot is the same twice, whatever becomes of cache and JDK.
set -u

top=$(CDPATH= cd -- "$(dirname -- "$0")/../.." && pwd)
. "$top/tests/support/cli.sh"
home=${JAVA_HOME:-$(ls -d /usr/lib/jvm/*17* 2>/dev/null | head -n 1)}
if ! command -v javac >javac.path || [ ! -f "$home/lib/modules" ] ||
    [ -n "${PHANTOM_RUN:-}" ]; then
    echo "skipped: java_base: needs javac and a JDK 17, and runs on the host's own CPU"
    echo "0 passed, 0 failed"
    exit 0
fi
kills=20
[ "${1:-}" = --quick ] && kills=6
cache=$folder/cache
export PHANTOM_CACHE="$cache"
unset JAVA_HOME

cat >Tells.java <<'P'
public class Tells {
    public static void main(String[] arguments) throws Exception {
        System.out.println(String.join(",", arguments));
        new java.util.TreeMap<>(System.getProperties()).forEach((k, v) -> {
            if (!k.equals("line.separator")) System.out.println(k + "=" + v);
        });
        System.out.println(new java.util.TreeMap<>(System.getenv()));
        System.out.println(Tells.class.getClassLoader().getClass());
        System.out.println(Tells.class.getModule().isNamed());
        System.out.println(Tells.class.getResource("Tells.class"));
        System.out.println(new java.io.File("/").list().length + " files");
        System.out.println(Thread.currentThread() + " " + Thread.activeCount());
        Runnable small = () -> {};
        System.out.println(small.getClass().getName().replaceAll("[/+].*", ""));
        System.out.println(java.util.Locale.getDefault() + " " + java.util.TimeZone.getDefault());
        System.out.println(sun.misc.Unsafe.class + " " + ProcessHandle.current().pid());
    }
}
P
cat >Lots.java <<'P'
public class Lots {
    public static void main(String[] arguments) {
        System.out.println("set " + java.util.Set.of(1, 2, 3, 4, 5, 6, 7, 8, 9, "a", "b", "c"));
        System.out.println("map " + java.util.Map.of(1, 2, 3, 4, 5, 6, 7, 8, "x", "y").keySet());
        System.out.println("random " + new java.util.Random().nextLong());
        System.out.println("local " + java.util.concurrent.ThreadLocalRandom.current().nextLong());
        System.out.println("split " + new java.util.SplittableRandom().nextLong());
        System.out.println("math " + Math.random());
        System.out.println("uuid " + java.util.UUID.randomUUID());
        System.out.println("secure " + new java.security.SecureRandom().nextLong());
        System.out.println("identity " + System.identityHashCode(new Object()));
    }
}
P
cat >Later.java <<'P'
public class Later {
    public static void main(String[] arguments) throws Exception {
        System.out.println("early");
        System.out.flush();
        for (int i = 0; i < 30; i++) Thread.sleep(50);
        System.out.println(java.util.regex.Pattern.compile("a+").matcher("baab").replaceAll("c"));
        try (java.io.InputStream in = Object.class.getResourceAsStream("Integer.class")) {
            System.out.println(in.readAllBytes().length > 10000);
        }
        System.out.println(new java.math.BigDecimal("1.50").stripTrailingZeros());
    }
}
P
javac -d classes Tells.java Lots.java Later.java 2>javac.log || { cat javac.log; exit 1; }
bases() { ls "$cache" 2>/dev/null | grep -c '^base-.*\.phantom$'; }
rest() { ls -A "$cache" 2>/dev/null | grep -c '\.new'; }

# check TEXT CONDITION…
check()
{
    what=$1
    shift
    if "$@"; then pass; else fail "$what"; fi
}

# ---- The same as without ----
expect 0 'not made yet' base
p run --quiet --image 1 --no-base -cp classes -Dx=y -Dempty= --env A=B Tells a 'b c' >without 2>&1
check "--no-base: a base was made" [ "$(bases)" -eq 0 ]
p run --quiet --image 2 -cp classes -Dx=y -Dempty= --env A=B Tells a 'b c' >first 2>&1
check "no base was made" [ "$(bases)" -eq 1 ]
p run --quiet --image 3 -cp classes -Dx=y -Dempty= --env A=B Tells a 'b c' >second 2>&1
check "what a program sees is not the same from a base" cmp -s without first
check "what a program sees is not the same from a base again" cmp -s without second
grep -q '^x=y$' second && grep -q '^{A=B}$' second && grep -q 'a,b c' second &&
    grep -q '^java.class.path=/cp/0$' second && pass || fail "properties, variables, arguments"
check "files are left in the cache" [ "$(rest)" -eq 0 ]
expect 0 'MiB, made' base
expect 0 'good' fsck 3
json jdk,base,is_there,bytes,made base
expect 0 '"is_there": true' base --json
expect 2 'show, make or drop' base eat

# ---- What is drawn by lot ----
for i in 1 2 3 4 5 6 7 8; do
    p run --quiet --image "lots$i" -cp classes Lots >"lots$i.out" 2>&1
done
for what in set map random local split math uuid secure identity; do
    kinds=$(grep -h "^$what " lots?.out | sort -u | wc -l)
    least=2
    case $what in random | local | split | math | uuid | secure) least=8 ;; esac
    check "$what: $kinds different of 8" [ "$kinds" -ge "$least" ]
done

# ---- What the boot looks at ----
expect 0 '' base drop
check "not dropped" [ "$(bases)" -eq 0 ]
expect 0 '^user.timezone=UTC$' run --quiet --image 4 -cp classes -Duser.timezone=UTC Tells
check "a base was made for -Duser.*" [ "$(bases)" -eq 0 ]

# ---- Caches ----
for i in 1 2 3 4; do
    p run --quiet --image "at$i" -cp classes Tells >"at$i.out" 2>&1 &
done
wait
for i in 1 2 3 4; do
    check "four at once: $i" grep -q '^java.class.path=/cp/0$' "at$i.out"
done
check "four at once: $(bases) bases, $(rest) rests" [ "$(bases)$(rest)" = 10 ]
base=$(echo "$cache"/base-*.phantom)
damage()
{
    p run --quiet --image "damaged" --new -cp classes -Dx=y -Dempty= --env A=B Tells a 'b c' \
        >out 2>err
    check "$1: another output" cmp -s without out
    check "$1: says something" [ ! -s err ]
    check "$1: not made anew" sh -c "[ \$(stat -c %s '$base') -gt 1000000 ]"
    expect 0 'MiB, made' base
}
printf x | dd of="$base" bs=1 seek=5000000 conv=notrunc 2>dd.log
damage "a byte in the middle"
truncate -s 3000000 "$base"
damage "cut short"
: >"$base"
damage "empty"
rm -rf "$base"
mkdir "$base"
p run --quiet --image 5 -cp classes Tells >out 2>err
check "a folder in its place" grep -q 'java.class.path=/cp/0' out
rmdir "$base"
for bad in "$folder/Tells.java/cache" relative /proc/phantom; do
    PHANTOM_CACHE=$bad p run --quiet --new --image 5 -cp classes Tells >out 2>err
    check "cache $bad" grep -q 'java.class.path=/cp/0' out
    check "cache $bad: says something" [ ! -s err ]
done
mkdir open
chmod 777 open
PHANTOM_CACHE=$folder/open expect 0 'cp/0' run --quiet --new --image 5 -cp classes Tells
check "a cache that others can write to was used" [ -z "$(ls open)" ]

# ---- Kills while an image is made; what is left of one ----
expect 0 '' base make
head -c 20000000 /dev/urandom >6.new
expect 0 'cp/0' run --quiet --image 6 -cp classes Tells
expect 0 'good' fsck 6
i=0
bad=0
while [ $i -lt $kills ]; do
    i=$((i + 1))
    rm -f killed
    "$phantom" run --quiet --image killed --console killed.out -cp classes Tells >out 2>err &
    running=$!
    sleep "0.0$((i * 97 % 90 + 10))"
    kill -9 $running 2>kill.log
    wait $running 2>kill.log
    running=
    while [ -e killed ] && ! p info killed >out 2>err; do sleep 0.05; done
    if [ -e killed ]; then
        timeout 60 "$phantom" resume --quiet --console killed.out killed >out 2>err
        [ "$(grep -c 'java.class.path=/cp/0' killed.out)" -eq 1 ] || bad=$((bad + 1))
    fi
done
check "$bad of $kills that were killed" [ "$bad" -eq 0 ]

# The first flush names the image; if it fails there is none, and nothing was said.
if strace -o strace.log true 2>strace.err; then
    strace -f -o strace.log -e inject=fdatasync:error=EIO:when=1 "$phantom" run --image 8 \
        -cp classes Tells >out 2>err
    status=$?
    check "a failing flush: status $status" [ "$status" -eq 125 ]
    check "a failing flush: output left" [ ! -s out ]
    check "a failing flush: not said" grep -q '8: the first cut cannot be written' err
    check "a failing flush: an image is left" [ ! -e 8 ]
    check "a failing flush: what was made of it is left" [ ! -e 8.new ]
else
    echo "skipped: java_base: failing flushes (strace)"
fi

# ---- The JDK changes ----
mkdir -p jdk/lib
cp -rL "$home/conf" jdk/conf
cp -L "$home/release" jdk/release
cp -rL "$home/lib/security" "$home/lib/tzdb.dat" jdk/lib
cp "$home/lib/modules" jdk/lib/modules
printf 'another' >>jdk/lib/modules # so that it is not found elsewhere
export JAVA_HOME="$folder/jdk"
printf 'early\nbccb\ntrue\n1.5\n' | sed 's/bccb/bcb/' >wanted
begin_later()
{
    rm -f later later.out
    p run --quiet --image later --console later.out -cp classes Later >out 2>err &
    while ! grep -q early later.out 2>grep.log; do sleep 0.02; done
    p stop later >out 2>err
    wait
}
begin_later
mv jdk/lib/modules modules
head -c 130000000 /dev/zero >jdk/lib/modules
p resume --quiet --console later.out later >out 2>err
check "a changed JDK matters" cmp -s wanted later.out
check "a changed JDK: says something" [ ! -s err ]
mv modules jdk/lib/modules
begin_later
mv jdk/lib/modules modules
rm -rf jdk
p resume --quiet --console later.out later >out 2>err
check "a removed JDK matters" cmp -s wanted later.out
mkdir -p jdk/lib
cp -rL "$home/conf" jdk/conf
mv modules jdk/lib/modules
begin_later
rm -f "$cache"/modules-*
mv jdk/lib/modules modules
p resume --quiet --console later.out later >out 2>err
status=$?
check "no library: status $status" [ "$status" -eq 1 ]
check "no library: nothing is said of it" grep -q 'JDK that this world was begun with' err
check "no library: it is said more than once" [ "$(grep -c 'was begun' err)" -eq 1 ]
check "no library: no error in Java" grep -q 'java.lang.NoClassDefFoundError' later.out
mv modules jdk/lib/modules
old=$(echo "$cache"/base-*)
p run --quiet --new --image 7 -cp classes Tells >out 2>err
touch jdk/lib/modules
p run --quiet --new --image 7 -cp classes Tells >out 2>err
check "a base of the JDK before" sh -c "[ \$(ls '$cache' | grep -c ^base-) -eq \
    \$(echo '$old' | wc -w) ]"

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
