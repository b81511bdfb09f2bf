#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""synth/ecp5/curta_mul.v and curta_prod.v multiply as those of rtl/lib do: both side by side, extremes and random factors, enable on and off.

Prints a PASS or FAIL line each. The cell is synth/cells/ecp5_dsp.v.
"""
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# A bench of a multiplier: its ports besides the clock and the factors, the registers' enable, the bits of its factors.
BENCH = """
module bench;
  localparam Steps = 5000;
  reg clk = 0, en = 1;
  reg [WIDE-1:0] a, b;
  wire [2*WIDE-1:0] x, y;
  integer i, held = 0, wrong = 0;
  twin u_twin (.clk_i(clk), PORTS.a_i(a), .b_i(b), .p_o(x));
  NAME u_cell (.clk_i(clk), PORTS.a_i(a), .b_i(b), .p_o(y));
  initial begin
    for (i = 0; i < Steps; i = i + 1) begin
      a  = i % 5 ? $random : i % 2 ? {WIDE{1'b1}} : 1 << WIDE - 1;
      b  = i % 7 ? $random : i % 3 ? {WIDE{1'b1}} : 1;
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


def side_by_side(folder, name, ports, wide):
    """What the bench says of a multiplier and of its twin."""
    (folder / "bench.v").write_text(BENCH.replace("NAME", name).replace("PORTS", ports).replace("WIDE", str(wide)))
    (folder / "twin.v").write_text((ROOT / f"rtl/lib/{name}.v").read_text().replace(f"module {name}", "module twin"))
    files = [folder / "bench.v", folder / "twin.v", ROOT / f"synth/ecp5/{name}.v", ROOT / "synth/cells/ecp5_dsp.v"]
    subprocess.run(["iverilog", "-g2005", "-s", "bench", "-o", folder / "bench.vvp", *files], check=True, stderr=subprocess.DEVNULL)
    return subprocess.run(["vvp", folder / "bench.vvp"], check=True, capture_output=True, text=True).stdout.strip().splitlines()


def main():
    failed = False
    for name, ports, wide in (("curta_mul", ".en_i(en), ", 16), ("curta_prod", "", 18)):
        with tempfile.TemporaryDirectory() as folder:
            said = side_by_side(Path(folder), name, ports, wide)
        bad = not said or not said[-1].endswith(", 0 differ") or " 0 without" in said[-1]
        print(f"{'FAIL' if bad else 'PASS'} ecp5 {name}: {'; '.join(said)}")
        failed = failed or bad
    sys.exit(failed)


if __name__ == "__main__":
    main()
