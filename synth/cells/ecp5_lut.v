// SPDX-License-Identifier: Apache-2.0
// Table of four inputs for simulation of netlists, in one expression: what Yosys ships is a tree of selections, of which Verilator keeps every
// step; with it a netlist of `base` takes three times as long to compile and to run. test_cells_lut.sh compares the two.
`default_nettype none
module LUT4(input wire A, B, C, D, output wire Z);
  parameter [15:0] INIT = 16'h0000;
  assign Z = INIT[{D, C, B, A}];
endmodule
`default_nettype wire
