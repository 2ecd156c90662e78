#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Reads what `make -Bn` would run and writes compile_commands.json to standard output."""
import json
import os
import re
import shlex
import sys

commands = []
for line in sys.stdin.read().replace("\\\n", " ").splitlines():
    match = re.search(r"^(.* -c (\S+\.c) -o \S+) &&", line)
    if match:
        arguments = [a for a in shlex.split(match.group(1).replace(".$$.tmp.o", ""))]
        commands.append({"directory": os.getcwd(), "file": match.group(2), "arguments": arguments})
json.dump(commands, sys.stdout, indent=1)
print()
