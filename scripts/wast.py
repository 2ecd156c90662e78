#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""wast.py - runs the WebAssembly core test suite.

    scripts/wast.py [--suite DIR] [--out DIR] [--run DRIVER] [NAME…]

Converts the suite's files (SIMD aside) with wabt's wast2json into modules and a list of commands,
one a line, that tests/run/wast_driver.c understands (its opening comment describes them), and runs
DRIVER on each list. The suite is looked for in DIR, in $PHANTOM_CONFORMANCE, then in
../shared/conformance beside the project; it is no part of the project.

wabt 1.0.32 does not know all of the text format of 2.0, so the text is rewritten where it has to
be, to older words with the same meaning (see rewrite). Every command of every file is counted
before and after: none may be lost."""

import argparse
import collections
import json
import os
import re
import shutil
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|;;[^\n\r]*|[ \t\r\n]+|[()]|[^\s()";]+|;', re.S)
TABLE_OPS = {'table.get', 'table.set', 'table.size', 'table.grow', 'table.fill'}
ESCAPES = {'t': '\t', 'n': '\n', 'r': '\r', '"': '"', "'": "'", '\\': '\\'}


def block_comment_end(text, start):
    depth, at = 0, start
    while True:
        match = re.compile(r'\(;|;\)').search(text, at)
        if match is None:
            raise ValueError('a block comment without end')
        at = match.end()
        depth += 1 if match.group() == '(;' else -1
        if depth == 0:
            return at


def tokenize(text):
    """Tokens as written; a comment becomes as many newlines as it has, or a space."""
    at, tokens = 0, []
    while at < len(text):
        if text.startswith('(;', at):
            end = block_comment_end(text, at)
            tokens.append('\n' * text.count('\n', at, end) or ' ')
            at = end
            continue
        match = TOKEN.match(text, at)
        if match is None:
            raise ValueError('no token at offset %d' % at)
        token = match.group()
        tokens.append(' ' if token.startswith(';;') else token)
        at = match.end()
    return tokens


def parse(tokens):
    """Nested lists of tokens; spaces stay."""
    stack = [[]]
    for token in tokens:
        if token == '(':
            stack.append([])
        elif token == ')':
            done = stack.pop()
            stack[-1].append(done)
        else:
            stack[-1].append(token)
    if len(stack) != 1:
        raise ValueError('parentheses do not match')
    return stack[0]


def is_space(node):
    return isinstance(node, str) and node.strip() == ''


def words(node):
    return [n for n in node if not is_space(n)]


def head(node):
    if isinstance(node, str):
        return None
    inner = words(node)
    return inner[0] if inner and isinstance(inner[0], str) else None


def unparse(node):
    if isinstance(node, str):
        return node
    return '(' + ''.join(unparse(n) for n in node) + ')'


def string_value(token):
    """The text a string token stands for, where it is text; carriage returns, which end lines in
    the text format but not for wabt, become newlines."""
    def replace(match):
        escape = match.group(1)
        if escape in ESCAPES:
            return ESCAPES[escape]
        if escape.startswith('u{'):
            return chr(int(escape[2:-1], 16))
        return chr(int(escape, 16))
    text = re.sub(r'\\(u\{[0-9a-fA-F_]+\}|[0-9a-fA-F]{2}|.)', replace, token[1:-1])
    return text.replace('\r\n', '\n').replace('\r', '\n')


def rewrite_quote(node):
    """A (module quote "…") that is to be run, not refused: the text itself takes its place."""
    strings = [w for w in words(node) if isinstance(w, str) and w.startswith('"')]
    names = [w for w in words(node)[1:2] if isinstance(w, str) and w.startswith('$')]
    inner = parse(tokenize('\n'.join(string_value(s) for s in strings)))
    if len(words(inner)) == 1 and head(words(inner)[0]) == 'module':
        return words(inner)[0]
    return ['module', ' '] + names + [' '] + inner


def rewrite_table_ops(node):
    """Instructions on table 0 may leave its index out."""
    result = []
    for at, child in enumerate(node):
        result.append(child)
        if isinstance(child, str) and child in TABLE_OPS:
            following = words(node[at + 1:])[:1]
            if not (following and isinstance(following[0], str) and
                    re.match(r'\$|\d', following[0])):
                result.append(' 0')
    return result


def rewrite_if(node):
    """(if A B (then …)) is A (if B (then …)). Returns what stands before, and the if."""
    operands = []
    for at, child in enumerate(node):
        if head(child) == 'then':
            break
        if isinstance(child, list) and head(child) not in ('param', 'result', 'type'):
            operands.append(at)
    else:
        return [], node
    hoisted = operands[:-1]
    before = []
    for at in hoisted:
        before += [node[at], ' ']
    return before, [child for at, child in enumerate(node) if at not in hoisted]


def rewrite(node, top):
    if isinstance(node, str):
        return node
    if top and head(node) == 'module' and 'quote' in words(node)[1:3]:
        return rewrite_quote(node)
    if head(node) == 'module' and 'quote' in words(node)[1:3]:
        return node
    result = []
    for child in rewrite_table_ops(node):
        child = rewrite(child, False)
        if head(child) == 'if':
            before, child = rewrite_if(child)
            result += before
        result.append(child)
    return result


def kind_of(form):
    """What a top-level form becomes in wast2json's list."""
    kind = head(form)
    if kind in ('invoke', 'get'):
        return 'action'
    if kind == 'assert_trap' and any(head(w) == 'module' for w in words(form)):
        return 'assert_uninstantiable'
    if kind.startswith('assert_') or kind in ('module', 'register'):
        return kind
    return 'module'  # fields of a module without (module …)


def count_forms(forms):
    counts = collections.Counter()
    loose = False
    for form in words(forms):
        is_field = head(form) not in ('invoke', 'get', 'register', 'module') and \
            not head(form).startswith('assert_')
        if not (is_field and loose):
            counts[kind_of(form)] += 1
        loose = is_field
    return counts


def read_leb(data, at):
    value = shift = 0
    while True:
        value |= (data[at] & 0x7f) << shift
        shift += 7
        at += 1
        if data[at - 1] < 0x80:
            return value, at


def restore_empty_select(path):
    """wabt writes (select (result)) as a select without a type, which is another instruction. Puts
    back what is meant, in a module with one small function."""
    with open(path, 'rb') as file:
        data = file.read()
    at = 8
    while data[at] != 10:
        size, start = read_leb(data, at + 1)
        at = start + size
    size, start = read_leb(data, at + 1)
    body = data[start:start + size]
    if size > 126 or body[0] != 1 or body[1] != size - 2 or body.count(b'\x1b') != 1:
        raise ValueError('%s: not the module that was expected' % path)
    body = bytes([1, body[1] + 1]) + body[2:].replace(b'\x1b', b'\x1c\x00')
    with open(path, 'wb') as file:
        file.write(data[:at] + bytes([10, size + 1]) + body + data[start + size:])


def has_empty_select(node):
    if isinstance(node, str):
        return False
    inner = words(node)
    return (inner[:1] == ['select'] and ['result'] in [words(n) for n in inner[1:]
                                                       if isinstance(n, list)]) or \
        any(has_empty_select(n) for n in inner)


def convert(path, out, name):
    """Makes NAME.json and its modules; returns its commands and how many there have to be."""
    with open(path, encoding='utf-8', newline='') as file:
        text = file.read()
    forms = parse(tokenize(text))
    target = os.path.join(out, name + '.json')
    subprocess_args = dict(stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    done = subprocess.run(['wast2json', path, '-o', target], **subprocess_args)
    if done.returncode != 0:
        rewritten = os.path.join(out, name + '.rewritten.wast')
        with open(rewritten, 'w', encoding='utf-8', newline='') as file:
            file.write(''.join(unparse(rewrite(f, True)) if isinstance(f, list) else f
                               for f in forms))
        done = subprocess.run(['wast2json', rewritten, '-o', target], **subprocess_args)
        if done.returncode != 0:
            raise ValueError('wast2json refuses %s: %s' % (path, done.stdout[:600]))
    with open(target, encoding='utf-8') as file:
        commands = json.load(file)['commands']
    wanted, found = count_forms(forms), collections.Counter(c['type'] for c in commands)
    if wanted != found:
        raise ValueError('%s: commands were lost: %s, found %s' %
                         (path, dict(wanted), dict(found)))
    for form, command in zip(words(forms), commands):
        if command.get('module_type') == 'binary' and has_empty_select(form):
            restore_empty_select(os.path.join(out, command['filename']))
    return commands


def hexed(text):
    return '-' if text is None else 'x' + text.encode('utf-8').hex()


def value_words(value):
    if 'value' not in value:
        return value['type'] + ':any'
    return value['type'] + ':' + str(value['value'])


def action_words(action):
    result = [action['type'], hexed(action.get('module')), hexed(action['field'])]
    arguments = action.get('args', [])
    return result + [str(len(arguments))] + [value_words(a) for a in arguments]


def command_words(command, out):
    """One line for the driver; None if it is about the text format, which we have not."""
    kind = command['type'].replace('assert_', '')
    result = [kind, str(command['line'])]
    if command.get('module_type') == 'text':
        return None
    if kind == 'module':
        return result + [hexed(command.get('name')), os.path.join(out, command['filename'])]
    if kind == 'register':
        return result + [hexed(command['as']), hexed(command.get('name'))]
    if kind in ('malformed', 'invalid', 'unlinkable', 'uninstantiable'):
        return result + [os.path.join(out, command['filename']), hexed(command['text'])]
    result += action_words(command['action'])
    if kind == 'return':
        expected = command.get('expected', [])
        result += [str(len(expected))] + [value_words(v) for v in expected]
    elif kind in ('trap', 'exhaustion'):
        result.append(hexed(command['text']))
    return result


def write_list(commands, out, name):
    """Returns the path of the list and how many commands it leaves out."""
    path = os.path.join(out, name + '.commands')
    left_out = 0
    with open(path, 'w', encoding='utf-8') as file:
        for command in commands:
            line = command_words(command, out)
            left_out += line is None
            if line is not None:
                file.write(' '.join(line) + '\n')
    return path, left_out


def run_driver(driver, lists):
    passed = failed = skipped = 0
    wrapper = os.environ.get('PHANTOM_RUN', '').split()
    for path in lists:
        done = subprocess.run(wrapper + [driver, path], stdout=subprocess.PIPE, text=True,
                              errors='replace')
        match = re.search(r'^(\d+) passed, (\d+) failed, (\d+) skipped$', done.stdout, re.M)
        if match is None:
            print('%s: ended by status %d\n%s' % (path, done.returncode, done.stdout[-2000:]))
            failed += 1
            continue
        if match.group(2) != '0':
            print(done.stdout, end='')
        passed, failed, skipped = (a + int(b) for a, b in
                                   zip((passed, failed, skipped), match.groups()))
    return passed, failed, skipped


def find_suite(given):
    for place in (given, os.environ.get('PHANTOM_CONFORMANCE'),
                  os.path.join(ROOT, '..', 'shared', 'conformance')):
        if place:
            for folder in (os.path.join(place, 'wasm-2.0'), place):
                if os.path.isfile(os.path.join(folder, 'i32.wast')):
                    return folder
    return None


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('--suite')
    parser.add_argument('--out')
    parser.add_argument('--run', metavar='DRIVER')
    parser.add_argument('names', nargs='*')
    options = parser.parse_args()
    suite = find_suite(options.suite)
    if suite is None or shutil.which('wast2json') is None:
        print('skipped: WebAssembly test suite (%s)' %
              ('no PHANTOM_CONFORMANCE' if suite is None else 'wast2json is missing: wabt'))
        return 0
    names = options.names or sorted(f[:-5] for f in os.listdir(suite)
                                    if f.endswith('.wast') and not f.startswith('simd_'))
    if options.out is None:  # builds beside each other have their own
        options.out = os.path.join(os.path.dirname(options.run) if options.run else
                                   os.path.join(ROOT, 'build'), 'wast')
    os.makedirs(options.out, exist_ok=True)
    lists, left_out, total = [], 0, 0
    for name in names:
        commands = convert(os.path.join(suite, name + '.wast'), options.out, name)
        path, without = write_list(commands, options.out, name)
        lists.append(path)
        left_out += without
        total += len(commands)
    print('%d files, %d commands; %d of them test the text format alone' %
          (len(names), total, left_out))
    if options.run is None:
        return 0
    passed, failed, skipped = run_driver(options.run, lists)
    if skipped:
        print('skipped: %d commands that need a machine' % skipped)
    print('%d passed, %d failed' % (passed, failed))
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())
