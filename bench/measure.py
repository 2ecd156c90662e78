#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""measure.py - the figures of docs/performance.md, as rows of Markdown tables.

What is compared runs side by side, in alternating order, and the median of the runs counts: the
ratios hold on a busy machine where single times do not. Called by run.sh, which builds what it
needs.
"""
import argparse
import glob
import json
import math
import os
import re
import resource
import select
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time

TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
FOREVER_MS = "86400000"


# ---- Running ------------------------------------------------------------------------------------

class Bench:
    def __init__(self, options, folder):
        self.options = options
        self.folder = folder
        self.phantom = os.environ.get("PHANTOM", os.path.join(TOP, "phantom"))
        self.programs = os.environ.get("PHANTOM_PROGRAMS", os.path.join(TOP, "build/programs"))
        self.others = os.path.join(TOP, "build/bench-others")
        self.lines = []
        self.serial = 0

    def module(self, name):
        return os.path.join(self.programs, name + ".wasm")

    def image(self):
        self.serial += 1
        return os.path.join(self.folder, "bench%d.phantom" % self.serial)

    def say(self, line=""):
        print(line, flush=True)
        self.lines.append(line)

    def note(self, text):
        print("  " + text, file=sys.stderr, flush=True)


def run(command, stdin=None, env=None, limit_seconds=600):
    """Runs to the end: (processor seconds, wall seconds, output); None if it fails."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.monotonic()
    with open(stdin or os.devnull, "rb") as source:
        try:
            done = subprocess.run(command, stdin=source, capture_output=True, check=False,
                                  env=dict(os.environ, **(env or {})), timeout=limit_seconds)
        except subprocess.TimeoutExpired:
            return None
    wall = time.monotonic() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode != 0:
        print("  failed: %s\n%s" % (" ".join(command)[:200], done.stderr.decode()[-300:]),
              file=sys.stderr)
        return None
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime, wall, done.stdout


def alternate(runs, tasks):
    """Runs every task `runs` times in alternating order: {name: [result…]}; None where it fails."""
    results = {name: [] for name in tasks}
    for number in range(runs):
        order = list(tasks.items())
        for name, task in order if number % 2 == 0 else reversed(order):
            if results[name] is None:
                continue
            result = task()
            if result is None:
                results[name] = None
            else:
                results[name].append(result)
    return results


def median(results, index=0):
    return statistics.median(r[index] for r in results) if results else None


def geomean(values):
    return math.exp(sum(math.log(v) for v in values) / len(values)) if values else None


def show(value, digits=2):
    return "–" if value is None else "%.*f" % (digits, value)


def share(value):
    return "–" if value is None else "%.1f %%" % (100 * value)


class World:
    """A running Phantom whose output is watched."""

    def __init__(self, bench, command, env=None):
        self.bench = bench
        self.start = time.monotonic()
        self.errors = tempfile.TemporaryFile()
        self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                        stderr=self.errors, env=dict(os.environ, **(env or {})))
        os.set_blocking(self.process.stdout.fileno(), False)

    def read(self, seconds):
        """Some output, b"" at the end of it, None if nothing came in time."""
        ready, _, _ = select.select([self.process.stdout], [], [], seconds)
        return os.read(self.process.stdout.fileno(), 1 << 20) if ready else None

    def wait_for(self, text, seconds):
        """Reads until `text` was shown; the seconds since the start, or None."""
        seen, end = b"", time.monotonic() + seconds
        while time.monotonic() < end:
            chunk = self.read(end - time.monotonic())
            if not chunk:
                break
            seen += chunk
            if text in seen:
                return time.monotonic() - self.start
            seen = seen[-len(text):]
        self.errors.seek(0)
        self.bench.note("no %r: %s" % (text, self.errors.read().decode()[-300:]))
        return None

    def drain(self, seconds):
        """Reads output for that long, so that nothing waits for us."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if self.read(max(0, end - time.monotonic())) == b"":
                return

    def kill(self):
        if self.process.poll() is None:
            os.kill(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self.process.stdout.close()
        self.errors.close()


def stat(bench, image, quiet=False):
    """What `phantom stat` knows of a running world; {} if nothing."""
    done = subprocess.run([bench.phantom, "stat", "--json", image], capture_output=True,
                          check=False)
    try:
        return json.loads(done.stdout)
    except ValueError:
        if not quiet:
            bench.note("stat: %s" % (done.stderr or done.stdout).decode()[-200:])
        return {}


def remove(image):
    for path in (image, image + ".sock", image + ".lock"):
        if os.path.exists(path):
            os.unlink(path)


def phantom_once(bench, module, arguments, options=()):
    """One run to the end in a fresh image: (processor s, wall s, output)."""
    image = bench.image()
    result = run([bench.phantom, "run", "--new", "--image", image] + list(options) +
                 [module] + arguments)
    remove(image)
    return result


def phantom_facts(bench, module, arguments, options=()):
    """What `stat` says last before a run in a fresh image ends; {} if nothing."""
    image = bench.image()
    world = World(bench, [bench.phantom, "run", "--new", "--image", image] + list(options) +
                  [module] + arguments)
    facts = {}
    while world.process.poll() is None:
        world.drain(0.1)
        if world.process.poll() is None:
            facts = stat(bench, image, quiet=True) or facts
            facts["seconds"] = time.monotonic() - world.start
    world.kill()
    remove(image)
    return facts if facts.get("cuts") else {}


# ---- interp -------------------------------------------------------------------------------------

INTERP = [
    ("queens", ["13"]), ("sieve", ["5000000", "8"]), ("churn", ["3000000"]),
    ("editor", ["30000"]), ("mandelbrot", ["800"]), ("matmul", ["200", "12"]),
    ("nbody", ["700000"]), ("fannkuch", ["10"]), ("sha256", ["8192"]), ("btree", ["500000"]),
    ("life", ["512", "60"]),
]


def lua_arguments(rounds):
    with open(os.path.join(TOP, "tests/programs/scripts/work.lua"), encoding="utf-8") as f:
        return ["-e", "ROUNDS=%d" % rounds, "-e", " " + f.read()]


def interp_tasks(bench, name, arguments):
    module = bench.module(name)
    tasks = {}
    host = os.path.join(bench.programs, name + ".host")
    if os.path.exists(host):
        tasks["native"] = lambda: run([host] + arguments)
    if os.access(bench.phantom, os.X_OK):
        tasks["phantom"] = lambda: phantom_once(bench, module, arguments,
                                                ["--interval", FOREVER_MS])
    wasm3 = os.path.join(bench.others, "wasm3")
    if os.path.exists(wasm3):
        tasks["wasm3"] = lambda: run([wasm3, "--stack-size", "1000000", module] + arguments)
    iwasm = os.path.join(bench.others, "iwasm")
    if os.path.exists(iwasm):
        tasks["wamr"] = lambda: run([iwasm, "--stack-size=8388608", module] + arguments)
    return tasks


def section_interp(bench):
    """Interpreter against interpreters: processor time, and ratios to Phantom's."""
    programs = INTERP + ([("lua", lua_arguments(60))] if os.path.exists(bench.module("lua"))
                         else [])
    if bench.options.quick:
        programs = programs[:3]
    bench.say("| program | Phantom s | wasm3 s | WAMR fast s | native s | wasm3 / Phantom | "
              "WAMR / Phantom | Phantom / native |")
    bench.say("|---|---|---|---|---|---|---|---|")
    ratios = {"wasm3": [], "wamr": [], "native": []}
    for name, arguments in programs:
        results = alternate(bench.options.runs, interp_tasks(bench, name, arguments))
        outputs = {r[0][2] for r in results.values() if r}
        if len(outputs) > 1:
            bench.note("%s: the outputs differ" % name)
        times = {n: median(results.get(n)) for n in ("phantom", "wasm3", "wamr", "native")}
        ratio = {n: times[n] / times["phantom"] if times[n] and times["phantom"] else None
                 for n in ratios}
        for n, value in ratio.items():
            if value:
                ratios[n].append(value)
        bench.say("| %s | %s | %s | %s | %s | %s | %s | %s |" % (
            name, show(times["phantom"]), show(times["wasm3"]), show(times["wamr"]),
            show(times["native"], 3), show(ratio["wasm3"]), show(ratio["wamr"]),
            show(1 / ratio["native"] if ratio["native"] else None, 1)))
    native = geomean(ratios["native"])
    bench.say("| geomean | | | | | %s | %s | %s |" % (
        show(geomean(ratios["wasm3"])), show(geomean(ratios["wamr"])),
        show(1 / native if native else None, 1)))


# ---- cuts ---------------------------------------------------------------------------------------

# Few lines of output each: every line that waits at the gate makes a cut of its own.
CUTS = [
    ("compute", "sha256", ["24576", "1"]), ("compute", "nbody", ["1500000", "1"]),
    ("compute", "mandelbrot", ["900"]),
    ("stores", "stores", ["1024", "250"]), ("stores", "stores", ["16384", "16"]),
    ("stores", "sieve", ["8000000", "7"]),
    ("mixed", "btree", ["900000", "1"]), ("mixed", "churn", ["5000000", "1"]),
    ("mixed", "lua", None),
]


def cuts_options():
    return {"off": ["--interval", FOREVER_MS, "--no-cuts"], "10": ["--interval", "100"],
            "100": ["--interval", "10"]}


def section_cuts(bench):
    """Throughput with cuts on against off, by wall time; the cuts per second that there were."""
    bench.say("| kind | program | off s | at 10 cuts/s | at 100 cuts/s | cuts/s | cuts/s | "
              "pages per cut | pages per cut |")
    bench.say("|---|---|---|---|---|---|---|---|---|")
    kinds = {}
    for kind, name, arguments in CUTS[:2] if bench.options.quick else CUTS:
        module = bench.module(name)
        if not os.path.exists(module):
            continue
        given = arguments or lua_arguments(100)
        results = alternate(bench.options.runs, {
            n: lambda options=options: phantom_once(bench, module, given, options)
            for n, options in cuts_options().items()})
        off = median(results["off"], 1)
        row, rate, pages = {}, {}, {}
        for n in ("10", "100"):
            row[n] = off / median(results[n], 1) if off and results[n] else None
            facts = phantom_facts(bench, module, given, cuts_options()[n])
            rate[n] = facts["cuts"] / facts["seconds"] if facts else None
            pages[n] = facts["pages_cut"] / facts["cuts"] if facts else None
            if row[n]:
                kinds.setdefault((kind, n), []).append(row[n])
        bench.say("| %s | %s | %s | %s | %s | %s | %s | %s | %s |" % (
            kind, " ".join([name] + (arguments or [])), show(off), share(row["10"]),
            share(row["100"]), show(rate["10"], 0), show(rate["100"], 0), show(pages["10"], 0),
            show(pages["100"], 0)))
    for kind in ("compute", "stores", "mixed"):
        bench.say("| %s | geomean | | %s | %s | | | | |" % (kind, *(
            share(geomean(kinds.get((kind, n), []))) for n in ("10", "100"))))


# ---- pause --------------------------------------------------------------------------------------

def pause_once(bench, mib, seconds, interval_ms):
    """Percentiles of the pauses of a world with `mib` of touched memory."""
    image = bench.image()
    world = World(bench, [bench.phantom, "run", "--new", "--image", image, "--interval",
                          str(interval_ms), bench.module("touch"), str(mib), "100000000", "64",
                          "200000"])
    facts = None
    if world.wait_for(b"touched", 300) is not None:
        # The cuts while memory was filled are few beside those that follow.
        world.drain(seconds)
        facts = stat(bench, image)
    world.kill()
    remove(image)
    pause = (facts or {}).get("pause_us")
    return (pause, facts) if pause else None


def noise_once(seconds):
    done = run([os.path.join(TOP, "build/bench_noise"), str(seconds)])
    return (json.loads(done[2]),) if done else None


def section_pause(bench):
    """The pause of a cut at two sizes of the heap, beside the machine's own noise."""
    seconds = 5 if bench.options.quick else 30
    large = bench.options.large_mib
    results = alternate(bench.options.runs if not bench.options.quick else 1, {
        "64 MiB": lambda: pause_once(bench, 64, seconds, 5),
        "%d MiB" % large: lambda: pause_once(bench, large, seconds, 5),
        "noise": lambda: noise_once(5)})
    bench.say("| touched memory | p50 µs | p99 µs | p999 µs | max µs |")
    bench.say("|---|---|---|---|---|")
    p99 = []
    for name, values in results.items():
        label = "this machine's own noise, no Phantom" if name == "noise" else name
        middle = [median([(v[0][p],) for v in values]) if values else None
                  for p in ("p50", "p99", "p999", "max")]
        bench.say("| %s | %s |" % (label, " | ".join(show(m, 1) for m in middle)))
        p99.append(middle[1])
    if p99[0] and p99[1]:
        bench.say("| p99, large against small | | %.2f × | | |" % (p99[1] / p99[0]))


# ---- commit -------------------------------------------------------------------------------------

def commit_once(bench, interval_ms, seconds):
    """Durable cuts per second of a world that changes 48 pages and says so, over and over."""
    image = bench.image()
    world = World(bench, [bench.phantom, "run", "--new", "--image", image, "--interval",
                          str(interval_ms), bench.module("commit"), "100000000", "48", "2000"])
    result = None
    if world.wait_for(b"commit 100 ", 60) is not None:
        first, start = stat(bench, image), time.monotonic()
        world.drain(seconds)
        second, end = stat(bench, image), time.monotonic()
        if first.get("cuts") is not None and second.get("cuts", 0) > first["cuts"]:
            cuts = second["cuts"] - first["cuts"]
            result = (cuts / (end - start),
                      (second["pages_cut"] - first["pages_cut"]) / cuts, second["commit_us"])
    world.kill()
    remove(image)
    return result


def flush_floor(folder, seconds, pages):
    """What the disk can do at all: so many pages overwritten in a preallocated file, flushed."""
    size = 4096 * pages
    content = os.urandom(size)
    path = os.path.join(folder, "floor")
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT)
    os.write(descriptor, os.urandom((1 << 22) + size))
    os.fsync(descriptor)
    times, end = [], time.monotonic() + seconds
    while time.monotonic() < end:
        start = time.monotonic()
        os.pwrite(descriptor, content, len(times) * size % (1 << 22))
        os.fdatasync(descriptor)
        times.append(time.monotonic() - start)
    os.close(descriptor)
    os.unlink(path)
    return (len(times) / sum(times), float(pages),
            {"p50": 1e6 * statistics.median(times),
             "p99": 1e6 * sorted(times)[len(times) * 99 // 100]})


def section_commit(bench):
    """How many small cuts become durable per second."""
    seconds = 2 if bench.options.quick else 5
    results = alternate(bench.options.runs, {
        "interval 1 ms": lambda: commit_once(bench, 1, seconds),
        "on demand of the gate alone": lambda: commit_once(bench, FOREVER_MS, seconds),
        "the disk alone: 4 KiB and fdatasync": lambda: flush_floor(bench.folder, seconds, 1),
        "the disk alone: 52 pages and fdatasync": lambda: flush_floor(bench.folder, seconds, 52)})
    bench.say("| cuts | durable per second | pages per cut | commit p50 µs | p99 µs |")
    bench.say("|---|---|---|---|---|")
    for name, values in results.items():
        bench.say("| %s | %s | %s | %s | %s |" % (
            name, show(median(values), 0), show(median(values, 1), 1),
            show(median([(v[2]["p50"],) for v in values]) if values else None, 0),
            show(median([(v[2]["p99"],) for v in values]) if values else None, 0)))


# ---- resume -------------------------------------------------------------------------------------

def resume_image(bench, mib, settled):
    """An image with `mib` of touched memory and a program that goes on changing 64 pages at a time,
    killed soon after the memory was filled, or when home had caught up."""
    image = bench.image()
    world = World(bench, [bench.phantom, "run", "--new", "--image", image, bench.module("touch"),
                          str(mib), "100000000", "64", "1000000"])
    there = world.wait_for(b"line 3 ", 300) is not None
    facts = stat(bench, image) if there else {}
    until = time.monotonic() + 60
    while there and settled and facts.get("log_bytes", 0) > 1 << 20 and time.monotonic() < until:
        world.drain(0.5)
        facts = stat(bench, image)
    world.kill()
    if not there:
        return None
    bench.note("%d MiB: %.1f MiB in the log, %d pages cut, killed %.1f s after the start" % (
        mib, facts.get("log_bytes", 0) / 1048576, facts.get("pages_cut", 0),
        time.monotonic() - world.start))
    return image


def resume_once(bench, image, cold):
    """(resume ms as the machine says, ms from exec to the first output)."""
    if cold:
        descriptor = os.open(image, os.O_RDONLY)
        os.fsync(descriptor)
        os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
        os.close(descriptor)
    world = World(bench, [bench.phantom, "resume", image])
    first = world.wait_for(b"\n", 60)
    facts = stat(bench, image) if first is not None else {}
    world.kill()
    if first is None or facts.get("resume_ms") is None:
        return None
    return facts["resume_ms"], 1000 * first


def section_resume(bench):
    """From exec to the first instruction and to the first output, which waits for a flush; the
    image killed soon after its memory was filled, and when home had caught up with it."""
    sizes = [64] if bench.options.quick else [64, 1024]
    images = {"%d MiB, %s" % (mib, name): resume_image(bench, mib, settled)
              for mib in sizes for name, settled in (("just filled", False), ("settled", True))}
    tasks = {}
    for cold in (False, True):
        for name, image in images.items():
            if image:
                tasks["%s, %s" % (name, "cold" if cold else "warm")] = (
                    lambda image=image, cold=cold: resume_once(bench, image, cold))
    results = alternate(max(bench.options.runs, 5), tasks)
    bench.say("| image | to the first instruction ms | worst ms | "
              "from exec to the first output ms |")
    bench.say("|---|---|---|---|")
    for name, values in results.items():
        bench.say("| %s | %s | %s | %s |" % (
            name, show(median(values)), show(max(v[0] for v in values) if values else None),
            show(median(values, 1), 1)))
    for image in images.values():
        if image:
            remove(image)


# ---- log ----------------------------------------------------------------------------------------

LOG = [("btree", ["400000", "20"]), ("churn", ["2000000", "20"]), ("editor", ["60000", "20"]),
       ("life", ["512", "40"]), ("stores", ["4096", "20"]), ("touch", ["256", "50"]),
       ("sha256", ["8192", "16"]), ("lua", None)]


def section_log(bench):
    """Bytes in the log for each byte of changed pages."""
    bench.say("| program | cuts | pages | bytes logged / bytes of pages | without packing |")
    bench.say("|---|---|---|---|---|")
    plain, packed = [], []
    for name, arguments in LOG:
        if not os.path.exists(bench.module(name)):
            continue
        row = [phantom_facts(bench, bench.module(name), arguments or lua_arguments(40),
                             ["--interval", "20"] + options)
               for options in ([], ["--no-packing"])]
        ratio = [f["bytes_logged"] / (4096 * f["pages_cut"]) if f.get("pages_cut") else None
                 for f in row]
        packed += [ratio[0]] if ratio[0] else []
        plain += [ratio[1]] if ratio[1] else []
        bench.say("| %s | %s | %s | %s | %s |" % (
            name, row[0].get("cuts", "–"), row[0].get("pages_cut", "–"), show(ratio[0], 3),
            show(ratio[1], 3)))
    bench.say("| geomean | | | %s | %s |" % (show(geomean(packed), 3), show(geomean(plain), 3)))


# ---- barrier ------------------------------------------------------------------------------------

# Short runs: what the machine's other guests take away comes and goes within a second.
BARRIER = [
    ("queens", ["12"]), ("sieve", ["1000000", "6"]), ("churn", ["300000"]), ("editor", ["10000"]),
    ("mandelbrot", ["300"]), ("matmul", ["120", "8"]), ("nbody", ["120000"]), ("fannkuch", ["9"]),
    ("sha256", ["1536"]), ("btree", ["80000"]), ("life", ["256", "40"]), ("stores", ["1024", "25"]),
]
BARRIER_RUNS_FACTOR = 5


def section_barrier(bench):
    """The interpreter with and without the store barrier, the least processor time of many short
    runs that alternate; PHANTOM_NO_BARRIER names a build of the latter, which cannot cut and is
    good for nothing else."""
    other = os.environ.get("PHANTOM_NO_BARRIER", "")
    if not os.access(other, os.X_OK):
        bench.say("PHANTOM_NO_BARRIER names no build without the barrier: not measured.")
        return
    bench.say("| program | with s | without s | with / without |")
    bench.say("|---|---|---|---|")
    ratios = []
    for name, arguments in BARRIER:
        module = bench.module(name)

        def task(command):
            def once():
                image = bench.image()
                result = run([command, "run", "--new", "--image", image, "--interval", FOREVER_MS,
                              "--no-cuts", module] + arguments)
                remove(image)
                return result
            return once
        results = alternate(BARRIER_RUNS_FACTOR * bench.options.runs,
                            {"with": task(bench.phantom), "without": task(other)})
        if results["with"] and results["without"]:
            least = [min(r[0] for r in results[n]) for n in ("with", "without")]
            ratios.append(least[0] / least[1])
            bench.say("| %s | %.3f | %.3f | %.3f |" % (name, least[0], least[1], ratios[-1]))
    bench.say("| geomean | | | %s |" % show(geomean(ratios), 3))


# ---- objects ------------------------------------------------------------------------------------

JAVAS = [("java -Xint", ["-Xint", "-XX:+UseSerialGC"]), ("java, Serial", ["-XX:+UseSerialGC"]),
         ("java, ZGC", ["-XX:+UseZGC"])]
OBJECTS = [("binary trees", "binary_trees", "trees", "BinaryTrees", ["16", "100"]),
           ("monitor enter + exit", "monitors", "rounds", "Monitors", ["30000000"])]


def reactor(bench, name, image=None):
    """A world of one of bench/objects, new or resumed, that can be called; None if it does not come
    up."""
    command = ["resume", image] if image else [
        "run", "--image", bench.image(), os.path.join(TOP, "bench/objects", name + ".pha")]
    image = image or command[2]
    world = World(bench, [bench.phantom] + command)
    for _ in range(200):
        if stat(bench, image, quiet=True):
            return world, image
        time.sleep(0.02)
    world.kill()
    bench.note("%s did not come up" % name)
    return None


def call(bench, image, export, arguments):
    """Wall seconds of one call, as its caller sees it; None if it fails."""
    done = run([bench.phantom, "call", image, export] + arguments)
    return done[1] if done else None


def objects_once(bench, name, export, arguments):
    up = reactor(bench, name)
    if not up:
        return None
    seconds = call(bench, up[1], export, arguments)
    up[0].kill()
    remove(up[1])
    return (seconds,) if seconds else None


def java_classes(bench):
    """The folder with the Java programs compiled, or None where there is no Java."""
    folder = os.path.join(bench.folder, "java")
    sources = sorted(glob.glob(os.path.join(TOP, "bench/java/*.java")))
    if not shutil.which("javac") or run(["javac", "-d", folder] + sources) is None:
        bench.note("no javac: nothing to compare with")
        return None
    return folder


def java_once(classes, options, name, arguments):
    result = run(["java"] + options + ["-cp", classes, name] + arguments)
    return (result[1],) if result else None


def objects_pause(bench, depth, seconds):
    """Pauses beside a living tree of 2^(depth + 1) nodes of 32 bytes while others are made; the
    world is resumed in between, so that its figures begin there."""
    up = reactor(bench, "garbage")
    if not up:
        return None
    world, image = up
    call(bench, image, "fill", [str(depth)])
    world.kill()
    up = reactor(bench, "garbage", image)
    if not up:
        return None
    world, image = up
    before, start, objects, facts = stat(bench, image), time.monotonic(), 0, None
    while time.monotonic() - start < seconds:
        if call(bench, image, "churn", ["70000"]) is None:
            break
        objects += 7000000
        facts = stat(bench, image)
        # About 200 MB/s: seven million objects of 32 bytes a second.
        time.sleep(max(0, start + objects / 7000000 - time.monotonic()))
    took = time.monotonic() - start
    world.kill()
    remove(image)
    return (before, facts, objects * 32 / took / 1e6, took) if facts else None


MARKS = [("Parallel", "Marking Phase", ["-XX:+UseParallelGC"]),
         ("ZGC", "Concurrent Mark", ["-XX:+UseZGC"])]


def java_marks(classes, option, phase, objects, order):
    """Median milliseconds of a mark of the graph of bench/heap.c; it uses the threads it likes."""
    done = subprocess.run(["java", "-Xmx4g", "-Xlog:gc*"] + option +
                          ["-cp", classes, "Graph", str(objects), order, "5"],
                          capture_output=True, text=True, check=False, timeout=600)
    times = re.findall(r"%s ([0-9.]+)ms" % re.escape(phase), done.stdout)
    return median([(float(t),) for t in times]) if done.returncode == 0 and times else None


def objects_marks(bench, classes):
    """Mark rates, and what a mark costs the program beside it (bench_heap)."""
    program = os.path.join(os.path.dirname(os.path.realpath(bench.phantom)), "bench_heap")
    objects = 1000000 if bench.options.quick else 10000000
    done = subprocess.run([program, str(objects), "marks"], capture_output=True, text=True,
                          check=False, timeout=600) if os.access(program, os.X_OK) else None
    if done is None or done.returncode != 0:
        bench.note("no bench_heap beside phantom: make all-tests builds it")
        return
    bench.say()
    bench.say("| mark of %d objects | Phantom M/s, one thread | " % objects +
              " | ".join("java, %s M/s" % name for name, _, _ in MARKS) + " |")
    bench.say("|---|---|---|---|")
    for label, order in (("in order", "order"), ("at random", "random")):
        ours = [float(r) for r in re.findall(label + r" *: +([0-9.]+) M objects/s", done.stdout)]
        row = [show(max(ours)) if ours else ""]
        for _, phase, option in MARKS:
            took = java_marks(classes, option, phase, objects, order) if classes else None
            row.append(show(objects / took / 1e3) if took else "")
        bench.say("| %s | %s |" % (label, " | ".join(row)))
    beside = re.search(r"after the other: +([0-9.]+) M/s, without +([0-9.]+) M/s", done.stdout)
    if beside:
        bench.say()
        bench.say("| a program that allocates and computes, beside marks without end | |")
        bench.say("|---|---|")
        bench.say("| objects a second with marks, without | %s M, %s M |" % beside.groups())
        bench.say("| speed | %.1f %% |" % (100 * float(beside[1]) / float(beside[2])))


def section_objects(bench):
    """Programs of objects beside Java's; wall time, of a call here, with start there."""
    classes = java_classes(bench)
    bench.say("| program | Phantom s | " + " | ".join("%s s" % j for j, _ in JAVAS) +
              " | java -Xint / Phantom |")
    bench.say("|---|---|---|---|---|---|")
    for label, name, export, java, arguments in OBJECTS:
        tasks = {"phantom": lambda: objects_once(bench, name, export, arguments)}
        for j, options in JAVAS if classes else []:
            tasks[j] = lambda options=options: java_once(classes, options, java, arguments)
        results = alternate(bench.options.runs, tasks)
        times = {n: median(results.get(n)) for n in ["phantom"] + [j for j, _ in JAVAS]}
        ratio = (times["java -Xint"] / times["phantom"]
                 if times["java -Xint"] and times["phantom"] else None)
        bench.say("| %s | %s | %s | %s |" % (
            " ".join([label] + arguments), show(times["phantom"]),
            " | ".join(show(times[j]) for j, _ in JAVAS), show(ratio)))
    depth = 18 if bench.options.quick else 24
    facts = objects_pause(bench, depth, 5 if bench.options.quick else 20)
    if facts:
        before, after, rate, took = facts
        pause = after["pause_us"]
        bench.say()
        bench.say("| %d MiB live, %.0f MB/s of new objects, 10 cuts/s | |" % (
            (2 << depth) * 32 >> 20, rate))
        bench.say("|---|---|")
        bench.say("| pause of a cut p50, p99, max | %.0f, %.0f, %.0f µs |" % (
            pause["p50"], pause["p99"], pause["max"]))
        count = after["evacuations"] - before["evacuations"]
        bench.say("| evacuations, each on average | %d, %.0f µs |" % (
            count, (after["evacuation_us"] - before["evacuation_us"]) / max(1, count)))
        bench.say("| bytes logged meanwhile; of the lists that were kept | %.1f MB; %.1f MB |" % (
            (after["bytes_logged"] - before["bytes_logged"]) / 1e6, rate * took / 1000))
        bench.say("| collections, the last one's mark | %d, %.2f s for %.1f million objects |" % (
            after["collections"], after["mark_us"] / 1e6, after["marked_objects"] / 1e6))
    objects_marks(bench, classes)


# ---- java ---------------------------------------------------------------------------------------

# Sizes with which Java's interpreter takes two seconds and more, and those that take no time.
JAVA = [("Fib", ["35"], ["5"]), ("NBody", ["1500000"], ["10"]),
        ("BinaryTrees", ["14", "200"], ["2", "1"]), ("SpectralNorm", ["800"], ["5"]),
        ("Maps", ["400000"], ["10"]), ("Strings", ["50000"], ["10"]),
        ("Patterns", ["30000"], ["10"]), ("Tokens", ["6000"], ["2"]),
        ("Javac", ["4"], ["0"])]


def java_phantom(bench, classes, name, arguments):
    """One program in a new world: its processor seconds, start included, and what it prints."""
    image = bench.image()
    result = run([bench.phantom, "run", "--new", "--quiet", "--image", image, "-cp", classes,
                  name] + arguments)
    remove(image)
    return (result[0], result[2]) if result else None


def java_plain(classes, name, arguments):
    result = run(["java", "-Xint", "-XX:+UseSerialGC", "-cp", classes, name] + arguments)
    return (result[0], result[2]) if result else None


def section_java(bench):
    """Java programs here and in Java's own interpreter; processor time: all of it, and less that of
    a start, which is the same program with next to nothing to do."""
    classes = java_classes(bench)
    if not classes:
        return
    bench.say("| program | Phantom s | of it start | java -Xint s | of it start | "
              "java -Xint / Phantom | without start |")
    bench.say("|---|---|---|---|---|---|---|")
    ratios, steady = [], []
    for name, arguments, none in JAVA:
        results = alternate(bench.options.runs, {
            "phantom": lambda: java_phantom(bench, classes, name, arguments),
            "java": lambda: java_plain(classes, name, arguments),
            "phantom's start": lambda: java_phantom(bench, classes, name, none),
            "java's start": lambda: java_plain(classes, name, none)})
        times = {n: median(results[n]) for n in results}
        answers = {r[1] for n in ("phantom", "java") for r in results[n] or []}
        if len(answers) > 1:
            bench.note("%s: different answers: %s" % (name, sorted(answers)))
            times["phantom"] = None
        ratio = without = None
        if all(times.values()):
            ratio = times["java"] / times["phantom"]
            without = ((times["java"] - times["java's start"]) /
                       (times["phantom"] - times["phantom's start"]))
            ratios.append(ratio)
            steady.append(without)
        bench.say("| %s | %s | %s | %s | %s | %s | %s |" % (
            " ".join([name] + arguments), show(times["phantom"]), show(times["phantom's start"]),
            show(times["java"]), show(times["java's start"]), show(ratio), show(without)))
    bench.say("| geomean of %d | | | | | %s | %s |" % (
        len(ratios), show(geomean(ratios)), show(geomean(steady))))


# ---- worlds -------------------------------------------------------------------------------------

JARS = "/usr/share/java/"


def world_commands(bench):
    """{name: (jars and folder of the class path, main class and arguments but the last one)}"""
    there = os.path.join(TOP, "bench/java_programs")
    classes = os.path.join(bench.folder, "large")
    jars = [JARS + "clojure.jar", JARS + "spec.alpha.jar", JARS + "core.specs.alpha.jar"]
    found = {}
    if os.path.exists(JARS + "h2.jar") and run(
            ["javac", "-d", classes, os.path.join(there, "LargeTable.java")]):
        found["H2"] = ([JARS + "h2.jar", classes], ["LargeTable"])
    if all(os.path.exists(j) for j in jars):
        found["Clojure"] = (jars + [there], ["clojure.main", "cp/3/atoms.clj"])
    return found


def world_start(bench, image, program, options=()):
    path, words = program
    return World(bench, [bench.phantom, "run", "--new", "--quiet", "--image", image] +
                 list(options) + ["-cp", ":".join(path)] + words)


def worked_once(bench, program, options):
    """The milliseconds that the program counts for its work, without its start, and the processor
    seconds of all of it."""
    image = bench.image()
    path, words = program
    result = run([bench.phantom, "run", "--new", "--quiet", "--image", image] + options +
                 ["-cp", ":".join(path)] + words)
    remove(image)
    found = result and re.search(rb"worked (\d+) ms", result[2])
    return (int(found.group(1)), result[0]) if found else None


def world_facts(bench, program, seconds):
    """Facts of a world that was killed when it was filled, and has gone on for `seconds`; the
    least and the most milliseconds of several resumes."""
    image = bench.image()
    world = world_start(bench, image, program)
    filled = world.wait_for(b"filled", 600) is not None
    facts, resumes = {}, []
    for turn in range(6 if filled else 0):
        world.drain(3)
        world.kill()
        world = World(bench, [bench.phantom, "resume", "--quiet", image])
        world.drain(1 if turn < 5 else seconds)
        facts = stat(bench, image)
        resumes += [facts["resume_ms"]] if "resume_ms" in facts else []
    world.kill()
    remove(image)
    return facts, resumes


def section_worlds(bench):
    """H2 and Clojure in Java: pauses at 10 cuts a second, resumes after a kill in the middle of the
    work, and work with 10 cuts a second against none."""
    quick = bench.options.quick
    commands = world_commands(bench)
    sizes = {"H2": (["50"], ["20000"]), "Clojure": ([], ["20000"])}
    bench.say("| program | objects MB | pause p50 µs | p99 µs | cuts/s | resume ms, least | most |")
    bench.say("|---|---|---|---|---|---|---|")
    for name, (path, words) in commands.items():
        for mib in (["50"] if quick else ["50", "500"]) if name == "H2" else [None]:
            seconds = 5 if quick else 20
            facts, resumes = world_facts(
                bench, (path, words + ([mib] if mib else []) + ["0"]), seconds)
            pause = facts.get("pause_us") or {}
            bench.say("| %s | %s | %s | %s | %s | %s | %s |" % (
                name, show(facts.get("object_bytes", 0) / 1e6, 0), show(pause.get("p50"), 0),
                show(pause.get("p99"), 0), show(pause.get("count", 0) / seconds, 1),
                show(min(resumes, default=None), 1), show(max(resumes, default=None), 1)))
    bench.say()
    bench.say("| program | without cuts ms | at 10 cuts/s ms | speed | by processor time of all |")
    bench.say("|---|---|---|---|---|")
    for name, (path, words) in commands.items():
        program = (path, words + sizes[name][0] + sizes[name][1])
        results = alternate(bench.options.runs, {
            "off": lambda program=program: worked_once(bench, program, ["--no-cuts"]),
            "on": lambda program=program: worked_once(bench, program, [])})
        off, on = median(results["off"]), median(results["on"])
        busy = [median(results[way], 1) for way in ("off", "on")]
        bench.say("| %s | %s | %s | %s | %s |" % (
            name, show(off, 0), show(on, 0), share(off / on if off and on else None),
            share(busy[0] / busy[1] if all(busy) else None)))


# ---- start --------------------------------------------------------------------------------------

def first_byte(command):
    """Milliseconds from exec to the first byte of output, the process's largest memory in MB, and,
    if what it prints is the time of day, the milliseconds from exec to that time, of which it gives
    whole ones: half of one is added. The end is not counted."""
    begun, start = time.time(), time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        text = process.stdout.read(1)
        if not text:
            return None
        took = time.perf_counter() - start
        text += process.stdout.read()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = status
    said = float(text) + 0.5 - begun * 1000 if text.strip().isdigit() else None
    return took * 1000, usage.ru_maxrss / 1000, said


def start_phantom(bench, classes, name, options):
    image = bench.image()
    took = first_byte([bench.phantom, "run", "--quiet", "--image", image] + options +
                      ["-cp", os.path.join(classes, name), name])
    size = os.path.getsize(image) / 1e6 if os.path.exists(image) else 0
    remove(image)
    return took + (size,) if took else None


def least_and_median(results, index):
    if not results or results[0][index] is None:
        return "–"
    return "%.0f, %.0f" % (min(r[index] for r in results), median(results, index))


def section_start(bench):
    """A new Java program: from exec to its first byte of output, which is durable by then, and to
    main; the least of the runs, and the median. The images lie on --folder."""
    classes = java_classes(bench)
    if not classes:
        return
    bench.say("| program | Phantom ms | to main | without base ms | java -Xshare:auto ms | "
              "to main | memory MB: Phantom / java | image MB |")
    bench.say("|---|---|---|---|---|---|---|---|")
    for name in ("Begin", "Hello", "Lambdas"):
        alone = os.path.join(classes, name)
        os.makedirs(alone, exist_ok=True)
        shutil.copy(os.path.join(classes, name + ".class"), alone)
        java = ["java", "-Xshare:auto", "-cp", alone, name]
        start_phantom(bench, classes, name, [])  # makes the base
        results = alternate(4 * bench.options.runs, {
            "base": lambda: start_phantom(bench, classes, name, []),
            "boot": lambda: start_phantom(bench, classes, name, ["--no-base"]),
            "java": lambda: first_byte(java)})
        bench.say("| %s | %s | %s | %s | %s | %s | %s / %s | %s |" % (
            name, least_and_median(results["base"], 0), least_and_median(results["base"], 2),
            least_and_median(results["boot"], 0), least_and_median(results["java"], 0),
            least_and_median(results["java"], 2), show(median(results["base"], 1), 0),
            show(median(results["java"], 1), 0), show(median(results["base"], 3), 0)))


# ---- All ----------------------------------------------------------------------------------------

SECTIONS = {
    "interp": section_interp, "cuts": section_cuts, "pause": section_pause,
    "commit": section_commit, "resume": section_resume, "log": section_log,
    "barrier": section_barrier, "objects": section_objects, "java": section_java,
    "worlds": section_worlds,
    "start": section_start,
}


def main():
    parser = argparse.ArgumentParser(description="measures Phantom")
    parser.add_argument("sections", nargs="*", metavar="SECTION",
                        help="of " + " ".join(SECTIONS) + "; none: all")
    parser.add_argument("--runs", type=int, default=5, help="the median of so many counts")
    parser.add_argument("--quick", action="store_true", help="a glance: few programs, few runs")
    parser.add_argument("--large-mib", type=int, default=4096, help="the large heap of pause")
    parser.add_argument("--out", default="", help="a file that gets the tables too")
    parser.add_argument("--folder", default="", help="where the images go (the disk under test)")
    options = parser.parse_args()
    for name in options.sections:
        if name not in SECTIONS:
            parser.error("'%s' is none of %s" % (name, " ".join(SECTIONS)))
    if options.quick:
        options.runs = min(options.runs, 2)
    folder = tempfile.mkdtemp(prefix="phantom-bench-", dir=options.folder or None)
    bench = Bench(options, folder)
    try:
        if not os.access(bench.phantom, os.X_OK):
            bench.note("no phantom at '%s': make builds it" % bench.phantom)
        for name in options.sections or SECTIONS:
            bench.say("### %s" % name)
            bench.say()
            bench.say(" ".join(SECTIONS[name].__doc__.split()))
            bench.say()
            SECTIONS[name](bench)
            bench.say()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        if options.out:
            with open(options.out, "w", encoding="utf-8") as f:
                f.write("\n".join(bench.lines) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
