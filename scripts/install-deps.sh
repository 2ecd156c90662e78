#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# install-deps.sh [--tests] - installs what building Phantom needs on Debian 12 (with --tests: also
# what its tests need). Needs apt-get, and root or sudo. What is there already is left alone; if
# nothing is missing, nothing is run. docs/dependencies.md says what each package is for.
set -eu

# To build Phantom, and the guest programs of the demo.
packages="make clang-19 gcc libc6-dev newlib-source
    clang-14 lld-14 libclang-rt-14-dev-wasm32 wasi-libc dpkg-dev xz-utils ca-certificates"
# MODE=asan and tsan; guest programs; style; other CPUs; scripts and their data; Java, with
# programs that are written in it.
packages_tests="libclang-rt-19-dev wabt tcl clang-format clang-tidy
    gcc-aarch64-linux-gnu gcc-riscv64-linux-gnu libc6-dev-arm64-cross qemu-user binutils
    python3 nodejs npm openjdk-17-jdk-headless
    libbsh-java libh2-java libclojure-java junit4 libhamcrest-java"

[ "${1:-}" != --tests ] || packages="$packages $packages_tests"

# Node.js is often installed from elsewhere, with an npm of its own that Debian's conflicts with.
is_here_by_command()
{
    case $1 in
    nodejs) command -v node >/dev/null ;;
    npm) command -v npm >/dev/null ;;
    *) false ;;
    esac
}

missing=
for package in $packages; do
    ! is_here_by_command "$package" || continue
    state=$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null || true)
    [ "$state" = installed ] || missing="$missing $package"
done
if [ -z "$missing" ]; then
    exit 0
fi

as_root=
if [ "$(id -u)" -ne 0 ]; then
    if ! command -v sudo >/dev/null; then
        echo "install-deps: missing:$missing" >&2
        echo "install-deps: run this as root, or install sudo" >&2
        exit 1
    fi
    as_root=sudo
fi

echo "install-deps: installing$missing"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
quietly()
{
    if ! $as_root env DEBIAN_FRONTEND=noninteractive "$@" >"$log" 2>&1; then
        tail -n 20 "$log" >&2
        echo "install-deps: failed: $*" >&2
        exit 1
    fi
}
quietly apt-get update -q
quietly apt-get install -y -q --no-install-recommends $missing
