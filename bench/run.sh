#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# run.sh [OPTION…] [SECTION…] - measures and prints the rows of docs/performance.md.
#
# Sections: interp cuts pause commit resume log barrier objects java worlds start; no names: all.
# Options are those of measure.py (--runs, --quick, --out FILE). PHANTOM_BENCH_OTHERS names a folder
# with the sources of the interpreters to compare with (see others.sh); without it their columns
# stay empty.
set -u
top=$(CDPATH= cd -- "$(dirname -- "$0")/.." && pwd)
"$top/scripts/programs.sh" >&2 || exit 1
if [ -n "${PHANTOM_BENCH_OTHERS:-}" ]; then
    "$top/bench/others.sh" "$PHANTOM_BENCH_OTHERS" >&2 ||
        echo "bench: measured without them" >&2
fi
mkdir -p "$top/build"
${CC_HOST:-cc} -O2 -o "$top/build/bench_noise" "$top/bench/noise.c" || exit 1
exec ${PYTHON:-python3} "$top/bench/measure.py" "$@"
