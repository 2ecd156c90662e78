#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# others.sh FOLDER - builds the interpreters that Phantom is measured beside, from sources that the
# caller has: FOLDER/wasm3 (wasm3/wasm3 on GitHub) and FOLDER/wasm-micro-runtime
# (bytecodealliance/wasm-micro-runtime). Needs cmake. They land in build/bench-others and are no
# part of Phantom. Each gets the compiler that makes it faster here: wasm3 clang, WAMR gcc.
set -eu

top=$(CDPATH= cd -- "$(dirname -- "$0")/.." && pwd)
from=${1:-${PHANTOM_BENCH_OTHERS:-}}
out=$top/build/bench-others
if [ -z "$from" ] || [ ! -d "$from" ]; then
    echo "others: name the folder that holds wasm3/ and wasm-micro-runtime/" >&2
    exit 2
fi
mkdir -p "$out"
clang=$(command -v clang-19 || command -v clang || command -v cc)

if [ -d "$from/wasm3" ] && [ ! -x "$out/wasm3" ]; then
    cmake -S "$from/wasm3" -B "$out/work/wasm3" -DCMAKE_BUILD_TYPE=Release -DBUILD_WASI=simple \
        -DCMAKE_C_COMPILER="$clang" >"$out/wasm3.log"
    make -C "$out/work/wasm3" >>"$out/wasm3.log" 2>&1
    cp "$out/work/wasm3/wasm3" "$out/wasm3"
fi
if [ -d "$from/wasm-micro-runtime" ] && [ ! -x "$out/iwasm" ]; then
    cmake -S "$from/wasm-micro-runtime/product-mini/platforms/linux" -B "$out/work/wamr" \
        -DCMAKE_BUILD_TYPE=Release -DCMAKE_C_COMPILER=gcc -DWAMR_BUILD_INTERP=1 \
        -DWAMR_BUILD_FAST_INTERP=1 -DWAMR_BUILD_AOT=0 -DWAMR_BUILD_JIT=0 \
        -DWAMR_BUILD_FAST_JIT=0 -DWAMR_BUILD_LIBC_WASI=1 -DWAMR_BUILD_SIMD=0 \
        -DWAMR_BUILD_REF_TYPES=1 -DWAMR_BUILD_BULK_MEMORY=1 >"$out/wamr.log"
    make -C "$out/work/wamr" iwasm >>"$out/wamr.log" 2>&1
    cp -L "$out/work/wamr/iwasm" "$out/iwasm"
fi
ls "$out" | grep -x -e wasm3 -e iwasm || { echo "others: nothing to build" >&2; exit 1; }
