#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# java.sh [--quick] [OPTION…] [NAME…] - runs the programs of tests/java in Java and in Phantom and
# compares what they print and how they end; java.py says which options there are.
set -u
top=$(CDPATH= cd -- "$(dirname -- "$0")/../.." && pwd)
exec ${PYTHON:-python3} "$top/tests/run/java.py" "$@"
