# SPDX-License-Identifier: Apache-2.0
"""Places in an LFE5U-85F that nextpnr is told: those of the array's slices (a BEL attribute on each ALU54B and its two MULT18X18D),
and rows of logic that stay empty.

Its static placer, which needs half the wires of the default one on `base`, does not know that a slice is one piece: it stops
unless their places are given. A column of the array stands over two or three columns of the device in its three rows of slices,
three of them side by side without a hole; what is left lies in one piece near the middle, for the multipliers of VECTOR.

The same placer fills the middle of the device to 70 % of its tables, where the wires of `base` then do not find their way. It counts a table
that has its place already, so tables without wires in whole rows (a carry chain runs along a row) make it spread the rest.
"""
import re

COLUMNS = (7, 11, 16, 20, 25, 29, 34, 38, 43, 47, 52, 56, 61, 65, 72, 76, 81, 85, 90, 94, 99, 103, 108, 112, 117, 121)      # X of an ALU54B
ROWS = (10, 34, 58)                                                                                                          # Y
BAND, LOGIC = 12, (range(2, 125), range(2, 94))       # rows from one row of slices, or of block RAM, to the next; columns and rows of logic
SLICE = re.compile(r".*\bg_row\[(\d+)\]\.g_cell\[(\d+)\]\.g_slice\[(\d+)\]\.u_macs\.u_(alu|mult0|mult1)")


def bel(part, column, row):
    """alu, mult0 or mult1 of a slice: two neighbours share a block of four multipliers."""
    x, y, upper = COLUMNS[column], ROWS[row], 4 * (column % 2)
    return {"alu": f"X{x}/Y{y}/ALU54_{upper + 3}", "mult0": f"X{x - 3}/Y{y}/MULT18_{upper}", "mult1": f"X{x - 2}/Y{y}/MULT18_{upper + 1}"}[part]


def groups(columns):
    """As many neighbours as there are rows of slices make a block without holes; a smaller one is the last but one."""
    whole, rest = divmod(len(columns), len(ROWS))
    sizes = [len(ROWS)] * whole
    if rest:
        sizes.insert(max(whole - 1, 0), rest)
    return [columns[sum(sizes[:i]):sum(sizes[:i + 1])] for i in range(len(sizes))]


def shares(n, turn):
    """n slices of a column of the array over the rows of the device; the rows that get one less differ from column to column."""
    less = (-n) % len(ROWS)
    return [-(-n // len(ROWS)) - ((row + turn + 1) % len(ROWS) < less) for row in range(len(ROWS))]


def places(slices):
    """{(row, column, slice) of the array: (column, row) of the device}; what is free lies in one piece near the middle."""
    columns, used, blocks = sorted({c for _, c, _ in slices}), 0, []
    for block in groups(columns):
        ends = [used] * len(ROWS)
        block_places = {}
        for turn, column in enumerate(block):
            keys = iter(sorted(s for s in slices if s[1] == column))
            for row, n in enumerate(shares(sum(s[1] == column for s in slices), turn)):
                for _ in range(n):
                    block_places[next(keys)] = ends[row], row
                    ends[row] += 1
        blocks.append((used, block_places))
        used = max(ends)
    free = len(COLUMNS) - used
    if free < 0:
        raise ValueError(f"an array of {len(columns)} columns, {len(slices)} slices, is wider than the {len(COLUMNS)} columns of an LFE5U-85F")
    return {key: (column + (free if 2 * first >= used else 0), row) for first, block in blocks for key, (column, row) in block.items()}


def fix(module):
    """Gives the slices of a flat module their places; how many."""
    found = {name: SLICE.fullmatch(name) for name in module["cells"]}
    found = {name: ((int(m[1]), int(m[2]), int(m[3])), m[4]) for name, m in found.items() if m}
    at = places({key for key, _ in found.values()}) if found else {}
    for name, (key, part) in found.items():
        module["cells"][name]["attributes"]["BEL"] = bel(part, *at[key])
    return len(at)


def empty_tables(rows):
    """Places of all tables in these rows of each band (1 to 11: behind a row of slices or of block RAM)."""
    columns, lines = LOGIC
    return [f"X{x}/Y{y}/SLICE{s}.K{k}" for y in lines if (y - ROWS[0]) % BAND in rows for x in columns for s in "ABCD" for k in (0, 1)]


def keep_empty(module, rows):
    """Fills the rows with tables without wires; how many."""
    places = empty_tables(rows)
    for place in places:
        module["cells"]["empty " + place] = {"hide_name": 0, "type": "TRELLIS_COMB", "parameters": {"MODE": "LOGIC", "INITVAL": "0" * 16},
                                             "attributes": {"BEL": place}, "port_directions": {}, "connections": {}}
    return len(places)
