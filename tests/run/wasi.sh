#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# wasi.sh [--quick] - tests/programs/wasi: once to the end, and once killed again and again; their
# consoles must hold what NAME.expected says, byte for byte.
set -u

top=$(CDPATH= cd -- "$(dirname -- "$0")/../.." && pwd)
phantom=${PHANTOM:-$top/phantom}
programs=$top/tests/programs/wasi
passed=0
failed=0

folder=$(mktemp -d) || exit 1
trap 'rm -rf "$folder"' EXIT
cd "$folder" || exit 1

if ! compiler=$("$top/scripts/wasi-clang.sh"); then
    packages="clang lld wasi-libc libclang-rt-14-dev-wasm32"
    echo "  skipped: no clang with wasi-libc (Debian: $packages)"
    echo "0 passed, 0 failed"
    exit 0
fi

# start NAME IMAGE OPTION… - `phantom run` with what lies beside the program.
start()
{
    name=$1
    image=$2
    shift 2
    if [ -f "$programs/$name.env" ]; then
        while IFS= read -r line; do
            set -- "$@" --env "$line"
        done <"$programs/$name.env"
    fi
    if [ "$name" = host ]; then
        set -- "$@" --dir "$folder/$image.dir::/host"
    fi
    set -- "$@" "$folder/$name.wasm"
    if [ -f "$programs/$name.args" ]; then
        while IFS= read -r line; do
            set -- "$@" "$line"
        done <"$programs/$name.args"
    fi
    input=/dev/null
    [ ! -f "$programs/$name.input" ] || input=$programs/$name.input
    # exec, so that $! of a background start is phantom itself
    exec ${PHANTOM_RUN:-} "$phantom" run --quiet --image "$image" --console "$image.out" "$@" \
        <"$input"
}

# judge NAME IMAGE STATUS WHAT
judge()
{
    if [ "$3" -eq 0 ] && cmp -s "$2.out" "$programs/$1.expected"; then
        passed=$((passed + 1))
        return
    fi
    failed=$((failed + 1))
    echo "FAIL $1 $4: status $3"
    diff "$2.out" "$programs/$1.expected" | head -n 6 | sed 's/^/    /'
    head -n 4 "$2.err" | sed 's/^/    /'
}

random=$$
for source in "$programs"/*.c; do
    name=$(basename "$source" .c)
    if ! $compiler --target=wasm32-wasi -O1 "$source" -o "$name.wasm" 2>"$name.err"; then
        failed=$((failed + 1))
        echo "FAIL $name: does not compile"
        head -n 4 "$name.err"
        continue
    fi
    mkdir -p once.dir killed.dir
    (start "$name" once --new) 2>once.err
    judge "$name" once $? "once"

    first=--new
    kills=0
    status=137
    while [ "$status" -eq 137 ] && [ "$kills" -lt 200 ]; do
        (start "$name" killed $first --interval 1) 2>killed.err &
        pid=$!
        random=$(((random * 1103515245 + 12345) % 2147483648))
        # Lives grow, so that a busy machine gets to the end too.
        life_ms=$((20 + random / 65536 % (120 + 20 * kills)))
        sleep "$((life_ms / 1000)).$(printf '%03d' $((life_ms % 1000)))"
        kill -9 "$pid" 2>/dev/null
        wait "$pid" 2>/dev/null
        status=$?
        [ ! -s killed ] || first=
        kills=$((kills + 1))
    done
    if [ "$status" -ne 0 ] && grep -q "has finished (exit status 0)" killed.err; then
        status=0 # it was killed after its end, before it could leave
    fi
    judge "$name" killed "$status" "killed $kills times"
    rm -rf once once.* killed killed.*
done
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
