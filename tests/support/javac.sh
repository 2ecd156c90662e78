# SPDX-License-Identifier: Apache-2.0
# javac.sh - read by test scripts that compile Java programs, before cli.sh: ends the script where
# there is no javac, or where it would take too long (a foreign CPU; in make check, sanitizers).
if ! command -v javac >/dev/null || [ -n "${PHANTOM_RUN:-}" ] ||
    { [ "${1:-}" = --quick ] && [ "${PHANTOM_MODE:-release}" != release ]; }; then
    name=${0##*/}
    echo "skipped: ${name%.sh}: no JDK, or it would take too long here"
    echo "0 passed, 0 failed"
    exit 0
fi
