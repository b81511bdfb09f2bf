#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Checksums of the weights of a checkpoint, as the standalone firmware prints them.

usage: weights.py [--sum] checkpoint.safetensors        --sum: one checksum over those of all layers, as `curta monitor` prints it
       weights.py --sum-of LOG                          the same of the lines that the firmware printed
"""
import json
import re
import struct
import sys
import zlib


def sum_of(crcs):
    total = 0
    for crc in crcs:
        total = zlib.crc32(struct.pack("<I", crc), total)
    return f"{total:08x}"


def main():
    if sys.argv[1] == "--sum-of":
        print(sum_of(int(crc, 16) for crc in re.findall(r"^layer \d+ weights ([0-9a-f]{8})", open(sys.argv[2]).read(), re.M)))
        return
    data = open(sys.argv[-1], "rb").read()
    n = struct.unpack("<Q", data[:8])[0]
    head, body = json.loads(data[8:8 + n]), data[8 + n:]
    layers = sorted((int("".join(c for c in name.split(".")[0] if c.isdigit())), name) for name in head if name.endswith(".weight"))
    crcs = []
    for layer, name in layers:
        a, b = head[name]["data_offsets"]
        c, d = head[name + "_exp"]["data_offsets"]
        crcs.append(zlib.crc32(body[a:b]))
        if sys.argv[1] != "--sum":
            print(f"layer {layer} weights {zlib.crc32(body[a:b]):08x} exponent {struct.unpack('<i', body[c:d])[0]}")
    if sys.argv[1] == "--sum":
        print(sum_of(crcs))


if __name__ == "__main__":
    main()
