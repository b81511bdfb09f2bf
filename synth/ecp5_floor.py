# SPDX-License-Identifier: Apache-2.0
"""Where the slices of the array lie in an LFE5U-85F: a BEL attribute on each ALU54B and its two MULT18X18D, for nextpnr.

Its static placer, which needs half the wires of the default one on `base`, does not know that a slice is one piece: it stops
unless their places are given. A column of the array stands over as few columns of the device as its three rows of slices allow;
what is left lies in the middle, for the multipliers of VECTOR.
"""
import re

COLUMNS = (7, 11, 16, 20, 25, 29, 34, 38, 43, 47, 52, 56, 61, 65, 72, 76, 81, 85, 90, 94, 99, 103, 108, 112, 117, 121)      # X of an ALU54B
ROWS = (10, 34, 58)                                                                                                          # Y
SLICE = re.compile(r".*\bg_row\[(\d+)\]\.g_cell\[(\d+)\]\.g_slice\[(\d+)\]\.u_macs\.u_(alu|mult0|mult1)")


def bel(part, column, row):
    """alu, mult0 or mult1 of a slice: two neighbours share a block of four multipliers."""
    x, y, upper = COLUMNS[column], ROWS[row], 4 * (column % 2)
    return {"alu": f"X{x}/Y{y}/ALU54_{upper + 3}", "mult0": f"X{x - 3}/Y{y}/MULT18_{upper}", "mult1": f"X{x - 2}/Y{y}/MULT18_{upper + 1}"}[part]


def places(slices):
    """{(row, column, slice) of the array: (column, row) of the device}; a column of the array goes to and fro, so that neighbours stay neighbours."""
    columns = sorted({c for _, c, _ in slices})
    width = -(-max(sum(c == x for _, c, _ in slices) for x in columns) // len(ROWS))
    free = len(COLUMNS) - width * len(columns)
    if free < 0:
        raise ValueError(f"an array of {len(columns)} columns, {width} slices wide each, is wider than the {len(COLUMNS)} of an LFE5U-85F")
    gap, out = min(free, 2), {}
    for i, column in enumerate(columns):
        first = (free - gap) // 2 + i * width + (gap if 2 * i >= len(columns) else 0)
        for n, key in enumerate(sorted(s for s in slices if s[1] == column)):
            row, at = divmod(n, width)
            out[key] = first + (at if row % 2 == 0 else width - 1 - at), row
    return out


def fix(module):
    """Gives the slices of a flat module their places; how many."""
    found = {name: SLICE.fullmatch(name) for name in module["cells"]}
    found = {name: ((int(m[1]), int(m[2]), int(m[3])), m[4]) for name, m in found.items() if m}
    at = places({key for key, _ in found.values()}) if found else {}
    for name, (key, part) in found.items():
        module["cells"][name]["attributes"]["BEL"] = bel(part, *at[key])
    return len(at)
