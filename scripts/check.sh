#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# check.sh PROGRAM… [--quick PROGRAM…] - runs test programs one after another and adds up.
#
# A program that closes with a line "N passed, N failed" counts as that; any other counts as one
# test, by its exit status. Programs after --quick get that argument, and 600 seconds each
# ($CHECK_SECONDS). The last line of all is
# "N passed, N failed"; the exit status is 1 if anything failed.
set -u
log=$(mktemp) || exit 1
trap 'rm -f "$log"' EXIT
passed=0
failed=0
quick=
limit=
names_failed=

run_one()
{
    case $1 in
    *.py) $limit ${PYTHON:-python3} "$@" >"$log" 2>&1 ;;
    *.sh) $limit "$@" >"$log" 2>&1 ;;
    *) $limit ${PHANTOM_RUN:-} "$@" >"$log" 2>&1 ;;
    esac
}

for program in "$@"; do
    if [ "$program" = --quick ]; then
        quick=--quick
        limit="timeout -k 10 ${CHECK_SECONDS:-600}"
        continue
    fi
    name=${program##*/}
    start=$(date +%s)
    run_one "$program" $quick
    status=$?
    seconds=$(($(date +%s) - start))
    line=$(grep -E '^[0-9]+ passed, [0-9]+ failed$' "$log" | tail -n 1)
    if [ -n "$line" ]; then
        p=${line%% passed*}
        f=${line##*passed, }
        f=${f%% failed}
    elif [ $status -eq 0 ]; then
        p=1 f=0
    else
        p=0 f=1
    fi
    # A program that ends badly has failed, whatever it printed.
    if [ $status -ne 0 ] && [ "$f" -eq 0 ]; then
        f=1
    fi
    if [ "$f" -ne 0 ]; then
        cat "$log"
        names_failed="$names_failed $name"
    else
        grep -E '^ *(skipped|slow):' "$log"
    fi
    printf '%-24s %6d passed %4d failed %5d s\n' "$name" "$p" "$f" "$seconds"
    passed=$((passed + p))
    failed=$((failed + f))
done
[ -z "$names_failed" ] || echo "failed:$names_failed"
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
