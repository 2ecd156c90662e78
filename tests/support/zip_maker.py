#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""zip_maker.py FOLDER KIND… - writes zip files for the tests of src/lang/java: FOLDER/KIND each.

KIND is one of those below, or `small`: all but many and zip64. What `many` holds
follows from a seed, so that the test needs no list: every entry has its checksum in it."""
import io
import random
import struct
import sys
import zipfile
import zlib


def contents(chance):
    size = chance.choice([0, 1, 2, 100, 3000, 40000, 150000])
    kind = chance.randrange(4)
    if kind == 0:
        return chance.randbytes(min(size, 70000))
    if kind == 1:
        return bytes(size)
    words = [bytes(chance.choices(b"abcdefgh", k=chance.randrange(1, 9))) for _ in range(50)]
    text = b"".join(chance.choices(words, k=size // 4))
    return text if kind == 2 else text + chance.randbytes(999)


def deflate(data, level, strategy):
    packer = zlib.compressobj(level, zlib.DEFLATED, -15, 9, strategy)
    return packer.compress(data) + packer.flush()


class Maker:
    """Entries by hand: whatever is wrong can be written."""

    def __init__(self):
        self.body = bytearray()
        self.directory = bytearray()
        self.count = 0

    def add(self, name, data, method=0, packed=None, **other):
        packed = data if packed is None else packed
        offset = other.get("offset", len(self.body))
        size = other.get("size", len(data))
        flags = other.get("flags", 0)
        crc = zlib.crc32(data) ^ other.get("crc_error", 0)
        sizes = struct.pack("<III", crc, len(packed), size)
        head = struct.pack("<HHHHH", 20, flags, method, 0, 33) + sizes
        if "offset" not in other:
            self.body += b"PK\3\4" + head + struct.pack("<HH", len(name), 4) + name + b"\0\0\0\0"
            self.body += packed
        self.directory += b"PK\1\2\x14\0" + head + struct.pack("<HHHHHII", len(name), 0, 0, 0, 0, 0,
                                                               offset) + name
        self.count += 1

    def finish(self, count=None, size=None, comment=b"", disk=0, prefix=b""):
        if self.count > 65535:
            return self.finish_zip64()
        count = self.count if count is None else count
        size = len(self.directory) if size is None else size
        end = struct.pack("<HHHHIIH", disk, disk, count & 0xffff, count & 0xffff, size,
                          len(self.body), len(comment))
        return prefix + self.body + self.directory + b"PK\5\6" + end + comment

    def finish_zip64(self):
        at = len(self.body) + len(self.directory)
        end64 = b"PK\6\6" + struct.pack("<QHHIIQQQQ", 44, 45, 45, 0, 0, self.count, self.count,
                                        len(self.directory), len(self.body))
        locator = b"PK\6\7" + struct.pack("<IQI", 0, at, 1)
        end = b"PK\5\6" + b"\0\0\0\0" + b"\xff" * 12 + b"\0\0"
        return self.body + self.directory + end64 + locator + end


def many():
    chance = random.Random(17)
    maker = Maker()
    for i in range(200):
        data = contents(chance)
        if chance.randrange(4) == 0:
            maker.add(b"d/stored%d" % i, data)
        else:
            packed = deflate(data, chance.randrange(10), chance.randrange(5))
            maker.add(b"d/deflated%d" % i, data, 8, packed)
    return maker.finish(comment=b"a comment", prefix=b"#!/bin/sh\nexit\n")


def mixed():
    text = b"".join(b"line %d of a text\n" % (i * i) for i in range(300))
    maker = Maker()
    maker.add(b"stored", text)
    for i, strategy in enumerate((zlib.Z_DEFAULT_STRATEGY, zlib.Z_FIXED, zlib.Z_HUFFMAN_ONLY)):
        maker.add(b"d/%d" % i, text, 8, deflate(text, 9, strategy))
    maker.add(b"d/level0", text, 8, deflate(text, 0, 0))
    return maker.finish(comment=b"mixed")


def zip64():
    maker = Maker()
    for i in range(66000):
        maker.add(b"%d" % i, b"")
    return maker.finish()


def long_sizes():
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as made:
        with made.open("first", "w", force_zip64=True) as entry:
            entry.write(b"first" * 100)
    return file.getvalue()


def one(*arguments, **other):
    maker = Maker()
    maker.add(*arguments, **other)
    return maker.finish()


def overlap():
    maker = Maker()
    maker.add(b"a", b"x" * 100)
    maker.add(b"b", b"x" * 100, offset=0)
    return maker.finish()


def twice():
    maker = Maker()
    maker.add(b"a", b"old")
    maker.add(b"a", b"new")
    return maker.finish()


def counted(count):
    maker = Maker()
    maker.add(b"a", b"")
    return maker.finish(count=count)


KINDS = {
    "many": many,
    "zip64": zip64,
    "mixed": mixed,
    "long_sizes": long_sizes,
    "overlap": overlap,
    "twice": twice,
    "empty": lambda: Maker().finish(),
    "parent": lambda: one(b"a/../../etc/passwd", b""),
    "parent_windows": lambda: one(b"a\\..\\b", b""),
    "absolute": lambda: one(b"/etc/passwd", b""),
    "nul": lambda: one(b"a\0b", b""),
    "bomb": lambda: one(b"a", b"", 8, b"\3\0", size=100000),
    "stored_size": lambda: one(b"a", b"abc", size=4),
    "too_long": lambda: one(b"a", b"abc" * 9, 8, deflate(b"abc" * 9, 9, 0), size=26),
    "too_short": lambda: one(b"a", b"abc" * 9, 8, deflate(b"abc" * 9, 9, 0), size=28),
    "cut_off": lambda: one(b"a", b"abc" * 99, 8, deflate(bytes(range(99)) * 3, 9, 0)[:-9]),
    "checksum": lambda: one(b"a", b"abc", crc_error=1),
    "encrypted": lambda: one(b"a", b"abc", flags=1),
    "method": lambda: one(b"a", b"abc", 12),
    "count_high": lambda: counted(65000),
    "count_low": lambda: counted(0),
    "disks": lambda: Maker().finish(disk=1),
    "directory": lambda: Maker().finish(size=1000),
}

if __name__ == "__main__":
    folder, kinds = sys.argv[1], sys.argv[2:]
    if kinds == ["small"]:
        kinds = [kind for kind in KINDS if kind not in ("many", "zip64")]
    for kind in kinds:
        with open(f"{folder}/{kind}", "wb") as out:
            out.write(KINDS[kind]())
