#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# java_programs.sh [--quick] [OPTION…] [NAME…] - runs javac, JUnit, BeanShell, H2 and Clojure in
# Java and in Phantom and compares what they say; java_programs.py says which options there are.
set -u
top=$(CDPATH= cd -- "$(dirname -- "$0")/../.." && pwd)
exec ${PYTHON:-python3} "$top/tests/run/java_programs.py" "$@"
