#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# wasi-clang.sh - prints the first clang that makes a WASI program that links; fails if none does.
# WASI_CLANG is tried before all others.
set -u
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
echo 'int main(void) { return 0; }' >"$work/try.c"
for clang in ${WASI_CLANG:-} clang-14 clang-19 clang; do
    if command -v "$clang" >/dev/null 2>&1 &&
        "$clang" --target=wasm32-wasi -O1 "$work/try.c" -o "$work/try.wasm" 2>/dev/null; then
        echo "$clang"
        exit 0
    fi
done
exit 1
