#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""lint.py - watches over the sizes and the order that docs and reviews alone would lose.

Prints one line per offence and closes with "N passed, N failed", where each rule counts as one.
What scripts/lint_exceptions.txt allows is let through up to the size written there; a line there
that is no longer needed is an offence itself, so the list can only shrink.
"""
import os
import re
import subprocess
import sys

FUNCTION_LINES_MAX = 70
FILE_LINES_MAX = 1000
COLUMNS_MAX = 100
NESTING_MAX = 4
PARAMETERS_MAX = 6

# The tree, top first: a folder includes itself and what stands before it.
FOLDERS = ["base", "port", "code", "heap", "store", "machine", "interp", "native", "device",
           "lang", "tool"]
FREESTANDING_HEADERS = {"stdint.h", "stddef.h", "stdbool.h", "stdarg.h"}
C_HEADERS = FREESTANDING_HEADERS | {
    "assert.h", "ctype.h", "errno.h", "float.h", "inttypes.h", "limits.h", "locale.h", "math.h",
    "stdatomic.h", "stdio.h", "stdlib.h", "string.h", "time.h", "wchar.h"}
OS_FOLDERS = {"port", "native", "tool"}
C_FOLDERS = {"device"}

SYSTEM_MACRO = re.compile(
    r"\b(__linux__|__unix__|_WIN32|__APPLE__|__FreeBSD__|__GENODE__|__x86_64__|__i386__|"
    r"__aarch64__|__arm__|__riscv\w*|__SSE\w*|__AVX\w*|__ARM_\w+)\b")
MACHINE_PATH = re.compile(r"(?<![\w.$}])/(?:work|root|home/\w+)/\w")

RULES = ["function-lines", "file-lines", "columns", "nesting", "parameters", "include-order",
         "system-header", "system-macro", "spdx", "readme", "machine-path", "generated",
         "exceptions"]


def list_files():
    """The project's files: what git knows or would know of, else all but the build."""
    try:
        out = subprocess.run(["git", "ls-files", "-co", "--exclude-standard"], check=True,
                             stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True).stdout
        names = out.splitlines()
    except (OSError, subprocess.CalledProcessError):
        names = []
        for top, folders, files in os.walk("."):
            folders[:] = [f for f in folders if f not in (".git", "build")]
            names += [os.path.relpath(os.path.join(top, f), ".") for f in files]
    return sorted({n for n in names if os.path.isfile(n) and not os.path.islink(n)})


def read_text(name):
    """The text of a file, or None if it is not text."""
    with open(name, "rb") as file:
        data = file.read()
    if b"\0" in data:
        return None
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return None


def is_c(name):
    return name.endswith((".c", ".h"))


def is_source(name, text):
    return (name.endswith((".c", ".h", ".def", ".py", ".sh", ".mk")) or name == "Makefile"
            or text.startswith("#!"))


def blank(match):
    """Spaces in place of a comment or string, so that lines and columns stay."""
    return re.sub(r"[^\n]", " ", match.group(0))


TOKENS = re.compile(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.S)


def strip_c(text):
    """C without comments, contents of strings, and preprocessor lines."""
    text = TOKENS.sub(blank, text)
    return re.sub(r"^[ \t]*#(?:[^\n]*\\\n)*[^\n]*", blank, text, flags=re.M)


class Function:
    def __init__(self, head, first_line, body, line_count):
        self.head = " ".join(head.split())
        self.first_line = first_line
        self.body = body
        self.line_count = line_count
        match = re.search(r"([A-Za-z_]\w*)\s*\(", self.head)
        self.name = match.group(1) if match else "?"
        if match and self.name.isupper():  # TEST(name), OP(name): tell them apart
            self.name = re.sub(r"\s", "", self.head[match.start():])

    def parameter_count(self):
        inside = self.head[self.head.find("(") + 1:self.head.rfind(")")]
        if inside.strip() in ("", "void"):
            return 0
        depth = 0
        count = 1
        for c in inside:
            depth += (c == "(") - (c == ")")
            count += c == "," and depth == 0
        return count

    def nesting(self):
        """How deep blocks stand inside the function; braces of initialisers and cases do not."""
        stack = []
        deepest = 0
        for match in re.finditer(r"[{}]", self.body):
            if match.group(0) == "}":
                if stack:
                    stack.pop()
                continue
            before = self.body[:match.start()]
            is_block = bool(re.search(r"(\) +|\)\s*\n\s*|\belse\s*|\bdo\s*|[;{}]\s*|^\s*)$",
                                      before[-200:]))
            stack.append(is_block)
            deepest = max(deepest, sum(stack))
        return deepest


def find_functions(text):
    """Functions by our brace style: '{' alone in column 0, or a body on the line of the head."""
    lines = strip_c(text).split("\n")
    functions = []
    for i, line in enumerate(lines):
        one_line = re.match(r"^[A-Za-z_].*\) \{ .*\}\s*$", line)
        if line.rstrip() != "{" and not one_line:
            continue
        start = i if one_line else i - 1
        while start > 0 and lines[start - 1].strip() and lines[start - 1][-1] not in ";}":
            start -= 1
        if one_line:
            head, body = line.split("{", 1)
            end = i
            functions.append(Function(head, i + 1, body.rsplit("}", 1)[0], 1))
            continue
        end = i
        while end < len(lines) - 1 and not lines[end].startswith("}"):
            end += 1
        functions.append(Function("\n".join(lines[start:i]), start + 1,
                                  "\n".join(lines[i + 1:end]), end - start + 1))
    return functions


class Lint:
    def __init__(self):
        self.failed = set()
        self.exceptions = {}
        self.used = set()
        self.read_exceptions()

    def read_exceptions(self):
        name = "scripts/lint_exceptions.txt"
        if not os.path.exists(name):
            return
        for line in open(name, encoding="utf-8"):
            words = line.split("#")[0].split()
            if len(words) == 3:
                self.exceptions[(words[0], words[1])] = int(words[2])
            elif words:
                self.say("exceptions", name, 0, name, f"not understood: {line.strip()}")

    def say(self, rule, name, line, subject, text, value=0):
        """An offence, unless an exception for `subject` allows `value`."""
        key = (rule, subject)
        if key in self.exceptions and value <= self.exceptions[key]:
            self.used.add(key)
            return
        self.failed.add(rule)
        print(f"{name}:{line}: {rule}: {text}" + (f"  [{subject}]" if subject != name else ""))

    def check_functions(self, name, text):
        for function in find_functions(text):
            subject = f"{name}:{function.name}"
            for rule, value, limit in (
                    ("function-lines", function.line_count, FUNCTION_LINES_MAX),
                    ("nesting", function.nesting(), NESTING_MAX),
                    ("parameters", function.parameter_count(), PARAMETERS_MAX)):
                if value > limit:
                    self.say(rule, name, function.first_line, subject, f"{value} > {limit}", value)

    def check_lines(self, name, text):
        lines = text.split("\n")
        if len(lines) > FILE_LINES_MAX + 1 and not name.endswith(".def"):
            self.say("file-lines", name, 1, name, f"{len(lines) - 1} > {FILE_LINES_MAX}",
                     len(lines) - 1)
        for number, line in enumerate(lines, 1):
            if len(line) > COLUMNS_MAX:
                self.say("columns", name, number, name, f"{len(line)} > {COLUMNS_MAX}", len(line))
        if not any("SPDX-License-Identifier: Apache-2.0" in line for line in lines[:3]):
            self.say("spdx", name, 1, name, "no SPDX-License-Identifier: Apache-2.0 at the top")

    def check_includes(self, name, text):
        parts = name.split("/")
        if parts[0] != "src" or len(parts) < 3 or parts[1] not in FOLDERS:
            return
        folder = parts[1]
        if folder in OS_FOLDERS:
            allowed = None
        else:
            allowed = C_HEADERS if folder in C_FOLDERS else FREESTANDING_HEADERS
        for number, line in enumerate(text.split("\n"), 1):
            ours = re.match(r'\s*#\s*include\s+"([^/"]+)/', line)
            if ours and ours.group(1) in FOLDERS:
                if FOLDERS.index(ours.group(1)) > FOLDERS.index(folder):
                    self.say("include-order", name, number, name,
                             f"{folder} must not include {ours.group(1)}")
            system = re.match(r"\s*#\s*include\s+<([^>]+)>", line)
            if system and allowed is not None and system.group(1) not in allowed:
                self.say("system-header", name, number, name,
                         f"{folder} must not include <{system.group(1)}>")
            if re.match(r"\s*#\s*(if|ifdef|ifndef|elif)\b", line) and SYSTEM_MACRO.search(line):
                if folder not in ("port", "native"):
                    self.say("system-macro", name, number, name,
                             "the build picks files; no #if on system or CPU here")

    def check_readmes(self, names):
        folders = set()
        for name in names:
            parts = name.split("/")
            if parts[0] == "src" and len(parts) > 2:
                folders.add("/".join(parts[:2]))
                if parts[1] == "lang" and len(parts) > 3:
                    folders.add("/".join(parts[:3]))
        folders.discard("src/lang")
        for folder in sorted(folders):
            if f"{folder}/README.md" not in names:
                self.say("readme", folder, 0, folder, "has no README.md")

    def check_file(self, name):
        text = read_text(name)
        if text is None:
            return
        for number, line in enumerate(text.split("\n"), 1):
            if MACHINE_PATH.search(line):
                self.say("machine-path", name, number, name, line.strip()[:60])
        if not is_source(name, text):
            return
        self.check_lines(name, text)
        if is_c(name):
            self.check_functions(name, text)
            self.check_includes(name, text)

    def check_generated(self):
        """What is written by a tool that not everybody has is made from the sources of today."""
        name = "src/lang/java/vm/own_classes.def"
        done = subprocess.run([sys.executable, "scripts/java-classes", "--check-sources"],
                              stderr=subprocess.PIPE, text=True)
        if done.returncode != 0:
            self.say("generated", name, 1, name, done.stderr.strip())

    def run(self):
        names = list_files()
        for name in names:
            self.check_file(name)
        self.check_readmes(set(names))
        self.check_generated()
        for rule, subject in sorted(set(self.exceptions) - self.used):
            self.say("exceptions", "scripts/lint_exceptions.txt", 0, "scripts/lint_exceptions.txt",
                     f"no longer needed, remove it: {rule} {subject}")
        print(f"{len(RULES) - len(self.failed)} passed, {len(self.failed)} failed")
        return 1 if self.failed else 0


if __name__ == "__main__":
    os.chdir(os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
    sys.exit(Lint().run())
