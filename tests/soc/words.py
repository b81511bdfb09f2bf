#!/usr/bin/env python3
"""A flat binary as words of hexadecimal digits for $readmemh, padded with zeros.

usage: words.py INPUT OUTPUT [words]
"""
import sys


def main():
    total = int(sys.argv[3]) if len(sys.argv) > 3 else 16384
    with open(sys.argv[1], "rb") as f:
        data = f.read()
    if len(data) > 4 * total:
        sys.exit(f"words.py: {len(data)} bytes do not fit {4 * total}")
    data += bytes(4 * total - len(data))
    with open(sys.argv[2], "w") as f:
        for i in range(0, len(data), 4):
            f.write(f"{int.from_bytes(data[i:i + 4], 'little'):08x}\n")


if __name__ == "__main__":
    main()
