#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# cli.sh - the phantom command from outside: what it says and how it ends, for good and bad input.
# Every message has to name the thing and the way out. Needs nothing but the command itself.
set -u

top=$(CDPATH= cd -- "$(dirname -- "$0")/../.." && pwd)
. "$top/tests/support/cli.sh"

# ---- Programs ------------------------------------------------------------------------------------

cat >ticker.pha <<'E'
unit "ticker"
import function "wasi_snapshot_preview1" "fd_write" (i32 i32 i32 i32) -> (i32)
memory 1
export "memory" memory 0
export "_start" function 1
data active memory 0 at 0 "\10\00\00\00\05\00\00\00\00\00\00\00\00\00\00\00tick\n"
function "_start" () -> () {
    local i32
  label 0 loop
    i32_const 1
    i32_const 0
    i32_const 1
    i32_const 8
    call 0
    drop
    i32_const 2000000
    local_set 0
  label 1 loop
    local_get 0
    i32_const 1
    i32_sub
    local_tee 0
    br_if 1
    br 0
}
E
cat >letters.pha <<'E'
import function "wasi_snapshot_preview1" "fd_write" (i32 i32 i32 i32) -> (i32)
memory 1
export "memory" memory 0
export "_start" function 1
data active memory 0 at 0 "\10\00\00\00\02\00\00\00\00\00\00\00\00\00\00\00a\n"
function "_start" () -> () {
    local i32
  label 0 loop
    i32_const 1
    i32_const 0
    i32_const 1
    i32_const 8
    call 0
    drop
    i32_const 4000000
    local_set 0
  label 1 loop
    local_get 0
    i32_const 1
    i32_sub
    local_tee 0
    br_if 1
    i32_const 0
    i32_const 0
    i32_load8_u 0 16
    i32_const 1
    i32_add
    i32_store8 0 16
    i32_const 0
    i32_load8_u 0 16
    i32_const 123
    i32_ne
    br_if 0
    return
}
E
cat >exits.pha <<'E'
import function "wasi_snapshot_preview1" "fd_write" (i32 i32 i32 i32) -> (i32)
import function "wasi_snapshot_preview1" "proc_exit" (i32) -> ()
memory 1
export "memory" memory 0
export "_start" function 2
data active memory 0 at 0 "\10\00\00\00\05\00\00\00\00\00\00\00\00\00\00\00done\n"
function "_start" () -> () {
    i32_const 1
    i32_const 0
    i32_const 1
    i32_const 8
    call 0
    drop
    i32_const 7
    call 1
    return
}
E
cat >traps.pha <<'E'
export "_start" function 0
function "breaks" () -> () {
    unreachable
}
E
cat >adder.pha <<'E'
global mutable i32 0
export "add" function 0
export "boom" function 1
export "real" function 2
export "wide" function 3
function "add" (i32) -> (i32) {
    global_get 0
    local_get 0
    i32_add
    global_set 0
    global_get 0
    return
}
function "boom" () -> () {
    unreachable
}
function "real" (f64 f32) -> (f64 f32) {
    local_get 0
    local_get 1
    return
}
function "wide" (i64) -> (i64) {
    local_get 0
    return
}
E
cat >stranger.pha <<'E'
import function "env" "no_such_thing" () -> ()
export "_start" function 0
E
printf '\000asm\001\000\000\000\377\377\377' >broken.wasm
printf '\177ELF\002\001\001\000\000' >foreign.wasm
: >empty.wasm
mkdir folder.wasm

# ---- The command line ----------------------------------------------------------------------------

expect 2 'phantom help'
expect 0 'Commands:' help
expect 0 'Commands:' --help
expect 0 '--console FILE' help run
expect 0 '--stacks' ps --help
expect 0 'phantom [0-9]' version
json release,image_version version
expect 2 "did you mean 'resume'" resum x
expect 2 'is no command' frobnicate
expect 2 'did you mean: phantom run ticker.pha' ticker.pha
expect 2 "did you mean '--interval'" run --intervall 5 ticker.pha
expect 2 'wants a time from 1 ms up' run --interval 0 ticker.pha
expect 2 'wants a time from 1 ms up' run --interval 5x ticker.pha
expect 2 'wants a number from 1 to 64' run --workers 0 ticker.pha
expect 2 'wants a value: --image FILE' run --image
expect 2 'usage: phantom run' run
expect 2 'usage: phantom call' call adder.phantom
expect 2 'takes no value' run --new=yes ticker.pha
expect 2 'is too much' info a b

# ---- Programs that cannot be ---------------------------------------------------------------------

expect 125 'nothere.wasm: no such file' run nothere.wasm
expect 125 'empty.wasm: is empty' run empty.wasm
expect 125 'folder.wasm: is a folder' run folder.wasm
expect 125 'foreign.wasm: is no program that Phantom knows' run foreign.wasm
expect 125 'broken.wasm: ' run broken.wasm
expect 125 'stranger.pha: .*no_such_thing' run stranger.pha
is 'images of programs that cannot be' "$(ls ./*.phantom* 2>/dev/null)" ''
expect 125 "wants HOST::GUEST" run --dir ::x ticker.pha
expect 125 'nofolder' run --dir nofolder::/x ticker.pha
expect 125 'no/such: cannot be made' run --image no/such ticker.pha
expect 125 'foreign.wasm: is there and is no image' run --image foreign.wasm --new ticker.pha
is 'a foreign file' "$(wc -c <foreign.wasm)" 9
expect 125 'folder.wasm: is a folder' run --image folder.wasm ticker.pha

# ---- Programs that end ---------------------------------------------------------------------------

expect 7 '^new exits.phantom$' run exits.pha
is 'its output' "$(cat out)" done
expect 7 'has finished (exit status 7) at .*--new' run exits.pha
is 'its output, a second time' "$(cat out)" ''
expect 7 'has finished' resume exits.phantom
expect 7 '^new exits.phantom$' run --new exits.pha
expect 134 'traps.pha trapped: unreachable in function 0 (breaks) at offset 0x0' run traps.pha
expect 134 'has trapped (unreachable' run traps.pha
json state,exit_code,cut,file_bytes info exits.phantom
expect 0 'has finished (exit status 7)' info exits.phantom
expect 0 'good' fsck exits.phantom
json good,findings fsck exits.phantom
json cuts log exits.phantom
expect 125 'is an image, not a program' run exits.phantom

# ---- A world that runs ---------------------------------------------------------------------------

start run --interval 10 --console ticks ticker.pha
expect 0 'pause' stat ticker.phantom
json cuts,pause_us,commit_us,pages_cut,bytes_logged,bytes_dirty,resume_ms,threads,safepoints,\
workers,safepoint_us,durable_cut,trouble,file_bytes,pages_zero,pages_raw,pages_packed \
    stat ticker.phantom
expect 0 'runs in function 1 (_start)' ps ticker.phantom
expect 0 'function 1 (_start) at offset' ps --stacks ticker.phantom
json threads ps ticker.phantom --stacks
expect 0 'cut [0-9]* is durable' snap ticker.phantom
json image,cut snap ticker.phantom
expect 0 'running' info ticker.phantom
expect 0 'gate' log ticker.phantom
expect 1 'is running; stop it first' fsck ticker.phantom
expect 125 'is running already' run ticker.pha
expect 125 'is running already' resume ticker.phantom
expect 125 'is running; stop it first' run --new ticker.pha
expect 1 'no living reactor' call ticker.phantom _start
expect 0 'stopped ticker.phantom at cut' stop ticker.phantom
ended 143 'stopped ticker.phantom at cut [0-9]*; resume it with: phantom resume ticker.phantom'
is 'the socket after a stop' "$(ls ticker.phantom.sock 2>/dev/null)" ''
expect 1 'does not run; go on with it: phantom resume' stop ticker.phantom
expect 1 'does not run' stat ticker.phantom
expect 0 'asleep' info ticker.phantom
expect 0 'function 1 (_start) at offset' ps --stacks ticker.phantom

before=$(wc -l <ticks)
start run --console ticks ticker.pha
is 'a resumed world says so' "$(grep -c '^resumed ticker.phantom: cut [0-9]*, [0-9.]* s before' \
    start.err)" 1
kill -9 "$running"
wait "$running" 2>/dev/null
running=
is 'the socket after kill -9' "$(ls ticker.phantom.sock)" ticker.phantom.sock
is 'output after kill -9' "$(sort -u ticks)" tick
is 'more output after kill -9' "$([ "$(wc -l <ticks)" -ge "$before" ] && echo yes)" yes
expect 1 'does not run' stop ticker.phantom
start resume --console ticks ticker.phantom
expect 0 'cuts' stat ticker.phantom
kill -TERM "$running"
ended 143 'stopped ticker.phantom at cut'
start resume --console ticks ticker.phantom
kill -INT "$running" 2>/dev/null
kill -TERM "$running" 2>/dev/null # background jobs of sh ignore SIGINT, and so does the world
wait "$running"
running=

# A console that is closed.
p resume ticker.phantom 2>err </dev/null | head -n 2 >out
is 'lines before the console was closed' "$(wc -l <out)" 2
is 'what a closed console brings' "$(grep -c 'nobody takes the output any more' err)" 1

# A program that changed: the world goes on with its own.
sed 's/tick/tock/' ticker.pha >other.pha
mv other.pha ticker.pha
start run --console ticks ticker.pha
is 'another program' "$(grep -c 'is another program than the one in' start.err)" 1
expect 0 '' stop ticker.phantom
ended 143 ''

# ---- Reactors ------------------------------------------------------------------------------------

start run adder.pha
expect 0 '^5$' call adder.phantom add 5
expect 0 '^2$' call adder.phantom add -3
expect 0 '^18$' call adder.phantom add 0x10
expect 1 'boom trapped: unreachable.*lives on' call adder.phantom boom
expect 0 '^18$' call adder.phantom add 0
expect 0 '^-9223372036854775808$' call adder.phantom wide 0x8000000000000000
expect 0 '^2.5$' call adder.phantom real 1.5 2.5
expect 0 '"results": \["inf", -1\]' call --json adder.phantom real inf -1
expect 1 "'x' is no i32" call adder.phantom add x
expect 1 'is no i32' call adder.phantom add 4294967296
expect 1 'takes 1 arguments and was given 0; usage: phantom call adder.phantom add i32' \
    call adder.phantom add
expect 1 "has no exported function 'subtract'" call adder.phantom subtract 1
for _ in 1 2 3 4 5 6 7 8 9 10; do
    p call adder.phantom add 1 >>calls &
done
for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
    [ "$(wc -l <calls)" -ge 10 ] && break
    sleep 0.1
done
is 'ten calls at once' "$(sort -n calls | tr '\n' ' ')" '19 20 21 22 23 24 25 26 27 28 '
kill -9 "$running"
wait "$running" 2>/dev/null
running=
expect 0 '^29$' call adder.phantom add 1
expect 0 '^30$' call adder.phantom add 1
expect 1 'boom trapped' call adder.phantom boom
expect 0 '^31$' call adder.phantom add 1
expect 0 'lives on and can be called' info adder.phantom

# A console that knows more than the world, as after a fall back to an earlier cut: nothing that the
# world says later is passed over.
p asm letters.pha >out 2>err
until_said() # until_said LETTER WORD... - the command, killed once the console has the letter
{
    letter=$1
    shift
    "$phantom" "$@" >out 2>err </dev/null &
    running=$!
    for _ in $(seq 200); do
        grep -q "$letter" said.txt 2>/dev/null && break
        sleep 0.02
    done
    kill -9 "$running"
    wait "$running" 2>/dev/null
    running=
}
until_said e run --console said.txt letters.phu
printf 'FUTURE\n' >>said.txt
until_said l resume --console said.txt letters.phantom
if grep -q 'said.txt: holds 7 bytes more' err; then pass; else fail 'a console that is ahead'; fi
expect 0 "" resume --console said.txt letters.phantom
if [ "$(grep -v FUTURE said.txt | tr -d '\n')" = abcdefghijklmnopqrstuvwxyz ]; then
    pass
else
    fail "a console that is ahead: $(tr -d '\n' <said.txt)"
fi

# An image whose owner does not answer: it may just be dying, and its image be free soon.
for command in info 'ps --stacks' inspect fsck 'call --json'; do
    held adder.phantom 0.3
    case $command in
    call*) expect 0 '\[31\]' $command adder.phantom add 0 ;;
    *) expect 0 'adder.phantom' $command adder.phantom ;;
    esac
done
start run adder.pha
rm adder.phantom.sock
for command in info stat; do
    expect 1 "is in use, and nobody answers for it.*fuser adder.phantom" $command adder.phantom
done
expect 125 'is running already' resume adder.phantom
kill -TERM "$running"
ended 143 'stopped adder.phantom'

# Where there is not even room for a trap's text.
expect 134 'trees.pha trapped: out of memory$' \
    run --heap 1 --image trees.phantom "$top/tests/programs/objects/trees.pha"
expect 0 'has trapped (out of memory)' info trees.phantom

# No room for objects is an exception, and there is room again when they are forgotten.
expect 0 '^full$' run --heap 16 --image full.phantom "$top/tests/programs/objects/full.pha"
if [ "$(grep -c '^full$' out)" -eq 5 ]; then pass; else fail 'full and empty five times'; fi
# What soft references alone keep goes before that, and not while there is room.
expect 0 '^full$' run --heap 16 --image soft.phantom "$top/tests/programs/objects/soft.pha"
if [ "$(grep -c '^full$' out)" -eq 3 ]; then pass; else fail 'soft references three times'; fi
expect 0 '^50000$' run --heap 16 --image weak.phantom "$top/tests/programs/objects/weak.pha"

# ---- Images that are damaged or cannot be made ---------------------------------------------------

flip() # flip FILE OFFSET COUNT
{
    python3 -c 'import sys
path, offset, count = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
with open(path, "r+b") as f:
    f.seek(offset)
    bytes = f.read(count)
    f.seek(offset)
    f.write(bytearray(b ^ 0xff for b in bytes))' "$@"
}

expect 1 'none.phantom: no such file' info none.phantom
expect 125 'none.phantom: no such file' resume none.phantom
expect 1 'none.phantom: no such file' fsck none.phantom
: >empty.phantom
expect 125 'empty.phantom: ' resume empty.phantom
for command in info stat ps stop snap top inspect fsck log; do
    expect 1 'foreign.wasm: there is no image in it; .phantom run PROGRAM. makes one' \
        $command foreign.wasm
    expect 1 'empty.phantom: there is no image in it' $command empty.phantom
done
expect 1 'folder.wasm: ' info folder.wasm

cp adder.phantom one.phantom
flip one.phantom 100 8
expect 1 'superblock 0.*is damaged' fsck one.phantom
expect 0 '^32$' call one.phantom add 1
cp adder.phantom both.phantom
flip both.phantom 100 8
flip both.phantom 4196 8
expect 125 'both.phantom: .*damaged' resume both.phantom
expect 1 'both.phantom: .*damaged' fsck both.phantom
cp adder.phantom log.phantom
flip log.phantom 1048576 4096
expect 1 'log.phantom: ' fsck log.phantom
p resume log.phantom >out 2>err </dev/null &
running=$!
sleep 0.5
kill -TERM "$running" 2>/dev/null
wait "$running"
status=$?
running=
if [ "$status" -lt 128 ] || [ "$status" -eq 143 ]; then pass; else fail 'a damaged log: a crash'; fi

# The version, and the checksum (XXH64) that a newer phantom would have written.
cp adder.phantom newer.phantom
python3 - <<'E'
import struct
MASK = (1 << 64) - 1
P1, P2, P3 = 11400714785074694791, 14029467366897019727, 1609587929392839161
P4, P5 = 9650029242287828579, 2870177450012600261
def rol(x, n): return (x << n | x >> (64 - n)) & MASK
def turn(lane, word): return rol((lane + word * P2) & MASK, 31) * P1 & MASK
def xxh64(data):
    lanes = [P1 + P2 & MASK, P2, 0, -P1 & MASK]
    words = struct.unpack("<%dQ" % (len(data) // 8), data)
    whole = len(words) // 4 * 4
    for i in range(whole):
        lanes[i % 4] = turn(lanes[i % 4], words[i])
    value = sum(rol(lane, n) for lane, n in zip(lanes, (1, 7, 12, 18))) & MASK
    for lane in lanes:
        value = ((value ^ turn(0, lane)) * P1 + P4) & MASK
    value = (value + len(data)) & MASK
    for word in words[whole:]:
        value = (rol(value ^ turn(0, word), 27) * P1 + P4) & MASK
    for shift, prime in ((33, P2), (29, P3), (32, 1)):
        value = (value ^ value >> shift) * prime & MASK
    return value
with open("newer.phantom", "r+b") as f:
    for offset in (0, 4096):
        f.seek(offset)
        block = bytearray(f.read(4096))
        assert xxh64(bytes(block[:4088])) == struct.unpack("<Q", block[4088:])[0]
        block[8] = 2
        block[4088:] = struct.pack("<Q", xxh64(bytes(block[:4088])))
        f.seek(offset)
        f.write(block)
E
expect 125 'newer.phantom: .*format 2.*use a newer one' resume newer.phantom
cp newer.phantom newer.copy
expect 1 'newer.phantom: ' info newer.phantom
is 'an image of a newer version' "$(cmp newer.phantom newer.copy && echo same)" same

# Half an image is no image: what a crash while it was made has left is made anew.
cp exits.pha again.pha
head -c 100000 exits.phantom >again.phantom.new
expect 7 '^new again.phantom$' run again.pha
is 'the half image' "$(ls again.phantom.new 2>/dev/null)" ''

mkdir readonly
cp exits.pha readonly
chmod a-w readonly
if [ "$(id -u)" -ne 0 ]; then
    expect 125 'readonly/exits.phantom: not permitted' run readonly/exits.pha
fi
expect 7 '' run --image elsewhere.phantom readonly/exits.pha

# A disk without room: a small one if we may mount it, else a limit on the size of files.
mkdir small
if mount -t tmpfs -o size=2m none small 2>/dev/null; then
    expect 125 'no space left' run --image small/x.phantom exits.pha
    is 'what a full disk leaves' "$(ls small)" ''
    mount -o remount,size=40m small
    start run --image small/x.phantom --interval 10 --console "$folder/full" ticker.pha
    head -c 100000000 /dev/zero >small/filler 2>/dev/null
    expect 0 '' stat small/x.phantom
    rm -f small/filler
    expect 0 'stopped' stop small/x.phantom
    ended 143 ''
    expect 0 'good' fsck small/x.phantom
    umount small
else
    echo ' skipped: a full disk (no mounts here)'
fi
(
    ulimit -f 1000
    trap '' XFSZ
    p run --image limited.phantom exits.pha >out 2>err </dev/null
    echo $? >limited
)
is 'a limit on file sizes' "$(cat limited)" 125
is 'what it leaves' "$(ls limited.phantom* 2>/dev/null)" ''
(
    ulimit -f 1000
    p run --image limited.phantom exits.pha >out 2>err </dev/null
    echo $? >limited
)
is 'a limit on file sizes whose signal is not ignored' "$(cat limited)" 125

# A path too long for a socket's address.
deep=$folder/$(printf 'd%.0s' $(seq 60))/$(printf 'e%.0s' $(seq 60))
mkdir -p "$deep"
cp ticker.pha "$deep"
start run --console ticks2 "$deep/ticker.pha"
expect 0 'cuts' stat "$deep/ticker.phantom"
expect 0 'stopped' stop "$deep/ticker.phantom"
ended 143 ''

# ---- Units and text ------------------------------------------------------------------------------

expect 0 '' asm adder.pha
expect 0 'export "add" function 0' dis adder.phu
expect 0 '' dis adder.phu -o round.pha
expect 0 '' asm round.pha -o round.phu
is 'there and back' "$(cmp adder.phu round.phu && echo same)" same
expect 0 '^3$' call adder.phantom wide 3
expect 7 '' run --new exits.pha
printf 'function () -> () {\n    i32_add\n    return\n}\n' >bad.pha
expect 1 'bad.pha: ' asm bad.pha
printf 'function () -> () {\n    frob\n}\n' >bad.pha
expect 1 'bad.pha:2' asm bad.pha
expect 1 'is no assembler text' asm adder.phu
expect 1 'nothere: no such file' dis nothere

# ---- Class paths ---------------------------------------------------------------------------------

# Images that lie in a folder stay out, whatever they are called: the one that is filled above all.
if [ -z "${PHANTOM_RUN:-}" ] && [ "${PHANTOM_MODE:-release}" = release ] &&
    command -v javac >/dev/null; then
    mkdir -p classes/inner
    cat >classes/Lists.java <<'E'
class Lists {
    public static void main(String[] folders) {
        for (String folder : folders) {
            String[] names = new java.io.File(folder).list();
            java.util.Arrays.sort(names);
            System.out.print(String.join(" ", names) + ";");
        }
    }
}
E
    javac -d classes classes/Lists.java
    cp adder.phantom classes/inner/old.bin
    echo note >classes/inner/note
    expect 0 '^Lists.class Lists.java inner;note;$' run --new --quiet \
        --image classes/inner/world.phantom -cp classes Lists /cp/0 /cp/0/inner

    # A thread dump of Java has Java's lines, also of a world that nobody runs.
    cat >classes/Sleeps.java <<'E'
class Sleeps {
    static void deep(int depth) throws Exception {
        if (depth > 0) {
            deep(depth - 1);
        }
        System.out.println("deep");
        Thread.sleep(60000);
    }
    public static void main(String[] none) throws Exception {
        deep(3);
    }
}
E
    javac -d classes classes/Sleeps.java
    killed_at deep sleeps run --new --quiet -cp classes Sleeps
    expect 0 'Sleeps.deep.Sleeps.java:[67].' ps --stacks sleeps.phantom
    expect 0 'Sleeps.deep.Sleeps.java:4.' ps --stacks sleeps.phantom
    expect 0 '"place": "Sleeps.main.Sleeps.java:10."' ps --stacks --json sleeps.phantom

    # What the library knows of its own file is good after a resume too.
    cat >classes/Reads.java <<'E'
class Reads {
    static int size(String name) throws Exception {
        try (java.io.InputStream in = Object.class.getResourceAsStream(name)) {
            return in.readAllBytes().length;
        }
    }
    public static void main(String[] none) throws Exception {
        System.out.println("first " + (size("Object.class") > 0));
        Thread.sleep(500);
        System.out.println("then " + (size("String.class") > 0));
    }
}
E
    javac -d classes classes/Reads.java
    killed_at first reads run --new --quiet -cp classes Reads
    expect 0 '' resume --quiet --console reads.out reads.phantom
    is 'what was read over a kill' "$(cat reads.out)" "first true
then true"
fi

# ---- Modes for measuring and for tests -----------------------------------------------------------

for mode in --no-cuts --no-packing --stress-move --stress-cut; do
    expect 7 '' run --new $mode --image mode.phantom exits.pha
    is "output with $mode" "$(cat out)" done
done

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
