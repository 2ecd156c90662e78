#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# check.sh PROGRAM… [--quick PROGRAM…] - runs test programs and adds up.
#
# Two run at a time: scripts one after another, and beside them the rest; without scripts every
# other program. A program that closes with a line "N passed, N failed" counts as that; any other
# counts as one test, by its exit status. Programs after --quick get that argument, and 600 seconds
# each ($CHECK_SECONDS). The last line of all is "N passed, N failed"; the exit status is 1 if
# anything failed.
set -u
folder=$(mktemp -d) || exit 1
trap 'rm -rf "$folder"' EXIT
results=$folder/results
scripts=0
for program in "$@"; do
    case $program in
    *.py | *.sh) scripts=1 ;;
    esac
done

run_one()
{
    case $1 in
    *.py) $limit ${PYTHON:-python3} "$@" >"$log" 2>&1 ;;
    *.sh) $limit "$@" >"$log" 2>&1 ;;
    *) $limit ${PHANTOM_RUN:-} "$@" >"$log" 2>&1 ;;
    esac
}

# judge NAME STATUS SECONDS - says what came of it, and notes it in the results.
judge()
{
    line=$(grep -E '^[0-9]+ passed, [0-9]+ failed$' "$log" | tail -n 1)
    if [ -n "$line" ]; then
        p=${line%% passed*}
        f=${line##*passed, }
        f=${f%% failed}
    elif [ "$2" -eq 0 ]; then
        p=1 f=0
    else
        p=0 f=1
    fi
    # A program that ends badly has failed, whatever it printed.
    if [ "$2" -ne 0 ] && [ "$f" -eq 0 ]; then
        f=1
    fi
    if [ "$f" -ne 0 ]; then
        cat "$log"
    else
        grep -E '^ *(skipped|slow):' "$log"
    fi
    printf '%-24s %6d passed %4d failed %5d s\n' "$1" "$p" "$f" "$3"
    echo "$p $f $1" >>"$results"
}

# lane N PROGRAM… - runs those of the programs that are the lane's.
lane()
{
    own=$1
    shift
    log=$folder/log.$own
    quick=
    limit=
    turn=0
    for program in "$@"; do
        if [ "$program" = --quick ]; then
            quick=--quick
            limit="timeout -k 10 ${CHECK_SECONDS:-600}"
            continue
        fi
        case $program in
        *.py | *.sh) which=1 ;;
        *)
            which=$((scripts == 1 ? 2 : 1 + turn % 2))
            turn=$((turn + 1))
            ;;
        esac
        if [ $which -eq "$own" ]; then
            start=$(date +%s)
            run_one "$program" $quick
            judge "${program##*/}" $? $(($(date +%s) - start))
        fi
    done
}

lane 1 "$@" &
lane 2 "$@"
wait
touch "$results"
names_failed=$(awk '$2 > 0 { printf " %s", $3 }' "$results")
[ -z "$names_failed" ] || echo "failed:$names_failed"
awk '{ p += $1; f += $2 } END { printf "%d passed, %d failed\n", p, f; exit !(f == 0 && p > 0) }' \
    "$results"
