#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""kill.py - kills real programs with SIGKILL at random moments until they are finished.

Each program runs once uninterrupted for the reference. Then it runs again and again, killed and
resumed, and what its console shows is compared:

  file   with --console FILE: after every kill the file is a prefix of the reference, and at the
         end it is the reference: every byte exactly once.
  pipe   with stdout as a pipe: after a resume the output goes on where it was or repeats the end
         of what was already seen; nothing is skipped and nothing is different the second time.

The program `dice` prints random numbers and a checksum over all of them. It has no reference: its
lines must form one chain, so a machine that shows a line before it is durable is found out.

The last line is "N passed, N failed", where one test is one program brought to its end.
"""
import argparse
import os
import random
import shlex
import signal
import subprocess
import sys
import tempfile
import threading
import time

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
MASK = (1 << 64) - 1

# A resume that repeats more than this at once did not repeat "the last chunk".
REPEAT_BYTES_MAX = 65536


class Failure(Exception):
    pass


class Program:
    def __init__(self, name, module, arguments, chained=False, options=()):
        self.name = name
        self.module = module
        self.arguments = arguments
        self.chained = chained
        self.options = list(options)
        self.path = None  # of the module, where it is not one that was built
        self.reference = None
        self.seconds = 0.0


def script(name):
    with open(os.path.join(TOP, "tests/programs/scripts", name), encoding="utf-8") as f:
        return f.read()


def programs(scale):
    """The programs in the order of their importance; `scale` 1 takes a few seconds each."""
    def n(number):
        return str(max(1, int(number * scale)))
    return [
        Program("lua", "lua", ["-e", "ROUNDS=" + n(200), "-e", " " + script("work.lua")]),
        Program("sqlite", "sqlite", ["-batch", "-vfs", "unix-none", "work.db",
                                     " " + script("work.sql")],
                # Without a home it complains on standard error, which a pipe does not carry.
                options=["--env", "HOME=/"]),
        Program("python", "python", ["-c", script("work.py"), n(12)]),
        Program("btree", "btree", [n(600000), "200"]),
        Program("editor", "editor", [n(60000), "200"]),
        Program("dice", "dice", [n(1000), "20000"], chained=True),
        Program("life", "life", ["256", n(200)]),
        Program("counter", "counter", [n(400), "50000"]),
        Program("trees", "trees.pha", []),
        Program("throws", "throws.pha", []),
        Program("threads", "threads.pha", []),
        Program("weak", "weak.pha", [], options=["--heap", "16"]),
    ]


def module_path(folder, module):
    """A WebAssembly module that was built, or a text of ours for the assembler."""
    if module.endswith(".pha"):
        return os.path.join(TOP, "tests/programs/objects", module)
    return os.path.join(folder, module + ".wasm")


def checksum_add(total, value):
    """As in tests/programs/program.h."""
    total = ((total ^ value) * 0x100000001B3) & MASK
    return total ^ (total >> 29)


def chain_check(text, finished):
    """Checks the lines of `dice`: numbered from 1, each sum following from the one before."""
    total, expected = 0xCBF29CE484222325, 1
    lines = text.split(b"\n")
    for line in lines[:-1]:
        if line.startswith(b"spent "):
            break
        parts = line.split(b" ")
        if len(parts) != 3 or int(parts[0]) != expected:
            raise Failure("line %d of the chain is %r" % (expected, line))
        total = checksum_add(total, int(parts[1], 16))
        if int(parts[2], 16) != total:
            raise Failure("the chain breaks at line %d: %r" % (expected, line))
        expected += 1
    if finished and not lines[-2:][0].startswith(b"spent "):
        raise Failure("the chain has no end")


class World:
    """One image and the processes that run it, one after another."""

    def __init__(self, driver, program, name, interval_ms, mode):
        self.driver = driver
        self.program = program
        self.mode = mode
        self.interval_ms = interval_ms
        base = os.path.join(driver.folder, name)
        self.image = base + ".phantom"
        self.console = base + ".out"
        self.errors = base + ".err"
        self.process = None
        self.reader = None
        self.received = b""
        self.has_image = False

    def command(self):
        console = ["--console", self.console] if self.mode == "file" else []
        # Both ways lead on: `run` resumes what is there, and `resume` names the image alone.
        if self.has_image and self.driver.random.random() < 0.5:
            return (self.driver.phantom + ["resume"] + console +
                    ["--interval", str(self.interval_ms), self.image])
        return (self.driver.phantom + ["run", "--image", self.image] + console +
                ["--interval", str(self.interval_ms)] + self.program.options +
                [self.program.path or
                 module_path(self.driver.programs, self.program.module)] +
                self.program.arguments)

    def start(self):
        self.received = b""
        with open(self.errors, "ab") as errors:
            errors.write(b"---- start\n")
            errors.flush()
            out = subprocess.PIPE if self.mode == "pipe" else errors
            self.process = subprocess.Popen(self.command(), stdin=subprocess.DEVNULL, stdout=out,
                                            stderr=errors)
        if self.mode == "pipe":
            self.reader = threading.Thread(target=self.read_all)
            self.reader.start()

    def read_all(self):
        chunks = []
        while True:
            chunk = self.process.stdout.read1(65536)
            if not chunk:
                break
            chunks.append(chunk)
        self.received = b"".join(chunks)

    def console_size(self):
        try:
            return os.path.getsize(self.console)
        except OSError:
            return 0

    def wait_for_kill(self, seconds, wait_for_output):
        """True if the process is still alive when its time has come."""
        end = time.monotonic() + seconds
        size = self.console_size()
        while True:
            left = end - time.monotonic()
            if wait_for_output and self.console_size() != size:
                return self.process.poll() is None
            if left <= 0:
                return self.process.poll() is None
            try:
                self.process.wait(min(left, 0.0005) if wait_for_output else left)
                return False
            except subprocess.TimeoutExpired:
                continue

    def reap(self, kill):
        """Ends the process, with force or by waiting; its exit status, or None if killed."""
        if kill:
            os.kill(self.process.pid, signal.SIGKILL)
        try:
            status = self.process.wait(self.driver.limit_seconds)
        except subprocess.TimeoutExpired:
            os.kill(self.process.pid, signal.SIGKILL)
            self.process.wait()
            raise Failure("not finished after %d s" % self.driver.limit_seconds)
        finally:
            if self.reader:
                self.reader.join()
                self.process.stdout.close()
                self.reader = None
        self.has_image = self.has_image or os.path.exists(self.image)
        return None if status == -signal.SIGKILL else status

    def output(self):
        try:
            with open(self.console, "rb") as f:
                return f.read()
        except FileNotFoundError:
            return b""

    def last_errors(self):
        try:
            with open(self.errors, "rb") as f:
                text = f.read().decode("utf-8", "replace")
        except FileNotFoundError:
            return ""
        return "\n".join("    " + line for line in text.splitlines()[-8:])

    def remove(self):
        for path in (self.image, self.console, self.errors):
            if os.path.exists(path):
                os.unlink(path)


class Judge:
    """Follows what one trial showed, from kill to kill."""

    def __init__(self, driver, program, mode):
        self.driver = driver
        self.program = program
        self.mode = mode
        self.seen = b""

    def file(self, text, finished):
        if not text.startswith(self.seen):
            raise Failure("the console file lost what it had shown")
        self.seen = text
        if self.program.chained:
            chain_check(text, finished)
            return
        self.compare(text, finished)

    def compare(self, text, finished):
        reference = self.program.reference
        if text == reference or (not finished and reference.startswith(text)):
            return
        at = 0
        while at < min(len(text), len(reference)) and text[at] == reference[at]:
            at += 1
        rest = text[at:at + 64]
        if at == len(text):
            self.driver.bytes_lost += len(reference) - at
            raise Failure("the last %d bytes were lost" % (len(reference) - at))
        elsewhere = reference.find(rest)
        if 0 <= elsewhere < at:
            self.driver.bytes_repeated += at - elsewhere
            raise Failure("%d bytes were shown again at offset %d" % (at - elsewhere, at))
        if elsewhere > at:
            self.driver.bytes_lost += elsewhere - at
            raise Failure("%d bytes were lost at offset %d" % (elsewhere - at, at))
        raise Failure("different from offset %d: %r, not %r" % (at, rest, reference[at:at + 64]))

    def pipe(self, text, finished):
        """`text` is what one process wrote: it goes on at some place at or before the end."""
        place = len(self.seen)
        back_max = min(place, REPEAT_BYTES_MAX)
        for back in range(back_max + 1):
            overlap = self.seen[place - back:]
            if text.startswith(overlap) or overlap.startswith(text):
                if self.follows(place - back, text):
                    break
        else:
            raise Failure(self.pipe_failure(text))
        self.driver.bytes_again += back
        self.seen = self.seen[:place - back] + text if len(text) >= back else self.seen
        if finished:
            self.file_at_end()

    def pipe_failure(self, text):
        """How far the best continuation gets, for people."""
        if self.program.chained:
            return "the pipe went on with %r after %r" % (text[:64], self.seen[-64:])
        reference, best, where = self.program.reference, -1, 0
        for place in range(len(self.seen) + 1):
            same = len(os.path.commonprefix([text, reference[place:place + len(text)]]))
            if same > best:
                best, where = same, place
        return ("after %d bytes the pipe went on from %d, and %d bytes later with %r instead of %r"
                % (len(self.seen), where, best, text[best:best + 64],
                   reference[where + best:where + best + 64]))

    def follows(self, place, text):
        if self.program.chained:
            try:
                chain_check(self.seen[:place] + text, False)
            except (Failure, ValueError):
                return False
            return True
        return self.program.reference.startswith(text, place)

    def file_at_end(self):
        if self.program.chained:
            chain_check(self.seen, True)
        else:
            self.compare(self.seen, True)


class Driver:
    def __init__(self, options, folder):
        self.folder = folder
        self.options = options
        self.random = random.Random(options.seed)
        self.phantom = shlex.split(os.environ.get("PHANTOM_RUN", "")) + [options.phantom]
        self.programs = options.programs
        self.limit_seconds = options.limit
        self.kills = 0
        self.passed = 0
        self.failed = 0
        self.bytes_lost = 0
        self.bytes_repeated = 0
        self.bytes_again = 0
        self.bytes_shown = 0

    def refer(self, program):
        """Runs `program` uninterrupted."""
        world = World(self, program, program.name + "-reference", 100, "file")
        start = time.monotonic()
        world.start()
        status = world.reap(kill=False)
        program.seconds = time.monotonic() - start
        program.reference = world.output()
        if status != 0 or not program.reference:
            raise Failure("uninterrupted, it left with status %s and %d bytes of output\n%s" %
                          (status, len(program.reference), world.last_errors()))
        if program.chained:
            chain_check(program.reference, True)
        world.remove()

    def moment(self, window):
        """When to kill: often right after the start, mostly anywhere, at times on output."""
        kind = self.random.random()
        if kind < 0.25:
            return self.random.uniform(0, 0.02), False
        if kind < 0.8:
            return self.random.uniform(0, window), False
        return window * 2, True

    def trial(self, program, number, interval_ms, mode, kills_max):
        """Brings one world to its end with at most `kills_max` kills; how many there were."""
        world = World(self, program, "%s-%d" % (program.name, number), interval_ms, mode)
        judge = Judge(self, program, mode)
        kills, still, window = 0, 0, self.options.window_ms / 1000
        size_before = 0
        try:
            while True:
                world.start()
                alive = True
                if kills < kills_max:
                    seconds, on_output = self.moment(window)
                    alive = world.wait_for_kill(seconds, on_output and mode == "file")
                    kill = alive
                else:
                    kill = False
                status = world.reap(kill)
                finished = status is not None
                if finished and status != 0:
                    raise Failure("left with status %d after %d kills" % (status, kills))
                if mode == "file":
                    judge.file(world.output(), finished)
                else:
                    judge.pipe(world.received, finished)
                if finished:
                    break
                kills += 1
                still = still + 1 if len(judge.seen) == size_before else 0
                size_before = len(judge.seen)
                if still >= 10:  # too little time to get on: give it more
                    window, still = min(window * 1.5, 10.0), 0
            self.bytes_shown += len(judge.seen)
            self.passed += 1
            if not self.options.keep:
                world.remove()
        except Failure as failure:
            self.failed += 1
            print("FAIL %s (%s, every %d ms, seed %d): %s\n%s" %
                  (program.name, mode, interval_ms, self.options.seed, failure,
                   world.last_errors()), flush=True)
            self.keep_failed(world)
        return kills

    def keep_failed(self, world):
        if self.options.failures:
            os.makedirs(self.options.failures, exist_ok=True)
            for path in (world.image, world.console, world.errors):
                if os.path.exists(path):
                    os.rename(path, os.path.join(self.options.failures, os.path.basename(path)))

    def carry(self, program, kills_wanted):
        """All trials of one program."""
        try:
            self.refer(program)
        except Failure as failure:
            self.failed += 1
            print("FAIL %s: %s" % (program.name, failure), flush=True)
            return
        start = time.monotonic()
        kills, number, failed = 0, 0, self.failed
        intervals = [10, 100, 1, 30, 5]
        while kills < kills_wanted and self.failed - failed < 3:
            mode = self.options.mode or ("pipe" if number % 4 == 3 else "file")
            most = min(kills_wanted - kills, max(5, kills_wanted // 4))
            done = self.trial(program, number, intervals[number % len(intervals)], mode, most)
            kills += done
            number += 1
            if done == 0 and number > 20 and number > kills:
                break
        self.kills += kills
        print("%-8s %5d kills, %3d times to the end, %7d bytes, %.1f s uninterrupted, %.1f s here"
              % (program.name, kills, number, len(program.reference), program.seconds,
                 time.monotonic() - start), flush=True)


def options_read(arguments=None):
    parser = argparse.ArgumentParser(description="kills real programs and resumes them")
    parser.add_argument("--kills", type=int, default=1000, help="over all programs")
    parser.add_argument("--quick", action="store_true", help="63 kills of nine shorter programs")
    parser.add_argument("--seed", type=int, default=None)
    parser.add_argument("--only", default="", help="names of programs, with commas")
    parser.add_argument("--mode", choices=["file", "pipe"], default="", help="one mode alone")
    parser.add_argument("--scale", type=float, default=None, help="length of the programs")
    parser.add_argument("--window-ms", type=float, default=150, help="the longest time to a kill")
    parser.add_argument("--limit", type=int, default=600, help="seconds for one whole run")
    parser.add_argument("--failures", default="", help="a folder that keeps failed images")
    parser.add_argument("--keep", action="store_true", help="keep all images (with --folder)")
    parser.add_argument("--folder", default="", help="where the images go")
    parser.add_argument("--phantom",
                        default=os.environ.get("PHANTOM", os.path.join(TOP, "phantom")))
    parser.add_argument("--programs", default=os.environ.get(
        "PHANTOM_PROGRAMS", os.path.join(TOP, "build/programs")))
    options = parser.parse_args(arguments)
    if options.quick:
        options.kills = min(options.kills, 63)
        options.only = options.only or "lua,sqlite,python,btree,dice,trees,throws,threads,weak"
    if options.scale is None:
        options.scale = 0.15 if options.quick else 1.0
    if options.seed is None:
        options.seed = 1 if options.quick else random.SystemRandom().randrange(1 << 31)
    return options


def main():
    options = options_read()
    chosen = [p for p in programs(options.scale)
              if not options.only or p.name in options.only.split(",")]
    there = [p for p in chosen
             if os.path.exists(module_path(options.programs, p.module))]
    for program in chosen:
        if program not in there:
            print("skipped: %s: %s.wasm could not be had" % (program.name, program.module))
    if not os.access(options.phantom, os.X_OK) or not there:
        print("kill: no phantom at '%s', or no programs in '%s' (make; scripts/programs.sh)" %
              (options.phantom, options.programs), file=sys.stderr)
        print("0 passed, 1 failed")
        return 1
    print("seed %d" % options.seed, flush=True)
    with tempfile.TemporaryDirectory(prefix="phantom-kill-") as temporary:
        driver = Driver(options, options.folder or temporary)
        for index, program in enumerate(there):
            left = options.kills - driver.kills
            driver.carry(program, max(1, left // (len(there) - index)))
    print("%d kills of %d programs: %d bytes shown, %d lost, %d repeated; pipes saw %d bytes again"
          % (driver.kills, len(there), driver.bytes_shown, driver.bytes_lost,
             driver.bytes_repeated, driver.bytes_again))
    print("%d passed, %d failed" % (driver.passed, driver.failed))
    return 1 if driver.failed else 0


if __name__ == "__main__":
    sys.exit(main())
