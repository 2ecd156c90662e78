#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# demo.sh - shows what Phantom is for: a real program runs, is killed with SIGKILL, and goes on in
# the middle. Takes about half a minute; changes nothing outside a temporary folder and build/.
#
# The program is Lua (from Debian's sources) with a script of its own; where Lua cannot be had, a
# counter in C takes its place. Neither knows anything of Phantom: they save nothing, open no file
# and have no code to restart.
set -u

top=$(CDPATH= cd -- "$(dirname -- "$0")/.." && pwd)
phantom=$(readlink -f -- "${PHANTOM:-$top/phantom}")
programs=$(readlink -m -- "${PHANTOM_PROGRAMS:-$top/build/programs}")
pace=${PHANTOM_DEMO_PACE:-1}

if [ ! -x "$phantom" ]; then
    echo "demo: no phantom at '$phantom'; 'make' builds it" >&2
    exit 1
fi
folder=$(mktemp -d) || exit 1
process=
cleanup()
{
    [ -z "$process" ] || kill -9 "$process" 2>/dev/null
    rm -rf "$folder"
}
trap cleanup EXIT
trap 'exit 130' INT TERM

if [ -t 1 ]; then
    bold=$(printf '\033[1m') dim=$(printf '\033[2m') plain=$(printf '\033[0m')
else
    bold= dim= plain=
fi
tell() { printf '%s%s%s\n' "$bold" "$*" "$plain"; sleep "$pace"; }
shell() { printf '%s$ %s%s\n' "$dim" "$*" "$plain"; }
failed() { echo "demo: $*" >&2; [ ! -s "$folder/err" ] || tail -n 5 "$folder/err" >&2; exit 1; }

# ---- The program --------------------------------------------------------------------------------

"$top/scripts/programs.sh" own lua >"$folder/built" 2>&1 || failed "$(tail -n 3 "$folder/built")"

# Looks for amicable numbers; everything it knows is in its variables.
cat >"$folder/search.lua" <<'END'
local function divisors_sum(n)
  local sum = 1
  for d = 2, n // 2 do
    if n % d == 0 then sum = sum + d end
  end
  return sum
end

local steps, found = 0, {}
for n = 2, LAST do
  local other = divisors_sum(n)
  steps = steps + n // 2
  if other > n and divisors_sum(other) == n then found[#found + 1] = n .. "+" .. other end
  if n % 100 == 0 then
    print(string.format("  searched to %4d in %8d steps; pairs so far: %s", n, steps,
                        #found > 0 and table.concat(found, " ") or "none"))
  end
end
print("  done: " .. #found .. " pairs")
END

start() # IMAGE CONSOLE
{
    if [ -s "$programs/lua.wasm" ]; then
        exec "$phantom" run --image "$1" --console "$2" "$programs/lua.wasm" \
            -e "LAST=$last" -e " $(cat "$folder/search.lua")"
    fi
    exec "$phantom" run --image "$1" --console "$2" "$programs/counter.wasm" "$lines" "$work"
}

lines_of() { if [ -f "$1" ]; then wc -l <"$1"; else echo 0; fi; }

# follow FILE COUNT - shows lines as they come, from line `shown` on, until COUNT are there or
# nothing runs any more.
follow()
{
    tries=0
    while :; do
        alive=yes
        kill -0 "$process" 2>/dev/null || alive=
        now=$(lines_of "$1")
        if [ "$now" -gt "$shown" ]; then
            sed -n "$((shown + 1)),${now}p" "$1"
            shown=$now
            tries=0
        fi
        [ "$now" -lt "$2" ] && [ -n "$alive" ] || return 0
        sleep 0.02
        tries=$((tries + 1))
        [ $tries -lt 3000 ] || failed "no output for a minute"
    done
}

if [ -s "$programs/lua.wasm" ]; then
    last=4000 lines=40
    name="Lua, built from Debian's sources, searching for amicable numbers"
else
    lines=40 work=1000000 last=
    name="a counter in C with a running checksum"
    echo "demo: Lua could not be had ($(grep '^lua' "$folder/built" | tail -n 1))"
fi

# resumed - what phantom says when it goes on: where it was.
resumed()
{
    tries=0
    while ! grep -q '^resumed' "$folder/err" && [ $tries -lt 200 ]; do
        sleep 0.01
        tries=$((tries + 1))
    done
    sed -n 's/^resumed/   phantom: resumed/p' "$folder/err"
}

cd "$folder" || exit 1

# ---- Before: how it should look -----------------------------------------------------------------

tell "1. A program that nobody wrote for Phantom: $name."
tell "   First it runs undisturbed, out of sight, so that we know what it says."
( start quiet.phantom undisturbed.txt ) >"$folder/err" 2>&1 &
process=$!
wait "$process" || failed "the undisturbed run left with status $?"
process=
total=$(lines_of undisturbed.txt)
[ "$total" -gt 5 ] || failed "the undisturbed run showed $total lines"
echo "   It shows $total lines."
echo

# ---- The kills ----------------------------------------------------------------------------------

tell "2. Now in front of you. Its world is kept in one file, world.phantom."
shell "phantom run --image world.phantom --console shown.txt PROGRAM &"
shown=0
kills=0
for share in 20 45 70; do
    : >"$folder/err"
    if [ $kills -eq 0 ]; then
        ( start world.phantom shown.txt ) >"$folder/err" 2>&1 &
    else
        "$phantom" resume --console shown.txt world.phantom \
            >"$folder/err" 2>&1 &
    fi
    process=$!
    [ $kills -eq 0 ] || resumed
    follow shown.txt $((total * share / 100))
    kill -9 "$process" 2>/dev/null || failed "the program ended before it could be killed"
    wait "$process" 2>/dev/null
    process=
    kills=$((kills + 1))
    follow shown.txt 0
    shell "kill -9 PHANTOM"
    tell "   Killed after line $shown. No warning, no clean-up: as if the plug had been pulled."
    echo
    if [ $kills -lt 3 ]; then
        shell "phantom resume --console shown.txt world.phantom &"
    fi
done

# ---- The rest -----------------------------------------------------------------------------------

tell "3. The last time: it may run to its end."
shell "phantom resume --console shown.txt world.phantom"
"$phantom" resume --console shown.txt world.phantom >"$folder/err" 2>&1 &
process=$!
resumed
follow shown.txt $((total + 1))
wait "$process" || failed "the resumed program left with status $?"
process=
follow shown.txt 0
echo

if cmp -s undisturbed.txt shown.txt; then
    tell "4. Killed $kills times, and every one of its $total lines was shown exactly once:"
    shell "cmp undisturbed.txt shown.txt"
    tell "   No difference. It never started over, it saved no file, and it does not know that" \
        "anything happened."
else
    cmp undisturbed.txt shown.txt
    failed "the output differs from the undisturbed run: this is a bug in Phantom"
fi
