// SPDX-License-Identifier: Apache-2.0
// ecp5_pll - the PLL of the ECP5 for simulation: the clock passes as it is, LOCK comes after 64 cycles
`default_nettype none
/* verilator lint_off UNUSEDSIGNAL */ // nothing but the clock matters here
/* verilator lint_off UNUSEDPARAM */  // see above
/* verilator lint_off DECLFILENAME */ // the file is named as the others of the folder
module EHXPLLL #(
  parameter CLKI_DIV = 1, CLKFB_DIV = 1, CLKOP_DIV = 8, CLKOP_CPHASE = 0, CLKOP_FPHASE = 0,
  parameter CLKOP_ENABLE = "ENABLED", FEEDBK_PATH = "CLKOP", OUTDIVIDER_MUXA = "DIVA", PLLRST_ENA = "DISABLED",
  parameter INTFB_WAKE = "DISABLED", STDBY_ENABLE = "DISABLED", DPHASE_SOURCE = "DISABLED"
) (
  input  wire CLKI, CLKFB, RST, STDBY, PHASESEL0, PHASESEL1, PHASEDIR, PHASESTEP, PHASELOADREG, PLLWAKESYNC, ENCLKOP,
  output wire CLKOP, LOCK
);
  reg [6:0] count_q = 7'd0;
  assign CLKOP = CLKI;
  assign LOCK  = count_q[6];
  always @(posedge CLKI) if (!count_q[6]) count_q <= count_q + 7'd1;
endmodule
/* verilator lint_on DECLFILENAME */
/* verilator lint_on UNUSEDPARAM */
/* verilator lint_on UNUSEDSIGNAL */
`default_nettype wire
