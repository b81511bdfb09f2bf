// SPDX-License-Identifier: Apache-2.0
// cells - pins of what the tops of boards take from the vendors beside synth/cells, for linters: no behaviour, only the directions
//   That these pins and parameters exist is checked against Yosys's own descriptions (tops.py).
`default_nettype none
/* verilator lint_off DECLFILENAME */ // many cells, one file
/* verilator lint_off UNUSEDSIGNAL */ // nothing is inside
/* verilator lint_off UNUSEDPARAM */  // see above
/* verilator lint_off UNDRIVEN */     // see above
module BB (input wire I, T, output wire O, inout wire B);
endmodule
module ODDRX1F (input wire D0, D1, SCLK, RST, output wire Q);
endmodule
module USRMCLK (input wire USRMCLKI, USRMCLKTS);
endmodule
module SB_PLL40_PAD #(
  parameter FEEDBACK_PATH = "SIMPLE",
  parameter [3:0] DIVR = 4'd0,
  parameter [6:0] DIVF = 7'd0,
  parameter [2:0] DIVQ = 3'd0, FILTER_RANGE = 3'd0
) (
  input  wire PACKAGEPIN, RESETB, BYPASS,
  output wire PLLOUTGLOBAL, LOCK
);
endmodule
/* verilator lint_on UNDRIVEN */
/* verilator lint_on UNUSEDPARAM */
/* verilator lint_on UNUSEDSIGNAL */
/* verilator lint_on DECLFILENAME */
`default_nettype wire
