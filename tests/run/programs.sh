#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# programs.sh [--quick] - runs whole programs to their end in Phantom and compares what they say:
# ours with the same source compiled for the host, real ones with what they are known to say.
#
# A real program that could not be had (scripts/programs.sh says why) is skipped and named.
# PHANTOM names the command under test.
set -u

top=$(CDPATH= cd -- "$(dirname -- "$0")/../.." && pwd)
phantom=${PHANTOM:-$top/phantom}
programs=${PHANTOM_PROGRAMS:-$top/build/programs}
scripts=$top/tests/programs/scripts
limit_seconds=${PHANTOM_TEST_LIMIT:-300}
quick=${1:-}
passed=0
failed=0
skipped=0

if [ ! -x "$phantom" ]; then
    echo "programs: no phantom at '$phantom' (make builds it; PHANTOM names it)" >&2
    echo "0 passed, 1 failed"
    exit 1
fi
folder=$(mktemp -d) || exit 1
trap 'rm -rf "$folder"' EXIT
cd "$folder" || exit 1
PHANTOM_PROGRAMS=$programs "$top/scripts/programs.sh" >built 2>&1 || { cat built; }

# world IMAGE ARGUMENT… - one program to its end; its output in IMAGE.out, its status returned.
world()
{
    image=$1
    shift
    timeout -k 5 "$limit_seconds" ${PHANTOM_RUN:-} "$phantom" run --new \
        --image "$folder/$image.phantom" "$@" >"$image.out" 2>"$image.err"
}

pass() { passed=$((passed + 1)); }
fail()
{
    failed=$((failed + 1))
    echo "FAIL $1: $2"
    [ ! -s "$1.err" ] || sed 's/^/    /' "$1.err" | tail -n 5
}
skip()
{
    skipped=$((skipped + 1))
    echo "skipped: $1: $(grep "^$1 " "$folder/built" | sed 's/^[^ ]* *//')"
}

# same NAME EXPECTED - the program left with status 0 and said what it should.
same()
{
    if [ "$status" -ne 0 ]; then
        fail "$1" "left with status $status instead of 0"
    elif ! cmp -s "$1.out" "$2"; then
        fail "$1" "says something else: $(cmp "$1.out" "$2" 2>&1 | head -n 1)"
        diff "$1.out" "$2" 2>/dev/null | head -n 6 | sed 's/^/    /'
    else
        pass
    fi
}

have() { [ -s "$programs/$1.wasm" ] || { skip "$1"; return 1; }; }

# ---- Programs of ours ---------------------------------------------------------------------------

own()
{
    name=$1
    shift
    "$programs/$name.host" "$@" >"$name.expected"
    world "$name" "$programs/$name.wasm" "$@"
    status=$?
    same "$name" "$name.expected"
    rm -f "$name.phantom"
}

own counter 20 20000
own sieve 200000 3
own queens 8
own churn 200000 5
own editor 4000 5
own mandelbrot 80
own matmul 60 3
own nbody 10000 5
own fannkuch 8
own sha256 256 4
own btree 40000 5
own life 100 20
own touch 8 20
own commit 200
own stores 128 3
if [ "$quick" != --quick ]; then
    own counter 200 100000
    own queens 10
    own churn 1000000 50
    own editor 40000 50
    own btree 300000 50
    own touch 256 50
fi

# ---- Real ones ----------------------------------------------------------------------------------

if have lua; then
    world lua "$programs/lua.wasm" -e "ROUNDS=6" -e " $(cat "$scripts/work.lua")"
    status=$?
    same lua "$scripts/work.lua.expected"

    # From a file of a host folder, with an exit status of its own.
    mkdir given
    { echo 'ROUNDS=6'; cat "$scripts/work.lua"; echo 'os.exit(7)'; } >given/work.lua
    world lua --dir "$folder/given::/given" "$programs/lua.wasm" /given/work.lua
    status=$?
    if [ $status -eq 7 ] && cmp -s lua.out "$scripts/work.lua.expected"; then
        pass
    else
        fail lua "a script from --dir: status $status, not 7, or other output"
    fi

    # A file in the image's own tree, which the host never sees.
    world lua "$programs/lua.wasm" -e 'local f = assert(io.open("note", "w")) f:write("kept\n")
        f:close() print(io.open("note"):read("a"))'
    status=$?
    printf 'kept\n\n' >expected
    same lua expected
    [ ! -e note ] || fail lua "the image's file appeared on the host"
fi

if have sqlite; then
    world sqlite "$programs/sqlite.wasm" -batch -vfs unix-none work.db \
        " $(cat "$scripts/work.sql")"
    status=$?
    same sqlite "$scripts/work.sql.expected"
    [ ! -e work.db ] || fail sqlite "the image's database appeared on the host"
fi

if have minigzip; then
    cat "$scripts"/* "$top/scripts/programs.sh" >plain
    world minigzip "$programs/minigzip.wasm" <plain
    status=$?
    gzip -dc minigzip.out >minigzip.unpacked 2>/dev/null
    mv minigzip.out packed.gz
    cp minigzip.unpacked minigzip.out
    same minigzip plain
    world minigzip "$programs/minigzip.wasm" -d <packed.gz
    status=$?
    same minigzip plain
    mkdir -p files
    cp plain files/plain
    world minigzip --dir "$folder/files::/files" "$programs/minigzip.wasm" /files/plain
    status=$?
    gzip -dc files/plain.gz >minigzip.out 2>/dev/null
    same minigzip plain
fi

if have python; then
    world python "$programs/python.wasm" -c "$(cat "$scripts/work.py")" 6
    status=$?
    same python "$scripts/work.py.expected"
    mkdir -p py
    cp "$scripts/work.py" py/
    world python --dir "$folder/py::/py" "$programs/python.wasm" /py/work.py 6
    status=$?
    same python "$scripts/work.py.expected"
fi

[ $skipped -eq 0 ] || echo "skipped: $skipped real programs"
echo "$passed passed, $failed failed"
[ $failed -eq 0 ]
