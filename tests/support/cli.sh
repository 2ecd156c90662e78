# SPDX-License-Identifier: Apache-2.0
# cli.sh - what scripts that use the command from outside begin with: a folder of their own, and
# checks that count. They have set $top, the project.
phantom=${PHANTOM:-$top/phantom}
passed=0
failed=0
folder=$(mktemp -d) || exit 1
running=
cleanup()
{
    [ -z "$running" ] || kill -9 "$running" 2>/dev/null
    [ ! -d "$folder/small" ] || umount "$folder/small" 2>/dev/null
    chmod -R u+w "$folder" 2>/dev/null
    rm -rf "$folder" "$folder.cache"
}
trap cleanup EXIT
cd "$folder" || exit 1
export PHANTOM_CACHE="${PHANTOM_CACHE:-$folder.cache}" # not in what tests use as a class path

p() { timeout -k 5 60 ${PHANTOM_RUN:-} "$phantom" "$@"; }

pass() { passed=$((passed + 1)); }
fail()
{
    failed=$((failed + 1))
    echo "FAIL $*"
    sed 's/^/    out: /' out 2>/dev/null | tail -n 4
    sed 's/^/    err: /' err 2>/dev/null | tail -n 4
}

# expect STATUS TEXT WORD… - the command ends with STATUS and says TEXT (a regular expression).
expect()
{
    wanted=$1
    text=$2
    shift 2
    p "$@" >out 2>err </dev/null
    status=$?
    if [ "$status" -ne "$wanted" ]; then
        fail "phantom $*: left with status $status, not $wanted"
    elif [ -n "$text" ] && ! cat out err | grep -q -e "$text"; then
        fail "phantom $*: does not say '$text'"
    else
        pass
    fi
}

# json KEY TEXT WORD… - the command's answer is JSON and has KEY; TEXT is as above.
json()
{
    key=$1
    shift
    p "$@" --json >out 2>err </dev/null
    status=$?
    if [ "$status" -ne 0 ]; then
        fail "phantom $* --json: left with status $status"
    elif ! python3 -c 'import json, sys
facts = json.load(open("out"))
for key in sys.argv[1].split(","):
    assert key in facts, key' "$key" 2>why; then
        fail "phantom $* --json: $(tail -n 1 why)"
    else
        pass
    fi
}

# held FILE SECONDS - another process has FILE open to write, for so long. Begun when it returns.
held()
{
    rm -f held
    python3 -c 'import fcntl, sys, time
with open(sys.argv[1], "rb") as f:
    fcntl.flock(f, fcntl.LOCK_EX)
    open("held", "w").close()
    time.sleep(float(sys.argv[2]))' "$@" &
    while [ ! -e held ]; do sleep 0.02; done
}

is() # is WHAT A B
{
    if [ "$2" = "$3" ]; then
        pass
    else
        fail "$1: '$2' is not '$3'"
    fi
}

# start WORD… - a command that goes on in the background, until it answers.
start()
{
    ${PHANTOM_RUN:-} "$phantom" "$@" >start.out 2>start.err </dev/null &
    running=$!
    for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
        grep -q -e '^new ' -e '^resumed ' start.err 2>/dev/null && break
        sleep 0.1
    done
    sleep 0.1
}

# killed_at TEXT WORLD run WORD… - a world in WORLD.phantom, with its console in WORLD.out, that is
# killed as soon as TEXT is there (or after twenty seconds).
killed_at()
{
    awaited=$1
    world=$2
    command=$3
    shift 3
    "$phantom" "$command" --image "$world.phantom" --console "$world.out" "$@" </dev/null &
    running=$!
    for _ in $(seq 400); do
        ! grep -q -e "$awaited" "$world.out" 2>/dev/null || break
        sleep 0.05
    done
    kill -9 "$running"
    wait "$running" 2>/dev/null
    running=
}

# ended STATUS TEXT - the command that start began has ended so.
ended()
{
    wait "$running"
    status=$?
    running=
    if [ "$status" -ne "$1" ]; then
        cp start.err err
        fail "the world left with status $status, not $1"
    elif [ -n "$2" ] && ! grep -q -e "$2" start.err; then
        cp start.err err
        fail "the world does not say '$2'"
    else
        pass
    fi
}
