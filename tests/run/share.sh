#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# share.sh - several programs in one world: launched, called, killed, each with what it was given
# and nothing else, and objects that one hands to another.
set -u

top=$(CDPATH= cd -- "$(dirname -- "$0")/../.." && pwd)
. "$top/tests/support/cli.sh"

# ---- Programs ------------------------------------------------------------------------------------

# Adds up what it is called with, and hands its function out under the name "add".
cat >giver.pha <<'P'
unit "giver"
signature () -> ()
signature (i32) -> (i32)
signature () -> (i32)
import function "phantom" "directory_put" (i32 i32 ref) -> (i32)
import function "phantom" "directory_get" (i32 i32) -> (ref)
import function "wasi_snapshot_preview1" "proc_exit" (i32) -> ()
import function "wasi_snapshot_preview1" "fd_write" (i32 i32 i32 i32) -> (i32)
memory 1 to 1024
table function 3
global mutable i32 100
export "_initialize" function 4
export "total" function 6
export "back" function 9
export "leave" function 7
element active table 0 at 0 function { function 5 function 7 function 8 }
data active memory 0 at 0 "add leave speak inbox"
data active memory 0 at 64 "\50\00\00\00\06\00\00\00\00\00\00\00\00\00\00\00spoke\n"
function "_initialize" () -> () {
    i32_const 0
    i32_const 3
    i32_const 0
    table_get 0
    call 0
    drop
    i32_const 4
    i32_const 5
    i32_const 1
    table_get 0
    call 0
    drop
    i32_const 10
    i32_const 5
    i32_const 2
    table_get 0
    call 0
    drop
    return
}
function "add" (i32) -> (i32) {
    global_get 0
    local_get 0
    i32_add
    global_set 0
    global_get 0
    return
}
function "total" () -> (i32) {
    global_get 0
    return
}
function "leave" () -> () {
    i32_const 9
    call 2
    return
}
function "speak" () -> (i32) {
    i32_const 1
    i32_const 64
    i32_const 1
    i32_const 72
    call 3
    return
}
function "back" (i32) -> (i32) {
    local_get 0
    i32_const 16
    i32_const 5
    call 1
    call_function 1
    return
}
P

# Uses what it was given, and hands a function back where it was given room for one.
cat >taker.pha <<'P'
unit "taker"
signature () -> ()
signature (i32) -> (i32)
signature () -> (i32)
import function "phantom" "directory_get" (i32 i32) -> (ref)
import function "phantom" "directory_put" (i32 i32 ref) -> (i32)
memory 1
table function 1
export "_initialize" function 2
export "use" function 3
export "leave" function 4
export "speak" function 5
export "hand" function 7
export "null" function 8
export "put" function 9
element active table 0 at 0 function { function 6 }
data active memory 0 at 0 "sum"
data active memory 0 at 8 "leave"
data active memory 0 at 16 "speak"
data active memory 0 at 24 "slot"
data active memory 0 at 32 "1/add"
data active memory 0 at 40 "add"
data active memory 0 at 48 "phantom/source"
data active memory 0 at 64 "../1/add"
data active memory 0 at 80 "own"
function "_initialize" () -> () {
    return
}
function "use" (i32) -> (i32) {
    local_get 0
    i32_const 0
    i32_const 3
    call 0
    call_function 1
    return
}
function "leave" () -> () {
    i32_const 8
    i32_const 5
    call 0
    call_function 0
    return
}
function "speak" () -> (i32) {
    i32_const 16
    i32_const 5
    call 0
    call_function 2
    return
}
function "triple" (i32) -> (i32) {
    local_get 0
    i32_const 3
    i32_mul
    return
}
function "hand" () -> (i32) {
    i32_const 24
    i32_const 4
    i32_const 0
    table_get 0
    call 1
    return
}
function "null" (i32 i32) -> (i32) {
    local_get 0
    local_get 1
    call 0
    ref_is_null
    return
}
function "put" (i32 i32) -> (i32) {
    local_get 0
    local_get 1
    i32_const 0
    table_get 0
    call 1
    return
}
P
# A command that goes on until it is ended, and touches much memory.
cat >spinner.pha <<'P'
unit "spinner"
memory 256
export "_start" function 0
function "_start" () -> () {
    local i32
  label 0 loop
    local_get 0
    local_get 0
    i32_store 0 0
    local_get 0
    i32_const 4096
    i32_add
    i32_const 16773120
    i32_and
    local_set 0
    br 0
}
P
cat >exits.pha <<'P'
import function "wasi_snapshot_preview1" "proc_exit" (i32) -> ()
export "_start" function 1
function "_start" () -> () {
    i32_const 7
    call 0
    return
}
P
cat >traps.pha <<'P'
export "_start" function 0
function "breaks" () -> () {
    unreachable
}
P
printf 'import function "env" "nothing" () -> ()\nexport "_start" function 0\n' >stranger.pha

fact() # fact EXPRESSION WORD… - of the command's JSON, called `f`
{
    expression=$1
    shift
    p "$@" --json 2>err </dev/null | python3 -c 'import json, sys
f = json.load(sys.stdin)
print(eval(sys.argv[1]))' "$expression" 2>>err
}

# ---- What is wrong is said -----------------------------------------------------------------------

start run giver.pha
expect 2 'usage: phantom launch IMAGE PROGRAM' launch giver.phantom
expect 1 'nothere.pha: no such file' launch giver.phantom nothere.pha
expect 1 'is an image, not a program' launch giver.phantom giver.phantom
expect 1 'stranger.pha: .*nothing.*root directory' launch giver.phantom stranger.pha
expect 1 'none.phantom: no such file' launch none.phantom taker.pha
expect 1 'wants NAME=PROGRAM/ENTRY' launch --give sum giver.phantom taker.pha
expect 1 'wants NAME=PROGRAM/ENTRY' launch --give sum=add giver.phantom taker.pha
expect 1 'wants NAME=PROGRAM/ENTRY' launch --give a/b=1/add giver.phantom taker.pha
expect 1 "has no program '9'" launch --give sum=9/add giver.phantom taker.pha
expect 1 'is no folder here\|no folder' launch --dir nothere::/x giver.phantom taker.pha
expect 1 'leads out of the image' launch --root /../x giver.phantom taker.pha
expect 2 'wants a number from 0 to 255' kill --status 256 giver.phantom 1
expect 1 "has no program '17'" kill giver.phantom 17
expect 1 "has no program 'none.pha'" kill giver.phantom none.pha
expect 1 "has no program '5'" call --program 5 giver.phantom total
expect 1 'it is not forgotten' kill --forget giver.phantom 1
is 'what the wrong ones leave' "$(fact 'len(f["programs"])' ps giver.phantom)" 1

# ---- One function, two programs ------------------------------------------------------------------

p launch --give sum=1/add --give leave=1/leave --give speak=giver.pha/speak \
    --give slot=1/inbox giver.phantom taker.pha >id 2>err
taker=$(cat id)
is 'the id' "$(echo "$taker" | grep -c '^[0-9][0-9]*$')" 1
expect 0 '^105$' call --program "$taker" giver.phantom use 5
expect 0 '^112$' call --program taker.pha giver.phantom use 7
expect 0 '^112$' call giver.phantom total
expect 1 'null reference' call giver.phantom back 5
expect 0 '^0$' call --program "$taker" giver.phantom hand
expect 0 '^15$' call giver.phantom back 5
expect 0 "program $taker (taker.pha) lives on" ps giver.phantom
expect 0 "$taker (taker.pha)" info giver.phantom
json programs,threads ps giver.phantom
json programs info giver.phantom

# A function acts with what its own program has, and ends neither.
expect 0 '^0$' call --program "$taker" giver.phantom speak
is 'what it says' "$(cat start.out)" spoke
expect 1 'leave trapped: unreachable' call --program "$taker" giver.phantom leave
expect 0 '^112$' call giver.phantom total

# Names that were not given lead nowhere, and nothing is put under them.
for name in '32 5' '40 3' '48 14' '64 8' '0 0' '0 2' '0 256'; do
    expect 0 '^1$' call --program "$taker" giver.phantom null $name
done
expect 0 '^0$' call --program "$taker" giver.phantom null 0 3
expect 1 'out of bounds memory access' call --program "$taker" giver.phantom null 65535 3
expect 1 'out of bounds memory access' call --program "$taker" giver.phantom null -1 -1
expect 0 '^1$' call --program "$taker" giver.phantom put 32 5
expect 0 '^0$' call --program "$taker" giver.phantom put 40 3
expect 0 '^119$' call --program "$taker" giver.phantom use 7
expect 0 '^0$' call --program "$taker" giver.phantom put 80 3
expect 0 '^0$' call --program "$taker" giver.phantom null 80 3

# Killed again and again: what was told before holds.
total=119
for _ in 1 2 3 4 5; do
    kill -9 "$running"
    wait "$running" 2>/dev/null
    start resume giver.phantom
    total=$((total + 1))
    expect 0 "^$total\$" call --program "$taker" giver.phantom use 1
    expect 0 '^15$' call giver.phantom back 5
done

# ---- Launched and killed, running and asleep -----------------------------------------------------

before=$(fact 'f["extent_bytes"]' info giver.phantom)
p launch giver.phantom spinner.pha >id 2>err
spinner=$(cat id)
expect 0 "runs for program $spinner in function 0 (_start)" ps giver.phantom
expect 1 'no living reactor' call --program "$spinner" giver.phantom _start
expect 0 "program $spinner (spinner.pha) is ended" kill --status 3 giver.phantom "$spinner"
expect 0 "program $spinner (spinner.pha) has finished (exit status 3); 0 threads" ps giver.phantom
expect 1 'has finished (exit status 3); .phantom kill --forget' kill giver.phantom "$spinner"
for _ in 1 2 3 4 5 6 7 8 9 10; do
    after=$(fact 'f["extent_bytes"]' info giver.phantom)
    [ "$((after - before))" -lt 1000000 ] && break
    sleep 0.1
done
is 'its memory is given back' "$([ "$((after - before))" -lt 1000000 ] && echo yes)" yes
expect 0 'is forgotten' kill --forget giver.phantom "$spinner"
expect 1 "has no program '$spinner'" kill giver.phantom "$spinner"
p launch giver.phantom spinner.pha >id 2>err
is 'ids are not used again' "$([ "$(cat id)" -gt "$spinner" ] && echo yes)" yes
p launch giver.phantom spinner.pha >id2 2>err
expect 1 "several programs are named 'spinner.pha'" kill giver.phantom spinner.pha
expect 0 'is ended' kill giver.phantom "$(cat id2)"
expect 0 "^$total\$" call giver.phantom total
expect 0 'is forgotten' kill --forget giver.phantom "$(cat id)"

# Launched, ended and forgotten again and again, a program leaves nothing behind.
census='sorted((c["class"], c["objects"]) for c in f["classes"] if c["class"] in
    ("program", "instance", "memory", "unit", "thread", "descriptor", "folder", "file"))'
kept=$(fact "$census" inspect giver.phantom)
before=$(fact 'f["extent_bytes"]' info giver.phantom)
for _ in 1 2 3 4 5; do
    p launch --root / giver.phantom spinner.pha >id 2>err
    expect 0 'is forgotten' kill --forget giver.phantom "$(cat id)"
done
is 'objects of forgotten programs' "$(fact "$census" inspect giver.phantom)" "$kept"
is 'extents of forgotten programs' "$(fact 'f["extent_bytes"]' info giver.phantom)" "$before"
p launch giver.phantom traps.pha >id 2>err
expect 0 'has trapped (unreachable' ps giver.phantom
sleep 0.2
is 'the command says so' "$(grep -c '(traps.pha) has trapped (unreachable' start.err)" 1
expect 0 stopped stop giver.phantom
ended 143 ''

expect 0 'is ended' kill giver.phantom "$taker"
expect 1 'has finished' kill giver.phantom "$taker"
p launch giver.phantom spinner.pha >id 2>err
expect 0 "runs for program $(cat id)" ps giver.phantom
p launch --give sum=1/add giver.phantom taker.pha >id2 2>err
total=$((total + 2))
expect 0 "^$total\$" call --program "$(cat id2)" giver.phantom use 2
expect 0 good fsck giver.phantom

# The giver ends: what it has handed out goes on, without its memory and its descriptors.
start resume giver.phantom
p launch --give speak=1/speak giver.phantom taker.pha >id3 2>err
expect 0 '^0$' call --program "$(cat id3)" giver.phantom speak
expect 0 'is ended' kill --status 5 giver.phantom 1
total=$((total + 1))
expect 0 "^$total\$" call --program "$(cat id2)" giver.phantom use 1
p call --program "$(cat id3)" giver.phantom speak >out 2>err
is 'a descriptor of an ended program' "$(grep -c '^0$' out)" 0
expect 0 'is ended' kill giver.phantom "$(cat id)"
expect 0 'is ended' kill giver.phantom "$(cat id2)"
expect 0 'is ended' kill giver.phantom "$(cat id3)"
ended 5 '' # the exit status of the program that the world was made with
expect 5 'has finished (exit status 5)' resume giver.phantom
expect 0 good fsck giver.phantom

# A finished world is given a program, and goes on with that.
expect 7 '^new exits.phantom$' run exits.pha
p launch exits.phantom traps.pha >id 2>err
is 'launched into a finished world' "$(cat id)" 2
expect 7 'program 2 (traps.pha) has trapped (unreachable' resume exits.phantom
expect 7 'has finished (exit status 7)' resume exits.phantom

# Whoever finds the image just in use waits for it.
cp exits.phantom spare.phantom
held spare.phantom 0.3
expect 0 '^3$' launch spare.phantom taker.pha
held spare.phantom 0.3
expect 0 'program 3 (taker.pha) is ended' kill spare.phantom 3

# A name with a line's end in it does not cut a message short, and one that is UTF-8 is shown.
odd=$(printf 'od\nd\303\251.pha')
cp giver.pha "$odd"
start run --image "$(printf 'new\nline.phantom')" "$odd"
expect 0 "program 1 (od?d$(printf '\303\251').pha) lives on" ps "$(printf 'new\nline.phantom')"
expect 1 "new?line.phantom: has no program '9'" kill "$(printf 'new\nline.phantom')" 9
expect 0 'stopped' stop "$(printf 'new\nline.phantom')"
ended 143 ''

# Ended and forgotten again and again while it is called, a program's callers hear how that went.
start run --image calls.phantom giver.pha
for _ in 1 2 3 4 5 6 7 8; do
    p launch calls.phantom giver.pha >id 2>err
    for _ in 1 2 3 4; do
        p call --program "$(cat id)" calls.phantom total >>heard 2>&1 &
    done
    expect 0 'is forgotten' kill --forget calls.phantom "$(cat id)"
done
for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
    [ "$(wc -l <heard)" -ge 32 ] && break
    sleep 0.1
done
is 'calls that were answered' "$(wc -l <heard)" 32
is 'other answers' "$(grep -v -e '^100$' -e 'has no program' \
    -e 'during the call of total$' heard)" ''
expect 0 '^100$' call calls.phantom total
expect 0 'stopped' stop calls.phantom
ended 143 ''

# What is launched where nothing can be written any more.
start run --image full.phantom giver.pha
expect 0 'stopped' stop full.phantom
ended 143 ''
{
    cat taker.pha
    printf 'data passive "'
    head -c 6000000 /dev/urandom | base64 -w 0
    printf '"\n'
} >bulky.pha
(
    ulimit -f 8000
    p launch full.phantom bulky.pha >out 2>err
    echo $? >limited
)
is 'launched into a full sleeping world' "$(cat limited)" 1
is 'what is said of it' "$(grep -c 'full.phantom: program 2 is not launched, since no cut can be' \
    err)" 1
is 'what is in the image' "$(fact 'len(f["programs"])' ps full.phantom)" 1
expect 0 good fsck full.phantom
ulimit -S -f 8000
start run --image full.phantom giver.pha
expect 1 'program 2 is launched, but no cut can be made durable now: no space left' \
    launch full.phantom bulky.pha
expect 1 'program 2 is ended, but no cut can be made durable' kill full.phantom 2
ulimit -S -f unlimited
kill -9 "$running"
wait "$running" 2>/dev/null
running=
is 'what a kill leaves of it' "$(fact 'len(f["programs"])' ps full.phantom)" 1
expect 0 good fsck full.phantom

# ---- The file tree -------------------------------------------------------------------------------

if compiler=$("$top/scripts/wasi-clang.sh"); then
    for name in warden prisoner; do
        $compiler --target=wasm32-wasi -O1 "$top/tests/programs/share/$name.c" -o $name.wasm ||
            fail "$name.c"
    done
    expect 0 '^new warden.phantom$' run warden.wasm
    p launch --root /jail warden.phantom prisoner.wasm >id 2>err
    expect 0 '^jailed: 0$' resume warden.phantom
    is 'what it reached' "$(grep -c escaped out)" 0
    p launch warden.phantom prisoner.wasm >id 2>err
    expect 0 '^alone: 0$' resume warden.phantom
    is 'what the other reached' "$(grep -c escaped out)" 0
    expect 1 'is no folder' launch --root /secret warden.phantom prisoner.wasm
    expect 0 good fsck warden.phantom
else
    echo ' skipped: the file tree (no clang with wasi-libc)'
fi

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
