#!/usr/bin/env python3
"""Reads the skeleton of an FST wave file by the format's definition: header, chain of blocks, names of the signals.

usage: fst.py FILE NAME...      every NAME must be a signal; prints what the file holds, or FAIL and why
"""
import gzip
import struct
import sys
from pathlib import Path

HEADER, BLACKOUT, GEOMETRY, HIERARCHIES = 0, 2, 3, {4: "gzip", 6: "lz4", 7: "lz4 twice"}
CHANGES = {1, 5, 8}


def fail(text):
    print(f"FAIL waves: {sys.argv[1]}: {text}")
    sys.exit(1)


def lz4(data, size):
    """A raw LZ4 block."""
    out, at = bytearray(), 0
    while at < len(data):
        token = data[at]
        at += 1
        n = token >> 4
        while n >= 15 and data[at] == 255:
            n, at = n + 255, at + 1
        if token >> 4 == 15:
            n, at = n + data[at], at + 1
        out += data[at:at + n]
        at += n
        if at >= len(data):
            break
        back = data[at] | data[at + 1] << 8
        at += 2
        n = token & 15
        while n >= 15 and data[at] == 255:
            n, at = n + 255, at + 1
        if token & 15 == 15:
            n, at = n + data[at], at + 1
        for _ in range(n + 4):
            out.append(out[-back])
    if len(out) != size:
        fail(f"signal names: {len(out)} bytes, expected {size}")
    return bytes(out)


def main():
    data = Path(sys.argv[1]).read_bytes()
    at, changes, head, names = 0, 0, None, b""
    while at < len(data):
        if at + 9 > len(data):
            fail(f"offset {at}: a block is cut off")
        kind, length = data[at], struct.unpack_from(">Q", data, at + 1)[0]
        if length < 8 or at + 1 + length > len(data):
            fail(f"offset {at}: block {kind} of {length} bytes does not fit into {len(data)}")
        body = data[at + 9:at + 1 + length]
        if at == 0 and kind != HEADER:
            fail("the file does not start with a header")
        if kind == HEADER:
            start, end, real, _, scopes, signals = struct.unpack_from("<QQdQQQ".replace("<", ">"), body)
            if abs(struct.unpack_from("<d", body, 16)[0] - 2.718281828459045) > 1e-9 and abs(real - 2.718281828459045) > 1e-9:
                fail("the header lacks its mark")
            head = (start, end, scopes, signals)
        elif kind in HIERARCHIES:
            size = struct.unpack_from(">Q", body)[0]
            if kind == 4:
                names = gzip.decompress(body[8:])
            elif kind == 6:
                names = lz4(body[8:], size)
            else:
                names = lz4(lz4(body[16:], struct.unpack_from(">Q", body, 8)[0]), size)
        elif kind in CHANGES:
            changes += length
        at += 1 + length
    start, end, scopes, signals = head
    if end <= start or scopes == 0 or signals == 0 or changes == 0:
        fail(f"time {start} to {end}, {scopes} modules, {signals} signals, {changes} bytes of changes")
    for name in sys.argv[2:]:
        if name.encode() + b"\0" not in names and name.encode() + b" [" not in names:
            fail(f"no signal {name}")
    print(f"waves: {sys.argv[1]}: {signals} signals of {scopes} modules, time {start} to {end}, {len(data)} bytes")


if __name__ == "__main__":
    main()
