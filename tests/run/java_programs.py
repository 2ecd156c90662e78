#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""java_programs.py - real Java programs, as Debian packages them, in Java and in Phantom.

javac, JUnit 4 with Hamcrest, BeanShell, H2 and Clojure do what tests/java_programs has for them:
output, errors and exit status have to be the same, byte by byte.

  NAME… or FILTER=…   only programs whose name contains one of these
  --quick             one round of each
  --kills N           instead: kills Phantom at random moments, N times each program; what the
                      console shows must be what Java shows. Clojure's REPL is also typed into:
                      what it has once said its atom keeps
  --seed N            of the kills

A program whose jar is not installed is skipped, and says so.
"""
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time

import java

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(TOP, "tests/crash"))
import kill  # noqa: E402

HERE = os.path.join(TOP, "tests/java_programs")
JARS = "/usr/share/java"
SECONDS = 120

CLOJURE = ["clojure.jar", "spec.alpha.jar", "core.specs.alpha.jar"]
# A file that a program reads lies in the last entry of the class path, which Phantom copies to
# cp/NUMBER; for Java a link of that name leads there.
SCRIPT = "cp/%d/%s"
# Where a JUnit run says how long it took.
TIME_TAKEN = re.compile(rb"^Time: [0-9.,]+$", re.MULTILINE)


class Program:
    def __init__(self, name, folder, jars, main, arguments=(), rounds=(1, 2), stdin=None,
                 sources=()):
        self.name = name
        self.folder = folder
        self.jars = jars
        self.main = main
        self.arguments = [a if a != "SCRIPT" else SCRIPT % (len(jars), stdin) for a in arguments]
        self.stdin = None if "SCRIPT" in arguments else stdin
        self.rounds = rounds  # with and without --quick; None: it has none
        self.sources = sources

    def missing(self):
        return [j for j in self.jars if not os.path.exists(os.path.join(JARS, j))]

    def class_path(self, classes):
        last = os.path.join(classes if self.sources else HERE, self.folder)
        return ":".join([os.path.join(JARS, j) for j in self.jars] + [last])

    def command(self, rounds):
        return ["-Drounds=%d" % rounds] if rounds else []


PROGRAMS = [
    Program("javac", "javac", [], "Compiles", sources=["Compiles.java"]),
    Program("javac_itself", "javac", [], "com.sun.tools.javac.Main",
            ["-Xlint:all", "-d", "made", "SCRIPT", "-Xprint", "java.util.ArrayDeque",
             "java.lang.String$CaseInsensitiveComparator"], rounds=None, stdin="Compiles.java"),
    Program("junit", "junit", ["junit4.jar", "hamcrest.jar"], "Suites", sources=["Suites.java"]),
    Program("junit_itself", "junit", ["junit4.jar", "hamcrest.jar"], "org.junit.runner.JUnitCore",
            ["Suites$Matchers1", "Suites$Numbers", "Suites$Laws"], rounds=None,
            sources=["Suites.java"]),
    Program("beanshell", "beanshell", ["bsh.jar"], "bsh.Interpreter", ["SCRIPT"],
            rounds=(2, 6), stdin="work.bsh"),
    Program("beanshell_session", "beanshell", ["bsh.jar"], "bsh.Interpreter", rounds=None,
            stdin="session.in"),
    Program("h2", "h2", ["h2.jar"], "Database", sources=["Database.java"]),
    Program("clojure", "clojure", CLOJURE, "clojure.main", ["SCRIPT"], stdin="work.clj"),
    Program("clojure_session", "clojure", CLOJURE, "clojure.main", rounds=None,
            stdin="session.in"),
]
KILLED = ["javac", "junit", "beanshell", "h2", "clojure"]


def compiled(programs, classes):
    for folder in sorted({p.folder for p in programs if p.sources}):
        program = next(p for p in programs if p.folder == folder and p.sources)
        to = os.path.join(classes, folder)
        shutil.rmtree(to, ignore_errors=True)
        os.makedirs(to)
        sources = [os.path.join(HERE, folder, s) for s in program.sources]
        if subprocess.call(["javac", "-nowarn", "-d", to, "-cp", program.class_path(classes)] +
                           sources):
            return False
    return True


# ---- Comparing ----------------------------------------------------------------------------------

class Driver:
    def __init__(self, options, classes, folder):
        self.options = options
        self.classes = classes
        self.folder = folder
        self.passed = 0
        self.failed = 0

    def run(self, command, program):
        """What it said and how it ended; its own folder shows what it takes from the class path."""
        source = os.path.join(HERE, program.folder, program.stdin) if program.stdin else os.devnull
        environment = {k: v for k, v in os.environ.items() if k != "JAVA_TOOL_OPTIONS"}
        with open(source, "rb") as f:
            try:
                done = subprocess.run(command, stdin=f, capture_output=True, check=False,
                                      timeout=SECONDS, env=environment, cwd=self.folder)
            except subprocess.TimeoutExpired as late:
                return (late.stdout or b"", late.stderr or b"", "time limit")
        return (TIME_TAKEN.sub(b"Time: 0", done.stdout), done.stderr, done.returncode)

    def java(self, program, rounds):
        link = os.path.join(self.folder, "cp", str(len(program.jars)))
        os.makedirs(os.path.dirname(link), exist_ok=True)
        if os.path.islink(link):
            os.unlink(link)
        os.symlink(os.path.join(HERE, program.folder), link)
        return self.run(["java", "-XX:TieredStopAtLevel=1", "-cp",
                         program.class_path(self.classes)] + program.command(rounds) +
                        [program.main] + program.arguments, program)

    def phantom(self, program, rounds):
        image = os.path.join(self.folder, "world.phantom")
        result = self.run([self.options.phantom, "run", "--new", "--quiet", "--image", image, "-cp",
                           program.class_path(self.classes)] + program.command(rounds) +
                          [program.main] + program.arguments, program)
        if os.path.exists(image):
            os.unlink(image)
        return result

    def compare(self, program):
        rounds = program.rounds and program.rounds[0 if self.options.quick else 1]
        start = time.monotonic()
        wanted = self.java(program, rounds)
        middle = time.monotonic()
        found = self.phantom(program, rounds)
        print("%-18s %6.1f s in java, %6.1f s in phantom" %
              (program.name, middle - start, time.monotonic() - middle), flush=True)
        # A script that stops halfway does so in both.
        if program.name in KILLED and not wanted[0].rstrip().endswith(b"done"):
            self.judge(program, False, "it does not get to its end in Java: %r" % wanted[1][-300:])
        else:
            self.judge(program, found == wanted, difference(found, wanted))

    def judge(self, program, is_right, why):
        self.passed += is_right
        self.failed += not is_right
        if not is_right:
            print("FAIL %s: %s" % (program.name, why), flush=True)


def difference(found, wanted):
    if found[2] != wanted[2]:
        return "left with status %s, not %s: %s" % (found[2], wanted[2], found[1][-400:])
    for name, mine, other in (("out", found[0], wanted[0]), ("err", found[1], wanted[1])):
        pairs = list(zip(mine.splitlines() + [b"(end)"], other.splitlines() + [b"(end)"]))
        for number, (a, b) in enumerate(pairs):
            if a != b:
                return "line %d of %s is %r, not %r" % (number + 1, name, a[:200], b[:200])
    return "line ends differ"


# ---- Kills --------------------------------------------------------------------------------------

def kill_driver(options, folder):
    arguments = ["--kills", str(options.kills), "--phantom", options.phantom, "--failures",
                 os.path.join(options.out, "java-failures")]
    if options.seed is not None:
        arguments += ["--seed", str(options.seed)]
    return kill.Driver(kill.options_read(arguments), folder)


def kill_one(driver, program, killer):
    """As tests/crash/kill.py does it; the reference is Java's output."""
    rounds = program.rounds[0]
    target = kill.Program(program.name, program.main, program.arguments,
                          options=["-cp", program.class_path(driver.classes)] +
                          program.command(rounds))
    target.path = program.main
    failed = killer.failed
    killer.carry(target, driver.options.kills)
    wanted = driver.java(program, rounds)[0]
    is_right = killer.failed == failed and target.reference == wanted
    driver.judge(program, is_right, "killed, it shows something else than Java"
                 if killer.failed == failed else "see above")


class Typist:
    """Types into Clojure's REPL, whose atom must keep what has been shown of it. What is typed and
    not answered when the kill comes may have been read or not, so it is typed again."""

    def __init__(self, driver, program, seed):
        self.driver = driver
        self.program = program
        self.random = random.Random(seed)
        self.image = os.path.join(driver.folder, "repl.phantom")
        self.process = None
        self.said = b""
        self.changed = threading.Condition()

    def command(self, is_new):
        quiet = ["--quiet", "--image", self.image]
        return ([self.driver.options.phantom, "run"] + (["--new"] if is_new else []) + quiet +
                ["-cp", self.program.class_path(self.driver.classes), self.program.main])

    def start(self, is_new=False):
        self.said = b""
        self.process = subprocess.Popen(self.command(is_new), stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        threading.Thread(target=self.listen, args=(self.process,), daemon=True).start()

    def listen(self, process):
        while True:
            text = process.stdout.read1(65536)
            with self.changed:
                if process is self.process:
                    self.said += text
                    self.changed.notify()
            if not text:
                return

    def type(self, line):
        try:
            self.process.stdin.write(line.encode() + b"\n")
            self.process.stdin.flush()
        except BrokenPipeError:
            pass

    def hears(self, text, seconds):
        """Whether `text` is said until then, and what stands before it, from where it is known."""
        with self.changed:
            return self.changed.wait_for(lambda: text in self.said, seconds)

    def kill(self):
        os.kill(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def answers(self, number):
        """Adds to the atom until it says `number`; the values that were shown on the way."""
        text = ("at %d." % number).encode()
        self.type('(do (dotimes [_ 50] (swap! log conj %d)) (swap! a max %d) (str "at " @a "."))' %
                  (number, number))
        return self.hears(text, SECONDS)

    def session(self, kills):
        self.start(is_new=True)
        self.type("(def a (atom 0))")
        self.type("(def log (atom []))")
        number, done, failure = 1, 0, None
        while done < kills and failure is None:
            if not self.answers(number):
                failure = "no answer to %d; last: %r" % (number, self.said[-300:])
                break
            number += 1
            self.type('(str "now " @a ".")')
            if self.random.random() < 0.4:
                time.sleep(self.random.uniform(0, 0.15))
                self.kill()
                done += 1
                self.start()
                self.type('(str "kept " @a " " (count (set @log)) ".")')
                if not self.hears(b"kept ", SECONDS) or not self.hears(b".\"", SECONDS):
                    failure = "nothing after kill %d: %r" % (done, self.said[-300:])
                    break
                kept = re.search(rb"kept (\d+) (\d+)\.", self.said)
                if not kept or int(kept.group(1)) != number - 1 or int(kept.group(2)) != number - 1:
                    failure = "%d was shown, and then there was %r" % (number - 1, self.said[-300:])
        self.kill()
        return done, number, failure


def kill_all(driver, programs):
    killer = kill_driver(driver.options, driver.folder)
    print("seed %d" % killer.options.seed, flush=True)
    for program in programs:
        if program.name in KILLED:
            kill_one(driver, program, killer)
        elif program.name == "clojure_session":
            start = time.monotonic()
            done, shown, failure = Typist(driver, program, killer.options.seed).session(
                driver.options.kills)
            print("%-8s %5d kills, %d values of the atom shown, %.1f s" %
                  ("REPL", done, shown, time.monotonic() - start), flush=True)
            driver.judge(program, failure is None, failure)


# ---- All ----------------------------------------------------------------------------------------

def options_read():
    options = java.options_parsed(java.options_parser("runs real Java programs in Phantom"))
    options.phantom = os.path.abspath(options.phantom)
    options.out = os.path.abspath(os.environ.get("PHANTOM_OUT", os.path.join(TOP, "build")))
    return options


def main():
    options = options_read()
    reason = java.skip_reason(options)
    if reason:
        print("  skipped: java programs: %s\n0 passed, 0 failed" % reason)
        return 0
    chosen = []
    for program in PROGRAMS:
        if options.names and not any(n in program.name for n in options.names):
            continue
        if program.missing():
            print("  skipped: %s: no %s (scripts/install-deps.sh --tests)" %
                  (program.name, ", ".join(program.missing())))
        else:
            chosen.append(program)
    classes = os.path.join(options.out, "java-programs")
    if not compiled(chosen, classes):
        print("0 passed, 1 failed")
        return 1
    with tempfile.TemporaryDirectory(prefix="phantom-java-") as folder:
        driver = Driver(options, classes, folder)
        if options.kills:
            kill_all(driver, chosen)
        else:
            for program in chosen:
                driver.compare(program)
    print("%d passed, %d failed" % (driver.passed, driver.failed))
    return 1 if driver.failed else 0


if __name__ == "__main__":
    sys.exit(main())
