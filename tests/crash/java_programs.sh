#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# java_programs.sh [--quick] [OPTION…] [NAME…] - the same programs as tests/run/java_programs.sh,
# each killed a hundred times (--quick: three times) and resumed.
set -u
top=$(CDPATH= cd -- "$(dirname -- "$0")/../.." && pwd)
kills=100
[ "${1:-}" != --quick ] || kills=3
exec ${PYTHON:-python3} "$top/tests/run/java_programs.py" --kills $kills "$@"
