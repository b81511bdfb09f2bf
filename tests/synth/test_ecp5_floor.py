#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The places that synth/ecp5_floor.py gives to the array: every part of a slice one of its own, parts of a slice together, columns apart; too wide an array is refused.
The rows that stay empty: each place once.

Prints a PASS or FAIL line a shape.
"""
import re
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "synth"))
import ecp5_floor  # noqa: E402

SHAPES = [(8, 8, 1), (2, 2, 2), (1, 1, 1), (3, 26, 1), (7, 5, 2)]     # rows, columns, slices of a cell
TOO_WIDE = (4, 20, 1)


def array(rows, columns, slices):
    """A flat module with the cells of an array and one that is none."""
    names = [f"u_curta.u_matrix.u_array.g_row[{r}].g_cell[{c}].g_slice[{s}].u_macs.u_{part}"
             for r in range(rows) for c in range(columns) for s in range(slices) for part in ("alu", "mult0", "mult1")]
    return {"cells": {name: {"attributes": {}} for name in [*names, "u_curta.u_check.u_mult0"]}}


def faults(shape):
    module = array(*shape)
    if ecp5_floor.fix(module) != shape[0] * shape[1] * shape[2]:
        yield "number of slices"
    bels = {name: cell["attributes"].get("BEL", "") for name, cell in module["cells"].items()}
    if bels.pop("u_curta.u_check.u_mult0"):
        yield "a multiplier of others was placed"
    if len(set(bels.values())) != len(bels):
        yield "two cells in one place"
    x = {}
    for name, text in bels.items():
        if name.endswith("u_alu"):
            at, y, half = map(int, re.fullmatch(r"X(\d+)/Y(\d+)/ALU54_([37])", text).groups())
            for i in (0, 1):
                if bels[name[:-3] + f"mult{i}"] != f"X{at - 3 + i}/Y{y}/MULT18_{half - 3 + i}":
                    yield f"{name}: multiplier {i} is elsewhere"
            x.setdefault((int(y), int(re.search(r"g_cell\[(\d+)\]", name)[1])), []).append(at)
    lines = [[x[at] for at in sorted(x) if at[0] == y] for y in {y for y, _ in x}]
    if any(max(left) >= min(right) for line in lines for left, right in zip(line, line[1:])):
        yield "columns overlap in a row of the device"


def main():
    failed = False
    for shape in SHAPES:
        found = list(faults(shape))
        failed = failed or bool(found)
        print(f"{'FAIL' if found else 'PASS'} ecp5 floor {'x'.join(map(str, shape))}: {found[:3] or 'every slice has a place'}")
    try:
        ecp5_floor.fix(array(*TOO_WIDE))
        failed = True
        print("FAIL ecp5 floor: an array that is too wide got places")
    except ValueError as e:
        print(f"PASS ecp5 floor: {e}")
    module = {"cells": {}}
    n, places = ecp5_floor.keep_empty(module, [3, 9]), [c["attributes"]["BEL"] for c in module["cells"].values()]
    rows = {int(re.match(r"X\d+/Y(\d+)/", place)[1]) for place in places}
    ok = n == len(places) == len(set(places)) == len(rows) * 123 * 8 and {(y - ecp5_floor.ROWS[0]) % 12 for y in rows} == {3, 9}
    failed = failed or not ok
    print(f"{'PASS' if ok else 'FAIL'} ecp5 floor: {n} places in {len(rows)} rows stay empty")
    sys.exit(failed)


if __name__ == "__main__":
    main()
