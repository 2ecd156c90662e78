#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# inspect.sh [--quick] - looks into worlds, running and asleep, beside a model of what is in them.
set -u

top=$(CDPATH= cd -- "$(dirname -- "$0")/../.." && pwd)
. "$top/tests/support/cli.sh"
rounds=12
[ "${1:-}" = --quick ] && rounds=5

# A list that grows and shrinks by calls; every node that it makes leaves garbage beside it.
cat >lister.pha <<'P'
unit "lister"
import function "phantom" "directory_put" (i32 i32 ref) -> (i32)
memory 1
global mutable ref any null
export "_initialize" function 1
export "grow" function "grow"
export "shrink" function "shrink"
data active memory 0 at 0 "list"
class "Thing" {
    field i32 "weight"
}
class "Node" extends "Thing" {
    field ref "next"
    field i64 "value"
    field f64 "share"
    field u8 "tag"
    field ref "text"
}
class "Waste" {
    field ref "node"
}
function "_initialize" () -> () {
    return
}
function "publish" () -> () {
    i32_const 0
    i32_const 4
    global_get 0
    call 0
    drop
    return
}
function "grow" (i32) -> () {
    local ref
  label 0 loop
    local_get 0
    i32_eqz
    br_if 1
    object_new "Node"
    local_set 1
    local_get 1
    global_get 0
    field_set "Node" "next"
    local_get 1
    local_get 0
    i64_extend_i32_s
    field_set "Node" "value"
    local_get 1
    f64_const 0.5
    field_set "Node" "share"
    local_get 1
    i32_const 200
    field_set "Node" "tag"
    local_get 1
    i32_const -7
    field_set "Thing" "weight"
    local_get 1
    bytes_const "hello there"
    field_set "Node" "text"
    local_get 1
    global_set 0
    object_new "Waste"
    local_get 1
    field_set "Waste" "node"
    local_get 0
    i32_const 1
    i32_sub
    local_set 0
    br 0
  label 1
    call "publish"
    return
}
function "shrink" (i32) -> () {
  label 0 loop
    local_get 0
    i32_eqz
    br_if 1
    global_get 0
    ref_is_null
    br_if 1
    global_get 0
    field_get "Node" "next"
    global_set 0
    local_get 0
    i32_const 1
    i32_sub
    local_set 0
    br 0
  label 1
    call "publish"
    return
}
P

nodes() # how many there are of a class
{
    p inspect lister.phantom --json 2>err </dev/null | python3 -c 'import json, sys
f = json.load(sys.stdin)
print(sum(c["objects"] for c in f["classes"] if c["class"] == sys.argv[1]))' "$1" 2>>err
}

# ---- Against the model ---------------------------------------------------------------------------

start run lister.pha
expected=0
seed=${PHANTOM_SEED:-1}
for round in $(seq $rounds); do
    seed=$(((seed * 1103515245 + 12345) % 2147483648))
    count=$((seed / 65536 % 3000))
    if [ $((seed / 7 % 3)) -eq 0 ]; then
        expect 0 '' call lister.phantom shrink "$count"
        expected=$((expected > count ? expected - count : 0))
    else
        expect 0 '' call lister.phantom grow "$count"
        expected=$((expected + count))
    fi
    is "nodes after round $round" "$(nodes Node)" "$expected"
    is "waste after round $round" "$(nodes Waste)" 0
    if [ $((round % 4)) -eq 3 ]; then
        kill -9 "$running"
        wait "$running" 2>/dev/null
        running=
        is "nodes of the sleeping world" "$(nodes Node)" "$expected"
        expect 0 good fsck lister.phantom
        start resume lister.phantom
    fi
done
expect 0 '' call lister.phantom grow 3
expected=$((expected + 3))

# ---- What is said of one object ------------------------------------------------------------------

shows() # the same of the running world and of the sleeping one
{
    expect 0 '^lister.phantom: cut [0-9]*: [0-9]* objects of [0-9]* classes' \
        inspect lister.phantom
    expect 0 ' Node @' inspect lister.phantom
    expect 0 'smaller ones are not shown' inspect lister.phantom --limit 2
    expect 0 '^  value  *1$' inspect lister.phantom 1/list
    expect 0 '^  share  *0.5$' inspect lister.phantom 1/list
    expect 0 '^  tag  *200$' inspect lister.phantom 1/list
    expect 0 '^  weight  *-7$' inspect lister.phantom 1/list
    expect 0 '^  next  *@[0-9a-f]* Node$' inspect lister.phantom 1/list
    expect 0 '^  value  *2$' inspect lister.phantom 1/list.next
    expect 0 '^  value  *3$' inspect lister.phantom 1/list.next.next
    expect 0 '^  hello there$' inspect lister.phantom 1/list.text
    # and the one from its unit's constants
    expect 0 "^$((expected + 1)) references to it" \
        inspect lister.phantom 1/list.text --referrers --limit 1
    expect 0 'Node.text$' inspect lister.phantom 1/list.text --referrers
    expect 0 'directory entry.object_ref$' inspect lister.phantom 1/list --referrers
    expect 0 '^  .next  *@[0-9a-f]* Node$' inspect lister.phantom 1/list.next.next --path
    expect 0 '^  programs_ref  *@[0-9a-f]* program$' inspect lister.phantom world
    expect 0 'lister.pha' inspect lister.phantom world.programs_ref.arguments_ref[0]
    json image,cut,objects,bytes,classes inspect lister.phantom
    json ref,class,fields,bytes inspect lister.phantom 1/list
    json referrers,path,path_length inspect lister.phantom 1/list.next --referrers --path
    p inspect lister.phantom 1/list.next >out 2>err
    ref=$(sed -n 's/.*: \(@[0-9a-f]*\) Node.*/\1/p' out)
    expect 0 '^  value  *2$' inspect lister.phantom "$ref"
    expect 1 'no object that can be reached is at @1;' inspect lister.phantom @1
    expect 1 'no object that can be reached' inspect lister.phantom @ffffffffff
    expect 1 'no object that can be reached' inspect lister.phantom @
    expect 1 'no object that can be reached' inspect lister.phantom @xyz
    expect 1 "nothing is called '1/none'" inspect lister.phantom 1/none
    expect 1 "'.none' of @[0-9a-f]*, a Node, is not there" inspect lister.phantom 1/list.none
    expect 1 "'\[0\]' of @[0-9a-f]*, a Node, is not there" inspect lister.phantom '1/list[0]'
    expect 1 "'.value' of @[0-9a-f]*, a Node, leads nowhere" inspect lister.phantom 1/list.value
    expect 1 'is not there' inspect lister.phantom 'world.units_ref[100000]'
    expect 0 ' unit' inspect lister.phantom 'world.units_ref[0]'
    for step in x '' ' 0' +0 -0 0x0 '0]junk' '0]]' 0junk 18446744073709551616; do
        expect 1 'is not there' inspect lister.phantom "world.units_ref[$step]"
    done
    expect 1 "'\[0' of @[0-9a-f]*, a .*, is not there" inspect lister.phantom 'world.units_ref[0'
    expect 1 'no object that can be reached' inspect lister.phantom "$ref junk"
    expect 1 'no object that can be reached' inspect lister.phantom "@+${ref#@}"
}
shows
expect 2 'is about one object' inspect lister.phantom --path
expect 2 'wants a number from 1 up' inspect lister.phantom --limit 0
expect 2 'wants seconds' top lister.phantom --interval 0
expect 0 'cuts  *[0-9.]*/s' top lister.phantom --count 2 --interval 0.1
is 'two looks' "$(grep -c '^cuts' out)" 2
json cuts_per_s,pages_per_s,busy,workers_busy,threads top lister.phantom --count 1 --interval 0.1
expect 0 stopped stop lister.phantom
ended 143 ''
shows
expect 1 'does not run' top lister.phantom --count 1
expect 1 'none.phantom: no such file' inspect none.phantom
expect 1 'none.phantom: no such file' top none.phantom
expect 0 good fsck lister.phantom

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
