#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# golden.sh - images that this and earlier releases made (tests/golden): each was killed in the
# middle of its work, and has to go on to the end and say what is written beside it.
#
# golden.sh --make RELEASE PROGRAM adds one: it runs PROGRAM, kills it on its way, and keeps the
# image.
set -u
top=$(CDPATH= cd -- "$(dirname -- "$0")/../.." && pwd)
phantom=${PHANTOM:-$top/phantom}
golden=$top/tests/golden
folder=$(mktemp -d) || exit 1
trap 'rm -rf "$folder"' EXIT
passed=0
failed=0

# gzip_python pack|unpack FROM TO
gzip_python()
{
    python3 - "$@" <<'P'
import gzip, sys
verb, source, target = sys.argv[1:]
if verb == "pack":
    data = open(source, "rb").read()
    with open(target, "wb") as raw, gzip.GzipFile("", "wb", 9, raw, 0) as f:
        f.write(data)
else:
    open(target, "wb").write(gzip.open(source).read())
P
}

if [ "${1:-}" = --make ]; then
    name=$(basename "$3")
    name=${name%.*}-$2
    "$phantom" run --image "$folder/whole.phantom" --console "$golden/$name.said" "$3" ||
        exit 1
    "$phantom" run --image "$folder/half.phantom" --console "$folder/half.said" "$3" &
    running=$!
    part=$(($(wc -c <"$golden/$name.said") / 4))
    while [ "$(cat "$folder/half.said" 2>/dev/null | wc -c)" -lt "$part" ]; do
        sleep 0.01
    done
    kill -9 "$running"
    wait "$running" 2>/dev/null
    gzip_python pack "$folder/half.phantom" "$golden/$name.phantom.gz"
    cp "$folder/half.said" "$golden/$name.half"
    ls -l "$golden/$name".*
    exit 0
fi

for image in "$golden"/*.phantom.gz; do
    name=$(basename "$image" .phantom.gz)
    gzip_python unpack "$image" "$folder/$name.phantom"
    cp "$golden/$name.half" "$folder/$name.out"
    if timeout 60 "$phantom" resume --console "$folder/$name.out" "$folder/$name.phantom" \
        2>"$folder/err" && cmp -s "$folder/$name.out" "$golden/$name.said" &&
        timeout 60 "$phantom" fsck "$folder/$name.phantom" >"$folder/err" 2>&1; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "FAIL $name:"
        tail -n 3 "$folder/err"
    fi
done
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
