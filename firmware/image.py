#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The checksum of a program into its head (struct curta_alone_program): what the boot ROM takes from the flash.

usage: image.py PROGRAM.bin IMAGE
"""
import struct
import sys
import zlib
from pathlib import Path

HEAD = struct.Struct("<IIII")


def main():
    data = Path(sys.argv[1]).read_bytes()
    magic, size, _, _ = HEAD.unpack_from(data)
    program = data[HEAD.size:]
    assert size == len(program), f"the head names {size} bytes, the file has {len(program)}"
    Path(sys.argv[2]).write_bytes(HEAD.pack(magic, size, zlib.crc32(program), 0) + program)


if __name__ == "__main__":
    main()
