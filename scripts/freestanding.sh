#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# freestanding.sh OUT "CC CC…" SOURCE… - proves that the core needs no libc.
#
# Compiles the sources with each compiler without any system header, links them into one object,
# and looks at what is still undefined there: only functions of port.h, the six of <string.h>
# that base/common.h names, and what the compiler's own library (libgcc) brings everywhere.
set -u
out=$1
compilers=$2
shift 2
allowed='^(memcpy|memmove|memset|memcmp|strlen|strcmp)$'
libgcc='^__(clz|ctz|popcount|ffs|bswap|parity)[sdt]i2$|^__u?(div|mod|divmod)[dt]i[34]$|^__multi3$'
result=0
names=$(sed -n 's/.*[ *]\(ph_[a-z0-9_]*\)(.*/\1/p' src/port/port.h | sort -u)

for cc in $compilers; do
    if ! command -v "$cc" >/dev/null; then
        echo "freestanding: $cc is not installed (scripts/install-deps.sh --tests)"
        result=1
        continue
    fi
    case $cc in aarch64*) cpu=-mno-outline-atomics ;; *) cpu= ;; esac
    include=$("$cc" -print-file-name=include)
    dir=$out/$cc
    rm -rf "$dir"
    mkdir -p "$dir"
    flags="-std=gnu11 -O2 -ffreestanding -fno-pie -nostdinc -isystem $include
        -Iinclude -Isrc $cpu -fno-strict-aliasing -fno-math-errno -ffp-contract=off
        -Wall -Wextra -Werror"
    objects=$(printf "$dir/%s.o " $(echo "$@" | tr / _))
    built=1
    printf '%s\n' "$@" | CC=$cc FLAGS=$flags DIR=$dir xargs -P "$(nproc)" -I SOURCE sh -c \
        '$CC $FLAGS -c "$1" -o "$DIR/$(echo "$1" | tr / _).o"' - SOURCE || built=0
    if [ $built -eq 0 ] || ! "$cc" -nostdlib -r -o "$dir/core.o" $objects; then
        echo "freestanding: $cc: does not build"
        result=1
        continue
    fi
    nm -u "$dir/core.o" | awk '{print $NF}' | grep -vE "$allowed|$libgcc" >"$dir/undefined"
    strangers=$(echo "$names" | grep -vxFf - "$dir/undefined" | tr '\n' ' ')
    if [ -n "$strangers" ]; then
        echo "freestanding: $cc: the core calls what no port has: $strangers"
        result=1
    else
        echo "freestanding: $cc: ok"
    fi
done
exit $result
