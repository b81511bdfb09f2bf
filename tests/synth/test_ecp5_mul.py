#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""synth/ecp5/curta_mul.v multiplies as rtl/lib/curta_mul.v does: both side by side, extremes and random factors, enable on and off.

Prints a PASS or FAIL line. The cell is synth/cells/ecp5_dsp.v.
"""
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BENCH = """
module bench;
  localparam Steps = 5000;
  reg clk = 0, en = 1;
  reg [15:0] a, b;
  wire [31:0] x, y;
  integer i, held = 0, wrong = 0;
  twin u_twin (.clk_i(clk), .en_i(en), .a_i(a), .b_i(b), .p_o(x));
  curta_mul u_cell (.clk_i(clk), .en_i(en), .a_i(a), .b_i(b), .p_o(y));
  initial begin
    for (i = 0; i < Steps; i = i + 1) begin
      a  = i % 5 ? $random : i % 2 ? 16'hffff : 16'h8000;
      b  = i % 7 ? $random : i % 3 ? 16'hffff : 16'h0001;
      en = i < 2 || $random % 3 != 0;
      if (!en) held = held + 1;
      #1 clk = 1;
      #1 clk = 0;
      if (x !== y) begin
        if (!wrong) $display("step %0d: %h, cell %h", i, x, y);
        wrong = wrong + 1;
      end
    end
    $display("%0d steps, %0d without enable, %0d differ", Steps, held, wrong);
    $finish;
  end
endmodule
"""


def main():
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "bench.v").write_text(BENCH)
        (folder / "twin.v").write_text((ROOT / "rtl/lib/curta_mul.v").read_text().replace("module curta_mul", "module twin"))
        files = [folder / "bench.v", folder / "twin.v", ROOT / "synth/ecp5/curta_mul.v", ROOT / "synth/cells/ecp5_dsp.v"]
        subprocess.run(["iverilog", "-g2005", "-s", "bench", "-o", folder / "bench.vvp", *files], check=True, stderr=subprocess.DEVNULL)
        said = subprocess.run(["vvp", folder / "bench.vvp"], check=True, capture_output=True, text=True).stdout.strip().splitlines()
    failed = not said or not said[-1].endswith(", 0 differ") or " 0 without" in said[-1]
    print(f"{'FAIL' if failed else 'PASS'} ecp5 mul: {'; '.join(said)}")
    sys.exit(failed)


if __name__ == "__main__":
    main()
