#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""java.py - runs the programs of tests/java in Java and in Phantom and compares them.

Standard output, standard error and exit status have to be the same, byte by byte. Most programs
run together in one process of each, one after another, in the order of their folders; one whose
text says "own process" runs alone, as does one that is known not to pass yet (not_yet.txt). When
Phantom gives up in the middle, that program has failed and the rest is run again without it.

  NAME… or FILTER=…   only programs whose folder/name contains one of these
  --stress cut|move   leaving the engine at every safepoint, or every object moved at some of
                      them
  --kills N           instead: kills Phantom at random moments, N times in all; what the console
                      shows must be what it shows without kills
  --update            writes not_yet.txt anew from what fails now; reasons are kept

A program of not_yet.txt that passes is a failure too: the list can only shrink.
"""
import argparse
import difflib
import hashlib
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import time

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PROGRAMS = os.path.join(TOP, "tests/java")
NOT_YET = os.path.join(PROGRAMS, "not_yet.txt")
SUPPORT = os.path.join(PROGRAMS, "support")  # classes that programs share

# Folders whose programs are compiled in a way of their own. The first ones do without
# invokedynamic, so that they say something as soon as a machine starts at all.
JAVAC_OPTIONS = {"1_code": ["-g:none", "-XDstringConcat=inline"], "3_exceptions": []}
JAVAC_OPTIONS_ELSE = ["-g"]

SECONDS_ALONE = 10
SECONDS_EACH = 0.5
KILL_GROUP = 12
SAMPLE_EACH = 24  # of the programs that --quick runs under stress too
BREAK = "\n=== %s\n"
BREAKS = re.compile(rb"\n=== (\w+)\n")


class Program:
    def __init__(self, path):
        self.path = path
        self.name = os.path.basename(path)[:-len(".java")]
        self.folder = os.path.basename(os.path.dirname(path))
        with open(path, encoding="utf-8") as f:
            self.alone = "// own process" in f.read()
        source = path[:-len(".java")] + ".in"
        self.input = source if os.path.exists(source) else os.devnull
        self.reason = None  # why it does not pass yet


class Result:
    def __init__(self, out, err, status):
        self.out = out
        self.err = err
        self.status = status

    def difference(self, wanted):
        """What a person should see first; None if both are the same."""
        lines = []
        if self.status != wanted.status:
            lines.append("left with status %s, not %s" % (self.status, wanted.status))
        for name, mine, other in (("out", self.out, wanted.out), ("err", self.err, wanted.err)):
            if mine != other:
                both = [t.decode("utf-8", "replace").splitlines() for t in (other, mine)]
                changed = [l for l in difflib.unified_diff(both[0], both[1], lineterm="", n=0)
                           if not l.startswith(("---", "+++", "@@"))]
                lines += ["%s: %s" % (name, l[:300]) for l in changed[:8] or ["line ends differ"]]
        return lines or None


def programs_find():
    found = []
    for folder in sorted(os.listdir(PROGRAMS)):
        inside = os.path.join(PROGRAMS, folder)
        if os.path.isdir(inside) and inside != SUPPORT:
            found += [Program(os.path.join(inside, n)) for n in sorted(os.listdir(inside))
                      if n.endswith(".java")]
    return found


def not_yet_read(programs):
    """Notes the reasons in the programs; returns complaints about the list."""
    by_name = {p.name: p for p in programs}
    complaints = []
    with open(NOT_YET, encoding="utf-8") as f:
        for line in f:
            name, _, reason = line.strip().partition(" ")
            if not name or name.startswith("#"):
                continue
            if name not in by_name:
                complaints.append("not_yet.txt names '%s', which is no program" % name)
            elif not reason.strip():
                complaints.append("not_yet.txt gives no reason for '%s'" % name)
            else:
                by_name[name].reason = reason.strip()
    return complaints


def not_yet_write(programs, failures):
    """`failures` maps names to what was seen."""
    with open(NOT_YET, encoding="utf-8") as f:
        head = [l for l in f if l.startswith("#")]
    with open(NOT_YET, "w", encoding="utf-8") as f:
        f.writelines(head)
        for p in programs:
            if p.name in failures:
                seen = failures[p.name]
                # What went wrong is what Phantom says too much, rather than what it lacks.
                more = [l for l in seen if re.match(r"(out|err): \+\S", l)] or seen
                f.write("%-20s %s\n" % (p.name, p.reason or more[0][:140].strip()))


# ---- Compiling ----------------------------------------------------------------------------------

TOGETHER = """// Made by tests/run/java.py.
final class Together {
    public static void main(String[] names) {
        for (String name : names) {
            System.out.print("\\n=== " + name + "\\n");
            System.err.print("\\n=== " + name + "\\n");
            try {
                run(name);
            } catch (Throwable t) {
                t.printStackTrace();
            }
            System.out.flush();
        }
    }

    static void run(String name) throws Throwable {
        switch (name) {
%s        default: throw new IllegalArgumentException(name);
        }
    }
}
"""


def compiled(programs, folder):
    """Compiles all programs into `folder` unless they are there; False if javac complains."""
    digest = hashlib.sha256(open(__file__, "rb").read())
    shared = [os.path.join(SUPPORT, n) for n in sorted(os.listdir(SUPPORT))]
    for path in shared + [p.path for p in programs]:
        digest.update(path.encode() + open(path, "rb").read())
    stamp = os.path.join(folder, "stamp")
    if os.path.exists(stamp) and open(stamp, encoding="utf-8").read() == digest.hexdigest():
        return True
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    if subprocess.call(["javac", "-nowarn", "-g", "-d", folder] + shared):
        return False
    for name in sorted({p.folder for p in programs}):
        options = JAVAC_OPTIONS.get(name, JAVAC_OPTIONS_ELSE)
        sources = [p.path for p in programs if p.folder == name]
        if subprocess.call(["javac", "-Xlint:none", "-XDignore.symbol.file", "-proc:none",
                            "-encoding", "UTF-8", "-cp", folder, "-d", folder] + options +
                           sources):
            return False
    for p in programs:  # what a program reads as a resource lies beside it
        extra = p.path[:-len(".java")] + ".resources"
        if os.path.isdir(extra):
            shutil.copytree(extra, folder, dirs_exist_ok=True)
    cases = ["        case \"%s\": %s.main(new String[0]); break;\n" % (p.name, p.name)
             for p in programs]
    source = os.path.join(folder, "Together.java")
    with open(source, "w", encoding="utf-8") as f:
        f.write(TOGETHER % "".join(cases))
    if subprocess.call(["javac", "-g", "-XDstringConcat=inline", "-cp", folder, "-d", folder,
                        source]):
        return False
    with open(stamp, "w", encoding="utf-8") as f:
        f.write(digest.hexdigest())
    return True


# ---- Running ------------------------------------------------------------------------------------

class Driver:
    def __init__(self, options, classes, folder):
        self.options = options
        self.classes = classes
        self.folder = folder
        self.phantom = shlex.split(os.environ.get("PHANTOM_RUN", "")) + [options.phantom]
        self.factor = 10 if options.stress else int(os.environ.get("UNIT_TIMEOUT_FACTOR", "1"))
        self.passed = 0
        self.failures = {}
        self.seconds = {"java": 0.0, "phantom": 0.0}
        self.serial = 0

    def run(self, who, command, source, seconds):
        start = time.monotonic()
        environment = {k: v for k, v in os.environ.items() if k != "JAVA_TOOL_OPTIONS"}
        with open(source, "rb") as f:
            try:
                done = subprocess.run(command, stdin=f, capture_output=True, check=False,
                                      timeout=seconds, env=environment, cwd=self.folder)
                result = Result(done.stdout, done.stderr, done.returncode)
            except subprocess.TimeoutExpired as late:
                result = Result(late.stdout or b"", late.stderr or b"", "time limit")
        self.seconds[who] += time.monotonic() - start
        return result

    def java(self, arguments, source, seconds):
        self.serial += 1
        files = os.path.join(self.folder, "files%d" % self.serial)
        os.mkdir(files)
        return self.run("java", ["java", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC",
                                 "-Dtests.folder=" + files, "-cp", self.classes] + arguments,
                        source, seconds)

    def guest(self, arguments, source, seconds):
        image = os.path.join(self.folder, "world.phantom")
        command = ["run", "--new", "--quiet", "--image", image]
        if self.options.stress:
            command.append("--stress-" + self.options.stress)
        result = self.run("phantom", self.phantom + command + ["-Dtests.folder=/", "-cp",
                                                               self.classes] + arguments,
                          source, seconds * self.factor)
        if os.path.exists(image):
            os.unlink(image)
        return result

    def judge(self, program, result, wanted):
        difference = result.difference(wanted)
        if difference:
            self.failures[program.name] = difference
        if program.reason and not difference:
            print("FAIL %s passes: take it out of not_yet.txt" % program.name)
        elif difference and not program.reason:
            print("FAIL %s/%s" % (program.folder, program.name))
            for line in difference:
                print("    " + line)
        else:
            self.passed += difference is None
            return
        sys.stdout.flush()

    def alone(self, program):
        self.judge(program, self.guest([program.name], program.input, SECONDS_ALONE),
                   self.java([program.name], program.input, SECONDS_ALONE))

    def together(self, programs):
        """All of `programs` in one process; goes on behind one at which Phantom gives up."""
        while programs:
            arguments = ["Together"] + [p.name for p in programs]
            seconds = SECONDS_ALONE + SECONDS_EACH * len(programs)
            wanted = pieces(self.java(arguments, os.devnull, seconds))
            found = pieces(self.guest(arguments, os.devnull, seconds))
            if len(found) == 1:  # it does not even start: no need to ask for each of them
                for program in programs:
                    self.judge(program, found[None], wanted[program.name])
                return
            number = 0
            for number, program in enumerate(programs):
                mine = found.get(program.name)
                self.judge(program, mine or found[None], wanted[program.name])
                if mine is None or mine.status != 0:
                    break
            programs = programs[number + 1:]


def pieces(result):
    """What each program of Together said. The last one has the status, those before it 0; what
    came before the first one is None's."""
    outs, errs = BREAKS.split(result.out), BREAKS.split(result.err)
    found = {None: Result(outs[0], errs[0], result.status)}
    err_of = dict(zip(errs[1::2], errs[2::2]))
    for name, out in zip(outs[1::2], outs[2::2]):
        found[name.decode()] = Result(out, err_of.get(name, b""), 0)
    if len(found) > 1:
        list(found.values())[-1].status = result.status
    return found


def compare_all(driver, programs):
    driver.together([p for p in programs if not p.alone and not p.reason])
    for p in programs:
        if p.alone:
            driver.alone(p)
        elif p.reason:
            driver.together([p])


def sample_stressed(driver, stress, some):
    """Some programs once more under stress (all of them: make java)."""
    quiet, driver.options = driver.options, argparse.Namespace(**vars(driver.options))
    driver.options.stress, driver.factor = stress, 10
    driver.passed -= len(some)  # a program counts once: what fails here has not passed
    driver.together(some)
    driver.options = quiet
    print("%d programs also with --stress %s" % (len(some), stress))


# ---- Kills --------------------------------------------------------------------------------------

def kill_all(options, programs, classes, folder):
    """As tests/crash/kill.py does it, with groups of programs that run together."""
    sys.path.insert(0, os.path.join(TOP, "tests/crash"))
    import kill
    arguments = ["--kills", str(options.kills), "--phantom", options.phantom, "--failures",
                 os.path.join(os.path.dirname(classes), "java-failures")]
    if options.seed is not None:
        arguments += ["--seed", str(options.seed)]
    driver = kill.Driver(kill.options_read(arguments), folder)
    print("seed %d" % driver.options.seed, flush=True)
    chosen = [p for p in programs if not p.alone and not p.reason]
    groups = [chosen[i:i + KILL_GROUP] for i in range(0, len(chosen), KILL_GROUP)]
    for number, group in enumerate(groups):
        stress = ["--stress-" + options.stress] if options.stress else []
        program = kill.Program(group[0].name, "Together", [p.name for p in group],
                               options=stress + ["-Dtests.folder=/", "-cp", classes])
        program.path = "Together"
        left = options.kills - driver.kills
        driver.carry(program, max(1, left // (len(groups) - number)))
    print("%d kills of %d programs" % (driver.kills, len(chosen)))
    print("%d passed, %d failed" % (driver.passed, driver.failed))
    return 1 if driver.failed or not driver.passed else 0


# ---- All ----------------------------------------------------------------------------------------

def options_parser(description):
    """The options that java_programs.py has too."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("names", nargs="*", metavar="NAME", help="part of a program's name")
    parser.add_argument("--quick", action="store_true", help="as in make check")
    parser.add_argument("--kills", type=int, default=0, help="how many")
    parser.add_argument("--seed", type=int, default=None, help="of the kills")
    parser.add_argument("--phantom",
                        default=os.environ.get("PHANTOM", os.path.join(TOP, "phantom")))
    return parser


def options_parsed(parser):
    options = parser.parse_args()
    options.names += os.environ.get("FILTER", "").split()
    return options


def options_read():
    parser = options_parser("compares Phantom with Java")
    parser.add_argument("--stress", choices=["cut", "move"], help="of the world")
    parser.add_argument("--update", action="store_true", help="write not_yet.txt anew")
    return options_parsed(parser)


def skip_reason(options):
    """Why nothing can be compared here, or None."""
    if not shutil.which("javac") or not shutil.which("java"):
        return "no JDK (java and javac)"
    if os.environ.get("PHANTOM_RUN"):
        return "a foreign CPU would take too long"
    if options.quick and os.environ.get("PHANTOM_MODE", "release") != "release":
        return "takes too long with sanitizers"
    return None


def main():
    options = options_read()
    reason = skip_reason(options)
    if reason:
        print("skipped: java: %s\n0 passed, 0 failed" % reason)
        return 0
    if not os.access(options.phantom, os.X_OK):
        print("java: no phantom at '%s' (make builds it)\n0 passed, 1 failed" % options.phantom)
        return 1
    programs = programs_find()
    complaints = not_yet_read(programs)
    classes = os.path.join(os.environ.get("PHANTOM_OUT", os.path.join(TOP, "build")), "java-tests")
    if not compiled(programs, classes):
        print("0 passed, 1 failed")
        return 1
    os.environ.setdefault("PHANTOM_CACHE", classes + "-cache")
    chosen = [p for p in programs if not options.names or
              any(n in p.folder + "/" + p.name for n in options.names)]
    with tempfile.TemporaryDirectory(prefix="phantom-java-") as folder:
        if options.kills:
            return kill_all(options, chosen, classes, folder)
        driver = Driver(options, classes, folder)
        compare_all(driver, chosen)
        if options.quick:
            able = [p for p in chosen if not p.alone and not p.reason]
            sample_stressed(driver, "cut", able[::SAMPLE_EACH])
            sample_stressed(driver, "move", able[2::2 * SAMPLE_EACH])
    return report(driver, programs, chosen, complaints)


def report(driver, programs, chosen, complaints):
    for complaint in complaints:
        print("FAIL " + complaint)
    if driver.options.update and len(chosen) == len(programs):
        not_yet_write(programs, driver.failures)
    waiting = sum(1 for p in chosen if p.reason and p.name in driver.failures)
    if waiting:
        print("skipped: %d of %d programs do not pass yet (tests/java/not_yet.txt)" %
              (waiting, len(chosen)))
    print("%.1f s in java, %.1f s in phantom" % (driver.seconds["java"], driver.seconds["phantom"]))
    failed = len(chosen) - driver.passed - waiting + len(complaints)
    print("%d passed, %d failed" % (driver.passed, failed))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
