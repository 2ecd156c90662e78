#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# kill.sh [--quick] [OPTION…] - builds the guest programs and runs kill.py with its options.
set -u
top=$(CDPATH= cd -- "$(dirname -- "$0")/../.." && pwd)
"$top/scripts/programs.sh" || exit 1
exec ${PYTHON:-python3} "$top/tests/crash/kill.py" "$@"
