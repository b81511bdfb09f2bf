#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""synth/ecp5.py changes netlists, not what they compute: small circuits are synthesized for ECP5, improved, and both netlists simulated side by side.

Prints a PASS or FAIL line a circuit, and one for what is improved when all of them are joined.
"""
import json
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "synth"))
import ecp5_carry  # noqa: E402
import ecp5_copies  # noqa: E402
import ecp5_dsp  # noqa: E402
import ecp5_lut  # noqa: E402
import ecp5_pins  # noqa: E402

HEAD = "module {}(input clk, input [35:0] a, input [35:0] b, input [35:0] c, input [7:0] s, output reg [35:0] y);\n"
# name, body, which improvement, how many at least
CIRCUITS = [
    ("add-mux", "always @(posedge clk) y <= (s[0] ? a : b) + c;", "tables", 30),
    ("mux-add", "always @(posedge clk) y <= c + (s[0] ? a : b);", "tables", 30),
    ("subtract-mux", "always @(posedge clk) y <= (s[0] ? a : b) - c;", "tables", 0),
    ("subtract-and", "always @(posedge clk) y <= a - (b & {36{s[0]}});", "tables", 0),
    ("add-xor", "always @(posedge clk) y <= a + (b ^ {36{s[0]}}) + s[0];", "tables", 30),
    ("add-or", "always @(posedge clk) y <= a + (b | c);", "tables", 30),
    ("add-nor", "always @(posedge clk) y <= a + ~(b | c);", "tables", 30),
    ("compare", "always @(posedge clk) y <= {35'd0, (s[0] ? a : b) < c};", "tables", 0),
    ("own-operand", "always @(posedge clk) y <= a + (s[0] ? a & b : b);", "tables", 30),
    ("factors", "wire signed [7:0] f = a[7:0]; wire signed [17:0] g = b[17:0]; wire signed [25:0] p = f * g;\nalways @(posedge clk) y <= {10'd0, p};", "factors", 1),
    ("both-factors", "wire signed [11:0] f = a[11:0], g = b[11:0]; wire signed [23:0] p = f * g; always @(posedge clk) y <= {12'd0, p};", "factors", 2),
    # what only shows when modules are joined: a constant operand, copies, an inverter, a function that is there twice
    ("constants", "wire [35:0] x, z; choose u_0(.p(a), .q(b), .s(2'b01), .y(x)); choose u_1(.p(~x), .q(c), .s(s[1:0]), .y(z)); always @(posedge clk) y <= z;", "tables", 0),
    ("twice", "wire [35:0] x, z; choose u_0(.p(a), .q(b), .s(s[1:0]), .y(x)); choose u_1(.p(a), .q(b), .s(s[1:0]), .y(z));\n"
              "reg [35:0] x_q, z_q; always @(posedge clk) begin x_q <= x; z_q <= z; y <= x_q ^ {z_q[34:0], z_q[35]}; end", "tables", 0),
    ("enables", "reg [35:0] x, z; always @(posedge clk) begin if (s[0]) x <= a; if (s[1]) z <= a; y <= x + z; end", "tables", 0),
    # a register that chooses for 36 tables, and one that enables 36 registers
    ("many-readers", "reg m, n; always @(posedge clk) begin m <= s[0]; n <= s[1] ^ s[2]; if (n) y <= m ? a & b : c; end", "tables", 0),
]
LEAF = "module choose(input [35:0] p, q, input [1:0] s, output [35:0] y); assign y = s[1] ? p ^ q : s[0] ? p : ~q; endmodule\n"
BENCH = """
module bench;
  reg clk = 0; reg [35:0] a = 0, b = 0, c = 0; reg [7:0] s = 1; wire [WIDE-1:0] y, z; reg [WIDE-1:0] wrong = 0; integer i, k;
  before u_before(.clk(clk), .a(a), .b(b), .c(c), .s(s), .y(y));
  after  u_after (.clk(clk), .a(a), .b(b), .c(c), .s(s), .y(z));
  initial begin
    for (i = 0; i < 300; i = i + 1) begin
      #1 clk = 1;
      #1 clk = 0;
      if (i > 3)
        for (k = 0; k < WIDE / 36; k = k + 1)
          if (y[36*k +: 36] !== z[36*k +: 36] && !wrong[k]) begin
            wrong[k] = 1;
            $display("%0d step %0d: a %h b %h c %h s %h: %h, improved %h", k, i, a, b, c, s, y[36*k +: 36], z[36*k +: 36]);
          end
      a = {$random, $random}; b = i % 5 == 0 ? a : {$random, $random}; c = i % 7 == 0 ? ~a : {$random, $random}; s = $random;
      if (i % 11 == 0) a = 36'h000020080;
    end
    $finish;
  end
endmodule
"""


def yosys(script):
    subprocess.run(["yosys", "-q", "-p", script], check=True, stdout=subprocess.DEVNULL)


def circuits():
    """All circuits as modules c0, c1 and so on, and a top with the outputs side by side."""
    text = "".join(HEAD.format(f"c{i}") + c[1] + "\nendmodule\n" for i, c in enumerate(CIRCUITS))
    inside = "".join(f"c{i} u_{i}(.clk(clk), .a(a), .b(b), .c(c), .s(s), .y(y[{36 * i} +: 36]));\n" for i in range(len(CIRCUITS)))
    return LEAF + text + f"module t(input clk, input [35:0] a, input [35:0] b, input [35:0] c, input [7:0] s, output [{36 * len(CIRCUITS) - 1}:0] y);\n{inside}endmodule\n"


def improve(before, after):
    """What was done in each circuit."""
    netlist = json.loads(before.read_text())
    done = []
    for i in range(len(CIRCUITS)):
        module = netlist["modules"][f"c{i}"]
        done.append({"factors": ecp5_dsp.improve(module), "tables": ecp5_carry.improve(module)})
    after.write_text(json.dumps(netlist))
    return done


def join(folder):
    """How many tables and registers less there are in the flat module, copies, tables that have other inputs, and tables that should have."""
    yosys(f"read_json {folder}/after.json; hierarchy -top t; flatten; opt_clean; write_json {folder}/flat.json")
    netlist = json.loads((folder / "flat.json").read_text())
    less = ecp5_lut.improve(netlist["modules"]["t"])
    copies = ecp5_copies.improve(netlist["modules"]["t"])
    moved = ecp5_pins.improve(netlist["modules"]["t"])
    (folder / "flat.json").write_text(json.dumps(netlist))
    return less, copies, moved, late_inputs(netlist["modules"]["t"])


def late_inputs(module):
    """Tables with an input that is faster than that of a net which comes later."""
    time = ecp5_pins.arrivals(module["cells"])
    wrong = 0
    for cell in module["cells"].values():
        if cell["type"] == "LUT4":
            nets = [cell["connections"][pin][0] for pin in ecp5_pins.ORDER]
            when = [-1 if isinstance(net, str) else time[net] for net in nets]
            wrong += when != sorted(when, reverse=True)
    return wrong


def simulate(folder):
    """What differs, by circuit."""
    for side, source in (("before", "before"), ("after", "flat")):
        yosys(f"read_json {folder}/{source}.json; hierarchy -top t; flatten; rename t {side}; write_verilog -noattr {folder}/{side}.v")
    (folder / "bench.v").write_text(BENCH.replace("WIDE", str(36 * len(CIRCUITS))))
    cells = Path(shutil.which("yosys")).resolve().parent.parent / "share/yosys/ecp5"
    files = [folder / f for f in ("bench.v", "before.v", "after.v")] + [ROOT / "synth/cells/ecp5_dsp.v"]
    subprocess.run(["iverilog", "-g2005", f"-I{cells}", "-s", "bench", "-o", folder / "bench.vvp", *files, cells / "cells_sim.v"], check=True, stderr=subprocess.DEVNULL)
    said = subprocess.run(["vvp", folder / "bench.vvp"], check=True, capture_output=True, text=True).stdout
    return {int(line.split()[0]): line for line in said.splitlines() if line[:1].isdigit()}


def main():
    folder = ROOT / "build/tests/synth"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "t.v").write_text(circuits())
    yosys(f"read_verilog {folder}/t.v; synth_ecp5 -abc9 -nowidelut -noflatten -top t -json {folder}/before.json")
    done, failed = improve(folder / "before.json", folder / "after.json"), False
    (less, copies, moved, wrong), differs = join(folder), simulate(folder)
    for i, (name, _, what, least) in enumerate(CIRCUITS):
        good = i not in differs and (done[i][what] >= least if least else what == "tables" or done[i][what] == 0)
        failed = failed or not good
        print(f"{'PASS' if good else 'FAIL'} ecp5 {name}: {done[i]} {differs.get(i, '')}", flush=True)
    print(f"{'PASS' if less > 100 else 'FAIL'} ecp5 joined: {less} tables and registers less")
    print(f"{'PASS' if 2 <= copies < 30 else 'FAIL'} ecp5 copies: {copies} of registers with many readers")
    print(f"{'PASS' if moved > 100 and not wrong else 'FAIL'} ecp5 inputs: {moved} tables have others, {wrong} give a late net a slow one")
    sys.exit(failed or less <= 100 or not 2 <= copies < 30 or moved <= 100 or wrong > 0)


if __name__ == "__main__":
    main()
