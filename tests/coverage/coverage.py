#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs the tests of a coverage build, merges what Verilator counted, writes a table by file.

usage: coverage.py CONFIG FOLDER TABLE

FOLDER holds test_random, test_control and test_errors, linked with a coverage model. Lines that are never reached are listed; those that
cannot be, with the reason, stand in EXCEPTIONS.
"""
import collections
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

# (file, text of the line): why no test can reach it
EXCEPTIONS = {
    ("curta_cp.v", "default: state_q <= Halt;"): "Halt is held by halt_i, which stays until the reset",
    ("curta_vissue.v", "default: step_d = PIdle;"): "a state code that is not used",
    ("curta_walk.v", "default: state_q <= IDLE;"): "a state code that is not used",
}


def points(merged):
    """(kind, file, line, count) of every coverage point."""
    for line in merged.read_text(errors="replace").split("\n"):
        m = re.match(r"C '(.*)' (\d+)$", line)
        if not m:
            continue
        fields = dict(part.split("\x02", 1) for part in m.group(1).split("\x01") if "\x02" in part)
        page = fields.get("page", "")
        kind = "toggle" if "toggle" in page else "line"
        lines = [int(fields["l"])]
        if kind == "line" and fields.get("S"):
            lines = [n for a, _, b in (s.partition("-") for s in fields["S"].split(",")) for n in range(int(a), int(b or a) + 1)]
        for n in lines:
            yield kind, fields["f"], n, int(m.group(2)), fields.get("o", "")


def main():
    config, folder, table = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
    data = folder / "data"
    shutil.rmtree(data, ignore_errors=True)
    data.mkdir(parents=True)
    for test in (["test_random", config, "40", "1", "40"], ["test_control", config], ["test_errors", config]):
        done = subprocess.run([str(folder / test[0]), *test[1:]], env={**os.environ, "CURTA_COVERAGE": str(data)}, capture_output=True, text=True)
        print(f"{' '.join(test)}: {len([x for x in done.stdout.splitlines() if x.startswith('PASS')])} passed")
        if done.returncode:
            sys.exit(f"FAIL coverage: {done.stdout}")
    merged = folder / "merged.dat"
    subprocess.run(["verilator_coverage", "--write", str(merged), *map(str, sorted(data.glob("*.dat")))], check=True, capture_output=True)
    lines, toggles = collections.defaultdict(dict), collections.defaultdict(list)
    for kind, file, n, count, what in points(merged):
        if kind == "line":
            lines[file][n] = max(count, lines[file].get(n, 0))
        else:
            toggles[file].append(count)
    rows, sums, missed = [], [0, 0, 0, 0], []
    for file in sorted(lines.keys() | toggles.keys()):
        hit, all_ = sum(c > 0 for c in lines[file].values()), len(lines[file])
        thit, tall = sum(c > 0 for c in toggles[file]), len(toggles[file])
        for i, x in enumerate((hit, all_, thit, tall)):
            sums[i] += x
        source = Path(file).read_text().split("\n")
        for n, c in sorted(lines[file].items()):
            if not c:
                text = source[n - 1].strip()
                missed.append(f"| `{file}:{n}` | `{text[:90].replace('|', chr(92) + '|')}` | {EXCEPTIONS.get((Path(file).name, text), '')} |")
        rows.append(f"| `{file}` | {hit} of {all_} | {thit} of {tall} |")
    percent = lambda a, b: f"{100 * a / b:.1f} %" if b else "-"
    out = [f"Coverage of `rtl/` in configuration `{config}` under 40 random programs, control and error tests (`make coverage`): "
           f"**{percent(*sums[:2])}** of {sums[1]} lines, **{percent(*sums[2:])}** of {sums[3]} toggles.", "",
           "| file | lines | toggles |", "| --- | --- | --- |", *rows, "", "Lines never reached:", "", "| line | source | why |", "| --- | --- | --- |", *missed]
    table.write_text("\n".join(out) + "\n")
    print(out[0])


if __name__ == "__main__":
    main()
