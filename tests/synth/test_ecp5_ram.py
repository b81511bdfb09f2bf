#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The block RAM of synth/cells/ecp5_hard.v is what Yosys takes it for: small memories and their ECP5 netlists, simulated side by side.

Prints a PASS or FAIL line a memory.
"""
import shutil
import subprocess
import sys
from pathlib import Path

from test_ecp5 import BENCH, HEAD, ROOT, yosys

# Few of the addresses occur, so that reads meet what was written.
DECLARE = "reg [{}:0] m [0:{}]; integer k; initial begin y = 0; for (k = 0; k < {}; k = k + 1) m[k] = 0; end\n"
MEMORIES = [
    ("two-ports", 18, 1024, "if (s[0]) m[w] <= c[17:0]; if (s[1]) y[17:0] <= m[r];"),
    ("old-word", 18, 1024, "if (s[0]) m[w] <= c[17:0]; y[17:0] <= m[w];"),
    ("write-or-read", 18, 1024, "if (s[0]) m[w] <= c[17:0]; else y[17:0] <= m[w];"),
    ("two-reads", 18, 1024, "if (s[0]) m[w] <= c[17:0]; y[17:0] <= m[w]; y[35:18] <= m[r];"),
    ("wide", 36, 512, "if (s[0]) m[w] <= c; if (s[2]) y <= m[r];"),
    ("wide-bytes", 36, 512, "if (s[0]) m[w][17:0] <= c[17:0]; if (s[1]) m[w][35:18] <= c[35:18]; y <= m[r];"),
    ("narrow", 4, 4096, "if (s[0]) m[w] <= c[3:0]; y[3:0] <= m[w];"),
    ("bits", 1, 4096, "if (s[0]) m[w] <= c[0]; y[0] <= m[r];"),
]


def memories(prefix):
    text = ""
    for i, (_, width, depth, work) in enumerate(MEMORIES):
        bits = depth.bit_length() - 1
        place = f"wire [{bits - 1}:0] w = {{a[9:8], {bits - 5}'d0, a[2:0]}}, r = {{b[9:8], {bits - 5}'d0, b[2:0]}};\n"
        text += HEAD.format(f"{prefix}{i}") + DECLARE.format(width - 1, depth - 1, depth) + place + f"always @(posedge clk) begin {work} end\nendmodule\n"
    inside = "".join(f"{prefix}{i} u_{i}(.clk(clk), .a(a), .b(b), .c(c), .s(s), .y(y[{36 * i} +: 36]));\n" for i in range(len(MEMORIES)))
    return text + f"module {prefix}(input clk, input [35:0] a, input [35:0] b, input [35:0] c, input [7:0] s, output [{36 * len(MEMORIES) - 1}:0] y);\n{inside}endmodule\n"


def simulate(folder):
    """What differs, by memory."""
    (folder / "bench.v").write_text(BENCH.replace("WIDE", str(36 * len(MEMORIES))).replace("i < 300", "i < 1000"))
    cells = Path(shutil.which("yosys")).resolve().parent.parent / "share/yosys/ecp5"
    hard = (ROOT / "synth/cells/ecp5_hard.v").read_text()
    (folder / "ram.v").write_text(hard[:hard.index("module MULT18X18D")])
    files = [folder / f for f in ("bench.v", "before.v", "after.v", "ram.v")]
    (folder / "cells.v").write_text((cells / "cells_sim.v").read_text().replace("module DP16KD", "module DP16KD_of_yosys"))
    subprocess.run(["iverilog", "-g2005", f"-I{cells}", "-s", "bench", "-o", folder / "bench.vvp", *files, folder / "cells.v"], check=True, stderr=subprocess.DEVNULL)
    said = subprocess.run(["vvp", folder / "bench.vvp"], check=True, capture_output=True, text=True).stdout
    return {-1: said} if "does not know" in said else {int(line.split()[0]): line for line in said.splitlines() if line[:1].isdigit()}


def main():
    folder, failed = ROOT / "build/tests/synth/ram", False
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "before.v").write_text(memories("before"))
    (folder / "t.v").write_text(memories("after"))
    yosys(f"read_verilog {folder}/t.v; synth_ecp5 -nowidelut -noflatten -top after; write_verilog -noattr {folder}/after.v")
    netlist, differs = (folder / "after.v").read_text(), simulate(folder)
    for i, (name, *_) in enumerate(MEMORIES):
        module = netlist[netlist.index(f"module after{i}("):]
        blocks = module[:module.index("endmodule")].count("DP16KD")
        good = blocks and not {i, -1} & differs.keys()
        failed = failed or not good
        print(f"{'PASS' if good else 'FAIL'} ecp5 memory {name}: {blocks} block RAMs {differs.get(i, differs.get(-1, ''))}", flush=True)
    sys.exit(failed)


if __name__ == "__main__":
    main()
