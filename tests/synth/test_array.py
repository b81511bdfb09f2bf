#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The arrays of synth/ do what rtl/curta_array.v does, cycle by cycle: both side by side, random operands and control.

synth/ecp5 (DSP slices: synth/cells/ecp5_dsp.v) and synth/apart (a module a cell). Prints a PASS or FAIL line a shape, with and without guard bits.
"""
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
KINDS = {
    "ecp5": ["synth/ecp5/curta_array.v", "synth/ecp5/curta_macs.v", "synth/cells/ecp5_dsp.v"],
    "apart": ["synth/apart/curta_array.v", "synth/apart/curta_cell.v"],
}
SHAPES = [(8, 8, 2, 18, 1), (8, 8, 2, 18, 0), (3, 2, 2, 9, 1), (2, 2, 4, 18, 1), (2, 3, 4, 12, 0)]     # R, C, V, B, guard
BENCH = """
module bench;
  localparam R = %d, C = %d, V = %d, B = %d, Guard = %d, Steps = 400;
  reg clk = 0, load, zero, mul, add, acc, swap, shift;
  reg [8*R*V-1:0] a; reg [B*C*V-1:0] b; reg [32*C-1:0] start; reg [4*C-1:0] high;
  wire [32*C-1:0] x, y; wire [4*C-1:0] xg, yg;
  integer i, k, seen = 0, wrong = 0;
  twin #(.R(R), .C(C), .V(V), .B(B)) u_twin (.clk_i(clk), .a_i(a), .b_i(b), .load_i(load), .zero_i(zero), .mul_i(mul), .add_i(add), .acc_i(acc),
    .move_i(swap || shift), .swap_i(swap), .guard_i(1'b%d), .start_i(start), .start_guard_i(high), .drain_o(x), .drain_guard_o(xg));
  curta_array #(.R(R), .C(C), .V(V), .B(B)) u_ours (.clk_i(clk), .a_i(a), .b_i(b), .load_i(load), .zero_i(zero), .mul_i(mul), .add_i(add), .acc_i(acc),
    .move_i(swap || shift), .swap_i(swap), .guard_i(1'b%d), .start_i(start), .start_guard_i(high), .drain_o(y), .drain_guard_o(yg));
  initial begin
    for (i = 0; i < Steps; i = i + 1) begin
      for (k = 0; k < 8*R*V; k = k + 8) a[k +: 8] = i %% 3 ? $random : i %% 2 ? 8'h80 : 8'h7f;
      for (k = 0; k < B*C*V; k = k + 1) b[k] = i %% 5 ? $random : (k + 1) %% B ? 1'b0 : 1'b1;
      for (k = 0; k < C; k = k + 1) start[32*k +: 32] = $random;
      for (k = 0; k < C; k = k + 1) high[4*k +: 4] = $random;
      {load, zero, mul, add, acc, swap, shift} = i < R + 4 ? 7'b1011101 : $random;
      if (i == R + 4) swap = 1'b1;
      if (zero && $random %% 4) zero = 1'b0;
      if (swap) shift = 1'b0;
      #1 clk = 1;
      #1 clk = 0;
      if (^x !== 1'bx && (!Guard || ^xg !== 1'bx)) begin
        seen = seen + 1;
        if (x !== y || (Guard && xg !== yg)) begin
          if (!wrong) $display("step %%0d: %%h %%h, ours %%h %%h", i, xg, x, yg, y);
          wrong = wrong + 1;
        end
      end
    end
    $display("%%0d of %%0d steps compared, %%0d differ", seen, Steps, wrong);
    $finish;
  end
endmodule
"""


def run(folder, kind, shape):
    """Whether both agree in nearly all steps (the twin knows nothing at first), and what the bench said."""
    (folder / "bench.v").write_text(BENCH % (*shape, shape[4], shape[4]))
    (folder / "twin.v").write_text((ROOT / "rtl/curta_array.v").read_text().replace("module curta_array", "module twin"))
    files = [folder / "bench.v", folder / "twin.v", *(ROOT / f for f in KINDS[kind])]
    subprocess.run(["iverilog", "-g2005", "-s", "bench", "-o", folder / "bench.vvp", *files], check=True, stderr=subprocess.DEVNULL)
    said = subprocess.run(["vvp", folder / "bench.vvp"], check=True, capture_output=True, text=True).stdout.strip().splitlines()
    words = said[-1].split() if said else []
    return len(words) == 7 and int(words[0]) > 0.95 * int(words[2]) and words[5] == "0", "; ".join(said)


def main():
    folder, failed = ROOT / "build/tests/synth/array", False
    folder.mkdir(parents=True, exist_ok=True)
    for kind, shape in [*(("ecp5", s) for s in SHAPES), *(("apart", s) for s in SHAPES[2:])]:
        good, said = run(folder, kind, shape)
        failed = failed or not good
        print(f"{'PASS' if good else 'FAIL'} {kind} array {shape[0]}x{shape[1]}x{shape[2]}, operand B of {shape[3]} bits, guard bits {shape[4]}: {said}", flush=True)
    sys.exit(failed)


if __name__ == "__main__":
    main()
