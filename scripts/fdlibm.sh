#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# fdlibm.sh DIR - unpacks the sources of fdlibm, as newlib keeps them, into DIR/math and DIR/common.
# They are in Debian's package newlib-source, which scripts/install-deps.sh installs.
set -eu
dir=$1
new=$dir.$$.tmp
archive=$(find /usr/src/newlib -name 'newlib-*.tar.xz' 2>/dev/null | sort | tail -n 1)
if [ -z "$archive" ]; then
    echo "fdlibm.sh: the package newlib-source is missing; scripts/install-deps.sh installs it" >&2
    exit 1
fi
trap 'rm -rf "$new"' EXIT
mkdir -p "$new"
tar -xf "$archive" -C "$new" --wildcards --no-wildcards-match-slash --strip-components=3 \
    '*/newlib/libm/math/[eks]_*.c' '*/newlib/libm/common/s_*.c' '*/newlib/libm/common/fdlibm.h'
rm -rf "$dir"
mv "$new" "$dir"
