#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The table of synth/cells/ecp5_lut.v is the one that Yosys ships, for all inputs.

Both select one bit of INIT, so that the 16 contents with a single bit prove it; 48 random ones beside them. Prints a PASS or FAIL line.
"""
import random
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "build/tests/synth/lut"
BENCH = """module bench;
  reg [4:0] i;
  integer wrong = 0;
  wire [{last}:0] ours, theirs;
{cells}
  initial begin
    for (i = 0; i < 16; i = i + 1) begin #1; if (ours !== theirs) wrong = wrong + 1; end
    $display("%0d", wrong);
  end
endmodule
"""
CELL = "  {name} #(.INIT(16'h{init:04x})) {to}{k}(.A(i[0]), .B(i[1]), .C(i[2]), .D(i[3]), .Z({to}[{k}]));"


def main():
    FOLDER.mkdir(parents=True, exist_ok=True)
    draw = random.Random(1)
    inits = [1 << k for k in range(16)] + [draw.getrandbits(16) for _ in range(48)]
    cells = [CELL.format(name=name, init=init, to=to, k=k) for k, init in enumerate(inits) for name, to in (("LUT4", "ours"), ("LUT4_of_yosys", "theirs"))]
    (FOLDER / "bench.v").write_text(BENCH.format(last=len(inits) - 1, cells="\n".join(cells)))
    shipped = Path(shutil.which("yosys")).resolve().parent.parent / "share/yosys/ecp5"
    (FOLDER / "cells.v").write_text(re.sub(r"module LUT4\b", "module LUT4_of_yosys", (shipped / "cells_sim.v").read_text()))
    subprocess.run(["iverilog", "-g2005", f"-I{shipped}", "-s", "bench", "-o", FOLDER / "bench.vvp", FOLDER / "bench.v", FOLDER / "cells.v",
                    ROOT / "synth/cells/ecp5_lut.v"], check=True, stderr=subprocess.DEVNULL)
    wrong = subprocess.run(["vvp", FOLDER / "bench.vvp"], check=True, capture_output=True, text=True).stdout.strip()
    print(f"{'PASS' if wrong == '0' else 'FAIL'} ecp5 table: {len(inits)} contents, {wrong} of 16 inputs differ")
    sys.exit(wrong != "0")


if __name__ == "__main__":
    main()
